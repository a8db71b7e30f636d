/* SPDX-License-Identifier: MIT */
/*
 * The catalogue: home, product lists and product pages, for people and as JSON. Reads the table
 * product and no other, so it goes on working when the orders are broken.
 */
#include "examples/shop/reply.h"
#include "examples/shop/shop.h"
#include "examples/shop/template.h"

#include <event2/buffer.h>
#include <string.h>

enum { HOME_PRODUCTS = 4 };

const char *const catalogue_categories[] = {"shoes", "boots", "socks", NULL};

static void read_product(struct query *query, struct product *product)
{
    product->id = database_integer(query, 0);
    database_text(query, 1, product->slug, sizeof product->slug);
    database_text(query, 2, product->name, sizeof product->name);
    database_text(query, 3, product->category, sizeof product->category);
    database_text(query, 4, product->description, sizeof product->description);
    product->price = database_integer(query, 5);
    product->stock = database_integer(query, 6);
}

static enum row read_one(struct database *database, struct query *query, struct product *product)
{
    enum row row = database_next(database, query);

    if (row == ROW_READ) {
        read_product(query, product);
        database_end(query);
    }
    return row;
}

static enum row find_by_slug(struct database *database, const char *slug, struct product *product)
{
    return read_one(database, database_query(database, PRODUCT_BY_SLUG, "t", slug), product);
}

static void add_card(struct evbuffer *out, const struct product *product)
{
    char price[MONEY_SIZE];

    html_add(out, "<li class=\"card\"><a href=\"/p/%s\">\n", product->slug);
    page_picture(out, product->category, product->id);
    html_add(out, "<span class=\"name\">%s</span><span class=\"price\">%s €</span></a></li>",
             product->name, money_text(product->price, price));
}

static void add_json(struct evbuffer *out, const struct product *product)
{
    char price[MONEY_SIZE];

    json_add(out, "{\"id\":%lld,\"slug\":\"%s\",\"name\":\"%s\",\"category\":\"%s\",\"price\":",
             product->id, product->slug, product->name, product->category);
    json_add(out, "%s,\"stock\":%lld}", money_text(product->price, price), product->stock);
}

bool catalogue_add(struct visit *visit, struct query *query, struct evbuffer *out, long long *count)
{
    struct database *database = visit->shop->database;
    struct product product;
    enum row row;

    for (*count = 0; (row = database_next(database, query)) == ROW_READ; ++*count) {
        if (*count > 0)
            evbuffer_add(out, visit->is_api ? "," : "\n", 1);
        read_product(query, &product);
        if (visit->is_api)
            add_json(out, &product);
        else
            add_card(out, &product);
    }
    return row == ROW_NONE;
}

/* The products of one category, of all when it is "", at most `most`. */
static bool add_category(struct visit *visit, const char *category, long long most,
                         struct evbuffer *out)
{
    struct database *database = visit->shop->database;
    long long count;

    return catalogue_add(visit, database_query(database, PRODUCT_LIST, "ti", category, most), out,
                         &count);
}

static bool is_category(const char *name)
{
    for (size_t i = 0; catalogue_categories[i] != NULL; i++) {
        if (strcmp(catalogue_categories[i], name) == 0)
            return true;
    }
    return false;
}

/* The page is sent, or thrown away when the database failed in the middle of it. */
static void finish(struct visit *visit, struct evbuffer *page, bool complete)
{
    if (complete) {
        html_add(page, "</ul>\n");
        page_send(visit, 200, page);
    } else {
        evbuffer_free(page);
        visit_fail_database(visit);
    }
}

void catalogue_home(struct visit *visit)
{
    struct evbuffer *page = page_begin(visit, "Welcome");

    html_add(page, "<section class=\"hero\"><h1>Shoes for every example</h1>"
                   "<p>Sixteen good products, honest prices, delivered nowhere.</p>"
                   "<p><a class=\"button\" href=\"/products\">See all products</a></p></section>\n"
                   "<h2>Popular now</h2>\n<ul class=\"cards\">\n");
    finish(visit, page, add_category(visit, "", HOME_PRODUCTS, page));
}

void catalogue_list(struct visit *visit)
{
    const char *category = visit_parameter(visit, "category");
    const char *title = category[0] == '\0' ? "All products" : category;
    struct evbuffer *page;

    if (category[0] != '\0' && !is_category(category)) {
        visit_fail(visit, 404, "We have no such category.");
        return;
    }
    page = page_begin(visit, title);
    html_add(page, "<h1 class=\"category\">%s</h1>\n<ul class=\"cards\">\n", title);
    finish(visit, page, add_category(visit, category, PRODUCTS_MAX, page));
}

static void add_form(struct visit *visit, struct evbuffer *page, const struct product *product)
{
    if (product->stock == 0) {
        html_add(page, "<p class=\"stock\">Sold out</p>\n");
        return;
    }
    html_add(page,
             "<p class=\"stock\">%lld in stock</p>\n<form method=\"post\" action=\"/cart\">\n",
             product->stock);
    page_csrf(visit, page);
    html_add(
        page,
        "<input type=\"hidden\" name=\"product\" value=\"%lld\">\n"
        "<label>Quantity <input type=\"number\" name=\"quantity\" value=\"1\" min=\"1\" "
        "max=\"%lld\" required></label>\n<button type=\"submit\">Add to cart</button>\n</form>\n",
        product->id, product->stock);
}

void catalogue_product(struct visit *visit)
{
    struct product product;
    char price[MONEY_SIZE];
    struct evbuffer *page;
    enum row row = find_by_slug(visit->shop->database, visit->argument, &product);

    if (row == ROW_FAILED) {
        visit_fail_database(visit);
    } else if (row == ROW_NONE) {
        visit_fail(visit, 404, "We do not sell this product, or no longer.");
    } else {
        page = page_begin(visit, product.name);
        html_add(page, "<article class=\"product\">\n");
        page_picture(page, product.category, product.id);
        html_add(page, "<div><h1>%s</h1>\n<p>%s</p>\n<p class=\"price\">%s €</p>\n", product.name,
                 product.description, money_text(product.price, price));
        add_form(visit, page, &product);
        html_add(page, "</div></article>\n");
        page_send(visit, 200, page);
    }
}

void catalogue_api_list(struct visit *visit)
{
    struct evbuffer *body = template_create();

    json_add(body, "{\"items\":[");
    if (add_category(visit, visit_parameter(visit, "category"), PRODUCTS_MAX, body)) {
        json_add(body, "]}\n");
        reply_json(visit->request, 200, body);
    } else {
        evbuffer_free(body);
        visit_fail_database(visit);
    }
}

void catalogue_api_product(struct visit *visit)
{
    struct database *database = visit->shop->database;
    struct product product;
    struct evbuffer *body;
    long long id;
    enum row row = ROW_NONE;

    if (text_to_number(visit->argument, &id))
        row = read_one(database, database_query(database, PRODUCT_BY_ID, "i", id), &product);
    if (row == ROW_FAILED) {
        visit_fail_database(visit);
    } else if (row == ROW_NONE) {
        visit_fail(visit, 404, "no such product");
    } else {
        body = template_create();
        add_json(body, &product);
        json_add(body, "\n");
        reply_json(visit->request, 200, body);
    }
}
