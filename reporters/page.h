/* SPDX-License-Identifier: MIT */
/*
 * The views of the status page: models in, HTML or JSON out, nothing else. status_page.c reads the
 * store and serves; page_*.c render and know neither.
 */
#ifndef REPORTERS_PAGE_H
#define REPORTERS_PAGE_H

#include "monitor/record/event.h"
#include "monitor/record/incident.h"
#include "monitor/record/maintenance.h"
#include "monitor/record/run.h"
#include "reporters/page_model.h"
#include "reporters/series.h"
#include "scenarios/shop.h"

enum {
    PAGE_MAX = 4 * 1024 * 1024, /* bytes of a page */
    PAGE_INCIDENT_RUNS = 20,    /* listed on an incident's page */
};

/* Which runs a list has; NULL and 0 do not restrict. */
struct page_runs_filter {
    const char *journey, *vantage, *state;
    struct wall_time since, until;
    struct wall_time before; /* where the page begins: to the millisecond; 0: with the newest */
    unsigned skip;           /* so many of the first, which stood on the page before */
};

/* The style sheets and page.js, made into C strings by the build. */
extern const char page_style[], page_script[];

void page_overview_render(const struct page_overview *model, struct buffer *out);
void page_overview_json(const struct page_overview *model, struct buffer *out);

/* `zone`: that times are told in, here and in all models; NULL: UTC. */
void page_run_render(const struct shop *shop, const struct run *run, struct wall_time now,
                     const struct zone *zone, struct buffer *out);
void page_run_json(const struct run *run, struct buffer *out);

struct page_incident {
    const struct shop *shop;
    const struct incident *incident;
    struct run *const *runs; /* that it covers, newest first */
    size_t run_count;
    struct wall_time now;
    const struct zone *zone;
};
void page_incident_render(const struct page_incident *model, struct buffer *out);
void page_incident_json(const struct incident *incident, struct buffer *out);

/* A journey over time. */
struct objective_report;
struct page_journey_view {
    const struct shop *shop;
    const struct page_journey *journey;
    struct wall_time now;
    const struct zone *zone;
    enum span span;
    const char *vantage;             /* the only one to look from; NULL: all */
    const struct series_set *places; /* whole runs, by vantage point */
    const struct series_set *steps;  /* of the same time in one stretch, by step */
    const struct store_baseline *baselines;
    size_t baseline_count;
    struct run *const *runs; /* the latest, newest first */
    size_t run_count;
    const struct incident *incidents; /* of that time, newest first; also those of others */
    size_t incident_count;
    const struct event *events; /* oldest first */
    size_t event_count;
    const struct maintenance *windows; /* once; also those of others */
    size_t window_count;
    const struct objective_report *objective; /* NULL: it has none */
};
void page_journey_render(const struct page_journey_view *view, struct buffer *out);

/* Runs that were looked for. */
struct page_run_list {
    const struct shop *shop;
    const struct page_journey *journeys;
    size_t journey_count;
    struct page_runs_filter filter;
    const char *const *left_out; /* of what was asked for: `state=broken` */
    size_t left_out_count;
    struct run *const *runs; /* newest first */
    size_t run_count;
    bool more; /* there are older ones */
    struct wall_time now;
    const struct zone *zone;
};
void page_run_list_render(const struct page_run_list *list, struct buffer *out);

struct page_incident_list {
    const struct shop *shop;
    const struct incident *incidents; /* newest first */
    size_t incident_count;
    struct wall_time now;
    const struct zone *zone;
};
void page_incident_list_render(const struct page_incident_list *list, struct buffer *out);

/* The monitor itself. */
struct health;
void page_monitor_render(const struct shop *shop, const struct health *health,
                         const struct zone *zone, struct buffer *out);

/* A page that is only a sentence: not found, not now. `top` as in a frame. */
void page_message_render(const struct shop *shop, const char *top, const char *title,
                         const char *text, struct buffer *out);

#endif
