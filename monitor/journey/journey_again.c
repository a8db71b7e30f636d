/* SPDX-License-Identifier: MIT */
/*
 * Steps that are done more than once: `retry` after some kinds of fault, `until` an assertion
 * holds. Each try is an exchange in the record, and the first failure stays in it. See
 * journey_private.h.
 */
#include "monitor/journey/journey_private.h"

void journey_again_begin(struct journey *journey)
{
    const struct until *until = journey->step->until;
    journey->again.tries = 0;
    journey->again.failure = (struct journey_failure){0};
    if (until != NULL)
        journey->again.until = instant_after(clock_instant(), until->limit);
}

/* The class of a fault, as a bit; 0 for one that another try would not mend. */
static unsigned fault_bit(const struct run_step *record, enum symptom symptom)
{
    const struct exchange *last = run_last_exchange(record);
    enum symptom_layer layer = symptom_layer(symptom);
    if (last == NULL || layer == SYMPTOM_LAYER_MONITOR || layer == SYMPTOM_LAYER_PACE)
        return 0;
    if (last->symptom != SYMPTOM_NONE && layer != SYMPTOM_LAYER_CONTENT)
        return 1U << FAULT_NETWORK;
    if (last->status >= 500)
        return 1U << FAULT_SERVER;
    return layer == SYMPTOM_LAYER_CONTENT ? 1U << FAULT_CONTENT : 0;
}

void journey_again_clear(struct journey *journey)
{
    struct run_step *record = journey_record(journey);
    record->symptom = SYMPTOM_NONE;
    record->line = record->column = 0;
    record->expected = record->values = record->actual = record->excerpt = NULL;
}

bool journey_again_after(struct journey *journey, enum symptom symptom)
{
    const struct retry *retry = journey->step->retry;
    struct run_step *record = journey_record(journey);
    if (retry == NULL || journey->again.tries == retry->times ||
        (fault_bit(record, symptom) & retry->on) == 0)
        return false;
    if (journey->again.tries++ == 0)
        journey->again.failure = (struct journey_failure){
            symptom,        record->line,   record->column, record->expected,
            record->values, record->actual, record->excerpt};
    journey_again_clear(journey);
    journey_drop_response(journey);
    return true;
}

bool journey_again_later(const struct journey *journey)
{
    const struct until *until = journey->step->until;
    const struct run_step *record = &journey->run->steps[journey->run->step_count - 1];
    struct instant next = instant_after(clock_instant(), until->every);
    if (symptom_layer(record->symptom) == SYMPTOM_LAYER_MONITOR)
        return false;
    return next.us < journey->again.until.us && next.us < journey->deadline.us;
}

enum state journey_again_end(struct journey *journey, enum state state)
{
    struct run_step *record = journey_record(journey);
    const struct journey_failure *first = &journey->again.failure;
    struct arena *arena = journey->run->arena;
    unsigned tries = journey->again.tries;
    if (tries == 0)
        return state;
    record->note = arena_print(arena, "try %u of %u; the first one: %s (%s)", tries + 1,
                               journey->step->retry->times + 1, symptom_sentence(first->symptom),
                               symptom_code(first->symptom));
    if (state != STATE_PASSED && state != STATE_DEGRADED)
        return state;
    record->symptom = first->symptom;
    record->line = first->line;
    record->column = first->column;
    record->expected = first->expected;
    record->values = first->values;
    record->actual = first->actual;
    record->excerpt = first->excerpt;
    return STATE_DEGRADED;
}
