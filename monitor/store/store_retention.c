/* SPDX-License-Identifier: MIT */
/* The store's front for deleting: one slice after another, each a job of its own, so that what was
 * asked of the store meanwhile is done between them. */
#include "monitor/store/store_private.h"

#include "monitor/base/memory.h"

#include <stdlib.h>

struct slice_job {
    struct job job;
    struct store *store;
    store_done *done;
    struct store_retention retention;
    size_t count, total; /* rows that went: in this slice, and before */
    enum result result;
    struct error error;
};

static void slice_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct slice_job *job = (struct slice_job *)jobs[0];
    (void)count;
    job->result =
        store->backend->delete_old(store->connection, &job->retention, &job->count, &job->error);
}

static void slice_free(struct job *base)
{
    free((struct slice_job *)base);
}

static void slice_deliver(struct job *base);

static const struct job_kind slice_kind = {1, slice_work, slice_deliver, slice_free};

static void slice_submit(const struct slice_job *before)
{
    struct slice_job *job = memory_allocate(1, sizeof *job);
    *job = *before;
    job->job = (struct job){.kind = &slice_kind, .data = before->job.data};
    worker_submit(job->store->worker, &job->job);
}

/* Whoever is gone meanwhile has no use for the rest either; the next one goes on from here. */
static void slice_deliver(struct job *base)
{
    struct slice_job *job = (struct slice_job *)base;
    job->total += job->count;
    if (base->forgotten)
        return;
    if (job->result == RESULT_OK && job->count > 0)
        slice_submit(job);
    else if (job->done != NULL)
        job->done(base->data, job->result, &job->error, (store_sequence)job->total);
}

void store_delete_old(struct store *store, const struct store_retention *retention,
                      store_done *done, void *data)
{
    const struct slice_job first = {
        .job.data = data, .store = store, .done = done, .retention = *retention};
    slice_submit(&first);
}
