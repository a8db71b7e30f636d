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
struct fragment_use;

/* With the given ones: `run.id` as `run_id`, `run.slot` and `timestamp` and `date` from `planned`,
 * `vantage`, `uuid`, `random`. The texts are borrowed, and must outlive it. */
struct variables *variables_create(const char *run_id, const char *vantage,
                                   struct wall_time planned);
void variables_free(struct variables *variables); /* takes NULL */

void variables_set(struct variables *variables, const char *name, struct json_t *value_taken);
void variables_set_text(struct variables *variables, const char *name, const char *text);
bool variables_has(struct variables *variables, const char *name);

/* Why a variable has no value, for people; copied. NULL when nobody said. An input's reason is that
 * of what it was to be made of. */
void variables_set_problem(struct variables *variables, const char *name, const char *problem);
const char *variables_problem(const struct variables *variables, const char *name);

/* From here on names are seen as a fragment sees them: its inputs first. NULL: as the journey. */
void variables_enter(struct variables *variables, const struct fragment_use *use);

/* The n-th variable; NULL past the last. */
const char *variables_at(struct variables *variables, size_t n, const struct json_t **ret_value);

/* A template_lookup; `data` is the struct variables. */
const struct json_t *variables_lookup(void *data, const char *name);

#endif
