/* SPDX-License-Identifier: MIT */
/*
 * A queue of runs on their way into the store. See keeper.h.
 *
 * Runs are stored in the order in which they came. In trouble all wait, and the first of them is
 * sent alone: making a record of each, only to hear that the disk is still full, would take the
 * time of measurements. When it got through, the others follow in portions.
 *
 * A commit waits for the disk, whatever is in it. Where runs come one after another, those of a
 * moment are held, and committed together.
 */
#include "monitor/daemon/keeper.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { PORTION = 64 };

/* How often it is said again that runs are lost. */
#define TELL_EVERY DURATION_MINUTE

/* One run on its way, or an incident without one: with the store, or waiting for another try. */
struct keeping {
    struct keeper *keeper;
    struct run *run;           /* NULL: none */
    struct arena *arena;       /* the run's, or the incident's own */
    struct incident *incident; /* NULL: none */
    store_done *done;          /* NULL: nobody waits for it any more */
    void *data;
    bool waiting; /* for the store to be well again */
    bool held;    /* until others have come */
    TAILQ_ENTRY(keeping) others;
};

struct keeper {
    struct store *store;
    loop_callback *committed;
    void *data;
    struct loop_timer *retry, *release;
    struct instant sent;                        /* something to the store, the last time */
    TAILQ_HEAD(keeping_list, keeping) keepings; /* in the order in which they came */
    size_t count, held_count, waiting_count, waiting_bytes;
    uint64_t committed_count, lost_count;
    struct wall_time committed_at;
    struct instant lost_told;
    char *aside;                  /* where a damaged store is, as it was told; NULL: nowhere */
    char trouble[ERROR_TEXT_MAX]; /* why the store did not take a run; "": it did */
};

static void keeper_tell_aside(struct keeper *keeper)
{
    const char *aside = store_aside(keeper->store);
    if (aside == NULL || (keeper->aside != NULL && strcmp(aside, keeper->aside) == 0))
        return;
    log_error("the store was damaged and has been begun anew; what it held is in %s", aside);
    free(keeper->aside);
    keeper->aside = memory_duplicate(aside);
}

static void keeping_stop_waiting(struct keeping *keeping)
{
    if (!keeping->waiting)
        return;
    keeping->waiting = false;
    keeping->keeper->waiting_count--;
    keeping->keeper->waiting_bytes -= arena_size(keeping->arena);
}

static void keeping_end(struct keeping *keeping)
{
    struct keeper *keeper = keeping->keeper;
    keeping_stop_waiting(keeping);
    keeper->held_count -= keeping->held;
    TAILQ_REMOVE(&keeper->keepings, keeping, others);
    keeper->count--;
    if (keeping->run != NULL)
        run_free(keeping->run);
    else
        arena_free(keeping->arena);
    free(keeping);
}

static void keeping_tell(struct keeping *keeping, enum result result, const struct error *error,
                         store_sequence sequence)
{
    if (keeping->done != NULL)
        keeping->done(keeping->data, result, error, sequence);
    keeping->done = NULL;
}

static struct keeping *keeper_first_waiting(struct keeper *keeper)
{
    struct keeping *keeping = TAILQ_FIRST(&keeper->keepings);
    while (keeping != NULL && !keeping->waiting)
        keeping = TAILQ_NEXT(keeping, others);
    return keeping;
}

/* The oldest; but what people are to hear of comes with a run, and goes with it. */
static struct keeping *keeper_least_missed(struct keeper *keeper)
{
    struct keeping *keeping;
    TAILQ_FOREACH(keeping, &keeper->keepings, others)
    {
        if (keeping->waiting && keeping->incident == NULL)
            return keeping;
    }
    return keeper_first_waiting(keeper);
}

