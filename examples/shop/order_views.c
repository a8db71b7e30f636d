/* SPDX-License-Identifier: MIT */
/*
 * Orders as seen from outside: the page, and the JSON to read, find and cancel them. A customer's
 * orders are for the customer alone. Of guests' orders, whoever knows a number or an e-mail address
 * may ask: a real shop would demand a proof.
 */
#include "examples/shop/orders.h"
#include "examples/shop/reply.h"
#include "examples/shop/shop.h"
#include "examples/shop/template.h"

#include <event2/buffer.h>
#include <stdio.h>
#include <string.h>

enum { TITLE_SIZE = 40 }; /* of the longest title and the longest path */

/* Sessions are looked at for a customer's order only: a guest's needs no table but the orders'. */
static enum row check_owner(struct visit *visit, const struct order *order)
{
    if (order->customer == 0)
        return ROW_READ;
    if (!session_load(visit))
        return ROW_FAILED;
    return order->customer == visit->customer ? ROW_READ : ROW_NONE;
}

/* Reads the order of that number. False when the visit was refused. */
static bool read_order(struct visit *visit, const char *number, struct order *order)
{
    long long id;
    enum row row = ROW_NONE;

    if (text_to_number(number, &id))
        row = orders_read(visit->shop->database, id, order);
    if (row == ROW_READ)
        row = check_owner(visit, order);
    if (row == ROW_FAILED)
        visit_fail_database(visit);
    else if (row == ROW_NONE)
        visit_fail(visit, 404, "There is no such order.");
    return row == ROW_READ;
}

static bool add_rows(struct visit *visit, struct evbuffer *page, long long id)
{
    struct database *database = visit->shop->database;
    struct query *query = orders_lines(database, id);
    struct order_line line;
    char sum[MONEY_SIZE];
    enum row row;

    while ((row = orders_next_line(database, query, &line)) == ROW_READ)
        html_add(
            page,
            "<tr><td>%s</td><td class=\"number\">%lld</td><td class=\"number\">%s €</td></tr>\n",
            line.name, line.quantity, money_text(line.price * line.quantity, sum));
    return row == ROW_NONE;
}

static void add_cancel_form(struct visit *visit, struct evbuffer *page, const struct order *order)
{
    if (!visit->has_session || strcmp(order->state, "confirmed") != 0)
        return;
    html_add(page, "<form method=\"post\" action=\"/orders/cancel\">\n");
    page_csrf(visit, page);
    html_add(page,
             "<input type=\"hidden\" name=\"order\" value=\"%lld\">\n"
             "<button class=\"quiet\" type=\"submit\">Cancel this order</button>\n</form>\n",
             order->id);
}

void order_page(struct visit *visit)
{
    struct order order;
    char title[TITLE_SIZE], total[MONEY_SIZE];
    struct evbuffer *page;

    if (!read_order(visit, visit->argument, &order))
        return;
    snprintf(title, sizeof title, "Order %lld", order.id);
    page = page_begin(visit, title);
    html_add(
        page,
        "<h1>%s</h1>\n<p>State: <strong class=\"state\">%s</strong></p>\n"
        "<p>Thank you, %s. The bill goes to %s, the parcel to:</p>\n"
        "<p class=\"address\">%s</p>\n<table class=\"lines\"><thead><tr><th>Product</th>"
        "<th class=\"number\">Quantity</th><th class=\"number\">Sum</th></tr></thead><tbody>\n",
        title, order.state, order.name, order.email, order.address);
    if (!add_rows(visit, page, order.id)) {
        evbuffer_free(page);
        visit_fail_database(visit);
        return;
    }
    html_add(page,
             "</tbody><tfoot><tr><th scope=\"row\" colspan=\"2\">Total</th>"
             "<td class=\"number total\">%s €</td></tr></tfoot></table>\n",
             money_text(order.total, total));
    add_cancel_form(visit, page, &order);
    page_send(visit, 200, page);
}

