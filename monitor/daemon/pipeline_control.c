/* SPDX-License-Identifier: MIT */
/*
 * What can be asked of a monitor that runs: the table of requests, and what is done about each.
 * Questions that the store answers go to query.c, `status` to pipeline_status.c, maintenance to
 * pipeline_windows.c. A change is in force at once and kept in the store; who ordered it is
 * answered when it is. See control.h.
 */
#include "monitor/daemon/pipeline_control.h"

#include "monitor/base/hex.h"
#include "monitor/base/log.h"
#include "monitor/base/memory.h"
#include "monitor/base/random.h"
#include "monitor/daemon/query.h"
#include "monitor/record/json_writer.h"
#include "scenarios/mistake.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { ID_BYTES = 8, LINE_MAX_BYTES = 64 * 1024 };

struct pipeline_control {
    struct pipeline *pipeline;
    struct control *control;
    struct queries *queries;
    struct order *orders;
};

struct pipeline *pipeline_of_control(const void *data)
{
    return ((const struct pipeline_control *)data)->pipeline;
}

struct order *order_begin(void *data, struct control_call *call)
{
    struct pipeline_control *desk = data;
    struct order *order = memory_allocate(1, sizeof *order);
    order->desk = desk;
    order->pipeline = desk->pipeline;
    order->call = call;
    order->next = desk->orders;
    desk->orders = order;
    return order;
}

static void order_free(struct order *order)
{
    struct order **link = &order->desk->orders;
    while (*link != order)
        link = &(*link)->next;
    *link = order->next;
    free(order);
}

void order_end(struct order *order)
{
    control_end(order->call, &order->error);
    order_free(order);
}

/* What is in force already, and can not be kept, is in force until the monitor ends. */
void order_kept(void *data, enum result result, const struct error *error, store_sequence sequence)
{
    struct order *order = data;
    (void)sequence;
    if (result != RESULT_OK)
        error_set(&order->error, result,
                  "it is in force, but could not be stored, and will not outlast this monitor: %s",
                  error->text);
    if (--order->writes == 0)
        order_end(order);
}

const char *control_make_id(struct arena *arena)
{
    unsigned char bytes[ID_BYTES];
    char text[2 * ID_BYTES + 1];
    random_bytes(bytes, sizeof bytes);
    hex_print(bytes, sizeof bytes, text);
    return arena_duplicate(arena, text);
}

/* --- questions ------------------------------------------------------------------------------- */

static void query_said(void *data, const char *json)
{
    control_say(data, json);
}

static void query_ended(void *data, const struct error *error)
{
    control_end(data, error);
}

static void ask_store(void *data, struct control_call *call, const json_t *request)
{
    const struct pipeline_control *desk = data;
    const struct query_asker asker = {query_said, query_ended, call};
    query_find(control_text(request, "do"))(desk->queries, request, &asker);
}

static void ask_status(void *data, struct control_call *call, const json_t *request)
{
    const struct pipeline_control *desk = data;
    const struct query_asker asker = {query_said, query_ended, call};
    (void)request;
    pipeline_status(desk->pipeline, &asker);
}

static void ask_windows(void *data, struct control_call *call, const json_t *request)
{
    control_say_planned(pipeline_of_control(data)->set->settings->shop, call);
    ask_store(data, call, request);
}

/* --- incidents ------------------------------------------------------------------------------- */

static void incident_changed(void *data, const struct incident *incident, const struct error *error)
{
    struct order *order = data;
    struct buffer line;
    if (incident != NULL) {
        buffer_init(&line, QUERY_RECORD_MAX);
        incident_write(incident, &line);
        control_say(order->call, line.data);
        buffer_free(&line);
    }
    if (error != NULL)
        order->error = *error;
    order_end(order);
}

/* The request is called as the change is. */
static void change_incident(void *data, struct control_call *call, const json_t *request)
{
    struct pipeline_control *desk = data;
    const struct incident_order wanted = {
        .id = control_text(request, "id"),
        .change = incident_change_from_word(control_text(request, "do")),
        .by = control_by(call),
        .text = control_text(request, "text"),
    };
    pipeline_change_incident(desk->pipeline, &wanted, incident_changed, order_begin(data, call));
}

