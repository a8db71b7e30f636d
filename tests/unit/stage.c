/* SPDX-License-Identifier: MIT */
/* Net's opposite number. See stage.h. */
#include "tests/unit/stage.h"

#include "monitor/base/memory.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAX = 8 * 1024 * 1024, GUARD = 20 * DURATION_SECOND };

struct raw_connection {
    struct raw_connection *next;
    struct raw_server *server;
    int descriptor;
    struct loop_watch *watch;
    struct loop_timer *timer;
    struct buffer input;
    const struct act *act;
    bool dripping;
    size_t written; /* of the answer */
};

static void connection_free(struct raw_connection *connection)
{
    struct raw_connection **place = &connection->server->connections;
    while (*place != connection)
        place = &(*place)->next;
    *place = connection->next;
    loop_watch_free(connection->watch);
    loop_timer_free(connection->timer);
    buffer_free(&connection->input);
    close(connection->descriptor);
    free(connection);
}

/* False: the peer must read first, which it cannot while we are in this turn. */
static bool connection_write(struct raw_connection *connection, const char *bytes, size_t length)
{
    while (connection->written < length) {
        ssize_t sent = send(connection->descriptor, bytes + connection->written,
                            length - connection->written, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN)
            return false;
        if (sent <= 0)
            return true;
        connection->written += (size_t)sent;
    }
    return true;
}

static void connection_act(void *data)
{
    struct raw_connection *connection = data;
    const struct act *act = connection->act;
    if (connection->dripping) {
        connection->written = 0;
        connection_write(connection, "x", 1);
        loop_timer_set(connection->timer, act->drip);
        return;
    }
    size_t length = act->length > 0 || act->answer == NULL ? act->length : strlen(act->answer);
    if (!connection_write(connection, act->answer, length)) {
        loop_timer_set(connection->timer, DURATION_MILLISECOND);
        return;
    }
    if (act->hold_up > 0)
        usleep((useconds_t)act->hold_up);
    if (act->end == ACT_RESET) {
        const struct linger linger = {.l_onoff = 1, .l_linger = 0};
        setsockopt(connection->descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    }
    if (act->end != ACT_KEEP) {
        connection_free(connection);
    } else if (act->drip > 0) {
        connection->dripping = true;
        loop_timer_set(connection->timer, act->drip);
    }
}

static bool request_is_complete(const struct buffer *input)
{
    const char *end = strstr(input->data, "\r\n\r\n");
    if (end == NULL)
        return false;
    const char *length = strstr(input->data, "\r\nContent-Length:");
    size_t body = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
    return input->length >= (size_t)(end - input->data) + 4 + body;
}

static void connection_readable(void *data)
{
    struct raw_connection *connection = data;
    struct raw_server *server = connection->server;
    char bytes[65536];
    ssize_t got = recv(connection->descriptor, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got <= 0) {
        connection_free(connection);
        return;
    }
    buffer_append(&connection->input, bytes, (size_t)got);
    if (server->act_count == 0 || !request_is_complete(&connection->input))
        return;
    buffer_clear(&server->latest);
    buffer_append(&server->latest, connection->input.data, connection->input.length);
    buffer_clear(&connection->input);
    connection->written = 0;
    size_t n = server->requests++;
    connection->act = &server->acts[n < server->act_count ? n : server->act_count - 1];
    if (connection->act->delay > 0)
        loop_timer_set(connection->timer, connection->act->delay);
    else
        connection_act(connection);
}

static void server_readable(void *data)
{
    struct raw_server *server = data;
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    int descriptor = accept(server->listener, (struct sockaddr *)&peer, &size);
    if (descriptor < 0)
        return;
    server->accepted++;
    inet_ntop(AF_INET, &peer.sin_addr, server->peer, sizeof server->peer);
    server->peer_port = ntohs(peer.sin_port);
    struct raw_connection *connection = memory_allocate(1, sizeof *connection);
    connection->server = server;
    connection->descriptor = descriptor;
    connection->next = server->connections;
    server->connections = connection;
    buffer_init(&connection->input, REQUEST_MAX);
    connection->timer = loop_timer_create(server->loop, connection_act, connection);
    if (server->greeting != NULL)
        connection_write(connection, server->greeting, strlen(server->greeting));
    if (!server->deaf)
        connection->watch =
            loop_watch_readable(server->loop, descriptor, connection_readable, connection);
}

void raw_server_open(struct raw_server *server, struct loop *loop, const char *address)
{
    struct sockaddr_in own = {.sin_family = AF_INET};
    socklen_t size = sizeof own;
    *server = (struct raw_server){.loop = loop};
    ck_assert_int_eq(inet_pton(AF_INET, address, &own.sin_addr), 1);
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(server->listener, (struct sockaddr *)&own, size), 0);
    ck_assert_int_eq(listen(server->listener, 16), 0);
    ck_assert_int_eq(getsockname(server->listener, (struct sockaddr *)&own, &size), 0);
    server->port = ntohs(own.sin_port);
    server->watch = loop_watch_readable(loop, server->listener, server_readable, server);
    buffer_init(&server->latest, REQUEST_MAX);
}

