/* SPDX-License-Identifier: MIT */
/* The walk, and the plain values: numbers, times, words, texts, lists. See loader.h. */
#include "scenarios/loader.h"

#include "scenarios/pattern.h"
#include "scenarios/shop.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 600 };

void loader_report(struct loader *loader, enum mistake_kind kind, struct position position,
                   const char *hint, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct mistake_place place = yaml_place(loader->file, position);
    mistakes_report(loader->mistakes, kind, &place, hint, "%s", text);
}

void loader_close(struct loader *loader)
{
    for (size_t i = 0; i < COUNT_OF(loader->formats); i++) {
        pattern_free(loader->formats[i]);
        loader->formats[i] = NULL;
    }
}

void loader_put(void *target, size_t offset, const void *value, size_t size)
{
    if (offset != LANGUAGE_NOWHERE)
        memcpy((char *)target + offset, value, size);
}

bool loader_has_format(struct loader *loader, enum language_format format, const char *text)
{
    if (loader->formats[format] == NULL) {
        size_t offset;
        loader->formats[format] =
            pattern_compile(language_format_expression(format), NULL, &offset);
    }
    return pattern_find(loader->formats[format], text, strlen(text), NULL, NULL) == RESULT_OK;
}

static const char *node_text(const struct yaml_node *node)
{
    switch (node->kind) {
    case YAML_SEQUENCE:
        return "a list";
    case YAML_MAPPING:
        return "a map";
    case YAML_SCALAR:
    case YAML_REFUSED:
        break;
    }
    switch (yaml_type(node)) {
    case YAML_TRUE:
    case YAML_FALSE:
        return "true or false";
    case YAML_INTEGER:
    case YAML_REAL:
        return "a number";
    case YAML_NULL:
        return "nothing";
    case YAML_TEXT:
        break;
    }
    return "text";
}

static bool is_empty(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && yaml_type(node) == YAML_NULL;
}

static void report_type(struct loader *loader, const struct yaml_node *node, const char *wanted,
                        const char *hint)
{
    if (node->kind == YAML_REFUSED)
        return;
    if (is_empty(node))
        loader_report(loader, MISTAKE_VALUE_EMPTY, node->position, hint,
                      "nothing stands here; expected %s", wanted);
    else
        loader_report(loader, MISTAKE_VALUE_TYPE, node->position, hint, "expected %s, not %s",
                      wanted, node_text(node));
}

const char *loader_text(struct loader *loader, enum language_format format,
                        const struct yaml_node *node)
{
    const char *wanted = language_format_text(format);
    bool is_long = format == LANGUAGE_FORMAT_ANY;
    size_t limit = is_long ? LANGUAGE_BODY_MAX : LANGUAGE_TEXT_MAX;
    if (node->kind != YAML_SCALAR || yaml_type(node) != YAML_TEXT) {
        bool can_quote = node->kind == YAML_SCALAR && !is_empty(node);
        report_type(loader, node, wanted,
                    can_quote
                        ? arena_print(loader->arena, "in quotes it is text: \"%s\"", node->text)
                        : NULL);
        return NULL;
    }
    if (strlen(node->text) > limit) {
        loader_report(loader, MISTAKE_VALUE_RANGE, node->position, NULL,
                      "longer than %zu bytes, which is the limit", limit);
        return NULL;
    }
    bool is_line = format != LANGUAGE_FORMAT_PROSE && !is_long;
    bool is_good = !(is_line && strpbrk(node->text, "\r\n") != NULL);
    if (is_good && loader_has_format(loader, format, node->text))
        return node->text;
    loader_report(loader, MISTAKE_VALUE_FORMAT, node->position, NULL, "expected %s", wanted);
    return NULL;
}

/* A list's length, against the key's bounds. */
static bool has_length(struct loader *loader, const struct language_key *key,
                       const struct yaml_node *node, size_t count)
{
    size_t most = key->maximum != 0 ? (size_t)key->maximum : LANGUAGE_LIST_MAX;
    if (count >= (size_t)key->minimum && count <= most)
        return true;
    if (count > most)
        loader_report(loader, MISTAKE_VALUE_COUNT, node->position, NULL, "more than %zu in `%s`",
                      most, key->name);
    else
        loader_report(loader, MISTAKE_VALUE_COUNT, node->position, NULL,
                      "`%s` needs at least %" PRId64, key->name, key->minimum);
    return false;
}

bool loader_is_list(struct loader *loader, const struct language_key *key,
                    const struct yaml_node *node)
{
    if (node->kind == YAML_SEQUENCE)
        return has_length(loader, key, node, node->count);
    report_type(loader, node, language_type_text(key->type),
                node->kind == YAML_SCALAR && !is_empty(node) ? "a list has a `- ` before each value"
                                                             : NULL);
    return false;
}

