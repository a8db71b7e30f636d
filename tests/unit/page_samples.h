/* SPDX-License-Identifier: MIT */
/* A shop in seven situations, for the tests of what people see: its runs, incidents and tallies. */
#ifndef TESTS_UNIT_PAGE_SAMPLES_H
#define TESTS_UNIT_PAGE_SAMPLES_H

#include "reporters/page.h"

/* X(NAME, file name) */
#define SAMPLE_TABLE(X)                                                                            \
    X(HEALTHY, "healthy")                                                                          \
    X(FROZEN, "frozen")     /* the application accepts requests and never answers */               \
    X(DATABASE, "database") /* every step that needs db.orders hangs */                            \
    X(CUT, "cut")           /* one of two vantage points has no way to the shop */                 \
    X(BLIND, "blind")       /* the monitor has no network itself */                                \
    X(EMPTY, "empty")       /* just started */                                                     \
    X(HOSTILE, "hostile")   /* every text is an attack, or far too long, or no UTF-8 */

enum sample_kind {
#define X(name, text) SAMPLE_##name,
    SAMPLE_TABLE(X)
#undef X
        SAMPLE_COUNT
};

const char *sample_name(enum sample_kind kind);

struct sample {
    struct arena *arena;
    struct shop shop;
    struct page_overview overview;
    struct run **runs;
    size_t run_count;
    const struct run *worst; /* the run to look at; NULL when there is none */
    struct incident open, resolved;
};

struct sample *sample_create(enum sample_kind kind);
void sample_free(struct sample *sample);

/* 2026-11-23T14:07:00Z, the samples' now. */
extern const struct wall_time sample_now;

#endif
