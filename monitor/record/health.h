/* SPDX-License-Identifier: MIT */
/*
 * How the monitor itself is: what whoever reads its results must know before he believes them. A
 * picture of one moment; daemon/health.c draws it, /healthz, `status`, the page and Prometheus show
 * it. Plain data.
 */
#ifndef RECORD_HEALTH_H
#define RECORD_HEALTH_H

#include "monitor/base/clock.h"
#include "monitor/record/database.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer;

/* How a number is to be understood. X(NAME) */
#define HEALTH_KIND_TABLE(X)                                                                       \
    X(COUNT)   /* of now */                                                                        \
    X(COUNTER) /* since the start: it never falls */                                               \
    X(BYTES)                                                                                       \
    X(SECONDS) /* a duration: in microseconds here, shown in seconds */                            \
    X(MOMENT)  /* a wall time: in microseconds here; 0: never */

enum health_kind {
#define X(name) HEALTH_##name,
    HEALTH_KIND_TABLE(X)
#undef X
};

/* X(field, kind, what it is, for people and as a metric's help). All are int64_t. */
#define HEALTH_NUMBER_TABLE(X)                                                                     \
    X(started, MOMENT, "When the monitor was started")                                             \
    X(loaded, MOMENT, "When the files in force were loaded")                                       \
    X(committed, MOMENT, "When a run was last committed to the store")                             \
    X(loop_lag, SECONDS, "How late the loop's timers fire: p99 of the last minute")                \
    X(loop_lag_max, SECONDS, "How late the loop's timers fire: worst of the last minute")          \
    X(lateness, SECONDS, "How late runs are started: p99 of the last minute")                      \
    X(lateness_max, SECONDS, "How late runs are started: worst of the last minute")                \
    X(journeys, COUNT, "Journeys that are watched")                                                \
    X(vantages, COUNT, "Vantage points that they are watched from")                                \
    X(runs_in_flight, COUNT, "Runs in flight")                                                     \
    X(runs_started, COUNTER, "Runs started")                                                       \
    X(runs_unjudged, COUNT, "Runs that have ended and are not judged yet")                         \
    X(runs_unstored, COUNT, "Runs on their way into the store")                                    \
    X(runs_waiting, COUNT, "Of these, runs that the store would not take: tried again")            \
    X(runs_dropped, COUNTER, "Runs dropped because the bus was full")                              \
    X(runs_lost, COUNTER, "Runs that could not be stored and were given up")                       \
    X(runs_committed, COUNTER, "Runs committed to the store")                                      \
    X(descriptors, COUNT, "File descriptors in use")                                               \
    X(descriptors_limit, COUNT, "File descriptors that the process may have")                      \
    X(memory, BYTES, "Resident memory")                                                            \
    X(processor, SECONDS, "Processor time used")                                                   \
    X(visitors, COUNT, "Visitors of the control socket")

/* A reporter, and how far it is behind. */
struct health_reporter {
    const char *name, *kind;
    duration behind; /* for how long there has been something that it was not told; 0: nothing */
    int64_t delivered, failures, given_up; /* since the start */
    const char *trouble; /* why its last delivery failed, which is tried again; NULL: it is well */
};

/* What is wrong with the monitor. X(NAME, code, whether its results cannot be relied on). */
#define HEALTH_PROBLEM_TABLE(X)                                                                    \
    X(STARTING, "starting", true)                                                                  \
    X(STOPPING, "stopping", true)                                                                  \
    X(LAGGING, "lagging", true)                                                                    \
    X(UNSTORED, "unstored", true)                                                                  \
    X(DAMAGED, "damaged", false)                                                                   \
    X(DESCRIPTORS, "descriptors", true)                                                            \
    X(RELOAD, "reload", false)                                                                     \
    X(BLIND, "blind", false) /* what the probe of a database may not, or cannot, look at */        \
    X(REPORTER, "reporter", false)

enum health_problem {
#define X(name, code, serious) HEALTH_PROBLEM_##name,
    HEALTH_PROBLEM_TABLE(X)
#undef X
        HEALTH_PROBLEM_COUNT
};

/* From where on the loop's lag makes measurements false. */
#define HEALTH_LAG_MAX (250 * DURATION_MILLISECOND)

/* Texts and reporters are borrowed, and good for this turn of the loop. */
struct health {
    struct wall_time now;
    const char *version;
#define X(field, kind, help) int64_t field;
    HEALTH_NUMBER_TABLE(X)
#undef X
    bool starting, stopping;
    const char *store_error;  /* why the store does not take runs; NULL: it does */
    const char *store_aside;  /* where a damaged store was put since the start; NULL: nowhere */
    const char *reload_error; /* why the files as they are now are not in force; NULL: they are */
    struct wall_time reload_failed;                /* when that was tried */
    const struct database_state *const *databases; /* as they said when they were asked last */
    size_t database_count;
    const struct health_reporter *reporters;
    size_t reporter_count;
};

/* A row of the table of numbers, n from 0; false past the last. */
struct health_number {
    const char *name, *help;
    enum health_kind kind;
    int64_t value;
};
bool health_number(const struct health *health, size_t n, struct health_number *ret_number);

const char *health_problem_code(enum health_problem problem);
bool health_problem_is_serious(enum health_problem problem);

/* Whether it has this problem; if so, a sentence about it is appended to `out` (may be NULL). */
bool health_has_problem(const struct health *health, enum health_problem problem,
                        struct buffer *out);

/* Whether its results can be relied on: it has no serious problem. */
bool health_is_well(const struct health *health);

/* One line of JSON, without its end: what /healthz answers. */
void health_write(const struct health *health, struct buffer *out);

#endif
