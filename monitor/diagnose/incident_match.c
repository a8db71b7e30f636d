/* SPDX-License-Identifier: MIT */
/* Whose fault is whose: which incident a verdict is about, and when it learns something by it. See
 * incident_private.h. */
#include "monitor/diagnose/incident_private.h"

#include "monitor/diagnose/diagnose.h"

#include <string.h>

/* A surer verdict of the same cause: how much surer it must be to be kept, and to be told. The
 * first keeps a long incident from being written with every run. */
#define SURER 0.01
#define NEWS  0.1

/* Whom a verdict holds for less likely than that, it excludes. */
#define EXCLUDED 0.05

/* How alike two faults are: 0 not, 1 one may be a part of the other (`db` and `db.orders`; no
 * component and any), 2 the same. */
static int likeness(const struct verdict *a, const struct verdict *b)
{
    if (a->cause != b->cause)
        return 0;
    if (a->component == NULL || b->component == NULL)
        return a->component == b->component ? 2 : 1;
    size_t length = strlen(a->component), other = strlen(b->component);
    size_t common = length < other ? length : other;
    if (strncmp(a->component, b->component, common) != 0)
        return 0;
    if (length == other)
        return 2;
    return (length > other ? a : b)->component[common] == '.';
}

/* A verdict that hesitates between two causes may be about an incident of either. */
static bool may_be(const struct verdict *vague, const struct verdict *verdict)
{
    return vague->cause == CAUSE_UNDETERMINED &&
           (verdict->cause == CAUSE_UNDETERMINED || verdict->cause == vague->leaning ||
            verdict->cause == vague->runner_up);
}

static bool may_be_either_way(const struct verdict *a, const struct verdict *b)
{
    return may_be(a, b) || may_be(b, a);
}

bool match_is_about(const struct verdict *now, const struct verdict *verdict)
{
    return likeness(now, verdict) > 0;
}

/* Of those that are most alike the oldest. */
struct kept *match_same(const struct incident_book *book, const struct verdict *verdict)
{
    struct kept *found = NULL;
    int best = 1;
    for (struct kept *kept = book->open; kept != NULL; kept = kept->next) {
        int alike = likeness(&kept->incident.verdict, verdict);
        if (alike < best)
            continue;
        best = alike;
        found = kept;
    }
    return found;
}

enum cause match_sure_of(const struct verdict *verdict)
{
    bool sure = verdict->cause < CAUSE_UNDETERMINED && verdict->confidence >= DIAGNOSE_ASSERT;
    return sure ? verdict->cause : CAUSE_NONE;
}

/* Whether who is unsure of the same is known to show it. */
static bool was_held_for(const struct kept *kept, const struct verdict *verdict)
{
    const struct verdict before = {.cause = kept->cause, .component = kept->component};
    return kept->cause != CAUSE_NONE && match_sure_of(verdict) == CAUSE_NONE &&
           likeness(&before, verdict) > 0;
}

struct kept *match_open(const struct incident_book *book, const struct verdict *verdict)
{
    struct kept *found = match_same(book, verdict);
    for (struct kept *kept = book->open; found == NULL && kept != NULL; kept = kept->next)
        if (may_be_either_way(verdict, &kept->incident.verdict) || was_held_for(kept, verdict))
            found = kept;
    return found;
}

static bool was_shown_by(const struct incident *incident, const char *journey)
{
    for (size_t i = 0; i < incident->shower_count; i++)
        if (strcmp(incident->showers[i].journey, journey) == 0)
            return true;
    return false;
}

/* Whether the journey showed it by the same step, as far as is known: of the first to show it that
 * is kept, of the others over a restart only what the last run failed in. */
static bool was_shown_so(const struct incident *incident, const struct watch *watch)
{
    bool is_first = strcmp(incident->journey, watch->journey) == 0;
    const char *step = is_first ? incident->step : watch->shown_by;
    bool is_same = step == NULL || watch->step == NULL || strcmp(step, watch->step) == 0;
    return was_shown_by(incident, watch->journey) && is_same;
}

/* The last that was like it; where the verdicts only may mean the same, that was shown so. */
struct kept *match_over(const struct incident_book *book, const struct watch *watch,
                        const struct verdict *verdict)
{
    for (struct kept *kept = book->over; kept != NULL; kept = kept->next) {
        const struct incident *incident = &kept->incident;
        if (incident->merged != NULL)
            continue;
        int alike = likeness(&incident->verdict, verdict);
        bool is_told = alike == 2 && verdict->cause != CAUSE_UNDETERMINED;
        bool may_be_it = alike > 0 || may_be_either_way(&incident->verdict, verdict);
        if (is_told || (may_be_it && was_shown_so(incident, watch)))
            return kept;
    }
    return NULL;
}

bool match_leaves_open(const struct verdict *unsure, const struct verdict *verdict)
{
    return likeness(unsure, verdict) > 0 || may_be(unsure, verdict) ||
           (verdict_knows_suspects(unsure) && unsure->suspects[verdict->cause] >= EXCLUDED);
}

static bool is_unsure_of(const struct kept *kept, const struct verdict *verdict)
{
    return kept->showing > 0 && match_sure_of(&kept->incident.verdict) == CAUSE_NONE &&
           match_leaves_open(&kept->incident.verdict, verdict);
}

/* What is known already is not told of another; and of two that may be it, neither is. */
struct kept *match_unsure(const struct incident_book *book, const struct verdict *verdict)
{
    struct kept *found = match_same(book, verdict);
    if (match_sure_of(verdict) == CAUSE_NONE)
        return NULL;
    if (found != NULL)
        return is_unsure_of(found, verdict) ? found : NULL;
    for (struct kept *kept = book->open; kept != NULL; kept = kept->next) {
        if (!is_unsure_of(kept, verdict))
            continue;
        if (found != NULL)
            return NULL;
        found = kept;
    }
    return found;
}

/*
 * A verdict takes another's place when it is better founded: one that can tell that of one that
 * could not; a surer one of the same cause; and one of another cause only if it is beyond doubt.
 */
bool match_improves(const struct verdict *now, const struct verdict *verdict)
{
    if (verdict->cause == CAUSE_UNDETERMINED)
        return false;
    if (now->cause == CAUSE_UNDETERMINED)
        return true;
    bool surer = verdict->confidence >= now->confidence + SURER;
    return surer && (verdict->cause == now->cause || verdict->confidence >= DIAGNOSE_ASSERT);
}

bool match_excludes(const struct verdict *verdict, const struct verdict *other)
{
    return other->cause < CAUSE_UNDETERMINED && verdict->cause != other->cause &&
           verdict_knows_suspects(verdict) && verdict->suspects[other->cause] < EXCLUDED;
}

bool match_is_news(const struct verdict *now, const struct verdict *verdict)
{
    if (likeness(now, verdict) < 2)
        return true;
    return verdict->confidence >= now->confidence + NEWS ||
           (now->confidence < DIAGNOSE_ASSERT && verdict->confidence >= DIAGNOSE_ASSERT);
}
