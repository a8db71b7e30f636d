/* SPDX-License-Identifier: MIT */
/*
 * Reading a request's body and answering it, for both programs: the shop and the payment provider.
 * Knows HTTP, not what is sold.
 */
#ifndef SHOP_REPLY_H
#define SHOP_REPLY_H

#include <stdbool.h>
#include <stddef.h>

struct evbuffer; /* libevent's */
struct evhttp_request;
struct json_t; /* jansson's */

const char *reply_title(int status); /* 404 is "Not Found" */

/* All three end the request and take the body. A HEAD request gets the headers alone. */
void reply_send(struct evhttp_request *request, int status, const char *type,
                struct evbuffer *body);
void reply_json(struct evhttp_request *request, int status, struct evbuffer *body);
void reply_problem(struct evhttp_request *request, int status, const char *detail); /* RFC 9457 */

void reply_header(struct evhttp_request *request, const char *name, const char *value);

const char *request_header(struct evhttp_request *request, const char *name); /* or "" */
bool request_has_type(struct evhttp_request *request, const char *type);
char *request_body(struct evhttp_request *request); /* ends with NUL; the caller frees it */

/* NULL, and the problem answered, when the body is not announced as JSON or is none. */
struct json_t *request_json(struct evhttp_request *request);

#endif
