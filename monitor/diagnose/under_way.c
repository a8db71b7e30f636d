/* SPDX-License-Identifier: MIT */
/* See under_way.h. */
#include "monitor/diagnose/under_way.h"

#include "monitor/diagnose/facts.h"

#include <string.h>

static bool is_the_same_step(const struct under_way *one, const struct under_way *other)
{
    return strcmp(one->step->name, other->step->name) == 0 &&
           strcmp(one->run->journey, other->run->journey) == 0;
}

static void take_out(struct under_way_list *list, size_t at)
{
    list->count--;
    memmove(&list->items[at], &list->items[at + 1], (list->count - at) * sizeof list->items[0]);
}

void under_way_add(struct under_way_list *list, const struct under_way *one)
{
    int64_t began = one->since.us;
    bool is_full = list->count == UNDER_WAY_MAX;
    if (is_full && list->items[list->count - 1].since.us <= began)
        return;
    for (size_t i = 0; i < list->count; i++) {
        if (!is_the_same_step(&list->items[i], one))
            continue;
        if (list->items[i].since.us <= began)
            return;
        take_out(list, i);
        break;
    }
    if (list->count == UNDER_WAY_MAX)
        list->count--;
    size_t at = list->count++;
    for (; at > 0 && list->items[at - 1].since.us > began; at--)
        list->items[at] = list->items[at - 1];
    list->items[at] = *one;
}

/* Whether the exchange, of which the end is known, waited for the answer to what it had sent; what
 * came to nobody does not. */
static bool waited_at(const struct exchange *exchange, struct wall_time moment)
{
    struct wall_time sent = exchange->started;
    for (int phase = 0; phase < PHASE_WAIT; phase++)
        if (exchange->phases[phase] != PHASE_ABSENT)
            sent = wall_after(sent, exchange->phases[phase]);
    return exchange->phases[PHASE_WAIT] != PHASE_ABSENT && sent.us <= moment.us &&
           wall_after(sent, exchange->phases[PHASE_WAIT]).us > moment.us &&
           !facts_path_is_broken(exchange) && exchange->tcp.unacknowledged == 0;
}

bool under_way_at(const struct run *run, struct wall_time moment, struct under_way *ret_under_way)
{
    if (run->slot.started.us > moment.us || run->slot.ended.us <= moment.us)
        return false;
    for (size_t i = 0; i < run->step_count; i++) {
        const struct run_step *step = &run->steps[i];
        for (size_t n = 0; !step->cleanup && n < step->exchange_count; n++) {
            if (!waited_at(&step->exchanges[n], moment))
                continue;
            *ret_under_way =
                (struct under_way){.run = run, .step = step, .since = step->exchanges[n].started};
            return true;
        }
    }
    return false;
}

/* What the run had just been served, of what the application does alone. */
static const char *what_passed(const struct shop *shop, const struct under_way *one)
{
    const char *last = NULL;
    for (const struct run_step *step = one->run->steps; step < one->step; step++)
        if (run_step_passed(step) && facts_is_application_alone(shop, step) &&
            wall_between(step->started, one->since) < FACTS_LATER)
            last = step->name;
    return last;
}

void under_way_note(const struct history *history, const struct shop *shop, struct run *run,
                    const struct under_way_list *list)
{
    run->looked_around = true;
    for (size_t i = 0; i < list->count; i++) {
        const struct under_way *one = &list->items[i];
        const struct history_entry *entry =
            history_find(history, one->run->journey, one->run->vantage);
        duration waited = wall_between(one->since, run->slot.ended);
        if (entry == NULL || !history_is_long(entry, one->step->name, waited))
            continue;
        const struct waiting waiting = {
            .journey = one->run->journey,
            .vantage = one->run->vantage,
            .step = one->step->name,
            .started = one->since,
            .waited = waited,
            .usual = history_pass(entry, one->step->name)->usual,
            .behind = what_passed(shop, one),
        };
        run_add_waiting(run, &waiting);
    }
}
