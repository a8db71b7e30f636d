/* SPDX-License-Identifier: MIT */
/* What is in the incident book: watches, incidents, and what is to be given out; and how all of it
 * is taken up again after a restart. See incident_private.h. */
#include "monitor/diagnose/incident_private.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void watch_free(void *value)
{
    struct watch *watch = value;
    free(watch->journey);
    free(watch->vantage);
    free(watch->step);
    free(watch->shown_by);
    learn_forget(watch);
    free(watch);
}

static void kept_free(struct kept *kept)
{
    arena_free(kept->arena);
}

struct incident_book *incident_book_create(void)
{
    struct incident_book *book = memory_allocate(1, sizeof *book);
    book->watches = map_create(watch_free);
    book->journeys = map_create(NULL);
    return book;
}

static void free_all(struct kept *kept)
{
    while (kept != NULL) {
        struct kept *next = kept->next;
        kept_free(kept);
        kept = next;
    }
}

void incident_book_free(struct incident_book *book)
{
    if (book == NULL)
        return;
    map_free(book->watches);
    map_free(book->journeys);
    free_all(book->open);
    free_all(book->over);
    free(book->told);
    free(book);
}

/* --- incidents ------------------------------------------------------------------------------- */

static struct kept *put(struct kept **list, const struct incident *incident)
{
    struct arena *arena = arena_create();
    struct kept *kept = arena_allocate(arena, 1, sizeof *kept);
    kept->arena = arena;
    kept->cause = CAUSE_NONE;
    kept->next = *list;
    *list = kept;
    incident_copy(arena, &kept->incident, incident);
    return kept;
}

struct kept *book_add(struct incident_book *book, const struct incident *incident)
{
    return put(&book->open, incident);
}

void book_move(struct kept **from, struct kept **to, struct kept *kept)
{
    struct kept **link = from;
    while (*link != kept)
        link = &(*link)->next;
    *link = kept->next;
    kept->next = *to;
    *to = kept;
}

/* The weightiest of what happened to it is said. */
void book_tell(struct incident_book *book, struct kept *kept, enum incident_change change)
{
    kept->counted = true;
    for (size_t i = 0; i < book->told_count; i++) {
        if (book->told[i].kept != kept)
            continue;
        if (change > book->told[i].change)
            book->told[i].change = change;
        return;
    }
    memory_grow(book->told, book->told_count);
    book->told[book->told_count++] = (struct told){kept, change};
}

const struct incident *incident_book_take(struct incident_book *book,
                                          enum incident_change *ret_change)
{
    *ret_change = INCIDENT_UNCHANGED;
    if (book->told_next == book->told_count)
        return NULL;
    const struct told *told = &book->told[book->told_next++];
    *ret_change = told->change;
    return &told->kept->incident;
}

/* --- watches --------------------------------------------------------------------------------- */

static struct watch *watch_create(struct incident_book *book, const char *journey,
                                  const char *vantage)
{
    struct watch *watch = memory_allocate(1, sizeof *watch);
    struct watch *first = map_get(book->journeys, journey);
    watch->journey = memory_duplicate(journey);
    watch->vantage = memory_duplicate(vantage);
    watch->last = STATE_UNKNOWN;
    watch->sure_of = CAUSE_NONE;
    if (first != NULL) {
        watch->sibling = first->sibling;
        first->sibling = watch;
    } else {
        map_put(book->journeys, journey, watch);
    }
    return watch;
}

struct watch *book_watch(struct incident_book *book, const char *journey, const char *vantage)
{
    size_t size = strlen(journey) + strlen(vantage) + 2;
    char *key = memory_allocate(size, 1);
    snprintf(key, size, "%s\x1f%s", journey, vantage);
    struct watch *watch = map_get(book->watches, key);
    if (watch == NULL) {
        watch = watch_create(book, journey, vantage);
        map_put(book->watches, key, watch);
    }
    free(key);
    return watch;
}

static struct incident_shower *shower_of(struct kept *kept, const struct watch *watch)
{
    struct incident *incident = &kept->incident;
    for (size_t i = 0; i < incident->shower_count; i++)
        if (strcmp(incident->showers[i].journey, watch->journey) == 0 &&
            strcmp(incident->showers[i].vantage, watch->vantage) == 0)
            return &incident->showers[i];
    arena_grow(kept->arena, incident->showers, incident->shower_count);
    incident->showers[incident->shower_count] = (struct incident_shower){
        .journey = arena_duplicate(kept->arena, watch->journey),
        .vantage = arena_duplicate(kept->arena, watch->vantage),
        .unheard = true,
    };
    return &incident->showers[incident->shower_count++];
}

void watch_show(struct watch *watch, struct kept *kept, struct wall_time now)
{
    struct kept *before = watch->incident;
    if (before == kept)
        return;
    if (before != NULL) {
        struct incident_shower *shower = shower_of(before, watch);
        shower->recovered = now;
        shower->otherwise = kept != NULL;
        before->showing--;
        before->counted = true;
        before->joined = now;
    }
    watch->incident = kept;
    watch->otherwise = 0;
    if (kept == NULL)
        return;
    learn_forget(watch);
    struct incident_shower *shower = shower_of(kept, watch);
    shower->recovered = (struct wall_time){0};
    shower->otherwise = false;
    kept->showing++;
    kept->counted = true;
    kept->joined = now;
}

