/* SPDX-License-Identifier: MIT */
/* Summing up runs for the rollups. See store_groups.h. */
#include "monitor/store/store_groups.h"

#include "monitor/base/hex.h"
#include "monitor/base/map.h"
#include "monitor/base/memory.h"

#include <stdlib.h>

/* In a key, before its names: the kind, and the start in as many digits as there are. */
enum { KEY_NAMES = 1 + 2 * sizeof(int64_t), GROUP_NAMES = 3 };

struct groups {
    struct map *groups;
    struct buffer key;
};

static void group_free(void *data)
{
    struct group *group = data;
    for (int i = 0; i < STORE_TIMES; i++)
        histogram_clear(&group->times[i]);
    free(group);
}

struct groups *groups_create(void)
{
    struct groups *groups = memory_allocate(1, sizeof *groups);
    groups->groups = map_create(group_free);
    buffer_init(&groups->key, SIZE_MAX);
    return groups;
}

void groups_free(struct groups *groups)
{
    if (groups == NULL)
        return;
    map_free(groups->groups);
    buffer_free(&groups->key);
    free(groups);
}

size_t groups_count(const struct groups *groups)
{
    return map_count(groups->groups);
}

struct group *groups_at(const struct groups *groups, size_t n)
{
    return map_value(groups->groups, n);
}

const char *groups_series(const struct groups *groups, size_t n)
{
    return map_key(groups->groups, n) + KEY_NAMES;
}

/* Made of each step of each run, which is too often for printf. Control characters, which no name
 * in a scenario has, keep the names apart. */
static void make_key(struct buffer *key, enum group_kind kind, struct wall_time start,
                     const char *const names[GROUP_NAMES])
{
    char head[KEY_NAMES + 1] = {(char)('0' + (int)kind)};
    hex_print(&start.us, sizeof start.us, head + 1);
    buffer_clear(key);
    buffer_append(key, head, KEY_NAMES);
    for (int i = 0; i < GROUP_NAMES; i++) {
        if (i > 0)
            buffer_append(key, "\x1f", 1);
        buffer_text(key, names[i]);
    }
}

static struct group *group_of(struct groups *groups, enum group_kind kind,
                              const struct store_row *row, const char *step)
{
    duration span = kind == GROUP_HOUR ? DURATION_HOUR : DURATION_DAY;
    struct wall_time start = {row->slot.planned.us - row->slot.planned.us % span};
    const char *vantage = kind == GROUP_JOURNEY_DAY ? "" : row->vantage;
    make_key(&groups->key, kind, start, (const char *const[]){row->journey, vantage, step});
    struct group *group = map_get(groups->groups, groups->key.data);
    if (group != NULL)
        return group;
    group = memory_allocate(1, sizeof *group);
    group->kind = kind;
    group->journey = row->journey;
    group->vantage = vantage;
    group->step = step;
    group->start = start;
    map_put(groups->groups, groups->key.data, group);
    return group;
}

static void count_state(struct store_counts *counts, enum state state)
{
    counts->passed += state == STATE_PASSED;
    counts->degraded += state == STATE_DEGRADED;
    counts->failed += state == STATE_FAILED;
    counts->unknown += state == STATE_UNKNOWN;
}

static void add_time(struct histogram *histogram, duration time, bool given_up)
{
    if (given_up)
        histogram_add_censored(histogram, time);
    else
        histogram_add(histogram, time);
}

static bool has_time(enum state state, bool given_up)
{
    return state == STATE_PASSED || state == STATE_DEGRADED || given_up;
}

static void group_add_step(struct group *group, const struct store_step *step)
{
    count_state(&group->counts, step->state);
    if (!has_time(step->state, step->given_up) || step->total <= 0)
        return;
    add_time(&group->times[0], step->total, step->given_up);
    for (int phase = 0; phase < PHASE_COUNT; phase++)
        if (step->phases[phase] != PHASE_ABSENT)
            add_time(&group->times[1 + phase], step->phases[phase], (int)step->last_phase == phase);
}

