/* SPDX-License-Identifier: MIT */
/*
 * A small HTTP server for pages, over evhttp. GET and HEAD only; answers may come later, since
 * pages are read from the store asynchronously.
 */
#ifndef NET_HTTP_SERVER_H
#define NET_HTTP_SERVER_H

#include "monitor/base/loop.h"

#include <stddef.h>

struct http_server;
struct http_request;

/* Called for each request; must lead to exactly one http_reply, now or in a later turn. */
typedef void http_handler(void *data, struct http_request *request);

/* `listen` is `ADDRESS:PORT`, IPv6 in brackets; port 0 takes a free one. NULL with `error` set. */
struct http_server *http_server_open(struct loop *loop, const char *listen, http_handler *handler,
                                     void *data, struct error *error);

/* Further names that it goes by, behind a proxy; borrowed until it is closed. One that listens on
 * loopback answers to no others but its address, `localhost` and plain addresses. */
void http_server_allow_hosts(struct http_server *server, const char *const *hosts, size_t count);

/* Requests that were not answered yet are closed; their http_request must not be used any more. */
void http_server_close(struct http_server *server); /* takes NULL */

/* `http://127.0.0.1:8080/`, with the port that was taken. */
const char *http_server_url(const struct http_server *server);

const char *http_request_path(const struct http_request *request); /* decoded, without query */
const char *http_request_query(struct http_request *request,
                               const char *name); /* decoded; NULL: absent */
const char *http_request_header(struct http_request *request, const char *name); /* NULL: absent */

struct http_field {
    const char *name, *value;
};

struct http_reply {
    int status;
    const char *content_type;
    const char *body; /* copied */
    size_t body_length;
    const char *cache_control; /* NULL: no-store */
    const char
        *policy; /* Content-Security-Policy of a page; NULL: nothing runs, nothing is loaded */
    const struct http_field *fields; /* further headers */
    size_t field_count;
};

/* Sends, and ends the request. An ETag over the body is added, and 304 sent when the visitor has it
 * (RFC 9110 section 13). */
void http_reply(struct http_request *request, const struct http_reply *reply);

#endif
