/* SPDX-License-Identifier: MIT */
/*
 * The shop's database, whichever kind it is: values and transactions. Errors are logged with the
 * database's words and kept for --show-errors. Knows nothing of HTTP, nor what the tables mean.
 */
#include "examples/shop/database_kind.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SQLITE_STORE     "sqlite:"
#define POSTGRESQL_STORE "postgresql:"

static const struct {
    const char *name;
    const char *sql;
} texts[] = {
#define X(name, sql) [name] = {#name, sql},
    STATEMENTS(X)
#undef X
};

const char *statement_name(enum statement which)
{
    return texts[which].name;
}

const char *statement_sql(enum statement which)
{
    return texts[which].sql;
}

void database_fail(struct database *database, const char *what, const char *words, const char *code)
{
    snprintf(database->problem, sizeof database->problem, "%s", words);
    database->problem[strcspn(database->problem, "\n")] = '\0';
    fprintf(stderr, "shop: database: %s: %s (code %s)\n", what, database->problem, code);
}

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

struct database *database_open(const char *store)
{
    struct database *database;

    if (begins_with(store, POSTGRESQL_STORE))
        database = database_postgresql.open(
            begins_with(store, POSTGRESQL_STORE "//") ? store : store + strlen(POSTGRESQL_STORE));
    else
        database = database_sqlite.open(
            begins_with(store, SQLITE_STORE) ? store + strlen(SQLITE_STORE) : store);
    if (database != NULL && !schema_create(database)) {
        database_close(database);
        return NULL;
    }
    return database;
}

void database_close(struct database *database)
{
    if (database != NULL)
        database->kind->close(database);
}

bool database_is_postgresql(const struct database *database)
{
    return database->kind == &database_postgresql;
}

const char *database_problem(const struct database *database)
{
    return database->problem;
}

bool database_execute(struct database *database, const char *sql)
{
    return database->kind->execute(database, sql);
}

static struct query *query_with(struct database *database, enum statement which, const char *types,
                                va_list arguments)
{
    struct value values[VALUES_MAX] = {0};
    size_t count = strlen(types);

    assert(count <= VALUES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (types[i] == 't')
            values[i].text = va_arg(arguments, const char *);
        else
            values[i].number = va_arg(arguments, long long);
    }
    return database->kind->query(database, which, values, count);
}

struct query *database_query(struct database *database, enum statement which, const char *types,
                             ...)
{
    va_list arguments;
    struct query *query;

    va_start(arguments, types);
    query = query_with(database, which, types, arguments);
    va_end(arguments);
    return query;
}

enum row database_next(struct database *database, struct query *query)
{
    return query == NULL ? ROW_FAILED : database->kind->next(database, query);
}

void database_end(struct query *query)
{
    if (query != NULL)
        query->kind->end(query);
}

void database_text(struct query *query, int column, char *text, size_t size)
{
    const char *value = query->kind->text(query, column);

    snprintf(text, size, "%s", value == NULL ? "" : value);
}

long long database_integer(struct query *query, int column)
{
    const char *value = query->kind->text(query, column);

    return value == NULL ? 0 : strtoll(value, NULL, 10);
}

bool database_run(struct database *database, enum statement which, const char *types, ...)
{
    va_list arguments;
    struct query *query;

    va_start(arguments, types);
    query = query_with(database, which, types, arguments);
    va_end(arguments);
    return database_next(database, query) == ROW_NONE;
}

long long database_changes(struct database *database)
{
    return database->kind->changes(database);
}

long long database_last_id(struct database *database)
{
    return database->kind->last_id(database);
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
    if (database->kind->in_transaction(database))
        database_run(database, ROLLBACK_WRITE, "");
}
