/* SPDX-License-Identifier: MIT */
/* What surrounds every page, and its smallest pieces: marks, times, facts. See page_parts.h. */
#include "reporters/page_parts.h"

#include "monitor/base/hash.h"
#include "reporters/page.h"
#include "reporters/page_clock.h"
#include "reporters/words.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* How a state looks: the icon in the browser's tab, and the mark's inner path on a 16 by 16 field.
 * The outlines differ, so that they can be told apart without colours. */
static const struct {
    const char *icon_colour, *outline, *inner;
} looks[] = {
    [STATE_PASSED] = {"1a7f4b", "M8 0a8 8 0 1 0 0 16A8 8 0 0 0 8 0z", "M4.4 8.3l2.5 2.5 4.8-5.2"},
    [STATE_DEGRADED] = {"b7791f", "M8 .6l8 14.4H0z", "M8 5.8v4.4M8 12.2v.6"},
    [STATE_FAILED] = {"c0262d", "M4.7 0h6.6L16 4.7v6.6L11.3 16H4.7L0 11.3V4.7z",
                      "M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6"},
    [STATE_UNKNOWN] = {"6b7280", "M8 0l8 8-8 8-8-8z", "M4.6 8h.01M8 8h.01M11.4 8h.01"},
    [STATE_SKIPPED] = {"6b7280", "M1 5h14v6H1z", "M4 8h8"},
};

void page_mark(struct html *html, enum state state)
{
    html_begin(html, "svg", "mark");
    html_attribute(html, "viewBox", "0 0 16 16");
    html_attribute(html, "aria-hidden", "true");
    html_begin(html, "path", "outline");
    html_attribute(html, "d", looks[state].outline);
    html_end(html);
    html_begin(html, "path", "inner");
    html_attribute(html, "d", looks[state].inner);
    html_end(html);
    html_end(html);
}

void page_badge(struct html *html, enum state state, const char *word)
{
    char class_name[32];
    snprintf(class_name, sizeof class_name, "badge %s", state_name(state));
    html_begin(html, "span", class_name);
    page_mark(html, state);
    html_text(html, word);
    html_end(html);
}

static const char *top_of(const struct page_frame *frame)
{
    return frame->top != NULL ? frame->top : "/";
}

static void write_head(struct html *html, const struct page_frame *frame)
{
    html_begin(html, "head", NULL);
    html_begin(html, "meta", NULL);
    html_attribute(html, "charset", "utf-8");
    html_end(html);
    static const char *const named[][2] = {
        {"viewport", "width=device-width, initial-scale=1"},
        {"color-scheme", "light dark"},
        {"referrer", "no-referrer"},
    };
    for (size_t i = 0; i < COUNT_OF(named); i++) {
        html_begin(html, "meta", NULL);
        html_attribute(html, "name", named[i][0]);
        html_attribute(html, "content", named[i][1]);
        html_end(html);
    }
    /* A second wall behind the escaping, also where somebody else serves the exported pages:
       nothing of elsewhere runs or is fetched. */
    html_begin(html, "meta", NULL);
    html_attribute(html, "http-equiv", "Content-Security-Policy");
    html_attribute(html, "content",
                   "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
                   "img-src data:; base-uri 'none'; form-action 'self'");
    html_end(html);
    if (frame->renews > 0) {
        html_begin(html, "script", NULL);
        html_attribute_print(html, "src", "%spage.js?v=%" PRIx64, top_of(frame),
                             hash_text(page_script));
        html_attribute(html, "defer", "");
        html_end(html);
    }
    html_begin(html, "title", NULL);
    html_print(html, "%s · %s", frame->title, frame->shop->name);
    html_end(html);
    html_begin(html, "link", NULL);
    html_attribute(html, "rel", "stylesheet");
    html_attribute_print(html, "href", "%sstyle.css?v=%" PRIx64, top_of(frame),
                         hash_text(page_style));
    html_end(html);
    if (frame->top != NULL) {
        html_begin(html, "link", NULL);
        html_attribute(html, "rel", "alternate");
        html_attribute(html, "type", "application/atom+xml");
        html_attribute(html, "title", "Incidents");
        html_attribute_print(html, "href", "%shistory.atom", frame->top);
        html_end(html);
    }
    html_begin(html, "link", NULL);
    html_attribute(html, "rel", "icon");
    html_attribute_print(html, "href",
                         "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 "
                         "16 16'><path fill='%%23%s' d='%s'/></svg>",
                         looks[frame->state].icon_colour, looks[frame->state].outline);
    html_end(html);
    html_end(html);
}

