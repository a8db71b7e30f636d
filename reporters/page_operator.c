/* SPDX-License-Identifier: MIT */
/*
 * What the operator's listener answers: the overview with its evidence, runs, incidents, and each
 * of them as JSON. Asks the store at each visit; what pages look like is in page_*.c.
 */
#include "reporters/healthz.h"
#include "reporters/status_page_private.h"

#include "monitor/base/memory.h"
#include "monitor/record/health.h"
#include "reporters/documents.h"

#include <stdlib.h>
#include <string.h>

enum {
    RESOLVED_READ_MAX = 200
}; /* incidents, newest first, among which the resolved are looked
      for */

/* What a visit has read. */
struct reading {
    struct store_runs latest, runs; /* taken over from the store */
    struct incident *open, *resolved, *found;
    size_t open_count, resolved_count;
    struct store_tally *tallies;
    size_t tally_count;
    struct maintenance *windows; /* by operators */
    size_t window_count;
};

void page_runs_free(struct store_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        run_free(runs->runs[i]);
    free(runs->runs);
}

static void reading_end(struct page_visit *visit)
{
    struct reading *reading = visit->state;
    page_runs_free(&reading->latest);
    page_runs_free(&reading->runs);
}

static const struct status_page *page_of(const struct page_visit *visit)
{
    return visit->owner;
}

/* --- what the store says ---------------------------------------------------------------------- */

void page_runs_take(struct store_runs *target, struct store_runs *source)
{
    if (source == NULL || source->count == 0)
        return;
    target->runs = memory_allocate(source->count, sizeof(struct run *));
    for (size_t i = 0; i < source->count; i++) {
        target->runs[target->count++] = source->runs[i];
        source->runs[i] = NULL;
    }
}

static void on_latest(void *data, enum result result, struct store_runs *runs)
{
    struct page_visit *visit = data;
    struct reading *reading = visit->state;
    if (result == RESULT_OK)
        page_runs_take(&reading->latest, runs);
    page_visit_arrived(visit, result);
}

static void on_runs(void *data, enum result result, struct store_runs *runs)
{
    struct page_visit *visit = data;
    struct reading *reading = visit->state;
    if (result == RESULT_OK)
        page_runs_take(&reading->runs, runs);
    page_visit_arrived(visit, result);
}

static void on_open(void *data, enum result result, const struct store_incidents *incidents)
{
    struct page_visit *visit = data;
    struct reading *reading = visit->state;
    for (size_t i = 0; result == RESULT_OK && i < incidents->count; i++) {
        arena_grow(visit->arena, reading->open, reading->open_count);
        incident_copy(visit->arena, &reading->open[reading->open_count++],
                      &incidents->incidents[i]);
    }
    page_visit_arrived(visit, result);
}

/* The store may have closed it after its open incidents were read. */
static bool is_listed_as_open(const struct reading *reading, const struct incident *incident)
{
    for (size_t i = 0; i < reading->open_count; i++)
        if (strcmp(reading->open[i].id, incident->id) == 0)
            return true;
    return false;
}

static void on_incidents(void *data, enum result result, const struct store_incidents *incidents)
{
    struct page_visit *visit = data;
    struct reading *reading = visit->state;
    for (size_t i = 0; result == RESULT_OK && i < incidents->count; i++) {
        const struct incident *incident = &incidents->incidents[i];
        if (incident->resolved.us == 0 || reading->resolved_count == PAGE_RESOLVED ||
            is_listed_as_open(reading, incident))
            continue;
        arena_grow(visit->arena, reading->resolved, reading->resolved_count);
        incident_copy(visit->arena, &reading->resolved[reading->resolved_count++], incident);
    }
    page_visit_arrived(visit, result);
}

static void on_windows(void *data, enum result result, const struct store_maintenances *windows)
{
    struct page_visit *visit = data;
    struct reading *reading = visit->state;
    for (size_t i = 0; result == RESULT_OK && i < windows->count; i++) {
        arena_grow(visit->arena, reading->windows, reading->window_count);
        maintenance_copy(visit->arena, &reading->windows[reading->window_count++],
                         &windows->maintenances[i]);
    }
    page_visit_arrived(visit, result);
}

/* A journey's bars are of one span, so of the tallies of all journeys only some are of use. */
static bool is_drawn(const struct status_page *page, const char *journey, duration span)
{
    for (size_t i = 0; i < page->context.scenario_count; i++)
        if (strcmp(page->journeys[i].name, journey) == 0)
            return page_span(page->journeys[i].every) == span;
    return false;
}

