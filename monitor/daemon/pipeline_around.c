/* SPDX-License-Identifier: MIT */
/*
 * When a run fails, others may have waited for the same thing for long, and not know it yet: what
 * they wait for goes into its record. See pipeline.c.
 */
#include "monitor/daemon/pipeline_private.h"

#include "monitor/base/memory.h"

#include <stdlib.h>

/* All that wait. The latest began last, and the list has them first: it is gone through from its
 * end, for then those that began earliest are found at once. */
static void list_waiting(const struct pipeline *pipeline, struct under_way_list *ret_waiting)
{
    struct under_way *all = memory_allocate(pipeline->flight_count + 1, sizeof *all);
    size_t count = 0;
    for (const struct pipeline_flight *flight = pipeline->flights; flight != NULL;
         flight = flight->next) {
        const struct run *run = journey_waits(flight->journey);
        if (run == NULL || flight->entry == NULL)
            continue;
        const struct run_step *step = &run->steps[run->step_count - 1];
        all[count++] =
            (struct under_way){run, step, run_last_exchange(step)->started, flight->journey};
    }
    while (count > 0)
        under_way_add(ret_waiting, &all[--count]);
    free(all);
}

/* The kernel is only asked of those that count. */
void pipeline_look_around(const struct pipeline *pipeline, struct run *run)
{
    struct under_way_list waiting = {.count = 0}, received = {.count = 0};
    if (run->state != STATE_FAILED || run_first_failure(run) == NULL)
        return;
    list_waiting(pipeline, &waiting);
    for (size_t i = 0; i < waiting.count; i++)
        if (journey_is_received(waiting.items[i].owner))
            received.items[received.count++] = waiting.items[i];
    casebook_look_around(pipeline->casebook, pipeline->set->settings->shop, run, &received);
}
