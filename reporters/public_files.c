/* SPDX-License-Identifier: MIT */
/* The files that the public pages consist of, but for those of single incidents. See public.h. */
#include "reporters/public.h"

#include "reporters/page.h"
#include "reporters/status_page_private.h"

static void render_style(const struct public_view *view, struct buffer *out)
{
    (void)view;
    buffer_text(out, page_style);
}

static void render_script(const struct public_view *view, struct buffer *out)
{
    (void)view;
    buffer_text(out, page_script);
}

#define X(name, path)                                                                              \
    static void render_##name(const struct public_view *view, struct buffer *out)                  \
    {                                                                                              \
        public_json_render(view, PUBLIC_JSON_##name, out);                                         \
    }
PUBLIC_JSON_TABLE(X)
#undef X

const struct public_file public_files[] = {
    {"index.html", PAGE_HTML, .render = public_overview_render},
    {"history.html", PAGE_HTML, .render = public_history_render},
    {"history.atom", "application/atom+xml; charset=utf-8", .is_shared = true,
     .render = public_feed_render},
    {"badge.svg", "image/svg+xml", .is_shared = true, .render = public_badge_render},
    {"style.css", PAGE_CSS, .is_constant = true, .render = render_style},
    {"page.js", PAGE_SCRIPT, .is_constant = true, .render = render_script},
#define X(name, path)                                                                              \
    {"api/v2/" path ".json", PAGE_JSON, .is_shared = true, .render = render_##name},
    PUBLIC_JSON_TABLE(X)
#undef X
        {.path = NULL},
};
