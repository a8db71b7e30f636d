/* SPDX-License-Identifier: MIT */
/*
 * The way of a slot, in the order of this file:
 *
 *   schedule -> journey -> bus -> (reference probe) -> diagnose -> incidents -> store -> reporters
 *
 * Each arrow is one function below. Nothing else in the program knows this order. Runs on one loop;
 * a run is handed on, never shared.
 */
#include "monitor/daemon/pipeline.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"
#include "monitor/bus/bus.h"
#include "monitor/daemon/keeper.h"
#include "monitor/daemon/ledger.h"
#include "monitor/diagnose/diagnose.h"
#include "monitor/diagnose/incident.h"
#include "monitor/journey/journey.h"
#include "monitor/probe/probe.h"
#include "monitor/record/reason.h"
#include "monitor/schedule/schedule.h"
#include "reporters/reporter.h"

#include <stdlib.h>
#include <string.h>

/* The clock may be set while we sleep, so we look at it at least this often. */
#define PIPELINE_SLEEP_MAX DURATION_SECOND

/* How often a pipeline that is to stop looks whether it is empty. */
#define PIPELINE_STOP_LOOK (20 * DURATION_MILLISECOND)

/* How long a store in trouble may hold up the end, beside the time that the runs' cleanup takes. */
#define PIPELINE_STOP_MAX (10 * DURATION_SECOND)

/* A second signal in the first moments is the same one twice (a shell's and a service manager's).
 */
#define PIPELINE_STOP_TWICE DURATION_SECOND

enum { PIPELINE_PORTION = 500 };

/* A vantage point at work: runs that failed to reach the shop wait here for its reference probe. */
struct pipeline_vantage {
    struct pipeline *pipeline;
    const struct vantage *vantage;
    struct net_vantage *net;
    struct probe *probe;
    struct run **waiting;
    size_t waiting_count;
};

/* What a scenario's runs share, whatever vantage point they are from. */
struct pipeline_means {
    struct secrets *secrets;
    struct ledger *ledger;
};

/* One journey from one vantage point: the schedule's entry of the same number. */
struct pipeline_entry {
    struct pipeline *pipeline;
    const struct scenario *scenario;
    unsigned number, count; /* the vantage point among those of the journey, from 0 */
    const struct pipeline_means *means;
    struct pipeline_vantage *vantage;
    struct journey *journey;    /* in flight, the latest; else NULL */
    struct wall_time *overlaps; /* slots that end as the run in flight will */
    size_t overlap_count;
    /* Of the last judged run, for the slots that overlapped it. */
    enum state state;
    struct verdict verdict;
    struct arena *verdict_arena;
};

/* A run in flight knows its entry; a killed one still does while its successor goes. */
struct pipeline_flight {
    struct pipeline_entry *entry;
    struct journey *journey;
    struct pipeline_flight *next;
};

struct pipeline {
    struct loop *loop;
    const struct settings *settings;
    struct net *net;
    struct pipeline_vantage *vantages;
    struct pipeline_means *means; /* one a scenario */
    struct pipeline_entry *entries;
    size_t entry_count;
    struct schedule *schedule;
    struct loop_timer *tick;
    struct pipeline_flight *flights;
    size_t flight_count;
    size_t unjudged; /* published, and not handed to the keeper yet */
    struct bus *bus;
    struct leases *leases;
    struct history *history;
    struct incident_book *incidents;
    struct store *store;
    struct keeper *keeper;
    struct reporters *reporters;
    duration every;
    bool recalled; /* what the store knows of the time before has been taken up */
    bool stopping;
    struct instant stop_began;
};

/* --- the end of the way, for those who come before ------------------------------------------ */

static void pipeline_committed(void *data)
{
    struct pipeline *pipeline = data;
    reporters_wake(pipeline->reporters);
}

static struct pipeline_entry *pipeline_entry_of(struct pipeline *pipeline, const struct run *run)
{
    for (size_t i = 0; i < pipeline->entry_count; i++)
        if (strcmp(pipeline->entries[i].scenario->journey, run->journey) == 0 &&
            strcmp(pipeline->entries[i].vantage->vantage->name, run->vantage) == 0)
            return &pipeline->entries[i];
    return NULL;
}

