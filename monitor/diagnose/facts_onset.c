/* SPDX-License-Identifier: MIT */
/*
 * How it began, in the whole shop: workers that wait for a part of a database are lost to all else,
 * one after the other. What needs no database passes for a while yet, then hangs, and at last no
 * connection is made: only the order tells such a shop from one whose application, or network,
 * failed at once. See facts.h.
 */
#include "monitor/diagnose/facts.h"

#include <stdint.h>
#include <string.h>

/* Failures that began longer ago than this are another story. */
#define ONSET_WINDOW (30 * DURATION_MINUTE)

/* So many runs, held by a server, are no chance. */
enum { HELD_MIN = 2 };

/* The first failing step of a streak that lasts, or of which nothing more is seen (a step that
 * hangs is held back); NULL: there is none, or another story. */
static const struct run_step *streak_began(const struct facts_view *view,
                                           const struct history_entry *entry)
{
    if (entry->first == NULL || wall_between(entry->onset, view->onset) > ONSET_WINDOW)
        return NULL;
    return run_first_failure(entry->first);
}

/* A run that a streak began with, or may: one that waits, where none has failed yet. */
struct beginning {
    const struct history_entry *entry;
    const struct run *run;
    const struct run_step *failure; /* NULL: none */
};

static size_t beginning_count(const struct facts_view *view)
{
    return history_count(view->history) + view->waiting_count;
}

static bool beginning_at(const struct facts_view *view, size_t n, struct beginning *ret_beginning)
{
    size_t ended = history_count(view->history);
    const struct facts_waiting *waiting = n >= ended ? &view->waiting[n - ended] : NULL;
    const struct history_entry *entry =
        waiting != NULL ? waiting->entry : history_at(view->history, n);
    const struct run_step *failure = streak_began(view, entry);
    if (waiting == NULL) {
        *ret_beginning = (struct beginning){entry, entry->first, failure};
        return failure != NULL;
    }
    *ret_beginning = (struct beginning){entry, waiting->run, run_first_failure(waiting->run)};
    return failure == NULL;
}

/* Whether two other vantage points at least were given the same step since, of the same journey:
 * what fails from one alone is not the shop's beginning of anything. */
static bool passes_elsewhere(const struct facts_view *view, const struct history_entry *entry,
                             const struct run_step *failure)
{
    struct wall_time since = wall_after(failure->started, failure->total);
    const struct history_entry *other = history_of_journey(view->history, entry->run->journey);
    unsigned passing = 0;
    for (; other != NULL && passing < 2; other = other->sibling)
        passing += other != entry && history_passed(other, failure->name).us >= since.us;
    return passing >= 2;
}

/* Whether a step may have failed by a database. One that needs a third party, too, and was answered
 * tells nothing of it: of a provider that gives no answer a shop says so, and goes on. */
static bool may_be_of_database(const struct facts_view *view, const struct run_step *failure)
{
    bool answered = symptom_layer(failure->symptom) == SYMPTOM_LAYER_HTTP &&
                    !history_has_hung(failure) && run_last_exchange(failure) != NULL;
    return facts_step_needs_kind(view->shop, failure, CAUSE_DATABASE) &&
           !(answered && facts_step_needs_kind(view->shop, failure, CAUSE_THIRD_PARTY));
}

/* The earliest of those that failed at the shop, by whatever; with `database`, of those that need
 * one. NULL: there is none. What waits counts only there: who holds a worker is seen by it, but
 * what the application does alone may wait for that worker, and is the application's only where it
 * fails. */
static struct beginning first_of_all(const struct facts_view *view, bool database)
{
    struct beginning first = {.failure = NULL}, one;
    struct wall_time earliest = {INT64_MAX};
    for (size_t n = 0; n < (database ? beginning_count(view) : history_count(view->history)); n++) {
        if (!beginning_at(view, n, &one) || one.failure->started.us >= earliest.us ||
            !facts_reached(one.failure) || (database && !may_be_of_database(view, one.failure)) ||
            passes_elsewhere(view, one.entry, one.failure))
            continue;
        earliest = one.failure->started;
        first = one;
    }
    return first;
}

/* When the health page was well, the last time that it was asked beside that run; 0: never. */
static struct wall_time health_passed(const struct run *run)
{
    struct wall_time last = {0};
    for (size_t i = 0; run != NULL && i < run->finding_count; i++) {
        const struct finding *finding = &run->findings[i];
        if (finding->kind == FINDING_HEALTH && finding_is_well(finding) && !finding->cached &&
            finding->at.us > last.us)
            last = finding->at;
    }
    return last;
}

