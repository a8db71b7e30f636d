/* SPDX-License-Identifier: MIT */
/*
 * What the operators' page of a journey is made from: rollups over the span that is asked for, or
 * for an hour the runs themselves; what is usual; incidents, events and maintenance of the time.
 */
#include "reporters/status_page_private.h"

#include "monitor/net/http_server.h"
#include "monitor/record/objective.h"
#include "reporters/page_parts.h"

#include <string.h>

enum { INCIDENTS_READ = 200 };

#define USUAL_SINCE (28 * DURATION_DAY)
/* A monitor that has not seen more than this shows an hour, unless it is told otherwise. */
#define NEW_UNTIL (3 * DURATION_HOUR)

struct journey_reading {
    struct page_journey_view view;
    bool chosen; /* the span is, by the visitor */
    struct series_set *places, *steps;
    struct store_runs runs;
    struct incident *incidents;
    struct event *events;
    struct maintenance *windows;
    struct store_baseline *baselines;
};

static struct store *store_of(const struct page_visit *visit)
{
    const struct status_page *page = visit->owner;
    return page->context.store;
}

static void make_sets(struct journey_reading *reading, unsigned count)
{
    const struct span_kind *kind = &span_kinds[reading->view.span];
    series_free(reading->places);
    series_free(reading->steps);
    reading->places = series_create(kind->unit, count, reading->view.now);
    reading->steps = series_create(kind->unit * (duration)count, 1, reading->view.now);
    reading->steps->start = reading->places->start;
}

/* --- runs ---------------------------------------------------------------------------------------
 */

static void clear_rollup(struct store_rollup *rollup)
{
    histogram_clear(&rollup->total);
    for (int i = 0; i < PHASE_COUNT; i++)
        histogram_clear(&rollup->phases[i]);
    rollup->counts = (struct store_counts){0};
}

static void add_run(struct journey_reading *reading, const struct run *run)
{
    struct store_rollup rollup = {.start = run->slot.planned};
    store_rollup_add(&rollup, run, STORE_WHOLE_RUN);
    series_add(reading->places, run->vantage, &rollup);
    clear_rollup(&rollup);
    for (size_t i = 0; i < run->step_count; i++) {
        if (run->steps[i].state == STATE_SKIPPED || run->excluded)
            continue;
        store_rollup_add(&rollup, run, i);
        series_add(reading->steps, run->steps[i].name, &rollup);
        clear_rollup(&rollup);
    }
}

/* A graph of an hour is mostly empty while there is less to show: so it grows, ten minutes at a
 * time. */
static unsigned minutes_of(const struct journey_reading *reading)
{
    if (reading->runs.count == 0)
        return span_kinds[SPAN_HOUR].count;
    const struct run *oldest = reading->runs.runs[reading->runs.count - 1];
    duration age = wall_between(oldest->slot.planned, reading->view.now);
    unsigned tens = (unsigned)(age > 0 ? age / (10 * DURATION_MINUTE) : 0) + 1;
    return tens < 6 ? tens * 10 : 60;
}

static void on_runs(void *data, enum result result, struct store_runs *runs)
{
    struct page_visit *visit = data;
    struct journey_reading *reading = visit->state;
    if (result == RESULT_OK)
        page_runs_take(&reading->runs, runs);
    if (reading->view.span == SPAN_HOUR) {
        make_sets(reading, minutes_of(reading));
        /* Oldest first, so that places and steps come in the order of the runs. */
        for (size_t i = reading->runs.count; i-- > 0;)
            add_run(reading, reading->runs.runs[i]);
    }
    page_visit_arrived(visit, result);
}

static void read_runs(struct page_visit *visit)
{
    struct journey_reading *reading = visit->state;
    bool hour = reading->view.span == SPAN_HOUR;
    const struct store_filter filter = {
        .journey = reading->view.journey->name,
        .vantage = reading->view.vantage,
        .since = hour ? reading->places->start : (struct wall_time){0},
        .newest_first = true,
        .limit = hour ? STORE_READ_MAX : PAGE_RECENT_SHOWN,
    };
    page_visit_expect(visit);
    store_read_runs(store_of(visit), &filter, on_runs, visit);
}

/* --- rollups ------------------------------------------------------------------------------------
 */

/* Whether the monitor has begun a short while ago: then a day is an empty graph with a dot in it.
 */
static bool is_new(const struct journey_reading *reading, const struct store_rollups *rollups)
{
    struct wall_time since = wall_after(reading->view.now, -NEW_UNTIL);
    return rollups->count == 0 || rollups->rollups[0].start.us > since.us;
}

static void on_rollups(void *data, enum result result, const struct store_rollups *rollups)
{
    struct page_visit *visit = data;
    struct journey_reading *reading = visit->state;
    if (result == RESULT_OK && !reading->chosen && is_new(reading, rollups)) {
        reading->view.span = SPAN_HOUR;
        make_sets(reading, span_kinds[SPAN_HOUR].count);
    } else {
        for (size_t i = 0; result == RESULT_OK && i < rollups->count; i++) {
            const struct store_rollup *rollup = &rollups->rollups[i];
            if (rollup->step == NULL)
                series_add(reading->places, rollup->vantage, rollup);
            else
                series_add(reading->steps, rollup->step, rollup);
        }
    }
    read_runs(visit);
    page_visit_arrived(visit, result);
}

static void read_rollups(struct page_visit *visit)
{
    const struct journey_reading *reading = visit->state;
    const struct store_rollup_filter filter = {
        .span = reading->view.span == SPAN_QUARTER ? DURATION_DAY : DURATION_HOUR,
        .journey = reading->view.journey->name,
        .vantage = reading->view.vantage,
        .since = reading->places->start,
    };
    page_visit_expect(visit);
    store_read_rollups(store_of(visit), &filter, on_rollups, visit);
}

