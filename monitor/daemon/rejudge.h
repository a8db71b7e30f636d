/* SPDX-License-Identifier: MIT */
/*
 * Stored runs, judged again: read in the order in which they came, each by today's rules and with
 * what had been seen before it then, as if the monitor had gone on all the time. What the record
 * does not keep (messages that were not stored) is not known here either.
 */
#ifndef DAEMON_REJUDGE_H
#define DAEMON_REJUDGE_H

#include "monitor/daemon/settings.h"
#include "monitor/diagnose/diagnose.h"
#include "monitor/record/incident.h"
#include "monitor/store/store.h"

struct rejudge_question {
    const struct settings *settings;
    struct wall_time since, until; /* of slots; 0: no such end */
};

/* Who is told, of what is in that time. */
struct rejudge_listener {
    /* Each run: its state and verdict are today's, `then` is the verdict in the record. */
    void (*run)(void *data, const struct run *run, const struct verdict *then,
                const struct diagnosis *diagnosis);
    /* What becomes of incidents today. */
    void (*change)(void *data, enum incident_change change, const struct incident *incident);
    /* At the end, each incident as the store has it, and as it is today; NULL: there is none. */
    void (*incident)(void *data, const struct incident *then, const struct incident *now);
    void *data;
};

/* Runs the loop until all is told. */
MUST_CHECK enum result rejudge(struct loop *loop, struct store *store,
                               const struct rejudge_question *question,
                               const struct rejudge_listener *listener, struct error *error);

#endif
