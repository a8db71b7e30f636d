/* SPDX-License-Identifier: MIT */
/*
 * Tells a page at Atlassian Statuspage of incidents and of how long journeys take. Their interface
 * has no idempotency key, so each incident there carries our id and version in its metadata, and is
 * looked up before it is written: that also covers a crash, or an answer that was lost, between
 * their taking a message and our remembering it, which no note of our own could. Components get
 * the worst state of all that is open at that moment.
 */
#include "reporters/kinds.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"
#include "reporters/message.h"
#include "reporters/statuspage_board.h"
#include "reporters/statuspage_lookup.h"
#include "reporters/statuspage_metrics.h"
#include "reporters/statuspage_text.h"
#include "scenarios/scenario.h"

#include <stdlib.h>
#include <string.h>

#define URL "https://api.statuspage.io"

/* By then the lane has told what there was to tell of a change. */
#define LATE (5 * DURATION_SECOND)

enum { PATH_LENGTH = 200, TROUBLE_MAX = 700 };

/* What is to be told, and who waits for it. */
struct batch {
    const struct store_changes *changes; /* NULL: nothing */
    reporter_delivered *done;
    void *data;
};

/* An incident that became public after its last change: another journey shows it now. */
struct late {
    struct arena *arena; /* NULL: none is being told */
    struct incident incident;
    struct store_changes changes; /* it alone */
};

struct statuspage {
    struct reporter_context context;
    struct arena *arena; /* settings, with their secrets in them */
    struct statuspage_map map;
    struct statuspage_metric *items;
    size_t item_count;
    struct statuspage_client *client;
    struct statuspage_line *line;
    struct statuspage_lookup *lookup;
    struct statuspage_board *board;
    struct statuspage_metrics *metrics; /* NULL: none are sent */
    struct loop_timer *turn;
    struct map *known;    /* ids of open incidents that are there, or that were refused */
    struct batch batch;   /* is being told */
    struct batch waiting; /* comes when `late` is told */
    struct late late;
    size_t next;
    enum statuspage_state *states; /* of the components, by all that is open */
    bool open;                     /* the incident still is */
    /* A trial. */
    reporter_tested *tested;
    void *tested_data;
    const char **ids; /* that it looks for */
};

static const struct incident *current(const struct statuspage *statuspage)
{
    return &statuspage->batch.changes->incidents[statuspage->next];
}

static void end(struct statuspage *statuspage, const struct reporter_outcome *outcome)
{
    const struct batch batch = statuspage->batch;
    statuspage->batch = (struct batch){0};
    batch.done(batch.data, outcome);
}

static void learn(struct statuspage *statuspage)
{
    map_put(statuspage->known, current(statuspage)->id, statuspage);
}

static void try_later(struct statuspage *statuspage, const struct statuspage_answer *answer)
{
    end(statuspage, &(struct reporter_outcome){
                        .delivered = statuspage->next,
                        .pause = answer->pause,
                        .trouble = answer->trouble != NULL ? answer->trouble
                                                           : "its answer is not what it should be",
                    });
}

static void tell_next(void *data);

static void told(struct statuspage *statuspage)
{
    statuspage->next++;
    loop_timer_set(statuspage->turn, 0);
}

static void give_up(struct statuspage *statuspage, const struct statuspage_answer *answer)
{
    struct buffer trouble;
    learn(statuspage);
    buffer_init(&trouble, TROUBLE_MAX);
    buffer_print(&trouble, "version %u of incident %.8s is given up: %s",
                 current(statuspage)->version, current(statuspage)->id, answer->trouble);
    end(statuspage, &(struct reporter_outcome){
                        .delivered = statuspage->next + 1, .given_up = 1, .trouble = trouble.data});
    buffer_free(&trouble);
}

static void answered(void *data, const struct statuspage_answer *answer)
{
    struct statuspage *statuspage = data;
    const struct statuspage_map *map = &statuspage->map;
    for (size_t n = 0; n < map->count && answer->outcome == SENDER_TAKEN; n++)
        if (statuspage_shows(map, n, current(statuspage)))
            statuspage_board_learn(statuspage->board, n, statuspage->states[n]);
    if (answer->outcome == SENDER_TAKEN) {
        learn(statuspage);
        told(statuspage);
    } else if (answer->outcome == SENDER_LATER || answer->status == 404) /* deleted just now */
        try_later(statuspage, answer);
    else
        give_up(statuspage, answer);
}

