/* SPDX-License-Identifier: MIT */
/* What a request must be: JSON, of a name that the table has, with that row's arguments. Pure. See
 * control.h. */
#include "monitor/daemon/control_private.h"

#include "monitor/base/date.h"
#include "scenarios/mistake.h"

#include <jansson.h>
#include <string.h>

enum { REQUESTS_MAX = 64 };

static const char *const type_texts[] = {
#define X(name, text) text,
    CONTROL_ARGUMENT_TABLE(X)
#undef X
};

const char *control_text(const struct json_t *request, const char *name)
{
    return json_string_value(json_object_get(request, name));
}

duration control_duration(const struct json_t *request, const char *name)
{
    duration value = 0;
    const char *text = control_text(request, name);
    return text != NULL && duration_parse(text, &value) == RESULT_OK ? value : 0;
}

struct wall_time control_moment(const struct json_t *request, const char *name)
{
    struct wall_time value = {0};
    const char *text = control_text(request, name);
    return text != NULL && wall_parse(text, &value) == RESULT_OK ? value : (struct wall_time){0};
}

size_t control_count(const struct json_t *request, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(request, name));
    return value > 0 ? (size_t)value : 0;
}

bool control_flag(const struct json_t *request, const char *name)
{
    return json_is_true(json_object_get(request, name));
}

static bool are_texts(const json_t *list)
{
    size_t index;
    const json_t *item;
    if (!json_is_array(list))
        return false;
    json_array_foreach(list, index, item) if (!json_is_string(item)) return false;
    return true;
}

static bool fits(const json_t *value, enum control_argument_type type)
{
    const char *text = json_string_value(value);
    duration length;
    struct wall_time time;
    switch (type) {
    case CONTROL_TEXT:
        return text != NULL && text[0] != '\0';
    case CONTROL_TEXTS:
        return are_texts(value);
    case CONTROL_DURATION:
        return text != NULL && duration_parse(text, &length) == RESULT_OK && length > 0;
    case CONTROL_MOMENT:
        return text != NULL && wall_parse(text, &time) == RESULT_OK;
    case CONTROL_COUNT:
        return json_integer_value(value) > 0;
    case CONTROL_FLAG:
        return json_is_boolean(value);
    }
    return false;
}

static const struct control_argument *find_argument(const struct control_request *row,
                                                    const char *name)
{
    for (size_t i = 0; i < CONTROL_ARGUMENTS_MAX && row->arguments[i].name != NULL; i++)
        if (strcmp(row->arguments[i].name, name) == 0)
            return &row->arguments[i];
    return NULL;
}

static enum result check_arguments(const struct control_request *row, json_t *request,
                                   struct error *error)
{
    const char *key;
    json_t *value;
    json_object_foreach(request, key, value)
    {
        const struct control_argument *argument = find_argument(row, key);
        if (strcmp(key, "do") == 0 || strcmp(key, "by") == 0)
            continue;
        if (argument == NULL)
            return error_set(error, RESULT_INVALID, "%s has no argument `%.100s`", row->name, key);
        if (!fits(value, argument->type))
            return error_set(error, RESULT_INVALID, "%s: `%s` must be %s%s", row->name, key,
                             type_texts[argument->type],
                             argument->type == CONTROL_MOMENT && json_is_string(value) &&
                                     date_is_impossible(json_string_value(value))
                                 ? "; there is no such day"
                                 : "");
    }
    for (size_t i = 0; i < CONTROL_ARGUMENTS_MAX && row->arguments[i].name != NULL; i++)
        if (row->arguments[i].required && json_object_get(request, row->arguments[i].name) == NULL)
            return error_set(error, RESULT_INVALID, "%s needs `%s`: %s", row->name,
                             row->arguments[i].name, row->arguments[i].help);
    return RESULT_OK;
}

static const struct control_request *find_row(const struct control_request *requests,
                                              const char *name, struct error *error)
{
    const char *names[REQUESTS_MAX];
    size_t count = 0;
    for (; requests[count].name != NULL && count < REQUESTS_MAX; count++) {
        if (strcmp(requests[count].name, name) == 0)
            return &requests[count];
        names[count] = requests[count].name;
    }
    (void)!mistake_check_name("request", name, names, count, error);
    return NULL;
}

const struct control_request *control_check(const struct control_request *requests,
                                            const struct buffer *line, struct json_t **ret_request,
                                            struct error *error)
{
    json_error_t why;
    *ret_request = json_loadb(line->data, line->length, JSON_REJECT_DUPLICATES, &why);
    const char *name = control_text(*ret_request, "do");
    if (name == NULL) {
        error_set(error, RESULT_INVALID, "a request is one line of JSON: {\"do\": NAME, ...}%s%s",
                  *ret_request == NULL ? "; " : "", *ret_request == NULL ? why.text : "");
        return NULL;
    }
    const struct control_request *row = find_row(requests, name, error);
    if (row == NULL || check_arguments(row, *ret_request, error) != RESULT_OK)
        return NULL;
    return row;
}
