/* SPDX-License-Identifier: MIT */
/* Plain values: numbers, times, words, text, and what lists and maps have in common. See loader.h.
 */
#include "scenarios/foreign.h"
#include "scenarios/loader.h"

#include <inttypes.h>
#include <string.h>

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

bool loader_is_empty(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && yaml_type(node) == YAML_NULL;
}

void loader_report_type(struct loader *loader, const struct yaml_node *node, const char *wanted,
                        const char *hint)
{
    if (node->kind == YAML_REFUSED)
        return;
    if (hint == NULL)
        hint = loader_example(loader);
    if (loader_is_empty(node))
        loader_report(loader, MISTAKE_VALUE_EMPTY, node->position, hint,
                      "nothing stands here; expected %s", wanted);
    else
        loader_report(loader, MISTAKE_VALUE_TYPE, node->position, hint, "expected %s, not %s",
                      wanted, node_text(node));
}

/* What is written without quotes, and no text for that. */
static const char *text_hint(struct loader *loader, enum language_format format,
                             const struct yaml_node *node)
{
    if (node->kind != YAML_SCALAR || loader_is_empty(node))
        return NULL;
    bool is_word = yaml_type(node) == YAML_TRUE || yaml_type(node) == YAML_FALSE;
    if (format == LANGUAGE_FORMAT_LISTEN)
        return loader_format_hint(loader, format, node->text);
    if (is_word && loader_example(loader) != NULL)
        return NULL;
    return arena_print(loader->arena, "in quotes it is text: \"%s\"", node->text);
}

bool loader_is_text(struct loader *loader, enum language_format format,
                    const struct yaml_node *node)
{
    const char *wanted = language_format_text(format);
    bool is_long = format == LANGUAGE_FORMAT_ANY;
    size_t limit = is_long ? LANGUAGE_BODY_MAX : LANGUAGE_TEXT_MAX;
    if (is_long && node->kind == YAML_MAPPING) {
        loader_report_type(loader, node, wanted, "a map is sent as `json`, or as `form`");
        return false;
    }
    if (node->kind != YAML_SCALAR || yaml_type(node) != YAML_TEXT) {
        loader_report_type(loader, node, wanted, text_hint(loader, format, node));
        return false;
    }
    if (strlen(node->text) > limit) {
        loader_report(loader, MISTAKE_VALUE_RANGE, node->position, NULL,
                      "longer than %zu bytes, which is the limit", limit);
        return false;
    }
    bool is_line = format != LANGUAGE_FORMAT_PROSE && !is_long;
    bool is_good = !(is_line && strpbrk(node->text, "\r\n") != NULL);
    if (is_good && loader_has_format(loader, format, node->text))
        return true;
    loader_report(loader, MISTAKE_VALUE_FORMAT, node->position,
                  loader_format_hint(loader, format, node->text), "expected %s", wanted);
    return false;
}

const char *loader_text(struct loader *loader, enum language_format format,
                        const struct yaml_node *node)
{
    return loader_is_text(loader, format, node) ? arena_keep(loader->arena, node->text) : NULL;
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
        loader_report(loader, MISTAKE_VALUE_COUNT, node->position, NULL, "nothing stands in `%s`",
                      key->name);
    return false;
}

static const char *list_hint(struct loader *loader, const struct language_key *key,
                             const struct yaml_node *node)
{
    const char *list = "";
    size_t count = 0;
    if (loader_is_empty(node) || key->type != LANGUAGE_TEXTS || node->kind != YAML_SCALAR)
        return loader_is_empty(node) || loader_example(loader) != NULL
                   ? NULL
                   : "a list has a `- ` before each value";
    for (const char *at = node->text; *at != '\0';) {
        size_t length = strcspn(at, " ");
        if (++count > LOADER_HINT_MAX)
            return NULL;
        list = arena_print(loader->arena, "%s%s%.*s", list, *list != '\0' ? ", " : "", (int)length,
                           at);
        at += length + strspn(at + length, " ");
    }
    return arena_print(loader->arena, "write: %s: [%s]", key->name, list);
}

