/* SPDX-License-Identifier: MIT */
/*
 * Slots of many timetables, in a binary heap by their planned time. Stands between the scenario set
 * and the journeys; knows neither. See schedule.h.
 */
#include "monitor/schedule/schedule.h"

#include "monitor/base/memory.h"

#include <stdlib.h>

/* A clock that goes back further than this was set; below, it is only being disciplined. */
#define SCHEDULE_BACKWARD_MAX DURATION_SECOND

struct schedule_item {
    struct timetable timetable;
    struct wall_time next;
    unsigned running; /* more than one while a killed run does its cleanup */
    bool kill_overlap;
};

struct schedule {
    struct schedule_item *items;
    size_t *heap; /* numbers of items; the earliest at 0 */
    size_t count;
    struct wall_time last; /* the latest `now` that was given */
    duration shift;        /* of all slots: one microsecond for each time the clock was set back */
};

static struct wall_time schedule_after(const struct schedule *schedule,
                                       const struct schedule_item *item, struct wall_time time)
{
    struct wall_time slot = timetable_after(&item->timetable, wall_after(time, -schedule->shift));
    return slot.us == INT64_MAX ? slot : wall_after(slot, schedule->shift);
}

static bool schedule_earlier(const struct schedule *schedule, size_t a, size_t b)
{
    int64_t first = schedule->items[schedule->heap[a]].next.us;
    int64_t second = schedule->items[schedule->heap[b]].next.us;
    /* Equal times come out in the order of the entries, so that replays are repeatable. */
    return first != second ? first < second : schedule->heap[a] < schedule->heap[b];
}

static void schedule_sink(struct schedule *schedule, size_t at)
{
    for (;;) {
        size_t least = at, left = 2 * at + 1, right = left + 1;
        if (left < schedule->count && schedule_earlier(schedule, left, least))
            least = left;
        if (right < schedule->count && schedule_earlier(schedule, right, least))
            least = right;
        if (least == at)
            return;
        size_t swap = schedule->heap[at];
        schedule->heap[at] = schedule->heap[least];
        schedule->heap[least] = swap;
        at = least;
    }
}

static void schedule_begin(struct schedule *schedule, struct wall_time now)
{
    for (size_t i = 0; i < schedule->count; i++)
        schedule->items[i].next = schedule_after(schedule, &schedule->items[i], now);
    for (size_t i = schedule->count / 2; i-- > 0;)
        schedule_sink(schedule, i);
    schedule->last = now;
}

struct schedule *schedule_create(const struct schedule_entry *entries, size_t count,
                                 struct wall_time now)
{
    struct schedule *schedule = memory_allocate(1, sizeof *schedule);
    schedule->count = count;
    schedule->items = memory_allocate(count, sizeof *schedule->items);
    schedule->heap = memory_allocate(count, sizeof *schedule->heap);
    for (size_t i = 0; i < count; i++) {
        schedule->items[i] = (struct schedule_item){
            .timetable = entries[i].timetable,
            .kill_overlap = entries[i].kill_overlap,
        };
        schedule->heap[i] = i;
    }
    schedule_begin(schedule, now);
    return schedule;
}

void schedule_free(struct schedule *schedule)
{
    if (schedule == NULL)
        return;
    free(schedule->items);
    free(schedule->heap);
    free(schedule);
}

struct wall_time schedule_next(const struct schedule *schedule)
{
    if (schedule->count == 0)
        return (struct wall_time){INT64_MAX};
    return schedule->items[schedule->heap[0]].next;
}

static enum schedule_action schedule_decide(struct schedule_item *item, duration late)
{
    if (late > SCHEDULE_LATE_MAX || late > item->timetable.every)
        return SCHEDULE_LATE;
    if (item->running > 0 && !item->kill_overlap)
        return SCHEDULE_OVERLAP;
    return item->running++ > 0 ? SCHEDULE_KILL : SCHEDULE_START;
}

bool schedule_take(struct schedule *schedule, struct wall_time now, struct schedule_due *ret_due)
{
    if (wall_between(now, schedule->last) > SCHEDULE_BACKWARD_MAX) {
        /* The same times come again; shifted, they are not the same slots, nor the same run ids. */
        schedule->shift++;
        schedule_begin(schedule, now);
    }
    schedule->last = now;
    if (schedule->count == 0)
        return false;
    struct schedule_item *item = &schedule->items[schedule->heap[0]];
    duration late = wall_between(item->next, now);
    if (late < 0)
        return false;
    if (late / item->timetable.every > SCHEDULE_MISSED_MAX) {
        schedule_begin(schedule, now);
        return false;
    }
    *ret_due = (struct schedule_due){
        .entry = schedule->heap[0],
        .planned = item->next,
        .action = schedule_decide(item, late),
    };
    item->next = schedule_after(schedule, item, item->next);
    schedule_sink(schedule, 0);
    return true;
}

void schedule_ended(struct schedule *schedule, size_t entry)
{
    if (schedule->items[entry].running > 0)
        schedule->items[entry].running--;
}
