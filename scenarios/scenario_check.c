/* SPDX-License-Identifier: MIT */
/*
 * Names, mostly: a variable is known before it is used, a step's name is its own, components and
 * vantage points are the shop's. A scenario comes here half-filled when the table found mistakes,
 * so that all of them are told in one go. See scenario_check.h.
 */
#include "scenarios/scenario_check.h"

#include "monitor/base/map.h"
#include "scenarios/foreign.h"
#include "scenarios/fragment.h"
#include "scenarios/shop.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 600 };

/* Steps or cleanup. */
struct part {
    const struct step *steps;
    size_t count;
};

void scenario_report_step(struct loader *loader, const struct step *step, const char *key,
                          enum mistake_kind kind, const char *hint, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    const struct yaml_node *value = key != NULL ? yaml_find(step->node, key) : NULL;
    struct mistake_place place =
        yaml_place(step->source, value != NULL ? value->position : step->position);
    mistakes_report(loader->mistakes, kind, &place, hint, "%s", text);
}

static void report_duplicate(struct loader *loader, const struct step *step,
                             const struct step *first)
{
    const char *hint =
        arena_print(loader->arena, "the first one is in line %d", first->position.line);
    if (step->use != NULL && step->position.line == first->position.line)
        hint = "a fragment that is used twice needs a `step` besides `use`, which names it";
    scenario_report_step(loader, step, "step", MISTAKE_NAME_DUPLICATE, hint,
                         "two steps are called `%s`", step->name);
}

static void check_step_names(struct loader *loader, const struct part *parts, size_t count)
{
    struct map *seen = map_create(NULL);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < parts[i].count; j++) {
            const struct step *step = &parts[i].steps[j], *first;
            if (step->name == NULL)
                continue;
            first = map_get(seen, step->name);
            if (first != NULL)
                report_duplicate(loader, step, first);
            else
                map_put(seen, step->name, (void *)step);
        }
    }
    map_free(seen);
}

/* Where a variable gets its value: the value of its map entry is this. */
struct origin {
    size_t step; /* from 1; 0: among `variables` */
    bool cleanup;
    const char *step_name;
    const struct expression *expression; /* that it is captured by; NULL: by none, or a wrong one */
};

/* A name that has its value from the beginning; NULL: one that was refused. */
static void add_origin(struct arena *arena, struct map *origins, const char *name)
{
    if (name != NULL)
        map_put(origins, name, arena_allocate(arena, 1, sizeof(struct origin)));
}

static void collect_named(struct arena *arena, struct map *origins, const struct scenario *scenario,
                          const struct shop *shop)
{
    for (size_t i = 0; i < scenario->variable_count; i++)
        add_origin(arena, origins, scenario->variables[i].name);
    for (size_t i = 0; i < scenario->secret_count; i++)
        add_origin(arena, origins, scenario->secrets[i].name);
    for (size_t i = 0; shop != NULL && i < shop->secret_count; i++)
        add_origin(arena, origins, shop->secrets[i].name);
    for (size_t i = 0; i < scenario->pool_count; i++)
        for (size_t j = 0; j < scenario->pools[i].column_count; j++)
            add_origin(arena, origins,
                       arena_print(arena, "%s.%s", scenario->pools[i].name,
                                   scenario->pools[i].columns[j]));
}

static void collect_captures(struct arena *arena, struct map *origins, const struct step *step,
                             const struct origin *origin)
{
    for (size_t i = 0; i < step->capture_count + step->find_count; i++) {
        const struct capture *capture =
            i < step->capture_count ? &step->captures[i] : &step->finds[i - step->capture_count];
        if (map_has(origins, capture->name))
            continue;
        struct origin *copy = arena_allocate(arena, 1, sizeof *copy);
        *copy = *origin;
        copy->expression = capture->expression;
        map_put(origins, capture->name, copy);
    }
}

static void collect_origins(struct arena *arena, struct map *origins, const struct part *parts,
                            size_t part_count)
{
    for (size_t i = 0; i < part_count; i++)
        for (size_t j = 0; j < parts[i].count; j++)
            collect_captures(arena, origins, &parts[i].steps[j],
                             &(struct origin){j + 1, i == 1, parts[i].steps[j].name, NULL});
}

static bool is_known_in_time(const struct origin *origin, const struct use *use)
{
    if (origin->step == 0 || use->cleanup)
        return true;
    return !origin->cleanup && origin->step < use->step;
}

/* `product.id` of a captured `product`: how its part is captured. */
static const char *part_hint(struct loader *loader, const struct map *origins, const char *name)
{
    const char *dot = strchr(name, '.');
    const char *whole =
        arena_duplicate_bytes(loader->arena, name, dot != NULL ? (size_t)(dot - name) : 0);
    const struct origin *origin = dot != NULL ? map_get(origins, whole) : NULL;
    if (origin == NULL)
        return NULL;
    const struct expression *expression = origin->expression;
    bool is_path = expression != NULL && expression->query == QUERY_JSONPATH &&
                   expression->filter_count == 0 && template_is_constant(expression->argument);
    return is_path ? arena_print(loader->arena,
                                 "a variable has no parts: capture `%s: jsonpath \"%s%s\"`", name,
                                 template_constant(expression->argument), dot)
                   : "a variable has no parts: capture what is needed in one of its own";
}

