/* SPDX-License-Identifier: MIT */
/*
 * Runs that are under way when another one fails. A step of theirs that waits far longer than usual
 * is evidence already: it may be what all began with, and not end for a while yet. Who knows of
 * such runs (the monitor, of those in flight; who judges stored runs again, of those that ended
 * later) lists them; the casebook takes from the list what tells something.
 */
#ifndef DIAGNOSE_UNDER_WAY_H
#define DIAGNOSE_UNDER_WAY_H

#include "monitor/diagnose/diagnose.h"

#include <stdbool.h>
#include <stddef.h>

enum { UNDER_WAY_MAX = 16 };

/* A run, and the step of it that waits for its answer; what comes behind that is not looked at. The
 * step may have begun long before: it pauses between its tries, and that is no wait for the shop.
 */
struct under_way {
    const struct run *run;
    const struct run_step *step;
    struct wall_time since; /* when the exchange began that waits */
    const void *owner;      /* whoever lists it may know it by this */
};

/* Those that have waited longest, each step of a journey once. */
struct under_way_list {
    struct under_way items[UNDER_WAY_MAX];
    size_t count;
};

void under_way_add(struct under_way_list *list, const struct under_way *one);

/* What a run that has ended was at that moment; false: it was not under way, or did not wait for
 * the shop's answer. Knows no more than was known then. */
bool under_way_at(const struct run *run, struct wall_time moment, struct under_way *ret_under_way);

/* Into the record of `run`, which has just failed: those that wait far longer than usual. */
void under_way_note(const struct history *history, const struct shop *shop, struct run *run,
                    const struct under_way_list *list);

#endif
