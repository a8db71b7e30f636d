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

static void pipeline_keep_incidents(struct pipeline *pipeline)
{
    struct incident_book *incidents = casebook_incidents(pipeline->casebook);
    enum incident_change change;
    const struct incident *incident;
    while ((incident = incident_book_take(incidents, &change)) != NULL) {
        pipeline_log_incident(change, incident);
        keeper_keep_incident(pipeline->keeper, incident, NULL, NULL);
    }
}

/* The first change goes with the run, in one transaction; what else it changed, right after it. */
static void pipeline_keep(struct pipeline *pipeline, struct run *run)
{
    enum incident_change change;
    const struct incident *incident =
        incident_book_take(casebook_incidents(pipeline->casebook), &change);
    pipeline_log_incident(change, incident);
    keeper_keep(pipeline->keeper, run, incident);
    pipeline_keep_incidents(pipeline);
}

void pipeline_keep_counts(struct pipeline *pipeline)
{
    incident_book_give_counts(casebook_incidents(pipeline->casebook), clock_wall());
    pipeline_keep_incidents(pipeline);
}

void pipeline_judge(struct pipeline *pipeline, struct run *run)
{
    const struct pipeline_entry *entry = pipeline_entry_of(pipeline, run->journey, run->vantage);
    pipeline->unjudged--;
    /* Not watched from there any more, since the last reload: it is kept, and no more. */
    if (entry == NULL) {
        keeper_keep(pipeline->keeper, run, NULL);
        return;
    }
    casebook_add(pipeline->casebook, pipeline->set->settings->shop, run, entry->scenario->quorum,
                 clock_wall(), NULL);
    objectives_count(pipeline->objectives, run);
    pipeline_keep(pipeline, run);
}
