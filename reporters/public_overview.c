/* SPDX-License-Identifier: MIT */
/* The public front page: the answer, what is wrong and planned, 90 days of each journey, where it
 * works from now, what is over. See public.h. */
#include "reporters/public_parts.h"

#include <stdio.h>
#include <string.h>

enum {
    TITLED_MAX = 50,   /* journeys; of more, bars do not say what they are to a pointer */
    UNFOLDED_MAX = 20, /* of more, those that work are folded away */
    PAST_SHOWN = 5,    /* incidents that are over */
    PLANNED_SHOWN = 5,
    UPDATES_SHOWN = 2, /* the newest of an incident; its page has all */
};

/* --- incidents that are open ------------------------------------------------------------------ */

static void write_incident(struct html *html, const struct public_view *view,
                           const struct incident *incident)
{
    char path[PUBLIC_SENTENCE_MAX], target[PUBLIC_SENTENCE_MAX + 2], class_name[40];
    enum state look = public_state_look(public_incident_state(view, incident));
    struct buffer title;
    buffer_init(&title, PUBLIC_SENTENCE_MAX);
    public_incident_title(view, incident, &title);
    public_incident_path(incident, path);
    snprintf(target, sizeof target, "./%s", path);
    snprintf(class_name, sizeof class_name, "card incident %s", state_name(look));
    html_begin(html, "article", class_name);
    html_begin(html, "p", "since");
    html_text(html, "Since ");
    public_write_clock(html, view, incident->began);
    html_text(html, ", for ");
    page_lasting(html, wall_between(incident->began, view->now));
    html_end(html);
    html_begin(html, "h3", NULL);
    html_begin_link(html, target);
    html_text(html, title.data);
    html_end(html);
    html_end(html);
    public_write_updates(html, view, incident, UPDATES_SHOWN);
    html_end(html);
    buffer_free(&title);
}

/* The newest in full, further ones in a line each. */
static void write_open(struct html *html, const struct public_view *view)
{
    size_t shown = 0;
    for (size_t i = 0; i < view->incident_count; i++) {
        const struct incident *incident = &view->incidents[i];
        if (!public_incident_is_open(incident))
            continue;
        if (shown == 0)
            page_section(html, "What is wrong now");
        if (shown == PAGE_OPEN_IN_FULL)
            html_begin(html, "ul", "lines card");
        if (shown++ < PAGE_OPEN_IN_FULL)
            write_incident(html, view, incident);
        else
            public_write_incident_line(html, view, incident, "./");
    }
    if (shown > PAGE_OPEN_IN_FULL)
        html_end(html);
    if (shown > 0)
        html_end(html);
}

/* --- maintenance ------------------------------------------------------------------------------ */

static void write_about(struct html *html, const struct public_view *view,
                        const struct public_window *window)
{
    const char *separator = " Affected: ";
    size_t count = 0;
    for (size_t i = 0; i < view->journey_count; i++)
        count += public_window_is_about(window, &view->journeys[i]);
    if (count == view->journey_count)
        return;
    for (size_t i = 0; i < view->journey_count; i++) {
        if (!public_window_is_about(window, &view->journeys[i]))
            continue;
        html_print(html, "%s%s", separator, view->journeys[i].journey->name);
        separator = ", ";
    }
    html_text(html, ".");
}

static void write_window(struct html *html, const struct public_view *view,
                         const struct public_window *window)
{
    html_begin(html, "li", "card");
    html_begin(html, "div", "line");
    html_begin(html, "h3", NULL);
    page_capital(html, window->maintenance->title);
    html_end(html);
    page_badge(html, STATE_SKIPPED, window->on ? "going on" : "planned");
    html_end(html);
    html_begin(html, "p", "note");
    html_text(html, "From ");
    public_write_moment(html, view, window->start);
    if (window->end.us != 0) {
        html_text(html, " to ");
        public_write_moment(html, view, window->end);
    }
    html_text(html, ".");
    write_about(html, view, window);
    html_end(html);
    html_end(html);
}

static void write_maintenance(struct html *html, const struct public_view *view)
{
    if (view->window_count == 0)
        return;
    page_section(html, "Planned maintenance");
    html_begin(html, "ul", "windows");
    for (size_t i = 0; i < view->window_count && i < PLANNED_SHOWN; i++)
        write_window(html, view, &view->windows[i]);
    html_end(html);
    html_end(html);
}

