/* SPDX-License-Identifier: MIT */
/* How the monitor itself is: what each part of the pipeline tells of itself, put together. See
 * record/health.h. */
#include "monitor/daemon/pipeline_private.h"

#include "config.h"
#include "monitor/base/memory.h"

#include <stdlib.h>

static void read_reporters(struct pipeline *pipeline, struct health *health)
{
    struct reporter_health facts;
    free(pipeline->reporter_healths);
    pipeline->reporter_healths = NULL;
    for (size_t n = 0; pipeline->reporters != NULL; n++) {
        if (!reporters_health(pipeline->reporters, n, &facts))
            break;
        memory_grow(pipeline->reporter_healths, health->reporter_count);
        pipeline->reporter_healths[health->reporter_count++] = (struct health_reporter){
            .name = facts.name,
            .kind = facts.kind,
            .behind = facts.behind,
            .delivered = (int64_t)facts.delivered,
            .failures = (int64_t)facts.failures,
            .given_up = (int64_t)facts.given_up,
            .trouble = facts.trouble,
        };
    }
    health->reporters = pipeline->reporter_healths;
}

static void read_keeper(const struct pipeline *pipeline, struct health *health)
{
    struct keeper_facts facts;
    keeper_read(pipeline->keeper, &facts);
    health->runs_unstored = (int64_t)keeper_count(pipeline->keeper);
    health->runs_waiting = (int64_t)facts.waiting;
    health->runs_committed = (int64_t)facts.committed;
    health->runs_lost = (int64_t)facts.lost;
    health->committed = facts.committed_at.us;
    health->store_error = facts.trouble;
    health->store_aside = store_aside(pipeline->store);
}

void pipeline_health_read(void *data, struct health *ret_health)
{
    struct pipeline *pipeline = data;
    struct health *health = ret_health;
    *health = (struct health){.version = PACKAGE_VERSION};
    health_watch_read(pipeline->watch, health);
    read_keeper(pipeline, health);
    read_reporters(pipeline, health);
    health->databases = pipeline->set->probe_states;
    health->database_count = pipeline->set->probe_count;
    health->loaded = pipeline->set->loaded.us;
    health->journeys = (int64_t)pipeline->set->settings->scenario_count;
    health->vantages = (int64_t)pipeline->set->settings->shop->vantage_count;
    health->runs_in_flight = (int64_t)pipeline->flight_count;
    health->runs_unjudged = (int64_t)pipeline->unjudged;
    health->runs_dropped = (int64_t)bus_dropped(pipeline->bus);
    pipeline_reload_health(pipeline, health);
    health->visitors = (int64_t)pipeline_control_visitors(pipeline->control);
    health->starting = pipeline->set->schedule == NULL;
    health->stopping = pipeline->stopping;
}

/* Whether a step failed because its time was over. */
static bool ran_out_of_time(const struct run_step *step)
{
    switch (step->symptom) {
    case SYMPTOM_DNS_UNREACHABLE:
    case SYMPTOM_TCP_TIMED_OUT:
    case SYMPTOM_TLS_TIMED_OUT:
    case SYMPTOM_HTTP_TIMEOUT_SEND:
    case SYMPTOM_HTTP_TIMEOUT_TTFB:
    case SYMPTOM_HTTP_TIMEOUT_BODY:
    case SYMPTOM_PACE_BUDGET:
        return true;
    default:
        return false;
    }
}

/* A monitor that stood still for half of the time that a step was given may have missed the answer.
 */
void pipeline_doubt(const struct pipeline *pipeline, struct run *run)
{
    struct run_step *step = (struct run_step *)(uintptr_t)run_first_failure(run);
    if (run->state != STATE_FAILED || run->reason != NULL || step == NULL || !ran_out_of_time(step))
        return;
    duration age = wall_between(run->slot.started, clock_wall());
    duration lag = health_watch_lag_since(pipeline->watch, instant_after(clock_instant(), -age));
    if (lag <= HEALTH_LAG_MAX || 2 * lag < step->total)
        return;
    run->state = step->state = STATE_UNKNOWN;
    step->symptom = SYMPTOM_MONITOR_LAGGED;
    run->reason = reason_words(REASON_LAGGED);
}