bool loader_is_map(struct loader *loader, const struct language_key *key,
                   const struct yaml_node *node)
{
    if (node->kind == YAML_MAPPING)
        return has_length(loader, key, node, yaml_pair_count(node));
    report_type(loader, node, language_type_text(key->type),
                node->kind == YAML_SEQUENCE ? "leave out the `- `" : NULL);
    return false;
}

static void load_integer(struct loader *loader, const struct language_key *key,
                         const struct yaml_node *node, void *target)
{
    int64_t value = 0;
    bool is_number = node->kind == YAML_SCALAR && yaml_type(node) == YAML_INTEGER;
    if (!is_number) {
        report_type(loader, node, language_type_text(key->type),
                    node->kind == YAML_SCALAR && node->style != YAML_PLAIN
                        ? "in quotes it is text, not a number"
                        : NULL);
        return;
    }
    if (yaml_integer(node, &value) != RESULT_OK || value < key->minimum || value > key->maximum) {
        if (key->minimum == key->maximum)
            loader_report(loader, MISTAKE_VALUE_RANGE, node->position, NULL,
                          "`%s` must be %" PRId64, key->name, key->minimum);
        else
            loader_report(loader, MISTAKE_VALUE_RANGE, node->position, NULL,
                          "`%s` must lie between %" PRId64 " and %" PRId64, key->name, key->minimum,
                          key->maximum);
        return;
    }
    loader_put(target, key->offset, &(unsigned){(unsigned)value}, sizeof(unsigned));
}

static void load_duration(struct loader *loader, const struct language_key *key,
                          const struct yaml_node *node, void *target)
{
    duration value = 0;
    const char *wanted = language_type_text(key->type);
    char least[DURATION_TEXT_MAX], most[DURATION_TEXT_MAX];
    if (node->kind != YAML_SCALAR || is_empty(node)) {
        report_type(loader, node, wanted, NULL);
        return;
    }
    enum result result = duration_parse(node->text, &value);
    if (result == RESULT_INVALID) {
        bool is_number = yaml_type(node) == YAML_INTEGER || yaml_type(node) == YAML_REAL;
        loader_report(loader, MISTAKE_VALUE_FORMAT, node->position,
                      is_number ? arena_print(loader->arena, "for seconds write `%ss`", node->text)
                                : NULL,
                      "expected %s", wanted);
    } else if (result != RESULT_OK || value < key->minimum || value > key->maximum) {
        loader_report(loader, MISTAKE_VALUE_RANGE, node->position, NULL,
                      "`%s` must lie between %s and %s", key->name,
                      duration_print(key->minimum, least), duration_print(key->maximum, most));
    } else {
        loader_put(target, key->offset, &value, sizeof value);
    }
}

static const char *join_words(struct loader *loader, const struct language_key *key)
{
    const char *text = key->words[0];
    for (size_t i = 1; i < key->word_count; i++)
        text = arena_print(loader->arena, "%s%s%s", text, i + 1 < key->word_count ? ", " : " or ",
                           key->words[i]);
    return text;
}

static void load_word(struct loader *loader, const struct language_key *key,
                      const struct yaml_node *node, void *target)
{
    if (node->kind != YAML_SCALAR || yaml_type(node) != YAML_TEXT) {
        report_type(loader, node, join_words(loader, key), NULL);
        return;
    }
    for (unsigned i = 0; i < key->word_count; i++) {
        if (strcmp(node->text, key->words[i]) != 0)
            continue;
        loader_put(target, key->offset, &i, sizeof i);
        return;
    }
    const char *nearest = mistake_nearest(node->text, key->words, key->word_count);
    loader_report(loader, MISTAKE_VALUE_WORD, node->position,
                  nearest == NULL ? NULL
                                  : arena_print(loader->arena, "did you mean `%s`?", nearest),
                  "`%s` must be %s, not `%s`", key->name, join_words(loader, key), node->text);
}

static void load_text(struct loader *loader, const struct language_key *key,
                      const struct yaml_node *node, void *target)
{
    const char *text = loader_text(loader, key->format, node);
    loader_put(target, key->offset, &text, sizeof text);
}

static void put_list(const struct language_key *key, void *target, const void *list, size_t count)
{
    loader_put(target, key->offset, &list, sizeof list);
    loader_put(target, key->count_offset, &count, sizeof count);
}

static const char **text_list(struct loader *loader, enum language_format format,
                              const struct yaml_node *node, size_t *ret_count)
{
    const char **texts = NULL;
    *ret_count = 0;
    for (size_t i = 0; i < node->count; i++) {
        const char *text = loader_text(loader, format, node->items[i]);
        if (text == NULL)
            continue;
        arena_grow(loader->arena, texts, *ret_count);
        texts[(*ret_count)++] = text;
    }
    return texts;
}

