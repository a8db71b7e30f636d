/* SPDX-License-Identifier: MIT */
/*
 * What graphs are drawn from: rollups, put in a row of equal stretches of time, a row for each name
 * (a vantage point, a step). Histograms merge, so percentiles stay true over any stretch. Pure.
 */
#ifndef REPORTERS_SERIES_H
#define REPORTERS_SERIES_H

#include "monitor/store/store_rollups.h"

/* How far back a graph may go. X(NAME, in addresses, in words, a stretch, how many, between two
 * times on the axis) */
#define SPAN_TABLE(X)                                                                              \
    X(HOUR, "1h", "hour", DURATION_MINUTE, 60, 10 * DURATION_MINUTE)                               \
    X(DAY, "24h", "24 hours", DURATION_HOUR, 24, 4 * DURATION_HOUR)                                \
    X(WEEK, "7d", "7 days", 2 * DURATION_HOUR, 84, DURATION_DAY)                                   \
    X(QUARTER, "90d", "90 days", DURATION_DAY, 90, 15 * DURATION_DAY)

enum span {
#define X(name, address, words, unit, count, tick) SPAN_##name,
    SPAN_TABLE(X)
#undef X
        SPAN_COUNT
};

struct span_kind {
    const char *address, *words;
    duration unit;
    unsigned count;
    duration tick;
};
extern const struct span_kind span_kinds[SPAN_COUNT];

enum span span_find(const char *address); /* SPAN_COUNT: none of them; takes NULL */

/* Of a stretch of time, or of all of them. */
struct series_point {
    struct store_counts counts;
    struct histogram total, phases[PHASE_COUNT];
};

struct series {
    const char *name;
    struct series_point *points; /* series_set.count of them */
    struct series_point all;
};

struct series_set {
    struct wall_time start; /* of the first stretch */
    duration unit;
    unsigned count;
    struct series **series; /* in the order in which their names came */
    size_t series_count;
};

/* The last stretch is the one that `now` is in. */
struct series_set *series_create(duration unit, unsigned count, struct wall_time now);
void series_free(struct series_set *set); /* takes NULL */

/* Adds it to the series of this name; what lies outside is left out. */
void series_add(struct series_set *set, const char *name, const struct store_rollup *rollup);

struct series *series_find(const struct series_set *set, const char *name); /* NULL: none */

/* All series of a set in one, which is to be cleared with as many points. */
void series_sum(const struct series_set *set, struct series *ret_series);
void series_clear(struct series *series, unsigned count);

void series_point_add(struct series_point *target, const struct series_point *source);
void series_point_clear(struct series_point *point);

/* Slots that count, and the share of them in which people could buy; below 0 without any. */
unsigned series_slots(const struct store_counts *counts);
double series_good(const struct store_counts *counts);

/* How much of a run's time a phase takes, on average over the runs. */
duration series_phase_mean(const struct series_point *point, enum phase phase);

#endif