bool loader_is_list(struct loader *loader, const struct language_key *key,
                    const struct yaml_node *node)
{
    if (node->kind == YAML_SEQUENCE)
        return has_length(loader, key, node, node->count);
    if (key->type == LANGUAGE_OBJECTS && node->kind == YAML_MAPPING && !node->flow) {
        bool is_named = node->items[1]->kind == YAML_MAPPING && node->items[0]->kind == YAML_SCALAR;
        const char *line = yaml_line(loader->file, node->position.line);
        loader_report_type(
            loader, node, language_type_text(key->type),
            is_named ? arena_print(loader->arena, "each one begins with its name: - step: %s",
                                   node->items[0]->text)
                     : arena_print(loader->arena, "each one begins with a `- `: - %s",
                                   line + node->position.column - 1));
        return false;
    }
    loader_report_type(loader, node, language_type_text(key->type), list_hint(loader, key, node));
    return false;
}

static const char *map_hint(struct loader *loader, const struct yaml_node *node)
{
    bool takes_pairs = loader->key != NULL &&
                       (loader->key->type == LANGUAGE_PAIRS || loader->key->type == LANGUAGE_QUERY);
    return takes_pairs && node->kind == YAML_SCALAR
               ? loader_pairs_hint(loader, loader->key->name, node->text)
               : NULL;
}

bool loader_is_map(struct loader *loader, const struct language_key *key,
                   const struct yaml_node *node)
{
    if (node->kind == YAML_MAPPING)
        return has_length(loader, key, node, yaml_pair_count(node));
    bool is_list_of_maps = node->kind == YAML_SEQUENCE && !node->flow && node->count > 0 &&
                           node->items[0]->kind == YAML_MAPPING;
    loader_report_type(loader, node, language_type_text(key->type),
                       is_list_of_maps ? "leave out the `- `" : map_hint(loader, node));
    return false;
}

static const char *number_hint(struct loader *loader, const struct language_key *key,
                               const struct yaml_node *node)
{
    if (node->kind != YAML_SCALAR || loader_is_empty(node))
        return NULL;
    if (node->style != YAML_PLAIN)
        return "in quotes it is text, not a number";
    if (yaml_type(node) == YAML_TRUE)
        return arena_print(loader->arena, "say how many, such as: %s: 5", key->name);
    return key->minimum == key->maximum
               ? arena_print(loader->arena, "write: %s: %" PRId64, key->name, key->minimum)
               : NULL;
}

/* Within the key's limits; false after reporting that it is none. */
static bool read_integer(struct loader *loader, const struct language_key *key,
                         const struct yaml_node *node, unsigned *ret_value)
{
    int64_t value = 0;
    bool is_number = node->kind == YAML_SCALAR && yaml_type(node) == YAML_INTEGER;
    if (!is_number) {
        loader_report_type(loader, node, language_type_text(LANGUAGE_INTEGER),
                           number_hint(loader, key, node));
        return false;
    }
    if (yaml_integer(node, &value) != RESULT_OK || value < key->minimum || value > key->maximum) {
        if (key->minimum == key->maximum)
            loader_report(loader, MISTAKE_VALUE_RANGE, node->position, NULL,
                          "`%s` must be %" PRId64, key->name, key->minimum);
        else
            loader_report(loader, MISTAKE_VALUE_RANGE, node->position, NULL,
                          "`%s` must lie between %" PRId64 " and %" PRId64, key->name, key->minimum,
                          key->maximum);
        return false;
    }
    *ret_value = (unsigned)value;
    return true;
}

void loader_integer(struct loader *loader, const struct language_key *key,
                    const struct yaml_node *node, void *target)
{
    unsigned value;
    if (read_integer(loader, key, node, &value))
        loader_put(target, key->offset, &value, sizeof value);
}

void loader_integers(struct loader *loader, const struct language_key *key,
                     const struct yaml_node *node, void *target)
{
    unsigned *values = NULL, value;
    size_t count = 0;
    if (!loader_is_list(loader, key, node))
        return;
    for (size_t i = 0; i < node->count; i++) {
        if (!read_integer(loader, key, node->items[i], &value))
            continue;
        arena_grow(loader->arena, values, count);
        values[count++] = value;
    }
    loader_put_list(loader, key, target, values, count, sizeof *values);
}

void loader_flag(struct loader *loader, const struct language_key *key,
                 const struct yaml_node *node, void *target)
{
    enum yaml_type type = node->kind == YAML_SCALAR ? yaml_type(node) : YAML_NULL;
    bool value = type == YAML_TRUE;
    if (!value && type != YAML_FALSE)
        loader_report_type(loader, node, language_type_text(key->type), loader_example(loader));
    else
        loader_put(target, key->offset, &value, sizeof value);
}

