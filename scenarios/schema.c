/* SPDX-License-Identifier: MIT */
/* From the language's table to JSON Schema: one row a property, one context a definition. See
 * schema.h. */
#include "scenarios/schema.h"

#include "monitor/base/buffer.h"
#include "scenarios/expression.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATTERN_MAX = 4096, REFERENCE_MAX = 64 };

/* What clock.h's duration_parse reads. */
#define DURATION_PATTERN "^[0-9]+([.][0-9]*)?(us|ms|s|m|h|d|w|y)$"

static json_t *text_schema(enum language_format format)
{
    const char *expression = language_format_expression(format);
    bool is_any = format == LANGUAGE_FORMAT_ANY;
    json_t *schema = json_pack("{s:s, s:i}", "type", "string", "maxLength",
                               is_any ? LANGUAGE_BODY_MAX : LANGUAGE_TEXT_MAX);
    if (expression[0] != '\0')
        json_object_set_new(schema, "pattern", json_string(expression));
    if (!is_any && format != LANGUAGE_FORMAT_PROSE)
        json_object_set_new(schema, "not", json_pack("{s:s}", "pattern", "[\\r\\n]"));
    return schema;
}

/* The words that an expression can begin with. */
static json_t *expression_schema(void)
{
    static const char *const queries[] = {
#define X(name, word, argument, help) word,
        QUERY_TABLE(X)
#undef X
    };
    struct buffer pattern;
    buffer_init(&pattern, PATTERN_MAX);
    for (size_t i = 0; i < COUNT_OF(queries); i++) {
        buffer_text(&pattern, i == 0 ? "^\\s*(" : "|");
        for (const char *at = queries[i]; *at != '\0'; at++)
            buffer_print(&pattern, *at == '.' ? "[%c]" : "%c", *at);
        if (queries[i][strlen(queries[i]) - 1] == '.')
            buffer_text(&pattern, "[a-z]+"); /* `time.` and a phase */
    }
    buffer_text(&pattern, ")(\\s|$)");
    json_t *schema = json_pack("{s:s, s:s}", "type", "string", "pattern", pattern.data);
    buffer_free(&pattern);
    return schema;
}

static json_t *word_schema(const struct language_key *key)
{
    json_t *words = json_array();
    for (size_t i = 0; i < key->word_count; i++) {
        char *end;
        double number = strtod(key->words[i], &end);
        json_array_append_new(words, json_string(key->words[i]));
        if (*end == '\0') /* `http: 2` is a word, too */
            json_array_append_new(words, json_real(number));
    }
    return json_pack("{s:o}", "enum", words);
}

static json_t *integer_schema(const struct language_key *key)
{
    return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t)key->minimum,
                     "maximum", (json_int_t)key->maximum);
}

static json_t *reference_to(enum language_context context)
{
    char path[REFERENCE_MAX];
    snprintf(path, sizeof path, "#/$defs/%s", language_context_text(context));
    for (char *at = path; *at != '\0'; at++)
        *at = strchr(" `", *at) != NULL ? '-' : *at;
    return json_pack("{s:s}", "$ref", path);
}

static json_t *list_schema(const struct language_key *key, json_t *item)
{
    int64_t most = key->maximum != 0 ? key->maximum : LANGUAGE_LIST_MAX;
    return json_pack("{s:s, s:o, s:I, s:I}", "type", "array", "items", item, "minItems",
                     (json_int_t)key->minimum, "maxItems", (json_int_t)most);
}

static json_t *map_schema(const struct language_key *key, json_t *value)
{
    int64_t most = key->maximum != 0 ? key->maximum : LANGUAGE_LIST_MAX;
    return json_pack("{s:s, s:{s:s}, s:o, s:I, s:I}", "type", "object", "propertyNames", "pattern",
                     language_format_expression(key->format), "additionalProperties", value,
                     "minProperties", (json_int_t)key->minimum, "maxProperties", (json_int_t)most);
}

