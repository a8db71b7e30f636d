/* SPDX-License-Identifier: MIT */
/* See public_data.h. */
#include "reporters/public_data.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"
#include "monitor/base/zone.h"
#include "monitor/record/health.h"
#include "scenarios/scenario.h"

#include <stdlib.h>
#include <string.h>

enum { INCIDENTS_READ_MAX = 200 }; /* of the last 90 days, beside those that are open */

#define FRESH DURATION_SECOND
/* How long a planned window is looked forward to. */
#define FORESIGHT (30 * DURATION_DAY)
/* What was kept of days is read anew now and then: a run may have been stored days late. */
#define KEPT DURATION_HOUR

struct waiter {
    public_data_done *done;
    void *whom;
};

/* A journey's days, each at its number modulo PUBLIC_DAYS. */
struct calendar {
    struct {
        int64_t number; /* days since 1970; 0: nothing is known */
        struct store_counts counts;
    } days[PUBLIC_DAYS];
    struct store_counts shown[PUBLIC_DAYS]; /* in the view, the last is today */
};

/* Of a journey that has none: of thousands, most may be new. */
static const struct store_counts no_days[PUBLIC_DAYS];

struct public_data {
    struct public_data_settings settings;
    struct arena *arena;         /* of what stays */
    struct map *numbers;         /* name of a journey → its public_journey */
    struct calendar **calendars; /* of each journey; NULL: nothing is known of its days */
    struct public_view view;
    struct arena *read, *reading;      /* of what is shown, and of what is being read */
    struct incident *incidents, *open; /* being read */
    size_t incident_count, open_count;
    struct maintenance *orders; /* operators' windows, being read */
    size_t order_count;
    unsigned pending;
    enum result result;
    uint64_t generation;
    struct instant read_at, days_read_at; /* 0: never */
    struct waiter *waiters;
    size_t waiter_count;
};

/* --- what does not change ------------------------------------------------------------------- */

static void add_cells(struct arena *arena, const struct shop *shop, struct public_journey *journey)
{
    const struct page_overview of_shop = {.shop = shop};
    const char *vantage;
    while ((vantage = page_vantage(&of_shop, journey->journey, journey->cell_count)) != NULL) {
        arena_grow(arena, journey->cells, journey->cell_count);
        journey->cells[journey->cell_count++] = (struct public_cell){.vantage = vantage};
    }
}

struct public_data *public_data_create(const struct public_data_settings *settings)
{
    const struct reporter_context *context = settings->context;
    struct public_data *data = memory_allocate(1, sizeof *data);
    size_t count = context->scenario_count;
    data->settings = *settings;
    data->arena = arena_create();
    data->numbers = map_create(NULL);
    data->calendars = arena_allocate(data->arena, count + 1, sizeof(struct calendar *));
    data->view = (struct public_view){
        .shop = context->shop,
        .zone = settings->zone != NULL ? settings->zone : zone_utc(),
        .url = settings->url,
        .causes = settings->causes,
        .now = clock_wall(),
        .journeys = arena_allocate(data->arena, count + 1, sizeof *data->view.journeys),
        .journey_count = count,
    };
    for (size_t i = 0; i < count; i++) {
        struct public_journey *journey = &data->view.journeys[i];
        journey->journey = &settings->journeys[i];
        journey->days = no_days;
        add_cells(data->arena, context->shop, journey);
        map_put(data->numbers, journey->journey->name, journey);
    }
    public_judge(&data->view);
    return data;
}

void public_data_free(struct public_data *data)
{
    if (data == NULL)
        return;
    store_forget(data->settings.context->store, data);
    map_free(data->numbers);
    arena_free(data->read);
    arena_free(data->reading);
    arena_free(data->arena);
    free(data->waiters);
    free(data);
}

/* --- what is read ----------------------------------------------------------------------------- */

static void finish(struct public_data *data);

static void arrived(struct public_data *data, enum result result)
{
    if (result != RESULT_OK)
        data->result = result;
    if (--data->pending == 0)
        finish(data);
}

static void on_slots(void *context, enum result result, const struct store_slots *slots)
{
    struct public_data *data = context;
    for (size_t i = 0; result == RESULT_OK && i < slots->count; i++) {
        const struct store_slot *slot = &slots->slots[i];
        struct public_journey *journey = map_get(data->numbers, slot->journey);
        for (size_t j = 0; journey != NULL && j < journey->cell_count; j++) {
            struct public_cell *cell = &journey->cells[j];
            if (strcmp(cell->vantage, slot->vantage) != 0)
                continue;
            *cell = (struct public_cell){
                .vantage = cell->vantage,
                .state = slot->state,
                .known = true,
                .planned = slot->planned,
                .ended = slot->ended,
            };
        }
    }
    arrived(data, result);
}

