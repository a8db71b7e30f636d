/* SPDX-License-Identifier: MIT */
/*
 * The compiled form of a JSONPath, shared by its parser (jsonpath_parse*.c, jsonpath_literal.c) and
 * its evaluator (jsonpath_select.c, _filter.c, _functions.c, _value.c). Private to them. The words
 * are RFC 9535's.
 */
#ifndef SCENARIOS_JSONPATH_PRIVATE_H
#define SCENARIOS_JSONPATH_PRIVATE_H

#include "scenarios/jsonpath.h"

#include <jansson.h>
#include <stdint.h>

struct pattern;
struct logical;

#define INTEGER_MAX ((int64_t)9007199254740991) /* I-JSON's, RFC 7493 section 2.2 */

/* A value in a filter: what a query selected, a literal, or what a function returned. Arrays and
 * objects stay JSON; the rest is plain, so that all of it compares alike. */
struct value {
    enum value_kind {
        VALUE_NOTHING,
        VALUE_NULL,
        VALUE_FALSE,
        VALUE_TRUE,
        VALUE_INTEGER,
        VALUE_REAL,
        VALUE_STRING,
        VALUE_ARRAY,
        VALUE_OBJECT,
    } kind;
    int64_t integer;
    double real;
    const char *text;
    size_t length;
    const json_t *json;
};

/* The three types of section 2.4.1. */
enum function_type { TYPE_VALUE, TYPE_LOGICAL, TYPE_NODES };

/* X(NAME, word, result, number of parameters, type of all of them) */
#define FUNCTION_TABLE(X)                                                                          \
    X(LENGTH, "length", VALUE, 1, VALUE)                                                           \
    X(COUNT, "count", VALUE, 1, NODES)                                                             \
    X(MATCH, "match", LOGICAL, 2, VALUE)                                                           \
    X(SEARCH, "search", LOGICAL, 2, VALUE)                                                         \
    X(VALUE, "value", VALUE, 1, NODES)

enum function {
#define X(name, word, result, parameters, type) FUNCTION_##name,
    FUNCTION_TABLE(X)
#undef X
};

enum { FUNCTION_PARAMETERS_MAX = 2 };

struct call {
    enum function function;
    struct term *arguments[FUNCTION_PARAMETERS_MAX];
    struct pattern *pattern; /* match and search with a constant pattern that is I-Regexp */
};

/* What stands at either side of a comparison, or as an argument. */
struct term {
    enum term_kind { TERM_LITERAL, TERM_QUERY, TERM_CALL } kind;
    size_t offset; /* in the text, for mistakes */
    struct value literal;
    struct jsonpath *query;
    struct call *call;
};

enum comparison {
    COMPARISON_EQUAL,
    COMPARISON_NOT_EQUAL,
    COMPARISON_LESS_EQUAL,
    COMPARISON_GREATER_EQUAL,
    COMPARISON_LESS,
    COMPARISON_GREATER,
};

struct logical {
    enum logical_kind {
        LOGICAL_OR,  /* of `parts` */
        LOGICAL_AND, /* of `parts` */
        LOGICAL_NOT, /* of parts[0] */
        LOGICAL_COMPARISON,
        LOGICAL_TEST, /* `left` exists, or is a function that says so */
    } kind;
    struct logical *parts;
    size_t part_count;
    enum comparison comparison;
    struct term *left, *right;
};

struct slice {
    bool has_start, has_end;
    int64_t start, end, step;
};

struct selector {
    enum selector_kind {
        SELECTOR_NAME,
        SELECTOR_WILDCARD,
        SELECTOR_INDEX,
        SELECTOR_SLICE,
        SELECTOR_FILTER,
    } kind;
    uint32_t name_length;
    union {
        const char *name;
        int64_t index;
        struct slice *slice;
        struct logical *filter;
    };
};

struct segment {
    bool is_descendant;
    struct selector *selectors;
    size_t selector_count;
};

struct jsonpath {
    bool is_relative; /* begins with `@` */
    bool is_singular;
    struct segment *segments;
    size_t segment_count;
};

/* The parser: `at` moves through a NUL-terminated text. Its functions return false, or NULL, after
 * setting the error. */
struct parser {
    struct arena *arena;
    const char *text, *at;
    struct error *error;
    size_t error_offset;
    unsigned nesting;
};

bool jsonpath_fail(struct parser *parser, const char *at, const char *message); /* always false */
void jsonpath_skip_blank(struct parser *parser);
bool jsonpath_take(struct parser *parser, const char *word);
bool jsonpath_nest(struct parser *parser); /* undone by parser->nesting-- */
bool jsonpath_parse_string(struct parser *parser, const char **ret_text, size_t *ret_length);
bool jsonpath_parse_integer(struct parser *parser, int64_t *ret_integer);
bool jsonpath_parse_number(struct parser *parser, struct value *ret_number);
struct jsonpath *jsonpath_parse_query(struct parser *parser); /* at `$` or `@` */
struct logical *jsonpath_parse_logical(struct parser *parser);

/* Function extensions: what the parser asks. */
bool jsonpath_function_find(const char *name, size_t length, enum function *ret_function);
enum function_type jsonpath_function_result(enum function function);
size_t jsonpath_function_parameter_count(enum function function);
enum function_type jsonpath_function_parameter_type(enum function function);

/* One evaluation. `result` other than RESULT_OK ends it. */
struct selection {
    const json_t *root;
    uint64_t work_left;
    enum result result;
    /* The last pattern that came from the document, since the next node often wants it again. */
    struct pattern *pattern;
    char *pattern_text;
    size_t pattern_length;
    bool pattern_is_anchored;
};

struct nodes {
    const json_t **items;
    size_t count;
};

/* Counts `amount` of work; false when the evaluation must end. */
bool jsonpath_work(struct selection *selection, uint64_t amount);
void jsonpath_select_nodes(struct selection *selection, const struct jsonpath *query,
                           const json_t *current, struct nodes *nodes);
/* Of a singular query; NULL for nothing. */
const json_t *jsonpath_select_one(struct selection *selection, const struct jsonpath *query,
                                  const json_t *current);
/* By a name or an index; NULL for nothing, and for another kind of selector. */
const json_t *jsonpath_select_child(const json_t *node, const struct selector *selector);
bool jsonpath_filter_holds(struct selection *selection, const struct logical *logical,
                           const json_t *current);
struct value jsonpath_term_value(struct selection *selection, const struct term *term,
                                 const json_t *current);
struct value jsonpath_call_value(struct selection *selection, const struct call *call,
                                 const json_t *current);
bool jsonpath_call_holds(struct selection *selection, const struct call *call,
                         const json_t *current);

struct value jsonpath_value_of(const json_t *json); /* NULL is nothing */
bool jsonpath_compare(struct selection *selection, enum comparison comparison,
                      const struct value *left, const struct value *right);

#endif
