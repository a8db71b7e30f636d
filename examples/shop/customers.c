/* SPDX-License-Identifier: MIT */
/*
 * Customers in the database. See customers.h.
 */
#include "examples/shop/customers.h"

#include "examples/shop/password.h"

#include <stdio.h>

const char *customers_fill(struct customer *customer, const char *email, const char *name,
                           const char *address, const char *password)
{
    if (!text_is_email(email))
        return "This is no e-mail address.";
    if (!text_is_clean(name, NAME_MAX_LENGTH))
        return "The name is missing or too long.";
    if (!text_is_clean(address, ADDRESS_MAX))
        return "The address is missing or too long.";
    if (!text_is_clean(password, PASSWORD_MAX) || !text_is_long_enough(password, PASSWORD_MIN))
        return "The password must have 8 characters or more.";
    *customer = (struct customer){0};
    snprintf(customer->email, sizeof customer->email, "%s", email);
    snprintf(customer->name, sizeof customer->name, "%s", name);
    snprintf(customer->address, sizeof customer->address, "%s", address);
    return NULL;
}

enum row customers_add(struct database *database, struct customer *customer, const char *password)
{
    char kept[PASSWORD_KEPT_SIZE];

    password_keep(password, kept);
    if (!database_run(database, CUSTOMER_ADD, "tttt", customer->email, customer->name,
                      customer->address, kept))
        return ROW_FAILED;
    if (database_changes(database) == 0)
        return ROW_NONE;
    customer->id = database_last_id(database);
    return ROW_READ;
}

static enum row read_one(struct database *database, struct query *query, struct customer *customer,
                         char kept[static PASSWORD_KEPT_SIZE])
{
    enum row row = database_next(database, query);

    kept[0] = '\0';
    if (row == ROW_READ) {
        customer->id = database_integer(query, 0);
        database_text(query, 1, customer->email, sizeof customer->email);
        database_text(query, 2, customer->name, sizeof customer->name);
        database_text(query, 3, customer->address, sizeof customer->address);
        database_text(query, 4, kept, PASSWORD_KEPT_SIZE);
        database_end(query);
    }
    return row;
}

enum row customers_read(struct database *database, long long id, struct customer *customer)
{
    char kept[PASSWORD_KEPT_SIZE];

    return read_one(database, database_query(database, CUSTOMER_READ, "i", id), customer, kept);
}

enum row customers_find(struct database *database, const char *email, const char *password,
                        struct customer *customer)
{
    char kept[PASSWORD_KEPT_SIZE];
    enum row row =
        read_one(database, database_query(database, CUSTOMER_BY_EMAIL, "t", email), customer, kept);

    if (row == ROW_FAILED)
        return row;
    return password_is_right(password, kept) ? ROW_READ : ROW_NONE;
}

bool customers_remove(struct database *database, long long id)
{
    if (!database_begin(database))
        return false;
    if (database_run(database, SESSION_REMOVE_CUSTOMERS, "i", id) &&
        database_run(database, CUSTOMER_REMOVE, "i", id))
        return database_commit(database);
    database_rollback(database);
    return false;
}
