/* SPDX-License-Identifier: MIT */
/*
 * Works out expressions over an answer: query, then filters, then predicate. Pure but for memory:
 * an answer and variables in, a value or an outcome out. What a false assertion means for the step
 * is the driver's business.
 *
 * Nothing selected is no value: it does not exist, is empty and counts 0; every other predicate is
 * false of it, negated or not (but for a phase that did not happen: it is shorter than any time).
 * So is every predicate of a value whose type it knows nothing of. A list of what a JSONPath or a
 * selector selected may be empty: then it is nothing too, but still a list that contains nothing.
 * What css and xpath select is a list of texts; when it is one node, predicates and text filters
 * see its text.
 */
#ifndef JOURNEY_EVALUATE_H
#define JOURNEY_EVALUATE_H

#include "monitor/base/arena.h"
#include "monitor/net/net.h"
#include "monitor/record/run.h"
#include "scenarios/expression.h"

struct json_t;

/* One answer and what was worked out from it already: body parsed once, however many assertions
 * look at it. */
struct answer;

/* All borrowed until answer_free. `redirects`: how many hops came before. */
struct answer *answer_create(const struct exchange *exchange, const struct net_response *response,
                             unsigned redirects);
void answer_free(struct answer *answer); /* takes NULL */

/* Variables that expressions may use. */
struct evaluate_variables {
    template_lookup *lookup;
    void *data;
};

struct outcome {
    bool holds;
    enum symptom symptom; /* when not: content.mismatch, http.error, http.status_unexpected,
                             content.json_invalid, pace.slow, monitor.variable_missing ... */
    /* For people, at most EVALUATE_ACTUAL_MAX bytes each; in the arena. */
    const char *actual; /* what came instead */
    const char *values; /* what the variables in the expression stood for; NULL: there are none */
};

enum {
    EVALUATE_ACTUAL_MAX = 300,
    EVALUATE_BODY_SHOWN = 120, /* a longer one that was searched is told by its size */
};

/* `status` mismatching 4xx/5xx is http.error, another http.status_unexpected; a time that does not
 * hold is pace.slow. A variable without a value, or one that makes no valid argument, is
 * monitor.variable_missing: the shop has no part in it. */
struct outcome evaluate_assertion(const struct expression *expression, struct answer *answer,
                                  const struct evaluate_variables *variables, struct arena *arena);

/* The captured value as a new reference, or NULL with `ret_outcome` saying why: nothing selected is
 * content.capture_missing. Times are captured in microseconds. */
struct json_t *evaluate_capture(const struct expression *expression, struct answer *answer,
                                const struct evaluate_variables *variables, struct arena *arena,
                                struct outcome *ret_outcome);

#endif
