/* SPDX-License-Identifier: MIT */
/*
 * Timeout fingerprints: an answer, or a break, that comes just when a declared patience is at its
 * end names who gave up, and on whom. Proxies erase what went wrong for them; the moment they
 * cannot. See facts.h.
 */
#include "monitor/diagnose/facts.h"

/* Timers fire late, never early, and what they did has a way to go. */
#define EARLY_PERCENT 1
#define LATE_PERCENT  3
#define LATE_MIN      (150 * DURATION_MILLISECOND)

/* How far behind the end of the patience it came; negative: it has nothing to do with it. */
static duration distance(duration passed, duration patience)
{
    duration late = passed - patience;
    duration room = patience * LATE_PERCENT / 100;
    if (patience == 0 || late < -patience * EARLY_PERCENT / 100 ||
        late > (room > LATE_MIN ? room : LATE_MIN))
        return -1;
    return late > 0 ? late : 0;
}

/* The nearest of a component's, as above. */
static duration nearest(duration passed, const struct component_timeouts *timeouts)
{
    duration found = -1, at;
#define X(field, text)                                                                             \
    at = distance(passed, timeouts->field);                                                        \
    found = at >= 0 && (found < 0 || at < found) ? at : found;
    TIMEOUT_TABLE(X)
#undef X
    return found;
}

static enum fact_name fact_of(enum cause kind)
{
    switch (kind) {
    case CAUSE_NETWORK:
        return FACT_PATIENCE_OF_PROXY;
    case CAUSE_DATABASE:
        return FACT_PATIENCE_WITH_DATABASE;
    case CAUSE_THIRD_PARTY:
        return FACT_PATIENCE_WITH_PROVIDER;
    default:
        return FACT_PATIENCE_OF_APPLICATION;
    }
}

/* From the request to the first byte of the answer; of one that broke off, to the break. */
static duration time_to_the_end(const struct exchange *exchange)
{
    duration waited = exchange->phases[PHASE_WAIT], received = exchange->phases[PHASE_RECEIVE];
    if (waited == PHASE_ABSENT || exchange->symptom == SYMPTOM_NONE || received == PHASE_ABSENT)
        return waited;
    return waited + received;
}

/* An error that a server answers with, or the end of the connection; our own patience is no
 * fingerprint. */
static bool was_given_up(const struct exchange *exchange)
{
    return exchange->symptom == SYMPTOM_NONE ? exchange->status >= 500
                                             : symptom_is_cut_off(exchange->symptom);
}

void facts_of_timeouts(struct facts *facts, const struct facts_view *view)
{
    const struct component *given_up = NULL;
    duration passed = time_to_the_end(view->exchange), best = 0;
    if (view->shop == NULL || passed == PHASE_ABSENT || !was_given_up(view->exchange))
        return;
    for (size_t i = 0; i < view->shop->component_count; i++) {
        const struct component *component = &view->shop->components[i];
        duration at =
            component->timeouts != NULL ? nearest(passed, component->timeouts) : (duration)-1;
        bool concerns =
            component->kind == CAUSE_NETWORK || facts_step_is_about(view->failure, component->name);
        if (at < 0 || !concerns || (given_up != NULL && at >= best))
            continue;
        given_up = component;
        best = at;
    }
    if (given_up != NULL)
        facts_add(facts, fact_of(given_up->kind), given_up->name);
}
