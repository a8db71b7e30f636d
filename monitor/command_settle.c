/* SPDX-License-Identifier: MIT */
/*
 * `shopwatch settle`: puts right what earlier runs have left behind and could not clean up, by the
 * ledger beside each file. The command line is here, the work in replay_settle.c.
 */
#include "monitor/replay.h"

#include <getopt.h>

static int set_option(struct replay *replay, int option, const char *name, const char *argument)
{
    if (option == 'c')
        replay->config = argument;
    else if (option == 'f')
        replay->vantage_name = argument;
    else if (option == 'v')
        replay->show_messages = replay->keep_messages = true;
    else if (option == 'd')
        return replay_add_output(replay, name, argument);
    return EXIT_PASSED;
}

static int read_options(struct replay *replay, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"vantage", required_argument, NULL, 'f'},
        {"verbose", no_argument, NULL, 'v'},      {"json", required_argument, NULL, 'd'},
        {"junit", required_argument, NULL, 'd'},  {"tap", required_argument, NULL, 'd'},
        {"har", required_argument, NULL, 'd'},    {0},
    };
    int option, index = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:v", options, &index)) != -1) {
        if (option == '?')
            return cli_usage_error("settle", "what is `%s`?", argv[optind - 1]);
        int result = set_option(replay, option, options[index].name, optarg);
        if (result != EXIT_PASSED)
            return result;
    }
    if (optind == argc && replay->config == NULL)
        return cli_usage_error("settle", "no scenario file, and no shop file (-c) that names any");
    return cli_check_files("settle", argv + optind, argc - optind);
}

int command_settle(int argc, char **argv)
{
    struct replay replay = {.command = "settle",
                            .settles = true,
                            .mistakes = {.arena = arena_create()},
                            .repeat = 1,
                            .parallel = 1};
    int result = read_options(&replay, argc, argv);
    if (result == EXIT_PASSED) {
        enum result loaded = replay_load(&replay, argv + optind, argc - optind);
        cli_print_mistakes(&replay.mistakes);
        result = loaded == RESULT_OK ? replay_run(&replay) : EXIT_INVALID;
    }
    replay_free(&replay);
    return result;
}
