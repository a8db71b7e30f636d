/* SPDX-License-Identifier: MIT */
/* Runs and incidents as rows: what is searched by, what is rolled up, and the record. */
#include "monitor/store/store_backend.h"

#include "monitor/base/buffer.h"
#include "monitor/record/message.h"

#include <stdint.h>

static bool is_timeout(enum symptom symptom)
{
    static const enum symptom timeouts[] = {
        SYMPTOM_DNS_UNREACHABLE,   SYMPTOM_TCP_TIMED_OUT,     SYMPTOM_TLS_TIMED_OUT,
        SYMPTOM_HTTP_TIMEOUT_SEND, SYMPTOM_HTTP_TIMEOUT_TTFB, SYMPTOM_HTTP_TIMEOUT_BODY,
        SYMPTOM_PACE_BUDGET,
    };
    for (size_t i = 0; i < COUNT_OF(timeouts); i++)
        if (timeouts[i] == symptom)
            return true;
    return false;
}

/* A phase of a step is that of all its exchanges: redirects have one each. */
static void fill_phases(struct store_step *target, const struct run_step *step)
{
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        target->phases[phase] = PHASE_ABSENT;
        for (size_t i = 0; i < step->exchange_count; i++) {
            duration time = step->exchanges[i].phases[phase];
            if (time != PHASE_ABSENT)
                target->phases[phase] =
                    time + (target->phases[phase] == PHASE_ABSENT ? 0 : target->phases[phase]);
        }
    }
}

static void fill_step(struct arena *arena, struct store_step *target, const struct run_step *step)
{
    *target = (struct store_step){
        .name = arena_duplicate(arena, step->name),
        .state = step->state,
        .symptom = step->symptom != SYMPTOM_NONE ? symptom_code(step->symptom) : NULL,
        .cleanup = step->cleanup,
        .total = step->total,
        .given_up = step->state == STATE_FAILED && is_timeout(step->symptom),
        .last_phase = PHASE_COUNT,
    };
    fill_phases(target, step);
    if (target->given_up && step->exchange_count > 0 &&
        is_timeout(step->exchanges[step->exchange_count - 1].symptom))
        target->last_phase = step->exchanges[step->exchange_count - 1].failed_phase;
}

void store_row_fill_columns(struct arena *arena, struct store_row *row, const struct run *run)
{
    const struct verdict *verdict = &run->verdict;
    const struct run_step *failure = run_first_failure(run);
    *row = (struct store_row){
        .id = arena_duplicate(arena, run->id),
        .journey = arena_duplicate(arena, run->journey),
        .vantage = arena_duplicate(arena, run->vantage),
        .state = run->state,
        .excluded = run->excluded,
        .cause = verdict->cause != CAUSE_NONE ? cause_name(verdict->cause) : NULL,
        .component = arena_duplicate(arena, verdict->component),
        .slot = run->slot,
        .latency = run_latency(run),
        .given_up = run->state == STATE_FAILED && failure != NULL && !failure->cleanup &&
                    is_timeout(failure->symptom),
        .steps = arena_allocate(arena, run->step_count, sizeof *row->steps),
        .step_count = run->step_count,
    };
    for (size_t i = 0; i < run->step_count; i++)
        fill_step(arena, &row->steps[i], &run->steps[i]);
}

void store_row_fill(struct arena *arena, struct store_row *row, const struct run *run)
{
    struct buffer record;
    buffer_init(&record, SIZE_MAX);
    run_write(run, &record);
    store_row_fill_columns(arena, row, run);
    row->record = buffer_steal(&record);
    buffer_init(&record, MESSAGES_STORED_MAX);
    messages_write(run, &record);
    row->messages = record.length > 0 ? arena_duplicate(arena, record.data) : NULL;
    buffer_free(&record);
}

void store_incident_fill(struct arena *arena, struct store_incident *target,
                         const struct incident *incident)
{
    struct buffer record;
    buffer_init(&record, SIZE_MAX);
    incident_write(incident, &record);
    *target = (struct store_incident){
        .id = arena_duplicate(arena, incident->id),
        .opened = incident->opened,
        .updated = incident->updated,
        .resolved = incident->resolved,
        .cause = cause_name(incident->verdict.cause),
        .component = arena_duplicate(arena, incident->verdict.component),
        .version = incident->muted ? 0 : incident->version,
        .change = incident_change_word(incident->change),
        .record = buffer_steal(&record),
    };
}
