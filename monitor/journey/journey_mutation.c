/* SPDX-License-Identifier: MIT */
/*
 * What a run leaves behind in the shop, and its being put right: noted before the step is sent,
 * settled when a cleanup step has passed, looked up where its id was lost; and what an earlier run
 * has left behind, of which nothing is known but what was noted. See journey_private.h.
 */
#include "monitor/journey/journey_private.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

bool journey_mutation_is_inherited(const struct journey *journey)
{
    return journey->settings.debt_count > 0;
}

/* By whom it is noted in the ledger. */
static const char *owner(const struct journey *journey)
{
    return journey_mutation_is_inherited(journey) ? journey->settings.debts[0].run_id
                                                  : journey->run->id;
}

static struct journey_mutation *find_mutation(const struct journey *journey, const char *what)
{
    for (size_t i = 0; i < journey->mutation_count; i++)
        if (strcmp(journey->mutations[i].what, what) == 0)
            return &journey->mutations[i];
    return NULL;
}

/* By what it may be found again: everything that the run knows but for what is, or holds, a secret.
 */
static json_t *known_variables(const struct journey *journey)
{
    json_t *known = json_object();
    const struct json_t *value;
    const char *name;
    struct arena *arena = journey->run->arena;
    for (size_t i = 0; (name = variables_at(journey->variables, i, &value)) != NULL; i++) {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
        if (text != NULL && mask_text(journey->mask, arena, text) == text)
            json_object_set_nocheck(known, name, (json_t *)(uintptr_t)value);
        free(text);
    }
    return known;
}

static enum symptom record_debt(struct journey *journey)
{
    const struct journey_ledger *ledger = journey->settings.ledger;
    json_t *variables = known_variables(journey);
    const struct journey_debt debt = {
        .run_id = journey->run->id,
        .journey = journey->run->journey,
        .vantage = journey->run->vantage,
        .step = journey->step->name,
        .what = journey->step->mutates,
        .variables = variables,
    };
    enum symptom symptom =
        ledger->record(ledger->data, &debt, journey->run->arena, &journey_record(journey)->actual);
    json_decref(variables);
    return symptom;
}

static void add_mutation(struct journey *journey, const char *what)
{
    arena_grow(journey->run->arena, journey->mutations, journey->mutation_count);
    journey->mutations[journey->mutation_count++] = (struct journey_mutation){.what = what};
}

enum symptom journey_mutation_record(struct journey *journey)
{
    const char *what = journey->step->mutates;
    enum symptom symptom = SYMPTOM_NONE;
    if (what == NULL)
        return SYMPTOM_NONE;
    if (journey->settings.ledger != NULL)
        symptom = record_debt(journey);
    if (symptom == SYMPTOM_NONE)
        add_mutation(journey, what);
    return symptom;
}

void journey_mutation_inherit(struct journey *journey)
{
    for (size_t i = 0; i < journey->settings.debt_count; i++)
        add_mutation(journey, journey->settings.debts[i].what);
}

static bool is_secret(const struct journey *journey, const char *name)
{
    const struct secrets *secrets = journey->settings.secrets;
    for (size_t i = 0; i < secrets_count(secrets); i++)
        if (strcmp(secrets_name(secrets, i), name) == 0)
            return true;
    return false;
}

void journey_mutation_inherit_variables(struct journey *journey)
{
    for (size_t i = 0; i < journey->settings.debt_count; i++) {
        json_t *variables = (json_t *)(uintptr_t)journey->settings.debts[i].variables;
        const char *name;
        json_t *value;
        json_object_foreach(variables, name, value)
        {
            if (!is_secret(journey, name) && journey_override(journey, name) == NULL)
                variables_set(journey->variables, name, json_deep_copy(value));
        }
    }
}

bool journey_mutation_leave(struct journey *journey)
{
    const struct journey_ledger *ledger = journey->settings.ledger;
    bool left = false;
    for (size_t i = 0; i < journey->mutation_count; i++) {
        const struct journey_mutation *mutation = &journey->mutations[i];
        if (mutation->is_settled)
            continue;
        left = true;
        if (ledger != NULL && !journey_mutation_is_inherited(journey))
            ledger->leave(ledger->data, journey->run->id, mutation->what);
    }
    return left;
}

