/* SPDX-License-Identifier: MIT */
/* Building the pipeline and taking it down. See pipeline.c. */
#include "monitor/daemon/pipeline_private.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>

_Static_assert((int)FAMILY_IPV4 == NET_FAMILY_IPV4 && (int)FAMILY_IPV6 == NET_FAMILY_IPV6,
               "a shop file's families are net's");

static enum result pipeline_open_vantages(struct pipeline *pipeline, struct error *error)
{
    const struct shop *shop = pipeline->settings->shop;
    pipeline->vantages = memory_allocate(shop->vantage_count, sizeof *pipeline->vantages);
    for (size_t i = 0; i < shop->vantage_count; i++) {
        struct pipeline_vantage *vantage = &pipeline->vantages[i];
        vantage->pipeline = pipeline;
        vantage->vantage = &shop->vantages[i];
        const struct net_vantage_settings settings = {
            .source = vantage->vantage->source,
            .interface = vantage->vantage->interface,
            .netns = vantage->vantage->netns,
            .resolver = vantage->vantage->resolver,
            .family = (enum net_family)vantage->vantage->family,
            .proxy = vantage->vantage->proxy,
        };
        struct error why = {0};
        vantage->net = net_vantage_open(pipeline->net, &settings, &why);
        if (vantage->net == NULL)
            return error_set(error, why.code, "vantage point %.100s: %.300s",
                             vantage->vantage->name, why.text);
    }
    return RESULT_OK;
}

static void pipeline_open_means(struct pipeline *pipeline)
{
    const struct settings *settings = pipeline->settings;
    pipeline->means = memory_allocate(settings->scenario_count, sizeof *pipeline->means);
    for (size_t i = 0; i < settings->scenario_count; i++) {
        const struct scenario *scenario = settings->scenarios[i];
        struct pipeline_means *means = &pipeline->means[i];
        *means = (struct pipeline_means){.secrets = secrets_read(scenario, settings->shop),
                                         .ledger = ledger_create(scenario)};
        pipeline_collect_components(means, scenario);
    }
}

static void pipeline_close_means(struct pipeline *pipeline)
{
    for (size_t i = 0; pipeline->means != NULL && i < pipeline->settings->scenario_count; i++) {
        secrets_free(pipeline->means[i].secrets);
        ledger_free(pipeline->means[i].ledger);
        free(pipeline->means[i].components);
    }
    free(pipeline->means);
}

static void pipeline_add_entries(struct pipeline *pipeline, size_t n)
{
    const struct scenario *scenario = pipeline->settings->scenarios[n];
    const struct shop *shop = pipeline->settings->shop;
    size_t count = scenario_vantage_count(scenario, shop), number = 0;
    for (size_t v = 0; v < shop->vantage_count && number < count; v++) {
        if (strcmp(scenario_vantage(scenario, shop, number), shop->vantages[v].name) != 0)
            continue;
        memory_grow(pipeline->entries, pipeline->entry_count);
        pipeline->entries[pipeline->entry_count++] = (struct pipeline_entry){
            .pipeline = pipeline,
            .scenario = scenario,
            .number = (unsigned)number++,
            .count = (unsigned)count,
            .means = &pipeline->means[n],
            .vantage = &pipeline->vantages[v],
            .verdict = {.cause = CAUSE_NONE, .runner_up = CAUSE_NONE},
        };
    }
}

void pipeline_plan(struct pipeline *pipeline)
{
    struct schedule_entry *plan = memory_allocate(pipeline->entry_count, sizeof *plan);
    for (size_t i = 0; i < pipeline->entry_count; i++) {
        const struct pipeline_entry *entry = &pipeline->entries[i];
        plan[i] = (struct schedule_entry){
            .timetable =
                timetable_of(entry->scenario, pipeline->every, entry->number, entry->count),
            .kill_overlap = entry->scenario->overlap == OVERLAP_KILL,
            .since = entry->since,
        };
    }
    struct clock_reading now = clock_read_all();
    pipeline->schedule = schedule_create(plan, pipeline->entry_count, &now);
    if (schedule_forgotten(pipeline->schedule) > 0)
        log_warning("the monitor was away for long: the latest slots of that time are recorded");
    free(plan);
}

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
    log_write(level, "%s", text);
}

