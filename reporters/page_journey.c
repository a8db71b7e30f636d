/* SPDX-License-Identifier: MIT */
/* A journey over time: how long it takes from where, in which phases and steps, how it ended, and
 * what happened meanwhile. */
#include "reporters/page.h"

#include "monitor/record/objective.h"
#include "reporters/page_graph.h"
#include "reporters/page_marks.h"
#include "reporters/page_parts.h"
#include "reporters/words.h"

#include <stdio.h>
#include <string.h>

static const char *place_title(const struct page_journey_view *view, const char *vantage)
{
    return shop_vantage_title(view->shop, vantage);
}

/* --- where one is, and how to go elsewhere -----------------------------------------------------
 */

static void write_choice(struct html *html, const struct page_journey_view *view, enum span span,
                         const char *vantage, const char *text, bool chosen)
{
    struct buffer target;
    buffer_init(&target, PAGE_ADDRESS_MAX);
    page_journey_address(view->journey->name, span, vantage, &target);
    html_begin(html, "li", NULL);
    html_begin_link(html, target.data);
    if (chosen)
        html_attribute(html, "aria-current", "true");
    html_text(html, text);
    html_end(html);
    html_end(html);
    buffer_free(&target);
}

static void write_choices(struct html *html, const struct page_journey_view *view)
{
    const char *vantage;
    html_begin(html, "div", "choices");
    html_begin(html, "nav", NULL);
    html_attribute(html, "aria-label", "How far back");
    html_begin(html, "ul", "choice");
    for (enum span span = 0; span < SPAN_COUNT; span++)
        write_choice(html, view, span, view->vantage, span_kinds[span].words, span == view->span);
    html_end(html);
    html_end(html);
    html_begin(html, "nav", NULL);
    html_attribute(html, "aria-label", "From where");
    html_begin(html, "ul", "choice");
    write_choice(html, view, view->span, NULL, "All vantage points", view->vantage == NULL);
    for (size_t n = 0; (vantage = page_journey_vantage(view->shop, view->journey, n)) != NULL; n++)
        write_choice(html, view, view->span, vantage, place_title(view, vantage),
                     view->vantage != NULL && strcmp(view->vantage, vantage) == 0);
    html_end(html);
    html_end(html);
    html_end(html);
}

/* --- the whole span in figures -----------------------------------------------------------------
 */

static void begin_figure(struct html *html, const char *name)
{
    html_begin(html, "div", NULL);
    html_leaf(html, "dt", NULL, name);
    html_begin(html, "dd", NULL);
}

static void end_figure(struct html *html)
{
    html_end(html);
    html_end(html);
}

static void write_figure_time(struct html *html, const char *name, const struct histogram *times,
                              double q)
{
    begin_figure(html, name);
    if (times->count > 0)
        page_duration(html, histogram_quantile(times, q));
    else
        html_text(html, "–");
    end_figure(html);
}

static void write_share(struct html *html, const struct store_counts *counts)
{
    double good = series_good(counts);
    if (good < 0)
        html_text(html, "–");
    else if (good == 1)
        html_text(html, "100 %");
    else
        html_print(html, "%.2f %%", (double)(int64_t)(good * 10000) / 100); /* never rounded up */
}

static void write_figures(struct html *html, const struct series_point *all)
{
    html_begin(html, "dl", "figures");
    begin_figure(html, "People could buy");
    write_share(html, &all->counts);
    end_figure(html);
    write_figure_time(html, "Median", &all->total, 0.5);
    write_figure_time(html, "p95", &all->total, 0.95);
    write_figure_time(html, "p99", &all->total, 0.99);
    begin_figure(html, "Runs");
    html_print(html, "%u", series_slots(&all->counts));
    end_figure(html);
    begin_figure(html, "Failed");
    html_print(html, "%u", all->counts.failed);
    end_figure(html);
    html_end(html);
}

/* --- what is promised --- */

/* The least of the error budget that may be left. */
static void write_budget(struct html *html, const struct objective_report *objective)
{
    double left = objective->budget_left.low;
    html_begin(html, "svg", left < 0 ? "gauge spent" : "gauge");
    html_attribute(html, "aria-hidden", "true");
    html_begin(html, "rect", "rail");
    html_attribute(html, "width", "100%");
    html_attribute(html, "height", "100%");
    html_attribute(html, "rx", "3");
    html_end(html);
    html_begin(html, "rect", "fill");
    html_attribute_print(html, "width", "%.1f%%", left < 0 ? 100 : left > 1 ? 100 : left * 100);
    html_attribute(html, "height", "100%");
    html_attribute(html, "rx", "3");
    html_end(html);
    html_end(html);
}

