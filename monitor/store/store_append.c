/* SPDX-License-Identifier: MIT */
/*
 * Appending: a run becomes a row on the caller's thread, so that the run need not outlive the call,
 * and rows that wait are committed together, so that a burst does not wait for the disk once a run.
 */
#include "monitor/store/store_private.h"

#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct append_job {
    struct job job;
    struct store *store;
    store_done *done;
    struct arena *arena; /* owns the row's texts, but for the two records */
    struct store_row row;
};

static void append_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct store_row *rows[WORKER_BATCH_MAX];
    for (size_t i = 0; i < count; i++)
        rows[i] = &((struct append_job *)jobs[i])->row;
    store->backend->append(store->connection, rows, count);
}

static void append_deliver(struct job *base)
{
    struct append_job *job = (struct append_job *)base;
    job->store->appends--;
    if (!base->forgotten && job->done != NULL)
        job->done(base->data, job->row.result, &job->row.error, job->row.sequence);
}

static void append_free(struct job *base)
{
    struct append_job *job = (struct append_job *)base;
    free(job->row.record);
    free(job->row.incident.record);
    arena_free(job->arena);
    free(job);
}

static const struct job_kind append_kind = {WORKER_BATCH_MAX, append_work, append_deliver,
                                            append_free};

static void fill_steps(struct arena *arena, struct store_row *row, const struct run *run)
{
    row->step_count = run->step_count;
    row->steps = arena_allocate(arena, run->step_count, sizeof *row->steps);
    for (size_t i = 0; i < run->step_count; i++) {
        const struct run_step *step = &run->steps[i];
        row->steps[i] = (struct store_step){
            .name = arena_duplicate(arena, step->name),
            .state = state_name(step->state),
            .symptom = step->symptom != SYMPTOM_NONE ? symptom_code(step->symptom) : NULL,
            .cleanup = step->cleanup,
            .total = step->total,
        };
    }
}

static void fill_incident(struct arena *arena, struct store_row *row,
                          const struct incident *incident)
{
    struct buffer record;
    buffer_init(&record, SIZE_MAX);
    incident_write(incident, &record);
    row->has_incident = true;
    row->incident = (struct store_incident){
        .id = arena_duplicate(arena, incident->id),
        .opened = incident->opened,
        .updated = incident->updated,
        .resolved = incident->resolved,
        .cause = cause_name(incident->verdict.cause),
        .component = arena_duplicate(arena, incident->verdict.component),
        .record = buffer_steal(&record),
    };
}

static void fill_row(struct arena *arena, struct store_row *row, const struct run *run)
{
    const struct verdict *verdict = &run->verdict;
    struct buffer record;
    buffer_init(&record, SIZE_MAX);
    run_write(run, &record);
    *row = (struct store_row){
        .id = arena_duplicate(arena, run->id),
        .journey = arena_duplicate(arena, run->journey),
        .vantage = arena_duplicate(arena, run->vantage),
        .state = state_name(run->state),
        .cause = verdict->cause != CAUSE_NONE ? cause_name(verdict->cause) : NULL,
        .component = arena_duplicate(arena, verdict->component),
        .slot = run->slot,
        .latency = run_latency(run),
        .record = buffer_steal(&record),
    };
    fill_steps(arena, row, run);
}

enum result store_append(struct store *store, const struct run *run,
                         const struct incident *incident, store_done *done, void *data)
{
    if (store->appends == STORE_QUEUE_MAX)
        return RESULT_LIMIT;
    struct append_job *job = memory_allocate(1, sizeof *job);
    job->job.kind = &append_kind;
    job->job.data = data;
    job->store = store;
    job->done = done;
    job->arena = arena_create();
    fill_row(job->arena, &job->row, run);
    if (incident != NULL)
        fill_incident(job->arena, &job->row, incident);
    if (strlen(job->row.record) > STORE_RECORD_MAX) {
        append_free(&job->job);
        return RESULT_INVALID;
    }
    store->appends++;
    worker_submit(store->worker, &job->job);
    return RESULT_OK;
}