/* The members that a list and a single order have in common, without the closing brace. */
static void add_order(struct evbuffer *body, const struct order *order)
{
    char total[MONEY_SIZE];

    json_add(body,
             "{\"id\":%lld,\"state\":\"%s\",\"total\":%s,\"email\":\"%s\",\"name\":\"%s\","
             "\"address\":\"%s\",\"payment\":\"%s\",\"placed\":\"%s\"",
             order->id, order->state, money_text(order->total, total), order->email, order->name,
             order->address, order->method, order->placed);
}

static bool add_lines(struct database *database, struct evbuffer *body, long long id)
{
    struct query *query = orders_lines(database, id);
    struct order_line line;
    char price[MONEY_SIZE];
    const char *separator = "";
    enum row row;

    while ((row = orders_next_line(database, query, &line)) == ROW_READ) {
        json_add(body, "%s{\"product\":%lld,\"name\":\"%s\",\"quantity\":%lld,\"price\":%s}",
                 separator, line.product, line.name, line.quantity, money_text(line.price, price));
        separator = ",";
    }
    return row == ROW_NONE;
}

static void reply_order(struct visit *visit, int status, const struct order *order)
{
    struct evbuffer *body = template_create();

    add_order(body, order);
    json_add(body, ",\"lines\":[");
    if (add_lines(visit->shop->database, body, order->id)) {
        json_add(body, "]}\n");
        reply_json(visit->request, status, body);
    } else {
        evbuffer_free(body);
        visit_fail_database(visit);
    }
}

void order_api_reply(struct visit *visit, int status, long long id)
{
    struct order order;

    if (orders_read(visit->shop->database, id, &order) == ROW_READ)
        reply_order(visit, status, &order);
    else
        visit_fail_database(visit);
}

void order_api_read(struct visit *visit)
{
    struct order order;

    if (read_order(visit, visit->argument, &order))
        reply_order(visit, 200, &order);
}

void order_api_list(struct visit *visit)
{
    const char *email = visit_parameter(visit, "email");

    if (text_is_email(email))
        order_api_reply_list(visit, orders_by_email(visit->shop->database, email));
    else
        visit_fail(visit, 422, "which e-mail address?");
}

void order_api_reply_list(struct visit *visit, struct query *query)
{
    struct database *database = visit->shop->database;
    struct evbuffer *body = template_create();
    const char *separator = "";
    struct order order;
    enum row row;

    json_add(body, "{\"orders\":[");
    while ((row = orders_next(database, query, &order)) == ROW_READ) {
        json_add(body, "%s", separator);
        add_order(body, &order);
        json_add(body, "}");
        separator = ",";
    }
    if (row == ROW_FAILED) {
        evbuffer_free(body);
        visit_fail_database(visit);
        return;
    }
    json_add(body, "]}\n");
    reply_json(visit->request, 200, body);
}

/* False when the visit was refused. */
static bool cancel(struct visit *visit, const char *number, struct order *order)
{
    enum row row;

    if (!read_order(visit, number, order))
        return false;
    row = orders_cancel(visit->shop->database, order->id);
    if (row == ROW_FAILED)
        visit_fail_database(visit);
    else if (row == ROW_NONE)
        visit_fail(visit, 404, "There is no such order that could be cancelled.");
    return row == ROW_READ;
}

void order_cancel(struct visit *visit)
{
    char location[TITLE_SIZE];
    struct order order;

    if (!cancel(visit, visit_parameter(visit, "order"), &order))
        return;
    snprintf(location, sizeof location, "/orders/%lld", order.id);
    visit_redirect(visit, location);
}

void order_api_cancel(struct visit *visit)
{
    struct evbuffer *body;
    struct order order;

    if (!cancel(visit, visit->argument, &order))
        return;
    body = template_create();
    json_add(body, "{\"id\":%lld,\"state\":\"cancelled\"}\n", order.id);
    reply_json(visit->request, 200, body);
}