static void write_objective(struct html *html, const struct objective_report *objective)
{
    char over[DURATION_TEXT_MAX];
    struct buffer text;
    if (objective == NULL)
        return;
    buffer_init(&text, PAGE_SENTENCE_MAX);
    objective_say(objective, &text);
    html_begin(html, "div", "card objective");
    html_begin(html, "p", NULL);
    html_begin(html, "span", "note");
    html_print(html, "Objective over %s ", words_stretch(objective->over, over));
    html_end(html);
    html_text(html, text.data);
    html_end(html);
    write_budget(html, objective);
    html_end(html);
    buffer_free(&text);
}

/* --- graphs ------------------------------------------------------------------------------------
 */

static void label_latency(const struct page_journey_view *view, const struct series *series,
                          struct buffer *label)
{
    char median[DURATION_TEXT_MAX], p95[DURATION_TEXT_MAX], p99[DURATION_TEXT_MAX];
    const struct histogram *times = &series->all.total;
    buffer_print(label, "Latency from %s over the last %s: ", place_title(view, series->name),
                 span_kinds[view->span].words);
    if (times->count == 0)
        buffer_text(label, "none was measured");
    else
        buffer_print(label, "median %s, 95th percentile %s, 99th percentile %s",
                     duration_print(histogram_median(times), median),
                     duration_print(histogram_quantile(times, 0.95), p95),
                     duration_print(histogram_quantile(times, 0.99), p99));
    buffer_print(label, "; %u runs, %u failed", series_slots(&series->all.counts),
                 series->all.counts.failed);
}

static void write_time_cell(struct html *html, const struct histogram *times, double q)
{
    html_begin(html, "td", "number");
    if (times->count > 0)
        page_duration(html, histogram_quantile(times, q));
    else
        html_text(html, "–");
    html_end(html);
}

static void write_count_cell(struct html *html, unsigned count)
{
    html_begin(html, "td", "number");
    html_print(html, "%u", count);
    html_end(html);
}

static void write_numbers_row(struct html *html, const struct graph *graph,
                              const struct series_point *point, unsigned n)
{
    char when[GRAPH_TIME_MAX];
    html_begin(html, "tr", NULL);
    html_begin(html, "th", NULL);
    html_attribute(html, "scope", "row");
    html_text(html, graph_time(graph, n, when));
    html_end(html);
    write_time_cell(html, &point->total, 0.5);
    write_time_cell(html, &point->total, 0.95);
    write_time_cell(html, &point->total, 0.99);
    write_count_cell(html, series_slots(&point->counts));
    write_count_cell(html, point->counts.failed);
    html_end(html);
}

/* What the graph shows, for those who cannot see it or want it exactly. */
static void write_numbers(struct html *html, const struct page_journey_view *view,
                          const struct graph *graph, const struct series *series)
{
    static const char *const columns[] = {"From", "Median", "p95", "p99", "Runs", "Failed"};
    html_begin(html, "details", NULL);
    html_begin(html, "summary", NULL);
    html_print(html, "%s in numbers", place_title(view, series->name));
    html_end(html);
    html_begin(html, "table", "numbers");
    page_table_head(html, columns, COUNT_OF(columns));
    html_begin(html, "tbody", NULL);
    for (unsigned n = graph->set->count; n-- > 0;)
        if (series_slots(&series->points[n].counts) > 0)
            write_numbers_row(html, graph, &series->points[n], n);
    html_end(html);
    html_end(html);
    html_end(html);
}

static void write_place_head(struct html *html, const struct page_journey_view *view,
                             const struct series *series)
{
    const struct histogram *times = &series->all.total;
    html_begin(html, "div", "line");
    html_leaf(html, "h3", NULL, place_title(view, series->name));
    html_begin(html, "p", "note");
    if (times->count > 0) {
        html_text(html, "median ");
        page_duration(html, histogram_median(times));
        html_text(html, " · p95 ");
        page_duration(html, histogram_quantile(times, 0.95));
        html_text(html, " · ");
    }
    write_share(html, &series->all.counts);
    html_text(html, " good");
    html_end(html);
    html_end(html);
}

static void write_place(struct html *html, const struct page_journey_view *view,
                        const struct graph *graph, const struct series *series)
{
    struct buffer label;
    buffer_init(&label, PAGE_SENTENCE_MAX);
    label_latency(view, series, &label);
    html_begin(html, "div", "panel");
    write_place_head(html, view, series);
    graph_latency(html, graph, series, label.data);
    graph_states(html, graph, series);
    graph_axis(html, graph);
    write_numbers(html, view, graph, series);
    html_end(html);
    buffer_free(&label);
}

