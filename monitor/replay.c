/* SPDX-License-Identifier: MIT */
/* Journeys in flight: as many as allowed, the next when one lands. See replay.h. */
#include "monitor/replay.h"

#include "monitor/base/memory.h"
#include "monitor/diagnose/diagnose.h"
#include "monitor/record/reason.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct replay_flight {
    struct replay *replay;
    struct journey *journey; /* NULL: free */
    size_t number;           /* of its run */
};

static void print_progress(const struct replay *replay, const struct buffer *line)
{
    if (replay->terminal.live)
        fputs(line->data, stderr);
}

static void step_done(void *data, const struct run *run, const struct run_step *step)
{
    const struct replay_flight *flight = data;
    struct buffer line;
    (void)run;
    /* Steps of several journeys would stand in no order that says anything. */
    if (flight->replay->parallel > 1)
        return;
    buffer_init(&line, 4096);
    terminal_progress(&flight->replay->terminal, step, &line);
    print_progress(flight->replay, &line);
    buffer_free(&line);
}

static void launch(struct replay *replay, struct replay_flight *flight);

static void flight_done(void *data, struct run *run)
{
    struct replay_flight *flight = data;
    struct replay *replay = flight->replay;
    flight->journey = NULL;
    replay->runs[flight->number] = run;
    replay->done++;
    if (replay->parallel > 1) {
        struct buffer line;
        buffer_init(&line, 4096);
        terminal_progress_run(&replay->terminal, run, replay->done, replay->run_count, &line);
        print_progress(replay, &line);
        buffer_free(&line);
    }
    launch(replay, flight);
    if (replay->done == replay->next)
        loop_stop(replay->loop);
}

/* Starts what is next, if anything is. Runs of one file follow each other. */
static void launch(struct replay *replay, struct replay_flight *flight)
{
    if (replay->next == replay->run_count || replay->interrupted)
        return;
    flight->number = replay->next++;
    const struct replay_task *task = &replay->tasks[flight->number];
    const struct replay_means *means = &replay->means[task->scenario];
    /* An id is made of the planned time, so no two may have the same. */
    struct wall_time now = clock_wall();
    replay->planned.us = now.us > replay->planned.us ? now.us : replay->planned.us + 1;
    const struct journey_settings settings = {
        .scenario = replay->scenarios[task->scenario],
        .shop = replay->shop,
        .net_vantage = replay->net_vantage,
        .vantage = replay->vantage,
        .planned = replay->planned,
        .overrides = replay->variables,
        .override_count = replay->variable_count,
        .secrets = means->secrets,
        .leases = replay->leases,
        .ledger = ledger_of_journey(means->ledger),
        .debts = task->remains != NULL ? task->remains->debts : NULL,
        .debt_count = task->remains != NULL ? task->remains->count : 0,
        .keep_messages = replay->keep_messages,
        .chosen = replay->chosen != NULL ? replay->chosen[task->scenario] : NULL,
        .loop = replay->loop,
    };
    flight->journey = journey_start(&settings, flight_done, step_done, flight);
}

static void interrupt(void *data)
{
    struct replay *replay = data;
    /* The first time journeys still clean up after themselves; the second time they have to let go.
     */
    if (replay->interrupted)
        _exit(EXIT_MONITOR);
    replay->interrupted = true;
    for (size_t i = 0; i < replay->parallel; i++)
        if (replay->flights[i].journey != NULL)
            journey_end(replay->flights[i].journey, STATE_UNKNOWN, SYMPTOM_MONITOR_STOPPED,
                        reason_words(REASON_INTERRUPTED));
}

static const struct vantage *find_vantage(const struct replay *replay)
{
    for (size_t i = 0; replay->shop != NULL && i < replay->shop->vantage_count; i++)
        if (replay->vantage_name == NULL ||
            strcmp(replay->shop->vantages[i].name, replay->vantage_name) == 0)
            return &replay->shop->vantages[i];
    return NULL;
}

static const char *vantage_names(const struct replay *replay)
{
    const char *names = "";
    for (size_t i = 0; i < replay->shop->vantage_count; i++)
        names = arena_print(replay->mistakes.arena, "%s%s`%s`", names,
                            i == 0 ? "; there is " : ", ", replay->shop->vantages[i].name);
    return names;
}

static enum result open_net(struct replay *replay, struct error *error)
{
    const struct vantage *vantage = find_vantage(replay);
    if (vantage == NULL && replay->vantage_name != NULL && replay->shop == NULL)
        return error_set(error, RESULT_NOT_FOUND,
                         "--vantage %s: a shop file (-c) says what it is called so",
                         replay->vantage_name);
    if (vantage == NULL && replay->vantage_name != NULL)
        return error_set(error, RESULT_NOT_FOUND, "the shop file has no vantage point `%s`%s",
                         replay->vantage_name, vantage_names(replay));
    struct net_vantage_settings settings = {0};
    if (vantage != NULL)
        settings = (struct net_vantage_settings){.source = vantage->source,
                                                 .interface = vantage->interface,
                                                 .netns = vantage->netns,
                                                 .resolver = vantage->resolver,
                                                 .family = (enum net_family)vantage->family,
                                                 .proxy = vantage->proxy};
    replay->vantage = vantage != NULL ? vantage->name : "local";
    replay->loop = loop_create();
    replay->net = net_create(replay->loop, error);
    if (replay->net == NULL)
        return error->code;
    replay->net_vantage = net_vantage_open(replay->net, &settings, error);
    return replay->net_vantage != NULL ? RESULT_OK : error->code;
}

