/* SPDX-License-Identifier: MIT */
/*
 * What the overview shows, and what follows from it: can people buy, which components work, which
 * journeys pass from where. Plain borrowed data and pure functions, so that HTML and JSON say the
 * same and both can be looked at without a server or a store.
 */
#ifndef REPORTERS_PAGE_MODEL_H
#define REPORTERS_PAGE_MODEL_H

#include "monitor/record/run.h"
#include "monitor/schedule/window.h"
#include "monitor/store/store.h"
#include "scenarios/shop.h"

enum {
    PAGE_BARS = 60,         /* in a row, each a span of time */
    PAGE_BARS_MIN = 24,     /* while there is no more to show */
    PAGE_BARS_STEP = 6,     /* they become more by so many: the row is of a round time */
    PAGE_SPANS_MAX = 16,    /* lengths that a span can have */
    PAGE_RECENT_READ = 200, /* runs, of which the newest are listed */
    PAGE_RECENT_SHOWN = 20,
    PAGE_OPEN_IN_FULL = 5, /* incidents; further ones are listed in a line each */
    PAGE_RESOLVED = 10,
    PAGE_SENTENCE_MAX = 512,
};

struct cron;
struct health;
struct zone;

struct page_journey {
    const char *name, *about; /* about: NULL when the file says nothing */
    duration every;           /* with `cron` the shortest */
    const struct cron *cron;  /* NULL: by `every` */
    const struct zone *zone;
    bool rotates;      /* each slot is one vantage point's, by turns */
    const char **from; /* vantage points; none: all of the shop's */
    size_t from_count;
    const char **components; /* that its steps need or write */
    size_t component_count;
};

struct page_overview {
    const struct shop *shop;
    struct wall_time now;
    const struct zone *zone; /* that times are told in; NULL: UTC */
    const struct page_journey *journeys;
    size_t journey_count;
    struct run *const *latest; /* of every journey and vantage point, by both (strcmp) */
    size_t latest_count;
    struct run *const *recent; /* newest first */
    size_t recent_count;
    const struct incident *open, *resolved;
    size_t open_count, resolved_count;
    struct maintenance_list ordered;   /* by operators; the shop file's are in the shop */
    const struct health *health;       /* the monitor's own; NULL: not known */
    const struct store_tally *tallies; /* of page_span each, any order */
    size_t tally_count;
};

struct scenario;
/* `every`: in place of the scenario's own; 0: that. Borrows the scenario's texts. */
struct page_journey page_journey_of(const struct scenario *scenario, duration every);

/* How long a bar is of a journey with this interval: a round time with a slot or more in it,
 * an hour at most: the tallies of all runs of that time are counted at each visit. */
duration page_span(duration every);

/* The vantage points of a journey, n from 0; NULL past the last. */
const char *page_vantage(const struct page_overview *model, const struct page_journey *journey,
                         size_t n);

const char *page_journey_vantage(const struct shop *shop, const struct page_journey *journey,
                                 size_t n);

/* When so many slots have been missed since one that the journey is out of sight from its vantage
 * point, which is one of so many. */
struct wall_time page_out_of_sight(const struct page_journey *journey, size_t vantages,
                                   struct wall_time planned, struct wall_time ended);

/* One journey from one vantage point now. */
struct page_cell {
    enum state state;      /* unknown when there is no run, or only an old one, or none is made */
    const struct run *run; /* of the latest slot; NULL: never replayed */
    const struct run *replay; /* the latest that was really made, or `run` */
    bool stale;               /* its slots have not been kept, or the clock was set back */
    bool paused;              /* an operator, or the shop file, has it so */
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

/* When the first slot that an incident failed may have been planned: a little before it began. */
struct wall_time page_incident_since(const struct incident *incident);

/* Failed while it is open, passed when it is over, unknown when somebody has closed it. */
enum state page_incident_look(const struct incident *incident);

/* Whether `run` failed for what `incident` is about. */
bool page_incident_covers(const struct incident *incident, const struct run *run);

#endif
