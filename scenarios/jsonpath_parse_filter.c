/* SPDX-License-Identifier: MIT */
/*
 * Parses the logical expression of a filter selector, and checks that it is well-typed (RFC 9535,
 * sections 2.3.5 and 2.4.3).
 */
#include "scenarios/jsonpath_private.h"
#include "scenarios/pattern.h"

#include <string.h>

static struct term *parse_term(struct parser *parser);

static bool is_lower(char byte)
{
    return byte >= 'a' && byte <= 'z';
}

/* `name` as functions and the words true, false and null have it. */
static size_t identifier_length(const char *at)
{
    size_t length = 0;
    while (is_lower(at[length]) ||
           (length > 0 && (at[length] == '_' || (at[length] >= '0' && at[length] <= '9'))))
        length++;
    return length;
}

/* Whether `term` may stand where a value is wanted: a literal, one node, a function of a value. */
static bool term_is_value(struct parser *parser, const struct term *term)
{
    const char *at = parser->text + term->offset;
    if (term->kind == TERM_QUERY && !term->query->is_singular)
        return jsonpath_fail(parser, at,
                             "this may select several nodes, where one value is wanted");
    if (term->kind == TERM_CALL && jsonpath_function_result(term->call->function) != TYPE_VALUE)
        return jsonpath_fail(parser, at, "this function says yes or no, where a value is wanted");
    return true;
}

static bool argument_fits(struct parser *parser, enum function function, const struct term *term)
{
    if (jsonpath_function_parameter_type(function) == TYPE_VALUE)
        return term_is_value(parser, term);
    return term->kind == TERM_QUERY ||
           jsonpath_fail(parser, parser->text + term->offset, "this function wants a query");
}

/* A constant pattern is compiled now. What is no I-Regexp matches nothing: section 2.4.6. */
static void compile_pattern(struct parser *parser, struct call *call)
{
    if (call->function != FUNCTION_MATCH && call->function != FUNCTION_SEARCH)
        return;
    const struct term *term = call->arguments[1];
    if (term->kind == TERM_LITERAL && term->literal.kind == VALUE_STRING)
        call->pattern =
            pattern_compile_iregexp(parser->arena, term->literal.text, term->literal.length,
                                    call->function == FUNCTION_MATCH);
}

/* Behind `(`. */
static bool parse_arguments(struct parser *parser, struct call *call)
{
    size_t wanted = jsonpath_function_parameter_count(call->function);
    for (size_t n = 0; n < wanted; n++) {
        jsonpath_skip_blank(parser);
        if (n > 0 && !jsonpath_take(parser, ","))
            return jsonpath_fail(parser, parser->at, "`,` and another argument were expected");
        jsonpath_skip_blank(parser);
        call->arguments[n] = parse_term(parser);
        if (call->arguments[n] == NULL ||
            !argument_fits(parser, call->function, call->arguments[n]))
            return false;
    }
    jsonpath_skip_blank(parser);
    if (!jsonpath_take(parser, ")"))
        return jsonpath_fail(parser, parser->at, "`)` was expected behind the last argument");
    compile_pattern(parser, call);
    return true;
}

static bool parse_call(struct parser *parser, size_t length, struct term *term)
{
    term->kind = TERM_CALL;
    term->call = arena_allocate(parser->arena, 1, sizeof *term->call);
    if (!jsonpath_function_find(parser->at, length, &term->call->function))
        return jsonpath_fail(parser, parser->at, "there is no such function");
    parser->at += length + 1;
    if (!jsonpath_nest(parser))
        return false;
    bool parsed = parse_arguments(parser, term->call);
    parser->nesting--;
    return parsed;
}

static bool parse_word(struct parser *parser, struct term *term)
{
    static const struct {
        const char *word;
        enum value_kind kind;
    } words[] = {{"null", VALUE_NULL}, {"false", VALUE_FALSE}, {"true", VALUE_TRUE}};
    size_t length = identifier_length(parser->at);
    if (parser->at[length] == '(')
        return parse_call(parser, length, term);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strlen(words[i].word) != length || strncmp(parser->at, words[i].word, length) != 0)
            continue;
        term->literal.kind = words[i].kind;
        parser->at += length;
        return true;
    }
    return jsonpath_fail(parser, parser->at, "a function needs its `(`, a name its quotes");
}

static struct term *parse_term(struct parser *parser)
{
    struct term *term = arena_allocate(parser->arena, 1, sizeof *term);
    term->offset = (size_t)(parser->at - parser->text);
    char first = *parser->at;
    bool parsed;
    if (first == '@' || first == '$') {
        term->kind = TERM_QUERY;
        term->query = jsonpath_parse_query(parser);
        parsed = term->query != NULL;
    } else if (first == '\'' || first == '"') {
        term->literal.kind = VALUE_STRING;
        parsed = jsonpath_parse_string(parser, &term->literal.text, &term->literal.length);
    } else if (first == '-' || (first >= '0' && first <= '9')) {
        parsed = jsonpath_parse_number(parser, &term->literal);
    } else if (is_lower(first)) {
        parsed = parse_word(parser, term);
    } else {
        parsed = jsonpath_fail(parser, parser->at, "a query, a literal or a function was expected");
    }
    return parsed ? term : NULL;
}

