/* SPDX-License-Identifier: MIT */
/*
 * Who is told. A reporter is a const struct of functions and a row in kinds.c's table. It never
 * stands in the way of a measurement: the store is its queue. Each has a cursor there; after every
 * commit it is woken, reads on from its cursor, delivers, and moves the cursor. One that was down
 * catches up the same way.
 */
#ifndef REPORTERS_REPORTER_H
#define REPORTERS_REPORTER_H

#include "monitor/base/loop.h"
#include "monitor/store/store.h"
#include "scenarios/shop.h"

struct health;
struct scenario;

/* How the monitor itself is, at this moment: record/health.h. */
typedef void health_reader(void *data, struct health *ret_health);

/* What every reporter may use; all borrowed, and alive until the reporter is closed. */
struct reporter_context {
    struct loop *loop;
    struct store *store;
    const struct shop *shop;
    struct scenario *const *scenarios;
    size_t scenario_count;
    duration every;             /* in place of the scenarios' own; 0: theirs */
    health_reader *health_read; /* with health_data; NULL: nobody knows (a reporter on trial) */
    void *health_data;
};

/* How many of a batch, counted from its first, were delivered; the rest is offered again later. */
typedef void reporter_delivered(void *data, size_t count);

struct reporter_kind {
    const char *name; /* `json-lines` */

    /* Required. The reporter's private state; NULL with `error` set. */
    void *(*open)(const struct reporter_context *context, const struct reporter_settings *settings,
                  struct error *error);

    /* Optional: NULL for one that reads the store when it is asked (the status page). Delivers a
       batch, oldest first, and calls `done` in a later turn of the loop. Never blocks: what waits
       for a disk or a peer belongs on a thread of its own (monitor/base/worker.h). `runs` stays
       until `done`, or until `close` has returned; there is one batch at a time. */
    void (*deliver)(void *reporter, const struct store_runs *runs, reporter_delivered *done,
                    void *data);

    /* Optional: NULL. What to tell a person at the start: `status page at http://...`. */
    const char *(*announce)(void *reporter);

    /* Required. `done` is not called any more. */
    void (*close)(void *reporter);
};

/* Every kind there is, ended by NULL. */
extern const struct reporter_kind *const reporter_kinds[];
const struct reporter_kind *reporter_kind_find(const char *name);

/* The reporters of a shop, opened, each with its cursor. */
struct reporters;
struct reporters *reporters_open(const struct reporter_context *context, struct error *error);
void reporters_wake(struct reporters *reporters); /* something was committed */

/* True when every run that was committed before the last wake is delivered, but for a reporter in
 * trouble, which catches up later. */
bool reporters_are_idle(const struct reporters *reporters);

void reporters_close(struct reporters *reporters); /* takes NULL; delivers nothing more */

/* The n-th reporter's announcement, NULL past the last; "" for one that has nothing to say. */
const char *reporters_announcement(struct reporters *reporters, size_t n);

#endif
