/* SPDX-License-Identifier: MIT */
/* From a file to a scenario: read, walk by the table, check, complete. See scenario.h. */
#include "scenarios/scenario.h"

#include "monitor/base/zone.h"
#include "scenarios/cron.h"
#include "scenarios/expression_pool.h"
#include "scenarios/fragment.h"
#include "scenarios/loader.h"
#include "scenarios/scenario_check.h"
#include "scenarios/shop.h"
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

static bool is_from(const struct scenario *scenario, const char *vantage)
{
    for (size_t i = 0; i < scenario->from_count; i++)
        if (strcmp(scenario->from[i], vantage) == 0)
            return true;
    return scenario->from_count == 0;
}

size_t scenario_vantage_count(const struct scenario *scenario, const struct shop *shop)
{
    size_t count = 0;
    for (size_t i = 0; shop != NULL && i < shop->vantage_count; i++)
        count += is_from(scenario, shop->vantages[i].name);
    if (shop == NULL)
        count = scenario->from_count > 0 ? scenario->from_count : 1;
    return count;
}

const char *scenario_vantage(const struct scenario *scenario, const struct shop *shop, size_t n)
{
    if (shop == NULL)
        return n < scenario->from_count ? scenario->from[n] : "local";
    for (size_t i = 0; i < shop->vantage_count; i++)
        if (is_from(scenario, shop->vantages[i].name) && n-- == 0)
            return shop->vantages[i].name;
    return NULL;
}

uint64_t scenario_slot_number(const struct scenario *scenario, struct wall_time planned)
{
    if (scenario->cron != NULL)
        return cron_number(scenario->cron, scenario->zone, planned);
    return (uint64_t)(planned.us / scenario->every);
}

/* What depends on another value is completed when all values are there. */
static void complete_schedule(struct scenario *scenario)
{
    if (scenario->cron == NULL)
        return;
    scenario->every = cron_interval(scenario->cron);
    if (scenario->zone == NULL)
        scenario->zone = zone_utc();
}

static void complete_steps(struct scenario *scenario, struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (steps[i].timeout == 0)
            steps[i].timeout = scenario->timeout;
        if (steps[i].tls == NULL)
            steps[i].tls = scenario->tls;
    }
}

/* Paths are seen from the scenario's directory. */
static void complete_files(struct loader *loader, struct scenario *scenario)
{
    const char *file = loader->file->name;
    for (size_t i = 0; i < scenario->secret_count; i++)
        if (scenario->secrets[i].file != NULL)
            scenario->secrets[i].file =
                loader_beside(loader->arena, file, scenario->secrets[i].file);
    for (size_t i = 0; i < scenario->pool_count; i++) {
        struct pool *pool = &scenario->pools[i];
        if (pool->path == NULL)
            continue;
        pool->path = loader_beside(loader->arena, file, pool->path);
        if (pool_read(loader->arena, pool, loader->mistakes) != RESULT_OK)
            pool->row_count = 0;
    }
}

static void collect_components(struct arena *arena, struct scenario *scenario)
{
    for (size_t i = 0; i < scenario->step_count; i++) {
        const struct step *step = &scenario->steps[i];
        for (size_t j = 0; j < step->need_count + step->write_count; j++) {
            const char *name = j < step->need_count ? step->needs[j].name
                                                    : step->writes[j - step->need_count].name;
            size_t known = 0;
            while (known < scenario->component_count &&
                   strcmp(scenario->components[known], name) != 0)
                known++;
            if (known < scenario->component_count)
                continue;
            arena_grow(arena, scenario->components, scenario->component_count);
            scenario->components[scenario->component_count++] = name;
        }
    }
}

const char *step_file(const struct step *step)
{
    return step->source->name;
}

static void fill(struct loader *loader, struct scenario *scenario, const struct shop *shop)
{
    const struct yaml_file *file = loader->file;
    loader_object(loader, LANGUAGE_IN_SCENARIO, file->root, scenario);
    complete_files(loader, scenario);
    scenario->fragment_uses = loader->fragment_uses;
    scenario->fragment_use_count = loader->fragment_use_count;
    scenario->file = file->name;
    scenario->text = file->text;
    scenario->uses = loader->uses;
    scenario->use_count = loader->use_count;
    const struct yaml_node *journey = yaml_find(file->root, "journey");
    if (journey != NULL)
        scenario->position = journey->position;
    scenario_check(loader, file->root, scenario, shop);
    complete_schedule(scenario);
    complete_steps(scenario, scenario->steps, scenario->step_count);
    complete_steps(scenario, scenario->cleanup, scenario->cleanup_count);
    collect_components(loader->arena, scenario);
}

static struct scenario *load(struct arena *arena, struct yaml_file *file, const struct shop *shop,
                             struct mistakes *mistakes)
{
    struct loader loader = {.arena = arena, .file = file, .mistakes = mistakes};
    struct scenario *scenario = arena_allocate(arena, 1, sizeof *scenario);
    if (!loader_is_foreign(&loader, LANGUAGE_IN_SCENARIO) &&
        !loader_is_other_kind(&loader, LANGUAGE_IN_SCENARIO, LANGUAGE_IN_SHOP) &&
        !loader_is_other_kind(&loader, LANGUAGE_IN_SCENARIO, LANGUAGE_IN_FRAGMENT))
        fill(&loader, scenario, shop);
    scenario->arena = arena;
    loader_close(&loader);
    return scenario;
}

/* Of a monitor's thousands, each stays as it was loaded: the last block's rest is lost. */
enum { SCENARIO_BLOCK = 496 };

struct scenario *scenario_load(const char *file, const struct shop *shop, struct mistakes *mistakes)
{
    struct arena *arena = arena_create_of(SCENARIO_BLOCK);
    size_t errors = mistakes->errors, first = mistakes->count;
    struct yaml_file *yaml = yaml_read(arena, file, mistakes);
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

static void forget_steps(struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        steps[i].node = NULL;
        yaml_forget(steps[i].source);
    }
}

void scenario_forget_source(struct scenario *scenario)
{
    forget_steps(scenario->steps, scenario->step_count);
    forget_steps(scenario->cleanup, scenario->cleanup_count);
    scenario->text = NULL;
    scenario->uses = NULL;
    scenario->use_count = 0;
}

static void free_steps(struct step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < steps[i].expect_count; j++)
            expression_release(steps[i].expect[j].expression);
        for (size_t j = 0; j < steps[i].capture_count; j++)
            expression_release(steps[i].captures[j].expression);
        for (size_t j = 0; j < steps[i].find_count; j++)
            expression_release(steps[i].finds[j].expression);
        if (steps[i].until != NULL)
            expression_release(steps[i].until->holds.expression);
    }
}

static void free_constants(struct pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_decref(pairs[i].constant);
        for (size_t j = 0; j < pairs[i].choice_count; j++)
            json_decref(pairs[i].choices[j].constant);
    }
}

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    free_constants(scenario->variables, scenario->variable_count);
    for (size_t i = 0; i < scenario->fragment_use_count; i++)
        free_constants(scenario->fragment_uses[i]->inputs, scenario->fragment_uses[i]->input_count);
    free_steps(scenario->steps, scenario->step_count);
    free_steps(scenario->cleanup, scenario->cleanup_count);
    arena_free(scenario->arena);
}
