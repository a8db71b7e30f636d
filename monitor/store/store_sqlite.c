/* SPDX-License-Identifier: MIT */
/*
 * The SQLite back end: opening, appending, cursors. Reading is in store_sqlite_read.c, the tables
 * in store_sqlite_schema.c, the file's mode and lock in store_sqlite_file.c. Runs on the store's
 * thread; knows nothing of the loop.
 */
#include "monitor/store/store_sqlite.h"

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

/* The system's own reason is asked for only after an open that failed: later SQLite may still show
 * that of an earlier failure. Its own extended code tells a failed write from a failed sync. */
enum result sqlite_failed(const struct connection *connection, struct error *error)
{
    sqlite3 *database = connection->database;
    int code = sqlite3_errcode(database), system = 0;
    enum result result = code == SQLITE_CONSTRAINT ? RESULT_INVALID : RESULT_IO;
    char reason[128] = "";
    if (code == SQLITE_IOERR)
        return error_set(error, result, "%s (SQLite code %d)", sqlite3_errmsg(database),
                         sqlite3_extended_errcode(database));
    if (code == SQLITE_CANTOPEN)
        system = sqlite3_system_errno(database);
    if (system == 0)
        return error_set(error, result, "%s", sqlite3_errmsg(database));
    strerror_r(system, reason, sizeof reason);
    return error_set(error, result, "%s: %s", sqlite3_errmsg(database), reason);
}

enum result sqlite_execute(const struct connection *connection, const char *sql,
                           struct error *error)
{
    if (sqlite3_exec(connection->database, sql, NULL, NULL, NULL) != SQLITE_OK)
        return sqlite_failed(connection, error);
    return RESULT_OK;
}

/* Runs a prepared statement to its end. `ret_number`, when not NULL, receives the first column of
 * the only row; it stays as it was when there is none. */
static enum result statement_run(struct connection *connection, enum statement which,
                                 int64_t *ret_number, struct error *error)
{
    sqlite3_stmt *statement = connection->statements[which];
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW && ret_number != NULL)
        *ret_number = sqlite3_column_int64(statement, 0);
    enum result result = RESULT_OK;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        result = sqlite_failed(connection, error);
    sqlite3_reset(statement);
    return result;
}

/* The row outlives the statement's run, so SQLite need not copy its texts. */
static void bind_text(sqlite3_stmt *statement, int at, const char *text)
{
    sqlite3_bind_text(statement, at, text, -1, SQLITE_STATIC);
}

static enum result add_steps(struct connection *connection, struct store_row *row)
{
    sqlite3_stmt *statement = connection->statements[STATEMENT_ADD_STEP];
    enum result result = RESULT_OK;
    for (size_t i = 0; i < row->step_count && result == RESULT_OK; i++) {
        const struct store_step *step = &row->steps[i];
        sqlite3_bind_int64(statement, 1, row->sequence);
        sqlite3_bind_int64(statement, 2, (int64_t)i + 1);
        bind_text(statement, 3, step->name);
        sqlite3_bind_int(statement, 4, step->cleanup);
        bind_text(statement, 5, step->state);
        bind_text(statement, 6, step->symptom);
        sqlite3_bind_int64(statement, 7, step->total);
        result = statement_run(connection, STATEMENT_ADD_STEP, NULL, &row->error);
    }
    return result;
}

static enum result add_run(struct connection *connection, struct store_row *row)
{
    bind_text(connection->statements[STATEMENT_FIND_RUN], 1, row->id);
    enum result result = statement_run(connection, STATEMENT_FIND_RUN, &row->sequence, &row->error);
    if (result != RESULT_OK || row->sequence != 0)
        return result;
    sqlite3_stmt *statement = connection->statements[STATEMENT_ADD_RUN];
    bind_text(statement, 1, row->id);
    bind_text(statement, 2, row->journey);
    bind_text(statement, 3, row->vantage);
    sqlite3_bind_int64(statement, 4, row->slot.planned.us);
    sqlite3_bind_int64(statement, 5, row->slot.started.us);
    sqlite3_bind_int64(statement, 6, row->slot.ended.us);
    bind_text(statement, 7, row->state);
    bind_text(statement, 8, row->cause);
    bind_text(statement, 9, row->component);
    sqlite3_bind_int64(statement, 10, row->latency);
    bind_text(statement, 11, row->record);
    result = statement_run(connection, STATEMENT_ADD_RUN, NULL, &row->error);
    if (result != RESULT_OK)
        return result;
    row->sequence = sqlite3_last_insert_rowid(connection->database);
    return add_steps(connection, row);
}

static enum result put_incident(struct connection *connection, struct store_row *row)
{
    const struct store_incident *incident = &row->incident;
    if (!row->has_incident)
        return RESULT_OK;
    sqlite3_stmt *statement = connection->statements[STATEMENT_PUT_INCIDENT];
    bind_text(statement, 1, incident->id);
    sqlite3_bind_int64(statement, 2, incident->opened.us);
    sqlite3_bind_int64(statement, 3, incident->updated.us);
    if (incident->resolved.us != 0)
        sqlite3_bind_int64(statement, 4, incident->resolved.us);
    else
        sqlite3_bind_null(statement, 4);
    bind_text(statement, 5, incident->cause);
    bind_text(statement, 6, incident->component);
    bind_text(statement, 7, incident->record);
    return statement_run(connection, STATEMENT_PUT_INCIDENT, NULL, &row->error);
}