/* The states of those that show the incident. */
static json_t *components_of(const struct statuspage *statuspage, json_t *ids)
{
    json_t *states = json_object();
    for (size_t n = 0; n < statuspage->map.count; n++) {
        const char *id = statuspage->map.components[n].id;
        if (!statuspage_shows(&statuspage->map, n, current(statuspage)))
            continue;
        json_array_append_new(ids, json_string(id));
        json_put_text(states, id, statuspage_state_word(statuspage->states[n]));
    }
    return states;
}

/* What is to stand there, without what it is called. New reference; `told` becomes its digest. */
static json_t *draft(const struct statuspage *statuspage, char digest[HASH_HEX_LENGTH + 1])
{
    const struct incident *incident = current(statuspage);
    json_t *draft = json_object(), *ids = json_array();
    struct buffer text;
    buffer_init(&text, STATUSPAGE_TEXT_MAX);
    statuspage_write_text(&statuspage->map, incident, &text);
    json_put_text(draft, "status",
                  statuspage_status_word(statuspage_status(&statuspage->map, incident)));
    json_put_text(draft, "body", text.data);
    json_object_set_new(draft, "components", components_of(statuspage, ids));
    json_object_set_new(draft, "component_ids", ids);
    buffer_free(&text);
    char *whole = json_dumps(draft, JSON_COMPACT | JSON_SORT_KEYS);
    hash_hex(whole != NULL ? whole : "", digest);
    free(whole);
    json_object_set_new(draft, "metadata", statuspage_metadata(incident, digest));
    return draft;
}

static void post(struct statuspage *statuspage, json_t *draft)
{
    const struct incident *incident = current(statuspage);
    json_t *body = json_object();
    struct buffer title;
    buffer_init(&title, STATUSPAGE_TEXT_MAX);
    statuspage_write_title(&statuspage->map, incident, &title);
    json_put_text(draft, "name", title.data);
    /* Nobody is woken for what is over already. */
    json_put_flag(draft, "deliver_notifications", statuspage->open);
    json_object_set(body, "incident", draft);
    statuspage_call(statuspage->line, "POST", "/incidents", body, answered, statuspage);
    buffer_free(&title);
    json_decref(body);
}

static void update(struct statuspage *statuspage, const struct statuspage_posted *posted,
                   json_t *draft)
{
    struct buffer path;
    json_t *body = json_object();
    buffer_init(&path, PATH_LENGTH);
    buffer_print(&path, "/incidents/%s", posted->id);
    json_object_set(body, "incident", draft);
    statuspage_call(statuspage->line, "PATCH", path.data, body, answered, statuspage);
    buffer_free(&path);
    json_decref(body);
}

/* What somebody has resolved there by hand stays so, unless it comes back. */
static bool is_settled(const struct statuspage_posted *posted, const struct incident *incident)
{
    return posted->resolved && incident->change != INCIDENT_REOPENED;
}

static void found(void *data, const struct statuspage_posted *posted,
                  const struct statuspage_answer *answer)
{
    struct statuspage *statuspage = data;
    if (posted == NULL) {
        try_later(statuspage, answer);
        return;
    }
    const struct incident *incident = current(statuspage);
    bool is_there = posted->id[0] != '\0';
    bool is_over = statuspage_status(&statuspage->map, incident) == STATUSPAGE_RESOLVED;
    char digest[HASH_HEX_LENGTH + 1];
    json_t *wanted = draft(statuspage, digest);
    if (is_there)
        learn(statuspage);
    if (!is_there && is_over)
        told(statuspage);
    else if (!is_there)
        post(statuspage, wanted);
    else if (posted->version >= incident->version || strcmp(posted->told, digest) == 0 ||
             is_settled(posted, incident))
        told(statuspage);
    else
        update(statuspage, posted, wanted);
    json_decref(wanted);
}

static void open_read(void *data, enum result result, const struct store_incidents *incidents)
{
    struct statuspage *statuspage = data;
    static const struct statuspage_answer unread = {.trouble = "the store cannot be read"};
    if (result != RESULT_OK) {
        try_later(statuspage, &unread);
        return;
    }
    statuspage->open = false;
    for (size_t i = 0; i < incidents->count; i++)
        statuspage->open |= strcmp(incidents->incidents[i].id, current(statuspage)->id) == 0;
    statuspage_states(&statuspage->map, incidents, statuspage->states);
    statuspage_lookup_incident(statuspage->lookup, current(statuspage), found, statuspage);
}

static void tell_next(void *data)
{
    struct statuspage *statuspage = data;
    size_t count = statuspage->batch.changes->count;
    while (statuspage->next < count && !statuspage_is_public(&statuspage->map, current(statuspage)))
        statuspage->next++;
    if (statuspage->next == count)
        end(statuspage, &(struct reporter_outcome){.delivered = count});
    else
        store_read_incidents(statuspage->context.store, true, 0, open_read, statuspage);
}

