/* SPDX-License-Identifier: MIT */
/* Has the store delete what is older than the shop file's `retention`, every few minutes. */
#ifndef DAEMON_EXPIRY_H
#define DAEMON_EXPIRY_H

#include "monitor/store/store.h"
#include "scenarios/shop.h"

struct expiry;

#define EXPIRY_FIRST (5 * DURATION_SECOND) /* when what was before has been read */
#define EXPIRY_EVERY (5 * DURATION_MINUTE)

/* Deletes for the first time after `first`. Copies `retention`. */
struct expiry *expiry_create(struct loop *loop, struct store *store,
                             const struct retention *retention, duration first);

/* Another shop file is in force. */
void expiry_set(struct expiry *expiry, const struct retention *retention);

void expiry_free(struct expiry *expiry); /* takes NULL; before the store is closed */

#endif
