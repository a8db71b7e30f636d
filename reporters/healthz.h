/* SPDX-License-Identifier: MIT */
/* /healthz, for load balancers, watchdogs and people: on every listener that is not the public's.
 */
#ifndef REPORTERS_HEALTHZ_H
#define REPORTERS_HEALTHZ_H

#include "monitor/net/http_server.h"
#include "reporters/reporter.h"

#define HEALTHZ_PATH "/healthz"

/* Appends what record/health.h writes; returns the answer's status: 200 while the monitor's results
 * can be relied on, else 503. */
int healthz_write(const struct reporter_context *context, struct buffer *body);

/* The same as an answer to a request. */
void healthz_reply(const struct reporter_context *context, struct http_request *request);

#endif
