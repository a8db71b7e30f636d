/* SPDX-License-Identifier: MIT */
/* Reading the last slots, which a schedule goes on from after a restart. See store.h. */
#include "monitor/store/store_private.h"

#include "monitor/base/memory.h"

#include <stdlib.h>

struct slots_job {
    struct job job;
    struct arena *arena;
    store_slots_done *done;
    enum result result;
    struct store_slots slots;
};

static void slots_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct slots_job *job = (struct slots_job *)jobs[0];
    (void)count;
    job->result = store->backend->read_slots(store->connection, job->arena, &job->slots);
}

static void slots_deliver(struct job *base)
{
    struct slots_job *job = (struct slots_job *)base;
    if (!base->forgotten)
        job->done(base->data, job->result, &job->slots);
}

static void slots_free(struct job *base)
{
    struct slots_job *job = (struct slots_job *)base;
    arena_free(job->arena);
    free(job);
}

static const struct job_kind slots_kind = {1, slots_work, slots_deliver, slots_free};

void store_read_slots(struct store *store, store_slots_done *done, void *data)
{
    struct slots_job *job = memory_allocate(1, sizeof *job);
    job->job.kind = &slots_kind;
    job->job.data = data;
    job->arena = arena_create();
    job->done = done;
    worker_submit(store->worker, &job->job);
}
