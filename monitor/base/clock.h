/* SPDX-License-Identifier: MIT */
/*
 * Time, typed: an instant (monotonic) is for measuring, a wall time is for stamps, a duration lies
 * between two of one kind. All count microseconds. Pure modules (schedule, diagnose) never ask for
 * the time; they are given it.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "monitor/base/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t duration; /* microseconds */

#define DURATION_MILLISECOND ((duration)1000)
#define DURATION_SECOND      (1000 * DURATION_MILLISECOND)
#define DURATION_MINUTE      (60 * DURATION_SECOND)
#define DURATION_HOUR        (60 * DURATION_MINUTE)
#define DURATION_DAY         (24 * DURATION_HOUR)
#define DURATION_WEEK        (7 * DURATION_DAY)
#define DURATION_YEAR        (365 * DURATION_DAY)

struct instant {
    int64_t us; /* CLOCK_MONOTONIC; 0 means "never" */
};

struct wall_time {
    int64_t us; /* since 1970-01-01T00:00:00Z; 0 means "never" */
};

struct instant clock_instant(void);
struct wall_time clock_wall(void);

/* All clocks at one moment. Where the machine was suspended, `boot` (CLOCK_BOOTTIME) is ahead of
 * `monotonic`; where the wall clock was set, `wall` is ahead of or behind `boot`. */
struct clock_reading {
    struct wall_time wall;
    struct instant monotonic, boot;
};

struct clock_reading clock_read_all(void);

static inline duration instant_between(struct instant from, struct instant to)
{
    return to.us - from.us;
}

static inline struct instant instant_after(struct instant start, duration delay)
{
    return (struct instant){start.us + delay};
}

static inline duration wall_between(struct wall_time from, struct wall_time to)
{
    return to.us - from.us;
}

static inline struct wall_time wall_after(struct wall_time start, duration delay)
{
    return (struct wall_time){start.us + delay};
}

/* Reads `500ms`, `1.5s`, `10s`, `5m`, `2h`, `1d`, `1w`, `5y` (of 365 days): a number with its unit,
 * not below zero. */
MUST_CHECK enum result duration_parse(const char *text, duration *ret_duration);

enum { DURATION_TEXT_MAX = 32, WALL_TEXT_MAX = 32 };

/* For people: `85 µs`, `12.3 ms`, `4.20 s`, `3 min 20 s`, `2 h 05 min`, `3 d 4 h`. Returns `text`.
 */
const char *duration_print(duration value, char text[DURATION_TEXT_MAX]);

/* RFC 3339 in UTC with milliseconds, `2026-11-23T14:07:00.123Z`. Returns `text`. */
const char *wall_print(struct wall_time time, char text[WALL_TEXT_MAX]);

/* Reads what wall_print wrote. */
MUST_CHECK enum result wall_parse(const char *text, struct wall_time *ret_time);

#endif