static struct wall_time later_of(struct wall_time one, struct wall_time other)
{
    return one.us > other.us ? one : other;
}

/* When an application's own step was begun that passed, or its health page, the last time; 0:
 * never. */
static struct wall_time application_passed(const struct facts_view *view)
{
    struct wall_time last = {0};
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        last = later_of(last, health_passed(entry->first));
        last = later_of(last, health_passed(entry->run));
        for (size_t i = 0; i < entry->run->step_count; i++) {
            const struct run_step *step = &entry->run->steps[i];
            if (facts_is_application_alone(view->shop, step))
                last = later_of(last, history_passed(entry, step->name));
        }
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

/* The same of a server whose kernel acknowledged the request, as far as is known. */
static bool was_held(const struct run_step *step)
{
    const struct exchange *exchange = run_last_exchange(step);
    return exchange != NULL && history_has_hung(step) && !facts_path_is_broken(exchange) &&
           exchange->tcp.unacknowledged == 0;
}

/* Whether anything was begun after that, and passed. */
static bool shop_passed_after(const struct facts_view *view, struct wall_time moment)
{
    for (size_t e = 0; e < history_count(view->history); e++)
        if (history_at(view->history, e)->passed.us >= moment.us)
            return true;
    return false;
}

/* Whether all that fails is seen from one vantage point, while others look and pass. */
static bool fails_from_one_alone(const struct facts_view *view)
{
    unsigned passing = 0;
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        bool here = strcmp(entry->run->vantage, view->run->vantage) == 0;
        if (!here && history_failure(entry) != NULL)
            return false;
        passing += !here && strcmp(entry->run->journey, view->run->journey) == 0;
    }
    return passing >= 2;
}

/* Whether a run began to fail with a step that the application does alone, and that hung, before
 * that. */
static bool hung_alone_before(const struct facts_view *view, const struct run *run,
                              const struct run_step *first)
{
    const struct run_step *failure = run != NULL ? run_first_failure(run) : NULL;
    return failure != NULL && history_has_hung(failure) &&
           failure->started.us < first->started.us &&
           wall_between(failure->started, first->started) < ONSET_WINDOW &&
           facts_is_application_alone(view->shop, failure);
}

/* The same of any run, also of one that has passed since. */
static bool application_hung_before(const struct facts_view *view, const struct run_step *first)
{
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct history_entry *entry = history_at(view->history, e);
        if (hung_alone_before(view, entry->first, first) ||
            hung_alone_before(view, entry->before, first))
            return true;
    }
    for (size_t i = 0; i < view->waiting_count; i++)
        if (hung_alone_before(view, view->waiting[i].run, first))
            return true;
    return false;
}

/* Whether it began with a server that held the step, however that ended. */
static bool held_up(const struct beginning *one)
{
    return was_held(one->failure) || history_gave_up(one->entry, one->failure);
}

/* The step of the application alone that a run had just passed when one hung that needs a database;
 * NULL: it did not begin to fail like that. */
static const struct run_step *passed_before_hanging(const struct facts_view *view,
                                                    const struct beginning *one)
{
    const struct run_step *last = NULL;
    if (!held_up(one) || !facts_step_needs_kind(view->shop, one->failure, CAUSE_DATABASE))
        return NULL;
    for (const struct run_step *step = one->run->steps; step < one->failure; step++)
        if (run_step_passed(step) && facts_is_application_alone(view->shop, step) &&
            wall_between(step->started, one->failure->started) < FACTS_LATER)
            last = step;
    return last;
}

/* Whether anything began to fail before that which the application does alone. */
static bool application_failed_before(const struct facts_view *view, struct wall_time moment)
{
    struct beginning one;
    for (size_t n = 0; n < beginning_count(view); n++)
        if (beginning_at(view, n, &one) && one.failure->started.us < moment.us &&
            facts_is_application_alone(view->shop, one.failure) &&
            !facts_is_of_the_way(one.failure->symptom))
            return true;
    return false;
}

/* An application that stops does so between journeys, mostly, and each begins to fail where it
 * begins. A database that stops lets all pass that comes before it, until no worker is left: of
 * vantage points that begin together one may pass what the others find no worker for. */
