/* SPDX-License-Identifier: MIT */
/*
 * Others that are under way, and wait far longer than usual: each is seen as a run that has just
 * hung in that step. It tells of how all began, and of which steps hang, before it has ended. See
 * facts.h.
 */
#include "monitor/diagnose/facts.h"

#include <string.h>

static struct run_step *add_step(struct run *run, const struct run_step *known,
                                 const struct waiting *waiting, enum state state)
{
    struct run_step *step = run_add_step(run, known->name);
    step->needs = known->needs;
    step->needs_count = known->needs_count;
    step->writes = known->writes;
    step->writes_count = known->writes_count;
    step->state = state;
    step->started = waiting->started;
    return step;
}

/* The run as it would have ended then. What it needs is known from the last that ended. */
static struct run *as_run(const struct facts_view *view, const struct history_entry *entry,
                          const struct waiting *waiting)
{
    const struct run_step *known = run_find_step(entry->run, waiting->step);
    const struct run_step *behind =
        waiting->behind != NULL ? run_find_step(entry->run, waiting->behind) : NULL;
    if (known == NULL)
        return NULL;
    struct run *run = arena_allocate(view->run->arena, 1, sizeof *run);
    run->arena = view->run->arena;
    run->journey = waiting->journey;
    run->vantage = waiting->vantage;
    run->state = STATE_FAILED;
    if (behind != NULL)
        add_step(run, behind, waiting, STATE_PASSED);
    struct run_step *step = add_step(run, known, waiting, STATE_FAILED);
    struct exchange *exchange = run_add_exchange(run, step);
    step->total = waiting->waited;
    step->symptom = exchange->symptom = SYMPTOM_HTTP_TIMEOUT_TTFB;
    exchange->failed_phase = PHASE_WAIT;
    return run;
}

/* What has ended since is known better; and what passed elsewhere since waits for something of its
 * own. */
static bool is_news(const struct facts_view *view, const struct history_entry *entry,
                    const struct waiting *waiting)
{
    if (entry->run->slot.ended.us >= waiting->started.us)
        return false;
    const struct history_entry *other = history_of_journey(view->history, waiting->journey);
    for (; other != NULL; other = other->sibling)
        if (history_passed(other, waiting->step).us >= waiting->started.us)
            return false;
    return true;
}

void facts_see_waiting(struct facts_view *view)
{
    for (size_t i = 0; i < view->run->waiting_count && view->waiting_count < UNDER_WAY_MAX; i++) {
        const struct waiting *waiting = &view->run->waiting[i];
        const struct history_entry *entry =
            history_find(view->history, waiting->journey, waiting->vantage);
        if (entry == NULL || !is_news(view, entry, waiting))
            continue;
        const struct run *run = as_run(view, entry, waiting);
        if (run != NULL)
            view->waiting[view->waiting_count++] = (struct facts_waiting){waiting, entry, run};
    }
}

/* `checkout from Frankfurt has been waiting for 1.60 s in “pay”, which needs Orders`. */
static const char *words_of(const struct facts_view *view, const struct waiting *waiting,
                            const char *part)
{
    char waited[DURATION_TEXT_MAX], usual[DURATION_TEXT_MAX];
    struct arena *arena = view->run->arena;
    return arena_print(arena, "%s from %s has been waiting for %s in “%s”, which %s%s (usually %s)",
                       waiting->journey, shop_vantage_title(view->shop, waiting->vantage),
                       duration_print(waiting->waited, waited), waiting->step,
                       part != NULL ? "needs " : "the application does alone",
                       part != NULL ? shop_title(view->shop, part, arena) : "",
                       duration_print(waiting->usual, usual));
}

/* The first of those that tell of a database, or else of the application. The same step from
 * elsewhere waits for the same. */
void facts_of_waiting(struct facts *facts, const struct facts_view *view)
{
    const struct facts_waiting *told = NULL;
    const char *part = NULL;
    for (size_t i = 0; i < view->waiting_count && part == NULL; i++) {
        const struct facts_waiting *one = &view->waiting[i];
        const struct run_step *step = run_first_failure(one->run);
        if (strcmp(step->name, view->failure->name) == 0)
            continue;
        part = facts_need_of_kind(view->shop, step, CAUSE_DATABASE);
        if (part != NULL || (told == NULL && facts_is_application_alone(view->shop, step)))
            told = one;
    }
    if (told != NULL)
        facts_add(facts, FACT_OTHERS_WAIT, words_of(view, told->waiting, part));
}
