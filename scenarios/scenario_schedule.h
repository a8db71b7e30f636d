/* SPDX-License-Identifier: MIT */
/* What a scenario says of when, from where and how well, besides numbers. */
#ifndef SCENARIOS_SCENARIO_SCHEDULE_H
#define SCENARIOS_SCENARIO_SCHEDULE_H

#include "monitor/base/clock.h"
#include "scenarios/mistake.h"

#define DEFAULT_OVER (30 * DURATION_DAY) /* of an objective */

/* What to do when the previous run of the same journey and vantage point still goes. X(NAME, word)
 */
#define OVERLAP_TABLE(X)                                                                           \
    X(WAIT, "wait") /* the slot takes the state that the run in its way reaches */                 \
    X(KILL, "kill") /* the run in its way is ended, failed */

enum overlap {
#define X(name, word) OVERLAP_##name,
    OVERLAP_TABLE(X)
#undef X
};

/* How the vantage points of a journey share its slots. X(NAME, word) */
#define MODE_TABLE(X)                                                                              \
    X(BURST, "burst")   /* all of them in each */                                                  \
    X(SPREAD, "spread") /* all of them in each interval, one after another */                      \
    X(ROTATE, "rotate") /* one of them in each, by turns */

enum mode {
#define X(name, word) MODE_##name,
    MODE_TABLE(X)
#undef X
};

/* What the journey's owner has promised. */
struct objective {
    int64_t success; /* millionths of the replays */
    duration within; /* the time in which one counts as a success; 0: any */
    duration over;
    struct position position;
};

/* For the vantage points that a variable does not name. */
#define VARIABLE_OTHERS "others"

#endif
