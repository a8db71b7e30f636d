/* SPDX-License-Identifier: MIT */
/*
 * One incident a cause. A watch is one journey from one vantage point; a failing one that is
 * confirmed shows an incident, and may move to another when its verdict learns better. An incident
 * that no watch shows is over. Gets judged runs in the order in which they ended. See incident.h.
 */
#include "monitor/diagnose/incident.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"
#include "monitor/diagnose/diagnose.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct open_incident {
    struct arena *arena;
    struct incident incident;
    struct open_incident *next;
};

struct watch {
    char *journey, *vantage;
    enum state last;
    unsigned failed_slots; /* in a row; what could not be seen neither adds nor ends */
    /* Of the first of them. */
    struct wall_time began;
    enum symptom symptom;
    char *step;
    struct open_incident *incident; /* that it shows */
};

struct incident_book {
    struct map *watches; /* "journey\x1fvantage" -> struct watch, owned */
    struct open_incident *open;
    struct open_incident *resolved; /* the one told of last, kept until the next call */
};

/* --- the book ------------------------------------------------------------------------------ */

static void watch_free(void *value)
{
    struct watch *watch = value;
    free(watch->journey);
    free(watch->vantage);
    free(watch->step);
    free(watch);
}

static void open_incident_free(struct open_incident *incident)
{
    if (incident != NULL)
        arena_free(incident->arena);
}

struct incident_book *incident_book_create(void)
{
    struct incident_book *book = memory_allocate(1, sizeof *book);
    book->watches = map_create(watch_free);
    return book;
}

void incident_book_free(struct incident_book *book)
{
    if (book == NULL)
        return;
    map_free(book->watches);
    while (book->open != NULL) {
        struct open_incident *next = book->open->next;
        open_incident_free(book->open);
        book->open = next;
    }
    open_incident_free(book->resolved);
    free(book);
}

static struct open_incident *open_incident_add(struct incident_book *book)
{
    struct arena *arena = arena_create();
    struct open_incident *open = arena_allocate(arena, 1, sizeof *open);
    open->arena = arena;
    open->next = book->open;
    book->open = open;
    return open;
}

static struct watch *watch_get(struct incident_book *book, const char *journey, const char *vantage)
{
    size_t size = strlen(journey) + strlen(vantage) + 2;
    char *key = memory_allocate(size, 1);
    snprintf(key, size, "%s\x1f%s", journey, vantage);
    struct watch *watch = map_get(book->watches, key);
    if (watch == NULL) {
        watch = memory_allocate(1, sizeof *watch);
        watch->journey = memory_duplicate(journey);
        watch->vantage = memory_duplicate(vantage);
        map_put(book->watches, key, watch);
    }
    free(key);
    return watch;
}

static struct watch *watch_at(const struct incident_book *book, size_t n)
{
    return map_value(book->watches, n);
}

void incident_book_restore(struct incident_book *book, const struct incident *incident,
                           incident_is_watched *is_watched, void *data)
{
    struct open_incident *open = open_incident_add(book);
    incident_copy(open->arena, &open->incident, incident);
    for (size_t i = 0; i < incident->shower_count; i++) {
        const struct incident_shower *shower = &incident->showers[i];
        if (!is_watched(data, shower->journey, shower->vantage))
            continue;
        struct watch *watch = watch_get(book, shower->journey, shower->vantage);
        watch->last = STATE_FAILED;
        watch->failed_slots = INCIDENT_CONFIRM_SLOTS;
        watch->began = incident->began;
        watch->symptom = incident->symptom;
        watch->incident = open;
    }
}

/* --- whose fault is whose ------------------------------------------------------------------ */

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_fault(const struct verdict *a, const struct verdict *b)
{
    return a->cause == b->cause && same_text(a->component, b->component);
}

/* A verdict that hesitates between two causes may be about an incident of either. */
static bool may_be(const struct verdict *vague, const struct verdict *verdict)
{
    return vague->cause == CAUSE_UNDETERMINED &&
           (verdict->cause == CAUSE_UNDETERMINED || verdict->cause == vague->leaning ||
            verdict->cause == vague->runner_up);
}

/* The oldest open incident of the same fault. */
static struct open_incident *find_same(const struct incident_book *book,
                                       const struct verdict *verdict)
{
    struct open_incident *found = NULL;
    for (struct open_incident *open = book->open; open != NULL; open = open->next)
        if (same_fault(&open->incident.verdict, verdict))
            found = open;
    return found;
}

