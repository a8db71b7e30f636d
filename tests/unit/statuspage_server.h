/* SPDX-License-Identifier: MIT */
/*
 * A server with the interface of Atlassian Statuspage, written from its public documentation
 * (developer.statuspage.io): paths, key, bodies, errors, pages of lists, and the limit of 60
 * requests in a minute. What it is sent that the documentation does not allow, it refuses as
 * documented, and remembers.
 */
#ifndef TESTS_UNIT_STATUSPAGE_SERVER_H
#define TESTS_UNIT_STATUSPAGE_SERVER_H

#include "monitor/base/loop.h"

#include <jansson.h>

#define STATUSPAGE_SERVER_PAGE "kctbh9vrtdwd"
#define STATUSPAGE_SERVER_KEY  "89a229ce-1a8d-4a6d-8b3e-2c1a7a8f0f11"

enum { STATUSPAGE_SERVER_TEXT_MAX = 500, STATUSPAGE_SERVER_UNANSWERED_MAX = 20 };

struct evhttp;
struct evhttp_request;
struct statuspage_server {
    struct evhttp *http;
    unsigned short port;
    json_t *incidents;  /* newest first, as it lists them */
    json_t *components; /* their states by id */
    json_t *points;     /* lists by a metric's id */
    const char *key;    /* that it takes */
    /* The next `times` requests with `method` (NULL: any) are answered with `status`, and what they
       ask for is not done; 0: it is done, and never answered. */
    unsigned times;
    const char *method;
    int status;
    const char *retry_after;
    unsigned reads, posts, patches, component_patches, point_posts;
    char wrong[STATUSPAGE_SERVER_TEXT_MAX]; /* the first request that was not as documented */
    unsigned numbers;                       /* of ids */
    struct evhttp_request *unanswered[STATUSPAGE_SERVER_UNANSWERED_MAX];
    unsigned unanswered_count;
};

/* With components c1 to c3 and metrics m1 and m2. */
void statuspage_server_open(struct statuspage_server *server, struct loop *loop);
void statuspage_server_close(struct statuspage_server *server);

/* An incident that somebody else has put there. */
void statuspage_server_add(struct statuspage_server *server, const char *name);

/* Of the n-th newest incident; "" where there is none. */
const char *statuspage_server_text(const struct statuspage_server *server, size_t n,
                                   const char *key);
/* Its updates' bodies, newest first; "" past the last. */
const char *statuspage_server_update(const struct statuspage_server *server, size_t n,
                                     size_t update);
const char *statuspage_server_component(const struct statuspage_server *server, const char *id);

#endif
