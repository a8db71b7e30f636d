/* SPDX-License-Identifier: MIT */
/* Pieces that several public pages are made of. Private to public_*.c. */
#ifndef REPORTERS_PUBLIC_PARTS_H
#define REPORTERS_PUBLIC_PARTS_H

#include "reporters/page_parts.h"
#include "reporters/public.h"

enum { PUBLIC_RENEWS = 30 }; /* seconds */

/* Closes the page of page_begin, with its footer. */
void public_end(struct html *html, const struct public_view *view, const struct page_frame *frame);

/* <time>, in the words of public_clock or public_moment. */
void public_write_clock(struct html *html, const struct public_view *view, struct wall_time time);
void public_write_moment(struct html *html, const struct public_view *view, struct wall_time time);

/* 90 days as bars; `titled`: those that are not plainly good say what they are to a pointer. */
void public_write_bars(struct html *html, const struct public_view *view,
                       const struct public_journey *journey, bool titled);

/* What the bars mean. */
void public_write_key(struct html *html);

/* An incident in a line of a list, with a link; `top` as in a frame. */
void public_write_incident_line(struct html *html, const struct public_view *view,
                                const struct incident *incident, const char *top);

/* Its updates, the newest first, so many at most. */
void public_write_updates(struct html *html, const struct public_view *view,
                          const struct incident *incident, size_t limit);

#endif