/* --- what happened, and what is usual ------------------------------------------------------------
 */

static void on_baselines(void *data, enum result result, const struct store_baselines *baselines)
{
    struct page_visit *visit = data;
    struct journey_reading *reading = visit->state;
    for (size_t i = 0; result == RESULT_OK && i < baselines->count; i++) {
        size_t *count = &reading->view.baseline_count;
        arena_grow(visit->arena, reading->baselines, *count);
        struct store_baseline *copy = &reading->baselines[(*count)++];
        *copy = baselines->baselines[i];
        copy->vantage = arena_duplicate(visit->arena, copy->vantage);
        copy->step = arena_duplicate(visit->arena, copy->step);
    }
    page_visit_arrived(visit, result);
}

static void on_incidents(void *data, enum result result, const struct store_incidents *incidents)
{
    struct page_visit *visit = data;
    struct journey_reading *reading = visit->state;
    for (size_t i = 0; result == RESULT_OK && i < incidents->count; i++) {
        arena_grow(visit->arena, reading->incidents, reading->view.incident_count);
        incident_copy(visit->arena, &reading->incidents[reading->view.incident_count++],
                      &incidents->incidents[i]);
    }
    page_visit_arrived(visit, result);
}

static void on_events(void *data, enum result result, const struct store_events *events)
{
    struct page_visit *visit = data;
    struct journey_reading *reading = visit->state;
    for (size_t i = 0; result == RESULT_OK && i < events->count; i++) {
        arena_grow(visit->arena, reading->events, reading->view.event_count);
        event_copy(visit->arena, &reading->events[reading->view.event_count++], &events->events[i]);
    }
    page_visit_arrived(visit, result);
}

static void on_windows(void *data, enum result result, const struct store_maintenances *windows)
{
    struct page_visit *visit = data;
    struct journey_reading *reading = visit->state;
    for (size_t i = 0; result == RESULT_OK && i < windows->count; i++) {
        arena_grow(visit->arena, reading->windows, reading->view.window_count);
        maintenance_copy(visit->arena, &reading->windows[reading->view.window_count++],
                         &windows->maintenances[i]);
    }
    page_visit_arrived(visit, result);
}

/* --- the visit -----------------------------------------------------------------------------------
 */

static const struct page_journey *find_journey(const struct status_page *page, const char *name)
{
    for (size_t i = 0; name != NULL && i < page->context.scenario_count; i++)
        if (strcmp(page->journeys[i].name, name) == 0)
            return &page->journeys[i];
    return NULL;
}

static const char *find_vantage(const struct page_journey_view *view, const char *name)
{
    const char *vantage;
    for (size_t n = 0; (vantage = page_journey_vantage(view->shop, view->journey, n)) != NULL; n++)
        if (name != NULL && strcmp(name, vantage) == 0)
            return vantage;
    return NULL;
}

void page_journey_begin(struct page_visit *visit)
{
    const struct status_page *page = visit->owner;
    struct journey_reading *reading = arena_allocate(visit->arena, 1, sizeof *reading);
    struct page_journey_view *view = &reading->view;
    struct store *store = page->context.store;
    visit->state = reading;
    view->shop = page->context.shop;
    view->now = clock_wall();
    view->zone = page->settings.zone;
    view->journey = find_journey(page, http_request_query(visit->request, "name"));
    if (view->journey == NULL)
        return;
    view->span = span_find(http_request_query(visit->request, "span"));
    view->vantage = find_vantage(view, http_request_query(visit->request, "from"));
    reading->chosen = view->span != SPAN_COUNT;
    if (!reading->chosen)
        view->span = SPAN_DAY;
    make_sets(reading, span_kinds[view->span].count);
    if (view->span == SPAN_HOUR)
        read_runs(visit);
    else
        read_rollups(visit);
    for (int i = 0; i < 4; i++)
        page_visit_expect(visit);
    store_read_baselines(store, view->journey->name, wall_after(view->now, -USUAL_SINCE),
                         on_baselines, visit);
    store_read_incidents(store, false, INCIDENTS_READ, on_incidents, visit);
    store_read_events(store, reading->places->start, (struct wall_time){0}, on_events, visit);
    store_read_maintenance(store, reading->places->start, on_windows, visit);
}

/* Good for this turn of the loop. */
static const struct objective_report *find_objective(const struct status_page *page,
                                                     const char *journey)
{
    struct objective_reports all = {0};
    if (page->context.objectives_read != NULL)
        page->context.objectives_read(page->context.objectives_data, &all);
    for (size_t i = 0; i < all.count; i++)
        if (strcmp(all.reports[i].journey, journey) == 0)
            return &all.reports[i];
    return NULL;
}

bool page_journey_answer(struct page_visit *visit, struct buffer *body)
{
    struct journey_reading *reading = visit->state;
    struct page_journey_view *view = &reading->view;
    if (view->journey == NULL)
        return false;
    view->places = reading->places;
    view->steps = reading->steps;
    view->baselines = reading->baselines;
    view->runs = reading->runs.runs;
    view->run_count = reading->runs.count;
    view->incidents = reading->incidents;
    view->events = reading->events;
    view->windows = reading->windows;
    view->objective = find_objective(visit->owner, view->journey->name);
    page_journey_render(view, body);
    return true;
}

void page_journey_end(struct page_visit *visit)
{
    struct journey_reading *reading = visit->state;
    if (reading == NULL)
        return;
    series_free(reading->places);
    series_free(reading->steps);
    page_runs_free(&reading->runs);
}
