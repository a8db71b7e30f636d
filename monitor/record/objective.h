/* SPDX-License-Identifier: MIT */
/*
 * How an objective is doing: what a journey's owner has promised, and what came of it. Plain data;
 * diagnose/objective.c makes it, the control socket, the page and Prometheus show it.
 */
#ifndef RECORD_OBJECTIVE_H
#define RECORD_OBJECTIVE_H

#include "monitor/base/clock.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * When to speak, by how much faster than allowed the error budget burns: Google's SRE Workbook,
 * chapter 5, table 5-8. The longer window says that it matters, the shorter (a twelfth of it) that
 * it still goes on; both must burn so fast that `part` of the budget would be gone in the longer
 * one. X(NAME, word, longer, shorter, part in hundredths)
 */
#define OBJECTIVE_BURN_TABLE(X)                                                                    \
    X(FAST, "page", DURATION_HOUR, 5 * DURATION_MINUTE, 2)                                         \
    X(STEADY, "page", 6 * DURATION_HOUR, 30 * DURATION_MINUTE, 5)                                  \
    X(SLOW, "ticket", 3 * DURATION_DAY, 6 * DURATION_HOUR, 10)

enum objective_burn_kind {
#define X(name, word, longer, shorter, part) OBJECTIVE_BURN_##name,
    OBJECTIVE_BURN_TABLE(X)
#undef X
        OBJECTIVE_BURN_COUNT
};

struct objective_burn {
    const char *severity; /* `page`, `ticket` */
    duration longer, shorter;
    double limit; /* from this rate on it speaks; 0: this row does not fit the objective's window */
    double longer_rate, shorter_rate; /* 1: just what is allowed */
    bool burning;
};

/* A share that is not known exactly, since some slots could not look: counted as failed, and as
 * passed. 0 to 1. */
struct objective_range {
    double low, high;
};

/* How slots ended; those that maintenance excludes count in nothing else. */
struct objective_counts {
    uint64_t good; /* passed in time; degraded, too */
    uint64_t slow; /* passed, and not in time */
    uint64_t failed;
    uint64_t unknown; /* could not look */
    uint64_t excluded;
};

struct objective_report {
    const char *journey;
    double target;         /* share of good ones, 0 to 1 */
    duration within, over; /* within 0: in any time */
    struct wall_time since, now;
    struct objective_counts counts;
    struct objective_range success;      /* share of good ones */
    struct objective_range availability; /* the same in any time */
    struct objective_range budget_left;  /* 1: all of it; below 0: overspent */
    struct objective_burn burns[OBJECTIVE_BURN_COUNT];
};

struct objective_reports {
    const struct objective_report *reports; /* borrowed, and good for this turn of the loop */
    size_t count;
};

/* Whether the promise is broken whatever the unknown slots were. */
bool objective_is_missed(const struct objective_report *report);

/* The row that burns and weighs most; NULL: none. */
const struct objective_burn *objective_worst_burn(const struct objective_report *report);

struct buffer;
struct json_writer;

/* One sentence for people. */
void objective_say(const struct objective_report *report, struct buffer *out);

/* Appends it as a value of what is open; shares are in percent. */
void objective_write(const struct objective_report *report, struct json_writer *writer,
                     const char *key);

#endif