/* --- journeys --------------------------------------------------------------------------------- */

static void write_goal(struct html *html, const struct public_goal *goal)
{
    struct buffer text;
    buffer_init(&text, PUBLIC_SENTENCE_MAX);
    public_goal_say(goal, &text);
    if (text.length > 0)
        html_leaf(html, "p", "note goal", text.data);
    buffer_free(&text);
}

static void write_journey(struct html *html, const struct public_view *view,
                          const struct public_journey *journey)
{
    char uptime[PUBLIC_UPTIME_MAX], count[PUBLIC_COUNT_MAX];
    uint64_t tries = public_tries(&journey->sum);
    public_uptime(&journey->sum, uptime);
    html_begin(html, "li", NULL);
    html_begin(html, "div", "line");
    html_begin(html, "h3", NULL);
    page_capital(html, journey->journey->name);
    html_end(html);
    page_badge(html, public_state_look(journey->state), public_state_words(journey->state));
    html_end(html);
    if (journey->journey->about != NULL)
        html_leaf(html, "p", "note", journey->journey->about);
    public_write_bars(html, view, journey, view->journey_count <= TITLED_MAX);
    html_begin(html, "p", "scale");
    html_leaf(html, "span", NULL, "90 days ago");
    html_begin(html, "span", "uptime");
    html_leaf(html, "b", NULL, uptime);
    if (tries > 0)
        html_print(html, " of %s tries", public_count(tries, count));
    html_end(html);
    html_leaf(html, "span", NULL, "today");
    html_end(html);
    write_goal(html, &journey->goal);
    html_end(html);
}

/* So many that those which work are folded away. */
static bool is_crowded(const struct public_view *view)
{
    return view->journey_count > UNFOLDED_MAX;
}

/* As the shop has them; of a crowd the worst first. */
static void write_some(struct html *html, const struct public_view *view, bool folded)
{
    bool crowded = is_crowded(view);
    html_begin(html, "ul", "card services");
    for (enum public_state state = crowded ? PUBLIC_STATE_COUNT : 1; state-- > 0;)
        for (size_t i = 0; i < view->journey_count; i++)
            if (!crowded ||
                (view->journeys[i].state == state && (state == PUBLIC_WORKING) == folded))
                write_journey(html, view, &view->journeys[i]);
    html_end(html);
}

static void write_journeys(struct html *html, const struct public_view *view)
{
    size_t working = 0;
    for (size_t i = 0; i < view->journey_count; i++)
        working += view->journeys[i].state == PUBLIC_WORKING;
    page_section(html, "What our test customer tries");
    bool ranges = false, fold = is_crowded(view) && working > 0;
    if (!fold || working < view->journey_count)
        write_some(html, view, false);
    if (fold) {
        html_begin(html, "details", NULL);
        html_attribute(html, "id", "working");
        html_begin(html, "summary", NULL);
        html_print(html, "%zu that work", working);
        html_end(html);
        write_some(html, view, true);
        html_end(html);
    }
    public_write_key(html);
    for (size_t i = 0; i < view->journey_count; i++)
        ranges = ranges || view->journeys[i].sum.unknown > 0;
    if (ranges)
        html_leaf(html, "p", "note",
                  "A range means that of some tries it is not known how they ended.");
    html_end(html);
}

/* --- from where ------------------------------------------------------------------------------- */

/* In a word or two; what it looks like is the style sheet's. */
static void write_cell(struct html *html, const struct public_journey *journey,
                       const struct public_cell *cell)
{
    if (cell == NULL) {
        html_leaf(html, "td", NULL, "–");
        return;
    }
    enum public_state state = public_cell_state(journey, cell);
    html_leaf(html, "td", state_name(public_state_look(state)), public_state_words(state));
}

static void write_places_head(struct html *html, const struct shop *shop)
{
    html_begin(html, "thead", NULL);
    html_begin(html, "tr", NULL);
    html_begin(html, "th", NULL);
    html_attribute(html, "scope", "col");
    html_leaf(html, "span", "hidden", "What is tried");
    html_end(html);
    for (size_t i = 0; i < shop->vantage_count; i++) {
        html_begin(html, "th", NULL);
        html_attribute(html, "scope", "col");
        html_text(html, shop_vantage_title(shop, shop->vantages[i].name));
        html_end(html);
    }
    html_end(html);
    html_end(html);
}