static const char *foreign_hint(struct loader *loader, const struct map *origins, const char *name)
{
    static const char bases[] = "base baseUrl host url";
    const char *ours = foreign_word(FOREIGN_VARIABLE, name);
    if (foreign_is_among(bases, name))
        return "a path is added to `base` by itself: get: /products";
    if (ours != NULL)
        return arena_print(loader->arena, "write: ${%s}", ours);
    const char *part = part_hint(loader, origins, name);
    return part != NULL ? part : template_secret_hint(loader->arena, name);
}

static const char *undefined_hint(struct loader *loader, const struct map *origins,
                                  const struct use *use)
{
    const struct origin *origin = map_get(origins, use->name);
    if (mistakes_are_full(loader->mistakes))
        return NULL;
    if (origin != NULL && origin->step_name != NULL)
        return arena_print(loader->arena, "step `%s` captures it, which is too late here",
                           origin->step_name);
    static const char *const given[] = {
#define X(name, help) name,
        GIVEN_VARIABLE_TABLE(X)
#undef X
    };
    size_t count = map_count(origins) + COUNT_OF(given);
    const char **names = arena_allocate(loader->arena, count, sizeof *names);
    for (size_t i = 0; i < count; i++)
        names[i] = i < COUNT_OF(given) ? given[i] : map_key(origins, i - COUNT_OF(given));
    const char *nearest = mistake_nearest(use->name, names, count);
    if (nearest != NULL)
        return arena_print(loader->arena, "did you mean `%s`?", nearest);
    const char *foreign = foreign_hint(loader, origins, use->name);
    if (foreign != NULL)
        return foreign;
    return loader->use != NULL ? "declare it under `inputs`, or capture it in an earlier step"
                               : "define it under `variables`, or capture it in an earlier step";
}

/* A row of a pool that could not be read: that was told. */
static bool is_of_lost_pool(const struct scenario *scenario, const char *name)
{
    for (size_t i = 0; scenario != NULL && i < scenario->pool_count; i++) {
        const struct pool *pool = &scenario->pools[i];
        const size_t length = strlen(pool->name);
        if (pool->column_count == 0 && strncmp(pool->name, name, length) == 0 &&
            name[length] == '.')
            return true;
    }
    return false;
}

static bool is_variable(const struct map *origins, const char *name)
{
    return map_has(origins, name) || scenario_variable_is_given(name);
}

/* Where it is certain, or a variable has this name, what is written as elsewhere is told. */
static void check_foreign(struct loader *loader, const struct map *origins)
{
    for (size_t i = 0; i < loader->foreign_count; i++) {
        const struct foreign_use *use = &loader->foreign[i];
        const char *name = use->variable.name, *hint = NULL;
        if (!use->variable.is_certain && !is_variable(origins, name))
            continue;
        if (!is_variable(origins, name))
            hint = foreign_hint(loader, origins, name);
        if (hint == NULL)
            hint = arena_print(loader->arena, "write: ${%s}", name);
        loader_report(loader, MISTAKE_LINT_FOREIGN_VARIABLE, use->position, hint,
                      "`%s` is no variable here: it is taken as it stands", use->variable.shown);
    }
}

static void check_uses(struct loader *loader, const struct map *origins,
                       const struct scenario *scenario)
{
    for (size_t i = 0; i < loader->use_count; i++) {
        const struct use *use = &loader->uses[i];
        const struct origin *origin = map_get(origins, use->name);
        if (use->is_elsewhere || scenario_variable_is_given(use->name) ||
            (origin != NULL && is_known_in_time(origin, use)) ||
            is_of_lost_pool(scenario, use->name))
            continue;
        loader_report(loader, MISTAKE_NAME_UNDEFINED, use->position,
                      undefined_hint(loader, origins, use), "`%s` has no value here", use->name);
    }
}

/* `node` is where the value is written; NULL: not to be found. */
static void check_value_order(struct loader *loader, const struct map *below,
                              const struct pair *pair, const struct yaml_node *node)
{
    const struct template *value = pair->value;
    for (size_t i = 0; value != NULL && i < template_name_count(value); i++)
        if (map_has(below, template_name(value, i)))
            loader_report(loader, MISTAKE_NAME_UNDEFINED,
                          node != NULL
                              ? yaml_position(loader->file, node, template_name_offset(value, i))
                              : pair->position,
                          "a variable may use those above it", "`%s` has no value yet",
                          template_name(value, i));
}

