/* SPDX-License-Identifier: MIT */
/*
 * What the prometheus reporter counts, and its text. Counts only rise, and begin at 0 with the
 * process, as Prometheus expects. Private to reporters/.
 */
#ifndef REPORTERS_METRICS_H
#define REPORTERS_METRICS_H

#include "reporters/reporter.h"

struct metrics;
struct health;
struct objective_reports;

enum {
    METRICS_HISTOGRAMS_MAX = 20000, /* of steps and phases; past it their durations are dropped,
                                       and these counted */
    METRICS_TEXT_MAX = 64 * 1024 * 1024,
};

/* The scenarios tell which series there are from the start. */
struct metrics *metrics_create(const struct reporter_context *context);
void metrics_free(struct metrics *metrics); /* takes NULL */

void metrics_add_run(struct metrics *metrics, const struct run *run);
void metrics_add_change(struct metrics *metrics, const struct incident *incident);

/* What is not counted but looked up when somebody asks. */
struct metrics_view {
    const struct store_incidents *incidents;    /* the open ones; NULL: they could not be read */
    const struct health *health;                /* NULL: nobody knows */
    const struct objective_reports *objectives; /* NULL: nobody knows */
    const struct reporters *reporters;          /* NULL: there are none */
    bool openmetrics;                           /* else Prometheus's older text */
};
void metrics_write(const struct metrics *metrics, const struct metrics_view *view,
                   struct buffer *out);

#endif
