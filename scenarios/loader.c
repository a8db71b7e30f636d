/* SPDX-License-Identifier: MIT */
/* The walk: a map's keys are looked up in the table, each value is loaded by its type. See
 * loader.h. */
#include "scenarios/loader.h"

#include "scenarios/foreign.h"
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
    static const char *const hints[LANGUAGE_CONTEXT_COUNT] = {
        [LANGUAGE_IN_SCENARIO] = "the shop file stands behind -c, and its scenarios behind that",
        [LANGUAGE_IN_SHOP] = "a shop file stands behind -c: shopwatch run -c FILE",
        [LANGUAGE_IN_FRAGMENT] = "a journey takes it in among its steps: - use: FILE",
    };
    const char *hint = own == LANGUAGE_IN_FRAGMENT
                           ? "a fragment begins with its name, such as: fragment: login"
                           : hints[other];
    loader_report(loader, MISTAKE_FILE_KIND, root->position, hint, "this is %s, not %s",
                  language_context_text(other), language_context_text(own));
    return true;
}

static bool has_key(const void *root, const char *key)
{
    return yaml_find(root, key) != NULL;
}

/* The first line of a Hurl file, or of a request that was copied. */
static bool is_request_line(const struct yaml_node *root)
{
    size_t word = root->kind == YAML_SCALAR ? strspn(root->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") : 0;
    return word > 2 && root->text[word] == ' ' && strchr("h/{", root->text[word + 1]) != NULL;
}

bool loader_is_foreign(struct loader *loader, enum language_context own)
{
    const struct yaml_node *root = loader->file->root;
    const char *kind = is_request_line(root) ? "a Hurl file" : foreign_file(has_key, root);
    if (kind == NULL || yaml_find(root, language_table(own)->keys[0].name) != NULL)
        return false;
    loader_report(loader, MISTAKE_FILE_KIND, root->position,
                  "`shopwatch new URL` writes a first one; man 5 shopwatch-scenario has an example",
                  "this looks like %s, not like %s", kind, language_context_text(own));
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
    [LANGUAGE_INTEGERS] = loader_integers,
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
    [LANGUAGE_FLAG] = loader_flag,
};

struct seen {
    bool keys[LANGUAGE_KEYS_MAX];
    const struct yaml_node *groups[LANGUAGE_GROUP_COUNT];
    bool told[LANGUAGE_GROUP_COUNT]; /* that none of these is there was said already */
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
                      key->type == LANGUAGE_GRAPHQL
                          ? "`graphql` is sent by POST; what is asked stands under `query`"
                          : arena_print(loader->arena, "only %s", language_group_text(key->group)),
                      "`%s` besides `%s`", key->name, (*first)->text);
        return false;
    }
    *first = name;
    return true;
}

/* What an unknown key is meant for. */
struct meant {
    const struct language_key *key; /* NULL: nobody knows, or it is none of this place */
    const char *text;               /* what to do instead, where that is more than another name */
    bool is_near;                   /* a typing mistake */
    bool is_elsewhere;              /* all that stands here belongs to another place */
};

static struct meant find_meant(enum language_context context, const char *name)
{
    const struct language_table *table = language_table(context);
    const struct foreign_key *foreign = foreign_key(context, name);
    const char *names[LANGUAGE_KEYS_MAX];
    for (size_t i = 0; i < table->key_count; i++) {
        names[i] = table->keys[i].name;
        if (foreign_is_same(names[i], name))
            return (struct meant){.key = &table->keys[i], .is_near = true};
    }
    if (foreign != NULL) {
        struct meant meant = {.text = foreign->text};
        if (foreign->ours != NULL)
            meant.key = language_find(context, foreign->ours);
        meant.is_elsewhere = foreign->ours != NULL && meant.key == NULL;
        return meant;
    }
    const char *nearest = mistake_nearest(name, names, table->key_count);
    return (struct meant){.key = nearest != NULL ? language_find(context, nearest) : NULL,
                          .is_near = nearest != NULL};
}

static const char *elsewhere_hint(struct loader *loader, const char *name)
{
    for (unsigned other = 0; other < LANGUAGE_CONTEXT_COUNT; other++)
        if (language_find((enum language_context)other, name) != NULL)
            return arena_print(loader->arena, "it is a key of %s",
                               language_context_text((enum language_context)other));
    return NULL;
}

static void load_value(struct loader *loader, const struct language_key *key,
                       const struct yaml_node *value, void *target)
{
    const struct language_key *outer = loader->key;
    loader->key = key;
    if (value->kind != YAML_REFUSED)
        values[key->type](loader, key, value, target);
    loader->key = outer;
}

