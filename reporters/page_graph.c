/* SPDX-License-Identifier: MIT */
/* Drawing over time. See page_graph.h. */
#include "reporters/page_graph.h"

#include "monitor/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FIELD = 100,          /* height of the field */
    CEILING = 88,         /* where the scale's top is: texts stand above it */
    PATH_BYTES = 1 << 16, /* bytes of a path */
    TOWERS = 6,           /* times the usual: from there on a value is cut off */
    STATES_FIELD = 10,
};

/* --- scales ----------------------------------------------------------------------------------- */

duration graph_round_up(duration value)
{
    static const duration tenths[] = {10, 15, 20, 30, 40, 50, 60, 80, 100};
    duration unit = 1;
    while (unit <= value / 10)
        unit *= 10;
    for (size_t i = 0; i < COUNT_OF(tenths); i++)
        if (tenths[i] * unit / 10 >= value)
            return tenths[i] * unit / 10;
    return value;
}

static int by_size(const void *left, const void *right)
{
    const duration *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

/* Sorts `values`. */
static duration top_of(duration *values, size_t count)
{
    if (count == 0)
        return DURATION_MILLISECOND;
    qsort(values, count, sizeof *values, by_size);
    duration usual = TOWERS * values[count / 2], most = values[count - 1];
    return graph_round_up(most < usual ? most : usual);
}

duration graph_top_of_latency(const struct series_set *set)
{
    duration *values = memory_allocate(set->series_count * set->count + 1, sizeof *values);
    size_t count = 0;
    for (size_t i = 0; i < set->series_count; i++)
        for (unsigned n = 0; n < set->count; n++)
            if (set->series[i]->points[n].total.count > 0)
                values[count++] = histogram_quantile(&set->series[i]->points[n].total, 0.95);
    duration top = top_of(values, count);
    free(values);
    return top;
}

static duration sum_of_phases(const struct series_point *point)
{
    duration sum = 0;
    for (int phase = 0; phase < PHASE_COUNT; phase++)
        sum += series_phase_mean(point, (enum phase)phase);
    return sum;
}

duration graph_top_of_phases(const struct series_set *set, const struct series *series)
{
    duration *values = memory_allocate(set->count + 1, sizeof *values);
    size_t count = 0;
    for (unsigned n = 0; n < set->count; n++)
        if (series->points[n].total.count > 0)
            values[count++] = sum_of_phases(&series->points[n]);
    duration top = top_of(values, count);
    free(values);
    return top;
}

static double height_of(const struct graph *graph, duration value)
{
    double height = CEILING * (double)value / (double)graph->top;
    return FIELD - (height < FIELD ? height : FIELD);
}

/* --- the field -------------------------------------------------------------------------------- */

static void begin_field(struct html *html, const struct graph *graph, int height)
{
    html_begin(html, "svg", NULL);
    html_attribute_print(html, "viewBox", "0 0 %u %d", graph->set->count, height);
    html_attribute(html, "preserveAspectRatio", "none");
    html_attribute(html, "width", "100%");
    html_attribute(html, "height", "100%");
}

static void write_path(struct html *html, const char *class_name, const char *path)
{
    if (path[0] == '\0')
        return;
    html_begin(html, "path", class_name);
    html_attribute(html, "d", path);
    html_end(html);
}

static double place_of(const struct graph *graph, struct wall_time time)
{
    double n = (double)wall_between(graph->set->start, time) / (double)graph->set->unit;
    return n < 0 ? 0 : n > graph->set->count ? graph->set->count : n;
}

static bool is_seen(const struct graph *graph, const struct graph_mark *mark,
                    const struct series *series)
{
    struct wall_time end =
        wall_after(graph->set->start, graph->set->unit * (duration)graph->set->count);
    return mark->end.us >= graph->set->start.us && mark->start.us < end.us &&
           (mark->vantage == NULL || strcmp(mark->vantage, series->name) == 0);
}

static const char *mark_class(enum graph_mark_kind kind)
{
    static const char *const names[] = {
#define X(name, class_name, word) "mark-" class_name,
        GRAPH_MARK_TABLE(X)
#undef X
    };
    return names[kind];
}

/* However short it was, it can be seen. */
static void write_marks(struct html *html, const struct graph *graph, const struct series *series)
{
    for (size_t i = 0; i < graph->mark_count; i++) {
        const struct graph_mark *mark = &graph->marks[i];
        if (!is_seen(graph, mark, series))
            continue;
        double start = place_of(graph, mark->start), end = place_of(graph, mark->end);
        double least = 0.003 * graph->set->count;
        html_begin(html, "rect", mark_class(mark->kind));
        html_attribute_print(html, "x", "%.3f", start);
        html_attribute_print(html, "width", "%.3f", end - start < least ? least : end - start);
        html_attribute_print(html, "height", "%d", FIELD);
        html_end(html);
    }
}

/* Numbers would lie one upon the other where a lot happened at once: of those only the first. */
static void write_numbers(struct html *html, const struct graph *graph, const struct series *series)
{
    double free_from = -1;
    for (size_t i = 0; i < graph->mark_count; i++) {
        const struct graph_mark *mark = &graph->marks[i];
        if (!is_seen(graph, mark, series))
            continue;
        double at = 100 * place_of(graph, mark->start) / graph->set->count;
        if (at < free_from)
            continue;
        free_from = at + 4;
        html_begin(html, "text", "mark-number");
        html_attribute_print(html, "x", "%.2f%%", at);
        html_attribute(html, "y", "10");
        html_attribute(html, "dx", at > 95 ? "-3" : "3");
        html_attribute(html, "text-anchor", at > 95 ? "end" : "start");
        html_print(html, "%u", mark->number);
        html_end(html);
    }
}

static void write_grid(struct html *html, const struct graph *graph)
{
    char path[64];
    snprintf(path, sizeof path, "M0 %dH%uM0 %dH%u", FIELD - CEILING, graph->set->count,
             FIELD - CEILING / 2, graph->set->count);
    write_path(html, "grid", path);
}

/* `200 ms`, `1.5 s`: round numbers without zeros behind the point. */
static void write_scale(struct html *html, const struct graph *graph)
{
    for (int half = 1; half <= 2; half++) {
        duration value = graph->top * half / 2;
        double shown = (double)value;
        const char *unit = "µs";
        if (value >= DURATION_SECOND)
            shown /= DURATION_SECOND, unit = "s";
        else if (value >= DURATION_MILLISECOND)
            shown /= DURATION_MILLISECOND, unit = "ms";
        html_begin(html, "text", NULL);
        html_attribute(html, "x", "0");
        html_attribute_print(html, "y", "%d%%", FIELD - CEILING * half / 2);
        html_attribute(html, "dy", "-3");
        html_print(html, "%g %s", shown, unit);
        html_end(html);
    }
}

/* --- latency ---------------------------------------------------------------------------------- */

static duration quantile_at(const struct series *series, unsigned n, double q)
{
    return histogram_quantile(&series->points[n].total, q);
}

/* A line through the middle of each stretch; one that stands alone is as long as its stretch. */
static void print_line(const struct graph *graph, const struct series *series, double q,
                       struct buffer *path)
{
    bool drawing = false;
    for (unsigned n = 0; n < graph->set->count; n++) {
        bool here = series->points[n].total.count > 0;
        bool next = n + 1 < graph->set->count && series->points[n + 1].total.count > 0;
        double y = here ? height_of(graph, quantile_at(series, n, q)) : 0;
        if (here && !drawing && !next)
            buffer_print(path, "M%u.1 %.1fh.8", n, y);
        else if (here)
            buffer_print(path, "%c%u.5 %.1f", drawing ? 'L' : 'M', n, y);
        drawing = here;
    }
}

/* What lies between the median and the 95th percentile, from `first` to `last`. */
static void print_area(const struct graph *graph, const struct series *series, unsigned first,
                       unsigned last, struct buffer *path)
{
    if (first == last) {
        double top = height_of(graph, quantile_at(series, first, 0.95));
        double bottom = height_of(graph, quantile_at(series, first, 0.5));
        buffer_print(path, "M%u.1 %.1fh.8V%.1fh-.8z", first, top, bottom);
        return;
    }
    for (unsigned n = first; n <= last; n++)
        buffer_print(path, "%c%u.5 %.1f", n == first ? 'M' : 'L', n,
                     height_of(graph, quantile_at(series, n, 0.95)));
    for (unsigned n = last + 1; n-- > first;)
        buffer_print(path, "L%u.5 %.1f", n, height_of(graph, quantile_at(series, n, 0.5)));
    buffer_text(path, "z");
}

static void print_band(const struct graph *graph, const struct series *series, struct buffer *path)
{
    for (unsigned n = 0; n < graph->set->count; n++) {
        unsigned last = n;
        if (series->points[n].total.count == 0)
            continue;
        while (last + 1 < graph->set->count && series->points[last + 1].total.count > 0)
            last++;
        print_area(graph, series, n, last, path);
        n = last;
    }
}

static void write_lines(struct html *html, const struct graph *graph, const struct series *series)
{
    static const struct {
        const char *class_name;
        double q;
    } lines[] = {{"p99", 0.99}, {"median", 0.5}};
    struct buffer path;
    buffer_init(&path, PATH_BYTES);
    print_band(graph, series, &path);
    write_path(html, "band", path.data);
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        buffer_clear(&path);
        print_line(graph, series, lines[i].q, &path);
        write_path(html, lines[i].class_name, path.data);
    }
    buffer_free(&path);
}

