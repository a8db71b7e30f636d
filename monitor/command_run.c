/* SPDX-License-Identifier: MIT */
/*
 * `shopwatch run`: replays files now, then judges them together (what passes in one clears suspects
 * of another) and reports each. The command line is here, the work in replay.c.
 */
#include "monitor/base/memory.h"
#include "monitor/replay.h"

#include <getopt.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* What --only needs of each file. One that has no step of that name is not replayed. */
static enum result choose(struct replay *replay)
{
    size_t count = 0;
    replay->chosen = memory_allocate(replay->scenario_count, sizeof *replay->chosen);
    for (size_t i = 0; i < replay->scenario_count; i++) {
        struct scenario *scenario = replay->scenarios[i];
        bool *chosen = scenario_choose(scenario, replay->only, replay->mistakes.arena);
        if (chosen == NULL) {
            scenario_free(scenario);
            continue;
        }
        replay->scenarios[count] = scenario;
        replay->chosen[count++] = chosen;
    }
    replay->scenario_count = count;
    return count > 0 ? RESULT_OK : RESULT_NOT_FOUND;
}

/* The first of --var that no scenario has a variable for, or NULL. */
static const char *find_unknown_variable(const struct replay *replay)
{
    for (size_t v = 0; v < replay->variable_count; v++) {
        bool known = false;
        for (size_t s = 0; s < replay->scenario_count; s++)
            for (size_t i = 0; i < replay->scenarios[s]->variable_count; i++)
                known |=
                    strcmp(replay->scenarios[s]->variables[i].name, replay->variables[v].name) == 0;
        if (!known)
            return replay->variables[v].name;
    }
    return NULL;
}

/* Names that were possible, in a few words: the nearest one, or the first of them. */
struct names {
    const char **items;
    size_t count;
};

enum { NAMES_SHOWN_MAX = 8 };

static const char *suggest_name(struct replay *replay, const struct names *names,
                                const char *wanted)
{
    struct arena *arena = replay->mistakes.arena;
    const char *nearest = mistake_nearest(wanted, names->items, names->count), *list = "";
    if (nearest != NULL)
        return arena_print(arena, "; did you mean `%s`?", nearest);
    for (size_t i = 0; i < names->count && i < NAMES_SHOWN_MAX; i++)
        list = arena_print(arena, "%s%s`%s`", list, i == 0 ? "; there is " : ", ", names->items[i]);
    return names->count > NAMES_SHOWN_MAX ? arena_print(arena, "%s ...", list) : list;
}

static void add_name(struct replay *replay, struct names *names, const char *name)
{
    arena_grow(replay->mistakes.arena, names->items, names->count);
    names->items[names->count++] = name;
}

static const char *step_names(struct replay *replay)
{
    struct names names = {0};
    for (size_t i = 0; i < replay->scenario_count; i++)
        for (size_t j = 0; j < replay->scenarios[i]->step_count; j++)
            add_name(replay, &names,
                     arena_duplicate(replay->mistakes.arena, replay->scenarios[i]->steps[j].name));
    return suggest_name(replay, &names, replay->only);
}

static const char *variable_names(struct replay *replay, const char *wanted)
{
    struct names names = {0};
    for (size_t i = 0; i < replay->scenario_count; i++)
        for (size_t j = 0; j < replay->scenarios[i]->variable_count; j++)
            add_name(replay, &names, replay->scenarios[i]->variables[j].name);
    return suggest_name(replay, &names, wanted);
}

static bool fits(const struct pair *pair, const char *text)
{
    json_t *value = journey_variable_value(pair, text);
    bool has_value = value != NULL;
    json_decref(value);
    return has_value;
}

/* The number or boolean that one of --var takes the place of, if only at some vantage point, and is
 * none itself; NULL: all fit. */
