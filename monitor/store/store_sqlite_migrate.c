/* SPDX-License-Identifier: MIT */
/* A file of version 1 has runs, but no rollups: they are made from the records, once. */
#include "monitor/store/store_groups.h"
#include "monitor/store/store_sqlite.h"

#include "monitor/base/memory.h"

#include <jansson.h>
#include <sqlite3.h>
#include <stdlib.h>

enum { BATCH = 256 };

struct reading {
    sqlite3_stmt *statement;
    struct arena *arena; /* the batch's */
    struct groups *groups;
    bool any; /* there may be more */
};

/* A record that cannot be read is kept as it is, and counts nowhere: it must not keep the monitor
 * from watching. */
static void add_record(struct reading *reading)
{
    json_t *json = sqlite_column_json(reading->statement, 0);
    struct run *run = json != NULL ? run_from_json(json, NULL) : NULL;
    json_decref(json);
    if (run == NULL)
        return;
    struct store_row row;
    store_row_fill(reading->arena, &row, run);
    free(row.record);
    run_free(run);
    groups_add(reading->groups, &row);
}

/* The runs of an hour stand together, so each row is written a few times only. */
static enum result roll_up_batch(struct connection *connection, struct reading *reading,
                                 struct error *error)
{
    int code = SQLITE_DONE;
    reading->arena = arena_create();
    reading->groups = groups_create();
    for (int i = 0; i < BATCH && (code = sqlite3_step(reading->statement)) == SQLITE_ROW; i++)
        add_record(reading);
    reading->any = code == SQLITE_ROW;
    enum result result = code == SQLITE_ROW || code == SQLITE_DONE
                             ? sqlite_put_groups(connection, reading->groups, error)
                             : sqlite_failed(connection, error);
    groups_free(reading->groups);
    arena_free(reading->arena);
    return result;
}

enum result sqlite_migrate(struct connection *connection, struct error *error)
{
    struct reading reading = {.any = true};
    enum result result = RESULT_OK;
    reading.statement = sqlite_prepare(connection, "SELECT record FROM run ORDER BY planned");
    if (reading.statement == NULL)
        return sqlite_failed(connection, error);
    while (reading.any && result == RESULT_OK)
        result = roll_up_batch(connection, &reading, error);
    sqlite3_finalize(reading.statement);
    return result;
}