/* --- events ---------------------------------------------------------------------------------- */

static void note_event(void *data, struct control_call *call, const json_t *request)
{
    struct pipeline_control *desk = data;
    struct arena *arena = arena_create();
    struct buffer line;
    struct wall_time at = control_moment(request, "at");
    struct event event = {
        .at = at.us != 0 ? at : clock_wall(),
        .kind = control_text(request, "kind"),
        .text = control_text(request, "text"),
        .by = control_by(call),
    };
    struct error error = {0};
    event.id = control_make_id(arena);
    if (strlen(event.kind) > EVENT_KIND_MAX || strlen(event.text) > EVENT_TEXT_MAX) {
        error_set(&error, RESULT_LIMIT, "a kind is at most %d bytes long, and a text %d",
                  EVENT_KIND_MAX, EVENT_TEXT_MAX);
        control_end(call, &error);
    } else if (event.at.us > clock_wall().us) {
        error_set(&error, RESULT_INVALID,
                  "an event is something that was done, and that time is to come; what is planned "
                  "is told by `maintenance add`");
        control_end(call, &error);
    } else {
        struct order *order = order_begin(data, call);
        buffer_init(&line, LINE_MAX_BYTES);
        event_write(&event, &line);
        control_say(call, line.data);
        buffer_free(&line);
        order->writes = 1;
        history_add_event(casebook_history(desk->pipeline->casebook), &event);
        store_append_event(desk->pipeline->store, &event, order_kept, order);
    }
    arena_free(arena);
}

/* --- reload ---------------------------------------------------------------------------------- */

/* A line for each. */
static void say_mistakes(const struct mistakes *mistakes, struct control_call *call)
{
    for (size_t i = 0; mistakes != NULL && i < mistakes->count; i++) {
        json_t *json = mistake_to_json(&mistakes->items[i]);
        char *line = json_dumps(json, JSON_COMPACT);
        control_say(call, line);
        free(line);
        json_decref(json);
    }
}

static void reloaded(void *data, const struct error *error, const struct mistakes *mistakes)
{
    struct order *order = data;
    const struct settings *settings = order->pipeline->set->settings;
    struct json_writer writer;
    struct buffer line;
    if (error != NULL) {
        say_mistakes(mistakes, order->call);
        order->error = *error;
    } else {
        buffer_init(&line, LINE_MAX_BYTES);
        writer = (struct json_writer){.out = &line};
        json_open_object(&writer, NULL);
        json_add_integer(&writer, "journeys", (int64_t)settings->scenario_count);
        json_add_integer(&writer, "vantages", (int64_t)settings->shop->vantage_count);
        json_close_object(&writer);
        control_say(order->call, line.data);
        buffer_free(&line);
    }
    order_end(order);
}

static void reload(void *data, struct control_call *call, const json_t *request)
{
    (void)request;
    pipeline_reload(pipeline_of_control(data), reloaded, order_begin(data, call));
}

/* --- the table ------------------------------------------------------------------------------- */

#define ID                                                                                         \
    {                                                                                              \
        "id", CONTROL_TEXT, true, "an id, or how it begins"                                        \
    }
#define TEXT                                                                                       \
    {                                                                                              \
        "text", CONTROL_TEXT, false, "what is to be said"                                          \
    }
#define JOURNEYS                                                                                   \
    {                                                                                              \
        "journeys", CONTROL_TEXTS, false, "which"                                                  \
    }
#define VANTAGES                                                                                   \
    {                                                                                              \
        "vantages", CONTROL_TEXTS, false, "from which vantage points"                              \
    }
#define FOR                                                                                        \
    {                                                                                              \
        "for", CONTROL_DURATION, false, "how long"                                                 \
    }
