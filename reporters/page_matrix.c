/* SPDX-License-Identifier: MIT */
/* Journeys by vantage points: how each ends now, and how its slots ended over the last spans. */
#include "reporters/page.h"
#include "reporters/page_parts.h"
#include "reporters/words.h"

#include <stdio.h>
#include <string.h>

/* A bar for a span. Its shape tells what its colour tells: whole and low is passed, higher late,
 * full with a gap (an exclamation mark) failed, a stub not seen. In a field of 100 by 28. */
static const struct {
    const char *class_name;
    double top, height;
} bar_shapes[] = {
    [STATE_PASSED] = {"passed", 8, 20},   [STATE_DEGRADED] = {"degraded", 4, 24},
    [STATE_FAILED] = {"failed", 0, 20},   [STATE_UNKNOWN] = {"unknown", 20, 8},
    [STATE_SKIPPED] = {"nothing", 26, 2},
};

static enum state tally_state(const struct store_tally *tally)
{
    if (tally == NULL || tally->passed + tally->degraded + tally->failed + tally->unknown == 0)
        return STATE_SKIPPED;
    if (tally->failed > 0)
        return STATE_FAILED;
    if (tally->degraded > 0)
        return STATE_DEGRADED;
    return tally->passed > 0 ? STATE_PASSED : STATE_UNKNOWN;
}

static void write_bar(struct html *html, int n, enum state state)
{
    static const double pitch = 100.0 / PAGE_SPANS;
    for (int piece = 0; piece < (state == STATE_FAILED ? 2 : 1); piece++) {
        html_begin(html, "rect", bar_shapes[state].class_name);
        html_attribute_print(html, "x", "%.2f%%", pitch * n);
        html_attribute_print(html, "width", "%.2f%%", pitch * 0.72);
        html_attribute_print(html, "y", "%.0f", piece == 0 ? bar_shapes[state].top : 23);
        html_attribute_print(html, "height", "%.0f", piece == 0 ? bar_shapes[state].height : 5);
        html_attribute(html, "rx", "1");
        html_end(html);
    }
}

static void write_bar_title(struct html *html, const struct page_overview *model,
                            const struct store_tally *tally, struct wall_time start)
{
    char clock[PAGE_CLOCK_MAX], latency[DURATION_TEXT_MAX];
    html_begin(html, "title", NULL);
    html_text(html, page_clock(start, model->now, clock));
    if (tally == NULL) {
        html_text(html, ": no run");
    } else {
        const unsigned counts[] = {tally->passed, tally->degraded, tally->failed, tally->unknown};
        static const enum state states[] = {STATE_PASSED, STATE_DEGRADED, STATE_FAILED,
                                            STATE_UNKNOWN};
        const char *separator = ": ";
        for (size_t i = 0; i < COUNT_OF(counts); i++) {
            if (counts[i] == 0)
                continue;
            html_print(html, "%s%u %s", separator, counts[i], state_name(states[i]));
            separator = ", ";
        }
        if (tally->passed + tally->degraded > 0)
            html_print(html, ", %s", duration_print(tally->latency, latency));
    }
    html_end(html);
}

/* The tallies of one row, each under the number of its span; the last is the running one. */
static void collect_spans(const struct page_overview *model, const char *journey,
                          const char *vantage, const struct store_tally *spans[PAGE_SPANS])
{
    int64_t last = model->now.us / PAGE_SPAN;
    for (size_t i = 0; i < model->tally_count; i++) {
        const struct store_tally *tally = &model->tallies[i];
        int64_t n = tally->start.us / PAGE_SPAN - last + PAGE_SPANS - 1;
        if (n >= 0 && n < PAGE_SPANS && strcmp(tally->journey, journey) == 0 &&
            strcmp(tally->vantage, vantage) == 0)
            spans[n] = tally;
    }
}

