/* SPDX-License-Identifier: MIT */
/* A name's addresses for who does not let net find them: a database's client, which would block the
 * loop over it, and who asks each of them apart, or another server. See net.h. */
#include "monitor/net/internal.h"

#include "monitor/base/memory.h"
#include "monitor/net/address.h"

#include <stdio.h>
#include <stdlib.h>

struct net_lookup {
    struct resolver *own;         /* of another server; NULL: the vantage point's is asked */
    struct resolver_query *query; /* NULL: answered */
    struct loop_timer *finish;
    net_lookup_done *done;
    void *data;
    enum symptom symptom;
    char reason[ERROR_TEXT_MAX], texts[RESOLVER_ADDRESSES_MAX][INET6_ADDRSTRLEN];
    size_t count;
};

/* Who asked may close what the lookup stands on, so it goes first. */
static void lookup_finish(void *data)
{
    struct net_lookup answer = *(struct net_lookup *)data;
    const char *addresses[RESOLVER_ADDRESSES_MAX];
    for (size_t i = 0; i < answer.count; i++)
        addresses[i] = answer.texts[i];
    net_lookup_cancel(data);
    const struct net_found found = {answer.symptom, answer.reason, addresses, answer.count};
    answer.done(answer.data, &found);
}

static void lookup_answered(void *data, const struct resolver_answer *answer)
{
    struct net_lookup *lookup = data;
    lookup->query = NULL;
    lookup->symptom = answer->symptom;
    if (answer->symptom != SYMPTOM_NONE)
        snprintf(lookup->reason, sizeof lookup->reason, "%s",
                 answer->detail != NULL ? answer->detail : symptom_sentence(answer->symptom));
    for (; lookup->count < answer->address_count; lookup->count++)
        address_print(answer->addresses[lookup->count], lookup->texts[lookup->count]);
    loop_timer_set(lookup->finish, 0);
}

struct net_lookup *net_lookup(struct net_vantage *vantage, const char *server, const char *host,
                              net_lookup_done *done, void *data)
{
    struct net_lookup *lookup = memory_allocate(1, sizeof *lookup);
    const struct resolver_settings other = {.server = server, .family = vantage->family};
    struct error error = {0};
    lookup->done = done;
    lookup->data = data;
    lookup->finish = loop_timer_create(vantage->net->loop, lookup_finish, lookup);
    if (server != NULL && (lookup->own = resolver_create(vantage, &other, &error)) == NULL) {
        lookup->symptom = SYMPTOM_MONITOR_INTERNAL;
        snprintf(lookup->reason, sizeof lookup->reason, "%s", error.text);
        loop_timer_set(lookup->finish, 0);
        return lookup;
    }
    struct resolver_query *query = resolver_ask(
        lookup->own != NULL ? lookup->own : vantage->resolver, host, lookup_answered, lookup);
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
    resolver_free(lookup->own);
    loop_timer_free(lookup->finish);
    free(lookup);
}