/* Every file so many times, or what there is to settle. */
static enum result plan(struct replay *replay, struct error *error)
{
    if (replay->settles)
        return replay_plan_settling(replay, error);
    replay->run_count = replay->scenario_count * replay->repeat;
    replay->tasks = memory_allocate(replay->run_count, sizeof *replay->tasks);
    for (size_t i = 0; i < replay->run_count; i++)
        replay->tasks[i].scenario = i / replay->repeat;
    return RESULT_OK;
}

static void fly(struct replay *replay)
{
    struct loop_watch *watch = loop_watch_signal(replay->loop, SIGINT, interrupt, replay);
    replay->runs = memory_allocate(replay->run_count, sizeof *replay->runs);
    replay->flights = memory_allocate(replay->parallel, sizeof *replay->flights);
    replay->leases = leases_create();
    for (size_t i = 0; i < replay->parallel; i++) {
        replay->flights[i].replay = replay;
        launch(replay, &replay->flights[i]);
    }
    if (replay->run_count > 0)
        loop_run(replay->loop);
    /* Interrupted, what was never started is not reported. */
    replay->run_count = replay->next;
    loop_watch_free(watch);
}

static void judge(struct replay *replay)
{
    struct history *history = history_create();
    for (size_t i = 0; i < replay->run_count; i++)
        history_add(history, replay->runs[i]);
    for (size_t i = 0; i < replay->run_count; i++)
        diagnose_run(history, replay->shop, replay->runs[i]);
    history_free(history);
}

/* Orders of earlier runs that no cleanup has put right are somebody's money. */
static void tell_unsettled(const struct replay *replay, size_t n)
{
    struct error error = {0};
    size_t count;
    const char *file = replay->scenarios[n]->file, *config = replay->config;
    if (ledger_unsettled(replay->means[n].ledger, &count, &error) != RESULT_OK)
        fprintf(stderr, "shopwatch run: %s\n", error.text);
    else if (count > 0)
        fprintf(stderr,
                "shopwatch run: %s: %zu thing%s of earlier runs not cleaned up: "
                "shopwatch settle %s%s%s%s\n",
                file, count, count == 1 ? "" : "s", config != NULL ? "-c " : "",
                config != NULL ? config : "", config != NULL ? " " : "", file);
}

static void open_means(struct replay *replay)
{
    replay->means = memory_allocate(replay->scenario_count, sizeof *replay->means);
    for (size_t i = 0; i < replay->scenario_count; i++) {
        const struct scenario *scenario = replay->scenarios[i];
        replay->means[i].secrets = secrets_read(scenario, replay->shop);
        replay->means[i].ledger = ledger_create(scenario);
        if (!replay->settles)
            tell_unsettled(replay, i);
    }
}

static void close_means(struct replay *replay)
{
    for (size_t i = 0; replay->means != NULL && i < replay->scenario_count; i++) {
        secrets_free(replay->means[i].secrets);
        ledger_list_free(replay->means[i].left);
        ledger_free(replay->means[i].ledger);
    }
    free(replay->means);
}

int replay_run(struct replay *replay)
{
    struct error error = {0};
    enum result result = open_net(replay, &error);
    if (result == RESULT_OK) {
        open_means(replay);
        result = plan(replay, &error);
    }
    if (result != RESULT_OK) {
        fprintf(stderr, "shopwatch %s: %s\n", replay->command, error.text);
        return result == RESULT_NOT_FOUND ? EXIT_USAGE : EXIT_MONITOR;
    }
    terminal_detect(STDERR_FILENO, &replay->terminal);
    fly(replay);
    judge(replay);
    enum exit_code exit_code = EXIT_PASSED;
    for (size_t i = 0; i < replay->run_count; i++)
        exit_code = cli_exit_worse(exit_code, cli_exit_of_run(replay->runs[i]));
    int reported = replay_report(replay);
    if (replay->settles)
        exit_code = cli_exit_worse(exit_code, (enum exit_code)replay_report_settled(replay));
    int written = replay_write_outputs(replay);
    if (reported != EXIT_PASSED)
        return reported;
    return written != EXIT_PASSED ? written : (int)exit_code;
}

void replay_free(struct replay *replay)
{
    for (size_t i = 0; i < replay->run_count; i++)
        run_free(replay->runs[i]);
    free(replay->runs);
    free(replay->tasks);
    free(replay->flights);
    leases_free(replay->leases);
    net_vantage_close(replay->net_vantage);
    net_free(replay->net);
    loop_free(replay->loop);
    close_means(replay);
    for (size_t i = 0; i < replay->scenario_count; i++)
        scenario_free(replay->scenarios[i]);
    free(replay->scenarios);
    free(replay->chosen);
    shop_free(replay->shop);
    for (size_t i = 0; i < replay->variable_count; i++)
        free((char *)(uintptr_t)replay->variables[i].name);
    free(replay->variables);
    arena_free(replay->mistakes.arena);
}
