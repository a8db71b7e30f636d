/* SPDX-License-Identifier: MIT */
/* A shop file with the scenarios that it names: everything that the monitor runs on, checked. */
#ifndef DAEMON_SETTINGS_H
#define DAEMON_SETTINGS_H

#include "scenarios/scenario.h"
#include "scenarios/shop.h"

struct settings {
    struct shop *shop;
    struct scenario **scenarios;
    size_t scenario_count;
    bool is_lean; /* scenarios have forgotten their source */
};

/* NULL after adding to `mistakes`. Two files with the same journey, and patterns that match
 * nothing, are mistakes. */
struct settings *settings_load(const char *shop_file, struct mistakes *mistakes);
/* The same without what only lint and `run` need of the scenarios: a monitor may have thousands. */
struct settings *settings_load_lean(const char *shop_file, struct mistakes *mistakes);
/* Whether the shop's own patterns lead to this file. */
bool settings_name_file(const struct shop *shop, const char *file);

void settings_free(struct settings *settings); /* takes NULL */

#endif
