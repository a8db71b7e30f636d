/* SPDX-License-Identifier: MIT */
/* From the schedule to the bus: what is done with a slot that is due. See pipeline.c. */
#include "monitor/daemon/pipeline_private.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"
#include "monitor/record/message.h"

#include <stdlib.h>

#define PASSED_KEPT DURATION_DAY
#define OTHER_KEPT  (15 * DURATION_MINUTE)

/* The clock may be set while we sleep, so we look at it at least this often. */
#define PIPELINE_SLEEP_MAX DURATION_SECOND

/* How often a pipeline that is to stop looks whether it is empty. */
#define PIPELINE_STOP_LOOK (20 * DURATION_MILLISECOND)

/* How long a store in trouble may hold up the end, beside the time that the runs' cleanup takes. */
#define PIPELINE_STOP_MAX (10 * DURATION_SECOND)

/* A second signal in the first moments is the same one twice (a shell's and a service manager's).
 */
#define PIPELINE_STOP_TWICE DURATION_SECOND

/* How often it goes on telling of missed slots. */
#define PIPELINE_MISSED_PAUSE (5 * DURATION_MILLISECOND)

enum { PIPELINE_PORTION = 500, PIPELINE_MISSED_AT_ONCE = 100 };

/* --- journey -> bus -------------------------------------------------------------------------- */

static void pipeline_publish(struct pipeline *pipeline, struct run *run)
{
    if (bus_publish(pipeline->bus, run) == RESULT_OK)
        pipeline->unjudged++;
    else
        log_error("the bus is full: %lu runs dropped", bus_dropped(pipeline->bus));
}

static void pipeline_publish_of(const struct pipeline_entry *entry, struct run *run)
{
    pipeline_mark_maintenance(entry, run);
    pipeline_publish(entry->pipeline, run);
}

/* A slot without a run of its own. */
static void pipeline_publish_slot(const struct pipeline_entry *entry, struct wall_time planned,
                                  enum state state, enum reason reason)
{
    struct run *run = run_create(entry->scenario->journey, entry->vantage->vantage->name, planned);
    run->file = arena_duplicate(run->arena, entry->scenario->file);
    run->slot.started = run->slot.ended = clock_wall();
    run->state = state;
    run->reason = reason_words(reason);
    pipeline_publish_of(entry, run);
}

/* What was missed before comes first: after a crash the last slot in the store tells where to go on
 * from. */
void pipeline_publish_missed(struct pipeline_entry *entry)
{
    const struct pipeline_set *set = entry->set;
    struct schedule_due due;
    while (schedule_take_missed_of(set->schedule, (size_t)(entry - set->entries), &due))
        pipeline_publish_slot(entry, due.planned, STATE_UNKNOWN, due.reason);
}

void pipeline_publish_overlaps(struct pipeline_entry *entry)
{
    for (size_t i = 0; i < entry->overlap_count; i++)
        pipeline_publish_slot(entry, entry->overlaps[i], STATE_UNKNOWN, REASON_OVERLAP);
    entry->overlap_count = 0;
}

void pipeline_flight_over(struct pipeline_flight *flight)
{
    struct pipeline *pipeline = flight->set->pipeline;
    struct pipeline_flight **link = &pipeline->flights;
    while (*link != flight)
        link = &(*link)->next;
    *link = flight->next;
    pipeline->flight_count--;
    if (flight->entry != NULL && flight->entry->journey == flight->journey)
        flight->entry->journey = NULL;
    pipeline_set_release(flight->set);
    free(flight);
}

/* The safety stop: it looks like any step that could not be sent, and is to be told apart. */
static void run_explain(struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    if (run->reason == NULL && failure != NULL && failure->symptom == SYMPTOM_MONITOR_LEDGER_FULL)
        run->reason = reason_words(REASON_UNSETTLED);
}

/* The slot ends, and those that waited for its end. */
static void pipeline_end_slots(struct pipeline_entry *entry, struct run *run)
{
    struct pipeline_set *set = entry->set;
    pipeline_hold_learn(entry, run);
    schedule_ended(set->schedule, (size_t)(entry - set->entries));
    pipeline_publish_missed(entry);
    pipeline_publish_of(entry, run);
    pipeline_publish_overlaps(entry);
}