static void keeper_lose(struct keeping *keeping, const char *why)
{
    struct keeper *keeper = keeping->keeper;
    struct instant now = clock_instant();
    keeper->lost_count++;
    if (keeper->lost_count == 1 || instant_between(keeper->lost_told, now) >= TELL_EVERY) {
        const struct log_field fields[] = {
            {"run", keeping->run != NULL ? keeping->run->id : NULL},
            {"journey", keeping->run != NULL ? keeping->run->journey : NULL},
            {"incident", keeping->incident != NULL ? keeping->incident->id : NULL},
            {NULL, NULL}};
        log_event(LOG_ERROR, fields, "a run or an order is lost, %" PRIu64 " in all: %s",
                  keeper->lost_count, why);
        keeper->lost_told = now;
    }
    keeping_end(keeping);
}

static void keeper_wait(struct keeping *keeping)
{
    struct keeper *keeper = keeping->keeper;
    keeping->waiting = true;
    keeper->waiting_bytes += arena_size(keeping->arena);
    if (keeper->waiting_count++ == 0)
        loop_timer_set(keeper->retry, KEEPER_RETRY);
    while (keeper->waiting_count > 1 &&
           (keeper->waiting_count > KEEPER_WAITING_MAX || keeper->waiting_bytes > KEEPER_BYTES_MAX))
        keeper_lose(keeper_least_missed(keeper), "too many wait for the store");
}

static void keeper_refused(struct keeping *keeping, const char *why)
{
    struct keeper *keeper = keeping->keeper;
    if (keeper->trouble[0] == '\0')
        log_error("a run could not be stored, trying again: %s", why);
    snprintf(keeper->trouble, sizeof keeper->trouble, "%s", why);
    keeper_wait(keeping);
}

static void keeper_try(struct keeping *keeping);

/* As many as are in one portion are with the store at a time. */
static void keeper_send_waiting(struct keeper *keeper, size_t limit)
{
    struct keeping *keeping;
    for (size_t sent = keeper->count - keeper->waiting_count - keeper->held_count;
         sent < limit && (keeping = keeper_first_waiting(keeper)) != NULL; sent++) {
        keeping_stop_waiting(keeping);
        keeper_try(keeping);
        if (keeper->trouble[0] != '\0')
            break;
    }
}

static void keeper_retry(void *data)
{
    struct keeper *keeper = data;
    if (keeper->waiting_count == 0)
        return;
    keeper_send_waiting(keeper, 1);
    loop_timer_set(keeper->retry, KEEPER_RETRY);
}

static void keeper_stored(void *data, enum result result, const struct error *error,
                          store_sequence sequence)
{
    struct keeping *keeping = data;
    struct keeper *keeper = keeping->keeper;
    keeping_tell(keeping, result, error, sequence);
    keeper_tell_aside(keeper);
    if (result == RESULT_INVALID) {
        keeper_lose(keeping, error->text); /* and would be refused for ever */
    } else if (result != RESULT_OK) {
        keeper_refused(keeping, error->text);
        return;
    } else {
        if (keeper->trouble[0] != '\0')
            log_warning("runs are stored again; %zu wait, %" PRIu64 " were lost",
                        keeper->waiting_count, keeper->lost_count);
        keeper->trouble[0] = '\0';
        keeper->committed_count++;
        keeper->committed_at = clock_wall();
        keeping_end(keeping);
        keeper->committed(keeper->data);
    }
    keeper_send_waiting(keeper, PORTION);
}

static void keeper_try(struct keeping *keeping)
{
    if (keeping->run == NULL) {
        store_write_incident(keeping->keeper->store, keeping->incident, keeper_stored, keeping);
        return;
    }
    enum result result = store_append(keeping->keeper->store, keeping->run, keeping->incident,
                                      keeper_stored, keeping);
    if (result == RESULT_INVALID)
        keeper_lose(keeping, "its record is too large");
    else if (result != RESULT_OK)
        keeper_refused(keeping, result_name(result));
}

static loop_callback keeper_release;

struct keeper *keeper_create(struct loop *loop, struct store *store, loop_callback *committed,
                             void *data)
{
    struct keeper *keeper = memory_allocate(1, sizeof *keeper);
    keeper->store = store;
    keeper->committed = committed;
    keeper->data = data;
    keeper->retry = loop_timer_create(loop, keeper_retry, keeper);
    keeper->release = loop_timer_create(loop, keeper_release, keeper);
    TAILQ_INIT(&keeper->keepings);
    keeper_tell_aside(keeper);
    return keeper;
}

