/* SPDX-License-Identifier: MIT */
/* See incoming.h. */
#include "monitor/base/memory.h"
#include "monitor/net/internal.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SPARE_RESPONSES_MAX = 256, SPARE_BODY_MAX = 64 * 1024, HEADERS_USUAL = 16 };

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
static void split_headers(struct incoming *incoming)
{
    size_t count = 0;
    char *line = incoming->header_lines.data, *end;
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
        if (count == incoming->header_room) {
            incoming->header_room = count > 0 ? count * 2 : HEADERS_USUAL;
            incoming->headers =
                memory_resize(incoming->headers, incoming->header_room, sizeof *incoming->headers);
        }
        incoming->headers[count++] = (struct net_header){line, value};
    }
    incoming->response.headers = incoming->headers;
    incoming->response.header_count = count;
}

struct incoming *incoming_create(struct net *net)
{
    struct incoming *incoming = net->spare_responses;
    if (incoming != NULL) {
        net->spare_responses = incoming->next;
        net->spare_count--;
    } else {
        incoming = memory_allocate(1, sizeof *incoming);
        incoming->net = net;
        buffer_init(&incoming->header_lines, NET_HEADERS_MAX);
        buffer_init(&incoming->body, NET_BODY_MAX);
        buffer_init(&incoming->sent_lines, NET_HEADERS_MAX);
    }
    return incoming;
}

static void destroy(struct incoming *incoming)
{
    buffer_free(&incoming->header_lines);
    buffer_free(&incoming->body);
    buffer_free(&incoming->sent_lines);
    free(incoming->headers);
    free(incoming);
}

void incoming_free(struct incoming *incoming)
{
    struct net *net = incoming->net;
    if (net->spare_count == SPARE_RESPONSES_MAX || incoming->body.room > SPARE_BODY_MAX) {
        destroy(incoming);
        return;
    }
    buffer_clear(&incoming->header_lines);
    buffer_clear(&incoming->body);
    buffer_clear(&incoming->sent_lines);
    incoming->response = (struct net_response){0};
    incoming->next = net->spare_responses;
    net->spare_responses = incoming;
    net->spare_count++;
}

void incoming_free_spare(struct net *net)
{
    while (net->spare_responses != NULL) {
        struct incoming *next = net->spare_responses->next;
        destroy(net->spare_responses);
        net->spare_responses = next;
    }
}

struct net_response *incoming_finish(struct incoming *incoming)
{
    incoming->response.body = incoming->body.data;
    incoming->response.body_length = incoming->body.length;
    incoming->response.sent = incoming->sent_lines.data;
    split_headers(incoming);
    return &incoming->response;
}

void net_response_free(struct net_response *response)
{
    if (response != NULL)
        incoming_free((struct incoming *)response);
}

const char *net_response_header(const struct net_response *response, const char *name)
{
    for (size_t i = 0; i < response->header_count; i++)
        if (strcasecmp(response->headers[i].name, name) == 0)
            return response->headers[i].value;
    return NULL;
}

/* Of an answer's few names hardly one is of the table: the length alone says so. */
void net_response_words(const struct net_response *response, struct words *ret_words)
{
    *ret_words = (struct words){0};
    for (size_t i = 0; response != NULL && i < response->header_count; i++) {
        const struct net_header *given = &response->headers[i];
        size_t length = strlen(given->name);
#define X(field, header, meaning)                                                                  \
    if (length == strlen(header) && ret_words->field == NULL &&                                    \
        strcasecmp(given->name, header) == 0)                                                      \
        ret_words->field = given->value;
        WORDS_TABLE(X)
#undef X
    }
}
