/* SPDX-License-Identifier: MIT */
/* A name's addresses for who does not speak HTTP: a database's client, which would block the loop
 * over it. See net.h. */
#include "monitor/net/internal.h"

#include "monitor/base/memory.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

struct net_lookup {
    struct resolver_query *query; /* NULL: answered */
    struct loop_timer *finish;
    net_lookup_done *done;
    void *data;
    enum symptom symptom;
    char detail[256], address[INET6_ADDRSTRLEN];
};

static void lookup_finish(void *data)
{
    struct net_lookup *lookup = data;
    net_lookup_done *done = lookup->done;
    void *owner = lookup->data;
    struct net_lookup answer = *lookup;
    net_lookup_cancel(lookup);
    done(owner, answer.symptom, answer.symptom == SYMPTOM_NONE ? answer.address : answer.detail);
}

static void lookup_answered(void *data, const struct resolver_answer *answer)
{
    struct net_lookup *lookup = data;
    lookup->query = NULL;
    lookup->symptom = answer->symptom;
    if (answer->symptom != SYMPTOM_NONE) {
        snprintf(lookup->detail, sizeof lookup->detail, "%s",
                 answer->detail != NULL ? answer->detail : symptom_sentence(answer->symptom));
    } else {
        const struct sockaddr *first = answer->addresses[0];
        const void *bytes = first->sa_family == AF_INET6
                                ? (const void *)&((const struct sockaddr_in6 *)first)->sin6_addr
                                : (const void *)&((const struct sockaddr_in *)first)->sin_addr;
        inet_ntop(first->sa_family, bytes, lookup->address, sizeof lookup->address);
    }
    loop_timer_set(lookup->finish, 0);
}

struct net_lookup *net_lookup(struct net_vantage *vantage, const char *host, net_lookup_done *done,
                              void *data)
{
    struct net_lookup *lookup = memory_allocate(1, sizeof *lookup);
    lookup->done = done;
    lookup->data = data;
    lookup->finish = loop_timer_create(vantage->net->loop, lookup_finish, lookup);
    struct resolver_query *query = resolver_ask(vantage->resolver, host, lookup_answered, lookup);
    if (query != NULL)
        lookup->query = query;
    return lookup;
}

void net_lookup_cancel(struct net_lookup *lookup)
{
    if (lookup == NULL)
        return;
    if (lookup->query != NULL)
        resolver_forget(lookup->query);
    loop_timer_free(lookup->finish);
    free(lookup);
}