/* Variables are worked out in their order: one may use those above it. */
static void check_variable_order(struct loader *loader, const struct yaml_node *nodes,
                                 const struct scenario *scenario)
{
    struct map *below = map_create(NULL);
    for (size_t i = scenario->variable_count; i-- > 0;) {
        const struct pair *variable = &scenario->variables[i];
        const struct yaml_node *node = nodes != NULL ? yaml_find(nodes, variable->name) : NULL;
        map_put(below, variable->name, (void *)variable);
        check_value_order(loader, below, variable, node);
        for (size_t j = 0; j < variable->choice_count; j++)
            check_value_order(loader, below, &variable->choices[j],
                              node != NULL ? yaml_find(node, variable->choices[j].name) : NULL);
    }
    map_free(below);
}

static bool has_part(const struct component *component, const char *part)
{
    for (size_t i = 0; i < component->part_count; i++)
        if (strcmp(component->parts[i].name, part) == 0)
            return true;
    return false;
}

static const char *component_hint(struct loader *loader, const struct shop *shop, const char *name)
{
    const char **names = NULL;
    size_t count = 0;
    if (mistakes_are_full(loader->mistakes))
        return NULL;
    for (size_t i = 0; i < shop->component_count; i++) {
        const struct component *component = &shop->components[i];
        arena_grow(loader->arena, names, count);
        names[count++] = component->name;
        for (size_t j = 0; j < component->part_count; j++) {
            arena_grow(loader->arena, names, count);
            names[count++] =
                arena_print(loader->arena, "%s.%s", component->name, component->parts[j].name);
        }
    }
    const char *nearest = mistake_nearest(name, names, count);
    return nearest == NULL ? arena_print(loader->arena, "declare it in %s", shop->file)
                           : arena_print(loader->arena, "did you mean `%s`?", nearest);
}

static void check_needs(struct loader *loader, const struct shop *shop, const struct step *step,
                        const struct need *needs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct component *component = shop_component(shop, needs[i].name);
        const char *dot = strchr(needs[i].name, '.');
        if (component != NULL && (dot == NULL || has_part(component, dot + 1)))
            continue;
        struct mistake_place place = yaml_place(step->source, needs[i].position);
        mistakes_report(loader->mistakes, MISTAKE_NAME_COMPONENT, &place,
                        component_hint(loader, shop, needs[i].name),
                        "the shop has no component `%s`", needs[i].name);
    }
}

static void check_step(struct loader *loader, const struct step *step, const struct shop *shop,
                       bool has_base)
{
    scenario_check_request(loader, step, has_base);
    if (shop == NULL || shop->component_count == 0)
        return;
    check_needs(loader, shop, step, step->needs, step->need_count);
    check_needs(loader, shop, step, step->writes, step->write_count);
}

void scenario_check(struct loader *loader, const struct yaml_node *root,
                    const struct scenario *scenario, const struct shop *shop)
{
    const struct part parts[] = {
        {scenario->steps, scenario->step_count},
        {scenario->cleanup, scenario->cleanup_count},
    };
    check_step_names(loader, parts, COUNT_OF(parts));
    struct map *origins = map_create(NULL);
    collect_named(loader->file->tree, origins, scenario, shop);
    collect_origins(loader->file->tree, origins, parts, COUNT_OF(parts));
    check_uses(loader, origins, scenario);
    check_foreign(loader, origins);
    check_variable_order(loader, yaml_find(root, "variables"), scenario);
    map_free(origins);
    bool has_base = yaml_find(root, "base") != NULL || (shop != NULL && shop->base != NULL);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        for (size_t j = 0; j < parts[i].count; j++)
            check_step(loader, &parts[i].steps[j], shop, has_base);
    scenario_check_vantages(loader, root, scenario, shop);
    scenario_check_flow(loader, scenario);
}

/* An input that a step captures would not be seen again. */
static void check_inputs_kept(struct loader *loader, const struct fragment *fragment)
{
    for (size_t i = 0; i < fragment->input_count; i++)
        for (size_t j = 0; j < fragment->step_count; j++)
            for (size_t k = 0; k < fragment->steps[j].capture_count; k++)
                if (strcmp(fragment->steps[j].captures[k].name, fragment->inputs[i].name) == 0)
                    scenario_report_step(loader, &fragment->steps[j], "capture",
                                         MISTAKE_NAME_DUPLICATE, "choose another name",
                                         "`%s` is an input of the fragment",
                                         fragment->inputs[i].name);
}

void scenario_check_fragment(struct loader *loader, const struct fragment *fragment)
{
    const struct part part = {fragment->steps, fragment->step_count};
    struct map *origins = map_create(NULL);
    check_step_names(loader, &part, 1);
    for (size_t i = 0; i < fragment->input_count; i++)
        add_origin(loader->file->tree, origins, fragment->inputs[i].name);
    collect_origins(loader->file->tree, origins, &part, 1);
    check_uses(loader, origins, NULL);
    check_foreign(loader, origins);
    check_inputs_kept(loader, fragment);
    map_free(origins);
}
