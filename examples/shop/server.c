/* SPDX-License-Identifier: MIT */
/*
 * A server on libevent's evhttp: listen, tell the port, run, end cleanly. main.c and payment.c hand
 * it the function that answers; it must not know what that answers.
 */
#include "examples/shop/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BODY_MAX = 64 * 1024,
    HEADERS_MAX = 16 * 1024,
    IDLE_SECONDS = 60,
    ADDRESS_SIZE = 64,
    PATH_SIZE = 4096
};

static void stop(evutil_socket_t number, short what, void *data)
{
    (void)number;
    (void)what;
    event_base_loopbreak(data);
}

bool server_open(struct server *server, const char *program, server_handler *handler, void *data)
{
    *server = (struct server){.program = program};
    signal(SIGPIPE, SIG_IGN); /* a client that went away is no reason to end */
    server->base = event_base_new();
    if (server->base == NULL || (server->http = evhttp_new(server->base)) == NULL) {
        fprintf(stderr, "%s: cannot start libevent\n", program);
        return false;
    }
    server->terminate = evsignal_new(server->base, SIGTERM, stop, server->base);
    server->interrupt = evsignal_new(server->base, SIGINT, stop, server->base);
    if (server->terminate == NULL || server->interrupt == NULL)
        abort();
    evsignal_add(server->terminate, NULL);
    evsignal_add(server->interrupt, NULL);
    evhttp_set_max_body_size(server->http, BODY_MAX);
    evhttp_set_max_headers_size(server->http, HEADERS_MAX);
    evhttp_set_timeout(server->http, IDLE_SECONDS);
    evhttp_set_gencb(server->http, handler, data);
    return true;
}

/* Splits at the last colon, so that an IPv6 address may have its own. */
static bool parse_address(const char *where, char address[static ADDRESS_SIZE], int *port)
{
    const char *colon = strrchr(where, ':');
    const char *digits = colon == NULL ? where : colon + 1;
    size_t length = colon == NULL ? 0 : (size_t)(colon - where);
    char *end;
    long number;

    if (length >= 2 && where[0] == '[' && where[length - 1] == ']') {
        where++;
        length -= 2;
    }
    number = strtol(digits, &end, 10);
    if (*digits < '0' || *digits > '9' || *end != '\0' || number > 65535 || length >= ADDRESS_SIZE)
        return false;
    snprintf(address, ADDRESS_SIZE, "%.*s", (int)length, where);
    if (length == 0)
        snprintf(address, ADDRESS_SIZE, "127.0.0.1");
    *port = (int)number;
    return true;
}

static int port_of(int descriptor)
{
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;

    if (getsockname(descriptor, (struct sockaddr *)&storage, &length) != 0)
        return -1;
    if (storage.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&storage)->sin6_port);
    return ntohs(((struct sockaddr_in *)&storage)->sin_port);
}

bool server_listen(struct server *server, const char *where)
{
    char address[ADDRESS_SIZE];
    int port;
    struct evhttp_bound_socket *socket;

    if (!parse_address(where, address, &port)) {
        fprintf(stderr, "%s: '%s' is not ADDRESS:PORT\n", server->program, where);
        return false;
    }
    if (server->port_count == LISTEN_MAX) {
        fprintf(stderr, "%s: more than %d addresses to listen on\n", server->program, LISTEN_MAX);
        return false;
    }
    socket = evhttp_bind_socket_with_handle(server->http, address, (ev_uint16_t)port);
    if (socket == NULL) {
        fprintf(stderr, "%s: cannot listen on %s: %s\n", server->program, where, strerror(errno));
        return false;
    }
    port = port_of(evhttp_bound_socket_get_fd(socket));
    server->sockets[server->port_count] = socket;
    server->ports[server->port_count++] = port;
    fprintf(stderr, "%s: listening on %s, port %d\n", server->program, address, port);
    return true;
}

bool server_write_ports(const struct server *server, const char *file)
{
    char temporary[PATH_SIZE];
    FILE *stream;
    bool written;

    /* Renamed when complete, so that whoever waits for the file never reads half of it. */
    if ((size_t)snprintf(temporary, sizeof temporary, "%s.new", file) >= sizeof temporary) {
        fprintf(stderr, "%s: the port file's name is too long\n", server->program);
        return false;
    }
    stream = fopen(temporary, "w");
    if (stream == NULL)
        goto failed;
    for (size_t i = 0; i < server->port_count; i++)
        fprintf(stream, "%d\n", server->ports[i]);
    written = ferror(stream) == 0;
    if (fclose(stream) != 0 || !written || rename(temporary, file) != 0)
        goto failed;
    return true;
failed:
    fprintf(stderr, "%s: cannot write %s: %s\n", server->program, file, strerror(errno));
    unlink(temporary);
    return false;
}

bool server_shorten_queue(struct server *server, int length)
{
    for (size_t i = 0; i < server->port_count; i++) {
        if (listen(evhttp_bound_socket_get_fd(server->sockets[i]), length) != 0) {
            fprintf(stderr, "%s: %s\n", server->program, strerror(errno));
            return false;
        }
    }
    return true;
}

void server_pause(struct server *server, bool paused)
{
    for (size_t i = 0; i < server->port_count; i++) {
        struct evconnlistener *listener = evhttp_bound_socket_get_listener(server->sockets[i]);
        if (paused)
            evconnlistener_disable(listener);
        else
            evconnlistener_enable(listener);
    }
}

void server_run(struct server *server)
{
    event_base_dispatch(server->base);
}

void server_close(struct server *server)
{
    if (server->http != NULL)
        evhttp_free(server->http);
    if (server->terminate != NULL)
        event_free(server->terminate);
    if (server->interrupt != NULL)
        event_free(server->interrupt);
    if (server->base != NULL)
        event_base_free(server->base);
    libevent_global_shutdown();
}
