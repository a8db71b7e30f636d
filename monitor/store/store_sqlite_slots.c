/* SPDX-License-Identifier: MIT */
/* The last slot of each journey and vantage point, without its run. See store_sqlite.h. */
#include "monitor/store/store_sqlite.h"

#include <sqlite3.h>

/* From pair to pair down run_by_place, as store_sqlite_read.c does it for whole runs. */
static const char slots_query[] =
    "WITH RECURSIVE latest(sequence) AS ("
    "  SELECT * FROM (SELECT sequence FROM run"
    "    ORDER BY journey DESC, vantage DESC, sequence DESC LIMIT 1)"
    "  UNION ALL"
    "  SELECT coalesce("
    "    (SELECT next.sequence FROM run AS next"
    "      WHERE next.journey = here.journey AND next.vantage < here.vantage"
    "      ORDER BY next.vantage DESC, next.sequence DESC LIMIT 1),"
    "    (SELECT next.sequence FROM run AS next"
    "      WHERE next.journey < here.journey ORDER BY next.journey DESC, next.vantage DESC,"
    "      next.sequence DESC LIMIT 1))"
    "  FROM latest JOIN run AS here ON here.sequence = latest.sequence)"
    "SELECT run.journey, run.vantage, run.planned, run.ended, run.state, run.latency"
    " FROM latest JOIN run ON run.sequence = latest.sequence";

enum result sqlite_read_slots(void *data, struct arena *arena, struct store_slots *ret_slots)
{
    const struct connection *connection = data;
    sqlite3_stmt *statement = sqlite_prepare(connection, slots_query);
    if (statement == NULL)
        return RESULT_IO;
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        arena_grow(arena, ret_slots->slots, ret_slots->count);
        ret_slots->slots[ret_slots->count++] = (struct store_slot){
            .journey = arena_duplicate(arena, (const char *)sqlite3_column_text(statement, 0)),
            .vantage = arena_duplicate(arena, (const char *)sqlite3_column_text(statement, 1)),
            .planned = {sqlite3_column_int64(statement, 2)},
            .ended = {sqlite3_column_int64(statement, 3)},
            .state = state_from_name((const char *)sqlite3_column_text(statement, 4)),
            .latency = sqlite3_column_int64(statement, 5),
        };
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? RESULT_OK : RESULT_IO;
}
