/* SPDX-License-Identifier: MIT */
/* Reading what runs add up to: rollups, days and baselines, unpacked on the worker's thread. */
#include "monitor/store/store_private.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"

#include <stdlib.h>

enum { HOURS = 24 };

struct rollups_job {
    struct job job;
    struct arena *arena; /* owns question and answer, but for the histograms */
    enum result result;
    union {
        store_rollups_done *rollups;
        store_days_done *days;
        store_baselines_done *baselines;
    } done;
    struct store_rollup_filter filter;
    struct store_rollups rollups;
    struct store_days days;
    struct store_baselines baselines;
};

static struct histogram *time_of(struct store_rollup *rollup, int n)
{
    return n == 0 ? &rollup->total : &rollup->phases[n - 1];
}

static void unpack(const struct store_packed_rollup *packed, struct store_rollup *rollup)
{
    const unsigned char *bytes = packed->packed;
    size_t length = packed->packed_length;
    *rollup = (struct store_rollup){.journey = packed->journey,
                                    .vantage = packed->vantage,
                                    .step = packed->step,
                                    .start = packed->start,
                                    .counts = packed->counts};
    for (int i = 0; i < STORE_TIMES; i++)
        if (histogram_unpack(&bytes, &length, time_of(rollup, i)) != RESULT_OK)
            return;
}

static void rollups_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct rollups_job *job = (struct rollups_job *)jobs[0];
    struct store_packed_rollups packed = {0};
    (void)count;
    job->result = RESULT_INVALID;
    if (job->filter.span == DURATION_HOUR || job->filter.span == DURATION_DAY)
        job->result =
            store->backend->read_rollups(store->connection, &job->filter, job->arena, &packed);
    if (job->result != RESULT_OK)
        return;
    job->rollups.rollups = arena_allocate(job->arena, packed.count, sizeof *job->rollups.rollups);
    job->rollups.count = packed.count;
    for (size_t i = 0; i < packed.count; i++)
        unpack(&packed.rollups[i], &job->rollups.rollups[i]);
}

static void rollups_deliver(struct job *base)
{
    struct rollups_job *job = (struct rollups_job *)base;
    if (!base->forgotten)
        job->done.rollups(base->data, job->result, &job->rollups);
}

static void days_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct rollups_job *job = (struct rollups_job *)jobs[0];
    (void)count;
    job->result =
        store->backend->read_days(store->connection, job->filter.since, job->arena, &job->days);
    if (job->result != RESULT_OK)
        job->days.count = 0;
}

static void days_deliver(struct job *base)
{
    struct rollups_job *job = (struct rollups_job *)base;
    if (!base->forgotten)
        job->done.days(base->data, job->result, &job->days);
}

/* --- baselines ------------------------------------------------------------------------------- */

/* A vantage point and step: a histogram for each hour of the day. */
struct usual {
    const char *vantage, *step;
    struct histogram hours[HOURS];
};

static void usual_free(void *data)
{
    struct usual *usual = data;
    for (int hour = 0; hour < HOURS; hour++)
        histogram_clear(&usual->hours[hour]);
    free(usual);
}

static void usual_add(struct map *usuals, struct arena *arena,
                      const struct store_packed_rollup *packed)
{
    const char *step = packed->step != NULL ? packed->step : "";
    const char *key = arena_print(arena, "%s\x1f%s", packed->vantage, step);
    struct usual *usual = map_get(usuals, key);
    const unsigned char *bytes = packed->packed;
    size_t length = packed->packed_length;
    struct histogram total = {0};
    if (usual == NULL) {
        usual = memory_allocate(1, sizeof *usual);
        usual->vantage = packed->vantage;
        usual->step = packed->step;
        map_put(usuals, key, usual);
    }
    if (histogram_unpack(&bytes, &length, &total) == RESULT_OK)
        histogram_merge(&usual->hours[packed->start.us / DURATION_HOUR % HOURS], &total);
    histogram_clear(&total);
}

