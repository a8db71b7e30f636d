/* SPDX-License-Identifier: MIT */
/* What metrics.c counts and metrics_text.c writes. */
#ifndef REPORTERS_METRICS_PRIVATE_H
#define REPORTERS_METRICS_PRIVATE_H

#include "monitor/base/map.h"
#include "reporters/metrics.h"

enum { METRICS_BOUNDS = 14, METRICS_STATES = STATE_UNKNOWN + 1 }; /* a run is never skipped */

extern const duration metrics_bounds[METRICS_BOUNDS]; /* rising */

struct metrics_histogram {
    uint64_t counts[METRICS_BOUNDS + 1]; /* each its own: text sums them up */
    uint64_t count, sum;                 /* sum in microseconds */
};

struct metrics_step {
    struct metrics_histogram phases[PHASE_COUNT + 1]; /* the last is all of the step */
};

struct metrics_journey {
    char *journey, *vantage;
    uint64_t runs[METRICS_STATES];
    enum state state;       /* of the last run */
    struct wall_time ended; /* when that was; 0: there was none yet */
    struct metrics_histogram latency;
    struct map *steps; /* struct metrics_step by name */
};

struct metrics {
    struct map *journeys; /* struct metrics_journey by journey and vantage point */
    size_t histogram_count;
    uint64_t dropped; /* durations that there was no histogram for */
    struct metrics_histogram lateness;
};

void metrics_observe(struct metrics_histogram *histogram, duration value);

#endif
