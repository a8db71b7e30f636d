/* SPDX-License-Identifier: MIT */
/*
 * What the overview shows, and what follows from it: can people buy, which components work, which
 * journeys pass from where. Plain borrowed data and pure functions, so that HTML and JSON say the
 * same and both can be looked at without a server or a store.
 */
#ifndef REPORTERS_PAGE_MODEL_H
#define REPORTERS_PAGE_MODEL_H

#include "monitor/record/run.h"
#include "monitor/store/store.h"
#include "scenarios/shop.h"

enum {
    PAGE_SPANS = 60, /* bars in a row */
    PAGE_RECENT_RUNS = 20,
    PAGE_RESOLVED = 10,
    PAGE_SENTENCE_MAX = 512,
};
#define PAGE_SPAN DURATION_MINUTE

struct page_journey {
    const char *name, *about; /* about: NULL when the file says nothing */
    duration every;
    const char **from; /* vantage points; none: all of the shop's */
    size_t from_count;
};

struct page_overview {
    const struct shop *shop;
    struct wall_time now;
    const struct page_journey *journeys;
    size_t journey_count;
    struct run *const *latest; /* of every journey and vantage point */
    size_t latest_count;
    struct run *const *recent; /* newest first */
    size_t recent_count;
    const struct incident *open, *resolved;
    size_t open_count, resolved_count;
    const struct store_tally *tallies; /* of PAGE_SPAN each, any order */
    size_t tally_count;
};

/* The vantage points of a journey, n from 0; NULL past the last. */
const char *page_vantage(const struct page_overview *model, const struct page_journey *journey,
                         size_t n);

/* One journey from one vantage point now. */
struct page_cell {
    enum state state;      /* unknown when there is no run, or only an old one */
    const struct run *run; /* NULL: never replayed */
    bool stale;            /* its slots have not been kept */
};
struct page_cell page_cell(const struct page_overview *model, const struct page_journey *journey,
                           const char *vantage);

/* The answer on top of the page. */
struct page_headline {
    enum state state;
    char sentence[PAGE_SENTENCE_MAX]; /* `Everything works` */
    char detail[PAGE_SENTENCE_MAX];
};
void page_headline(const struct page_overview *model, struct page_headline *ret_headline);

/* A component, or a part of one (`db.orders`), now. */
struct page_component {
    enum state state;
    char why[PAGE_SENTENCE_MAX];
};
void page_component(const struct page_overview *model, const char *name, enum cause kind,
                    struct page_component *ret_component);

/* Whether `run` failed for what `incident` is about. */
bool page_incident_covers(const struct incident *incident, const struct run *run);

/* `02:14 UTC`, with the day before it when that is not the day of `now`. Returns `text`. */
enum { PAGE_CLOCK_MAX = 40 };
const char *page_clock(struct wall_time time, struct wall_time now, char text[PAGE_CLOCK_MAX]);

#endif
