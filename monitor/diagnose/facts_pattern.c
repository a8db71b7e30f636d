/* SPDX-License-Identifier: MIT */
/* Facts from which steps fail and pass together. See facts.h. */
#include "monitor/diagnose/facts.h"

#include "monitor/base/memory.h"

#include <string.h>

enum { ROUTES_MAX = 64 };

/* Whether a step counts: of this run, of runs that fail now, and what passed after the onset. */
static bool is_evidence(const struct facts_view *view, const struct run_step *step, bool own)
{
    if (step->state == STATE_SKIPPED || step->cleanup)
        return false;
    /* What never reached the shop's door tells nothing about who is behind it. */
    if (!run_step_passed(step))
        return facts_reached(step);
    /* A cached answer clears nobody. */
    return (own || wall_after(step->started, step->total).us >= view->onset.us) &&
           !run_step_is_cached(step);
}

static size_t count_steps(const struct history *history)
{
    size_t count = 0;
    for (size_t e = 0; e < history_count(history); e++)
        count += history_at(history, e)->run->step_count;
    return count;
}

void facts_see_steps(struct facts_view *view)
{
    const struct history_entry *mine =
        history_find(view->history, view->run->journey, view->run->vantage);
    view->seen =
        memory_allocate(count_steps(view->history) + view->waiting_count, sizeof *view->seen);
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        for (size_t i = 0; !entry->blind && i < entry->run->step_count; i++)
            if (is_evidence(view, &entry->run->steps[i], entry == mine))
                view->seen[view->seen_count++] = &entry->run->steps[i];
    }
    for (size_t i = 0; i < view->waiting_count; i++)
        view->seen[view->seen_count++] = run_first_failure(view->waiting[i].run);
}

void facts_visit_steps(const struct facts_view *view, facts_step_visitor *visit, void *data)
{
    for (size_t i = 0; i < view->seen_count; i++)
        visit(data, view->seen[i]);
}

/* What is seen of one component: does it work anywhere, and which steps fail that need it? */
struct clearing {
    const char *component;
    bool read_passes, write_passes;
    const char *routes[ROUTES_MAX]; /* names of failing steps */
    size_t route_count;
    bool written; /* by the step that is judged */
};

/* In a large shop most steps say what is known already. */
static bool is_known(const struct clearing *clearing, const struct run_step *step)
{
    if (run_step_passed(step))
        return clearing->read_passes && (clearing->write_passes || step->writes_count == 0);
    return clearing->route_count == COUNT_OF(clearing->routes) ||
           facts_name_is_among(clearing->routes, clearing->route_count, step->name);
}

static void clearing_visit(void *data, const struct run_step *step)
{
    struct clearing *clearing = data;
    if (is_known(clearing, step) || !facts_step_needs(step, clearing->component))
        return;
    if (run_step_passed(step)) {
        bool wrote = facts_name_is_among(step->writes, step->writes_count, clearing->component);
        clearing->write_passes |= wrote;
        clearing->read_passes = true;
    } else {
        clearing->routes[clearing->route_count++] = step->name;
    }
}

static struct clearing pattern_look(const struct facts_view *view, const char *component,
                                    bool written)
{
    struct clearing clearing = {.component = component, .written = written};
    facts_visit_steps(view, clearing_visit, &clearing);
    return clearing;
}

/* Who explains more failing steps comes first; of equals, what is written, then the order in the
 * file. */
static void suspect_add(struct facts *facts, size_t *explains, const struct clearing *clearing)
{
    size_t at = facts->suspect_count;
    bool cleared = clearing->written ? clearing->write_passes : clearing->read_passes;
    if (cleared || at == COUNT_OF(facts->suspects) ||
        facts_name_is_among(facts->suspects, at, clearing->component))
        return;
    for (; at > 0 && explains[at - 1] < clearing->route_count; at--) {
        facts->suspects[at] = facts->suspects[at - 1];
        explains[at] = explains[at - 1];
    }
    facts->suspects[at] = clearing->component;
    explains[at] = clearing->route_count;
    facts->suspect_count++;
}

void facts_find_suspects(struct facts *facts, const struct facts_view *view)
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

bool facts_is_application_alone(const struct shop *shop, const struct run_step *step)
{
    unsigned others = 1u << CAUSE_DATABASE | 1u << CAUSE_THIRD_PARTY;
    unsigned kinds = facts_kinds_of(shop, step);
    return (kinds & 1u << CAUSE_APPLICATION) != 0 && (kinds & others) == 0;
}

