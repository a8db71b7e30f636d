/* SPDX-License-Identifier: MIT */
/*
 * Who made an error's page: the application, a proxy before it that got nothing from it, or a
 * network of others that answers in the shop's place. See facts.h.
 */
#include "monitor/diagnose/facts.h"

#include <string.h>

/* What proxies write when they have nothing to hand on. */
static const char *const proxy_pages[] = {
    "<center>nginx",
    "<hr><center>openresty",
    "No server is available to handle this request", /* HAProxy */
    "The server returned an invalid or incomplete response.",
    "The server didn't respond in time.",
    "upstream connect error or disconnect/reset before headers", /* Envoy */
    "no healthy upstream",
    "upstream request timeout",
    "The proxy server received an invalid response from an upstream server.", /* Apache */
    "Proxy Error</title>",
};

bool facts_proxy_made(const struct run_step *step)
{
    for (size_t i = 0; step->excerpt != NULL && i < COUNT_OF(proxy_pages); i++)
        if (strstr(step->excerpt, proxy_pages[i]) != NULL)
            return true;
    return false;
}

/* What a content delivery network says of its way to the shop, by numbers of its own (Cloudflare's
 * 5xx, which others have taken over). */
static const struct {
    int status;
    enum fact_name fact;
} edge_statuses[] = {
    {520, FACT_EDGE_GOT_NOTHING}, {521, FACT_EDGE_REFUSED}, {522, FACT_EDGE_NO_WAY},
    {523, FACT_EDGE_NO_WAY},      {524, FACT_EDGE_WAITED},  {525, FACT_EDGE_TLS},
    {526, FACT_EDGE_TLS},         {530, FACT_EDGE_NO_WAY},
};

bool facts_of_edge(struct facts *facts, int status, bool has_door, const char *text)
{
    for (size_t i = 0; i < COUNT_OF(edge_statuses); i++) {
        if (edge_statuses[i].status != status)
            continue;
        bool door = has_door && edge_statuses[i].fact == FACT_EDGE_REFUSED;
        facts_add(facts, door ? FACT_EDGE_REFUSED_DOOR : edge_statuses[i].fact, text);
        return true;
    }
    return false;
}
