/* SPDX-License-Identifier: MIT */
/*
 * The monitor must not become the outage: a step that hung in two slots of a journey is sent from
 * one vantage point only, and less and less often, until it answers. The other runs stop before
 * it, and their slots end as those that hang. See pipeline.c.
 */
#include "monitor/daemon/pipeline_private.h"

#include <string.h>

#define HOLD_PAUSE_MAX (5 * DURATION_MINUTE)

/* Of a journey by cron, which has no interval. */
#define HOLD_PAUSE_CRON DURATION_MINUTE

enum { HOLD_SLOTS = 2 };

static const struct step *step_of(const struct scenario *scenario, const char *name)
{
    for (size_t i = 0; i < scenario->step_count; i++)
        if (strcmp(scenario->steps[i].name, name) == 0)
            return &scenario->steps[i];
    return NULL;
}

static bool answered(const struct run_step *step)
{
    return step->state != STATE_SKIPPED && step->state != STATE_UNKNOWN && !run_step_hung(step);
}

const struct step *pipeline_hold_before(struct pipeline_entry *entry, struct wall_time now)
{
    struct pipeline_hold *hold = &entry->means->hold;
    if (hold->slots < HOLD_SLOTS)
        return NULL;
    if (entry != hold->sender || now.us < hold->next.us || hold->sent)
        return hold->step;
    hold->sent = true;
    return NULL;
}

static duration first_pause(const struct pipeline_entry *entry)
{
    duration every = entry->pipeline->every;
    if (every == 0)
        every = entry->scenario->every;
    return every != 0 ? every : HOLD_PAUSE_CRON;
}

static void hold_hung(struct pipeline_hold *hold, struct pipeline_entry *entry,
                      const struct run *run, const struct step *step)
{
    if (hold->step != step)
        *hold = (struct pipeline_hold){.step = step};
    /* From several vantage points at the same time it is one slot. */
    if (hold->slots < HOLD_SLOTS && hold->planned.us != run->slot.planned.us)
        hold->slots++;
    hold->planned = run->slot.planned;
    if (hold->slots < HOLD_SLOTS || (hold->sender != NULL && hold->sender != entry))
        return;
    hold->sender = entry;
    hold->sent = false;
    hold->pause = hold->pause == 0 ? first_pause(entry) : 2 * hold->pause;
    if (hold->pause > HOLD_PAUSE_MAX)
        hold->pause = HOLD_PAUSE_MAX;
    hold->next = wall_after(run->slot.planned, hold->pause);
}

void pipeline_hold_learn(struct pipeline_entry *entry, const struct run *run)
{
    struct pipeline_hold *hold = &entry->means->hold;
    for (size_t i = 0; i < run->step_count; i++) {
        const struct step *step = step_of(entry->scenario, run->steps[i].name);
        if (step != NULL && run_step_hung(&run->steps[i]))
            hold_hung(hold, entry, run, step);
        else if (step != NULL && step == hold->step && answered(&run->steps[i]))
            *hold = (struct pipeline_hold){0};
    }
    /* It was to send the step, and did not come to it. */
    if (hold->sender == entry)
        hold->sent = false;
}

void pipeline_hold_hand_over(struct pipeline_means *means, const struct scenario *scenario,
                             const struct pipeline_hold *hold)
{
    const struct step *step = hold->step != NULL ? step_of(scenario, hold->step->name) : NULL;
    struct pipeline_entry *sender = NULL;
    if (hold->sender != NULL)
        sender = pipeline_entry_of(hold->sender->pipeline, scenario->journey,
                                   hold->sender->vantage->vantage->name);
    /* Without its sender it is found out anew. */
    if (step == NULL || (hold->sender != NULL && sender == NULL))
        return;
    means->hold = *hold;
    means->hold.step = step;
    means->hold.sender = sender;
}
