/* SPDX-License-Identifier: MIT */
/*
 * Serving the status page: a path becomes a view, a view's reads are asked of the store, and when
 * the last has come the page is rendered and sent. What pages look like is in page_*.c.
 */
#include "reporters/status_page.h"

#include "monitor/base/memory.h"
#include "monitor/net/http_server.h"
#include "reporters/page.h"
#include "scenarios/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    VISITS_MAX = 64, /* requests that wait for the store; further ones are told to come again */
    RESOLVED_READ_MAX = 200, /* incidents, newest first, among which the resolved are looked for */
};

enum view { VIEW_OVERVIEW, VIEW_RUN, VIEW_INCIDENT };

struct status_page {
    struct reporter_context context;
    struct http_server *server;
    struct page_journey *journeys;
    duration spans[PAGE_SPANS_MAX]; /* of the journeys' bars, each once */
    size_t span_count;
    char *announcement;
    struct visit *visits;
    size_t visit_count;
};

/* One request that waits for the store. */
struct visit {
    struct status_page *page;
    struct http_request *request;
    struct visit *next;
    enum view view;
    bool json, broken; /* broken: a read failed */
    unsigned pending;  /* reads that have not come yet */
    const char *id;    /* of the run or incident */
    struct arena *arena;
    struct store_runs latest, runs; /* taken over from the store */
    struct incident *open, *resolved, *found;
    size_t open_count, resolved_count;
    struct store_tally *tallies;
    size_t tally_count;
};

static struct visit *visit_create(struct status_page *page, struct http_request *request,
                                  enum view view)
{
    struct visit *visit = memory_allocate(1, sizeof *visit);
    *visit = (struct visit){.page = page,
                            .request = request,
                            .view = view,
                            .arena = arena_create(),
                            .next = page->visits};
    page->visits = visit;
    page->visit_count++;
    return visit;
}

static void runs_free(struct store_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        run_free(runs->runs[i]);
    free(runs->runs);
}

static void visit_free(struct visit *visit)
{
    struct status_page *page = visit->page;
    struct visit **link = &page->visits;
    while (*link != visit)
        link = &(*link)->next;
    *link = visit->next;
    page->visit_count--;
    runs_free(&visit->latest);
    runs_free(&visit->runs);
    arena_free(visit->arena);
    free(visit);
}

static void send_page(struct http_request *request, int status, const char *type,
                      const struct buffer *body)
{
    http_reply(request, &(struct http_reply){
                            .status = status,
                            .content_type = type,
                            .body = body->data,
                            .body_length = body->length,
                            .cache_control = "no-cache",
                        });
}

static void send_message(const struct status_page *page, struct http_request *request, int status,
                         const char *title, const char *text)
{
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    page_message_render(page->context.shop, title, text, &body);
    send_page(request, status, "text/html; charset=utf-8", &body);
    buffer_free(&body);
}

static void send_not_found(const struct status_page *page, struct http_request *request)
{
    send_message(page, request, 404, "There is nothing here",
                 "The address is wrong, or what was there is not kept any more.");
}

static void render_overview(const struct visit *visit, struct buffer *body)
{
    const struct status_page *page = visit->page;
    const struct page_overview model = {
        .shop = page->context.shop,
        .now = clock_wall(),
        .journeys = page->journeys,
        .journey_count = page->context.scenario_count,
        .latest = visit->latest.runs,
        .latest_count = visit->latest.count,
        .recent = visit->runs.runs,
        .recent_count = visit->runs.count,
        .open = visit->open,
        .open_count = visit->open_count,
        .resolved = visit->resolved,
        .resolved_count = visit->resolved_count,
        .tallies = visit->tallies,
        .tally_count = visit->tally_count,
    };
    if (visit->json)
        page_overview_json(&model, body);
    else
        page_overview_render(&model, body);
}

static bool render_run(const struct visit *visit, struct buffer *body)
{
    if (visit->runs.count == 0)
        return false;
    if (visit->json)
        page_run_json(visit->runs.runs[0], body);
    else
        page_run_render(visit->page->context.shop, visit->runs.runs[0], clock_wall(), body);
    return true;
}

static bool render_incident(const struct visit *visit, struct buffer *body)
{
    const struct incident *incident = visit->found;
    if (incident == NULL)
        return false;
    if (visit->json) {
        page_incident_json(incident, body);
        return true;
    }
    struct run **runs = memory_allocate(visit->runs.count, sizeof(struct run *));
    size_t count = 0;
    for (size_t i = 0; i < visit->runs.count && count < PAGE_INCIDENT_RUNS; i++)
        if (page_incident_covers(incident, visit->runs.runs[i]))
            runs[count++] = visit->runs.runs[i];
    const struct page_incident model = {
        .shop = visit->page->context.shop,
        .incident = incident,
        .runs = runs,
        .run_count = count,
        .now = clock_wall(),
    };
    page_incident_render(&model, body);
    free(runs);
    return true;
}

