/* SPDX-License-Identifier: MIT */
/* All incidents, newest first, a line each. */
#include "reporters/page.h"

#include "reporters/page_parts.h"

#include <stdio.h>

static void write_status(struct html *html, const struct incident *incident)
{
    static const char *const words[] = {
        [STATE_FAILED] = "open", [STATE_PASSED] = "resolved", [STATE_UNKNOWN] = "closed"};
    const enum state look = page_incident_look(incident);
    html_begin(html, "td", "status");
    page_badge(html, look, words[look]);
    html_end(html);
}

static void write_blame(struct html *html, const struct page_incident_list *list,
                        const struct incident *incident)
{
    char target[128];
    snprintf(target, sizeof target, "/incidents/%s", incident->id);
    html_begin(html, "th", NULL);
    html_attribute(html, "scope", "row");
    html_begin_link(html, target);
    page_blame(html, list->shop, &incident->verdict);
    html_end(html);
    page_incident_notes(html, incident);
    html_end(html);
}

static void write_row(struct html *html, const struct page_incident_list *list,
                      const struct incident *incident)
{
    bool open = incident->resolved.us == 0;
    html_begin(html, "tr", NULL);
    html_begin(html, "td", "when");
    page_time(html, incident->began, list->now);
    html_end(html);
    write_status(html, incident);
    write_blame(html, list, incident);
    html_begin(html, "td", "lasted");
    page_lasting(html, wall_between(incident->began, open ? list->now : incident->resolved));
    html_end(html);
    html_begin(html, "td", "number");
    html_print(html, "%u", incident->runs);
    html_leaf(html, "span", "unit", incident->runs == 1 ? " failed run" : " failed runs");
    html_end(html);
    html_end(html);
}

void page_incident_list_render(const struct page_incident_list *list, struct buffer *out)
{
    static const char *const columns[] = {"Began", "State", "What", "Lasted", "Failed runs"};
    bool open = false;
    for (size_t i = 0; i < list->incident_count; i++)
        open = open || list->incidents[i].resolved.us == 0;
    const struct page_frame frame = {.shop = list->shop,
                                     .zone = list->zone,
                                     .title = "Incidents",
                                     .state = open ? STATE_FAILED : STATE_PASSED,
                                     .place = "/incidents"};
    struct html *html = page_begin(&frame, out);
    html_begin(html, "div", "heading");
    html_leaf(html, "h1", NULL, "Incidents");
    html_end(html);
    if (list->incident_count == 0) {
        html_leaf(html, "p", "empty", "None so far.");
    } else {
        html_begin(html, "div", "card listing");
        html_begin(html, "table", "incidents");
        page_table_head(html, columns, COUNT_OF(columns));
        html_begin(html, "tbody", NULL);
        for (size_t i = 0; i < list->incident_count; i++)
            write_row(html, list, &list->incidents[i]);
        html_end(html);
        html_end(html);
        html_end(html);
    }
    page_end(html, &frame, list->now);
}
