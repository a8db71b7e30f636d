/* SPDX-License-Identifier: MIT */
/* Maintenance as the shop file has it, and what becomes of it. See record/maintenance.h. */
#ifndef SCENARIOS_SHOP_MAINTENANCE_H
#define SCENARIOS_SHOP_MAINTENANCE_H

#include "monitor/record/maintenance.h"
#include "scenarios/mistake.h"

/* X(NAME, word) */
#define MAINTENANCE_MODE_TABLE(X)                                                                  \
    X(MUTE, "mute")                                                                                \
    X(PAUSE, "pause")

enum maintenance_mode {
#define X(name, word) MAINTENANCE_##name,
    MAINTENANCE_MODE_TABLE(X)
#undef X
};

struct shop_maintenance {
    struct maintenance window; /* complete once it is checked */
    const char *start, *end;   /* as written */
    enum maintenance_mode mode;
    struct position position;
};

struct loader;
struct shop;

/* Completes the windows of a shop, and tells what is wrong with them. */
void shop_check_maintenance(struct loader *loader, struct shop *shop);

#endif
