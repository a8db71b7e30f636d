/* SPDX-License-Identifier: MIT */
/*
 * The objectives of all journeys: loaded from what the store adds up, then counted run by run, and
 * given to whoever shows them. When an error budget begins to burn, or ends, the log says so.
 */
#ifndef DAEMON_OBJECTIVES_H
#define DAEMON_OBJECTIVES_H

#include "monitor/record/objective.h"
#include "monitor/store/store.h"

struct objectives;
struct scenario;

struct objectives *objectives_create(struct loop *loop, struct store *store,
                                     struct scenario *const *scenarios, size_t scenario_count);
void objectives_free(struct objectives *objectives); /* takes NULL; before the store is closed */

/* Another set of scenarios is in force. What promises the same goes on; the rest is loaded, and
 * counts from then on. */
void objectives_set(struct objectives *objectives, struct scenario *const *scenarios,
                    size_t scenario_count);

/* Reads what was before; runs are to be counted after `done`, which is called in a later turn, or
 * at once where there is no objective. After a failure it may be called again. */
typedef void objectives_loaded(void *data, enum result result);
void objectives_load(struct objectives *objectives, objectives_loaded *done, void *data);

/* Counts from now on, loaded or not. */
void objectives_begin(struct objectives *objectives);

/* A judged run. */
void objectives_count(struct objectives *objectives, const struct run *run);

/* How all of them are doing at this moment. `data` is the objectives. */
void objectives_read(void *data, struct objective_reports *ret_reports);

#endif
