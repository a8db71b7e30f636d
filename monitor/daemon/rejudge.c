/* SPDX-License-Identifier: MIT */
/* See rejudge.h. Incidents and events are read first, then the runs in portions. */
#include "monitor/daemon/rejudge.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"
#include "monitor/diagnose/casebook.h"

#include <stdlib.h>
#include <string.h>

/* What was seen so long before may say something of a run. */
#define LEAD_TIME DURATION_HOUR

/* An incident of today. */
struct remade {
    struct arena *arena;
    struct incident incident;
    bool matched; /* with one of then */
};

struct rejudging {
    struct loop *loop;
    struct store *store;
    const struct rejudge_question *question;
    const struct rejudge_listener *listener;
    struct casebook *casebook;
    struct map *scenarios; /* by journey, borrowed */
    struct arena *arena;   /* owns what was read */
    struct incident *told; /* then */
    size_t told_count;
    struct event *events;
    size_t event_count, next_event;
    struct remade *remade;
    size_t remade_count;
    struct wall_time begin; /* of what is read */
    store_sequence after;
    struct run **runs; /* read, and not judged yet: what ended later was under way before */
    size_t run_count;
    struct error *error;
};

static bool is_asked_for(const struct rejudging *rejudging, struct wall_time from,
                         struct wall_time to)
{
    const struct rejudge_question *question = rejudging->question;
    return (to.us == 0 || to.us >= question->since.us) &&
           (question->until.us == 0 || from.us <= question->until.us);
}

static void stop(struct rejudging *rejudging, enum result result)
{
    if (result != RESULT_OK)
        error_set(rejudging->error, result, "the store cannot be read: %s", result_name(result));
    loop_stop(rejudging->loop);
}

/* The oldest are those that were not read: without them, what is there would be held for new, or
 * for done by nobody. */
static void stop_short(struct rejudging *rejudging, const char *what)
{
    error_set(rejudging->error, RESULT_LIMIT, "the span is too long: there are %d %s",
              STORE_READ_MAX, what);
    loop_stop(rejudging->loop);
}

/* --- incidents then and today ---------------------------------------------------------------- */

static bool begins_alike(const struct incident *then, const struct incident *now)
{
    return then->began.us == now->began.us && strcmp(then->journey, now->journey) == 0;
}

/* Of two that began with the same journey, as two vantage points see it, each is its own. */
static bool is_the_same(const struct incident *then, const struct incident *now)
{
    return begins_alike(then, now) && then->verdict.cause == now->verdict.cause &&
           then->first.cause == now->first.cause;
}

static bool is_shown_by(const struct incident *incident, const struct incident_shower *shower)
{
    for (size_t i = 0; i < incident->shower_count; i++)
        if (strcmp(incident->showers[i].journey, shower->journey) == 0 &&
            strcmp(incident->showers[i].vantage, shower->vantage) == 0)
            return true;
    return false;
}

/* The same trouble may have opened it by another journey. */
static bool overlaps(const struct incident *then, const struct incident *now)
{
    if ((then->resolved.us != 0 && then->resolved.us < now->began.us) ||
        (now->resolved.us != 0 && now->resolved.us < then->began.us))
        return false;
    for (size_t i = 0; i < then->shower_count; i++)
        if (is_shown_by(now, &then->showers[i]))
            return true;
    return false;
}

typedef bool incident_relation(const struct incident *then, const struct incident *now);

static struct remade *find_match(const struct rejudging *rejudging, const struct incident *then,
                                 incident_relation *fits)
{
    for (size_t i = 0; i < rejudging->remade_count; i++) {
        struct remade *remade = &rejudging->remade[i];
        if (!remade->matched && fits(then, &remade->incident))
            return remade;
    }
    return NULL;
}