/* A phase of the run is that of all its steps, cleanup apart, as its latency is. */
static void add_phase(struct group *group, const struct store_row *row, int phase)
{
    duration sum = PHASE_ABSENT;
    bool given_up = false;
    for (size_t i = 0; i < row->step_count; i++) {
        const struct store_step *step = &row->steps[i];
        if (step->cleanup || step->phases[phase] == PHASE_ABSENT)
            continue;
        sum = step->phases[phase] + (sum == PHASE_ABSENT ? 0 : sum);
        given_up = given_up || (row->given_up && (int)step->last_phase == phase);
    }
    if (sum != PHASE_ABSENT)
        add_time(&group->times[1 + phase], sum, given_up);
}

static void group_add_run(struct group *group, const struct store_row *row)
{
    if (row->excluded) {
        group->counts.excluded++;
        return;
    }
    count_state(&group->counts, row->state);
    /* A slot that was not replayed (overlap, held back) has no latency: 0 would spoil it. */
    if (!has_time(row->state, row->given_up) || row->latency <= 0)
        return;
    add_time(&group->times[0], row->latency, row->given_up);
    for (int phase = 0; phase < PHASE_COUNT && group->kind != GROUP_JOURNEY_DAY; phase++)
        add_phase(group, row, phase);
}

void groups_add(struct groups *groups, const struct store_row *row)
{
    for (enum group_kind kind = 0; kind < GROUP_KIND_COUNT; kind++) {
        group_add_run(group_of(groups, kind, row, ""), row);
        for (size_t i = 0; i < row->step_count && kind != GROUP_JOURNEY_DAY; i++)
            if (row->steps[i].state != STATE_SKIPPED && !row->excluded)
                group_add_step(group_of(groups, kind, row, row->steps[i].name), &row->steps[i]);
    }
}

static void swap_times(struct group *group, struct store_rollup *rollup)
{
    for (int i = 0; i < STORE_TIMES; i++) {
        struct histogram *its = i == 0 ? &rollup->total : &rollup->phases[i - 1];
        const struct histogram swapped = *its;
        *its = group->times[i];
        group->times[i] = swapped;
    }
}

void store_rollup_add(struct store_rollup *rollup, const struct run *run, size_t step)
{
    struct arena *arena = arena_create();
    struct group group = {.kind = GROUP_HOUR, .counts = rollup->counts};
    struct store_row row;
    store_row_fill_columns(arena, &row, run);
    swap_times(&group, rollup);
    if (step == STORE_WHOLE_RUN)
        group_add_run(&group, &row);
    else if (row.steps[step].state != STATE_SKIPPED && !row.excluded)
        group_add_step(&group, &row.steps[step]);
    swap_times(&group, rollup);
    rollup->counts = group.counts;
    arena_free(arena);
}

void store_counts_add(struct store_counts *target, const struct store_counts *source)
{
    target->passed += source->passed;
    target->degraded += source->degraded;
    target->failed += source->failed;
    target->unknown += source->unknown;
    target->excluded += source->excluded;
}

void group_merge(struct group *group, const struct store_counts *counts, const void *bytes,
                 size_t length)
{
    const unsigned char *at = bytes;
    int times = group->kind == GROUP_JOURNEY_DAY ? 1 : STORE_TIMES;
    store_counts_add(&group->counts, counts);
    for (int i = 0; i < times; i++) {
        struct histogram before = {0};
        if (histogram_unpack(&at, &length, &before) != RESULT_OK)
            return;
        /* What is kept has many buckets, and what comes in few. */
        histogram_merge(&before, &group->times[i]);
        histogram_clear(&group->times[i]);
        group->times[i] = before;
    }
}

void group_pack(const struct group *group, struct buffer *out)
{
    int times = group->kind == GROUP_JOURNEY_DAY ? 1 : STORE_TIMES;
    for (int i = 0; i < times; i++)
        histogram_pack(&group->times[i], out);
}