static void load_texts(struct loader *loader, const struct language_key *key,
                       const struct yaml_node *node, void *target)
{
    size_t count;
    if (!loader_is_list(loader, key, node))
        return;
    const char **texts = text_list(loader, key->format, node, &count);
    put_list(key, target, texts, count);
}

static void load_text_or_texts(struct loader *loader, const struct language_key *key,
                               const struct yaml_node *node, void *target)
{
    if (node->kind != YAML_SCALAR || is_empty(node)) {
        load_texts(loader, key, node, target);
        return;
    }
    const char *text = loader_text(loader, key->format, node);
    const char **texts = arena_allocate(loader->arena, 1, sizeof *texts);
    texts[0] = text;
    if (text != NULL)
        put_list(key, target, texts, 1);
}

static void load_needs(struct loader *loader, const struct language_key *key,
                       const struct yaml_node *node, void *target)
{
    struct need *needs = NULL;
    size_t count = 0;
    if (!loader_is_list(loader, key, node))
        return;
    for (size_t i = 0; i < node->count; i++) {
        const char *name = loader_text(loader, key->format, node->items[i]);
        if (name == NULL)
            continue;
        arena_grow(loader->arena, needs, count);
        needs[count++] = (struct need){name, node->items[i]->position};
    }
    put_list(key, target, needs, count);
}

static void load_objects(struct loader *loader, const struct language_key *key,
                         const struct yaml_node *node, void *target)
{
    size_t size = language_table(key->of)->size;
    if (!loader_is_list(loader, key, node))
        return;
    char *objects = arena_allocate(loader->arena, node->count, size);
    put_list(key, target, objects, node->count);
    loader->cleanup = key->count_offset == offsetof(struct scenario, cleanup_count);
    for (size_t i = 0; i < node->count; i++) {
        loader->step = i + 1;
        loader_object(loader, key->of, node->items[i], objects + i * size);
    }
    loader->step = 0;
    loader->cleanup = false;
}

/* The name of a map's entry; NULL after a mistake. */
static const char *entry_name(struct loader *loader, const struct language_key *key,
                              const struct yaml_node *name)
{
    if (name->kind != YAML_SCALAR)
        return NULL;
    if (loader_has_format(loader, key->format, name->text))
        return name->text;
    loader_report(loader, MISTAKE_NAME_INVALID, name->position, NULL, "expected %s",
                  language_format_text(key->format));
    return NULL;
}

static void load_object_map(struct loader *loader, const struct language_key *key,
                            const struct yaml_node *node, void *target)
{
    const struct language_table *table = language_table(key->of);
    if (!loader_is_map(loader, key, node))
        return;
    size_t count = yaml_pair_count(node);
    char *objects = arena_allocate(loader->arena, count, table->size);
    put_list(key, target, objects, count);
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *name_node = yaml_key(node, i), *value = yaml_value(node, i);
        char *object = objects + i * table->size;
        const char *name = entry_name(loader, key, name_node);
        if (is_empty(value))
            report_type(loader, value, language_context_text(key->of), "`{}` is one with no keys");
        else
            loader_object(loader, key->of, value, object);
        loader_put(object, table->name_offset, &name, sizeof name);
        loader_put(object, table->position_offset, &name_node->position,
                   sizeof name_node->position);
    }
}

static void load_texts_map(struct loader *loader, const struct language_key *key,
                           const struct yaml_node *node, void *target)
{
    struct component_part *parts = NULL;
    size_t count = 0;
    if (!loader_is_map(loader, key, node))
        return;
    for (size_t i = 0; i < yaml_pair_count(node); i++) {
        const char *name = entry_name(loader, key, yaml_key(node, i));
        const struct yaml_node *list = yaml_value(node, i);
        if (list->kind != YAML_SEQUENCE) {
            report_type(loader, list, "a list of texts", "`[]` is an empty list");
            continue;
        }
        arena_grow(loader->arena, parts, count);
        struct component_part *part = &parts[count++];
        *part = (struct component_part){.name = name};
        part->tables = text_list(loader, LANGUAGE_FORMAT_LINE, list, &part->table_count);
    }
    put_list(key, target, parts, count);
}

