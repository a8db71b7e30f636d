/* SPDX-License-Identifier: MIT */
/*
 * What is kept: runs and what they add up to (store_rollups.h), incidents and their changes,
 * events, maintenance windows, cursors. Asynchronous: a call queues work for the store's own
 * thread; its callback comes in a later turn of the loop, in the order of the calls. An appended
 * run is acknowledged when its callback says RESULT_OK: its transaction has been committed to disk.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "monitor/base/loop.h"
#include "monitor/record/event.h"
#include "monitor/record/incident.h"
#include "monitor/record/maintenance.h"
#include "monitor/record/run.h"

#include <stddef.h>
#include <stdint.h>

struct store;

enum {
    STORE_QUEUE_MAX = 10000,  /* appends waiting; past it store_append says RESULT_LIMIT */
    STORE_READ_MAX = 1000,    /* runs that one read gives at most */
    STORE_LATEST_MAX = 10000, /* of as many journeys and vantage points the latest runs are given */
    STORE_RECORD_MAX = 16 * 1024 * 1024, /* bytes of a run's record; past it RESULT_INVALID */
};

/* Runs in the order in which they were committed; the first is 1. */
typedef int64_t store_sequence;

/*
 * `url` is `sqlite:PATH` or `sqlite::memory:`. Creates the file and its tables where there are
 * none. NULL with `error` set: the place cannot be used, is in use by another store, or holds
 * another program's file or that of a newer version.
 *
 * In memory the same code answers, for tests and for trying out: a second one that only tests use
 * would have mistakes of its own. All holds there, but that nothing outlives store_close.
 */
struct store *store_open(struct loop *loop, const char *url, struct error *error);

/* To look at one that is there, also while another writes to it: whatever would change it fails,
 * and so does a file that a monitor of this version has never opened. */
struct store *store_open_to_read(struct loop *loop, const char *url, struct error *error);

/* Finishes the work that is queued, then closes. Callbacks that were not delivered are not called.
 * Takes NULL. */
void store_close(struct store *store);

/*
 * A store that is damaged is put aside and begun anew: when it is opened, and when a run cannot be
 * appended because of it. Sequences go on then. Where it was put, the latest; NULL: nowhere.
 */
const char *store_aside(const struct store *store);

/* For one who goes before the store does: callbacks that were given `data` are not called any more.
 * Their work is done all the same. */
void store_forget(struct store *store, const void *data);

typedef void store_done(void *data, enum result result, const struct error *error,
                        store_sequence sequence);

/*
 * One transaction: the run, and the incident that it opened, changed or resolved (NULL: none). A
 * run whose id is there already is stored once, and acknowledged with its old sequence. Copies what
 * it needs before it returns.
 */
MUST_CHECK enum result store_append(struct store *store, const struct run *run,
                                    const struct incident *incident, store_done *done, void *data);

/* Which runs to read; zero and NULL fields do not restrict. */
struct store_filter {
    store_sequence after; /* only later ones, oldest first */
    const char *journey, *vantage;
    const char *id;                /* whole, or how it begins */
    const char *state;             /* `failed` */
    struct wall_time since, until; /* planned at or after, at or before */
    bool newest_first;             /* by planned time; else in the order of commits */
    bool with_messages;            /* those that were stored beside them come with them */
    size_t limit;                  /* 0: STORE_READ_MAX */
};

struct store_runs {
    struct run **runs; /* taken over by the callback's owner when it sets the element to NULL; the
                          rest is freed after */
    store_sequence *sequences;
    size_t count;
};

typedef void store_runs_done(void *data, enum result result, struct store_runs *runs);
void store_read_runs(struct store *store, const struct store_filter *filter, store_runs_done *done,
                     void *data);

/* The run of every journey and vantage point that was committed last, by journey and vantage point
 * (strcmp). */
void store_read_latest(struct store *store, store_runs_done *done, void *data);

/* The slot of every journey and vantage point that was committed last: with all digits of its
 * times, and without its run. */
struct store_slot {
    const char *journey, *vantage;
    struct wall_time planned, ended;
    enum state state;
    duration latency; /* 0: nothing was replayed */
};
struct store_slots {
    struct store_slot *slots; /* live until the callback returns */
    size_t count;
};
typedef void store_slots_done(void *data, enum result result, const struct store_slots *slots);
void store_read_slots(struct store *store, store_slots_done *done, void *data);

