/* SPDX-License-Identifier: MIT */
/* See lane.h. Each step asks the store or the kind for something, and the answer takes the next. */
#include "reporters/lane.h"

#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"
#include "monitor/base/random.h"

#include "reporters/message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Changes are few, and sent one by one: a crash must not have many of them sent again. */
enum { BATCH = 200, CHANGES_BATCH = 10, CURSOR_NAME_MAX = 200, TROUBLE_MAX = 300, TOLD_MAX = 1000 };

#define RETRY_FIRST DURATION_SECOND
#define RETRY_LAST  DURATION_MINUTE
#define RETRY_MAX   DURATION_HOUR /* that a receiver may ask for */

struct lane {
    struct lane_settings settings;
    struct store *store;
    char cursor[CURSOR_NAME_MAX]; /* its name in the store */
    store_sequence position;      /* what the cursor says */
    store_sequence delivered;     /* what it is being moved to */
    struct store_runs runs;       /* being delivered */
    struct store_changes changes;
    struct arena *arena; /* of the changes */
    char since_name[CURSOR_NAME_MAX];
    struct wall_time opened;
    struct wall_time since; /* what was before is not told; 0: not known yet */
    bool position_known;
    bool busy;   /* the store or the kind has been asked, or the timer is set */
    bool paused; /* the timer is set */
    bool again;  /* woken while busy */
    struct loop_timer *retry;
    duration delay; /* the next pause */
    duration asked; /* a pause that the receiver asked for; 0: none */
    struct instant read_began, behind_since;
    uint64_t count, failures, given_up;
    char trouble[TROUBLE_MAX]; /* "": none */
};

static void lane_step(struct lane *lane);

static void tell(const struct lane *lane, enum log_level level, const char *text)
{
    const struct reporter_context *context = lane->settings.context;
    struct buffer line;
    if (context->tell == NULL)
        return;
    buffer_init(&line, TOLD_MAX);
    buffer_print(&line, "reporter %s: %s", lane->settings.name, text);
    context->tell(context->tell_data, level, line.data);
    buffer_free(&line);
}

/* Between three quarters of it and all of it, so that many who wait do not come back at once. */
static duration jittered(duration delay)
{
    uint32_t number;
    random_bytes(&number, sizeof number);
    return delay - (duration)((double)number / UINT32_MAX * (double)delay / 4);
}

/* Stays busy until the timer fires, so that a wake does not cut the pause short. */
static void lane_pause(struct lane *lane)
{
    duration delay = lane->asked > 0 ? lane->asked : jittered(lane->delay);
    lane->paused = true;
    loop_timer_set(lane->retry, delay < RETRY_MAX ? delay : RETRY_MAX);
    lane->asked = 0;
    lane->delay *= 2;
    if (lane->delay > RETRY_LAST)
        lane->delay = RETRY_LAST;
}

/* The first of a row of failures is told; the others are counted. */
static void lane_fail(struct lane *lane, const char *trouble)
{
    lane->failures++;
    if (lane->trouble[0] == '\0')
        tell(lane, LOG_WARNING, trouble);
    size_t length = strnlen(trouble, TROUBLE_MAX - 1);
    memcpy(lane->trouble, trouble, length);
    lane->trouble[length] = '\0';
    lane_pause(lane);
}

static void lane_recover(struct lane *lane)
{
    if (lane->trouble[0] != '\0')
        tell(lane, LOG_INFO, "it is well again");
    lane->trouble[0] = '\0';
    lane->delay = RETRY_FIRST;
}

static void lane_rest(struct lane *lane)
{
    lane->busy = false;
    if (lane->again)
        lane_step(lane);
    else
        lane->behind_since = (struct instant){0};
}

/* What was committed before the read began is delivered. */
static void lane_caught_up(struct lane *lane)
{
    lane->behind_since = lane->read_began;
}

static void retry_fired(void *data)
{
    struct lane *lane = data;
    lane->busy = lane->paused = false;
    lane_step(lane);
}

static void cursor_written(void *data, enum result result, const struct error *error,
                           store_sequence sequence)
{
    struct lane *lane = data;
    (void)sequence;
    if (result != RESULT_OK) {
        lane_fail(lane, error->text);
        return;
    }
    lane->position = lane->delivered;
    if (lane->asked > 0) {
        lane_pause(lane);
        return;
    }
    lane->busy = false;
    lane_step(lane);
}

static void write_cursor(struct lane *lane)
{
    store_write_cursor(lane->store, lane->cursor, lane->delivered, cursor_written, lane);
}

