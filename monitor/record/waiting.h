/* SPDX-License-Identifier: MIT */
/*
 * Waiting: a step of another run that was under way when one failed, and had waited for its answer
 * far longer than it usually does. Plain data; diagnose/ makes and weighs it, the record keeps it.
 */
#ifndef RECORD_WAITING_H
#define RECORD_WAITING_H

#include "monitor/base/arena.h"
#include "monitor/base/clock.h"

struct waiting {
    const char *journey, *vantage, *step;
    struct wall_time started; /* when the exchange began that waited: a step may try often */
    duration waited, usual;   /* until then; and how long it takes when it passes */
    const char *behind;       /* the step of the application alone that the run had just passed;
                                 may be NULL */
};

void waiting_copy(struct arena *arena, struct waiting *target, const struct waiting *source);

struct json_t;
struct json_writer;

void waiting_write(const struct waiting *waiting, struct json_writer *writer);
void waiting_from_json(struct arena *arena, const struct json_t *json, struct waiting *ret_waiting);

#endif
