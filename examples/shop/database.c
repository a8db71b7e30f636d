/* SPDX-License-Identifier: MIT */
/*
 * SQLite behind a few functions: statements are prepared once, errors are logged with SQLite's
 * words and kept for --show-errors. Knows nothing of HTTP, nor what the tables mean.
 *
 * The file uses a rollback journal and no memory map, so that every transaction looks at the file's
 * change counter and rereads pages that somebody else has changed: damage to the file shows at
 * once, as it would in a database server after its cache is cold.
 */
#include "examples/shop/database.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BUSY_MILLISECONDS = 2000, PROBLEM_SIZE = 256 };

struct database {
    sqlite3 *connection;
    sqlite3_stmt *statements[STATEMENT_COUNT];
    char problem[PROBLEM_SIZE];
};

static const struct {
    const char *name;
    const char *sql;
} texts[] = {
#define X(name, sql) [name] = {#name, sql},
    STATEMENTS(X)
#undef X
};

static void fail(struct database *database, const char *what)
{
    snprintf(database->problem, sizeof database->problem, "%s",
             sqlite3_errmsg(database->connection));
    fprintf(stderr, "shop: database: %s: %s (code %d)\n", what, database->problem,
            sqlite3_extended_errcode(database->connection));
}

static const char *name_of(const struct database *database, const sqlite3_stmt *query)
{
    size_t which = 0;

    while (which < STATEMENT_COUNT - 1 && database->statements[which] != query)
        which++;
    return texts[which].name;
}

bool database_execute(struct database *database, const char *sql)
{
    if (sqlite3_exec(database->connection, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    fail(database, "setting up");
    return false;
}

struct database *database_open(const char *file)
{
    struct database *database = calloc(1, sizeof *database);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

    if (database == NULL)
        abort();
    if (sqlite3_open_v2(file, &database->connection, flags, NULL) != SQLITE_OK) {
        fail(database, file);
    } else {
        sqlite3_busy_timeout(database->connection, BUSY_MILLISECONDS);
        if (database_execute(database, "PRAGMA journal_mode = DELETE; PRAGMA mmap_size = 0;"
                                       "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON") &&
            schema_create(database))
            return database;
    }
    database_close(database);
    return NULL;
}

void database_close(struct database *database)
{
    if (database == NULL)
        return;
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(database->statements[i]);
    sqlite3_close(database->connection);
    free(database);
}

const char *database_problem(const struct database *database)
{
    return database->problem;
}

static bool bind(struct database *database, sqlite3_stmt *query, const char *types, va_list values)
{
    int code = SQLITE_OK;

    assert((int)strlen(types) == sqlite3_bind_parameter_count(query));
    for (int i = 0; types[i] != '\0' && code == SQLITE_OK; i++) {
        if (types[i] == 't')
            code =
                sqlite3_bind_text(query, i + 1, va_arg(values, const char *), -1, SQLITE_TRANSIENT);
        else
            code = sqlite3_bind_int64(query, i + 1, va_arg(values, long long));
    }
    if (code != SQLITE_OK)
        fail(database, name_of(database, query));
    return code == SQLITE_OK;
}

static sqlite3_stmt *prepare(struct database *database, enum statement which, const char *types,
                             va_list values)
{
    sqlite3_stmt **query = &database->statements[which];

    if (*query == NULL && sqlite3_prepare_v3(database->connection, texts[which].sql, -1,
                                             SQLITE_PREPARE_PERSISTENT, query, NULL) != SQLITE_OK) {
        fail(database, texts[which].name);
        return NULL;
    }
    sqlite3_reset(*query);
    return bind(database, *query, types, values) ? *query : NULL;
}

struct sqlite3_stmt *database_query(struct database *database, enum statement which,
                                    const char *types, ...)
{
    va_list values;
    sqlite3_stmt *query;

    va_start(values, types);
    query = prepare(database, which, types, values);
    va_end(values);
    return query;
}

enum row database_next(struct database *database, struct sqlite3_stmt *query)
{
    int code;

    if (query == NULL)
        return ROW_FAILED;
    code = sqlite3_step(query);
    if (code == SQLITE_ROW)
        return ROW_READ;
    if (code != SQLITE_DONE)
        fail(database, name_of(database, query));
    sqlite3_reset(query);
    return code == SQLITE_DONE ? ROW_NONE : ROW_FAILED;
}

void database_end(struct sqlite3_stmt *query)
{
    sqlite3_reset(query);
}

void database_text(struct sqlite3_stmt *query, int column, char *text, size_t size)
{
    const unsigned char *value = sqlite3_column_text(query, column);
    snprintf(text, size, "%s", value == NULL ? "" : (const char *)value);
}

long long database_integer(struct sqlite3_stmt *query, int column)
{
    return sqlite3_column_int64(query, column);
}

bool database_run(struct database *database, enum statement which, const char *types, ...)
{
    va_list values;
    sqlite3_stmt *query;

    va_start(values, types);
    query = prepare(database, which, types, values);
    va_end(values);
    return database_next(database, query) == ROW_NONE;
}

long long database_changes(struct database *database)
{
    return sqlite3_changes64(database->connection);
}

long long database_last_id(struct database *database)
{
    return sqlite3_last_insert_rowid(database->connection);
}

bool database_begin(struct database *database)
{
    return database_run(database, BEGIN_WRITE, "");
}

bool database_commit(struct database *database)
{
    if (database_run(database, COMMIT_WRITE, ""))
        return true;
    database_rollback(database);
    return false;
}

void database_rollback(struct database *database)
{
    /* SQLite has done it itself after the worst errors, a full disk for one. */
    if (!sqlite3_get_autocommit(database->connection))
        database_run(database, ROLLBACK_WRITE, "");
}
