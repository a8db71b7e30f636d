/* SPDX-License-Identifier: MIT */
/*
 * What both programs need to be a server: addresses to listen on, a file that tells the port, a
 * clean end at SIGTERM and SIGINT. Errors go to stderr, after the program's name.
 */
#ifndef SHOP_SERVER_H
#define SHOP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

struct event; /* libevent's */
struct event_base;
struct evhttp;
struct evhttp_bound_socket;
struct evhttp_request;

enum { LISTEN_MAX = 8 };

struct server {
    const char *program;
    struct event_base *base;
    struct evhttp *http;
    struct event *terminate, *interrupt;
    struct evhttp_bound_socket *sockets[LISTEN_MAX];
    int ports[LISTEN_MAX];
    size_t port_count;
};

typedef void server_handler(struct evhttp_request *request, void *data);

bool server_open(struct server *server, const char *program, server_handler *handler, void *data);

/* "ADDRESS:PORT", "[ADDRESS]:PORT" or "PORT", which is on the loopback address; port 0 takes a free
 * one. */
bool server_listen(struct server *server, const char *where);

/* One port a line, in the order of the calls to server_listen. The file appears complete. */
bool server_write_ports(const struct server *server, const char *file);

/* How many may wait to be let in; the system's own limit holds, too. */
bool server_shorten_queue(struct server *server, int length);

/* Whether anybody is let in. */
void server_pause(struct server *server, bool paused);

void server_run(struct server *server); /* returns at SIGTERM or SIGINT */
void server_close(struct server *server);

#endif
