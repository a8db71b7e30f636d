/* SPDX-License-Identifier: MIT */
/* The shop file, and what its components are called. See shop.h. */
#include "scenarios/shop.h"

#include "scenarios/loader.h"
#include "scenarios/shop_probe.h"
#include "scenarios/yaml.h"

#include <stdlib.h>
#include <string.h>

#define STORE_SQLITE "sqlite:"
#define STORE_MEMORY "sqlite::memory:"

#define CONTROL_ENDING ".control"

static const char *beside(const struct shop *shop, const char *path)
{
    return loader_beside(shop->arena, shop->file, path);
}

/* Beside the store, since there the monitor may write. `control` and `store` as the file has them,
 * or NULL. */
static const char *complete_control(struct arena *arena, const char *file, const char *control,
                                    const char *store)
{
    if (control != NULL)
        return loader_beside(arena, file, control);
    if (store == NULL || strncmp(store, STORE_SQLITE, strlen(STORE_SQLITE)) != 0)
        store = DEFAULT_STORE;
    if (strcmp(store, STORE_MEMORY) == 0)
        return arena_print(arena, "%s" CONTROL_ENDING, file);
    return arena_print(arena, "%s" CONTROL_ENDING,
                       loader_beside(arena, file, store + strlen(STORE_SQLITE)));
}

static void complete_paths(struct shop *shop)
{
    shop->control = complete_control(shop->arena, shop->file, shop->control, shop->store);
    for (size_t i = 0; i < shop->scenario_count; i++)
        shop->scenarios[i] = beside(shop, shop->scenarios[i]);
    for (size_t i = 0; i < shop->component_count; i++) {
        struct component_probe *probe = shop->components[i].probe;
        if (probe != NULL && probe->sqlite != NULL)
            probe->sqlite = beside(shop, probe->sqlite);
    }
    for (size_t i = 0; i < shop->reporter_count; i++)
        if (shop->reporters[i].path != NULL)
            shop->reporters[i].path = beside(shop, shop->reporters[i].path);
    for (size_t i = 0; i < shop->reporter_count; i++)
        if (shop->reporters[i].export != NULL)
            shop->reporters[i].export = beside(shop, shop->reporters[i].export);
    for (size_t i = 0; i < shop->secret_count; i++)
        if (shop->secrets[i].file != NULL)
            shop->secrets[i].file = beside(shop, shop->secrets[i].file);
    if (shop->store != NULL && strcmp(shop->store, STORE_MEMORY) != 0)
        shop->store = arena_print(shop->arena, STORE_SQLITE "%s",
                                  beside(shop, shop->store + strlen(STORE_SQLITE)));
}

static void complete_vantages(struct shop *shop)
{
    if (shop->vantage_count > 0)
        return;
    shop->vantages = arena_allocate(shop->arena, 1, sizeof *shop->vantages);
    shop->vantages[0].name = "local";
    shop->vantage_count = 1;
}

static void check_vantage_names(struct loader *loader, const struct shop *shop)
{
    for (size_t i = 0; i < shop->vantage_count; i++)
        if (strcmp(shop->vantages[i].name, VARIABLE_OTHERS) == 0)
            loader_report(loader, MISTAKE_NAME_GIVEN, shop->vantages[i].position,
                          "choose another name",
                          "`" VARIABLE_OTHERS "` are the vantage points that a variable does not "
                          "name");
}

/* Only of these an error tells whose fault it is that nobody is there. */
static void check_addresses(struct loader *loader, const struct shop *shop,
                            const struct yaml_node *components)
{
    for (size_t i = 0; i < shop->component_count; i++) {
        const struct component *component = &shop->components[i];
        if (component->at_count == 0 || component->kind == CAUSE_DATABASE ||
            component->kind == CAUSE_THIRD_PARTY)
            continue;
        const struct yaml_node *map =
            components != NULL ? yaml_find(components, component->name) : NULL;
        const struct yaml_node *at = map != NULL ? yaml_find(map, "at") : NULL;
        loader_report(loader, MISTAKE_KEY_CONFLICT, at != NULL ? at->position : component->position,
                      NULL, "`at` is where a database or a third party is, and `%s` is neither",
                      component->name);
    }
}

