/* SPDX-License-Identifier: MIT */
/*
 * What is known about a failure, put together: how the exchange ended, what the answer was, which
 * steps fail and pass together, what probes found, and from where it is seen. Only states facts;
 * what they weigh is in weights.h.
 */
#include "monitor/diagnose/facts.h"

#include <stdlib.h>
#include <string.h>

enum { SIGHTS_MAX = 64 };

void facts_add(struct facts *facts, enum fact_name name, const char *about)
{
    if (facts->count < FACTS_MAX)
        facts->items[facts->count++] = (struct fact){name, about};
}

bool facts_have(const struct facts *facts, enum fact_name name)
{
    for (size_t i = 0; i < facts->count; i++)
        if (facts->items[i].name == name)
            return true;
    return false;
}

bool facts_have_any(const struct facts *facts, const enum fact_name *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (facts_have(facts, names[i]))
            return true;
    return false;
}

/* --- what steps tell ------------------------------------------------------------------------- */

bool facts_name_is_among(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

bool facts_step_needs(const struct run_step *step, const char *component)
{
    return facts_name_is_among(step->needs, step->needs_count, component) ||
           facts_name_is_among(step->writes, step->writes_count, component);
}

const char *facts_need_of_kind(const struct shop *shop, const struct run_step *step,
                               enum cause kind)
{
    for (size_t i = 0; i < step->writes_count; i++)
        if (shop_kind(shop, step->writes[i]) == kind)
            return step->writes[i];
    for (size_t i = 0; i < step->needs_count; i++)
        if (shop_kind(shop, step->needs[i]) == kind)
            return step->needs[i];
    return NULL;
}

unsigned facts_kinds_of(const struct shop *shop, const struct run_step *step)
{
    unsigned kinds = 0;
    for (size_t i = 0; i < step->writes_count; i++)
        kinds |= 1u << shop_kind(shop, step->writes[i]);
    for (size_t i = 0; i < step->needs_count; i++)
        kinds |= 1u << shop_kind(shop, step->needs[i]);
    return kinds;
}

bool facts_step_needs_kind(const struct shop *shop, const struct run_step *step, enum cause kind)
{
    return facts_need_of_kind(shop, step, kind) != NULL;
}

bool facts_reached(const struct run_step *step)
{
    const struct exchange *exchange = run_last_exchange(step);
    bool ended = step->symptom == SYMPTOM_TCP_CLOSED || step->symptom == SYMPTOM_TCP_RESET;
    bool early = exchange != NULL &&
                 (exchange->failed_phase == PHASE_CONNECT || exchange->failed_phase == PHASE_TLS);
    return ended ? !early : !facts_is_of_the_way(step->symptom);
}

bool facts_is_of_the_way(enum symptom symptom)
{
    enum symptom_layer layer = symptom_layer(symptom);
    return layer == SYMPTOM_LAYER_DNS || layer == SYMPTOM_LAYER_TCP || layer == SYMPTOM_LAYER_TLS;
}

/* --- vantage points -------------------------------------------------------------------------- */

bool facts_only_here(const struct facts_view *view)
{
    return view->failing == 1 && view->passing >= 2;
}

/* Another server may answer elsewhere, and be the one that is well. */
static bool same_server(const struct facts_view *view, const struct run *other)
{
    for (size_t i = 0; view->exchange != NULL && i < other->step_count; i++) {
        const struct exchange *exchange = run_last_exchange(&other->steps[i]);
        if (strcmp(other->steps[i].name, view->failure->name) == 0 && exchange != NULL &&
            exchange->ip != NULL && view->exchange->ip != NULL)
            return strcmp(exchange->ip, view->exchange->ip) == 0;
    }
    return true;
}

/* Whether any of its steps was spoken of with the same address. */
static bool meets_server(const struct facts_view *view, const struct run *other)
{
    for (size_t i = 0; i < other->step_count; i++) {
        const struct exchange *exchange = run_last_exchange(&other->steps[i]);
        if (exchange != NULL && exchange->ip != NULL &&
            strcmp(exchange->ip, view->exchange->ip) == 0)
            return true;
    }
    return false;
}

/* What one vantage point sees. */
struct sight {
    const char *vantage;
    bool fails, passes;
};

static struct sight *sight_of(struct sight *sights, size_t *count, const char *vantage)
{
    for (size_t i = 0; i < *count; i++)
        if (strcmp(sights[i].vantage, vantage) == 0)
            return &sights[i];
    if (*count == SIGHTS_MAX)
        return NULL;
    sights[*count] = (struct sight){.vantage = vantage};
    return &sights[(*count)++];
}

/* What never came to an answer is not of one step: whoever speaks with the same address tells of
 * the way to it, whatever journey he is on. */
static bool is_about_way(const struct facts_view *view)
{
    return view->exchange != NULL && view->exchange->ip != NULL && !facts_reached(view->failure);
}

/* When an entry's failure was first seen. */
static struct wall_time first_seen(const struct history_entry *entry)
{
    return wall_after(entry->onset, run_first_failure(entry->first)->total);
}

/* When the failure was first seen from here: of this journey, or, where it is of the way, of any.
 */
static struct wall_time view_seen(const struct facts_view *view, bool way)
{
    const struct history_entry *own =
        history_find(view->history, view->run->journey, view->run->vantage);
    struct wall_time seen = own != NULL && own->first != NULL
                                ? first_seen(own)
                                : wall_after(view->onset, view->failure->total);
    for (size_t e = 0; way && e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        if (entry->first != NULL && strcmp(entry->run->vantage, view->run->vantage) == 0 &&
            !facts_reached(run_first_failure(entry->first)) && first_seen(entry).us < seen.us)
            seen = first_seen(entry);
    }
    return seen;
}

/* Since when a pass elsewhere tells of it. Who fails there as well, at another step, has not been
 * spared for having passed this one before it was this one that failed. */
static struct wall_time pass_counts_since(const struct facts_view *view, bool fails_elsewhere)
{
    const struct history_entry *own =
        history_find(view->history, view->run->journey, view->run->vantage);
    bool way = is_about_way(view);
    return fails_elsewhere && !way && own != NULL ? own->step_seen : view_seen(view, way);
}

/* What was begun elsewhere before the failure was seen tells nothing of it. */
static void view_count_vantages(struct facts_view *view)
{
    struct sight sights[SIGHTS_MAX];
    size_t count = 0;
    bool way = is_about_way(view);
    const struct wall_time since[] = {pass_counts_since(view, false),
                                      pass_counts_since(view, true)};
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        bool same_journey = strcmp(entry->run->journey, view->run->journey) == 0;
        if (entry->blind || !(same_journey || (way && meets_server(view, entry->run))))
            continue;
        struct sight *sight = sight_of(sights, &count, entry->run->vantage);
        const struct run_step *failure = history_failure(entry);
        if (sight == NULL)
            continue;
        if (failure != NULL &&
            (way ? !facts_reached(failure) : strcmp(failure->name, view->failure->name) == 0))
            sight->fails = true;
        else if ((way ? entry->passed : history_passed(entry, view->failure->name)).us >=
                     since[failure != NULL].us &&
                 same_server(view, entry->run))
            sight->passes = true;
    }
    for (size_t i = 0; i < count; i++) {
        view->failing += sights[i].fails;
        view->passing += !sights[i].fails && sights[i].passes;
    }
    view->unheard = count > view->failing + view->passing && view->failing + view->passing == 1;
}

