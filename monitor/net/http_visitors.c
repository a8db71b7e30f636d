/* SPDX-License-Identifier: MIT */
/*
 * evhttp tells neither who comes nor who goes. So it is asked for the buffer of each new connection
 * and has given it its descriptor right after; and a descriptor is still that visitor's while it
 * leads to the same socket. Whoever is to go is shut down: evhttp sees an end and cleans up.
 */
#include "monitor/net/http_visitors.h"

#include "monitor/base/memory.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define PAUSE DURATION_SECOND

struct visitor {
    int descriptor;
    ino_t socket; /* 0: nobody is here */
    struct instant came;
};

struct http_visitors {
    struct http_visitors *next;
    struct evconnlistener *listener;
    struct loop_timer *again;
    struct event *settle;
    struct bufferevent *latest; /* whose descriptor is not known yet; NULL: none */
    struct visitor visitors[HTTP_VISITORS_MAX];
};

/* evhttp keeps a listener's own data for itself, so that its errors must find their way back. */
static struct http_visitors *all;

static ino_t socket_of(int descriptor)
{
    struct stat facts;
    return fstat(descriptor, &facts) == 0 && S_ISSOCK(facts.st_mode) ? facts.st_ino : 0;
}

/* A place that is free, or whose visitor has gone; NULL: none. Who has stayed too long is sent away
 * when others stand in line, and his place is free in a later turn. */
static struct visitor *find_place(struct http_visitors *visitors)
{
    struct instant now = clock_instant();
    for (size_t i = 0; i < COUNT_OF(visitors->visitors); i++) {
        struct visitor *visitor = &visitors->visitors[i];
        if (visitor->socket == 0 || socket_of(visitor->descriptor) != visitor->socket)
            return visitor;
    }
    for (size_t i = 0; i < COUNT_OF(visitors->visitors); i++)
        if (instant_between(visitors->visitors[i].came, now) >
            HTTP_VISIT_SECONDS_MAX * DURATION_SECOND)
            shutdown(visitors->visitors[i].descriptor, SHUT_RDWR);
    return NULL;
}

static void settle_latest(struct http_visitors *visitors)
{
    if (visitors->latest == NULL)
        return;
    int descriptor = bufferevent_getfd(visitors->latest);
    visitors->latest = NULL;
    struct visitor *place = find_place(visitors);
    if (place != NULL)
        *place = (struct visitor){descriptor, socket_of(descriptor), clock_instant()};
    else
        shutdown(descriptor, SHUT_RDWR);
}

/* In the turn in which the visitor came: nothing has been read from him, so he is still there. */
static void settle_fired(evutil_socket_t descriptor, short what, void *data)
{
    (void)descriptor;
    (void)what;
    settle_latest(data);
}

static struct bufferevent *visitor_came(struct event_base *base, void *data)
{
    struct http_visitors *visitors = data;
    settle_latest(visitors);
    visitors->latest = bufferevent_socket_new(base, -1, 0);
    event_active(visitors->settle, EV_TIMEOUT, 0);
    return visitors->latest;
}

static void accept_failed(struct evconnlistener *listener, void *data)
{
    struct http_visitors *visitors = all;
    (void)data;
    while (visitors->listener != listener)
        visitors = visitors->next;
    evconnlistener_disable(listener);
    loop_timer_set(visitors->again, PAUSE);
}

static void accept_again(void *data)
{
    struct http_visitors *visitors = data;
    evconnlistener_enable(visitors->listener);
}

struct http_visitors *http_visitors_watch(struct loop *loop, struct evhttp *evhttp,
                                          struct evconnlistener *listener)
{
    struct http_visitors *visitors = memory_allocate(1, sizeof *visitors);
    visitors->listener = listener;
    visitors->again = loop_timer_create(loop, accept_again, visitors);
    visitors->settle = event_new(loop_base(loop), -1, 0, settle_fired, visitors);
    visitors->next = all;
    all = visitors;
    evconnlistener_set_error_cb(listener, accept_failed);
    evhttp_set_bevcb(evhttp, visitor_came, visitors);
    evhttp_set_timeout(evhttp, HTTP_IDLE_SECONDS_MAX);
    return visitors;
}

void http_visitors_free(struct http_visitors *visitors)
{
    if (visitors == NULL)
        return;
    struct http_visitors **place = &all;
    while (*place != visitors)
        place = &(*place)->next;
    *place = visitors->next;
    loop_timer_free(visitors->again);
    event_free(visitors->settle);
    free(visitors);
}
