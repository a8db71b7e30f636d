/* SPDX-License-Identifier: MIT */
/* An answer held against its step: assertions, then captures. Fills the step's record. */
#ifndef JOURNEY_JUDGE_H
#define JOURNEY_JUDGE_H

#include "monitor/journey/mask.h"
#include "monitor/journey/variables.h"
#include "monitor/net/net.h"
#include "monitor/record/run.h"
#include "scenarios/scenario.h"

enum { JUDGE_EXCERPT_MAX = 2048 };

struct judge {
    const struct step *step;
    struct run_step *record; /* its last exchange is the one answered */
    const struct net_response *response;
    unsigned redirects;
    struct variables *variables; /* receive the captures */
    struct mask *mask;           /* receives those that are secret */
    struct arena *arena;
};

/* passed, degraded or failed; with symptom, expected, actual and excerpt in the record. */
enum state judge_step(const struct judge *judge);

/* True when the step's `until` holds; otherwise the record says what came instead. */
bool judge_until(const struct judge *judge);

enum { JUDGE_FOUND_MAX = 100 };

/* What the step's `find` selects, as a list that may be empty (new reference); NULL when that
 * cannot be told, with the record saying why. */
struct json_t *judge_find(const struct judge *judge);

/* Keeps the beginning of the body as evidence. */
void judge_keep_excerpt(struct run_step *record, const struct net_response *response,
                        struct arena *arena);

#endif
