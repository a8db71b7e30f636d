/* SPDX-License-Identifier: MIT */
/*
 * Slots of many timetables, in a binary heap by their planned time. Stands between the scenario set
 * and the journeys; knows neither. See schedule.h.
 */
#include "monitor/schedule/schedule.h"

#include "monitor/base/memory.h"

#include <stdlib.h>

/* Slots that nothing was done about: those after `from`, up to `until`. */
struct schedule_gap {
    struct wall_time from, until; /* equal: none */
    enum reason reason;
};

struct schedule_item {
    struct timetable timetable;
    struct wall_time next;
    struct schedule_gap gap;
    unsigned running; /* more than one while a killed run does its cleanup */
    bool kill_overlap;
};

struct schedule {
    struct schedule_item *items;
    size_t *heap; /* numbers of items; the earliest at 0 */
    size_t count;
    struct clock_reading last; /* the latest `now` that was given */
    duration shift; /* of all slots: one microsecond for each time the clock was set back */
    size_t gaps;    /* items that have one */
    size_t gap_at;  /* where the next is looked for */
    unsigned long forgotten;
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

/* The slots after `now` are the next ones. */
static void schedule_begin(struct schedule *schedule, struct wall_time now)
{
    for (size_t i = 0; i < schedule->count; i++)
        schedule->items[i].next = schedule_after(schedule, &schedule->items[i], now);
    for (size_t i = schedule->count / 2; i-- > 0;)
        schedule_sink(schedule, i);
}

/* Whether there are more than `most` slots in a gap. */
static bool gap_exceeds(const struct schedule *schedule, const struct schedule_item *item,
                        const struct schedule_gap *gap, size_t most)
{
    const struct timetable *timetable = &item->timetable;
    duration length = wall_between(gap->from, gap->until);
    if (timetable->cron == NULL)
        return length / timetable->period > (duration)most;
    if (length / timetable->every <= (duration)most)
        return false;
    struct wall_time slot = gap->from;
    for (size_t i = 0; i <= most; i++) {
        slot = schedule_after(schedule, item, slot);
        if (slot.us > gap->until.us)
            return false;
    }
    return true;
}

static void schedule_miss(struct schedule *schedule, struct schedule_item *item,
                          struct wall_time from, struct wall_time until, enum reason reason)
{
    struct schedule_gap *gap = &item->gap;
    size_t most = SCHEDULE_MISSED_ALL / schedule->count;
    most = most < 1 ? 1 : most > SCHEDULE_MISSED_EACH ? SCHEDULE_MISSED_EACH : most;
    bool open = gap->from.us != gap->until.us;
    schedule->gaps += !open;
    *gap = (struct schedule_gap){open ? gap->from : from, until, reason};
    if (!gap_exceeds(schedule, item, gap, most))
        return;
    const struct timetable *timetable = &item->timetable;
    duration period = timetable->cron == NULL ? timetable->period : timetable->every;
    gap->from = wall_after(until, -(duration)most * period);
    schedule->forgotten++;
}

/* The monitor was away between two readings: why? */
static enum reason why_away(const struct clock_reading *from, const struct clock_reading *to)
{
    duration wall = wall_between(from->wall, to->wall);
    duration boot = instant_between(from->boot, to->boot);
    duration slept = boot - instant_between(from->monotonic, to->monotonic);
    if (slept > wall / 2)
        return REASON_SUSPENDED;
    return wall - boot > wall / 2 ? REASON_CLOCK_STEP : REASON_LATE;
}

static void schedule_skip(struct schedule *schedule, const struct clock_reading *now)
{
    enum reason reason = why_away(&schedule->last, now);
    for (size_t i = 0; i < schedule->count; i++) {
        struct schedule_item *item = &schedule->items[i];
        if (item->next.us <= now->wall.us)
            schedule_miss(schedule, item, wall_after(item->next, -1), now->wall, reason);
    }
    schedule_begin(schedule, now->wall);
}

/* What was done before a restart, by the same clock or by one that was set back since. */
static void schedule_resume(struct schedule *schedule, const struct schedule_entry *entries)
{
    struct wall_time now = schedule->last.wall;
    for (size_t i = 0; i < schedule->count; i++) {
        if (wall_between(now, entries[i].since) > SCHEDULE_LATE_MAX)
            schedule->shift = 1 + now.us / DURATION_SECOND % 499;
        struct wall_time after = schedule_after(schedule, &schedule->items[i], entries[i].since);
        if (entries[i].since.us != 0 && after.us <= now.us)
            schedule_miss(schedule, &schedule->items[i], entries[i].since, now, REASON_RESTART);
    }
}

struct schedule *schedule_create(const struct schedule_entry *entries, size_t count,
                                 const struct clock_reading *now)
{
    struct schedule *schedule = memory_allocate(1, sizeof *schedule);
    schedule->count = count;
    schedule->last = *now;
    schedule->items = memory_allocate(count, sizeof *schedule->items);
    schedule->heap = memory_allocate(count, sizeof *schedule->heap);
    for (size_t i = 0; i < count; i++) {
        schedule->items[i] = (struct schedule_item){
            .timetable = entries[i].timetable,
            .kill_overlap = entries[i].kill_overlap,
        };
        schedule->heap[i] = i;
    }
    schedule_resume(schedule, entries);
    schedule_begin(schedule, now->wall);
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
        return SCHEDULE_MISSED;
    if (item->running > 0 && !item->kill_overlap)
        return SCHEDULE_OVERLAP;
    return item->running++ > 0 ? SCHEDULE_KILL : SCHEDULE_START;
}

/* Has the time that went by since the last look been a time like any other? */
static void schedule_look(struct schedule *schedule, const struct clock_reading *now)
{
    duration passed = wall_between(schedule->last.wall, now->wall);
    if (passed < -SCHEDULE_LATE_MAX) {
        /* The same times come again; shifted, they are not the same slots, nor the same run ids. */
        schedule->shift++;
        schedule_begin(schedule, now->wall);
    } else if (passed > SCHEDULE_LATE_MAX) {
        schedule_skip(schedule, now);
    }
    schedule->last = *now;
}

bool schedule_take(struct schedule *schedule, const struct clock_reading *now,
                   struct schedule_due *ret_due)
{
    schedule_look(schedule, now);
    if (schedule->count == 0)
        return false;
    struct schedule_item *item = &schedule->items[schedule->heap[0]];
    duration late = wall_between(item->next, now->wall);
    if (late < 0)
        return false;
    *ret_due = (struct schedule_due){
        .entry = schedule->heap[0],
        .planned = item->next,
        .action = schedule_decide(item, late),
        .reason = REASON_LATE,
    };
    item->next = schedule_after(schedule, item, item->next);
    schedule_sink(schedule, 0);
    return true;
}

bool schedule_take_missed_of(struct schedule *schedule, size_t entry, struct schedule_due *ret_due)
{
    struct schedule_item *item = &schedule->items[entry];
    struct schedule_gap *gap = &item->gap;
    if (gap->from.us == gap->until.us)
        return false;
    struct wall_time slot = schedule_after(schedule, item, gap->from);
    gap->from = slot.us < gap->until.us ? slot : gap->until;
    schedule->gaps -= gap->from.us == gap->until.us;
    *ret_due = (struct schedule_due){entry, slot, SCHEDULE_MISSED, gap->reason};
    return slot.us <= gap->until.us;
}

bool schedule_take_missed(struct schedule *schedule, struct schedule_due *ret_due)
{
    while (schedule->gaps > 0) {
        if (schedule_take_missed_of(schedule, schedule->gap_at, ret_due))
            return true;
        schedule->gap_at = (schedule->gap_at + 1) % schedule->count;
    }
    return false;
}

bool schedule_has_missed(const struct schedule *schedule)
{
    return schedule->gaps > 0;
}

unsigned long schedule_forgotten(const struct schedule *schedule)
{
    return schedule->forgotten;
}

void schedule_continue(struct schedule *schedule, size_t entry, const struct schedule *before,
                       size_t entry_before)
{
    struct schedule_item *item = &schedule->items[entry];
    const struct schedule_item *old = &before->items[entry_before];
    item->running = old->running;
    item->gap = old->gap;
    schedule->gaps += item->gap.from.us != item->gap.until.us;
    /* Slots that were moved away from those of before the clock was set back stay so. */
    if (schedule->shift != before->shift) {
        schedule->shift = before->shift;
        schedule_begin(schedule, schedule->last.wall);
    }
}

void schedule_ended(struct schedule *schedule, size_t entry)
{
    if (schedule->items[entry].running > 0)
        schedule->items[entry].running--;
}
