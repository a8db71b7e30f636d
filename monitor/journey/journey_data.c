/* SPDX-License-Identifier: MIT */
/* The row of test data that a run takes of each pool, and gives back at its end. See
 * journey_private.h. */
#include "monitor/base/memory.h"
#include "monitor/base/random.h"
#include "monitor/journey/journey_private.h"
#include "scenarios/pool.h"

#include <stdlib.h>
#include <string.h>

/* The vantage point among those of the journey; one that is none of them stands for the first. */
static size_t journey_share(const struct journey *journey, size_t *ret_shares)
{
    const struct journey_settings *settings = &journey->settings;
    *ret_shares = scenario_vantage_count(settings->scenario, settings->shop);
    for (size_t i = 0; i < *ret_shares; i++)
        if (strcmp(scenario_vantage(settings->scenario, settings->shop, i), settings->vantage) == 0)
            return i;
    return 0;
}

/* A row that the run has until its end; false when all are taken. */
static bool journey_take_lease(struct journey *journey, const struct pool *pool, uint64_t number,
                               const char *const **ret_fields)
{
    size_t shares, share = journey_share(journey, &shares), row;
    if (!leases_take(journey->settings.leases, pool, share, shares, number, &row))
        return false;
    memory_grow(journey->leases, journey->lease_count);
    journey->leases[journey->lease_count++] = (struct journey_lease){pool, row};
    *ret_fields = pool_row(pool, row);
    return true;
}

void journey_take_row(struct journey *journey, const struct pool *pool)
{
    struct arena *arena = journey->run->arena;
    /* The slot's number, not a count of runs: a restart moves on, and nothing is kept. */
    uint64_t number = scenario_slot_number(journey->settings.scenario, journey->settings.planned);
    if (pool->take == TAKE_RANDOM)
        random_bytes(&number, sizeof number);
    const char *const *fields = pool_row(pool, number);
    bool leased = pool->take == TAKE_LEASE && journey->settings.leases != NULL;
    bool found = !leased || journey_take_lease(journey, pool, number, &fields);
    for (size_t i = 0; i < pool->column_count; i++) {
        const char *name = arena_print(arena, "%s.%s", pool->name, pool->columns[i]);
        if (found)
            variables_set_text(journey->variables, name, fields[i]);
        else
            variables_set_problem(journey->variables, name,
                                  arena_print(arena,
                                              "other runs have all rows of %s that `%s` may "
                                              "take",
                                              pool->path, journey->settings.vantage));
    }
}

void journey_give_rows_back(struct journey *journey)
{
    for (size_t i = 0; i < journey->lease_count; i++)
        leases_give_back(journey->settings.leases, journey->leases[i].pool, journey->leases[i].row);
    free(journey->leases);
}
