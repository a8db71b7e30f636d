/* SPDX-License-Identifier: MIT */
/* The SQLite back end, as its own four files see it. Private to store_sqlite*.c. */
#ifndef STORE_STORE_SQLITE_H
#define STORE_STORE_SQLITE_H

#include "monitor/store/store_backend.h"

struct sqlite3;
struct sqlite3_stmt;

/* Statements that are run once a row or more, and so prepared once. X(NAME, sql) */
#define STATEMENT_TABLE(X)                                                                         \
    X(SAVEPOINT, "SAVEPOINT row")                                                                  \
    X(RELEASE, "RELEASE row")                                                                      \
    X(UNDO, "ROLLBACK TO row")                                                                     \
    X(FIND_RUN, "SELECT sequence FROM run WHERE id = ?1")                                          \
    X(ADD_RUN, "INSERT INTO run(id, journey, vantage, planned, started, ended, state, cause, "     \
               "component, latency, record) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)") \
    X(ADD_STEP, "INSERT INTO step(run, number, name, cleanup, state, symptom, total) "             \
                "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")                                              \
    X(PUT_INCIDENT, "INSERT INTO incident(id, opened, updated, resolved, cause, component, "       \
                    "record) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(id) DO UPDATE SET "    \
                    "opened = excluded.opened, updated = excluded.updated, "                       \
                    "resolved = excluded.resolved, cause = excluded.cause, "                       \
                    "component = excluded.component, record = excluded.record "                    \
                    "WHERE excluded.updated >= incident.updated")                                  \
    X(GET_CURSOR, "SELECT sequence FROM cursor WHERE name = ?1")                                   \
    X(PUT_CURSOR, "INSERT INTO cursor(name, sequence) VALUES(?1, ?2) "                             \
                  "ON CONFLICT(name) DO UPDATE SET sequence = excluded.sequence")

enum statement {
#define X(name, sql) STATEMENT_##name,
    STATEMENT_TABLE(X)
#undef X
        STATEMENT_COUNT
};

struct connection {
    struct sqlite3 *database;
    struct sqlite3_stmt *statements[STATEMENT_COUNT];
    int lock; /* descriptor of the file that is locked beside the database; -1: none */
};

/* Describes the connection's latest failure; returns the result for it. */
enum result sqlite_failed(const struct connection *connection, struct error *error);

enum result sqlite_execute(const struct connection *connection, const char *sql,
                           struct error *error);

/* Makes the file when there is none, and keeps other monitors out until sqlite_leave_file. Both
 * before SQLite opens it, and after it closed it. */
enum result sqlite_take_file(struct connection *connection, const char *place, struct error *error);
void sqlite_leave_file(struct connection *connection);

/* Sets the connection up and makes the tables, or refuses a file that is not ours. */
enum result sqlite_prepare_file(const struct connection *connection, struct error *error);

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
