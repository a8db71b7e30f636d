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

enum { LABELS_MAX = 6000 };

struct text {
    struct buffer *out;
    const struct metrics *metrics;
    const struct metrics_view *view;
};

enum metric_type { GAUGE, COUNTER, HISTOGRAM };

/* `name` is without the _total of a counter. */
static void begin(struct text *text, enum metric_type type, const char *name, const char *help)
{
    static const char *const words[] = {"gauge", "counter", "histogram"};
    const char *total = type == COUNTER && !text->view->openmetrics ? "_total" : "";
    const char *seconds = strrchr(name, '_');
    buffer_print(text->out, "# HELP shopwatch_%s%s %s.\n# TYPE shopwatch_%s%s %s\n", name, total,
                 help, name, total, words[type]);
    if (text->view->openmetrics && seconds != NULL && strcmp(seconds, "_seconds") == 0)
        buffer_print(text->out, "# UNIT shopwatch_%s seconds\n", name);
}

/* A label, escaped as both formats have it. */
static void add_label(struct buffer *labels, const char *name, const char *value)
{
    buffer_print(labels, "%s%s=\"", labels->length > 0 ? "," : "", name);
    for (; *value != '\0'; value++) {
        if (*value == '\n')
            buffer_text(labels, "\\n");
        else if (*value == '\\' || *value == '"')
            buffer_print(labels, "\\%c", *value);
        else
            buffer_append(labels, value, 1);
    }
    buffer_text(labels, "\"");
}

static void begin_labels(struct buffer *labels, const struct metrics_journey *journey)
{
    buffer_init(labels, LABELS_MAX);
    add_label(labels, "journey", journey->journey);
    add_label(labels, "vantage", journey->vantage);
}

static void add_integer(struct text *text, const char *name, const char *labels, int64_t value)
{
    buffer_print(text->out, "shopwatch_%s%s%s%s %" PRId64 "\n", name, labels[0] != '\0' ? "{" : "",
                 labels, labels[0] != '\0' ? "}" : "", value);
}

/* Microseconds as seconds, exactly. */
static void add_seconds(struct text *text, const char *name, const char *labels, int64_t value)
{
    const char *sign = value < 0 ? "-" : "";
    uint64_t size = value < 0 ? (uint64_t)-value : (uint64_t)value;
    buffer_print(text->out, "shopwatch_%s%s%s%s %s%" PRIu64 ".%06" PRIu64 "\n", name,
                 labels[0] != '\0' ? "{" : "", labels, labels[0] != '\0' ? "}" : "", sign,
                 size / DURATION_SECOND, size % DURATION_SECOND);
}

static void add_bucket(struct text *text, const char *name, const char *labels, const char *bound,
                       uint64_t count)
{
    buffer_print(text->out, "shopwatch_%s_bucket{%s%sle=\"%s\"} %" PRIu64 "\n", name, labels,
                 labels[0] != '\0' ? "," : "", bound, count);
}

static void add_histogram(struct text *text, const char *name, const char *labels,
                          const struct metrics_histogram *histogram)
{
    struct buffer part;
    uint64_t sum = 0;
    buffer_init(&part, LABELS_MAX);
    for (size_t i = 0; i < METRICS_BOUNDS; i++) {
        sum += histogram->counts[i];
        buffer_clear(&part);
        /* OpenMetrics wants a number with a point in it, and so the same in both. */
        double bound = (double)metrics_bounds[i] / (double)DURATION_SECOND;
        buffer_print(&part, metrics_bounds[i] % DURATION_SECOND == 0 ? "%.1f" : "%g", bound);
        add_bucket(text, name, labels, part.data, sum);
    }
    add_bucket(text, name, labels, "+Inf", histogram->count);
    buffer_clear(&part);
    buffer_print(&part, "%s_sum", name);
    add_seconds(text, part.data, labels, (int64_t)histogram->sum);
    buffer_clear(&part);
    buffer_print(&part, "%s_count", name);
    add_integer(text, part.data, labels, (int64_t)histogram->count);
    buffer_free(&part);
}