/* --- diagnose -> incidents -> store ---------------------------------------------------------- */

static void pipeline_log_incident(enum incident_change change, const struct incident *incident)
{
    log_warning("incident %.8s %s: %s (%s, %.0f %%)", incident->id, incident_change_word(change),
                incident->verdict.summary, symptom_code(incident->symptom),
                incident->verdict.confidence * 100);
}

static bool run_overlapped(const struct run *run)
{
    return run->step_count == 0 && reason_from_words(run->reason) == REASON_OVERLAP;
}

static void pipeline_judge(struct pipeline *pipeline, struct run *run)
{
    struct pipeline_entry *entry = pipeline_entry_of(pipeline, run);
    if (run_overlapped(run)) {
        run->state = entry->state;
        verdict_copy(run->arena, &run->verdict, &entry->verdict);
    } else {
        history_add(pipeline->history, run);
        diagnose_run(pipeline->history, pipeline->settings->shop, run);
        entry->state = run->state;
        arena_free(entry->verdict_arena);
        entry->verdict_arena = arena_create();
        verdict_copy(entry->verdict_arena, &entry->verdict, &run->verdict);
    }
    const struct incident *incident;
    enum incident_change change = incident_book_add(
        pipeline->incidents, run, entry->scenario->quorum, clock_wall(), &incident);
    if (change > INCIDENT_COUNTED)
        pipeline_log_incident(change, incident);
    pipeline->unjudged--;
    keeper_keep(pipeline->keeper, run, incident);
}

/* --- bus -> (reference probe) ---------------------------------------------------------------- */

/* Only who could not even talk to the shop has reason to suspect itself. */
static bool run_failed_to_reach(const struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    if (run->state != STATE_FAILED || failure == NULL || failure->exchange_count == 0)
        return false;
    const struct exchange *last = &failure->exchanges[failure->exchange_count - 1];
    return last->status == 0 && last->symptom != SYMPTOM_NONE;
}

static void run_blame_vantage(struct run *run)
{
    run->state = STATE_UNKNOWN;
    run->reason = reason_words(REASON_REFERENCES_UNREACHABLE);
    for (size_t i = 0; i < run->step_count; i++) {
        if (run->steps[i].state != STATE_FAILED)
            continue;
        run->steps[i].state = STATE_UNKNOWN;
        run->steps[i].symptom = SYMPTOM_MONITOR_REFERENCES_UNREACHABLE;
    }
}

static void pipeline_probed(void *data, const struct probe_result *result)
{
    struct pipeline_vantage *vantage = data;
    struct pipeline *pipeline = vantage->pipeline;
    vantage->probe = NULL;
    for (size_t i = 0; i < vantage->waiting_count; i++) {
        struct run *run = vantage->waiting[i];
        if (result->answered == 0 && run_failed_to_reach(run))
            run_blame_vantage(run);
        pipeline_judge(pipeline, run);
    }
    vantage->waiting_count = 0;
}

/* The bus's subscriber. Runs of one vantage point stay in order, also behind one that waits. */
static void pipeline_receive(void *data, struct run *run)
{
    struct pipeline *pipeline = data;
    const struct shop *shop = pipeline->settings->shop;
    struct pipeline_vantage *vantage = pipeline_entry_of(pipeline, run)->vantage;
    bool suspect = shop->reference_count > 0 && run_failed_to_reach(run);
    if (!suspect && vantage->waiting_count == 0) {
        pipeline_judge(pipeline, run);
        return;
    }
    memory_grow(vantage->waiting, vantage->waiting_count);
    vantage->waiting[vantage->waiting_count++] = run;
    if (vantage->probe == NULL)
        vantage->probe = probe_references(pipeline->loop, vantage->net, shop->references,
                                          shop->reference_count, pipeline_probed, vantage);
}

/* --- journey -> bus -------------------------------------------------------------------------- */