#define LIMIT                                                                                      \
    {                                                                                              \
        "limit", CONTROL_COUNT, false, "how many at most"                                          \
    }
#define SINCE                                                                                      \
    {                                                                                              \
        "since", CONTROL_MOMENT, false, "not before then"                                          \
    }

static const struct control_request requests[] = {
    {"status", "how the shop is, and the monitor", ask_status, {{NULL}}},
    {"runs",
     "runs that are kept, newest first",
     ask_store,
     {{"id", CONTROL_TEXT, false, "a run's id, or how it begins"},
      {"journey", CONTROL_TEXT, false, "of which journey"},
      {"vantage", CONTROL_TEXT, false, "from which vantage point"},
      {"state", CONTROL_TEXT, false, "that ended so"},
      LIMIT}},
    {"incidents",
     "incidents, newest first",
     ask_store,
     {{"id", CONTROL_TEXT, false, "an incident's id, or how it begins"},
      {"open", CONTROL_FLAG, false, "only those that are open"},
      LIMIT}},
    {"explain", "a run or an incident", ask_store, {ID}},
    {"events", "what people said that they did, oldest first", ask_store, {SINCE}},
    {"windows", "maintenance, newest first", ask_windows, {SINCE}},
    {"acknowledged", "somebody looks after an incident", change_incident, {ID, TEXT}},
    {"annotated",
     "a note is added to an incident",
     change_incident,
     {ID, {"text", CONTROL_TEXT, true, "the note"}}},
    {"published", "an incident's cause may be shown to the public", change_incident, {ID, TEXT}},
    {"withdrawn", "what was published of an incident is taken back", change_incident, {ID, TEXT}},
    {"resolved", "an incident is closed by hand", change_incident, {ID, TEXT}},
    {"pause",
     "nothing is replayed",
     order_pause,
     {JOURNEYS, VANTAGES, FOR, {"title", CONTROL_TEXT, false, "why"}}},
    {"resume", "what was paused is replayed again", order_resume, {JOURNEYS, VANTAGES}},
    {"maintain",
     "the shop may fail for a while",
     order_maintenance,
     {{"title", CONTROL_TEXT, true, "for people"},
      {"start", CONTROL_MOMENT, false, "when it begins; now if left out"},
      {"end", CONTROL_MOMENT, false, "when it ends"},
      FOR,
      JOURNEYS,
      VANTAGES,
      {"components", CONTROL_TEXTS, false, "journeys with a step that needs one of them"},
      {"pause", CONTROL_FLAG, false, "nothing is replayed meanwhile"},
      {"excluded", CONTROL_FLAG, false, "what is seen does not count in objectives"}}},
    {"cancel", "maintenance is over, or does not take place", cancel_maintenance, {ID}},
    {"event",
     "something was done to the shop",
     note_event,
     {{"kind", CONTROL_TEXT, true, "one word, such as deploy"},
      {"text", CONTROL_TEXT, true, "for people"},
      {"at", CONTROL_MOMENT, false, "when; now if left out"}}},
    {"reload", "the files are read again", reload, {{NULL}}},
    {NULL},
};

enum result pipeline_listen(struct pipeline *pipeline, struct error *error)
{
    struct pipeline_control *desk = memory_allocate(1, sizeof *desk);
    const char *path = pipeline->set->settings->shop->control;
    desk->pipeline = pipeline;
    desk->queries = queries_create(pipeline->store);
    desk->control = control_open(pipeline->loop, path, requests, desk, error);
    pipeline->control = desk;
    return desk->control != NULL ? RESULT_OK : error->code;
}

void pipeline_control_close(struct pipeline_control *desk)
{
    if (desk == NULL)
        return;
    control_close(desk->control);
    while (desk->orders != NULL) {
        store_forget(desk->pipeline->store, desk->orders);
        order_free(desk->orders);
    }
    queries_free(desk->queries);
    free(desk);
}

size_t pipeline_control_visitors(const struct pipeline_control *desk)
{
    return desk != NULL ? control_visitors(desk->control) : 0;
}
