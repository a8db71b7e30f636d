/* SPDX-License-Identifier: MIT */
/* Types of expressions, checked while a file is loaded: `status == "200"` can never hold, and is
 * better found by its author than by night. See expression_types.h. */
#include "scenarios/expression_types.h"

#include "scenarios/jsonpath.h"

#include <jansson.h>

static const char *class_name(enum value_class class)
{
    switch (class) {
    case CLASS_NUMBER:
        return "a number";
    case CLASS_TEXT:
        return "text";
    case CLASS_LIST:
        return "a list";
    case CLASS_TIME:
        return "a time";
    case CLASS_ANY:
        break;
    }
    return "a value";
}

enum value_class expression_query_class(const struct expression *expression)
{
    switch (expression->query) {
    case QUERY_STATUS:
    case QUERY_BYTES:
    case QUERY_REDIRECTS:
        return CLASS_NUMBER;
    case QUERY_COOKIE:
    case QUERY_BODY:
    case QUERY_REGEX:
    case QUERY_URL:
    case QUERY_IP:
    case QUERY_HTTP_VERSION:
    case QUERY_SHA256:
    case QUERY_CERTIFICATE:
        return CLASS_TEXT;
    case QUERY_TIME:
        return CLASS_TIME;
    case QUERY_JSONPATH:
        if (expression->jsonpath != NULL && !jsonpath_is_singular(expression->jsonpath))
            return CLASS_LIST;
        break;
    case QUERY_HEADER:
    case QUERY_XPATH:
    case QUERY_CSS:
        break;
    }
    return CLASS_ANY;
}

static const struct {
    unsigned accepts;
    enum value_class gives;
} filter_classes[] = {
    [FILTER_COUNT] = {CLASS_LIST, CLASS_NUMBER},
    [FILTER_NTH] = {CLASS_LIST, CLASS_ANY},
    [FILTER_FIRST] = {CLASS_LIST, CLASS_ANY},
    [FILTER_LAST] = {CLASS_LIST, CLASS_ANY},
    [FILTER_ATTRIBUTE] = {CLASS_LIST, CLASS_ANY},
    [FILTER_TO_INT] = {CLASS_TEXT | CLASS_NUMBER, CLASS_NUMBER},
    [FILTER_TO_FLOAT] = {CLASS_TEXT | CLASS_NUMBER, CLASS_NUMBER},
    [FILTER_TO_STRING] = {CLASS_TEXT | CLASS_NUMBER, CLASS_TEXT},
    [FILTER_TRIM] = {CLASS_TEXT, CLASS_TEXT},
    [FILTER_SPLIT] = {CLASS_TEXT, CLASS_LIST},
    [FILTER_REPLACE] = {CLASS_TEXT, CLASS_TEXT},
    [FILTER_URL_DECODE] = {CLASS_TEXT, CLASS_TEXT},
    [FILTER_DECODE] = {CLASS_TEXT | CLASS_NUMBER, CLASS_TEXT},
    [FILTER_BASE64_DECODE] = {CLASS_TEXT, CLASS_TEXT},
    [FILTER_HTML_UNESCAPE] = {CLASS_TEXT, CLASS_TEXT},
    [FILTER_DATE_FORMAT] = {CLASS_TEXT, CLASS_TEXT},
    [FILTER_DAYS_AFTER_NOW] = {CLASS_TEXT, CLASS_NUMBER},
    [FILTER_DAYS_BEFORE_NOW] = {CLASS_TEXT, CLASS_NUMBER},
    [FILTER_SUB_XPATH] = {CLASS_TEXT, CLASS_ANY},
    [FILTER_SUB_JSONPATH] = {CLASS_TEXT | CLASS_LIST, CLASS_ANY},
    [FILTER_SUB_REGEX] = {CLASS_TEXT, CLASS_TEXT},
};

/* Where bytes are still as they came; elsewhere they have been made text already. */
static bool has_bytes(const struct expression *expression)
{
    size_t before = expression->filter_count - 1;
    if (before == 0)
        return expression->query == QUERY_BODY || expression->query == QUERY_BYTES;
    return expression->filters[before - 1].kind == FILTER_BASE64_DECODE;
}