/* Arrows at the top, where the 95th percentile is above the scale. */
static void write_towers(struct html *html, const struct graph *graph, const struct series *series)
{
    for (unsigned n = 0; n < graph->set->count; n++) {
        if (series->points[n].total.count == 0 || quantile_at(series, n, 0.95) <= graph->top)
            continue;
        html_begin(html, "svg", NULL);
        html_attribute_print(html, "x", "%.2f%%", 100 * (n + 0.5) / graph->set->count);
        html_attribute(html, "overflow", "visible");
        write_path(html, "tower", "M-4 6h8L0 0z");
        html_end(html);
    }
}

static void write_column_title(struct html *html, const struct graph *graph,
                               const struct series *series, unsigned n)
{
    const struct series_point *point = &series->points[n];
    char when[GRAPH_TIME_MAX], median[DURATION_TEXT_MAX], p95[DURATION_TEXT_MAX];
    char p99[DURATION_TEXT_MAX];
    html_begin(html, "title", NULL);
    html_print(html, "%s: ", graph_time(graph, n, when));
    if (point->total.count > 0)
        html_print(html, "median %s, p95 %s, p99 %s; ",
                   duration_print(quantile_at(series, n, 0.5), median),
                   duration_print(quantile_at(series, n, 0.95), p95),
                   duration_print(quantile_at(series, n, 0.99), p99));
    html_print(html, "%u runs, %u failed", series_slots(&point->counts), point->counts.failed);
    html_end(html);
}

