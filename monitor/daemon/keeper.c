/* SPDX-License-Identifier: MIT */
/* A queue of runs on their way into the store. See keeper.h. */
#include "monitor/daemon/keeper.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"

#include <stdlib.h>
#include <sys/queue.h>

/* One run on its way: with the store, or waiting for another try. */
struct keeping {
    struct keeper *keeper;
    struct run *run;
    struct incident *incident; /* in the run's arena; NULL: none */
    bool waiting;
    TAILQ_ENTRY(keeping) others;
};

struct keeper {
    struct store *store;
    loop_callback *committed;
    void *data;
    struct loop_timer *retry;
    TAILQ_HEAD(, keeping) keepings; /* in the order in which they came */
    size_t count, waiting_count;
    bool in_trouble; /* said once, until a run is stored again */
};

static void keeping_end(struct keeping *keeping)
{
    struct keeper *keeper = keeping->keeper;
    keeper->waiting_count -= keeping->waiting;
    TAILQ_REMOVE(&keeper->keepings, keeping, others);
    keeper->count--;
    run_free(keeping->run);
    free(keeping);
}

static struct keeping *keeper_oldest_waiting(struct keeper *keeper)
{
    struct keeping *keeping = TAILQ_FIRST(&keeper->keepings);
    while (keeping != NULL && !keeping->waiting)
        keeping = TAILQ_NEXT(keeping, others);
    return keeping;
}

static void keeper_wait(struct keeping *keeping, const char *why)
{
    struct keeper *keeper = keeping->keeper;
    if (!keeper->in_trouble)
        log_error("a run could not be stored, trying again: %s", why);
    keeper->in_trouble = true;
    if (keeper->waiting_count == KEEPER_WAITING_MAX) {
        struct keeping *oldest = keeper_oldest_waiting(keeper);
        log_error("too many runs wait for the store: run %s is lost", oldest->run->id);
        keeping_end(oldest);
    }
    keeping->waiting = true;
    if (keeper->waiting_count++ == 0)
        loop_timer_set(keeper->retry, KEEPER_RETRY);
}

static void keeper_stored(void *data, enum result result, const struct error *error,
                          store_sequence sequence)
{
    struct keeping *keeping = data;
    struct keeper *keeper = keeping->keeper;
    (void)sequence;
    if (result != RESULT_OK) {
        keeper_wait(keeping, error->text);
        return;
    }
    if (keeper->in_trouble)
        log_warning("runs are stored again");
    keeper->in_trouble = false;
    keeping_end(keeping);
    keeper->committed(keeper->data);
}

static void keeper_try(struct keeping *keeping)
{
    enum result result = store_append(keeping->keeper->store, keeping->run, keeping->incident,
                                      keeper_stored, keeping);
    if (result == RESULT_INVALID) {
        log_error("run %s of %s is too large to be stored and is lost", keeping->run->id,
                  keeping->run->journey);
        keeping_end(keeping);
    } else if (result != RESULT_OK) {
        keeper_wait(keeping, result_name(result));
    }
}

static void keeper_retry(void *data)
{
    struct keeper *keeper = data;
    struct keeping *keeping = TAILQ_FIRST(&keeper->keepings);
    while (keeping != NULL) {
        /* Trying may end it; who fails again keeps his place in the row. */
        struct keeping *next = TAILQ_NEXT(keeping, others);
        if (keeping->waiting) {
            keeping->waiting = false;
            keeper->waiting_count--;
            keeper_try(keeping);
        }
        keeping = next;
    }
}

struct keeper *keeper_create(struct loop *loop, struct store *store, loop_callback *committed,
                             void *data)
{
    struct keeper *keeper = memory_allocate(1, sizeof *keeper);
    keeper->store = store;
    keeper->committed = committed;
    keeper->data = data;
    keeper->retry = loop_timer_create(loop, keeper_retry, keeper);
    TAILQ_INIT(&keeper->keepings);
    return keeper;
}

void keeper_free(struct keeper *keeper)
{
    if (keeper == NULL)
        return;
    while (!TAILQ_EMPTY(&keeper->keepings))
        keeping_end(TAILQ_FIRST(&keeper->keepings));
    loop_timer_free(keeper->retry);
    free(keeper);
}

void keeper_keep(struct keeper *keeper, struct run *run, const struct incident *incident)
{
    struct keeping *keeping = memory_allocate(1, sizeof *keeping);
    keeping->keeper = keeper;
    keeping->run = run;
    if (incident != NULL) {
        keeping->incident = arena_allocate(run->arena, 1, sizeof *keeping->incident);
        incident_copy(run->arena, keeping->incident, incident);
    }
    TAILQ_INSERT_TAIL(&keeper->keepings, keeping, others);
    keeper->count++;
    /* Behind one that waits: runs and their incidents go into the store in order. */
    if (keeper->waiting_count > 0)
        keeper_wait(keeping, "others wait");
    else
        keeper_try(keeping);
}

size_t keeper_count(const struct keeper *keeper)
{
    return keeper->count;
}

bool keeper_is_idle(const struct keeper *keeper)
{
    return TAILQ_EMPTY(&keeper->keepings);
}
