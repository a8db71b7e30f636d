/* SPDX-License-Identifier: MIT */
/*
 * What must hold for a journey that leaves something behind: a step that `mutates` is never sent
 * twice, and a cleanup step settles it even where the answer with its id never came. And the names
 * of secrets and pools. See scenario_check.h.
 */
#include "scenarios/scenario_check.h"

#include <string.h>

static bool is_variable(const struct scenario *scenario, const char *name)
{
    for (size_t i = 0; i < scenario->variable_count; i++)
        if (strcmp(scenario->variables[i].name, name) == 0)
            return true;
    return false;
}

static void check_given(struct loader *loader, const char *name, struct position position)
{
    if (scenario_variable_is_given(name))
        loader_report(loader, MISTAKE_NAME_GIVEN, position, "choose another name",
                      "`%s` is a variable that every run has", name);
}

static void check_values(struct loader *loader, const struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->secret_count; i++) {
        const struct secret *secret = &scenario->secrets[i];
        check_given(loader, secret->name, secret->position);
        if (is_variable(scenario, secret->name))
            loader_report(loader, MISTAKE_NAME_DUPLICATE, secret->position, "choose another name",
                          "`%s` is a variable, too", secret->name);
    }
    for (size_t i = 0; i < scenario->pool_count; i++) {
        const struct pool *pool = &scenario->pools[i];
        for (size_t j = 0; j < pool->column_count; j++)
            check_given(loader, arena_print(loader->arena, "%s.%s", pool->name, pool->columns[j]),
                        pool->position);
    }
}

static void check_place(struct loader *loader, const struct step *step, const char *key,
                        const char *value, bool belongs)
{
    bool is_mutates = strcmp(key, "mutates") == 0, is_find = strcmp(key, "find") == 0;
    if (value == NULL || belongs)
        return;
    const char *hint = is_find ? "an answer's values are taken by `capture`"
                               : arena_print(loader->arena, "did you mean `%s: %s`?",
                                             is_mutates ? "settles" : "mutates", value);
    scenario_report_step(loader, step, key, MISTAKE_KEY_CONFLICT, hint,
                         is_mutates ? "`%s` stands under `steps`, not under `cleanup`"
                                    : "`%s` stands under `cleanup`, not under `steps`",
                         key);
}

static void check_places(struct loader *loader, const struct step *steps, size_t count,
                         bool cleanup)
{
    for (size_t i = 0; i < count; i++) {
        const struct step *step = &steps[i];
        const char *find = step->find_count > 0 ? step->finds[0].name : NULL;
        check_place(loader, step, "mutates", step->mutates, !cleanup);
        check_place(loader, step, "settles", step->settles, cleanup);
        check_place(loader, step, "find", find, cleanup);
        const char *repeats = step->retry != NULL ? "retry" : step->until != NULL ? "until" : NULL;
        if (step->mutates != NULL && repeats != NULL)
            scenario_report_step(loader, step, repeats, MISTAKE_MUTATES_REPEATED,
                                 "look at what became of it in a step of its own",
                                 "`%s` would send a step again that mutates `%s`", repeats,
                                 step->mutates);
    }
}

static const struct step *mutating_step(const struct scenario *scenario, const char *what)
{
    for (size_t i = 0; i < scenario->step_count; i++)
        if (scenario->steps[i].mutates != NULL && strcmp(scenario->steps[i].mutates, what) == 0)
            return &scenario->steps[i];
    return NULL;
}

static bool has_settling_step(const struct scenario *scenario, const char *what)
{
    for (size_t i = 0; i < scenario->cleanup_count; i++)
        if (scenario->cleanup[i].settles != NULL && strcmp(scenario->cleanup[i].settles, what) == 0)
            return true;
    return false;
}

