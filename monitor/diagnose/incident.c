/* SPDX-License-Identifier: MIT */
/*
 * What a judged run does to the incident book. A watch is one journey from one vantage point; a
 * failing one that is confirmed shows an incident, and may move to another when its verdict learns
 * better. An incident that no watch shows is over. Runs come in the order in which they ended. See
 * incident.h.
 */
#include "monitor/diagnose/incident_private.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"

#include <inttypes.h>
#include <stdlib.h>

/* --- confirmation ---------------------------------------------------------------------------- */

static struct wall_time failure_began(const struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    return failure != NULL ? failure->started : run->slot.planned;
}

static void watch_fails(struct watch *watch, const struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    watch->loud_slots += !run->muted;
    learn_note(watch, run);
    if (watch->failed_slots++ > 0)
        return;
    watch->began = failure_began(run);
    watch->symptom = failure != NULL ? failure->symptom : SYMPTOM_NONE;
    free(watch->step);
    watch->step = memory_duplicate(failure != NULL ? failure->name : NULL);
}

static bool is_confirmed(const struct watch *watch, bool loud)
{
    return (loud ? watch->loud_slots : watch->failed_slots) >= INCIDENT_CONFIRM_SLOTS;
}

/* Whether enough vantage points agree; `loud`: without what they saw in maintenance. */
static bool has_quorum(const struct incident_book *book, const struct watch *watch, unsigned quorum,
                       bool loud, struct scope *ret_scope)
{
    struct scope scope = {.journey = watch->journey};
    for (const struct watch *other = map_get(book->journeys, watch->journey); other != NULL;
         other = other->sibling) {
        scope.seeing += other->last != STATE_UNKNOWN;
        scope.failing += other->last != STATE_UNKNOWN && is_confirmed(other, loud);
    }
    *ret_scope = scope;
    return is_confirmed(watch, loud) &&
           scope.failing >= (quorum > 0 ? quorum : (scope.seeing + 1) / 2);
}

/* --- opening and showing --------------------------------------------------------------------- */

static struct kept *open_new(struct incident_book *book, const struct watch *watch,
                             const struct run *run, bool muted, struct wall_time now)
{
    const struct verdict *verdict = learn_at_opening(book, watch, run);
    const struct incident incident = {
        .began = watch->began,
        .opened = now,
        .updated = now,
        .change = INCIDENT_OPENED,
        .symptom = watch->symptom,
        .journey = watch->journey,
        .step = watch->step,
        .first = *verdict,
        .verdict = *verdict,
        .runs = watch->failed_slots,
        .muted = muted,
    };
    struct kept *kept = book_add(book, &incident);
    if (verdict != &run->verdict)
        learn_keep(kept, &run->verdict);
    char hex[HASH_HEX_LENGTH + 1];
    hash_hex(arena_print(kept->arena, "%s\x1f%" PRId64, run->id, now.us), hex);
    kept->incident.id = arena_duplicate(kept->arena, hex);
    return kept;
}

/* What is told goes before what nobody has heard of, and then the older before the younger. */
static bool comes_first(const struct kept *a, const struct kept *b)
{
    if (a->incident.muted != b->incident.muted)
        return b->incident.muted;
    return a->incident.opened.us < b->incident.opened.us;
}

/* Two that turn out to be the same become the older one, with the better verdict of the two. */
static struct kept *merge(struct incident_book *book, struct kept *known, struct kept *better,
                          struct wall_time now)
{
    struct kept *into = comes_first(known, better) ? known : better;
    struct kept *from = into == known ? better : known;
    for (size_t i = 0; i < map_count(book->watches); i++) {
        struct watch *watch = map_value(book->watches, i);
        if (watch->incident == from)
            watch_show(watch, into, now);
    }
    turn_merge(book, from, into, now);
    if (into == known)
        turn_change(book, into, &better->incident.verdict, now);
    return into;
}

/* Another incident that the verdict is about, and that it speaks for no less surely than what is
 * known speaks for the one that is shown. */
static struct kept *find_better(const struct incident_book *book, const struct kept *kept,
                                const struct verdict *verdict)
{
    const struct verdict *now = &kept->incident.verdict;
    if (verdict->cause == CAUSE_UNDETERMINED || match_is_about(now, verdict))
        return NULL;
    if (now->cause != CAUSE_UNDETERMINED && verdict->confidence < now->confidence)
        return NULL;
    return match_same(book, verdict);
}

