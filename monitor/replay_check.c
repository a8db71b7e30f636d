/* SPDX-License-Identifier: MIT */
/* What can be told of the options of `run` and `settle` only when the files are there: whether a
 * variable or a step is in any of them. See replay.h. */
#include "monitor/base/memory.h"
#include "monitor/replay.h"

#include <jansson.h>
#include <string.h>

/* What --only needs of each file. One that has no step of that name is not replayed. */
static enum result choose(struct replay *replay)
{
    size_t count = 0;
    replay->chosen = memory_allocate(replay->scenario_count, sizeof *replay->chosen);
    for (size_t i = 0; i < replay->scenario_count; i++) {
        struct scenario *scenario = replay->scenarios[i];
        bool *chosen = scenario_choose(scenario, replay->only, replay->mistakes.arena);
        if (chosen == NULL) {
            scenario_free(scenario);
            continue;
        }
        replay->scenarios[count] = scenario;
        replay->chosen[count++] = chosen;
    }
    replay->scenario_count = count;
    return count > 0 ? RESULT_OK : RESULT_NOT_FOUND;
}

/* The first of --var that no scenario has a variable for, or NULL. */
static const char *find_unknown_variable(const struct replay *replay)
{
    for (size_t v = 0; v < replay->variable_count; v++) {
        bool known = false;
        for (size_t s = 0; s < replay->scenario_count; s++)
            for (size_t i = 0; i < replay->scenarios[s]->variable_count; i++)
                known |=
                    strcmp(replay->scenarios[s]->variables[i].name, replay->variables[v].name) == 0;
        if (!known)
            return replay->variables[v].name;
    }
    return NULL;
}

/* Names that were possible, in a few words: the nearest one, or the first of them. */
struct names {
    const char **items;
    size_t count;
};

enum { NAMES_SHOWN_MAX = 8 };

static const char *suggest_name(struct replay *replay, const struct names *names,
                                const char *wanted)
{
    struct arena *arena = replay->mistakes.arena;
    const char *nearest = mistake_nearest(wanted, names->items, names->count), *list = "";
    if (nearest != NULL)
        return arena_print(arena, "; did you mean `%s`?", nearest);
    for (size_t i = 0; i < names->count && i < NAMES_SHOWN_MAX; i++)
        list = arena_print(arena, "%s%s`%s`", list, i == 0 ? "; there is " : ", ", names->items[i]);
    return names->count > NAMES_SHOWN_MAX ? arena_print(arena, "%s ...", list) : list;
}

static void add_name(struct replay *replay, struct names *names, const char *name)
{
    arena_grow(replay->mistakes.arena, names->items, names->count);
    names->items[names->count++] = name;
}

static const char *step_names(struct replay *replay)
{
    struct names names = {0};
    for (size_t i = 0; i < replay->scenario_count; i++)
        for (size_t j = 0; j < replay->scenarios[i]->step_count; j++)
            add_name(replay, &names,
                     arena_duplicate(replay->mistakes.arena, replay->scenarios[i]->steps[j].name));
    return suggest_name(replay, &names, replay->only);
}

static const char *variable_names(struct replay *replay, const char *wanted)
{
    struct names names = {0};
    for (size_t i = 0; i < replay->scenario_count; i++)
        for (size_t j = 0; j < replay->scenarios[i]->variable_count; j++)
            add_name(replay, &names, replay->scenarios[i]->variables[j].name);
    return suggest_name(replay, &names, wanted);
}

static bool fits(const struct pair *pair, const char *text)
{
    json_t *value = journey_variable_value(pair, text);
    bool has_value = value != NULL;
    json_decref(value);
    return has_value;
}

/* The number or boolean that one of --var takes the place of, if only at some vantage point, and is
 * none itself; NULL: all fit. */
static const struct pair *find_unsuited(const struct scenario *scenario,
                                        const struct journey_variable *variable)
{
    for (size_t i = 0; i < scenario->variable_count; i++) {
        const struct pair *pair = &scenario->variables[i];
        if (strcmp(pair->name, variable->name) != 0)
            continue;
        if (!fits(pair, variable->value))
            return pair;
        for (size_t n = 0; n < pair->choice_count; n++)
            if (!fits(&pair->choices[n], variable->value))
                return &pair->choices[n];
    }
    return NULL;
}

static int check_variable(const struct replay *replay, const struct journey_variable *variable)
{
    for (size_t i = 0; i < replay->scenario_count; i++) {
        const struct pair *pair = find_unsuited(replay->scenarios[i], variable);
        if (pair != NULL)
            return cli_usage_error(replay->command,
                                   "--var %s=%s: the scenario's is %s, and so must this be",
                                   variable->name, variable->value,
                                   json_is_number(pair->constant) ? "a number" : "true or false");
    }
    return EXIT_PASSED;
}

int replay_check_options(struct replay *replay)
{
    const char *unknown = find_unknown_variable(replay), *steps;
    if (unknown != NULL)
        return cli_usage_error(replay->command,
                               "--var %s: no scenario has a variable of this name%s", unknown,
                               variable_names(replay, unknown));
    for (size_t i = 0; i < replay->variable_count; i++)
        if (check_variable(replay, &replay->variables[i]) != EXIT_PASSED)
            return EXIT_USAGE;
    if (replay->only == NULL)
        return EXIT_PASSED;
    steps = step_names(replay);
    if (choose(replay) == RESULT_OK)
        return EXIT_PASSED;
    return cli_usage_error(replay->command, "--only %s: no step has this name%s", replay->only,
                           steps);
}
