/* SPDX-License-Identifier: MIT */
/* The SQLite back end's rollups: what runs add up to, by hour and by day, kept and read. */
#include "monitor/store/store_groups.h"
#include "monitor/store/store_sqlite.h"

#include "monitor/base/buffer.h"
#include "monitor/base/map.h"

#include <sqlite3.h>
#include <stdint.h>

enum { SQL_MAX = 1024 };

/* A place in `series` as the map's value: numbers begin at 1, so none of them is NULL. */
static void *number_pointer(int64_t number)
{
    return (void *)(intptr_t)number;
}

void sqlite_forget_series(struct connection *connection)
{
    map_free(connection->series);
    connection->series = map_create(NULL);
}

static void bind_series(sqlite3_stmt *statement, const struct group *group)
{
    sqlite_bind(statement, 1, group->journey);
    sqlite_bind(statement, 2, group->vantage);
    sqlite_bind(statement, 3, group->step);
}

static enum result series_of(struct connection *connection, const struct group *group,
                             const char *key, int64_t *ret_series, struct error *error)
{
    *ret_series = (int64_t)(intptr_t)map_get(connection->series, key);
    if (*ret_series != 0)
        return RESULT_OK;
    bind_series(connection->statements[STATEMENT_FIND_SERIES], group);
    enum result result = sqlite_run(connection, STATEMENT_FIND_SERIES, ret_series, error);
    if (result == RESULT_OK && *ret_series == 0) {
        bind_series(connection->statements[STATEMENT_ADD_SERIES], group);
        result = sqlite_run(connection, STATEMENT_ADD_SERIES, NULL, error);
        *ret_series = sqlite3_last_insert_rowid(connection->database);
    }
    if (result == RESULT_OK)
        map_put(connection->series, key, number_pointer(*ret_series));
    return result;
}

static struct store_counts column_counts(sqlite3_stmt *statement, int column)
{
    return (struct store_counts){
        .passed = (unsigned)sqlite3_column_int(statement, column),
        .degraded = (unsigned)sqlite3_column_int(statement, column + 1),
        .failed = (unsigned)sqlite3_column_int(statement, column + 2),
        .unknown = (unsigned)sqlite3_column_int(statement, column + 3),
        .excluded = (unsigned)sqlite3_column_int(statement, column + 4),
    };
}

static enum result merge_kept(struct connection *connection, struct group *group, int64_t series,
                              struct error *error)
{
    sqlite3_stmt *statement = connection->statements[STATEMENT_GET_HOUR + (int)group->kind];
    sqlite3_bind_int64(statement, 1, group->start.us);
    sqlite3_bind_int64(statement, 2, series);
    int code = sqlite3_step(statement);
    enum result result = RESULT_OK;
    if (code == SQLITE_ROW) {
        const struct store_counts counts = column_counts(statement, 0);
        const void *bytes = sqlite3_column_blob(statement, 5);
        group_merge(group, &counts, bytes, (size_t)sqlite3_column_bytes(statement, 5));
    } else if (code != SQLITE_DONE) {
        result = sqlite_failed(connection, error);
    }
    sqlite3_reset(statement);
    return result;
}

_Static_assert(STATEMENT_GET_DAY - STATEMENT_GET_HOUR == GROUP_DAY &&
                   STATEMENT_PUT_DAY - STATEMENT_PUT_HOUR == GROUP_DAY &&
                   STATEMENT_GET_JOURNEY_DAY - STATEMENT_GET_HOUR == GROUP_JOURNEY_DAY &&
                   STATEMENT_PUT_JOURNEY_DAY - STATEMENT_PUT_HOUR == GROUP_JOURNEY_DAY,
               "statements stand in the order of the kinds");

