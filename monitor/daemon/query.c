/* SPDX-License-Identifier: MIT */
/* A question is a read of the store, and what it gives as lines of JSON. See query.h. */
#include "monitor/daemon/query.h"

#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"
#include "monitor/daemon/control.h"
#include "scenarios/mistake.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* How far back is looked where nobody says. */
#define SINCE_USUAL (30 * DURATION_DAY)

enum { ID_MAX = 64 };

struct queries {
    struct store *store;
    struct query_state *under_way;
};

struct query_state {
    struct queries *queries;
    struct query_asker asker;
    char id[ID_MAX];         /* or how it begins; "": none was asked for */
    char *journey, *vantage; /* NULL: of any */
    size_t limit;
    struct query_state *next;
};

static void state_free(struct query_state *state)
{
    free(state->journey);
    free(state->vantage);
    free(state);
}

struct queries *queries_create(struct store *store)
{
    struct queries *queries = memory_allocate(1, sizeof *queries);
    queries->store = store;
    return queries;
}

void queries_free(struct queries *queries)
{
    if (queries == NULL)
        return;
    while (queries->under_way != NULL) {
        struct query_state *state = queries->under_way;
        store_forget(queries->store, state);
        queries->under_way = state->next;
        state_free(state);
    }
    free(queries);
}

static struct query_state *begin(struct queries *queries, const json_t *request,
                                 const struct query_asker *asker)
{
    struct query_state *state = memory_allocate(1, sizeof *state);
    const char *id = control_text(request, "id");
    state->queries = queries;
    state->asker = *asker;
    state->limit = control_count(request, "limit");
    state->journey = memory_duplicate(control_text(request, "journey"));
    state->vantage = memory_duplicate(control_text(request, "vantage"));
    if (id != NULL)
        memcpy(state->id, id, strnlen(id, ID_MAX - 1));
    state->next = queries->under_way;
    queries->under_way = state;
    return state;
}

static void end(struct query_state *state, const struct error *error)
{
    struct query_state **link = &state->queries->under_way;
    const struct query_asker asker = state->asker;
    while (*link != state)
        link = &(*link)->next;
    *link = state->next;
    state_free(state);
    asker.end(asker.data, error);
}

static bool has_failed(enum result result, struct error *error)
{
    if (result != RESULT_OK)
        error_set(error, result, "the store cannot be read: %s", result_name(result));
    return result != RESULT_OK;
}

/* A record as the record's own functions write it. */
#define SAY(state, write, record)                                                                  \
    do {                                                                                           \
        struct buffer line;                                                                        \
        buffer_init(&line, QUERY_RECORD_MAX);                                                      \
        write(record, &line);                                                                      \
        (state)->asker.say((state)->asker.data, line.data);                                        \
        buffer_free(&line);                                                                        \
    } while (0)

/* --- runs ------------------------------------------------------------------------------------ */

/* Nothing was found: for want of runs, or is there none of that name at all? */
static void names_read(void *data, enum result result, struct store_runs *runs)
{
    struct query_state *state = data;
    struct error error = {0};
    const char **journeys = memory_allocate(runs->count + 1, sizeof *journeys);
    const char **vantages = memory_allocate(runs->count + 1, sizeof *vantages);
    for (size_t i = 0; i < runs->count; i++) {
        journeys[i] = runs->runs[i]->journey;
        vantages[i] = runs->runs[i]->vantage;
    }
    if (!has_failed(result, &error) && runs->count > 0 && state->journey != NULL)
        result =
            mistake_check_name("run of a journey", state->journey, journeys, runs->count, &error);
    if (result == RESULT_OK && runs->count > 0 && state->vantage != NULL)
        result = mistake_check_name("run from a vantage point", state->vantage, vantages,
                                    runs->count, &error);
    free(journeys);
    free(vantages);
    end(state, &error);
}

static enum result check_state(const char *name, struct error *error)
{
    const char *names[STATE_SKIPPED]; /* which only steps are */
    for (size_t i = 0; i < COUNT_OF(names); i++)
        names[i] = state_name((enum state)i);
    return name == NULL ? RESULT_OK
                        : mistake_check_name("state", name, names, COUNT_OF(names), error);
}

static void runs_read(void *data, enum result result, struct store_runs *runs)
{
    struct query_state *state = data;
    struct error error = {0};
    if (result == RESULT_OK && runs->count == 0 && (state->journey || state->vantage)) {
        store_read_latest(state->queries->store, names_read, state);
        return;
    }
    if (has_failed(result, &error)) {
        /* said below */
    } else if (state->id[0] != '\0' && runs->count == 0) {
        error_set(&error, RESULT_NOT_FOUND, "no run is kept whose id is or begins with %s",
                  state->id);
    } else if (state->id[0] != '\0' && runs->count > 1) {
        error_set(&error, RESULT_INVALID, "the ids of several runs begin with %s: give more of it",
                  state->id);
    } else {
        for (size_t i = 0; i < runs->count; i++)
            SAY(state, run_write, runs->runs[i]);
    }
    end(state, &error);
}

