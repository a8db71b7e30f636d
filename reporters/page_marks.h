/* SPDX-License-Identifier: MIT */
/*
 * What happened while a graph's time went by: incidents of the journey, maintenance, events. In
 * order, each under a number that the graph and the list share. Private to page_*.c.
 */
#ifndef REPORTERS_PAGE_MARKS_H
#define REPORTERS_PAGE_MARKS_H

#include "reporters/page.h"
#include "reporters/page_graph.h"

enum { PAGE_MARKS_MAX = 60 }; /* in a list; of more the newest */

struct page_marks {
    struct page_happening *items; /* by start */
    size_t item_count;
    size_t left_out;
    struct graph_mark *marks; /* an incident has one for each vantage point that shows it */
    size_t count;
};

void page_marks_collect(const struct page_journey_view *view, struct page_marks *ret_marks);
void page_marks_free(struct page_marks *marks);

/* A section with a list of them; nothing when there are none. */
void page_marks_list(struct html *html, const struct page_journey_view *view,
                     const struct page_marks *marks);

#endif
