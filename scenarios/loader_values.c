/* SPDX-License-Identifier: MIT */
/*
 * Values that hold variables: templates, JSON, expressions. Every use of a variable is noted with
 * its place. YAML's traps for one-line expressions get messages of their own. See loader.h.
 */
#include "scenarios/loader.h"

#include "scenarios/template_value.h"

#include <jansson.h>
#include <string.h>

static void add_use(struct loader *loader, const char *name, struct position position)
{
    arena_grow(loader->arena, loader->uses, loader->use_count);
    loader->uses[loader->use_count++] =
        (struct use){name, position, loader->step, loader->cleanup, false};
}

static struct template *compile(struct loader *loader, const struct yaml_node *node)
{
    struct error error = {0};
    size_t offset = 0;
    struct template *template = template_compile(loader->arena, node->text, &error, &offset);
    if (template == NULL) {
        loader_report(loader, MISTAKE_TEMPLATE_INVALID, yaml_position(loader->file, node, offset),
                      error.code == RESULT_INVALID ? "a literal `${` is written `$${`" : NULL, "%s",
                      error.text);
        return NULL;
    }
    for (size_t i = 0; i < template_name_count(template); i++)
        add_use(loader, template_name(template, i),
                yaml_position(loader->file, node, template_name_offset(template, i)));
    return template;
}

void loader_template(struct loader *loader, const struct language_key *key,
                     const struct yaml_node *node, void *target)
{
    if (loader_text(loader, key->format, node) == NULL)
        return;
    struct template *template = compile(loader, node);
    loader_put(target, key->offset, &template, sizeof template);
}

void loader_request(struct loader *loader, const struct language_key *key,
                    const struct yaml_node *node, void *target)
{
    struct step *step = target;
    step->method = (enum method)key->method;
    loader_template(loader, key, node, target);
}

void loader_condition(struct loader *loader, const struct language_key *key,
                      const struct yaml_node *node, void *target)
{
    static const char not [] = "not ";
    struct step *step = target;
    const char *text = loader_text(loader, key->format, node);
    if (text == NULL)
        return;
    step->when_not = strncmp(text, not, strlen(not )) == 0;
    size_t skip = step->when_not ? strlen(not ) : 0;
    step->when = text + skip;
    add_use(loader, step->when, yaml_position(loader->file, node, skip));
}

struct json_t *loader_typed_value(const struct yaml_node *node)
{
    int64_t integer;
    double real;
    enum yaml_type type = yaml_type(node);
    if (type == YAML_TRUE || type == YAML_FALSE)
        return json_boolean(type == YAML_TRUE);
    if (type == YAML_INTEGER && yaml_integer(node, &integer) == RESULT_OK)
        return json_integer(integer);
    if (yaml_real(node, &real) == RESULT_OK)
        return json_real(real);
    return NULL;
}

const char *loader_pair_name(struct loader *loader, const struct language_key *key,
                             const struct yaml_node *node)
{
    if (node->kind != YAML_SCALAR)
        return NULL;
    if (!loader_has_format(loader, key->format, node->text)) {
        loader_report(loader, MISTAKE_NAME_INVALID, node->position, NULL, "expected %s",
                      language_format_text(key->format));
        return NULL;
    }
    if (key->format != LANGUAGE_FORMAT_VARIABLE || !scenario_variable_is_given(node->text))
        return node->text;
    loader_report(loader, MISTAKE_NAME_GIVEN, node->position, "choose another name",
                  "`%s` is a variable that every run has", node->text);
    return NULL;
}

struct template *loader_pair_value(struct loader *loader, const struct language_key *key,
                                   const struct yaml_node *node)
{
    if (node->kind == YAML_REFUSED)
        return NULL;
    if (node->kind != YAML_SCALAR) {
        loader_report(loader, MISTAKE_VALUE_TYPE, node->position, NULL,
                      "expected text or a number, not a list or a map");
    } else if (yaml_type(node) == YAML_NULL) {
        loader_report(loader, MISTAKE_VALUE_EMPTY, node->position, "empty text is written \"\"",
                      "nothing stands here; expected text or a number");
    } else if (key->format == LANGUAGE_FORMAT_HEADER && strpbrk(node->text, "\r\n") != NULL) {
        loader_report(loader, MISTAKE_VALUE_FORMAT, node->position, NULL, "a header has one line");
    } else {
        return compile(loader, node);
    }
    return NULL;
}