static void pipeline_run_ended(void *data, struct run *run)
{
    struct pipeline_flight *flight = data;
    struct pipeline_entry *entry = flight->entry;
    struct pipeline *pipeline = flight->set->pipeline;
    pipeline_flight_over(flight);
    run_explain(run);
    pipeline_doubt(pipeline, run);
    pipeline_look_around(pipeline, run);
    if (entry != NULL)
        pipeline_end_slots(entry, run);
    else
        pipeline_publish(pipeline, run);
}

/*
 * What went over the wire is stored beside a run that did not pass, and once a day beside one that
 * did, to hold it against. Not of each: a shop that is down for hours would fill the disk with the
 * same answer.
 */
static bool pipeline_messages_are_due(const struct pipeline_entry *entry, bool passed)
{
    struct wall_time kept = passed ? entry->passed_kept : entry->other_kept;
    duration since = wall_between(kept, clock_wall());
    return kept.us == 0 || since < 0 || since >= (passed ? PASSED_KEPT : OTHER_KEPT);
}

static bool pipeline_wants_messages(void *data, const struct run *run)
{
    struct pipeline_entry *entry = ((const struct pipeline_flight *)data)->entry;
    bool passed = run->state == STATE_PASSED;
    if (entry == NULL || run_span(run).start.us == 0 || !pipeline_messages_are_due(entry, passed))
        return false;
    *(passed ? &entry->passed_kept : &entry->other_kept) = clock_wall();
    return true;
}

/* --- schedule -> journey --------------------------------------------------------------------- */

static void pipeline_start_run(struct pipeline_entry *entry, struct wall_time planned)
{
    struct pipeline *pipeline = entry->pipeline;
    struct pipeline_flight *flight = memory_allocate(1, sizeof *flight);
    const struct journey_settings settings = {
        .scenario = entry->scenario,
        .shop = pipeline->set->settings->shop,
        .net_vantage = entry->vantage->net,
        .vantage = entry->vantage->vantage->name,
        .planned = planned,
        .secrets = entry->means->secrets,
        .leases = pipeline->leases,
        .keep_messages =
            pipeline_messages_are_due(entry, true) || pipeline_messages_are_due(entry, false),
        .message_body_max = MESSAGE_BODY_STORED_MAX,
        .wants_messages = pipeline_wants_messages,
        .ledger = ledger_of_journey(entry->means->ledger),
        .stop_before = pipeline_hold_before(entry, planned),
        .loop = pipeline->loop,
    };
    flight->set = entry->set;
    flight->set->users++;
    flight->entry = entry;
    flight->journey = journey_start(&settings, pipeline_run_ended, NULL, flight);
    flight->next = pipeline->flights;
    pipeline->flights = flight;
    pipeline->flight_count++;
    entry->journey = flight->journey;
    health_watch_started(pipeline->watch, wall_between(planned, clock_wall()));
}

/* Why a slot that is due is not replayed; REASON_COUNT: it is. */
static enum reason pipeline_refusal(const struct pipeline_entry *entry, struct wall_time planned)
{
    const struct pipeline *pipeline = entry->pipeline;
    if (pipeline_maintenance_at(entry, planned).paused)
        return REASON_PAUSED;
    if (pipeline->flight_count >= pipeline->set->settings->shop->limits->runs)
        return REASON_OVERLOAD;
    return REASON_COUNT;
}

static void pipeline_start_or_refuse(struct pipeline_entry *entry, const struct schedule_due *due)
{
    enum reason refusal = pipeline_refusal(entry, due->planned);
    if (refusal != REASON_COUNT) {
        schedule_ended(entry->pipeline->set->schedule, due->entry);
        pipeline_publish_missed(entry);
        pipeline_publish_slot(entry, due->planned, STATE_UNKNOWN, refusal);
        return;
    }
    if (due->action == SCHEDULE_KILL && entry->journey != NULL)
        journey_end(entry->journey, STATE_FAILED, SYMPTOM_PACE_BUDGET, reason_words(REASON_KILLED));
    pipeline_start_run(entry, due->planned);
}

