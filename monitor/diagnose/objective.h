/* SPDX-License-Identifier: MIT */
/*
 * Objectives: what a journey's owner has promised, counted slot by slot. Every judged run counts
 * once, as soon as it is judged; what was before the monitor's start is loaded from what the store
 * adds up. Spans are whole: those of up to three days are counted from the beginning of an hour,
 * longer ones from the beginning of a day (of UTC). Pure: time is a parameter.
 */
#ifndef DIAGNOSE_OBJECTIVE_H
#define DIAGNOSE_OBJECTIVE_H

#include "monitor/record/objective.h"
#include "monitor/record/run.h"
#include "scenarios/scenario.h"

struct objective_book;
struct histogram;

/* Errors of the longer window, from how many on a burning budget is told: one failed slot of few
 * is no rate. */
enum { OBJECTIVE_ERRORS_MIN = 3 };

struct objective_book *objective_book_create(void);
void objective_book_free(struct objective_book *book); /* takes NULL */

/* A journey and its promise; journeys come in this order. Copied. */
void objective_book_add(struct objective_book *book, const char *journey,
                        const struct objective *objective);

/* What was counted for journeys that promise the same in the other book, whose own counts are then
 * worth nothing. Another share of what is counted alike is the same. */
void objective_book_adopt(struct objective_book *book, struct objective_book *other);

/* A run of a journey without an objective counts nowhere, nor one of a journey that is to be loaded
 * yet: what is loaded has it. */
void objective_book_count(struct objective_book *book, const struct run *run);

/* How far the n-th reaches back, and in steps of what: an hour or a day. False past the last. */
struct objective_reach {
    const char *journey;
    duration within, unit;
    struct wall_time since;
};
bool objective_book_reach(const struct objective_book *book, size_t n, struct wall_time now,
                          struct objective_reach *ret_reach);

/* The same of a journey's; false where it has no objective. */
bool objective_book_reach_of(const struct objective_book *book, const char *journey,
                             struct wall_time now, struct objective_reach *ret_reach);

/* Everything is loaded that there is: from now on every run counts. */
void objective_book_begin(struct objective_book *book);

/* Forgets what was loaded since, to be loaded again. */
void objective_book_forget(struct objective_book *book);

/* Adds what is known of the unit that begins at `start`; or, `span` DURATION_MINUTE, of a minute,
 * which the shorter windows are made of. A journey that has no objective is left out, and one that
 * counts already. */
void objective_book_load(struct objective_book *book, const char *journey, struct wall_time start,
                         duration span, const struct objective_counts *counts);

/* Counts from a rollup: how slots ended, and how long those that passed took. */
struct objective_counts objective_counts_of(uint64_t passed, uint64_t failed, uint64_t unknown,
                                            uint64_t excluded, const struct histogram *latency,
                                            duration within);

/* How the n-th is doing; false past the last. Texts are the book's. */
bool objective_book_read(const struct objective_book *book, size_t n, struct wall_time now,
                         struct objective_report *ret_report);

/* What the counts of a window come to; fills all but the burns. Public for its tests. */
void objective_evaluate(struct objective_report *report);

/* How many times faster than allowed errors came: 1 uses the budget up just at its end. What could
 * not be seen is no error. */
double objective_burn_rate(const struct objective_counts *counts, double target);

#endif
