/* SPDX-License-Identifier: MIT */
/*
 * What is known about a failure: how the exchange ended, what the answer was, which steps fail and
 * pass together, and from where. Only states facts; what they weigh is in weights.h.
 */
#include "monitor/diagnose/facts.h"

#include <stdio.h>
#include <string.h>

#define GATEWAY_AT_ONCE_MAX (200 * DURATION_MILLISECOND)
/* tcp(7) keep-alive probes go out each second: an acknowledgement younger than this is fresh. */
#define ACKNOWLEDGED_LATELY (2 * DURATION_SECOND)

enum { ROUTES_MAX = 64 };

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

static bool names_contain(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool step_needs(const struct run_step *step, const char *component)
{
    return names_contain(step->needs, step->needs_count, component) ||
           names_contain(step->writes, step->writes_count, component);
}

static bool step_needs_kind(const struct shop *shop, const struct run_step *step, enum cause kind)
{
    for (size_t i = 0; i < step->needs_count; i++)
        if (shop_kind(shop, step->needs[i]) == kind)
            return true;
    for (size_t i = 0; i < step->writes_count; i++)
        if (shop_kind(shop, step->writes[i]) == kind)
            return true;
    return false;
}

/* Whether a failure happened at the shop, and not on the way to it. */
static bool symptom_reached(enum symptom symptom)
{
    enum symptom_layer layer = symptom_layer(symptom);
    if (symptom == SYMPTOM_TCP_CLOSED || symptom == SYMPTOM_TCP_RESET)
        return true;
    return layer != SYMPTOM_LAYER_DNS && layer != SYMPTOM_LAYER_TCP && layer != SYMPTOM_LAYER_TLS;
}

static bool step_passed(const struct run_step *step)
{
    return step->state == STATE_PASSED || step->state == STATE_DEGRADED;
}

/* --- transport and answer ------------------------------------------------------------------ */

static const char *front_door(const struct shop *shop)
{
    for (size_t i = 0; shop != NULL && i < shop->component_count; i++)
        if (shop->components[i].kind == CAUSE_NETWORK)
            return shop->components[i].name;
    return NULL;
}

/* After a request was sent and not answered: is the path cut, or does the server hang? */
static void facts_of_silence(struct facts *facts, const struct exchange *exchange)
{
    const struct tcp_facts *tcp = &exchange->tcp;
    if (!tcp->known)
        return;
    bool broken = tcp->retransmits > 0 || tcp->probes > 1 ||
                  (tcp->unacknowledged > 0 && tcp->bytes_acknowledged <= 1);
    if (broken)
        facts_add(facts, FACT_PATH_BROKEN, NULL);
    else if (tcp->bytes_acknowledged > 1 && tcp->last_acknowledgement != PHASE_ABSENT &&
             tcp->last_acknowledgement < ACKNOWLEDGED_LATELY)
        facts_add(facts, FACT_SERVER_SILENT, NULL);
}

/* A hung server's accept queue fills up, and then it looks like a cut network: how it began counts.
 */
static void facts_of_no_connection(struct facts *facts, enum symptom onset)
{
    if (symptom_layer(onset) == SYMPTOM_LAYER_HTTP || symptom_layer(onset) == SYMPTOM_LAYER_CONTENT)
        facts_add(facts, FACT_TCP_TIMEOUT_LATER, symptom_code(onset));
    else
        facts_add(facts, FACT_TCP_TIMEOUT, NULL);
}

static void facts_of_transport(struct facts *facts, const struct shop *shop,
                               const struct exchange *exchange, enum symptom onset)
{
    const char *door = front_door(shop);
    switch (exchange->symptom) {
    case SYMPTOM_TCP_TIMED_OUT:
        facts_of_no_connection(facts, onset);
        break;
    case SYMPTOM_TCP_ADDRESS_UNREACHABLE:
    case SYMPTOM_TCP_ADDRESS_INVALID:
        facts_add(facts, FACT_UNREACHABLE, NULL);
        break;
    case SYMPTOM_TCP_REFUSED:
        facts_add(facts, door != NULL ? FACT_REFUSED_FRONT_DOOR : FACT_REFUSED, door);
        break;
    case SYMPTOM_TCP_RESET:
    case SYMPTOM_TCP_CLOSED:
    case SYMPTOM_HTTP_TRUNCATED:
        facts_add(facts, FACT_CUT_OFF, NULL);
        break;
    case SYMPTOM_HTTP_PROTOCOL_ERROR:
    case SYMPTOM_HTTP_RESPONSE_INVALID:
        facts_add(facts, FACT_NOT_HTTP, NULL);
        break;
    case SYMPTOM_HTTP_TIMEOUT_SEND:
    case SYMPTOM_HTTP_TIMEOUT_TTFB:
    case SYMPTOM_HTTP_TIMEOUT_BODY:
        facts_of_silence(facts, exchange);
        break;
    default:
        if (symptom_layer(exchange->symptom) == SYMPTOM_LAYER_DNS)
            facts_add(facts, FACT_DNS, NULL);
        else if (symptom_layer(exchange->symptom) == SYMPTOM_LAYER_TLS)
            facts_add(facts, FACT_TLS, NULL);
    }
}

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

static void facts_of_answer(struct facts *facts, const struct shop *shop, struct arena *arena,
                            const struct exchange *exchange)
{
    const struct run_step *failure = facts->failure;
    const char *status = arena_print(arena, "%d", exchange->status);
    const char *third_party = third_party_suspect(facts, shop);
    bool gateway = exchange->status == 502 || exchange->status == 503;
    bool application_works = application_is_cleared(facts, shop);
    if (symptom_layer(failure->symptom) == SYMPTOM_LAYER_PACE)
        facts_add(facts, FACT_SLOW, NULL);
    else if ((gateway || exchange->status == 504) && third_party != NULL && application_works)
        facts_add(facts, FACT_UPSTREAM_SILENT, third_party);
    else if (exchange->status == 504)
        facts_add(facts, FACT_GATEWAY_TIMEOUT, status);
    else if (gateway && exchange->phases[PHASE_WAIT] < GATEWAY_AT_ONCE_MAX)
        facts_add(facts, FACT_GATEWAY_AT_ONCE, status);
    else if (exchange->status >= 500)
        facts_add(facts, FACT_SERVER_ERROR, status);
    else if (exchange->status >= 400)
        facts_add(facts, FACT_CLIENT_ERROR, status);
    else if (exchange->status > 0)
        facts_add(facts, FACT_CONTENT, NULL);
    if (failure->excerpt != NULL && exchange->status > 0) {
        enum symptom words = diagnose_database_words(failure->excerpt);
        if (words != SYMPTOM_NONE)
            facts_add(facts, FACT_DATABASE_WORDS, symptom_code(words));
    }
}

/* --- step pattern -------------------------------------------------------------------------- */

/* Everything the pattern rules count, over all steps seen since the failure began. */
struct pattern_view {
    const struct history *history;
    const struct shop *shop;
    const struct run *run;
    struct wall_time onset;
};

typedef void step_visitor(void *data, const struct run *run, const struct run_step *step);

/* Visits the steps that count as evidence: of this run, of runs that fail now, and what passed
 * after the onset. */
static void pattern_visit(const struct pattern_view *view, step_visitor *visit, void *data)
{
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        const struct run *run = entry->run;
        if (entry->blind)
            continue;
        bool same = strcmp(run->journey, view->run->journey) == 0 &&
                    strcmp(run->vantage, view->run->vantage) == 0;
        for (size_t i = 0; i < run->step_count; i++) {
            const struct run_step *step = &run->steps[i];
            struct wall_time ended = wall_after(step->started, step->total);
            bool fresh = same || ended.us >= view->onset.us;
            /* What never reached the shop's door tells nothing about who is behind it. */
            bool outside = !step_passed(step) && !symptom_reached(step->symptom);
            if (step->state == STATE_SKIPPED || step->cleanup || outside ||
                (step_passed(step) && !fresh))
                continue;
            visit(data, run, step);
        }
    }
}

