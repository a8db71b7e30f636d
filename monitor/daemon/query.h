/* SPDX-License-Identifier: MIT */
/*
 * Questions that the store alone answers: what was run, which incidents there were, which windows
 * and events. A monitor answers them by its control socket; while none runs, who asks opens the
 * store and answers himself.
 */
#ifndef DAEMON_QUERY_H
#define DAEMON_QUERY_H

#include "monitor/store/store.h"

struct json_t;
struct queries;

enum {
    QUERY_RUNS_USUAL = 20,
    QUERY_INCIDENTS_MAX = 1000,
    QUERY_RECORD_MAX = STORE_RECORD_MAX + 4096,
};

/* Who asks. `end` comes once, in a later turn or in this one, and last; `error` NULL or not set:
 * all was said. */
struct query_asker {
    void (*say)(void *data, const char *json); /* a line, without its end */
    void (*end)(void *data, const struct error *error);
    void *data;
};

/* What was asked and not answered yet. `store` is borrowed. */
struct queries *queries_create(struct store *store);
void queries_free(struct queries *queries); /* takes NULL; nobody is answered any more */

/* `request` is needed until it returns. */
typedef void query(struct queries *queries, const struct json_t *request,
                   const struct query_asker *asker);
query query_runs;      /* id, or journey, vantage, state, limit: newest first */
query query_incidents; /* id, or open, limit: newest first */
query query_explain;   /* id: the run or the incident of that name */
query query_events;    /* since: oldest first */
query query_windows;   /* since: operators' maintenance, newest first */

/* By the name of the request; NULL: it is none that the store alone answers. */
query *query_find(const char *name);

/* The only one of the incidents whose id begins so; NULL with `error` set. */
const struct incident *query_pick_incident(const struct store_incidents *incidents, const char *id,
                                           struct error *error);

#endif
