/* SPDX-License-Identifier: MIT */
/*
 * What went over the wire, kept with its exchange for those who asked to see it. The one place
 * where a message enters a run: whatever must not be seen has to be masked before the run ends
 * (mask.h).
 */
#ifndef JOURNEY_MESSAGES_H
#define JOURNEY_MESSAGES_H

#include "monitor/net/net.h"
#include "monitor/record/run.h"

/* Copies into `arena`, up to message.h's limits, and of each body `body_max` at most. */
void messages_keep(struct arena *arena, const struct net_request *request,
                   const struct net_response *response, size_t body_max, struct exchange *exchange);
void messages_drop(struct run *run);

#endif
