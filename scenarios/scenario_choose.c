/* SPDX-License-Identifier: MIT */
/* One step of a scenario, and what it takes to do it. See scenario.h. */
#include "scenarios/scenario.h"

#include <string.h>

static bool captures(const struct step *step, const char *name)
{
    for (size_t i = 0; i < step->capture_count; i++)
        if (strcmp(step->captures[i].name, name) == 0)
            return true;
    return false;
}

/* Chooses the last step before `end` that captures `name`, and what that one uses in turn. */
static void choose_source(const struct scenario *scenario, const char *name, size_t end,
                          bool *chosen);

static void choose_step(const struct scenario *scenario, size_t index, bool *chosen)
{
    if (chosen[index])
        return;
    chosen[index] = true;
    for (size_t i = 0; i < scenario->use_count; i++) {
        const struct use *use = &scenario->uses[i];
        if (!use->is_elsewhere && !use->cleanup && use->step == index + 1)
            choose_source(scenario, use->name, index, chosen);
    }
}

static void choose_source(const struct scenario *scenario, const char *name, size_t end,
                          bool *chosen)
{
    while (end-- > 0) {
        if (!captures(&scenario->steps[end], name))
            continue;
        choose_step(scenario, end, chosen);
        return;
    }
}

/* False when it uses what only steps capture that are not done. */
static bool is_possible(const struct scenario *scenario, size_t cleanup, const bool *chosen)
{
    for (size_t i = 0; i < scenario->use_count; i++) {
        const struct use *use = &scenario->uses[i];
        if (use->is_elsewhere || !use->cleanup || use->step != cleanup + 1)
            continue;
        size_t sources = 0, done = 0;
        for (size_t step = 0; step < scenario->step_count; step++) {
            bool is_source = captures(&scenario->steps[step], use->name);
            sources += is_source;
            done += is_source && chosen[step];
        }
        if (sources > 0 && done == 0)
            return false;
    }
    return true;
}

bool *scenario_choose(const struct scenario *scenario, const char *step, struct arena *arena)
{
    size_t count = scenario->step_count + scenario->cleanup_count;
    bool *chosen = arena_allocate(arena, count, sizeof *chosen), found = false;
    for (size_t i = 0; i < scenario->step_count; i++) {
        if (strcmp(scenario->steps[i].name, step) != 0)
            continue;
        choose_step(scenario, i, chosen);
        found = true;
    }
    for (size_t i = 0; i < scenario->cleanup_count; i++)
        chosen[scenario->step_count + i] = is_possible(scenario, i, chosen);
    return found ? chosen : NULL;
}
