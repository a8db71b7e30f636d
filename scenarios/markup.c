/* SPDX-License-Identifier: MIT */
/* HTML documents and XPath over them: the only file of ours that knows libxml2's trees. libxml2
 * likes to print what it finds wrong; each of its ways to do so is given a silent callback. */
#include "scenarios/markup.h"

#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"
#include "monitor/base/utf8.h"

#include <jansson.h>
#include <libxml/HTMLparser.h>
#include <libxml/HTMLtree.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define MARKUP_PARSE_OPTIONS                                                                       \
    (HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |           \
     HTML_PARSE_COMPACT)
#define MARKUP_WHOLE_NUMBER_MAX 9007199254740991.0 /* 2^53 - 1: exact in a double */

struct markup {
    htmlDocPtr document;
    bool is_too_large;
};

/* Each node begins with a `<` or lies between two, so that nodes are bounded before there are any.
 */
static bool has_too_many_tags(const char *body, size_t length)
{
    size_t tags = 0;
    const char *end = body + length;
    for (const char *at = body; (at = memchr(at, '<', (size_t)(end - at))) != NULL; at++)
        if (++tags > MARKUP_TAGS_MAX)
            return true;
    return false;
}

struct markup *markup_parse(const char *body, size_t length, const char *url)
{
    struct markup *markup = memory_allocate(1, sizeof *markup);
    const char *encoding = utf8_valid(body, length) == length ? "UTF-8" : NULL;
    markup->is_too_large = length > MARKUP_BODY_MAX || has_too_many_tags(body, length);
    if (length > 0 && !markup->is_too_large)
        markup->document = htmlReadMemory(body, (int)length, url, encoding, MARKUP_PARSE_OPTIONS);
    if (markup->document == NULL)
        markup->document = htmlNewDocNoDtD(NULL, NULL);
    return markup;
}

bool markup_is_too_large(const struct markup *markup)
{
    return markup->is_too_large;
}

void markup_free(struct markup *markup)
{
    if (markup == NULL)
        return;
    xmlFreeDoc(markup->document);
    free(markup);
}

/* An unknown function is announced by this way only, besides its error. */
PRINTF_LIKE(2, 3) static void markup_say_nothing(void *data, const char *format, ...)
{
    (void)data;
    (void)format;
}

/* libxml2 gives this callback a number and a place, but no text. */
static void markup_note_error(void *data, xmlErrorPtr problem)
{
    static const struct {
        int code;
        enum result result;
        const char *text;
    } problems[] = {
        {XPATH_UNFINISHED_LITERAL_ERROR, RESULT_INVALID, "a string has no end"},
        {XPATH_START_LITERAL_ERROR, RESULT_INVALID, "a string was expected"},
        {XPATH_VARIABLE_REF_ERROR, RESULT_INVALID, "a variable's name was expected"},
        {XPATH_UNDEF_VARIABLE_ERROR, RESULT_INVALID, "there is no such variable"},
        {XPATH_INVALID_PREDICATE_ERROR, RESULT_INVALID, "a predicate `[...]` is wrong"},
        {XPATH_UNCLOSED_ERROR, RESULT_INVALID, "a bracket is not closed"},
        {XPATH_UNKNOWN_FUNC_ERROR, RESULT_INVALID, "there is no such function"},
        {XPATH_INVALID_TYPE, RESULT_INVALID, "a value is of the wrong type"},
        {XPATH_INVALID_ARITY, RESULT_INVALID, "a function has too few or too many arguments"},
        {XPATH_UNDEF_PREFIX_ERROR, RESULT_INVALID, "HTML has no namespace prefixes"},
        {XPATH_OP_LIMIT_EXCEEDED, RESULT_LIMIT,
         "too many steps on this page; css takes fewer than xpath"},
        {XPATH_RECURSION_LIMIT_EXCEEDED, RESULT_LIMIT, "nested too deeply"},
    };
    int code = problem->code - XML_XPATH_EXPRESSION_OK;
    for (size_t i = 0; i < COUNT_OF(problems); i++)
        if (problems[i].code == code)
            error_set(data, problems[i].result, "%s", problems[i].text);
    error_set(data, RESULT_INVALID, "this is no XPath expression (at byte %d)", problem->int1);
}

