/* SPDX-License-Identifier: MIT */
/* The SQLite back end's way in: runs with their steps and incidents, and what they add up to. */
#include "monitor/store/store_groups.h"
#include "monitor/store/store_sqlite.h"

#include <sqlite3.h>
#include <stdint.h>

static enum result add_steps(struct connection *connection, struct store_row *row)
{
    sqlite3_stmt *statement = connection->statements[STATEMENT_ADD_STEP];
    enum result result = RESULT_OK;
    for (size_t i = 0; i < row->step_count && result == RESULT_OK; i++) {
        const struct store_step *step = &row->steps[i];
        sqlite3_bind_int64(statement, 1, row->sequence);
        sqlite3_bind_int64(statement, 2, (int64_t)i + 1);
        sqlite_bind(statement, 3, step->name);
        sqlite3_bind_int(statement, 4, step->cleanup);
        sqlite_bind(statement, 5, state_name(step->state));
        sqlite_bind(statement, 6, step->symptom);
        sqlite3_bind_int64(statement, 7, step->total);
        result = sqlite_run(connection, STATEMENT_ADD_STEP, NULL, &row->error);
    }
    return result;
}

static enum result add_messages(struct connection *connection, struct store_row *row)
{
    sqlite3_stmt *statement = connection->statements[STATEMENT_ADD_MESSAGES];
    if (row->messages == NULL)
        return RESULT_OK;
    sqlite3_bind_int64(statement, 1, row->sequence);
    sqlite_bind(statement, 2, row->messages);
    return sqlite_run(connection, STATEMENT_ADD_MESSAGES, NULL, &row->error);
}

static enum result add_run(struct connection *connection, struct store_row *row)
{
    sqlite_bind(connection->statements[STATEMENT_FIND_RUN], 1, row->id);
    enum result result = sqlite_run(connection, STATEMENT_FIND_RUN, &row->sequence, &row->error);
    row->known = row->sequence != 0;
    if (result != RESULT_OK || row->known)
        return result;
    sqlite3_stmt *statement = connection->statements[STATEMENT_ADD_RUN];
    sqlite_bind(statement, 1, row->id);
    sqlite_bind(statement, 2, row->journey);
    sqlite_bind(statement, 3, row->vantage);
    sqlite3_bind_int64(statement, 4, row->slot.planned.us);
    sqlite3_bind_int64(statement, 5, row->slot.started.us);
    sqlite3_bind_int64(statement, 6, row->slot.ended.us);
    sqlite_bind(statement, 7, state_name(row->state));
    sqlite3_bind_int(statement, 8, row->excluded);
    sqlite_bind(statement, 9, row->cause);
    sqlite_bind(statement, 10, row->component);
    sqlite3_bind_int64(statement, 11, row->latency);
    sqlite_bind(statement, 12, row->record);
    result = sqlite_run(connection, STATEMENT_ADD_RUN, NULL, &row->error);
    if (result != RESULT_OK)
        return result;
    row->sequence = sqlite3_last_insert_rowid(connection->database);
    result = add_messages(connection, row);
    if (result != RESULT_OK)
        return result;
    return add_steps(connection, row);
}

/* A row that fails is undone alone. Returns not OK when that is not possible, when SQLite has
 * rolled back the whole transaction by itself, as it does on a full disk, or when the file is
 * damaged: then all rows go into a new one. */
static enum result append_row(struct connection *connection, struct store_row *row)
{
    row->result = sqlite_run(connection, STATEMENT_SAVEPOINT, NULL, &row->error);
    if (row->result != RESULT_OK)
        return row->result;
    row->result = add_run(connection, row);
    if (row->result == RESULT_OK && row->has_incident)
        row->result = sqlite_put_incident(connection, &row->incident, NULL, &row->error);
    if (row->result != RESULT_OK)
        row->sequence = 0;
    if (sqlite3_get_autocommit(connection->database) ||
        (row->result != RESULT_OK && connection->is_damaged))
        return row->result;
    enum result result = RESULT_OK;
    if (row->result != RESULT_OK)
        result = sqlite_run(connection, STATEMENT_UNDO, NULL, NULL);
    return result == RESULT_OK ? sqlite_run(connection, STATEMENT_RELEASE, NULL, &row->error)
                               : result;
}

struct batch {
    struct store_row *const *rows;
    size_t count;
};

/* Each group of the rollups is read and written once, however many runs of it there are. */
static enum result append_batch(struct connection *connection, void *data, struct error *error)
{
    const struct batch *batch = data;
    struct groups *groups = groups_create();
    enum result result = RESULT_OK;
    for (size_t i = 0; i < batch->count && result == RESULT_OK; i++) {
        struct store_row *row = batch->rows[i];
        result = append_row(connection, row);
        if (result != RESULT_OK)
            error_set(error, result, "%s", row->error.text);
        else if (row->result == RESULT_OK && !row->known)
            groups_add(groups, row);
    }
    if (result == RESULT_OK)
        result = sqlite_put_groups(connection, groups, error);
    groups_free(groups);
    return result;
}

static void reset_rows(const struct batch *batch)
{
    for (size_t i = 0; i < batch->count; i++) {
        struct store_row *row = batch->rows[i];
        row->known = false;
        row->result = RESULT_OK;
        row->error = (struct error){0};
        row->sequence = 0;
    }
}

static enum result try_append(struct connection *connection, const struct batch *batch,
                              struct error *error)
{
    reset_rows(batch);
    connection->is_damaged = false;
    return sqlite_transact(connection, append_batch, (void *)(uintptr_t)batch, error);
}

static enum result append_or_renew(struct connection *connection, const struct batch *batch,
                                   struct error *error)
{
    struct error renewal = {0};
    enum result result = RESULT_IO;
    if (!sqlite_file_is_gone(connection))
        result = try_append(connection, batch, error);
    if (result == RESULT_OK)
        return result;
    if (sqlite_renew(connection, &renewal)) {
        *error = (struct error){0};
        return try_append(connection, batch, error);
    }
    if (renewal.code != RESULT_OK) {
        reset_rows(batch);
        *error = renewal;
    }
    return result;
}

static void fail_row(const struct connection *connection, struct store_row *row, enum result result,
                     const struct error *error)
{
    const char *path = connection->path != NULL ? connection->path : "memory";
    row->sequence = 0;
    if (row->result == RESULT_INVALID)
        return;
    row->error = (struct error){0};
    row->result = error_set(&row->error, result, "%.200s: %.300s", path, error->text);
}

/*
 * When a commit reports a failure of its sync, a crash may still bring the rows back: they were
 * called failed and are there. That is harmless, since a run appended again is known by its id.
 */
void sqlite_append(void *data, struct store_row *const *rows, size_t count)
{
    struct connection *connection = data;
    const struct batch batch = {rows, count};
    struct error error = {0};
    enum result result = append_or_renew(connection, &batch, &error);
    for (size_t i = 0; i < count; i++) {
        if (result != RESULT_OK)
            fail_row(connection, rows[i], result, &error);
        sqlite_note_sequence(connection, rows[i]->sequence);
    }
}