/* The incident that a failing watch shows, in the light of its run's verdict. */
static void show(struct incident_book *book, struct watch *watch, const struct run *run,
                 struct wall_time now)
{
    struct kept *kept = watch->incident;
    struct kept *better = find_better(book, kept, &run->verdict);
    kept->incident.runs++;
    kept->counted = true;
    if (better != NULL) {
        if (kept->incident.verdict.cause == CAUSE_UNDETERMINED || kept->showing == 1)
            merge(book, kept, better, now);
        else
            watch_show(watch, better, now);
    } else if (match_improves(&kept->incident.verdict, &run->verdict) &&
               (!run->muted || kept->incident.muted)) {
        turn_change(book, kept, &run->verdict, now);
    }
}

/* --- what it showed is over, and something else fails ----------------------------------------- */

/* Whether the step that failed comes farther now: it passes, or is connected where it was not. */
static bool has_come_farther(const struct watch *watch, const struct run *run)
{
    const struct run_step *step =
        watch->shown_by != NULL ? run_find_step(run, watch->shown_by) : NULL;
    return step != NULL &&
           (run_step_passed(step) || (watch->shown_unconnected && step->state == STATE_FAILED &&
                                      symptom_is_connected(step->symptom)));
}

/* It comes farther, and of what fails then the incident is not the cause. A slot without a run of
 * its own tells neither. */
static void note_otherwise(struct watch *watch, const struct run *run)
{
    if (run->step_count == 0)
        return;
    if (has_come_farther(watch, run) &&
        match_excludes(&run->verdict, &watch->incident->incident.verdict)) {
        if (watch->otherwise++ == 0)
            watch->otherwise_began = failure_began(run);
    } else {
        watch->otherwise = 0;
    }
}

static bool all_fail_otherwise(const struct incident_book *book, const struct kept *kept)
{
    for (size_t i = 0; i < map_count(book->watches); i++) {
        const struct watch *watch = map_value(book->watches, i);
        if (watch->incident == kept && watch->otherwise < INCIDENT_CONFIRM_SLOTS)
            return false;
    }
    return true;
}

/* What fails now takes the incident over, or is one that is known. */
static void turn_otherwise(struct incident_book *book, struct watch *watch, const struct run *run,
                           struct wall_time now)
{
    struct kept *kept = watch->incident, *other = match_open(book, &run->verdict);
    if (other != NULL && other != kept)
        kept = merge(book, kept, other, now);
    else
        turn_change(book, kept, &run->verdict, now);
    for (size_t i = 0; i < map_count(book->watches); i++) {
        struct watch *each = map_value(book->watches, i);
        if (each->incident == kept)
            each->otherwise = 0;
    }
}

/* Others show it still: this one has another trouble, since it failed otherwise first, and a slot
 * more for the others to say that they have, too. */
static void leave(struct watch *watch, const struct run *run, struct wall_time now)
{
    watch_leave(watch, now);
    watch->failed_slots = 0;
    watch->loud_slots = run->muted ? 0 : INCIDENT_CONFIRM_SLOTS - 1;
    watch_fails(watch, run);
    watch->began = watch->otherwise_began;
    watch->failed_slots = INCIDENT_CONFIRM_SLOTS;
}

static void look_otherwise(struct incident_book *book, struct watch *watch, const struct run *run,
                           struct wall_time now)
{
    const struct kept *kept = watch->incident;
    note_otherwise(watch, run);
    if (watch->otherwise < INCIDENT_CONFIRM_SLOTS || (run->muted && !kept->incident.muted))
        return;
    if (all_fail_otherwise(book, kept))
        turn_otherwise(book, watch, run, now);
    else if (watch->otherwise > INCIDENT_CONFIRM_SLOTS)
        leave(watch, run, now);
}

