/* SPDX-License-Identifier: MIT */
/*
 * HAR 1.2 (w3.org/TR, Odvarko's HTTP Archive): a page a run, an entry an exchange. Its phases are
 * ours but for two: `connect` holds `ssl`, and send, wait and receive must not be absent, so that
 * `_phases` says which of them took place. See documents.h.
 */
#include "monitor/base/memory.h"
#include "monitor/base/utf8.h"
#include "monitor/record/json.h"
#include "monitor/record/message.h"
#include "reporters/documents.h"

#include "config.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PAGE_ID_MAX = 32, BASE64_MAX = MESSAGE_BODY_MAX / 3 * 4 + 8 };

#define ABSENT (-1)

static double milliseconds(duration value)
{
    return (double)value / (double)DURATION_MILLISECOND;
}

static json_t *name_value(const char *name, const char *value)
{
    json_t *json = json_object();
    json_put_text(json, "name", name);
    json_put_text(json, "value", value);
    return json;
}

static json_t *headers_of(const struct message *message)
{
    json_t *list = json_array();
    for (size_t i = 0; message != NULL && i < message->header_count; i++)
        json_array_append_new(list,
                              name_value(message->headers[i].name, message->headers[i].value));
    return list;
}

/* `a=b` and what ends it. */
static void add_pair(json_t *list, const char *text, size_t length)
{
    char *pair = memory_duplicate_bytes(text, length);
    char *equals = strchr(pair, '=');
    if (equals != NULL)
        *equals = '\0';
    json_array_append_new(list, name_value(pair, equals != NULL ? equals + 1 : ""));
    free(pair);
}

/* Pairs between `separators`, of a query or of a Cookie header. */
static void add_pairs(json_t *list, const char *text, const char *separators)
{
    while (*text != '\0') {
        size_t length = strcspn(text, separators);
        if (length > 0)
            add_pair(list, text, length);
        text += length;
        text += strspn(text, separators);
    }
}

static json_t *query_of(const char *url)
{
    json_t *list = json_array();
    const char *query = strchr(url, '?');
    char *text = memory_duplicate(query != NULL ? query + 1 : "");
    text[strcspn(text, "#")] = '\0';
    add_pairs(list, text, "&");
    free(text);
    return list;
}

static json_t *cookies_of(const struct message *message, bool is_answer)
{
    json_t *list = json_array();
    for (size_t i = 0; message != NULL && i < message->header_count; i++) {
        const struct message_header *header = &message->headers[i];
        if (is_answer && strcasecmp(header->name, "Set-Cookie") == 0)
            add_pair(list, header->value, strcspn(header->value, ";"));
        else if (!is_answer && strcasecmp(header->name, "Cookie") == 0)
            add_pairs(list, header->value, "; ");
    }
    return list;
}

static char *base64(const char *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    struct buffer text;
    buffer_init(&text, BASE64_MAX);
    for (size_t i = 0; i < length; i += 3) {
        unsigned group = 0;
        char four[] = "====";
        for (size_t j = 0; j < 3; j++)
            group = group << 8 | (i + j < length ? (unsigned char)bytes[i + j] : 0);
        for (size_t j = 0; j < 4 && i + j <= length; j++)
            four[j] = digits[group >> (18 - 6 * j) & 63];
        buffer_append(&text, four, 4);
    }
    return buffer_steal(&text);
}

/* The kept part of a body: as text where it is text. */
static void put_body(json_t *json, const struct message *message)
{
    size_t length = message->body_length;
    if (length < message->body_size)
        length = utf8_cut(message->body, length, length - UTF8_SEQUENCE_MAX);
    if (utf8_valid(message->body, length) == length) {
        json_object_set_new(json, "text", json_stringn(message->body, length));
    } else {
        char *text = base64(message->body, message->body_length);
        json_put_text(json, "text", text);
        json_put_text(json, "encoding", "base64");
        free(text);
    }
    if (message->body_length < message->body_size)
        json_put_text(json, "comment", "the beginning of the body");
}

static json_t *version_of(const struct exchange *exchange)
{
    json_t *json = json_object();
    char text[16];
    snprintf(text, sizeof text, "HTTP/%s", exchange->http != NULL ? exchange->http : "1.1");
    json_put_text(json, "httpVersion", text);
    json_put_integer(json, "headersSize", ABSENT);
    return json;
}

static json_t *request_of(const struct exchange *exchange)
{
    const struct message *request = exchange->request;
    const char *type = message_header(request, "Content-Type");
    json_t *json = version_of(exchange);
    json_put_text(json, "method", exchange->method);
    json_put_text(json, "url", exchange->url);
    json_object_set_new(json, "headers", headers_of(request));
    json_object_set_new(json, "cookies", cookies_of(request, false));
    json_object_set_new(json, "queryString", query_of(exchange->url));
    json_put_integer(json, "bodySize", request != NULL ? (int64_t)request->body_size : ABSENT);
    if (request != NULL && request->body_size > 0) {
        json_t *body = json_pack("{s:s}", "mimeType", "");
        json_put_text(body, "mimeType", type != NULL ? type : "application/octet-stream");
        put_body(body, request);
        json_object_set_new(json, "postData", body);
    }
    return json;
}