/* As it would stand under its name here; wrong values get hints of their own. */
static const char *renamed_hint(struct loader *loader, const struct language_key *key,
                                const struct yaml_node *value, bool is_good)
{
    const char *written = is_good ? loader_written(loader, value) : NULL;
    if (written == NULL)
        return arena_print(loader->arena, "here it is called `%s`", key->name);
    return arena_print(loader->arena, "write: %s: %s", key->name, written);
}

static const char *unknown_hint(struct loader *loader, const struct meant *meant,
                                const struct yaml_node *node, size_t n, bool is_good)
{
    const struct yaml_node *value = yaml_value(node, n);
    const char *hint = NULL;
    bool is_request =
        meant->text != NULL && meant->key != NULL && meant->key->group == LANGUAGE_GROUP_REQUEST;
    if (is_request)
        hint = loader_method_hint(loader, value->kind == YAML_MAPPING ? value : node);
    if (is_request && hint == NULL && value->kind == YAML_SCALAR &&
        strchr(value->text, ' ') != NULL)
        hint = loader_format_hint(loader, LANGUAGE_FORMAT_REQUEST, value->text);
    if (hint != NULL)
        return hint;
    if (meant->text != NULL)
        return meant->text;
    if (meant->key == NULL)
        return elsewhere_hint(loader, yaml_key(node, n)->text);
    if (meant->is_near)
        return arena_print(loader->arena, "did you mean `%s`?", meant->key->name);
    return renamed_hint(loader, meant->key, yaml_value(node, n), is_good);
}

/* Tells what is meant, and goes on with that: so a mistake is told once, and those inside of it. */
static void load_unknown(struct loader *loader, enum language_context context,
                         const struct yaml_node *node, size_t n, struct seen *seen, void *target)
{
    const struct yaml_node *name = yaml_key(node, n);
    const struct meant meant = find_meant(context, name->text);
    size_t place = loader->mistakes->count;
    loader_report(loader, MISTAKE_KEY_UNKNOWN, name->position, NULL, "unknown key `%s`",
                  name->text);
    size_t errors = loader->mistakes->errors;
    bool is_new = meant.key != NULL && yaml_find(node, meant.key->name) == NULL;
    if (is_new)
        seen->keys[meant.key - language_table(context)->keys] = true;
    if (is_new && meant.text != NULL)
        seen->told[meant.key->group] = true;
    else if (is_new && join_group(loader, meant.key, name, seen))
        load_value(loader, meant.key, yaml_value(node, n), target);
    seen->told[LANGUAGE_GROUP_REQUEST] |= meant.is_elsewhere;
    bool is_good = is_new && loader->mistakes->errors == errors;
    const char *hint = unknown_hint(loader, &meant, node, n, is_good);
    if (place < loader->mistakes->count)
        loader->mistakes->items[place].hint = arena_duplicate(loader->mistakes->arena, hint);
}

static void load_pair(struct loader *loader, enum language_context context,
                      const struct yaml_node *node, size_t n, struct seen *seen, void *target)
{
    const struct yaml_node *name = yaml_key(node, n);
    if (name->kind != YAML_SCALAR)
        return;
    const struct language_key *key = language_find(context, name->text);
    if (key == NULL) {
        load_unknown(loader, context, node, n, seen, target);
        return;
    }
    seen->keys[key - language_table(context)->keys] = true;
    if (join_group(loader, key, name, seen))
        load_value(loader, key, yaml_value(node, n), target);
}

static const char *example_hint(struct loader *loader, const struct language_key *key)
{
    const struct loader at = {.arena = loader->arena, .key = key};
    const char *hint = loader_example(&at);
    return hint != NULL ? hint : key->help;
}

/* The first of the group. */
static const char *group_hint(struct loader *loader, const struct language_table *table,
                              enum language_group group)
{
    for (size_t i = 0; i < table->key_count; i++)
        if (table->keys[i].group == group)
            return example_hint(loader, &table->keys[i]);
    return NULL;
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
            loader_report(loader, MISTAKE_KEY_MISSING, node->position, example_hint(loader, key),
                          "%s needs the key `%s`", title, key->name);
    }
    for (unsigned group = 0; group < LANGUAGE_GROUP_COUNT; group++)
        if (wanted[group] && seen->groups[group] == NULL && !seen->told[group])
            loader_report(loader, MISTAKE_KEY_MISSING, node->position,
                          group_hint(loader, table, (enum language_group)group), "%s needs %s",
                          title, language_group_text((enum language_group)group));
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
            arena_print(loader->arena, "%s: a map of keys", language_context_text(context)),
            context == LANGUAGE_IN_STEP ? "a step begins with its name: - step: home page" : NULL);
        return;
    }
    loader_put(target, table->position_offset, &node->position, sizeof node->position);
    for (size_t i = 0; i < yaml_pair_count(node); i++)
        load_pair(loader, context, node, i, &seen, target);
    report_missing(loader, context, node, &seen);
}