/* The batch outlives the store's callback. */
static void take_runs(struct lane *lane, struct store_runs *runs)
{
    struct store_runs *batch = &lane->runs;
    batch->runs = memory_allocate(runs->count, sizeof(struct run *));
    batch->sequences = memory_allocate(runs->count, sizeof *batch->sequences);
    for (batch->count = 0; batch->count < runs->count; batch->count++) {
        batch->runs[batch->count] = runs->runs[batch->count];
        batch->sequences[batch->count] = runs->sequences[batch->count];
        runs->runs[batch->count] = NULL;
    }
}

/* Without those from before the reporter was there: they are at the beginning. */
static void take_changes(struct lane *lane, const struct store_changes *changes)
{
    struct store_changes *batch = &lane->changes;
    lane->arena = arena_create();
    batch->incidents = arena_allocate(lane->arena, changes->count, sizeof *batch->incidents);
    batch->sequences = arena_allocate(lane->arena, changes->count, sizeof *batch->sequences);
    for (size_t i = 0; i < changes->count; i++) {
        if (message_time(&changes->incidents[i]).us < lane->since.us)
            continue;
        incident_copy(lane->arena, &batch->incidents[batch->count], &changes->incidents[i]);
        batch->sequences[batch->count++] = changes->sequences[i];
    }
}

static size_t batch_count(const struct lane *lane)
{
    return lane->runs.count + lane->changes.count;
}

static size_t batch_full(const struct lane *lane)
{
    return lane->settings.feed == LANE_RUNS ? BATCH : CHANGES_BATCH;
}

static void release_batch(struct lane *lane)
{
    arena_free(lane->arena);
    lane->arena = NULL;
    lane->changes = (struct store_changes){0};
    for (size_t i = 0; i < lane->runs.count; i++)
        run_free(lane->runs.runs[i]);
    free(lane->runs.runs);
    free(lane->runs.sequences);
    lane->runs = (struct store_runs){0};
}

static void batch_delivered(void *data, const struct reporter_outcome *outcome)
{
    struct lane *lane = data;
    const store_sequence *sequences =
        lane->settings.feed == LANE_RUNS ? lane->runs.sequences : lane->changes.sequences;
    if (outcome->delivered > 0)
        lane->delivered = sequences[outcome->delivered - 1];
    if (outcome->delivered == batch_count(lane) && batch_count(lane) < batch_full(lane))
        lane_caught_up(lane);
    release_batch(lane);
    lane->count += outcome->delivered - outcome->given_up;
    lane->given_up += outcome->given_up;
    lane->asked = outcome->pause;
    if (outcome->given_up > 0)
        tell(lane, LOG_ERROR, outcome->trouble);
    if (outcome->delivered == 0) {
        lane_fail(lane, outcome->trouble != NULL ? outcome->trouble : "it takes nothing");
        return;
    }
    lane_recover(lane);
    write_cursor(lane);
}

static void runs_read(void *data, enum result result, struct store_runs *runs)
{
    struct lane *lane = data;
    if (result != RESULT_OK) {
        lane_fail(lane, "the store cannot be read");
    } else if (runs->count == 0) {
        lane_caught_up(lane);
        lane_rest(lane);
    } else {
        take_runs(lane, runs);
        lane->settings.kind->deliver(lane->settings.state, &lane->runs, batch_delivered, lane);
    }
}

static void changes_read(void *data, enum result result, const struct store_changes *changes)
{
    struct lane *lane = data;
    if (result != RESULT_OK) {
        lane_fail(lane, "the store cannot be read");
        return;
    }
    if (changes->count == 0) {
        lane_caught_up(lane);
        lane_rest(lane);
        return;
    }
    take_changes(lane, changes);
    if (lane->changes.count == 0) {
        lane->delivered = changes->sequences[changes->count - 1];
        release_batch(lane);
        write_cursor(lane);
        return;
    }
    lane->settings.kind->deliver_changes(lane->settings.state, &lane->changes, batch_delivered,
                                         lane);
}

static void begin_at(struct lane *lane, store_sequence position)
{
    lane->position = position;
    lane->position_known = true;
    lane->busy = false;
    lane_step(lane);
}

static void newest_read(void *data, enum result result, struct store_runs *runs)
{
    struct lane *lane = data;
    if (result != RESULT_OK)
        lane_fail(lane, "the store cannot be read");
    else
        begin_at(lane, runs->count > 0 ? runs->sequences[0] : 0);
}