static const struct pair *find_unsuited(const struct scenario *scenario,
                                        const struct journey_variable *variable)
{
    for (size_t i = 0; i < scenario->variable_count; i++) {
        const struct pair *pair = &scenario->variables[i];
        if (strcmp(pair->name, variable->name) != 0)
            continue;
        if (!fits(pair, variable->value))
            return pair;
        for (size_t n = 0; n < pair->choice_count; n++)
            if (!fits(&pair->choices[n], variable->value))
                return &pair->choices[n];
    }
    return NULL;
}

static int check_variable(const struct replay *replay, const struct journey_variable *variable)
{
    for (size_t i = 0; i < replay->scenario_count; i++) {
        const struct pair *pair = find_unsuited(replay->scenarios[i], variable);
        if (pair != NULL)
            return cli_usage_error("run", "--var %s=%s: the scenario's is %s, and so must this be",
                                   variable->name, variable->value,
                                   json_is_number(pair->constant) ? "a number" : "true or false");
    }
    return EXIT_PASSED;
}

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
        return cli_usage_error("run", "--var %s: NAME=VALUE is needed", argument);
    else if (option == 'r' && !read_number(argument, REPLAY_REPEAT_MAX, &replay->repeat))
        return cli_usage_error("run", "--repeat %s: a number from 1 to %d is needed", argument,
                               REPLAY_REPEAT_MAX);
    else if (option == 'p' && !read_number(argument, REPLAY_PARALLEL_MAX, &replay->parallel))
        return cli_usage_error("run", "--parallel %s: a number from 1 to %d is needed", argument,
                               REPLAY_PARALLEL_MAX);
    return EXIT_PASSED;
}

static int read_options(struct replay *replay, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"vantage", required_argument, NULL, 'f'},
        {"var", required_argument, NULL, 'V'},    {"only", required_argument, NULL, 'O'},
        {"repeat", required_argument, NULL, 'r'}, {"parallel", required_argument, NULL, 'p'},
        {"verbose", no_argument, NULL, 'v'},      {"json", required_argument, NULL, 'd'},
        {"junit", required_argument, NULL, 'd'},  {"tap", required_argument, NULL, 'd'},
        {"har", required_argument, NULL, 'd'},    {0},
    };
    int option, index = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:v", options, &index)) != -1) {
        if (option == '?')
            return cli_usage_error("run", "what is `%s`?", argv[optind - 1]);
        int result = set_option(replay, option, options[index].name, optarg);
        if (result != EXIT_PASSED)
            return result;
    }
    if (optind == argc && replay->config == NULL)
        return cli_usage_error("run",
                               "no scenario file to replay, and no shop file (-c) that names any");
    return cli_check_files("run", argv + optind, argc - optind);
}

/* What can be told of the options only when the files are there. */
static int check_options(struct replay *replay)
{
    const char *unknown = find_unknown_variable(replay), *steps;
    if (unknown != NULL)
        return cli_usage_error("run", "--var %s: no scenario has a variable of this name%s",
                               unknown, variable_names(replay, unknown));
    for (size_t i = 0; i < replay->variable_count; i++)
        if (check_variable(replay, &replay->variables[i]) != EXIT_PASSED)
            return EXIT_USAGE;
    if (replay->only == NULL)
        return EXIT_PASSED;
    steps = step_names(replay);
    if (choose(replay) == RESULT_OK)
        return EXIT_PASSED;
    return cli_usage_error("run", "--only %s: no step has this name%s", replay->only, steps);
}

int command_run(int argc, char **argv)
{
    struct replay replay = {
        .command = "run", .mistakes = {.arena = arena_create()}, .repeat = 1, .parallel = 1};
    int result = read_options(&replay, argc, argv);
    if (result == EXIT_PASSED) {
        enum result loaded = replay_load(&replay, argv + optind, argc - optind);
        cli_print_mistakes(&replay.mistakes);
        result = loaded == RESULT_OK ? check_options(&replay) : EXIT_INVALID;
        if (result == EXIT_PASSED)
            result = replay_run(&replay);
    }
    replay_free(&replay);
    return result;
}
