/* SPDX-License-Identifier: MIT */
/*
 * A file of SQLite's. Statements are prepared once.
 *
 * The file uses a rollback journal and no memory map, so that every transaction looks at the file's
 * change counter and rereads pages that somebody else has changed: damage to the file shows at
 * once, as it would in a database server after its cache is cold.
 */
#include "examples/shop/database_kind.h"

#include <assert.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

enum { BUSY_MILLISECONDS = 2000, CODE_SIZE = 16 };

struct sqlite_query {
    struct query query;
    enum statement which;
    sqlite3_stmt *statement;
};

struct sqlite_database {
    struct database database;
    sqlite3 *connection;
    struct sqlite_query queries[STATEMENT_COUNT];
};

static struct sqlite_database *own(struct database *database)
{
    return (struct sqlite_database *)database;
}

static sqlite3_stmt *statement_of(struct query *query)
{
    return ((struct sqlite_query *)query)->statement;
}

static void fail(struct sqlite_database *database, const char *what)
{
    char code[CODE_SIZE];

    snprintf(code, sizeof code, "%d", sqlite3_extended_errcode(database->connection));
    database_fail(&database->database, what, sqlite3_errmsg(database->connection), code);
}

static bool sqlite_execute(struct database *database, const char *sql)
{
    if (sqlite3_exec(own(database)->connection, sql, NULL, NULL, NULL) == SQLITE_OK)
        return true;
    fail(own(database), "setting up");
    return false;
}

static void sqlite_close(struct database *database)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        sqlite3_finalize(own(database)->queries[i].statement);
    sqlite3_close(own(database)->connection);
    free(database);
}

static struct database *sqlite_open(const char *file)
{
    struct sqlite_database *database = calloc(1, sizeof *database);
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;

    if (database == NULL)
        abort();
    database->database.kind = &database_sqlite;
    if (sqlite3_open_v2(file, &database->connection, flags, NULL) != SQLITE_OK) {
        fail(database, file);
    } else {
        sqlite3_busy_timeout(database->connection, BUSY_MILLISECONDS);
        if (sqlite_execute(&database->database,
                           "PRAGMA journal_mode = DELETE; PRAGMA mmap_size = 0;"
                           "PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON"))
            return &database->database;
    }
    sqlite_close(&database->database);
    return NULL;
}

static bool bind(struct sqlite_database *database, struct sqlite_query *query,
                 const struct value *values, size_t count)
{
    int code = SQLITE_OK;

    assert((int)count == sqlite3_bind_parameter_count(query->statement));
    for (int i = 0; i < (int)count && code == SQLITE_OK; i++) {
        if (values[i].text != NULL)
            code = sqlite3_bind_text(query->statement, i + 1, values[i].text, -1, SQLITE_TRANSIENT);
        else
            code = sqlite3_bind_int64(query->statement, i + 1, values[i].number);
    }
    if (code != SQLITE_OK)
        fail(database, statement_name(query->which));
    return code == SQLITE_OK;
}

static struct query *sqlite_query(struct database *database, enum statement which,
                                  const struct value *values, size_t count)
{
    struct sqlite_query *query = &own(database)->queries[which];

    query->query.kind = &database_sqlite;
    query->which = which;
    if (query->statement == NULL &&
        sqlite3_prepare_v3(own(database)->connection, statement_sql(which), -1,
                           SQLITE_PREPARE_PERSISTENT, &query->statement, NULL) != SQLITE_OK) {
        fail(own(database), statement_name(which));
        return NULL;
    }
    sqlite3_reset(query->statement);
    return bind(own(database), query, values, count) ? &query->query : NULL;
}

static enum row sqlite_next(struct database *database, struct query *query)
{
    int code = sqlite3_step(statement_of(query));

    if (code == SQLITE_ROW)
        return ROW_READ;
    if (code != SQLITE_DONE)
        fail(own(database), statement_name(((struct sqlite_query *)query)->which));
    sqlite3_reset(statement_of(query));
    return code == SQLITE_DONE ? ROW_NONE : ROW_FAILED;
}

static void sqlite_end(struct query *query)
{
    sqlite3_reset(statement_of(query));
}

static const char *sqlite_text(struct query *query, int column)
{
    return (const char *)sqlite3_column_text(statement_of(query), column);
}

static long long sqlite_changes(struct database *database)
{
    return sqlite3_changes64(own(database)->connection);
}

static long long sqlite_last_id(struct database *database)
{
    return sqlite3_last_insert_rowid(own(database)->connection);
}

static bool sqlite_in_transaction(struct database *database)
{
    return !sqlite3_get_autocommit(own(database)->connection);
}

const struct database_kind database_sqlite = {
    .open = sqlite_open,
    .close = sqlite_close,
    .execute = sqlite_execute,
    .query = sqlite_query,
    .next = sqlite_next,
    .end = sqlite_end,
    .text = sqlite_text,
    .changes = sqlite_changes,
    .last_id = sqlite_last_id,
    .in_transaction = sqlite_in_transaction,
};
