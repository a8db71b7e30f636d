/* SPDX-License-Identifier: MIT */
/*
 * Appending: a run becomes a row on the caller's thread, so that the run need not outlive the call,
 * and rows that wait are committed together, so that a burst does not wait for the disk once a run.
 */
#include "monitor/store/store_private.h"

#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>

struct append_job {
    struct job job;
    struct store *store;
    store_done *done;
    struct arena *arena; /* owns the row's texts, but for the two records */
    struct store_row row;
    char *aside;
};

static void append_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct store_row *rows[WORKER_BATCH_MAX];
    for (size_t i = 0; i < count; i++)
        rows[i] = &((struct append_job *)jobs[i])->row;
    store->backend->append(store->connection, rows, count);
    ((struct append_job *)jobs[0])->aside = store->backend->take_aside(store->connection);
}

static void append_deliver(struct job *base)
{
    struct append_job *job = (struct append_job *)base;
    job->store->appends--;
    if (job->aside != NULL) {
        free(job->store->aside);
        job->store->aside = job->aside;
        job->aside = NULL;
    }
    if (!base->forgotten && job->done != NULL)
        job->done(base->data, job->row.result, &job->row.error, job->row.sequence);
}

static void append_free(struct job *base)
{
    struct append_job *job = (struct append_job *)base;
    free(job->row.record);
    free(job->row.incident.record);
    free(job->aside);
    arena_free(job->arena);
    free(job);
}

static const struct job_kind append_kind = {WORKER_BATCH_MAX, append_work, append_deliver,
                                            append_free};

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
    store_row_fill(job->arena, &job->row, run);
    job->row.has_incident = incident != NULL;
    if (incident != NULL)
        store_incident_fill(job->arena, &job->row.incident, incident);
    if (strlen(job->row.record) > STORE_RECORD_MAX) {
        append_free(&job->job);
        return RESULT_INVALID;
    }
    store->appends++;
    worker_submit(store->worker, &job->job);
    return RESULT_OK;
}