static void pipeline_publish(struct pipeline *pipeline, struct run *run)
{
    if (bus_publish(pipeline->bus, run) == RESULT_OK)
        pipeline->unjudged++;
    else
        log_error("the bus is full: %lu runs dropped", bus_dropped(pipeline->bus));
}

/* A slot without a run of its own. */
static void pipeline_publish_slot(const struct pipeline_entry *entry, struct wall_time planned,
                                  enum state state, enum reason reason)
{
    struct run *run = run_create(entry->scenario->journey, entry->vantage->vantage->name, planned);
    run->file = arena_duplicate(run->arena, entry->scenario->file);
    run->slot.started = run->slot.ended = clock_wall();
    run->state = state;
    run->reason = reason_words(reason);
    pipeline_publish(entry->pipeline, run);
}

static void pipeline_flight_over(struct pipeline_flight *flight)
{
    struct pipeline *pipeline = flight->entry->pipeline;
    struct pipeline_flight **link = &pipeline->flights;
    while (*link != flight)
        link = &(*link)->next;
    *link = flight->next;
    pipeline->flight_count--;
    if (flight->entry->journey == flight->journey)
        flight->entry->journey = NULL;
    free(flight);
}

static void pipeline_run_ended(void *data, struct run *run)
{
    struct pipeline_flight *flight = data;
    struct pipeline_entry *entry = flight->entry;
    struct pipeline *pipeline = entry->pipeline;
    pipeline_flight_over(flight);
    schedule_ended(pipeline->schedule, (size_t)(entry - pipeline->entries));
    pipeline_publish(pipeline, run);
    for (size_t i = 0; i < entry->overlap_count; i++)
        pipeline_publish_slot(entry, entry->overlaps[i], STATE_UNKNOWN, REASON_OVERLAP);
    entry->overlap_count = 0;
}

/* --- schedule -> journey --------------------------------------------------------------------- */

static void pipeline_start_run(struct pipeline_entry *entry, struct wall_time planned)
{
    struct pipeline *pipeline = entry->pipeline;
    struct pipeline_flight *flight = memory_allocate(1, sizeof *flight);
    const struct journey_settings settings = {
        .scenario = entry->scenario,
        .shop = pipeline->settings->shop,
        .net_vantage = entry->vantage->net,
        .vantage = entry->vantage->vantage->name,
        .planned = planned,
        .secrets = entry->means->secrets,
        .leases = pipeline->leases,
        .ledger = ledger_of_journey(entry->means->ledger),
        .loop = pipeline->loop,
    };
    flight->entry = entry;
    flight->journey = journey_start(&settings, pipeline_run_ended, NULL, flight);
    flight->next = pipeline->flights;
    pipeline->flights = flight;
    pipeline->flight_count++;
    entry->journey = flight->journey;
}

static void pipeline_obey(struct pipeline *pipeline, const struct schedule_due *due)
{
    struct pipeline_entry *entry = &pipeline->entries[due->entry];
    bool room = pipeline->flight_count < PIPELINE_RUNS_MAX;
    switch (due->action) {
    case SCHEDULE_LATE:
        pipeline_publish_slot(entry, due->planned, STATE_UNKNOWN, REASON_LATE);
        return;
    case SCHEDULE_OVERLAP:
        memory_grow(entry->overlaps, entry->overlap_count);
        entry->overlaps[entry->overlap_count++] = due->planned;
        return;
    case SCHEDULE_KILL:
        if (entry->journey != NULL)
            journey_end(entry->journey, STATE_FAILED, SYMPTOM_PACE_BUDGET,
                        reason_words(REASON_KILLED));
        break;
    case SCHEDULE_START:
        break;
    }
    if (room) {
        pipeline_start_run(entry, due->planned);
    } else {
        schedule_ended(pipeline->schedule, due->entry);
        pipeline_publish_slot(entry, due->planned, STATE_UNKNOWN, REASON_OVERLOAD);
    }
}