static void write_menu(struct html *html, const char *place)
{
    static const char *const places[][2] = {
        {"/", "Overview"}, {"/runs", "Runs"}, {"/incidents", "Incidents"}, {"/monitor", "Monitor"}};
    html_begin(html, "nav", "menu");
    html_attribute(html, "aria-label", "Pages");
    html_begin(html, "ul", NULL);
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        html_begin(html, "li", NULL);
        html_begin_link(html, places[i][0]);
        if (strcmp(places[i][0], place) == 0)
            html_attribute(html, "aria-current", "true");
        html_text(html, places[i][1]);
        html_end(html);
        html_end(html);
    }
    html_end(html);
    html_end(html);
}

struct html *page_begin(const struct page_frame *frame, struct buffer *out)
{
    struct html *html = html_open(out);
    html_set_zone(html, frame->zone);
    html_begin(html, "html", NULL);
    html_attribute(html, "lang", "en");
    write_head(html, frame);
    html_begin(html, "body", NULL);
    html_begin_link(html, "#main");
    html_attribute(html, "class", "skip");
    html_text(html, "Skip to the content");
    html_end(html);
    html_begin(html, "header", "top");
    html_begin_link(html, top_of(frame));
    html_attribute(html, "class", "shop");
    html_text(html, frame->shop->name);
    html_end(html);
    html_leaf(html, "span", "kind", frame->top != NULL ? "Status" : "Operators");
    if (frame->place != NULL)
        write_menu(html, frame->place);
    html_end(html);
    html_begin(html, "main", NULL);
    html_attribute(html, "id", "main");
    if (frame->renews > 0)
        html_attribute_print(html, "data-renews", "%u", frame->renews);
    return html;
}

void page_whose_times(struct html *html, const struct zone *zone)
{
    if (zone == NULL || zone == zone_utc())
        html_text(html, "Times are in UTC. ");
    else
        html_print(html, "Times are those of %s, days those of UTC. ", zone_name(zone));
}

void page_end(struct html *html, const struct page_frame *frame, struct wall_time now)
{
    html_end(html); /* main */
    html_begin(html, "footer", NULL);
    html_begin(html, "p", NULL);
    html_text(html, "Watched by shopwatch. ");
    if (now.us != 0) {
        html_begin(html, "span", NULL);
        html_attribute(html, "id", "as-of");
        html_text(html, "As of ");
        page_exact_time(html, now);
        html_text(html, ". ");
        html_end(html);
    }
    if (now.us != 0)
        page_whose_times(html, frame->zone);
    if (frame->json != NULL) {
        html_begin_link(html, frame->json);
        html_text(html, "The same as JSON");
        html_end(html);
    }
    html_end(html);
    html_close(html);
}

static void write_time(struct html *html, struct wall_time time, const char *text)
{
    char stamp[WALL_TEXT_MAX];
    if (time.us == 0) {
        html_text(html, "never");
        return;
    }
    html_begin(html, "time", NULL);
    html_attribute(html, "datetime", wall_print(time, stamp));
    html_text(html, text);
    html_end(html);
}

void page_time(struct html *html, struct wall_time time, struct wall_time now)
{
    char clock[PAGE_CLOCK_MAX];
    write_time(html, time, page_clock(html_zone(html), time, now, clock));
}

