/* SPDX-License-Identifier: MIT */
/* `variables` of a scenario: a value, or one for each vantage point. See loader.h. */
#include "scenarios/loader.h"

#include <string.h>

static struct json_t *constant_of(const struct yaml_node *value)
{
    return value->kind == YAML_SCALAR ? loader_typed_value(value) : NULL;
}

/* `{us-east: USD, others: EUR}` */
static void load_choices(struct loader *loader, const struct language_key *key,
                         const struct yaml_node *node, struct pair *variable)
{
    struct language_key vantage = *key;
    vantage.format = LANGUAGE_FORMAT_NAME;
    if (!loader_is_map(loader, &vantage, node))
        return;
    if (yaml_pair_count(node) == 0)
        loader_report(loader, MISTAKE_VALUE_COUNT, node->position,
                      "name vantage points: {us-east: USD, " VARIABLE_OTHERS ": EUR}",
                      "no value stands here");
    for (size_t i = 0; i < yaml_pair_count(node); i++) {
        const struct yaml_node *value = yaml_value(node, i);
        struct pair choice = {.name = loader_pair_name(loader, &vantage, yaml_key(node, i)),
                              .position = yaml_key(node, i)->position};
        choice.value = loader_pair_value(loader, key, value);
        if (choice.name == NULL)
            continue;
        choice.constant = constant_of(value);
        arena_grow(loader->arena, variable->choices, variable->choice_count);
        variable->choices[variable->choice_count++] = choice;
    }
}

void loader_variables(struct loader *loader, const struct language_key *key,
                      const struct yaml_node *node, void *target)
{
    struct pair *variables = NULL;
    size_t count = 0;
    if (!loader_is_map(loader, key, node))
        return;
    for (size_t i = 0; i < yaml_pair_count(node); i++) {
        const struct yaml_node *value = yaml_value(node, i);
        struct pair variable = {.name = loader_pair_name(loader, key, yaml_key(node, i)),
                                .position = yaml_key(node, i)->position};
        if (variable.name == NULL)
            continue;
        if (value->kind == YAML_MAPPING)
            load_choices(loader, key, value, &variable);
        else
            variable.value = loader_pair_value(loader, key, value);
        variable.constant = constant_of(value);
        arena_grow(loader->arena, variables, count);
        variables[count++] = variable;
    }
    loader_put_list(loader, key, target, variables, count, sizeof *variables);
}

const struct pair *variable_at(const struct pair *variable, const char *vantage)
{
    const struct pair *others = NULL;
    if (variable->choice_count == 0)
        return variable;
    for (size_t i = 0; i < variable->choice_count; i++) {
        const struct pair *choice = &variable->choices[i];
        if (strcmp(choice->name, vantage) == 0)
            return choice;
        if (strcmp(choice->name, VARIABLE_OTHERS) == 0)
            others = choice;
    }
    return others;
}
