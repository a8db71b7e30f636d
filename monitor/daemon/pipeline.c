/* SPDX-License-Identifier: MIT */
/*
 * The way of a slot:
 *
 *   schedule -> journey -> bus -> (reference probe) -> diagnose -> incidents -> store -> reporters
 *
 * Each arrow is one function: up to the bus in pipeline_slots.c, from there on below. Nothing else
 * in the program knows this order. Runs on one loop; a run is handed on, never shared.
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
    log_warning("incident %.8s %s: %s (%s, %.0f %%)", incident->id, incident_change_word(change),
                incident->verdict.summary, symptom_code(incident->symptom),
                incident->verdict.confidence * 100);
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

static void pipeline_judge(struct pipeline *pipeline, struct run *run)
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
void pipeline_receive(void *data, struct run *run)
{
    struct pipeline *pipeline = data;
    const struct shop *shop = pipeline->settings->shop;
    struct pipeline_vantage *vantage =
        pipeline_entry_of(pipeline, run->journey, run->vantage)->vantage;
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
