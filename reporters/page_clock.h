/* SPDX-License-Identifier: MIT */
/*
 * Times as people read them: what clocks on the wall of a zone show, and how far they are from UTC,
 * which needs no list of names to be understood (`02:14 UTC+1`).
 */
#ifndef REPORTERS_PAGE_CLOCK_H
#define REPORTERS_PAGE_CLOCK_H

#include "monitor/base/zone.h"

enum { PAGE_CLOCK_MAX = 64 };

/* `02:14 UTC+1`, with the day before it when that is not the day of `now`; `02:14:07 UTC+1`. A zone
 * that is NULL is UTC. All of them return a text within `text`. */
const char *page_clock(const struct zone *zone, struct wall_time time, struct wall_time now,
                       char text[PAGE_CLOCK_MAX]);
const char *page_clock_seconds(const struct zone *zone, struct wall_time time, struct wall_time now,
                               char text[PAGE_CLOCK_MAX]);

/* Of any day: `23 Nov 2026, 02:14 UTC+1`, `2026-11-23 02:14:07 UTC+1`. */
const char *page_clock_moment(const struct zone *zone, struct wall_time time,
                              char text[PAGE_CLOCK_MAX]);
const char *page_clock_exact(const struct zone *zone, struct wall_time time,
                             char text[PAGE_CLOCK_MAX]);

/* By date_print's format, without the zone. */
const char *page_clock_bare(const struct zone *zone, struct wall_time time, const char *format,
                            char text[PAGE_CLOCK_MAX]);

#endif
