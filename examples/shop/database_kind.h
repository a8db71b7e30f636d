/* SPDX-License-Identifier: MIT */
/*
 * What a kind of database must be able to do. Private to database*.c: everything else uses
 * database.h.
 */
#ifndef SHOP_DATABASE_KIND_H
#define SHOP_DATABASE_KIND_H

#include "examples/shop/database.h"

enum { PROBLEM_SIZE = 256, VALUES_MAX = 8 };

/* What a ? of a statement stands for. */
struct value {
    const char *text; /* NULL: it is the number */
    long long number;
};

struct database_kind {
    struct database *(*open)(const char *where); /* NULL, and a line on stderr, when it fails */
    void (*close)(struct database *database);
    bool (*execute)(struct database *database, const char *sql);
    struct query *(*query)(struct database *database, enum statement which,
                           const struct value *values, size_t count);
    enum row (*next)(struct database *database, struct query *query);
    void (*end)(struct query *query);
    const char *(*text)(struct query *query, int column); /* NULL for SQL's NULL */
    long long (*changes)(struct database *database);
    long long (*last_id)(struct database *database);
    bool (*in_transaction)(struct database *database);
};

/* The first member of what a kind makes of it. */
struct database {
    const struct database_kind *kind;
    char problem[PROBLEM_SIZE];
};
struct query {
    const struct database_kind *kind;
};

extern const struct database_kind database_sqlite, database_postgresql;

/* Keeps the words and logs them with what failed. */
void database_fail(struct database *database, const char *what, const char *words,
                   const char *code);

const char *statement_name(enum statement which);
const char *statement_sql(enum statement which);

#endif