void raw_server_play(struct raw_server *server, const struct act *acts, size_t count)
{
    server->acts = acts;
    server->act_count = count;
    server->requests = 0;
}

void raw_server_close(struct raw_server *server)
{
    while (server->connections != NULL)
        connection_free(server->connections);
    loop_watch_free(server->watch);
    close(server->listener);
    buffer_free(&server->latest);
}

static void guard_fired(void *data)
{
    (void)data;
    ck_abort_msg("the exchange was never done");
}

static void stand_still(void *data)
{
    struct stage *stage = data;
    usleep((useconds_t)stage->hold_up);
    stage->hold_up = 0;
}

void stage_open(struct stage *stage, const struct net_vantage_settings *settings)
{
    static const struct net_vantage_settings plain;
    struct error error = {0};
    *stage = (struct stage){.loop = loop_create(), .arena = arena_create()};
    stage->guard = loop_timer_create(stage->loop, guard_fired, NULL);
    stage->stop = loop_timer_create(stage->loop, stand_still, stage);
    stage->net = net_create(stage->loop, &error);
    ck_assert_msg(stage->net != NULL, "%s", error.text);
    stage->vantage = net_vantage_open(stage->net, settings != NULL ? settings : &plain, &error);
    ck_assert_msg(stage->vantage != NULL, "%s", error.text);
    stage->session = net_session_open(stage->vantage);
    raw_server_open(&stage->server, stage->loop, "127.0.0.1");
    buffer_init(&stage->body, NET_BODY_MAX);
    buffer_init(&stage->headers, NET_HEADERS_MAX);
    buffer_init(&stage->sent, NET_HEADERS_MAX);
}

void stage_close(struct stage *stage)
{
    net_session_close(stage->session);
    net_vantage_close(stage->vantage);
    net_free(stage->net);
    raw_server_close(&stage->server);
    loop_timer_free(stage->guard);
    loop_timer_free(stage->stop);
    loop_free(stage->loop);
    arena_free(stage->arena);
    buffer_free(&stage->body);
    buffer_free(&stage->headers);
    buffer_free(&stage->sent);
}

static void stage_done(void *data, struct net_response *response)
{
    struct stage *stage = data;
    ck_assert_msg(!stage->in_send, "done came before net_send returned");
    stage->done = true;
    buffer_clear(&stage->body);
    buffer_append(&stage->body, response->body, response->body_length);
    buffer_clear(&stage->headers);
    for (size_t i = 0; i < response->header_count; i++)
        buffer_print(&stage->headers, "%s: %s\n", response->headers[i].name,
                     response->headers[i].value);
    buffer_clear(&stage->sent);
    buffer_text(&stage->sent, response->sent);
    stage->body_truncated = response->body_truncated;
    net_response_free(response);
    loop_stop(stage->loop);
}

void stage_send(struct stage *stage, const struct net_request *request)
{
    char url[256];
    struct net_request sent = *request;
    if (strstr(request->url, ":PORT") != NULL) {
        const char *at = strstr(request->url, ":PORT");
        snprintf(url, sizeof url, "%.*s:%u%s", (int)(at - request->url), request->url,
                 stage->server.port, at + strlen(":PORT"));
        sent.url = url;
    }
    if (sent.timeout == 0)
        sent.timeout = 5 * DURATION_SECOND;
    stage->done = false;
    stage->in_send = true;
    net_send(stage->session, &sent, stage->arena, &stage->exchange, stage_done, stage);
    stage->in_send = false;
    loop_timer_set(stage->guard, GUARD);
    /* Behind libcurl's own timer, and so in the turn in which it connects. */
    if (stage->hold_up > 0)
        loop_timer_set(stage->stop, 1);
    loop_run(stage->loop);
    loop_timer_cancel(stage->guard);
    ck_assert(stage->done);
    stage_check_sum(stage);
}

void stage_get(struct stage *stage, const char *url)
{
    stage_send(stage, &(struct net_request){.method = "GET", .url = url});
}

void stage_post(struct stage *stage, const char *url, const char *body)
{
    stage_send(stage, &(struct net_request){.method = "POST",
                                            .url = url,
                                            .body = body,
                                            .body_length = body != NULL ? strlen(body) : 0});
}

void stage_check_sum(const struct stage *stage)
{
    duration sum = 0;
    for (int i = 0; i < PHASE_COUNT; i++)
        if (stage->exchange.phases[i] != PHASE_ABSENT) {
            ck_assert_int_ge(stage->exchange.phases[i], 0);
            sum += stage->exchange.phases[i];
        }
    ck_assert_int_eq(sum, stage->exchange.total);
}
