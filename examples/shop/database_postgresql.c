/* SPDX-License-Identifier: MIT */
/*
 * A PostgreSQL server. Each query waits for the server's answer, however long that takes: a worker
 * that waits serves nobody. A connection that is lost is made anew with the next query.
 *
 * Without libpq at build time there is no such store, and opening one says so.
 */
#include "examples/shop/database_kind.h"

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_LIBPQ

#include <libpq-fe.h>

enum { SQL_SIZE = 1024, NUMBER_SIZE = 24, CONNECTION_SIZE = 1024 };

struct postgresql_query {
    struct query query;
    bool prepared;
    PGresult *result;
    int row; /* the one that is read; -1: before the first */
};

struct postgresql_database {
    struct database database;
    PGconn *connection;
    struct postgresql_query queries[STATEMENT_COUNT];
    long long changes;
};

/* What PostgreSQL says otherwise. */
static const char *const dialect[STATEMENT_COUNT] = {
    [BEGIN_WRITE] = "BEGIN",
    [PRODUCT_SEARCH] =
        "SELECT id, slug, name, category, description, price, stock FROM product AS p"
        " WHERE NOT EXISTS (SELECT 1 FROM json_array_elements_text(CAST(?1 AS json)) AS w(value)"
        "  WHERE strpos(lower(p.name || ' ' || p.category || ' ' || p.description),"
        "   lower(w.value)) = 0)"
        " ORDER BY EXISTS (SELECT 1 FROM json_array_elements_text(CAST(?1 AS json)) AS w(value)"
        "  WHERE strpos(lower(p.name), lower(w.value)) = 0), id LIMIT ?2",
};

static struct postgresql_database *own(struct database *database)
{
    return (struct postgresql_database *)database;
}

static void fail(struct database *database, const char *what, const PGresult *result)
{
    const char *code = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

    database_fail(database, what, words != NULL ? words : PQerrorMessage(own(database)->connection),
                  code != NULL ? code : "none");
}

static void postgresql_end(struct query *query)
{
    struct postgresql_query *read = (struct postgresql_query *)query;

    PQclear(read->result);
    read->result = NULL;
}

static void postgresql_close(struct database *database)
{
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        PQclear(own(database)->queries[i].result);
    PQfinish(own(database)->connection);
    free(database);
}

static bool is_good(const PGresult *result)
{
    return PQresultStatus(result) == PGRES_TUPLES_OK || PQresultStatus(result) == PGRES_COMMAND_OK;
}

static bool postgresql_execute(struct database *database, const char *sql)
{
    PGresult *result = PQexec(own(database)->connection, sql);
    bool good = is_good(result);

    if (!good)
        fail(database, "setting up", result);
    PQclear(result);
    return good;
}

static void say_nothing(void *data, const char *notice)
{
    (void)data;
    (void)notice;
}

static struct database *postgresql_open(const char *where)
{
    struct postgresql_database *database = calloc(1, sizeof *database);

    if (database == NULL)
        abort();
    database->database.kind = &database_postgresql;
    database->connection = PQconnectdb(where);
    PQsetNoticeProcessor(database->connection, say_nothing, NULL);
    if (PQstatus(database->connection) == CONNECTION_OK)
        return &database->database;
    fail(&database->database, "connecting", NULL);
    postgresql_close(&database->database);
    return NULL;
}

/* A server that ends says so first, and then ends the connection: that is heard with the second
 * look. */
static bool is_connected(const struct postgresql_database *database)
{
    PQconsumeInput(database->connection);
    PQconsumeInput(database->connection);
    return PQstatus(database->connection) == CONNECTION_OK;
}

/* What was prepared went with the old connection. */
static void connect_again(struct postgresql_database *database)
{
    PQreset(database->connection);
    for (size_t i = 0; i < STATEMENT_COUNT; i++)
        database->queries[i].prepared = false;
}

