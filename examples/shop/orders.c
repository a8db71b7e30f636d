/* SPDX-License-Identifier: MIT */
/*
 * The life of an order: every state change and the stock that goes with it. Called by checkout.c
 * and order_views.c; knows no request.
 */
#include "examples/shop/orders.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static enum reservation check_stock(struct database *database, const char *session,
                                    char shortage[static SHORTAGE_SIZE])
{
    struct query *query = database_query(database, CART_SHORTAGE, "t", session);
    enum row row = database_next(database, query);
    char name[96];

    if (row == ROW_READ) {
        database_text(query, 0, name, sizeof name);
        snprintf(shortage, SHORTAGE_SIZE, "%s is out of stock: only %lld left.", name,
                 database_integer(query, 1));
        database_end(query);
        return RESERVE_SHORT;
    }
    return row == ROW_NONE ? RESERVED : RESERVE_FAILED;
}

static bool read_total(struct database *database, struct order *order)
{
    struct order stored;

    if (orders_read(database, order->id, &stored) != ROW_READ)
        return false;
    order->total = stored.total;
    return true;
}

static enum reservation reserve(struct database *database, const char *session, struct order *order,
                                char shortage[static SHORTAGE_SIZE])
{
    enum reservation reservation = check_stock(database, session, shortage);

    if (reservation != RESERVED)
        return reservation;
    if (!database_run(database, ORDER_ADD, "tttttii", session, order->email, order->name,
                      order->address, order->method, (long long)time(NULL), order->customer))
        return RESERVE_FAILED;
    if (database_changes(database) == 0)
        return RESERVE_EMPTY;
    order->id = database_last_id(database);
    if (database_run(database, ORDER_LINES_ADD, "ti", session, order->id) &&
        database_run(database, STOCK_TAKE, "i", order->id) &&
        database_run(database, CART_EMPTY, "t", session) && read_total(database, order))
        return RESERVED;
    return RESERVE_FAILED;
}

enum reservation orders_reserve(struct database *database, const char *session, struct order *order,
                                char shortage[static SHORTAGE_SIZE])
{
    enum reservation reservation;

    if (!database_begin(database))
        return RESERVE_FAILED;
    reservation = reserve(database, session, order, shortage);
    if (reservation == RESERVED)
        return database_commit(database) ? RESERVED : RESERVE_FAILED;
    database_rollback(database);
    return reservation;
}

/* False when the order is not in state `from`: then somebody else has moved it. */
static bool move(struct database *database, long long id, const char *from, const char *to)
{
    return database_run(database, ORDER_MOVE, "itt", id, from, to) &&
           database_changes(database) == 1;
}

bool orders_confirm(struct database *database, long long id)
{
    return move(database, id, "pending", "confirmed");
}

/* A session of "" is nobody's, so that no cart gets the lines back. */
static bool undo(struct database *database, long long id, const char *from, const char *to,
                 const char *session)
{
    if (!database_begin(database))
        return false;
    if (move(database, id, from, to) && database_run(database, STOCK_RETURN, "i", id) &&
        database_run(database, CART_RESTORE, "it", id, session))
        return database_commit(database);
    database_rollback(database);
    return false;
}

bool orders_release(struct database *database, long long id, const char *state, const char *session)
{
    return undo(database, id, "pending", state, session);
}

void orders_release_abandoned(struct database *database)
{
    long long limit = (long long)time(NULL) - PENDING_SECONDS;
    struct query *query;
    long long id;

    do {
        query = database_query(database, ORDER_ABANDONED, "i", limit);
        if (database_next(database, query) != ROW_READ)
            return;
        id = database_integer(query, 0);
        database_end(query);
        fprintf(stderr, "shop: order %lld was left pending: released\n", id);
    } while (undo(database, id, "pending", "failed", ""));
}

enum row orders_cancel(struct database *database, long long id)
{
    struct order order;
    enum row row = orders_read(database, id, &order);

    if (row != ROW_READ || strcmp(order.state, "cancelled") == 0)
        return row;
    if (strcmp(order.state, "confirmed") != 0)
        return ROW_NONE;
    return undo(database, id, "confirmed", "cancelled", "") ? ROW_READ : ROW_FAILED;
}

enum row orders_read(struct database *database, long long id, struct order *order)
{
    struct query *query = database_query(database, ORDER_READ, "i", id);
    enum row row = orders_next(database, query, order);

    if (row == ROW_READ)
        database_end(query);
    return row;
}

struct query *orders_by_email(struct database *database, const char *email)
{
    return database_query(database, ORDER_LIST, "ti", email, (long long)ORDERS_MAX);
}

struct query *orders_of_customer(struct database *database, long long customer)
{
    return database_query(database, ORDER_HISTORY, "ii", customer, (long long)ORDERS_MAX);
}

static void write_time(long long seconds, char *text, size_t size)
{
    time_t time = (time_t)seconds;
    struct tm parts;

    gmtime_r(&time, &parts);
    strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

enum row orders_next(struct database *database, struct query *query, struct order *order)
{
    enum row row = database_next(database, query);

    if (row == ROW_READ) {
        order->id = database_integer(query, 0);
        database_text(query, 1, order->state, sizeof order->state);
        database_text(query, 2, order->email, sizeof order->email);
        database_text(query, 3, order->name, sizeof order->name);
        database_text(query, 4, order->address, sizeof order->address);
        database_text(query, 5, order->method, sizeof order->method);
        order->total = database_integer(query, 6);
        write_time(database_integer(query, 7), order->placed, sizeof order->placed);
        order->customer = database_integer(query, 8);
    }
    return row;
}

struct query *orders_lines(struct database *database, long long id)
{
    return database_query(database, ORDER_LINES, "i", id);
}

enum row orders_next_line(struct database *database, struct query *query, struct order_line *line)
{
    enum row row = database_next(database, query);

    if (row == ROW_READ) {
        line->product = database_integer(query, 0);
        database_text(query, 1, line->name, sizeof line->name);
        line->price = database_integer(query, 2);
        line->quantity = database_integer(query, 3);
    }
    return row;
}
