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
    size_t waiting_count;
};

static void keeping_end(struct keeping *keeping)
{
    struct keeper *keeper = keeping->keeper;
    keeper->waiting_count -= keeping->waiting;
    TAILQ_REMOVE(&keeper->keepings, keeping, others);
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
    if (keeper->waiting_count == 0)
        log_error("a run could not be stored, trying again: %s", why);
    if (keeper->waiting_count == KEEPER_WAITING_MAX) {
        struct keeping *oldest = keeper_oldest_waiting(keeper);
        log_error("too many runs wait for the store: run %s is lost", oldest->run->id);
        keeping_end(oldest);
    }
    keeping->waiting = true;
    keeper->waiting_count++;
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
    keeping_end(keeping);
    keeper->committed(keeper->data);
}

static void keeper_try(struct keeping *keeping)
{
    enum result result = store_append(keeping->keeper->store, keeping->run, keeping->incident,
                                      keeper_stored, keeping);
    if (result != RESULT_OK)
        keeper_wait(keeping, result_name(result));
}

static void keeper_retry(void *data)
{
    struct keeper *keeper = data;
    struct keeping *keeping;
    TAILQ_FOREACH(keeping, &keeper->keepings, others)
    {
        if (!keeping->waiting)
            continue;
        keeping->waiting = false;
        keeper->waiting_count--;
        keeper_try(keeping);
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
    keeper_try(keeping);
}

bool keeper_is_idle(const struct keeper *keeper)
{
    return TAILQ_EMPTY(&keeper->keepings);
}
