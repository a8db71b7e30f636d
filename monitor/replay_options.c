/* SPDX-License-Identifier: MIT */
/* The command line of `shopwatch run` and `shopwatch settle`. See replay.h. */
#include "monitor/base/memory.h"
#include "monitor/replay.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

/* `NAME=VALUE`; the name is a copy, the value points into argv. */
static bool add_variable(struct replay *replay, const char *text)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return false;
    memory_grow(replay->variables, replay->variable_count);
    replay->variables[replay->variable_count++] = (struct journey_variable){
        memory_duplicate_bytes(text, (size_t)(equals - text)), equals + 1};
    return true;
}

/* A whole number from 1 to `most`. */
static bool read_number(const char *text, unsigned most, unsigned *ret_number)
{
    char *end;
    unsigned long number = strtoul(text, &end, 10);
    if (text[strspn(text, "0123456789")] != '\0' || *end != '\0' || number < 1 || number > most)
        return false;
    *ret_number = (unsigned)number;
    return true;
}

static int set_option(struct replay *replay, int option, const char *name, const char *argument)
{
    if (option == 'c')
        replay->config = argument;
    else if (option == 'f')
        replay->vantage_name = argument;
    else if (option == 'O')
        replay->only = argument;
    else if (option == 'v')
        replay->show_messages = replay->keep_messages = true;
    else if (option == 'd')
        return replay_add_output(replay, name, argument);
    else if (option == 'V' && !add_variable(replay, argument))
        return cli_usage_error(replay->command, "--var %s: NAME=VALUE is needed", argument);
    else if (option == 'r' && !read_number(argument, REPLAY_REPEAT_MAX, &replay->repeat))
        return cli_usage_error(replay->command, "--repeat %s: a number from 1 to %d is needed",
                               argument, REPLAY_REPEAT_MAX);
    else if (option == 'p' && !read_number(argument, REPLAY_PARALLEL_MAX, &replay->parallel))
        return cli_usage_error(replay->command, "--parallel %s: a number from 1 to %d is needed",
                               argument, REPLAY_PARALLEL_MAX);
    return EXIT_PASSED;
}

#define OPTIONS_OF_BOTH                                                                            \
    {"config", required_argument, NULL, 'c'}, {"vantage", required_argument, NULL, 'f'},           \
        {"var", required_argument, NULL, 'V'}, {"verbose", no_argument, NULL, 'v'},                \
        {"json", required_argument, NULL, 'd'}, {"junit", required_argument, NULL, 'd'},           \
        {"tap", required_argument, NULL, 'd'},                                                     \
    {                                                                                              \
        "har", required_argument, NULL, 'd'                                                        \
    }

int replay_read_options(struct replay *replay, int argc, char **argv, int *ret_first)
{
    static const struct option of_settle[] = {OPTIONS_OF_BOTH, {0}};
    static const struct option of_run[] = {OPTIONS_OF_BOTH,
                                           {"only", required_argument, NULL, 'O'},
                                           {"repeat", required_argument, NULL, 'r'},
                                           {"parallel", required_argument, NULL, 'p'},
                                           {0}};
    const struct option *options = replay->settles ? of_settle : of_run;
    int option, index = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:v", options, &index)) != -1) {
        if (option == '?')
            return cli_usage_error(replay->command, "what is `%s`?", argv[optind - 1]);
        int result = set_option(replay, option, options[index].name, optarg);
        if (result != EXIT_PASSED)
            return result;
    }
    *ret_first = optind;
    if (optind == argc && replay->config == NULL)
        return cli_usage_error(replay->command,
                               "no scenario file, and no shop file (-c) that names any");
    return cli_check_files(replay->command, argv + optind, argc - optind);
}
