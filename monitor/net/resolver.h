/* SPDX-License-Identifier: MIT */
/*
 * Names to addresses, over c-ares on the loop. Tells apart what getaddrinfo folds: no such name, a
 * server that fails, no server at all. Knows nothing of HTTP.
 */
#ifndef NET_RESOLVER_H
#define NET_RESOLVER_H

#include "monitor/base/buffer.h"
#include "monitor/base/clock.h"
#include "monitor/base/loop.h"
#include "monitor/record/symptom.h"

#include <stddef.h>

struct net_vantage;
struct resolver;
struct resolver_query;
struct sockaddr;

struct resolver_settings {
    const char *server; /* `ADDRESS` or `ADDRESS:PORT`; NULL: as the files say */
    const char
        *namespace; /* its /etc/netns/NAME/resolv.conf and hosts go before the system's; or NULL */
    int family;     /* of the addresses wanted; AF_UNSPEC: both */
};

/* Sockets are made by vantage_socket. NULL with `error` set when `server` is no address. */
struct resolver *resolver_create(struct net_vantage *vantage,
                                 const struct resolver_settings *settings, struct error *error);
void resolver_free(struct resolver *resolver); /* takes NULL; queries in flight end silently */

struct resolver_answer {
    enum symptom symptom;                    /* SYMPTOM_NONE: there is an address at least */
    const char *detail;                      /* for people; valid during the callback */
    const struct sockaddr *const *addresses; /* best first (RFC 6724) */
    size_t address_count;
    struct instant asked;    /* the first question went to a server; {0}: none had to */
    struct instant answered; /* the last answer came */
};

enum { RESOLVER_ADDRESSES_MAX = 16 };

typedef void resolver_done(void *data, const struct resolver_answer *answer);

/* May call `done` before it returns (a name from /etc/hosts): NULL then. */
struct resolver_query *resolver_ask(struct resolver *resolver, const char *host,
                                    resolver_done *done, void *data);
void resolver_forget(struct resolver_query *query); /* `done` will not be called */

enum { RESOLVER_WORDS_MAX = 1024 };

/* Why there is no answer for `host` yet: who was asked, and whether there is anybody at all. */
void resolver_explain(const struct resolver *resolver, const char *host, struct buffer *out);

#endif
