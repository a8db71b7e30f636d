/* SPDX-License-Identifier: MIT */
/*
 * A vantage point's proxy. Names are looked up at http and socks5h proxies by the proxy, so an
 * exchange has no dns phase then; its connect phase is to the proxy, with the proxy's handshake.
 * The proxy's own name is looked up by us, before the exchange begins to count.
 */
#ifndef NET_PROXY_H
#define NET_PROXY_H

#include "monitor/base/result.h"
#include "monitor/record/symptom.h"

#include <stdbool.h>

struct proxy {
    char *url;          /* as libcurl takes it */
    char *host, *port;  /* host without brackets */
    bool resolves_here; /* socks5: the target's address is ours to find */
};

/* `http://`, `socks5://` or `socks5h://`, perhaps with `user:password@`. NULL with `error` set. */
struct proxy *proxy_parse(const char *url, struct error *error);
void proxy_free(struct proxy *proxy); /* takes NULL */

/* Why a connection through a proxy could not be made, by libcurl's code and what `easy` (a CURL)
 * knows more: the proxy's fault is the vantage point's, what the proxy says of the target is the
 * target's. SYMPTOM_NONE: the proxy has no part in it. */
enum symptom proxy_symptom(void *easy, int code);

#endif
