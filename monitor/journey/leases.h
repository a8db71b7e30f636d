/* SPDX-License-Identifier: MIT */
/*
 * Rows of test data that one run has to itself (`take: lease`). The rows of a pool are divided
 * among the vantage points, so that those that know nothing of each other never meet; within one
 * process no two runs have a row at the same time, whichever journey they are of.
 */
#ifndef JOURNEY_LEASES_H
#define JOURNEY_LEASES_H

#include "scenarios/pool.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct leases;

struct leases *leases_create(void);
void leases_free(struct leases *leases); /* takes NULL */

/*
 * A free row of the `share`-th of `shares` parts of the pool: the `number`-th, or the next behind
 * it that is free. False when none is.
 */
bool leases_take(struct leases *leases, const struct pool *pool, size_t share, size_t shares,
                 uint64_t number, size_t *ret_row);
void leases_give_back(struct leases *leases, const struct pool *pool, size_t row);

#endif