static void on_tallies(void *data, enum result result, const struct store_tallies *tallies)
{
    struct page_visit *visit = data;
    struct reading *reading = visit->state;
    for (size_t i = 0; result == RESULT_OK && i < tallies->count; i++) {
        const struct store_tally *tally = &tallies->tallies[i];
        if (!is_drawn(page_of(visit), tally->journey, tallies->span))
            continue;
        arena_grow(visit->arena, reading->tallies, reading->tally_count);
        struct store_tally *copy = &reading->tallies[reading->tally_count++];
        *copy = *tally;
        copy->journey = arena_duplicate(visit->arena, tally->journey);
        copy->vantage = arena_duplicate(visit->arena, tally->vantage);
    }
    page_visit_arrived(visit, result);
}

/* --- the overview ----------------------------------------------------------------------------- */

static void read_tallies(struct page_visit *visit, duration span, struct wall_time now)
{
    struct wall_time since = {(now.us / span - PAGE_BARS + 1) * span};
    page_visit_expect(visit);
    store_read_tallies(page_of(visit)->context.store, since, span, on_tallies, visit);
}

/* One read for each length that a journey's bars have. */
static void read_all_tallies(struct page_visit *visit)
{
    const struct status_page *page = page_of(visit);
    struct wall_time now = clock_wall();
    duration spans[PAGE_SPANS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < page->context.scenario_count; i++) {
        size_t known = 0;
        duration span = page_span(page->journeys[i].every);
        while (known < count && spans[known] != span)
            known++;
        if (known < count)
            continue;
        spans[count++] = span;
        read_tallies(visit, span, now);
    }
}

static void overview_begin(struct page_visit *visit)
{
    struct store *store = page_of(visit)->context.store;
    const struct store_filter recent = {.newest_first = true, .limit = PAGE_RECENT_READ};
    for (int i = 0; i < 5; i++)
        page_visit_expect(visit);
    store_read_latest(store, on_latest, visit);
    store_read_runs(store, &recent, on_runs, visit);
    store_read_incidents(store, true, STORE_READ_MAX, on_open, visit);
    store_read_incidents(store, false, RESOLVED_READ_MAX, on_incidents, visit);
    store_read_maintenance(store, clock_wall(), on_windows, visit);
    read_all_tallies(visit);
}

static struct health health_of(const struct page_visit *visit)
{
    const struct reporter_context *context = &page_of(visit)->context;
    struct health health = {.now = clock_wall()};
    if (context->health_read != NULL)
        context->health_read(context->health_data, &health);
    return health;
}

static struct page_overview overview_of(const struct page_visit *visit, const struct health *health)
{
    const struct status_page *page = page_of(visit);
    const struct reading *reading = visit->state;
    return (struct page_overview){
        .shop = page->context.shop,
        .now = clock_wall(),
        .zone = page->settings.zone,
        .journeys = page->journeys,
        .journey_count = page->context.scenario_count,
        .latest = reading->latest.runs,
        .latest_count = reading->latest.count,
        .recent = reading->runs.runs,
        .recent_count = reading->runs.count,
        .open = reading->open,
        .open_count = reading->open_count,
        .resolved = reading->resolved,
        .resolved_count = reading->resolved_count,
        .ordered = {reading->windows, reading->window_count},
        .tallies = reading->tallies,
        .tally_count = reading->tally_count,
        .health = health,
    };
}

static bool overview_answer(struct page_visit *visit, struct buffer *body)
{
    const struct health health = health_of(visit);
    const struct page_overview model = overview_of(visit, &health);
    page_overview_render(&model, body);
    return true;
}

static bool overview_json_answer(struct page_visit *visit, struct buffer *body)
{
    const struct page_overview model = overview_of(visit, NULL);
    page_overview_json(&model, body);
    return true;
}

/* --- a run ------------------------------------------------------------------------------------ */

static void run_begin(struct page_visit *visit)
{
    const struct store_filter filter = {.id = visit->name, .limit = 1, .with_messages = true};
    page_visit_expect(visit);
    store_read_runs(page_of(visit)->context.store, &filter, on_runs, visit);
}

static bool run_answer(struct page_visit *visit, struct buffer *body)
{
    const struct reading *reading = visit->state;
    if (reading->runs.count > 0)
        page_run_render(page_of(visit)->context.shop, reading->runs.runs[0], clock_wall(),
                        page_of(visit)->settings.zone, body);
    return reading->runs.count > 0;
}

static bool run_json_answer(struct page_visit *visit, struct buffer *body)
{
    const struct reading *reading = visit->state;
    if (reading->runs.count > 0)
        page_run_json(reading->runs.runs[0], body);
    return reading->runs.count > 0;
}

/* --- an incident ------------------------------------------------------------------------------ */

static void take_incident(struct page_visit *visit, enum result result,
                          const struct store_incidents *incidents)
{
    struct reading *reading = visit->state;
    if (result != RESULT_OK || incidents->count == 0)
        return;
    reading->found = arena_allocate(visit->arena, 1, sizeof *reading->found);
    incident_copy(visit->arena, reading->found, &incidents->incidents[0]);
}

