/* SPDX-License-Identifier: MIT */
/* Loading, counting and telling objectives. See objectives.h. */
#include "monitor/daemon/objectives.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"
#include "monitor/diagnose/objective.h"
#include "monitor/store/store_rollups.h"

#include <stdlib.h>

#define LOOK_EVERY DURATION_MINUTE

/* What short windows are made of is read from the runs themselves. */
#define MINUTES_BACK (6 * DURATION_HOUR)

struct objectives {
    struct store *store;
    struct objective_book *book;
    struct loop_timer *look;
    size_t count;
    struct objective_report *reports; /* the last that were read */
    bool *burning;                    /* and told of, one each */
    /* While it loads. */
    struct wall_time now;
    size_t next; /* whose hours are read */
    objectives_loaded *done;
    void *data;
};

static void look(void *data)
{
    struct objectives *objectives = data;
    struct objective_reports reports;
    struct buffer text;
    buffer_init(&text, SIZE_MAX);
    objectives_read(objectives, &reports);
    for (size_t i = 0; i < reports.count; i++) {
        const struct objective_report *report = &reports.reports[i];
        bool burning = objective_worst_burn(report) != NULL;
        if (burning == objectives->burning[i])
            continue;
        objectives->burning[i] = burning;
        buffer_clear(&text);
        objective_say(report, &text);
        log_event(burning ? LOG_WARNING : LOG_INFO, LOG_FIELDS({"journey", report->journey}),
                  "the error budget of %s burns %s: %s", report->journey,
                  burning ? "too fast" : "no more", text.data);
    }
    buffer_free(&text);
    loop_timer_set(objectives->look, LOOK_EVERY);
}

static void fill(struct objectives *objectives, struct scenario *const *scenarios,
                 size_t scenario_count)
{
    objectives->book = objective_book_create();
    objectives->count = 0;
    for (size_t i = 0; i < scenario_count; i++) {
        if (scenarios[i]->objective == NULL)
            continue;
        objective_book_add(objectives->book, scenarios[i]->journey, scenarios[i]->objective);
        objectives->count++;
    }
    objectives->reports = memory_allocate(objectives->count, sizeof *objectives->reports);
    objectives->burning = memory_allocate(objectives->count, sizeof *objectives->burning);
}

struct objectives *objectives_create(struct loop *loop, struct store *store,
                                     struct scenario *const *scenarios, size_t scenario_count)
{
    struct objectives *objectives = memory_allocate(1, sizeof *objectives);
    objectives->store = store;
    objectives->look = loop_timer_create(loop, look, objectives);
    fill(objectives, scenarios, scenario_count);
    return objectives;
}

void objectives_free(struct objectives *objectives)
{
    if (objectives == NULL)
        return;
    store_forget(objectives->store, objectives);
    loop_timer_free(objectives->look);
    objective_book_free(objectives->book);
    free(objectives->reports);
    free(objectives->burning);
    free(objectives);
}

void objectives_count(struct objectives *objectives, const struct run *run)
{
    objective_book_count(objectives->book, run);
}

void objectives_read(void *data, struct objective_reports *ret_reports)
{
    struct objectives *objectives = data;
    struct wall_time now = clock_wall();
    for (size_t i = 0; objective_book_read(objectives->book, i, now, &objectives->reports[i]);)
        i++;
    *ret_reports = (struct objective_reports){objectives->reports, objectives->count};
}

/* --- loading: days, then hours journey by journey, then minutes ------------------------------ */

void objectives_begin(struct objectives *objectives)
{
    objective_book_begin(objectives->book);
    loop_timer_set(objectives->look, LOOK_EVERY);
}

static void load_end(struct objectives *objectives, enum result result)
{
    if (result == RESULT_OK)
        objectives_begin(objectives);
    objectives->done(objectives->data, result);
}

/* A minute has one run of most journeys: its mean is that run's time. */
static void minutes_read(void *data, enum result result, const struct store_tallies *tallies)
{
    struct objectives *objectives = data;
    struct objective_reach reach;
    for (size_t i = 0; result == RESULT_OK && i < tallies->count; i++) {
        const struct store_tally *tally = &tallies->tallies[i];
        struct objective_counts counts = {.good = tally->passed + tally->degraded,
                                          .failed = tally->failed,
                                          .unknown = tally->unknown};
        if (!objective_book_reach_of(objectives->book, tally->journey, objectives->now, &reach))
            continue;
        if (reach.within > 0 && tally->latency > reach.within) {
            counts.slow = counts.good;
            counts.good = 0;
        }
        objective_book_load(objectives->book, tally->journey, tally->start, DURATION_MINUTE,
                            &counts);
    }
    /* Too many runs: the short windows fill up by themselves. */
    load_end(objectives, result == RESULT_LIMIT ? RESULT_OK : result);
}

