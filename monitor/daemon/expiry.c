/* SPDX-License-Identifier: MIT */
/* Deleting what is old, again and again. See expiry.h. */
#include "monitor/daemon/expiry.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"

#include <stdlib.h>

struct expiry {
    struct store *store;
    struct retention retention;
    struct loop_timer *timer;
};

static struct wall_time before(struct wall_time now, duration age)
{
    return (struct wall_time){now.us > age ? now.us - age : 0};
}

/* The next time is counted from the end of this one, so that there is never more than one. */
static void expiry_done(void *data, enum result result, const struct error *error,
                        store_sequence count)
{
    struct expiry *expiry = data;
    (void)count;
    if (result != RESULT_OK)
        log_error("what is old could not be deleted from the store: %s", error->text);
    loop_timer_set(expiry->timer, EXPIRY_EVERY);
}

static void expiry_run(void *data)
{
    struct expiry *expiry = data;
    struct wall_time now = clock_wall();
    const struct store_retention retention = {
        .runs = before(now, expiry->retention.runs),
        .hours = before(now, expiry->retention.hours),
        .days = before(now, expiry->retention.days),
    };
    store_delete_old(expiry->store, &retention, expiry_done, expiry);
}

struct expiry *expiry_create(struct loop *loop, struct store *store,
                             const struct retention *retention, duration first)
{
    struct expiry *expiry = memory_allocate(1, sizeof *expiry);
    expiry->store = store;
    expiry->retention = *retention;
    expiry->timer = loop_timer_create(loop, expiry_run, expiry);
    loop_timer_set(expiry->timer, first);
    return expiry;
}

void expiry_set(struct expiry *expiry, const struct retention *retention)
{
    expiry->retention = *retention;
}

void expiry_free(struct expiry *expiry)
{
    if (expiry == NULL)
        return;
    store_forget(expiry->store, expiry);
    loop_timer_free(expiry->timer);
    free(expiry);
}
