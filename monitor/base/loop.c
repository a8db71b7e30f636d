/* SPDX-License-Identifier: MIT */
/* The loop over libevent. See loop.h. */
#include "monitor/base/loop.h"

#include "monitor/base/memory.h"

#include <event2/event.h>
#include <stdlib.h>

struct loop {
    struct event_base *base;
};

/* A timer and a watch are one libevent event each; the types keep their calls apart. */
struct loop_timer {
    struct event *event;
    loop_callback *callback;
    void *data;
};

struct loop_watch {
    struct event *event;
    loop_callback *callback;
    void *data;
};

struct loop *loop_create(void)
{
    struct loop *loop = memory_allocate(1, sizeof *loop);
    struct event_config *config = event_config_new();
    /* Without this flag libevent rounds timers to milliseconds. */
    event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
    loop->base = event_base_new_with_config(config);
    event_config_free(config);
    if (loop->base == NULL)
        abort();
    return loop;
}

void loop_free(struct loop *loop)
{
    if (loop == NULL)
        return;
    event_base_free(loop->base);
    free(loop);
}

void loop_run(struct loop *loop)
{
    event_base_dispatch(loop->base);
}

void loop_stop(struct loop *loop)
{
    event_base_loopbreak(loop->base);
}

struct event_base *loop_base(struct loop *loop)
{
    return loop->base;
}

static void loop_timer_fired(evutil_socket_t descriptor, short what, void *data)
{
    struct loop_timer *timer = data;
    (void)descriptor;
    (void)what;
    timer->callback(timer->data);
}

struct loop_timer *loop_timer_create(struct loop *loop, loop_callback *callback, void *data)
{
    struct loop_timer *timer = memory_allocate(1, sizeof *timer);
    timer->callback = callback;
    timer->data = data;
    timer->event = evtimer_new(loop->base, loop_timer_fired, timer);
    return timer;
}

void loop_timer_set(struct loop_timer *timer, duration delay)
{
    if (delay <= 0) {
        /* At once takes no timer of the kernel's, and no further turn. */
        evtimer_del(timer->event);
        event_active(timer->event, EV_TIMEOUT, 0);
        return;
    }
    struct timeval when = {.tv_sec = (time_t)(delay / DURATION_SECOND),
                           .tv_usec = (suseconds_t)(delay % DURATION_SECOND)};
    evtimer_add(timer->event, &when);
}

void loop_timer_cancel(struct loop_timer *timer)
{
    evtimer_del(timer->event);
}

void loop_timer_free(struct loop_timer *timer)
{
    if (timer == NULL)
        return;
    event_free(timer->event);
    free(timer);
}

static void loop_watch_fired(evutil_socket_t descriptor, short what, void *data)
{
    struct loop_watch *watch = data;
    (void)descriptor;
    (void)what;
    watch->callback(watch->data);
}

static struct loop_watch *loop_watch_add(struct loop *loop, int number, short what,
                                         loop_callback *callback, void *data)
{
    struct loop_watch *watch = memory_allocate(1, sizeof *watch);
    watch->callback = callback;
    watch->data = data;
    watch->event =
        event_new(loop->base, number, (short)(what | EV_PERSIST), loop_watch_fired, watch);
    event_add(watch->event, NULL);
    return watch;
}

struct loop_watch *loop_watch_readable(struct loop *loop, int descriptor, loop_callback *callback,
                                       void *data)
{
    return loop_watch_add(loop, descriptor, EV_READ, callback, data);
}

struct loop_watch *loop_watch_writable(struct loop *loop, int descriptor, loop_callback *callback,
                                       void *data)
{
    return loop_watch_add(loop, descriptor, EV_WRITE, callback, data);
}

struct loop_watch *loop_watch_signal(struct loop *loop, int number, loop_callback *callback,
                                     void *data)
{
    return loop_watch_add(loop, number, EV_SIGNAL, callback, data);
}

void loop_watch_free(struct loop_watch *watch)
{
    if (watch == NULL)
        return;
    event_free(watch->event);
    free(watch);
}