static struct open_incident *find_open(const struct incident_book *book,
                                       const struct verdict *verdict)
{
    struct open_incident *found = find_same(book, verdict);
    for (struct open_incident *open = book->open; found == NULL && open != NULL; open = open->next)
        if (may_be(verdict, &open->incident.verdict) || may_be(&open->incident.verdict, verdict))
            found = open;
    return found;
}

/* --- opening, changing, resolving ---------------------------------------------------------- */

static bool quorum_fails(const struct incident_book *book, const char *journey, unsigned quorum)
{
    unsigned seeing = 0, failing = 0;
    for (size_t i = 0; i < map_count(book->watches); i++) {
        const struct watch *watch = watch_at(book, i);
        if (strcmp(watch->journey, journey) != 0 || watch->last == STATE_UNKNOWN)
            continue;
        seeing++;
        failing += watch->failed_slots >= INCIDENT_CONFIRM_SLOTS;
    }
    return failing >= (quorum > 0 ? quorum : (seeing + 1) / 2);
}

static void incident_add_shower(struct open_incident *open, const struct watch *watch)
{
    struct incident *incident = &open->incident;
    for (size_t i = 0; i < incident->shower_count; i++)
        if (strcmp(incident->showers[i].journey, watch->journey) == 0 &&
            strcmp(incident->showers[i].vantage, watch->vantage) == 0)
            return;
    arena_grow(open->arena, incident->showers, incident->shower_count);
    incident->showers[incident->shower_count++] = (struct incident_shower){
        .journey = arena_duplicate(open->arena, watch->journey),
        .vantage = arena_duplicate(open->arena, watch->vantage),
    };
}

static void open_new(struct incident_book *book, const struct run *run, struct wall_time now,
                     struct watch *watch)
{
    struct open_incident *open = open_incident_add(book);
    char hex[HASH_HEX_LENGTH + 1];
    hash_hex(arena_print(open->arena, "%s\x1f%" PRId64, run->id, now.us), hex);
    const struct incident incident = {
        .id = hex,
        .began = watch->began,
        .opened = now,
        .updated = now,
        .version = 1,
        .change = INCIDENT_OPENED,
        .symptom = watch->symptom,
        .journey = watch->journey,
        .step = watch->step,
        .first = run->verdict,
        .verdict = run->verdict,
        .runs = watch->failed_slots,
    };
    incident_copy(open->arena, &open->incident, &incident);
    incident_add_shower(open, watch);
    watch->incident = open;
}

/*
 * A verdict takes another's place when it is better founded: one that can tell that of one that
 * could not; a surer one of the same cause; and one of another cause only if it is beyond doubt.
 */
static bool improves(const struct verdict *now, const struct verdict *verdict)
{
    if (verdict->cause == CAUSE_UNDETERMINED)
        return false;
    if (now->cause == CAUSE_UNDETERMINED)
        return true;
    /* The hundredth keeps a long incident from changing with every run. */
    bool surer = verdict->confidence >= now->confidence + 0.01;
    return surer && (verdict->cause == now->cause || verdict->confidence >= DIAGNOSE_ASSERT);
}

/* Two incidents that turn out to be the same become the older one. */
static void merge_into(struct incident_book *book, struct open_incident *from,
                       struct open_incident *into)
{
    for (size_t i = 0; i < map_count(book->watches); i++) {
        struct watch *watch = watch_at(book, i);
        if (watch->incident != from)
            continue;
        watch->incident = into;
        incident_add_shower(into, watch);
    }
    into->incident.runs += from->incident.runs;
}

/* The incident that a failing watch shows, in the light of its run's verdict. */
static enum incident_change show(struct incident_book *book, struct watch *watch,
                                 const struct verdict *verdict, struct wall_time now)
{
    struct open_incident *open = watch->incident;
    struct open_incident *same = find_same(book, verdict);
    open->incident.runs++;
    if (same != NULL && same != open && verdict->cause != CAUSE_UNDETERMINED) {
        if (open->incident.verdict.cause == CAUSE_UNDETERMINED)
            merge_into(book, open, same);
        watch->incident = same;
        incident_add_shower(same, watch);
        return INCIDENT_COUNTED;
    }
    incident_add_shower(open, watch);
    if (!improves(&open->incident.verdict, verdict))
        return INCIDENT_COUNTED;
    open->incident.updated = now;
    open->incident.version++;
    open->incident.change = INCIDENT_UPDATED;
    verdict_copy(open->arena, &open->incident.verdict, verdict);
    return INCIDENT_UPDATED;
}

