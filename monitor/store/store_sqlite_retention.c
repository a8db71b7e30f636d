/* SPDX-License-Identifier: MIT */
/*
 * The SQLite back end's end of things: what is old goes, a slice at a time. The file does not
 * shrink, but its pages are used again, so it grows no further once as much goes as comes: taking
 * pages out of its end would move others there, which costs more writing than the runs themselves.
 */
#include "monitor/store/store_sqlite.h"

#include "monitor/base/memory.h"

#include <sqlite3.h>
#include <stddef.h>

/* One row a run of the statement, so that a slice may end after any. Incidents that are open and
 * windows that are in force stay. In the order in which retention is told. */
static const struct {
    const char *sql;
    size_t before; /* the field of struct store_retention */
} deletions[] = {
    {"DELETE FROM run WHERE sequence = (SELECT sequence FROM run WHERE planned < ?1"
     " ORDER BY planned LIMIT 1)",
     offsetof(struct store_retention, runs)},
    {"DELETE FROM incident_change WHERE sequence = (SELECT sequence FROM incident_change"
     " WHERE at < ?1 ORDER BY at LIMIT 1)",
     offsetof(struct store_retention, runs)},
    {"DELETE FROM hour WHERE (start, series) = (SELECT start, series FROM hour WHERE start < ?1"
     " ORDER BY start, series LIMIT 1)",
     offsetof(struct store_retention, hours)},
    {"DELETE FROM day WHERE (start, series) = (SELECT start, series FROM day WHERE start < ?1"
     " ORDER BY start, series LIMIT 1)",
     offsetof(struct store_retention, days)},
    {"DELETE FROM journey_day WHERE (start, series) = (SELECT start, series FROM journey_day"
     " WHERE start < ?1 ORDER BY start, series LIMIT 1)",
     offsetof(struct store_retention, days)},
    {"DELETE FROM incident WHERE id = (SELECT id FROM incident WHERE resolved < ?1"
     " ORDER BY resolved LIMIT 1)",
     offsetof(struct store_retention, days)},
    {"DELETE FROM event WHERE id = (SELECT id FROM event WHERE at < ?1 ORDER BY at LIMIT 1)",
     offsetof(struct store_retention, days)},
    {"DELETE FROM maintenance WHERE id = (SELECT id FROM maintenance WHERE end < ?1"
     " ORDER BY end LIMIT 1)",
     offsetof(struct store_retention, days)},
};

struct slice {
    const struct store_retention *retention;
    struct instant start;
    size_t count;
};

static bool slice_is_over(const struct slice *slice)
{
    return slice->count > 0 && instant_between(slice->start, clock_instant()) >= STORE_SLICE;
}

static enum result delete_rows(struct connection *connection, const char *sql,
                               struct wall_time before, struct slice *slice, struct error *error)
{
    sqlite3_stmt *statement = sqlite_prepare(connection, sql);
    if (statement == NULL)
        return sqlite_failed(connection, error);
    sqlite3_bind_int64(statement, 1, before.us);
    int code = SQLITE_DONE, changes = 1;
    while (code == SQLITE_DONE && changes > 0 && !slice_is_over(slice)) {
        code = sqlite3_step(statement);
        changes = sqlite3_changes(connection->database);
        slice->count += code == SQLITE_DONE && changes > 0;
        sqlite3_reset(statement);
    }
    enum result result = code == SQLITE_DONE ? RESULT_OK : sqlite_failed(connection, error);
    sqlite3_finalize(statement);
    return result;
}

static enum result delete_slice(struct connection *connection, void *data, struct error *error)
{
    struct slice *slice = data;
    enum result result = RESULT_OK;
    for (size_t i = 0; i < COUNT_OF(deletions) && result == RESULT_OK; i++) {
        const struct wall_time *before =
            (const struct wall_time *)(const void *)((const char *)slice->retention +
                                                     deletions[i].before);
        if (before->us != 0 && !slice_is_over(slice))
            result = delete_rows(connection, deletions[i].sql, *before, slice, error);
    }
    return result;
}

enum result sqlite_delete_old(void *connection, const struct store_retention *retention,
                              size_t *ret_count, struct error *error)
{
    struct slice slice = {retention, clock_instant(), 0};
    enum result result = sqlite_transact(connection, delete_slice, &slice, error);
    *ret_count = result == RESULT_OK ? slice.count : 0;
    return result;
}
