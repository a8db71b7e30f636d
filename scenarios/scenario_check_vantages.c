/* SPDX-License-Identifier: MIT */
/*
 * From where and when: the vantage points are the shop's, and there are enough of them for the
 * quorum, enough rows for their leases, and a value of each variable for each. See
 * scenario_check.h.
 */
#include "scenarios/scenario_check.h"
#include "scenarios/shop.h"

#include <string.h>

static const struct yaml_node *place_of(const struct yaml_node *root, const char *key)
{
    const struct yaml_node *node = yaml_find(root, key);
    return node != NULL ? node : root;
}

static void check_name(struct loader *loader, const struct shop *shop, const char *name,
                       struct position position)
{
    const char **names = arena_allocate(loader->arena, shop->vantage_count + 1, sizeof *names);
    for (size_t i = 0; i < shop->vantage_count; i++) {
        names[i] = shop->vantages[i].name;
        if (strcmp(names[i], name) == 0)
            return;
    }
    const char *nearest = mistake_nearest(name, names, shop->vantage_count);
    loader_report(loader, MISTAKE_NAME_VANTAGE, position,
                  nearest == NULL ? arena_print(loader->arena, "declare it in %s", shop->file)
                                  : arena_print(loader->arena, "did you mean `%s`?", nearest),
                  "the shop has no vantage point `%s`", name);
}

static void check_once(struct loader *loader, const struct yaml_node *from, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (from->items[i]->kind != YAML_SCALAR ||
            strcmp(from->items[i]->text, from->items[n]->text) != 0)
            continue;
        loader_report(loader, MISTAKE_NAME_DUPLICATE, from->items[n]->position, NULL,
                      "`%s` stands here twice", from->items[n]->text);
        return;
    }
}

static void check_from(struct loader *loader, const struct shop *shop, const struct yaml_node *from)
{
    if (from != NULL && from->kind == YAML_SCALAR && shop != NULL)
        check_name(loader, shop, from->text, from->position);
    for (size_t i = 0; from != NULL && from->kind == YAML_SEQUENCE && i < from->count; i++) {
        const struct yaml_node *item = from->items[i];
        if (item->kind != YAML_SCALAR)
            continue;
        check_once(loader, from, i);
        if (shop != NULL)
            check_name(loader, shop, item->text, item->position);
    }
}

/* Whether it is known from where the journey is replayed: else there is nothing to check. */
static bool is_told(const struct scenario *scenario, const struct shop *shop)
{
    return shop != NULL || scenario->from_count > 0;
}

static void check_quorum(struct loader *loader, const struct yaml_node *root,
                         const struct scenario *scenario, size_t vantages)
{
    if (scenario->quorum > vantages && vantages > 0)
        loader_report(loader, MISTAKE_QUORUM_HIGH, place_of(root, "quorum")->position,
                      "there would never be an incident",
                      "%u must agree, and the journey is replayed from %zu vantage point%s only",
                      scenario->quorum, vantages, vantages == 1 ? "" : "s");
}

static void check_leases(struct loader *loader, const struct scenario *scenario, size_t vantages)
{
    for (size_t i = 0; i < scenario->pool_count; i++) {
        const struct pool *pool = &scenario->pools[i];
        if (pool->take == TAKE_LEASE && pool->row_count > 0 && pool->row_count < vantages)
            loader_report(loader, MISTAKE_POOL_SHORT, pool->position,
                          "with `lease` each vantage point has rows of its own",
                          "%s has %zu row%s for %zu vantage points", pool->path, pool->row_count,
                          pool->row_count == 1 ? "" : "s", vantages);
    }
}

static void check_choices(struct loader *loader, const struct scenario *scenario,
                          const struct shop *shop, const struct pair *variable)
{
    for (size_t i = 0; shop != NULL && i < variable->choice_count; i++)
        if (strcmp(variable->choices[i].name, VARIABLE_OTHERS) != 0)
            check_name(loader, shop, variable->choices[i].name, variable->choices[i].position);
    for (size_t i = 0; variable->choice_count > 0 && i < scenario_vantage_count(scenario, shop);
         i++) {
        const char *vantage = scenario_vantage(scenario, shop, i);
        if (variable_at(variable, vantage) == NULL)
            loader_report(loader, MISTAKE_VARIABLE_VANTAGE, variable->position,
                          "`" VARIABLE_OTHERS ":` is for all that are not named",
                          "`%s` has no value for the vantage point `%s`", variable->name, vantage);
    }
}

static void check_schedule(struct loader *loader, const struct yaml_node *root,
                           const struct scenario *scenario)
{
    const struct yaml_node *timezone = yaml_find(root, "timezone");
    bool has_cron = yaml_find(root, "cron") != NULL;
    if (timezone != NULL && !has_cron)
        loader_report(loader, MISTAKE_KEY_CONFLICT, timezone->position,
                      "`every` has the same interval everywhere",
                      "`timezone` says what `cron` means, and there is none");
    if (has_cron && scenario->mode == MODE_SPREAD)
        loader_report(loader, MISTAKE_KEY_CONFLICT, place_of(root, "mode")->position,
                      "with `cron` write burst or rotate, or write `every`",
                      "`cron` says the minute, and leaves nothing to be spread over");
}

void scenario_check_vantages(struct loader *loader, const struct yaml_node *root,
                             const struct scenario *scenario, const struct shop *shop)
{
    size_t errors = loader->mistakes->errors;
    check_from(loader, shop, yaml_find(root, "from"));
    check_schedule(loader, root, scenario);
    /* Where a name is wrong, the others are not to be counted. */
    if (loader->mistakes->errors > errors || !is_told(scenario, shop))
        return;
    check_quorum(loader, root, scenario, scenario_vantage_count(scenario, shop));
    check_leases(loader, scenario, scenario_vantage_count(scenario, shop));
    for (size_t i = 0; i < scenario->variable_count; i++)
        check_choices(loader, scenario, shop, &scenario->variables[i]);
}
