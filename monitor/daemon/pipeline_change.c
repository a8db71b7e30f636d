/* SPDX-License-Identifier: MIT */
/*
 * What operators do to incidents: to one that the book has, at once; to an older one, as the store
 * has it. Either way the change goes into the store behind what is on its way there, and reporters
 * are woken. One after the other: each sees what came before it. See pipeline.c.
 */
#include "monitor/daemon/pipeline_private.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"

#include <stdlib.h>

/* How often one who comes before all is recalled from the store looks again. */
#define CHANGE_PATIENCE (50 * DURATION_MILLISECOND)

/* One order, until it is answered; the pipeline has them in a row. */
struct pipeline_change {
    struct pipeline *pipeline;
    struct arena *arena;
    struct incident_order order;
    struct incident incident; /* as it became */
    pipeline_obeyed *done;
    void *data;
    struct loop_timer *begin;
    struct error error;
    struct pipeline_change *next;
};

static void change_free(struct pipeline_change *change)
{
    change->pipeline->changes = change->next;
    loop_timer_free(change->begin);
    arena_free(change->arena);
    free(change);
}

/* The first in the row is answered; the next may begin. */
static void change_end(struct pipeline_change *change, const struct incident *incident,
                       const struct error *error)
{
    const struct pipeline *pipeline = change->pipeline;
    change->done(change->data, incident, error);
    change_free(change);
    if (pipeline->changes != NULL)
        loop_timer_set(pipeline->changes->begin, 0);
}

static void change_kept(void *data, enum result result, const struct error *error,
                        store_sequence sequence)
{
    struct pipeline_change *change = data;
    (void)sequence;
    if (result == RESULT_OK)
        log_event(LOG_INFO, LOG_FIELDS({"incident", change->incident.id}, {"by", change->order.by}),
                  "incident %.8s %s", change->incident.id,
                  incident_change_word(change->order.change));
    change_end(change, &change->incident, result == RESULT_OK ? NULL : error);
}

static void change_keep(struct pipeline_change *change, const struct incident *incident)
{
    incident_copy(change->arena, &change->incident, incident);
    keeper_keep_incident(change->pipeline->keeper, incident, change_kept, change);
}

/* --- one that the book does not have ---------------------------------------------------------- */

static const struct incident *find_called(const struct store_incidents *incidents, const char *name,
                                          struct error *error)
{
    const struct incident *found = NULL;
    for (size_t i = 0; i < incidents->count; i++) {
        const struct incident *incident = &incidents->incidents[i];
        if (!incident_is_called(incident, name))
            continue;
        if (found != NULL) {
            error_set(error, RESULT_INVALID, "`%.64s` may be incident %.16s or %.16s", name,
                      found->id, incident->id);
            return NULL;
        }
        found = incident;
    }
    if (found == NULL)
        error_set(error, RESULT_NOT_FOUND, "there is no incident `%.64s`", name);
    return found;
}

static void change_read(void *data, enum result result, const struct store_incidents *incidents)
{
    struct pipeline_change *change = data;
    if (result != RESULT_OK) {
        error_set(&change->error, result, "the store cannot be read");
        change_end(change, NULL, &change->error);
        return;
    }
    const struct incident *found = find_called(incidents, change->order.id, &change->error);
    if (found == NULL) {
        change_end(change, NULL, &change->error);
        return;
    }
    struct incident incident;
    incident_copy(change->arena, &incident, found);
    if (incident_obey(change->arena, &incident, &change->order, clock_wall(), &change->error) ==
        RESULT_OK)
        change_keep(change, &incident);
    else
        change_end(change, NULL, &change->error);
}

/* --- all of them ------------------------------------------------------------------------------ */

/* Before the book has what was before, one of it would be changed behind its back. */
static void change_begin(void *data)
{
    struct pipeline_change *change = data;
    struct pipeline *pipeline = change->pipeline;
    const struct incident *incident;
    if (pipeline->set->schedule == NULL) {
        loop_timer_set(change->begin, CHANGE_PATIENCE);
        return;
    }
    enum result result =
        incident_book_change(casebook_incidents(pipeline->casebook), &change->order, clock_wall(),
                             &incident, &change->error);
    if (result == RESULT_OK)
        change_keep(change, incident);
    else if (result == RESULT_NOT_FOUND)
        store_read_incidents(pipeline->store, false, 0, change_read, change);
    else
        change_end(change, NULL, &change->error);
}

void pipeline_change_incident(struct pipeline *pipeline, const struct incident_order *order,
                              pipeline_obeyed *done, void *data)
{
    struct pipeline_change *change = memory_allocate(1, sizeof *change);
    struct arena *arena = arena_create();
    *change = (struct pipeline_change){
        .pipeline = pipeline,
        .arena = arena,
        .order = {.id = arena_duplicate(arena, order->id),
                  .change = order->change,
                  .by = arena_duplicate(arena, order->by),
                  .text = arena_duplicate(arena, order->text)},
        .begin = loop_timer_create(pipeline->loop, change_begin, change),
        .done = done,
        .data = data,
    };
    struct pipeline_change **last = &pipeline->changes;
    while (*last != NULL)
        last = &(*last)->next;
    *last = change;
    if (change == pipeline->changes)
        loop_timer_set(change->begin, 0);
}

void pipeline_changes_stop(struct pipeline *pipeline)
{
    while (pipeline->changes != NULL) {
        store_forget(pipeline->store, pipeline->changes);
        change_free(pipeline->changes);
    }
}
