/* SPDX-License-Identifier: MIT */
/* An answer on its way to who asked for it: what the callbacks collected is not copied any more. */
#include "monitor/base/memory.h"
#include "monitor/net/internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A response and what its texts are in. */
struct held_response {
    struct net_response response; /* first, so that one is the other */
    struct net_header *headers;
    char *header_lines, *body, *sent;
};

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* A line that begins with a blank continues the one before (RFC 9112 section 5.2). */
static char *end_of_line(char *line)
{
    char *end = strchr(line, '\n');
    while (end != NULL && (end[1] == ' ' || end[1] == '\t')) {
        *end = ' ';
        if (end > line && end[-1] == '\r')
            end[-1] = ' ';
        end = strchr(end, '\n');
    }
    return end != NULL ? end : line + strlen(line);
}

/* Cuts the lines into names and values, in place. */
static void split_headers(struct held_response *held)
{
    size_t count = 0, room = 0;
    for (const char *at = held->header_lines; (at = strchr(at, '\n')) != NULL; at++)
        room++;
    struct net_header *headers = memory_allocate(room + 1, sizeof *headers);
    char *line = held->header_lines, *end;
    for (; *line != '\0'; line = end) {
        end = end_of_line(line);
        char *stop = end;
        if (*end != '\0')
            *end++ = '\0';
        char *colon = strchr(line, ':');
        if (colon == NULL)
            continue;
        char *value = colon + 1;
        while (is_blank(*value))
            value++;
        while (stop > value && is_blank(stop[-1]))
            stop--;
        *stop = *colon = '\0';
        headers[count++] = (struct net_header){line, value};
    }
    held->response.headers = held->headers = headers;
    held->response.header_count = count;
}

struct net_response *response_take(struct buffer *header_lines, struct buffer *body,
                                   struct buffer *sent_lines)
{
    struct held_response *held = memory_allocate(1, sizeof *held);
    held->response.body_length = body->length;
    held->response.body = held->body = buffer_steal(body);
    held->sent = buffer_steal(sent_lines);
    held->response.sent = held->sent != NULL ? held->sent : "";
    held->header_lines = buffer_steal(header_lines);
    split_headers(held);
    return &held->response;
}

void net_response_free(struct net_response *response)
{
    struct held_response *held = (struct held_response *)response;
    if (held == NULL)
        return;
    free(held->headers);
    free(held->header_lines);
    free(held->body);
    free(held->sent);
    free(held);
}

const char *net_response_header(const struct net_response *response, const char *name)
{
    for (size_t i = 0; i < response->header_count; i++)
        if (strcasecmp(response->headers[i].name, name) == 0)
            return response->headers[i].value;
    return NULL;
}