/* What a stretch says when one points at it. */
static void write_columns(struct html *html, const struct graph *graph, const struct series *series)
{
    for (unsigned n = 0; n < graph->set->count; n++) {
        if (series_slots(&series->points[n].counts) == 0)
            continue;
        html_begin(html, "rect", "column");
        html_attribute_print(html, "x", "%u", n);
        html_attribute(html, "width", "1");
        html_attribute_print(html, "height", "%d", FIELD);
        write_column_title(html, graph, series, n);
        html_end(html);
    }
}

void graph_latency(struct html *html, const struct graph *graph, const struct series *series,
                   const char *label)
{
    html_begin(html, "svg", "graph");
    html_attribute(html, "role", "img");
    html_attribute(html, "aria-label", label);
    begin_field(html, graph, FIELD);
    write_marks(html, graph, series);
    write_grid(html, graph);
    write_lines(html, graph, series);
    write_columns(html, graph, series);
    html_end(html);
    write_towers(html, graph, series);
    write_scale(html, graph);
    write_numbers(html, graph, series);
    html_end(html);
}

/* --- phases ----------------------------------------------------------------------------------- */

static void print_phase(const struct graph *graph, const struct series *series, enum phase phase,
                        double *floors, struct buffer *path)
{
    for (unsigned n = 0; n < graph->set->count; n++) {
        duration mean = series_phase_mean(&series->points[n], phase);
        double bottom = FIELD - floors[n], height = CEILING * (double)mean / (double)graph->top;
        if (height <= 0 || bottom <= 0)
            continue;
        if (height > bottom)
            height = bottom;
        buffer_print(path, "M%u.1 %.2fh.8v-%.2fh-.8z", n, bottom, height);
        floors[n] += height;
    }
}