static void tell_incidents(struct rejudging *rejudging)
{
    const struct rejudge_listener *listener = rejudging->listener;
    const struct incident **today =
        arena_allocate(rejudging->arena, rejudging->told_count, sizeof *today);
    static incident_relation *const relations[] = {is_the_same, begins_alike, overlaps};
    for (size_t r = 0; r < COUNT_OF(relations); r++) {
        for (size_t i = 0; i < rejudging->told_count; i++) {
            struct remade *match =
                today[i] == NULL ? find_match(rejudging, &rejudging->told[i], relations[r]) : NULL;
            if (match == NULL)
                continue;
            match->matched = true;
            today[i] = &match->incident;
        }
    }
    for (size_t i = 0; i < rejudging->told_count; i++)
        listener->incident(listener->data, &rejudging->told[i], today[i]);
    for (size_t i = 0; i < rejudging->remade_count; i++) {
        const struct incident *incident = &rejudging->remade[i].incident;
        if (!rejudging->remade[i].matched &&
            is_asked_for(rejudging, incident->began, incident->resolved))
            listener->incident(listener->data, NULL, incident);
    }
}

static void note_change(struct rejudging *rejudging, enum incident_change change,
                        const struct incident *incident)
{
    const struct rejudge_listener *listener = rejudging->listener;
    size_t at = 0;
    while (at < rejudging->remade_count &&
           strcmp(rejudging->remade[at].incident.id, incident->id) != 0)
        at++;
    if (at == rejudging->remade_count) {
        memory_grow(rejudging->remade, rejudging->remade_count);
        rejudging->remade[rejudging->remade_count++] = (struct remade){.arena = NULL};
    }
    struct remade *remade = &rejudging->remade[at];
    struct arena *arena = arena_create();
    incident_copy(arena, &remade->incident, incident);
    arena_free(remade->arena);
    remade->arena = arena;
    if (change > INCIDENT_COUNTED && is_asked_for(rejudging, incident->updated, incident->updated))
        listener->change(listener->data, change, incident);
}

/* --- run by run ------------------------------------------------------------------------------ */

static unsigned quorum_of(const struct rejudging *rejudging, const char *journey)
{
    const struct scenario *scenario = map_get(rejudging->scenarios, journey);
    return scenario != NULL ? scenario->quorum : 0;
}

/* Who was under way when a run failed, where its record does not say it: of those that came later.
 */
static void look_around(struct rejudging *rejudging, struct run *run, size_t next)
{
    struct under_way_list others = {.count = 0};
    struct under_way one;
    if (run->looked_around || run->state != STATE_FAILED || run_first_failure(run) == NULL)
        return;
    for (size_t i = next; i < rejudging->run_count; i++)
        if (under_way_at(rejudging->runs[i], run->slot.ended, &one))
            under_way_add(&others, &one);
    casebook_look_around(rejudging->casebook, rejudging->question->settings->shop, run, &others);
}

static void judge_again(struct rejudging *rejudging, struct run *run)
{
    const struct rejudge_listener *listener = rejudging->listener;
    struct history *history = casebook_history(rejudging->casebook);
    struct incident_book *incidents = casebook_incidents(rejudging->casebook);
    const struct verdict then = run->verdict;
    const struct incident *incident;
    struct diagnosis diagnosis;
    enum incident_change change;
    for (; rejudging->next_event < rejudging->event_count &&
           rejudging->events[rejudging->next_event].at.us <= run->slot.ended.us;
         rejudging->next_event++)
        history_add_event(history, &rejudging->events[rejudging->next_event]);
    run->verdict = (struct verdict){.cause = CAUSE_NONE, .runner_up = CAUSE_NONE};
    casebook_add(rejudging->casebook, rejudging->question->settings->shop, run,
                 quorum_of(rejudging, run->journey), run->slot.ended, &diagnosis);
    if (is_asked_for(rejudging, run->slot.planned, run->slot.planned))
        listener->run(listener->data, run, &then, &diagnosis);
    while ((incident = incident_book_take(incidents, &change)) != NULL)
        note_change(rejudging, change, incident);
}

static void read_runs(struct rejudging *rejudging);

/* The first of those that were read. */
static void judge_first(struct rejudging *rejudging, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        look_around(rejudging, rejudging->runs[i], i + 1);
        judge_again(rejudging, rejudging->runs[i]);
        run_free(rejudging->runs[i]);
    }
    rejudging->run_count -= count;
    if (rejudging->run_count == 0)
        return; /* of a span without any there is no array either */
    memmove(rejudging->runs, rejudging->runs + count, rejudging->run_count * sizeof(struct run *));
}