static void write_bars(struct html *html, const struct page_overview *model, const char *journey,
                       const char *vantage)
{
    const struct store_tally *spans[PAGE_SPANS] = {NULL};
    unsigned passed = 0, late = 0, failed = 0, unknown = 0;
    collect_spans(model, journey, vantage, spans);
    for (int n = 0; n < PAGE_SPANS; n++) {
        passed += spans[n] == NULL ? 0 : spans[n]->passed;
        late += spans[n] == NULL ? 0 : spans[n]->degraded;
        failed += spans[n] == NULL ? 0 : spans[n]->failed;
        unknown += spans[n] == NULL ? 0 : spans[n]->unknown;
    }
    html_begin(html, "svg", "bars");
    html_attribute(html, "role", "img");
    html_attribute_print(html, "aria-label",
                         "Runs of the last %d minutes: %u passed, %u degraded, %u failed, %u "
                         "unknown",
                         PAGE_SPANS, passed, late, failed, unknown);
    for (int n = 0; n < PAGE_SPANS; n++) {
        struct wall_time start = {(model->now.us / PAGE_SPAN - PAGE_SPANS + 1 + n) * PAGE_SPAN};
        html_begin(html, "g", NULL);
        write_bar_title(html, model, spans[n], start);
        write_bar(html, n, tally_state(spans[n]));
        html_end(html);
    }
    html_end(html);
}

static void write_state(struct html *html, const struct page_cell *cell)
{
    if (cell->run == NULL) {
        page_badge(html, STATE_UNKNOWN, "no run yet");
        return;
    }
    char target[64];
    snprintf(target, sizeof target, "/runs/%s", cell->run->id);
    html_begin_link(html, target);
    html_attribute(html, "class", "quiet");
    page_badge(html, cell->state, cell->stale ? "no new run" : state_name(cell->state));
    html_end(html);
}

static void write_row(struct html *html, const struct page_overview *model,
                      const struct page_journey *journey, const char *vantage)
{
    struct page_cell cell = page_cell(model, journey, vantage);
    html_begin(html, "tr", NULL);
    html_begin(html, "th", NULL);
    html_attribute(html, "scope", "row");
    html_text(html, shop_vantage_title(model->shop, vantage));
    html_end(html);
    html_begin(html, "td", "now");
    write_state(html, &cell);
    html_end(html);
    html_begin(html, "td", "history");
    write_bars(html, model, journey->name, vantage);
    html_end(html);
    html_begin(html, "td", "number");
    if (cell.run != NULL)
        page_duration(html, run_latency(cell.run));
    else
        html_text(html, "–");
    html_end(html);
    html_end(html);
}

static void write_head(struct html *html)
{
    char history[64];
    snprintf(history, sizeof history, "Last %d minutes", PAGE_SPANS);
    const char *const columns[] = {"From", "Last run", history, "Took"};
    page_table_head(html, columns, COUNT_OF(columns));
}

static void write_interval(struct html *html, duration every)
{
    struct buffer text;
    buffer_init(&text, PAGE_SENTENCE_MAX);
    words_interval(every, &text);
    html_print(html, "Replayed %s.", text.data);
    buffer_free(&text);
}

void page_matrix(struct html *html, const struct page_overview *model)
{
    page_section(html, "Journeys");
    for (size_t i = 0; i < model->journey_count; i++) {
        const struct page_journey *journey = &model->journeys[i];
        const char *vantage;
        html_begin(html, "div", "card journey");
        html_leaf(html, "h3", NULL, journey->name);
        html_begin(html, "p", "note");
        if (journey->about != NULL)
            html_print(html, "%s ", journey->about);
        write_interval(html, journey->every);
        html_end(html);
        html_begin(html, "table", "matrix");
        write_head(html);
        html_begin(html, "tbody", NULL);
        for (size_t n = 0; (vantage = page_vantage(model, journey, n)) != NULL; n++)
            write_row(html, model, journey, vantage);
        html_end(html);
        html_end(html);
        html_end(html);
    }
    html_leaf(html, "p", "note key",
              "A bar is a minute: low when all passed, higher when late, full with a gap when one "
              "failed, a stub when we could not look.");
    html_end(html);
}
