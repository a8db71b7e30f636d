/* SPDX-License-Identifier: MIT */
/* `shopwatch monitor`: loads a shop file and lets the pipeline run until it is told to stop. */
#include "monitor/base/limits.h"
#include "monitor/base/log.h"
#include "monitor/cli.h"
#include "monitor/daemon/pipeline.h"
#include "monitor/daemon/service.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

/* The monitor, and who started it. */
struct watch {
    struct pipeline *pipeline;
    struct service *service; /* NULL: nobody who wants to hear of it */
};

static void stop(void *data)
{
    const struct watch *watch = data;
    log_info("stopping");
    service_tell(watch->service, SERVICE_STOPPING, "ending the runs that are under way");
    pipeline_stop(watch->pipeline);
}

static void reloaded(void *data, const struct error *error, const struct mistakes *mistakes)
{
    (void)mistakes; /* the log has them */
    const struct watch *watch = data;
    service_tell(watch->service, SERVICE_READY,
                 error != NULL ? "watching; the files have mistakes" : "watching");
}

static void reload(void *data)
{
    const struct watch *watch = data;
    log_info("reloading");
    service_tell(watch->service, SERVICE_RELOADING, NULL);
    pipeline_reload(watch->pipeline, reloaded, data);
}

static void announce(struct pipeline *pipeline)
{
    const char *text;
    for (size_t i = 0; (text = pipeline_announcement(pipeline, i)) != NULL; i++)
        if (text[0] != '\0')
            printf("%s\n", text);
    fflush(stdout);
}

static int monitor_shop(struct settings *settings, const struct pipeline_options *options)
{
    struct error error = {0};
    struct loop *loop = loop_create();
    struct watch watch = {.service = service_open(loop)};
    struct pipeline *pipeline = pipeline_create(loop, settings, options, &error);
    if (pipeline != NULL && pipeline_listen(pipeline, &error) != RESULT_OK) {
        pipeline_free(pipeline);
        pipeline = NULL;
    }
    if (pipeline == NULL) {
        fprintf(stderr, "shopwatch monitor: %s\n", error.text);
        service_close(watch.service);
        loop_free(loop);
        return EXIT_MONITOR;
    }
    watch.pipeline = pipeline;
    struct loop_watch *terminate = loop_watch_signal(loop, SIGTERM, stop, &watch);
    struct loop_watch *interrupt = loop_watch_signal(loop, SIGINT, stop, &watch);
    struct loop_watch *hang_up = loop_watch_signal(loop, SIGHUP, reload, &watch);
    log_info("watching %s: %zu journeys from %zu vantage points, kept in %s", settings->shop->name,
             settings->scenario_count, settings->shop->vantage_count, settings->shop->store);
    announce(pipeline);
    pipeline_start(pipeline);
    service_tell(watch.service, SERVICE_READY, "watching");
    loop_run(loop);
    loop_watch_free(terminate);
    loop_watch_free(interrupt);
    loop_watch_free(hang_up);
    /* From here on everything is on its way out; a late signal must not cut it short. */
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    pipeline_free(pipeline);
    service_close(watch.service);
    loop_free(loop);
    log_info("stopped");
    return EXIT_PASSED;
}

int command_monitor(int argc, char **argv)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"every", required_argument, NULL, 'e'},
        {"log", required_argument, NULL, 'l'},
        {0},
    };
    struct pipeline_options pipeline_options = {0};
    const char *config = NULL;
    int option;
    opterr = 0;
    enum log_form form = log_is_to_journal() ? LOG_AS_JOURNAL : LOG_AS_TEXT;
    while ((option = getopt_long(argc, argv, "c:", options, NULL)) != -1) {
        if (option == 'c')
            config = optarg;
        else if (option == 'l' && !log_form_from_word(optarg, &form))
            return cli_usage_error("monitor", "--log %s: text, json or journal", optarg);
        else if (option == 'e' && (duration_parse(optarg, &pipeline_options.every) != RESULT_OK ||
                                   pipeline_options.every < DURATION_SECOND))
            return cli_usage_error("monitor", "--every %s: a time of 1s or more is needed", optarg);
        else if (option == '?')
            return cli_usage_error("monitor", "what is `%s`?", argv[optind - 1]);
    }
    if (config == NULL || optind < argc)
        return cli_usage_error("monitor", "give the shop file: -c shopwatch.yaml");
    log_set_form(form);
    limits_raise_descriptors();
    /* What a shop answered is kept in files: never for everybody. A stricter mask stays. */
    umask(umask(S_IRWXO) | S_IWGRP | S_IRWXO);
    struct mistakes mistakes = {.arena = arena_create()};
    struct settings *settings = settings_load_lean(config, &mistakes);
    cli_print_mistakes(&mistakes);
    arena_free(mistakes.arena);
    if (settings == NULL)
        return EXIT_INVALID;
    return monitor_shop(settings, &pipeline_options);
}
