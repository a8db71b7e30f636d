/* SPDX-License-Identifier: MIT */
/*
 * The life of an order, in the database only: reserved (state pending), then confirmed, or released
 * as declined or failed; a confirmed one may be cancelled. Stock is taken by the reservation and
 * returned by a release or a cancellation, always in one transaction with the state.
 */
#ifndef SHOP_ORDERS_H
#define SHOP_ORDERS_H

#include "examples/shop/shop.h"

enum { METHOD_SIZE = 16, STATE_SIZE = 16, PLACED_SIZE = 32, SHORTAGE_SIZE = 200 };

struct order {
    long long id, total;
    long long customer; /* 0: a guest */
    char state[STATE_SIZE], method[METHOD_SIZE], placed[PLACED_SIZE];
    char email[EMAIL_MAX + 1], name[NAME_MAX_LENGTH + 1], address[ADDRESS_MAX + 1];
};

struct order_line {
    long long product, price, quantity;
    char name[96];
};

enum reservation { RESERVED, RESERVE_EMPTY, RESERVE_SHORT, RESERVE_FAILED };

/* Makes a pending order of the session's cart, which is empty afterwards. Reads email, name,
 * address, method and customer of `order`, writes id and total. A shortage is put into a sentence.
 */
enum reservation orders_reserve(struct database *database, const char *session, struct order *order,
                                char shortage[static SHORTAGE_SIZE]);

bool orders_confirm(struct database *database, long long id);

/* `state` is "declined" or "failed". The lines go back into the cart if its session still is. */
bool orders_release(struct database *database, long long id, const char *state,
                    const char *session);

/* Releases what was left pending by a crash or by a database that failed at the wrong moment. */
void orders_release_abandoned(struct database *database);

/* ROW_READ also when it was cancelled before; ROW_NONE when there is no order that could be. */
enum row orders_cancel(struct database *database, long long id);

enum row orders_read(struct database *database, long long id, struct order *order);

/* Loops of database_next's kind over the orders of a guest's e-mail address, a customer's orders,
 * and an order's lines. */
struct query *orders_by_email(struct database *database, const char *email);
struct query *orders_of_customer(struct database *database, long long customer);
enum row orders_next(struct database *database, struct query *query, struct order *order);
struct query *orders_lines(struct database *database, long long id);
enum row orders_next_line(struct database *database, struct query *query, struct order_line *line);

#endif
