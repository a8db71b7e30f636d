/* SPDX-License-Identifier: MIT */
/*
 * The way of a slot:
 *
 *   schedule -> journey -> bus -> (probes) -> diagnose -> incidents -> store -> reporters
 *
 * Each arrow is one function: up to the bus in pipeline_slots.c, from the bus through the probes in
 * pipeline_probe.c, from there on below. Nothing else in the program knows this order. Runs on one
 * loop; a run is handed on, never shared.
 */
#include "monitor/daemon/pipeline_private.h"

#include "monitor/base/buffer.h"
#include "monitor/base/log.h"
#include "monitor/base/memory.h"

#include <stdlib.h>

/* --- the end of the way, for those who come before ------------------------------------------ */

void pipeline_committed(void *data)
{
    struct pipeline *pipeline = data;
    reporters_wake(pipeline->reporters);
}

static char *entry_key(const char *journey, const char *vantage)
{
    struct buffer key;
    buffer_init(&key, SIZE_MAX);
    buffer_print(&key, "%s\x1f%s", journey, vantage);
    return buffer_steal(&key);
}

void pipeline_map_entries(struct pipeline *pipeline)
{
    pipeline->entry_map = map_create(NULL);
    for (size_t i = 0; i < pipeline->entry_count; i++) {
        struct pipeline_entry *entry = &pipeline->entries[i];
        char *key = entry_key(entry->scenario->journey, entry->vantage->vantage->name);
        map_put(pipeline->entry_map, key, entry);
        free(key);
    }
}

struct pipeline_entry *pipeline_entry_of(const struct pipeline *pipeline, const char *journey,
                                         const char *vantage)
{
    char *key = entry_key(journey, vantage);
    struct pipeline_entry *entry = map_get(pipeline->entry_map, key);
    free(key);
    return entry;
}

/* --- diagnose -> incidents -> store ---------------------------------------------------------- */

static void pipeline_log_incident(enum incident_change change, const struct incident *incident)
{
    if (change <= INCIDENT_COUNTED)
        return;
    log_warning("incident %.8s %s: %s (%s, %.0f %%)", incident->id, incident_change_word(change),
                incident->verdict.summary, symptom_code(incident->symptom),
                incident->verdict.confidence * 100);
}

/* The first change goes with the run, in one transaction; what else it changed, right after it. */
static void pipeline_keep(struct pipeline *pipeline, struct run *run)
{
    enum incident_change change;
    const struct incident *incident = incident_book_take(pipeline->incidents, &change);
    pipeline_log_incident(change, incident);
    keeper_keep(pipeline->keeper, run, incident);
    while ((incident = incident_book_take(pipeline->incidents, &change)) != NULL) {
        pipeline_log_incident(change, incident);
        keeper_keep_incident(pipeline->keeper, incident, NULL, NULL);
    }
}

/* Whose verdict a slot shares that has none of its own; NULL: it has. */
static const struct pipeline_entry *pipeline_model_of(const struct pipeline_entry *entry,
                                                      const struct run *run)
{
    switch (reason_from_words(run->reason)) {
    case REASON_OVERLAP:
        return entry;
    case REASON_HELD_BACK:
        return entry->means->hold.sender != NULL ? entry->means->hold.sender : entry;
    default:
        return NULL;
    }
}

void pipeline_judge(struct pipeline *pipeline, struct run *run)
{
    struct pipeline_entry *entry = pipeline_entry_of(pipeline, run->journey, run->vantage);
    const struct pipeline_entry *model = pipeline_model_of(entry, run);
    if (model != NULL) {
        run->state = run->step_count > 0 ? run->state : model->state;
        verdict_copy(run->arena, &run->verdict, &model->verdict);
    } else {
        history_add(pipeline->history, run);
        diagnose_run(pipeline->history, pipeline->settings->shop, run);
        entry->state = run->state;
        arena_free(entry->verdict_arena);
        entry->verdict_arena = arena_create();
        verdict_copy(entry->verdict_arena, &entry->verdict, &run->verdict);
    }
    objectives_count(pipeline->objectives, run);
    incident_book_add(pipeline->incidents, run, entry->scenario->quorum, clock_wall());
    pipeline->unjudged--;
    pipeline_keep(pipeline, run);
}
