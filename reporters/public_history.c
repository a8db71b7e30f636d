/* SPDX-License-Identifier: MIT */
/* All incidents of the last 90 days, by month. See public.h. */
#include "reporters/public_parts.h"

#include <string.h>

/* `November 2026`, by the clocks of the shop: the date without its day. */
static const char *month_of(const struct public_view *view, const struct incident *incident,
                            char text[PUBLIC_TIME_MAX])
{
    public_date(view, incident->began, text);
    const char *space = strchr(text, ' ');
    if (space != NULL)
        memmove(text, space + 1, strlen(space + 1) + 1);
    return text;
}

static void write_months(struct html *html, const struct public_view *view)
{
    char month[PUBLIC_TIME_MAX] = "", its[PUBLIC_TIME_MAX];
    for (size_t i = 0; i < view->incident_count; i++) {
        const struct incident *incident = &view->incidents[i];
        if (strcmp(month, month_of(view, incident, its)) != 0) {
            if (month[0] != '\0') {
                html_end(html);
                html_end(html);
            }
            memcpy(month, its, sizeof month);
            page_section(html, month);
            html_begin(html, "ul", "lines card");
        }
        public_write_incident_line(html, view, incident, "./");
    }
    if (month[0] != '\0') {
        html_end(html);
        html_end(html);
    }
}

void public_history_render(const struct public_view *view, struct buffer *out)
{
    const struct page_frame frame = {
        .shop = view->shop, .title = "History", .state = STATE_PASSED, .top = "./"};
    struct html *html = page_begin(&frame, out);
    html_begin(html, "div", "heading");
    html_leaf(html, "h1", NULL, "What was wrong");
    html_leaf(html, "p", "note",
              view->incident_count > 0 ? "Incidents of the last 90 days, the newest first."
                                       : "There was no incident in the last 90 days.");
    html_end(html);
    write_months(html, view);
    public_end(html, view, &frame);
}
