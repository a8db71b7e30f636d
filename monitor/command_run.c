/* SPDX-License-Identifier: MIT */
/*
 * `shopwatch run`: replays files once, one after another, then judges them together (what passes in
 * one clears suspects of another) and reports each.
 */
#include "monitor/base/memory.h"
#include "monitor/cli.h"
#include "monitor/diagnose/diagnose.h"
#include "monitor/journey/journey.h"
#include "monitor/record/json.h"
#include "reporters/terminal.h"
#include "scenarios/scenario.h"
#include "scenarios/shop.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct replay {
    const char *config, *vantage_name, *json_file;
    struct journey_variable *variables;
    size_t variable_count;

    struct mistakes mistakes;
    struct shop *shop; /* NULL without -c */
    struct scenario **scenarios;
    size_t scenario_count;

    struct loop *loop;
    struct net *net;
    struct net_vantage *net_vantage;
    const char *vantage;
    struct journey *journey; /* in flight */
    struct run **runs;
    size_t run_count;
    bool interrupted;
    struct terminal terminal; /* standard error: live progress */
};

static void replay_run_done(void *data, struct run *run)
{
    struct replay *replay = data;
    replay->journey = NULL;
    memory_grow(replay->runs, replay->run_count);
    replay->runs[replay->run_count++] = run;
    loop_stop(replay->loop);
}

static void replay_progress(void *data, const struct run *run, const struct run_step *step)
{
    struct replay *replay = data;
    struct buffer line;
    (void)run;
    if (!replay->terminal.live)
        return;
    buffer_init(&line, 4096);
    terminal_progress(&replay->terminal, step, &line);
    fputs(line.data, stderr);
    buffer_free(&line);
}

static void replay_interrupt(void *data)
{
    struct replay *replay = data;
    /* The first time the journey still cleans up after itself; the second time it has to let go. */
    if (replay->interrupted || replay->journey == NULL)
        _exit(EXIT_MONITOR);
    replay->interrupted = true;
    journey_end(replay->journey, STATE_UNKNOWN, SYMPTOM_MONITOR_STOPPED, "interrupted");
}

static const struct vantage *replay_find_vantage(const struct replay *replay)
{
    for (size_t i = 0; replay->shop != NULL && i < replay->shop->vantage_count; i++)
        if (replay->vantage_name == NULL ||
            strcmp(replay->shop->vantages[i].name, replay->vantage_name) == 0)
            return &replay->shop->vantages[i];
    return NULL;
}

static enum result replay_open(struct replay *replay, struct error *error)
{
    const struct vantage *vantage = replay_find_vantage(replay);
    if (vantage == NULL && replay->vantage_name != NULL)
        return error_set(error, RESULT_NOT_FOUND, "the shop file has no vantage point `%s`",
                         replay->vantage_name);
    struct net_vantage_settings settings = {0};
    if (vantage != NULL)
        settings =
            (struct net_vantage_settings){vantage->source, vantage->netns, vantage->resolver};
    replay->vantage = vantage != NULL ? vantage->name : "local";
    replay->loop = loop_create();
    replay->net = net_create(replay->loop, error);
    if (replay->net == NULL)
        return error->code;
    replay->net_vantage = net_vantage_open(replay->net, &settings, error);
    return replay->net_vantage != NULL ? RESULT_OK : error->code;
}

static void replay_all(struct replay *replay)
{
    struct loop_watch *interrupt =
        loop_watch_signal(replay->loop, SIGINT, replay_interrupt, replay);
    for (size_t i = 0; i < replay->scenario_count && !replay->interrupted; i++) {
        const struct journey_settings settings = {
            .scenario = replay->scenarios[i],
            .shop = replay->shop,
            .net_vantage = replay->net_vantage,
            .vantage = replay->vantage,
            .planned = clock_wall(),
            .overrides = replay->variables,
            .override_count = replay->variable_count,
            .loop = replay->loop,
        };
        replay->journey = journey_start(&settings, replay_run_done, replay_progress, replay);
        loop_run(replay->loop);
    }
    loop_watch_free(interrupt);
}

static void replay_judge(struct replay *replay)
{
    struct history *history = history_create();
    for (size_t i = 0; i < replay->run_count; i++)
        history_add(history, replay->runs[i]);
    for (size_t i = 0; i < replay->run_count; i++)
        diagnose_run(history, replay->shop, replay->runs[i]);
    history_free(history);
}

static enum result replay_write_json(const struct replay *replay, struct error *error)
{
    bool standard = strcmp(replay->json_file, "-") == 0;
    FILE *file = standard ? stdout : fopen(replay->json_file, "w");
    if (file == NULL)
        return error_set(error, RESULT_IO, "%s: %s", replay->json_file, strerror(errno));
    for (size_t i = 0; i < replay->run_count; i++) {
        json_t *json = run_to_json(replay->runs[i]);
        json_dumpf(json, file, JSON_COMPACT | JSON_RECORD_FLAGS);
        fputc('\n', file);
        json_decref(json);
    }
    if ((standard ? fflush(file) : fclose(file)) != 0)
        return error_set(error, RESULT_IO, "%s: %s", replay->json_file, strerror(errno));
    return RESULT_OK;
}

