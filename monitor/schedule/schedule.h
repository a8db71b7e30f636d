/* SPDX-License-Identifier: MIT */
/*
 * Which slot is due when. Pure: `now` is a parameter, nothing here reads a clock. When the slots of
 * a journey are, its timetable says.
 */
#ifndef SCHEDULE_SCHEDULE_H
#define SCHEDULE_SCHEDULE_H

#include "monitor/base/clock.h"
#include "monitor/schedule/timetable.h"

#include <stdbool.h>
#include <stddef.h>

struct schedule;

/* A slot later than this, or than its interval, is not started any more but ends unknown, reason
 * late. */
#define SCHEDULE_LATE_MAX (10 * DURATION_SECOND)

enum { SCHEDULE_MISSED_MAX = 100000 };

/* One journey from one vantage point. */
struct schedule_entry {
    struct timetable timetable;
    bool kill_overlap; /* else wait */
};

/* What to do with a slot that is due. X(NAME) */
#define SCHEDULE_ACTION_TABLE(X)                                                                   \
    X(START)   /* begin the run */                                                                 \
    X(OVERLAP) /* its predecessor still goes: this slot ends as that one will */                   \
    X(KILL)    /* end the predecessor, then begin the run */                                       \
    X(LATE)    /* too late to be started: ends unknown */

enum schedule_action {
#define X(name) SCHEDULE_##name,
    SCHEDULE_ACTION_TABLE(X)
#undef X
};

struct schedule_due {
    size_t entry; /* number of the entry */
    struct wall_time planned;
    enum schedule_action action;
};

/* Copies `entries`; what they point to is borrowed. The first slots are the first after `now`. */
struct schedule *schedule_create(const struct schedule_entry *entries, size_t count,
                                 struct wall_time now);
void schedule_free(struct schedule *schedule); /* takes NULL */

/* When the next slot is due; us == INT64_MAX when there is none. */
struct wall_time schedule_next(const struct schedule *schedule);

/*
 * The next slot that is due at `now`, oldest first, or false. Call until false. After a pause (a
 * suspended machine) every slot that was missed comes out once, as LATE. A clock that was set
 * forward by more than SCHEDULE_MISSED_MAX intervals, or back by more than a second, begins anew.
 */
bool schedule_take(struct schedule *schedule, struct wall_time now, struct schedule_due *ret_due);

/* The run of an entry has ended; until told, its next slots are OVERLAP or KILL. */
void schedule_ended(struct schedule *schedule, size_t entry);

#endif
