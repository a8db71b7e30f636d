/* SPDX-License-Identifier: MIT */
/* Facts from what probes found beside the run: the same shop, asked with one thing other. See
 * facts.h. */
#include "monitor/diagnose/facts.h"

#include <string.h>

const struct finding *facts_find(const struct run *run, enum finding_kind kind)
{
    for (size_t i = 0; i < run->finding_count; i++)
        if (run->findings[i].kind == kind)
            return &run->findings[i];
    return NULL;
}

bool facts_large_is_lost(const struct run *run)
{
    const struct finding *large = facts_find(run, FINDING_LARGE);
    const struct finding *file = facts_find(run, FINDING_STATIC),
                         *health = facts_find(run, FINDING_HEALTH);
    bool small_arrives =
        (file != NULL && finding_is_well(file)) || (health != NULL && finding_is_well(health));
    return small_arrives && large != NULL && large->reached && large->symptom != SYMPTOM_NONE &&
           symptom_layer(large->symptom) != SYMPTOM_LAYER_CONTENT;
}

static void facts_of_references(struct facts *facts, const struct run *run)
{
    for (size_t i = 0; i < run->finding_count; i++) {
        const struct finding *finding = &run->findings[i];
        if (finding->kind == FINDING_REFERENCE && finding_is_well(finding)) {
            facts_add(facts, FACT_REFERENCES_ANSWER, NULL);
            return;
        }
    }
}

bool facts_finding_is_lost(const struct finding *finding)
{
    return !finding->reached || facts_is_of_the_way(finding->symptom);
}

/* Whether nothing else than a database is behind the application in the step that fails, and may be
 * waited for. Who answers, if only with an error, does not wait for anything. */
static bool waits_for_database(const struct facts *facts, const struct facts_view *view)
{
    return !facts_have(facts, FACT_DATABASE_ALL_WELL) &&
           facts_step_needs_kind(view->shop, view->failure, CAUSE_DATABASE) &&
           !facts_step_needs_kind(view->shop, view->failure, CAUSE_THIRD_PARTY) &&
           history_has_hung(view->failure);
}

static void facts_of_health(struct facts *facts, const struct run *run, bool needs_database,
                            bool at_onset)
{
    const struct finding *health = facts_find(run, FINDING_HEALTH);
    if (health == NULL || facts_finding_is_lost(health) || health->cached)
        return;
    if (!finding_is_well(health))
        facts_add(facts, at_onset ? FACT_HEALTH_FAILS : FACT_HEALTH_FAILS_LATER, health->component);
    else if (needs_database)
        facts_add(facts, FACT_HEALTH_WITHOUT_DATABASE, health->component);
    else
        facts_add(facts, FACT_HEALTH_ANSWERS, health->component);
}

/* Another port of the host tells whether there is a way to it. One that refuses as the first does
 * is no other than that. */
static void facts_of_ports(struct facts *facts, const struct facts_view *view)
{
    const struct run *run = view->run;
    bool refused = view->exchange->symptom == SYMPTOM_TCP_REFUSED, asked = false;
    for (size_t i = 0; i < run->finding_count; i++) {
        const struct finding *finding = &run->findings[i];
        if (finding->kind != FINDING_PORT)
            continue;
        asked = true;
        if (refused ? finding->status != 0 : finding->reached) {
            facts_add(facts, FACT_PORT_ANSWERS, finding->target);
            return;
        }
    }
    if (asked)
        facts_add(facts, refused ? FACT_PORT_REFUSED : FACT_PORT_SILENT, NULL);
}

static void facts_of_files(struct facts *facts, const struct run *run)
{
    const struct finding *file = facts_find(run, FINDING_STATIC),
                         *large = facts_find(run, FINDING_LARGE);
    if (file != NULL && finding_is_well(file))
        facts_add(facts, FACT_STATIC_ANSWERS, file->component);
    if (large != NULL && finding_is_well(large))
        facts_add(facts, FACT_LARGE_ARRIVES, large->component);
}

/* It comes without cookies then, so whatever answer it gets is one. Another run's page tells
 * nothing of this. */
static void facts_of_again(struct facts *facts, const struct facts_view *view)
{
    const struct finding *again = facts_find(view->run, FINDING_AGAIN);
    if (again == NULL || strcmp(again->target, view->exchange->url) != 0)
        return;
    if (symptom_is_cut_off(again->symptom))
        facts_add(facts, FACT_AGAIN_BREAKS, NULL);
    else if (again->status != 0)
        facts_add(facts, FACT_AGAIN_ANSWERS, NULL);
}

/* A URL without its scheme and who asks (`me:secret@`); NULL: it is none. */
static const char *page_of(const char *url)
{
    const char *start = strstr(url, "://");
    if (start == NULL)
        return NULL;
    start += strlen("://");
    const char *at = start + strcspn(start, "/?#");
    while (at > start && at[-1] != '@')
        at--;
    return at;
}

/* By whatever scheme: past the door there may be no TLS. Nor does he get what a URL says of who
 * asks. */
