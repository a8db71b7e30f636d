/* SPDX-License-Identifier: MIT */
/*
 * At which moments a journey is replayed from one vantage point. Pure, and nothing but what the
 * scenario says goes into it, so that a restart moves nothing.
 */
#ifndef SCHEDULE_TIMETABLE_H
#define SCHEDULE_TIMETABLE_H

#include "monitor/base/clock.h"
#include "scenarios/scenario.h"

struct timetable {
    duration every;          /* of the journey; with `cron` the shortest that it has */
    const struct cron *cron; /* borrowed; NULL: by `every` */
    const struct zone *zone;
    unsigned turn, turns; /* it is this vantage point's in every so many of the journey's slots */
    /* Without `cron`: its own grid. */
    duration period, offset;
};

/* The vantage point is the `number`-th of `count`, from 0, that the journey is replayed from.
 * `every`: in place of the scenario's own; 0: that. */
struct timetable timetable_of(const struct scenario *scenario, duration every, unsigned number,
                              unsigned count);

/* The same for a plain interval. */
struct timetable timetable_of_interval(const char *journey, duration every, enum mode mode,
                                       unsigned number, unsigned count);

/* The first slot after a moment; us == INT64_MAX: there is none. */
struct wall_time timetable_after(const struct timetable *timetable, struct wall_time after);

#endif
