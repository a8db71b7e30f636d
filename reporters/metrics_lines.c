/* SPDX-License-Identifier: MIT */
/* The lines that both formats of metrics are made of. See metrics_private.h. */
#include "reporters/metrics_private.h"

#include <inttypes.h>
#include <string.h>

void metrics_begin(struct metrics_text *text, enum metrics_type type, const char *name,
                   const char *help)
{
    static const char *const words[] = {"gauge", "counter", "histogram"};
    const char *total = type == METRICS_COUNTER && !text->view->openmetrics ? "_total" : "";
    const char *seconds = strrchr(name, '_');
    buffer_print(text->out, "# HELP shopwatch_%s%s %s.\n# TYPE shopwatch_%s%s %s\n", name, total,
                 help, name, total, words[type]);
    if (text->view->openmetrics && seconds != NULL && strcmp(seconds, "_seconds") == 0)
        buffer_print(text->out, "# UNIT shopwatch_%s seconds\n", name);
}

void metrics_add_label(struct buffer *labels, const char *name, const char *value)
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

void metrics_add_integer(struct metrics_text *text, const char *name, const char *labels,
                         int64_t value)
{
    buffer_print(text->out, "shopwatch_%s%s%s%s %" PRId64 "\n", name, labels[0] != '\0' ? "{" : "",
                 labels, labels[0] != '\0' ? "}" : "", value);
}

void metrics_add_seconds(struct metrics_text *text, const char *name, const char *labels,
                         int64_t value)
{
    const char *sign = value < 0 ? "-" : "";
    uint64_t size = value < 0 ? (uint64_t)-value : (uint64_t)value;
    buffer_print(text->out, "shopwatch_%s%s%s%s %s%" PRIu64 ".%06" PRIu64 "\n", name,
                 labels[0] != '\0' ? "{" : "", labels, labels[0] != '\0' ? "}" : "", sign,
                 size / DURATION_SECOND, size % DURATION_SECOND);
}

static void add_bucket(struct metrics_text *text, const char *name, const char *labels,
                       const char *bound, uint64_t count)
{
    buffer_print(text->out, "shopwatch_%s_bucket{%s%sle=\"%s\"} %" PRIu64 "\n", name, labels,
                 labels[0] != '\0' ? "," : "", bound, count);
}

void metrics_add_histogram(struct metrics_text *text, const char *name, const char *labels,
                           const struct metrics_histogram *histogram)
{
    struct buffer part;
    uint64_t sum = 0;
    buffer_init(&part, METRICS_LABELS_MAX);
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
    metrics_add_seconds(text, part.data, labels, (int64_t)histogram->sum);
    buffer_clear(&part);
    buffer_print(&part, "%s_count", name);
    metrics_add_integer(text, part.data, labels, (int64_t)histogram->count);
    buffer_free(&part);
}

void metrics_add_ratio(struct metrics_text *text, const char *name, const char *labels,
                       int64_t millionths)
{
    /* A microsecond is a millionth of a second. */
    metrics_add_seconds(text, name, labels, millionths);
}

void metrics_cut_labels(struct buffer *labels, size_t length)
{
    labels->length = length;
    labels->data[length] = '\0';
}

void metrics_each_journey(struct metrics_text *text, metrics_write_journey *write)
{
    for (size_t i = 0; i < map_count(text->metrics->journeys); i++) {
        const struct metrics_journey *journey = map_value(text->metrics->journeys, i);
        struct buffer labels;
        buffer_init(&labels, METRICS_LABELS_MAX);
        metrics_add_label(&labels, "journey", journey->journey);
        metrics_add_label(&labels, "vantage", journey->vantage);
        write(text, journey, &labels);
        buffer_free(&labels);
    }
}