void loader_pairs(struct loader *loader, const struct language_key *key,
                  const struct yaml_node *node, void *target)
{
    struct pair *pairs = NULL;
    size_t count = 0;
    if (!loader_is_map(loader, key, node))
        return;
    for (size_t i = 0; i < yaml_pair_count(node); i++) {
        const struct yaml_node *value = yaml_value(node, i);
        struct pair pair = {.name = loader_pair_name(loader, key, yaml_key(node, i)),
                            .position = yaml_key(node, i)->position};
        pair.value = loader_pair_value(loader, key, value);
        if (pair.name == NULL)
            continue;
        if (key->format == LANGUAGE_FORMAT_VARIABLE && value->kind == YAML_SCALAR)
            pair.constant = loader_typed_value(value);
        arena_grow(loader->arena, pairs, count);
        pairs[count++] = pair;
    }
    loader_put(target, key->offset, &pairs, sizeof pairs);
    loader_put(target, key->count_offset, &count, sizeof count);
}

static void build_number(struct loader *loader, const struct yaml_node *node,
                         struct json_template *json)
{
    bool is_whole = yaml_type(node) == YAML_INTEGER;
    json->kind = is_whole ? JSON_TEMPLATE_INTEGER : JSON_TEMPLATE_REAL;
    enum result result =
        is_whole ? yaml_integer(node, &json->integer) : yaml_real(node, &json->real);
    if (result != RESULT_OK)
        loader_report(loader, MISTAKE_VALUE_RANGE, node->position, "in quotes it is text",
                      "JSON has no such number");
}

static void build_text(struct loader *loader, const struct yaml_node *node,
                       struct json_template *json)
{
    json->kind = JSON_TEMPLATE_TEXT;
    json->text = compile(loader, node);
    bool is_variable = json->text != NULL && node->style == YAML_PLAIN &&
                       template_name_count(json->text) == 1 &&
                       strlen(node->text) == strlen(template_name(json->text, 0)) + 3;
    if (is_variable)
        json->kind = JSON_TEMPLATE_VARIABLE;
}

static void build_scalar(struct loader *loader, const struct yaml_node *node,
                         struct json_template *json)
{
    switch (yaml_type(node)) {
    case YAML_NULL:
        json->kind = JSON_TEMPLATE_NULL;
        break;
    case YAML_TRUE:
    case YAML_FALSE:
        json->kind = JSON_TEMPLATE_BOOLEAN;
        json->boolean = yaml_type(node) == YAML_TRUE;
        break;
    case YAML_INTEGER:
    case YAML_REAL:
        build_number(loader, node, json);
        break;
    case YAML_TEXT:
        build_text(loader, node, json);
    }
}

static struct json_template *build_json(struct loader *loader, const struct yaml_node *node)
{
    struct json_template *json = arena_allocate(loader->arena, 1, sizeof *json);
    bool is_map = node->kind == YAML_MAPPING;
    if (node->kind == YAML_REFUSED)
        return json;
    if (node->kind == YAML_SCALAR) {
        build_scalar(loader, node, json);
        return json;
    }
    json->kind = is_map ? JSON_TEMPLATE_OBJECT : JSON_TEMPLATE_LIST;
    json->count = is_map ? yaml_pair_count(node) : node->count;
    json->items = arena_allocate(loader->arena, json->count, sizeof(struct json_template *));
    json->keys = arena_allocate(loader->arena, json->count, sizeof *json->keys);
    for (size_t i = 0; i < json->count; i++) {
        const struct yaml_node *name = is_map ? yaml_key(node, i) : NULL;
        json->keys[i] = is_map && name->kind == YAML_SCALAR ? name->text : "";
        if (strstr(json->keys[i], "${") != NULL)
            loader_report(loader, MISTAKE_NAME_INVALID, name->position, NULL,
                          "a key cannot hold a variable");
        json->items[i] = build_json(loader, is_map ? yaml_value(node, i) : node->items[i]);
    }
    return json;
}

void loader_json(struct loader *loader, const struct language_key *key,
                 const struct yaml_node *node, void *target)
{
    struct json_template *json = build_json(loader, node);
    loader_put(target, key->offset, &json, sizeof json);
}

/* What stands in the line from there on, in single quotes: how it should have been written. */
static const char *quote_hint(struct loader *loader, struct position position)
{
    const char *line = yaml_line(loader->file, position.line);
    const char *text = line + position.column - 1;
    char *quoted = arena_allocate(loader->arena, strlen(text) * 2 + 1, 1);
    size_t length = 0;
    bool open = false; /* between double quotes; behind them ` #` is a comment indeed */
    for (const char *at = text; *at != '\0'; at++) {
        if (!open && *at == '#' && at > text && at[-1] == ' ')
            break;
        open ^= *at == '"';
        quoted[length++] = *at;
        if (*at == '\'')
            quoted[length++] = *at;
    }
    while (length > 0 && strchr(" \t", quoted[length - 1]) != NULL)
        length--;
    return arena_print(loader->arena, "quote it: '%.*s'", (int)length, quoted);
}

#define FLOW_HINT "quote the expression: '...', or give it a line of its own"

