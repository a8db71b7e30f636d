/* SPDX-License-Identifier: MIT */
/*
 * What metrics tell of objectives: what was promised, and how each run counts, so that a burn rate
 * over any window is a rate of counters.
 */
#include "reporters/metrics_private.h"

#include "scenarios/scenario.h"

static void write_results(struct metrics_text *text, const struct metrics_journey *journey,
                          struct buffer *labels)
{
    static const char *const words[] = {
#define X(name, word) word,
        METRICS_RESULT_TABLE(X)
#undef X
    };
    size_t own = labels->length;
    for (unsigned result = 0; result < METRICS_RESULT_COUNT && journey->objective != NULL;
         result++) {
        metrics_add_label(labels, "result", words[result]);
        metrics_add_integer(text, "objective_runs_total", labels->data,
                            (int64_t)journey->results[result]);
        metrics_cut_labels(labels, own);
    }
}

/* What belongs to a journey, from wherever it is watched. */
static void each_objective(struct metrics_text *text, const char *name, const char *help,
                           int64_t (*value)(const struct objective *objective))
{
    const struct map *journeys = text->metrics->journeys;
    metrics_begin(text, METRICS_GAUGE, name, help);
    for (size_t i = 0; i < map_count(journeys); i++) {
        const struct metrics_journey *journey = map_value(journeys, i);
        struct buffer labels;
        if (journey->objective == NULL || !journey->first)
            continue;
        buffer_init(&labels, METRICS_LABELS_MAX);
        metrics_add_label(&labels, "journey", journey->journey);
        metrics_add_ratio(text, name, labels.data, value(journey->objective));
        buffer_free(&labels);
    }
}

static int64_t target(const struct objective *objective)
{
    return objective->success;
}

static int64_t window(const struct objective *objective)
{
    return objective->over;
}

void metrics_write_promises(struct metrics_text *text)
{
    metrics_begin(text, METRICS_COUNTER, "objective_runs",
                  "Runs that count in a journey's objective, by how they do");
    metrics_each_journey(text, write_results);
    each_objective(text, "objective_target_ratio", "How many of a journey's runs are to be good",
                   target);
    each_objective(text, "objective_window_seconds", "The time over which they are counted",
                   window);
}
