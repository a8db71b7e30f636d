/* SPDX-License-Identifier: MIT */
/* Plain values: numbers, times, words, text, and what lists and maps have in common. See loader.h.
 */
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
    if (loader_is_empty(node))
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
        bool can_quote = node->kind == YAML_SCALAR && !loader_is_empty(node);
        loader_report_type(
            loader, node, wanted,
            can_quote ? arena_print(loader->arena, "in quotes it is text: \"%s\"", node->text)
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
        loader_report(loader, MISTAKE_VALUE_COUNT, node->position, NULL, "nothing stands in `%s`",
                      key->name);
    return false;
}

bool loader_is_list(struct loader *loader, const struct language_key *key,
                    const struct yaml_node *node)
{
    if (node->kind == YAML_SEQUENCE)
        return has_length(loader, key, node, node->count);
    loader_report_type(loader, node, language_type_text(key->type),
                       loader_is_empty(node) ? NULL : "a list has a `- ` before each value");
    return false;
}

bool loader_is_map(struct loader *loader, const struct language_key *key,
                   const struct yaml_node *node)
{
    if (node->kind == YAML_MAPPING)
        return has_length(loader, key, node, yaml_pair_count(node));
    loader_report_type(loader, node, language_type_text(key->type),
                       node->kind == YAML_SEQUENCE ? "leave out the `- `" : NULL);
    return false;
}

void loader_integer(struct loader *loader, const struct language_key *key,
                    const struct yaml_node *node, void *target)
{
    int64_t value = 0;
    bool is_number = node->kind == YAML_SCALAR && yaml_type(node) == YAML_INTEGER;
    if (!is_number) {
        loader_report_type(loader, node, language_type_text(key->type),
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
        bool is_number = yaml_type(node) == YAML_INTEGER || yaml_type(node) == YAML_REAL;
        loader_report(loader, MISTAKE_VALUE_FORMAT, node->position,
                      is_number ? arena_print(loader->arena, "for seconds write `%ss`", node->text)
                                : NULL,
                      "expected %s", wanted);
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

/* For a word that YAML takes for a number. */
static const char *unquoted_hint(struct loader *loader, const struct language_key *key,
                                 const struct yaml_node *node)
{
    for (size_t i = 0; node->kind == YAML_SCALAR && i < key->word_count; i++)
        if (strcmp(node->text, key->words[i]) == 0)
            return arena_print(loader->arena, "in quotes it is text: \"%s\"", node->text);
    return NULL;
}

void loader_word(struct loader *loader, const struct language_key *key,
                 const struct yaml_node *node, void *target)
{
    if (node->kind != YAML_SCALAR || yaml_type(node) != YAML_TEXT) {
        loader_report_type(loader, node, join_words(loader, key), unquoted_hint(loader, key, node));
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

void loader_line(struct loader *loader, const struct language_key *key,
                 const struct yaml_node *node, void *target)
{
    const char *text = loader_text(loader, key->format, node);
    loader_put(target, key->offset, &text, sizeof text);
}
