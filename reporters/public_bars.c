/* SPDX-License-Identifier: MIT */
/*
 * 90 days as bars, in a few strokes: neighbours that look the same are one dashed line, so that a
 * quiet journey takes no more room than a sentence. A bar's shape tells what its colour tells:
 * whole and low is good, higher is some trouble, full with a gap an outage, a stub not known.
 */
#include "reporters/public_parts.h"

#include <stdio.h>

/* A day is PITCH wide, its bar 7 of that (page.css has the dashes), in a field HEIGHT high. */
enum { PITCH = 10, BAR = 7, HEIGHT = 28, GAP_TOP = 19, GAP = 3 };

static const struct {
    const char *class_name, *words;
} looks[] = {
#define X(name, class_name, words) {class_name, words},
    PUBLIC_DAY_TABLE(X)
#undef X
};
static const int heights[] = {
    [PUBLIC_DAY_NOTHING] = 2, [PUBLIC_DAY_BLIND] = 8,    [PUBLIC_DAY_GOOD] = 20,
    [PUBLIC_DAY_SOME] = 24,   [PUBLIC_DAY_BAD] = HEIGHT,
};

static void write_stroke(struct html *html, const char *class_name, size_t from, size_t count,
                         double middle, int height)
{
    html_begin(html, "path", class_name);
    html_attribute_print(html, "d", "M%zu %gh%zu", from * PITCH, middle, (count - 1) * PITCH + BAR);
    html_attribute_print(html, "stroke-width", "%d", height);
    html_end(html);
}

static void write_run(struct html *html, enum public_day_kind kind, size_t from, size_t count)
{
    const char *class_name = looks[kind].class_name;
    if (kind == PUBLIC_DAY_BAD) {
        write_stroke(html, class_name, from, count, GAP_TOP / 2.0, GAP_TOP);
        write_stroke(html, class_name, from, count, (GAP_TOP + GAP + HEIGHT) / 2.0,
                     HEIGHT - GAP_TOP - GAP);
        return;
    }
    write_stroke(html, class_name, from, count, HEIGHT - heights[kind] / 2.0, heights[kind]);
}

/* `12 Nov: 14 of 1440 tries failed`. */
static void write_title(struct html *html, const struct public_view *view,
                        const struct public_journey *journey, size_t day)
{
    char date[PUBLIC_TIME_MAX];
    const struct store_counts *counts = &journey->days[day];
    struct wall_time noon = {(view->now.us / DURATION_DAY - (int64_t)(PUBLIC_DAYS - 1 - day)) *
                                 DURATION_DAY +
                             DURATION_DAY / 2};
    html_begin(html, "title", NULL);
    html_print(html, "%s: %u of %llu tries failed", public_date(view, noon, date), counts->failed,
               (unsigned long long)public_tries(counts));
    if (counts->degraded > 0)
        html_print(html, ", %u were slow", counts->degraded);
    if (counts->unknown > 0)
        html_print(html, ", %u are not known", counts->unknown);
    html_end(html);
}

static void write_label(struct html *html, const struct public_journey *journey,
                        const enum public_day_kind kinds[PUBLIC_DAYS])
{
    struct buffer text;
    size_t counts[PUBLIC_DAY_COUNT] = {0};
    const char *separator = ": ";
    buffer_init(&text, PUBLIC_SENTENCE_MAX);
    buffer_print(&text, "Last %d days of %.200s", PUBLIC_DAYS, journey->journey->name);
    for (size_t i = 0; i < PUBLIC_DAYS; i++)
        counts[kinds[i]]++;
    for (int kind = PUBLIC_DAY_COUNT - 1; kind >= 0; kind--) {
        if (counts[kind] == 0)
            continue;
        buffer_print(&text, "%s%zu with %s", separator, counts[kind], looks[kind].words);
        separator = ", ";
    }
    html_attribute(html, "aria-label", text.data);
    buffer_free(&text);
}

void public_write_bars(struct html *html, const struct public_view *view,
                       const struct public_journey *journey, bool titled)
{
    enum public_day_kind kinds[PUBLIC_DAYS];
    for (size_t i = 0; i < PUBLIC_DAYS; i++)
        kinds[i] = public_day_kind(&journey->days[i]);
    html_begin(html, "svg", "days");
    html_attribute(html, "role", "img");
    html_attribute_print(html, "viewBox", "0 0 %d %d", PUBLIC_DAYS * PITCH - PITCH + BAR, HEIGHT);
    html_attribute(html, "preserveAspectRatio", "none");
    write_label(html, journey, kinds);
    for (size_t from = 0, to; from < PUBLIC_DAYS; from = to) {
        bool alone = titled && kinds[from] > PUBLIC_DAY_NOTHING && kinds[from] != PUBLIC_DAY_GOOD;
        for (to = from + 1; to < PUBLIC_DAYS && !alone && kinds[to] == kinds[from];)
            to++;
        if (alone) {
            html_begin(html, "g", NULL);
            write_title(html, view, journey, from);
        }
        write_run(html, kinds[from], from, to - from);
        if (alone)
            html_end(html);
    }
    html_end(html);
}

void public_write_key(struct html *html)
{
    html_begin(html, "ul", "legend key");
    for (int kind = PUBLIC_DAY_COUNT - 1; kind >= 0; kind--) {
        html_begin(html, "li", NULL);
        html_begin(html, "svg", "days sample");
        html_attribute(html, "aria-hidden", "true");
        html_attribute_print(html, "viewBox", "0 0 %d %d", BAR, HEIGHT);
        write_run(html, (enum public_day_kind)kind, 0, 1);
        html_end(html);
        html_print(html, "a day with %s", looks[kind].words);
        html_end(html);
    }
    html_end(html);
}
