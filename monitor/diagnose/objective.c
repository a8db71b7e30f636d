/* SPDX-License-Identifier: MIT */
/*
 * Counting slots for objectives. Each has two rings of counts: one of hours or days, as long as its
 * window, and one of minutes for the short windows of burn rates. See objective.h.
 */
#include "monitor/diagnose/objective.h"

#include "monitor/base/histogram.h"
#include "monitor/base/map.h"
#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>

/* From here on a window is made of days. */
#define HOURS_MAX (3 * DURATION_DAY)

/* The longest window that is made of minutes. */
#define MINUTES_MAX (6 * DURATION_HOUR)

/* A burn window longer than a seventh of the objective's own says nothing that it does not. */
#define WINDOWS_LEAST 7

/* Rates of nearly what is allowed (a ticket's of 28 days, 0.93) still mean something. */
#define LIMIT_LEAST 0.9

struct tally {
    uint32_t good, slow, failed, unknown, excluded;
};

/* Counts of equal spans, one after another; the latest is the greatest number, from the epoch on.
 */
struct ring {
    duration unit;
    int64_t latest; /* 0: nothing was counted */
    size_t count;
    struct tally *tallies; /* number % count */
};

struct entry {
    char *journey;
    struct objective objective;
    struct ring window, minutes;
    bool counts; /* else it is being loaded */
};

struct objective_book {
    struct map *by_journey; /* struct entry, borrowed */
    struct entry **entries;
    size_t count;
};

/* --- rings ----------------------------------------------------------------------------------- */

static void ring_create(struct ring *ring, duration unit, duration length)
{
    ring->unit = unit;
    /* One more, since the latest has only begun. */
    ring->count = (size_t)((length + unit - 1) / unit) + 1;
    ring->tallies = memory_allocate(ring->count, sizeof *ring->tallies);
}

static void ring_forget(struct ring *ring)
{
    ring->latest = 0;
    memset(ring->tallies, 0, ring->count * sizeof *ring->tallies);
}

/* NULL: it is too old. */
static struct tally *ring_at(struct ring *ring, struct wall_time time)
{
    int64_t number = time.us / ring->unit, count = (int64_t)ring->count;
    if (ring->latest - number >= count)
        return NULL;
    int64_t first = ring->latest + 1 > number - count + 1 ? ring->latest + 1 : number - count + 1;
    for (int64_t n = first; n <= number; n++)
        ring->tallies[n % count] = (struct tally){0};
    if (number > ring->latest)
        ring->latest = number;
    return &ring->tallies[number % count];
}

/* The latest `count` spans up to now. */
static struct objective_counts ring_sum(const struct ring *ring, struct wall_time now, size_t count)
{
    struct objective_counts sum = {0};
    int64_t last = now.us / ring->unit;
    for (int64_t n = last - (int64_t)count + 1; n <= last; n++) {
        if (n > ring->latest || n <= ring->latest - (int64_t)ring->count || n < 0)
            continue;
        const struct tally *tally = &ring->tallies[n % (int64_t)ring->count];
        sum.good += tally->good;
        sum.slow += tally->slow;
        sum.failed += tally->failed;
        sum.unknown += tally->unknown;
        sum.excluded += tally->excluded;
    }
    return sum;
}

static void ring_add(struct ring *ring, struct wall_time time,
                     const struct objective_counts *counts)
{
    struct tally *tally = ring_at(ring, time);
    if (tally == NULL)
        return;
    tally->good += (uint32_t)counts->good;
    tally->slow += (uint32_t)counts->slow;
    tally->failed += (uint32_t)counts->failed;
    tally->unknown += (uint32_t)counts->unknown;
    tally->excluded += (uint32_t)counts->excluded;
}

/* --- the book -------------------------------------------------------------------------------- */

struct objective_book *objective_book_create(void)
{
    struct objective_book *book = memory_allocate(1, sizeof *book);
    book->by_journey = map_create(NULL);
    return book;
}

void objective_book_free(struct objective_book *book)
{
    if (book == NULL)
        return;
    for (size_t i = 0; i < book->count; i++) {
        free(book->entries[i]->journey);
        free(book->entries[i]->window.tallies);
        free(book->entries[i]->minutes.tallies);
        free(book->entries[i]);
    }
    free(book->entries);
    map_free(book->by_journey);
    free(book);
}