void watch_leave(struct watch *watch, struct wall_time now)
{
    struct kept *left = watch->incident;
    watch_show(watch, NULL, now);
    shower_of(left, watch)->otherwise = true;
}

void watch_note_step(struct watch *watch, const struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    if (failure == NULL)
        return;
    free(watch->shown_by);
    watch->shown_by = memory_duplicate(failure->name);
    watch->shown_unconnected = !symptom_is_connected(failure->symptom);
    watch->otherwise = 0;
}

void watch_pass(struct watch *watch, struct wall_time now)
{
    struct kept *kept = watch->incident;
    watch->failed_slots = watch->loud_slots = 0;
    watch->sure_of = CAUSE_NONE;
    learn_forget(watch);
    watch_show(watch, NULL, now);
    if (kept != NULL && kept->showing == 0)
        kept->turned = now;
}

/* --- the time before ------------------------------------------------------------------------- */

/* The last time that anything came or went, or later. */
static struct wall_time last_turn(const struct incident *incident)
{
    struct wall_time last = incident->updated;
    for (size_t i = 0; i < incident->shower_count; i++)
        if (incident->showers[i].recovered.us > last.us)
            last = incident->showers[i].recovered;
    return last;
}

static void restore_shower(struct incident_book *book, struct kept *kept,
                           const struct incident_shower *shower)
{
    struct watch *watch = book_watch(book, shower->journey, shower->vantage);
    const struct incident *incident = &kept->incident;
    if (shower->recovered.us != 0) {
        watch->last = STATE_PASSED;
        return;
    }
    watch->last = STATE_FAILED;
    watch->failed_slots = INCIDENT_CONFIRM_SLOTS;
    watch->loud_slots = incident->muted ? 0 : INCIDENT_CONFIRM_SLOTS;
    watch->began = incident->began;
    watch->symptom = incident->symptom;
    watch->incident = kept;
    kept->showing++;
}

static bool has_id(const struct kept *kept, const char *id)
{
    while (kept != NULL && strcmp(kept->incident.id, id) != 0)
        kept = kept->next;
    return kept != NULL;
}

void incident_book_restore(struct incident_book *book, const struct incident *incident,
                           incident_is_watched *is_watched, void *data, struct wall_time now)
{
    if (has_id(book->open, incident->id) || has_id(book->over, incident->id))
        return;
    if (incident->resolved.us != 0) {
        if (wall_between(incident->resolved, now) < INCIDENT_REOPEN)
            put(&book->over, incident);
        return;
    }
    struct kept *kept = book_add(book, incident);
    for (size_t i = 0; i < incident->shower_count; i++)
        if (is_watched(data, incident->showers[i].journey, incident->showers[i].vantage))
            restore_shower(book, kept, &incident->showers[i]);
    kept->turned = last_turn(incident);
    kept->written = now;
}

static void recall_failure(struct watch *watch, const struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    watch->failed_slots = INCIDENT_CONFIRM_SLOTS - 1;
    watch->loud_slots = run->muted ? 0 : INCIDENT_CONFIRM_SLOTS - 1;
    learn_note(watch, run);
    watch->began = failure != NULL ? failure->started : run->slot.planned;
    watch->symptom = failure != NULL ? failure->symptom : SYMPTOM_NONE;
    free(watch->step);
    watch->step = memory_duplicate(failure != NULL ? failure->name : NULL);
}

/* Runs are all in the store, mere counts of incidents not: the run knows better who recovered. */
void incident_book_recall(struct incident_book *book, const struct run *run, struct wall_time now)
{
    struct watch *watch = book_watch(book, run->journey, run->vantage);
    if (wall_between(run->slot.ended, now) >= INCIDENT_RECALL)
        return;
    watch->last = run->state;
    if (run->state == STATE_FAILED)
        watch_note_step(watch, run);
    if (run->state == STATE_FAILED && watch->incident == NULL)
        recall_failure(watch, run);
    else if (run->state == STATE_FAILED && watch->loud_slots == 0)
        watch->loud_slots = !run->muted;
    else if (run->state == STATE_PASSED || run->state == STATE_DEGRADED)
        watch_pass(watch, run->slot.ended);
}

void incident_book_prune(struct incident_book *book, incident_is_watched *is_watched, void *data)
{
    struct map *old = book->watches;
    book->watches = map_create(watch_free);
    map_free(book->journeys);
    book->journeys = map_create(NULL);
    for (size_t i = 0; i < map_count(old); i++) {
        struct watch *watch = map_value(old, i);
        if (!is_watched(data, watch->journey, watch->vantage)) {
            if (watch->incident != NULL)
                watch->incident->showing--;
            continue;
        }
        struct watch *copy = book_watch(book, watch->journey, watch->vantage);
        copy->last = watch->last;
        copy->failed_slots = watch->failed_slots;
        copy->loud_slots = watch->loud_slots;
        copy->quorum = watch->quorum;
        copy->sure_of = watch->sure_of;
        copy->verdict = watch->verdict;
        copy->arena = watch->arena;
        watch->arena = NULL;
        copy->began = watch->began;
        copy->symptom = watch->symptom;
        copy->step = memory_duplicate(watch->step);
        copy->shown_by = memory_duplicate(watch->shown_by);
        copy->shown_unconnected = watch->shown_unconnected;
        copy->otherwise = watch->otherwise;
        copy->otherwise_began = watch->otherwise_began;
        copy->incident = watch->incident;
    }
    map_free(old);
}