/* One family over all journeys and vantage points. */
static void each_journey(struct text *text,
                         void (*write)(struct text *text, const struct metrics_journey *journey,
                                       struct buffer *labels))
{
    for (size_t i = 0; i < map_count(text->metrics->journeys); i++) {
        const struct metrics_journey *journey = map_value(text->metrics->journeys, i);
        struct buffer labels;
        begin_labels(&labels, journey);
        write(text, journey, &labels);
        buffer_free(&labels);
    }
}

/* Cuts what was added behind the journey's own labels. */
static void cut(struct buffer *labels, size_t length)
{
    labels->length = length;
    labels->data[length] = '\0';
}

static void write_runs(struct text *text, const struct metrics_journey *journey,
                       struct buffer *labels)
{
    size_t own = labels->length;
    for (unsigned state = 0; state < METRICS_STATES; state++) {
        add_label(labels, "state", state_name((enum state)state));
        add_integer(text, "runs_total", labels->data, (int64_t)journey->runs[state]);
        cut(labels, own);
    }
}

static void write_states(struct text *text, const struct metrics_journey *journey,
                         struct buffer *labels)
{
    size_t own = labels->length;
    for (unsigned state = 0; state < METRICS_STATES && journey->ended.us > 0; state++) {
        add_label(labels, "state", state_name((enum state)state));
        add_integer(text, "last_run_state", labels->data, journey->state == state);
        cut(labels, own);
    }
}

static void write_ends(struct text *text, const struct metrics_journey *journey,
                       struct buffer *labels)
{
    if (journey->ended.us > 0)
        add_seconds(text, "last_run_timestamp_seconds", labels->data, journey->ended.us);
}

static void write_latencies(struct text *text, const struct metrics_journey *journey,
                            struct buffer *labels)
{
    add_histogram(text, "run_duration_seconds", labels->data, &journey->latency);
}

static void write_step_durations(struct text *text, const struct metrics_journey *journey,
                                 struct buffer *labels)
{
    size_t own = labels->length;
    for (size_t i = 0; i < map_count(journey->steps); i++) {
        const struct metrics_step *step = map_value(journey->steps, i);
        add_label(labels, "step", map_key(journey->steps, i));
        if (step->phases[PHASE_COUNT].count > 0)
            add_histogram(text, "step_duration_seconds", labels->data, &step->phases[PHASE_COUNT]);
        cut(labels, own);
    }
}

static void write_phase_durations(struct text *text, const struct metrics_journey *journey,
                                  struct buffer *labels)
{
    size_t own = labels->length;
    for (size_t i = 0; i < map_count(journey->steps); i++) {
        const struct metrics_step *step = map_value(journey->steps, i);
        for (unsigned phase = 0; phase < PHASE_COUNT; phase++) {
            if (step->phases[phase].count == 0)
                continue;
            add_label(labels, "step", map_key(journey->steps, i));
            add_label(labels, "phase", phase_name((enum phase)phase));
            add_histogram(text, "phase_duration_seconds", labels->data, &step->phases[phase]);
            cut(labels, own);
        }
    }
}

static void write_journeys(struct text *text)
{
    begin(text, COUNTER, "runs", "Slots that have ended, by how they ended");
    each_journey(text, write_runs);
    begin(text, GAUGE, "last_run_state", "1 for the state that the last slot ended in, else 0");
    each_journey(text, write_states);
    begin(text, GAUGE, "last_run_timestamp_seconds", "When the last slot ended");
    each_journey(text, write_ends);
    begin(text, HISTOGRAM, "run_duration_seconds",
          "Time from the first step to the last, cleanup and waits apart");
    each_journey(text, write_latencies);
    begin(text, HISTOGRAM, "step_duration_seconds", "Time of all exchanges of a step");
    each_journey(text, write_step_durations);
    begin(text, HISTOGRAM, "phase_duration_seconds",
          "Time of a phase in all exchanges of a step in which it happened");
    each_journey(text, write_phase_durations);
    begin(text, HISTOGRAM, "start_lateness_seconds", "How much later than planned runs started");
    add_histogram(text, "start_lateness_seconds", "", &text->metrics->lateness);
    begin(text, COUNTER, "dropped_durations",
          "Durations left out because there are too many journeys and steps");
    add_integer(text, "dropped_durations_total", "", (int64_t)text->metrics->dropped);
}

