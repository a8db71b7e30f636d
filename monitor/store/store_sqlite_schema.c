/* SPDX-License-Identifier: MIT */
/*
 * The SQLite file: how it is set up, what is in it, and which files are refused. A change of the
 * tables is a new SCHEMA_VERSION and a statement that brings the older ones to it.
 */
#include "monitor/store/store_sqlite.h"

#include <inttypes.h>
#include <sqlite3.h>

enum { SCHEMA_VERSION = 3 };

/*
 * Times and durations are microseconds. AUTOINCREMENT, because a sequence must never be given out
 * twice, not even after the newest rows were deleted: a reporter's cursor would skip the second
 * one. run_by_planned holds all that a tally needs, so that tallies do not touch the records;
 * run_by_trouble is small as long as the shop is well.
 */
static const char tables[] = "CREATE TABLE run("
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
                             "  record TEXT NOT NULL,"
                             "  excluded INTEGER NOT NULL DEFAULT 0"
                             ") STRICT;"
                             "CREATE INDEX run_by_journey ON run(journey, vantage, planned);"
                             "CREATE INDEX run_by_place ON run(journey, vantage, sequence);"
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

/*
 * `series` gives a number to each journey, vantage point and step, '' for all of them and for the
 * whole run. Rollups begin with the time, so that what is written in one transaction stands side by
 * side: one page or two a run, not one for each of its steps. `times` is made by group_pack.
 */
#define ROLLUP_COLUMNS                                                                             \
    "  start INTEGER NOT NULL,"                                                                    \
    "  series INTEGER NOT NULL REFERENCES series(id),"                                             \
    "  passed INTEGER NOT NULL,"                                                                   \
    "  degraded INTEGER NOT NULL,"                                                                 \
    "  failed INTEGER NOT NULL,"                                                                   \
    "  unknown INTEGER NOT NULL,"                                                                  \
    "  excluded INTEGER NOT NULL,"                                                                 \
    "  times BLOB NOT NULL,"

/* What version 2 adds to version 1. */
static const char tables_of_2[] =
    "DROP INDEX IF EXISTS run_by_planned;"
    "CREATE INDEX run_by_planned ON run(planned, journey, vantage, state, latency, excluded);"
    "CREATE INDEX run_by_trouble ON run(planned, state) WHERE state <> 'passed';"
    "CREATE INDEX incident_by_resolved ON incident(resolved);"
    "CREATE TABLE series("
    "  id INTEGER PRIMARY KEY,"
    "  journey TEXT NOT NULL,"
    "  vantage TEXT NOT NULL,"
    "  step TEXT NOT NULL,"
    "  UNIQUE(journey, vantage, step)"
    ") STRICT;"
    "CREATE TABLE hour(" ROLLUP_COLUMNS "  PRIMARY KEY(start, series)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE day(" ROLLUP_COLUMNS "  PRIMARY KEY(start, series)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE journey_day(" ROLLUP_COLUMNS "  median INTEGER NOT NULL,"
    "  p95 INTEGER NOT NULL,"
    "  PRIMARY KEY(start, series)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE incident_change("
    "  sequence INTEGER PRIMARY KEY AUTOINCREMENT,"
    "  incident TEXT NOT NULL,"
    "  version INTEGER NOT NULL,"
    "  change TEXT NOT NULL,"
    "  at INTEGER NOT NULL,"
    "  record TEXT NOT NULL,"
    "  UNIQUE(incident, version)"
    ") STRICT;"
    "CREATE INDEX incident_change_by_time ON incident_change(at);"
    "CREATE TABLE event("
    "  id TEXT NOT NULL PRIMARY KEY,"
    "  at INTEGER NOT NULL,"
    "  record TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX event_by_time ON event(at);"
    "CREATE TABLE maintenance("
    "  id TEXT NOT NULL PRIMARY KEY,"
    "  start INTEGER NOT NULL,"
    "  end INTEGER NOT NULL," /* the greatest number: none */
    "  record TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX maintenance_by_end ON maintenance(end);";

/* What version 3 adds: what went over the wire in some runs, which few reads want. */
static const char tables_of_3[] = "CREATE TABLE message("
                                  "  run INTEGER PRIMARY KEY REFERENCES run(sequence)"
                                  "    ON DELETE CASCADE,"
                                  "  record TEXT NOT NULL"
                                  ") STRICT;";

static enum result read_number(struct connection *connection, const char *sql, int64_t *ret_number,
                               struct error *error)
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
static enum result check_file(struct connection *connection, int64_t *ret_version,
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
    if (!empty && application != STORE_APPLICATION_ID)
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

enum result sqlite_check_version(struct connection *connection, struct error *error)
{
    int64_t version = 0;
    enum result result = check_file(connection, &version, error);
    if (result == RESULT_OK && version == 0)
        return error_set(error, RESULT_INVALID, "it is empty");
    if (result == RESULT_OK && version != SCHEMA_VERSION)
        return error_set(error, RESULT_UNSUPPORTED,
                         "it was written by an older shopwatch; its monitor brings it up to date");
    return result;
}

static enum result create_tables(struct connection *connection, int64_t version,
                                 struct error *error)
{
    enum result result = RESULT_OK;
    if (version == 0)
        result = sqlite_execute(connection, tables, error);
    else if (version == 1)
        result = sqlite_execute(
            connection, "ALTER TABLE run ADD COLUMN excluded INTEGER NOT NULL DEFAULT 0", error);
    if (result == RESULT_OK && version < 2)
        result = sqlite_execute(connection, tables_of_2, error);
    if (result == RESULT_OK)
        result = sqlite_execute(connection, tables_of_3, error);
    return result;
}

static enum result stamp_file(struct connection *connection, struct error *error)
{
    char stamp[128];
    sqlite3_snprintf(sizeof stamp, stamp, "PRAGMA application_id = %d; PRAGMA user_version = %d",
                     STORE_APPLICATION_ID, SCHEMA_VERSION);
    return sqlite_execute(connection, stamp, error);
}

static enum result check_or_create(struct connection *connection, void *data, struct error *error)
{
    int64_t version = 0;
    (void)data;
    enum result result = check_file(connection, &version, error);
    bool current = version == SCHEMA_VERSION;
    if (result == RESULT_OK && !current)
        result = create_tables(connection, version, error);
    if (result == RESULT_OK)
        result = sqlite_prepare_statements(connection, error);
    if (result == RESULT_OK && version == 1)
        result = sqlite_migrate(connection, error);
    if (result == RESULT_OK && !current)
        result = stamp_file(connection, error);
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

/* In one write transaction, so that two processes that start at once do not both make the tables,
 * and one that is killed has changed nothing. */
enum result sqlite_prepare_file(struct connection *connection, struct error *error)
{
    /* Only a file that is known to be ours is switched to the write-ahead log. */
    enum result result = sqlite_transact(connection, check_or_create, NULL, error);
    return result == RESULT_OK ? sqlite_execute(connection, settings, error) : result;
}
