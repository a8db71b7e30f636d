/* SPDX-License-Identifier: MIT */
/* See casebook.h. */
#include "monitor/diagnose/casebook.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"
#include "monitor/diagnose/history.h"
#include "monitor/record/reason.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* How the last run of a journey from a vantage point was judged, of those that went. */
struct judged {
    char *journey, *vantage;
    enum state state;
    struct verdict verdict;
    struct arena *arena; /* of the verdict's texts; NULL: it has none */
    uint64_t hung; /* of all that ended with a step that hung, the how-manieth; 0: it did not */
    bool blind;    /* the last of them that tried to look could not */
};

struct casebook {
    struct history *history;
    struct incident_book *incidents;
    struct map *judged; /* history_key -> struct judged, owned */
    uint64_t hung_count;
};

static void judged_free(void *value)
{
    struct judged *judged = value;
    free(judged->journey);
    free(judged->vantage);
    arena_free(judged->arena);
    free(judged);
}

struct casebook *casebook_create(void)
{
    struct casebook *casebook = memory_allocate(1, sizeof *casebook);
    casebook->history = history_create();
    casebook->incidents = incident_book_create();
    casebook->judged = map_create(judged_free);
    return casebook;
}

void casebook_free(struct casebook *casebook)
{
    if (casebook == NULL)
        return;
    map_free(casebook->judged);
    incident_book_free(casebook->incidents);
    history_free(casebook->history);
    free(casebook);
}

struct history *casebook_history(const struct casebook *casebook)
{
    return casebook->history;
}

struct incident_book *casebook_incidents(const struct casebook *casebook)
{
    return casebook->incidents;
}

/* Those that stay move into another map. */
void casebook_prune(struct casebook *casebook, history_is_watched *is_watched, void *data)
{
    struct map *kept = map_create(judged_free);
    for (size_t i = 0; i < map_count(casebook->judged); i++) {
        struct judged *judged = map_value(casebook->judged, i);
        if (!is_watched(data, judged->journey, judged->vantage))
            continue;
        struct judged *moved = memory_allocate(1, sizeof *moved);
        *moved = *judged;
        *judged = (struct judged){0};
        map_put(kept, map_key(casebook->judged, i), moved);
    }
    map_free(casebook->judged);
    casebook->judged = kept;
    history_prune(casebook->history, is_watched, data);
    incident_book_prune(casebook->incidents, is_watched, data);
}

/* --- how runs were judged -------------------------------------------------------------------- */

static struct judged *find_judged(const struct casebook *casebook, const struct run *run)
{
    char *key = history_key(run->journey, run->vantage);
    struct judged *judged = map_get(casebook->judged, key);
    free(key);
    return judged;
}

static struct judged *add_judged(struct casebook *casebook, const struct run *run)
{
    char *key = history_key(run->journey, run->vantage);
    struct judged *judged = memory_allocate(1, sizeof *judged);
    judged->journey = memory_duplicate(run->journey);
    judged->vantage = memory_duplicate(run->vantage);
    map_put(casebook->judged, key, judged);
    free(key);
    return judged;
}

/* Whether it came to its first step at least. */
static bool has_looked(const struct run *run)
{
    return run->step_count > 0 && run->steps[0].state != STATE_SKIPPED;
}

/* A slot that was not replayed (late, paused, too much) does not tell whether it would have seen
 * anything. */
static void note_judged(struct casebook *casebook, const struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    struct judged *judged = find_judged(casebook, run);
    if (judged == NULL)
        judged = add_judged(casebook, run);
    judged->state = run->state;
    if (has_looked(run))
        judged->blind = run->state == STATE_UNKNOWN;
    judged->hung = failure != NULL && run_step_hung(failure) ? ++casebook->hung_count : 0;
    arena_free(judged->arena);
    judged->arena = run->verdict.cause != CAUSE_NONE ? arena_create() : NULL;
    judged->verdict = (struct verdict){.cause = CAUSE_NONE, .runner_up = CAUSE_NONE};
    if (judged->arena != NULL)
        verdict_copy(judged->arena, &judged->verdict, &run->verdict);
}

/* The latest of a journey's runs that came to the step that hangs, wherever from; NULL: none. */
static const struct judged *find_watcher(const struct casebook *casebook, const char *journey)
{
    const struct judged *latest = NULL;
    for (size_t i = 0; i < map_count(casebook->judged); i++) {
        const struct judged *judged = map_value(casebook->judged, i);
        if (judged->hung > (latest != NULL ? latest->hung : 0) &&
            strcmp(judged->journey, journey) == 0)
            latest = judged;
    }
    return latest;
}

/* A slot that has no run of its own to be judged by: that of another stands for it. */
static bool is_stand_in(const struct run *run)
{
    enum reason reason = reason_from_words(run->reason);
    return reason == REASON_OVERLAP || reason == REASON_HELD_BACK;
}

static void share_verdict(const struct casebook *casebook, struct run *run)
{
    const struct judged *own = find_judged(casebook, run), *model = NULL;
    bool held_back = reason_from_words(run->reason) == REASON_HELD_BACK;
    /* Who cannot look does not see what the watcher sees. */
    bool blind = held_back && own != NULL && own->blind && !has_looked(run);
    if (held_back && !blind)
        model = find_watcher(casebook, run->journey);
    if (model == NULL)
        model = own;
    if (model == NULL)
        return;
    run->state = run->step_count > 0 && !blind ? run->state : model->state;
    verdict_copy(run->arena, &run->verdict, &model->verdict);
}

/* --- every run ------------------------------------------------------------------------------- */

void casebook_recall(struct casebook *casebook, const struct run *run, struct wall_time now)
{
    history_add(casebook->history, run);
    if (!is_stand_in(run))
        note_judged(casebook, run);
    incident_book_recall(casebook->incidents, run, now);
}

void casebook_look_around(const struct casebook *casebook, const struct shop *shop, struct run *run,
                          const struct under_way_list *others)
{
    under_way_note(casebook->history, shop, run, others);
}

void casebook_add(struct casebook *casebook, const struct shop *shop, struct run *run,
                  unsigned quorum, struct wall_time now, struct diagnosis *ret_diagnosis)
{
    if (ret_diagnosis != NULL)
        *ret_diagnosis = (struct diagnosis){0};
    if (is_stand_in(run)) {
        share_verdict(casebook, run);
    } else {
        history_add(casebook->history, run);
        diagnose_in_full(casebook->history, shop, run, ret_diagnosis);
        note_judged(casebook, run);
    }
    incident_book_add(casebook->incidents, run, quorum, now);
}
