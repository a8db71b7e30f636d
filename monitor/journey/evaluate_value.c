/* SPDX-License-Identifier: MIT */
/* Values between query and predicate: what is held, how it is shown, where operands come from. */
#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"
#include "monitor/base/utf8.h"
#include "monitor/journey/evaluate_private.h"
#include "monitor/record/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ELLIPSIS        "\xe2\x80\xa6"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

static void note_problem(struct evaluation *evaluation, enum symptom symptom, const char *format,
                         va_list arguments)
{
    char text[ERROR_TEXT_MAX];
    if (evaluation->problem != NULL)
        return;
    vsnprintf(text, sizeof text, format, arguments);
    evaluation->symptom = symptom;
    evaluation->problem = evaluate_cut(evaluation->arena, text);
}

bool evaluate_fails(struct evaluation *evaluation, enum symptom symptom, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note_problem(evaluation, symptom, format, arguments);
    va_end(arguments);
    return false;
}

bool evaluate_mismatches(struct evaluation *evaluation, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    note_problem(evaluation, SYMPTOM_NONE, format, arguments);
    va_end(arguments);
    return false;
}

void selected_set(struct selected *value, enum selected_kind kind, json_t *json)
{
    json_decref(value->json);
    value->kind = json != NULL ? kind : SELECTED_NOTHING;
    value->json = json;
    value->bytes = NULL;
    value->byte_count = 0;
}

bool selected_is_nothing(const struct selected *value)
{
    bool is_list = value->kind == SELECTED_LIST || value->kind == SELECTED_NODES;
    return value->kind == SELECTED_NOTHING || (is_list && json_array_size(value->json) == 0);
}

json_t *selected_json(const struct selected *value)
{
    if (value->kind != SELECTED_NODES)
        return json_incref(value->json);
    if (json_array_size(value->json) == 1)
        return json_incref(json_object_get(json_array_get(value->json, 0), "text"));
    json_t *texts = json_array(), *node;
    size_t index;
    json_array_foreach(value->json, index, node)
        json_array_append(texts, json_object_get(node, "text"));
    return texts;
}

json_t *evaluate_text(const char *bytes, size_t length)
{
    if (utf8_valid(bytes, length) == length)
        return json_stringn_nocheck(bytes, length);
    struct buffer valid;
    buffer_init(&valid, length * 3);
    utf8_append_valid(&valid, bytes, length);
    json_t *string = json_stringn_nocheck(valid.data, valid.length);
    buffer_free(&valid);
    return string;
}

const char *evaluate_type(const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_STRING:
        return "text";
    case JSON_INTEGER:
    case JSON_REAL:
        return "a number";
    case JSON_TRUE:
    case JSON_FALSE:
        return "a boolean";
    case JSON_ARRAY:
        return "a list";
    case JSON_OBJECT:
        return "an object";
    case JSON_NULL:
        break;
    }
    return "null";
}

const char *evaluate_cut(struct arena *arena, const char *text)
{
    struct buffer valid;
    buffer_init(&valid, strlen(text) * 3);
    utf8_append_valid(&valid, text, strlen(text));
    const char *result;
    if (valid.length <= EVALUATE_ACTUAL_MAX) {
        result = arena_duplicate(arena, valid.data);
    } else {
        size_t kept = utf8_cut(valid.data, valid.length, EVALUATE_ACTUAL_MAX - strlen(ELLIPSIS));
        result = arena_print(arena, "%.*s" ELLIPSIS, (int)kept, valid.data);
    }
    buffer_free(&valid);
    return result;
}

/* Ends the writing of a long value once more is there than will be shown. */
static int show_some(const char *text, size_t length, void *data)
{
    struct buffer *out = data;
    return buffer_append(out, text, length) == RESULT_OK ? 0 : -1;
}