/* A row that fails is undone alone. Returns not OK when that is not possible, or when SQLite has
 * rolled back the whole transaction by itself, as it does on a full disk. */
static enum result append_row(struct connection *connection, struct store_row *row)
{
    row->result = statement_run(connection, STATEMENT_SAVEPOINT, NULL, &row->error);
    if (row->result != RESULT_OK)
        return row->result;
    row->result = add_run(connection, row);
    if (row->result == RESULT_OK)
        row->result = put_incident(connection, row);
    if (row->result != RESULT_OK)
        row->sequence = 0;
    if (sqlite3_get_autocommit(connection->database))
        return row->result;
    enum result result = RESULT_OK;
    if (row->result != RESULT_OK)
        result = statement_run(connection, STATEMENT_UNDO, NULL, NULL);
    return result == RESULT_OK ? statement_run(connection, STATEMENT_RELEASE, NULL, &row->error)
                               : result;
}

/*
 * When a commit reports a failure of its sync, a crash may still bring the rows back: they were
 * called failed and are there. That is harmless, since a run appended again is known by its id.
 */
static void sqlite_append(void *data, struct store_row *const *rows, size_t count)
{
    struct connection *connection = data;
    struct error error = {0};
    enum result result = sqlite_execute(connection, "BEGIN IMMEDIATE", &error);
    for (size_t i = 0; i < count && result == RESULT_OK; i++) {
        result = append_row(connection, rows[i]);
        if (result != RESULT_OK)
            error_set(&error, result, "%s", rows[i]->error.text);
    }
    if (result == RESULT_OK)
        result = sqlite_execute(connection, "COMMIT", &error);
    if (result == RESULT_OK)
        return;
    if (!sqlite3_get_autocommit(connection->database))
        sqlite_execute(connection, "ROLLBACK", NULL);
    for (size_t i = 0; i < count; i++) {
        if (rows[i]->result == RESULT_OK)
            rows[i]->result = error_set(&rows[i]->error, result, "%s", error.text);
        rows[i]->sequence = 0;
    }
}

static enum result sqlite_read_cursor(void *data, const char *name, store_sequence *ret_sequence,
                                      struct error *error)
{
    struct connection *connection = data;
    *ret_sequence = 0;
    bind_text(connection->statements[STATEMENT_GET_CURSOR], 1, name);
    return statement_run(connection, STATEMENT_GET_CURSOR, ret_sequence, error);
}

static enum result sqlite_write_cursor(void *data, const char *name, store_sequence sequence,
                                       struct error *error)
{
    struct connection *connection = data;
    bind_text(connection->statements[STATEMENT_PUT_CURSOR], 1, name);
    sqlite3_bind_int64(connection->statements[STATEMENT_PUT_CURSOR], 2, sequence);
    return statement_run(connection, STATEMENT_PUT_CURSOR, NULL, error);
}

static void sqlite_close(void *data)
{
    struct connection *connection = data;
    for (int i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(connection->statements[i]);
    sqlite3_close(connection->database);
    sqlite_leave_file(connection);
    free(connection);
}

static enum result prepare_statements(struct connection *connection, struct error *error)
{
    for (int i = 0; i < STATEMENT_COUNT; i++)
        if (sqlite3_prepare_v3(connection->database, statement_texts[i], -1,
                               SQLITE_PREPARE_PERSISTENT, &connection->statements[i],
                               NULL) != SQLITE_OK)
            return sqlite_failed(connection, error);
    return RESULT_OK;
}

static void *sqlite_open(const char *place, struct error *error)
{
    struct connection *connection = memory_allocate(1, sizeof *connection);
    struct error reason = {0};
    /* One thread at a time uses the connection, so it needs no mutex of its own. */
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    enum result result = sqlite_take_file(connection, place, &reason);
    if (result == RESULT_OK &&
        sqlite3_open_v2(place, &connection->database, flags, NULL) != SQLITE_OK)
        result = sqlite_failed(connection, &reason);
    if (result == RESULT_OK) {
        sqlite3_busy_timeout(connection->database, BUSY_MILLISECONDS);
        result = sqlite_prepare_file(connection, &reason);
    }
    if (result == RESULT_OK)
        result = prepare_statements(connection, &reason);
    if (result == RESULT_OK)
        return connection;
    error_set(error, result, "cannot open the store \"%s\": %s", place, reason.text);
    sqlite_close(connection);
    return NULL;
}

const struct store_backend store_sqlite = {
    .scheme = "sqlite",
    .open = sqlite_open,
    .close = sqlite_close,
    .append = sqlite_append,
    .read_runs = sqlite_read_runs,
    .read_latest = sqlite_read_latest,
    .read_slots = sqlite_read_slots,
    .read_incidents = sqlite_read_incidents,
    .read_incident = sqlite_read_incident,
    .read_tallies = sqlite_read_tallies,
    .read_cursor = sqlite_read_cursor,
    .write_cursor = sqlite_write_cursor,
};