/* Whether all that the step needs stands at the shop's door. */
static bool is_of_the_door(const struct shop *shop, const struct run_step *step)
{
    unsigned behind = 1u << CAUSE_APPLICATION | 1u << CAUSE_DATABASE | 1u << CAUSE_THIRD_PARTY;
    unsigned kinds = facts_kinds_of(shop, step);
    return (kinds & 1u << CAUSE_NETWORK) != 0 && (kinds & behind) == 0;
}

/* What the door answers by itself, and does not answer this vantage point now; NULL: nothing. */
static const char *what_door_owes(const struct facts_view *view)
{
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        const struct run_step *failure = history_failure(entry);
        const struct exchange *exchange = failure != NULL ? run_last_exchange(failure) : NULL;
        if (exchange != NULL && exchange->status == 0 && is_of_the_door(view->shop, failure) &&
            strcmp(entry->run->vantage, view->run->vantage) == 0)
            return failure->name;
    }
    for (size_t i = 0; i < view->run->finding_count; i++) {
        const struct finding *finding = &view->run->findings[i];
        if (finding->kind == FINDING_STATIC && finding->status == 0 &&
            shop_kind(view->shop, finding->component) == CAUSE_NETWORK)
            return finding->target;
    }
    return NULL;
}

bool facts_door_fails(const struct facts *facts)
{
    return facts_have(facts, FACT_NEEDS_DOOR_ONLY) || facts_have(facts, FACT_DOOR_FAILS_TOO);
}

void facts_of_door(struct facts *facts, const struct facts_view *view)
{
    const char *owed = what_door_owes(view);
    /* Without the name's address nobody came to the door. */
    if (view->exchange == NULL || view->exchange->status != 0 ||
        symptom_layer(view->exchange->symptom) == SYMPTOM_LAYER_DNS)
        return;
    if (is_of_the_door(view->shop, view->failure))
        facts_add(facts, FACT_NEEDS_DOOR_ONLY, view->failure->name);
    else if (owed != NULL)
        facts_add(facts, FACT_DOOR_FAILS_TOO, owed);
}

struct database_view {
    const struct shop *shop;
    const struct facts *facts;
    unsigned database_failing, database_passing, other_failing;
    const char *alive; /* a passing step of the application that needs no database */
    const char *part;  /* of the database, that a failing step needs */
    bool other_part;   /* and another one */
    const char *dead;  /* a step of the application alone that got no answer, or an error */
    const char *wrong; /* one that got another answer than expected */
};

const char *facts_whole_of(struct arena *arena, const char *part)
{
    return arena_print(arena, "%.*s", (int)strcspn(part, "."), part);
}

bool facts_part_passed(const struct facts_view *view, const char *part, const struct run_step *hung)
{
    bool written = facts_name_is_among(hung->writes, hung->writes_count, part);
    struct wall_time since = wall_after(hung->started, hung->total);
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        for (size_t i = 0; i < entry->run->step_count; i++) {
            const struct run_step *step = &entry->run->steps[i];
            bool is_alike = written ? facts_name_is_among(step->writes, step->writes_count, part)
                                    : facts_step_needs(step, part);
            if (is_alike && history_passed(entry, step->name).us >= since.us)
                return true;
        }
    }
    return false;
}

/* Whether it answered since one of those hung first that need it, and hang now: then it comes and
 * goes, as whatever holds an application now and then does. */
static bool part_comes_and_goes(const struct facts_view *view, const char *part)
{
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        const struct run_step *first =
            history_failure(entry) != NULL ? run_first_failure(entry->first) : NULL;
        if (first != NULL && history_has_hung(first) && facts_step_needs(first, part) &&
            facts_part_passed(view, part, first))
            return true;
    }
    return false;
}

static void note_part(struct database_view *view, const char *part)
{
    size_t length = view->part != NULL ? strcspn(view->part, ".") : 0;
    if (view->part == NULL)
        view->part = part;
    else if (strcmp(part, view->part) != 0 && strncmp(part, view->part, length) == 0)
        view->other_part = true;
}

/* What an application does alone, and fails in. */
static void note_alone(struct database_view *view, const struct run_step *step)
{
    if (symptom_layer(step->symptom) == SYMPTOM_LAYER_HTTP)
        view->dead = step->name;
    else if (symptom_layer(step->symptom) == SYMPTOM_LAYER_CONTENT)
        view->wrong = step->name;
}

