/* SPDX-License-Identifier: MIT */
/* A run's messages as they are stored beside its record. See message.h. */
#include "monitor/record/message.h"

#include "monitor/base/utf8.h"
#include "monitor/record/json.h"
#include "monitor/record/json_writer.h"
#include "monitor/record/run.h"

#include <string.h>
#include <strings.h>

enum {
    HEADER_VALUE_MAX = 2048,
    REQUEST_BODY_KEPT = 8 * 1024, /* and of an answer that was right, which others are like */
    FAILED_BODY_KEPT = MESSAGE_BODY_STORED_MAX,
};

/* Whoever has them is the visitor, whether the scenario calls them a secret or not. */
static bool is_credential(const char *name)
{
    static const char *const names[] = {"Authorization", "Proxy-Authorization", "Cookie",
                                        "Set-Cookie"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcasecmp(names[i], name) == 0)
            return true;
    return false;
}

/* `sid=***; theme=***`, and of what sets a cookie its first pair alone: the rest is what it is good
 * for. */
static void hide_values(struct buffer *out, const char *value, bool first_alone)
{
    for (const char *at = value; *at != '\0';) {
        buffer_append(out, at, strcspn(at, "=;"));
        buffer_text(out, "=***");
        at += strcspn(at, ";");
        size_t gap = first_alone ? strlen(at) : strspn(at, "; ");
        buffer_append(out, at, gap);
        at += gap;
    }
}

static void write_credential(struct json_writer *writer, const struct message_header *header)
{
    struct buffer text;
    buffer_init(&text, HEADER_VALUE_MAX);
    bool sets = strcasecmp(header->name, "Set-Cookie") == 0;
    if (sets || strcasecmp(header->name, "Cookie") == 0) {
        hide_values(&text, header->value, sets);
    } else {
        buffer_append(&text, header->value, strcspn(header->value, " "));
        buffer_text(&text, " ***");
    }
    json_add_text(writer, NULL, text.data);
    buffer_free(&text);
}

static void write_headers(struct json_writer *writer, const struct message *message)
{
    json_open_array(writer, "headers");
    for (size_t i = 0; i < message->header_count; i++) {
        const struct message_header *header = &message->headers[i];
        json_open_array(writer, NULL);
        json_add_text(writer, NULL, header->name);
        if (is_credential(header->name))
            write_credential(writer, header);
        else
            json_add_string(writer, NULL, header->value, strnlen(header->value, HEADER_VALUE_MAX));
        json_close_array(writer);
    }
    json_close_array(writer);
}

/* Its beginning, where it is text: of a picture it is enough to know how large it is. */
static void write_body(struct json_writer *writer, const struct message *message, size_t limit)
{
    size_t length = message->body_length < limit ? message->body_length : limit;
    if (length < message->body_size)
        length = utf8_cut(message->body, length,
                          length - (length < UTF8_SEQUENCE_MAX ? length : UTF8_SEQUENCE_MAX));
    if (length > 0 && utf8_valid(message->body, length) == length &&
        memchr(message->body, '\0', length) == NULL)
        json_add_string(writer, "body", message->body, length);
    json_add_integer(writer, "size", (int64_t)message->body_size);
}

static void write_message(struct json_writer *writer, const char *key,
                          const struct message *message, size_t limit)
{
    if (message == NULL)
        return;
    json_open_object(writer, key);
    write_headers(writer, message);
    write_body(writer, message, limit);
    json_close_object(writer);
}

/* What does not fit any more is left out. */
static void write_exchange(struct buffer *out, const struct run *run, size_t step, size_t number)
{
    const struct run_step *its = &run->steps[step];
    const struct exchange *exchange = &its->exchanges[number];
    bool failed = its->state != STATE_PASSED && number + 1 == its->exchange_count;
    struct buffer text;
    struct json_writer writer = {.out = &text};
    if (exchange->request == NULL && exchange->answer == NULL)
        return;
    buffer_init(&text, MESSAGES_STORED_MAX);
    json_open_object(&writer, NULL);
    json_add_integer(&writer, "step", (int64_t)step);
    json_add_integer(&writer, "exchange", (int64_t)number);
    write_message(&writer, "request", exchange->request, REQUEST_BODY_KEPT);
    write_message(&writer, "answer", exchange->answer,
                  failed ? FAILED_BODY_KEPT : REQUEST_BODY_KEPT);
    json_close_object(&writer);
    if (text.result == RESULT_OK && out->length + text.length + 2 < MESSAGES_STORED_MAX) {
        buffer_text(out, out->length > 1 ? "," : "");
        buffer_append(out, text.data, text.length);
    }
    buffer_free(&text);
}

void messages_write(const struct run *run, struct buffer *out)
{
    size_t before = out->length;
    buffer_text(out, "[");
    /* What failed goes first: it is what somebody will look for. */
    for (int passed = 0; passed <= 1; passed++)
        for (size_t i = 0; i < run->step_count; i++)
            for (size_t j = 0; j < run->steps[i].exchange_count; j++)
                if ((run->steps[i].state == STATE_PASSED) == passed)
                    write_exchange(out, run, i, j);
    if (out->length == before + 1)
        out->data[out->length = before] = '\0';
    else
        buffer_text(out, "]");
}

/* --- reading --------------------------------------------------------------------------------- */

static struct message *read_message(struct arena *arena, const json_t *json)
{
    if (!json_is_object(json))
        return NULL;
    struct message *message = arena_allocate(arena, 1, sizeof *message);
    const json_t *headers = json_object_get(json, "headers"), *header, *body;
    size_t n;
    json_array_foreach(headers, n, header)
    {
        const char *name = json_string_value(json_array_get(header, 0));
        const char *value = json_string_value(json_array_get(header, 1));
        if (name == NULL || value == NULL)
            continue;
        arena_grow(arena, message->headers, message->header_count);
        message->headers[message->header_count++] =
            (struct message_header){arena_duplicate(arena, name), arena_duplicate(arena, value)};
    }
    body = json_object_get(json, "body");
    message->body_length = json_string_length(body);
    message->body = arena_duplicate(arena, json_is_string(body) ? json_string_value(body) : "");
    message->body_size = (size_t)json_get_integer(json, "size");
    return message;
}

void messages_read(const json_t *json, struct run *run)
{
    const json_t *item;
    size_t n;
    json_array_foreach(json, n, item)
    {
        int64_t step = json_get_integer(item, "step");
        int64_t number = json_get_integer(item, "exchange");
        if (step < 0 || (size_t)step >= run->step_count || number < 0 ||
            (size_t)number >= run->steps[step].exchange_count)
            continue;
        struct exchange *exchange = &run->steps[step].exchanges[number];
        exchange->request = read_message(run->arena, json_object_get(item, "request"));
        exchange->answer = read_message(run->arena, json_object_get(item, "answer"));
    }
}
