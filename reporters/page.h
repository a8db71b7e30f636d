/* SPDX-License-Identifier: MIT */
/*
 * The views of the status page: models in, HTML or JSON out, nothing else. status_page.c reads the
 * store and serves; page_*.c render and know neither.
 */
#ifndef REPORTERS_PAGE_H
#define REPORTERS_PAGE_H

#include "monitor/record/incident.h"
#include "monitor/record/run.h"
#include "reporters/page_model.h"
#include "scenarios/shop.h"

enum {
    PAGE_MAX = 4 * 1024 * 1024, /* bytes of a page */
    PAGE_INCIDENT_RUNS = 200,   /* listed on an incident's page */
};

/* page.css and page.js, made into C strings by the build. */
extern const char page_style[], page_script[];

void page_overview_render(const struct page_overview *model, struct buffer *out);
void page_overview_json(const struct page_overview *model, struct buffer *out);

void page_run_render(const struct shop *shop, const struct run *run, struct wall_time now,
                     struct buffer *out);
void page_run_json(const struct run *run, struct buffer *out);

struct page_incident {
    const struct shop *shop;
    const struct incident *incident;
    struct run *const *runs; /* that it covers, newest first */
    size_t run_count;
    struct wall_time now;
};
void page_incident_render(const struct page_incident *model, struct buffer *out);
void page_incident_json(const struct incident *incident, struct buffer *out);

/* A page that is only a sentence: not found, not now. `top` as in a frame. */
void page_message_render(const struct shop *shop, const char *top, const char *title,
                         const char *text, struct buffer *out);

#endif
