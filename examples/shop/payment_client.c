/* SPDX-License-Identifier: MIT */
/*
 * The client of the payment provider: POST /charge, one fresh connection each, never sent twice.
 * Called by checkout.c.
 *
 * Each charge owns one event that ends it: its time limit, or made active at once by the answer.
 * The connection is freed there and not in libevent's callback, which still uses it.
 */
#include "examples/shop/payment_client.h"

#include "examples/shop/template.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT_SECONDS = 5, DEFAULT_PORT = 80 };

struct payment_client {
    struct event_base *base;
    struct evhttp_uri *uri;
    struct charge *charges; /* under way */
};

struct charge {
    struct payment_client *client;
    struct charge *next;
    struct evhttp_connection *connection;
    struct event *end;
    enum payment payment;
    payment_callback *callback;
    void *data;
};

struct payment_client *payment_client_create(struct event_base *base, const char *url)
{
    struct payment_client *client = calloc(1, sizeof *client);
    const char *scheme, *host;

    if (client == NULL)
        abort();
    client->base = base;
    client->uri = evhttp_uri_parse(url);
    scheme = client->uri == NULL ? NULL : evhttp_uri_get_scheme(client->uri);
    host = client->uri == NULL ? NULL : evhttp_uri_get_host(client->uri);
    if (scheme != NULL && strcmp(scheme, "http") == 0 && host != NULL && host[0] != '\0')
        return client;
    payment_client_free(client);
    return NULL;
}

static void finish(struct charge *charge)
{
    struct charge **link = &charge->client->charges;

    while (*link != charge)
        link = &(*link)->next;
    *link = charge->next;
    if (charge->connection != NULL)
        evhttp_connection_free(charge->connection);
    event_free(charge->end);
    charge->callback(charge->payment, charge->data);
    free(charge);
}

void payment_client_free(struct payment_client *client)
{
    if (client == NULL)
        return;
    while (client->charges != NULL) {
        client->charges->payment = PAYMENT_UNAVAILABLE;
        finish(client->charges);
    }
    if (client->uri != NULL)
        evhttp_uri_free(client->uri);
    free(client);
}

/* The limit has passed, or the answer is there. */
static void on_end(evutil_socket_t unused, short what, void *data)
{
    struct charge *charge = data;

    (void)unused;
    if ((what & EV_TIMEOUT) != 0)
        fprintf(stderr, "shop: payment: no answer within %d s\n", LIMIT_SECONDS);
    finish(charge);
}

static enum payment read_answer(struct evhttp_request *request)
{
    struct evbuffer *input = evhttp_request_get_input_buffer(request);
    size_t length = evbuffer_get_length(input);
    enum payment payment = PAYMENT_UNAVAILABLE;
    const char *state = "";
    json_t *json;

    if (evhttp_request_get_response_code(request) != 200 || length == 0)
        return PAYMENT_UNAVAILABLE;
    json = json_loadb((const char *)evbuffer_pullup(input, -1), length, 0, NULL);
    if (json != NULL && json_unpack(json, "{s:s}", "state", &state) == 0) {
        if (strcmp(state, "accepted") == 0)
            payment = PAYMENT_ACCEPTED;
        else if (strcmp(state, "declined") == 0)
            payment = PAYMENT_DECLINED;
    }
    json_decref(json);
    return payment;
}

/* libevent has the answer, or gave up: then it has no request, or one without a status. */
static void on_answer(struct evhttp_request *request, void *data)
{
    struct charge *charge = data;

    if (request != NULL)
        charge->payment = read_answer(request);
    if (charge->payment == PAYMENT_UNAVAILABLE)
        fprintf(stderr, "shop: payment: the provider gives no usable answer (status %d)\n",
                request == NULL ? 0 : evhttp_request_get_response_code(request));
    event_active(charge->end, EV_READ, 0);
}

static void send_charge(struct charge *charge, long long order, long long cents, const char *token)
{
    const char *host = evhttp_uri_get_host(charge->client->uri);
    int port = evhttp_uri_get_port(charge->client->uri);
    struct evhttp_request *request;
    struct evkeyvalq *headers;
    char amount[MONEY_SIZE];

    charge->connection = evhttp_connection_base_new(
        charge->client->base, NULL, host, (unsigned short)(port > 0 ? port : DEFAULT_PORT));
    request = evhttp_request_new(on_answer, charge);
    if (charge->connection == NULL || request == NULL)
        abort();
    evhttp_connection_set_timeout(charge->connection, LIMIT_SECONDS + 1); /* ours comes first */
    headers = evhttp_request_get_output_headers(request);
    evhttp_add_header(headers, "Host", host);
    evhttp_add_header(headers, "Content-Type", "application/json");
    evhttp_add_header(headers, "Connection", "close");
    json_add(evhttp_request_get_output_buffer(request),
             "{\"order\":%lld,\"amount\":%s,\"token\":\"%s\"}", order, money_text(cents, amount),
             token);
    if (evhttp_make_request(charge->connection, request, EVHTTP_REQ_POST, "/charge") != 0)
        event_active(charge->end, EV_READ, 0);
}

void payment_client_charge(struct payment_client *client, long long order, long long cents,
                           const char *token, payment_callback *callback, void *data)
{
    static const struct timeval limit = {.tv_sec = LIMIT_SECONDS};
    struct charge *charge = calloc(1, sizeof *charge);

    if (charge == NULL)
        abort();
    *charge = (struct charge){.client = client,
                              .next = client->charges,
                              .end = event_new(client->base, -1, 0, on_end, charge),
                              .payment = PAYMENT_UNAVAILABLE,
                              .callback = callback,
                              .data = data};
    if (charge->end == NULL)
        abort();
    event_add(charge->end, &limit);
    client->charges = charge;
    send_charge(charge, order, cents, token);
}
