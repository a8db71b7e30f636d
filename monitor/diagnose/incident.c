/* SPDX-License-Identifier: MIT */
/*
 * One incident a cause: opened when enough slots and vantage points agree, joined by every journey
 * that shows it, resolved when all of them pass. Gets judged runs in the order in which they ended;
 * says what changed. See incident.h.
 */
#include "monitor/diagnose/incident.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct open_incident {
    struct arena *arena;
    struct incident incident;
    struct open_incident *next;
};

/* One journey from one vantage point: how many slots in a row failed, and to which incident it
 * belongs. */
struct watch {
    char *journey;
    unsigned failed_slots;
    struct wall_time began; /* when the first of them failed */
    struct open_incident *incident;
};

struct incident_book {
    struct map *watches; /* "journey\x1fvantage" -> struct watch, owned */
    struct open_incident *open;
    struct open_incident *resolved; /* the one told of last, kept until the next call */
};

static void watch_free(void *value)
{
    struct watch *watch = value;
    free(watch->journey);
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

void incident_book_restore(struct incident_book *book, const struct incident *incident)
{
    struct open_incident *open = open_incident_add(book);
    incident_copy(open->arena, &open->incident, incident);
}

static struct watch *watch_get(struct incident_book *book, const struct run *run)
{
    char key[512];
    snprintf(key, sizeof key, "%.250s\x1f%.250s", run->journey, run->vantage);
    struct watch *watch = map_get(book->watches, key);
    if (watch == NULL) {
        watch = memory_allocate(1, sizeof *watch);
        watch->journey = memory_duplicate(run->journey);
        map_put(book->watches, key, watch);
    }
    return watch;
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_fault(const struct verdict *a, const struct verdict *b)
{
    return a->cause == b->cause && same_text(a->component, b->component);
}

/* How many vantage points show this journey failing for long enough. */
static unsigned confirmed_vantages(const struct incident_book *book, const char *journey)
{
    unsigned count = 0;
    for (size_t i = 0; i < map_count(book->watches); i++) {
        const struct watch *watch = map_value(book->watches, i);
        count +=
            watch->failed_slots >= INCIDENT_CONFIRM_SLOTS && strcmp(watch->journey, journey) == 0;
    }
    return count;
}

/*
 * The open incident that this failure belongs to: of the same fault; a verdict that cannot tell
 * joins any; and one that could not tell so far is joined by who can.
 */
static struct open_incident *find_open(struct incident_book *book, const struct verdict *verdict)
{
    struct open_incident *vague = NULL;
    for (struct open_incident *open = book->open; open != NULL; open = open->next) {
        if (same_fault(&open->incident.verdict, verdict))
            return open;
        if (verdict->cause == CAUSE_UNDETERMINED ||
            open->incident.verdict.cause == CAUSE_UNDETERMINED)
            vague = open;
    }
    return vague;
}

static void open_new(struct incident_book *book, const struct run *run, struct wall_time now,
                     struct watch *watch)
{
    struct open_incident *open = open_incident_add(book);
    const struct run_step *failure = run_first_failure(run);
    char hex[HASH_HEX_LENGTH + 1];
    hash_hex(arena_print(open->arena, "%s\x1f%" PRId64, run->id, now.us), hex);
    struct incident incident = {
        .id = hex,
        .began = watch->began,
        .opened = now,
        .updated = now,
        .symptom = failure != NULL ? failure->symptom : SYMPTOM_NONE,
        .journey = run->journey,
        .step = failure != NULL ? failure->name : NULL,
        .first = run->verdict,
        .verdict = run->verdict,
        .runs = watch->failed_slots,
    };
    incident_copy(open->arena, &open->incident, &incident);
    watch->incident = open;
}

/* The verdict changes when another is better founded: one that can tell beats one that cannot, else
 * the surer. */
static bool improve(struct open_incident *open, const struct verdict *verdict, struct wall_time now)
{
    struct incident *incident = &open->incident;
    bool was_vague = incident->verdict.cause == CAUSE_UNDETERMINED;
    bool is_vague = verdict->cause == CAUSE_UNDETERMINED;
    if (is_vague && !was_vague)
        return false;
    bool surer = verdict->confidence > incident->verdict.confidence + 0.005;
    if (!surer && !(was_vague && !is_vague))
        return false;
    incident->updated = now;
    verdict_copy(open->arena, &incident->verdict, verdict);
    return true;
}

static enum incident_change add_failed(struct incident_book *book, struct watch *watch,
                                       const struct run *run, unsigned quorum, struct wall_time now)
{
    const struct run_step *failure = run_first_failure(run);
    if (watch->failed_slots++ == 0)
        watch->began = failure != NULL ? failure->started : run->slot.planned;
    if (watch->incident == NULL) {
        if (confirmed_vantages(book, run->journey) < quorum ||
            watch->failed_slots < INCIDENT_CONFIRM_SLOTS)
            return INCIDENT_UNCHANGED;
        watch->incident = find_open(book, &run->verdict);
        if (watch->incident == NULL) {
            open_new(book, run, now, watch);
            return INCIDENT_OPENED;
        }
    }
    watch->incident->incident.runs++;
    return improve(watch->incident, &run->verdict, now) ? INCIDENT_UPDATED : INCIDENT_UNCHANGED;
}

static bool shown_by_anyone(const struct incident_book *book, const struct open_incident *open)
{
    for (size_t i = 0; i < map_count(book->watches); i++)
        if (((const struct watch *)map_value(book->watches, i))->incident == open)
            return true;
    return false;
}

static void unlink_open(struct incident_book *book, struct open_incident *open)
{
    struct open_incident **link = &book->open;
    while (*link != open)
        link = &(*link)->next;
    *link = open->next;
}

/* A restored incident has no watches yet: the first pass of the journey that opened it counts as
 * theirs. */
static struct open_incident *restored_for(struct incident_book *book, const struct run *run)
{
    for (struct open_incident *open = book->open; open != NULL; open = open->next)
        if (!shown_by_anyone(book, open) && same_text(open->incident.journey, run->journey))
            return open;
    return NULL;
}

static enum incident_change add_passed(struct incident_book *book, struct watch *watch,
                                       const struct run *run, struct wall_time now)
{
    struct open_incident *open =
        watch->incident != NULL ? watch->incident : restored_for(book, run);
    watch->failed_slots = 0;
    watch->incident = NULL;
    if (open == NULL || shown_by_anyone(book, open))
        return INCIDENT_UNCHANGED;
    open->incident.resolved = open->incident.updated = now;
    unlink_open(book, open);
    book->resolved = open;
    return INCIDENT_RESOLVED;
}

enum incident_change incident_book_add(struct incident_book *book, const struct run *run,
                                       unsigned quorum, unsigned healthy, struct wall_time now,
                                       const struct incident **ret_incident)
{
    open_incident_free(book->resolved);
    book->resolved = NULL;
    *ret_incident = NULL;
    if (run->state == STATE_UNKNOWN)
        return INCIDENT_UNCHANGED;
    if (quorum == 0)
        quorum = (healthy + 1) / 2;
    struct watch *watch = watch_get(book, run);
    enum incident_change change = run->state == STATE_FAILED
                                      ? add_failed(book, watch, run, quorum, now)
                                      : add_passed(book, watch, run, now);
    if (change == INCIDENT_RESOLVED)
        *ret_incident = &book->resolved->incident;
    else if (change != INCIDENT_UNCHANGED)
        *ret_incident = &watch->incident->incident;
    return change;
}