/* Before there was a connection, all agree that it is the way to the shop, or its door. */
static void facts_of_vantages(struct facts *facts, const struct facts_view *view,
                              struct arena *arena)
{
    unsigned heard = view->failing + view->passing;
    bool answered = view->exchange == NULL || facts_reached(view->failure);
    const char *share = arena_print(arena, "%u of %u", view->failing, heard);
    /* Where workers are lost one by one, chance decides who meets one that is left. */
    if (facts_have(facts, FACT_LIMITED))
        return; /* who limits the monitor limits all of it */
    if (view->passing == 0 && facts_have(facts, FACT_GATEWAY_AT_DOOR))
        return; /* that all come to the same door does not tell it from what is behind it */
    if (heard < 2 || (facts_have(facts, FACT_BEGAN_WITH_DATABASE) && view->passing > 0))
        return;
    if (view->passing == 0)
        facts_add(facts, answered ? FACT_ALL_VANTAGES : FACT_ALL_VANTAGES_DOOR, share);
    else if (facts_only_here(view))
        facts_add(facts, FACT_ONE_VANTAGE_OF_MANY,
                  shop_vantage_title(view->shop, view->run->vantage));
    else if (view->failing == 1)
        facts_add(facts, FACT_ONE_VANTAGE, shop_vantage_title(view->shop, view->run->vantage));
    else
        facts_add(facts, FACT_SOME_VANTAGES, share);
}

