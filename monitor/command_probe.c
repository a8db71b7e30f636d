/* SPDX-License-Identifier: MIT */
/* `shopwatch probe`: asks the databases behind a shop once, and says what they answered. */
#include "monitor/cli.h"
#include "monitor/net/net.h"
#include "monitor/probe/database.h"
#include "scenarios/shop.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

struct asking {
    struct loop *loop;
    struct net_vantage *vantage;
    struct database_probe **probes; /* one a component; NULL: it has none */
    size_t open;                    /* whose round is not over */
    bool json, is_bad, is_unasked;
    struct loop_timer *stop;
};

static void stop(void *data)
{
    struct asking *asking = data;
    loop_stop(asking->loop);
}

static void print_finding(const struct database_state *state,
                          const struct database_finding *finding)
{
    struct buffer text;
    char time[DURATION_TEXT_MAX];
    buffer_init(&text, SIZE_MAX);
    database_print(finding, &text);
    printf("%s: %s", state->component, text.data);
    if (finding->outcome == DATABASE_GOOD)
        printf(", %s", duration_print(finding->time, time));
    printf("\n");
    buffer_free(&text);
}

static void print_state(const struct asking *asking, const struct database_state *state)
{
    struct buffer text;
    if (!asking->json) {
        for (size_t i = 0; i < state->finding_count; i++)
            print_finding(state, &state->findings[i]);
        return;
    }
    buffer_init(&text, SIZE_MAX);
    database_write(state, &text);
    printf("%s\n", text.data);
    buffer_free(&text);
}

/* Its second round would come while others are still at their first. */
static void round_over(void *data, const struct database_state *state)
{
    struct asking *asking = data;
    bool is_bad = false, is_good = false;
    print_state(asking, state);
    for (size_t i = 0; i < state->finding_count; i++) {
        is_bad |= state->findings[i].outcome == DATABASE_FAILED ||
                  state->findings[i].outcome == DATABASE_HUNG;
        is_good |= state->findings[i].outcome == DATABASE_GOOD;
    }
    asking->is_bad |= is_bad;
    asking->is_unasked |= !is_bad && !is_good;
    if (--asking->open == 0)
        loop_timer_set(asking->stop, 0);
}

static enum result ask_all(struct asking *asking, const struct shop *shop, struct error *error)
{
    for (size_t i = 0; i < shop->component_count; i++) {
        const struct database_probe_settings settings = {
            .loop = asking->loop,
            .vantage = asking->vantage,
            .component = &shop->components[i],
            .round = round_over,
            .data = asking,
        };
        if (shop->components[i].probe == NULL)
            continue;
        asking->probes[i] = database_probe_create(&settings, error);
        if (asking->probes[i] == NULL)
            return error->code;
        asking->open++;
    }
    return asking->open > 0
               ? RESULT_OK
               : error_set(error, RESULT_NOT_FOUND, "no component in %s has a `probe`", shop->file);
}

static int probe_shop(const struct shop *shop, bool json)
{
    struct error error = {0};
    const struct net_vantage_settings plain = {0};
    struct asking asking = {.loop = loop_create(), .json = json};
    struct net *net = net_create(asking.loop, &error);
    asking.vantage = net != NULL ? net_vantage_open(net, &plain, &error) : NULL;
    asking.probes = calloc(shop->component_count + 1, sizeof(struct database_probe *));
    asking.stop = loop_timer_create(asking.loop, stop, &asking);
    if (asking.vantage != NULL && ask_all(&asking, shop, &error) == RESULT_OK)
        loop_run(asking.loop);
    else
        fprintf(stderr, "shopwatch probe: %s\n", error.text);
    for (size_t i = 0; asking.probes != NULL && i < shop->component_count; i++)
        database_probe_free(asking.probes[i]);
    free(asking.probes);
    loop_timer_free(asking.stop);
    net_vantage_close(asking.vantage);
    net_free(net);
    loop_free(asking.loop);
    if (error.code != RESULT_OK)
        return EXIT_MONITOR;
    if (asking.is_bad)
        return EXIT_DATABASE;
    return asking.is_unasked ? EXIT_MONITOR : EXIT_PASSED;
}

int command_probe(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"json", no_argument, NULL, 'j'},
        {0},
    };
    const char *config = NULL;
    bool json = false;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option == 'c')
            config = optarg;
        else if (option == 'j')
            json = true;
        else
            return cli_usage_error("probe", "what is `%s`?", argv[optind - 1]);
    }
    if (config == NULL || optind < argc)
        return cli_usage_error("probe", "give the shop file: -c shopwatch.yaml");
    struct mistakes mistakes = {.arena = arena_create()};
    struct shop *shop = shop_load(config, &mistakes);
    cli_print_mistakes(&mistakes);
    arena_free(mistakes.arena);
    if (shop == NULL)
        return EXIT_INVALID;
    int result = probe_shop(shop, json);
    shop_free(shop);
    return result;
}
