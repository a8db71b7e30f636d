/* SPDX-License-Identifier: MIT */
/* A JSON body with variables in it: a tree that is written anew for each run. The loader builds it.
 * See template.h. */
#include "monitor/record/json_writer.h"
#include "scenarios/template_value.h"

#include <jansson.h>

enum { JSON_TEMPLATE_TEXT_MAX = 4 * 1024 * 1024 };

struct rendering {
    template_lookup *lookup;
    void *data;
    const char **ret_missing;
    struct json_writer writer;
};

static enum result render_text(const struct json_template *template, struct rendering *rendering)
{
    struct buffer text;
    if (template_is_constant(template->text)) {
        json_add_text(&rendering->writer, NULL, template_constant(template->text));
        return RESULT_OK;
    }
    buffer_init(&text, JSON_TEMPLATE_TEXT_MAX);
    enum result result = template_render(template->text, rendering->lookup, rendering->data, &text,
                                         rendering->ret_missing);
    if (result == RESULT_OK)
        json_add_string(&rendering->writer, NULL, text.data, text.length);
    buffer_free(&text);
    return result;
}

static int append(const char *text, size_t length, void *data)
{
    return buffer_append(data, text, length) == RESULT_OK ? 0 : -1;
}

static enum result render_value(const json_t *value, struct rendering *rendering)
{
    if (json_is_string(value)) {
        json_add_string(&rendering->writer, NULL, json_string_value(value),
                        json_string_length(value));
        return RESULT_OK;
    }
    json_add_raw(&rendering->writer, NULL);
    return json_dump_callback(value, append, rendering->writer.out,
                              JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) == 0
               ? RESULT_OK
               : RESULT_LIMIT;
}

static enum result render_variable(const struct json_template *template,
                                   struct rendering *rendering)
{
    const char *name = template_name(template->text, 0);
    const json_t *value = rendering->lookup(rendering->data, name);
    if (value == NULL) {
        *rendering->ret_missing = name;
        return RESULT_NOT_FOUND;
    }
    return render_value(value, rendering);
}

static enum result render_real(const struct json_template *template, struct rendering *rendering)
{
    json_t *real = json_real(template->real);
    enum result result = real != NULL ? render_value(real, rendering) : RESULT_INVALID;
    json_decref(real);
    return result;
}

static enum result render(const struct json_template *template, struct rendering *rendering);

static enum result render_list(const struct json_template *template, struct rendering *rendering)
{
    enum result result = RESULT_OK;
    json_open_array(&rendering->writer, NULL);
    for (size_t i = 0; i < template->count && result == RESULT_OK; i++)
        result = render(&template->items[i], rendering);
    json_close_array(&rendering->writer);
    return result;
}

static enum result render_object(const struct json_template *template, struct rendering *rendering)
{
    enum result result = RESULT_OK;
    json_open_object(&rendering->writer, NULL);
    for (size_t i = 0; i < template->count && result == RESULT_OK; i++) {
        json_add_key(&rendering->writer, template->keys[i]);
        result = render(&template->items[i], rendering);
    }
    json_close_object(&rendering->writer);
    return result;
}

static enum result render(const struct json_template *template, struct rendering *rendering)
{
    switch (template->kind) {
    case JSON_TEMPLATE_NULL:
        json_add_raw(&rendering->writer, "null");
        return RESULT_OK;
    case JSON_TEMPLATE_BOOLEAN:
        json_add_flag(&rendering->writer, NULL, template->boolean);
        return RESULT_OK;
    case JSON_TEMPLATE_INTEGER:
        json_add_integer(&rendering->writer, NULL, template->integer);
        return RESULT_OK;
    case JSON_TEMPLATE_REAL:
        return render_real(template, rendering);
    case JSON_TEMPLATE_TEXT:
        return render_text(template, rendering);
    case JSON_TEMPLATE_VARIABLE:
        return render_variable(template, rendering);
    case JSON_TEMPLATE_LIST:
        return render_list(template, rendering);
    case JSON_TEMPLATE_OBJECT:
        break;
    }
    return render_object(template, rendering);
}

enum result json_template_render(const struct json_template *template, template_lookup *lookup,
                                 void *data, struct buffer *out, const char **ret_missing)
{
    struct rendering rendering = {lookup, data, ret_missing, {.out = out}};
    enum result result = render(template, &rendering);
    return result != RESULT_OK ? result : out->result;
}

void json_template_names(const struct json_template *template,
                         void (*visit)(void *data, const char *name), void *data)
{
    bool has_text =
        template->kind == JSON_TEMPLATE_TEXT || template->kind == JSON_TEMPLATE_VARIABLE;
    size_t count = has_text && template->text != NULL ? template_name_count(template->text) : 0;
    for (size_t i = 0; i < count; i++)
        visit(data, template_name(template->text, i));
    for (size_t i = 0; i < template->count; i++)
        json_template_names(&template->items[i], visit, data);
}
