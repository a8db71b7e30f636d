/* SPDX-License-Identifier: MIT */
/* The walk: a map's keys are looked up in the table, each value is loaded by its type. See
 * loader.h. */
#include "scenarios/loader.h"

#include "scenarios/pattern.h"

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

bool loader_is_other_kind(struct loader *loader, enum language_context own,
                          enum language_context other)
{
    const struct yaml_node *root = loader->file->root;
    bool is_own = yaml_find(root, language_table(own)->keys[0].name) != NULL;
    bool is_other = yaml_find(root, language_table(other)->keys[0].name) != NULL;
    if (is_own || !is_other)
        return false;
    loader_report(loader, MISTAKE_FILE_KIND, root->position, NULL, "this is %s, not %s",
                  language_context_text(other), language_context_text(own));
    return true;
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

static loader_value *const values[] = {
    [LANGUAGE_INTEGER] = loader_integer,
    [LANGUAGE_DURATION] = loader_duration,
    [LANGUAGE_WORD] = loader_word,
    [LANGUAGE_TEXT] = loader_line,
    [LANGUAGE_TEXTS] = loader_texts,
    [LANGUAGE_TEXT_OR_TEXTS] = loader_text_or_texts,
    [LANGUAGE_TEMPLATE] = loader_template,
    [LANGUAGE_PAIRS] = loader_pairs,
    [LANGUAGE_REQUEST] = loader_request,
    [LANGUAGE_JSON] = loader_json,
    [LANGUAGE_CONDITION] = loader_condition,
    [LANGUAGE_NEEDS] = loader_needs,
    [LANGUAGE_ASSERTIONS] = loader_assertions,
    [LANGUAGE_CAPTURES] = loader_captures,
    [LANGUAGE_OBJECTS] = loader_objects,
    [LANGUAGE_OBJECT_MAP] = loader_object_map,
    [LANGUAGE_TEXTS_MAP] = loader_texts_map,
    [LANGUAGE_OBJECT] = loader_one,
    [LANGUAGE_ASSERTION] = loader_assertion,
    [LANGUAGE_WORDS] = loader_words,
    [LANGUAGE_WORD_MAP] = loader_word_map,
    [LANGUAGE_QUERY] = loader_query,
    [LANGUAGE_GRAPHQL] = loader_graphql,
    [LANGUAGE_FILE] = loader_file,
    [LANGUAGE_PARTS] = loader_parts,
    [LANGUAGE_CRON] = loader_cron,
    [LANGUAGE_TIMEZONE] = loader_timezone,
    [LANGUAGE_PERCENTAGE] = loader_percentage,
    [LANGUAGE_VARIABLES] = loader_variables,
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
        loader_report_type(
            loader, node,
            arena_print(loader->arena, "%s: a map of keys", language_context_text(context)), NULL);
        return;
    }
    loader_put(target, table->position_offset, &node->position, sizeof node->position);
    for (size_t i = 0; i < yaml_pair_count(node); i++)
        load_pair(loader, context, yaml_key(node, i), yaml_value(node, i), &seen, target);
    report_missing(loader, context, node, &seen);
}
