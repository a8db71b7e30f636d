/* SPDX-License-Identifier: MIT */
/* Putting plain values into JSON objects and getting them back. See json.h. */
#include "monitor/record/json.h"

#include "monitor/base/buffer.h"
#include "monitor/base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

json_t *json_reread(struct buffer *text)
{
    json_t *json = json_loadb(text->data, text->length, 0, NULL);
    buffer_free(text);
    /* Our own text is valid JSON, so memory is all that can be missing. */
    if (json == NULL)
        abort();
    return json;
}

void json_put_text(json_t *object, const char *key, const char *text)
{
    if (text == NULL)
        return;
    json_t *string = json_string(text);
    if (string == NULL) {
        struct buffer valid;
        buffer_init(&valid, strlen(text) * 3);
        utf8_append_valid(&valid, text, strlen(text));
        string = json_string(valid.data);
        buffer_free(&valid);
    }
    json_object_set_new(object, key, string);
}

void json_put_integer(json_t *object, const char *key, int64_t value)
{
    json_object_set_new(object, key, json_integer(value));
}

void json_put_real(json_t *object, const char *key, double value)
{
    json_object_set_new(object, key, json_real(round(value * 1000) / 1000));
}

void json_put_flag(json_t *object, const char *key, bool value)
{
    json_object_set_new(object, key, json_boolean(value));
}

void json_put_wall(json_t *object, const char *key, struct wall_time time)
{
    char text[WALL_TEXT_MAX];
    if (time.us != 0)
        json_object_set_new(object, key, json_string(wall_print(time, text)));
}

void json_put_milliseconds(json_t *object, const char *key, duration value)
{
    json_put_real(object, key, (double)value / (double)DURATION_MILLISECOND);
}

const char *json_get_text(struct arena *arena, const json_t *object, const char *key)
{
    return arena_duplicate(arena, json_string_value(json_object_get(object, key)));
}

int64_t json_get_integer(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

double json_get_real(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

bool json_get_flag(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

struct wall_time json_get_wall(const json_t *object, const char *key)
{
    struct wall_time time = {0};
    const char *text = json_string_value(json_object_get(object, key));
    if (text == NULL || wall_parse(text, &time) != RESULT_OK)
        return (struct wall_time){0};
    return time;
}

duration json_get_milliseconds(const json_t *object, const char *key)
{
    return (duration)llround(json_get_real(object, key) * (double)DURATION_MILLISECOND);
}