struct shop *shop_load(const char *file, struct mistakes *mistakes)
{
    struct arena *arena = arena_create();
    size_t errors = mistakes->errors, first = mistakes->count;
    struct yaml_file *yaml = yaml_read(arena, file, mistakes);
    if (yaml == NULL) {
        arena_free(arena);
        return NULL;
    }
    struct loader loader = {.arena = arena, .file = yaml, .mistakes = mistakes};
    struct shop *shop = arena_allocate(arena, 1, sizeof *shop);
    if (!loader_is_other_kind(&loader, LANGUAGE_IN_SHOP, LANGUAGE_IN_SCENARIO))
        loader_object(&loader, LANGUAGE_IN_SHOP, yaml->root, shop);
    shop->arena = arena;
    shop->file = yaml->name;
    reporter_settings_check(&loader, yaml_find(yaml->root, "reporters"));
    reporter_settings_check_names(&loader, shop->secrets, shop->secret_count);
    reporter_settings_check_listeners(&loader, shop->reporters, shop->reporter_count);
    check_vantage_names(&loader, shop);
    check_addresses(&loader, shop, yaml_find(yaml->root, "components"));
    shop_check_maintenance(&loader, shop);
    shop_check_probes(&loader, shop);
    loader_close(&loader);
    mistakes_sort(mistakes, first);
    if (mistakes->errors > errors) {
        shop_free(shop);
        return NULL;
    }
    complete_paths(shop);
    complete_vantages(shop);
    if (shop->retention == NULL) {
        shop->retention = arena_allocate(arena, 1, sizeof *shop->retention);
        *shop->retention = (struct retention)DEFAULT_RETENTION;
    }
    if (shop->limits == NULL) {
        shop->limits = arena_allocate(arena, 1, sizeof *shop->limits);
        shop->limits->runs = DEFAULT_LIMIT_RUNS;
    }
    return shop;
}

static const char *text_of(const struct yaml_node *node)
{
    return node != NULL && node->kind == YAML_SCALAR ? node->text : NULL;
}

const char *shop_control(const char *file, struct arena *arena)
{
    struct mistakes unheard = {.arena = arena};
    const struct yaml_file *yaml = yaml_read(arena, file, &unheard);
    const struct yaml_node *root = yaml != NULL ? yaml->root : NULL;
    const bool is_map = root != NULL && root->kind == YAML_MAPPING;
    return complete_control(arena, file, is_map ? text_of(yaml_find(root, "control")) : NULL,
                            is_map ? text_of(yaml_find(root, "store")) : NULL);
}

bool shop_is_meant(const char *file)
{
    struct arena *arena = arena_create();
    struct mistakes unread = {.arena = arena};
    const struct yaml_file *yaml = yaml_read(arena, file, &unread);
    const char *own = language_table(LANGUAGE_IN_SHOP)->keys[0].name;
    const char *other = language_table(LANGUAGE_IN_SCENARIO)->keys[0].name;
    bool is_meant =
        yaml != NULL && yaml_find(yaml->root, own) != NULL && yaml_find(yaml->root, other) == NULL;
    arena_free(arena);
    return is_meant;
}

void shop_free(struct shop *shop)
{
    if (shop != NULL)
        arena_free(shop->arena);
}

/* Whether the name is the component's, or that of a part of it. By hand, for diagnose/ asks this
 * of every step of a shop that fails. */
static bool is_named(const struct component *component, const char *name)
{
    const char *at = component->name;
    while (*at != '\0' && *at == *name) {
        at++;
        name++;
    }
    return *at == '\0' && (*name == '\0' || *name == '.');
}

const struct component *shop_component(const struct shop *shop, const char *name)
{
    for (size_t i = 0; shop != NULL && i < shop->component_count; i++)
        if (is_named(&shop->components[i], name))
            return &shop->components[i];
    return NULL;
}

enum cause shop_kind(const struct shop *shop, const char *name)
{
    static const char *const networks[] = {"cdn", "dns", "edge", "network"};
    const struct component *component = shop_component(shop, name);
    if (component != NULL)
        return component->kind;
    if (strcmp(name, "db") == 0 || strncmp(name, "db.", 3) == 0)
        return CAUSE_DATABASE;
    for (size_t i = 0; i < COUNT_OF(networks); i++)
        if (strcmp(name, networks[i]) == 0)
            return CAUSE_NETWORK;
    return CAUSE_APPLICATION;
}

const char *shop_title(const struct shop *shop, const char *name, struct arena *arena)
{
    const struct component *component = shop_component(shop, name);
    const char *dot = strchr(name, '.');
    if (component == NULL || component->title == NULL)
        return arena_duplicate(arena, name);
    if (dot == NULL)
        return arena_duplicate(arena, component->title);
    return arena_print(arena, "%s, %s", component->title, dot + 1);
}

const struct vantage *shop_vantage(const struct shop *shop, const char *name)
{
    for (size_t i = 0; shop != NULL && i < shop->vantage_count; i++)
        if (strcmp(shop->vantages[i].name, name) == 0)
            return &shop->vantages[i];
    return NULL;
}

const char *shop_vantage_title(const struct shop *shop, const char *name)
{
    const struct vantage *vantage = shop_vantage(shop, name);
    return vantage != NULL && vantage->title != NULL ? vantage->title : name;
}