void objective_book_add(struct objective_book *book, const char *journey,
                        const struct objective *objective)
{
    struct entry *entry = memory_allocate(1, sizeof *entry);
    entry->journey = memory_duplicate(journey);
    entry->objective = *objective;
    ring_create(&entry->window, objective->over > HOURS_MAX ? DURATION_DAY : DURATION_HOUR,
                objective->over);
    ring_create(&entry->minutes, DURATION_MINUTE, MINUTES_MAX);
    memory_grow(book->entries, book->count);
    book->entries[book->count++] = entry;
    map_put(book->by_journey, journey, entry);
}

void objective_book_forget(struct objective_book *book)
{
    for (size_t i = 0; i < book->count; i++) {
        if (book->entries[i]->counts)
            continue;
        ring_forget(&book->entries[i]->window);
        ring_forget(&book->entries[i]->minutes);
    }
}

void objective_book_begin(struct objective_book *book)
{
    for (size_t i = 0; i < book->count; i++)
        book->entries[i]->counts = true;
}

static void swap_rings(struct ring *a, struct ring *b)
{
    struct ring kept = *a;
    *a = *b;
    *b = kept;
}

void objective_book_adopt(struct objective_book *book, struct objective_book *other)
{
    for (size_t i = 0; i < book->count; i++) {
        struct entry *entry = book->entries[i];
        struct entry *known = map_get(other->by_journey, entry->journey);
        if (known == NULL || !known->counts || known->objective.over != entry->objective.over ||
            known->objective.within != entry->objective.within)
            continue;
        swap_rings(&entry->window, &known->window);
        swap_rings(&entry->minutes, &known->minutes);
        entry->counts = true;
    }
}

void objective_book_load(struct objective_book *book, const char *journey, struct wall_time start,
                         duration span, const struct objective_counts *counts)
{
    struct entry *entry = map_get(book->by_journey, journey);
    if (entry == NULL || entry->counts)
        return;
    if (span == DURATION_MINUTE)
        ring_add(&entry->minutes, start, counts);
    else if (span == entry->window.unit)
        ring_add(&entry->window, start, counts);
}

static struct objective_counts counts_of_run(const struct run *run, duration within)
{
    bool slow = within > 0 && run_latency(run) > within;
    if (run->excluded)
        return (struct objective_counts){.excluded = 1};
    switch (run->state) {
    case STATE_PASSED:
    case STATE_DEGRADED:
        return (struct objective_counts){.good = !slow, .slow = slow};
    case STATE_FAILED:
        return (struct objective_counts){.failed = 1};
    default:
        return (struct objective_counts){.unknown = 1};
    }
}

void objective_book_count(struct objective_book *book, const struct run *run)
{
    struct entry *entry = map_get(book->by_journey, run->journey);
    if (entry == NULL || !entry->counts)
        return;
    const struct objective_counts counts = counts_of_run(run, entry->objective.within);
    ring_add(&entry->window, run->slot.planned, &counts);
    ring_add(&entry->minutes, run->slot.planned, &counts);
}

/* The histogram also has those that were given up at their limit, which failed: they are beyond
 * `within` where that is below the steps' timeouts. It lacks slots without a run of their own,
 * which ended as the run in their way did: nobody waited there for longer. */
struct objective_counts objective_counts_of(uint64_t passed, uint64_t failed, uint64_t unknown,
                                            uint64_t excluded, const struct histogram *latency,
                                            duration within)
{
    uint64_t slow = 0;
    if (within > 0) {
        double late = (double)(latency->count - latency->censored) + 0.5 -
                      histogram_count_to(latency, within);
        slow = late > 0 ? (uint64_t)late : 0;
        slow = slow < passed ? slow : passed;
    }
    return (struct objective_counts){
        .good = passed - slow,
        .slow = slow,
        .failed = failed,
        .unknown = unknown,
        .excluded = excluded,
    };
}

/* --- what it comes to ------------------------------------------------------------------------ */

static struct wall_time since_of(const struct entry *entry, struct wall_time now)
{
    const struct ring *ring = &entry->window;
    return (struct wall_time){(now.us / ring->unit - (int64_t)ring->count + 1) * ring->unit};
}

