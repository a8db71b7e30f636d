/* SPDX-License-Identifier: MIT */
/* Pages over evhttp. See http_server.h. */
#include "monitor/net/http_server.h"

#include "monitor/base/hash.h"
#include "monitor/base/listen.h"
#include "monitor/base/memory.h"
#include "monitor/net/http_visitors.h"
#include "monitor/net/internal.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* What a page may do that says nothing of it: nothing. */
#define POLICY "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

enum {
    REQUEST_HEADERS_MAX = 16 * 1024,
    BACKLOG = 32, /* visitors that the system keeps waiting for us */
    HOST_TEXT_MAX = 256,
    ETAG_TEXT_MAX = 48,
};

struct http_request {
    struct http_request *next; /* of those not answered yet */
    struct http_server *server;
    struct evhttp_request *evhttp;
    char *path;
    struct evkeyvalq query;
};

struct http_server {
    struct loop *loop;
    struct evhttp *evhttp;
    struct http_visitors *visitors;
    http_handler *handler;
    void *data;
    struct listen_address address; /* listened on */
    bool loopback;
    const char *const *hosts; /* further names */
    size_t host_count;
    char url[HOST_TEXT_MAX + sizeof "http://[]:65535/"];
    struct http_request *pending;
};

/* `Host` without port and brackets, in `text`. */
static void strip_port(const char *host, char text[HOST_TEXT_MAX])
{
    size_t length = strcspn(host, ":");
    if (host[0] == '[') {
        host++;
        length = strcspn(host, "]");
    }
    snprintf(text, HOST_TEXT_MAX, "%.*s", (int)(length < HOST_TEXT_MAX ? length : 0), host);
}

/* A page elsewhere may give its name the address 127.0.0.1 and read ours in its visitor's browser
 * (DNS rebinding); that browser then sends the page's name. */
static bool host_is_ours(const struct http_server *server, const char *host)
{
    char name[HOST_TEXT_MAX];
    if (!server->loopback || host == NULL)
        return true;
    strip_port(host, name);
    for (size_t i = 0; i < server->host_count; i++)
        if (strcasecmp(name, server->hosts[i]) == 0 || strcasecmp(host, server->hosts[i]) == 0)
            return true;
    return strcasecmp(name, "localhost") == 0 || url_host_is_literal(name) ||
           strcasecmp(name, server->address.host) == 0;
}

static void unlink_request(struct http_request *request)
{
    struct http_request **place = &request->server->pending;
    while (*place != request)
        place = &(*place)->next;
    *place = request->next;
}

static void free_request(struct http_request *request)
{
    unlink_request(request);
    evhttp_clear_headers(&request->query);
    free(request->path);
    free(request);
}

static struct http_request *take_request(struct http_server *server, struct evhttp_request *evhttp)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(evhttp);
    const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
    const char *query = uri != NULL ? evhttp_uri_get_query(uri) : NULL;
    struct http_request *request = memory_allocate(1, sizeof *request);
    request->server = server;
    request->evhttp = evhttp;
    request->path = evhttp_uridecode(path != NULL && path[0] != '\0' ? path : "/", 0, NULL);
    /* It initialises the list even when it refuses the text. */
    evhttp_parse_query_str(query != NULL ? query : "", &request->query);
    request->next = server->pending;
    server->pending = request;
    return request;
}

static void reply_error(struct http_request *request, int status, const char *text)
{
    struct http_reply reply = {.status = status,
                               .content_type = "text/plain; charset=utf-8",
                               .body = text,
                               .body_length = strlen(text)};
    http_reply(request, &reply);
}

static void request_came(struct evhttp_request *evhttp, void *data)
{
    struct http_server *server = data;
    struct http_request *request = take_request(server, evhttp);
    enum evhttp_cmd_type method = evhttp_request_get_command(evhttp);
    if (!host_is_ours(server, http_request_header(request, "Host"))) {
        reply_error(request, 421, "This server does not go by that name.\n");
    } else if (method != EVHTTP_REQ_GET && method != EVHTTP_REQ_HEAD) {
        evhttp_add_header(evhttp_request_get_output_headers(evhttp), "Allow", "GET, HEAD");
        reply_error(request, 405, "Only GET and HEAD are answered here.\n");
    } else if (request->path == NULL) {
        reply_error(request, 400, "The path cannot be read.\n");
    } else {
        server->handler(server->data, request);
    }
}

static void note_url(struct http_server *server, int descriptor)
{
    struct sockaddr_storage own = {0};
    socklen_t size = sizeof own;
    getsockname(descriptor, (struct sockaddr *)&own, &size);
    bool six = own.ss_family == AF_INET6;
    unsigned taken = ntohs(six ? ((struct sockaddr_in6 *)&own)->sin6_port
                               : ((struct sockaddr_in *)&own)->sin_port);
    snprintf(server->url, sizeof server->url, six ? "http://[%s]:%u/" : "http://%s:%u/",
             server->address.host, taken);
    server->loopback = listen_is_loopback(server->address.host);
}

