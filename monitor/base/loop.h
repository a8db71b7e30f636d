/* SPDX-License-Identifier: MIT */
/*
 * The event loop: timers, signals, readable descriptors. A callback records and wakes; it does not
 * act on what another callback may still be using. Completion always arrives in a later turn.
 * libevent is behind it; only net/ asks for the base itself.
 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include "monitor/base/clock.h"
#include "monitor/base/result.h"

struct event_base; /* libevent's */
struct loop;
struct loop_timer;
struct loop_watch;

typedef void loop_callback(void *data);

struct loop *loop_create(void);
void loop_free(struct loop *loop); /* takes NULL; timers and watches must be freed before */

/* Returns when loop_stop was called, or when nothing is left that could happen. */
void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

struct event_base *loop_base(struct loop *loop); /* borrowed */

/* A timer is created idle; set again, it forgets the earlier time. With a delay of 0 or less it
 * fires once the callbacks before it have returned, and before anything else is waited for: one
 * that sets itself again so for ever leaves the loop no time. */
struct loop_timer *loop_timer_create(struct loop *loop, loop_callback *callback, void *data);
void loop_timer_set(struct loop_timer *timer, duration delay);
void loop_timer_cancel(struct loop_timer *timer);
void loop_timer_free(struct loop_timer *timer); /* takes NULL */

/* Calls back whenever `descriptor` is readable, can be written to, or the signal arrives, until
 * freed. The descriptor stays the caller's. */
struct loop_watch *loop_watch_readable(struct loop *loop, int descriptor, loop_callback *callback,
                                       void *data);
struct loop_watch *loop_watch_writable(struct loop *loop, int descriptor, loop_callback *callback,
                                       void *data);
struct loop_watch *loop_watch_signal(struct loop *loop, int number, loop_callback *callback,
                                     void *data);
void loop_watch_free(struct loop_watch *watch); /* takes NULL */

#endif