static enum result put_merged(struct connection *connection, const struct group *group,
                              int64_t series, struct buffer *bytes, struct error *error)
{
    enum statement which = (enum statement)(STATEMENT_PUT_HOUR + (int)group->kind);
    sqlite3_stmt *statement = connection->statements[which];
    buffer_clear(bytes);
    group_pack(group, bytes);
    sqlite3_bind_int64(statement, 1, group->start.us);
    sqlite3_bind_int64(statement, 2, series);
    sqlite3_bind_int64(statement, 3, group->counts.passed);
    sqlite3_bind_int64(statement, 4, group->counts.degraded);
    sqlite3_bind_int64(statement, 5, group->counts.failed);
    sqlite3_bind_int64(statement, 6, group->counts.unknown);
    sqlite3_bind_int64(statement, 7, group->counts.excluded);
    sqlite3_bind_blob64(statement, 8, bytes->data, bytes->length, SQLITE_STATIC);
    if (group->kind == GROUP_JOURNEY_DAY) {
        sqlite3_bind_int64(statement, 9, histogram_median(&group->times[0]));
        sqlite3_bind_int64(statement, 10, histogram_quantile(&group->times[0], 0.95));
    }
    return sqlite_run(connection, which, NULL, error);
}

enum result sqlite_put_groups(struct connection *connection, const struct groups *groups,
                              struct error *error)
{
    struct buffer bytes;
    enum result result = RESULT_OK;
    buffer_init(&bytes, SIZE_MAX);
    for (size_t i = 0; i < groups_count(groups) && result == RESULT_OK; i++) {
        struct group *group = groups_at(groups, i);
        int64_t series;
        result = series_of(connection, group, groups_series(groups, i), &series, error);
        if (result == RESULT_OK)
            result = merge_kept(connection, group, series, error);
        if (result == RESULT_OK)
            result = put_merged(connection, group, series, &bytes, error);
    }
    buffer_free(&bytes);
    return result;
}

/* --- reading --------------------------------------------------------------------------------- */

/*
 * A rollup's key begins with its start, so that what is written at one time stands together. To
 * read one journey's, its starts are gone through one by one (`span` apart), and its series at
 * each: by index, and without a look at what other journeys have there. Without a journey the range
 * is read as it stands.
 */
static void print_query(struct buffer *sql, const struct store_rollup_filter *filter)
{
    const char *table = filter->span == DURATION_HOUR ? "hour" : "day";
    if (filter->journey != NULL)
        buffer_text(sql, "WITH RECURSIVE times(start) AS MATERIALIZED ("
                         "SELECT :since UNION ALL SELECT start + :span FROM times"
                         " WHERE start + :span < :until) ");
    buffer_text(sql, "SELECT series.journey, series.vantage, series.step, r.start, r.passed,"
                     " r.degraded, r.failed, r.unknown, r.excluded, r.times FROM ");
    if (filter->journey != NULL)
        buffer_print(sql,
                     "times CROSS JOIN series CROSS JOIN %s AS r"
                     " ON r.start = times.start AND r.series = series.id"
                     " WHERE series.journey = :journey",
                     table);
    else
        buffer_print(sql,
                     "%s AS r CROSS JOIN series ON series.id = r.series"
                     " WHERE r.start >= :since AND r.start < :until",
                     table);
    if (filter->vantage != NULL)
        buffer_text(sql, " AND series.vantage = :vantage");
    if (filter->step != NULL)
        buffer_text(sql, " AND series.step = :step");
    buffer_text(sql, " LIMIT :limit");
}

/* The hours or days that there are, of those that are asked for: `since` 0 begins with the first
 * one. False when there are none. */
static bool bound_filter(struct connection *connection, struct store_rollup_filter *filter)
{
    bool hours = filter->span == DURATION_HOUR;
    sqlite3_stmt *statement = sqlite_prepare(
        connection, hours ? "SELECT (SELECT min(start) FROM hour), (SELECT max(start) FROM hour)"
                          : "SELECT (SELECT min(start) FROM day), (SELECT max(start) FROM day)");
    if (statement == NULL || sqlite3_step(statement) != SQLITE_ROW) {
        sqlite3_finalize(statement);
        return false;
    }
    int64_t first = sqlite3_column_int64(statement, 0);
    int64_t end = sqlite3_column_int64(statement, 1) + filter->span;
    bool any = sqlite3_column_type(statement, 0) != SQLITE_NULL;
    sqlite3_finalize(statement);
    int64_t since = (filter->since.us + filter->span - 1) / filter->span * filter->span;
    filter->since.us = since > first ? since : first;
    if (filter->until.us == 0 || filter->until.us > end)
        filter->until.us = end;
    return any && filter->since.us < filter->until.us;
}

