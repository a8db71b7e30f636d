/* SPDX-License-Identifier: MIT */
/*
 * A customer's pages: logging in and out, signing up, and the account with its orders. Reads
 * customer and session; the account alone reads orders, too.
 */
#include "examples/shop/customers.h"
#include "examples/shop/orders.h"
#include "examples/shop/password.h"
#include "examples/shop/reply.h"
#include "examples/shop/shop.h"
#include "examples/shop/template.h"

#include <event2/buffer.h>

static bool add_orders(struct visit *visit, struct evbuffer *page)
{
    struct database *database = visit->shop->database;
    struct query *query = orders_of_customer(database, visit->customer);
    char total[MONEY_SIZE];
    struct order order;
    enum row row;

    html_add(page, "<h2>Your orders</h2>\n<table class=\"lines orders\"><thead><tr><th>Order</th>"
                   "<th>Placed</th><th>Delivered to</th><th>State</th><th class=\"number\">Total"
                   "</th></tr></thead><tbody>\n");
    while ((row = orders_next(database, query, &order)) == ROW_READ)
        html_add(page,
                 "<tr id=\"order-%lld\"><td><a href=\"/orders/%lld\">%lld</a></td><td>%s</td>"
                 "<td>%s</td><td class=\"state\">%s</td><td class=\"number\">%s €</td></tr>\n",
                 order.id, order.id, order.id, order.placed, order.address, order.state,
                 money_text(order.total, total));
    html_add(page, "</tbody></table>\n");
    return row == ROW_NONE;
}

static void send_account(struct visit *visit, const struct customer *customer)
{
    struct evbuffer *page = page_begin(visit, "Your account");

    html_add(page,
             "<h1>Your account</h1>\n<p>Welcome back, <strong class=\"customer\">%s</strong>. "
             "We write to %s.</p>\n",
             customer->name, customer->email);
    if (!add_orders(visit, page)) {
        evbuffer_free(page);
        visit_fail_database(visit);
        return;
    }
    html_add(page, "<form method=\"post\" action=\"/logout\">\n");
    page_csrf(visit, page);
    html_add(page, "<button type=\"submit\">Log out</button>\n</form>\n");
    page_send(visit, 200, page);
}

void account_page(struct visit *visit)
{
    struct customer customer;
    enum row row = ROW_NONE;

    if (visit->customer != 0)
        row = customers_read(visit->shop->database, visit->customer, &customer);
    if (row == ROW_READ)
        send_account(visit, &customer);
    else if (row == ROW_NONE)
        visit_redirect(visit, "/login");
    else
        visit_fail_database(visit);
}

/* Begins a page with a form on it, above which stands what was wrong with the last try. */
static struct evbuffer *begin_form(struct visit *visit, const char *title, const char *action,
                                   const char *mistake)
{
    struct evbuffer *page = page_begin(visit, title);

    html_add(page, "<h1>%s</h1>\n", title);
    if (mistake != NULL)
        html_add(page, "<p class=\"mistake\" role=\"alert\">%s</p>\n", mistake);
    html_add(page, "<form class=\"sheet\" method=\"post\" action=\"%s\">\n", action);
    page_csrf(visit, page);
    html_add(page,
             "<label>E-mail <input type=\"email\" name=\"email\" autocomplete=\"email\" "
             "maxlength=\"%d\" value=\"%s\" required></label>\n",
             EMAIL_MAX, visit_parameter(visit, "email"));
    return page;
}

static void send_login(struct visit *visit, int status, const char *mistake)
{
    struct evbuffer *page = begin_form(visit, "Log in", "/login", mistake);

    html_add(page,
             "<label>Password <input type=\"password\" name=\"password\" "
             "autocomplete=\"current-password\" maxlength=\"%d\" required></label>\n"
             "<button type=\"submit\">Log in</button>\n</form>\n"
             "<p>New here? <a href=\"/signup\">Sign up</a></p>\n",
             PASSWORD_MAX);
    page_send(visit, status, page);
}

void account_login_page(struct visit *visit)
{
    send_login(visit, 200, NULL);
}

static void enter(struct visit *visit, const struct customer *customer)
{
    if (session_enter(visit, customer->id))
        visit_redirect(visit, "/account");
    else
        visit_fail_database(visit);
}

void account_login(struct visit *visit)
{
    struct customer customer;
    enum row row = customers_find(visit->shop->database, visit_parameter(visit, "email"),
                                  visit_parameter(visit, "password"), &customer);

    if (row == ROW_READ)
        enter(visit, &customer);
    else if (row == ROW_NONE)
        send_login(visit, 403, "E-mail address or password is wrong.");
    else
        visit_fail_database(visit);
}

void account_logout(struct visit *visit)
{
    if (session_leave(visit))
        visit_redirect(visit, "/");
    else
        visit_fail_database(visit);
}

static void send_signup(struct visit *visit, int status, const char *mistake)
{
    struct evbuffer *page = begin_form(visit, "Sign up", "/signup", mistake);

    html_add(page,
             "<label>Name <input name=\"name\" autocomplete=\"name\" maxlength=\"%d\" "
             "value=\"%s\" required></label>\n"
             "<label>Address <textarea name=\"address\" autocomplete=\"street-address\" "
             "rows=\"3\" maxlength=\"%d\" required>%s</textarea></label>\n",
             NAME_MAX_LENGTH, visit_parameter(visit, "name"), ADDRESS_MAX,
             visit_parameter(visit, "address"));
    html_add(page,
             "<label>Password <input type=\"password\" name=\"password\" "
             "autocomplete=\"new-password\" minlength=\"%d\" maxlength=\"%d\" required></label>\n"
             "<button type=\"submit\">Sign up</button>\n</form>\n",
             PASSWORD_MIN, PASSWORD_MAX);
    page_send(visit, status, page);
}

void account_signup_page(struct visit *visit)
{
    send_signup(visit, 200, NULL);
}

void account_signup(struct visit *visit)
{
    const char *password = visit_parameter(visit, "password");
    struct customer customer;
    const char *mistake =
        customers_fill(&customer, visit_parameter(visit, "email"), visit_parameter(visit, "name"),
                       visit_parameter(visit, "address"), password);

    if (mistake != NULL) {
        send_signup(visit, 422, mistake);
        return;
    }
    switch (customers_add(visit->shop->database, &customer, password)) {
    case ROW_READ:
        enter(visit, &customer);
        break;
    case ROW_NONE:
        send_signup(visit, 409, "Somebody has signed up with this e-mail address.");
        break;
    case ROW_FAILED:
        visit_fail_database(visit);
        break;
    }
}
