/* SPDX-License-Identifier: MIT */
/* Lists and maps, of texts and of objects. See loader.h. */
#include "scenarios/loader.h"
#include "scenarios/shop.h"

#include <string.h>

static size_t count_in(const struct language_key *key, const void *target)
{
    const char *place = (const char *)target + key->count_offset;
    uint32_t small = 0;
    size_t count = 0;
    if (key->count_size == sizeof small)
        memcpy(&small, place, sizeof small);
    else
        memcpy(&count, place, sizeof count);
    return small + count;
}

void loader_put_list(struct loader *loader, const struct language_key *key, void *target,
                     const void *list, size_t count, size_t size)
{
    size_t before = count_in(key, target), sum = before + count;
    uint32_t small = (uint32_t)sum;
    if (before > 0 && count > 0) {
        const void *old;
        memcpy(&old, (const char *)target + key->offset, sizeof old);
        char *both = arena_allocate(loader->arena, sum, size);
        memcpy(both, old, before * size);
        memcpy(both + before * size, list, count * size);
        list = both;
    }
    if (before == 0 || count > 0)
        loader_put(target, key->offset, &list, sizeof list);
    if (key->count_size == sizeof small)
        loader_put(target, key->count_offset, &small, sizeof small);
    else
        loader_put(target, key->count_offset, &sum, sizeof sum);
}

size_t loader_item_count(struct loader *loader, const struct language_key *key,
                         const struct yaml_node *node)
{
    if (node->kind == YAML_SCALAR && !loader_is_empty(node))
        return 1;
    return loader_is_list(loader, key, node) ? node->count : 0;
}

const struct yaml_node *loader_item(const struct yaml_node *node, size_t n)
{
    return node->kind == YAML_SEQUENCE ? node->items[n] : node;
}

static const char **text_list(struct loader *loader, enum language_format format,
                              const struct yaml_node *node, size_t items, size_t *ret_count)
{
    const char **texts = NULL;
    *ret_count = 0;
    for (size_t i = 0; i < items; i++) {
        const char *text = loader_text(loader, format, loader_item(node, i));
        if (text == NULL)
            continue;
        arena_grow(loader->arena, texts, *ret_count);
        texts[(*ret_count)++] = text;
    }
    return texts;
}

void loader_texts(struct loader *loader, const struct language_key *key,
                  const struct yaml_node *node, void *target)
{
    size_t count;
    if (!loader_is_list(loader, key, node))
        return;
    const char **texts = text_list(loader, key->format, node, node->count, &count);
    loader_put_list(loader, key, target, texts, count, sizeof *texts);
}

void loader_text_or_texts(struct loader *loader, const struct language_key *key,
                          const struct yaml_node *node, void *target)
{
    size_t count, items = loader_item_count(loader, key, node);
    const char **texts = text_list(loader, key->format, node, items, &count);
    loader_put_list(loader, key, target, texts, count, sizeof *texts);
}

void loader_needs(struct loader *loader, const struct language_key *key,
                  const struct yaml_node *node, void *target)
{
    struct need *needs = NULL;
    size_t count = 0, items = loader_item_count(loader, key, node);
    for (size_t i = 0; i < items; i++) {
        const struct yaml_node *item = loader_item(node, i);
        const char *name = loader_text(loader, key->format, item);
        if (name == NULL)
            continue;
        arena_grow(loader->arena, needs, count);
        needs[count++] = (struct need){name, item->position};
    }
    loader_put_list(loader, key, target, needs, count, sizeof *needs);
}

void loader_objects(struct loader *loader, const struct language_key *key,
                    const struct yaml_node *node, void *target)
{
    size_t size = language_table(key->of)->size;
    if (key->of == LANGUAGE_IN_STEP) {
        loader_steps(loader, key, node, target);
        return;
    }
    if (!loader_is_list(loader, key, node))
        return;
    char *objects = arena_allocate(loader->arena, node->count, size);
    for (size_t i = 0; i < node->count; i++)
        loader_object(loader, key->of, node->items[i], objects + i * size);
    loader_put_list(loader, key, target, objects, node->count, size);
}

const char *loader_entry_name(struct loader *loader, const struct language_key *key,
                              const struct yaml_node *name)
{
    if (name->kind != YAML_SCALAR)
        return NULL;
    if (loader_has_format(loader, key->format, name->text))
        return arena_keep(loader->arena, name->text);
    loader_report(loader, MISTAKE_NAME_INVALID, name->position,
                  loader_format_hint(loader, key->format, name->text), "expected %s",
                  language_format_text(key->format));
    return NULL;
}

