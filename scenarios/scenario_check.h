/* SPDX-License-Identifier: MIT */
/* What holds between the values of a scenario, beyond what the table says. Private to scenarios/.
 */
#ifndef SCENARIOS_SCENARIO_CHECK_H
#define SCENARIOS_SCENARIO_CHECK_H

#include "scenarios/loader.h"

/* `root`: the file's mapping, for places. Adds mistakes to the loader's. */
void scenario_check(struct loader *loader, const struct yaml_node *root,
                    const struct scenario *scenario, const struct shop *shop);

/* The same for a fragment by itself: its steps see its inputs and their own captures. */
struct fragment;
void scenario_check_fragment(struct loader *loader, const struct fragment *fragment);

/* scenario_flow_check.c: secrets, pools, what is repeated, and that all that is left behind is put
 * right. */
void scenario_check_flow(struct loader *loader, const struct scenario *scenario);

/* scenario_check_vantages.c: from where and when. */
void scenario_check_vantages(struct loader *loader, const struct yaml_node *root,
                             const struct scenario *scenario, const struct shop *shop);

/* Reports at a place of a step, whichever file it is written in. */
void scenario_report_step(struct loader *loader, const struct step *step, const char *key,
                          enum mistake_kind kind, const char *hint, const char *format, ...)
    PRINTF_LIKE(6, 7);

/* scenario_check_request.c: one step's request, on its own. */
void scenario_check_request(struct loader *loader, const struct step *step, bool has_base);

#endif
