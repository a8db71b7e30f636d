/* SPDX-License-Identifier: MIT */
/*
 * Who is told. A reporter is a const struct of functions and a row in kinds.c's table. It never
 * stands in the way of a measurement: the store is its queue. Each has cursors there, one for runs
 * and one for changes of incidents; after every commit it is woken, reads on from its cursor,
 * delivers, and moves the cursor. One that was down catches up the same way.
 */
#ifndef REPORTERS_REPORTER_H
#define REPORTERS_REPORTER_H

#include "monitor/base/log.h"
#include "monitor/base/loop.h"
#include "monitor/store/store.h"
#include "scenarios/shop.h"

struct health;
struct objective_reports;
struct scenario;
struct secrets;
struct net_vantage;
struct reporters;

/* Takes a line for the log: a library does not write it itself. */
typedef void reporter_tell(void *data, enum log_level level, const char *text);

/* How the monitor itself is, at this moment: record/health.h. */
typedef void health_reader(void *data, struct health *ret_health);

/* How the journeys' objectives are doing, at this moment: record/objective.h. */
typedef void objectives_reader(void *data, struct objective_reports *ret_reports);

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
    objectives_reader *objectives_read; /* with objectives_data; NULL: nobody knows */
    void *objectives_data;
    struct net_vantage *vantage; /* from where messages are sent; NULL: none can be */
    reporter_tell *tell;         /* NULL: nobody listens */
    void *tell_data;
    /* The hub's, who sets them. */
    const struct secrets *secrets; /* of the shop, for expand.h */
    struct reporters *reporters;   /* all of them, for reporters_health */
};

/* What became of a batch; the rest of it is offered again later. */
struct reporter_outcome {
    size_t delivered;    /* counted from its first, with those given up */
    size_t given_up;     /* of these, because the receiver will never take them */
    duration pause;      /* before the next try, as the receiver asks for; 0: the hub knows */
    const char *trouble; /* why not all, in a few words; NULL: there was none */
};
typedef void reporter_delivered(void *data, const struct reporter_outcome *outcome);

/* What came of a message that was sent to try a reporter. `text` lives until it returns. */
typedef void reporter_tested(void *data, enum result result, const char *text);

struct reporter_kind {
    const char *name; /* `json-lines` */

    /* One who is new is told of what comes, not of all that is in the store. */
    bool from_now;

    /* Required. The reporter's private state; NULL with `error` set. */
    void *(*open)(const struct reporter_context *context, const struct reporter_settings *settings,
                  struct error *error);

    /* Optional: NULL for one that reads the store when it is asked (the status page). Delivers a
       batch, oldest first, and calls `done` in a later turn of the loop. Never blocks: what waits
       for a disk or a peer belongs on a thread of its own (monitor/base/worker.h) or on the loop.
       `runs` stays until `done`, or until `close` has returned; there is one batch at a time. */
    void (*deliver)(void *reporter, const struct store_runs *runs, reporter_delivered *done,
                    void *data);

    /* Optional: NULL where it always wants runs. */
    bool (*wants_runs)(void *reporter);

    /* Optional: NULL. The same for changes of incidents that people are to hear of. */
    void (*deliver_changes)(void *reporter, const struct store_changes *changes,
                            reporter_delivered *done, void *data);

    /* Optional: NULL. What to tell a person at the start: `status page at http://...`. */
    const char *(*announce)(void *reporter);

    /* Optional: NULL for one that sends nothing by itself. Sends a message that says that it is a
       test, and calls `done` in a later turn. */
    void (*test)(void *reporter, reporter_tested *done, void *data);

    /* Required. `done` is not called any more. */
    void (*close)(void *reporter);
};

/* Every kind there is, ended by NULL. */
extern const struct reporter_kind *const reporter_kinds[];
const struct reporter_kind *reporter_kind_find(const char *name);

/* The reporters of a shop, opened, each with its cursors. Copies `context`. */
struct reporters *reporters_open(const struct reporter_context *context, struct error *error);
void reporters_wake(struct reporters *reporters); /* something was committed */

/* True when everything that was committed before the last wake is delivered, but for a reporter in
 * trouble, which catches up later. */
bool reporters_are_idle(const struct reporters *reporters);

void reporters_close(struct reporters *reporters); /* takes NULL; delivers nothing more */

/* The n-th reporter's announcement, NULL past the last; "" for one that has nothing to say. */
const char *reporters_announcement(struct reporters *reporters, size_t n);

/* One of them alone, `heartbeat` among them, to try it: it is told nothing. NULL with `error` set;
 * RESULT_NOT_FOUND when the shop file has none of that name, RESULT_UNSUPPORTED when it is of a
 * kind that sends nothing. */
struct reporters *reporters_open_one(const struct reporter_context *context, const char *name,
                                     struct error *error);
void reporters_test(struct reporters *reporters, reporter_tested *done, void *data);

/* How a reporter is getting on. Texts live until the next turn of the loop. */
struct reporter_health {
    const char *name, *kind;
    duration behind;    /* for how long there has been something that it was not told; 0: nothing */
    uint64_t delivered; /* runs and changes, since the start */
    uint64_t failures;  /* tries that came to nothing */
    uint64_t given_up;  /* what it will never be told */
    const char *trouble; /* what ails it; NULL: nothing */
};

/* Of the n-th reporter; false past the last. */
bool reporters_health(const struct reporters *reporters, size_t n, struct reporter_health *ret);

#endif