static bool is_same_page(const char *url, const char *other)
{
    const char *page = page_of(url), *others = page_of(other);
    return page != NULL && others != NULL && strcmp(page, others) == 0;
}

/* What was asked through the front door beside that: the same page; else one that fails with the
 * status that the step fails with, so that the same one gave both; NULL: nothing. */
static const struct finding *find_through_door(const struct facts_view *view,
                                               const struct finding *origin)
{
    const struct finding *alike = NULL;
    for (size_t i = 0; i < view->run->finding_count; i++) {
        const struct finding *finding = &view->run->findings[i];
        if (finding->kind != FINDING_ORIGIN && is_same_page(finding->target, origin->target))
            return finding;
        if ((finding->kind == FINDING_HEALTH || finding->kind == FINDING_STATIC) &&
            finding->status >= 400 && finding->status == view->exchange->status)
            alike = finding;
    }
    return alike;
}

/* Whether another one's own door may stand behind it, and not the application itself. */
static bool has_door_behind(const struct shop *shop, const char *component)
{
    for (size_t i = 0; shop != NULL && i < shop->component_count; i++)
        if (shop->components[i].kind == CAUSE_NETWORK &&
            strcmp(shop->components[i].name, component) != 0)
            return true;
    return false;
}

/* Where not even a connection is made past who stands before it. */
static enum fact_name fact_of_lost_origin(const struct facts_view *view,
                                          const struct finding *origin)
{
    if (has_door_behind(view->shop, origin->component))
        return FACT_ORIGIN_UNREACHED;
    return origin->symptom == SYMPTOM_TCP_REFUSED ? FACT_ORIGIN_REFUSED : FACT_ORIGIN_SILENT;
}

/* Whom a page accuses that the shop's own server gives, asked past him. Who says himself that he
 * finds no way to it may be right: it is between them. */
static enum fact_name fact_of_origin(const struct facts *facts, const struct facts_view *view,
                                     const struct finding *origin)
{
    bool others = shop_kind(view->shop, origin->component) == CAUSE_THIRD_PARTY;
    if (facts_finding_is_lost(origin))
        return fact_of_lost_origin(view, origin);
    if (!finding_is_well(origin))
        return FACT_ORIGIN_FAILS;
    if (others && facts_have(facts, FACT_EDGE_NO_WAY))
        return FACT_ORIGIN_HAS_WAY;
    return others ? FACT_ORIGIN_PAST_OTHERS : FACT_ORIGIN_PAST_DOOR;
}

/* Who only lets in what comes through the door, or does not speak TLS as the door does, tells
 * nothing of what fails there. Nor does who is not reached, unless the door says that it has nobody
 * behind it, either: it is not reached itself, or somebody answers there. */
static bool tells_nothing(const struct facts_view *view, const struct finding *origin,
                          const struct finding *same)
{
    bool is_closed =
        origin->status >= 400 && origin->status < 500 && origin->status != same->status;
    bool is_foreign = symptom_layer(origin->symptom) == SYMPTOM_LAYER_TLS || same->status < 502;
    return is_closed || (is_foreign && facts_finding_is_lost(origin) &&
                         !has_door_behind(view->shop, origin->component));
}

static void facts_of_origins(struct facts *facts, const struct facts_view *view)
{
    for (size_t i = 0; i < view->run->finding_count; i++) {
        const struct finding *origin = &view->run->findings[i];
        const struct finding *same =
            origin->kind == FINDING_ORIGIN ? find_through_door(view, origin) : NULL;
        if (same != NULL && !finding_is_well(same) && !tells_nothing(view, origin, same))
            facts_add(facts, fact_of_origin(facts, view, origin), origin->component);
    }
}

void facts_of_probes(struct facts *facts, const struct facts_view *view)
{
    const struct run *run = view->run;
    if (run->finding_count == 0 || view->exchange == NULL)
        return;
    facts_of_references(facts, run);
    if (facts_have(facts, FACT_LARGE_IS_LOST))
        return;
    facts_of_way(facts, view);
    facts_of_origins(facts, view);
    /* Who asks through the same stranger gets the same stranger's answer. */
    bool delivered = facts_was_delivered(facts, view);
    if (delivered && !facts_answer_is_of_the_way(facts) &&
        !facts_have(facts, FACT_ORIGIN_PAST_DOOR) && !facts_have(facts, FACT_ORIGIN_PAST_OTHERS))
        facts_of_health(facts, run, waits_for_database(facts, view),
                        view->began_now && !view->database_led && !facts_may_follow(facts, view));
    if (delivered && view->exchange->status == 0)
        facts_of_files(facts, run);
    if (delivered && symptom_is_cut_off(view->exchange->symptom))
        facts_of_again(facts, view);
    bool unconnected = view->exchange->symptom == SYMPTOM_TCP_TIMED_OUT ||
                       view->exchange->symptom == SYMPTOM_TCP_REFUSED;
    /* A door that lets nobody in is the door's, whatever else listens there. */
    if (unconnected && facts_front_door(view->shop) == NULL)
        facts_of_ports(facts, view);
}