static bool has_find(const struct scenario *scenario, const char *what)
{
    for (size_t i = 0; i < scenario->cleanup_count; i++)
        for (size_t j = 0; j < scenario->cleanup[i].find_count; j++)
            if (scenario->cleanup[i].finds[j].name != NULL &&
                strcmp(scenario->cleanup[i].finds[j].name, what) == 0)
                return true;
    return false;
}

/* True when a step from the `from`-th on captures it: it is lost where that step's answer is. */
static bool is_captured_from(const struct scenario *scenario, size_t from, const char *name)
{
    for (size_t i = from; i < scenario->step_count; i++)
        for (size_t j = 0; j < scenario->steps[i].capture_count; j++)
            if (strcmp(scenario->steps[i].captures[j].name, name) == 0)
                return true;
    return false;
}

/* What a settling step needs and may never get; NULL when it can always do its work. */
static const char *lost_variable(const struct loader *loader, const struct scenario *scenario,
                                 size_t mutating, const char *what)
{
    for (size_t i = 0; i < loader->use_count; i++) {
        const struct use *use = &loader->uses[i];
        if (!use->cleanup || use->is_elsewhere || use->step == 0 ||
            use->step > scenario->cleanup_count)
            continue;
        const struct step *step = &scenario->cleanup[use->step - 1];
        if (step->settles != NULL && strcmp(step->settles, what) == 0 &&
            is_captured_from(scenario, mutating, use->name))
            return use->name;
    }
    return NULL;
}

static void check_mutation(struct loader *loader, const struct scenario *scenario, size_t n)
{
    const struct step *step = &scenario->steps[n];
    const char *what = step->mutates;
    const struct step *first = mutating_step(scenario, what);
    if (first != step) {
        scenario_report_step(loader, step, "mutates", MISTAKE_NAME_DUPLICATE,
                             "give each a name of its own, and settle each",
                             "step `%s` mutates `%s`, too", first->name, what);
        return;
    }
    if (!has_settling_step(scenario, what)) {
        scenario_report_step(
            loader, step, "mutates", MISTAKE_MUTATES_UNSETTLED,
            arena_print(loader->arena, "add a step with `settles: %s` to `cleanup`", what),
            "nothing puts right what this step leaves behind");
        return;
    }
    const char *lost = lost_variable(loader, scenario, n, what);
    if (lost != NULL && !has_find(scenario, what))
        scenario_report_step(
            loader, step, "mutates", MISTAKE_MUTATES_UNSETTLED,
            arena_print(loader->arena,
                        "add a cleanup step with `when: not %s` and `find: {%s: ...}`, which looks "
                        "it up by something that was sent",
                        lost, what),
            "where the answer is lost, so is `%s`, and nothing puts right what was left behind",
            lost);
}

static void check_settlement(struct loader *loader, const struct scenario *scenario,
                             const struct step *step)
{
    if (step->settles != NULL && mutating_step(scenario, step->settles) == NULL)
        scenario_report_step(loader, step, "settles", MISTAKE_SETTLES_NOTHING,
                             "say `mutates` in the step that leaves it behind",
                             "no step mutates `%s`", step->settles);
    for (size_t i = 0; i < step->find_count; i++) {
        const char *name = step->finds[i].name;
        if (name != NULL && !has_settling_step(scenario, name))
            scenario_report_step(loader, step, "find", MISTAKE_SETTLES_NOTHING,
                                 arena_print(loader->arena, "add a step with `settles: %s`", name),
                                 "nothing is done with the `%s` that is found", name);
    }
}

void scenario_check_flow(struct loader *loader, const struct scenario *scenario)
{
    check_values(loader, scenario);
    check_places(loader, scenario->steps, scenario->step_count, false);
    check_places(loader, scenario->cleanup, scenario->cleanup_count, true);
    for (size_t i = 0; i < scenario->step_count; i++)
        if (scenario->steps[i].mutates != NULL)
            check_mutation(loader, scenario, i);
    for (size_t i = 0; i < scenario->cleanup_count; i++)
        check_settlement(loader, scenario, &scenario->cleanup[i]);
}
