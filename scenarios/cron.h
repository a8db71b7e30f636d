/* SPDX-License-Identifier: MIT */
/*
 * `cron: "0,30 8-22 * * MON-SAT"`: the five fields of crontab(5), and at which instants they mean a
 * slot. Pure: time and zone are parameters.
 *
 * Where clocks are set, as cron(8) does it. A time that is left out has its slot at the moment when
 * clocks are set forward; one that comes twice has it the first time. A line whose minutes or hours
 * begin with `*` follows the clock instead: nothing for what is left out, and twice what comes
 * twice.
 */
#ifndef SCENARIOS_CRON_H
#define SCENARIOS_CRON_H

#include "monitor/base/arena.h"
#include "monitor/base/clock.h"

#include <stdbool.h>
#include <stdint.h>

struct zone;

struct cron {
    const char *text;
    uint64_t minutes; /* a bit for each */
    uint32_t hours, days, months, weekdays;
    bool any_day, any_weekday; /* `*`; where neither is, one of both is enough */
    bool follows;              /* minutes or hours begin with `*` */
};

/* What is wrong, and at which byte. */
struct cron_mistake {
    size_t offset;
    const char *text, *hint; /* in the arena; hint: NULL when there is none */
};

/* RESULT_OK, or RESULT_INVALID with `ret_mistake`. */
MUST_CHECK enum result cron_parse(struct arena *arena, const char *text, struct cron *ret_cron,
                                  struct cron_mistake *ret_mistake);

/* The first slot after a moment; us == INT64_MAX: there is none. */
struct wall_time cron_after(const struct cron *cron, const struct zone *zone,
                            struct wall_time after);

/* Slots are counted by what clocks show, whether there was one or not: the same number from
 * anywhere and after any restart. */
uint64_t cron_number(const struct cron *cron, const struct zone *zone, struct wall_time slot);

/* The shortest time between two slots while no clocks are set. */
duration cron_interval(const struct cron *cron);

#endif