/* What is seen of one component: does it work anywhere, and which steps fail that need it? */
struct clearing {
    const char *component;
    bool read_passes, write_passes;
    const char *routes[ROUTES_MAX]; /* names of failing steps */
    size_t route_count;
    bool written; /* by the step that is judged */
};

static void clearing_visit(void *data, const struct run *run, const struct run_step *step)
{
    struct clearing *clearing = data;
    (void)run;
    if (!step_needs(step, clearing->component))
        return;
    if (step_passed(step)) {
        bool wrote = names_contain(step->writes, step->writes_count, clearing->component);
        clearing->write_passes |= wrote;
        clearing->read_passes = true;
    } else if (clearing->route_count < COUNT_OF(clearing->routes) &&
               !names_contain(clearing->routes, clearing->route_count, step->name)) {
        clearing->routes[clearing->route_count++] = step->name;
    }
}

static struct clearing pattern_look(const struct pattern_view *view, const char *component,
                                    bool written)
{
    struct clearing clearing = {.component = component, .written = written};
    pattern_visit(view, clearing_visit, &clearing);
    return clearing;
}

/* Who explains more failing steps comes first; of equals, what is written, then the order in the
 * file. */
static void suspect_add(struct facts *facts, size_t *explains, const struct clearing *clearing)
{
    size_t at = facts->suspect_count;
    bool cleared = clearing->written ? clearing->write_passes : clearing->read_passes;
    if (cleared || at == COUNT_OF(facts->suspects) ||
        names_contain(facts->suspects, at, clearing->component))
        return;
    for (; at > 0 && explains[at - 1] < clearing->route_count; at--) {
        facts->suspects[at] = facts->suspects[at - 1];
        explains[at] = explains[at - 1];
    }
    facts->suspects[at] = clearing->component;
    explains[at] = clearing->route_count;
    facts->suspect_count++;
}