static bool prepare(struct database *database, enum statement which)
{
    const char *sql = dialect[which] != NULL ? dialect[which] : statement_sql(which);
    char text[SQL_SIZE];
    PGresult *result;
    bool good;

    snprintf(text, sizeof text, "%s", sql);
    for (char *mark = strchr(text, '?'); mark != NULL; mark = strchr(mark, '?'))
        *mark = '$';
    result = PQprepare(own(database)->connection, statement_name(which), text, 0, NULL);
    good = is_good(result);
    if (!good)
        fail(database, statement_name(which), result);
    PQclear(result);
    own(database)->queries[which].prepared = good;
    return good;
}

static PGresult *ask(struct database *database, enum statement which, const struct value *values,
                     size_t count)
{
    const char *texts[VALUES_MAX];
    char numbers[VALUES_MAX][NUMBER_SIZE];

    for (size_t i = 0; i < count; i++) {
        snprintf(numbers[i], NUMBER_SIZE, "%lld", values[i].number);
        texts[i] = values[i].text != NULL ? values[i].text : numbers[i];
    }
    return PQexecPrepared(own(database)->connection, statement_name(which), (int)count, texts, NULL,
                          NULL, 0);
}

static struct query *postgresql_query(struct database *database, enum statement which,
                                      const struct value *values, size_t count)
{
    struct postgresql_query *query = &own(database)->queries[which];

    query->query.kind = &database_postgresql;
    if (!is_connected(own(database)))
        connect_again(own(database));
    if (!query->prepared && !prepare(database, which))
        return NULL;
    PQclear(query->result);
    query->result = ask(database, which, values, count);
    query->row = -1;
    /* A transaction in which something failed ends in ROLLBACK, also when COMMIT was said. */
    if (!is_good(query->result) ||
        (which == COMMIT_WRITE && strcmp(PQcmdStatus(query->result), "COMMIT") != 0)) {
        fail(database, statement_name(which), query->result);
        postgresql_end(&query->query);
        return NULL;
    }
    own(database)->changes = strtoll(PQcmdTuples(query->result), NULL, 10);
    return &query->query;
}

static enum row postgresql_next(struct database *database, struct query *query)
{
    struct postgresql_query *read = (struct postgresql_query *)query;

    (void)database;
    if (++read->row < PQntuples(read->result))
        return ROW_READ;
    postgresql_end(query);
    return ROW_NONE;
}

static const char *postgresql_text(struct query *query, int column)
{
    const struct postgresql_query *read = (const struct postgresql_query *)query;

    return PQgetisnull(read->result, read->row, column)
               ? NULL
               : PQgetvalue(read->result, read->row, column);
}

static long long postgresql_changes(struct database *database)
{
    return own(database)->changes;
}

static long long postgresql_last_id(struct database *database)
{
    PGresult *result = PQexec(own(database)->connection, "SELECT lastval()");
    long long id = PQntuples(result) == 1 ? strtoll(PQgetvalue(result, 0, 0), NULL, 10) : 0;

    PQclear(result);
    return id;
}

static bool postgresql_in_transaction(struct database *database)
{
    PGTransactionStatusType status = PQtransactionStatus(own(database)->connection);

    return status == PQTRANS_INTRANS || status == PQTRANS_INERROR;
}

const struct database_kind database_postgresql = {
    .open = postgresql_open,
    .close = postgresql_close,
    .execute = postgresql_execute,
    .query = postgresql_query,
    .next = postgresql_next,
    .end = postgresql_end,
    .text = postgresql_text,
    .changes = postgresql_changes,
    .last_id = postgresql_last_id,
    .in_transaction = postgresql_in_transaction,
};

#else

static struct database *nothing_open(const char *where)
{
    (void)where;
    fputs("shop: this shop was built without libpq, so that there is no postgresql: store\n",
          stderr);
    return NULL;
}

const struct database_kind database_postgresql = {.open = nothing_open};

#endif