void keeper_free(struct keeper *keeper)
{
    if (keeper == NULL)
        return;
    while (!TAILQ_EMPTY(&keeper->keepings))
        keeping_end(TAILQ_FIRST(&keeper->keepings));
    loop_timer_free(keeper->retry);
    loop_timer_free(keeper->release);
    free(keeper->aside);
    free(keeper);
}

static struct keeping *keeping_create(struct keeper *keeper, struct arena *arena,
                                      const struct incident *incident)
{
    struct keeping *keeping = memory_allocate(1, sizeof *keeping);
    keeping->keeper = keeper;
    keeping->arena = arena;
    if (incident != NULL) {
        keeping->incident = arena_allocate(arena, 1, sizeof *keeping->incident);
        incident_copy(arena, keeping->incident, incident);
    }
    TAILQ_INSERT_TAIL(&keeper->keepings, keeping, others);
    keeper->count++;
    return keeping;
}

/* Behind those that wait: runs and their incidents go into the store in order. */
static void keeping_send(struct keeping *keeping)
{
    struct error error = {0};
    if (keeping->keeper->waiting_count == 0) {
        keeping->keeper->sent = clock_instant();
        keeper_try(keeping);
        return;
    }
    error_set(&error, RESULT_IO, "the store takes nothing: %.400s", keeping->keeper->trouble);
    keeping_tell(keeping, RESULT_IO, &error, 0);
    keeper_wait(keeping);
}

/* Those that were held are the last ones. */
static void keeper_release(void *data)
{
    struct keeper *keeper = data;
    struct keeping *keeping = TAILQ_LAST(&keeper->keepings, keeping_list);
    for (size_t i = 1; i < keeper->held_count; i++)
        keeping = TAILQ_PREV(keeping, keeping_list, others);
    while (keeper->held_count > 0) {
        struct keeping *next = TAILQ_NEXT(keeping, others);
        keeping->held = false;
        keeper->held_count--;
        keeping_send(keeping);
        keeping = next;
    }
}

/* Those that are held go with the one that can wait least. */
static void keeping_begin(struct keeping *keeping)
{
    struct keeper *keeper = keeping->keeper;
    bool passed = keeping->incident == NULL && keeping->run->state == STATE_PASSED;
    duration hold = passed ? KEEPER_HOLD : KEEPER_HOLD_TROUBLE;
    duration ago = instant_between(keeper->sent, clock_instant());
    if (keeper->held_count == 0 && ago >= hold) {
        keeping_send(keeping);
        return;
    }
    keeping->held = true;
    if (keeper->held_count++ == 0 || !passed)
        loop_timer_set(keeper->release, ago < hold ? hold - ago : 0);
}

void keeper_keep(struct keeper *keeper, struct run *run, const struct incident *incident)
{
    struct keeping *keeping = keeping_create(keeper, run->arena, incident);
    keeping->run = run;
    keeping_begin(keeping);
}

void keeper_keep_incident(struct keeper *keeper, const struct incident *incident, store_done *done,
                          void *data)
{
    struct keeping *keeping = keeping_create(keeper, arena_create(), incident);
    keeping->done = done;
    keeping->data = data;
    keeping_begin(keeping);
}

size_t keeper_count(const struct keeper *keeper)
{
    return keeper->count;
}

bool keeper_is_idle(const struct keeper *keeper)
{
    return TAILQ_EMPTY(&keeper->keepings);
}

void keeper_read(const struct keeper *keeper, struct keeper_facts *ret_facts)
{
    *ret_facts = (struct keeper_facts){
        .waiting = keeper->waiting_count,
        .committed = keeper->committed_count,
        .lost = keeper->lost_count,
        .committed_at = keeper->committed_at,
        .trouble = keeper->trouble[0] != '\0' ? keeper->trouble : NULL,
    };
}
