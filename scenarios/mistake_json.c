/* SPDX-License-Identifier: MIT */
/* A mistake as JSON, for programs and for who asks another process. See mistake.h. */
#include "scenarios/mistake.h"

#include "monitor/base/utf8.h"

#include <jansson.h>
#include <string.h>

/* A line of a broken file may be anything. */
static void set_text(json_t *object, const char *key, const char *text)
{
    struct buffer valid;
    if (text == NULL)
        return;
    buffer_init(&valid, strlen(text) * UTF8_SEQUENCE_MAX + 1);
    utf8_append_valid(&valid, text, strlen(text));
    json_object_set_new(object, key, json_string(valid.data));
    buffer_free(&valid);
}

const char *mistake_severity_word(const struct mistake *mistake)
{
    return mistake->severity == MISTAKE_ERROR ? "error" : "warning";
}

struct json_t *mistake_to_json(const struct mistake *mistake)
{
    json_t *json =
        json_pack("{s:s, s:s}", "severity", mistake_severity_word(mistake), "code", mistake->code);
    set_text(json, "file", mistake->file);
    if (mistake->position.line > 0)
        json_object_update_new(json, json_pack("{s:i, s:i}", "line", mistake->position.line,
                                               "column", mistake->position.column));
    set_text(json, "text", mistake->text);
    set_text(json, "hint", mistake->hint);
    set_text(json, "source", mistake->source);
    return json;
}

bool mistake_from_json(const struct json_t *json, struct mistake *ret_mistake)
{
    const char *severity = json_string_value(json_object_get(json, "severity"));
    *ret_mistake = (struct mistake){
        .severity =
            severity != NULL && strcmp(severity, "warning") == 0 ? MISTAKE_WARNING : MISTAKE_ERROR,
        .code = json_string_value(json_object_get(json, "code")),
        .file = json_string_value(json_object_get(json, "file")),
        .position = {.line = (int)json_integer_value(json_object_get(json, "line")),
                     .column = (int)json_integer_value(json_object_get(json, "column"))},
        .text = json_string_value(json_object_get(json, "text")),
        .hint = json_string_value(json_object_get(json, "hint")),
        .source = json_string_value(json_object_get(json, "source")),
    };
    return ret_mistake->code != NULL && ret_mistake->file != NULL && ret_mistake->text != NULL;
}
