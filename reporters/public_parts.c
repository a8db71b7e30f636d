/* SPDX-License-Identifier: MIT */
/* See public_parts.h. */
#include "reporters/public_parts.h"

#include "reporters/words.h"

#include <stdio.h>
#include <string.h>

static void write_time(struct html *html, struct wall_time time, const char *text)
{
    char stamp[WALL_TEXT_MAX];
    html_begin(html, "time", NULL);
    html_attribute(html, "datetime", wall_print(time, stamp));
    html_text(html, text);
    html_end(html);
}

void public_write_clock(struct html *html, const struct public_view *view, struct wall_time time)
{
    char text[PUBLIC_TIME_MAX];
    write_time(html, time, public_clock(view, time, text));
}

void public_write_moment(struct html *html, const struct public_view *view, struct wall_time time)
{
    char text[PUBLIC_TIME_MAX];
    write_time(html, time, public_moment(view, time, text));
}

static void write_link(struct html *html, const struct page_frame *frame, const char *path,
                       const char *text)
{
    char target[PUBLIC_SENTENCE_MAX];
    snprintf(target, sizeof target, "%s%s", frame->top, path);
    html_begin(html, "li", NULL);
    html_begin_link(html, target);
    html_text(html, text);
    html_end(html);
    html_end(html);
}

void public_end(struct html *html, const struct public_view *view, const struct page_frame *frame)
{
    char text[PUBLIC_TIME_MAX];
    html_end(html); /* main */
    html_begin(html, "footer", NULL);
    html_begin(html, "p", NULL);
    html_begin(html, "span", NULL);
    html_attribute(html, "id", "as-of");
    html_text(html, "As of ");
    write_time(html, view->now, public_moment(view, view->now, text));
    html_text(html, ". ");
    html_end(html);
    page_whose_times(html, view->zone);
    html_end(html);
    html_begin(html, "ul", "links");
    write_link(html, frame, "", "Now");
    write_link(html, frame, "history.html", "History");
    write_link(html, frame, "history.atom", "Feed of incidents");
    write_link(html, frame, "api/v2/summary.json", "JSON");
    write_link(html, frame, "badge.svg", "Badge");
    html_end(html);
    html_close(html);
}

void public_write_incident_line(struct html *html, const struct public_view *view,
                                const struct incident *incident, const char *top)
{
    char path[PUBLIC_SENTENCE_MAX], target[PUBLIC_SENTENCE_MAX + 8];
    struct buffer title;
    bool open = public_incident_is_open(incident);
    buffer_init(&title, PUBLIC_SENTENCE_MAX);
    public_incident_title(view, incident, &title);
    public_incident_path(incident, path);
    snprintf(target, sizeof target, "%s%s", top, path);
    html_begin(html, "li", NULL);
    html_begin_link(html, target);
    html_text(html, title.data);
    html_end(html);
    html_begin(html, "span", "note");
    html_text(html, open ? "since " : "");
    public_write_clock(html, view, incident->began);
    html_text(html, open ? ", for " : ", lasted ");
    page_lasting(html, wall_between(incident->began, open ? view->now : incident->resolved));
    html_end(html);
    html_end(html);
    buffer_free(&title);
}

void public_write_updates(struct html *html, const struct public_view *view,
                          const struct incident *incident, size_t limit)
{
    struct arena *arena = arena_create();
    struct public_update updates[PUBLIC_UPDATES_MAX];
    size_t count = public_updates(view, incident, arena, updates);
    html_begin(html, "ol", "updates");
    for (size_t i = count; i-- > 0 && count - i <= limit;) {
        html_begin(html, "li", NULL);
        html_begin(html, "p", NULL);
        html_leaf(html, "strong", NULL, public_update_word(updates[i].kind));
        html_print(html, " – %s", updates[i].text);
        html_end(html);
        html_begin(html, "p", "note");
        public_write_moment(html, view, updates[i].at);
        html_end(html);
        html_end(html);
    }
    html_end(html);
    arena_free(arena);
}