static void take_runs(struct rejudging *rejudging, struct store_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++) {
        memory_grow(rejudging->runs, rejudging->run_count);
        rejudging->runs[rejudging->run_count++] = runs->runs[i];
        runs->runs[i] = NULL;
    }
}

static void runs_read(void *data, enum result result, struct store_runs *runs)
{
    struct rejudging *rejudging = data;
    if (result != RESULT_OK) {
        stop(rejudging, result);
        return;
    }
    size_t before = rejudging->run_count;
    take_runs(rejudging, runs);
    judge_first(rejudging, runs->count > 0 ? before : rejudging->run_count);
    if (runs->count > 0) {
        rejudging->after = runs->sequences[runs->count - 1];
        read_runs(rejudging);
        return;
    }
    tell_incidents(rejudging);
    stop(rejudging, RESULT_OK);
}

static void read_runs(struct rejudging *rejudging)
{
    const struct store_filter filter = {
        .after = rejudging->after,
        .since = rejudging->begin,
        .until = rejudging->question->until,
        .with_messages = true,
    };
    store_read_runs(rejudging->store, &filter, runs_read, rejudging);
}

/* --- what is known before -------------------------------------------------------------------- */

static void events_read(void *data, enum result result, const struct store_events *events)
{
    struct rejudging *rejudging = data;
    if (result != RESULT_OK) {
        stop(rejudging, result);
        return;
    }
    if (events->count == STORE_READ_MAX && events->events[0].at.us >= rejudging->begin.us) {
        stop_short(rejudging, "events or more in it");
        return;
    }
    rejudging->events = arena_allocate(rejudging->arena, events->count, sizeof *rejudging->events);
    for (size_t i = 0; i < events->count; i++)
        event_copy(rejudging->arena, &rejudging->events[rejudging->event_count++],
                   &events->events[i]);
    read_runs(rejudging);
}

/* What was going on when the span begins is judged from its own beginning. */
static void incidents_read(void *data, enum result result, const struct store_incidents *incidents)
{
    struct rejudging *rejudging = data;
    struct wall_time begin = rejudging->question->since;
    if (result != RESULT_OK) {
        stop(rejudging, result);
        return;
    }
    if (incidents->count == STORE_READ_MAX &&
        incidents->incidents[incidents->count - 1].began.us >= begin.us) {
        stop_short(rejudging, "incidents or more since it begins");
        return;
    }
    rejudging->told = arena_allocate(rejudging->arena, incidents->count, sizeof *rejudging->told);
    for (size_t i = 0; i < incidents->count; i++) {
        const struct incident *incident = &incidents->incidents[i];
        if (!is_asked_for(rejudging, incident->began, incident->resolved))
            continue;
        incident_copy(rejudging->arena, &rejudging->told[rejudging->told_count++], incident);
        if (incident->began.us < begin.us)
            begin = incident->began;
    }
    if (begin.us != 0)
        rejudging->begin = wall_after(begin, -LEAD_TIME);
    store_read_events(rejudging->store, wall_after(rejudging->begin, -DIAGNOSE_EVENTS_SPAN),
                      rejudging->question->until, events_read, rejudging);
}

enum result rejudge(struct loop *loop, struct store *store, const struct rejudge_question *question,
                    const struct rejudge_listener *listener, struct error *error)
{
    struct rejudging rejudging = {
        .loop = loop,
        .store = store,
        .question = question,
        .listener = listener,
        .casebook = casebook_create(),
        .scenarios = map_create(NULL),
        .arena = arena_create(),
        .error = error,
    };
    for (size_t i = 0; i < question->settings->scenario_count; i++)
        map_put(rejudging.scenarios, question->settings->scenarios[i]->journey,
                question->settings->scenarios[i]);
    error->code = RESULT_OK;
    store_read_incidents(store, false, 0, incidents_read, &rejudging);
    loop_run(loop);
    for (size_t i = 0; i < rejudging.remade_count; i++)
        arena_free(rejudging.remade[i].arena);
    free(rejudging.remade);
    for (size_t i = 0; i < rejudging.run_count; i++)
        run_free(rejudging.runs[i]);
    free(rejudging.runs);
    arena_free(rejudging.arena);
    map_free(rejudging.scenarios);
    casebook_free(rejudging.casebook);
    return error->code;
}
