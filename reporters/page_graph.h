/* SPDX-License-Identifier: MIT */
/*
 * Graphs over time, as SVG that stretches to whatever room there is: lines and areas stand in a
 * field of one unit a stretch of time, texts and marks beside it. Whatever is drawn is also said in
 * a label, and by who draws it in a table. Private to page_*.c.
 */
#ifndef REPORTERS_PAGE_GRAPH_H
#define REPORTERS_PAGE_GRAPH_H

#include "reporters/html.h"
#include "reporters/page_clock.h"
#include "reporters/series.h"

/* X(NAME, class name, what it is) */
#define GRAPH_MARK_TABLE(X)                                                                        \
    X(INCIDENT, "incident", "incident")                                                            \
    X(MAINTENANCE, "maintenance", "maintenance")                                                   \
    X(EVENT, "event", "event")

enum graph_mark_kind {
#define X(name, class_name, word) GRAPH_MARK_##name,
    GRAPH_MARK_TABLE(X)
#undef X
};

/* Something that happened: drawn from its start to its end, under its number in a list. */
struct graph_mark {
    enum graph_mark_kind kind;
    struct wall_time start, end; /* the same for an event */
    const char *vantage;         /* the only one that it is about; NULL: all */
    unsigned number;
};

struct graph {
    const struct series_set *set;
    enum span span;
    const struct zone *zone; /* of its times; NULL: UTC. Days are those of UTC, as they are kept */
    duration top;            /* of its scale */
    const struct graph_mark *marks;
    size_t mark_count;
};

/* The least round duration that is not below `value`: 1, 1.5, 2, 3, 4, 5, 6 or 8 of a unit. */
duration graph_round_up(duration value);

/* A scale for the set's percentiles, and one for its phases. What towers above all else is cut off,
 * so that the rest can still be read. */
duration graph_top_of_latency(const struct series_set *set);
duration graph_top_of_phases(const struct series_set *set, const struct series *series);

/* Median, 95th and 99th percentile, with the states under them. `label` says it in words. */
void graph_latency(struct html *html, const struct graph *graph, const struct series *series,
                   const char *label);
/* Where the time goes: mean times of the phases, one upon the other. */
void graph_phases(struct html *html, const struct graph *graph, const struct series *series,
                  const char *label);
/* How slots ended, under a graph. */
void graph_states(struct html *html, const struct graph *graph, const struct series *series);
/* The times under all of them. */
void graph_axis(struct html *html, const struct graph *graph);

/* A stretch of the graph, for tables: `14:00`, `24 Nov, 14:00`, `24 Nov`. Returns a text within
 * `text`. */
enum { GRAPH_TIME_MAX = PAGE_CLOCK_MAX };
const char *graph_time(const struct graph *graph, unsigned n, char text[GRAPH_TIME_MAX]);

#endif
