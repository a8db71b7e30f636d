/* SPDX-License-Identifier: MIT */
/* Building the pipeline and taking it down. See pipeline.c. */
#include "monitor/daemon/pipeline_private.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"

#include <stdlib.h>

/* Reporters send from this machine as it is, whatever the vantage points are. */
static enum result pipeline_open_outlet(struct pipeline *pipeline, struct error *error)
{
    const struct net_vantage_settings plain = {0};
    pipeline->outlet = net_vantage_open(pipeline->net, &plain, error);
    return pipeline->outlet != NULL ? RESULT_OK : error->code;
}

static void pipeline_tell(void *data, enum log_level level, const char *text)
{
    (void)data;
    log_write(level, "reporters", NULL, "%s", text);
}

struct reporters *pipeline_open_reporters(struct pipeline *pipeline,
                                          const struct settings *settings, struct error *error)
{
    const struct reporter_context context = {
        .loop = pipeline->loop,
        .store = pipeline->store,
        .shop = settings->shop,
        .scenarios = settings->scenarios,
        .scenario_count = settings->scenario_count,
        .every = pipeline->every,
        .health_read = pipeline_health_read,
        .health_data = pipeline,
        .objectives_read = objectives_read,
        .objectives_data = pipeline->objectives,
        .vantage = pipeline->outlet,
        .tell = pipeline_tell,
    };
    return reporters_open(&context, error);
}

struct pipeline *pipeline_create(struct loop *loop, struct settings *settings,
                                 const struct pipeline_options *options, struct error *error)
{
    struct pipeline *pipeline = memory_allocate(1, sizeof *pipeline);
    pipeline->loop = loop;
    pipeline->every = options->every;
    pipeline->tick = loop_timer_create(loop, pipeline_tick, pipeline);
    pipeline->sweep = loop_timer_create(loop, pipeline_sweep, pipeline);
    pipeline->bus = bus_create(loop, pipeline_receive, pipeline);
    pipeline->leases = leases_create();
    pipeline->casebook = casebook_create();
    pipeline->watch = health_watch_create(loop);
    pipeline->net = net_create(loop, error);
    if (pipeline->net == NULL || pipeline_open_outlet(pipeline, error) != RESULT_OK) {
        settings_free(settings);
        goto out;
    }
    pipeline->set = pipeline_set_create(pipeline, settings, NULL, error);
    if (pipeline->set == NULL)
        goto out;
    pipeline->store = store_open(loop, settings->shop->store, error);
    if (pipeline->store == NULL)
        goto out;
    pipeline->keeper = keeper_create(loop, pipeline->store, pipeline_committed, pipeline);
    pipeline->expiry =
        expiry_create(loop, pipeline->store, settings->shop->retention, EXPIRY_FIRST);
    pipeline->objectives =
        objectives_create(loop, pipeline->store, settings->scenarios, settings->scenario_count);
    pipeline->reporters = pipeline_open_reporters(pipeline, settings, error);
    if (pipeline->reporters != NULL)
        return pipeline;
out:
    pipeline_free(pipeline);
    return NULL;
}

void pipeline_start(struct pipeline *pipeline)
{
    pipeline_recall(pipeline);
}

void pipeline_read_objectives(struct pipeline *pipeline, struct objective_reports *ret_reports)
{
    objectives_read(pipeline->objectives, ret_reports);
}

const char *pipeline_announcement(struct pipeline *pipeline, size_t n)
{
    return pipeline->reporters != NULL ? reporters_announcement(pipeline->reporters, n) : NULL;
}

void pipeline_free(struct pipeline *pipeline)
{
    if (pipeline == NULL)
        return;
    while (pipeline->flights != NULL) {
        journey_abandon(pipeline->flights->journey);
        pipeline_flight_over(pipeline->flights);
    }
    pipeline_sweep_stop(pipeline);
    pipeline_reload_free(pipeline->reload);
    pipeline_changes_stop(pipeline);
    pipeline_control_close(pipeline->control);
    pipeline_status_forget(pipeline);
    bus_free(pipeline->bus);
    reporters_close(pipeline->reporters);
    expiry_free(pipeline->expiry);
    objectives_free(pipeline->objectives);
    store_close(pipeline->store);
    keeper_free(pipeline->keeper);
    pipeline_set_release(pipeline->set);
    net_vantage_close(pipeline->outlet);
    net_free(pipeline->net);
    arena_free(pipeline->maintenance_arena);
    casebook_free(pipeline->casebook);
    leases_free(pipeline->leases);
    health_watch_free(pipeline->watch);
    free(pipeline->reporter_healths);
    loop_timer_free(pipeline->tick);
    loop_timer_free(pipeline->sweep);
    free(pipeline);
}
