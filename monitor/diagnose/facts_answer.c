/* SPDX-License-Identifier: MIT */
/* Facts from an answer that came, and was not the right one. See facts.h. */
#include "monitor/diagnose/facts.h"

#include "monitor/diagnose/answer_error.h"

#include <string.h>

#define GATEWAY_AT_ONCE_MAX (200 * DURATION_MILLISECOND)

/* The third party that the failing step needs and that no passing step has cleared. */
static const char *third_party_suspect(const struct facts *facts, const struct shop *shop)
{
    for (size_t i = 0; i < facts->suspect_count; i++)
        if (shop_kind(shop, facts->suspects[i]) == CAUSE_THIRD_PARTY)
            return facts->suspects[i];
    return NULL;
}

static bool application_is_cleared(const struct facts *facts, const struct shop *shop)
{
    for (size_t i = 0; i < facts->suspect_count; i++)
        if (shop_kind(shop, facts->suspects[i]) == CAUSE_APPLICATION)
            return false;
    return true;
}

/* Whether a run came in at other addresses than the one that fails, as far as it tells any: by
 * another proxy, that may be well. */
static bool came_by_another_door(const struct facts_view *view, const struct run *run)
{
    bool is_known = false;
    for (size_t i = 0; view->exchange->ip != NULL && i < run->step_count; i++) {
        const struct exchange *exchange = run_last_exchange(&run->steps[i]);
        if (exchange == NULL || exchange->ip == NULL)
            continue;
        if (strcmp(exchange->ip, view->exchange->ip) == 0)
            return false;
        is_known = true;
    }
    return is_known;
}

/* Whether any step of the application was begun since, by the same door, and passed: there is one
 * behind the proxy. While a proxy takes up new settings, connections of before are served for a
 * moment yet. */
static bool application_answers_others(const struct facts_view *view)
{
    struct wall_time since = wall_after(view->onset, FACTS_LATER);
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        if (came_by_another_door(view, entry->run))
            continue;
        for (size_t i = 0; i < entry->run->step_count; i++) {
            const struct run_step *step = &entry->run->steps[i];
            if (history_passed(entry, step->name).us > since.us &&
                facts_step_needs_kind(view->shop, step, CAUSE_APPLICATION))
                return true;
        }
    }
    return false;
}

/* A proxy answers that nobody is behind it. Where it is the shop's own door, that may be the
 * door's own mistake, unless it waited for somebody at first. */
static enum fact_name fact_of_gateway(const struct facts_view *view, const char *maker)
{
    bool door = maker != NULL && facts_front_door(view->shop) != NULL;
    return door && !facts_began_with_silence(view) ? FACT_GATEWAY_AT_DOOR : FACT_GATEWAY_AT_ONCE;
}

/* `200 and the error INTERNAL_SERVER_ERROR, “Internal server error”`: what an answer says of its
 * error itself, where the status tells none. */
static const char *text_of_status(struct arena *arena, int status, const char *maker,
                                  const struct answer_error *error)
{
    const char *code = error->code, *message = error->message;
    if (error->kind == ANSWER_ERROR_NONE)
        return arena_print(arena, maker != NULL ? "%d, %s" : "%d", status, maker);
    if (message[0] == '\0')
        return arena_print(arena, "%d and the error %s", status, code);
    return arena_print(arena, "%d and the error %s%s“%s”", status, code,
                       code[0] != '\0' ? ", " : "", message);
}

void facts_of_answer(struct facts *facts, const struct facts_view *view)
{
    const struct shop *shop = view->shop;
    struct arena *arena = view->run->arena;
    const struct exchange *exchange = view->exchange;
    const struct run_step *failure = facts->failure;
    const char *maker = facts_page_maker(failure);
    struct answer_error error = answer_error_of(failure);
    const char *status = text_of_status(arena, exchange->status, maker, &error);
    const char *third_party = third_party_suspect(facts, shop);
    bool by_application = facts_application_made(failure, exchange->words);
    bool silent = exchange->status >= 502 && exchange->status <= 504;
    bool gateway = silent && exchange->status != 504 && !by_application;
    bool application_works = application_is_cleared(facts, shop);
    if (facts_of_edge(facts, exchange->status, facts_front_door(shop) != NULL, status) ||
        facts_of_proxy_status(facts, view) ||
        (exchange->status >= 400 && !by_application &&
         facts_of_page(facts, failure, exchange->words)))
        return;
    if (symptom_layer(failure->symptom) == SYMPTOM_LAYER_PACE)
        facts_add(facts, FACT_SLOW, NULL);
    else if (failure->symptom == SYMPTOM_HTTP_REDIRECT_LOOP)
        facts_add(facts, FACT_REDIRECT_LOOP, NULL);
    else if (gateway && maker != NULL && application_answers_others(view))
        facts_add(facts, FACT_APPLICATION_BREAKS_OFF, status);
    else if (silent && third_party != NULL && application_works)
        facts_add(facts, maker != NULL ? FACT_APPLICATION_SILENT : FACT_UPSTREAM_SILENT,
                  third_party);
    else if (exchange->status == 429 || error.kind == ANSWER_ERROR_LIMITED)
        facts_add(facts, FACT_LIMITED, status);
    else if (exchange->status == 503 && exchange->words != NULL &&
             exchange->words->retry_after != NULL && maker == NULL)
        facts_add(facts, FACT_CLOSED, exchange->words->retry_after);
    else if (exchange->status == 504 && !by_application)
        facts_add(facts, FACT_GATEWAY_TIMEOUT, status);
    else if (gateway && exchange->phases[PHASE_WAIT] < GATEWAY_AT_ONCE_MAX)
        facts_add(facts, fact_of_gateway(view, maker), status);
    else if (exchange->status >= 500 || error.kind == ANSWER_ERROR_SERVER)
        facts_add(facts, FACT_SERVER_ERROR, status);
    else if (exchange->status >= 400 || error.kind == ANSWER_ERROR_CLIENT)
        facts_add(facts, FACT_CLIENT_ERROR, status);
    else if (exchange->status > 0)
        facts_add(facts, FACT_CONTENT, NULL);
    facts_of_server_timing(facts, view);
    if (words_say_cached(exchange->words))
        facts_add(facts, FACT_FROM_CACHE, NULL);
    if (failure->excerpt != NULL && exchange->status > 0 && !facts_of_unreached(facts, view)) {
        enum symptom words = diagnose_database_words(failure->excerpt);
        if (words != SYMPTOM_NONE)
            facts_add(facts, FACT_DATABASE_WORDS, symptom_code(words));
    }
}
