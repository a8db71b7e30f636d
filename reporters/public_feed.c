/* SPDX-License-Identifier: MIT */
/*
 * The feed of incidents (RFC 4287): an entry for each, whose id never changes and whose text and
 * time do with what was told last. See public.h.
 */
#include "reporters/public.h"

#include "monitor/base/hash.h"
#include "reporters/html.h"

#include <stdio.h>

enum { ENTRIES_MAX = 50, ID_MAX = 64 };

/* A UUID of our own making (RFC 9562, version 8): the same for the same text, wherever the page
 * lives. */
static const char *uuid_of(const char *kind, const char *text, char uuid[ID_MAX])
{
    char both[512], hex[HASH_HEX_LENGTH + 1];
    snprintf(both, sizeof both, "%s\x1f%.400s", kind, text);
    hash_hex(both, hex);
    snprintf(uuid, ID_MAX, "urn:uuid:%.8s-%.4s-8%.3s-a%.3s-%.12s", hex, hex + 8, hex + 13, hex + 17,
             hex + 20);
    return uuid;
}

static void write_time(struct html *html, const char *element, struct wall_time time)
{
    char stamp[WALL_TEXT_MAX];
    html_leaf(html, element, NULL, wall_print(time, stamp));
}

static void write_link(struct html *html, const struct public_view *view, const char *relation,
                       const char *type, const char *path)
{
    html_begin(html, "link", NULL);
    html_attribute(html, "rel", relation);
    html_attribute(html, "type", type);
    html_attribute_print(html, "href", "%s%s", view->url != NULL ? view->url : "", path);
    html_end(html);
}

static void write_entry(struct html *html, const struct public_view *view,
                        const struct incident *incident, struct arena *arena)
{
    char uuid[ID_MAX], path[PUBLIC_SENTENCE_MAX], moment[PUBLIC_TIME_MAX];
    struct public_update updates[PUBLIC_UPDATES_MAX];
    struct buffer text;
    size_t count = public_updates(view, incident, arena, updates);
    buffer_init(&text, PAGE_SENTENCE_MAX * PUBLIC_UPDATES_MAX);
    public_incident_title(view, incident, &text);
    public_incident_path(incident, path);
    html_begin(html, "entry", NULL);
    html_leaf(html, "id", NULL, uuid_of("incident", incident->id, uuid));
    html_leaf(html, "title", NULL, text.data);
    write_time(html, "published", incident->opened);
    write_time(html, "updated", updates[count - 1].at);
    write_link(html, view, "alternate", "text/html", path);
    buffer_clear(&text);
    for (size_t i = count; i-- > 0;)
        buffer_print(&text, "%s%s: %s – %s", i + 1 < count ? "\n" : "",
                     public_moment(view, updates[i].at, moment),
                     public_update_word(updates[i].kind), updates[i].text);
    html_leaf(html, "content", NULL, text.data);
    html_end(html);
    buffer_free(&text);
}

/* Of what is newest in it; the monitor's first word where there is nothing. */
static struct wall_time newest(const struct public_view *view)
{
    struct wall_time time = {0};
    for (size_t i = 0; i < view->incident_count; i++) {
        const struct incident *incident = &view->incidents[i];
        struct arena *arena = arena_create();
        struct public_update updates[PUBLIC_UPDATES_MAX];
        size_t count = public_updates(view, incident, arena, updates);
        if (updates[count - 1].at.us > time.us)
            time = updates[count - 1].at;
        arena_free(arena);
    }
    return time;
}

void public_feed_render(const struct public_view *view, struct buffer *out)
{
    char uuid[ID_MAX];
    struct arena *arena = arena_create();
    struct html *html = html_open_xml(out);
    html_begin(html, "feed", NULL);
    html_attribute(html, "xmlns", "http://www.w3.org/2005/Atom");
    html_leaf(html, "id", NULL, uuid_of("feed", view->shop->name, uuid));
    html_begin(html, "title", NULL);
    html_print(html, "%s: incidents", view->shop->name);
    html_end(html);
    write_time(html, "updated", newest(view));
    html_begin(html, "author", NULL);
    html_leaf(html, "name", NULL, view->shop->name);
    html_end(html);
    write_link(html, view, "self", "application/atom+xml", "history.atom");
    write_link(html, view, "alternate", "text/html", view->url != NULL ? "" : "./");
    for (size_t i = 0; i < view->incident_count && i < ENTRIES_MAX; i++)
        write_entry(html, view, &view->incidents[i], arena);
    html_close(html);
    arena_free(arena);
}
