/* SPDX-License-Identifier: MIT */
/* Putting plain values into JSON objects and getting them back. See json.h. */
#include "monitor/record/json.h"

#include "monitor/base/buffer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the UTF-8 sequence at `at` (RFC 3629 section 4), 0 when it is none. */
static size_t utf8_sequence(const unsigned char *at)
{
    if (at[0] < 0x80)
        return 1;
    size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool surrogate = at[0] == 0xed && at[1] > 0x9f;
    bool beyond = at[0] == 0xf4 && at[1] > 0x8f;
    return overlong || surrogate || beyond ? 0 : length;
}

void json_put_text(json_t *object, const char *key, const char *text)
{
    if (text == NULL)
        return;
    json_t *string = json_string(text);
    if (string == NULL) {
        struct buffer valid;
        buffer_init(&valid, strlen(text) * 3);
        for (const char *at = text; *at != '\0';) {
            size_t length = utf8_sequence((const unsigned char *)at);
            buffer_append(&valid, length > 0 ? at : "\xef\xbf\xbd", length > 0 ? length : 3);
            at += length > 0 ? length : 1;
        }
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
