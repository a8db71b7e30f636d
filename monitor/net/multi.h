/* SPDX-License-Identifier: MIT */
/*
 * libcurl's multi handle on the loop: which sockets are waited for, when libcurl's timer is due,
 * and whose transfer is through. One for all sessions: what would let one visitor see another's
 * connections, addresses or cookies is kept apart by the sessions.
 */
#ifndef NET_MULTI_H
#define NET_MULTI_H

#include "monitor/base/loop.h"

#include <curl/curl.h>

struct multi;

struct multi *multi_create(struct loop *loop);
void multi_free(struct multi *multi); /* takes NULL; all sessions must be closed */

/* An easy handle is begun with, or ended. Its CURLOPT_PRIVATE is its session. */
CURLMcode multi_add(struct multi *multi, CURL *easy);
void multi_remove(struct multi *multi, CURL *easy);

#endif
