/* SPDX-License-Identifier: MIT */
/*
 * Buying, in three parts: one transaction reserves the stock and makes the order pending, the
 * payment provider is asked while other visitors are served, a second transaction confirms the
 * order or releases it. No lock is held while the provider thinks.
 *
 * Should the program end between the provider's yes and the second transaction, the order is
 * released later though it was paid for: a real shop would then ask the provider.
 */
#include "examples/shop/customers.h"
#include "examples/shop/orders.h"
#include "examples/shop/payment_client.h"
#include "examples/shop/reply.h"
#include "examples/shop/shop.h"
#include "examples/shop/template.h"

#include <event2/buffer.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TOKEN_MAX = 100, LOCATION_SIZE = 64 };

/* A checkout under way, while the provider is asked. */
struct checkout {
    struct visit visit;
    long long order;
};

void checkout_page(struct visit *visit)
{
    struct customer customer = {0};
    enum row row = ROW_NONE;
    struct evbuffer *page;

    if (visit->cart_count == 0) {
        visit_redirect(visit, "/cart");
        return;
    }
    /* A customer need not type what we know already. */
    if (visit->customer != 0)
        row = customers_read(visit->shop->database, visit->customer, &customer);
    if (row == ROW_FAILED) {
        visit_fail_database(visit);
        return;
    }
    page = page_begin(visit, "Checkout");
    html_add(page,
             "<h1>Checkout</h1>\n<form class=\"sheet\" method=\"post\" action=\"/checkout\">\n");
    page_csrf(visit, page);
    html_add(page,
             "<label>E-mail <input type=\"email\" name=\"email\" autocomplete=\"email\" "
             "maxlength=\"%d\" value=\"%s\" required></label>\n"
             "<label>Name <input name=\"name\" autocomplete=\"name\" maxlength=\"%d\" "
             "value=\"%s\" required></label>\n"
             "<label>Address <textarea name=\"address\" autocomplete=\"street-address\" "
             "rows=\"3\" maxlength=\"%d\" required>%s</textarea></label>\n",
             EMAIL_MAX, customer.email, NAME_MAX_LENGTH, customer.name, ADDRESS_MAX,
             customer.address);
    html_add(page,
             "<fieldset><legend>Payment</legend>\n"
             "<label class=\"choice\"><input type=\"radio\" name=\"method\" value=\"invoice\" "
             "checked> Invoice</label>\n<label class=\"choice\"><input type=\"radio\" "
             "name=\"method\" value=\"card\"> Card</label>\n"
             "<label>Card token <input name=\"token\" maxlength=\"%d\" "
             "placeholder=\"any word; decline is declined\"></label>\n</fieldset>\n"
             "<button type=\"submit\">Buy now</button>\n</form>\n",
             TOKEN_MAX);
    page_send(visit, 200, page);
}

static void reply_bought(struct checkout *checkout)
{
    char location[LOCATION_SIZE];

    snprintf(location, sizeof location, "%s/orders/%lld", checkout->visit.is_api ? "/api" : "",
             checkout->order);
    if (!checkout->visit.is_api) {
        visit_redirect(&checkout->visit, location);
    } else {
        reply_header(checkout->visit.request, "Location", location);
        order_api_reply(&checkout->visit, 201, checkout->order);
    }
}

static void on_payment(enum payment payment, void *data)
{
    struct checkout *checkout = data;
    struct visit *visit = &checkout->visit;
    struct database *database = visit->shop->database;
    bool declined = payment == PAYMENT_DECLINED;

    if (payment == PAYMENT_ACCEPTED) {
        if (orders_confirm(database, checkout->order))
            reply_bought(checkout);
        else
            visit_fail_database(visit);
    } else if (!orders_release(database, checkout->order, declined ? "declined" : "failed",
                               visit->session)) {
        visit_fail_database(visit);
    } else if (declined) {
        visit_fail(visit, 402, "payment declined");
    } else {
        visit_fail(visit, 502, "payment provider unavailable");
    }
    free(checkout);
}

static void pay(struct visit *visit, const struct order *order, const char *token)
{
    struct checkout *checkout = malloc(sizeof *checkout);

    if (checkout == NULL)
        abort();
    *checkout = (struct checkout){.visit = *visit, .order = order->id};
    checkout->visit.parameters = NULL; /* they end with the handler */
    payment_client_charge(visit->shop->payment, order->id, order->total, token, on_payment,
                          checkout);
}

/* What is wrong with what the customer gave, NULL if nothing is. */
static const char *find_mistake(const struct order *order, const char *token)
{
    if (!text_is_email(order->email))
        return "This is no e-mail address.";
    if (!text_is_clean(order->name, NAME_MAX_LENGTH))
        return "The name is missing or too long.";
    if (!text_is_clean(order->address, ADDRESS_MAX))
        return "The address is missing or too long.";
    if (strcmp(order->method, "invoice") != 0 && strcmp(order->method, "card") != 0)
        return "The payment method must be invoice or card.";
    if (!text_is_clean(token, TOKEN_MAX))
        return "A payment by card needs a token.";
    return NULL;
}

static void submit(struct visit *visit, struct order *order, const char *token)
{
    char shortage[SHORTAGE_SIZE];
    const char *mistake;

    order->customer = visit->customer;
    if (strcmp(order->method, "invoice") == 0)
        token = "invoice"; /* the provider vouches for these, too */
    mistake = find_mistake(order, token);
    if (mistake != NULL) {
        visit_fail(visit, 422, mistake);
        return;
    }
    switch (orders_reserve(visit->shop->database, visit->session, order, shortage)) {
    case RESERVED:
        pay(visit, order, token);
        break;
    case RESERVE_EMPTY:
        visit_fail(visit, 409, "The cart is empty.");
        break;
    case RESERVE_SHORT:
        visit_fail(visit, 409, shortage);
        break;
    case RESERVE_FAILED:
        visit_fail_database(visit);
        break;
    }
}

/* A text that is too long becomes "", which is refused: nothing is cut behind a customer's back. */
static void copy(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", strlen(from) < size ? from : "");
}

static void fill(struct order *order, const char *email, const char *name, const char *address)
{
    copy(order->email, sizeof order->email, email);
    copy(order->name, sizeof order->name, name);
    copy(order->address, sizeof order->address, address);
}

void checkout_submit(struct visit *visit)
{
    struct order order = {0};

    fill(&order, visit_parameter(visit, "email"), visit_parameter(visit, "name"),
         visit_parameter(visit, "address"));
    copy(order.method, sizeof order.method, visit_parameter(visit, "method"));
    submit(visit, &order, visit_parameter(visit, "token"));
}

void checkout_api_submit(struct visit *visit)
{
    json_t *json = request_json(visit->request);
    const char *email, *name, *address, *method, *token = "";
    struct order order = {0};

    if (json == NULL)
        return;
    if (json_unpack(json, "{s:s, s:s, s:s, s:{s:s, s?s}}", "email", &email, "name", &name,
                    "address", &address, "payment", "method", &method, "token", &token) != 0) {
        visit_fail(visit, 422, "a checkout needs email, name, address and payment.method");
    } else {
        fill(&order, email, name, address);
        copy(order.method, sizeof order.method, method);
        submit(visit, &order, token);
    }
    json_decref(json);
}