static struct calendar *calendar_of(struct public_data *data, size_t number)
{
    struct calendar **calendar = &data->calendars[number];
    if (*calendar == NULL)
        *calendar = arena_allocate(data->arena, 1, sizeof **calendar);
    return *calendar;
}

static void on_days(void *context, enum result result, const struct store_days *days)
{
    struct public_data *data = context;
    for (size_t i = 0; result == RESULT_OK && i < days->count; i++) {
        const struct store_day *day = &days->days[i];
        const struct public_journey *journey = map_get(data->numbers, day->journey);
        if (journey == NULL)
            continue;
        int64_t number = day->start.us / DURATION_DAY;
        struct calendar *calendar = calendar_of(data, (size_t)(journey - data->view.journeys));
        calendar->days[number % PUBLIC_DAYS].number = number;
        calendar->days[number % PUBLIC_DAYS].counts = day->counts;
    }
    arrived(data, result);
}

static void on_open(void *context, enum result result, const struct store_incidents *incidents)
{
    struct public_data *data = context;
    for (size_t i = 0; result == RESULT_OK && i < incidents->count; i++) {
        if (!public_incident_is_told(&incidents->incidents[i]))
            continue;
        arena_grow(data->reading, data->open, data->open_count);
        incident_copy(data->reading, &data->open[data->open_count++], &incidents->incidents[i]);
    }
    arrived(data, result);
}

static void on_incidents(void *context, enum result result, const struct store_incidents *incidents)
{
    struct public_data *data = context;
    int64_t first = wall_after(clock_wall(), -PUBLIC_DAYS * DURATION_DAY).us;
    for (size_t i = 0; result == RESULT_OK && i < incidents->count; i++) {
        const struct incident *incident = &incidents->incidents[i];
        if (incident->resolved.us == 0 || incident->resolved.us < first ||
            !public_incident_is_told(incident))
            continue;
        arena_grow(data->reading, data->incidents, data->incident_count);
        incident_copy(data->reading, &data->incidents[data->incident_count++], incident);
    }
    arrived(data, result);
}

static void on_maintenance(void *context, enum result result,
                           const struct store_maintenances *maintenances)
{
    struct public_data *data = context;
    for (size_t i = 0; result == RESULT_OK && i < maintenances->count; i++) {
        arena_grow(data->reading, data->orders, data->order_count);
        maintenance_copy(data->reading, &data->orders[data->order_count++],
                         &maintenances->maintenances[i]);
    }
    arrived(data, result);
}

/* --- the view made of it ------------------------------------------------------------------------
 */

static void place_days(struct public_data *data)
{
    int64_t first = data->view.now.us / DURATION_DAY - (PUBLIC_DAYS - 1);
    for (size_t i = 0; i < data->view.journey_count; i++) {
        struct calendar *calendar = data->calendars[i];
        if (calendar == NULL)
            continue;
        for (int64_t n = 0; n < PUBLIC_DAYS; n++) {
            bool known = calendar->days[(first + n) % PUBLIC_DAYS].number == first + n;
            calendar->shown[n] =
                known ? calendar->days[(first + n) % PUBLIC_DAYS].counts : (struct store_counts){0};
        }
        data->view.journeys[i].days = calendar->shown;
    }
}

static int by_opening(const void *left, const void *right)
{
    const struct incident *a = left, *b = right;
    return a->opened.us == b->opened.us
               ? strcmp(a->id, b->id)
               : (a->opened.us < b->opened.us) - (a->opened.us > b->opened.us);
}

/* One that was closed between both reads is in neither or in both; it is shown as open once more.
 */
static void place_incidents(struct public_data *data)
{
    struct public_view *view = &data->view;
    size_t count = data->open_count;
    view->incidents =
        arena_allocate(data->reading, count + data->incident_count + 1, sizeof *view->incidents);
    for (size_t i = 0; i < count; i++)
        view->incidents[i] = data->open[i];
    for (size_t i = 0; i < data->incident_count; i++) {
        size_t known = 0;
        while (known < data->open_count && strcmp(data->open[known].id, data->incidents[i].id) != 0)
            known++;
        if (known == data->open_count)
            view->incidents[count++] = data->incidents[i];
    }
    view->incident_count = count;
    qsort(view->incidents, count, sizeof *view->incidents, by_opening);
}

