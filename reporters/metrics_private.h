/* SPDX-License-Identifier: MIT */
/* What metrics.c counts; metrics_text.c and metrics_incidents.c write it, in lines of
 * metrics_lines.c. */
#ifndef REPORTERS_METRICS_PRIVATE_H
#define REPORTERS_METRICS_PRIVATE_H

#include "monitor/base/map.h"
#include "reporters/metrics.h"

enum {
    METRICS_BOUNDS = 14,
    METRICS_STATES = STATE_UNKNOWN + 1, /* a run is never skipped */
    METRICS_CHANGES = INCIDENT_WITHDRAWN + 1,
    METRICS_INCIDENTS_MAX = 100, /* told one by one */
    METRICS_LABELS_MAX = 6000,
};

extern const duration metrics_bounds[METRICS_BOUNDS]; /* rising */

struct metrics_histogram {
    uint64_t counts[METRICS_BOUNDS + 1]; /* each its own: text sums them up */
    uint64_t count, sum;                 /* sum in microseconds */
};

struct metrics_step {
    struct metrics_histogram phases[PHASE_COUNT + 1]; /* the last is all of the step */
};

/* How a run counts in a journey's objective. X(NAME, word) */
#define METRICS_RESULT_TABLE(X)                                                                    \
    X(GOOD, "good")                                                                                \
    X(BAD, "bad")                                                                                  \
    X(UNKNOWN, "unknown") /* nobody saw whether the shop was well */

enum metrics_result {
#define X(name, word) METRICS_##name,
    METRICS_RESULT_TABLE(X)
#undef X
        METRICS_RESULT_COUNT
};

struct metrics_journey {
    char *journey, *vantage;
    uint64_t runs[METRICS_STATES];
    enum state state;       /* of the last run */
    struct wall_time ended; /* when that was; 0: there was none yet */
    struct metrics_histogram latency;
    const struct objective *objective; /* the scenario's; NULL: none */
    bool first;                        /* of the journey's vantage points */
    uint64_t results[METRICS_RESULT_COUNT];
    struct map *steps; /* struct metrics_step by name */
};

struct metrics {
    struct map *journeys; /* struct metrics_journey by journey and vantage point */
    size_t histogram_count;
    uint64_t dropped; /* durations that there was no histogram for */
    struct metrics_histogram lateness;
    uint64_t changes[METRICS_CHANGES]; /* of incidents */
};

void metrics_observe(struct metrics_histogram *histogram, duration value);

/* --- writing --------------------------------------------------------------------------------- */

struct metrics_text {
    struct buffer *out;
    const struct metrics *metrics;
    const struct metrics_view *view;
};

enum metrics_type { METRICS_GAUGE, METRICS_COUNTER, METRICS_HISTOGRAM };

/* A family: its help and type. `name` is without the _total of a counter. */
void metrics_begin(struct metrics_text *text, enum metrics_type type, const char *name,
                   const char *help);

/* Appends to labels that stand between braces, escaped as both formats have it. */
void metrics_add_label(struct buffer *labels, const char *name, const char *value);

/* Takes what was added away again. */
void metrics_cut_labels(struct buffer *labels, size_t length);

/* A line; `labels` may be "". */
void metrics_add_integer(struct metrics_text *text, const char *name, const char *labels,
                         int64_t value);
/* Microseconds as seconds, exactly. */
void metrics_add_seconds(struct metrics_text *text, const char *name, const char *labels,
                         int64_t value);
/* Millionths as a ratio, exactly. */
void metrics_add_ratio(struct metrics_text *text, const char *name, const char *labels,
                       int64_t millionths);
void metrics_add_histogram(struct metrics_text *text, const char *name, const char *labels,
                           const struct metrics_histogram *histogram);

/* One family over all journeys and vantage points; `labels` names both, and is put back. */
typedef void metrics_write_journey(struct metrics_text *text, const struct metrics_journey *journey,
                                   struct buffer *labels);
void metrics_each_journey(struct metrics_text *text, metrics_write_journey *write);

void metrics_write_incidents(struct metrics_text *text);
void metrics_write_promises(struct metrics_text *text);
void metrics_write_budgets(struct metrics_text *text);
void metrics_write_databases(struct metrics_text *text);

#endif