struct pipeline *pipeline_create(struct loop *loop, const struct settings *settings,
                                 const struct pipeline_options *options, struct error *error)
{
    struct pipeline *pipeline = memory_allocate(1, sizeof *pipeline);
    pipeline->loop = loop;
    pipeline->settings = settings;
    pipeline->every = options->every;
    pipeline->tick = loop_timer_create(loop, pipeline_tick, pipeline);
    pipeline->sweep = loop_timer_create(loop, pipeline_sweep, pipeline);
    pipeline->bus = bus_create(loop, pipeline_receive, pipeline);
    pipeline->leases = leases_create();
    pipeline->history = history_create();
    pipeline->incidents = incident_book_create();
    pipeline->watch = health_watch_create(loop);
    pipeline->loaded = clock_wall();
    pipeline->net = net_create(loop, error);
    if (pipeline->net == NULL || pipeline_open_vantages(pipeline, error) != RESULT_OK ||
        pipeline_open_outlet(pipeline, error) != RESULT_OK ||
        pipeline_open_databases(pipeline, error) != RESULT_OK)
        goto out;
    pipeline->store = store_open(loop, settings->shop->store, error);
    if (pipeline->store == NULL)
        goto out;
    pipeline->keeper = keeper_create(loop, pipeline->store, pipeline_committed, pipeline);
    pipeline->expiry =
        expiry_create(loop, pipeline->store, settings->shop->retention, EXPIRY_FIRST);
    pipeline->objectives =
        objectives_create(loop, pipeline->store, settings->scenarios, settings->scenario_count);
    const struct reporter_context context = {
        .loop = loop,
        .store = pipeline->store,
        .shop = settings->shop,
        .scenarios = settings->scenarios,
        .scenario_count = settings->scenario_count,
        .every = options->every,
        .health_read = pipeline_health_read,
        .health_data = pipeline,
        .objectives_read = objectives_read,
        .objectives_data = pipeline->objectives,
        .vantage = pipeline->outlet,
        .tell = pipeline_tell,
    };
    pipeline->reporters = reporters_open(&context, error);
    if (pipeline->reporters == NULL)
        goto out;
    pipeline_open_means(pipeline);
    for (size_t i = 0; i < settings->scenario_count; i++)
        pipeline_add_entries(pipeline, i);
    pipeline_map_entries(pipeline);
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
    return reporters_announcement(pipeline->reporters, n);
}

static void pipeline_free_vantages(struct pipeline *pipeline)
{
    for (size_t i = 0; pipeline->vantages != NULL && i < pipeline->settings->shop->vantage_count;
         i++) {
        struct pipeline_vantage *vantage = &pipeline->vantages[i];
        probe_cancel(vantage->probe);
        for (size_t w = 0; w < vantage->waiting_count; w++)
            run_free(vantage->waiting[w]);
        free(vantage->waiting);
        arena_free(vantage->references.arena);
        arena_free(vantage->components.arena);
        net_vantage_close(vantage->net);
    }
    free(pipeline->vantages);
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
    pipeline_changes_stop(pipeline);
    pipeline_control_close(pipeline->control);
    pipeline_status_forget(pipeline);
    bus_free(pipeline->bus);
    reporters_close(pipeline->reporters);
    expiry_free(pipeline->expiry);
    objectives_free(pipeline->objectives);
    store_close(pipeline->store);
    keeper_free(pipeline->keeper);
    pipeline_free_vantages(pipeline);
    pipeline_close_databases(pipeline);
    net_vantage_close(pipeline->outlet);
    net_free(pipeline->net);
    for (size_t i = 0; i < pipeline->entry_count; i++) {
        free(pipeline->entries[i].overlaps);
        arena_free(pipeline->entries[i].verdict_arena);
    }
    free(pipeline->entries);
    pipeline_close_means(pipeline);
    map_free(pipeline->entry_map);
    arena_free(pipeline->maintenance_arena);
    schedule_free(pipeline->schedule);
    incident_book_free(pipeline->incidents);
    history_free(pipeline->history);
    leases_free(pipeline->leases);
    health_watch_free(pipeline->watch);
    free(pipeline->reporter_healths);
    loop_timer_free(pipeline->tick);
    loop_timer_free(pipeline->sweep);
    free(pipeline);
}
