/* SPDX-License-Identifier: MIT */
/*
 * From a request to its handler: the table of all routes, and what each demands before its handler
 * runs (a session, a form with the right CSRF token). This is the file to open first.
 */
#include "examples/shop/reply.h"
#include "examples/shop/shop.h"

#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

enum { ALLOWED_SIZE = 32 }; /* "GET, HEAD, POST, DELETE" */

enum demand {
    READS_SESSION = 1,
    STARTS_SESSION = 2,
    TAKES_FORM = 4,
};

struct route {
    enum evhttp_cmd_type method;
    const char *path; /* a * at the end stands for one more part of the path */
    void (*handler)(struct visit *visit);
    unsigned demands;
};

/* The JSON routes need no CSRF token: another site's form can neither send application/json nor
 * DELETE, and the cookie's SameSite=Lax keeps it at home. */
static const struct route routes[] = {
    {EVHTTP_REQ_GET, "/", catalogue_home, READS_SESSION},
    {EVHTTP_REQ_GET, "/products", catalogue_list, READS_SESSION},
    {EVHTTP_REQ_GET, "/search", search_page, READS_SESSION},
    {EVHTTP_REQ_GET, "/p/*", catalogue_product, STARTS_SESSION},
    {EVHTTP_REQ_GET, "/cart", cart_page, READS_SESSION},
    {EVHTTP_REQ_POST, "/cart", cart_add, TAKES_FORM},
    {EVHTTP_REQ_POST, "/cart/remove", cart_remove, TAKES_FORM},
    {EVHTTP_REQ_GET, "/checkout", checkout_page, READS_SESSION},
    {EVHTTP_REQ_POST, "/checkout", checkout_submit, TAKES_FORM},
    {EVHTTP_REQ_GET, "/orders/*", order_page, READS_SESSION},
    {EVHTTP_REQ_POST, "/orders/cancel", order_cancel, TAKES_FORM},
    {EVHTTP_REQ_GET, "/account", account_page, READS_SESSION},
    {EVHTTP_REQ_GET, "/login", account_login_page, STARTS_SESSION},
    {EVHTTP_REQ_POST, "/login", account_login, TAKES_FORM},
    {EVHTTP_REQ_POST, "/logout", account_logout, TAKES_FORM},
    {EVHTTP_REQ_GET, "/signup", account_signup_page, STARTS_SESSION},
    {EVHTTP_REQ_POST, "/signup", account_signup, TAKES_FORM},
    {EVHTTP_REQ_GET, "/api/products", catalogue_api_list, 0},
    {EVHTTP_REQ_GET, "/api/products/*", catalogue_api_product, 0},
    {EVHTTP_REQ_GET, "/api/search", search_api, 0},
    {EVHTTP_REQ_GET, "/api/cart", cart_api_read, READS_SESSION},
    {EVHTTP_REQ_POST, "/api/cart", cart_api_add, READS_SESSION},
    {EVHTTP_REQ_DELETE, "/api/cart", cart_api_empty, READS_SESSION},
    {EVHTTP_REQ_POST, "/api/checkout", checkout_api_submit, READS_SESSION},
    {EVHTTP_REQ_GET, "/api/orders", order_api_list, 0},
    {EVHTTP_REQ_GET, "/api/orders/*", order_api_read, 0},
    {EVHTTP_REQ_DELETE, "/api/orders/*", order_api_cancel, 0},
    {EVHTTP_REQ_POST, "/api/login", account_api_login, READS_SESSION},
    {EVHTTP_REQ_DELETE, "/api/login", account_api_logout, READS_SESSION},
    {EVHTTP_REQ_POST, "/api/account", account_api_signup, READS_SESSION},
    {EVHTTP_REQ_GET, "/api/account", account_api_read, READS_SESSION},
    {EVHTTP_REQ_DELETE, "/api/account", account_api_close, READS_SESSION},
    {EVHTTP_REQ_GET, "/api/account/orders", account_api_orders, READS_SESSION},
    {EVHTTP_REQ_GET, "/static/*", static_file, 0},
    {EVHTTP_REQ_GET, "/health", static_health, 0},
};

/* Whether the path is the route's; `argument` becomes what its * stands for. */
static bool path_matches(const char *pattern, const char *path, const char **argument)
{
    size_t fixed = strcspn(pattern, "*");

    if (pattern[fixed] == '\0')
        return strcmp(pattern, path) == 0;
    *argument = path + fixed;
    return strncmp(pattern, path, fixed) == 0 && path[fixed] != '\0' &&
           strchr(path + fixed, '/') == NULL;
}

static const char *method_name(enum evhttp_cmd_type method)
{
    if (method == EVHTTP_REQ_GET)
        return "GET, HEAD";
    return method == EVHTTP_REQ_POST ? "POST" : "DELETE";
}

/* NULL when there is none; then `allowed` lists the methods that the path has routes for. */
static const struct route *find_route(struct visit *visit, const char *path,
                                      char allowed[static ALLOWED_SIZE])
{
    enum evhttp_cmd_type method = evhttp_request_get_command(visit->request);
    size_t used = 0;

    allowed[0] = '\0';
    if (method == EVHTTP_REQ_HEAD)
        method = EVHTTP_REQ_GET;
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (path_matches(routes[i].path, path, &visit->argument)) {
            if (routes[i].method == method)
                return &routes[i];
            used += (size_t)snprintf(allowed + used, ALLOWED_SIZE - used, "%s%s",
                                     used == 0 ? "" : ", ", method_name(routes[i].method));
        }
    }
    return NULL;
}

static bool read_parameters(struct visit *visit, const struct route *route)
{
    const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(visit->request);
    const char *query = evhttp_uri_get_query(uri);
    char *body;
    int code;

    if ((route->demands & TAKES_FORM) == 0)
        return evhttp_parse_query_str(query == NULL ? "" : query, visit->parameters) == 0;
    if (!request_has_type(visit->request, "application/x-www-form-urlencoded"))
        return false;
    body = request_body(visit->request);
    code = evhttp_parse_query_str(body, visit->parameters);
    free(body);
    return code == 0;
}

static void run(struct visit *visit, const struct route *route)
{
    if (!read_parameters(visit, route)) {
        visit_fail(visit, 400, "We could not read what was sent.");
        return;
    }
    if (route->demands != 0 && !session_load(visit)) {
        visit_fail_database(visit);
        return;
    }
    if ((route->demands & STARTS_SESSION) != 0 && !session_start(visit)) {
        visit_fail_database(visit);
        return;
    }
    if ((route->demands & TAKES_FORM) != 0 &&
        !session_owns(visit, visit_parameter(visit, "csrf"))) {
        visit_fail(visit, 403, "This form is out of date. Please open the page again.");
        return;
    }
    route->handler(visit);
}

void routes_dispatch(struct evhttp_request *request, void *shop)
{
    struct evkeyvalq parameters = {0};
    struct visit visit = {.shop = shop, .request = request, .parameters = &parameters};
    const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
    const struct route *route;
    char allowed[ALLOWED_SIZE];

    TAILQ_INIT(&parameters);
    if (path == NULL)
        path = "";
    visit.is_api = strncmp(path, "/api/", strlen("/api/")) == 0;
    route = find_route(&visit, path, allowed);
    if (route != NULL) {
        run(&visit, route);
    } else if (allowed[0] != '\0') {
        reply_header(request, "Allow", allowed);
        visit_fail(&visit, 405, "This page is not used that way.");
    } else {
        visit_fail(&visit, 404, "There is nothing here.");
    }
    evhttp_clear_headers(&parameters);
}