static void watch_fails(struct watch *watch, const struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    if (watch->failed_slots++ > 0)
        return;
    watch->began = failure != NULL ? failure->started : run->slot.planned;
    watch->symptom = failure != NULL ? failure->symptom : SYMPTOM_NONE;
    free(watch->step);
    watch->step = memory_duplicate(failure != NULL ? failure->name : NULL);
}

static enum incident_change add_failed(struct incident_book *book, struct watch *watch,
                                       const struct run *run, unsigned quorum, struct wall_time now)
{
    watch_fails(watch, run);
    if (watch->incident == NULL) {
        if (watch->failed_slots < INCIDENT_CONFIRM_SLOTS ||
            !quorum_fails(book, run->journey, quorum))
            return INCIDENT_UNCHANGED;
        watch->incident = find_open(book, &run->verdict);
        if (watch->incident == NULL) {
            open_new(book, run, now, watch);
            return INCIDENT_OPENED;
        }
    }
    return show(book, watch, &run->verdict, now);
}

static bool shown_by_anyone(const struct incident_book *book, const struct open_incident *open)
{
    for (size_t i = 0; i < map_count(book->watches); i++)
        if (watch_at(book, i)->incident == open)
            return true;
    return false;
}

/* Takes out one incident that nobody shows any more, or says that there is none. */
static bool resolve_one(struct incident_book *book, struct wall_time now)
{
    for (struct open_incident **link = &book->open; *link != NULL; link = &(*link)->next) {
        struct open_incident *open = *link;
        if (shown_by_anyone(book, open))
            continue;
        *link = open->next;
        open->incident.resolved = open->incident.updated = now;
        open->incident.version++;
        open->incident.change = INCIDENT_RESOLVED;
        book->resolved = open;
        return true;
    }
    return false;
}

enum incident_change incident_book_add(struct incident_book *book, const struct run *run,
                                       unsigned quorum, struct wall_time now,
                                       const struct incident **ret_incident)
{
    struct watch *watch = watch_get(book, run->journey, run->vantage);
    enum incident_change change = INCIDENT_UNCHANGED;
    open_incident_free(book->resolved);
    book->resolved = NULL;
    *ret_incident = NULL;
    watch->last = run->state;
    if (run->state == STATE_FAILED) {
        change = add_failed(book, watch, run, quorum, now);
    } else if (run->state != STATE_UNKNOWN) {
        watch->failed_slots = 0;
        watch->incident = NULL;
    }
    /* One change a call; another incident that is over is told of with the next run. */
    if (change <= INCIDENT_COUNTED && resolve_one(book, now)) {
        *ret_incident = &book->resolved->incident;
        return INCIDENT_RESOLVED;
    }
    if (change != INCIDENT_UNCHANGED)
        *ret_incident = &watch->incident->incident;
    return change;
}

/* --- operators ----------------------------------------------------------------------------- */

static enum result find_called(const struct incident_book *book, const char *name,
                               struct open_incident **ret_open, struct error *error)
{
    *ret_open = NULL;
    for (struct open_incident *open = book->open; open != NULL; open = open->next) {
        if (!incident_is_called(&open->incident, name))
            continue;
        if (*ret_open != NULL)
            return error_set(error, RESULT_INVALID, "`%.64s` may be incident %.16s or %.16s", name,
                             open->incident.id, (*ret_open)->incident.id);
        *ret_open = open;
    }
    return *ret_open != NULL ? RESULT_OK : RESULT_NOT_FOUND;
}

/* Who showed it must fail anew, and be confirmed, to show anything. */
static void let_go(const struct incident_book *book, const struct open_incident *open)
{
    for (size_t i = 0; i < map_count(book->watches); i++) {
        struct watch *watch = watch_at(book, i);
        if (watch->incident != open)
            continue;
        watch->incident = NULL;
        watch->failed_slots = 0;
    }
}

static void take_out(struct incident_book *book, struct open_incident *open)
{
    struct open_incident **link = &book->open;
    while (*link != open)
        link = &(*link)->next;
    *link = open->next;
    open_incident_free(book->resolved);
    book->resolved = open;
}

enum result incident_book_change(struct incident_book *book, const struct incident_order *order,
                                 struct wall_time now, const struct incident **ret_incident,
                                 struct error *error)
{
    struct open_incident *open;
    enum result result = find_called(book, order->id, &open, error);
    if (result == RESULT_OK)
        result = incident_obey(open->arena, &open->incident, order, now, error);
    if (result != RESULT_OK)
        return result;
    *ret_incident = &open->incident;
    if (order->change != INCIDENT_RESOLVED)
        return RESULT_OK;
    let_go(book, open);
    take_out(book, open);
    return RESULT_OK;
}
