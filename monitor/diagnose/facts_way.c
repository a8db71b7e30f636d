/* SPDX-License-Identifier: MIT */
/* Facts from probes of the way to the shop, with one thing other: each address of its name apart,
 * another DNS server, packets that end a hop farther each. See facts.h. */
#include "monitor/diagnose/facts.h"

#include <string.h>

struct family_look {
    unsigned well, lost;
};

/* What is found at the addresses of the shop's name. */
struct addresses {
    struct family_look four, six;
    const struct finding *lost, *failing; /* the first that is; NULL: none */
};

static void look_at_address(struct addresses *addresses, const struct finding *finding)
{
    bool is_six = finding->ip != NULL && strchr(finding->ip, ':') != NULL;
    struct family_look *family = is_six ? &addresses->six : &addresses->four;
    bool is_lost = facts_finding_is_lost(finding);
    family->well += finding_is_well(finding);
    family->lost += is_lost;
    if (is_lost && addresses->lost == NULL)
        addresses->lost = finding;
    else if (!is_lost && !finding_is_well(finding) && addresses->failing == NULL)
        addresses->failing = finding;
}

/* Whether it is what the run met: it was spoken to there, or nobody was. */
static bool is_of_the_run(const struct finding *finding, const struct exchange *exchange)
{
    return finding != NULL && (exchange->ip == NULL ||
                               (finding->ip != NULL && strcmp(finding->ip, exchange->ip) == 0));
}

static void facts_of_addresses(struct facts *facts, const struct facts_view *view)
{
    struct addresses found = {0};
    for (size_t i = 0; i < view->run->finding_count; i++)
        if (view->run->findings[i].kind == FINDING_ADDRESS)
            look_at_address(&found, &view->run->findings[i]);
    if (found.four.well + found.six.well == 0)
        return;
    if (is_of_the_run(found.lost, view->exchange)) {
        bool no_six = found.six.lost > 0 && found.six.well == 0 && found.four.lost == 0;
        bool no_four = found.four.lost > 0 && found.four.well == 0 && found.six.lost == 0;
        facts_add(facts, no_six || no_four ? FACT_FAMILY_LOST : FACT_ADDRESS_LOST,
                  no_six    ? "IPv6"
                  : no_four ? "IPv4"
                            : found.lost->ip);
    } else if (is_of_the_run(found.failing, view->exchange)) {
        facts_add(facts, FACT_ADDRESS_FAILS, found.failing->ip);
    }
}

/* Of the first that gives any answer; one that cannot be reached tells nothing. */
static void facts_of_resolvers(struct facts *facts, const struct facts_view *view)
{
    bool silent = view->exchange->symptom == SYMPTOM_DNS_UNREACHABLE;
    for (size_t i = 0; i < view->run->finding_count; i++) {
        const struct finding *finding = &view->run->findings[i];
        if (finding->kind != FINDING_RESOLVER || !finding->reached)
            continue;
        facts_add(facts,
                  !finding_is_well(finding) ? FACT_RESOLVER_AGREES
                  : silent                  ? FACT_RESOLVER_SILENT_HERE
                                            : FACT_RESOLVER_KNOWS,
                  finding->ip);
        return;
    }
}

/* Where the host's queue is full it does not answer either: a way that ends before it says little,
 * and nothing where that is known. */
static void facts_of_path(struct facts *facts, const struct facts_view *view)
{
    const struct finding *path = facts_find(view->run, FINDING_PATH);
    if (path == NULL || facts_have(facts, FACT_TCP_TIMEOUT_LATER))
        return;
    if (path->reached)
        facts_add(facts, FACT_PATH_ARRIVES, path->target);
    else if (path->hops == 0)
        facts_add(facts, FACT_PATH_SILENT, NULL);
    else
        facts_add(facts, FACT_PATH_ENDS,
                  arena_print(view->run->arena, "%s (hop %u)", path->ip, path->hops));
}

void facts_of_way(struct facts *facts, const struct facts_view *view)
{
    if (symptom_layer(view->exchange->symptom) == SYMPTOM_LAYER_DNS)
        facts_of_resolvers(facts, view);
    else
        facts_of_addresses(facts, view);
    if (!facts_reached(view->failure) || facts_path_is_broken(view->exchange))
        facts_of_path(facts, view);
}