/* What the answers of others name, that fail as well. */
static void facts_of_words_elsewhere(struct facts *facts, const struct facts_view *view)
{
    if (facts_have(facts, FACT_DATABASE_WORDS) || facts_only_here(view))
        return;
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        const char *told = facts_database_unreached(view, entry);
        if (told == NULL && history_failure(entry) != NULL && entry->words != SYMPTOM_NONE)
            told = symptom_code(entry->words);
        if (told == NULL)
            continue;
        facts_add(facts, FACT_DATABASE_WORDS_ELSEWHERE, told);
        return;
    }
}

/* What got no answer may be the way from here alone: who could tell is heard first, if he has a
 * look of his own before the next. The way between application and database nobody sees from
 * outside. */
static void note_unsettled(struct facts *facts, const struct facts_view *view)
{
    bool answered = view->exchange == NULL || view->exchange->status != 0;
    if (!answered && view->began_now && view->unheard) {
        facts->unsettled = "another vantage point's look";
    } else if (facts_way_to_database_may_fail(facts, view)) {
        facts->unseen = "the way from the application to its database";
        facts->unsettled = "the database asked from the application's own host";
    }
}

void facts_gather(const struct history *history, const struct shop *shop, struct run *run,
                  struct facts *ret_facts)
{
    const struct run_step *failure = run_first_failure(run);
    const struct history_entry *own = history_find(history, run->journey, run->vantage);
    bool began = own != NULL && own->onset.us != 0;
    struct facts_view view = {
        .history = history,
        .shop = shop,
        .run = run,
        .failure = failure,
        .exchange = run_last_exchange(failure),
        .onset = began ? own->onset : failure->started,
        .began_now = !began || own->onset.us >= failure->started.us,
    };
    *ret_facts = (struct facts){.failure = failure};
    facts_see_waiting(&view);
    facts_see_steps(&view);
    facts_look_at_onset(&view);
    view_count_vantages(&view);
    facts_find_suspects(ret_facts, &view);
    facts_find_others(ret_facts, &view);
    facts_of_door(ret_facts, &view);
    if (view.exchange != NULL && view.exchange->symptom != SYMPTOM_NONE)
        facts_of_transport(ret_facts, &view);
    else if (view.exchange != NULL)
        facts_of_answer(ret_facts, &view);
    if (view.exchange != NULL)
        facts_of_timeouts(ret_facts, &view);
    facts_of_databases(ret_facts, &view);
    facts_of_onset(ret_facts, &view);
    if (facts_was_delivered(ret_facts, &view))
        facts_of_pattern(ret_facts, &view);
    facts_of_lost_before(ret_facts, &view);
    facts_of_waiting(ret_facts, &view);
    facts_of_words_elsewhere(ret_facts, &view);
    facts_of_probes(ret_facts, &view);
    facts_of_vantages(ret_facts, &view, run->arena);
    facts_of_events(ret_facts, &view);
    if (own != NULL && own->passed_before)
        facts_add(ret_facts,
                  facts_have(ret_facts, FACT_CONTENT) ? FACT_ANSWERED_OTHERWISE
                                                      : FACT_PASSED_BEFORE,
                  NULL);
    note_unsettled(ret_facts, &view);
    ret_facts->works = facts_what_works(&view, run->arena);
    free(view.seen);
}
