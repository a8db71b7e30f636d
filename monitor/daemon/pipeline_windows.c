/* SPDX-License-Identifier: MIT */
/* Maintenance as operators order and end it; a pause is such a window, without an end. What windows
 * mean for a slot stands in pipeline_maintenance.c. See pipeline_control.c. */
#include "monitor/daemon/pipeline_control.h"

#include "monitor/base/buffer.h"
#include "monitor/base/log.h"
#include "scenarios/cron.h"

#include <jansson.h>
#include <string.h>

enum { LINE_MAX_BYTES = 64 * 1024 };

/* --- maintenance ----------------------------------------------------------------------------- */

static const char **take_names(struct arena *arena, const json_t *request, const char *key,
                               size_t *ret_count)
{
    const json_t *list = json_object_get(request, key), *item;
    const char **names = arena_allocate(arena, json_array_size(list) + 1, sizeof *names);
    size_t index;
    json_array_foreach(list, index, item) names[index] = json_string_value(item);
    *ret_count = json_array_size(list);
    return names;
}

/* What is called by these names: journeys, vantage points, components. */
static enum result check_names(const struct pipeline *pipeline, const struct maintenance *window,
                               struct arena *arena, struct error *error)
{
    const struct settings *settings = pipeline->set->settings;
    const struct shop *shop = settings->shop;
    const char **names = arena_allocate(
        arena, settings->scenario_count + shop->vantage_count + shop->component_count + 1,
        sizeof *names);
    for (size_t i = 0; i < settings->scenario_count; i++)
        names[i] = settings->scenarios[i]->journey;
    for (size_t i = 0; i < window->journey_count; i++)
        if (mistake_check_name("journey", window->journeys[i], names, settings->scenario_count,
                               error) != RESULT_OK)
            return RESULT_INVALID;
    for (size_t i = 0; i < shop->vantage_count; i++)
        names[i] = shop->vantages[i].name;
    for (size_t i = 0; i < window->vantage_count; i++)
        if (mistake_check_name("vantage point", window->vantages[i], names, shop->vantage_count,
                               error) != RESULT_OK)
            return RESULT_INVALID;
    for (size_t i = 0; i < shop->component_count; i++)
        names[i] = shop->components[i].name;
    for (size_t i = 0; i < window->component_count; i++)
        if (shop_component(shop, window->components[i]) == NULL)
            return mistake_check_name("component", window->components[i], names,
                                      shop->component_count, error);
    return RESULT_OK;
}

static enum result check_window(const struct pipeline *pipeline, const struct maintenance *window,
                                struct arena *arena, struct error *error)
{
    if (window->end.us != 0 && window->end.us <= window->start.us)
        return error_set(error, RESULT_INVALID, "it would end before it begins");
    if (window->end.us != 0 && window->end.us <= clock_wall().us)
        return error_set(error, RESULT_INVALID, "that time is over");
    return check_names(pipeline, window, arena, error);
}

static void say_window(const struct maintenance *window, struct control_call *call)
{
    struct buffer line;
    buffer_init(&line, LINE_MAX_BYTES);
    maintenance_write(window, &line);
    control_say(call, line.data);
    buffer_free(&line);
}

/* A window of the shop file; a recurring one as it comes next, or is now. */
static void say_one_planned(const struct maintenance *planned, struct control_call *call)
{
    struct maintenance window = *planned;
    if (planned->cron != NULL) {
        struct wall_time since = wall_after(clock_wall(), -planned->lasting);
        window.start = cron_after(planned->cron, planned->zone, since);
        window.end = wall_after(window.start, planned->lasting);
        window.cron = NULL;
    }
    say_window(&window, call);
}

void control_say_planned(const struct shop *shop, struct control_call *call)
{
    for (size_t i = 0; i < shop->maintenance_count; i++)
        say_one_planned(&shop->windows[i], call);
}

/* In force first, and then kept. */
static void put_window(struct order *order, const struct maintenance *window)
{
    struct pipeline *pipeline = order->pipeline;
    pipeline_maintain(pipeline, window);
    log_event(LOG_INFO, LOG_FIELDS({"window", window->id}, {"by", control_by(order->call)}),
              "maintenance %s: %s", window->cancelled.us != 0 ? "ended" : "ordered", window->title);
    say_window(window, order->call);
    order->writes++;
    store_write_maintenance(pipeline->store, window, order_kept, order);
}

