/* SPDX-License-Identifier: MIT */
/* Who holds the lock of an SQLite file that others wait for. Private to probe/. */
#ifndef PROBE_SQLITE_HOLDER_H
#define PROBE_SQLITE_HOLDER_H

#include "monitor/base/process.h"

/* What is waited for. Each includes those before it: who keeps others from reading keeps them from
 * the rest. */
enum sqlite_wish { SQLITE_WISH_READ, SQLITE_WISH_BEGIN, SQLITE_WISH_COMMIT };

struct sqlite_holder {
    long number; /* of the process */
    struct process process;
};

/* Who keeps this process from it now; of several one that may serve, and of those, or of the others
 * where there is none, one that is stopped. `path` leads to the file itself, by no link. False:
 * nobody does any more, or none that is seen from here: one on another machine, or outside of the
 * monitor's container. */
bool sqlite_find_holder(const char *path, enum sqlite_wish wish, struct sqlite_holder *ret_holder);

#endif
