/* SPDX-License-Identifier: MIT */
/*
 * The store's front: opening, closing, cursors. Calls become jobs for the worker's thread, which
 * asks the back end; answers come back through the loop. Appending is in store_append.c, reading in
 * store_read.c. No SQL here.
 */
#include "monitor/store/store_private.h"

#include "monitor/base/memory.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const struct store_backend *const backends[] = {&store_sqlite};

/* The back end of `url`, and where the place in it begins. */
static const struct store_backend *backend_find(const char *url, const char **ret_place,
                                                struct error *error)
{
    for (size_t i = 0; i < COUNT_OF(backends); i++) {
        size_t length = strlen(backends[i]->scheme);
        bool same = strncmp(url, backends[i]->scheme, length) == 0 && url[length] == ':';
        if (same && url[length + 1] != '\0') {
            *ret_place = url + length + 1;
            return backends[i];
        }
    }
    error_set(error, RESULT_INVALID, "\"%s\" is no store; expected `%s:PATH`", url,
              backends[0]->scheme);
    return NULL;
}

static struct store *open_url(struct loop *loop, const char *url, bool to_read, struct error *error)
{
    const char *place;
    const struct store_backend *backend = backend_find(url, &place, error);
    if (backend == NULL)
        return NULL;
    /* Both threads use jansson; its hash seed is made before there are two. */
    json_object_seed(0);
    struct store *store = memory_allocate(1, sizeof *store);
    store->backend = backend;
    store->connection = to_read ? backend->open_to_read(place, error) : backend->open(place, error);
    if (store->connection == NULL) {
        free(store);
        return NULL;
    }
    store->aside = backend->take_aside(store->connection);
    store->worker = worker_start(loop, store, error);
    if (store->worker == NULL) {
        store_close(store);
        return NULL;
    }
    return store;
}

struct store *store_open(struct loop *loop, const char *url, struct error *error)
{
    return open_url(loop, url, false, error);
}

struct store *store_open_to_read(struct loop *loop, const char *url, struct error *error)
{
    return open_url(loop, url, true, error);
}

void store_close(struct store *store)
{
    if (store == NULL)
        return;
    worker_stop(store->worker);
    store->backend->close(store->connection);
    free(store->aside);
    free(store);
}

const char *store_aside(const struct store *store)
{
    return store->aside;
}

void store_forget(struct store *store, const void *data)
{
    worker_forget(store->worker, data);
}

struct cursor_job {
    struct job job;
    store_done *done;
    char *name;
    store_sequence sequence;
    enum result result;
    struct error error;
};

static void cursor_read(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct cursor_job *job = (struct cursor_job *)jobs[0];
    (void)count;
    job->result =
        store->backend->read_cursor(store->connection, job->name, &job->sequence, &job->error);
}

static void cursor_write(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct cursor_job *job = (struct cursor_job *)jobs[0];
    (void)count;
    job->result =
        store->backend->write_cursor(store->connection, job->name, job->sequence, &job->error);
}

static void cursor_deliver(struct job *base)
{
    struct cursor_job *job = (struct cursor_job *)base;
    if (!base->forgotten && job->done != NULL)
        job->done(base->data, job->result, &job->error, job->sequence);
}

static void cursor_free(struct job *base)
{
    struct cursor_job *job = (struct cursor_job *)base;
    free(job->name);
    free(job);
}

static const struct job_kind read_cursor_kind = {1, cursor_read, cursor_deliver, cursor_free};
static const struct job_kind write_cursor_kind = {1, cursor_write, cursor_deliver, cursor_free};

static struct cursor_job *cursor_job_create(const struct job_kind *kind, const char *name,
                                            store_done *done, void *data)
{
    struct cursor_job *job = memory_allocate(1, sizeof *job);
    job->job.kind = kind;
    job->job.data = data;
    job->name = memory_duplicate(name);
    job->done = done;
    return job;
}

void store_read_cursor(struct store *store, const char *name, store_done *done, void *data)
{
    worker_submit(store->worker, &cursor_job_create(&read_cursor_kind, name, done, data)->job);
}

void store_write_cursor(struct store *store, const char *name, store_sequence sequence,
                        store_done *done, void *data)
{
    struct cursor_job *job = cursor_job_create(&write_cursor_kind, name, done, data);
    job->sequence = sequence;
    worker_submit(store->worker, &job->job);
}
