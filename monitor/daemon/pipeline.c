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
    if (pipeline->reporters != NULL)
        reporters_wake(pipeline->reporters);
}

/* --- diagnose -> incidents -> store ---------------------------------------------------------- */

static void pipeline_log_incident(enum incident_change change, const struct incident *incident)
{
    if (change <= INCIDENT_COUNTED)
        return;
    log_event(LOG_WARNING,
              LOG_FIELDS({"incident", incident->id}, {"change", incident_change_word(change)},
                         {"cause", cause_name(incident->verdict.cause)},
                         {"component", incident->verdict.component},
                         {"symptom", symptom_code(incident->symptom)},
                         {"journey", incident->journey}),
              "incident %.8s %s: %s", incident->id, incident_change_word(change),
              incident->verdict.summary);
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
    pipeline->unjudged--;
    /* Not watched from there any more, since the last reload: it is kept, and no more. */
    if (entry == NULL) {
        keeper_keep(pipeline->keeper, run, NULL);
        return;
    }
    const struct pipeline_entry *model = pipeline_model_of(entry, run);
    if (model != NULL) {
        run->state = run->step_count > 0 ? run->state : model->state;
        verdict_copy(run->arena, &run->verdict, &model->verdict);
    } else {
        history_add(pipeline->history, run);
        diagnose_run(pipeline->history, pipeline->set->settings->shop, run);
        entry->state = run->state;
        arena_free(entry->verdict_arena);
        entry->verdict_arena = arena_create();
        verdict_copy(entry->verdict_arena, &entry->verdict, &run->verdict);
    }
    objectives_count(pipeline->objectives, run);
    incident_book_add(pipeline->incidents, run, entry->scenario->quorum, clock_wall());
    pipeline_keep(pipeline, run);
}
