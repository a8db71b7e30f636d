/* SPDX-License-Identifier: MIT */
/* For each file of rows, which of them somebody has. See leases.h. */
#include "monitor/journey/leases.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>

struct leases {
    struct map *files; /* the file's real path -> struct taken, owned */
};

struct taken {
    bool *rows;
    size_t count;
};

static void taken_free(void *value)
{
    struct taken *taken = value;
    free(taken->rows);
    free(taken);
}

struct leases *leases_create(void)
{
    struct leases *leases = memory_allocate(1, sizeof *leases);
    leases->files = map_create(taken_free);
    return leases;
}

void leases_free(struct leases *leases)
{
    if (leases == NULL)
        return;
    map_free(leases->files);
    free(leases);
}

/* Two journeys may have read the file at different times. */
static struct taken *taken_of(struct leases *leases, const struct pool *pool)
{
    struct taken *taken = map_get(leases->files, pool->real_path);
    if (taken == NULL) {
        taken = memory_allocate(1, sizeof *taken);
        map_put(leases->files, pool->real_path, taken);
    }
    if (taken->count < pool->row_count) {
        bool *rows = memory_allocate(pool->row_count, sizeof *rows);
        if (taken->count > 0)
            memcpy(rows, taken->rows, taken->count * sizeof *rows);
        free(taken->rows);
        taken->rows = rows;
        taken->count = pool->row_count;
    }
    return taken;
}

bool leases_take(struct leases *leases, const struct pool *pool, size_t share, size_t shares,
                 uint64_t number, size_t *ret_row)
{
    struct taken *taken = taken_of(leases, pool);
    size_t count = share < pool->row_count ? (pool->row_count - share - 1) / shares + 1 : 0;
    for (size_t i = 0; i < count; i++) {
        size_t row = share + (size_t)((number + i) % count) * shares;
        if (taken->rows[row])
            continue;
        taken->rows[row] = true;
        *ret_row = row;
        return true;
    }
    return false;
}

void leases_give_back(struct leases *leases, const struct pool *pool, size_t row)
{
    taken_of(leases, pool)->rows[row] = false;
}