static void on_incident_alone(void *data, enum result result,
                              const struct store_incidents *incidents)
{
    take_incident(data, result, incidents);
    page_visit_arrived(data, result);
}

/* Once it is found, the newest failed runs of its time are read. */
static void on_incident(void *data, enum result result, const struct store_incidents *incidents)
{
    struct page_visit *visit = data;
    const struct reading *reading = visit->state;
    take_incident(visit, result, incidents);
    if (reading->found != NULL) {
        const struct store_filter filter = {
            .state = state_name(STATE_FAILED),
            .since = page_incident_since(reading->found),
            .until = reading->found->resolved,
            .newest_first = true,
        };
        page_visit_expect(visit);
        store_read_runs(page_of(visit)->context.store, &filter, on_runs, visit);
    }
    page_visit_arrived(visit, result);
}

static void incident_begin(struct page_visit *visit)
{
    page_visit_expect(visit);
    store_read_incident(page_of(visit)->context.store, visit->name, on_incident, visit);
}

static void incident_json_begin(struct page_visit *visit)
{
    page_visit_expect(visit);
    store_read_incident(page_of(visit)->context.store, visit->name, on_incident_alone, visit);
}

static bool incident_answer(struct page_visit *visit, struct buffer *body)
{
    const struct reading *reading = visit->state;
    const struct incident *incident = reading->found;
    if (incident == NULL)
        return false;
    struct run **runs = arena_allocate(visit->arena, reading->runs.count + 1, sizeof(struct run *));
    size_t count = 0;
    for (size_t i = 0; i < reading->runs.count && count < PAGE_INCIDENT_RUNS; i++)
        if (page_incident_covers(incident, reading->runs.runs[i]))
            runs[count++] = reading->runs.runs[i];
    const struct page_incident model = {
        .shop = page_of(visit)->context.shop,
        .incident = incident,
        .runs = runs,
        .run_count = count,
        .now = clock_wall(),
        .zone = page_of(visit)->settings.zone,
    };
    page_incident_render(&model, body);
    return true;
}

static bool incident_json_answer(struct page_visit *visit, struct buffer *body)
{
    const struct reading *reading = visit->state;
    if (reading->found != NULL)
        page_incident_json(reading->found, body);
    return reading->found != NULL;
}

/* --- the monitor itself ----------------------------------------------------------------------- */

static bool healthz_answer(struct page_visit *visit, struct buffer *body)
{
    visit->status = healthz_write(&page_of(visit)->context, body);
    return true;
}

static bool monitor_answer(struct page_visit *visit, struct buffer *body)
{
    const struct health health = health_of(visit);
    page_monitor_render(page_of(visit)->context.shop, &health, page_of(visit)->settings.zone, body);
    return true;
}

static bool run_har_answer(struct page_visit *visit, struct buffer *body)
{
    const struct reading *reading = visit->state;
    if (reading->runs.count == 0)
        return false;
    visit->attachment = arena_print(visit->arena, "%s.har", reading->runs.runs[0]->id);
    document_har(reading->runs.runs, 1, body);
    return true;
}

#define READS .room = sizeof(struct reading), .end = reading_end

const struct page_route page_operator_routes[] = {
    {"/", PAGE_HTML, READS, .begin = overview_begin, .answer = overview_answer},
    {"/api/status.json", PAGE_JSON, READS, .begin = overview_begin, .answer = overview_json_answer},
    {"/runs/*.json", PAGE_JSON, READS, .begin = run_begin, .answer = run_json_answer},
    {"/runs/*.har", PAGE_JSON, READS, .begin = run_begin, .answer = run_har_answer},
    {"/runs/*", PAGE_HTML, READS, .begin = run_begin, .answer = run_answer},
    {"/journey", PAGE_HTML, .begin = page_journey_begin, .answer = page_journey_answer,
     .end = page_journey_end},
    {"/runs", PAGE_HTML, .begin = page_run_list_begin, .answer = page_run_list_answer,
     .end = page_list_end},
    {"/incidents", PAGE_HTML, .begin = page_incident_list_begin,
     .answer = page_incident_list_answer, .end = page_list_end},
    {"/monitor", PAGE_HTML, "no-store", .answer = monitor_answer},
    {"/incidents/*.json", PAGE_JSON, READS, .begin = incident_json_begin,
     .answer = incident_json_answer},
    {"/incidents/*", PAGE_HTML, READS, .begin = incident_begin, .answer = incident_answer},
    {HEALTHZ_PATH, PAGE_JSON, "no-store", .answer = healthz_answer},
    {"/style.css", PAGE_CSS, PAGE_FOR_A_DAY, .answer = page_style_answer},
    {"/page.js", PAGE_SCRIPT, PAGE_FOR_A_DAY, .answer = page_script_answer},
    {NULL},
};