static void begin(struct statuspage *statuspage, const struct batch *batch)
{
    statuspage->batch = *batch;
    statuspage->next = 0;
    loop_timer_set(statuspage->turn, 0);
}

static void statuspage_deliver_changes(void *reporter, const struct store_changes *changes,
                                       reporter_delivered *done, void *data)
{
    struct statuspage *statuspage = reporter;
    const struct batch batch = {changes, done, data};
    if (statuspage->late.arena != NULL)
        statuspage->waiting = batch;
    else
        begin(statuspage, &batch);
}

/* --- incidents that become public later --------------------------------------------------------
 */

/* Whatever came of it: where it is not there, the next look finds that. */
static void late_told(void *data, const struct reporter_outcome *outcome)
{
    struct statuspage *statuspage = data;
    const struct batch waiting = statuspage->waiting;
    (void)outcome;
    arena_free(statuspage->late.arena);
    statuspage->late.arena = NULL;
    statuspage->waiting = (struct batch){0};
    if (waiting.changes != NULL)
        begin(statuspage, &waiting);
}

static void tell_late(struct statuspage *statuspage, const struct incident *incident)
{
    struct late *late = &statuspage->late;
    late->arena = arena_create();
    incident_copy(late->arena, &late->incident, incident);
    late->changes = (struct store_changes){.incidents = &late->incident, .count = 1};
    begin(statuspage, &(struct batch){&late->changes, late_told, statuspage});
}

static bool is_late(const struct statuspage *statuspage, const struct incident *incident)
{
    return wall_between(incident->updated, clock_wall()) >= LATE && incident->version > 0 &&
           !incident->muted && !map_has(statuspage->known, incident->id) &&
           statuspage_is_public(&statuspage->map, incident) &&
           statuspage_status(&statuspage->map, incident) != STATUSPAGE_RESOLVED;
}

static void open_seen(void *data, const struct store_incidents *open)
{
    struct statuspage *statuspage = data;
    struct map *known = map_create(NULL);
    for (size_t i = 0; i < open->count; i++)
        if (map_has(statuspage->known, open->incidents[i].id))
            map_put(known, open->incidents[i].id, statuspage);
    map_free(statuspage->known);
    statuspage->known = known;
    for (size_t i = 0; i < open->count && statuspage->batch.changes == NULL; i++)
        if (is_late(statuspage, &open->incidents[i]))
            tell_late(statuspage, &open->incidents[i]);
}

/* --- metrics -----------------------------------------------------------------------------------
 */

static bool statuspage_wants_runs(void *reporter)
{
    const struct statuspage *statuspage = reporter;
    return statuspage->metrics != NULL;
}

static void statuspage_deliver(void *reporter, const struct store_runs *runs,
                               reporter_delivered *done, void *data)
{
    struct statuspage *statuspage = reporter;
    statuspage_metrics_deliver(statuspage->metrics, runs, done, data);
}

/* --- a trial: an incident would be seen by all the world, so only what is asked for is looked up
 */

static bool trial_failed(struct statuspage *statuspage, const char *what, const char *missing,
                         const struct statuspage_answer *answer)
{
    struct buffer text;
    if (missing == NULL && answer->outcome == SENDER_TAKEN)
        return false;
    buffer_init(&text, TROUBLE_MAX);
    if (missing != NULL)
        buffer_print(&text, "the page has no %s %s", what, missing);
    else
        buffer_text(&text, answer->trouble);
    statuspage->tested(statuspage->tested_data, missing != NULL ? RESULT_NOT_FOUND : RESULT_IO,
                       text.data);
    buffer_free(&text);
    return true;
}

static void metrics_checked(void *data, const char *missing, const struct statuspage_answer *answer)
{
    struct statuspage *statuspage = data;
    if (!trial_failed(statuspage, "metric", missing, answer))
        statuspage->tested(statuspage->tested_data, RESULT_OK,
                           "the key is taken, and the page has all that is named; nothing was "
                           "written to it");
}

static void components_checked(void *data, const char *missing,
                               const struct statuspage_answer *answer)
{
    struct statuspage *statuspage = data;
    if (trial_failed(statuspage, "component", missing, answer))
        return;
    for (size_t i = 0; i < statuspage->item_count; i++)
        statuspage->ids[i] = statuspage->items[i].id;
    if (statuspage->item_count > 0)
        statuspage_lookup_ids(statuspage->lookup, "/metrics", statuspage->ids,
                              statuspage->item_count, metrics_checked, statuspage);
    else
        metrics_checked(statuspage, NULL, answer);
}