static void read_window(const json_t *request, struct control_call *call, struct arena *arena,
                        struct maintenance *window)
{
    struct wall_time now = clock_wall(), start = control_moment(request, "start");
    duration lasting = control_duration(request, "for");
    *window = (struct maintenance){
        .title = control_text(request, "title"),
        .start = start.us != 0 ? start : now,
        .end = control_moment(request, "end"),
        .pause = control_flag(request, "pause"),
        .excluded = control_flag(request, "excluded"),
        .by = control_by(call),
    };
    if (lasting > 0)
        window->end = wall_after(window->start, lasting);
    window->journeys = take_names(arena, request, "journeys", &window->journey_count);
    window->vantages = take_names(arena, request, "vantages", &window->vantage_count);
    window->components = take_names(arena, request, "components", &window->component_count);
}

void order_maintenance(void *data, struct control_call *call, const json_t *request)
{
    struct pipeline *pipeline = pipeline_of_control(data);
    struct arena *arena = arena_create();
    struct error error = {0};
    struct maintenance window;
    read_window(request, call, arena, &window);
    window.id = control_make_id(arena);
    if (check_window(pipeline, &window, arena, &error) == RESULT_OK)
        put_window(order_begin(data, call), &window);
    else
        control_end(call, &error);
    arena_free(arena);
}

/* The pipeline's own list is made anew with each change: it is copied first. */
static void end_window(struct order *order, const struct maintenance *old)
{
    struct arena *arena = arena_create();
    struct maintenance window;
    maintenance_copy(arena, &window, old);
    window.cancelled = clock_wall();
    put_window(order, &window);
    arena_free(arena);
}

/* One that is not over yet, by how its id begins. NULL with `error` set. */
static const struct maintenance *find_window(const struct pipeline *pipeline, const char *id,
                                             struct error *error)
{
    const struct maintenance_list *windows = &pipeline->maintenance;
    const struct maintenance *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < windows->count; i++) {
        if (strncmp(windows->windows[i].id, id, strlen(id)) != 0)
            continue;
        found = &windows->windows[i];
        count++;
    }
    if (count == 1)
        return found;
    error_set(error, RESULT_NOT_FOUND,
              count == 0
                  ? "no maintenance of an operator is planned or on whose id begins with %.64s"
                  : "the ids of several begin with %.64s: give more of it",
              id);
    return NULL;
}

void cancel_maintenance(void *data, struct control_call *call, const json_t *request)
{
    struct pipeline *pipeline = pipeline_of_control(data);
    struct error error = {0};
    const struct maintenance *window = find_window(pipeline, control_text(request, "id"), &error);
    if (window != NULL)
        end_window(order_begin(data, call), window);
    else
        control_end(call, &error);
}

/* --- pause ----------------------------------------------------------------------------------- */

/* A pause is a window without an end. Its id says what is paused: paused twice, it is one. */
static const char *pause_id(struct arena *arena, const struct maintenance *window)
{
    if (window->journey_count > 0)
        return arena_print(arena, MAINTENANCE_PAUSE_ID "journey-%s", window->journeys[0]);
    if (window->vantage_count > 0)
        return arena_print(arena, MAINTENANCE_PAUSE_ID "vantage-%s", window->vantages[0]);
    return MAINTENANCE_PAUSE_ID "all";
}

void order_pause(void *data, struct control_call *call, const json_t *request)
{
    struct pipeline *pipeline = pipeline_of_control(data);
    struct arena *arena = arena_create();
    struct error error = {0};
    struct maintenance window;
    read_window(request, call, arena, &window);
    window.pause = window.excluded = true;
    window.id = pause_id(arena, &window);
    if (window.title == NULL)
        window.title = arena_print(arena, "paused by %s", control_by(call));
    if (check_window(pipeline, &window, arena, &error) == RESULT_OK)
        put_window(order_begin(data, call), &window);
    else
        control_end(call, &error);
    arena_free(arena);
}

/* The pauses that were ordered; of all, or the one of what is named. */
void order_resume(void *data, struct control_call *call, const json_t *request)
{
    struct pipeline *pipeline = pipeline_of_control(data);
    struct arena *arena = arena_create();
    struct maintenance wanted;
    read_window(request, call, arena, &wanted);
    const bool all = wanted.journey_count + wanted.vantage_count == 0;
    const char *id = pause_id(arena, &wanted);
    struct error error = {0};
    if (check_names(pipeline, &wanted, arena, &error) != RESULT_OK) {
        control_end(call, &error);
        arena_free(arena);
        return;
    }
    struct order *order = order_begin(data, call);
    /* Those that are left move up when one ends. */
    const struct maintenance_list *windows = &pipeline->maintenance;
    for (size_t i = 0; i < windows->count;) {
        const struct maintenance *window = &windows->windows[i];
        if (maintenance_is_pause(window) && (all || strcmp(window->id, id) == 0))
            end_window(order, window);
        else
            i++;
    }
    if (order->writes == 0) {
        error_set(&order->error, RESULT_NOT_FOUND, "%s",
                  all ? "nothing is paused" : "that is not paused by itself");
        order_end(order);
    }
    arena_free(arena);
}
