/* SPDX-License-Identifier: MIT */
/*
 * Example Shoes, a small real shop to be watched: options, the loop, and the sweep once a minute.
 * What a request does is in routes.c.
 */
#include "examples/shop/orders.h"
#include "examples/shop/payment_client.h"
#include "examples/shop/server.h"
#include "examples/shop/shop.h"
#include "examples/shop/workers.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SWEEP_SECONDS = 60, QUEUE_OF_WORKERS = 16 };

static const char usage[] =
    "Usage: shop --store STORE --payment URL --static DIRECTORY [OPTION]...\n"
    "A small shoe shop to be watched.\n"
    "\n"
    "  --store STORE          sqlite:FILE, or postgresql:WHERE as libpq knows it, such as\n"
    "                         'postgresql:host=127.0.0.1 dbname=shop user=shop'; filled with\n"
    "                         products if new\n"
    "  --database FILE        the same as --store sqlite:FILE\n"
    "  --workers N            so many processes, of which each waits for its own database queries\n"
    "                         and serves nobody meanwhile; one if not given\n"
    "  --payment URL          the payment provider, http://HOST:PORT\n"
    "  --static DIRECTORY     the stylesheet and the pictures, examples/shop/static\n"
    "  --listen ADDRESS:PORT  where to listen, 127.0.0.1:8080 if not given; port 0 takes a free "
    "one;\n"
    "                         may be given several times\n"
    "  --port-file FILE       write the port there once the shop listens, one a line\n"
    "  --show-errors          tell visitors what the database says; a production shop would not\n"
    "  --help                 print this\n";

struct options {
    const char *listen[LISTEN_MAX];
    size_t listen_count;
    const char *store, *payment, *static_directory, *port_file;
    size_t workers; /* 0: this process alone */
    bool show_errors;
};

static const struct option names[] = {
    {"listen", required_argument, NULL, 'l'},
    {"store", required_argument, NULL, 'd'},
    {"database", required_argument, NULL, 'd'},
    {"workers", required_argument, NULL, 'w'},
    {"payment", required_argument, NULL, 'p'},
    {"static", required_argument, NULL, 's'},
    {"port-file", required_argument, NULL, 'f'},
    {"show-errors", no_argument, NULL, 'e'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool read_workers(const char *text, size_t *ret_count)
{
    char *end;
    long count = strtol(text, &end, 10);

    *ret_count = (size_t)count;
    return *text >= '1' && *text <= '9' && *end == '\0' && count <= WORKERS_MAX;
}

static bool take_option(struct options *options, int option)
{
    switch (option) {
    case 'l':
        if (options->listen_count == LISTEN_MAX)
            return false;
        options->listen[options->listen_count++] = optarg;
        return true;
    case 'd':
        options->store = optarg;
        return true;
    case 'w':
        return read_workers(optarg, &options->workers);
    case 'p':
        options->payment = optarg;
        return true;
    case 's':
        options->static_directory = optarg;
        return true;
    case 'f':
        options->port_file = optarg;
        return true;
    case 'e':
        options->show_errors = true;
        return true;
    case 'h':
        fputs(usage, stdout);
        exit(EXIT_SUCCESS);
    default:
        return false;
    }
}

static bool read_options(int count, char **arguments, struct options *options)
{
    int option;

    while ((option = getopt_long(count, arguments, "", names, NULL)) != -1) {
        if (!take_option(options, option))
            return false;
    }
    if (options->listen_count == 0)
        options->listen[options->listen_count++] = "127.0.0.1:8080";
    return optind == count && options->store != NULL && options->payment != NULL &&
           options->static_directory != NULL;
}

static bool open_shop(struct shop *shop, const struct options *options, struct event_base *base)
{
    shop->show_errors = options->show_errors;
    shop->static_directory = open(options->static_directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (shop->static_directory < 0) {
        fprintf(stderr, "shop: %s: %s\n", options->static_directory, strerror(errno));
        return false;
    }
    shop->payment = payment_client_create(base, options->payment);
    if (shop->payment == NULL) {
        fprintf(stderr, "shop: '%s' is not http://HOST:PORT\n", options->payment);
        return false;
    }
    shop->database = database_open(options->store);
    return shop->database != NULL;
}

static void sweep(evutil_socket_t unused, short what, void *data)
{
    struct shop *shop = data;

    (void)unused;
    (void)what;
    session_sweep(shop->database);
    orders_release_abandoned(shop->database);
}

static bool listen_everywhere(struct server *server, const struct options *options)
{
    for (size_t i = 0; i < options->listen_count; i++) {
        if (!server_listen(server, options->listen[i]))
            return false;
    }
    return options->port_file == NULL || server_write_ports(server, options->port_file);
}

static void run_shop(struct server *server, struct shop *shop)
{
    static const struct timeval interval = {.tv_sec = SWEEP_SECONDS};
    struct event *timer = event_new(server->base, -1, EV_PERSIST, sweep, shop);

    if (timer == NULL)
        abort();
    event_add(timer, &interval);
    sweep(-1, 0, shop);
    server_run(server);
    event_free(timer);
}

/* The tables are made before there is anybody who would look for them. */
static bool become_workers(struct server *server, const struct options *options,
                           enum workers_end *ret_end)
{
    struct database *database = database_open(options->store);

    database_close(database);
    if (database == NULL || !server_shorten_queue(server, QUEUE_OF_WORKERS))
        return false;
    *ret_end = workers_become(server, options->workers);
    return true;
}

static bool serve(const struct options *options)
{
    struct shop shop = {.static_directory = -1};
    struct server server;
    enum workers_end end = WORKERS_WORK;
    bool ran = false;

    if (server_open(&server, "shop", routes_dispatch, &shop) &&
        (options->workers == 0 ||
         (listen_everywhere(&server, options) && become_workers(&server, options, &end)))) {
        ran =
            end == WORKERS_ENDED || (open_shop(&shop, options, server.base) &&
                                     (options->workers > 0 || listen_everywhere(&server, options)));
        if (ran && end == WORKERS_WORK)
            run_shop(&server, &shop);
    }
    payment_client_free(shop.payment); /* answers the checkouts under way: before the server ends */
    server_close(&server);
    database_close(shop.database);
    if (shop.static_directory >= 0)
        close(shop.static_directory);
    return ran;
}

int main(int count, char **arguments)
{
    struct options options = {0};

    if (!read_options(count, arguments, &options)) {
        fprintf(stderr, "shop: --store, --payment and --static are needed; see --help\n");
        return 2;
    }
    return serve(&options) ? EXIT_SUCCESS : EXIT_FAILURE;
}
