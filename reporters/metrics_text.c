/* SPDX-License-Identifier: MIT */
/*
 * Counts as text: OpenMetrics 1.0 for who asks for it, else Prometheus's format 0.0.4. They differ
 * in how a counter's family is called, in the unit, and in the end mark.
 */
#include "reporters/metrics_private.h"

#include "config.h"
#include "monitor/record/health.h"

#include <inttypes.h>
#include <string.h>

static void write_runs(struct metrics_text *text, const struct metrics_journey *journey,
                       struct buffer *labels)
{
    size_t own = labels->length;
    for (unsigned state = 0; state < METRICS_STATES; state++) {
        metrics_add_label(labels, "state", state_name((enum state)state));
        metrics_add_integer(text, "runs_total", labels->data, (int64_t)journey->runs[state]);
        metrics_cut_labels(labels, own);
    }
}

static void write_states(struct metrics_text *text, const struct metrics_journey *journey,
                         struct buffer *labels)
{
    size_t own = labels->length;
    for (unsigned state = 0; state < METRICS_STATES && journey->ended.us > 0; state++) {
        metrics_add_label(labels, "state", state_name((enum state)state));
        metrics_add_integer(text, "last_run_state", labels->data, journey->state == state);
        metrics_cut_labels(labels, own);
    }
}

static void write_ends(struct metrics_text *text, const struct metrics_journey *journey,
                       struct buffer *labels)
{
    if (journey->ended.us > 0)
        metrics_add_seconds(text, "last_run_timestamp_seconds", labels->data, journey->ended.us);
}

static void write_latencies(struct metrics_text *text, const struct metrics_journey *journey,
                            struct buffer *labels)
{
    metrics_add_histogram(text, "run_duration_seconds", labels->data, &journey->latency);
}

static void write_step_durations(struct metrics_text *text, const struct metrics_journey *journey,
                                 struct buffer *labels)
{
    size_t own = labels->length;
    for (size_t i = 0; i < map_count(journey->steps); i++) {
        const struct metrics_step *step = map_value(journey->steps, i);
        metrics_add_label(labels, "step", map_key(journey->steps, i));
        if (step->phases[PHASE_COUNT].count > 0)
            metrics_add_histogram(text, "step_duration_seconds", labels->data,
                                  &step->phases[PHASE_COUNT]);
        metrics_cut_labels(labels, own);
    }
}

static void write_phase_durations(struct metrics_text *text, const struct metrics_journey *journey,
                                  struct buffer *labels)
{
    size_t own = labels->length;
    for (size_t i = 0; i < map_count(journey->steps); i++) {
        const struct metrics_step *step = map_value(journey->steps, i);
        for (unsigned phase = 0; phase < PHASE_COUNT; phase++) {
            if (step->phases[phase].count == 0)
                continue;
            metrics_add_label(labels, "step", map_key(journey->steps, i));
            metrics_add_label(labels, "phase", phase_name((enum phase)phase));
            metrics_add_histogram(text, "phase_duration_seconds", labels->data,
                                  &step->phases[phase]);
            metrics_cut_labels(labels, own);
        }
    }
}

static void write_journeys(struct metrics_text *text)
{
    metrics_begin(text, METRICS_COUNTER, "runs", "Slots that have ended, by how they ended");
    metrics_each_journey(text, write_runs);
    metrics_begin(text, METRICS_GAUGE, "last_run_state",
                  "1 for the state that the last slot ended in, else 0");
    metrics_each_journey(text, write_states);
    metrics_begin(text, METRICS_GAUGE, "last_run_timestamp_seconds", "When the last slot ended");
    metrics_each_journey(text, write_ends);
    metrics_begin(text, METRICS_HISTOGRAM, "run_duration_seconds",
                  "Time from the first step to the last, cleanup and waits apart");
    metrics_each_journey(text, write_latencies);
    metrics_begin(text, METRICS_HISTOGRAM, "step_duration_seconds",
                  "Time of all exchanges of a step");
    metrics_each_journey(text, write_step_durations);
    metrics_begin(text, METRICS_HISTOGRAM, "phase_duration_seconds",
                  "Time of a phase in all exchanges of a step in which it happened");
    metrics_each_journey(text, write_phase_durations);
    metrics_begin(text, METRICS_HISTOGRAM, "start_lateness_seconds",
                  "How much later than planned runs started");
    metrics_add_histogram(text, "start_lateness_seconds", "", &text->metrics->lateness);
    metrics_begin(text, METRICS_COUNTER, "dropped_durations",
                  "Durations left out because there are too many journeys and steps");
    metrics_add_integer(text, "dropped_durations_total", "", (int64_t)text->metrics->dropped);
}

