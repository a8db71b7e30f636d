/* SPDX-License-Identifier: MIT */
/* Pieces that several views are made of. Private to page_*.c. */
#ifndef REPORTERS_PAGE_PARTS_H
#define REPORTERS_PAGE_PARTS_H

#include "monitor/record/incident.h"
#include "monitor/record/run.h"
#include "reporters/html.h"
#include "reporters/series.h"
#include "scenarios/shop.h"

struct page_frame {
    const struct shop *shop;
    const char *title;
    enum state state; /* colours the page's icon */
    unsigned renews;  /* itself in a browser, after so many seconds (page.js); 0: it does not */
    const char *json; /* where the same is said to machines; may be NULL */
    /* The public pages', whose links are relative so that they can be moved: the way to their top
       (`./`, `../`); NULL: the operators', at the root. */
    const char *top;
    const struct zone *zone; /* that operators' times are told in; NULL: UTC */
    const char *place; /* in the operators' menu: `/runs`, or "" for none of it; NULL: no menu */
};

/* Everything up to and with <main>; page_end closes it and the document. */
struct html *page_begin(const struct page_frame *frame, struct buffer *out);
void page_end(struct html *html, const struct page_frame *frame, struct wall_time now);

/* A mark of its own shape for each state, and the word beside it. */
void page_mark(struct html *html, enum state state);
void page_badge(struct html *html, enum state state, const char *word);

void page_time(struct html *html, struct wall_time time, struct wall_time now);
void page_time_seconds(struct html *html, struct wall_time time, struct wall_time now);
void page_exact_time(struct html *html, struct wall_time time); /* to the second, with its day */
void page_duration(struct html *html, duration value);
void page_latency(struct html *html, const struct run *run); /* a dash when nothing was sent */
void page_lasting(struct html *html, duration value);        /* coarse: no seconds past a minute */

/* The box on top of a page, with its mark, up to the small text over its heading; html_end three
 * times. */
void page_begin_answer(struct html *html, enum state state);

/* On top of an overview: whether people can buy. `detail` may be "". */
void page_answer(struct html *html, const struct shop *shop, enum state state, const char *sentence,
                 const char *detail);

/* Whose clocks times are told by, in a footer; NULL: UTC's. */
void page_whose_times(struct html *html, const struct zone *zone);

/* `text` as a sentence or heading begins. */
void page_capital(struct html *html, const char *text);

/* <section> with a heading; end it with html_end. */
void page_section(struct html *html, const char *heading);

/* The head of a table, inside it; the last column holds numbers. */
void page_table_head(struct html *html, const char *const *columns, size_t count);

/* A row of a description list; html_end twice after the value. */
void page_fact(struct html *html, const char *name);
void page_fact_prose(struct html *html, const char *name); /* begins with a capital letter */
void page_fact_text(struct html *html, const char *name, const char *text); /* NULL: no row */
void page_fact_time(struct html *html, const char *name, struct wall_time time);

/* What is blamed: `Database: orders table`. In one line of text. */
void page_blame(struct html *html, const struct shop *shop, const struct verdict *verdict);

/* Which journeys show it, and from where: a list, each journey once, of many the first. */
void page_seen(struct html *html, const struct shop *shop, const struct incident_shower *showers,
               size_t count);

/* Where an incident was first seen, and how: a row of a description list. */
void page_first_sign(struct html *html, const struct incident *incident);

/* ` · acknowledged by ann`, and what else one should know of it at a glance. */
void page_incident_notes(struct html *html, const struct incident *incident);

/* Confidence, evidence, what is not excluded, the runner-up. `heading` is the element for its own
 * headings: `h3`. */
void page_verdict(struct html *html, const struct verdict *verdict, const char *heading);

/* The other suspects: how likely each is, and the heaviest of what speaks for it and against; all
 * reasons with their weights folded. Nothing for a verdict that rests on no such facts. */
void page_suspects(struct html *html, const struct verdict *verdict, const char *heading);

/* What scrolls by itself, so that the keyboard can stop at it; `label` says what it is. */
void page_pre(struct html *html, const char *class_name, const char *label, const char *text);

/* What went over the wire, folded; nothing where it was not kept. */
void page_messages(struct html *html, const struct exchange *exchange);

/* All exchanges of a run, phases to scale. */
void page_waterfall(struct html *html, const struct run *run);

/* A table of runs, newest first; of several in a minute, the times are to the second. */
void page_runs(struct html *html, const struct shop *shop, struct run *const *runs, size_t count,
               struct wall_time now);

/* What each phase's colour stands for. */
void page_phase_legend(struct html *html);

/* `Replayed every 5 min.` */
struct page_journey;
void page_interval(struct html *html, const struct page_journey *journey);

/* Of a journey's page. SPAN_COUNT: as the page likes; vantage NULL: all. */
enum { PAGE_ADDRESS_MAX = 4096 };
void page_journey_address(const char *journey, enum span span, const char *vantage,
                          struct buffer *out);

struct page_runs_filter;
void page_runs_address(const struct page_runs_filter *filter, struct buffer *out);

/* The journeys from their vantage points, with bars. */
struct page_overview;
void page_matrix(struct html *html, const struct page_overview *model);

#endif
