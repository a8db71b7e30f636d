/* SPDX-License-Identifier: MIT */
/* Counting runs. See metrics.h; metrics_text.c writes what is counted. */
#include "reporters/metrics_private.h"

#include "monitor/base/memory.h"
#include "scenarios/scenario.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_MAX = 2000 };

const duration metrics_bounds[METRICS_BOUNDS] = {
    1000,   2500,   5000,    10000,   25000,   50000,    100000,
    250000, 500000, 1000000, 2500000, 5000000, 10000000, 30000000,
};

void metrics_observe(struct metrics_histogram *histogram, duration value)
{
    size_t n = 0;
    while (n < METRICS_BOUNDS && value > metrics_bounds[n])
        n++;
    histogram->counts[n]++;
    histogram->count++;
    histogram->sum += (uint64_t)(value > 0 ? value : 0);
}

static struct metrics_journey *journey_of(struct metrics *metrics, const char *journey,
                                          const char *vantage)
{
    struct buffer key;
    buffer_init(&key, KEY_MAX);
    buffer_print(&key, "%s\n%s", journey, vantage);
    struct metrics_journey *found = map_get(metrics->journeys, key.data);
    if (found == NULL) {
        found = memory_allocate(1, sizeof *found);
        found->journey = memory_duplicate(journey);
        found->vantage = memory_duplicate(vantage);
        found->steps = map_create(free);
        map_put(metrics->journeys, key.data, found);
    }
    buffer_free(&key);
    return found;
}

static void free_journey(void *value)
{
    struct metrics_journey *journey = value;
    map_free(journey->steps);
    free(journey->journey);
    free(journey->vantage);
    free(journey);
}

/* NULL when there are too many. `phase` PHASE_COUNT: the step as a whole. */
static struct metrics_histogram *histogram_of(struct metrics *metrics,
                                              struct metrics_journey *journey, const char *step,
                                              unsigned phase)
{
    struct metrics_step *found = map_get(journey->steps, step);
    if (found == NULL && metrics->histogram_count < METRICS_HISTOGRAMS_MAX) {
        found = memory_allocate(1, sizeof *found);
        map_put(journey->steps, step, found);
    }
    if (found == NULL)
        return NULL;
    struct metrics_histogram *histogram = &found->phases[phase];
    if (histogram->count == 0 && metrics->histogram_count >= METRICS_HISTOGRAMS_MAX)
        return NULL;
    metrics->histogram_count += histogram->count == 0;
    return histogram;
}

static void add_duration(struct metrics *metrics, struct metrics_journey *journey, const char *step,
                         unsigned phase, duration value)
{
    struct metrics_histogram *histogram = histogram_of(metrics, journey, step, phase);
    if (histogram != NULL)
        metrics_observe(histogram, value);
    else
        metrics->dropped++;
}

static void add_step(struct metrics *metrics, struct metrics_journey *journey,
                     const struct run_step *step)
{
    duration sums[PHASE_COUNT];
    if (step->exchange_count == 0)
        return;
    for (unsigned phase = 0; phase < PHASE_COUNT; phase++) {
        sums[phase] = PHASE_ABSENT;
        for (size_t i = 0; i < step->exchange_count; i++) {
            duration value = step->exchanges[i].phases[phase];
            if (value != PHASE_ABSENT)
                sums[phase] = (sums[phase] == PHASE_ABSENT ? 0 : sums[phase]) + value;
        }
        if (sums[phase] != PHASE_ABSENT)
            add_duration(metrics, journey, step->name, phase, sums[phase]);
    }
    add_duration(metrics, journey, step->name, PHASE_COUNT, step->total);
}

static enum metrics_result result_of(const struct objective *objective, const struct run *run)
{
    if (run->state == STATE_UNKNOWN)
        return METRICS_UNKNOWN;
    bool good = run->state == STATE_PASSED || run->state == STATE_DEGRADED;
    return good && (objective->within == 0 || run_latency(run) <= objective->within) ? METRICS_GOOD
                                                                                     : METRICS_BAD;
}

void metrics_add_run(struct metrics *metrics, const struct run *run)
{
    struct metrics_journey *journey = journey_of(metrics, run->journey, run->vantage);
    duration lateness = run_lateness(run);
    if (run->state != STATE_SKIPPED)
        journey->runs[run->state]++;
    if (journey->objective != NULL && !run->excluded && run->state != STATE_SKIPPED)
        journey->results[result_of(journey->objective, run)]++;
    journey->state = run->state;
    journey->ended = run->slot.ended;
    if (lateness != PHASE_ABSENT)
        metrics_observe(&metrics->lateness, lateness);
    if (run->step_count == 0)
        return;
    metrics_observe(&journey->latency, run_latency(run));
    for (size_t i = 0; i < run->step_count; i++)
        add_step(metrics, journey, &run->steps[i]);
}

void metrics_add_change(struct metrics *metrics, const struct incident *incident)
{
    if ((unsigned)incident->change < METRICS_CHANGES)
        metrics->changes[incident->change]++;
}

struct metrics *metrics_create(const struct reporter_context *context)
{
    struct metrics *metrics = memory_allocate(1, sizeof *metrics);
    metrics->journeys = map_create(free_journey);
    for (size_t i = 0; i < context->scenario_count; i++) {
        const struct scenario *scenario = context->scenarios[i];
        size_t count = scenario_vantage_count(scenario, context->shop);
        for (size_t v = 0; v < count; v++) {
            struct metrics_journey *journey = journey_of(
                metrics, scenario->journey, scenario_vantage(scenario, context->shop, v));
            journey->objective = scenario->objective;
            journey->first = v == 0;
        }
    }
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    if (metrics == NULL)
        return;
    map_free(metrics->journeys);
    free(metrics);
}
