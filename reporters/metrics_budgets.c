/* SPDX-License-Identifier: MIT */
/*
 * What metrics tell of objectives over their whole windows, which counters of this process cannot
 * know. What is not known exactly, since some slots could not look, is told twice: with these slots
 * as failed, and as passed.
 */
#include "reporters/metrics_private.h"

#include "monitor/record/objective.h"

static void add_share(struct metrics_text *text, const char *name, const char *journey,
                      const char *unknown, double share)
{
    struct buffer labels;
    buffer_init(&labels, METRICS_LABELS_MAX);
    metrics_add_label(&labels, "journey", journey);
    if (unknown != NULL)
        metrics_add_label(&labels, "unknown", unknown);
    metrics_add_ratio(text, name, labels.data,
                      (int64_t)(share * 1000000 + (share < 0 ? -0.5 : 0.5)));
    buffer_free(&labels);
}

/* X(name, field, help) */
#define RANGE_TABLE(X)                                                                             \
    X(objective_success_ratio, success, "Share of the slots that succeeded, in time")              \
    X(objective_availability_ratio, availability, "Share of the slots that passed, in any time")   \
    X(objective_budget_left_ratio, budget_left,                                                    \
      "Share of the error budget that is left; below 0 when it is overspent")

void metrics_write_budgets(struct metrics_text *text)
{
    const struct objective_reports *reports = text->view->objectives;
    if (reports == NULL || reports->count == 0)
        return;
#define X(name, field, help)                                                                       \
    metrics_begin(text, METRICS_GAUGE, #name, help);                                               \
    for (size_t i = 0; i < reports->count; i++) {                                                  \
        const struct objective_report *report = &reports->reports[i];                              \
        add_share(text, #name, report->journey, "failed", report->field.low);                      \
        add_share(text, #name, report->journey, "passed", report->field.high);                     \
    }
    RANGE_TABLE(X)
#undef X
    metrics_begin(text, METRICS_GAUGE, "objective_burning",
                  "1 while the error budget burns so fast that somebody should know, else 0");
    for (size_t i = 0; i < reports->count; i++)
        add_share(text, "objective_burning", reports->reports[i].journey, NULL,
                  objective_worst_burn(&reports->reports[i]) != NULL ? 1 : 0);
}
