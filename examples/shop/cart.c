/* SPDX-License-Identifier: MIT */
/*
 * The cart: for people by forms, for programs by JSON. Reads and writes session's cart_line and
 * reads product; never touches orders.
 */
#include "examples/shop/reply.h"
#include "examples/shop/shop.h"
#include "examples/shop/template.h"

#include <event2/buffer.h>
#include <jansson.h>
#include <stdio.h>

enum { QUANTITY_MAX = 1000000, SENTENCE_SIZE = 200 };

struct line {
    long long product, price, quantity;
    char slug[64], name[96], category[16];
};

static struct query *open_lines(struct visit *visit)
{
    return database_query(visit->shop->database, CART_LINES, "t", visit->session);
}

static enum row next_line(struct visit *visit, struct query *query, struct line *line)
{
    enum row row = database_next(visit->shop->database, query);

    if (row == ROW_READ) {
        line->product = database_integer(query, 0);
        database_text(query, 1, line->slug, sizeof line->slug);
        database_text(query, 2, line->name, sizeof line->name);
        database_text(query, 3, line->category, sizeof line->category);
        line->price = database_integer(query, 4);
        line->quantity = database_integer(query, 5);
    }
    return row;
}

static void add_row(struct visit *visit, struct evbuffer *page, const struct line *line)
{
    char sum[MONEY_SIZE];

    html_add(page, "<tr><td>");
    page_picture(page, line->category, line->product);
    html_add(page,
             "<a href=\"/p/%s\">%s</a></td><td class=\"number\">%lld</td>"
             "<td class=\"number\">%s €</td><td>\n<form method=\"post\" action=\"/cart/remove\">\n",
             line->slug, line->name, line->quantity, money_text(line->price * line->quantity, sum));
    page_csrf(visit, page);
    html_add(page,
             "<input type=\"hidden\" name=\"product\" value=\"%lld\">\n"
             "<button class=\"quiet\" type=\"submit\" aria-label=\"Remove %s\">Remove</button>\n"
             "</form></td></tr>\n",
             line->product, line->name);
}

static void add_foot(struct evbuffer *page, long long total)
{
    char sum[MONEY_SIZE];

    html_add(page,
             "</tbody><tfoot><tr><th scope=\"row\" colspan=\"2\">Total</th>"
             "<td class=\"number total\">%s €</td><td></td></tr></tfoot></table>\n"
             "<p><a class=\"button\" href=\"/checkout\">Go to checkout</a></p>\n",
             money_text(total, sum));
}

void cart_page(struct visit *visit)
{
    struct evbuffer *page = page_begin(visit, "Your cart");
    struct query *query = open_lines(visit);
    struct line line;
    long long total = 0;
    bool any = false;
    enum row row;

    html_add(page, "<h1>Your cart</h1>\n");
    while ((row = next_line(visit, query, &line)) == ROW_READ) {
        if (!any)
            html_add(page,
                     "<table class=\"lines\"><thead><tr><th>Product</th>"
                     "<th class=\"number\">Quantity</th><th class=\"number\">Sum</th><th></th>"
                     "</tr></thead><tbody>\n");
        any = true;
        total += line.price * line.quantity;
        add_row(visit, page, &line);
    }
    if (row == ROW_FAILED) {
        evbuffer_free(page);
        visit_fail_database(visit);
        return;
    }
    if (any)
        add_foot(page, total);
    else
        html_add(page, "<p>Your cart is empty.</p>"
                       "<p><a class=\"button\" href=\"/products\">Find something nice</a></p>\n");
    page_send(visit, 200, page);
}