void query_runs(struct queries *queries, const struct json_t *request,
                const struct query_asker *asker)
{
    struct query_state *state = begin(queries, request, asker);
    const bool one = state->id[0] != '\0';
    struct error error = {0};
    if (check_state(control_text(request, "state"), &error) != RESULT_OK) {
        end(state, &error);
        return;
    }
    const struct store_filter filter = {
        .id = one ? state->id : NULL,
        .journey = state->journey,
        .vantage = state->vantage,
        .state = control_text(request, "state"),
        .newest_first = !one,
        .limit = one                ? 2
                 : state->limit > 0 ? state->limit
                                    : QUERY_RUNS_USUAL,
    };
    store_read_runs(queries->store, &filter, runs_read, state);
}

/* --- incidents ------------------------------------------------------------------------------- */

const struct incident *query_pick_incident(const struct store_incidents *incidents, const char *id,
                                           struct error *error)
{
    const struct incident *found = NULL;
    size_t count = 0;
    for (size_t i = 0; i < incidents->count; i++) {
        if (strncmp(incidents->incidents[i].id, id, strlen(id)) != 0)
            continue;
        found = &incidents->incidents[i];
        count++;
    }
    if (count == 1)
        return found;
    if (count == 0)
        error_set(error, RESULT_NOT_FOUND, "no incident is kept whose id is or begins with %.64s",
                  id);
    else
        error_set(error, RESULT_INVALID,
                  "the ids of several incidents begin with %.64s: give more of it", id);
    return NULL;
}

static void incidents_read(void *data, enum result result, const struct store_incidents *incidents)
{
    struct query_state *state = data;
    struct error error = {0};
    const struct incident *one;
    if (has_failed(result, &error)) {
        /* said below */
    } else if (state->id[0] == '\0') {
        for (size_t i = 0; i < incidents->count; i++)
            SAY(state, incident_write, &incidents->incidents[i]);
    } else if ((one = query_pick_incident(incidents, state->id, &error)) != NULL) {
        SAY(state, incident_write, one);
    }
    end(state, &error);
}

void query_incidents(struct queries *queries, const struct json_t *request,
                     const struct query_asker *asker)
{
    struct query_state *state = begin(queries, request, asker);
    size_t limit = state->id[0] != '\0' || state->limit == 0 ? QUERY_INCIDENTS_MAX : state->limit;
    store_read_incidents(queries->store, control_flag(request, "open"), limit, incidents_read,
                         state);
}

/* --- either ---------------------------------------------------------------------------------- */

static void explain_incident(void *data, enum result result,
                             const struct store_incidents *incidents)
{
    struct query_state *state = data;
    struct error error = {0}, none = {0};
    if (has_failed(result, &error)) {
        end(state, &error);
        return;
    }
    const struct incident *one = query_pick_incident(incidents, state->id, &none);
    if (one != NULL)
        SAY(state, incident_write, one);
    else if (none.code == RESULT_NOT_FOUND)
        error_set(&error, RESULT_NOT_FOUND,
                  "no run and no incident is kept whose id is or begins with %s", state->id);
    else
        error = none;
    end(state, &error);
}

static void explain_run(void *data, enum result result, struct store_runs *runs)
{
    struct query_state *state = data;
    if (result == RESULT_OK && runs->count == 0)
        store_read_incidents(state->queries->store, false, QUERY_INCIDENTS_MAX, explain_incident,
                             state);
    else
        runs_read(data, result, runs);
}

void query_explain(struct queries *queries, const struct json_t *request,
                   const struct query_asker *asker)
{
    struct query_state *state = begin(queries, request, asker);
    const struct store_filter filter = {.id = state->id, .limit = 2};
    store_read_runs(queries->store, &filter, explain_run, state);
}

/* --- events and maintenance ------------------------------------------------------------------ */

static struct wall_time since(const json_t *request)
{
    struct wall_time given = control_moment(request, "since");
    return given.us != 0 ? given : wall_after(clock_wall(), -SINCE_USUAL);
}

static void events_read(void *data, enum result result, const struct store_events *events)
{
    struct query_state *state = data;
    struct error error = {0};
    if (!has_failed(result, &error))
        for (size_t i = 0; i < events->count; i++)
            SAY(state, event_write, &events->events[i]);
    end(state, &error);
}

void query_events(struct queries *queries, const struct json_t *request,
                  const struct query_asker *asker)
{
    store_read_events(queries->store, since(request), (struct wall_time){0}, events_read,
                      begin(queries, request, asker));
}

static void windows_read(void *data, enum result result, const struct store_maintenances *windows)
{
    struct query_state *state = data;
    struct error error = {0};
    if (!has_failed(result, &error))
        for (size_t i = 0; i < windows->count; i++)
            SAY(state, maintenance_write, &windows->maintenances[i]);
    end(state, &error);
}

void query_windows(struct queries *queries, const struct json_t *request,
                   const struct query_asker *asker)
{
    store_read_maintenance(queries->store, since(request), windows_read,
                           begin(queries, request, asker));
}

query *query_find(const char *name)
{
    static const struct {
        const char *name;
        query *query;
    } queries[] = {
        {"runs", query_runs},     {"incidents", query_incidents}, {"explain", query_explain},
        {"events", query_events}, {"windows", query_windows},
    };
    for (size_t i = 0; i < COUNT_OF(queries); i++)
        if (strcmp(queries[i].name, name) == 0)
            return queries[i].query;
    return NULL;
}
