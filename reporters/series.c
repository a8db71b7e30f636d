/* SPDX-License-Identifier: MIT */
/* Rows of stretches of time. See series.h. */
#include "reporters/series.h"

#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>

const struct span_kind span_kinds[] = {
#define X(name, address, words, unit, count, tick) {address, words, unit, count, tick},
    SPAN_TABLE(X)
#undef X
};

enum span span_find(const char *address)
{
    enum span span = 0;
    while (address != NULL && span < SPAN_COUNT && strcmp(span_kinds[span].address, address) != 0)
        span++;
    return address != NULL ? span : SPAN_COUNT;
}

struct series_set *series_create(duration unit, unsigned count, struct wall_time now)
{
    struct series_set *set = memory_allocate(1, sizeof *set);
    set->unit = unit;
    set->count = count;
    set->start.us = (now.us / unit - (int64_t)count + 1) * unit;
    return set;
}

void series_point_clear(struct series_point *point)
{
    histogram_clear(&point->total);
    for (int i = 0; i < PHASE_COUNT; i++)
        histogram_clear(&point->phases[i]);
}

void series_clear(struct series *series, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        series_point_clear(&series->points[i]);
    series_point_clear(&series->all);
    free(series->points);
}

static void free_series(struct series *series, unsigned count)
{
    series_clear(series, count);
    free((char *)series->name);
    free(series);
}

void series_free(struct series_set *set)
{
    if (set == NULL)
        return;
    for (size_t i = 0; i < set->series_count; i++)
        free_series(set->series[i], set->count);
    free(set->series);
    free(set);
}

struct series *series_find(const struct series_set *set, const char *name)
{
    for (size_t i = 0; i < set->series_count; i++)
        if (strcmp(set->series[i]->name, name) == 0)
            return set->series[i];
    return NULL;
}

static struct series *series_make(struct series_set *set, const char *name)
{
    struct series *series = series_find(set, name);
    if (series != NULL)
        return series;
    series = memory_allocate(1, sizeof *series);
    series->name = memory_duplicate(name);
    series->points = memory_allocate(set->count, sizeof *series->points);
    memory_grow(set->series, set->series_count);
    set->series[set->series_count++] = series;
    return series;
}

static void add_rollup(struct series_point *point, const struct store_rollup *rollup)
{
    store_counts_add(&point->counts, &rollup->counts);
    histogram_merge(&point->total, &rollup->total);
    for (int i = 0; i < PHASE_COUNT; i++)
        histogram_merge(&point->phases[i], &rollup->phases[i]);
}

void series_point_add(struct series_point *target, const struct series_point *source)
{
    store_counts_add(&target->counts, &source->counts);
    histogram_merge(&target->total, &source->total);
    for (int i = 0; i < PHASE_COUNT; i++)
        histogram_merge(&target->phases[i], &source->phases[i]);
}

void series_sum(const struct series_set *set, struct series *ret_series)
{
    *ret_series = (struct series){
        .name = "", .points = memory_allocate(set->count, sizeof *ret_series->points)};
    for (size_t i = 0; i < set->series_count; i++) {
        for (unsigned n = 0; n < set->count; n++)
            series_point_add(&ret_series->points[n], &set->series[i]->points[n]);
        series_point_add(&ret_series->all, &set->series[i]->all);
    }
}

void series_add(struct series_set *set, const char *name, const struct store_rollup *rollup)
{
    int64_t n = wall_between(set->start, rollup->start);
    if (n < 0 || n / set->unit >= (int64_t)set->count)
        return;
    struct series *series = series_make(set, name);
    add_rollup(&series->points[n / set->unit], rollup);
    add_rollup(&series->all, rollup);
}

unsigned series_slots(const struct store_counts *counts)
{
    return counts->passed + counts->degraded + counts->failed + counts->unknown;
}

double series_good(const struct store_counts *counts)
{
    unsigned known = counts->passed + counts->degraded + counts->failed;
    return known == 0 ? -1 : (double)(counts->passed + counts->degraded) / known;
}

duration series_phase_mean(const struct series_point *point, enum phase phase)
{
    uint64_t runs = point->total.count;
    return runs == 0 ? 0 : (duration)(point->phases[phase].sum / runs);
}
