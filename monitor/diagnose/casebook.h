/* SPDX-License-Identifier: MIT */
/*
 * Runs in the order in which they come: each is judged by what was seen before it, and goes into
 * the incident book. The monitor keeps one; another goes through stored runs again by today's
 * rules. Pure: time is a parameter.
 */
#ifndef DIAGNOSE_CASEBOOK_H
#define DIAGNOSE_CASEBOOK_H

#include "monitor/diagnose/diagnose.h"
#include "monitor/diagnose/incident.h"
#include "monitor/diagnose/under_way.h"

struct casebook;

struct casebook *casebook_create(void);
void casebook_free(struct casebook *casebook); /* takes NULL */

/* Its parts: what was seen last, for events; and what came of it. */
struct history *casebook_history(const struct casebook *casebook);
struct incident_book *casebook_incidents(const struct casebook *casebook);

/* Forgets who is not watched any more. */
void casebook_prune(struct casebook *casebook, history_is_watched *is_watched, void *data);

/* Takes up the last run of the time before, after the incidents. */
void casebook_recall(struct casebook *casebook, const struct run *run, struct wall_time now);

/* Before `run` is added, which has just failed: who else is under way. */
void casebook_look_around(const struct casebook *casebook, const struct shop *shop, struct run *run,
                          const struct under_way_list *others);

/*
 * The verdict on `run`, into it, and what it does to the incidents. A slot without a run of its own
 * shares the state and the verdict of another: of the run before, where it overlapped that; where
 * it was held back, of who watches the step that hangs. `quorum`: as of incident_book_add. All that
 * the verdict was made of comes into `ret_diagnosis`, if that is not NULL.
 */
void casebook_add(struct casebook *casebook, const struct shop *shop, struct run *run,
                  unsigned quorum, struct wall_time now, struct diagnosis *ret_diagnosis);

#endif
