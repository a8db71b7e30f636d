/* SPDX-License-Identifier: MIT */
/* What the operators' lists are made from: runs that a visitor looks for, and incidents. */
#include "reporters/status_page_private.h"

#include "monitor/base/date.h"
#include "monitor/base/zone.h"
#include "monitor/net/http_server.h"
#include "reporters/page_parts.h"

#include <stdlib.h>
#include <string.h>

enum {
    RUNS_SHOWN = 50,
    SKIP_MAX = STORE_READ_MAX - RUNS_SHOWN - 1,
    INCIDENTS_SHOWN = 200,
};

struct list_reading {
    struct page_runs_filter filter;
    const char **left_out; /* what was asked for, and is nothing that there is: `state=broken` */
    size_t left_out_count;
    struct store_runs runs;
    struct incident *incidents;
    size_t incident_count;
};

/* NULL where a form's field was left empty. */
static const char *asked(struct page_visit *visit, const char *name)
{
    const char *value = http_request_query(visit->request, name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static void leave_out(struct page_visit *visit, const char *name, const char *value)
{
    struct list_reading *reading = visit->state;
    arena_grow(visit->arena, reading->left_out, reading->left_out_count);
    reading->left_out[reading->left_out_count++] =
        arena_print(visit->arena, "%s=%.64s", name, value);
}

/* As our links have it, or as browsers send what is chosen in a form: `2026-11-23T14:07`, by the
 * clock that we show. What is no time restricts nothing. */
static struct wall_time asked_time(struct page_visit *visit, const char *name)
{
    const struct zone *zone = ((const struct status_page *)visit->owner)->settings.zone;
    struct wall_time time = {0};
    const char *value = asked(visit, name);
    if (value == NULL || date_parse(value, &time) == DATE_RFC3339)
        return time;
    static const char *const ends[] = {"Z", ":00Z"};
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (date_parse(arena_print(visit->arena, "%.32s%s", value, ends[i]), &time) == DATE_RFC3339)
            return zone_moments(zone != NULL ? zone : zone_utc(), time.us).first;
    leave_out(visit, name, value);
    return (struct wall_time){0};
}

static unsigned asked_number(struct page_visit *visit, const char *name)
{
    const char *value = asked(visit, name);
    long number = value != NULL ? strtol(value, NULL, 10) : 0;
    return number > 0 && number <= SKIP_MAX ? (unsigned)number : 0;
}

/* Only a name of a state: another one would find what is not there. */
static const char *asked_state(struct page_visit *visit)
{
    const char *value = asked(visit, "state");
    for (enum state state = 0; value != NULL && state < STATE_SKIPPED; state++)
        if (strcmp(value, state_name(state)) == 0)
            return state_name(state);
    if (value != NULL)
        leave_out(visit, "state", value);
    return NULL;
}

static void on_runs(void *data, enum result result, struct store_runs *runs)
{
    struct page_visit *visit = data;
    struct list_reading *reading = visit->state;
    if (result == RESULT_OK)
        page_runs_take(&reading->runs, runs);
    page_visit_arrived(visit, result);
}

void page_run_list_begin(struct page_visit *visit)
{
    const struct status_page *page = visit->owner;
    struct list_reading *reading = arena_allocate(visit->arena, 1, sizeof *reading);
    visit->state = reading;
    struct page_runs_filter *filter = &reading->filter;
    *filter = (struct page_runs_filter){
        .journey = asked(visit, "journey"),
        .vantage = asked(visit, "from"),
        .state = asked_state(visit),
        .since = asked_time(visit, "since"),
        .until = asked_time(visit, "until"),
        .before = asked_time(visit, "before"),
        .skip = asked_number(visit, "skip"),
    };
    /* Records tell a slot's time to the millisecond, the store searches by the microsecond. */
    struct wall_time until = wall_after(filter->before, DURATION_MILLISECOND - 1);
    const struct store_filter wanted = {
        .journey = filter->journey,
        .vantage = filter->vantage,
        .state = filter->state,
        .since = filter->since,
        .until = filter->before.us != 0 ? until : filter->until,
        .newest_first = true,
        .limit = filter->skip + RUNS_SHOWN + 1,
    };
    page_visit_expect(visit);
    store_read_runs(page->context.store, &wanted, on_runs, visit);
}

bool page_run_list_answer(struct page_visit *visit, struct buffer *body)
{
    const struct status_page *page = visit->owner;
    const struct list_reading *reading = visit->state;
    size_t skip =
        reading->filter.skip < reading->runs.count ? reading->filter.skip : reading->runs.count;
    size_t left = reading->runs.count - skip;
    const struct page_run_list list = {
        .shop = page->context.shop,
        .journeys = page->journeys,
        .journey_count = page->context.scenario_count,
        .filter = reading->filter,
        .left_out = reading->left_out,
        .left_out_count = reading->left_out_count,
        .runs = reading->runs.count > 0 ? reading->runs.runs + skip : NULL,
        .run_count = left < RUNS_SHOWN ? left : RUNS_SHOWN,
        .more = left > RUNS_SHOWN,
        .now = clock_wall(),
        .zone = page->settings.zone,
    };
    page_run_list_render(&list, body);
    return true;
}

static void on_incidents(void *data, enum result result, const struct store_incidents *incidents)
{
    struct page_visit *visit = data;
    struct list_reading *reading = visit->state;
    for (size_t i = 0; result == RESULT_OK && i < incidents->count; i++) {
        arena_grow(visit->arena, reading->incidents, reading->incident_count);
        incident_copy(visit->arena, &reading->incidents[reading->incident_count++],
                      &incidents->incidents[i]);
    }
    page_visit_arrived(visit, result);
}

void page_incident_list_begin(struct page_visit *visit)
{
    const struct status_page *page = visit->owner;
    visit->state = arena_allocate(visit->arena, 1, sizeof(struct list_reading));
    page_visit_expect(visit);
    store_read_incidents(page->context.store, false, INCIDENTS_SHOWN, on_incidents, visit);
}

bool page_incident_list_answer(struct page_visit *visit, struct buffer *body)
{
    const struct status_page *page = visit->owner;
    const struct list_reading *reading = visit->state;
    const struct page_incident_list list = {
        .shop = page->context.shop,
        .incidents = reading->incidents,
        .incident_count = reading->incident_count,
        .now = clock_wall(),
        .zone = page->settings.zone,
    };
    page_incident_list_render(&list, body);
    return true;
}

void page_list_end(struct page_visit *visit)
{
    struct list_reading *reading = visit->state;
    if (reading != NULL)
        page_runs_free(&reading->runs);
}
