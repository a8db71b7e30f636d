/* SPDX-License-Identifier: MIT */
/*
 * The values of a journey's secrets, read once before it is run: from the environment, a file's
 * first line, or a command's first line of output. One that cannot be had does not stop the run:
 * the step that needs it says why. Blocks, so it is called before the loop runs.
 */
#ifndef JOURNEY_SECRETS_H
#define JOURNEY_SECRETS_H

#include "monitor/base/clock.h"
#include "scenarios/scenario.h"
#include "scenarios/shop.h"

#define SECRETS_COMMAND_LIMIT (5 * DURATION_SECOND)
enum { SECRETS_VALUE_MAX = 64 * 1024 };

struct secrets;

/* The scenario's, and those of the shop that it does not have itself; either may be NULL. */
struct secrets *secrets_read(const struct scenario *scenario, const struct shop *shop);
void secrets_free(struct secrets *secrets); /* takes NULL; overwrites the values */

size_t secrets_count(const struct secrets *secrets); /* NULL has none */
const char *secrets_name(const struct secrets *secrets, size_t n);

/* NULL when it could not be had; then secrets_problem tells why. */
const char *secrets_value(const struct secrets *secrets, size_t n);
const char *secrets_problem(const struct secrets *secrets, size_t n);

#endif