/* A list of such items, or one alone. */
static json_t *one_or_list_schema(const struct language_key *key, json_t *item)
{
    return json_pack("{s:[o, o]}", "anyOf", json_deep_copy(item), list_schema(key, item));
}

/* Among steps a use of a fragment may stand. */
static json_t *item_schema(const struct language_key *key)
{
    if (key->of != LANGUAGE_IN_STEP)
        return reference_to(key->of);
    return json_pack("{s:{s:[s]}, s:o, s:o}", "if", "required", "use", "then",
                     reference_to(LANGUAGE_IN_USE), "else", reference_to(LANGUAGE_IN_STEP));
}

#define PERCENTAGE_PATTERN "^[0-9]{1,2}([.][0-9]{1,4})?%$"

static json_t *pair_schema(void)
{
    return json_pack("{s:[s, s, s]}", "type", "string", "number", "boolean");
}

/* A value, or one for each vantage point. */
static json_t *variable_schema(void)
{
    json_t *choices = json_pack("{s:s, s:{s:s}, s:o, s:i}", "type", "object", "propertyNames",
                                "pattern", language_format_expression(LANGUAGE_FORMAT_NAME),
                                "additionalProperties", pair_schema(), "minProperties", 1);
    return json_pack("{s:[o, o]}", "anyOf", pair_schema(), choices);
}

/* No default: a new type of the language must say here what it is. */
static json_t *value_schema(const struct language_key *key)
{
    switch (key->type) {
    case LANGUAGE_INTEGER:
        return integer_schema(key);
    case LANGUAGE_INTEGERS:
        return list_schema(key, integer_schema(key));
    case LANGUAGE_DURATION:
        return json_pack("{s:s, s:s}", "type", "string", "pattern", DURATION_PATTERN);
    case LANGUAGE_WORD:
        return word_schema(key);
    case LANGUAGE_TEXT:
    case LANGUAGE_TEMPLATE:
    case LANGUAGE_REQUEST:
    case LANGUAGE_GRAPHQL:
    case LANGUAGE_FILE:
    case LANGUAGE_CRON:
    case LANGUAGE_TIMEZONE:
        return text_schema(key->format);
    case LANGUAGE_PERCENTAGE:
        return json_pack("{s:s, s:s}", "type", "string", "pattern", PERCENTAGE_PATTERN);
    case LANGUAGE_FLAG:
        return json_pack("{s:s}", "type", "boolean");
    case LANGUAGE_VARIABLES:
        return map_schema(key, variable_schema());
    case LANGUAGE_TEXTS:
        return list_schema(key, text_schema(key->format));
    case LANGUAGE_NEEDS:
    case LANGUAGE_TEXT_OR_TEXTS:
    case LANGUAGE_CONDITION:
        return one_or_list_schema(key, text_schema(key->format));
    case LANGUAGE_PAIRS:
        return map_schema(key, pair_schema());
    case LANGUAGE_JSON:
        return json_object();
    case LANGUAGE_ASSERTIONS:
        return one_or_list_schema(key, expression_schema());
    case LANGUAGE_CAPTURES:
        return map_schema(key, expression_schema());
    case LANGUAGE_QUERY:
        return json_pack("{s:[o, o]}", "anyOf", text_schema(LANGUAGE_FORMAT_ANY),
                         map_schema(key, pair_schema()));
    case LANGUAGE_PARTS:
        return map_schema(key,
                          json_pack("{s:[o, o]}", "anyOf", pair_schema(), reference_to(key->of)));
    case LANGUAGE_OBJECTS:
        return list_schema(key, item_schema(key));
    case LANGUAGE_OBJECT:
        return reference_to(key->of);
    case LANGUAGE_ASSERTION:
        return expression_schema();
    case LANGUAGE_WORDS:
        return one_or_list_schema(key, word_schema(key));
    case LANGUAGE_WORD_MAP:
        return map_schema(key, word_schema(key));
    case LANGUAGE_OBJECT_MAP:
        return map_schema(key, reference_to(key->of));
    case LANGUAGE_TEXTS_MAP:
        return map_schema(key, json_pack("{s:[o, {s:s, s:o}]}", "anyOf",
                                         text_schema(LANGUAGE_FORMAT_LINE), "type", "array",
                                         "items", text_schema(LANGUAGE_FORMAT_LINE)));
    }
    return json_object();
}

