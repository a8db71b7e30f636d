/* SPDX-License-Identifier: MIT */
/* A public incident: what did not work, from when to when, and what was told of it. See public.h.
 */
#include "reporters/public_parts.h"

/* What is to be said of one that is open, beside how long it lasts. */
static const char *so_far(enum public_state state, const struct incident *incident)
{
    if (state >= PUBLIC_PARTLY)
        return incident->flapping ? ", and comes and goes." : ".";
    if (state == PUBLIC_UNKNOWN)
        return ". We cannot tell how it is now.";
    if (state == PUBLIC_MAINTAINED)
        return ". Planned maintenance is going on.";
    return ". It works again; we go on watching before we call it over.";
}

/* One that was closed by hand is over, and nobody saw that it works. */
static enum state look_of(const struct public_view *view, const struct incident *incident)
{
    return incident_closed_by(incident) != NULL
               ? STATE_UNKNOWN
               : public_state_look(public_incident_state(view, incident));
}

static void write_head(struct html *html, const struct public_view *view,
                       const struct incident *incident, const char *title)
{
    bool open = public_incident_is_open(incident);
    enum public_state state = public_incident_state(view, incident);
    page_begin_answer(html, look_of(view, incident));
    html_text(html, open ? "Incident, since " : "Incident of ");
    public_write_clock(html, view, incident->began);
    html_end(html);
    html_leaf(html, "h1", NULL, title);
    html_begin(html, "p", NULL);
    if (incident_closed_by(incident) != NULL)
        html_text(html, PUBLIC_CLOSED " It had lasted ");
    else
        html_text(html, open ? "It began " : "It is over. It lasted ");
    page_lasting(html, wall_between(incident->began, open ? view->now : incident->resolved));
    html_text(html, open ? " ago" : "");
    html_text(html, open ? so_far(state, incident) : ".");
    html_end(html);
    html_end(html);
    html_end(html);
}

static void write_facts(struct html *html, const struct public_view *view,
                        const struct incident *incident)
{
    html_begin(html, "dl", "facts card");
    page_fact(html, "Began");
    public_write_moment(html, view, incident->began);
    html_end(html);
    html_end(html);
    if (!public_incident_is_open(incident)) {
        page_fact(html, incident_closed_by(incident) != NULL ? "Closed" : "Over");
        public_write_moment(html, view, incident->resolved);
        html_end(html);
        html_end(html);
    }
    if (incident->shower_count > 0) {
        page_fact(html, "Affected");
        page_seen(html, view->shop, incident->showers, incident->shower_count);
        html_end(html);
        html_end(html);
    }
    html_end(html);
}

void public_incident_render(const struct public_view *view, const struct incident *incident,
                            struct buffer *out)
{
    struct buffer title;
    bool open = public_incident_is_open(incident);
    buffer_init(&title, PUBLIC_SENTENCE_MAX);
    public_incident_title(view, incident, &title);
    const struct page_frame frame = {
        .shop = view->shop,
        .title = title.data,
        .state = look_of(view, incident),
        .renews = open ? PUBLIC_RENEWS : 0,
        .top = "../",
    };
    struct html *html = page_begin(&frame, out);
    write_head(html, view, incident, title.data);
    page_section(html, "Updates");
    html_begin(html, "div", "card");
    public_write_updates(html, view, incident, PUBLIC_UPDATES_MAX);
    html_end(html);
    html_end(html);
    page_section(html, "Facts");
    write_facts(html, view, incident);
    html_end(html);
    public_end(html, view, &frame);
    buffer_free(&title);
}
