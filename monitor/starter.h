/* SPDX-License-Identifier: MIT */
/* A first shop file and a first scenario, made of one page. Pure: fetching and writing are others'.
 */
#ifndef MONITOR_STARTER_H
#define MONITOR_STARTER_H

#include "monitor/base/arena.h"
#include "monitor/base/buffer.h"

#include <stdbool.h>

struct starter_page {
    const char *url; /* where it was in the end, redirects followed */
    int status;
    const char *body;
    size_t length;
};

/* What can be told of it at a look. */
enum starter_kind {
    STARTER_PAGE,
    STARTER_HEALTH,  /* says that the application lives */
    STARTER_GRAPHQL, /* takes questions, and complains that there is none */
};

/* What a page offers to begin with; texts are NULL where it has none. */
struct starter {
    enum starter_kind kind;
    const char *health;      /* what a health page's `status` says; NULL: nothing */
    const char *base, *path; /* `https://shop.example`, `/` */
    const char *host;
    const char *title, *heading; /* fit to stand between double quotes of an assertion */
    const char *link;            /* a path on the base */
};

/* False when the URL is none that a scenario could hold, or the page is no good one. All in
 * `arena`.
 */
bool starter_read(const struct starter_page *page, struct arena *arena,
                  struct starter *ret_starter);

/* `journey_file` as the shop file names it, `shop_file` as a reader of the scenario finds it. */
void starter_write_shop(const struct starter *starter, const char *journey_file,
                        struct buffer *out);
void starter_write_journey(const struct starter *starter, const char *shop_file,
                           struct buffer *out);

#endif