/* Exactly one key of a required group; of another at most one. */
static json_t *group_schema(const struct language_table *table, enum language_group group)
{
    json_t *choices = json_array();
    for (size_t i = 0; i < table->key_count; i++)
        if (table->keys[i].group == group)
            json_array_append_new(choices, json_pack("{s:[s]}", "required", table->keys[i].name));
    if (json_array_size(choices) > 0 && !language_group_is_required(group))
        json_array_append_new(choices,
                              json_pack("{s:{s:o}}", "not", "anyOf", json_deep_copy(choices)));
    return choices;
}

static json_t *object_schema(enum language_context context)
{
    const struct language_table *table = language_table(context);
    json_t *properties = json_object(), *required = json_array(), *groups = json_array();
    for (size_t i = 0; i < table->key_count; i++) {
        const struct language_key *key = &table->keys[i];
        json_t *value = value_schema(key);
        json_object_set_new(value, "description", json_string(key->help));
        json_object_set_new(properties, key->name, value);
        if (key->required)
            json_array_append_new(required, json_string(key->name));
    }
    json_t *schema = json_pack("{s:s, s:o, s:o, s:b}", "type", "object", "properties", properties,
                               "required", required, "additionalProperties", false);
    for (int group = LANGUAGE_GROUP_NONE + 1; group < LANGUAGE_GROUP_COUNT; group++) {
        json_t *choices = group_schema(table, (enum language_group)group);
        if (json_array_size(choices) > 0)
            json_array_append_new(groups, json_pack("{s:O}", "oneOf", choices));
        json_decref(choices);
    }
    if (json_array_size(groups) > 0)
        json_object_set(schema, "allOf", groups);
    json_decref(groups);
    return schema;
}

static void define(json_t *definitions, enum language_context context);

static void define_one(json_t *definitions, enum language_context context)
{
    json_t *reference = reference_to(context);
    const char *path = json_string_value(json_object_get(reference, "$ref"));
    const char *name = strrchr(path, '/') + 1;
    if (json_object_get(definitions, name) == NULL) {
        json_object_set_new(definitions, name, object_schema(context));
        define(definitions, context);
    }
    json_decref(reference);
}

/* Adds the contexts that `context` leads to. */
static void define(json_t *definitions, enum language_context context)
{
    const struct language_table *table = language_table(context);
    for (size_t i = 0; i < table->key_count; i++) {
        const struct language_key *key = &table->keys[i];
        bool is_nested = key->type == LANGUAGE_OBJECTS || key->type == LANGUAGE_OBJECT_MAP ||
                         key->type == LANGUAGE_OBJECT || key->type == LANGUAGE_PARTS;
        if (!is_nested)
            continue;
        define_one(definitions, key->of);
        if (key->of == LANGUAGE_IN_STEP)
            define_one(definitions, LANGUAGE_IN_USE);
    }
}

struct json_t *schema_of_language(enum language_context context)
{
    json_t *schema = object_schema(context), *definitions = json_object();
    char title[REFERENCE_MAX];
    snprintf(title, sizeof title, "shopwatch: %s", language_context_text(context));
    define(definitions, context);
    json_object_set_new(schema, "$defs", definitions);
    json_object_set_new(schema, "$schema",
                        json_string("https://json-schema.org/draft/2020-12/schema"));
    json_object_set_new(schema, "title", json_string(title));
    return schema;
}
