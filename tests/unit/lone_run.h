/* SPDX-License-Identifier: MIT */
/* A run that fails by its only step, and is all that was ever seen: what its exchange and its
 * findings say by themselves. For check_answers.c, check_door.c and
 * check_way.c. */
#ifndef TESTS_UNIT_LONE_RUN_H
#define TESTS_UNIT_LONE_RUN_H

#include "tests/unit/runner.h"

#include "monitor/diagnose/diagnose.h"

struct lone_run {
    struct history *history;
    struct run *run;
    struct run_step *step;
    struct exchange *exchange; /* its only one */
    const char *needs[1];
};

/* Its step `home` needs that. */
void lone_run_open(struct lone_run *lone, const char *needs);
void lone_run_close(struct lone_run *lone);

/* Judges it; `shop` may be NULL. The last evidence whose fact begins with one of `codes`; NULL:
 * there is none. */
const struct evidence *lone_run_judge(struct lone_run *lone, const struct shop *shop,
                                      const char *const *codes, size_t count);

#endif
