/* SPDX-License-Identifier: MIT */
/* A JSON body with variables in it: a tree that is rendered for each run. The loader builds it.
 * See template.h. */
#include "scenarios/template_value.h"

#include <jansson.h>

enum { JSON_TEMPLATE_TEXT_MAX = 4 * 1024 * 1024 };

struct rendering {
    template_lookup *lookup;
    void *data;
    const char **ret_missing;
};

static enum result render_text(const struct json_template *template,
                               const struct rendering *rendering, json_t **ret_json)
{
    struct buffer text;
    buffer_init(&text, JSON_TEMPLATE_TEXT_MAX);
    enum result result = template_render(template->text, rendering->lookup, rendering->data, &text,
                                         rendering->ret_missing);
    if (result == RESULT_OK) {
        *ret_json = json_stringn(text.data, text.length);
        result = *ret_json != NULL ? RESULT_OK : RESULT_INVALID;
    }
    buffer_free(&text);
    return result;
}

static enum result render_variable(const struct json_template *template,
                                   const struct rendering *rendering, json_t **ret_json)
{
    const char *name = template_name(template->text, 0);
    const json_t *value = rendering->lookup(rendering->data, name);
    if (value == NULL) {
        *rendering->ret_missing = name;
        return RESULT_NOT_FOUND;
    }
    *ret_json = json_deep_copy(value);
    return *ret_json != NULL ? RESULT_OK : RESULT_INVALID;
}

static enum result render(const struct json_template *template, const struct rendering *rendering,
                          json_t **ret_json);

static enum result render_items(const struct json_template *template,
                                const struct rendering *rendering, json_t **ret_json)
{
    bool is_list = template->kind == JSON_TEMPLATE_LIST;
    json_t *items = is_list ? json_array() : json_object();
    enum result result = RESULT_OK;
    for (size_t i = 0; i < template->count && result == RESULT_OK; i++) {
        json_t *item = NULL;
        result = render(template->items[i], rendering, &item);
        if (result != RESULT_OK)
            break;
        int failed = is_list ? json_array_append_new(items, item)
                             : json_object_set_new(items, template->keys[i], item);
        if (failed != 0)
            result = RESULT_INVALID;
    }
    if (result == RESULT_OK)
        *ret_json = items;
    else
        json_decref(items);
    return result;
}

static enum result render(const struct json_template *template, const struct rendering *rendering,
                          json_t **ret_json)
{
    switch (template->kind) {
    case JSON_TEMPLATE_NULL:
        *ret_json = json_null();
        return RESULT_OK;
    case JSON_TEMPLATE_BOOLEAN:
        *ret_json = json_boolean(template->boolean);
        return RESULT_OK;
    case JSON_TEMPLATE_INTEGER:
        *ret_json = json_integer(template->integer);
        return RESULT_OK;
    case JSON_TEMPLATE_REAL:
        *ret_json = json_real(template->real);
        return RESULT_OK;
    case JSON_TEMPLATE_TEXT:
        return render_text(template, rendering, ret_json);
    case JSON_TEMPLATE_VARIABLE:
        return render_variable(template, rendering, ret_json);
    case JSON_TEMPLATE_LIST:
    case JSON_TEMPLATE_OBJECT:
        break;
    }
    return render_items(template, rendering, ret_json);
}

enum result json_template_render(const struct json_template *template, template_lookup *lookup,
                                 void *data, struct json_t **ret_json, const char **ret_missing)
{
    const struct rendering rendering = {lookup, data, ret_missing};
    return render(template, &rendering, ret_json);
}

void json_template_names(const struct json_template *template,
                         void (*visit)(void *data, const char *name), void *data)
{
    for (size_t i = 0; template->text != NULL && i < template_name_count(template->text); i++)
        visit(data, template_name(template->text, i));
    for (size_t i = 0; i < template->count; i++)
        json_template_names(template->items[i], visit, data);
}