enum value_class expression_filter_class(struct expression_source *source,
                                         const struct expression *expression,
                                         const struct filter *filter, enum value_class input,
                                         const struct token *token)
{
    bool is_markup = expression->query == QUERY_CSS || expression->query == QUERY_XPATH;
    for (size_t i = 0; i < expression->filter_count; i++)
        is_markup |= expression->filters[i].kind == FILTER_SUB_XPATH;
    if (filter->kind == FILTER_ATTRIBUTE && !is_markup)
        expression_report(source, MISTAKE_EXPRESSION_TYPE, token->start, NULL,
                          "`attribute` works on what `css` or `xpath` selected");
    else if (filter->kind == FILTER_DECODE && !has_bytes(expression))
        expression_report(source, MISTAKE_EXPRESSION_TYPE, token->start,
                          "such as: body decode \"iso-8859-1\"",
                          "`decode` works straight behind `body`, `bytes` or `base64Decode`");
    else if (input != CLASS_ANY && (filter_classes[filter->kind].accepts & input) == 0)
        expression_report(source, MISTAKE_EXPRESSION_TYPE, token->start, NULL,
                          "`%s` does not work on %s", token->text, class_name(input));
    if (filter->kind == FILTER_SUB_JSONPATH && filter->jsonpath != NULL &&
        !jsonpath_is_singular(filter->jsonpath))
        return CLASS_LIST;
    return filter_classes[filter->kind].gives;
}

/* What an operand is, as bits. */
enum {
    IS_NUMBER = 1,
    IS_TEXT = 2,
    IS_CONSTANT = 4, /* true, false, null */
    IS_DURATION = 8,
    IS_PATTERN = 16,
    IS_VARIABLE = 32,
    IS_ORDERED = IS_NUMBER | IS_TEXT | IS_DURATION | IS_VARIABLE,
    IS_LITERAL = IS_ORDERED | IS_CONSTANT,
};

#define ANY_CLASS     (CLASS_ANY | CLASS_NUMBER | CLASS_TEXT | CLASS_LIST | CLASS_TIME)
#define ORDERED_CLASS (CLASS_ANY | CLASS_NUMBER | CLASS_TEXT | CLASS_TIME)

static const struct {
    unsigned classes, operands;
} predicate_rules[] = {
    [PREDICATE_EQUAL] = {ORDERED_CLASS, IS_LITERAL},
    [PREDICATE_NOT_EQUAL] = {ORDERED_CLASS, IS_LITERAL},
    [PREDICATE_GREATER_EQUAL] = {ORDERED_CLASS, IS_ORDERED},
    [PREDICATE_LESS_EQUAL] = {ORDERED_CLASS, IS_ORDERED},
    [PREDICATE_GREATER] = {ORDERED_CLASS, IS_ORDERED},
    [PREDICATE_LESS] = {ORDERED_CLASS, IS_ORDERED},
    [PREDICATE_IN] = {ORDERED_CLASS, IS_LITERAL},
    [PREDICATE_BETWEEN] = {ORDERED_CLASS, IS_ORDERED},
    [PREDICATE_STARTS_WITH] = {CLASS_ANY | CLASS_TEXT, IS_TEXT | IS_VARIABLE},
    [PREDICATE_ENDS_WITH] = {CLASS_ANY | CLASS_TEXT, IS_TEXT | IS_VARIABLE},
    [PREDICATE_CONTAINS] = {CLASS_ANY | CLASS_TEXT | CLASS_LIST, IS_LITERAL},
    [PREDICATE_MATCHES] = {CLASS_ANY | CLASS_TEXT, IS_TEXT | IS_PATTERN | IS_VARIABLE},
    [PREDICATE_EXISTS] = {ANY_CLASS, 0},
    [PREDICATE_IS_EMPTY] = {CLASS_ANY | CLASS_TEXT | CLASS_LIST, 0},
    [PREDICATE_IS_NUMBER] = {ANY_CLASS, 0},
    [PREDICATE_IS_INTEGER] = {ANY_CLASS, 0},
    [PREDICATE_IS_FLOAT] = {ANY_CLASS, 0},
    [PREDICATE_IS_STRING] = {ANY_CLASS, 0},
    [PREDICATE_IS_BOOLEAN] = {ANY_CLASS, 0},
    [PREDICATE_IS_COLLECTION] = {ANY_CLASS, 0},
    [PREDICATE_IS_ISO_DATE] = {CLASS_ANY | CLASS_TEXT, 0},
};

void expression_check_predicate(struct expression_source *source,
                                const struct expression *expression, enum value_class input,
                                const struct token *token)
{
    if ((predicate_rules[expression->predicate].classes & input) != 0)
        return;
    const char *hint = NULL;
    if (input == CLASS_LIST) {
        hint = "a path with `*`, `..`, a slice or a filter gives a list: use `count`, `contains`, "
               "`nth 0`, or `first`";
        expression_suggest(source, source->predicate, source->predicate, "first ");
        source->fix.keeps = !source->failed;
    } else if (input == CLASS_NUMBER) {
        hint = "`toString` makes text of a number";
    }
    expression_report(source, MISTAKE_EXPRESSION_TYPE, token->start, hint,
                      "`%s` does not work on %s", token->text, class_name(input));
}

