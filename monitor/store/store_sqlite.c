/* SPDX-License-Identifier: MIT */
/*
 * The SQLite back end: opening, statements, cursors. Its other files: appending (_append), rollups
 * (_rollup), incidents' changes, events and maintenance (_log), reading (_read), deleting
 * (_retention), the tables (_schema, _migrate), the file's mode and lock (_file), what is done with
 * one that is damaged (_aside). Runs on the store's thread; knows nothing of the loop.
 */
#include "monitor/store/store_sqlite.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

enum { BUSY_MILLISECONDS = 5000 };

static const char *const statement_texts[] = {
#define X(name, sql) sql,
    STATEMENT_TABLE(X)
#undef X
};

/* What can be done about it; the message itself is SQLite's. */
static const struct {
    int code;
    const char *advice;
} advices[] = {
    {SQLITE_CORRUPT, "put a copy of it back, or move it away to begin with an empty one"},
    {SQLITE_NOTADB, "put a copy of it back, or move it away to begin with an empty one"},
    {SQLITE_FULL, "make room on its disk"},
    {SQLITE_READONLY, "the monitor must be able to write to it and to its directory"},
    {SQLITE_CANTOPEN, "the monitor must be able to write to it and to its directory"},
    {SQLITE_BUSY, "another program holds it"},
};

static const char *advice_of(int code)
{
    for (size_t i = 0; i < COUNT_OF(advices); i++)
        if (advices[i].code == code)
            return advices[i].advice;
    return NULL;
}

/* The system's own reason is asked for only after an open that failed: later SQLite may still show
 * that of an earlier failure. Its own extended code tells a failed write from a failed sync. */
enum result sqlite_failed(struct connection *connection, struct error *error)
{
    sqlite3 *database = connection->database;
    if (database == NULL)
        return error_set(error, RESULT_IO, "the file is not open");
    int code = sqlite3_errcode(database), system = 0;
    connection->is_damaged |= code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
    enum result result = code == SQLITE_CONSTRAINT ? RESULT_INVALID : RESULT_IO;
    char reason[128] = "";
    if (code == SQLITE_IOERR)
        return error_set(error, result, "%s (SQLite code %d)", sqlite3_errmsg(database),
                         sqlite3_extended_errcode(database));
    if (code == SQLITE_CANTOPEN)
        system = sqlite3_system_errno(database);
    if (system != 0)
        strerror_r(system, reason, sizeof reason);
    const char *advice = advice_of(code);
    return error_set(error, result, "%s%s%s%s%s", sqlite3_errmsg(database), system != 0 ? ": " : "",
                     reason, advice != NULL ? "; " : "", advice != NULL ? advice : "");
}

enum result sqlite_execute(struct connection *connection, const char *sql, struct error *error)
{
    if (sqlite3_exec(connection->database, sql, NULL, NULL, NULL) != SQLITE_OK)
        return sqlite_failed(connection, error);
    return RESULT_OK;
}

enum result sqlite_run(struct connection *connection, enum statement which, int64_t *ret_number,
                       struct error *error)
{
    sqlite3_stmt *statement = connection->statements[which];
    if (statement == NULL)
        return sqlite_failed(connection, error);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW && ret_number != NULL)
        *ret_number = sqlite3_column_int64(statement, 0);
    enum result result = RESULT_OK;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        result = sqlite_failed(connection, error);
    sqlite3_reset(statement);
    return result;
}