/* The record of a cleanup step; NULL: it has none yet. */
static const struct run_step *find_record(const struct journey *journey, const char *name)
{
    for (size_t i = 0; i < journey->run->step_count; i++) {
        const struct run_step *record = &journey->run->steps[i];
        if ((record->cleanup || journey_mutation_is_inherited(journey)) &&
            strcmp(record->name, name) == 0)
            return record;
    }
    return NULL;
}

bool journey_mutation_was_done(const struct journey *journey, const struct step *step)
{
    const struct journey_mutation *settled =
        step->settles != NULL ? find_mutation(journey, step->settles) : NULL;
    return journey->in_cleanup && settled != NULL && settled->is_found &&
           find_record(journey, step->name) != NULL;
}

/* A step that stands before `find` in its list was left out when its turn came; now it is done. */
static void drop_record(struct journey *journey, const char *name)
{
    struct run *run = journey->run;
    const struct run_step *record = find_record(journey, name);
    if (record == NULL || record->state != STATE_SKIPPED)
        return;
    size_t n = (size_t)(record - run->steps);
    memmove(&run->steps[n], &run->steps[n + 1], (run->step_count - n - 1) * sizeof *run->steps);
    run->step_count--;
}

bool journey_mutation_is_idle(const struct journey *journey, const struct step *step,
                              const char **ret_why)
{
    const struct journey_mutation *found =
        step->find_count > 0 ? find_mutation(journey, step->finds[0].name) : NULL;
    const struct journey_mutation *settled =
        step->settles != NULL ? find_mutation(journey, step->settles) : NULL;
    if (step->find_count > 0)
        return found == NULL || found->is_settled;
    if (step->settles == NULL)
        return false;
    bool is_lost = settled != NULL && settled->lost != NULL && !settled->is_found &&
                   !variables_has(journey->variables, step->settles);
    if (is_lost)
        *ret_why = arena_print(journey->run->arena, "“%s” could not tell what there is to do",
                               settled->lost);
    return settled == NULL || settled->is_found || is_lost;
}

static void settle(struct journey *journey, const char *what)
{
    const struct journey_ledger *ledger = journey->settings.ledger;
    struct journey_mutation *mutation = find_mutation(journey, what);
    if (mutation == NULL || mutation->is_settled)
        return;
    mutation->is_settled = true;
    if (ledger != NULL)
        ledger->settle(ledger->data, owner(journey), what);
}

void journey_mutation_take_found(struct journey *journey, struct json_t *list_taken)
{
    const char *what = journey->step->finds[0].name;
    find_mutation(journey, what)->is_found = true;
    journey->found.what = what;
    journey->found.list = list_taken;
    journey->found.element = journey->found.step = 0;
    /* Where the login before has failed, say, not to find it does not mean that it is not there. */
    journey->found.settled = json_array_size(list_taken) > 0 || !journey->cleanup_failed;
}

static void end_found(struct journey *journey)
{
    /* Nothing found is settled, too: nothing was left behind. */
    if (journey->found.settled)
        settle(journey, journey->found.what);
    json_decref(journey->found.list);
    journey->found.list = NULL;
    journey->found.what = NULL;
}

const struct step *journey_mutation_next(struct journey *journey)
{
    const struct scenario *scenario = journey->settings.scenario;
    const char *what = journey->found.what;
    if (what == NULL)
        return NULL;
    while (journey->found.element < json_array_size(journey->found.list)) {
        json_t *element = json_array_get(journey->found.list, journey->found.element);
        while (journey->found.step < scenario->cleanup_count) {
            const struct step *step = &scenario->cleanup[journey->found.step++];
            if (step->settles == NULL || strcmp(step->settles, what) != 0)
                continue;
            variables_set(journey->variables, what, json_incref(element));
            drop_record(journey, step->name);
            return step;
        }
        journey->found.step = 0;
        journey->found.element++;
    }
    end_found(journey);
    return NULL;
}

void journey_mutation_end_step(struct journey *journey, enum state state)
{
    const char *what = journey->step->settles;
    bool went_well = state == STATE_PASSED || state == STATE_DEGRADED;
    bool went_wrong = state == STATE_FAILED || state == STATE_UNKNOWN;
    journey->cleanup_failed |= journey->in_cleanup && went_wrong;
    if (journey->in_cleanup && went_wrong && journey->step->find_count > 0)
        find_mutation(journey, journey->step->finds[0].name)->lost = journey->step->name;
    if (!journey->in_cleanup || what == NULL || state == STATE_SKIPPED)
        return;
    if (journey->found.what != NULL)
        journey->found.settled &= went_well;
    else if (went_well)
        settle(journey, what);
}