static void write_latency_key(struct html *html)
{
    static const char *const keys[][2] = {
        {"median", "median"},
        {"band", "up to the 95th percentile"},
        {"p99", "99th percentile"},
        {"mark-incident", "incident"},
        {"mark-maintenance", "maintenance"},
        {"mark-event", "event"},
    };
    html_begin(html, "ul", "legend");
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        html_begin(html, "li", NULL);
        html_begin(html, "svg", "swatch");
        html_attribute(html, "aria-hidden", "true");
        html_begin(html, "rect", keys[i][0]);
        html_attribute(html, "width", "100%");
        html_attribute(html, "height", "100%");
        html_end(html);
        html_end(html);
        html_text(html, keys[i][1]);
        html_end(html);
    }
    html_end(html);
}

static void write_latency(struct html *html, const struct page_journey_view *view,
                          const struct page_marks *marks)
{
    const struct graph graph = {
        .set = view->places,
        .span = view->span,
        .zone = view->zone,
        .top = graph_top_of_latency(view->places),
        .marks = marks->marks,
        .mark_count = marks->count,
    };
    page_section(html, "Latency by vantage point");
    html_begin(html, "div", "card panels");
    write_latency_key(html);
    for (size_t i = 0; i < view->places->series_count; i++)
        write_place(html, view, &graph, view->places->series[i]);
    html_end(html);
    html_end(html);
}

static void write_phase_table(struct html *html, const struct series *all)
{
    static const char *const columns[] = {"Phase", "Mean", "Median", "p95"};
    html_begin(html, "details", NULL);
    html_leaf(html, "summary", NULL, "The phases in numbers");
    html_begin(html, "table", "numbers");
    page_table_head(html, columns, COUNT_OF(columns));
    html_begin(html, "tbody", NULL);
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        const struct histogram *times = &all->all.phases[phase];
        if (times->count == 0)
            continue;
        html_begin(html, "tr", NULL);
        html_begin(html, "th", NULL);
        html_attribute(html, "scope", "row");
        html_text(html, phase_name((enum phase)phase));
        html_end(html);
        html_begin(html, "td", "number");
        page_duration(html, series_phase_mean(&all->all, (enum phase)phase));
        html_end(html);
        write_time_cell(html, times, 0.5);
        write_time_cell(html, times, 0.95);
        html_end(html);
    }
    html_end(html);
    html_end(html);
    html_end(html);
}

static void write_phases(struct html *html, const struct page_journey_view *view,
                         const struct series *all)
{
    const struct graph graph = {
        .set = view->places,
        .span = view->span,
        .zone = view->zone,
        .top = graph_top_of_phases(view->places, all),
    };
    struct buffer label;
    buffer_init(&label, PAGE_SENTENCE_MAX);
    buffer_text(&label, "Mean time of a run by phase: ");
    const char *separator = "";
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        char text[DURATION_TEXT_MAX];
        duration mean = series_phase_mean(&all->all, (enum phase)phase);
        if (mean == 0)
            continue;
        buffer_print(&label, "%s%s %s", separator, phase_name((enum phase)phase),
                     duration_print(mean, text));
        separator = ", ";
    }
    page_section(html, "Where the time goes");
    html_begin(html, "div", "card panels");
    page_phase_legend(html);
    html_begin(html, "div", "panel");
    graph_phases(html, &graph, all, label.data);
    graph_axis(html, &graph);
    write_phase_table(html, all);
    html_end(html);
    html_end(html);
    html_end(html);
    buffer_free(&label);
}

/* --- steps -------------------------------------------------------------------------------------
 */

/* What is usual at this hour from the vantage points that are looked at: the slowest of them. */
static const struct store_baseline *usual(const struct page_journey_view *view, const char *step)
{
    const struct store_baseline *found = NULL;
    unsigned hour = (unsigned)(view->now.us / DURATION_HOUR % 24);
    for (size_t i = 0; i < view->baseline_count; i++) {
        const struct store_baseline *baseline = &view->baselines[i];
        if (baseline->step == NULL || baseline->hour != hour || strcmp(baseline->step, step) != 0 ||
            (view->vantage != NULL && strcmp(view->vantage, baseline->vantage) != 0))
            continue;
        if (found == NULL || baseline->median > found->median)
            found = baseline;
    }
    return found;
}

