/* SPDX-License-Identifier: MIT */
/*
 * What the store knows of the time before, taken up at the start. See pipeline.c. What cannot be
 * read is asked for again, since it would be forgotten for ever; but not without end: to watch the
 * shop matters more than to remember.
 */
#include "monitor/daemon/pipeline_private.h"

#include "monitor/base/log.h"

enum { RECALL_TRIES = 5 };

static void pipeline_begin(struct pipeline *pipeline)
{
    objectives_begin(pipeline->objectives);
    pipeline_set_plan(pipeline->set);
    pipeline_tick(pipeline);
    pipeline_sweep(pipeline);
}

static void pipeline_recall_later(struct pipeline *pipeline)
{
    if (++pipeline->recall_failures < RECALL_TRIES) {
        log_error("what was seen before cannot be read from the store; trying again");
        loop_timer_set(pipeline->tick, KEEPER_RETRY);
        return;
    }
    log_error(
        "what was seen before cannot be read from the store; watching without it: an incident "
        "that is open may be opened again, and slots that were missed are not recorded");
    pipeline_begin(pipeline);
}

static void pipeline_recall_objectives(void *data, enum result result)
{
    struct pipeline *pipeline = data;
    if (result == RESULT_OK)
        pipeline_begin(pipeline);
    else
        pipeline_recall_later(pipeline);
}

static void pipeline_recall_runs(void *data, enum result result, struct store_runs *runs)
{
    struct pipeline *pipeline = data;
    if (result != RESULT_OK) {
        pipeline_recall_later(pipeline);
        return;
    }
    for (size_t i = 0; i < runs->count; i++) {
        if (pipeline_is_watched(pipeline, runs->runs[i]->journey, runs->runs[i]->vantage))
            casebook_recall(pipeline->casebook, runs->runs[i], clock_wall());
    }
    objectives_load(pipeline->objectives, pipeline_recall_objectives, pipeline);
}

static void pipeline_restore(struct pipeline *pipeline, const struct store_incidents *incidents)
{
    for (size_t i = 0; i < incidents->count; i++)
        incident_book_restore(casebook_incidents(pipeline->casebook), &incidents->incidents[i],
                              pipeline_is_watched, pipeline, clock_wall());
}

/* Those that are over may come back. */
static void pipeline_recall_latest(void *data, enum result result,
                                   const struct store_incidents *incidents)
{
    struct pipeline *pipeline = data;
    if (result != RESULT_OK) {
        pipeline_recall_later(pipeline);
        return;
    }
    pipeline_restore(pipeline, incidents);
    store_read_latest(pipeline->store, pipeline_recall_runs, pipeline);
}

static void pipeline_recall_open(void *data, enum result result,
                                 const struct store_incidents *incidents)
{
    struct pipeline *pipeline = data;
    if (result != RESULT_OK) {
        pipeline_recall_later(pipeline);
        return;
    }
    pipeline_restore(pipeline, incidents);
    store_read_incidents(pipeline->store, false, 0, pipeline_recall_latest, pipeline);
}

/* They say why something fails, and are no reason to wait where they cannot be read. */
static void pipeline_recall_events(void *data, enum result result,
                                   const struct store_events *events)
{
    struct pipeline *pipeline = data;
    for (size_t i = 0; result == RESULT_OK && i < events->count; i++)
        history_add_event(casebook_history(pipeline->casebook), &events->events[i]);
}

static void pipeline_recall_slots(void *data, enum result result, const struct store_slots *slots)
{
    struct pipeline *pipeline = data;
    if (result != RESULT_OK) {
        pipeline_recall_later(pipeline);
        return;
    }
    for (size_t i = 0; i < slots->count; i++) {
        const struct store_slot *slot = &slots->slots[i];
        struct pipeline_entry *entry = pipeline_entry_of(pipeline, slot->journey, slot->vantage);
        if (entry != NULL)
            entry->since = slot->planned;
    }
    store_read_events(pipeline->store, wall_after(clock_wall(), -DIAGNOSE_EVENTS_SPAN),
                      (struct wall_time){0}, pipeline_recall_events, pipeline);
    store_read_incidents(pipeline->store, true, 0, pipeline_recall_open, pipeline);
}

/* What operators have ordered is in force before anything is replayed. */
static void pipeline_recall_windows(void *data, enum result result,
                                    const struct store_maintenances *windows)
{
    struct pipeline *pipeline = data;
    if (result != RESULT_OK) {
        pipeline_recall_later(pipeline);
        return;
    }
    for (size_t i = 0; i < windows->count; i++)
        pipeline_maintain(pipeline, &windows->maintenances[i]);
    store_read_slots(pipeline->store, pipeline_recall_slots, pipeline);
}

void pipeline_recall(struct pipeline *pipeline)
{
    store_read_maintenance(pipeline->store, clock_wall(), pipeline_recall_windows, pipeline);
}