static void pipeline_obey(struct pipeline *pipeline, const struct schedule_due *due)
{
    struct pipeline_entry *entry = &pipeline->set->entries[due->entry];
    switch (due->action) {
    case SCHEDULE_MISSED:
        pipeline_publish_slot(entry, due->planned, STATE_UNKNOWN, due->reason);
        break;
    case SCHEDULE_OVERLAP:
        memory_grow(entry->overlaps, entry->overlap_count);
        entry->overlaps[entry->overlap_count++] = due->planned;
        break;
    case SCHEDULE_KILL:
    case SCHEDULE_START:
        pipeline_start_or_refuse(entry, due);
        break;
    }
}

static bool pipeline_reporters_are_idle(const struct pipeline *pipeline)
{
    return pipeline->reporters == NULL || reporters_are_idle(pipeline->reporters);
}

/* While stopping: is everything on its way through? */
static void pipeline_stop_when_idle(struct pipeline *pipeline)
{
    bool runs_over = pipeline->flight_count == 0 && pipeline->unjudged == 0;
    bool patient =
        instant_between(pipeline->stop_began, clock_instant()) < PIPELINE_STOP_MAX || !runs_over;
    if (runs_over && keeper_is_idle(pipeline->keeper) && pipeline_reporters_are_idle(pipeline)) {
        loop_stop(pipeline->loop);
    } else if (!patient) {
        if (!keeper_is_idle(pipeline->keeper))
            log_error("%zu runs could not be stored and are lost", keeper_count(pipeline->keeper));
        loop_stop(pipeline->loop);
    } else {
        loop_timer_set(pipeline->tick, PIPELINE_STOP_LOOK);
    }
}

/* Slots that were missed while the monitor was away are only told of: what is due comes first, and
 * the store is not flooded. */
static void pipeline_tell_missed(struct pipeline *pipeline)
{
    struct schedule_due due;
    size_t busy = pipeline->unjudged + keeper_count(pipeline->keeper);
    for (size_t n = busy; n < PIPELINE_MISSED_AT_ONCE; n++) {
        if (!schedule_take_missed(pipeline->set->schedule, &due))
            return;
        pipeline_obey(pipeline, &due);
    }
}

static duration pipeline_pause(const struct pipeline *pipeline)
{
    if (schedule_has_missed(pipeline->set->schedule))
        return PIPELINE_MISSED_PAUSE;
    duration pause = wall_between(clock_wall(), schedule_next(pipeline->set->schedule));
    return pause < PIPELINE_SLEEP_MAX ? pause : PIPELINE_SLEEP_MAX;
}

void pipeline_tick(void *data)
{
    struct pipeline *pipeline = data;
    struct schedule_due due;
    if (pipeline->stopping) {
        pipeline_stop_when_idle(pipeline);
        return;
    }
    if (pipeline->set->schedule == NULL) {
        pipeline_recall(pipeline);
        return;
    }
    /* In portions, so that the loop gets round. */
    struct clock_reading now = clock_read_all();
    for (int n = 0; n < PIPELINE_PORTION && schedule_take(pipeline->set->schedule, &now, &due); n++)
        pipeline_obey(pipeline, &due);
    pipeline_tell_missed(pipeline);
    pipeline_keep_counts(pipeline);
    loop_timer_set(pipeline->tick, pipeline_pause(pipeline));
}

void pipeline_stop(struct pipeline *pipeline)
{
    if (pipeline->stopping) {
        if (instant_between(pipeline->stop_began, clock_instant()) > PIPELINE_STOP_TWICE)
            loop_stop(pipeline->loop);
        return;
    }
    pipeline->stopping = true;
    pipeline->stop_began = clock_instant();
    for (struct pipeline_flight *flight = pipeline->flights; flight != NULL; flight = flight->next)
        journey_end(flight->journey, STATE_UNKNOWN, SYMPTOM_MONITOR_STOPPED,
                    reason_words(REASON_STOPPED));
    loop_timer_set(pipeline->tick, 0);
}