/* Whether a path begins at `at`, but for a dot: `//a`, `count(.//a)`. */
static bool begins_path(const char *xpath, const char *at)
{
    static const char before[] = "[(|=<>+-*, \t\r\n";
    if (at > xpath && at[-1] == '.')
        at--;
    return at == xpath || strchr(before, at[-1]) != NULL;
}

/* Whether a step may come to one node from several others: `//a//b`, `//a/following::b`, or two
 * paths may: `//a | //b`. libxml2 then compares each node it finds with all that it has found, and
 * counts that as one operation. */
static bool meets_nodes_again(const char *xpath)
{
    static const char *const axes[] = {"ancestor", "descendant", "following", "preceding"};
    if (strchr(xpath, '|') != NULL)
        return true;
    for (const char *at = xpath; (at = strchr(at, '/')) != NULL; at++) {
        bool begins = begins_path(xpath, at);
        if (at[1] == '/' && at[2] != '/') {
            if (!begins)
                return true;
            at++;
            begins = false; /* what follows is asked of many nodes */
        }
        const char *step = at + 1 + strspn(at + 1, " \t\r\n");
        for (size_t i = 0; i < COUNT_OF(axes) && !begins; i++)
            if (strncmp(step, axes[i], strlen(axes[i])) == 0)
                return true;
    }
    return false;
}

/* The node behind `node` in document order, inside `top`; NULL at the end. */
static const xmlNode *markup_next(const xmlNode *node, const xmlNode *top)
{
    if (node->children != NULL && node->type == XML_ELEMENT_NODE)
        return node->children;
    while (node != top && node->next == NULL)
        node = node->parent;
    return node != top ? node->next : NULL;
}

static size_t count_elements(const xmlNode *top)
{
    size_t count = 0;
    for (const xmlNode *node = top; node != NULL; node = markup_next(node, top))
        if (node->type == XML_ELEMENT_NODE)
            count++;
    return count;
}

/* So that no page, however it is made, holds the monitor up for long. */
static unsigned long operations_allowed(htmlDocPtr document, const char *xpath)
{
    const xmlNode *root = xmlDocGetRootElement(document);
    if (root == NULL || !meets_nodes_again(xpath))
        return MARKUP_OPERATIONS_MAX;
    size_t allowed = MARKUP_COMPARISONS_MAX / (count_elements(root) + 1);
    return allowed < MARKUP_OPERATIONS_MAX ? allowed : MARKUP_OPERATIONS_MAX;
}

/* Evaluates `xpath`; NULL after setting the error. */
static xmlXPathObjectPtr markup_evaluate(htmlDocPtr document, const char *xpath,
                                         struct error *error)
{
    if (strlen(xpath) > MARKUP_XPATH_MAX) {
        error_set(error, RESULT_LIMIT, "the expression is too long");
        return NULL;
    }
    xmlXPathContextPtr context = xmlXPathNewContext(document);
    if (context == NULL)
        abort();
    xmlXPathObjectPtr object = NULL;
    xmlSetGenericErrorFunc(NULL, markup_say_nothing);
    context->error = markup_note_error;
    context->userData = error;
    context->opLimit = operations_allowed(document, xpath);
    xmlXPathCompExprPtr compiled = xmlXPathCtxtCompile(context, (const xmlChar *)xpath);
    if (compiled != NULL)
        object = xmlXPathCompiledEval(compiled, context);
    if (object == NULL)
        error_set(error, RESULT_INVALID, "this is no XPath expression");
    xmlXPathFreeCompExpr(compiled);
    xmlXPathFreeContext(context);
    return object;
}

enum result markup_check_xpath(const char *xpath, struct error *error)
{
    struct error mistake = {0};
    struct markup *markup = markup_parse("", 0, NULL);
    xmlXPathObjectPtr object = markup_evaluate(markup->document, xpath, &mistake);
    xmlXPathFreeObject(object);
    markup_free(markup);
    if (object == NULL)
        return error_set(error, mistake.code, "%s", mistake.text);
    return RESULT_OK;
}

/* libxml2 keeps valid UTF-8, but a hostile page may have found a way around that. */
static json_t *markup_text(const char *text, size_t length)
{
    json_t *string = json_stringn(text, length);
    if (string != NULL)
        return string;
    struct buffer valid;
    buffer_init(&valid, length * 3);
    utf8_append_valid(&valid, text, length);
    string = json_stringn(valid.data, valid.length);
    buffer_free(&valid);
    return string;
}