static void pattern_suspects(struct facts *facts, const struct pattern_view *view)
{
    const struct run_step *failure = facts->failure;
    size_t explains[COUNT_OF(facts->suspects)];
    for (size_t i = 0; i < failure->writes_count; i++) {
        struct clearing clearing = pattern_look(view, failure->writes[i], true);
        suspect_add(facts, explains, &clearing);
    }
    for (size_t i = 0; i < failure->needs_count; i++) {
        struct clearing clearing = pattern_look(view, failure->needs[i], false);
        suspect_add(facts, explains, &clearing);
    }
}

struct database_view {
    const struct shop *shop;
    unsigned database_failing, database_passing, other_failing;
    const char *alive; /* a passing step of the application that needs no database */
};

static void database_visit(void *data, const struct run *run, const struct run_step *step)
{
    struct database_view *view = data;
    (void)run;
    bool database = step_needs_kind(view->shop, step, CAUSE_DATABASE);
    bool application = step_needs_kind(view->shop, step, CAUSE_APPLICATION);
    if (step_passed(step) && database)
        view->database_passing++;
    else if (step_passed(step) && application)
        view->alive = step->name;
    else if (!step_passed(step) && database)
        view->database_failing++;
    else if (!step_passed(step))
        view->other_failing++;
}

static void pattern_rules(struct facts *facts, const struct pattern_view *view)
{
    const struct run_step *failure = facts->failure;
    struct database_view database = {.shop = view->shop};
    pattern_visit(view, database_visit, &database);
    if (!step_needs_kind(view->shop, failure, CAUSE_DATABASE) &&
        step_needs_kind(view->shop, failure, CAUSE_APPLICATION)) {
        /* Who refuses the request, or answers something else, works; that he needs no database says
         * nothing then. */
        if (!step_needs_kind(view->shop, failure, CAUSE_THIRD_PARTY) &&
            !facts_have(facts, FACT_CLIENT_ERROR) && !facts_have(facts, FACT_CONTENT))
            facts_add(facts, FACT_NEEDS_NO_DATABASE, failure->name);
        return;
    }
    bool all_database = database.database_failing >= 2 && database.database_passing == 0 &&
                        database.other_failing == 0 && database.alive != NULL;
    if (all_database) {
        facts_add(facts, FACT_ALL_DATABASE_STEPS, database.alive);
        return;
    }
    for (size_t i = 0; i < facts->suspect_count; i++) {
        const char *suspect = facts->suspects[i];
        enum cause kind = shop_kind(view->shop, suspect);
        struct clearing clearing = pattern_look(view, suspect, false);
        if (kind == CAUSE_DATABASE && !clearing.read_passes && clearing.route_count >= 2) {
            facts_add(facts, FACT_ONE_PART_TWO_ROUTES, suspect);
            return;
        }
        if (kind == CAUSE_DATABASE && clearing.read_passes) {
            facts_add(facts, FACT_ONLY_WRITES, suspect);
            return;
        }
        if (kind == CAUSE_THIRD_PARTY && facts->suspect_count == 1) {
            facts_add(facts, FACT_ONLY_THIRD_PARTY, suspect);
            return;
        }
    }
    if (database.database_failing + database.other_failing == 1)
        facts_add(facts, FACT_ONE_ROUTE, failure->name);
}

