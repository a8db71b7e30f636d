/* SPDX-License-Identifier: MIT */
/*
 * How many connections the HTTP server has at once, and how long each may last. A page is beside
 * the point of the program: its visitors must never take the descriptors that measurements need.
 */
#ifndef NET_HTTP_VISITORS_H
#define NET_HTTP_VISITORS_H

#include "monitor/base/loop.h"

struct evconnlistener; /* libevent's */
struct evhttp;
struct http_visitors;

enum {
    HTTP_VISITORS_MAX = 100,
    HTTP_IDLE_SECONDS_MAX = 10,
    HTTP_VISIT_SECONDS_MAX = 60, /* of a connection, once another wants its place */
};

/* Before the first visitor. Past the maximum a visitor is sent away at once; when none can be taken
 * in, for want of descriptors, it is tried again a second later. */
struct http_visitors *http_visitors_watch(struct loop *loop, struct evhttp *evhttp,
                                          struct evconnlistener *listener);
void http_visitors_free(struct http_visitors *visitors); /* takes NULL; before evhttp_free */

#endif