/* A bound as one would write it in a file. */
static const char *written(struct loader *loader, duration value)
{
    static const struct {
        const char *unit;
        duration size;
    } units[] = {{"w", DURATION_WEEK},   {"d", DURATION_DAY},    {"h", DURATION_HOUR},
                 {"m", DURATION_MINUTE}, {"s", DURATION_SECOND}, {"ms", DURATION_MILLISECOND}};
    size_t i = 0;
    if (value == 0)
        return "0s";
    while (i + 1 < COUNT_OF(units) && value % units[i].size != 0)
        i++;
    return arena_print(loader->arena, "%" PRId64 "%s", value / units[i].size, units[i].unit);
}

static bool is_within(const struct language_key *key, const char *text)
{
    duration value;
    return duration_parse(text, &value) == RESULT_OK && value >= key->minimum &&
           value <= key->maximum;
}

static const char *duration_hint(struct loader *loader, const struct language_key *key,
                                 const struct yaml_node *node)
{
    size_t length;
    const char *time = foreign_duration(loader->arena, node->text, &length);
    if (time == NULL || length != strlen(node->text))
        return NULL;
    bool is_bare = node->text[strspn(node->text, "0123456789.,")] == '\0';
    int digits = (int)strspn(time, "0123456789.");
    bool is_seconds = strcmp(time + digits, "s") == 0;
    const char *other = arena_print(loader->arena, "%.*s%s", digits, time, is_seconds ? "ms" : "s");
    if (is_bare && !is_within(key, time))
        return is_within(key, other) ? arena_print(loader->arena, "write: %s: %s", key->name, other)
                                     : NULL;
    return is_bare && is_within(key, other)
               ? arena_print(loader->arena, "write: %s: %s, or %s", key->name, time, other)
               : arena_print(loader->arena, "write: %s: %s", key->name, time);
}

void loader_duration(struct loader *loader, const struct language_key *key,
                     const struct yaml_node *node, void *target)
{
    duration value = 0;
    const char *wanted = language_type_text(key->type);
    if (node->kind != YAML_SCALAR || loader_is_empty(node)) {
        loader_report_type(loader, node, wanted, NULL);
        return;
    }
    enum result result = duration_parse(node->text, &value);
    if (result == RESULT_INVALID) {
        loader_report(loader, MISTAKE_VALUE_FORMAT, node->position,
                      duration_hint(loader, key, node), "expected %s", wanted);
    } else if (result != RESULT_OK || value < key->minimum || value > key->maximum) {
        loader_report(loader, MISTAKE_VALUE_RANGE, node->position, NULL,
                      "`%s` must lie between %s and %s", key->name, written(loader, key->minimum),
                      written(loader, key->maximum));
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

/* The word that is meant by another one. */
static const char *word_hint(struct loader *loader, const struct language_key *key,
                             const char *word)
{
    const char *ours = foreign_choice(key->name, word);
    if (ours != NULL && key->type == LANGUAGE_WORD)
        return arena_print(loader->arena, "write: %s: %s", key->name, ours);
    if (ours != NULL)
        return arena_print(loader->arena, "write: %s", ours);
    for (size_t i = 0; i < key->word_count && ours == NULL; i++)
        if (foreign_is_same(key->words[i], word))
            ours = key->words[i];
    if (ours == NULL)
        ours = mistake_nearest(word, key->words, key->word_count);
    return ours != NULL ? arena_print(loader->arena, "did you mean `%s`?", ours) : NULL;
}

void loader_word(struct loader *loader, const struct language_key *key,
                 const struct yaml_node *node, void *target)
{
    if (node->kind != YAML_SCALAR || loader_is_empty(node)) {
        loader_report_type(loader, node, join_words(loader, key), loader_method_hint(loader, node));
        return;
    }
    /* A word may look like a number, `http: 2`: it is taken without quotes, too. */
    for (unsigned i = 0; i < key->word_count; i++) {
        if (strcmp(node->text, key->words[i]) != 0)
            continue;
        loader_put(target, key->offset, &i, sizeof i);
        return;
    }
    loader_report(loader, MISTAKE_VALUE_WORD, node->position, word_hint(loader, key, node->text),
                  "`%s` must be %s, not `%s`", key->name, join_words(loader, key), node->text);
}

void loader_line(struct loader *loader, const struct language_key *key,
                 const struct yaml_node *node, void *target)
{
    const char *text = loader_text(loader, key->format, node);
    loader_put(target, key->offset, &text, sizeof text);
}