static void read_hours(struct objectives *objectives);

static struct objective_counts counts_of(const struct store_counts *counts,
                                         const struct histogram *latency, duration within)
{
    return objective_counts_of((uint64_t)counts->passed + counts->degraded, counts->failed,
                               counts->unknown, counts->excluded, latency, within);
}

static void hours_read(void *data, enum result result, const struct store_rollups *rollups)
{
    struct objectives *objectives = data;
    struct objective_reach reach;
    if (result != RESULT_OK ||
        !objective_book_reach(objectives->book, objectives->next, objectives->now, &reach)) {
        load_end(objectives, result);
        return;
    }
    for (size_t i = 0; i < rollups->count; i++) {
        const struct store_rollup *rollup = &rollups->rollups[i];
        const struct objective_counts counts =
            counts_of(&rollup->counts, &rollup->total, reach.within);
        objective_book_load(objectives->book, rollup->journey, rollup->start, rollups->span,
                            &counts);
    }
    objectives->next++;
    read_hours(objectives);
}

static void read_hours(struct objectives *objectives)
{
    struct objective_reach reach;
    while (objective_book_reach(objectives->book, objectives->next, objectives->now, &reach) &&
           reach.unit != DURATION_HOUR)
        objectives->next++;
    if (objectives->next < objectives->count) {
        const struct store_rollup_filter filter = {
            .span = DURATION_HOUR, .journey = reach.journey, .step = "", .since = reach.since};
        store_read_rollups(objectives->store, &filter, hours_read, objectives);
        return;
    }
    struct wall_time since = {(objectives->now.us - MINUTES_BACK) / DURATION_MINUTE *
                              DURATION_MINUTE};
    store_read_tallies(objectives->store, since, DURATION_MINUTE, minutes_read, objectives);
}

static void day_load(struct objectives *objectives, const struct store_day *day)
{
    struct objective_reach reach;
    const unsigned char *bytes = day->packed;
    size_t length = day->packed_length;
    struct histogram latency = {0};
    if (!objective_book_reach_of(objectives->book, day->journey, objectives->now, &reach) ||
        histogram_unpack(&bytes, &length, &latency) != RESULT_OK)
        return;
    const struct objective_counts counts = counts_of(&day->counts, &latency, reach.within);
    objective_book_load(objectives->book, day->journey, day->start, DURATION_DAY, &counts);
    histogram_clear(&latency);
}

static void days_read(void *data, enum result result, const struct store_days *days)
{
    struct objectives *objectives = data;
    if (result != RESULT_OK) {
        load_end(objectives, result);
        return;
    }
    for (size_t i = 0; i < days->count; i++)
        day_load(objectives, &days->days[i]);
    read_hours(objectives);
}

static void load_all(struct objectives *objectives)
{
    struct objective_reach reach;
    objectives->now = clock_wall();
    objectives->next = 0;
    struct wall_time since = objectives->now;
    for (size_t n = 0; objective_book_reach(objectives->book, n, objectives->now, &reach); n++)
        if (reach.unit == DURATION_DAY && reach.since.us < since.us)
            since = reach.since;
    store_read_days(objectives->store, since, days_read, objectives);
}

void objectives_load(struct objectives *objectives, objectives_loaded *done, void *data)
{
    objectives->done = done;
    objectives->data = data;
    objective_book_forget(objectives->book);
    if (objectives->count == 0)
        done(data, RESULT_OK);
    else
        load_all(objectives);
}

static void set_loaded(void *data, enum result result)
{
    if (result == RESULT_OK)
        return;
    log_error("the store cannot be read: new objectives are counted from now on only");
    objectives_begin(data);
}

void objectives_set(struct objectives *objectives, struct scenario *const *scenarios,
                    size_t scenario_count)
{
    struct objective_book *old = objectives->book;
    store_forget(objectives->store, objectives);
    loop_timer_cancel(objectives->look);
    free(objectives->reports);
    free(objectives->burning);
    fill(objectives, scenarios, scenario_count);
    objective_book_adopt(objectives->book, old);
    objective_book_free(old);
    objectives->done = set_loaded;
    objectives->data = objectives;
    if (objectives->count > 0)
        load_all(objectives);
}
