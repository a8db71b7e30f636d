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
};

struct evaluation {
    const struct expression *expression;
    struct answer *answer;
    const struct evaluate_variables *variables;
    struct arena *arena;
    enum symptom symptom; /* SYMPTOM_NONE: the one of a false assertion */
    const char *problem;  /* what came instead; NULL while all is well */
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

/* Takes over `json`; NULL becomes nothing. */
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

/* The rendered text, in the arena. NULL after noting a missing variable. */
const char *evaluate_render(struct evaluation *evaluation, const struct template *template);
/* New reference; NULL after noting a missing variable. */
json_t *evaluate_operand(struct evaluation *evaluation, const struct operand *operand);

/* The three that queries and filters of the same name share. A `path` or `pattern` of NULL is
 * compiled from `argument`. */
bool evaluate_jsonpath(struct evaluation *evaluation, const struct jsonpath *path,
                       const struct template *argument, const json_t *root, struct selected *value);
bool evaluate_regex(struct evaluation *evaluation, const struct pattern *pattern,
                    const struct template *argument, const char *text, size_t length,
                    struct selected *value);
/* A body or text as JSON; NULL after filling `ret_symptom` and `ret_problem` (on the heap). */
json_t *evaluate_parse_json(const char *text, size_t length, enum symptom *ret_symptom,
                            char **ret_problem);

#endif