/* --- vantage points ------------------------------------------------------------------------ */

/* Whether the run's step of that name passed, and ended when the failure had begun. */
static bool run_passed_step(const struct run *run, const char *name, struct wall_time onset)
{
    for (size_t i = 0; i < run->step_count; i++) {
        const struct run_step *step = &run->steps[i];
        if (strcmp(step->name, name) == 0)
            return step_passed(step) && wall_after(step->started, step->total).us >= onset.us;
    }
    return false;
}

static void facts_of_vantages(struct facts *facts, const struct pattern_view *view,
                              struct arena *arena)
{
    unsigned failing = 0, passing = 0;
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        if (strcmp(entry->run->journey, view->run->journey) != 0 || entry->blind)
            continue;
        const struct run_step *failure =
            entry->onset.us != 0 ? run_first_failure(entry->run) : NULL;
        if (failure != NULL && strcmp(failure->name, facts->failure->name) == 0)
            failing++;
        else if (run_passed_step(entry->run, facts->failure->name, view->onset))
            passing++;
    }
    unsigned heard = failing + passing;
    if (heard < 2)
        return;
    if (passing == 0)
        facts_add(facts, FACT_ALL_VANTAGES, arena_print(arena, "%u of %u", failing, heard));
    else if (failing == 1)
        facts_add(facts, FACT_ONE_VANTAGE, shop_vantage_title(view->shop, view->run->vantage));
    else
        facts_add(facts, FACT_SOME_VANTAGES, arena_print(arena, "%u of %u", failing, heard));
}

void facts_gather(const struct history *history, const struct shop *shop, struct run *run,
                  struct facts *ret_facts)
{
    *ret_facts = (struct facts){.failure = run_first_failure(run)};
    const struct run_step *failure = ret_facts->failure;
    const struct history_entry *own = history_find(history, run->journey, run->vantage);
    bool began = own != NULL && own->onset.us != 0;
    struct pattern_view view = {
        .history = history,
        .shop = shop,
        .run = run,
        .onset = began ? own->onset : failure->started,
    };
    pattern_suspects(ret_facts, &view);
    enum symptom transport = SYMPTOM_NONE;
    if (failure->exchange_count > 0) {
        const struct exchange *last = &failure->exchanges[failure->exchange_count - 1];
        transport = last->symptom;
        if (last->symptom != SYMPTOM_NONE)
            facts_of_transport(ret_facts, shop, last,
                               began ? own->onset_symptom : failure->symptom);
        else
            facts_of_answer(ret_facts, shop, run->arena, last);
        facts_of_probes(ret_facts, shop, run, step_needs_kind(shop, failure, CAUSE_DATABASE),
                        view.onset.us >= failure->started.us);
    }
    if (symptom_reached(transport))
        pattern_rules(ret_facts, &view);
    facts_of_vantages(ret_facts, &view, run->arena);
    if (own != NULL && own->passed_before)
        facts_add(ret_facts, FACT_PASSED_BEFORE, NULL);
}