/* A step's mean time, phase after phase; the slowest step fills the row. */
static void write_step_bar(struct html *html, const struct series *step, duration longest)
{
    double at = 0;
    html_begin(html, "svg", "timeline");
    html_attribute(html, "aria-hidden", "true");
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        char class_name[32];
        double width = 100.0 * (double)series_phase_mean(&step->all, (enum phase)phase) /
                       (double)(longest > 0 ? longest : 1);
        if (width <= 0)
            continue;
        snprintf(class_name, sizeof class_name, "phase-%s", phase_name((enum phase)phase));
        html_begin(html, "rect", class_name);
        html_attribute_print(html, "x", "%.2f%%", at);
        html_attribute_print(html, "width", "%.2f%%", width);
        html_attribute(html, "y", "5");
        html_attribute(html, "height", "10");
        html_end(html);
        at += width;
    }
    html_end(html);
}

static void write_usual(struct html *html, const struct store_baseline *baseline)
{
    html_begin(html, "td", "number usual");
    if (baseline != NULL) {
        page_duration(html, baseline->median);
        html_begin(html, "span", "note");
        html_text(html, " ± ");
        page_duration(html, baseline->deviation);
        html_end(html);
    } else {
        html_text(html, "–");
    }
    html_end(html);
}

static void write_step(struct html *html, const struct page_journey_view *view,
                       const struct series *step, duration longest)
{
    html_begin(html, "tr", NULL);
    html_begin(html, "th", NULL);
    html_attribute(html, "scope", "row");
    html_text(html, step->name);
    html_end(html);
    html_begin(html, "td", "bar");
    write_step_bar(html, step, longest);
    html_end(html);
    write_time_cell(html, &step->all.total, 0.5);
    write_time_cell(html, &step->all.total, 0.95);
    write_usual(html, usual(view, step->name));
    write_count_cell(html, step->all.counts.failed);
    html_end(html);
}

static void write_steps(struct html *html, const struct page_journey_view *view)
{
    static const char *const columns[] = {"Step", "Mean, by phase", "Median",
                                          "p95",  "Usual now",      "Failed"};
    duration longest = 0;
    if (view->steps->series_count == 0)
        return;
    for (size_t i = 0; i < view->steps->series_count; i++) {
        duration mean = histogram_mean(&view->steps->series[i]->all.total);
        longest = mean > longest ? mean : longest;
    }
    page_section(html, "Steps");
    html_begin(html, "div", "card");
    html_begin(html, "table", "step-times");
    page_table_head(html, columns, COUNT_OF(columns));
    html_begin(html, "tbody", NULL);
    for (size_t i = 0; i < view->steps->series_count; i++)
        write_step(html, view, view->steps->series[i], longest);
    html_end(html);
    html_end(html);
    html_end(html);
    html_end(html);
}

/* --- the page ----------------------------------------------------------------------------------
 */

static void write_head(struct html *html, const struct page_journey_view *view)
{
    html_begin(html, "div", "heading");
    html_leaf(html, "h1", NULL, view->journey->name);
    html_begin(html, "p", "note");
    if (view->journey->about != NULL)
        html_print(html, "%s ", view->journey->about);
    page_interval(html, view->journey);
    html_end(html);
    html_end(html);
}

static void write_runs(struct html *html, const struct page_journey_view *view)
{
    struct buffer target;
    buffer_init(&target, PAGE_ADDRESS_MAX);
    page_runs_address(
        &(struct page_runs_filter){.journey = view->journey->name, .vantage = view->vantage},
        &target);
    page_section(html, "Latest runs");
    page_runs(html, view->shop, view->runs,
              view->run_count < PAGE_RECENT_SHOWN ? view->run_count : PAGE_RECENT_SHOWN, view->now);
    html_begin(html, "p", "more");
    html_begin_link(html, target.data);
    html_text(html, "All runs of this journey");
    html_end(html);
    html_end(html);
    html_end(html);
    buffer_free(&target);
}

void page_journey_render(const struct page_journey_view *view, struct buffer *out)
{
    const struct page_frame frame = {
        .shop = view->shop,
        .zone = view->zone,
        .title = view->journey->name,
        .state = view->run_count > 0 ? view->runs[0]->state : STATE_UNKNOWN,
        .renews = 10,
        .place = "/",
    };
    struct series all = {.name = ""};
    struct page_marks marks;
    struct html *html = page_begin(&frame, out);
    page_marks_collect(view, &marks);
    write_head(html, view);
    write_choices(html, view);
    if (view->places->series_count == 0) {
        html_begin(html, "p", "empty");
        html_print(html, "No runs in the last %s.", span_kinds[view->span].words);
        html_end(html);
    } else {
        series_sum(view->places, &all);
        write_figures(html, &all.all);
        write_objective(html, view->objective);
        write_latency(html, view, &marks);
        page_marks_list(html, view, &marks);
        write_phases(html, view, &all);
        write_steps(html, view);
        series_clear(&all, view->places->count);
    }
    write_runs(html, view);
    page_marks_free(&marks);
    page_end(html, &frame, view->now);
}
