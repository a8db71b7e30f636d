/* SPDX-License-Identifier: MIT */
/* Answers to be looked at, and what must come out of it when a line of a scenario does so. */
#ifndef TESTS_UNIT_EVALUATE_FIXTURE_H
#define TESTS_UNIT_EVALUATE_FIXTURE_H

#include "monitor/journey/evaluate.h"

enum body {
    JSON,
    PAGE,
    TEXT,
    EMPTY,
    BROKEN,
    HUGE_NUMBER,
    SURROGATE,
    MARKED,
    BYTES,
    SAME,
    TAGS,
    STRANGE
};

extern const char *const evaluate_bodies[];

/* What the report says where JSON has no such member: it has 18 others. */
#define NO_SUCH_MEMBER                                                                             \
    "nothing: $ has state, id, code, total, whole, paid, note, none, nothing, bare, items, tags "  \
    "and 6 more"

/* One answer, one expression, and all that they stand on. */
struct scene {
    struct arena *arena;
    struct exchange exchange;
    struct net_response response;
    struct answer *answer;
    struct expression *expression;
    struct json_t *variables;
};

void scene_open(struct scene *scene, enum body body, int status, const char *line, bool is_capture);
void scene_close(struct scene *scene);
struct outcome scene_assert(struct scene *scene);

/* Variables: `{"name": value}`. */
const struct json_t *evaluate_look_up(void *data, const char *name);

/* An assertion about an answer with status 200. `actual` NULL: it holds. Otherwise what the report
 * shows. */
struct evaluate_case {
    enum body body;
    const char *line, *actual;
};

extern const struct evaluate_case evaluate_cases[];
extern const size_t evaluate_case_count;

#endif
