/* SPDX-License-Identifier: MIT */
/*
 * One expression on its way from query over filters to predicate. Private to evaluate*.c. A step
 * of it returns false after noting why it cannot go on; that is then the outcome.
 */
#ifndef JOURNEY_EVALUATE_PRIVATE_H
#define JOURNEY_EVALUATE_PRIVATE_H

#include "monitor/journey/evaluate.h"

#include <jansson.h>

struct markup;

enum {
    EVALUATE_TEXT_MAX = 16 * 1024 * 1024, /* of what templates and `replace` make */
    EVALUATE_PARTS_MAX = 100000,          /* of what `split` makes */
};

struct answer {
    const struct exchange *exchange;
    const struct net_response *response;
    unsigned redirects;
    /* Worked out at first use. */
    json_t *text;
    struct markup *markup;
    json_t *json;
    bool is_json_tried;
    enum symptom json_symptom;
    char *json_problem;
};

/* What a query or filter gave. Owns `json`. */
struct selected {
    enum selected_kind {
        SELECTED_NOTHING,
        SELECTED_VALUE, /* any JSON value */
        SELECTED_LIST,  /* an array: what a JSONPath that is not singular selected, maybe nothing */
        SELECTED_NODES, /* an array of markup_select's nodes, maybe none */
    } kind;
    json_t *json;
    /* Behind text that was made of them: a body as it came, what Base64 stood for; NULL: none. */
    const char *bytes;
    size_t byte_count;
};

struct evaluation {
    const struct expression *expression;
    struct answer *answer;
    const struct evaluate_variables *variables;
    struct arena *arena;
    enum symptom symptom; /* SYMPTOM_NONE: the one of a false assertion */
    const char *problem;  /* what came instead; NULL while all is well */
    bool types_differ;    /* of value and operand: then both are told */
    /* The last JSONPath that selected nothing, and in what; owns `root`. NULL: none did. */
    const struct jsonpath *missed;
    json_t *missed_root;
};

/* Both note the first problem and return false. A mismatch is the answer's fault. */
bool evaluate_fails(struct evaluation *evaluation, enum symptom symptom, const char *format, ...)
    PRINTF_LIKE(3, 4);
bool evaluate_mismatches(struct evaluation *evaluation, const char *format, ...) PRINTF_LIKE(2, 3);

/* Replace `value`, which starts as nothing. */
bool evaluate_query(struct evaluation *evaluation, struct selected *value);
bool evaluate_filter(struct evaluation *evaluation, const struct filter *filter,
                     struct selected *value);
bool evaluate_predicate(struct evaluation *evaluation, const struct selected *value,
                        bool *ret_holds);

/* Takes over `json`; NULL becomes nothing. Forgets the bytes. */
void selected_set(struct selected *value, enum selected_kind kind, json_t *json);
bool selected_is_nothing(const struct selected *value);
/* A new reference: the value, or the list; the text of one node, or those of several in a list.
 * NULL for nothing. */
json_t *selected_json(const struct selected *value);

json_t *evaluate_text(const char *bytes, size_t length); /* a JSON string of any bytes */
const char *evaluate_type(const json_t *json);           /* `text`, `a number` ... */
/* For people, cut at EVALUATE_ACTUAL_MAX. */
const char *evaluate_show(struct arena *arena, const json_t *json);
const char *evaluate_cut(struct arena *arena, const char *text);
/* With its type behind it: `12 (a number)`. */
const char *evaluate_show_typed(struct arena *arena, const json_t *json);

/* evaluate_explain.c: what a person wants to know of an expression that did not hold. */

/* `nothing`, and of a JSONPath how far it went: `nothing: $.data has id, code`. */
const char *evaluate_nothing(const struct evaluation *evaluation);
/* `"${total}" is "12"; ${id} is 7`, operands first; NULL when the expression has no variables. */
const char *evaluate_values(struct evaluation *evaluation);

/* The rendered text, in the arena. NULL after noting a missing variable. */
const char *evaluate_render(struct evaluation *evaluation, const struct template *template);
/* New reference; NULL after noting a missing variable. */
json_t *evaluate_operand(struct evaluation *evaluation, const struct operand *operand);

/* A filter; `value` is never nothing, and replaced in place. */
typedef bool filter_function(struct evaluation *evaluation, const struct filter *filter,
                             struct selected *value);

/* evaluate_filter_text.c */
filter_function evaluate_decode, evaluate_base64_decode, evaluate_html_unescape,
    evaluate_date_format, evaluate_days, evaluate_sub_xpath;

/* For filters: says what was wanted, and returns false. */
bool evaluate_unsuited(struct evaluation *evaluation, const struct filter *filter,
                       const char *wanted, const struct selected *value);
/* The text to work on, borrowed from `value`; NULL when it is none. */
const char *evaluate_filter_text(const struct selected *value, size_t *ret_length);
/* The n-th argument, rendered; NULL after noting why. */
const char *evaluate_argument(struct evaluation *evaluation, const struct filter *filter, size_t n);

/* What queries and filters of the same name share. A `path` or `pattern` of NULL is compiled from
 * `argument`; `own` is true for an `xpath` that the run's variables made. */
bool evaluate_xpath(struct evaluation *evaluation, const struct markup *markup, const char *xpath,
                    bool own, struct selected *value);
bool evaluate_jsonpath(struct evaluation *evaluation, const struct jsonpath *path,
                       const struct template *argument, const json_t *root, struct selected *value);
bool evaluate_regex(struct evaluation *evaluation, const struct pattern *pattern,
                    const struct template *argument, const char *text, size_t length,
                    struct selected *value);
/* The body, parsed at the first call; NULL: `json_symptom` and `json_problem` say why. */
const json_t *evaluate_body_json(struct answer *answer);
/* A body or text as JSON; NULL after filling `ret_symptom` and `ret_problem` (on the heap). */
json_t *evaluate_parse_json(const char *text, size_t length, enum symptom *ret_symptom,
                            char **ret_problem);

#endif
