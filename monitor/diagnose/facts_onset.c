/* SPDX-License-Identifier: MIT */
/*
 * How it began, in the whole shop: workers that wait for a part of a database are lost to all else,
 * one after the other. What needs no database passes for a while yet, then hangs, and at last no
 * connection is made: only the order tells such a shop from one whose application, or network,
 * failed at once. See facts.h.
 */
#include "monitor/diagnose/facts.h"

#include <stdint.h>

/* Failures that began longer ago than this are another story. */
#define ONSET_WINDOW (30 * DURATION_MINUTE)

/* What is begun this long after a step that fails, and passes, was not caught by the same thing at
 * the same moment. */
#define LATER (300 * DURATION_MILLISECOND)

/* The first failing step of a streak that lasts, or of which nothing more is seen (a step that
 * hangs is held back); NULL: there is none, or another story. */
static const struct run_step *streak_began(const struct facts_view *view,
                                           const struct history_entry *entry)
{
    if (entry->first == NULL || wall_between(entry->onset, view->onset) > ONSET_WINDOW)
        return NULL;
    return run_first_failure(entry->first);
}

/* Of those that the shop was reached by, and that need a database; or, with `database` false, of
 * those that got no answer in time. NULL: there is none. */
static const struct run_step *first_of_all(const struct facts_view *view, bool database)
{
    const struct run_step *first = NULL;
    struct wall_time earliest = {INT64_MAX};
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        const struct run_step *failure = streak_began(view, entry);
        if (failure == NULL || entry->onset.us >= earliest.us || !facts_reached(failure->symptom) ||
            (database && !facts_step_needs_kind(view->shop, failure, CAUSE_DATABASE)))
            continue;
        earliest = entry->onset;
        first = failure;
    }
    return first;
}

/* When an application's own step was begun that passed, or its health page, the last time; 0:
 * never. */
static struct wall_time application_passed(const struct facts_view *view)
{
    struct wall_time last = {0};
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        for (size_t i = 0; i < entry->run->step_count; i++) {
            const struct run_step *step = &entry->run->steps[i];
            struct wall_time passed = history_passed(entry, step->name);
            if (facts_is_application_alone(view->shop, step) && passed.us > last.us)
                last = passed;
        }
    }
    for (size_t i = 0; i < view->run->finding_count; i++) {
        const struct finding *finding = &view->run->findings[i];
        if (finding->kind == FINDING_HEALTH && finding_is_well(finding) && !finding->cached &&
            finding->at.us > last.us)
            last = finding->at;
    }
    return last;
}

/* Whether a run failed on the way to the shop, before that. */
static bool failed_on_the_way(const struct run *run, struct wall_time moment)
{
    const struct run_step *failure = run_first_failure(run);
    return failure != NULL && failure->started.us < moment.us &&
           facts_is_of_the_way(failure->symptom);
}

/* The same of any. A full queue comes last: when nobody is let in, nothing passes any more. */
static bool way_failed_before(const struct facts_view *view, struct wall_time moment)
{
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        bool first = streak_began(view, entry) != NULL && failed_on_the_way(entry->first, moment);
        if (first || failed_on_the_way(entry->run, moment))
            return true;
    }
    return false;
}

bool facts_has_hung(const struct run_step *step)
{
    const struct exchange *exchange = run_last_exchange(step);
    return step->symptom == SYMPTOM_HTTP_TIMEOUT_TTFB ||
           step->symptom == SYMPTOM_HTTP_TIMEOUT_BODY ||
           (exchange != NULL && exchange->status == 504);
}

/* Whether anything was begun after that, and passed. */
static bool shop_passed_after(const struct facts_view *view, struct wall_time moment)
{
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        for (size_t i = 0; i < entry->run->step_count; i++)
            if (history_passed(entry, entry->run->steps[i].name).us >= moment.us)
                return true;
    }
    return false;
}

void facts_look_at_onset(struct facts_view *view)
{
    const struct run_step *first = first_of_all(view, true);
    struct wall_time passed = application_passed(view);
    view->database_began = first;
    view->grew = first != NULL && facts_has_hung(first) &&
                 passed.us >= wall_after(first->started, LATER).us &&
                 !way_failed_before(view, passed);
}

void facts_of_onset(struct facts *facts, const struct facts_view *view)
{
    const struct run_step *first = view->database_began;
    const char *part = first != NULL ? facts_part_of_database(view->shop, first) : NULL;
    if (part == NULL || !view->grew || facts_step_needs(view->failure, part) ||
        view->failure->started.us < wall_after(first->started, LATER).us)
        return;
    facts->began_with = part;
    facts_add(facts, FACT_BEGAN_WITH_DATABASE, part);
}

const struct run_step *facts_filled_up_since(const struct facts_view *view)
{
    const struct run_step *first = first_of_all(view, false);
    const struct exchange *exchange = first != NULL ? run_last_exchange(first) : NULL;
    bool filled = exchange != NULL && facts_has_hung(first) &&
                  !facts_path_is_broken(&exchange->tcp) &&
                  shop_passed_after(view, wall_after(first->started, LATER));
    return filled ? first : NULL;
}
