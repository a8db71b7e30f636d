/* SPDX-License-Identifier: MIT */
/* See messages.h. */
#include "monitor/journey/messages.h"

#include "monitor/record/message.h"

#include <string.h>

static void add_header(struct arena *arena, struct message *message, const char *name,
                       const char *value)
{
    if (message->header_count == MESSAGE_HEADERS_MAX)
        return;
    arena_grow(arena, message->headers, message->header_count);
    message->headers[message->header_count++] = (struct message_header){name, value};
}

/* `sent` is a request line and header lines, as libcurl wrote them. */
static void add_sent(struct arena *arena, struct message *message, const char *sent)
{
    const char *line = strchr(sent, '\n');
    while (line != NULL && *++line != '\0') {
        const char *end = line + strcspn(line, "\r\n");
        const char *colon = memchr(line, ':', (size_t)(end - line));
        if (colon != NULL) {
            const char *value = colon + 1 + strspn(colon + 1, " \t");
            value = value < end ? value : end;
            add_header(arena, message, arena_duplicate_bytes(arena, line, (size_t)(colon - line)),
                       arena_duplicate_bytes(arena, value, (size_t)(end - value)));
        }
        line = strchr(line, '\n');
    }
}

static void keep_body(struct arena *arena, struct message *message, const char *body, size_t size,
                      size_t limit)
{
    message->body_size = body != NULL ? size : 0;
    message->body_length = message->body_size < limit ? message->body_size : limit;
    message->body = arena_duplicate_bytes(arena, body != NULL ? body : "", message->body_length);
}

void messages_keep(struct arena *arena, const struct net_request *request,
                   const struct net_response *response, size_t body_max, struct exchange *exchange)
{
    exchange->request = arena_allocate(arena, 1, sizeof *exchange->request);
    exchange->answer = arena_allocate(arena, 1, sizeof *exchange->answer);
    add_sent(arena, exchange->request, response->sent);
    keep_body(arena, exchange->request, request->body, request->body_length, body_max);
    for (size_t i = 0; i < response->header_count; i++)
        add_header(arena, exchange->answer, arena_duplicate(arena, response->headers[i].name),
                   arena_duplicate(arena, response->headers[i].value));
    keep_body(arena, exchange->answer, response->body, response->body_length, body_max);
}

void messages_drop(struct run *run)
{
    for (size_t i = 0; i < run->step_count; i++)
        for (size_t j = 0; j < run->steps[i].exchange_count; j++)
            run->steps[i].exchanges[j].request = run->steps[i].exchanges[j].answer = NULL;
}
