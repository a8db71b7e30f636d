/* SPDX-License-Identifier: MIT */
/*
 * Several faults at once: the smallest set of components that explains every step that fails, and
 * none that passes, found greedily. What another member of the set explains says nothing of the
 * step that is judged. See facts.h.
 */
#include "monitor/diagnose/facts.h"

#include <string.h>

enum { STEPS_MAX = 64, CANDIDATES_MAX = 64 };

/* A component, a part of one, or only that it can be written. */
struct candidate {
    const char *name;
    bool written, cleared;
};

struct cover {
    struct arena *arena;
    const struct run_step *failing[STEPS_MAX]; /* each name once */
    const struct candidate *by[STEPS_MAX];     /* that explains it; NULL: nothing does yet */
    size_t failing_count;
    struct candidate candidates[CANDIDATES_MAX];
    size_t candidate_count;
};

static bool explains(const struct candidate *candidate, const struct run_step *step)
{
    return candidate->written
               ? facts_name_is_among(step->writes, step->writes_count, candidate->name)
               : facts_step_is_about(step, candidate->name);
}

static void add_candidate(struct cover *cover, const char *name, bool written)
{
    for (size_t i = 0; i < cover->candidate_count; i++)
        if (cover->candidates[i].written == written && strcmp(cover->candidates[i].name, name) == 0)
            return;
    if (cover->candidate_count < CANDIDATES_MAX)
        cover->candidates[cover->candidate_count++] = (struct candidate){name, written, false};
}

/* What a step needs comes before the whole that it is a part of: of two that explain as much, the
 * smaller one is blamed. */
static void add_candidates(struct cover *cover, const struct run_step *step)
{
    for (size_t i = 0; i < step->writes_count; i++)
        add_candidate(cover, step->writes[i], true);
    for (size_t i = 0; i < step->needs_count; i++)
        add_candidate(cover, step->needs[i], false);
    for (size_t i = 0; i < step->writes_count; i++)
        add_candidate(cover, facts_whole_of(cover->arena, step->writes[i]), false);
    for (size_t i = 0; i < step->needs_count; i++)
        add_candidate(cover, facts_whole_of(cover->arena, step->needs[i]), false);
}

static void failing_visit(void *data, const struct run_step *step)
{
    struct cover *cover = data;
    if (run_step_passed(step) || cover->failing_count == STEPS_MAX)
        return;
    for (size_t i = 0; i < cover->failing_count; i++)
        if (strcmp(cover->failing[i]->name, step->name) == 0)
            return;
    cover->failing[cover->failing_count++] = step;
    add_candidates(cover, step);
}

static void passing_visit(void *data, const struct run_step *step)
{
    struct cover *cover = data;
    for (size_t i = 0; run_step_passed(step) && i < cover->candidate_count; i++) {
        struct candidate *candidate = &cover->candidates[i];
        candidate->cleared = candidate->cleared || explains(candidate, step);
    }
}

/* How much it explains that nothing explains yet. */
static size_t count_explained(const struct cover *cover, const struct candidate *candidate)
{
    size_t count = 0;
    for (size_t i = 0; i < cover->failing_count; i++)
        count += cover->by[i] == NULL && explains(candidate, cover->failing[i]);
    return count;
}

/* Takes the component into the set that explains most of the rest; false: none explains any. */
static bool take_best(struct cover *cover)
{
    const struct candidate *best = NULL;
    size_t most = 0;
    for (size_t i = 0; i < cover->candidate_count; i++) {
        const struct candidate *candidate = &cover->candidates[i];
        size_t count = candidate->cleared ? 0 : count_explained(cover, candidate);
        if (count > most) {
            most = count;
            best = candidate;
        }
    }
    for (size_t i = 0; best != NULL && i < cover->failing_count; i++)
        if (cover->by[i] == NULL && explains(best, cover->failing[i]))
            cover->by[i] = best;
    return best != NULL;
}

/* What explains the step that is judged; NULL: nothing does. */
static const struct candidate *find_own(const struct cover *cover, const struct run_step *failure)
{
    for (size_t i = 0; i < cover->failing_count; i++)
        if (strcmp(cover->failing[i]->name, failure->name) == 0)
            return cover->by[i];
    return NULL;
}

void facts_find_others(struct facts *facts, const struct facts_view *view)
{
    struct cover cover = {.arena = view->run->arena};
    facts_visit_steps(view, failing_visit, &cover);
    if (cover.failing_count < 2)
        return;
    facts_visit_steps(view, passing_visit, &cover);
    while (take_best(&cover))
        ;
    const struct candidate *own = find_own(&cover, view->failure);
    for (size_t i = 0; own != NULL && i < cover.failing_count; i++)
        if (cover.by[i] != NULL && cover.by[i] != own && !explains(own, cover.failing[i]) &&
            facts->other_count < COUNT_OF(facts->others))
            facts->others[facts->other_count++] = cover.failing[i]->name;
}
