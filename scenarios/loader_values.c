/* SPDX-License-Identifier: MIT */
/*
 * Values that hold variables: templates and JSON. Every use of a variable is noted with its place.
 * See loader.h.
 */
#include "scenarios/loader.h"

#include "scenarios/template_value.h"

#include <jansson.h>
#include <string.h>

void loader_add_use(struct loader *loader, const char *name, struct position position)
{
    arena_grow(loader->file->tree, loader->uses, loader->use_count);
    loader->uses[loader->use_count++] =
        (struct use){name, position, loader->step, loader->cleanup, false};
}

static struct template *compile(struct loader *loader, const struct yaml_node *node)
{
    struct error error = {0};
    size_t offset = 0;
    struct template *template = template_compile(loader->arena, node->text, &error, &offset);
    if (template == NULL) {
        const char *inside = node->text + offset + strlen("${");
        const char *hint = template_hint(loader->arena, inside, strcspn(inside, "}"));
        if (hint == NULL && error.code == RESULT_INVALID)
            hint = "a literal `${` is written `$${`";
        loader_report(loader, MISTAKE_TEMPLATE_INVALID, yaml_position(loader->file, node, offset),
                      hint, "%s", error.text);
        return NULL;
    }
    loader_find_foreign(loader, node, loader->key != NULL && loader->key->type == LANGUAGE_QUERY);
    for (size_t i = 0; i < template_name_count(template); i++)
        loader_add_use(loader, template_name(template, i),
                       yaml_position(loader->file, node, template_name_offset(template, i)));
    return template;
}

void loader_template(struct loader *loader, const struct language_key *key,
                     const struct yaml_node *node, void *target)
{
    size_t foreign = loader->foreign_count;
    bool is_text = node->kind == YAML_SCALAR && yaml_type(node) == YAML_TEXT;
    struct template *template = is_text ? compile(loader, node) : NULL;
    if (is_text && template == NULL)
        return;
    if (!loader_is_text(loader, key->format, node)) {
        loader->foreign_count = foreign; /* one mistake a value */
        return;
    }
    loader_put(target, key->offset, &template, sizeof template);
}

void loader_request(struct loader *loader, const struct language_key *key,
                    const struct yaml_node *node, void *target)
{
    struct step *step = target;
    step->method = (enum method)key->method;
    loader_template(loader, key, node, target);
}

static void add_condition(struct loader *loader, enum language_format format,
                          const struct yaml_node *node, struct step *step)
{
    static const char not [] = "not ";
    const char *text = loader_text(loader, format, node);
    if (text == NULL)
        return;
    bool negated = strncmp(text, not, strlen(not )) == 0;
    size_t skip = negated ? strlen(not ) : 0;
    arena_grow(loader->arena, step->when, step->when_count);
    step->when[step->when_count++] = (struct condition){text + skip, negated};
    loader_add_use(loader, text + skip, yaml_position(loader->file, node, skip));
}

void loader_condition(struct loader *loader, const struct language_key *key,
                      const struct yaml_node *node, void *target)
{
    size_t items = loader_item_count(loader, key, node);
    for (size_t i = 0; i < items; i++)
        add_condition(loader, key->format, loader_item(node, i), target);
}

struct json_t *loader_typed_value(const struct yaml_node *node)
{
    int64_t integer;
    double real;
    enum yaml_type type = yaml_type(node);
    if (type == YAML_TRUE || type == YAML_FALSE)
        return json_boolean(type == YAML_TRUE);
    if (type == YAML_INTEGER && yaml_integer(node, &integer) == RESULT_OK)
        return json_integer(integer);
    if (yaml_real(node, &real) == RESULT_OK)
        return json_real(real);
    return NULL;
}

const char *loader_pair_name(struct loader *loader, const struct language_key *key,
                             const struct yaml_node *node)
{
    if (node->kind != YAML_SCALAR)
        return NULL;
    if (!loader_has_format(loader, key->format, node->text)) {
        loader_report(loader, MISTAKE_NAME_INVALID, node->position,
                      loader_format_hint(loader, key->format, node->text), "expected %s",
                      language_format_text(key->format));
        return NULL;
    }
    if (key->format != LANGUAGE_FORMAT_VARIABLE || !scenario_variable_is_given(node->text))
        return arena_keep(loader->arena, node->text);
    loader_report(loader, MISTAKE_NAME_GIVEN, node->position, "choose another name",
                  "`%s` is a variable that every run has", node->text);
    return NULL;
}

