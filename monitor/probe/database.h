/* SPDX-License-Identifier: MIT */
/*
 * A database, asked directly and again and again, so that it need not be guessed from what the shop
 * answers: does it take a connection, does it answer, are rows of the tables read that the shop
 * file names, is a write committed, do its sessions get on.
 *
 * A check that hangs must not become the outage: each has a deadline here, for none on the server
 * can be relied on; the connection that it hangs on is left alone (closed, and counted), not asked
 * to cancel; and the check comes again later and later. There are two connections at most.
 */
#ifndef PROBE_DATABASE_H
#define PROBE_DATABASE_H

#include "monitor/base/loop.h"
#include "monitor/record/database.h"
#include "scenarios/shop.h"

struct database_probe;
struct net_vantage;

#define DATABASE_PAUSE_MAX (10 * DURATION_MINUTE) /* of a check that hangs */

/* `finding` has just come out otherwise than before; its `times` is 1. */
typedef void database_changed(void *data, const struct database_state *state,
                              const struct database_finding *finding);

/* Every check that is due has been made; the next round comes by itself. */
typedef void database_round(void *data, const struct database_state *state);

struct database_probe_settings {
    struct loop *loop;
    struct net_vantage *vantage;       /* whose resolver is asked; connections are this machine's */
    const struct component *component; /* that has a probe; copied */
    database_changed *changed;         /* may be NULL */
    database_round *round;             /* may be NULL; either may free the probe */
    void *data;
};

/* The first round begins at once. NULL with `error` set where this build cannot ask such a database
 * (RESULT_UNSUPPORTED) or what says how to connect to it is wrong. */
struct database_probe *database_probe_create(const struct database_probe_settings *settings,
                                             struct error *error);
void database_probe_free(struct database_probe *probe); /* takes NULL */

/* Begins a round now, where none is under way. Whoever asks says how often is too often. */
void database_probe_hurry(struct database_probe *probe);
bool database_probe_is_asking(const struct database_probe *probe); /* in a round */

const struct database_state *database_probe_state(const struct database_probe *probe);

#endif
