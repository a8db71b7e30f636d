/* SPDX-License-Identifier: MIT */
/*
 * The payment provider: the shop's third party, a program of its own so that it can be stopped,
 * paused or declined by while the shop runs. It accepts every charge but those with the token
 * "decline", and remembers nothing.
 */
#include "examples/shop/reply.h"
#include "examples/shop/server.h"
#include "examples/shop/template.h"

#include <event2/buffer.h>
#include <event2/http.h>
#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "Usage: payment [--listen ADDRESS:PORT] [--port-file FILE]\n"
    "The payment provider of the example shop.\n"
    "\n"
    "  --listen ADDRESS:PORT  where to listen, 127.0.0.1:8081 if not given; port 0 takes a free "
    "one\n"
    "  --port-file FILE       write the port there once it listens\n"
    "  --help                 print this\n"
    "\n"
    "POST /charge {\"order\": 1, \"amount\": 59.90, \"token\": \"...\"} answers {\"state\": "
    "\"accepted\"},\n"
    "or {\"state\": \"declined\"} when the token is \"decline\". GET /health answers.\n";

static void charge(struct evhttp_request *request)
{
    json_t *json = request_json(request);
    long long order;
    double amount;
    const char *token;
    struct evbuffer *body;

    if (json == NULL)
        return;
    if (json_unpack(json, "{s:I, s:F, s:s}", "order", &order, "amount", &amount, "token", &token) !=
            0 ||
        amount <= 0) {
        reply_problem(request, 422, "a charge needs order, amount and token");
    } else {
        body = template_create();
        json_add(body, "{\"state\":\"%s\"}\n",
                 strcmp(token, "decline") == 0 ? "declined" : "accepted");
        reply_json(request, 200, body);
    }
    json_decref(json);
}

static void answer(struct evhttp_request *request, void *data)
{
    const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
    enum evhttp_cmd_type method = evhttp_request_get_command(request);
    struct evbuffer *body;

    (void)data;
    if (path != NULL && strcmp(path, "/charge") == 0 && method == EVHTTP_REQ_POST) {
        charge(request);
    } else if (path != NULL && strcmp(path, "/health") == 0 && method == EVHTTP_REQ_GET) {
        body = template_create();
        json_add(body, "{\"status\":\"ok\"}\n");
        reply_json(request, 200, body);
    } else {
        reply_problem(request, 404, "only POST /charge and GET /health are here");
    }
}

static bool read_options(int count, char **arguments, const char **where, const char **port_file)
{
    static const struct option options[] = {{"listen", required_argument, NULL, 'l'},
                                            {"port-file", required_argument, NULL, 'f'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int option;

    while ((option = getopt_long(count, arguments, "", options, NULL)) != -1) {
        switch (option) {
        case 'l':
            *where = optarg;
            break;
        case 'f':
            *port_file = optarg;
            break;
        case 'h':
            fputs(usage, stdout);
            exit(EXIT_SUCCESS);
        default:
            return false;
        }
    }
    return optind == count;
}

int main(int count, char **arguments)
{
    struct server server;
    const char *where = "127.0.0.1:8081";
    const char *port_file = NULL;
    bool ran = false;

    if (!read_options(count, arguments, &where, &port_file)) {
        fprintf(stderr, "payment: see --help\n");
        return 2;
    }
    if (server_open(&server, "payment", answer, NULL) && server_listen(&server, where) &&
        (port_file == NULL || server_write_ports(&server, port_file))) {
        server_run(&server);
        ran = true;
    }
    server_close(&server);
    return ran ? EXIT_SUCCESS : EXIT_FAILURE;
}
