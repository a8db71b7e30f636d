/* SPDX-License-Identifier: MIT */
/*
 * Which slot is due when, and which were missed. Pure: `now` is a parameter, nothing here reads a
 * clock. When the slots of a journey are, its timetable says. Every slot comes out once, as due or
 * as missed.
 */
#ifndef SCHEDULE_SCHEDULE_H
#define SCHEDULE_SCHEDULE_H

#include "monitor/base/clock.h"
#include "monitor/record/reason.h"
#include "monitor/schedule/timetable.h"

#include <stdbool.h>
#include <stddef.h>

struct schedule;

/* A slot later than this, or than its interval, is not started any more. Nor does a clock that is
 * set by less do more than shift the starts by so much. */
#define SCHEDULE_LATE_MAX (10 * DURATION_SECOND)

/* After a long absence the latest of the missed slots come out: so many of an entry, and of all. */
enum { SCHEDULE_MISSED_EACH = 1000, SCHEDULE_MISSED_ALL = 100000 };

/* One journey from one vantage point. */
struct schedule_entry {
    struct timetable timetable;
    bool kill_overlap;      /* else wait */
    struct wall_time since; /* its last slot before a restart; 0: there was none */
};

/* What to do with a slot that is due. X(NAME) */
#define SCHEDULE_ACTION_TABLE(X)                                                                   \
    X(START)   /* begin the run */                                                                 \
    X(OVERLAP) /* its predecessor still goes: this slot ends as that one will */                   \
    X(KILL)    /* end the predecessor, then begin the run */                                       \
    X(MISSED)  /* nothing: it ends unknown, for the reason given */

enum schedule_action {
#define X(name) SCHEDULE_##name,
    SCHEDULE_ACTION_TABLE(X)
#undef X
};

struct schedule_due {
    size_t entry; /* number of the entry */
    struct wall_time planned;
    enum schedule_action action;
    enum reason reason; /* of MISSED: late, restart, suspended, clock step */
};

/* Copies `entries`; what they point to is borrowed. The first slots are the first after `now`;
 * those since the last one before a restart were missed. */
struct schedule *schedule_create(const struct schedule_entry *entries, size_t count,
                                 const struct clock_reading *now);
void schedule_free(struct schedule *schedule); /* takes NULL */

/* When the next slot is due; us == INT64_MAX when there is none. */
struct wall_time schedule_next(const struct schedule *schedule);

/*
 * The next slot that is due at `now`, oldest first, or false. Call until false. Where more than
 * SCHEDULE_LATE_MAX has gone by since the last call (the machine was suspended, the clock was set,
 * the monitor hung), the slots of that time were missed, and none of them is started. Where the
 * clock was set back by more, the same times come again, as slots of their own.
 */
bool schedule_take(struct schedule *schedule, const struct clock_reading *now,
                   struct schedule_due *ret_due);

/* The next slot that was missed for longer, or false: those of an entry oldest first. There may be
 * many: take them in portions. */
bool schedule_take_missed(struct schedule *schedule, struct schedule_due *ret_due);
/* The same of one entry alone. */
bool schedule_take_missed_of(struct schedule *schedule, size_t entry, struct schedule_due *ret_due);
bool schedule_has_missed(const struct schedule *schedule);

/* How many times an entry had more missed slots than come out. */
unsigned long schedule_forgotten(const struct schedule *schedule);

/* An entry goes on as one of another schedule did, which is not asked any more: its run may be
 * under way, and what was missed is still to come out. */
void schedule_continue(struct schedule *schedule, size_t entry, const struct schedule *before,
                       size_t entry_before);

/* The run of an entry has ended; until told, its next slots are OVERLAP or KILL. */
void schedule_ended(struct schedule *schedule, size_t entry);

#endif