static const struct run_step *began_behind_application(const struct facts_view *view)
{
    const struct run_step *passed = NULL, *first = NULL;
    struct beginning one;
    for (size_t n = 0; n < beginning_count(view); n++) {
        if (!beginning_at(view, n, &one))
            continue;
        const struct run_step *before = passed_before_hanging(view, &one);
        if (before == NULL || (first != NULL && first->started.us <= one.failure->started.us) ||
            passes_elsewhere(view, one.entry, one.failure))
            continue;
        first = one.failure;
        passed = before;
    }
    return first != NULL &&
                   !application_failed_before(view, wall_after(first->started, -FACTS_LATER))
               ? passed
               : NULL;
}

void facts_look_at_onset(struct facts_view *view)
{
    const struct beginning beginning = first_of_all(view, true);
    const struct run_step *first = beginning.failure;
    struct wall_time passed = application_passed(view);
    bool held = first != NULL && held_up(&beginning);
    view->database_began = first;
    view->grew = held && passed.us >= wall_after(first->started, FACTS_LATER).us &&
                 !way_failed_before(view, passed) && !fails_from_one_alone(view) &&
                 !application_hung_before(view, first);
    view->passed_first = began_behind_application(view);
    view->database_led =
        held && !application_failed_before(view, wall_after(first->started, FACTS_LATER));
}

/* The first step that the application does alone, and that hung while its kernel did not; NULL: it
 * began otherwise. */
static const struct run_step *application_began(const struct facts_view *view)
{
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct run_step *failure = streak_began(view, history_at(view->history, e));
        if (failure != NULL && was_held(failure) && facts_is_application_alone(view->shop, failure))
            return failure;
    }
    return NULL;
}

/* Whether the step errs as the first one did, and needs a database as that did. No worker is lost
 * then: an application that runs out of sessions fails all of these alike, one after the other. */
static bool errs_as_it_began(const struct facts_view *view, const struct run_step *first)
{
    return !history_has_hung(first) && !history_has_hung(view->failure) &&
           symptom_layer(view->failure->symptom) == SYMPTOM_LAYER_HTTP &&
           facts_step_needs_kind(view->shop, view->failure, CAUSE_DATABASE);
}

void facts_of_onset(struct facts *facts, const struct facts_view *view)
{
    const struct run_step *first = view->database_began;
    const char *part = first != NULL ? facts_need_of_kind(view->shop, first, CAUSE_DATABASE) : NULL;
    bool unconnected = facts_have(facts, FACT_TCP_TIMEOUT_LATER);
    const struct run_step *application = unconnected ? application_began(view) : NULL;
    if (application != NULL && !facts_may_follow(facts, view))
        facts_add(facts, FACT_BEGAN_WITH_APPLICATION, application->name);
    if (view->passed_first != NULL && !view->grew && history_has_hung(view->failure) &&
        facts_was_delivered(facts, view))
        facts_add(facts, FACT_BEGAN_BEHIND_APPLICATION, view->passed_first->name);
    if (part == NULL || !view->grew || (facts_step_needs(view->failure, part) && !unconnected) ||
        view->failure->started.us < wall_after(first->started, FACTS_LATER).us ||
        facts_part_passed(view, part, first) || errs_as_it_began(view, first))
        return;
    facts->began_with = part;
    facts_add(facts, FACT_BEGAN_WITH_DATABASE, part);
}

/* Whether more of them began with a server that held them than with none at all. A path that is cut
 * catches few in the middle of a request. */
static bool most_were_held(const struct facts_view *view)
{
    unsigned held = 0, unconnected = 0;
    for (size_t e = 0; e < history_count(view->history); e++) {
        const struct run_step *failure = streak_began(view, history_at(view->history, e));
        held += failure != NULL && was_held(failure);
        unconnected += failure != NULL && failure->symptom == SYMPTOM_TCP_TIMED_OUT;
    }
    return held >= HELD_MIN && held > unconnected;
}

/* The step that it began with, where that was held; NULL: it began otherwise. */
static const struct run_step *began_with_silence(const struct facts_view *view)
{
    const struct run_step *first = first_of_all(view, false).failure;
    return first != NULL && was_held(first) ? first : NULL;
}

bool facts_began_with_silence(const struct facts_view *view)
{
    return began_with_silence(view) != NULL;
}

const struct run_step *facts_filled_up_since(const struct facts_view *view)
{
    const struct run_step *first = began_with_silence(view);
    if (first == NULL)
        return NULL;
    /* A front door lets in whoever comes, as long as the way to it is well. */
    bool passed = facts_front_door(view->shop) != NULL
                      ? view->grew
                      : shop_passed_after(view, wall_after(first->started, FACTS_LATER));
    return passed || most_were_held(view) ? first : NULL;
}