static void database_visit(void *data, const struct run_step *step)
{
    struct database_view *view = data;
    /* Where the database serves any, who else is served tells nothing more. */
    if (run_step_passed(step) && view->database_passing > 0)
        return;
    unsigned kinds = facts_kinds_of(view->shop, step);
    bool database = (kinds & 1u << CAUSE_DATABASE) != 0;
    bool application = (kinds & 1u << CAUSE_APPLICATION) != 0;
    if (run_step_passed(step)) {
        view->database_passing += database;
        view->alive = !database && application ? step->name : view->alive;
        return;
    }
    if (facts_name_is_among(view->facts->others, view->facts->other_count, step->name))
        return;
    view->database_failing += database;
    view->other_failing += !database;
    if (database)
        note_part(view, facts_need_of_kind(view->shop, step, CAUSE_DATABASE));
    else if (application && !facts_step_needs_kind(view->shop, step, CAUSE_THIRD_PARTY))
        note_alone(view, step);
}

bool facts_answer_is_of_the_way(const struct facts *facts)
{
    static const enum fact_name of_the_way[] = {
        FACT_EDGE_NO_WAY,  FACT_EDGE_REFUSED,  FACT_EDGE_REFUSED_DOOR,
        FACT_EDGE_TLS,     FACT_LIMITED,       FACT_PROXY_DENIED,
        FACT_PROXY_ITSELF, FACT_LARGE_IS_LOST, FACT_GATEWAY_AT_DOOR,
    };
    return facts_have_any(facts, of_the_way, COUNT_OF(of_the_way));
}

/* What the failing step of an application alone tells. Who refuses the request, or answers
 * something else, works; that he needs no database says nothing then. Nor does it where others get
 * the same step, or where connections break at whatever. */
static void facts_of_application_alone(struct facts *facts, const struct facts_view *view)
{
    if (!facts_may_follow(facts, view) && !facts_have(facts, FACT_CLIENT_ERROR) &&
        !facts_have(facts, FACT_CONTENT) && !facts_have(facts, FACT_CUT_OFF_ANYWHERE) &&
        !facts_answer_is_of_the_way(facts) && !facts_only_here(view))
        facts_add(facts, view->database_led ? FACT_APPLICATION_FAILS_LATER : FACT_NEEDS_NO_DATABASE,
                  view->failure->name);
}

void facts_of_pattern(struct facts *facts, const struct facts_view *view)
{
    const struct run_step *failure = view->failure;
    bool hung = history_has_hung(failure);
    struct database_view database = {.shop = view->shop, .facts = facts};
    facts_visit_steps(view, database_visit, &database);
    if (facts_have(facts, FACT_CONTENT) && database.wrong != NULL &&
        database.database_failing + database.other_failing >= 2) {
        facts_add(facts, FACT_WRONG_EVERYWHERE, database.wrong);
        return;
    }
    if (facts_is_application_alone(view->shop, failure)) {
        facts_of_application_alone(facts, view);
        return;
    }
    if (!facts_step_needs_kind(view->shop, failure, CAUSE_DATABASE) &&
        facts_step_needs_kind(view->shop, failure, CAUSE_APPLICATION))
        return;
    if (facts_have(facts, FACT_BEGAN_WITH_DATABASE) || facts_answer_is_of_the_way(facts))
        return;
    if (database.dead != NULL && !facts_may_follow(facts, view)) {
        facts_add(facts,
                  view->database_led ? FACT_APPLICATION_FAILS_LATER : FACT_APPLICATION_FAILS_TOO,
                  database.dead);
        return;
    }
    bool all_database = database.database_failing >= 2 && database.database_passing == 0 &&
                        database.other_failing == 0 && database.alive != NULL;
    if (all_database) {
        facts_add(facts, hung ? FACT_ALL_DATABASE_STEPS : FACT_ALL_DATABASE_ERRORS, database.alive);
        if (database.other_part)
            facts->whole_database = facts_whole_of(view->run->arena, database.part);
        return;
    }
    for (size_t i = 0; i < facts->suspect_count; i++) {
        const char *suspect = facts->suspects[i];
        enum cause kind = shop_kind(view->shop, suspect);
        struct clearing clearing = pattern_look(view, suspect, false);
        if (kind == CAUSE_DATABASE && !clearing.read_passes && clearing.route_count >= 2 &&
            !(hung && part_comes_and_goes(view, suspect))) {
            facts_add(facts, hung ? FACT_ONE_PART_TWO_ROUTES : FACT_ONE_PART_ERRORS, suspect);
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