/* Of a crowd only what does not work. */
static bool has_row(const struct public_view *view, const struct public_journey *journey)
{
    return !is_crowded(view) || journey->state != PUBLIC_WORKING;
}

/* Only where there is more than one place to compare. */
static void write_places(struct html *html, const struct public_view *view)
{
    const struct shop *shop = view->shop;
    size_t rows = 0;
    for (size_t i = 0; i < view->journey_count; i++)
        rows += has_row(view, &view->journeys[i]);
    if (shop->vantage_count < 2 || rows == 0)
        return;
    page_section(html, "From where it works now");
    html_begin(html, "section", "card scroll");
    html_attribute(html, "aria-label", "From where it works now");
    html_attribute(html, "tabindex", "0");
    html_begin(html, "table", "places");
    write_places_head(html, shop);
    html_begin(html, "tbody", NULL);
    for (size_t i = 0; i < view->journey_count; i++) {
        if (!has_row(view, &view->journeys[i]))
            continue;
        html_begin(html, "tr", NULL);
        html_begin(html, "th", NULL);
        html_attribute(html, "scope", "row");
        page_capital(html, view->journeys[i].journey->name);
        html_end(html);
        for (size_t j = 0; j < shop->vantage_count; j++)
            write_cell(html, &view->journeys[i],
                       public_cell_of(&view->journeys[i], shop->vantages[j].name));
        html_end(html);
    }
    html_end(html);
    html_end(html);
    html_end(html);
    html_end(html);
}

/* --- what is over ----------------------------------------------------------------------------- */

static void write_none(struct html *html, const struct public_view *view)
{
    char date[PUBLIC_TIME_MAX];
    size_t first = PUBLIC_DAYS;
    for (size_t i = 0; i < view->journey_count; i++)
        for (size_t day = 0; day < first; day++)
            if (public_tries(&view->journeys[i].days[day]) > 0)
                first = day;
    html_begin(html, "p", "empty");
    if (first == 0 || first == PUBLIC_DAYS) {
        html_text(html, first == 0 ? "None in the last 90 days." : "None so far.");
    } else {
        struct wall_time began =
            wall_after(view->now, -(duration)(PUBLIC_DAYS - 1 - first) * DURATION_DAY);
        html_print(html, "None since %s, when we began to watch.", public_date(view, began, date));
    }
    html_end(html);
}

static void write_past(struct html *html, const struct public_view *view)
{
    size_t shown = 0, over = 0;
    page_section(html, "Past incidents");
    for (size_t i = 0; i < view->incident_count; i++)
        over += !public_incident_is_open(&view->incidents[i]);
    if (over == 0) {
        write_none(html, view);
        html_end(html);
        return;
    }
    html_begin(html, "ul", "lines card");
    for (size_t i = 0; i < view->incident_count && shown < PAST_SHOWN; i++) {
        if (public_incident_is_open(&view->incidents[i]))
            continue;
        public_write_incident_line(html, view, &view->incidents[i], "./");
        shown++;
    }
    html_end(html);
    if (over > shown) {
        html_begin(html, "p", "more");
        html_begin_link(html, "./history.html");
        html_print(html, "All %zu of the last 90 days", over);
        html_end(html);
        html_end(html);
    }
    html_end(html);
}

void public_overview_render(const struct public_view *view, struct buffer *out)
{
    struct public_headline headline;
    public_headline(view, &headline);
    const struct page_frame frame = {
        .shop = view->shop,
        .title = headline.sentence,
        .state = headline.look,
        .renews = PUBLIC_RENEWS,
        .top = "./",
    };
    struct html *html = page_begin(&frame, out);
    if (view->troubled)
        html_leaf(
            html, "p", "notice",
            "What watches the shop has trouble itself: what it says may be late or incomplete.");
    page_answer(html, view->shop, headline.look, headline.sentence, headline.detail);
    write_open(html, view);
    write_maintenance(html, view);
    write_journeys(html, view);
    write_places(html, view);
    write_past(html, view);
    public_end(html, view, &frame);
}