/* While stopping: is everything on its way through? */
static void pipeline_stop_when_idle(struct pipeline *pipeline)
{
    bool runs_over = pipeline->flight_count == 0 && pipeline->unjudged == 0;
    bool patient =
        instant_between(pipeline->stop_began, clock_instant()) < PIPELINE_STOP_MAX || !runs_over;
    if (runs_over && keeper_is_idle(pipeline->keeper) && reporters_are_idle(pipeline->reporters)) {
        loop_stop(pipeline->loop);
    } else if (!patient) {
        if (!keeper_is_idle(pipeline->keeper))
            log_error("%zu runs could not be stored and are lost", keeper_count(pipeline->keeper));
        loop_stop(pipeline->loop);
    } else {
        loop_timer_set(pipeline->tick, PIPELINE_STOP_LOOK);
    }
}

static void pipeline_recall(struct pipeline *pipeline);

static void pipeline_tick(void *data)
{
    struct pipeline *pipeline = data;
    struct schedule_due due;
    if (pipeline->stopping) {
        pipeline_stop_when_idle(pipeline);
        return;
    }
    if (!pipeline->recalled) {
        pipeline_recall(pipeline);
        return;
    }
    /* In portions: after a pause there may be more than the bus holds. */
    for (int n = 0; n < PIPELINE_PORTION && schedule_take(pipeline->schedule, clock_wall(), &due);
         n++)
        pipeline_obey(pipeline, &due);
    duration sleep = wall_between(clock_wall(), schedule_next(pipeline->schedule));
    loop_timer_set(pipeline->tick, sleep < PIPELINE_SLEEP_MAX ? sleep : PIPELINE_SLEEP_MAX);
}

static bool pipeline_is_watched(void *data, const char *journey, const char *vantage)
{
    const struct pipeline *pipeline = data;
    for (size_t i = 0; i < pipeline->entry_count; i++)
        if (strcmp(pipeline->entries[i].scenario->journey, journey) == 0 &&
            strcmp(pipeline->entries[i].vantage->vantage->name, vantage) == 0)
            return true;
    return false;
}

/* What cannot be read at the start would be forgotten for ever: it is asked for again. */
static void pipeline_recall_later(struct pipeline *pipeline)
{
    log_error("what was seen before cannot be read from the store; trying again");
    loop_timer_set(pipeline->tick, KEEPER_RETRY);
}

static void pipeline_recall_incidents(void *data, enum result result,
                                      const struct store_incidents *incidents)
{
    struct pipeline *pipeline = data;
    if (result != RESULT_OK) {
        pipeline_recall_later(pipeline);
        return;
    }
    for (size_t i = 0; i < incidents->count; i++)
        incident_book_restore(pipeline->incidents, &incidents->incidents[i], pipeline_is_watched,
                              pipeline);
    pipeline->recalled = true;
    pipeline_tick(pipeline);
}

static void pipeline_recall_runs(void *data, enum result result, struct store_runs *runs)
{
    struct pipeline *pipeline = data;
    if (result != RESULT_OK) {
        pipeline_recall_later(pipeline);
        return;
    }
    for (size_t i = 0; i < runs->count; i++)
        if (pipeline_is_watched(pipeline, runs->runs[i]->journey, runs->runs[i]->vantage))
            history_add(pipeline->history, runs->runs[i]);
    store_read_incidents(pipeline->store, true, 0, pipeline_recall_incidents, pipeline);
}

static void pipeline_recall(struct pipeline *pipeline)
{
    store_read_latest(pipeline->store, pipeline_recall_runs, pipeline);
}

void pipeline_start(struct pipeline *pipeline)
{
    pipeline_recall(pipeline);
}

/* --- building and taking down ---------------------------------------------------------------- */

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
        struct error error = {0};
        size_t unsettled;
        *means = (struct pipeline_means){secrets_read(scenario, settings->shop),
                                         ledger_create(scenario)};
        if (ledger_unsettled(means->ledger, &unsettled, &error) != RESULT_OK)
            log_error("%s", error.text);
        else if (unsettled > 0)
            log_warning("%s: %zu things of earlier runs not cleaned up: shopwatch settle -c %s %s",
                        scenario->file, unsettled, settings->shop->file, scenario->file);
    }
}

