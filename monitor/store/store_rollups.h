/* SPDX-License-Identifier: MIT */
/*
 * What runs add up to, by hour and by day (of UTC): kept in the transaction that keeps the run, and
 * longer than it. How it is read; all as in store.h.
 */
#ifndef STORE_STORE_ROLLUPS_H
#define STORE_STORE_ROLLUPS_H

#include "monitor/base/histogram.h"
#include "monitor/store/store.h"

enum { STORE_ROLLUPS_MAX = 200000 }; /* that one read gives at most */

/* How slots, or the steps in them, ended; a skipped step counts nowhere. */
struct store_counts {
    unsigned passed, degraded, failed, unknown;
    unsigned excluded; /* slots of a maintenance window, which count in nothing else */
};
void store_counts_add(struct store_counts *target, const struct store_counts *source);

/*
 * What the runs of an hour or a day (of UTC) add up to; it outlives them. The times are of those
 * that passed or were degraded, and of those that were given up for their time was over, censored.
 */
struct store_rollup {
    const char *journey, *vantage, *step; /* step: NULL for the whole run */
    struct wall_time start;
    struct store_counts counts;
    struct histogram total, phases[PHASE_COUNT];
};
struct store_rollups {
    struct store_rollup *rollups; /* by start; live until the callback returns */
    size_t count;
    duration span;
};
/* Adds a run, or its n-th step, as the store does: for who needs less than an hour. Its histograms
 * are the caller's to clear. */
#define STORE_WHOLE_RUN SIZE_MAX
void store_rollup_add(struct store_rollup *rollup, const struct run *run, size_t step);

/* NULL and zero fields do not restrict. */
struct store_rollup_filter {
    duration span; /* DURATION_HOUR or DURATION_DAY */
    const char *journey, *vantage;
    const char *step;              /* a step's name; "" for whole runs only */
    struct wall_time since, until; /* hours or days that begin at or after, and before */
};
/* RESULT_LIMIT past STORE_ROLLUPS_MAX. */
typedef void store_rollups_done(void *data, enum result result,
                                const struct store_rollups *rollups);
void store_read_rollups(struct store *store, const struct store_rollup_filter *filter,
                        store_rollups_done *done, void *data);

/* A journey's day, from all vantage points: what 90-day bars are drawn from. */
struct store_day {
    const char *journey;
    struct wall_time start;
    struct store_counts counts;
    duration median, p95; /* of the latency; 0 without any */
    const void *packed;   /* the latency's histogram: histogram_unpack */
    size_t packed_length;
};
struct store_days {
    struct store_day *days; /* by start, then journey; live until the callback returns */
    size_t count;
};
typedef void store_days_done(void *data, enum result result, const struct store_days *days);
void store_read_days(struct store *store, struct wall_time since, store_days_done *done,
                     void *data);

/* What is usual at an hour of the day (of UTC), by the hours that were rolled up since. */
struct store_baseline {
    const char *vantage, *step; /* step: NULL for the whole run */
    unsigned hour;              /* 0 to 23 */
    uint64_t count;             /* of what it was made from */
    duration median, deviation; /* median absolute deviation */
};
struct store_baselines {
    struct store_baseline *baselines; /* live until the callback returns */
    size_t count;
};
typedef void store_baselines_done(void *data, enum result result,
                                  const struct store_baselines *baselines);
void store_read_baselines(struct store *store, const char *journey, struct wall_time since,
                          store_baselines_done *done, void *data);

#endif