static void visit_answer(struct visit *visit)
{
    if (visit->broken) {
        send_message(visit->page, visit->request, 500, "The page cannot be shown",
                     "The monitor's store could not be read.");
        return;
    }
    struct buffer body;
    buffer_init(&body, PAGE_MAX);
    bool found = true;
    if (visit->view == VIEW_OVERVIEW)
        render_overview(visit, &body);
    else
        found = visit->view == VIEW_RUN ? render_run(visit, &body) : render_incident(visit, &body);
    if (!found)
        send_not_found(visit->page, visit->request);
    else if (body.result != RESULT_OK)
        send_message(visit->page, visit->request, 500, "The page cannot be shown",
                     "It would be too large.");
    else
        send_page(visit->request, 200,
                  visit->json ? "application/json" : "text/html; charset=utf-8", &body);
    buffer_free(&body);
}

/* A read has come. The last one answers, and ends the visit. */
static void visit_arrived(struct visit *visit, enum result result)
{
    if (result != RESULT_OK)
        visit->broken = true;
    if (--visit->pending > 0)
        return;
    visit_answer(visit);
    visit_free(visit);
}

static void take_runs(struct store_runs *target, struct store_runs *source)
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
    struct visit *visit = data;
    if (result == RESULT_OK)
        take_runs(&visit->latest, runs);
    visit_arrived(visit, result);
}

static void on_runs(void *data, enum result result, struct store_runs *runs)
{
    struct visit *visit = data;
    if (result == RESULT_OK)
        take_runs(&visit->runs, runs);
    visit_arrived(visit, result);
}

static void on_open(void *data, enum result result, const struct store_incidents *incidents)
{
    struct visit *visit = data;
    for (size_t i = 0; result == RESULT_OK && i < incidents->count; i++) {
        arena_grow(visit->arena, visit->open, visit->open_count);
        incident_copy(visit->arena, &visit->open[visit->open_count++], &incidents->incidents[i]);
    }
    visit_arrived(visit, result);
}

/* The store may have closed it after its open incidents were read. */
static bool is_listed_as_open(const struct visit *visit, const struct incident *incident)
{
    for (size_t i = 0; i < visit->open_count; i++)
        if (strcmp(visit->open[i].id, incident->id) == 0)
            return true;
    return false;
}

static void on_incidents(void *data, enum result result, const struct store_incidents *incidents)
{
    struct visit *visit = data;
    for (size_t i = 0; result == RESULT_OK && i < incidents->count; i++) {
        const struct incident *incident = &incidents->incidents[i];
        if (incident->resolved.us == 0 || visit->resolved_count == PAGE_RESOLVED ||
            is_listed_as_open(visit, incident))
            continue;
        arena_grow(visit->arena, visit->resolved, visit->resolved_count);
        incident_copy(visit->arena, &visit->resolved[visit->resolved_count++], incident);
    }
    visit_arrived(visit, result);
}

/* The incident of a page: once it is found, the newest failed runs of its time are read. */
static void on_incident(void *data, enum result result, const struct store_incidents *incidents)
{
    struct visit *visit = data;
    if (result == RESULT_OK && incidents->count > 0) {
        visit->found = arena_allocate(visit->arena, 1, sizeof *visit->found);
        incident_copy(visit->arena, visit->found, &incidents->incidents[0]);
    }
    if (visit->found != NULL && !visit->json) {
        /* A slot is planned a little before its run fails. */
        const struct store_filter filter = {
            .state = state_name(STATE_FAILED),
            .since = wall_after(visit->found->began, -DURATION_MINUTE),
            .until = visit->found->resolved,
            .newest_first = true,
        };
        visit->pending++;
        store_read_runs(visit->page->context.store, &filter, on_runs, visit);
    }
    visit_arrived(visit, result);
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
    struct visit *visit = data;
    for (size_t i = 0; result == RESULT_OK && i < tallies->count; i++) {
        const struct store_tally *tally = &tallies->tallies[i];
        if (!is_drawn(visit->page, tally->journey, tallies->span))
            continue;
        arena_grow(visit->arena, visit->tallies, visit->tally_count);
        struct store_tally *copy = &visit->tallies[visit->tally_count++];
        *copy = *tally;
        copy->journey = arena_duplicate(visit->arena, tally->journey);
        copy->vantage = arena_duplicate(visit->arena, tally->vantage);
    }
    visit_arrived(visit, result);
}

static void read_overview(struct visit *visit)
{
    const struct status_page *page = visit->page;
    struct store *store = page->context.store;
    const struct store_filter recent = {.newest_first = true, .limit = PAGE_RECENT_READ};
    struct wall_time now = clock_wall();
    visit->pending = 4 + (unsigned)page->span_count;
    store_read_latest(store, on_latest, visit);
    store_read_runs(store, &recent, on_runs, visit);
    store_read_incidents(store, true, STORE_READ_MAX, on_open, visit);
    store_read_incidents(store, false, RESOLVED_READ_MAX, on_incidents, visit);
    for (size_t i = 0; i < page->span_count; i++) {
        duration span = page->spans[i];
        struct wall_time since = {(now.us / span - PAGE_BARS + 1) * span};
        store_read_tallies(store, since, span, on_tallies, visit);
    }
}