/* Incidents, newest first; `open_only` leaves out the resolved. */
struct store_incidents {
    struct incident *incidents; /* live until the callback returns */
    size_t count;
};
typedef void store_incidents_done(void *data, enum result result,
                                  const struct store_incidents *incidents);
void store_read_incidents(struct store *store, bool open_only, size_t limit,
                          store_incidents_done *done, void *data);

/* The one of this id, or none. */
void store_read_incident(struct store *store, const char *id, store_incidents_done *done,
                         void *data);

/* An operator's change of an incident: acknowledged, annotated, published. `done` receives the
 * sequence of the change; it may be NULL. One of an older version than what is kept changes
 * nothing. */
void store_write_incident(struct store *store, const struct incident *incident, store_done *done,
                          void *data);

/*
 * The queue of who tells people of incidents: each change that people are to hear of, in the order
 * in which they were committed, as the incident was after it. Later than `after`, which is 0 or the
 * sequence of the last that was told; it is another row of numbers than that of the runs.
 */
struct store_changes {
    struct incident *incidents; /* live until the callback returns */
    store_sequence *sequences;
    size_t count;
};
typedef void store_changes_done(void *data, enum result result,
                                const struct store_changes *changes);
void store_read_changes(struct store *store, store_sequence after, size_t limit,
                        store_changes_done *done, void *data);

/* What people said has happened (a deploy). One whose id is there already is kept once. */
void store_append_event(struct store *store, const struct event *event, store_done *done,
                        void *data); /* `done` may be NULL */

struct store_events {
    struct event *events; /* oldest first; live until the callback returns */
    size_t count;
};
typedef void store_events_done(void *data, enum result result, const struct store_events *events);
/* At or after `since`, before `until` (0: no end), the newest STORE_READ_MAX at most. */
void store_read_events(struct store *store, struct wall_time since, struct wall_time until,
                       store_events_done *done, void *data);

/* Keeps a maintenance window that is not recurring, in place of the one of its id. */
void store_write_maintenance(struct store *store, const struct maintenance *maintenance,
                             store_done *done, void *data); /* `done` may be NULL */

struct store_maintenances {
    struct maintenance *maintenances; /* by start, newest first; live until the callback returns */
    size_t count;
};
typedef void store_maintenances_done(void *data, enum result result,
                                     const struct store_maintenances *maintenances);
/* Those that end after `since` or have no end, the newest STORE_READ_MAX at most. */
void store_read_maintenance(struct store *store, struct wall_time since,
                            store_maintenances_done *done, void *data);

/* How slots ended, per journey and vantage point and span of time: what the page's bars are drawn
 * from. */
struct store_tally {
    const char *journey, *vantage;
    struct wall_time start; /* of the span */
    unsigned passed, degraded, failed, unknown;
    duration latency; /* mean of the passed and degraded */
};
struct store_tallies {
    struct store_tally *tallies; /* by journey, vantage, start; live until the callback returns */
    size_t count;
    duration span; /* as it was asked for */
};
typedef void store_tallies_done(void *data, enum result result,
                                const struct store_tallies *tallies);
void store_read_tallies(struct store *store, struct wall_time since, duration span,
                        store_tallies_done *done, void *data);

/* What is older goes. 0: nothing does. */
struct store_retention {
    struct wall_time runs;  /* runs with their steps, and changes of incidents */
    struct wall_time hours; /* hourly rollups */
    struct wall_time days;  /* daily ones, resolved incidents, events, maintenance windows */
};
/* In small slices, between which the store does other work; so what is to be read or appended
 * meanwhile hardly waits. `done` receives how many rows went. */
void store_delete_old(struct store *store, const struct store_retention *retention,
                      store_done *done, void *data);

/* How far a reporter has come. Reading an unknown name gives 0. */
void store_read_cursor(struct store *store, const char *name, store_done *done, void *data);
void store_write_cursor(struct store *store, const char *name, store_sequence sequence,
                        store_done *done, void *data); /* `done` may be NULL */

#endif
