/* SPDX-License-Identifier: MIT */
/*
 * What an incident learns from a journey that does not show it: one that fails, and has not done so
 * often enough to count by itself, but whose verdict is sure. That something fails is known by the
 * incident; by what, the first may say that can. See incident_private.h.
 */
#include "monitor/diagnose/incident_private.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"

#include <string.h>

void learn_forget(struct watch *watch)
{
    arena_free(watch->arena);
    watch->arena = NULL;
}

/* A slot without a run of its own has none of the facts. */
void learn_note(struct watch *watch, const struct run *run)
{
    if (run->step_count == 0)
        return;
    learn_forget(watch);
    watch->sure_of = match_sure_of(&run->verdict);
    if (watch->sure_of == CAUSE_NONE || watch->incident != NULL || run->muted)
        return;
    watch->arena = arena_create();
    verdict_copy(watch->arena, &watch->verdict, &run->verdict);
}

/* Whether a quorum of vantage points is sure of the same, if only since now, and none that fails
 * says otherwise. */
static bool is_agreed(const struct incident_book *book, const struct watch *watch)
{
    unsigned sure = 0, seeing = 0;
    for (const struct watch *other = map_get(book->journeys, watch->journey); other != NULL;
         other = other->sibling) {
        bool fails = other->last == STATE_FAILED && other->failed_slots > 0;
        if (fails && other->sure_of != watch->sure_of)
            return false;
        seeing += other->last != STATE_UNKNOWN;
        sure += fails;
    }
    return sure >= (watch->quorum > 0 ? watch->quorum : (seeing + 1) / 2);
}

static bool is_of_the_time(const struct watch *watch, struct wall_time began)
{
    duration between = wall_between(began, watch->began);
    return between < INCIDENT_LEARN && between > -INCIDENT_LEARN;
}

void learn_keep(struct kept *kept, const struct verdict *verdict)
{
    kept->cause = verdict->cause;
    kept->component = arena_duplicate(kept->arena, verdict->component);
}

void learn_at_once(struct incident_book *book, const struct watch *watch, const struct run *run,
                   struct wall_time now)
{
    struct kept *kept = match_unsure(book, &run->verdict);
    if (kept == NULL || run->step_count == 0 || (run->muted && !kept->incident.muted) ||
        !is_of_the_time(watch, kept->incident.began) ||
        !match_improves(&kept->incident.verdict, &run->verdict) || !is_agreed(book, watch))
        return;
    learn_keep(kept, &kept->incident.verdict);
    turn_change(book, kept, &run->verdict, now);
}

/* How often a step's needs name a part of the same whole, and how often that or the whole. */
static void count_parts(const char *const *needs, size_t count, const char *component,
                        size_t *ret_related, size_t *ret_same)
{
    size_t whole = strcspn(component, ".");
    for (size_t i = 0; i < count; i++) {
        bool related = strcspn(needs[i], ".") == whole && strncmp(needs[i], component, whole) == 0;
        *ret_related += related;
        *ret_same += related && (needs[i][whole] == '\0' || component[whole] == '\0' ||
                                 strcmp(needs[i], component) == 0);
    }
}

/* Of a database's parts only one that it needs can fail a step; one that needs none may wait for
 * who does. */
static bool can_fail(const char *component, const struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    size_t related = 0, same = 0;
    if (component == NULL || failure == NULL)
        return true;
    count_parts(failure->needs, failure->needs_count, component, &related, &same);
    count_parts(failure->writes, failure->writes_count, component, &related, &same);
    return related == 0 || same > 0;
}

/* What is known of an open incident is not told of a new one. */
static bool is_witness(const struct incident_book *book, const struct watch *other,
                       const struct watch *watch, const struct run *run)
{
    const struct verdict *verdict = &run->verdict;
    return other->arena != NULL && other->last == STATE_FAILED &&
           strcmp(other->journey, watch->journey) != 0 && is_of_the_time(other, watch->began) &&
           match_leaves_open(verdict, &other->verdict) &&
           match_improves(verdict, &other->verdict) && match_same(book, &other->verdict) == NULL &&
           can_fail(other->verdict.component, run) && is_agreed(book, other);
}

const struct verdict *learn_at_opening(const struct incident_book *book, const struct watch *watch,
                                       const struct run *run)
{
    const struct verdict *verdict = &run->verdict, *found = verdict;
    if (match_sure_of(verdict) != CAUSE_NONE)
        return verdict;
    for (size_t i = 0; i < map_count(book->watches); i++) {
        const struct watch *other = map_value(book->watches, i);
        if (!is_witness(book, other, watch, run))
            continue;
        if (found != verdict && found->cause != other->verdict.cause)
            return verdict;
        if (found == verdict || other->verdict.confidence > found->confidence)
            found = &other->verdict;
    }
    return found;
}
