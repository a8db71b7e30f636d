/* SPDX-License-Identifier: MIT */
/* The SQLite back end, as its own files see it. Private to store_sqlite*.c. */
#ifndef STORE_STORE_SQLITE_H
#define STORE_STORE_SQLITE_H

#include "monitor/store/store_backend.h"

#include <sys/types.h>

struct sqlite3;
struct sqlite3_stmt;

/* Statements that are run once a row or more, and so prepared once. X(NAME, sql) */
#define STATEMENT_TABLE(X)                                                                         \
    X(SAVEPOINT, "SAVEPOINT row")                                                                  \
    X(RELEASE, "RELEASE row")                                                                      \
    X(UNDO, "ROLLBACK TO row")                                                                     \
    X(FIND_RUN, "SELECT sequence FROM run WHERE id = ?1")                                          \
    X(ADD_RUN, "INSERT INTO run(id, journey, vantage, planned, started, ended, state, excluded, "  \
               "cause, component, latency, record) "                                               \
               "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")                        \
    X(ADD_STEP, "INSERT INTO step(run, number, name, cleanup, state, symptom, total) "             \
                "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                              \
    X(PUT_INCIDENT, "INSERT INTO incident(id, opened, updated, resolved, cause, component, "       \
                    "record) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(id) DO UPDATE SET "    \
                    "opened = excluded.opened, updated = excluded.updated, "                       \
                    "resolved = excluded.resolved, cause = excluded.cause, "                       \
                    "component = excluded.component, record = excluded.record "                    \
                    "WHERE excluded.updated >= incident.updated")                                  \
    X(ADD_MESSAGES, "INSERT INTO message(run, record) VALUES(?1, ?2)")                             \
    X(ADD_CHANGE, "INSERT INTO incident_change(incident, version, change, at, record) "            \
                  "VALUES(?1, ?2, ?3, ?4, ?5)")                                                    \
    X(FIND_CHANGE, "SELECT sequence FROM incident_change WHERE incident = ?1 AND version = ?2")    \
    X(FIND_SERIES, "SELECT id FROM series WHERE journey = ?1 AND vantage = ?2 AND step = ?3")      \
    X(ADD_SERIES, "INSERT INTO series(journey, vantage, step) VALUES(?1, ?2, ?3)")                 \
    X(GET_HOUR, ROLLUP_GET("hour"))                                                                \
    X(GET_DAY, ROLLUP_GET("day"))                                                                  \
    X(GET_JOURNEY_DAY, ROLLUP_GET("journey_day"))                                                  \
    X(PUT_HOUR, ROLLUP_PUT("hour", "", "", ""))                                                    \
    X(PUT_DAY, ROLLUP_PUT("day", "", "", ""))                                                      \
    X(PUT_JOURNEY_DAY, ROLLUP_PUT("journey_day", ", median, p95", ", ?9, ?10",                     \
                                  ", median = excluded.median, p95 = excluded.p95"))               \
    X(PUT_EVENT, "INSERT INTO event(id, at, record) VALUES(?1, ?2, ?3) "                           \
                 "ON CONFLICT(id) DO NOTHING")                                                     \
    X(PUT_MAINTENANCE, "INSERT INTO maintenance(id, start, end, record) VALUES(?1, ?2, ?3, ?4) "   \
                       "ON CONFLICT(id) DO UPDATE SET start = excluded.start, "                    \
                       "end = excluded.end, record = excluded.record")                             \
    X(GET_CURSOR, "SELECT sequence FROM cursor WHERE name = ?1")                                   \
    X(PUT_CURSOR, "INSERT INTO cursor(name, sequence) VALUES(?1, ?2) "                             \
                  "ON CONFLICT(name) DO UPDATE SET sequence = excluded.sequence")

#define ROLLUP_GET(table)                                                                          \
    "SELECT passed, degraded, failed, unknown, excluded, times FROM " table                        \
    " WHERE start = ?1 AND series = ?2"
#define ROLLUP_PUT(table, columns, values, updates)                                                \
    "INSERT INTO " table                                                                           \
    "(start, series, passed, degraded, failed, unknown, excluded, times" columns                   \
    ") VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8" values ") ON CONFLICT(start, series) "               \
    "DO UPDATE SET passed = excluded.passed, degraded = excluded.degraded, "                       \
    "failed = excluded.failed, unknown = excluded.unknown, excluded = excluded.excluded, "         \
    "times = excluded.times" updates

enum statement {
#define X(name, sql) STATEMENT_##name,
    STATEMENT_TABLE(X)
#undef X
        STATEMENT_COUNT
};

/* Says in the file's header whose it is; "swcr" in ASCII. */
enum { STORE_APPLICATION_ID = 0x73776372 };

struct groups;
struct map;

struct connection {
    struct sqlite3 *database;
    struct sqlite3_stmt *statements[STATEMENT_COUNT];
    struct map *series; /* text of journey, vantage and step to the row's number in `series` */
    int lock;           /* descriptor of the file that is locked beside the database; -1: none */
    char *path;         /* of the file, by no other name; NULL: in memory */
    dev_t device;       /* where it lay when it was opened */
    ino_t inode;
    bool is_damaged;     /* the file, as SQLite said since it was opened */
    store_sequence last; /* the greatest that was given out, as far as is known */
    char *aside;         /* where a damaged file was put, and nobody has asked yet; NULL: nowhere */
};

/* --- store_sqlite.c -------------------------------------------------------------------------- */

/* Opens the file that was taken, and looks at what is needed of it first. `database` is NULL when
 * that fails. */
enum result sqlite_connect(struct connection *connection, struct error *error);
void sqlite_disconnect(struct connection *connection);

/* Describes the connection's latest failure; returns the result for it. */
enum result sqlite_failed(struct connection *connection, struct error *error);

enum result sqlite_execute(struct connection *connection, const char *sql, struct error *error);

enum result sqlite_prepare_statements(struct connection *connection, struct error *error);

/* Runs a prepared statement to its end. `ret_number`, when not NULL, receives the first column of
 * the only row; it stays as it was when there is none. */
enum result sqlite_run(struct connection *connection, enum statement which, int64_t *ret_number,
                       struct error *error);

/* Binds a text that outlives the statement's run. NULL is NULL. */
void sqlite_bind(struct sqlite3_stmt *statement, int at, const char *text);

/* Begins, does and commits; undone as a whole when one of them fails. */
typedef enum result sqlite_work(struct connection *connection, void *data, struct error *error);
enum result sqlite_transact(struct connection *connection, sqlite_work *work, void *data,
                            struct error *error);

/* --- store_sqlite_file.c --------------------------------------------------------------------- */

/* Makes the file when there is none, and keeps other monitors out until sqlite_leave_file. Both
 * before SQLite opens it, and after it closed it. */
enum result sqlite_take_file(struct connection *connection, const char *place, struct error *error);
void sqlite_leave_file(struct connection *connection);

/* The file's path with an ending; the caller frees it. */
char *sqlite_path(const struct connection *connection, const char *ending);

/* Makes the file again when it is gone, and remembers which one it is. */
enum result sqlite_make_file(struct connection *connection, struct error *error);

/* Whether another file, or none, now lies where that which is open did. */
bool sqlite_file_is_gone(const struct connection *connection);

/* Leaves a mark that the file is a store of ours, for when it cannot be told by looking at it. */
void sqlite_mark_file(const struct connection *connection);
bool sqlite_file_is_ours(const struct connection *connection); /* while it is not open */

/* --- store_sqlite_aside.c -------------------------------------------------------------------- */

/* Reads what a monitor needs at its start, and where it would append; so that damage there shows
 * at once. */
enum result sqlite_try_file(struct connection *connection, struct error *error);

/* Opens the file; when it is damaged, and ours, puts it aside and begins a new one. */
enum result sqlite_connect_or_renew(struct connection *connection, struct error *error);

/* After a failure: opens the file again if it was moved away, could not be opened before, or is
 * damaged. False: there is no reason to, or (`error` is set) it failed. */
bool sqlite_renew(struct connection *connection, struct error *error);

char *sqlite_take_aside(void *connection);

void sqlite_note_sequence(struct connection *connection, store_sequence sequence);

/* --- store_sqlite_schema.c ------------------------------------------------------------------- */

/* Makes the tables, or brings those of an earlier version up to date, or refuses a file that is not
 * ours; then prepares the statements. */
enum result sqlite_prepare_file(struct connection *connection, struct error *error);

/* Whether the file is one of ours, and has the tables that this program reads. */
enum result sqlite_check_version(struct connection *connection, struct error *error);

/* --- store_sqlite_migrate.c ------------------------------------------------------------------ */

/* Rolls up the runs of version 1, in a transaction that is open. */
enum result sqlite_migrate(struct connection *connection, struct error *error);

/* --- store_sqlite_append.c, _log.c ----------------------------------------------------------- */

void sqlite_append(void *connection, struct store_row *const *rows, size_t count);

/* Both of an incident and of its change, in a transaction that is open. */
enum result sqlite_put_incident(struct connection *connection,
                                const struct store_incident *incident, store_sequence *ret_change,
                                struct error *error);
enum result sqlite_write_incident(void *connection, const struct store_incident *incident,
                                  store_sequence *ret_sequence, struct error *error);
enum result sqlite_read_changes(void *connection, store_sequence after, size_t limit,
                                struct arena *arena, struct store_changes *ret_changes);
enum result sqlite_append_event(void *connection, const struct event *event, const char *record,
                                struct error *error);
enum result sqlite_read_events(void *connection, struct wall_time since, struct wall_time until,
                               struct arena *arena, struct store_events *ret_events);
enum result sqlite_write_maintenance(void *connection, const struct maintenance *maintenance,
                                     const char *record, struct error *error);
enum result sqlite_read_maintenance(void *connection, struct wall_time since, struct arena *arena,
                                    struct store_maintenances *ret_maintenances);

/* --- store_sqlite_rollup.c ------------------------------------------------------------------- */

/* Adds the groups to what is kept, in a transaction that is open. */
enum result sqlite_put_groups(struct connection *connection, const struct groups *groups,
                              struct error *error);
/* What was rolled back may have been series: they are looked up again. */
void sqlite_forget_series(struct connection *connection);
enum result sqlite_read_rollups(void *connection, const struct store_rollup_filter *filter,
                                struct arena *arena, struct store_packed_rollups *ret_rollups);
enum result sqlite_read_days(void *connection, struct wall_time since, struct arena *arena,
                             struct store_days *ret_days);

/* --- store_sqlite_retention.c ---------------------------------------------------------------- */

enum result sqlite_delete_old(void *connection, const struct store_retention *retention,
                              size_t *ret_count, struct error *error);

/* --- store_sqlite_read.c --------------------------------------------------------------------- */

/* NULL when it cannot be prepared: a file damaged so far that its schema is gone. */
struct sqlite3_stmt *sqlite_prepare(const struct connection *connection, const char *sql);
/* What the query leaves out is passed over. */
void sqlite_bind_number(struct sqlite3_stmt *statement, const char *name, int64_t number);
void sqlite_bind_text(struct sqlite3_stmt *statement, const char *name, const char *text);
/* New reference; NULL for what is no JSON. */
struct json_t *sqlite_column_json(struct sqlite3_stmt *statement, int column);

enum result sqlite_read_runs(void *connection, const struct store_filter *filter,
                             struct store_runs *ret_runs);
enum result sqlite_read_latest(void *connection, size_t limit, struct store_runs *ret_runs);
enum result sqlite_read_slots(void *connection, struct arena *arena, struct store_slots *ret_slots);
enum result sqlite_read_incidents(void *connection, bool open_only, size_t limit,
                                  struct arena *arena, struct store_incidents *ret_incidents);
enum result sqlite_read_incident(void *connection, const char *id, struct arena *arena,
                                 struct store_incidents *ret_incidents);
enum result sqlite_read_tallies(void *connection, struct wall_time since, duration span,
                                struct arena *arena, struct store_tallies *ret_tallies);

#endif