struct template *loader_pair_value(struct loader *loader, const struct language_key *key,
                                   const struct yaml_node *node)
{
    if (node->kind == YAML_REFUSED)
        return NULL;
    if (node->kind != YAML_SCALAR) {
        loader_report(loader, MISTAKE_VALUE_TYPE, node->position,
                      "give each value a name of its own",
                      "expected text or a number, not a list or a map");
    } else if (yaml_type(node) == YAML_NULL) {
        loader_report(loader, MISTAKE_VALUE_EMPTY, node->position, "empty text is written \"\"",
                      "nothing stands here; expected text or a number");
    } else if (key->format == LANGUAGE_FORMAT_HEADER && strpbrk(node->text, "\r\n") != NULL) {
        loader_report(loader, MISTAKE_VALUE_FORMAT, node->position, NULL, "a header has one line");
    } else {
        return compile(loader, node);
    }
    return NULL;
}

void loader_pairs(struct loader *loader, const struct language_key *key,
                  const struct yaml_node *node, void *target)
{
    struct pair *pairs = NULL;
    size_t count = 0;
    if (!loader_is_map(loader, key, node))
        return;
    for (size_t i = 0; i < yaml_pair_count(node); i++) {
        const struct yaml_node *value = yaml_value(node, i);
        struct pair pair = {.name = loader_pair_name(loader, key, yaml_key(node, i)),
                            .position = yaml_key(node, i)->position};
        pair.value = loader_pair_value(loader, key, value);
        if (pair.name == NULL)
            continue;
        if (key->format == LANGUAGE_FORMAT_VARIABLE && value->kind == YAML_SCALAR)
            pair.constant = loader_typed_value(value);
        arena_grow(loader->arena, pairs, count);
        pairs[count++] = pair;
    }
    loader_put_list(loader, key, target, pairs, count, sizeof *pairs);
}

static void build_number(struct loader *loader, const struct yaml_node *node,
                         struct json_template *json)
{
    bool is_whole = yaml_type(node) == YAML_INTEGER;
    json->kind = is_whole ? JSON_TEMPLATE_INTEGER : JSON_TEMPLATE_REAL;
    enum result result =
        is_whole ? yaml_integer(node, &json->integer) : yaml_real(node, &json->real);
    if (result != RESULT_OK)
        loader_report(loader, MISTAKE_VALUE_RANGE, node->position, "in quotes it is text",
                      "JSON has no such number");
}

static void build_text(struct loader *loader, const struct yaml_node *node,
                       struct json_template *json)
{
    json->kind = JSON_TEMPLATE_TEXT;
    json->text = compile(loader, node);
    bool is_variable = json->text != NULL && node->style == YAML_PLAIN &&
                       template_name_count(json->text) == 1 &&
                       strlen(node->text) == strlen(template_name(json->text, 0)) + 3;
    if (is_variable)
        json->kind = JSON_TEMPLATE_VARIABLE;
}

static void build_scalar(struct loader *loader, const struct yaml_node *node,
                         struct json_template *json)
{
    switch (yaml_type(node)) {
    case YAML_NULL:
        json->kind = JSON_TEMPLATE_NULL;
        break;
    case YAML_TRUE:
    case YAML_FALSE:
        json->kind = JSON_TEMPLATE_BOOLEAN;
        json->boolean = yaml_type(node) == YAML_TRUE;
        break;
    case YAML_INTEGER:
    case YAML_REAL:
        build_number(loader, node, json);
        break;
    case YAML_TEXT:
        build_text(loader, node, json);
    }
}

static void build_json(struct loader *loader, const struct yaml_node *node,
                       struct json_template *json)
{
    bool is_map = node->kind == YAML_MAPPING;
    if (node->kind == YAML_REFUSED)
        return;
    if (node->kind == YAML_SCALAR) {
        build_scalar(loader, node, json);
        return;
    }
    size_t count = is_map ? yaml_pair_count(node) : node->count;
    json->kind = is_map ? JSON_TEMPLATE_OBJECT : JSON_TEMPLATE_LIST;
    json->count = (uint32_t)count;
    json->items = arena_allocate(loader->arena, count, sizeof *json->items);
    json->keys = is_map ? arena_allocate(loader->arena, count, sizeof *json->keys) : NULL;
    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *name = is_map ? yaml_key(node, i) : NULL;
        if (is_map)
            json->keys[i] = name->kind == YAML_SCALAR ? arena_keep(loader->arena, name->text) : "";
        if (is_map && strstr(json->keys[i], "${") != NULL)
            loader_report(loader, MISTAKE_NAME_INVALID, name->position, NULL,
                          "a key cannot hold a variable");
        build_json(loader, is_map ? yaml_value(node, i) : node->items[i], &json->items[i]);
    }
}

void loader_json(struct loader *loader, const struct language_key *key,
                 const struct yaml_node *node, void *target)
{
    struct json_template *json = arena_allocate(loader->arena, 1, sizeof *json);
    build_json(loader, node, json);
    loader_put(target, key->offset, &json, sizeof json);
}
