/* SPDX-License-Identifier: MIT */
/*
 * Reading a request's body and answering it: pages, JSON, problems (RFC 9457). The last station of
 * every request of both programs.
 */
#include "examples/shop/reply.h"

#include "examples/shop/template.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
    int status;
    const char *title;
} titles[] = {
    {200, "OK"},
    {201, "Created"},
    {303, "See Other"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {402, "Payment Required"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {500, "Internal Server Error"},
    {502, "Bad Gateway"},
};

const char *reply_title(int status)
{
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        if (titles[i].status == status)
            return titles[i].title;
    }
    return "Unknown";
}

void reply_header(struct evhttp_request *request, const char *name, const char *value)
{
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    evhttp_remove_header(headers, name);
    evhttp_add_header(headers, name, value);
}

void reply_send(struct evhttp_request *request, int status, const char *type, struct evbuffer *body)
{
    char length[24];

    reply_header(request, "Content-Type", type);
    reply_header(request, "X-Content-Type-Options", "nosniff");
    if (evhttp_request_get_command(request) == EVHTTP_REQ_HEAD) {
        snprintf(length, sizeof length, "%zu", evbuffer_get_length(body));
        reply_header(request, "Content-Length", length);
        evbuffer_drain(body, evbuffer_get_length(body));
    }
    evhttp_send_reply(request, status, reply_title(status), body);
    evbuffer_free(body);
}

void reply_json(struct evhttp_request *request, int status, struct evbuffer *body)
{
    reply_header(request, "Cache-Control", "no-store");
    reply_send(request, status, "application/json", body);
}

void reply_problem(struct evhttp_request *request, int status, const char *detail)
{
    struct evbuffer *body = template_create();

    json_add(body, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}\n",
             reply_title(status), status, detail);
    reply_header(request, "Cache-Control", "no-store");
    reply_send(request, status, "application/problem+json", body);
}

const char *request_header(struct evhttp_request *request, const char *name)
{
    const char *value = evhttp_find_header(evhttp_request_get_input_headers(request), name);
    return value == NULL ? "" : value;
}

bool request_has_type(struct evhttp_request *request, const char *type)
{
    const char *value = request_header(request, "Content-Type");
    size_t length = strcspn(value, "; \t"); /* what follows is a parameter, charset mostly */
    return length == strlen(type) && strncasecmp(value, type, length) == 0;
}

char *request_body(struct evhttp_request *request)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(request);
    size_t length = evbuffer_get_length(input);
    char *body = malloc(length + 1);

    if (body == NULL)
        abort();
    evbuffer_copyout(input, body, length);
    body[length] = '\0';
    return body;
}

struct json_t *request_json(struct evhttp_request *request)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(request);
    size_t length = evbuffer_get_length(input);
    json_error_t error;
    json_t *json;

    if (!request_has_type(request, "application/json")) {
        reply_problem(request, 415, "the body must be application/json");
        return NULL;
    }
    json = json_loadb(length == 0 ? "" : (const char *)evbuffer_pullup(input, -1), length,
                      JSON_REJECT_DUPLICATES, &error);
    if (json == NULL)
        reply_problem(request, 400, "the body is not valid JSON");
    return json;
}