/* A confirmed watch that showed nothing: of an incident that is open, that was over, or anew. */
static void join(struct incident_book *book, struct watch *watch, const struct run *run,
                 const struct scope *scope, bool muted, struct wall_time now)
{
    struct kept *kept = match_open(book, &run->verdict);
    if (kept != NULL) {
        bool returns = kept->showing == 0;
        watch_show(watch, kept, now);
        kept->incident.runs += watch->failed_slots - 1; /* the newest is counted as it is shown */
        if (returns && kept->incident.flapping)
            turn_return(book, kept, scope, muted, now);
        show(book, watch, run, now);
        return;
    }
    kept = match_over(book, watch, &run->verdict);
    if (kept != NULL) {
        book_move(&book->over, &book->open, kept);
        watch_show(watch, kept, now);
        kept->incident.runs += watch->failed_slots;
        turn_return(book, kept, scope, muted, now);
        return;
    }
    kept = open_new(book, watch, run, muted, now);
    watch_show(watch, kept, now);
    turn_open(book, kept, scope, now);
}

static void add_failed(struct incident_book *book, struct watch *watch, const struct run *run,
                       unsigned quorum, struct wall_time now)
{
    struct scope scope;
    watch->quorum = quorum;
    watch_fails(watch, run);
    if (watch->incident != NULL)
        look_otherwise(book, watch, run, now);
    bool loud = has_quorum(book, watch, quorum, true, &scope);
    if (watch->incident != NULL)
        show(book, watch, run, now);
    else if (loud || has_quorum(book, watch, quorum, false, &scope))
        join(book, watch, run, &scope, !loud, now);
    else
        learn_at_once(book, watch, run, now);
    if (watch->incident != NULL && watch->otherwise == 0 && run->step_count > 0)
        watch_note_step(watch, run);
    if (loud && watch->incident != NULL && watch->incident->incident.muted)
        turn_unmute(book, watch->incident, &scope, now);
}

/* --- every run ------------------------------------------------------------------------------- */

/* What is over for so long that it is another one if it comes back. */
static void forget_old(struct incident_book *book, struct wall_time now)
{
    struct kept **link = &book->over;
    while (*link != NULL) {
        struct kept *kept = *link;
        if (wall_between(kept->incident.resolved, now) < INCIDENT_REOPEN) {
            link = &kept->next;
            continue;
        }
        *link = kept->next;
        arena_free(kept->arena);
    }
}

/* Who shows it is known everywhere as soon as all have come that come together. */
static void count(struct incident_book *book, struct kept *kept, struct wall_time now)
{
    bool others = kept->joined.us != 0 && wall_between(kept->joined, now) >= INCIDENT_JOIN_PAUSE;
    if (kept->counted && (others || wall_between(kept->written, now) >= INCIDENT_COUNT))
        book_tell(book, kept, INCIDENT_COUNTED);
}

static void give_out(struct incident_book *book, struct wall_time now)
{
    for (size_t i = 0; i < book->told_count; i++) {
        book->told[i].kept->written = now;
        book->told[i].kept->counted = false;
        book->told[i].kept->joined = (struct wall_time){0};
    }
}

void incident_book_give_counts(struct incident_book *book, struct wall_time now)
{
    book->told_count = book->told_next = 0;
    for (struct kept *kept = book->open; kept != NULL; kept = kept->next)
        count(book, kept, now);
    give_out(book, now);
}

/* What became of it without a run of its own; and mere counts, now and then. */
static void settle(struct incident_book *book, struct kept *kept, struct wall_time now)
{
    if (kept->incident.flapping)
        turn_calm(book, kept, now);
    else if (kept->showing == 0)
        turn_resolve(book, kept, now);
    else if (!kept->incident.muted &&
             wall_between(kept->incident.updated, now) >= INCIDENT_SPREAD_PAUSE)
        turn_spread(book, kept, now);
    count(book, kept, now);
}

void incident_book_add(struct incident_book *book, const struct run *run, unsigned quorum,
                       struct wall_time now)
{
    struct watch *watch = book_watch(book, run->journey, run->vantage);
    struct kept *next;
    book->told_count = book->told_next = 0;
    forget_old(book, now);
    watch->last = run->state;
    if (run->state == STATE_FAILED) {
        add_failed(book, watch, run, quorum, now);
    } else if (run->state != STATE_UNKNOWN) {
        watch_pass(watch, now);
    }
    for (struct kept *kept = book->open; kept != NULL; kept = next) {
        next = kept->next;
        settle(book, kept, now);
    }
    give_out(book, now);
}
