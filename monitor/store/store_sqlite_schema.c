/* SPDX-License-Identifier: MIT */
/*
 * The SQLite file: how it is set up, what is in it, and which files are refused. A change of the
 * tables is a new SCHEMA_VERSION and a statement that brings the older ones to it.
 */
#include "monitor/store/store_sqlite.h"

#include <inttypes.h>
#include <sqlite3.h>

enum {
    APPLICATION_ID = 0x73776372, /* says in the file's header whose it is; "swcr" in ASCII */
    SCHEMA_VERSION = 1,
};

/*
 * Times and durations are microseconds. AUTOINCREMENT, because a sequence must never be given out
 * twice, not even after the newest runs were deleted: a reporter's cursor would skip the second
 * one. run_by_planned holds all that a tally needs, so that tallies do not touch the records.
 */
static const char schema[] =
    "CREATE TABLE run("
    "  sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  id TEXT NOT NULL UNIQUE,"
    "  journey TEXT NOT NULL,"
    "  vantage TEXT NOT NULL,"
    "  planned INTEGER NOT NULL,"
    "  started INTEGER NOT NULL,"
    "  ended INTEGER NOT NULL,"
    "  state TEXT NOT NULL,"
    "  cause TEXT,"
    "  component TEXT,"
    "  latency INTEGER NOT NULL,"
    "  record TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX run_by_journey ON run(journey, vantage, planned);"
    "CREATE INDEX run_by_place ON run(journey, vantage, sequence);"
    "CREATE INDEX run_by_planned ON run(planned, journey, vantage, state, latency);"
    "CREATE TABLE step("
    "  run INTEGER NOT NULL REFERENCES run(sequence) ON DELETE CASCADE,"
    "  number INTEGER NOT NULL,"
    "  name TEXT NOT NULL,"
    "  cleanup INTEGER NOT NULL,"
    "  state TEXT NOT NULL,"
    "  symptom TEXT,"
    "  total INTEGER NOT NULL,"
    "  PRIMARY KEY(run, number)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE TABLE incident("
    "  id TEXT NOT NULL PRIMARY KEY,"
    "  opened INTEGER NOT NULL,"
    "  updated INTEGER NOT NULL,"
    "  resolved INTEGER," /* NULL: open */
    "  cause TEXT NOT NULL,"
    "  component TEXT,"
    "  record TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX incident_by_opened ON incident(opened);"
    "CREATE TABLE cursor("
    "  name TEXT NOT NULL PRIMARY KEY,"
    "  sequence INTEGER NOT NULL"
    ") STRICT;";

static enum result read_number(const struct connection *connection, const char *sql,
                               int64_t *ret_number, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(connection->database, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    enum result result = RESULT_OK;
    if (code == SQLITE_ROW)
        *ret_number = sqlite3_column_int64(statement, 0);
    else
        result = sqlite_failed(connection, error);
    sqlite3_finalize(statement);
    return result;
}

/* Tells an empty file (version 0) and one of ours from anything else. */
static enum result check_file(const struct connection *connection, int64_t *ret_version,
                              struct error *error)
{
    int64_t application = 0, version = 0, objects = 0;
    enum result result = read_number(connection, "PRAGMA application_id", &application, error);
    if (result == RESULT_OK)
        result = read_number(connection, "PRAGMA user_version", &version, error);
    if (result == RESULT_OK)
        result = read_number(connection, "SELECT count(*) FROM sqlite_schema", &objects, error);
    if (result != RESULT_OK)
        return result;
    bool empty = application == 0 && version == 0 && objects == 0;
    if (!empty && application != APPLICATION_ID)
        return error_set(error, RESULT_INVALID,
                         "the file is another program's database (application_id %" PRId64 ")",
                         application);
    if (version > SCHEMA_VERSION)
        return error_set(error, RESULT_UNSUPPORTED,
                         "the file was written by a newer shopwatch: its schema has version "
                         "%" PRId64 ", this program knows up to %d",
                         version, SCHEMA_VERSION);
    *ret_version = version;
    return RESULT_OK;
}

static enum result create_tables(const struct connection *connection, struct error *error)
{
    char stamp[128];
    sqlite3_snprintf(sizeof stamp, stamp, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                     APPLICATION_ID, SCHEMA_VERSION);
    enum result result = sqlite_execute(connection, schema, error);
    return result == RESULT_OK ? sqlite_execute(connection, stamp, error) : result;
}

/* In a write transaction, so that two processes that start at once do not both make the tables. */
static enum result check_or_create(const struct connection *connection, struct error *error)
{
    int64_t version = 0;
    enum result result = sqlite_execute(connection, "BEGIN IMMEDIATE", error);
    if (result != RESULT_OK)
        return result;
    result = check_file(connection, &version, error);
    if (result == RESULT_OK && version == 0)
        result = create_tables(connection, error);
    if (result == RESULT_OK)
        result = sqlite_execute(connection, "COMMIT", error);
    if (result != RESULT_OK && !sqlite3_get_autocommit(connection->database))
        sqlite_execute(connection, "ROLLBACK", NULL);
    return result;
}

/*
 * With the write-ahead log and synchronous=FULL a commit returns when its log frames have been
 * synced to disk: an acknowledged run survives not only a kill, but a power cut (on a disk that
 * does not lie about syncing). The log is cut back to 64 MiB after a burst.
 */
static const char settings[] = "PRAGMA journal_mode = WAL;"
                               "PRAGMA synchronous = FULL;"
                               "PRAGMA foreign_keys = ON;"
                               "PRAGMA journal_size_limit = 67108864;";

enum result sqlite_prepare_file(const struct connection *connection, struct error *error)
{
    /* Only a file that is known to be ours is switched to the write-ahead log. */
    enum result result = check_or_create(connection, error);
    return result == RESULT_OK ? sqlite_execute(connection, settings, error) : result;
}
