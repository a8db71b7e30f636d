/* SPDX-License-Identifier: MIT */
/* The values that a run's templates see: given ones, the scenario's, and what steps have captured.
 */
#ifndef JOURNEY_VARIABLES_H
#define JOURNEY_VARIABLES_H

#include "monitor/base/clock.h"
#include "monitor/base/result.h"
#include "scenarios/template.h"

#include <stdbool.h>

struct variables;
struct json_t;

/* With the given ones: `run.id` as `run_id`, `run.slot` and `timestamp` and `date` from `planned`,
 * `vantage`, `uuid`, `random`. */
struct variables *variables_create(const char *run_id, const char *vantage,
                                   struct wall_time planned);
void variables_free(struct variables *variables); /* takes NULL */

void variables_set(struct variables *variables, const char *name, struct json_t *value_taken);
void variables_set_text(struct variables *variables, const char *name, const char *text);
bool variables_has(const struct variables *variables, const char *name);

/* A template_lookup; `data` is the struct variables. */
const struct json_t *variables_lookup(void *data, const char *name);

#endif
