/* SPDX-License-Identifier: MIT */
/*
 * Reading: what was asked for is copied into a job, the back end fills the answer on the worker's
 * thread, parsed already, so that the loop does not stand still over a thousand records.
 */
#include "monitor/store/store_private.h"

#include "monitor/base/memory.h"

#include <stdlib.h>

struct read_job {
    struct job job;
    struct arena *arena; /* owns the question's texts, and incidents and tallies */
    enum result result;
    union {
        store_runs_done *runs;
        store_incidents_done *incidents;
        store_tallies_done *tallies;
    } done;
    struct store_filter filter; /* runs, latest */
    bool open_only;             /* incidents */
    const char *id;             /* one incident */
    size_t limit;               /* incidents */
    struct wall_time since;     /* tallies */
    duration span;              /* tallies */
    struct store_runs runs;
    struct store_incidents incidents;
    struct store_tallies tallies;
};

static void runs_release(struct store_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        run_free(runs->runs[i]);
    free(runs->runs);
    free(runs->sequences);
    *runs = (struct store_runs){0};
}

static void runs_prepare(struct store_runs *runs, size_t limit)
{
    runs->runs = memory_allocate(limit, sizeof(struct run *));
    runs->sequences = memory_allocate(limit, sizeof(store_sequence));
}

static void runs_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct read_job *job = (struct read_job *)jobs[0];
    (void)count;
    runs_prepare(&job->runs, job->filter.limit);
    job->result = store->backend->read_runs(store->connection, &job->filter, &job->runs);
    if (job->result != RESULT_OK)
        runs_release(&job->runs);
}

static void latest_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct read_job *job = (struct read_job *)jobs[0];
    (void)count;
    runs_prepare(&job->runs, STORE_LATEST_MAX);
    job->result = store->backend->read_latest(store->connection, STORE_LATEST_MAX, &job->runs);
    if (job->result != RESULT_OK)
        runs_release(&job->runs);
}

static void runs_deliver(struct job *base)
{
    struct read_job *job = (struct read_job *)base;
    if (!base->forgotten)
        job->done.runs(base->data, job->result, &job->runs);
}

static void incidents_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct read_job *job = (struct read_job *)jobs[0];
    (void)count;
    job->result = store->backend->read_incidents(store->connection, job->open_only, job->limit,
                                                 job->arena, &job->incidents);
    if (job->result != RESULT_OK)
        job->incidents.count = 0;
}

static void incident_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct read_job *job = (struct read_job *)jobs[0];
    (void)count;
    job->result =
        store->backend->read_incident(store->connection, job->id, job->arena, &job->incidents);
    if (job->result != RESULT_OK)
        job->incidents.count = 0;
}

static void incidents_deliver(struct job *base)
{
    struct read_job *job = (struct read_job *)base;
    if (!base->forgotten)
        job->done.incidents(base->data, job->result, &job->incidents);
}

static void tallies_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct read_job *job = (struct read_job *)jobs[0];
    (void)count;
    job->result = RESULT_INVALID;
    if (job->span > 0)
        job->result = store->backend->read_tallies(store->connection, job->since, job->span,
                                                   job->arena, &job->tallies);
    if (job->result != RESULT_OK)
        job->tallies.count = 0;
}

static void tallies_deliver(struct job *base)
{
    struct read_job *job = (struct read_job *)base;
    if (!base->forgotten)
        job->done.tallies(base->data, job->result, &job->tallies);
}

static void read_free(struct job *base)
{
    struct read_job *job = (struct read_job *)base;
    runs_release(&job->runs);
    arena_free(job->arena);
    free(job);
}

static const struct job_kind runs_kind = {1, runs_work, runs_deliver, read_free};
static const struct job_kind latest_kind = {1, latest_work, runs_deliver, read_free};
static const struct job_kind incidents_kind = {1, incidents_work, incidents_deliver, read_free};
static const struct job_kind incident_kind = {1, incident_work, incidents_deliver, read_free};
static const struct job_kind tallies_kind = {1, tallies_work, tallies_deliver, read_free};

static struct read_job *read_job_create(const struct job_kind *kind, void *data)
{
    struct read_job *job = memory_allocate(1, sizeof *job);
    job->job.kind = kind;
    job->job.data = data;
    job->arena = arena_create();
    return job;
}

static size_t bounded(size_t limit)
{
    return limit == 0 || limit > STORE_READ_MAX ? STORE_READ_MAX : limit;
}

void store_read_runs(struct store *store, const struct store_filter *filter, store_runs_done *done,
                     void *data)
{
    struct read_job *job = read_job_create(&runs_kind, data);
    job->done.runs = done;
    job->filter = *filter;
    job->filter.journey = arena_duplicate(job->arena, filter->journey);
    job->filter.vantage = arena_duplicate(job->arena, filter->vantage);
    job->filter.id = arena_duplicate(job->arena, filter->id);
    job->filter.state = arena_duplicate(job->arena, filter->state);
    job->filter.limit = bounded(filter->limit);
    worker_submit(store->worker, &job->job);
}

void store_read_latest(struct store *store, store_runs_done *done, void *data)
{
    struct read_job *job = read_job_create(&latest_kind, data);
    job->done.runs = done;
    worker_submit(store->worker, &job->job);
}

void store_read_incidents(struct store *store, bool open_only, size_t limit,
                          store_incidents_done *done, void *data)
{
    struct read_job *job = read_job_create(&incidents_kind, data);
    job->done.incidents = done;
    job->open_only = open_only;
    job->limit = bounded(limit);
    worker_submit(store->worker, &job->job);
}

void store_read_incident(struct store *store, const char *id, store_incidents_done *done,
                         void *data)
{
    struct read_job *job = read_job_create(&incident_kind, data);
    job->done.incidents = done;
    job->id = arena_duplicate(job->arena, id);
    worker_submit(store->worker, &job->job);
}

void store_read_tallies(struct store *store, struct wall_time since, duration span,
                        store_tallies_done *done, void *data)
{
    struct read_job *job = read_job_create(&tallies_kind, data);
    job->done.tallies = done;
    job->since = since;
    job->span = job->tallies.span = span;
    worker_submit(store->worker, &job->job);
}
