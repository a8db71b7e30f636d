/* SPDX-License-Identifier: MIT */
/*
 * Sees to it that a judged run gets into the store: while the disk is full or the store is busy it
 * keeps the run and tries again, so that no result is lost to a bad minute.
 */
#ifndef DAEMON_KEEPER_H
#define DAEMON_KEEPER_H

#include "monitor/store/store.h"

struct keeper;

enum { KEEPER_WAITING_MAX = 10000 };

#define KEEPER_RETRY (2 * DURATION_SECOND)

/* `committed` is called after each commit. */
struct keeper *keeper_create(struct loop *loop, struct store *store, loop_callback *committed,
                             void *data);
void keeper_free(
    struct keeper *keeper); /* takes NULL; after the store is closed, which may still hold runs */

/* Takes `run`; copies `incident` (may be NULL). Past KEEPER_WAITING_MAX the oldest waiting run is
 * given up, and logged. */
void keeper_keep(struct keeper *keeper, struct run *run, const struct incident *incident);

/* Runs that are not in the store yet. */
size_t keeper_count(const struct keeper *keeper);

bool keeper_is_idle(const struct keeper *keeper);

#endif
