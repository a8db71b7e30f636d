/* SPDX-License-Identifier: MIT */
/*
 * The driver of a run: one step at a time, each saying next, wait or done. It renders requests, has
 * net/ send them, follows redirects, checks assertions, takes captures, and always does the
 * cleanup. It observes; whose fault a failure is, others say.
 */
#ifndef JOURNEY_JOURNEY_H
#define JOURNEY_JOURNEY_H

#include "monitor/net/net.h"
#include "monitor/record/run.h"
#include "scenarios/scenario.h"
#include "scenarios/shop.h"

struct journey; /* a run in flight */

/* `--var NAME=VALUE`: replaces the scenario's variable of that name, or adds one. */
struct journey_variable {
    const char *name, *value;
};

/* All borrowed, and alive until the run is done. */
struct journey_settings {
    const struct scenario *scenario;
    const struct shop *shop; /* may be NULL */
    struct net_vantage *net_vantage;
    const char *vantage; /* its name */
    struct wall_time planned;
    const struct journey_variable *overrides;
    size_t override_count;
    bool keep_messages; /* requests and answers stay with their exchanges: message.h */
    const bool *chosen; /* of scenario_choose; NULL: all steps */
    struct loop *loop;
};

/* Receives the finished run, and owns it. In a later turn than journey_start; the journey is freed
 * after. */
typedef void journey_done(void *data, struct run *run);

/* Told as the run goes on, for live output; `step` is finished. May be NULL. */
typedef void journey_progress(void *data, const struct run *run, const struct run_step *step);

struct journey *journey_start(const struct journey_settings *settings, journey_done *done,
                              journey_progress *progress, void *data);

/*
 * Ends the run before its time: the step in flight gets `state` and `symptom`, later ones are
 * skipped, cleanup is done still. `reason` goes into the record. `done` follows as always.
 */
void journey_end(struct journey *journey, enum state state, enum symptom symptom,
                 const char *reason);

/* Ends it at once and without cleanup or callback (the program ends). */
void journey_abandon(struct journey *journey);

#endif
