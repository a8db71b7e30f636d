/* SPDX-License-Identifier: MIT */
/*
 * The SQLite back end and a file that is damaged. The monitor must go on, and what is in the file
 * must not be destroyed: it is put aside, under another name in the same directory, and a new one
 * is begun. That happens when it is opened, and when a run cannot be appended because of it; what
 * can only not be read is left in place.
 *
 * Only a file of ours is ever put aside, and no more than a few: past that something else is wrong,
 * and the disk is not to be filled with them.
 */
#include "monitor/store/store_sqlite.h"

#include "monitor/base/buffer.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ASIDE_MAX = 3 };

/* --- what is in a file ----------------------------------------------------------------------- */

void sqlite_note_sequence(struct connection *connection, store_sequence sequence)
{
    if (sequence > connection->last)
        connection->last = sequence;
}

/* The ends of the tables, which the next runs are put behind; and the sequences. */
static const char *const ends[] = {
    "SELECT max(seq) FROM sqlite_sequence", "SELECT max(sequence) FROM run",
    "SELECT max(planned) FROM run",         "SELECT max(sequence) FROM incident_change",
    "SELECT max(start) FROM hour",          "SELECT max(start) FROM day",
    "SELECT max(start) FROM journey_day",   "SELECT max(name) FROM cursor",
};

static enum result try_end(struct connection *connection, const char *sql, struct error *error)
{
    sqlite3_stmt *statement = sqlite_prepare(connection, sql);
    int code = statement != NULL ? sqlite3_step(statement) : SQLITE_ERROR;
    enum result result = RESULT_OK;
    if (code != SQLITE_ROW)
        result = sqlite_failed(connection, error);
    else if (sql == ends[0])
        sqlite_note_sequence(connection, sqlite3_column_int64(statement, 0));
    sqlite3_finalize(statement);
    return result;
}

enum result sqlite_try_file(struct connection *connection, struct error *error)
{
    struct arena *arena = arena_create();
    struct store_slots slots = {0};
    enum result result = RESULT_OK;
    for (size_t i = 0; i < COUNT_OF(ends) && result == RESULT_OK; i++)
        result = try_end(connection, ends[i], error);
    if (result == RESULT_OK && sqlite_read_slots(connection, arena, &slots) != RESULT_OK)
        result = sqlite_failed(connection, error);
    arena_free(arena);
    return result;
}

/* --- sequences ------------------------------------------------------------------------------- */

static enum result go_on(struct connection *connection, void *data, struct error *error)
{
    struct buffer sql;
    (void)data;
    buffer_init(&sql, SIZE_MAX);
    buffer_print(&sql,
                 "DELETE FROM sqlite_sequence WHERE name IN ('run', 'incident_change')"
                 " AND seq < %" PRId64 "; INSERT INTO sqlite_sequence(name, seq)"
                 " SELECT name, %" PRId64 " FROM sqlite_schema"
                 " WHERE name IN ('run', 'incident_change')"
                 " AND name NOT IN (SELECT name FROM sqlite_sequence)",
                 connection->last, connection->last);
    enum result result = sqlite_execute(connection, sql.data, error);
    buffer_free(&sql);
    return result;
}

/* Who reads on from a sequence would pass over what is given out a second time. */
static enum result continue_sequences(struct connection *connection, struct error *error)
{
    return connection->last == 0 ? RESULT_OK : sqlite_transact(connection, go_on, NULL, error);
}

/* --- putting aside --------------------------------------------------------------------------- */

static enum result rename_file(const struct connection *connection, const char *aside,
                               const char *ending, struct error *error)
{
    char *from = sqlite_path(connection, ending);
    struct buffer to;
    enum result result = RESULT_OK;
    buffer_init(&to, SIZE_MAX);
    buffer_print(&to, "%s%s", aside, ending);
    if (rename(from, to.data) != 0 && errno != ENOENT)
        result = error_set(error, RESULT_IO, "it is damaged, and cannot be put aside as %s: %s",
                           to.data, strerror(errno));
    buffer_free(&to);
    free(from);
    return result;
}

/* The first name that is free; NULL: none is. */
static char *find_aside(const struct connection *connection, struct error *error)
{
    for (int n = 1; n <= ASIDE_MAX; n++) {
        char ending[32];
        snprintf(ending, sizeof ending, ".damaged-%d", n);
        char *aside = sqlite_path(connection, ending);
        if (access(aside, F_OK) != 0)
            return aside;
        free(aside);
    }
    error_set(
        error, RESULT_IO,
        "it is damaged, as %d before it were (%s.damaged-1): look at the disk, and move those "
        "away",
        ASIDE_MAX, connection->path);
    return NULL;
}

/* Takes `aside`. The log goes first: if a kill comes between the two, the file is still found to be
 * damaged. */
static enum result put_aside(struct connection *connection, char *aside, struct error *error)
{
    enum result result = rename_file(connection, aside, "-wal", error);
    if (result == RESULT_OK)
        result = rename_file(connection, aside, "", error);
    if (result != RESULT_OK) {
        free(aside);
        return result;
    }
    char *index = sqlite_path(connection, "-shm");
    unlink(index);
    free(index);
    free(connection->aside);
    connection->aside = aside;
    return RESULT_OK;
}

enum result sqlite_connect_or_renew(struct connection *connection, struct error *error)
{
    struct error damage = {0};
    enum result result = sqlite_connect(connection, &damage);
    if (result != RESULT_OK && !(connection->is_damaged && sqlite_file_is_ours(connection))) {
        *error = damage;
        return result;
    }
    if (result != RESULT_OK) {
        char *aside = find_aside(connection, error);
        result = aside != NULL ? put_aside(connection, aside, error) : RESULT_IO;
        if (result == RESULT_OK)
            result = sqlite_connect(connection, error);
    }
    if (result == RESULT_OK)
        sqlite_mark_file(connection);
    return result;
}

bool sqlite_renew(struct connection *connection, struct error *error)
{
    bool is_gone = sqlite_file_is_gone(connection);
    bool is_damaged = connection->is_damaged && !is_gone;
    char *aside = NULL;
    if (connection->path == NULL || (connection->database != NULL && !is_gone && !is_damaged))
        return false;
    /* Without room for another the damaged one can at least be read. */
    if (is_damaged && (aside = find_aside(connection, error)) == NULL)
        return false;
    /* What was moved away is to be whole without its log. */
    if (is_gone && connection->database != NULL)
        sqlite_execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)", NULL);
    sqlite_disconnect(connection);
    enum result result = RESULT_OK;
    if (is_damaged)
        result = put_aside(connection, aside, error);
    if (result == RESULT_OK)
        result = sqlite_connect(connection, error);
    if (result == RESULT_OK)
        result = continue_sequences(connection, error);
    return result == RESULT_OK;
}

char *sqlite_take_aside(void *data)
{
    struct connection *connection = data;
    char *aside = connection->aside;
    connection->aside = NULL;
    return aside;
}