static enum result replay_report(const struct replay *replay, struct error *error)
{
    struct terminal terminal;
    struct buffer text;
    /* With the records on standard output, people read standard error. */
    bool records = replay->json_file != NULL && strcmp(replay->json_file, "-") == 0;
    FILE *out = records ? stderr : stdout;
    terminal_detect(fileno(out), &terminal);
    for (size_t i = 0; i < replay->run_count; i++) {
        buffer_init(&text, 1024 * 1024);
        terminal_report(&terminal, replay->runs[i], &text);
        fputs(text.data, out);
        buffer_free(&text);
    }
    if (fflush(out) != 0)
        return error_set(error, RESULT_IO, "the report cannot be written: %s", strerror(errno));
    return RESULT_OK;
}

static int replay_exit(const struct replay *replay)
{
    enum exit_code exit_code = EXIT_PASSED;
    for (size_t i = 0; i < replay->run_count; i++)
        exit_code = cli_exit_worse(exit_code, cli_exit_of_run(replay->runs[i]));
    return exit_code;
}

static int replay_files(struct replay *replay)
{
    struct error error = {0};
    if (replay_open(replay, &error) != RESULT_OK) {
        fprintf(stderr, "shopwatch run: %s\n", error.text);
        return error.code == RESULT_NOT_FOUND ? EXIT_USAGE : EXIT_MONITOR;
    }
    terminal_detect(STDERR_FILENO, &replay->terminal);
    replay_all(replay);
    replay_judge(replay);
    if (replay_report(replay, &error) != RESULT_OK ||
        (replay->json_file != NULL && replay_write_json(replay, &error) != RESULT_OK)) {
        fprintf(stderr, "shopwatch run: %s\n", error.text);
        return EXIT_MONITOR;
    }
    return replay_exit(replay);
}

static enum result replay_load(struct replay *replay, char *const *files, int count)
{
    if (replay->config != NULL) {
        replay->shop = shop_load(replay->config, &replay->mistakes);
        if (replay->shop == NULL)
            return RESULT_INVALID;
    }
    replay->scenarios = memory_allocate((size_t)count, sizeof *replay->scenarios);
    for (int i = 0; i < count; i++) {
        struct scenario *scenario = scenario_load(files[i], replay->shop, &replay->mistakes);
        if (scenario != NULL)
            replay->scenarios[replay->scenario_count++] = scenario;
    }
    return replay->mistakes.errors > 0 ? RESULT_INVALID : RESULT_OK;
}

static void replay_free(struct replay *replay)
{
    for (size_t i = 0; i < replay->run_count; i++)
        run_free(replay->runs[i]);
    free(replay->runs);
    net_vantage_close(replay->net_vantage);
    net_free(replay->net);
    loop_free(replay->loop);
    for (size_t i = 0; i < replay->scenario_count; i++)
        scenario_free(replay->scenarios[i]);
    free(replay->scenarios);
    shop_free(replay->shop);
    for (size_t i = 0; i < replay->variable_count; i++)
        free((char *)(uintptr_t)replay->variables[i].name);
    free(replay->variables);
    arena_free(replay->mistakes.arena);
}

/* `NAME=VALUE`; the name is a copy, the value points into argv. */
static bool replay_add_variable(struct replay *replay, const char *text)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text)
        return false;
    memory_grow(replay->variables, replay->variable_count);
    replay->variables[replay->variable_count++] = (struct journey_variable){
        memory_duplicate_bytes(text, (size_t)(equals - text)), equals + 1};
    return true;
}

static int replay_options(struct replay *replay, int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"vantage", required_argument, NULL, 'f'},
        {"var", required_argument, NULL, 'v'},
        {"json", required_argument, NULL, 'j'},
        {0},
    };
    int option;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option == 'c')
            replay->config = optarg;
        else if (option == 'f')
            replay->vantage_name = optarg;
        else if (option == 'j')
            replay->json_file = optarg;
        else if (option != 'v')
            return cli_usage_error("run", "what is `%s`?", argv[optind - 1]);
        else if (!replay_add_variable(replay, optarg))
            return cli_usage_error("run", "--var %s: NAME=VALUE is needed", optarg);
    }
    if (optind == argc)
        return cli_usage_error("run", "no scenario file to replay");
    return cli_check_files("run", argv + optind, argc - optind);
}

int command_run(int argc, char **argv)
{
    struct replay replay = {.mistakes = {.arena = arena_create()}};
    int result = replay_options(&replay, argc, argv);
    if (result == EXIT_PASSED) {
        enum result loaded = replay_load(&replay, argv + optind, argc - optind);
        cli_print_mistakes(&replay.mistakes);
        result = loaded == RESULT_OK ? replay_files(&replay) : EXIT_INVALID;
    }
    replay_free(&replay);
    return result;
}