void page_time_seconds(struct html *html, struct wall_time time, struct wall_time now)
{
    char clock[PAGE_CLOCK_MAX];
    write_time(html, time, page_clock_seconds(html_zone(html), time, now, clock));
}

void page_exact_time(struct html *html, struct wall_time time)
{
    char text[PAGE_CLOCK_MAX];
    write_time(html, time, page_clock_exact(html_zone(html), time, text));
}

void page_duration(struct html *html, duration value)
{
    char text[DURATION_TEXT_MAX];
    html_text(html, duration_print(value, text));
}

void page_latency(struct html *html, const struct run *run)
{
    if (run != NULL && run_span(run).start.us != 0)
        page_duration(html, run_latency(run));
    else
        html_text(html, "–");
}

void page_lasting(struct html *html, duration value)
{
    char text[DURATION_TEXT_MAX];
    html_text(html, words_lasting(value, text));
}

void page_begin_answer(struct html *html, enum state state)
{
    char class_name[32];
    snprintf(class_name, sizeof class_name, "answer %s", state_name(state));
    html_begin(html, "div", class_name);
    page_mark(html, state);
    html_begin(html, "div", NULL);
    html_begin(html, "p", "question");
}

void page_answer(struct html *html, const struct shop *shop, enum state state, const char *sentence,
                 const char *detail)
{
    page_begin_answer(html, state);
    html_print(html, "Can people buy at %s?", shop->name);
    html_end(html);
    html_leaf(html, "h1", NULL, sentence);
    html_leaf(html, "p", NULL, detail[0] != '\0' ? detail : NULL);
    html_end(html);
    html_end(html);
}

void page_capital(struct html *html, const char *text)
{
    if (text[0] != '\0')
        html_print(html, "%c%s", words_capital(text[0]), text + 1);
}

void page_section(struct html *html, const char *heading)
{
    html_begin(html, "section", NULL);
    html_leaf(html, "h2", NULL, heading);
}

void page_table_head(struct html *html, const char *const *columns, size_t count)
{
    html_begin(html, "thead", NULL);
    html_begin(html, "tr", NULL);
    for (size_t i = 0; i < count; i++) {
        html_begin(html, "th", i + 1 == count ? "number" : NULL);
        html_attribute(html, "scope", "col");
        html_text(html, columns[i]);
        html_end(html);
    }
    html_end(html);
    html_end(html);
}

void page_fact(struct html *html, const char *name)
{
    html_begin(html, "div", NULL);
    html_leaf(html, "dt", NULL, name);
    html_begin(html, "dd", NULL);
}

void page_fact_prose(struct html *html, const char *name)
{
    html_begin(html, "div", NULL);
    html_leaf(html, "dt", NULL, name);
    html_begin(html, "dd", "prose");
}

void page_fact_text(struct html *html, const char *name, const char *text)
{
    if (text == NULL)
        return;
    page_fact_prose(html, name);
    html_text(html, text);
    html_end(html);
    html_end(html);
}

void page_fact_time(struct html *html, const char *name, struct wall_time time)
{
    page_fact(html, name);
    page_exact_time(html, time);
    html_end(html);
    html_end(html);
}

void page_message_render(const struct shop *shop, const char *top, const char *title,
                         const char *text, struct buffer *out)
{
    const struct page_frame frame = {
        .shop = shop,
        .title = title,
        .state = STATE_UNKNOWN,
        .top = top,
        .place = top == NULL ? "" : NULL,
    };
    struct html *html = page_begin(&frame, out);
    html_begin(html, "div", "message");
    html_leaf(html, "h1", NULL, title);
    html_leaf(html, "p", NULL, text);
    html_begin(html, "p", NULL);
    html_begin_link(html, top_of(&frame));
    html_text(html, "What is the case now");
    html_end(html);
    html_end(html);
    html_end(html);
    page_end(html, &frame, (struct wall_time){0});
}
