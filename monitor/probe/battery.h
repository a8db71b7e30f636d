/* SPDX-License-Identifier: MIT */
/*
 * The differential battery: which questions tell the suspects of a failed run apart, each with one
 * thing other than in the run. And how often they may be asked, so that the monitor never becomes
 * the outage. Pure: `now` is a parameter.
 */
#ifndef PROBE_BATTERY_H
#define PROBE_BATTERY_H

#include "monitor/probe/probe.h"
#include "monitor/record/run.h"
#include "scenarios/shop.h"

/*
 * What to ask about `run`: nothing where it did not fail, and never the request that failed itself.
 * Each adds to the first `count` of `questions`, which has room for PROBE_QUESTIONS_MAX, and
 * returns how many there are then. Texts are in `arena`, or the shop's, or the run's.
 */

/* Whether it could not even talk to the shop, and has reason to suspect itself. */
bool battery_wants_references(const struct run *run);

/* Of others, whether the vantage point has a network at all. */
size_t battery_plan_references(const struct shop *shop, const struct run *run,
                               struct probe_question *questions, size_t count);

/* Of the shop's components. */
size_t battery_plan_components(const struct shop *shop, const struct run *run, struct arena *arena,
                               struct probe_question *questions, size_t count);

/* How often a vantage point asks: at once when a failure begins, then ever more rarely while it
 * lasts; never more than BATTERY_HOUR_MAX times an hour. */
struct battery_pace {
    struct wall_time last, hour; /* of the last time; the begin of the hour that is counted */
    duration pause;
    unsigned times; /* in that hour */
};

#define BATTERY_PAUSE_MIN (5 * DURATION_SECOND)
#define BATTERY_PAUSE_MAX DURATION_HOUR
enum { BATTERY_HOUR_MAX = 30, BATTERY_RESOLVERS_MAX = 2 };

/* Whether it may be asked now; if so, that is noted. */
bool battery_may_ask(struct battery_pace *pace, struct wall_time now);

/*
 * How many of the `count` questions to ask now, of which the first `references` are of others: all,
 * where the shop may be asked, so that its answers are held against those of others at the same
 * moment; else those of others, unless they are `known`, or none.
 */
size_t battery_choose(struct battery_pace *pace, struct wall_time now, size_t references,
                      size_t count, bool known);

#endif