/* evhttp could bind by itself, but keeps to itself why it cannot. */
static enum result bind_server(struct http_server *server, const char *listen, struct error *error)
{
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    char service[sizeof "65535"];
    snprintf(service, sizeof service, "%u", server->address.port);
    int status = getaddrinfo(server->address.host, service, &hints, &found);
    if (status != 0)
        return error_set(error, RESULT_IO, "cannot listen on %s: %s", listen, gai_strerror(status));
    const unsigned flags = LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE;
    struct evconnlistener *listener =
        evconnlistener_new_bind(loop_base(server->loop), NULL, NULL, flags, BACKLOG, found->ai_addr,
                                (int)found->ai_addrlen);
    int reason = errno;
    freeaddrinfo(found);
    if (listener == NULL)
        return error_set(error, RESULT_IO, "cannot listen on %s: %s", listen, strerror(reason));
    if (evhttp_bind_listener(server->evhttp, listener) == NULL)
        abort();
    server->visitors = http_visitors_watch(server->loop, server->evhttp, listener);
    note_url(server, evconnlistener_get_fd(listener));
    return RESULT_OK;
}

struct http_server *http_server_open(struct loop *loop, const char *listen, http_handler *handler,
                                     void *data, struct error *error)
{
    struct http_server *server = memory_allocate(1, sizeof *server);
    server->loop = loop;
    server->handler = handler;
    server->data = data;
    server->evhttp = evhttp_new(loop_base(loop));
    if (server->evhttp == NULL)
        abort();
    /* All methods, so that the answer to a wrong one is 405 and not evhttp's 501. */
    evhttp_set_allowed_methods(server->evhttp, UINT16_MAX);
    evhttp_set_max_headers_size(server->evhttp, REQUEST_HEADERS_MAX);
    evhttp_set_max_body_size(server->evhttp, 0);
    evhttp_set_default_content_type(server->evhttp, NULL);
    evhttp_set_gencb(server->evhttp, request_came, server);
    if (listen_parse(listen, &server->address) != RESULT_OK)
        error_set(error, RESULT_INVALID, "`%s` is not ADDRESS:PORT", listen);
    else if (bind_server(server, listen, error) == RESULT_OK)
        return server;
    http_server_close(server);
    return NULL;
}

void http_server_allow_hosts(struct http_server *server, const char *const *hosts, size_t count)
{
    server->hosts = hosts;
    server->host_count = count;
}

void http_server_close(struct http_server *server)
{
    if (server == NULL)
        return;
    while (server->pending != NULL) {
        struct http_request *request = server->pending;
        /* Without a connection, evhttp left it to us; with one, it goes with evhttp_free. */
        if (evhttp_request_get_connection(request->evhttp) == NULL)
            evhttp_request_free(request->evhttp);
        free_request(request);
    }
    http_visitors_free(server->visitors);
    evhttp_free(server->evhttp);
    free(server);
}

const char *http_server_url(const struct http_server *server)
{
    return server->url;
}

const char *http_request_path(const struct http_request *request)
{
    return request->path;
}

const char *http_request_query(struct http_request *request, const char *name)
{
    return evhttp_find_header(&request->query, name);
}

const char *http_request_header(struct http_request *request, const char *name)
{
    return evhttp_find_header(evhttp_request_get_input_headers(request->evhttp), name);
}

/* If-None-Match is a list of tags; a weak one is as good here (RFC 9110 section 13.1.2). */
static bool visitor_has(struct http_request *request, const char *tag)
{
    const char *list = http_request_header(request, "If-None-Match");
    return list != NULL && (strcmp(list, "*") == 0 || strstr(list, tag) != NULL);
}

static void add_headers(struct evkeyvalq *headers, const struct http_reply *reply, const char *tag)
{
    evhttp_add_header(headers, "Content-Type", reply->content_type);
    evhttp_add_header(headers, "Cache-Control",
                      reply->cache_control != NULL ? reply->cache_control : "no-store");
    evhttp_add_header(headers, "ETag", tag);
    evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
    evhttp_add_header(headers, "Referrer-Policy", "no-referrer");
    if (strncasecmp(reply->content_type, "text/html", strlen("text/html")) == 0)
        evhttp_add_header(headers, "Content-Security-Policy",
                          reply->policy != NULL ? reply->policy : POLICY);
    for (size_t i = 0; i < reply->field_count; i++)
        evhttp_add_header(headers, reply->fields[i].name, reply->fields[i].value);
}

void http_reply(struct http_request *request, const struct http_reply *reply)
{
    char tag[ETAG_TEXT_MAX], length[ETAG_TEXT_MAX];
    struct evhttp_request *evhttp = request->evhttp;
    struct evkeyvalq *headers = evhttp_request_get_output_headers(evhttp);
    snprintf(tag, sizeof tag, "\"%016" PRIx64 "-%zx\"", hash_bytes(reply->body, reply->body_length),
             reply->body_length);
    add_headers(headers, reply, tag);
    bool has = reply->status == 200 && visitor_has(request, tag);
    struct evbuffer *body = evbuffer_new();
    if (body == NULL)
        abort();
    if (!has && evhttp_request_get_command(evhttp) != EVHTTP_REQ_HEAD) {
        evbuffer_add(body, reply->body, reply->body_length);
    } else if (!has) {
        snprintf(length, sizeof length, "%zu", reply->body_length);
        evhttp_add_header(headers, "Content-Length", length);
    }
    free_request(request);
    evhttp_send_reply(evhttp, has ? 304 : reply->status, NULL, body);
    evbuffer_free(body);
}