static void statuspage_test(void *reporter, reporter_tested *done, void *data)
{
    struct statuspage *statuspage = reporter;
    statuspage_board_rest(statuspage->board);
    statuspage->tested = done;
    statuspage->tested_data = data;
    for (size_t n = 0; n < statuspage->map.count; n++)
        statuspage->ids[n] = statuspage->map.components[n].id;
    statuspage_lookup_ids(statuspage->lookup, "/components", statuspage->ids, statuspage->map.count,
                          components_checked, statuspage);
}

/* --- opening and closing --------------------------------------------------------------------- */

static void statuspage_close(void *reporter)
{
    struct statuspage *statuspage = reporter;
    store_forget(statuspage->context.store, statuspage);
    statuspage_metrics_free(statuspage->metrics);
    statuspage_board_close(statuspage->board);
    statuspage_lookup_close(statuspage->lookup);
    statuspage_line_close(statuspage->line);
    statuspage_client_free(statuspage->client);
    loop_timer_free(statuspage->turn);
    map_free(statuspage->known);
    arena_free(statuspage->late.arena);
    arena_free(statuspage->arena);
    free(statuspage);
}

static enum result expand_ids(struct statuspage *statuspage,
                              const struct reporter_settings *settings, struct error *error)
{
    const struct reporter_context *context = &statuspage->context;
    struct arena *arena = statuspage->arena;
    struct statuspage_map *map = &statuspage->map;
    size_t count = settings->component_count + settings->metric_count + 1;
    map->context = context;
    map->causes = settings->publish == PUBLISH_CAUSE;
    map->components = arena_allocate(arena, count, sizeof *map->components);
    statuspage->items = arena_allocate(arena, count, sizeof *statuspage->items);
    statuspage->states = arena_allocate(arena, count, sizeof *statuspage->states);
    statuspage->ids = arena_allocate(arena, count, sizeof *statuspage->ids);
    for (; map->count < settings->component_count; map->count++) {
        const struct pair *pair = &settings->components[map->count];
        const char *id = message_expand(context, arena, pair->value, error);
        if (id == NULL)
            return error->code;
        map->components[map->count] = (struct statuspage_component){pair->name, id};
    }
    for (; statuspage->item_count < settings->metric_count; statuspage->item_count++) {
        const struct pair *pair = &settings->metrics[statuspage->item_count];
        const char *id = message_expand(context, arena, pair->value, error);
        if (id == NULL)
            return error->code;
        statuspage->items[statuspage->item_count] = (struct statuspage_metric){pair->name, id};
    }
    return RESULT_OK;
}

static enum result open_client(struct statuspage *statuspage,
                               const struct reporter_settings *settings, struct error *error)
{
    const struct reporter_context *context = &statuspage->context;
    struct statuspage_client_settings client = {
        .url = URL,
        .page = settings->page,
        .key = message_expand(context, statuspage->arena, settings->key, error),
        .timeout = settings->timeout,
    };
    if (client.key != NULL && settings->url != NULL)
        client.url = message_expand(context, statuspage->arena, settings->url, error);
    if (client.key == NULL || client.url == NULL)
        return error->code;
    statuspage->client = statuspage_client_create(context, &client);
    statuspage->line = statuspage_line_open(statuspage->client);
    statuspage->lookup = statuspage_lookup_open(statuspage->client);
    statuspage->board =
        statuspage_board_open(context, statuspage->client, &statuspage->map, open_seen, statuspage);
    if (statuspage->item_count > 0)
        statuspage->metrics = statuspage_metrics_create(context, statuspage->client,
                                                        statuspage->items, statuspage->item_count);
    return RESULT_OK;
}

static void *statuspage_open(const struct reporter_context *context,
                             const struct reporter_settings *settings, struct error *error)
{
    struct error why = {0};
    struct statuspage *statuspage = memory_allocate(1, sizeof *statuspage);
    statuspage->context = *context;
    statuspage->arena = arena_create();
    statuspage->known = map_create(NULL);
    statuspage->turn = loop_timer_create(context->loop, tell_next, statuspage);
    if (expand_ids(statuspage, settings, &why) == RESULT_OK &&
        open_client(statuspage, settings, &why) == RESULT_OK)
        return statuspage;
    error_set(error, why.code, "reporter \"%.100s\": %.300s", settings->name, why.text);
    statuspage_close(statuspage);
    return NULL;
}

const struct reporter_kind statuspage_kind = {
    .name = "statuspage",
    .from_now = true,
    .open = statuspage_open,
    .deliver = statuspage_deliver,
    .wants_runs = statuspage_wants_runs,
    .deliver_changes = statuspage_deliver_changes,
    .test = statuspage_test,
    .close = statuspage_close,
};
