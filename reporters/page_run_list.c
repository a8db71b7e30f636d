/* SPDX-License-Identifier: MIT */
/* Runs that were looked for: a form, a table, and the way to older ones. */
#include "reporters/page.h"

#include "reporters/page_clock.h"
#include "reporters/page_parts.h"

#include <string.h>

static void write_option(struct html *html, const char *value, const char *text, const char *chosen)
{
    html_begin(html, "option", NULL);
    html_attribute(html, "value", value);
    if (strcmp(value, chosen != NULL ? chosen : "") == 0)
        html_attribute(html, "selected", "selected");
    html_text(html, text);
    html_end(html);
}

/* One that is chosen, and is not among those that there are now: its runs may be kept still. */
static void write_former(struct html *html, const char *chosen, bool is_listed)
{
    if (chosen != NULL && !is_listed)
        write_option(html, chosen, chosen, chosen);
}

static void begin_select(struct html *html, const char *class_name, const char *title,
                         const char *name)
{
    html_begin(html, "label", class_name);
    html_leaf(html, "span", NULL, title);
    html_begin(html, "select", NULL);
    html_attribute(html, "name", name);
}

static void end_select(struct html *html)
{
    html_end(html);
    html_end(html);
}

static void write_journeys(struct html *html, const struct page_run_list *list)
{
    begin_select(html, "wide", "Journey", "journey");
    write_option(html, "", "any", list->filter.journey);
    bool is_listed = false;
    for (size_t i = 0; i < list->journey_count; i++) {
        const char *name = list->journeys[i].name;
        write_option(html, name, name, list->filter.journey);
        is_listed |= list->filter.journey != NULL && strcmp(name, list->filter.journey) == 0;
    }
    write_former(html, list->filter.journey, is_listed);
    end_select(html);
}

static void write_vantages(struct html *html, const struct page_run_list *list)
{
    begin_select(html, NULL, "From", "from");
    write_option(html, "", "anywhere", list->filter.vantage);
    bool is_listed = false;
    for (size_t i = 0; i < list->shop->vantage_count; i++) {
        const char *name = list->shop->vantages[i].name;
        write_option(html, name, shop_vantage_title(list->shop, name), list->filter.vantage);
        is_listed |= list->filter.vantage != NULL && strcmp(name, list->filter.vantage) == 0;
    }
    write_former(html, list->filter.vantage, is_listed);
    end_select(html);
}

static void write_states(struct html *html, const struct page_run_list *list)
{
    begin_select(html, NULL, "State", "state");
    write_option(html, "", "any", list->filter.state);
    for (enum state state = 0; state < STATE_SKIPPED; state++)
        write_option(html, state_name(state), state_name(state), list->filter.state);
    end_select(html);
}

/* By the clock that the page's times are told in. */
static void write_moment(struct html *html, const char *title, const char *name,
                         struct wall_time time)
{
    char text[PAGE_CLOCK_MAX];
    const struct zone *zone = html_zone(html);
    html_begin(html, "label", "wide");
    html_begin(html, "span", NULL);
    html_print(html, "%s (%s)", title, zone != NULL ? zone_name(zone) : "UTC");
    html_end(html);
    html_begin(html, "input", NULL);
    html_attribute(html, "type", "datetime-local");
    html_attribute(html, "name", name);
    if (time.us != 0)
        html_attribute(html, "value", page_clock_bare(zone, time, "%Y-%m-%dT%H:%M", text));
    html_end(html);
    html_end(html);
}

static void write_form(struct html *html, const struct page_run_list *list)
{
    html_begin(html, "form", "filter card");
    html_attribute(html, "method", "get");
    html_attribute(html, "action", "/runs");
    html_attribute(html, "aria-label", "Which runs");
    write_journeys(html, list);
    write_vantages(html, list);
    write_states(html, list);
    write_moment(html, "Since", "since", list->filter.since);
    write_moment(html, "Until", "until", list->filter.until);
    html_begin(html, "button", NULL);
    html_attribute(html, "type", "submit");
    html_text(html, "Show");
    html_end(html);
    html_end(html);
}

static void write_page_link(struct html *html, const struct page_runs_filter *filter,
                            const char *text)
{
    struct buffer target;
    buffer_init(&target, PAGE_ADDRESS_MAX);
    page_runs_address(filter, &target);
    html_begin(html, "li", NULL);
    html_begin_link(html, target.data);
    html_text(html, text);
    html_end(html);
    html_end(html);
    buffer_free(&target);
}

/* Runs come newest first, and of one moment there may be several: the next page begins with this
 * one's last moment and leaves out what has been shown of it. */
static struct page_runs_filter next_page(const struct page_run_list *list)
{
    struct page_runs_filter next = list->filter;
    struct wall_time last = list->runs[list->run_count - 1]->slot.planned;
    bool same = last.us == list->filter.before.us;
    next.before = last;
    next.skip = same ? list->filter.skip : 0;
    for (size_t i = list->run_count; i-- > 0 && list->runs[i]->slot.planned.us == last.us;)
        next.skip++;
    return next;
}

static void write_pages(struct html *html, const struct page_run_list *list)
{
    struct page_runs_filter newest = list->filter;
    newest.before.us = 0;
    newest.skip = 0;
    if (list->filter.before.us == 0 && !list->more)
        return;
    html_begin(html, "nav", "pages");
    html_attribute(html, "aria-label", "Further runs");
    html_begin(html, "ul", NULL);
    if (list->filter.before.us != 0)
        write_page_link(html, &newest, "Newest");
    if (list->more) {
        const struct page_runs_filter next = next_page(list);
        write_page_link(html, &next, "Older");
    }
    html_end(html);
    html_end(html);
}

void page_run_list_render(const struct page_run_list *list, struct buffer *out)
{
    const struct page_frame frame = {.shop = list->shop,
                                     .zone = list->zone,
                                     .title = "Runs",
                                     .state = STATE_UNKNOWN,
                                     .place = "/runs"};
    struct html *html = page_begin(&frame, out);
    html_begin(html, "div", "heading");
    html_leaf(html, "h1", NULL, "Runs");
    html_end(html);
    write_form(html, list);
    for (size_t i = 0; i < list->left_out_count; i++) {
        html_begin(html, "p", "ails");
        html_print(html, "Left out: %s. There is no such state or time.", list->left_out[i]);
        html_end(html);
    }
    html_leaf(html, "h2", "hidden", "What was found");
    if (list->run_count > 0)
        page_runs(html, list->shop, list->runs, list->run_count, list->now);
    else
        html_leaf(html, "p", "empty", "No run is as you ask for.");
    write_pages(html, list);
    page_end(html, &frame, list->now);
}
