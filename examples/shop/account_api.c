/* SPDX-License-Identifier: MIT */
/*
 * The account as programs use it: log in and out, sign up, read, close, and the orders. The rules
 * are those of account.c.
 */
#include "examples/shop/customers.h"
#include "examples/shop/orders.h"
#include "examples/shop/reply.h"
#include "examples/shop/shop.h"
#include "examples/shop/template.h"

#include <event2/buffer.h>
#include <jansson.h>

static void reply_customer(struct visit *visit, int status, const struct customer *customer)
{
    struct evbuffer *body = template_create();

    json_add(body, "{\"email\":\"%s\",\"name\":\"%s\",\"address\":\"%s\"}\n", customer->email,
             customer->name, customer->address);
    reply_json(visit->request, status, body);
}

/* False when the visit was refused. */
static bool read_customer(struct visit *visit, struct customer *customer)
{
    enum row row = ROW_NONE;

    if (visit->customer != 0)
        row = customers_read(visit->shop->database, visit->customer, customer);
    if (row == ROW_FAILED)
        visit_fail_database(visit);
    else if (row == ROW_NONE)
        visit_fail(visit, 403, "not logged in");
    return row == ROW_READ;
}

void account_api_read(struct visit *visit)
{
    struct customer customer;

    if (read_customer(visit, &customer))
        reply_customer(visit, 200, &customer);
}

void account_api_orders(struct visit *visit)
{
    struct customer customer;

    if (read_customer(visit, &customer))
        order_api_reply_list(visit, orders_of_customer(visit->shop->database, customer.id));
}

static void enter(struct visit *visit, int status, const struct customer *customer)
{
    if (session_enter(visit, customer->id))
        reply_customer(visit, status, customer);
    else
        visit_fail_database(visit);
}

static void log_in(struct visit *visit, const char *email, const char *password)
{
    struct customer customer;
    enum row row = customers_find(visit->shop->database, email, password, &customer);

    if (row == ROW_READ)
        enter(visit, 200, &customer);
    else if (row == ROW_NONE)
        visit_fail(visit, 403, "e-mail address or password is wrong");
    else
        visit_fail_database(visit);
}

void account_api_login(struct visit *visit)
{
    json_t *json = request_json(visit->request);
    const char *email, *password;

    if (json == NULL)
        return;
    if (json_unpack(json, "{s:s, s:s}", "email", &email, "password", &password) != 0)
        visit_fail(visit, 422, "a login needs email and password");
    else
        log_in(visit, email, password);
    json_decref(json);
}

static void reply_gone(struct visit *visit, const char *state)
{
    struct evbuffer *body = template_create();

    json_add(body, "{\"state\":\"%s\"}\n", state);
    reply_json(visit->request, 200, body);
}

/* Who was not logged in is logged out, too. */
void account_api_logout(struct visit *visit)
{
    if (session_leave(visit))
        reply_gone(visit, "logged out");
    else
        visit_fail_database(visit);
}

static void sign_up(struct visit *visit, struct customer *customer, const char *password)
{
    enum row row = customers_add(visit->shop->database, customer, password);

    if (row == ROW_READ)
        enter(visit, 201, customer);
    else if (row == ROW_NONE)
        visit_fail(visit, 409, "somebody has signed up with this e-mail address");
    else
        visit_fail_database(visit);
}

void account_api_signup(struct visit *visit)
{
    json_t *json = request_json(visit->request);
    const char *email, *name, *address, *password, *mistake;
    struct customer customer;

    if (json == NULL)
        return;
    if (json_unpack(json, "{s:s, s:s, s:s, s:s}", "email", &email, "name", &name, "address",
                    &address, "password", &password) != 0) {
        visit_fail(visit, 422, "a customer needs email, name, address and password");
    } else {
        mistake = customers_fill(&customer, email, name, address, password);
        if (mistake != NULL)
            visit_fail(visit, 422, mistake);
        else
            sign_up(visit, &customer, password);
    }
    json_decref(json);
}

void account_api_close(struct visit *visit)
{
    struct customer customer;

    if (!read_customer(visit, &customer))
        return;
    if (customers_remove(visit->shop->database, customer.id)) {
        session_forget(visit);
        reply_gone(visit, "closed");
    } else {
        visit_fail_database(visit);
    }
}
