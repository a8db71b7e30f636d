/* SPDX-License-Identifier: MIT */
/* `shopwatch new`: looks at a page once, and leaves a shop file and a scenario to go on from. */
#include "monitor/cli.h"
#include "monitor/net/net.h"
#include "monitor/starter.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { REDIRECTS_MAX = 5, FILE_SIZE_MAX = 128 * 1024 };
#define FETCH_TIMEOUT (15 * DURATION_SECOND)

struct fetch {
    struct loop *loop;
    struct net_session *session;
    struct arena *arena;
    struct exchange exchange;
    const char *url;
    unsigned redirects;
    struct starter_page page; /* in the arena */
};

static void send_request(struct fetch *fetch);

static void answered(void *data, struct net_response *response_taken)
{
    struct fetch *fetch = data;
    int status = fetch->exchange.status;
    const char *location = net_response_header(response_taken, "Location");
    if (status >= 300 && status < 400 && location != NULL && fetch->redirects++ < REDIRECTS_MAX) {
        const char *next = net_url_resolve(fetch->arena, fetch->url, location);
        if (next != NULL) {
            fetch->url = next;
            net_response_free(response_taken);
            send_request(fetch);
            return;
        }
    }
    fetch->page = (struct starter_page){
        .url = fetch->url,
        .status = status,
        .body =
            arena_duplicate_bytes(fetch->arena, response_taken->body, response_taken->body_length),
        .length = response_taken->body_length,
    };
    net_response_free(response_taken);
    loop_stop(fetch->loop);
}

static void send_request(struct fetch *fetch)
{
    const struct net_request request = {
        .method = "GET", .url = fetch->url, .timeout = FETCH_TIMEOUT};
    net_send(fetch->session, &request, fetch->arena, &fetch->exchange, answered, fetch);
}

/* The page in `arena`; an exit code after saying why there is none. */
static int fetch_page(const char *url, struct arena *arena, struct starter_page *ret_page)
{
    struct error error = {0};
    struct fetch fetch = {.loop = loop_create(), .arena = arena, .url = url};
    struct net *net = net_create(fetch.loop, &error);
    const struct net_vantage_settings settings = {0};
    struct net_vantage *vantage = net != NULL ? net_vantage_open(net, &settings, &error) : NULL;
    int exit_code = EXIT_PASSED;
    if (vantage != NULL) {
        fetch.session = net_session_open(vantage);
        send_request(&fetch);
        loop_run(fetch.loop);
        net_session_close(fetch.session);
    }
    const struct exchange *exchange = &fetch.exchange;
    if (vantage == NULL) {
        fprintf(stderr, "shopwatch new: %s\n", error.text);
        exit_code = EXIT_MONITOR;
    } else if (exchange->symptom != SYMPTOM_NONE) {
        fprintf(stderr, "shopwatch new: %s: %s (%s)\n", fetch.url,
                symptom_sentence(exchange->symptom), symptom_code(exchange->symptom));
        exit_code = EXIT_NETWORK;
    }
    *ret_page = fetch.page;
    net_vantage_close(vantage);
    net_free(net);
    loop_free(fetch.loop);
    return exit_code;
}

/* Never overwrites: what is there may be somebody's work. */
static int write_new(const char *name, const struct buffer *text)
{
    FILE *file = fopen(name, "wx");
    if (file == NULL) {
        fprintf(stderr, "shopwatch new: %s: %s\n", name, strerror(errno));
        return EXIT_USAGE;
    }
    bool written = fwrite(text->data, 1, text->length, file) == text->length;
    if (fclose(file) == 0 && written) {
        printf("wrote %s\n", name);
        return EXIT_PASSED;
    }
    fprintf(stderr, "shopwatch new: %s: %s\n", name, strerror(errno));
    return EXIT_MONITOR;
}

/* How the shop file names the journey: patterns in it are relative to its own directory. */
static const char *seen_from_shop(const char *shop, const char *journey, struct arena *arena)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(shop, '/');
    size_t length = slash != NULL ? (size_t)(slash - shop) + 1 : 0;
    if (journey[0] == '/' || length == 0)
        return journey;
    if (strncmp(shop, journey, length) == 0)
        return journey + length;
    return getcwd(directory, sizeof directory) != NULL
               ? arena_print(arena, "%s/%s", directory, journey)
               : journey;
}

static int write_files(const struct starter *starter, const char *shop, const char *journey,
                       struct arena *arena)
{
    struct buffer text;
    buffer_init(&text, FILE_SIZE_MAX);
    starter_write_shop(starter, seen_from_shop(shop, journey, arena), &text);
    int result = write_new(shop, &text);
    if (result == EXIT_PASSED) {
        buffer_clear(&text);
        starter_write_journey(starter, shop, &text);
        result = write_new(journey, &text);
    }
    buffer_free(&text);
    if (result == EXIT_PASSED)
        printf("next: shopwatch run -c %s %s\nand:  shopwatch lint %s\n", shop, journey, shop);
    return result;
}

static int make_files(const char *url, const char *shop, const char *journey)
{
    struct arena *arena = arena_create();
    struct starter_page page;
    struct starter starter;
    int result = fetch_page(url, arena, &page);
    if (result != EXIT_PASSED)
        goto out;
    if (starter_read(&page, arena, &starter)) {
        result = write_files(&starter, shop, journey, arena);
    } else if (page.status != 200) {
        fprintf(stderr,
                "shopwatch new: %s: status %d; give a page that works: of an interface without "
                "pages, its health page or its GraphQL address\n",
                page.url, page.status);
        result = EXIT_APPLICATION;
    } else {
        result = cli_usage_error("new", "%s: no URL for a scenario", page.url);
    }
out:
    arena_free(arena);
    return result;
}

int command_new(int argc, char **argv)
{
    static const struct option options[] = {
        {"shop", required_argument, NULL, 's'}, {"journey", required_argument, NULL, 'j'}, {0}};
    const char *shop = "shopwatch.yaml", *journey = "first-look.yaml";
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 's')
            shop = optarg;
        else if (option == 'j')
            journey = optarg;
        else
            return cli_usage_error("new", "what is `%s`?", argv[optind - 1]);
    }
    if (optind + 1 != argc)
        return cli_usage_error("new", "give the URL of a page of the shop");
    if (strstr(argv[optind], "://") == NULL)
        return cli_usage_error("new", "%s: a URL begins with http:// or https://: https://%s",
                               argv[optind], argv[optind]);
    if (access(shop, F_OK) == 0 || access(journey, F_OK) == 0)
        return cli_usage_error("new", "%s is there already, and is not overwritten",
                               access(shop, F_OK) == 0 ? shop : journey);
    return make_files(argv[optind], shop, journey);
}
