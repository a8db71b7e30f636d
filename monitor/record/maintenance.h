/* SPDX-License-Identifier: MIT */
/*
 * A maintenance window: when people know that the shop, or part of it, may fail. Plain data; the
 * shop file and operators make it, schedule/ says whether it is in force.
 */
#ifndef RECORD_MAINTENANCE_H
#define RECORD_MAINTENANCE_H

#include "monitor/base/arena.h"
#include "monitor/base/clock.h"

#include <stdbool.h>
#include <stddef.h>

struct cron;
struct zone;
struct buffer;
struct json_t;

struct maintenance {
    const char *id;    /* unique; stable over restarts */
    const char *title; /* for people */
    /* In force from `start` until before `end`; `end` 0: until it is cancelled. */
    struct wall_time start, end;
    /* Or time and again, from each slot of `cron` for `lasting`; then `start` and `end` are 0. */
    const struct cron *cron;
    const struct zone *zone;
    duration lasting;
    /* What it is about: journeys by name, and those with a step that needs one of the components
     * (`db` is `db.orders`, too). Neither: all. From these vantage points; none: from all. */
    const char **journeys;
    size_t journey_count;
    const char **components;
    size_t component_count;
    const char **vantages;
    size_t vantage_count;
    bool pause;                 /* no run is started; else it is only that nobody is told */
    bool excluded;              /* its slots do not count in objectives */
    const char *by;             /* who ordered it; NULL: the shop file */
    struct wall_time cancelled; /* 0: it is not */
};

/* How the ids of those begin that `shopwatch pause` orders. */
#define MAINTENANCE_PAUSE_ID "pause-"

/* Such a one: nothing is planned, and why is for operators. */
bool maintenance_is_pause(const struct maintenance *maintenance);

/* Texts are copied; cron and zone are borrowed. */
void maintenance_copy(struct arena *arena, struct maintenance *target,
                      const struct maintenance *source);

/* One line of JSON, without its end. Not for recurring ones, which live in the shop file. */
void maintenance_write(const struct maintenance *maintenance, struct buffer *out);
MUST_CHECK enum result maintenance_from_json(struct arena *arena, const struct json_t *json,
                                             struct maintenance *ret_maintenance);

#endif
