/* SPDX-License-Identifier: MIT */
/* `shopwatch report`: tries a reporter, before it is needed. */
#include "monitor/base/log.h"
#include "monitor/cli.h"
#include "monitor/daemon/settings.h"
#include "monitor/net/net.h"
#include "reporters/reporter.h"

#include <getopt.h>
#include <stdio.h>

enum { REPORT_NOT_TAKEN = 1 };

struct trial {
    struct loop *loop;
    struct loop_timer *stop;
    const char *name;
    int exit_code;
};

static void stop(void *data)
{
    struct trial *trial = data;
    loop_stop(trial->loop);
}

static void tested(void *data, enum result result, const char *text)
{
    struct trial *trial = data;
    bool taken = result == RESULT_OK;
    fprintf(taken ? stdout : stderr, "%s: %s\n", trial->name, text);
    trial->exit_code = taken ? EXIT_PASSED : REPORT_NOT_TAKEN;
    /* Not from inside of the reporter's callback. */
    loop_timer_set(trial->stop, 0);
}

static int refuse(const struct error *error)
{
    if (error->code == RESULT_NOT_FOUND || error->code == RESULT_UNSUPPORTED)
        return cli_usage_error("report", "%s", error->text);
    fprintf(stderr, "shopwatch report: %s\n", error->text);
    return EXIT_MONITOR;
}

/* Without the shop's store: that may be the monitor's, at this moment. */
static int try_reporter(const struct settings *settings, const char *name)
{
    struct error error = {0};
    struct loop *loop = loop_create();
    struct net *net = net_create(loop, &error);
    const struct net_vantage_settings plain = {0};
    struct net_vantage *vantage = net != NULL ? net_vantage_open(net, &plain, &error) : NULL;
    struct store *store = vantage != NULL ? store_open(loop, "sqlite::memory:", &error) : NULL;
    struct trial trial = {.loop = loop, .name = name, .exit_code = EXIT_MONITOR};
    const struct reporter_context context = {
        .loop = loop,
        .store = store,
        .shop = settings->shop,
        .scenarios = settings->scenarios,
        .scenario_count = settings->scenario_count,
        .vantage = vantage,
    };
    struct reporters *reporters = store != NULL ? reporters_open_one(&context, name, &error) : NULL;
    if (reporters != NULL) {
        trial.stop = loop_timer_create(loop, stop, &trial);
        reporters_test(reporters, tested, &trial);
        loop_run(loop);
        loop_timer_free(trial.stop);
    } else {
        trial.exit_code = refuse(&error);
    }
    reporters_close(reporters);
    store_close(store);
    net_vantage_close(vantage);
    net_free(net);
    loop_free(loop);
    return trial.exit_code;
}

int command_report(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"test", required_argument, NULL, 't'},
        {0},
    };
    const char *config = NULL, *name = NULL;
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option == 'c')
            config = optarg;
        else if (option == 't')
            name = optarg;
        else
            return cli_usage_error("report", "what is `%s`?", argv[optind - 1]);
    }
    if (config == NULL || name == NULL || optind < argc)
        return cli_usage_error("report", "give a reporter and the shop file: "
                                         "--test NAME -c shopwatch.yaml");
    struct mistakes mistakes = {.arena = arena_create()};
    struct settings *settings = settings_load(config, &mistakes);
    cli_print_mistakes(&mistakes);
    arena_free(mistakes.arena);
    if (settings == NULL)
        return EXIT_INVALID;
    int result = try_reporter(settings, name);
    settings_free(settings);
    return result;
}