static void place_window(struct public_data *data, const struct maintenance *maintenance)
{
    struct public_view *view = &data->view;
    struct public_window window;
    if (maintenance_is_pause(maintenance) || !public_window_at(maintenance, view->now, &window) ||
        window.start.us > wall_after(view->now, FORESIGHT).us)
        return;
    arena_grow(data->reading, view->windows, view->window_count);
    view->windows[view->window_count++] = window;
}

static int by_start(const void *left, const void *right)
{
    const struct public_window *a = left, *b = right;
    return (a->start.us > b->start.us) - (a->start.us < b->start.us);
}

static void place_windows(struct public_data *data)
{
    struct public_view *view = &data->view;
    view->windows = NULL;
    view->window_count = 0;
    for (size_t i = 0; i < view->shop->maintenance_count; i++)
        place_window(data, &view->shop->windows[i]);
    for (size_t i = 0; i < data->order_count; i++)
        place_window(data, &data->orders[i]);
    if (view->window_count > 0)
        qsort(view->windows, view->window_count, sizeof *view->windows, by_start);
}

static void place_goals(struct public_data *data)
{
    const struct reporter_context *context = data->settings.context;
    struct objective_reports reports = {0};
    if (context->objectives_read == NULL)
        return;
    context->objectives_read(context->objectives_data, &reports);
    for (size_t i = 0; i < reports.count; i++) {
        const struct objective_report *report = &reports.reports[i];
        struct public_journey *journey = map_get(data->numbers, report->journey);
        if (journey != NULL)
            journey->goal = (struct public_goal){
                .target = report->target,
                .within = report->within,
                .over = report->over,
                .success = report->success,
            };
    }
}

/* Whether what it says of the shop may be wrong or late. */
static bool is_troubled(const struct reporter_context *context)
{
    struct health health;
    if (context->health_read == NULL)
        return false;
    context->health_read(context->health_data, &health);
    return !health.starting && !health.stopping && !health_is_well(&health);
}

static void finish(struct public_data *data)
{
    if (data->result == RESULT_OK) {
        data->view.now = clock_wall();
        data->read_at = clock_instant();
        data->generation++;
        place_days(data);
        place_incidents(data);
        place_windows(data);
        place_goals(data);
        data->view.troubled = is_troubled(data->settings.context);
        public_judge(&data->view);
        arena_free(data->read);
        data->read = data->reading;
    } else {
        data->days_read_at = (struct instant){0};
        arena_free(data->reading);
    }
    data->reading = NULL;
    /* Who is told may ask again, or leave. */
    while (data->waiter_count > 0) {
        struct waiter waiter = data->waiters[--data->waiter_count];
        waiter.done(waiter.whom, data->result);
    }
}

static void read_days(struct public_data *data)
{
    struct instant now = clock_instant();
    int64_t today = clock_wall().us / DURATION_DAY, first = today - 1;
    if (data->days_read_at.us == 0 || instant_between(data->days_read_at, now) > KEPT) {
        first = today - (PUBLIC_DAYS - 1);
        data->days_read_at = now;
    }
    store_read_days(data->settings.context->store, (struct wall_time){first * DURATION_DAY},
                    on_days, data);
}

static void begin(struct public_data *data)
{
    struct store *store = data->settings.context->store;
    data->reading = arena_create();
    data->incidents = data->open = NULL;
    data->orders = NULL;
    data->incident_count = data->open_count = data->order_count = 0;
    data->result = RESULT_OK;
    data->pending = 5;
    store_read_slots(store, on_slots, data);
    read_days(data);
    store_read_incidents(store, true, STORE_READ_MAX, on_open, data);
    store_read_incidents(store, false, INCIDENTS_READ_MAX, on_incidents, data);
    store_read_maintenance(store, clock_wall(), on_maintenance, data);
}

void public_data_ask(struct public_data *data, public_data_done *done, void *whom)
{
    bool fresh = data->read_at.us != 0 && instant_between(data->read_at, clock_instant()) < FRESH;
    if (data->reading == NULL && fresh) {
        done(whom, RESULT_OK);
        return;
    }
    memory_grow(data->waiters, data->waiter_count);
    data->waiters[data->waiter_count++] = (struct waiter){done, whom};
    if (data->reading == NULL)
        begin(data);
}

void public_data_forget(struct public_data *data, const void *whom)
{
    size_t kept = 0;
    for (size_t i = 0; i < data->waiter_count; i++)
        if (data->waiters[i].whom != whom)
            data->waiters[kept++] = data->waiters[i];
    data->waiter_count = kept;
}

uint64_t public_data_generation(const struct public_data *data)
{
    return data->generation;
}

const struct public_view *public_data_view(const struct public_data *data)
{
    return &data->view;
}
