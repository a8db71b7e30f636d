/* SPDX-License-Identifier: MIT */
/*
 * Customers, in the database only: who has signed up, and by which password. Reads and writes the
 * table customer; knows no request.
 */
#ifndef SHOP_CUSTOMERS_H
#define SHOP_CUSTOMERS_H

#include "examples/shop/shop.h"

struct customer {
    long long id;
    char email[EMAIL_MAX + 1], name[NAME_MAX_LENGTH + 1], address[ADDRESS_MAX + 1];
};

/* What is wrong with what somebody gave to sign up. NULL if nothing is: then `customer` has it. */
const char *customers_fill(struct customer *customer, const char *email, const char *name,
                           const char *address, const char *password);

/* ROW_READ, and the id is set; ROW_NONE when somebody has this e-mail address. */
enum row customers_add(struct database *database, struct customer *customer, const char *password);

enum row customers_read(struct database *database, long long id, struct customer *customer);

/* ROW_NONE when the e-mail address or the password is wrong; which of the two is not told, neither
 * by the time that it takes. */
enum row customers_find(struct database *database, const char *email, const char *password,
                        struct customer *customer);

/* Ends the customer's sessions, too. The orders stay: the books want them. */
bool customers_remove(struct database *database, long long id);

#endif