/* What each reporter's family holds. X(family, name of the series, METRICS_COUNTER or
 * METRICS_GAUGE, help, how it is written, value) */
#define REPORTER_FAMILY_TABLE(X)                                                                   \
    X("reporter_lag_seconds", "reporter_lag_seconds", METRICS_GAUGE,                               \
      "For how long there has been something that it was not told", metrics_add_seconds, behind)   \
    X("reporter_delivered", "reporter_delivered_total", METRICS_COUNTER,                           \
      "Runs and incident changes that it was told", metrics_add_integer, delivered)                \
    X("reporter_failures", "reporter_failures_total", METRICS_COUNTER,                             \
      "Tries that came to nothing", metrics_add_integer, failures)                                 \
    X("reporter_given_up", "reporter_given_up_total", METRICS_COUNTER,                             \
      "Runs and incident changes that it will never be told", metrics_add_integer, given_up)

static void write_reporters(struct metrics_text *text)
{
    static const struct {
        const char *family, *series, *help;
        enum metrics_type kind;
        void (*add)(struct metrics_text *text, const char *name, const char *labels, int64_t value);
    } families[] = {
#define X(family, series, kind, help, add, field) {family, series, help, kind, add},
        REPORTER_FAMILY_TABLE(X)
#undef X
    };
    struct reporter_health health;
    for (size_t family = 0; family < COUNT_OF(families); family++) {
        metrics_begin(text, families[family].kind, families[family].family, families[family].help);
        for (size_t i = 0; reporters_health(text->view->reporters, i, &health); i++) {
            const int64_t values[] = {
#define X(family, series, kind, help, add, field) (int64_t) health.field,
                REPORTER_FAMILY_TABLE(X)
#undef X
            };
            struct buffer labels;
            buffer_init(&labels, METRICS_LABELS_MAX);
            metrics_add_label(&labels, "reporter", health.name);
            metrics_add_label(&labels, "kind", health.kind);
            families[family].add(text, families[family].series, labels.data, values[family]);
            buffer_free(&labels);
        }
    }
}

/* `store_queue` of monitor/record/health.h as shopwatch_monitor_store_queue, with its unit. */
static void write_health_number(struct metrics_text *text, const struct health_number *number)
{
    static const char *const units[] = {
        [HEALTH_COUNT] = "",
        [HEALTH_COUNTER] = "",
        [HEALTH_BYTES] = "_bytes",
        [HEALTH_SECONDS] = "_seconds",
        [HEALTH_MOMENT] = "_timestamp_seconds",
    };
    struct buffer name;
    bool counter = number->kind == HEALTH_COUNTER;
    bool timed = number->kind == HEALTH_SECONDS || number->kind == HEALTH_MOMENT;
    buffer_init(&name, METRICS_LABELS_MAX);
    buffer_print(&name, "monitor_%s%s", number->name, units[number->kind]);
    metrics_begin(text, counter ? METRICS_COUNTER : METRICS_GAUGE, name.data, number->help);
    if (counter)
        buffer_text(&name, "_total");
    if (timed)
        metrics_add_seconds(text, name.data, "", number->value);
    else
        metrics_add_integer(text, name.data, "", number->value);
    buffer_free(&name);
}

static void write_health(struct metrics_text *text)
{
    struct health_number number;
    const struct health *health = text->view->health;
    for (size_t i = 0; health != NULL && health_number(health, i, &number); i++)
        write_health_number(text, &number);
    metrics_begin(text, METRICS_GAUGE, "monitor_well",
                  "1 while its results can be relied on, else 0");
    metrics_add_integer(text, "monitor_well", "", health == NULL || health_is_well(health));
    metrics_begin(text, METRICS_GAUGE, "build_info", "1, with what it was built from");
    metrics_add_integer(text, "build_info", "version=\"" PACKAGE_VERSION "\"", 1);
}

void metrics_write(const struct metrics *metrics, const struct metrics_view *view,
                   struct buffer *out)
{
    struct metrics_text text = {out, metrics, view};
    write_journeys(&text);
    metrics_write_promises(&text);
    metrics_write_budgets(&text);
    metrics_write_incidents(&text);
    metrics_write_databases(&text);
    if (view->reporters != NULL)
        write_reporters(&text);
    write_health(&text);
    if (view->openmetrics)
        buffer_text(out, "# EOF\n");
}
