/* SPDX-License-Identifier: MIT */
/*
 * A reporter's way along one of the store's sequences: reads a batch from its cursor on, has it
 * delivered, has the cursor written, and reads on; only then. So after a crash at most one batch is
 * offered again. One that cannot deliver is left alone for a while, which is twice as long each
 * time; the others do not notice. Private to reporters/.
 */
#ifndef REPORTERS_LANE_H
#define REPORTERS_LANE_H

#include "reporters/reporter.h"

enum lane_feed { LANE_RUNS, LANE_CHANGES, LANE_FEED_COUNT };

struct lane_settings {
    const struct reporter_context *context;
    const struct reporter_kind *kind;
    void *state; /* the kind's own */
    const char *name;
    enum lane_feed feed;
};

struct lane;

/* All borrowed. NULL with `error` set. */
struct lane *lane_open(const struct lane_settings *settings, struct error *error);
void lane_wake(struct lane *lane);
bool lane_is_idle(const struct lane *lane); /* also in trouble */

/* Adds to `health`. */
void lane_add_health(const struct lane *lane, struct reporter_health *health);

/* Asks for nothing more; what is being delivered stays until lane_free. Both take NULL. */
void lane_stop(struct lane *lane);
void lane_free(struct lane *lane);

#endif