const char *evaluate_show(struct arena *arena, const json_t *json)
{
    struct buffer out;
    /* One byte too many, so that evaluate_cut sees that there was more. A sequence that the limit
     * cuts in two is beyond what it keeps. */
    buffer_init(&out, EVALUATE_ACTUAL_MAX + 1);
    json_dump_callback(json, show_some, &out, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    const char *text = evaluate_cut(arena, out.data);
    buffer_free(&out);
    return text;
}

const char *evaluate_render(struct evaluation *evaluation, const struct template *template)
{
    if (template_is_constant(template))
        return template_constant(template);
    const struct evaluate_variables *variables = evaluation->variables;
    struct buffer out;
    const char *missing = NULL, *text = NULL;
    buffer_init(&out, EVALUATE_TEXT_MAX);
    enum result result =
        template_render(template, variables->lookup, variables->data, &out, &missing);
    if (result == RESULT_OK)
        text = arena_duplicate_bytes(evaluation->arena, out.data, out.length);
    else if (result == RESULT_NOT_FOUND)
        evaluate_fails(evaluation, SYMPTOM_MONITOR_VARIABLE_MISSING, "`%s` has no value", missing);
    else
        evaluate_fails(evaluation, SYMPTOM_MONITOR_VARIABLE_MISSING, "the variables are too long");
    buffer_free(&out);
    return text;
}

static json_t *operand_variable(struct evaluation *evaluation, const struct template *template)
{
    const struct evaluate_variables *variables = evaluation->variables;
    const char *name = template_name(template, 0);
    const json_t *value = variables->lookup(variables->data, name);
    if (value == NULL)
        evaluate_fails(evaluation, SYMPTOM_MONITOR_VARIABLE_MISSING, "`%s` has no value", name);
    return json_incref((json_t *)value);
}

json_t *evaluate_operand(struct evaluation *evaluation, const struct operand *operand)
{
    if (operand->kind == OPERAND_VALUE)
        return json_incref(operand->value);
    if (operand->kind == OPERAND_VARIABLE)
        return operand_variable(evaluation, operand->text);
    const char *text = evaluate_render(evaluation, operand->text);
    return text != NULL ? evaluate_text(text, strlen(text)) : NULL;
}

const char *evaluate_show_typed(struct arena *arena, const json_t *json)
{
    const char *shown = evaluate_show(arena, json), *type = evaluate_type(json);
    /* Behind what was cut nothing may stand: of a secret that is cut, a mask knows half at the end
     * of a text only. */
    if (strlen(shown) + strlen(type) + strlen(" ()") > EVALUATE_ACTUAL_MAX)
        return shown;
    return arena_print(arena, "%s (%s)", shown, type);
}

/* What jansson cannot hold, though it is JSON. Of a lone surrogate it says no more than that it is
 * no Unicode. */
static bool is_unsupported(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_numeric_overflow:
    case json_error_null_byte_in_key:
    case json_error_null_character:
    case json_error_stack_overflow:
        return true;
    default:
        return strncmp(error->text, "invalid Unicode", strlen("invalid Unicode")) == 0;
    }
}

json_t *evaluate_parse_json(const char *text, size_t length, enum symptom *ret_symptom,
                            char **ret_problem)
{
    json_error_t error;
    char problem[ERROR_TEXT_MAX];
    size_t mark = strlen(BYTE_ORDER_MARK);
    if (length >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0) {
        text += mark;
        length -= mark;
    }
    json_t *json = json_read_plain(text, length);
    if (json == NULL)
        json = json_loadb(text, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (json != NULL)
        return json;
    bool unsupported = is_unsupported(&error);
    size_t blank = 0;
    while (blank < length && memchr(" \t\r\n", text[blank], 4) != NULL)
        blank++;
    if (blank == length)
        snprintf(problem, sizeof problem, "not JSON: nothing is there");
    else if (text[blank] == '<')
        snprintf(problem, sizeof problem, "not JSON: a page, or another document in tags");
    else
        snprintf(problem, sizeof problem, "%s: %s (line %d, column %d)",
                 unsupported ? "JSON that this monitor cannot hold" : "not JSON", error.text,
                 error.line, error.column);
    *ret_symptom = unsupported ? SYMPTOM_CONTENT_JSON_UNSUPPORTED : SYMPTOM_CONTENT_JSON_INVALID;
    *ret_problem = memory_duplicate(problem);
    return NULL;
}