static struct objective_reach reach_of(const struct entry *entry, struct wall_time now)
{
    return (struct objective_reach){
        .journey = entry->journey,
        .within = entry->objective.within,
        .unit = entry->window.unit,
        .since = since_of(entry, now),
    };
}

bool objective_book_reach(const struct objective_book *book, size_t n, struct wall_time now,
                          struct objective_reach *ret_reach)
{
    if (n >= book->count)
        return false;
    *ret_reach = reach_of(book->entries[n], now);
    return true;
}

bool objective_book_reach_of(const struct objective_book *book, const char *journey,
                             struct wall_time now, struct objective_reach *ret_reach)
{
    const struct entry *entry = map_get(book->by_journey, journey);
    if (entry == NULL)
        return false;
    *ret_reach = reach_of(entry, now);
    return true;
}

static struct objective_range range_of(double part, double unknown, double all)
{
    if (all <= 0)
        return (struct objective_range){0, 1};
    return (struct objective_range){part / all, (part + unknown) / all};
}

void objective_evaluate(struct objective_report *report)
{
    const struct objective_counts *counts = &report->counts;
    double good = (double)counts->good, slow = (double)counts->slow;
    double failed = (double)counts->failed, unknown = (double)counts->unknown;
    double all = good + slow + failed + unknown;
    double budget = (1 - report->target) * all;
    report->success = range_of(good, unknown, all);
    report->availability = range_of(good + slow, unknown, all);
    report->budget_left = (struct objective_range){1, 1};
    if (all > 0)
        report->budget_left = (struct objective_range){1 - (slow + failed + unknown) / budget,
                                                       1 - (slow + failed) / budget};
}

double objective_burn_rate(const struct objective_counts *counts, double target)
{
    uint64_t errors = counts->slow + counts->failed, seen = errors + counts->good;
    return seen > 0 ? (double)errors / (double)seen / (1 - target) : 0;
}

static struct objective_counts sum_window(const struct entry *entry, struct wall_time now,
                                          duration length)
{
    const struct ring *ring = length > MINUTES_MAX ? &entry->window : &entry->minutes;
    return ring_sum(ring, now, (size_t)(length / ring->unit) + 1);
}

static void burn_read(const struct entry *entry, struct wall_time now, double target,
                      struct objective_burn *burn, unsigned part)
{
    duration over = entry->objective.over;
    burn->limit = part / 100.0 * (double)over / (double)burn->longer;
    if (burn->longer > over / WINDOWS_LEAST || burn->limit < LIMIT_LEAST) {
        burn->limit = 0;
        return;
    }
    const struct objective_counts longer = sum_window(entry, now, burn->longer);
    const struct objective_counts shorter = sum_window(entry, now, burn->shorter);
    burn->longer_rate = objective_burn_rate(&longer, target);
    burn->shorter_rate = objective_burn_rate(&shorter, target);
    burn->burning = burn->longer_rate >= burn->limit && burn->shorter_rate >= burn->limit &&
                    longer.slow + longer.failed >= OBJECTIVE_ERRORS_MIN;
}

static const struct burn_row {
    const char *severity;
    duration longer, shorter;
    unsigned part;
} burn_rows[] = {
#define X(name, severity, longer, shorter, part) {severity, longer, shorter, part},
    OBJECTIVE_BURN_TABLE(X)
#undef X
};

bool objective_book_read(const struct objective_book *book, size_t n, struct wall_time now,
                         struct objective_report *ret_report)
{
    if (n >= book->count)
        return false;
    const struct entry *entry = book->entries[n];
    *ret_report = (struct objective_report){
        .journey = entry->journey,
        .target = (double)entry->objective.success / 1000000,
        .within = entry->objective.within,
        .over = entry->objective.over,
        .since = since_of(entry, now),
        .now = now,
        .counts = ring_sum(&entry->window, now, entry->window.count),
    };
    objective_evaluate(ret_report);
    for (size_t i = 0; i < COUNT_OF(burn_rows); i++) {
        const struct burn_row *row = &burn_rows[i];
        ret_report->burns[i] = (struct objective_burn){
            .severity = row->severity, .longer = row->longer, .shorter = row->shorter};
        burn_read(entry, now, ret_report->target, &ret_report->burns[i], row->part);
    }
    return true;
}