/* Takes `/runs/ID` and `/runs/ID.json` apart; NULL when `path` is not in `folder`. */
static const char *id_in(const char *path, const char *folder, struct visit *visit)
{
    size_t length = strlen(folder), end = strlen(path);
    if (strncmp(path, folder, length) != 0 || end == length)
        return NULL;
    if (end - length > 5 && strcmp(path + end - 5, ".json") == 0) {
        visit->json = true;
        end -= 5;
    }
    return arena_duplicate_bytes(visit->arena, path + length, end - length);
}

static void read_run(struct visit *visit)
{
    const struct store_filter filter = {.id = visit->id, .limit = 1};
    visit->pending = 1;
    store_read_runs(visit->page->context.store, &filter, on_runs, visit);
}

static void read_incident(struct visit *visit)
{
    visit->pending = 1;
    store_read_incident(visit->page->context.store, visit->id, on_incident, visit);
}

static void begin_visit(struct status_page *page, struct http_request *request, const char *path)
{
    struct visit *visit = visit_create(page, request, VIEW_OVERVIEW);
    visit->json = strcmp(path, "/api/status.json") == 0;
    if (visit->json || strcmp(path, "/") == 0) {
        read_overview(visit);
    } else if ((visit->id = id_in(path, "/runs/", visit)) != NULL) {
        visit->view = VIEW_RUN;
        read_run(visit);
    } else if ((visit->id = id_in(path, "/incidents/", visit)) != NULL) {
        visit->view = VIEW_INCIDENT;
        read_incident(visit);
    } else {
        send_not_found(page, request);
        visit_free(visit);
    }
}

static void handle(void *data, struct http_request *request)
{
    struct status_page *page = data;
    const char *path = http_request_path(request);
    if (strcmp(path, "/style.css") == 0)
        /* Its address changes with its content, so it may be kept. */
        http_reply(request, &(struct http_reply){
                                .status = 200,
                                .content_type = "text/css; charset=utf-8",
                                .body = page_style,
                                .body_length = strlen(page_style),
                                .cache_control = "max-age=86400",
                            });
    else if (page->visit_count >= VISITS_MAX)
        send_message(page, request, 503, "Too many visitors at once",
                     "Watching goes on; please come back in a few seconds.");
    else
        begin_visit(page, request, path);
}

static void status_page_close(void *reporter)
{
    struct status_page *page = reporter;
    http_server_close(page->server);
    while (page->visits != NULL) {
        store_forget(page->context.store, page->visits);
        visit_free(page->visits);
    }
    free(page->journeys);
    free(page->announcement);
    free(page);
}

static void add_span(struct status_page *page, duration span)
{
    for (size_t i = 0; i < page->span_count; i++)
        if (page->spans[i] == span)
            return;
    page->spans[page->span_count++] = span;
}

static void page_take_journeys(struct status_page *page)
{
    const struct reporter_context *context = &page->context;
    page->journeys = memory_allocate(context->scenario_count, sizeof *page->journeys);
    for (size_t i = 0; i < context->scenario_count; i++) {
        const struct scenario *scenario = context->scenarios[i];
        page->journeys[i] = (struct page_journey){
            .name = scenario->journey,
            .about = scenario->about,
            .every = context->every > 0 ? context->every : scenario->every,
            .cron = context->every > 0 ? NULL : scenario->cron,
            .zone = scenario->zone,
            .rotates = scenario->mode == MODE_ROTATE,
            .from = scenario->from,
            .from_count = scenario->from_count,
        };
        add_span(page, page_span(page->journeys[i].every));
    }
}

static void *status_page_open(const struct reporter_context *context,
                              const struct reporter_settings *settings, struct error *error)
{
    const char *listen = settings->listen != NULL ? settings->listen : STATUS_PAGE_LISTEN;
    struct status_page *page = memory_allocate(1, sizeof *page);
    page->context = *context;
    page_take_journeys(page);
    page->server = http_server_open(context->loop, listen, handle, page, error);
    if (page->server == NULL) {
        status_page_close(page);
        return NULL;
    }
    http_server_allow_hosts(page->server, settings->hosts, settings->host_count);
    struct buffer text;
    buffer_init(&text, PAGE_SENTENCE_MAX);
    buffer_print(&text, "status page at %s", http_server_url(page->server));
    page->announcement = buffer_steal(&text);
    return page;
}

static const char *status_page_announce(void *reporter)
{
    const struct status_page *page = reporter;
    return page->announcement;
}

const struct reporter_kind status_page_kind = {
    .name = "status-page",
    .open = status_page_open,
    .announce = status_page_announce,
    .close = status_page_close,
};
