/* SPDX-License-Identifier: MIT */
/* Maintenance windows, the shop file's and the operators', and what they mean for a slot. See
 * pipeline.c. */
#include "monitor/daemon/pipeline_private.h"

#include <string.h>

static bool is_over(const struct maintenance *window, struct wall_time now)
{
    return window->cancelled.us != 0 || (window->end.us != 0 && window->end.us <= now.us);
}

void pipeline_maintain(struct pipeline *pipeline, const struct maintenance *window)
{
    struct wall_time now = clock_wall();
    struct arena *arena = arena_create();
    const struct maintenance_list old = pipeline->maintenance;
    struct maintenance *windows = arena_allocate(arena, old.count + 1, sizeof *windows);
    size_t count = 0;
    for (size_t i = 0; i < old.count; i++)
        if (strcmp(old.windows[i].id, window->id) != 0 && !is_over(&old.windows[i], now))
            maintenance_copy(arena, &windows[count++], &old.windows[i]);
    if (!is_over(window, now))
        maintenance_copy(arena, &windows[count++], window);
    pipeline->maintenance = (struct maintenance_list){windows, count};
    arena_free(pipeline->maintenance_arena);
    pipeline->maintenance_arena = arena;
}

struct maintenance_state pipeline_maintenance_at(const struct pipeline_entry *entry,
                                                 struct wall_time time)
{
    const struct pipeline *pipeline = entry->pipeline;
    const struct shop *shop = pipeline->set->settings->shop;
    const struct maintenance_list planned = {shop->windows, shop->maintenance_count};
    const struct maintenance_subject subject = {
        .journey = entry->scenario->journey,
        .vantage = entry->vantage->vantage->name,
        .components = entry->scenario->components,
        .component_count = entry->scenario->component_count,
    };
    struct maintenance_state state = maintenance_at(&planned, &subject, time);
    struct maintenance_state ordered = maintenance_at(&pipeline->maintenance, &subject, time);
    return (struct maintenance_state){
        .muted = state.muted || ordered.muted,
        .paused = state.paused || ordered.paused,
        .excluded = state.excluded || ordered.excluded,
        .why = ordered.why != NULL ? ordered.why : state.why,
    };
}

/* Maintenance may begin or end while a run is under way. */
void pipeline_mark_maintenance(const struct pipeline_entry *entry, struct run *run)
{
    struct maintenance_state begun = pipeline_maintenance_at(entry, run->slot.planned);
    struct maintenance_state ended = pipeline_maintenance_at(entry, run->slot.ended);
    run->muted = begun.muted || ended.muted;
    run->excluded = begun.excluded || ended.excluded;
}