static json_t *response_of(const struct exchange *exchange)
{
    const struct message *answer = exchange->answer;
    const char *type = message_header(answer, "Content-Type");
    const char *location = message_header(answer, "Location");
    json_t *json = version_of(exchange);
    json_put_integer(json, "status", exchange->status);
    json_put_text(json, "statusText", ""); /* HTTP/2 has none, and HTTP/1.1 need not */
    json_object_set_new(json, "headers", headers_of(answer));
    json_object_set_new(json, "cookies", cookies_of(answer, true));
    json_put_text(json, "redirectURL", location != NULL ? location : "");
    json_put_integer(json, "bodySize", ABSENT);
    json_t *content = json_object();
    json_put_text(content, "mimeType", type != NULL ? type : "x-unknown");
    json_put_integer(content, "size", answer != NULL ? (int64_t)answer->body_size : 0);
    if (answer != NULL && answer->body_size > 0)
        put_body(content, answer);
    json_object_set_new(json, "content", content);
    return json;
}

static void put_timing(json_t *json, const char *name, duration value, int absent)
{
    if (value == PHASE_ABSENT)
        json_put_integer(json, name, absent);
    else
        json_put_real(json, name, milliseconds(value));
}

static json_t *timings_of(const struct exchange *exchange)
{
    const duration *phases = exchange->phases;
    duration connect = phases[PHASE_CONNECT];
    json_t *json = json_object();
    if (phases[PHASE_TLS] != PHASE_ABSENT)
        connect = (connect == PHASE_ABSENT ? 0 : connect) + phases[PHASE_TLS];
    put_timing(json, "blocked", phases[PHASE_BLOCKED], ABSENT);
    put_timing(json, "dns", phases[PHASE_DNS], ABSENT);
    put_timing(json, "connect", connect, ABSENT);
    put_timing(json, "ssl", phases[PHASE_TLS], ABSENT);
    put_timing(json, "send", phases[PHASE_SEND], 0);
    put_timing(json, "wait", phases[PHASE_WAIT], 0);
    put_timing(json, "receive", phases[PHASE_RECEIVE], 0);
    return json;
}

static json_t *phases_of(const struct exchange *exchange)
{
    json_t *json = json_object();
    for (int i = 0; i < PHASE_COUNT; i++)
        if (exchange->phases[i] != PHASE_ABSENT)
            json_put_milliseconds(json, phase_name((enum phase)i), exchange->phases[i]);
    return json;
}

/* HAR's name of a connection is the client's port, as text. */
static void put_connection(json_t *json, unsigned port)
{
    char text[16];
    snprintf(text, sizeof text, "%u", port);
    if (port != 0)
        json_put_text(json, "connection", text);
}

static json_t *entry_of(const struct run_step *step, const struct exchange *exchange,
                        const char *page)
{
    json_t *json = json_object();
    bool is_last = exchange == &step->exchanges[step->exchange_count - 1];
    enum symptom symptom =
        exchange->symptom == SYMPTOM_NONE && is_last ? step->symptom : exchange->symptom;
    json_put_text(json, "pageref", page);
    json_put_wall(json, "startedDateTime", exchange->started);
    json_put_real(json, "time", milliseconds(exchange->total));
    json_object_set_new(json, "request", request_of(exchange));
    json_object_set_new(json, "response", response_of(exchange));
    json_object_set_new(json, "cache", json_object());
    json_object_set_new(json, "timings", timings_of(exchange));
    json_put_text(json, "serverIPAddress", exchange->ip);
    put_connection(json, exchange->local_port);
    json_put_text(json, "_step", step->name);
    json_object_set_new(json, "_phases", phases_of(exchange));
    if (symptom != SYMPTOM_NONE)
        json_put_text(json, "_symptom", symptom_code(symptom));
    json_put_text(json, "_detail", exchange->detail);
    return json;
}

static void add_run(json_t *pages, json_t *entries, const struct run *run)
{
    char id[PAGE_ID_MAX];
    snprintf(id, sizeof id, "page_%zu", json_array_size(pages) + 1);
    json_t *page = json_pack("{s:s, s:{}}", "id", id, "pageTimings");
    json_put_text(page, "title", run->journey);
    json_put_wall(page, "startedDateTime", run->slot.started);
    json_put_text(page, "_run", run->id);
    json_put_text(page, "_vantage", run->vantage);
    json_put_text(page, "_state", state_name(run->state));
    json_array_append_new(pages, page);
    for (size_t i = 0; i < run->step_count; i++)
        for (size_t j = 0; j < run->steps[i].exchange_count; j++)
            json_array_append_new(entries,
                                  entry_of(&run->steps[i], &run->steps[i].exchanges[j], id));
}

static int append(const char *text, size_t length, void *data)
{
    return buffer_append(data, text, length) == RESULT_OK ? 0 : -1;
}

void document_har(struct run *const *runs, size_t count, struct buffer *out)
{
    json_t *pages = json_array(), *entries = json_array();
    for (size_t i = 0; i < count; i++)
        add_run(pages, entries, runs[i]);
    json_t *har =
        json_pack("{s:{s:s, s:{s:s, s:s}, s:o, s:o}}", "log", "version", "1.2", "creator", "name",
                  PACKAGE_NAME, "version", PACKAGE_VERSION, "pages", pages, "entries", entries);
    json_dump_callback(har, append, out, JSON_INDENT(1) | JSON_RECORD_FLAGS);
    buffer_text(out, "\n");
    json_decref(har);
}