static void cursor_read(void *data, enum result result, const struct error *error,
                        store_sequence sequence)
{
    struct lane *lane = data;
    const struct store_filter newest = {.newest_first = true, .limit = 1};
    if (result != RESULT_OK)
        lane_fail(lane, error->text);
    else if (sequence == 0 && lane->settings.kind->from_now && lane->settings.feed == LANE_RUNS)
        store_read_runs(lane->store, &newest, newest_read, lane);
    else
        begin_at(lane, sequence);
}

static void since_written(void *data, enum result result, const struct error *error,
                          store_sequence sequence)
{
    struct lane *lane = data;
    (void)sequence;
    if (result != RESULT_OK) {
        lane->since = (struct wall_time){0};
        lane_fail(lane, error->text);
        return;
    }
    lane->busy = false;
    lane_step(lane);
}

/* When the reporter was first seen: nobody wants to hear of all that ever was. That is remembered
 * apart from the cursor, so that one that was down since its first day misses nothing. */
static void since_read(void *data, enum result result, const struct error *error,
                       store_sequence sequence)
{
    struct lane *lane = data;
    if (result != RESULT_OK) {
        lane_fail(lane, error->text);
        return;
    }
    lane->since = sequence != 0 ? (struct wall_time){sequence} : lane->opened;
    if (sequence == 0)
        store_write_cursor(lane->store, lane->since_name, lane->since.us, since_written, lane);
    else
        since_written(lane, RESULT_OK, NULL, sequence);
}

/* What comes next for one who is not busy. */
static void lane_step(struct lane *lane)
{
    lane->busy = true;
    lane->again = false;
    lane->read_began = clock_instant();
    if (lane->since_name[0] != '\0' && lane->since.us == 0) {
        store_read_cursor(lane->store, lane->since_name, since_read, lane);
    } else if (lane->position_known && lane->settings.feed == LANE_CHANGES) {
        store_read_changes(lane->store, lane->position, CHANGES_BATCH, changes_read, lane);
    } else if (lane->position_known) {
        const struct store_filter filter = {.after = lane->position, .limit = BATCH};
        store_read_runs(lane->store, &filter, runs_read, lane);
    } else {
        store_read_cursor(lane->store, lane->cursor, cursor_read, lane);
    }
}

static enum result print_name(const struct lane *lane, const char *suffix,
                              char name[CURSOR_NAME_MAX])
{
    int length = snprintf(name, CURSOR_NAME_MAX, "reporter.%s%s", lane->settings.name, suffix);
    return length < CURSOR_NAME_MAX ? RESULT_OK : RESULT_LIMIT;
}

struct lane *lane_open(const struct lane_settings *settings, struct error *error)
{
    bool changes = settings->feed == LANE_CHANGES;
    struct lane *lane = memory_allocate(1, sizeof *lane);
    lane->settings = *settings;
    lane->store = settings->context->store;
    lane->delay = RETRY_FIRST;
    lane->behind_since = clock_instant();
    lane->opened = clock_wall();
    lane->opened.us -= lane->opened.us % DURATION_MILLISECOND; /* records know no finer time */
    enum result result = print_name(lane, changes ? ".changes" : "", lane->cursor);
    if (result == RESULT_OK && changes && settings->kind->from_now)
        result = print_name(lane, ".since", lane->since_name);
    if (result != RESULT_OK) {
        error_set(error, result, "reporter \"%.100s...\": its name is too long", settings->name);
        free(lane);
        return NULL;
    }
    lane->retry = loop_timer_create(settings->context->loop, retry_fired, lane);
    lane_step(lane);
    return lane;
}

void lane_wake(struct lane *lane)
{
    if (lane->behind_since.us == 0)
        lane->behind_since = clock_instant();
    if (lane->busy)
        lane->again = true;
    else
        lane_step(lane);
}

bool lane_is_idle(const struct lane *lane)
{
    return !lane->busy || lane->paused;
}

void lane_add_health(const struct lane *lane, struct reporter_health *health)
{
    duration behind =
        lane->behind_since.us == 0 ? 0 : instant_between(lane->behind_since, clock_instant());
    if (behind > health->behind)
        health->behind = behind;
    health->delivered += lane->count;
    health->failures += lane->failures;
    health->given_up += lane->given_up;
    if (lane->trouble[0] != '\0')
        health->trouble = lane->trouble;
}

void lane_stop(struct lane *lane)
{
    if (lane == NULL)
        return;
    if (lane->busy)
        store_forget(lane->store, lane);
    loop_timer_free(lane->retry);
    lane->retry = NULL;
}

void lane_free(struct lane *lane)
{
    if (lane == NULL)
        return;
    release_batch(lane);
    free(lane);
}