static void read_rollup(sqlite3_stmt *statement, struct arena *arena,
                        struct store_packed_rollups *rollups)
{
    const char *step = (const char *)sqlite3_column_text(statement, 2);
    size_t length = (size_t)sqlite3_column_bytes(statement, 9);
    arena_grow(arena, rollups->rollups, rollups->count);
    rollups->rollups[rollups->count++] = (struct store_packed_rollup){
        .journey = arena_duplicate(arena, (const char *)sqlite3_column_text(statement, 0)),
        .vantage = arena_duplicate(arena, (const char *)sqlite3_column_text(statement, 1)),
        .step = step[0] != '\0' ? arena_duplicate(arena, step) : NULL,
        .start = {sqlite3_column_int64(statement, 3)},
        .counts = column_counts(statement, 4),
        .packed = (const unsigned char *)arena_duplicate_bytes(
            arena, sqlite3_column_blob(statement, 9), length),
        .packed_length = length,
    };
}

enum result sqlite_read_rollups(void *data, const struct store_rollup_filter *filter,
                                struct arena *arena, struct store_packed_rollups *ret_rollups)
{
    struct store_rollup_filter bounded = *filter;
    if (!bound_filter(data, &bounded))
        return RESULT_OK;
    struct buffer sql;
    buffer_init(&sql, SQL_MAX);
    print_query(&sql, &bounded);
    sqlite3_stmt *statement = sqlite_prepare(data, sql.data);
    buffer_free(&sql);
    if (statement == NULL)
        return RESULT_IO;
    sqlite_bind_number(statement, ":since", bounded.since.us);
    sqlite_bind_number(statement, ":until", bounded.until.us);
    sqlite_bind_number(statement, ":span", bounded.span);
    sqlite_bind_number(statement, ":limit", STORE_ROLLUPS_MAX + 1);
    sqlite_bind_text(statement, ":journey", bounded.journey);
    sqlite_bind_text(statement, ":vantage", bounded.vantage);
    sqlite_bind_text(statement, ":step", bounded.step);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW && ret_rollups->count < STORE_ROLLUPS_MAX)
        read_rollup(statement, arena, ret_rollups);
    sqlite3_finalize(statement);
    if (code == SQLITE_ROW)
        return RESULT_LIMIT;
    return code == SQLITE_DONE ? RESULT_OK : RESULT_IO;
}

static const char days_query[] =
    "SELECT series.journey, d.start, d.passed, d.degraded, d.failed, d.unknown, d.excluded,"
    " d.median, d.p95, d.times FROM journey_day AS d CROSS JOIN series ON series.id = d.series"
    " WHERE d.start >= :since ORDER BY d.start, d.series LIMIT :limit";

enum result sqlite_read_days(void *data, struct wall_time since, struct arena *arena,
                             struct store_days *ret_days)
{
    sqlite3_stmt *statement = sqlite_prepare(data, days_query);
    if (statement == NULL)
        return RESULT_IO;
    sqlite_bind_number(statement, ":since", since.us);
    sqlite_bind_number(statement, ":limit", STORE_ROLLUPS_MAX + 1);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW && ret_days->count < STORE_ROLLUPS_MAX) {
        arena_grow(arena, ret_days->days, ret_days->count);
        size_t length = (size_t)sqlite3_column_bytes(statement, 9);
        ret_days->days[ret_days->count++] = (struct store_day){
            .journey = arena_duplicate(arena, (const char *)sqlite3_column_text(statement, 0)),
            .start = {sqlite3_column_int64(statement, 1)},
            .counts = column_counts(statement, 2),
            .median = sqlite3_column_int64(statement, 7),
            .p95 = sqlite3_column_int64(statement, 8),
            .packed = arena_duplicate_bytes(arena, sqlite3_column_blob(statement, 9), length),
            .packed_length = length,
        };
    }
    sqlite3_finalize(statement);
    if (code == SQLITE_ROW)
        return RESULT_LIMIT;
    return code == SQLITE_DONE ? RESULT_OK : RESULT_IO;
}
