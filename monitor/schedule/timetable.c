/* SPDX-License-Identifier: MIT */
/*
 * Grids of an interval, with a stable offset, so that a fleet does not stampede: all vantage points
 * of a journey share one (burst), each has its own (spread), or each has every so many of its
 * points (rotate). Or the slots of a cron line. See timetable.h.
 */
#include "monitor/schedule/timetable.h"

#include "monitor/base/hash.h"
#include "scenarios/cron.h"

struct timetable timetable_of_interval(const char *journey, duration every, enum mode mode,
                                       unsigned number, unsigned count)
{
    struct timetable timetable = {
        .every = every,
        .turns = 1,
        .period = every,
        .offset = (duration)(hash_text(journey) % (uint64_t)every),
    };
    switch (mode) {
    case MODE_BURST:
        break;
    case MODE_SPREAD:
        timetable.offset = (timetable.offset + every * number / count) % every;
        break;
    case MODE_ROTATE:
        timetable.turn = number;
        timetable.turns = count;
        timetable.period = every * count;
        timetable.offset += every * number;
        break;
    }
    return timetable;
}

struct timetable timetable_of(const struct scenario *scenario, duration every, unsigned number,
                              unsigned count)
{
    if (every > 0 || scenario->cron == NULL)
        return timetable_of_interval(scenario->journey, every > 0 ? every : scenario->every,
                                     scenario->mode, number, count);
    bool rotates = scenario->mode == MODE_ROTATE;
    return (struct timetable){
        .every = scenario->every,
        .cron = scenario->cron,
        .zone = scenario->zone,
        .turn = rotates ? number : 0,
        .turns = rotates ? count : 1,
    };
}

static struct wall_time grid_after(const struct timetable *timetable, struct wall_time after)
{
    int64_t passed = after.us - timetable->offset, period = timetable->period;
    int64_t periods = passed >= 0 ? passed / period + 1 : -(-passed / period);
    return (struct wall_time){timetable->offset + periods * period};
}

struct wall_time timetable_after(const struct timetable *timetable, struct wall_time after)
{
    const struct cron *cron = timetable->cron;
    if (cron == NULL)
        return grid_after(timetable, after);
    struct wall_time slot = cron_after(cron, timetable->zone, after);
    while (timetable->turns > 1 && slot.us != INT64_MAX &&
           cron_number(cron, timetable->zone, slot) % timetable->turns != timetable->turn)
        slot = cron_after(cron, timetable->zone, slot);
    return slot;
}
