/* SPDX-License-Identifier: MIT */
/*
 * A connection to PostgreSQL that never blocks: libpq on the loop. One thing at a time, each with a
 * deadline of our own, for three kinds of hang ignore every timeout of the server's. Private to
 * postgresql*.c.
 */
#ifndef PROBE_POSTGRESQL_H
#define PROBE_POSTGRESQL_H

#include "monitor/probe/engine.h"

struct pg_conn;   /* libpq's */
struct pg_result; /* libpq's */
struct postgresql_target;
struct postgresql_link;

/* --- postgresql_target.c: whom to connect to ------------------------------------------------- */

/* Reads libpq's files (services), so not while other threads run. NULL with `error` set. */
struct postgresql_target *postgresql_target_read(const char *connection, struct error *error);
void postgresql_target_free(struct postgresql_target *target); /* takes NULL */

/* The host whose address is to be looked up; NULL: none (a socket's file, an address). */
const char *postgresql_target_host(const struct postgresql_target *target);

/* Starts to connect; `address`: the host's, or NULL. libpq's connection, never NULL. */
struct pg_conn *postgresql_target_connect(const struct postgresql_target *target,
                                          const char *address);

/* --- postgresql_link.c ----------------------------------------------------------------------- */

/* `answer` is filled; `rows`: what a query gave, good until it returns, or NULL. The link may be
 * closed from here. */
typedef void postgresql_done(void *data, struct engine_answer *answer,
                             const struct pg_result *rows);

/* Connects. Nothing else may be asked before `done`. */
struct postgresql_link *postgresql_link_open(struct loop *loop, struct net_vantage *vantage,
                                             const struct postgresql_target *target,
                                             duration timeout, postgresql_done *done, void *data);

/* `values` (text, as many as there are $1, $2...) must live until it returns. */
void postgresql_link_ask(struct postgresql_link *link, const char *sql, const char *const *values,
                         int value_count, duration timeout, postgresql_done *done, void *data);

/* Whether it can be asked: connected, and not lost or abandoned. Takes NULL. */
bool postgresql_link_is_open(const struct postgresql_link *link);

/* Also in the middle of something: the server may still be at it, and is left to it. Takes NULL. */
void postgresql_link_close(struct postgresql_link *link);

/* The value of a row and column; "" for NULL. */
const char *postgresql_value(const struct pg_result *rows, int row, int column);
int postgresql_row_count(const struct pg_result *rows);

#endif
