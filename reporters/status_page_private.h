/* SPDX-License-Identifier: MIT */
/* What the routes of both listeners know: the owner of their visits. Private to status_page.c and
 * page_operator.c, page_public.c. */
#ifndef REPORTERS_STATUS_PAGE_PRIVATE_H
#define REPORTERS_STATUS_PAGE_PRIVATE_H

#include "reporters/page.h"
#include "reporters/page_site.h"
#include "reporters/public_data.h"
#include "reporters/public_export.h"
#include "reporters/reporter.h"

struct status_page {
    struct reporter_context context;
    struct reporter_settings settings;
    struct arena *arena;           /* of what is made once */
    struct page_journey *journeys; /* context.scenario_count of them */
    struct public_data *data;      /* of the public pages */
    struct page_rendered {         /* what was answered last, of each of public_files */
        uint64_t generation;       /* of the data */
        struct buffer body;
    } * rendered;
    struct public_export *export; /* NULL: the shop file asks for none */
    struct page_site *public_site, *operator_site;
    char *announcement;
};

#define PAGE_HTML      "text/html; charset=utf-8"
#define PAGE_JSON      "application/json"
#define PAGE_CSS       "text/css; charset=utf-8"
#define PAGE_SCRIPT    "text/javascript; charset=utf-8"
#define PAGE_FOR_A_DAY "max-age=86400" /* its address changes with its content */

/* Takes the runs over from the store. */
void page_runs_take(struct store_runs *target, struct store_runs *source);
void page_runs_free(struct store_runs *runs);

/* A journey over time (page_operator_journey.c). */
void page_journey_begin(struct page_visit *visit);
bool page_journey_answer(struct page_visit *visit, struct buffer *body);
void page_journey_end(struct page_visit *visit);

/* Lists (page_operator_lists.c). */
void page_run_list_begin(struct page_visit *visit);
bool page_run_list_answer(struct page_visit *visit, struct buffer *body);
void page_incident_list_begin(struct page_visit *visit);
bool page_incident_list_answer(struct page_visit *visit, struct buffer *body);
void page_list_end(struct page_visit *visit);

bool page_style_answer(struct page_visit *visit, struct buffer *body);
bool page_script_answer(struct page_visit *visit, struct buffer *body);

extern const struct page_route page_operator_routes[];

/* In the page's arena; needs its `data`. */
const struct page_route *page_public_routes(struct status_page *page);

#endif
