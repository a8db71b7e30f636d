/* SPDX-License-Identifier: MIT */
/* The store's front for what people are told or have told us: changes of incidents, events,
 * maintenance windows. */
#include "monitor/store/store_private.h"

#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"

#include <stdint.h>
#include <stdlib.h>

struct log_job {
    struct job job;
    struct arena *arena; /* owns question and answer */
    enum result result;
    struct error error;
    union {
        store_done *written;
        store_changes_done *changes;
        store_events_done *events;
        store_maintenances_done *maintenances;
    } done;
    char *record;                   /* written */
    struct store_incident incident; /* written; its record is freed with the job */
    struct event event;
    struct maintenance maintenance;
    store_sequence sequence; /* written, or read after */
    size_t limit;
    struct wall_time since, until;
    struct store_changes changes;
    struct store_events events;
    struct store_maintenances maintenances;
};

static void log_free(struct job *base)
{
    struct log_job *job = (struct log_job *)base;
    free(job->record);
    free(job->incident.record);
    arena_free(job->arena);
    free(job);
}

static void written_deliver(struct job *base)
{
    struct log_job *job = (struct log_job *)base;
    if (!base->forgotten && job->done.written != NULL)
        job->done.written(base->data, job->result, &job->error, job->sequence);
}

static struct log_job *log_job_create(const struct job_kind *kind, void *data)
{
    struct log_job *job = memory_allocate(1, sizeof *job);
    job->job.kind = kind;
    job->job.data = data;
    job->arena = arena_create();
    return job;
}

/* --- writing --------------------------------------------------------------------------------- */

static void incident_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct log_job *job = (struct log_job *)jobs[0];
    (void)count;
    job->result = store->backend->write_incident(store->connection, &job->incident, &job->sequence,
                                                 &job->error);
}

static void event_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct log_job *job = (struct log_job *)jobs[0];
    (void)count;
    job->result =
        store->backend->append_event(store->connection, &job->event, job->record, &job->error);
}

static void maintenance_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct log_job *job = (struct log_job *)jobs[0];
    (void)count;
    job->result = store->backend->write_maintenance(store->connection, &job->maintenance,
                                                    job->record, &job->error);
}

static const struct job_kind incident_kind = {1, incident_work, written_deliver, log_free};
static const struct job_kind event_kind = {1, event_work, written_deliver, log_free};
static const struct job_kind maintenance_kind = {1, maintenance_work, written_deliver, log_free};

void store_write_incident(struct store *store, const struct incident *incident, store_done *done,
                          void *data)
{
    struct log_job *job = log_job_create(&incident_kind, data);
    job->done.written = done;
    store_incident_fill(job->arena, &job->incident, incident);
    worker_submit(store->worker, &job->job);
}

void store_append_event(struct store *store, const struct event *event, store_done *done,
                        void *data)
{
    struct log_job *job = log_job_create(&event_kind, data);
    struct buffer record;
    job->done.written = done;
    event_copy(job->arena, &job->event, event);
    buffer_init(&record, SIZE_MAX);
    event_write(event, &record);
    job->record = buffer_steal(&record);
    worker_submit(store->worker, &job->job);
}

void store_write_maintenance(struct store *store, const struct maintenance *maintenance,
                             store_done *done, void *data)
{
    struct log_job *job = log_job_create(&maintenance_kind, data);
    struct buffer record;
    job->done.written = done;
    maintenance_copy(job->arena, &job->maintenance, maintenance);
    buffer_init(&record, SIZE_MAX);
    maintenance_write(maintenance, &record);
    job->record = buffer_steal(&record);
    worker_submit(store->worker, &job->job);
}

/* --- reading --------------------------------------------------------------------------------- */

static void changes_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct log_job *job = (struct log_job *)jobs[0];
    (void)count;
    job->result = store->backend->read_changes(store->connection, job->sequence, job->limit,
                                               job->arena, &job->changes);
    if (job->result != RESULT_OK)
        job->changes.count = 0;
}

static void changes_deliver(struct job *base)
{
    struct log_job *job = (struct log_job *)base;
    if (!base->forgotten)
        job->done.changes(base->data, job->result, &job->changes);
}

static void events_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct log_job *job = (struct log_job *)jobs[0];
    (void)count;
    job->result = store->backend->read_events(store->connection, job->since, job->until, job->arena,
                                              &job->events);
    if (job->result != RESULT_OK)
        job->events.count = 0;
}

static void events_deliver(struct job *base)
{
    struct log_job *job = (struct log_job *)base;
    if (!base->forgotten)
        job->done.events(base->data, job->result, &job->events);
}

static void maintenances_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct log_job *job = (struct log_job *)jobs[0];
    (void)count;
    job->result = store->backend->read_maintenance(store->connection, job->since, job->arena,
                                                   &job->maintenances);
    if (job->result != RESULT_OK)
        job->maintenances.count = 0;
}

static void maintenances_deliver(struct job *base)
{
    struct log_job *job = (struct log_job *)base;
    if (!base->forgotten)
        job->done.maintenances(base->data, job->result, &job->maintenances);
}

static const struct job_kind changes_kind = {1, changes_work, changes_deliver, log_free};
static const struct job_kind events_kind = {1, events_work, events_deliver, log_free};
static const struct job_kind maintenances_kind = {1, maintenances_work, maintenances_deliver,
                                                  log_free};

void store_read_changes(struct store *store, store_sequence after, size_t limit,
                        store_changes_done *done, void *data)
{
    struct log_job *job = log_job_create(&changes_kind, data);
    job->done.changes = done;
    job->sequence = after;
    job->limit = limit == 0 || limit > STORE_READ_MAX ? STORE_READ_MAX : limit;
    worker_submit(store->worker, &job->job);
}

void store_read_events(struct store *store, struct wall_time since, struct wall_time until,
                       store_events_done *done, void *data)
{
    struct log_job *job = log_job_create(&events_kind, data);
    job->done.events = done;
    job->since = since;
    job->until = until;
    worker_submit(store->worker, &job->job);
}

void store_read_maintenance(struct store *store, struct wall_time since,
                            store_maintenances_done *done, void *data)
{
    struct log_job *job = log_job_create(&maintenances_kind, data);
    job->done.maintenances = done;
    job->since = since;
    worker_submit(store->worker, &job->job);
}
