/* SPDX-License-Identifier: MIT */
/* A shop of three journeys and two places as everybody sees it, in any situation. For
 * check_public*.c. */
#ifndef TESTS_UNIT_PUBLIC_SITUATION_H
#define TESTS_UNIT_PUBLIC_SITUATION_H

#include "tests/unit/runner.h"

#include "reporters/public.h"

enum { SITUATION_JOURNEYS = 3, SITUATION_PLACES = 2 };

/* Browse, guest checkout and search, from Amsterdam and New York. */
extern struct shop situation_shop;
extern const struct page_journey situation_journeys[SITUATION_JOURNEYS];

static const struct wall_time situation_now = {1795442820000000}; /* 2026-11-23T14:07:00Z */

/* A view and what it borrows. */
struct situation {
    struct arena *arena;
    struct public_view view;
    struct public_journey journeys[SITUATION_JOURNEYS];
    struct store_counts days[SITUATION_JOURNEYS][PUBLIC_DAYS];
    struct public_cell cells[SITUATION_JOURNEYS][SITUATION_PLACES];
};

/* `cells`: a letter for each place of each journey: passed, degraded, failed, unknown, - none. */
void situation_open(struct situation *situation, const char *cells);
void situation_close(struct situation *situation);

/* One that began 12 minutes ago, shown by each journey and place of a list (`1a 2n`); a capital
 * letter: not any more. */
struct incident *situation_add_incident(struct situation *situation, const char *shown);

#endif
