/* SPDX-License-Identifier: MIT */
/* From a file to a scenario: read, walk by the table, check, complete. See scenario.h. */
#include "scenarios/scenario.h"

#include "scenarios/loader.h"
#include "scenarios/scenario_check.h"
#include "scenarios/yaml.h"

#include <jansson.h>
#include <string.h>

const char *method_name(enum method method)
{
    static const char *const names[] = {
#define X(name, key) #name,
        METHOD_TABLE(X)
#undef X
    };
    return names[method];
}

bool scenario_variable_is_given(const char *name)
{
    static const char *const given[] = {
#define X(given_name, help) given_name,
        GIVEN_VARIABLE_TABLE(X)
#undef X
    };
    for (size_t i = 0; i < COUNT_OF(given); i++)
        if (strcmp(name, given[i]) == 0)
            return true;
    return false;
}

/* What depends on another value is completed when all values are there. */
static void complete_steps(struct scenario *scenario, struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (steps[i].timeout == 0)
            steps[i].timeout = scenario->timeout;
}

static void fill(struct loader *loader, struct scenario *scenario, const struct shop *shop)
{
    const struct yaml_file *file = loader->file;
    loader_object(loader, LANGUAGE_IN_SCENARIO, file->root, scenario);
    scenario->file = file->name;
    scenario->text = file->text;
    scenario->uses = loader->uses;
    scenario->use_count = loader->use_count;
    const struct yaml_node *journey = yaml_find(file->root, "journey");
    if (journey != NULL)
        scenario->position = journey->position;
    scenario_check(loader, file->root, scenario, shop);
    complete_steps(scenario, scenario->steps, scenario->step_count);
    complete_steps(scenario, scenario->cleanup, scenario->cleanup_count);
}

static struct scenario *load(struct arena *arena, const struct yaml_file *file,
                             const struct shop *shop, struct mistakes *mistakes)
{
    struct loader loader = {.arena = arena, .file = file, .mistakes = mistakes};
    struct scenario *scenario = arena_allocate(arena, 1, sizeof *scenario);
    if (!loader_is_other_kind(&loader, LANGUAGE_IN_SCENARIO, LANGUAGE_IN_SHOP))
        fill(&loader, scenario, shop);
    scenario->arena = arena;
    loader_close(&loader);
    return scenario;
}

struct scenario *scenario_load(const char *file, const struct shop *shop, struct mistakes *mistakes)
{
    struct arena *arena = arena_create();
    size_t errors = mistakes->errors, first = mistakes->count;
    const struct yaml_file *yaml = yaml_read(arena, file, mistakes);
    if (yaml == NULL) {
        arena_free(arena);
        return NULL;
    }
    struct scenario *scenario = load(arena, yaml, shop, mistakes);
    mistakes_sort(mistakes, first);
    if (mistakes->errors == errors)
        return scenario;
    scenario_free(scenario);
    return NULL;
}

static void free_steps(struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < steps[i].expect_count; j++)
            expression_free(steps[i].expect[j]);
        for (size_t j = 0; j < steps[i].capture_count; j++)
            expression_free(steps[i].captures[j].expression);
    }
}

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    for (size_t i = 0; i < scenario->variable_count; i++)
        json_decref(scenario->variables[i].constant);
    free_steps(scenario->steps, scenario->step_count);
    free_steps(scenario->cleanup, scenario->cleanup_count);
    arena_free(scenario->arena);
}