void sqlite_bind(sqlite3_stmt *statement, int at, const char *text)
{
    sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

enum result sqlite_transact(struct connection *connection, sqlite_work *work, void *data,
                            struct error *error)
{
    if (connection->database == NULL)
        return sqlite_failed(connection, error);
    enum result result = sqlite_execute(connection, "BEGIN IMMEDIATE", error);
    if (result == RESULT_OK)
        result = work(connection, data, error);
    if (result == RESULT_OK)
        result = sqlite_execute(connection, "COMMIT", error);
    if (result == RESULT_OK)
        return RESULT_OK;
    /* On a full disk SQLite has rolled back by itself. */
    if (!sqlite3_get_autocommit(connection->database))
        sqlite_execute(connection, "ROLLBACK", NULL);
    sqlite_forget_series(connection);
    return result;
}

static enum result sqlite_read_cursor(void *data, const char *name, store_sequence *ret_sequence,
                                      struct error *error)
{
    struct connection *connection = data;
    *ret_sequence = 0;
    sqlite_bind(connection->statements[STATEMENT_GET_CURSOR], 1, name);
    return sqlite_run(connection, STATEMENT_GET_CURSOR, ret_sequence, error);
}

static enum result sqlite_write_cursor(void *data, const char *name, store_sequence sequence,
                                       struct error *error)
{
    struct connection *connection = data;
    sqlite_bind(connection->statements[STATEMENT_PUT_CURSOR], 1, name);
    sqlite3_bind_int64(connection->statements[STATEMENT_PUT_CURSOR], 2, sequence);
    return sqlite_run(connection, STATEMENT_PUT_CURSOR, NULL, error);
}

/* One that is damaged is left as it is. */
void sqlite_disconnect(struct connection *connection)
{
    if (connection->database != NULL && connection->is_damaged)
        sqlite3_db_config(connection->database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    for (int i = 0; i < STATEMENT_COUNT; i++) {
        sqlite3_finalize(connection->statements[i]);
        connection->statements[i] = NULL;
    }
    sqlite3_close(connection->database);
    connection->database = NULL;
}

static void sqlite_close(void *data)
{
    struct connection *connection = data;
    sqlite_disconnect(connection);
    map_free(connection->series);
    sqlite_leave_file(connection);
    free(connection->aside);
    free(connection);
}

enum result sqlite_prepare_statements(struct connection *connection, struct error *error)
{
    for (int i = 0; i < STATEMENT_COUNT; i++)
        if (sqlite3_prepare_v3(connection->database, statement_texts[i], -1,
                               SQLITE_PREPARE_PERSISTENT, &connection->statements[i],
                               NULL) != SQLITE_OK)
            return sqlite_failed(connection, error);
    return RESULT_OK;
}

enum result sqlite_connect(struct connection *connection, struct error *error)
{
    /* One thread at a time uses the connection, so it needs no mutex of its own. */
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    const char *path = connection->path != NULL ? connection->path : ":memory:";
    connection->is_damaged = false;
    sqlite_forget_series(connection);
    enum result result = sqlite_make_file(connection, error);
    if (result == RESULT_OK &&
        sqlite3_open_v2(path, &connection->database, flags, NULL) != SQLITE_OK)
        result = sqlite_failed(connection, error);
    if (result == RESULT_OK) {
        sqlite3_busy_timeout(connection->database, BUSY_MILLISECONDS);
        result = sqlite_prepare_file(connection, error);
    }
    if (result == RESULT_OK)
        result = sqlite_try_file(connection, error);
    if (result != RESULT_OK)
        sqlite_disconnect(connection);
    return result;
}

static void *sqlite_open(const char *place, struct error *error)
{
    struct connection *connection = memory_allocate(1, sizeof *connection);
    struct error reason = {0};
    connection->series = map_create(NULL);
    enum result result = sqlite_take_file(connection, place, &reason);
    if (result == RESULT_OK)
        result = sqlite_connect_or_renew(connection, &reason);
    if (result == RESULT_OK)
        return connection;
    error_set(error, result, "cannot open the store \"%s\": %s", place, reason.text);
    sqlite_close(connection);
    return NULL;
}

/* The writer's lock is his: who only reads takes none. */
static void *sqlite_open_to_read(const char *place, struct error *error)
{
    struct connection *connection = memory_allocate(1, sizeof *connection);
    struct error reason = {0};
    const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    connection->lock = -1;
    enum result result = RESULT_OK;
    if (sqlite3_open_v2(place, &connection->database, flags, NULL) != SQLITE_OK)
        result = sqlite_failed(connection, &reason);
    if (result == RESULT_OK) {
        sqlite3_busy_timeout(connection->database, BUSY_MILLISECONDS);
        result = sqlite_check_version(connection, &reason);
    }
    if (result == RESULT_OK)
        return connection;
    error_set(error, result, "cannot read the store \"%s\": %s", place, reason.text);
    sqlite_close(connection);
    return NULL;
}

const struct store_backend store_sqlite = {
    .scheme = "sqlite",
    .open = sqlite_open,
    .open_to_read = sqlite_open_to_read,
    .close = sqlite_close,
    .take_aside = sqlite_take_aside,
    .append = sqlite_append,
    .read_runs = sqlite_read_runs,
    .read_latest = sqlite_read_latest,
    .read_slots = sqlite_read_slots,
    .read_incidents = sqlite_read_incidents,
    .read_incident = sqlite_read_incident,
    .read_tallies = sqlite_read_tallies,
    .write_incident = sqlite_write_incident,
    .read_changes = sqlite_read_changes,
    .append_event = sqlite_append_event,
    .read_events = sqlite_read_events,
    .write_maintenance = sqlite_write_maintenance,
    .read_maintenance = sqlite_read_maintenance,
    .read_rollups = sqlite_read_rollups,
    .read_days = sqlite_read_days,
    .delete_old = sqlite_delete_old,
    .read_cursor = sqlite_read_cursor,
    .write_cursor = sqlite_write_cursor,
};