/* False after reporting that names stand in a list, where each has a value, such as `value`; NULL:
 * of secrets, where it comes from; of others the key's example is shown. */
static bool is_named(struct loader *loader, const struct language_key *key,
                     const struct yaml_node *node, const char *value)
{
    const char *entries = "";
    bool is_secret = key->of == LANGUAGE_IN_SECRET && key->type == LANGUAGE_OBJECT_MAP;
    if (node->kind != YAML_SEQUENCE || node->count == 0 || (value == NULL && !is_secret))
        return true;
    for (size_t i = 0; i < node->count; i++) {
        if (node->items[i]->kind != YAML_SCALAR)
            return true;
        const char *name = node->items[i]->text;
        if (node->count > LOADER_HINT_MAX)
            continue;
        entries =
            arena_print(loader->arena, "%s%s%s: %s", entries, i > 0 ? ", " : "", name,
                        value != NULL ? value : arena_print(loader->arena, "{env: %s}", name));
    }
    loader_report_type(loader, node, language_type_text(key->type),
                       node->count > LOADER_HINT_MAX
                           ? NULL
                           : arena_print(loader->arena, "write: %s: {%s}", key->name, entries));
    return false;
}

/* As a map with its first key; but no secret is repeated. */
static const char *entry_hint(struct loader *loader, enum language_context context,
                              const char *name, const char *value)
{
    return arena_print(loader->arena, "write: %s: {%s: %s}", name,
                       language_table(context)->keys[0].name,
                       context == LANGUAGE_IN_SECRET ? name : value);
}

/* What has no name that it could be called by is read for its mistakes alone. */
void loader_object_map(struct loader *loader, const struct language_key *key,
                       const struct yaml_node *node, void *target)
{
    const struct language_table *table = language_table(key->of);
    if (!is_named(loader, key, node, key->of == LANGUAGE_IN_VANTAGE ? "{}" : NULL) ||
        !loader_is_map(loader, key, node))
        return;
    size_t count = 0;
    char *objects = arena_allocate(loader->arena, yaml_pair_count(node), table->size);
    for (size_t i = 0; i < yaml_pair_count(node); i++) {
        const struct yaml_node *name_node = yaml_key(node, i), *value = yaml_value(node, i);
        char *object = objects + count * table->size;
        const char *name = loader_entry_name(loader, key, name_node);
        if (loader_is_empty(value))
            loader_report_type(loader, value, language_context_text(key->of),
                               "`{}` is one with no keys");
        else if (value->kind == YAML_SCALAR && name != NULL)
            loader_report_type(
                loader, value,
                arena_print(loader->arena, "%s: a map of keys", language_context_text(key->of)),
                entry_hint(loader, key->of, name, value->text));
        else
            loader_object(loader, key->of, value, object);
        loader_put(object, table->name_offset, &name, sizeof name);
        loader_put(object, table->position_offset, &name_node->position,
                   sizeof name_node->position);
        if (name != NULL)
            count++;
        else
            memset(object, 0, table->size);
    }
    loader_put_list(loader, key, target, objects, count, table->size);
}

void loader_texts_map(struct loader *loader, const struct language_key *key,
                      const struct yaml_node *node, void *target)
{
    struct component_part *parts = NULL;
    size_t count = 0;
    if (!is_named(loader, key, node, "[]") || !loader_is_map(loader, key, node))
        return;
    for (size_t i = 0; i < yaml_pair_count(node); i++) {
        const char *name = loader_entry_name(loader, key, yaml_key(node, i));
        const struct yaml_node *list = yaml_value(node, i);
        bool is_one = list->kind == YAML_SCALAR && !loader_is_empty(list);
        if (list->kind != YAML_SEQUENCE && !is_one) {
            loader_report_type(loader, list, "a list of texts", "`[]` is an empty list");
            continue;
        }
        struct component_part part = {.name = name};
        part.tables = text_list(loader, LANGUAGE_FORMAT_LINE, list, is_one ? 1 : list->count,
                                &part.table_count);
        if (name == NULL)
            continue;
        arena_grow(loader->arena, parts, count);
        parts[count++] = part;
    }
    loader_put_list(loader, key, target, parts, count, sizeof *parts);
}
