/* SPDX-License-Identifier: MIT */
/*
 * The shop's database, a file of SQLite's or a PostgreSQL server: opening, prepared statements,
 * transactions, errors. A failure is logged where it happens; the caller only learns that it
 * failed, as a production shop tells no more.
 */
#ifndef SHOP_DATABASE_H
#define SHOP_DATABASE_H

#include "examples/shop/statements.h"

#include <stdbool.h>
#include <stddef.h>

struct database;
struct query; /* one under way */

enum row { ROW_READ, ROW_NONE, ROW_FAILED };

/* `sqlite:FILE` or only the file, or `postgresql:` and what libpq knows as a connection string. A
 * new one gets its tables and its products. NULL, and a line on stderr, when that fails. */
struct database *database_open(const char *store);
void database_close(struct database *database); /* takes NULL */

bool database_is_postgresql(const struct database *database);
const char *database_problem(const struct database *database); /* its words for the last one */

/* Binds one value a letter of `types`: t a text, i a long long. The result is NULL when that
 * fails, which database_next and database_end take. */
struct query *database_query(struct database *database, enum statement which, const char *types,
                             ...);
enum row database_next(struct database *database, struct query *query);

/* Must follow a query that was not read up to ROW_NONE: an open query keeps the file locked. */
void database_end(struct query *query);

void database_text(struct query *query, int column, char *text, size_t size);
long long database_integer(struct query *query, int column);

bool database_run(struct database *database, enum statement which, const char *types, ...);
long long database_changes(struct database *database); /* rows that the last run changed */
long long database_last_id(struct database *database);

bool database_begin(struct database *database);
bool database_commit(struct database *database); /* rolls back when it fails */
void database_rollback(struct database *database);

/* schema.c: called once by database_open. */
bool schema_create(struct database *database);
bool database_execute(struct database *database, const char *sql);

#endif
