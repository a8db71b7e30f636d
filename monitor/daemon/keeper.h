/* SPDX-License-Identifier: MIT */
/*
 * Sees to it that a judged run gets into the store: while the disk is full or the store is busy it
 * keeps the run and tries again, so that no result is lost to a bad minute. What it keeps is
 * bounded, by number and by size: past that runs are lost, counted and told.
 */
#ifndef DAEMON_KEEPER_H
#define DAEMON_KEEPER_H

#include "monitor/store/store.h"

struct keeper;

enum {
    KEEPER_WAITING_MAX = 10000,           /* runs that wait for the store */
    KEEPER_BYTES_MAX = 128 * 1024 * 1024, /* that they take */
};

/* While nothing can be stored, one run tries in this time; the others follow when it got through.
 */
#define KEEPER_RETRY (2 * DURATION_SECOND)

/* Runs that come in this time after another one are committed together; where one of them did not
 * pass, or comes with an incident, people wait for it. */
#define KEEPER_HOLD         (1 * DURATION_SECOND)
#define KEEPER_HOLD_TROUBLE (200 * DURATION_MILLISECOND)

/* `committed` is called after each commit. */
struct keeper *keeper_create(struct loop *loop, struct store *store, loop_callback *committed,
                             void *data);
void keeper_free(
    struct keeper *keeper); /* takes NULL; after the store is closed, which may still hold runs */

/* Takes `run`; copies `incident` (may be NULL). Past the bounds the oldest waiting run is given up;
 * those that an incident came with last of all. */
void keeper_keep(struct keeper *keeper, struct run *run, const struct incident *incident);

/* A change of an incident without a run, behind what is on its way. Copied. `done` (may be NULL)
 * hears what came of the first try: at once, where others wait for the store; RESULT_IO: it is
 * tried again like a run. */
void keeper_keep_incident(struct keeper *keeper, const struct incident *incident, store_done *done,
                          void *data);

/* Runs, and incidents without one, that are not in the store yet. */
size_t keeper_count(const struct keeper *keeper);

/* How it is getting on. */
struct keeper_facts {
    size_t waiting;                /* runs that the store would not take: they are tried again */
    uint64_t committed, lost;      /* since the start */
    struct wall_time committed_at; /* the last one; 0: none yet */
    const char *trouble;           /* why the store takes none, borrowed; NULL: it does */
};
void keeper_read(const struct keeper *keeper, struct keeper_facts *ret_facts);

bool keeper_is_idle(const struct keeper *keeper);

#endif