static unsigned operand_bits(const struct operand *operand)
{
    switch (operand->kind) {
    case OPERAND_TEXT:
        return IS_TEXT;
    case OPERAND_VARIABLE:
        return IS_VARIABLE;
    case OPERAND_PATTERN:
        return IS_PATTERN;
    case OPERAND_VALUE:
        break;
    }
    if (operand->is_duration)
        return IS_DURATION;
    return json_is_number(operand->value) ? IS_NUMBER : IS_CONSTANT;
}

static const char *bits_name(unsigned bits)
{
    switch (bits) {
    case IS_NUMBER:
        return "a number";
    case IS_TEXT:
        return "text";
    case IS_DURATION:
        return "a time";
    case IS_PATTERN:
        return "a regular expression";
    case IS_VARIABLE:
        return "a variable";
    default:
        return "true, false or null";
    }
}

/* The operand as text, or as the number that its quotes hold. */
static void suggest_type(struct expression_source *source, bool as_text, const struct token *token)
{
    const char *text = source->text + token->start;
    size_t length = token->end - token->start;
    if (as_text && token->kind != TOKEN_TEXT)
        expression_suggest(source, token->start, token->end,
                           expression_quoted(source->arena, text, length, false));
    else if (!as_text && token->kind == TOKEN_TEXT)
        expression_suggest(source, token->start, token->end, token->text);
}

/* A time is compared with a time, and nothing else is. */
/* `1e3` and `-5` are times in no unit. */
static const char *unit_hint(struct arena *arena, const char *number)
{
    duration time;
    return duration_parse(arena_print(arena, "%ss", number), &time) == RESULT_OK
               ? arena_print(arena, "write `%sms` or `%ss`", number, number)
               : "write a time: 500ms, 1.5s";
}

static void check_time(struct expression_source *source, enum value_class input, unsigned bits,
                       const struct token *token)
{
    if (input == CLASS_TIME && bits == IS_NUMBER)
        expression_suggest_number(source, token);
    else if (input == CLASS_TIME && token->kind == TOKEN_TEXT)
        expression_suggest(source, token->start, token->end, token->text);
    if (input != CLASS_TIME)
        expression_report(source, MISTAKE_EXPRESSION_TYPE, token->start,
                          "times are compared with `time.total`, `time.wait` ...",
                          "%s is compared with a time", class_name(input));
    else if (bits == IS_NUMBER)
        expression_report(source, MISTAKE_EXPRESSION_UNIT, token->start,
                          unit_hint(source->arena, token->text), "a time needs its unit");
    else
        expression_report(source, MISTAKE_EXPRESSION_TYPE, token->start,
                          "write a time: 500ms, 1.5s", "a time is compared with %s",
                          bits_name(bits));
}

void expression_check_operand(struct expression_source *source, const struct expression *expression,
                              enum value_class input, const struct operand *operand,
                              const struct token *token)
{
    unsigned bits = operand_bits(operand);
    unsigned allowed = predicate_rules[expression->predicate].operands;
    if ((input == CLASS_TIME) != (bits == IS_DURATION)) {
        check_time(source, input, bits, token);
        return;
    }
    if ((bits & allowed) == 0) {
        suggest_type(source, (allowed & IS_NUMBER) == 0, token);
        expression_report(source, MISTAKE_EXPRESSION_TYPE, token->start,
                          (allowed & IS_NUMBER) == 0 ? "write it as text: \"...\"" : NULL,
                          "`%s` cannot be followed by %s", predicate_word(expression->predicate),
                          bits_name(bits));
        return;
    }
    bool differs = (input == CLASS_NUMBER && (bits & (IS_TEXT | IS_CONSTANT)) != 0) ||
                   (input == CLASS_TEXT && (bits & (IS_NUMBER | IS_CONSTANT)) != 0);
    if (!differs)
        return;
    suggest_type(source, input == CLASS_TEXT, token);
    const char *hint = input == CLASS_TEXT && token->kind == TOKEN_NUMBER
                           ? arena_print(source->arena, "write \"%s\"", token->text)
                       : input == CLASS_NUMBER && token->kind == TOKEN_TEXT
                           ? "write the number without quotes"
                           : NULL;
    expression_report(source, MISTAKE_EXPRESSION_TYPE, token->start, hint, "%s is compared with %s",
                      class_name(input), bits_name(bits));
}