static void baselines_add(struct rollups_job *job, const struct usual *usual)
{
    struct store_baselines *baselines = &job->baselines;
    for (unsigned hour = 0; hour < HOURS; hour++) {
        const struct histogram *histogram = &usual->hours[hour];
        if (histogram->count == 0)
            continue;
        arena_grow(job->arena, baselines->baselines, baselines->count);
        baselines->baselines[baselines->count++] = (struct store_baseline){
            .vantage = usual->vantage,
            .step = usual->step,
            .hour = hour,
            .count = histogram->count,
            .median = histogram_median(histogram),
            .deviation = histogram_mad(histogram),
        };
    }
}

static void baselines_work(void *context, struct job **jobs, size_t count)
{
    const struct store *store = context;
    struct rollups_job *job = (struct rollups_job *)jobs[0];
    struct store_packed_rollups packed = {0};
    struct map *usuals = map_create(usual_free);
    (void)count;
    job->result =
        store->backend->read_rollups(store->connection, &job->filter, job->arena, &packed);
    for (size_t i = 0; job->result == RESULT_OK && i < packed.count; i++)
        usual_add(usuals, job->arena, &packed.rollups[i]);
    for (size_t i = 0; i < map_count(usuals); i++)
        baselines_add(job, map_value(usuals, i));
    map_free(usuals);
}

static void baselines_deliver(struct job *base)
{
    struct rollups_job *job = (struct rollups_job *)base;
    if (!base->forgotten)
        job->done.baselines(base->data, job->result, &job->baselines);
}

/* --- jobs ------------------------------------------------------------------------------------ */

static void rollups_free(struct job *base)
{
    struct rollups_job *job = (struct rollups_job *)base;
    for (size_t i = 0; i < job->rollups.count; i++)
        for (int n = 0; n < STORE_TIMES; n++)
            histogram_clear(time_of(&job->rollups.rollups[i], n));
    arena_free(job->arena);
    free(job);
}

static const struct job_kind rollups_kind = {1, rollups_work, rollups_deliver, rollups_free};
static const struct job_kind days_kind = {1, days_work, days_deliver, rollups_free};
static const struct job_kind baselines_kind = {1, baselines_work, baselines_deliver, rollups_free};

static struct rollups_job *rollups_job_create(const struct job_kind *kind,
                                              const struct store_rollup_filter *filter, void *data)
{
    struct rollups_job *job = memory_allocate(1, sizeof *job);
    job->job.kind = kind;
    job->job.data = data;
    job->arena = arena_create();
    job->filter = *filter;
    job->filter.journey = arena_duplicate(job->arena, filter->journey);
    job->filter.vantage = arena_duplicate(job->arena, filter->vantage);
    job->filter.step = arena_duplicate(job->arena, filter->step);
    job->rollups.span = filter->span;
    return job;
}

void store_read_rollups(struct store *store, const struct store_rollup_filter *filter,
                        store_rollups_done *done, void *data)
{
    struct rollups_job *job = rollups_job_create(&rollups_kind, filter, data);
    job->done.rollups = done;
    worker_submit(store->worker, &job->job);
}

void store_read_days(struct store *store, struct wall_time since, store_days_done *done, void *data)
{
    const struct store_rollup_filter filter = {.since = since};
    struct rollups_job *job = rollups_job_create(&days_kind, &filter, data);
    job->done.days = done;
    worker_submit(store->worker, &job->job);
}

void store_read_baselines(struct store *store, const char *journey, struct wall_time since,
                          store_baselines_done *done, void *data)
{
    const struct store_rollup_filter filter = {
        .span = DURATION_HOUR, .journey = journey, .since = since};
    struct rollups_job *job = rollups_job_create(&baselines_kind, &filter, data);
    job->done.baselines = done;
    worker_submit(store->worker, &job->job);
}