static bool parse_comparison_operator(struct parser *parser, enum comparison *ret_comparison)
{
    /* The longer ones first. */
    static const struct {
        const char *word;
        enum comparison comparison;
    } operators[] = {
        {"==", COMPARISON_EQUAL},      {"!=", COMPARISON_NOT_EQUAL},
        {"<=", COMPARISON_LESS_EQUAL}, {">=", COMPARISON_GREATER_EQUAL},
        {"<", COMPARISON_LESS},        {">", COMPARISON_GREATER},
    };
    for (size_t i = 0; i < COUNT_OF(operators); i++) {
        if (!jsonpath_take(parser, operators[i].word))
            continue;
        *ret_comparison = operators[i].comparison;
        return true;
    }
    return false;
}

/* A query by itself asks whether it selects anything; a function by itself must say yes or no. */
static bool term_is_test(struct parser *parser, const struct term *term)
{
    const char *at = parser->text + term->offset;
    if (term->kind == TERM_LITERAL)
        return jsonpath_fail(parser, at, "a literal must be compared with something");
    if (term->kind == TERM_CALL && jsonpath_function_result(term->call->function) != TYPE_LOGICAL)
        return jsonpath_fail(parser, at, "what this function returns must be compared");
    return true;
}

static bool parse_test(struct parser *parser, struct logical *logical)
{
    logical->kind = LOGICAL_TEST;
    logical->left = parse_term(parser);
    return logical->left != NULL && term_is_test(parser, logical->left);
}

static bool parse_comparison_or_test(struct parser *parser, struct logical *logical)
{
    logical->left = parse_term(parser);
    if (logical->left == NULL)
        return false;
    const char *end = parser->at;
    jsonpath_skip_blank(parser);
    if (!parse_comparison_operator(parser, &logical->comparison)) {
        parser->at = end;
        logical->kind = LOGICAL_TEST;
        return term_is_test(parser, logical->left);
    }
    logical->kind = LOGICAL_COMPARISON;
    jsonpath_skip_blank(parser);
    logical->right = parse_term(parser);
    return logical->right != NULL && term_is_value(parser, logical->left) &&
           term_is_value(parser, logical->right);
}

/* Behind `(`. */
static bool parse_parenthesised(struct parser *parser, struct logical *logical)
{
    jsonpath_skip_blank(parser);
    struct logical *inner = jsonpath_parse_logical(parser);
    if (inner == NULL)
        return false;
    jsonpath_skip_blank(parser);
    *logical = *inner;
    return jsonpath_take(parser, ")") || jsonpath_fail(parser, parser->at, "`)` was expected");
}

static bool parse_basic(struct parser *parser, struct logical *logical)
{
    *logical = (struct logical){.kind = LOGICAL_NOT};
    if (jsonpath_take(parser, "(")) {
        return parse_parenthesised(parser, logical);
    } else if (!jsonpath_take(parser, "!")) {
        return parse_comparison_or_test(parser, logical);
    }
    jsonpath_skip_blank(parser);
    logical->part_count = 1;
    logical->parts = arena_allocate(parser->arena, 1, sizeof *logical->parts);
    if (jsonpath_take(parser, "("))
        return parse_parenthesised(parser, &logical->parts[0]);
    return parse_test(parser, &logical->parts[0]);
}

typedef bool parse_part(struct parser *parser, struct logical *logical);

/* `part` once, or several times with `word` between. */
static bool parse_chain(struct parser *parser, const char *word, enum logical_kind kind,
                        parse_part *part, struct logical *logical)
{
    *logical = (struct logical){.kind = kind};
    for (;;) {
        arena_grow(parser->arena, logical->parts, logical->part_count);
        if (!part(parser, &logical->parts[logical->part_count++]))
            return false;
        const char *end = parser->at;
        jsonpath_skip_blank(parser);
        if (!jsonpath_take(parser, word)) {
            parser->at = end;
            return true;
        }
        jsonpath_skip_blank(parser);
    }
}

static bool parse_and(struct parser *parser, struct logical *logical)
{
    return parse_chain(parser, "&&", LOGICAL_AND, parse_basic, logical);
}

struct logical *jsonpath_parse_logical(struct parser *parser)
{
    struct logical *logical = arena_allocate(parser->arena, 1, sizeof *logical);
    if (!jsonpath_nest(parser))
        return NULL;
    bool parsed = parse_chain(parser, "||", LOGICAL_OR, parse_and, logical);
    parser->nesting--;
    return parsed ? logical : NULL;
}
