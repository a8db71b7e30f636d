/* SPDX-License-Identifier: MIT */
/*
 * A pool of data: a CSV file (RFC 4180) beside the scenario, of which each run takes one row. Read
 * with the scenario, so that a column that is not there is told like any other mistake.
 */
#ifndef SCENARIOS_POOL_H
#define SCENARIOS_POOL_H

#include "monitor/base/clock.h"
#include "scenarios/mistake.h"

enum {
    POOL_FILE_MAX = 4 * 1024 * 1024,
    POOL_ROWS_MAX = 100000,
    POOL_COLUMNS_MAX = 100,
};

/* Which row a run takes. X(NAME, word) */
#define TAKE_TABLE(X)                                                                              \
    X(ROTATE, "rotate") /* the next one in each slot; a restart moves on, too */                   \
    X(RANDOM, "random")                                                                            \
    X(LEASE, "lease") /* one that no other run has at the same time, of the vantage point's own */

enum take {
#define X(name, word) TAKE_##name,
    TAKE_TABLE(X)
#undef X
};

struct pool {
    const char *name, *path;
    const char *real_path; /* the same for every way of writing it */
    enum take take;
    const char **columns;
    size_t column_count;
    const char **fields; /* row after row */
    size_t row_count;
    struct position position;
};

/* Reads the file into `arena`. RESULT_OK, or after adding to `mistakes`. */
enum result pool_read(struct arena *arena, struct pool *pool, struct mistakes *mistakes);

/* A row's fields, one a column: `number` counts slots for ever upwards, or is random. */
const char *const *pool_row(const struct pool *pool, uint64_t number);

#endif
