/* SPDX-License-Identifier: MIT */
/* What holds between the values of a scenario, beyond what the table says. Private to scenarios/.
 */
#ifndef SCENARIOS_SCENARIO_CHECK_H
#define SCENARIOS_SCENARIO_CHECK_H

#include "scenarios/loader.h"

/* `root`: the file's mapping, for places. Adds mistakes to the loader's. */
void scenario_check(struct loader *loader, const struct yaml_node *root,
                    const struct scenario *scenario, const struct shop *shop);

#endif