static void pipeline_close_means(struct pipeline *pipeline)
{
    for (size_t i = 0; pipeline->means != NULL && i < pipeline->settings->scenario_count; i++) {
        secrets_free(pipeline->means[i].secrets);
        ledger_free(pipeline->means[i].ledger);
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

static void pipeline_plan(struct pipeline *pipeline)
{
    pipeline_open_means(pipeline);
    for (size_t i = 0; i < pipeline->settings->scenario_count; i++)
        pipeline_add_entries(pipeline, i);
    struct schedule_entry *plan = memory_allocate(pipeline->entry_count, sizeof *plan);
    for (size_t i = 0; i < pipeline->entry_count; i++) {
        const struct pipeline_entry *entry = &pipeline->entries[i];
        plan[i] = (struct schedule_entry){
            .timetable =
                timetable_of(entry->scenario, pipeline->every, entry->number, entry->count),
            .kill_overlap = entry->scenario->overlap == OVERLAP_KILL,
        };
    }
    pipeline->schedule = schedule_create(plan, pipeline->entry_count, clock_wall());
    free(plan);
}

struct pipeline *pipeline_create(struct loop *loop, const struct settings *settings,
                                 const struct pipeline_options *options, struct error *error)
{
    struct pipeline *pipeline = memory_allocate(1, sizeof *pipeline);
    pipeline->loop = loop;
    pipeline->settings = settings;
    pipeline->every = options->every;
    pipeline->tick = loop_timer_create(loop, pipeline_tick, pipeline);
    pipeline->bus = bus_create(loop, pipeline_receive, pipeline);
    pipeline->leases = leases_create();
    pipeline->history = history_create();
    pipeline->incidents = incident_book_create();
    pipeline->net = net_create(loop, error);
    if (pipeline->net == NULL || pipeline_open_vantages(pipeline, error) != RESULT_OK)
        goto out;
    pipeline->store = store_open(loop, settings->shop->store, error);
    if (pipeline->store == NULL)
        goto out;
    pipeline->keeper = keeper_create(loop, pipeline->store, pipeline_committed, pipeline);
    const struct reporter_context context = {
        .loop = loop,
        .store = pipeline->store,
        .shop = settings->shop,
        .scenarios = settings->scenarios,
        .scenario_count = settings->scenario_count,
        .every = options->every,
    };
    pipeline->reporters = reporters_open(&context, error);
    if (pipeline->reporters == NULL)
        goto out;
    pipeline_plan(pipeline);
    return pipeline;
out:
    pipeline_free(pipeline);
    return NULL;
}

void pipeline_stop(struct pipeline *pipeline)
{
    if (pipeline->stopping) {
        if (instant_between(pipeline->stop_began, clock_instant()) > PIPELINE_STOP_TWICE)
            loop_stop(pipeline->loop);
        return;
    }
    pipeline->stopping = true;
    pipeline->stop_began = clock_instant();
    for (struct pipeline_flight *flight = pipeline->flights; flight != NULL; flight = flight->next)
        journey_end(flight->journey, STATE_UNKNOWN, SYMPTOM_MONITOR_STOPPED,
                    reason_words(REASON_STOPPED));
    loop_timer_set(pipeline->tick, 0);
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
    bus_free(pipeline->bus);
    reporters_close(pipeline->reporters);
    store_close(pipeline->store);
    keeper_free(pipeline->keeper);
    pipeline_free_vantages(pipeline);
    net_free(pipeline->net);
    for (size_t i = 0; i < pipeline->entry_count; i++) {
        free(pipeline->entries[i].overlaps);
        arena_free(pipeline->entries[i].verdict_arena);
    }
    free(pipeline->entries);
    pipeline_close_means(pipeline);
    schedule_free(pipeline->schedule);
    incident_book_free(pipeline->incidents);
    history_free(pipeline->history);
    leases_free(pipeline->leases);
    loop_timer_free(pipeline->tick);
    free(pipeline);
}
