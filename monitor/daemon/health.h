/* SPDX-License-Identifier: MIT */
/*
 * The monitor watches itself: how late the loop's timers fire, how late runs are started, what the
 * process uses. Of what the pipeline has in its queues the pipeline tells itself.
 */
#ifndef DAEMON_HEALTH_H
#define DAEMON_HEALTH_H

#include "monitor/base/loop.h"
#include "monitor/record/health.h"

struct health_watch;

struct health_watch *health_watch_create(struct loop *loop);
void health_watch_free(struct health_watch *watch); /* takes NULL */

/* A run was started so much later than planned. */
void health_watch_started(struct health_watch *watch, duration lateness);

/* The loop's worst lag since then, for as long as it remembers: ten minutes. */
duration health_watch_lag_since(const struct health_watch *watch, struct instant since);

/* When the loop was last seen to go round. */
struct instant health_watch_beat(const struct health_watch *watch);

/* Fills what it knows, and leaves the rest. */
void health_watch_read(struct health_watch *watch, struct health *health);

#endif
