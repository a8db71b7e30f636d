/* SPDX-License-Identifier: MIT */
/* The shop that stories of runs are about: a component of each kind, the front door first, and a
 * second database, that no step needs, last. For check_door.c, story.c and tests/bench/diagnose.c.
 */
#ifndef TESTS_UNIT_STORY_SHOP_H
#define TESTS_UNIT_STORY_SHOP_H

#include "scenarios/shop.h"

static const char *at_database[] = {"10.0.0.7:6432"};
static const char *at_payment[] = {"api.pay.example"};

static struct component components[] = {
    {.name = "edge", .title = "Front door", .kind = CAUSE_NETWORK},
    {.name = "web", .title = "Storefront", .kind = CAUSE_APPLICATION},
    {.name = "db",
     .title = "Shop database",
     .kind = CAUSE_DATABASE,
     .at = at_database,
     .at_count = 1},
    {.name = "payment",
     .title = "Payment provider",
     .kind = CAUSE_THIRD_PARTY,
     .at = at_payment,
     .at_count = 1},
    {.name = "stock", .title = "Stock database", .kind = CAUSE_DATABASE},
};
static const struct shop shop = {.components = components, .component_count = COUNT_OF(components)};

#endif
