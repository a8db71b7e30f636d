/* SPDX-License-Identifier: MIT */
/* Building runs, and the names of states and phases. See run.h; the JSON form is in run_json.c. */
#include "monitor/record/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const state_names[] = {
#define X(name, text) text,
    STATE_TABLE(X)
#undef X
};

static const char *const phase_names[] = {
#define X(name, text) text,
    PHASE_TABLE(X)
#undef X
};

const char *state_name(enum state state)
{
    return state_names[state];
}

enum state state_from_name(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(state_names); i++)
        if (strcmp(state_names[i], name) == 0)
            return (enum state)i;
    return STATE_UNKNOWN;
}

const char *phase_name(enum phase phase)
{
    return phase_names[phase];
}

/* net/ has the kernel send the first one after a second of silence, and one more each second. */
bool tcp_probe_is_unanswered(const struct tcp_facts *tcp)
{
    const duration answered = DURATION_SECOND + 250 * DURATION_MILLISECOND;
    return tcp->probes > 1 || (tcp->probes == 1 && tcp->last_acknowledgement >= answered);
}

struct run *run_create(const char *journey, const char *vantage, struct wall_time planned)
{
    struct arena *arena = arena_create();
    struct run *run = arena_allocate(arena, 1, sizeof *run);
    run->arena = arena;
    run->journey = arena_duplicate(arena, journey);
    run->vantage = arena_duplicate(arena, vantage);
    run->slot.planned = planned;
    run->verdict.cause = run->verdict.runner_up = CAUSE_NONE;
    /* A unit separator keeps the journey "a b" at "c" apart from "a" at "b c". */
    hash_hex(arena_print(arena, "%s\x1f%s\x1f%" PRId64, journey, vantage, planned.us), run->id);
    return run;
}

void run_free(struct run *run)
{
    if (run != NULL)
        arena_free(run->arena);
}

struct run_step *run_add_step(struct run *run, const char *name)
{
    arena_grow(run->arena, run->steps, run->step_count);
    struct run_step *step = &run->steps[run->step_count++];
    *step = (struct run_step){.name = arena_duplicate(run->arena, name), .state = STATE_SKIPPED};
    return step;
}

void run_add_finding(struct run *run, const struct finding *finding)
{
    arena_grow(run->arena, run->findings, run->finding_count);
    finding_copy(run->arena, &run->findings[run->finding_count++], finding);
}

void run_add_waiting(struct run *run, const struct waiting *waiting)
{
    arena_grow(run->arena, run->waiting, run->waiting_count);
    waiting_copy(run->arena, &run->waiting[run->waiting_count++], waiting);
}

struct exchange *run_add_exchange(struct run *run, struct run_step *step)
{
    arena_grow(run->arena, step->exchanges, step->exchange_count);
    struct exchange *exchange = &step->exchanges[step->exchange_count++];
    *exchange = (struct exchange){0};
    for (int i = 0; i < PHASE_COUNT; i++)
        exchange->phases[i] = PHASE_ABSENT;
    return exchange;
}

duration run_lateness(const struct run *run)
{
    return run->step_count > 0 ? wall_between(run->slot.planned, run->slot.started) : PHASE_ABSENT;
}

const struct run_step *run_first_failure(const struct run *run)
{
    const struct run_step *first = NULL;
    for (size_t i = 0; i < run->step_count; i++) {
        const struct run_step *step = &run->steps[i];
        bool failed = step->state == STATE_FAILED || step->state == STATE_UNKNOWN;
        if (failed && (first == NULL || (first->cleanup && !step->cleanup)))
            first = step;
    }
    return first;
}

const struct run_step *run_find_step(const struct run *run, const char *name)
{
    for (size_t i = 0; i < run->step_count; i++)
        if (strcmp(run->steps[i].name, name) == 0)
            return &run->steps[i];
    return NULL;
}

bool run_step_passed(const struct run_step *step)
{
    return step->state == STATE_PASSED || step->state == STATE_DEGRADED;
}

bool run_step_hung(const struct run_step *step)
{
    return step->state == STATE_FAILED && !step->cleanup &&
           (step->symptom == SYMPTOM_HTTP_TIMEOUT_TTFB ||
            step->symptom == SYMPTOM_HTTP_TIMEOUT_BODY ||
            step->symptom == SYMPTOM_HTTP_TIMEOUT_SEND);
}

const struct exchange *run_last_exchange(const struct run_step *step)
{
    return step->exchange_count > 0 ? &step->exchanges[step->exchange_count - 1] : NULL;
}

bool run_step_is_cached(const struct run_step *step)
{
    const struct exchange *last = run_last_exchange(step);
    return last != NULL && words_say_cached(last->words);
}

duration run_latency(const struct run *run)
{
    duration latency = 0;
    for (size_t i = 0; i < run->step_count; i++)
        if (!run->steps[i].cleanup)
            latency += run->steps[i].total;
    return latency;
}

struct run_span run_span(const struct run *run)
{
    int64_t start = INT64_MAX, end = INT64_MIN;
    for (size_t i = 0; i < run->step_count; i++)
        for (size_t j = 0; j < run->steps[i].exchange_count; j++) {
            const struct exchange *exchange = &run->steps[i].exchanges[j];
            int64_t stop = exchange->started.us + exchange->total;
            start = exchange->started.us < start ? exchange->started.us : start;
            end = stop > end ? stop : end;
        }
    return (struct run_span){{end == INT64_MIN ? 0 : start}, end > start ? end - start : 1};
}
