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
};

/* NULL after adding to `mistakes`. Two files with the same journey, and patterns that match
 * nothing, are mistakes. */
struct settings *settings_load(const char *shop_file, struct mistakes *mistakes);
/* Whether the shop's own patterns lead to this file. */
bool settings_name_file(const struct shop *shop, const char *file);

/* Frees what only lint and messages need of the scenarios: a monitor may have thousands. */
void settings_forget_sources(struct settings *settings);

void settings_free(struct settings *settings); /* takes NULL */

#endif
