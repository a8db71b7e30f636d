/* SPDX-License-Identifier: MIT */
/*
 * Direct checks beside the journeys. The first kind: reference sites, asked from a vantage point
 * when a run from there failed, to learn whether that vantage point has a network at all ("is it
 * us?").
 */
#ifndef PROBE_PROBE_H
#define PROBE_PROBE_H

#include "monitor/net/net.h"

struct probe;

#define PROBE_TIMEOUT (5 * DURATION_SECOND)

struct probe_result {
    size_t asked, answered; /* an answer of any status counts */
};

typedef void probe_done(void *data, const struct probe_result *result);

/* Asks every URL of `references` once, each in a session of its own. `done` comes in a later turn,
 * PROBE_TIMEOUT later at most. */
struct probe *probe_references(struct loop *loop, struct net_vantage *vantage,
                               const char *const *references, size_t count, probe_done *done,
                               void *data);

/* Ends it without a callback. */
void probe_cancel(struct probe *probe); /* takes NULL */

#endif
