/* SPDX-License-Identifier: MIT */
/* Journeys by vantage points: how each ends now, and how its slots ended over the last spans. */
#include "reporters/page.h"
#include "reporters/page_clock.h"
#include "reporters/page_parts.h"
#include "reporters/words.h"
#include "scenarios/cron.h"

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

/* So many rows are shown with their bars; where there are more of them, one would look at none, and
 * the page would be of megabytes. Then it has what is not well, and that in part. */
enum { ROWS_WITH_BARS = 200, ROWS_IN_PART = 5 };

static bool is_crowded(const struct page_overview *model)
{
    size_t rows = 0;
    for (size_t i = 0; i < model->journey_count; i++)
        for (size_t n = 0; page_vantage(model, &model->journeys[i], n) != NULL; n++)
            if (++rows > ROWS_WITH_BARS)
                return true;
    return false;
}

/* The bars of a journey; without a count, there are none. */
struct bars {
    const struct page_overview *model;
    const struct page_journey *journey;
    duration span;
    int count;
};

static int64_t last_span(const struct bars *bars)
{
    return bars->model->now.us / bars->span;
}

/* As many as there is history for: a row that is mostly empty tells less, and smaller. */
static struct bars bars_of(const struct page_overview *model, const struct page_journey *journey)
{
    struct bars bars = {.model = model, .journey = journey, .span = page_span(journey->every)};
    int64_t count = PAGE_BARS_MIN;
    if (is_crowded(model))
        return bars;
    for (size_t i = 0; i < model->tally_count; i++) {
        int64_t age = last_span(&bars) - model->tallies[i].start.us / bars.span + 1;
        if (age > count && strcmp(model->tallies[i].journey, journey->name) == 0)
            count = age;
    }
    count = (count + PAGE_BARS_STEP - 1) / PAGE_BARS_STEP * PAGE_BARS_STEP;
    bars.count = count < PAGE_BARS ? (int)count : PAGE_BARS;
    return bars;
}