static loader_value *const values[] = {
    [LANGUAGE_INTEGER] = load_integer,
    [LANGUAGE_DURATION] = load_duration,
    [LANGUAGE_WORD] = load_word,
    [LANGUAGE_TEXT] = load_text,
    [LANGUAGE_TEXTS] = load_texts,
    [LANGUAGE_TEXT_OR_TEXTS] = load_text_or_texts,
    [LANGUAGE_TEMPLATE] = loader_template,
    [LANGUAGE_PAIRS] = loader_pairs,
    [LANGUAGE_REQUEST] = loader_request,
    [LANGUAGE_JSON] = loader_json,
    [LANGUAGE_CONDITION] = loader_condition,
    [LANGUAGE_NEEDS] = load_needs,
    [LANGUAGE_ASSERTIONS] = loader_assertions,
    [LANGUAGE_CAPTURES] = loader_captures,
    [LANGUAGE_OBJECTS] = load_objects,
    [LANGUAGE_OBJECT_MAP] = load_object_map,
    [LANGUAGE_TEXTS_MAP] = load_texts_map,
};

static void report_unknown(struct loader *loader, enum language_context context,
                           const struct yaml_node *name)
{
    const struct language_table *table = language_table(context);
    const char *names[LANGUAGE_KEYS_MAX], *hint = NULL;
    for (size_t i = 0; i < table->key_count; i++)
        names[i] = table->keys[i].name;
    const char *nearest = mistake_nearest(name->text, names, table->key_count);
    for (unsigned other = 0; other < LANGUAGE_CONTEXT_COUNT && hint == NULL; other++)
        if (language_find((enum language_context)other, name->text) != NULL)
            hint = arena_print(loader->arena, "it is a key of %s",
                               language_context_text((enum language_context)other));
    if (nearest != NULL)
        hint = arena_print(loader->arena, "did you mean `%s`?", nearest);
    loader_report(loader, MISTAKE_KEY_UNKNOWN, name->position, hint, "unknown key `%s`",
                  name->text);
}

struct seen {
    bool keys[LANGUAGE_KEYS_MAX];
    const struct yaml_node *groups[LANGUAGE_GROUP_COUNT];
};

/* False when an earlier key excludes this one. */
static bool join_group(struct loader *loader, const struct language_key *key,
                       const struct yaml_node *name, struct seen *seen)
{
    const struct yaml_node **first = &seen->groups[key->group];
    if (key->group == LANGUAGE_GROUP_NONE)
        return true;
    if (*first != NULL) {
        loader_report(loader, MISTAKE_KEY_CONFLICT, name->position,
                      arena_print(loader->arena, "only %s", language_group_text(key->group)),
                      "`%s` besides `%s`", key->name, (*first)->text);
        return false;
    }
    *first = name;
    return true;
}

static void load_pair(struct loader *loader, enum language_context context,
                      const struct yaml_node *name, const struct yaml_node *value,
                      struct seen *seen, void *target)
{
    if (name->kind != YAML_SCALAR)
        return;
    const struct language_key *key = language_find(context, name->text);
    if (key == NULL) {
        report_unknown(loader, context, name);
        return;
    }
    seen->keys[key - language_table(context)->keys] = true;
    if (join_group(loader, key, name, seen) && value->kind != YAML_REFUSED)
        values[key->type](loader, key, value, target);
}

static void report_missing(struct loader *loader, enum language_context context,
                           const struct yaml_node *node, const struct seen *seen)
{
    const struct language_table *table = language_table(context);
    const char *title = language_context_text(context);
    bool wanted[LANGUAGE_GROUP_COUNT] = {false};
    for (size_t i = 0; i < table->key_count; i++) {
        const struct language_key *key = &table->keys[i];
        wanted[key->group] |= language_group_is_required(key->group);
        if (key->required && !seen->keys[i])
            loader_report(loader, MISTAKE_KEY_MISSING, node->position, key->help,
                          "%s needs the key `%s`", title, key->name);
    }
    for (unsigned group = 0; group < LANGUAGE_GROUP_COUNT; group++)
        if (wanted[group] && seen->groups[group] == NULL)
            loader_report(loader, MISTAKE_KEY_MISSING, node->position, NULL, "%s needs %s", title,
                          language_group_text((enum language_group)group));
}

void loader_object(struct loader *loader, enum language_context context,
                   const struct yaml_node *node, void *target)
{
    const struct language_table *table = language_table(context);
    struct seen seen = {0};
    if (table->defaults != NULL)
        memcpy(target, table->defaults, table->size);
    if (node->kind != YAML_MAPPING) {
        report_type(loader, node,
                    arena_print(loader->arena, "%s: a map of keys", language_context_text(context)),
                    NULL);
        return;
    }
    loader_put(target, table->position_offset, &node->position, sizeof node->position);
    for (size_t i = 0; i < yaml_pair_count(node); i++)
        load_pair(loader, context, yaml_key(node, i), yaml_value(node, i), &seen, target);
    report_missing(loader, context, node, &seen);
}