void graph_phases(struct html *html, const struct graph *graph, const struct series *series,
                  const char *label)
{
    double *floors = memory_allocate(graph->set->count, sizeof *floors);
    struct buffer path;
    buffer_init(&path, PATH_BYTES);
    html_begin(html, "svg", "graph");
    html_attribute(html, "role", "img");
    html_attribute(html, "aria-label", label);
    begin_field(html, graph, FIELD);
    write_grid(html, graph);
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        char class_name[32];
        snprintf(class_name, sizeof class_name, "phase-%s", phase_name((enum phase)phase));
        buffer_clear(&path);
        print_phase(graph, series, (enum phase)phase, floors, &path);
        write_path(html, class_name, path.data);
    }
    html_end(html);
    write_scale(html, graph);
    html_end(html);
    buffer_free(&path);
    free(floors);
}

/* --- states and times ------------------------------------------------------------------------- */

/* Worse is higher, so that it can be told without colours. */
static const struct {
    enum state state;
    int height;
} state_bars[] = {{STATE_UNKNOWN, 3}, {STATE_PASSED, 3}, {STATE_DEGRADED, 6}, {STATE_FAILED, 10}};

static enum state worst_of(const struct store_counts *counts)
{
    if (counts->failed > 0)
        return STATE_FAILED;
    if (counts->degraded > 0)
        return STATE_DEGRADED;
    return counts->passed > 0 ? STATE_PASSED : STATE_UNKNOWN;
}

void graph_states(struct html *html, const struct graph *graph, const struct series *series)
{
    struct buffer path;
    buffer_init(&path, PATH_BYTES);
    html_begin(html, "svg", "states");
    html_attribute(html, "aria-hidden", "true");
    begin_field(html, graph, STATES_FIELD);
    for (size_t i = 0; i < COUNT_OF(state_bars); i++) {
        buffer_clear(&path);
        for (unsigned n = 0; n < graph->set->count; n++)
            if (series_slots(&series->points[n].counts) > 0 &&
                worst_of(&series->points[n].counts) == state_bars[i].state)
                buffer_print(&path, "M%u.1 %dh.8v-%dh-.8z", n, STATES_FIELD, state_bars[i].height);
        write_path(html, state_name(state_bars[i].state), path.data);
    }
    html_end(html);
    html_end(html);
    buffer_free(&path);
}

static const struct zone *zone_of(const struct graph *graph)
{
    return graph->zone == NULL || graph->set->unit >= DURATION_DAY ? zone_utc() : graph->zone;
}

const char *graph_time(const struct graph *graph, unsigned n, char text[GRAPH_TIME_MAX])
{
    static const char *const formats[] = {"%H:%M", "%e %b, %H:%M", "%e %b, %H:%M", "%e %b"};
    struct wall_time time = wall_after(graph->set->start, graph->set->unit * (duration)n);
    return page_clock_bare(zone_of(graph), time, formats[graph->span], text);
}

/* A tick is where clocks show a round time. */
void graph_axis(struct html *html, const struct graph *graph)
{
    const struct series_set *set = graph->set;
    const struct zone *zone = zone_of(graph);
    duration tick = span_kinds[graph->span].tick;
    struct wall_time end = wall_after(set->start, set->unit * (duration)set->count);
    duration shown = set->start.us + zone_offset(zone, set->start);
    html_begin(html, "svg", "axis");
    html_attribute(html, "aria-hidden", "true");
    for (shown = (shown + tick - 1) / tick * tick; shown < end.us + zone_offset(zone, end);
         shown += tick) {
        char text[GRAPH_TIME_MAX];
        struct wall_time time = zone_moments(zone, shown).first;
        double at = 100 * place_of(graph, time) / set->count;
        html_begin(html, "text", NULL);
        html_attribute_print(html, "x", "%.2f%%", at);
        html_attribute(html, "y", "12");
        html_attribute(html, "text-anchor", at < 4 ? "start" : at > 94 ? "end" : "middle");
        html_text(html, page_clock_bare(zone, time, tick < DURATION_DAY ? "%H:%M" : "%e %b", text));
        html_end(html);
    }
    html_end(html);
}