/* False when the visit was refused: no such product, or not as many of it. */
static bool has_room(struct visit *visit, long long product, long long quantity)
{
    struct database *database = visit->shop->database;
    char name[96] = "", sentence[SENTENCE_SIZE];
    long long stock = 0, wanted = 0;
    struct query *query = database_query(database, CART_ROOM, "ti", visit->session, product);
    enum row row = database_next(database, query);

    if (row == ROW_READ) {
        database_text(query, 0, name, sizeof name);
        stock = database_integer(query, 1);
        wanted = database_integer(query, 2) + quantity;
        database_end(query);
    }
    if (row == ROW_FAILED) {
        visit_fail_database(visit);
    } else if (row == ROW_NONE) {
        visit_fail(visit, 404, "We do not sell this product, or no longer.");
    } else if (wanted > stock) {
        snprintf(sentence, sizeof sentence, "%s is out of stock: you want %lld, we have %lld.",
                 name, wanted, stock);
        visit_fail(visit, 409, sentence);
    }
    return row == ROW_READ && wanted <= stock;
}

/* False when the visit was refused. */
static bool add_to_cart(struct visit *visit, long long product, long long quantity)
{
    if (quantity < 1 || quantity > QUANTITY_MAX) {
        visit_fail(visit, 422, "The quantity must be between 1 and 1000000.");
        return false;
    }
    if (!has_room(visit, product, quantity))
        return false;
    if (!session_start(visit) ||
        !database_run(visit->shop->database, CART_ADD, "tii", visit->session, product, quantity)) {
        visit_fail_database(visit);
        return false;
    }
    return true;
}

void cart_add(struct visit *visit)
{
    long long product, quantity;

    if (!text_to_number(visit_parameter(visit, "product"), &product) ||
        !text_to_number(visit_parameter(visit, "quantity"), &quantity))
        visit_fail(visit, 422, "Which product, and how many of it? Both must be numbers above 0.");
    else if (add_to_cart(visit, product, quantity))
        visit_redirect(visit, "/cart");
}

void cart_remove(struct visit *visit)
{
    long long product;

    if (!text_to_number(visit_parameter(visit, "product"), &product))
        visit_fail(visit, 422, "Which product? It must be a number above 0.");
    else if (!database_run(visit->shop->database, CART_REMOVE, "ti", visit->session, product))
        visit_fail_database(visit);
    else
        visit_redirect(visit, "/cart");
}

static void reply_cart(struct visit *visit, int status)
{
    struct evbuffer *body = template_create();
    struct query *query = open_lines(visit);
    struct line line;
    long long total = 0, count = 0;
    char price[MONEY_SIZE], sum[MONEY_SIZE];
    enum row row;

    json_add(body, "{\"items\":[");
    while ((row = next_line(visit, query, &line)) == ROW_READ) {
        json_add(body,
                 "%s{\"product\":%lld,\"slug\":\"%s\",\"name\":\"%s\",\"quantity\":%lld,"
                 "\"price\":%s,\"sum\":%s}",
                 count == 0 ? "" : ",", line.product, line.slug, line.name, line.quantity,
                 money_text(line.price, price), money_text(line.price * line.quantity, sum));
        count += line.quantity;
        total += line.price * line.quantity;
    }
    if (row == ROW_FAILED) {
        evbuffer_free(body);
        visit_fail_database(visit);
        return;
    }
    json_add(body, "],\"count\":%lld,\"total\":%s}\n", count, money_text(total, sum));
    reply_json(visit->request, status, body);
}

void cart_api_read(struct visit *visit)
{
    reply_cart(visit, 200);
}

void cart_api_add(struct visit *visit)
{
    json_t *json = request_json(visit->request);
    json_int_t product, quantity;

    if (json == NULL)
        return;
    if (json_unpack(json, "{s:I, s:I}", "product", &product, "quantity", &quantity) != 0)
        visit_fail(visit, 422, "product and quantity must be whole numbers");
    else if (add_to_cart(visit, product, quantity))
        reply_cart(visit, 201);
    json_decref(json);
}

void cart_api_empty(struct visit *visit)
{
    if (database_run(visit->shop->database, CART_EMPTY, "t", visit->session))
        reply_cart(visit, 200);
    else
        visit_fail_database(visit);
}
