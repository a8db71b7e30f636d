/* SPDX-License-Identifier: MIT */
/* The monitor at work. Open pipeline.c first: it knows the order in which a slot becomes a line on
 * the page. */
#ifndef DAEMON_PIPELINE_H
#define DAEMON_PIPELINE_H

#include "monitor/base/loop.h"
#include "monitor/daemon/settings.h"

struct mistakes;
struct incident;
struct incident_order;
struct maintenance;
struct objective_reports;
struct pipeline;

struct pipeline_options {
    duration every; /* in place of every journey's own interval; 0: as the scenarios say */
};

/* Opens store, vantage points and reporters. Takes `settings`, also on failure, which is NULL with
 * `error` set. */
struct pipeline *pipeline_create(struct loop *loop, struct settings *settings,
                                 const struct pipeline_options *options, struct error *error);

/* Opens the control socket of the shop file, by which people on this machine ask and order. */
MUST_CHECK enum result pipeline_listen(struct pipeline *pipeline, struct error *error);

/* Takes up open incidents from the store, then begins with the schedule. */
void pipeline_start(struct pipeline *pipeline);

/*
 * Starts no more runs, ends those in flight (unknown, stopped) with their cleanup, and stops the
 * loop when everything is committed. Called again, it abandons what still runs.
 */
void pipeline_stop(struct pipeline *pipeline);

/* What came of a reload; `error` NULL: the files are in force as they are now. `mistakes`: all of
 * what is wrong with them, until it returns; NULL: it is something else. */
typedef void pipeline_reloaded(void *data, const struct error *error,
                               const struct mistakes *mistakes);

/*
 * Reads the files again, on a thread of its own, and puts them in force if they are right: all of
 * them, or none. Journeys that stay keep their slots, their history and their incidents; those that
 * are gone leave; runs in flight end as they began. `done` (may be NULL) is called in a later turn,
 * not at all after pipeline_free. Asked again meanwhile, it reads them once more.
 */
void pipeline_reload(struct pipeline *pipeline, pipeline_reloaded *done, void *data);

/* A maintenance window of an operator, in force from now on, in the place of the one of its id; a
 * cancelled one ends. Copied. Whoever calls keeps it in the store. */
void pipeline_maintain(struct pipeline *pipeline, const struct maintenance *window);

/* How all objectives are doing; good for this turn of the loop. */
void pipeline_read_objectives(struct pipeline *pipeline, struct objective_reports *ret_reports);

/* What came of an operator's order: the incident as it is now, or why not, with `error` set. */
typedef void pipeline_obeyed(void *data, const struct incident *incident,
                             const struct error *error);

/*
 * Does to an incident what an operator wants, also to one that is over, and keeps it in the store;
 * reporters tell of it. `done` is called in a later turn, not at all after pipeline_free. With an
 * error of RESULT_IO it is done, but not stored yet: that is tried again and again. Copies `order`.
 */
void pipeline_change_incident(struct pipeline *pipeline, const struct incident_order *order,
                              pipeline_obeyed *done, void *data);

/* After the loop has stopped. Takes NULL. */
void pipeline_free(struct pipeline *pipeline);

/* What reporters tell at the start, n from 0; NULL past the last. */
const char *pipeline_announcement(struct pipeline *pipeline, size_t n);

#endif