/* True when a quotation mark is left open: something was cut off. */
static bool is_unbalanced(const char *text)
{
    bool open = false;
    for (; *text != '\0'; text++) {
        if (*text == '\\' && text[1] != '\0')
            text++;
        else if (*text == '"')
            open = !open;
    }
    return open;
}

/* Every expression does; `204` of `status in 200, 204` does not. */
static bool begins_with_word(const char *text)
{
    return (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
}

/* Reports what YAML made of an expression that was meant to be one line. */
static bool is_trapped(struct loader *loader, const struct yaml_node *node)
{
    if (node->kind == YAML_MAPPING && !node->flow) {
        loader_report(loader, MISTAKE_YAML_COLON, node->position,
                      quote_hint(loader, node->position),
                      "YAML takes `: ` for the end of a key: quote this line");
        return true;
    }
    if (node->kind == YAML_MAPPING || node->kind == YAML_SEQUENCE) {
        loader_report(loader, MISTAKE_YAML_FLOW, node->position, FLOW_HINT,
                      "an expression was expected, not a %s",
                      node->kind == YAML_MAPPING ? "map" : "list");
        return true;
    }
    bool is_cut = node->kind == YAML_SCALAR && node->style == YAML_PLAIN &&
                  (is_unbalanced(node->text) || (node->flow && !begins_with_word(node->text)));
    if (!is_cut)
        return false;
    const char *behind = loader->file->text + node->end;
    size_t blanks = strspn(behind, " \t");
    if (blanks > 0 && behind[blanks] == '#') {
        loader_report(loader, MISTAKE_YAML_COMMENT, node->position,
                      quote_hint(loader, node->position),
                      "YAML takes ` #` for the beginning of a comment: quote this line");
        return true;
    }
    if (!node->flow)
        return false;
    loader_report(loader, MISTAKE_YAML_FLOW, node->position, FLOW_HINT,
                  "between [ ] or { } a comma or a bracket ends a value");
    return true;
}

/* Moves mistakes of an expression to where they are in the file, escapes of YAML counted. */
static void move_mistakes(struct loader *loader, const struct yaml_node *node,
                          const struct mistakes *from)
{
    for (size_t i = 0; i < from->count; i++) {
        struct mistake mistake = from->items[i];
        mistake.position = yaml_position(loader->file, node, (size_t)(mistake.position.column - 1));
        mistake.source = yaml_line(loader->file, mistake.position.line);
        bool runs_on = node->style == YAML_PLAIN && mistake.position.line > node->position.line;
        if (runs_on)
            mistake.hint = "this line goes on with the one above: is its `- ` missing?";
        mistakes_add(loader->mistakes, &mistake);
    }
}

struct expression *loader_expression(struct loader *loader, bool is_capture,
                                     const struct yaml_node *node)
{
    struct mistakes own = {.arena = loader->arena};
    if (node->kind == YAML_REFUSED || is_trapped(loader, node))
        return NULL;
    if (yaml_type(node) == YAML_NULL) {
        loader_report(loader, MISTAKE_VALUE_EMPTY, node->position, NULL,
                      "nothing stands here; expected an expression");
        return NULL;
    }
    struct expression *expression =
        expression_parse(loader->arena, node->text, is_capture, loader->file->name,
                         (struct position){1, 1}, NULL, &own);
    if (expression == NULL) {
        move_mistakes(loader, node, &own);
        return NULL;
    }
    expression->position = yaml_position(loader->file, node, 0);
    for (size_t i = 0; i < expression->use_count; i++)
        add_use(loader, expression->uses[i].name,
                yaml_position(loader->file, node, expression->uses[i].offset));
    return expression;
}

void loader_assertions(struct loader *loader, const struct language_key *key,
                       const struct yaml_node *node, void *target)
{
    struct step *step = target;
    if (!loader_is_list(loader, key, node))
        return;
    for (size_t i = 0; i < node->count; i++) {
        struct expression *expression = loader_expression(loader, false, node->items[i]);
        if (expression == NULL)
            continue;
        arena_grow(loader->arena, step->expect, step->expect_count);
        step->expect[step->expect_count++] = expression;
    }
}

void loader_captures(struct loader *loader, const struct language_key *key,
                     const struct yaml_node *node, void *target)
{
    struct capture *captures = NULL;
    size_t count = 0;
    if (!loader_is_map(loader, key, node))
        return;
    for (size_t i = 0; i < yaml_pair_count(node); i++) {
        /* One whose expression is wrong is kept: the variable is not undefined for that. */
        struct capture capture = {.name = loader_pair_name(loader, key, yaml_key(node, i))};
        capture.expression = loader_expression(loader, true, yaml_value(node, i));
        if (capture.name == NULL) {
            expression_free(capture.expression);
            continue;
        }
        arena_grow(loader->arena, captures, count);
        captures[count++] = capture;
    }
    loader_put_list(key, target, captures, count);
}