static void write_bar(struct html *html, double pitch, int n, enum state state)
{
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

static void write_bar_title(struct html *html, const struct bars *bars,
                            const struct store_tally *tally, struct wall_time start)
{
    char clock[PAGE_CLOCK_MAX], latency[DURATION_TEXT_MAX];
    html_begin(html, "title", NULL);
    html_text(html, bars->span < DURATION_MINUTE
                        ? page_clock_seconds(html_zone(html), start, bars->model->now, clock)
                        : page_clock(html_zone(html), start, bars->model->now, clock));
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

/* The tallies of one row, each under the number of its bar; the last is the running one. */
static void collect_tallies(const struct bars *bars, const char *vantage,
                            const struct store_tally *found[PAGE_BARS])
{
    for (size_t i = 0; i < bars->model->tally_count; i++) {
        const struct store_tally *tally = &bars->model->tallies[i];
        int64_t n = tally->start.us / bars->span - last_span(bars) + bars->count - 1;
        if (n >= 0 && n < bars->count && strcmp(tally->journey, bars->journey->name) == 0 &&
            strcmp(tally->vantage, vantage) == 0)
            found[n] = tally;
    }
}

static void write_bars_label(struct html *html, const struct bars *bars,
                             const struct store_tally *const *tallies)
{
    char time[DURATION_TEXT_MAX];
    struct store_tally sum = {0};
    for (int n = 0; n < bars->count; n++) {
        sum.passed += tallies[n] == NULL ? 0 : tallies[n]->passed;
        sum.degraded += tallies[n] == NULL ? 0 : tallies[n]->degraded;
        sum.failed += tallies[n] == NULL ? 0 : tallies[n]->failed;
        sum.unknown += tallies[n] == NULL ? 0 : tallies[n]->unknown;
    }
    html_attribute_print(html, "aria-label",
                         "Runs of the last %s: %u passed, %u degraded, %u failed, %u unknown",
                         words_stretch(bars->span * bars->count, time), sum.passed, sum.degraded,
                         sum.failed, sum.unknown);
}

static void write_bars(struct html *html, const struct bars *bars, const char *vantage)
{
    const struct store_tally *tallies[PAGE_BARS] = {NULL};
    collect_tallies(bars, vantage, tallies);
    html_begin(html, "svg", "bars");
    html_attribute(html, "role", "img");
    write_bars_label(html, bars, tallies);
    for (int n = 0; n < bars->count; n++) {
        struct wall_time start = {(last_span(bars) - bars->count + 1 + n) * bars->span};
        html_begin(html, "g", NULL);
        write_bar_title(html, bars, tallies[n], start);
        write_bar(html, 100.0 / bars->count, n, tally_state(tallies[n]));
        html_end(html);
    }
    html_end(html);
}

/* The replay that the latest slot's state comes from, where that slot has none of its own. */
static const struct run *run_behind(const struct page_cell *cell)
{
    return cell->replay->state == cell->run->state ? cell->replay : cell->run;
}

static void write_state(struct html *html, const struct page_cell *cell)
{
    if (cell->run == NULL) {
        page_badge(html, STATE_UNKNOWN, cell->paused ? "paused" : "no run yet");
        return;
    }
    char target[64];
    snprintf(target, sizeof target, "/runs/%s", run_behind(cell)->id);
    html_begin_link(html, target);
    html_attribute(html, "class", "quiet");
    page_badge(html, cell->state,
               cell->paused  ? "paused"
               : cell->stale ? "no new run"
                             : state_name(cell->state));
    html_end(html);
}

static void write_row(struct html *html, const struct bars *bars, const char *vantage)
{
    struct page_cell cell = page_cell(bars->model, bars->journey, vantage);
    html_begin(html, "tr", NULL);
    html_begin(html, "th", NULL);
    html_attribute(html, "scope", "row");
    html_text(html, shop_vantage_title(bars->model->shop, vantage));
    html_end(html);
    html_begin(html, "td", "now");
    write_state(html, &cell);
    html_end(html);
    html_begin(html, "td", "history");
    if (bars->count > 0)
        write_bars(html, bars, vantage);
    html_end(html);
    html_begin(html, "td", "number");
    page_latency(html, cell.run != NULL ? run_behind(&cell) : NULL);
    html_end(html);
    html_end(html);
}

static void write_head(struct html *html, const struct bars *bars)
{
    char history[64], time[DURATION_TEXT_MAX];
    if (bars->count > 0)
        snprintf(history, sizeof history, "Last %s", words_stretch(bars->span * bars->count, time));
    else
        snprintf(history, sizeof history, "History");
    const char *const columns[] = {"From", "Last run", history, "Took"};
    static const char *const classes[] = {"from", "now", "history", "took"};
    html_begin(html, "colgroup", NULL);
    for (size_t i = 0; i < COUNT_OF(classes); i++) {
        html_begin(html, "col", classes[i]);
        html_end(html);
    }
    html_end(html);
    page_table_head(html, columns, COUNT_OF(columns));
}

void page_interval(struct html *html, const struct page_journey *journey)
{
    struct buffer text;
    buffer_init(&text, PAGE_SENTENCE_MAX);
    if (journey->cron != NULL)
        buffer_print(&text, "at %s (cron, %s)", journey->cron->text, zone_name(journey->zone));
    else
        words_interval(journey->every, &text);
    html_print(html, "Replayed %s%s.", text.data,
               journey->rotates ? ", from one vantage point after another" : "");
    buffer_free(&text);
}

static void write_name(struct html *html, const struct page_journey *journey)
{
    struct buffer target;
    buffer_init(&target, PAGE_ADDRESS_MAX);
    page_journey_address(journey->name, SPAN_COUNT, NULL, &target);
    html_begin_link(html, target.data);
    html_text(html, journey->name);
    html_end(html);
    buffer_free(&target);
}

static void begin_journey(struct html *html, const struct bars *bars)
{
    html_begin(html, "div", "card journey");
    html_begin(html, "h3", NULL);
    write_name(html, bars->journey);
    html_end(html);
    html_begin(html, "p", "note");
    if (bars->journey->about != NULL)
        html_print(html, "%s ", bars->journey->about);
    page_interval(html, bars->journey);
    html_end(html);
    html_begin(html, "table", "matrix");
    write_head(html, bars);
    html_begin(html, "tbody", NULL);
}

static void end_table(struct html *html)
{
    html_end(html);
    html_end(html);
}

static void write_journey(struct html *html, const struct page_overview *model,
                          const struct page_journey *journey)
{
    const struct bars bars = bars_of(model, journey);
    const char *vantage;
    begin_journey(html, &bars);
    for (size_t n = 0; (vantage = page_vantage(model, journey, n)) != NULL; n++)
        write_row(html, &bars, vantage);
    end_table(html);
    html_end(html);
}

/* --- of a crowd ------------------------------------------------------------------------------- */

/* What a journey comes to: the worst that a place sees. X(NAME, heading, journeys that are shown
 * with the places where it is so) */
#define STANDING_TABLE(X)                                                                          \
    X(FAILING, "failing somewhere", 20)                                                            \
    X(LATE, "slow somewhere", 5)                                                                   \
    X(BLIND, "not known from everywhere", 0)                                                       \
    X(PAUSED, "paused somewhere", 0)                                                               \
    X(UNSEEN, "not replayed yet", 0)                                                               \
    X(PASSING, "passing from everywhere", 0)

enum standing {
#define X(name, heading, shown) STANDING_##name,
    STANDING_TABLE(X)
#undef X
};

static const struct {
    const char *heading;
    size_t shown;
} standings[] = {
#define X(name, heading, shown) {heading, shown},
    STANDING_TABLE(X)
#undef X
};

struct stand {
    enum standing standing;
    size_t places, so; /* of them, where it is so */
    duration slowest;
};

static enum standing standing_of(const struct page_cell *cell)
{
    static const enum standing of_states[] = {
        [STATE_PASSED] = STANDING_PASSING, [STATE_DEGRADED] = STANDING_LATE,
        [STATE_FAILED] = STANDING_FAILING, [STATE_UNKNOWN] = STANDING_BLIND,
        [STATE_SKIPPED] = STANDING_BLIND,
    };
    if (cell->paused)
        return STANDING_PAUSED;
    return cell->run != NULL ? of_states[cell->state] : STANDING_UNSEEN;
}

static struct stand stand_of(const struct page_overview *model, const struct page_journey *journey)
{
    struct stand stand = {.standing = STANDING_PASSING};
    const char *vantage;
    for (; (vantage = page_vantage(model, journey, stand.places)) != NULL; stand.places++) {
        struct page_cell cell = page_cell(model, journey, vantage);
        enum standing standing = standing_of(&cell);
        duration latency = cell.run != NULL ? run_latency(run_behind(&cell)) : 0;
        if (standing < stand.standing)
            stand.so = 0;
        if (standing <= stand.standing) {
            stand.standing = standing;
            stand.so++;
        }
        if (latency > stand.slowest)
            stand.slowest = latency;
    }
    return stand;
}

/* With some of the places where it is so. */
static void write_in_part(struct html *html, const struct page_overview *model,
                          const struct page_journey *journey, const struct stand *stand)
{
    const struct bars bars = bars_of(model, journey);
    const char *vantage;
    size_t shown = 0;
    begin_journey(html, &bars);
    for (size_t n = 0; shown < ROWS_IN_PART && (vantage = page_vantage(model, journey, n)) != NULL;
         n++) {
        struct page_cell cell = page_cell(model, journey, vantage);
        if (standing_of(&cell) != stand->standing)
            continue;
        write_row(html, &bars, vantage);
        shown++;
    }
    end_table(html);
    html_begin(html, "p", "note");
    html_print(html, "So from %zu of %zu places", stand->so, stand->places);
    if (shown < stand->so)
        html_print(html, "; %zu of them are shown", shown);
    html_text(html, ".");
    html_end(html);
    html_end(html);
}

static void write_line(struct html *html, const struct page_journey *journey,
                       const struct stand *stand)
{
    html_begin(html, "li", NULL);
    write_name(html, journey);
    html_begin(html, "span", "note");
    if (stand->standing == STANDING_PASSING) {
        html_text(html, "the slowest took ");
        page_duration(html, stand->slowest);
    } else if (stand->so < stand->places) {
        html_print(html, "so from %zu of %zu places", stand->so, stand->places);
    }
    html_end(html);
    html_end(html);
}

static void write_folded(struct html *html, const struct page_overview *model,
                         const struct stand *stands, enum standing standing, size_t count)
{
    size_t n = 0, skip = standings[standing].shown;
    if (count <= skip)
        return;
    html_begin(html, "details", NULL);
    html_attribute_print(html, "id", "standing-%d", (int)standing);
    html_begin(html, "summary", NULL);
    html_print(html, "%zu %s%s", count - skip, skip > 0 ? "more " : "",
               standings[standing].heading);
    html_end(html);
    html_begin(html, "ul", "lines card");
    for (size_t i = 0; i < model->journey_count; i++)
        if (stands[i].standing == standing && n++ >= skip)
            write_line(html, &model->journeys[i], &stands[i]);
    html_end(html);
    html_end(html);
}

/* The worst first. */
static void write_crowd(struct html *html, const struct page_overview *model)
{
    struct arena *arena = arena_create();
    struct stand *stands = arena_allocate(arena, model->journey_count, sizeof *stands);
    size_t counts[COUNT_OF(standings)] = {0};
    for (size_t i = 0; i < model->journey_count; i++)
        stands[i] = stand_of(model, &model->journeys[i]);
    for (enum standing standing = 0; standing < COUNT_OF(standings); standing++)
        for (size_t i = 0; i < model->journey_count; i++)
            if (stands[i].standing == standing && counts[standing]++ < standings[standing].shown)
                write_in_part(html, model, &model->journeys[i], &stands[i]);
    for (enum standing standing = 0; standing < COUNT_OF(standings); standing++)
        write_folded(html, model, stands, standing, counts[standing]);
    html_leaf(html, "p", "note key",
              "With so many journeys and places, each journey's own page has its history.");
    arena_free(arena);
}

/* `a minute`; NULL when the journeys' bars differ. */
static const char *common_span(const struct page_overview *model, char text[DURATION_TEXT_MAX])
{
    duration span = 0;
    for (size_t i = 0; i < model->journey_count; i++) {
        duration its = page_span(model->journeys[i].every);
        if (span != 0 && its != span)
            return NULL;
        span = its;
    }
    if (span == DURATION_MINUTE)
        return "a minute";
    return span == DURATION_HOUR ? "an hour" : words_stretch(span, text);
}

void page_matrix(struct html *html, const struct page_overview *model)
{
    char text[DURATION_TEXT_MAX];
    const char *span = common_span(model, text);
    page_section(html, "Journeys");
    if (is_crowded(model)) {
        write_crowd(html, model);
        html_end(html);
        return;
    }
    for (size_t i = 0; i < model->journey_count; i++)
        write_journey(html, model, &model->journeys[i]);
    html_begin(html, "p", "note key");
    html_print(html,
               "A bar is %s: low when all passed, higher when late, full with a gap when one "
               "failed, a stub when we could not look.",
               span != NULL ? span : "a stretch of time");
    html_end(html);
    html_end(html);
}