static void write_incidents(struct text *text)
{
    int64_t open[CAUSE_NONE] = {0};
    const struct store_incidents *incidents = text->view->incidents;
    if (incidents == NULL)
        return;
    for (size_t i = 0; i < incidents->count; i++)
        if (incidents->incidents[i].verdict.cause < CAUSE_NONE)
            open[incidents->incidents[i].verdict.cause]++;
    begin(text, GAUGE, "open_incidents", "Incidents that are open now, by whose fault they are");
    for (unsigned cause = 0; cause < CAUSE_NONE; cause++) {
        struct buffer labels;
        buffer_init(&labels, LABELS_MAX);
        add_label(&labels, "cause", cause_name((enum cause)cause));
        add_integer(text, "open_incidents", labels.data, open[cause]);
        buffer_free(&labels);
    }
}

/* What each reporter's family holds. X(family, name of the series, COUNTER or GAUGE, help, how it
 * is written, value) */
#define REPORTER_FAMILY_TABLE(X)                                                                   \
    X("reporter_lag_seconds", "reporter_lag_seconds", GAUGE,                                       \
      "For how long there has been something that it was not told", add_seconds, behind)           \
    X("reporter_delivered", "reporter_delivered_total", COUNTER,                                   \
      "Runs and incident changes that it was told", add_integer, delivered)                        \
    X("reporter_failures", "reporter_failures_total", COUNTER, "Tries that came to nothing",       \
      add_integer, failures)                                                                       \
    X("reporter_given_up", "reporter_given_up_total", COUNTER,                                     \
      "Runs and incident changes that it will never be told", add_integer, given_up)

static void write_reporters(struct text *text)
{
    static const struct {
        const char *family, *series, *help;
        enum metric_type kind;
        void (*add)(struct text *text, const char *name, const char *labels, int64_t value);
    } families[] = {
#define X(family, series, kind, help, add, field) {family, series, help, kind, add},
        REPORTER_FAMILY_TABLE(X)
#undef X
    };
    struct reporter_health health;
    for (size_t family = 0; family < COUNT_OF(families); family++) {
        begin(text, families[family].kind, families[family].family, families[family].help);
        for (size_t i = 0; reporters_health(text->view->reporters, i, &health); i++) {
            const int64_t values[] = {
#define X(family, series, kind, help, add, field) (int64_t) health.field,
                REPORTER_FAMILY_TABLE(X)
#undef X
            };
            struct buffer labels;
            buffer_init(&labels, LABELS_MAX);
            add_label(&labels, "reporter", health.name);
            add_label(&labels, "kind", health.kind);
            families[family].add(text, families[family].series, labels.data, values[family]);
            buffer_free(&labels);
        }
    }
}

/* `store_queue` of monitor/record/health.h as shopwatch_monitor_store_queue, with its unit. */
static void write_health_number(struct text *text, const struct health_number *number)
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
    buffer_init(&name, LABELS_MAX);
    buffer_print(&name, "monitor_%s%s", number->name, units[number->kind]);
    begin(text, counter ? COUNTER : GAUGE, name.data, number->help);
    if (counter)
        buffer_text(&name, "_total");
    if (timed)
        add_seconds(text, name.data, "", number->value);
    else
        add_integer(text, name.data, "", number->value);
    buffer_free(&name);
}

static void write_health(struct text *text)
{
    struct health_number number;
    const struct health *health = text->view->health;
    for (size_t i = 0; health != NULL && health_number(health, i, &number); i++)
        write_health_number(text, &number);
    begin(text, GAUGE, "monitor_well", "1 while its results can be relied on, else 0");
    add_integer(text, "monitor_well", "", health == NULL || health_is_well(health));
    begin(text, GAUGE, "build_info", "1, with what it was built from");
    add_integer(text, "build_info", "version=\"" PACKAGE_VERSION "\"", 1);
}

void metrics_write(const struct metrics *metrics, const struct metrics_view *view,
                   struct buffer *out)
{
    struct text text = {out, metrics, view};
    write_journeys(&text);
    write_incidents(&text);
    if (view->reporters != NULL)
        write_reporters(&text);
    write_health(&text);
    if (view->openmetrics)
        buffer_text(out, "# EOF\n");
}