/* libxml2's own function grows its buffer by ten bytes at a time. */
static void markup_append_text(struct buffer *out, const xmlNode *top)
{
    for (const xmlNode *node = top; node != NULL; node = markup_next(node, top)) {
        if (node->type == XML_ELEMENT_NODE || (node->type == XML_COMMENT_NODE && node != top))
            continue;
        xmlChar *content = xmlNodeGetContent(node);
        buffer_text(out, content != NULL ? (const char *)content : "");
        xmlFree(content);
        if (out->result != RESULT_OK)
            return;
    }
}

/* The text of a node, counted against `room`. NULL when there is no room. */
static json_t *markup_node_text(const xmlNode *node, size_t *room)
{
    struct buffer text;
    json_t *string = NULL;
    buffer_init(&text, *room);
    markup_append_text(&text, node);
    if (text.result == RESULT_OK) {
        string = markup_text(text.data, text.length);
        *room -= text.length;
    }
    buffer_free(&text);
    return string;
}

/* NULL when there is no room. */
static json_t *markup_attributes(const xmlNode *node, size_t *room)
{
    json_t *attributes = json_object();
    if (node->type != XML_ELEMENT_NODE)
        return attributes;
    for (const xmlAttr *at = node->properties; at != NULL; at = at->next) {
        json_t *value = markup_node_text((const xmlNode *)at, room);
        if (value == NULL) {
            json_decref(attributes);
            return NULL;
        }
        /* The first of two of one name counts, as in browsers. */
        if (json_object_get(attributes, (const char *)at->name) != NULL)
            json_decref(value);
        else
            json_object_set_new(attributes, (const char *)at->name, value);
    }
    return attributes;
}

static json_t *markup_node(const xmlNode *node, size_t *room)
{
    json_t *text = markup_node_text(node, room);
    json_t *attributes = text != NULL ? markup_attributes(node, room) : NULL;
    if (attributes == NULL) {
        json_decref(text);
        return NULL;
    }
    json_t *object = json_object();
    json_object_set_new(object, "text", text);
    json_object_set_new(object, "attributes", attributes);
    return object;
}

static json_t *markup_nodes(const xmlNodeSet *set, struct error *error)
{
    json_t *nodes = json_array();
    int count = set != NULL ? set->nodeNr : 0;
    size_t room = MARKUP_TEXT_MAX;
    for (int i = 0; i < count; i++) {
        json_t *node = i < MARKUP_NODES_MAX ? markup_node(set->nodeTab[i], &room) : NULL;
        if (node == NULL) {
            error_set(error, RESULT_LIMIT, "too much is selected");
            json_decref(nodes);
            return NULL;
        }
        json_array_append_new(nodes, node);
    }
    return nodes;
}

/* JSON has neither infinity nor NaN: those become null. */
static json_t *markup_number(double number)
{
    if (!isfinite(number))
        return json_null();
    if (number == floor(number) && fabs(number) <= MARKUP_WHOLE_NUMBER_MAX)
        return json_integer((json_int_t)number);
    return json_real(number);
}

static json_t *markup_value(const xmlXPathObject *object, struct error *error)
{
    switch (object->type) {
    case XPATH_NODESET:
        return markup_nodes(object->nodesetval, error);
    case XPATH_BOOLEAN:
        return json_boolean(object->boolval);
    case XPATH_NUMBER:
        return markup_number(object->floatval);
    case XPATH_STRING:
        return markup_text((const char *)object->stringval,
                           strlen((const char *)object->stringval));
    default:
        error_set(error, RESULT_INVALID, "the expression selects neither nodes nor a value");
        return NULL;
    }
}

enum result markup_select(const struct markup *markup, const char *xpath, json_t **ret_value,
                          struct error *error)
{
    struct error mistake = {0};
    *ret_value = NULL;
    if (markup->is_too_large)
        return error_set(error, RESULT_LIMIT, "the page is larger than %d KiB or has over %d tags",
                         MARKUP_BODY_MAX / 1024, MARKUP_TAGS_MAX);
    xmlXPathObjectPtr object = markup_evaluate(markup->document, xpath, &mistake);
    *ret_value = object != NULL ? markup_value(object, &mistake) : NULL;
    xmlXPathFreeObject(object);
    if (*ret_value == NULL)
        return error_set(error, mistake.code, "%s", mistake.text);
    return RESULT_OK;
}
