/* SPDX-License-Identifier: MIT */
/*
 * What the shop's files share: the shop, one visit (a request with its session), how a visit is
 * answered, and the handlers that routes.c leads to. Read routes.c first.
 */
#ifndef SHOP_SHOP_H
#define SHOP_SHOP_H

#include "examples/shop/database.h"

#include <stdbool.h>
#include <stddef.h>

struct evbuffer; /* libevent's */
struct evhttp_request;
struct evkeyvalq;
struct payment_client;

enum {
    TOKEN_SIZE = 33, /* 128 bits in hexadecimal, and the end */
    SESSION_SECONDS = 3600,
    PENDING_SECONDS = 60, /* far longer than the payment provider may take */
    EMAIL_MAX = 254,
    NAME_MAX_LENGTH = 200,
    ADDRESS_MAX = 500,
    SEARCH_MAX = 100,  /* characters */
    PRODUCTS_MAX = 64, /* in one list */
    ORDERS_MAX = 50    /* in one list */
};

struct shop {
    struct database *database;
    struct payment_client *payment;
    int static_directory; /* descriptor */
    bool show_errors;
};

struct visit {
    struct shop *shop;
    struct evhttp_request *request;
    const char *argument;         /* the part of the path that the route's * stands for */
    struct evkeyvalq *parameters; /* of the form or the query; gone when the handler returns */
    bool is_api;                  /* answer in JSON */
    bool has_session;
    char session[TOKEN_SIZE];
    char csrf[TOKEN_SIZE];
    long long cart_count;
    long long customer; /* who has logged in; 0: nobody */
};

/* routes.c */
void routes_dispatch(struct evhttp_request *request, void *shop);

/* visit.c: each but visit_parameter ends the request */
const char *visit_parameter(const struct visit *visit, const char *name); /* or "" */
void visit_redirect(struct visit *visit, const char *location);           /* 303 */
void visit_fail(struct visit *visit, int status, const char *sentence);
void visit_fail_database(struct visit *visit);

/* pages.c */
struct evbuffer *page_begin(struct visit *visit, const char *title);
void page_send(struct visit *visit, int status, struct evbuffer *page); /* ends the request */
void page_csrf(struct visit *visit, struct evbuffer *page);
void page_picture(struct evbuffer *page, const char *category, long long product);

/* session.c */
bool session_load(struct visit *visit); /* false: the database failed */
bool session_start(struct visit *visit);
bool session_enter(struct visit *visit, long long customer); /* logs in; the cart comes along */
bool session_leave(struct visit *visit);                     /* logs out; the cart goes, too */
void session_forget(struct visit *visit); /* takes the cookie back; its row is gone */
bool session_owns(const struct visit *visit, const char *csrf);
void session_sweep(struct database *database);

/* catalogue.c */
struct product {
    long long id, price, stock;
    char slug[64], name[96], category[16], description[256];
};
extern const char *const catalogue_categories[]; /* ends with NULL */
/* Adds the products that the query finds, as cards or as JSON, separated. False when it failed. */
bool catalogue_add(struct visit *visit, struct query *query, struct evbuffer *out,
                   long long *count);
void catalogue_home(struct visit *visit);
void catalogue_list(struct visit *visit);
void catalogue_product(struct visit *visit);
void catalogue_api_list(struct visit *visit);
void catalogue_api_product(struct visit *visit);

/* search.c */
void search_page(struct visit *visit);
void search_api(struct visit *visit);

/* cart.c */
void cart_page(struct visit *visit);
void cart_add(struct visit *visit);
void cart_remove(struct visit *visit);
void cart_api_read(struct visit *visit);
void cart_api_add(struct visit *visit);
void cart_api_empty(struct visit *visit);

/* checkout.c */
void checkout_page(struct visit *visit);
void checkout_submit(struct visit *visit);
void checkout_api_submit(struct visit *visit);

/* account.c */
void account_page(struct visit *visit);
void account_login_page(struct visit *visit);
void account_login(struct visit *visit);
void account_logout(struct visit *visit);
void account_signup_page(struct visit *visit);
void account_signup(struct visit *visit);

/* account_api.c */
void account_api_read(struct visit *visit);
void account_api_orders(struct visit *visit);
void account_api_login(struct visit *visit);
void account_api_logout(struct visit *visit);
void account_api_signup(struct visit *visit);
void account_api_close(struct visit *visit);

/* order_views.c */
void order_page(struct visit *visit);
void order_cancel(struct visit *visit);
void order_api_read(struct visit *visit);
void order_api_list(struct visit *visit);
void order_api_cancel(struct visit *visit);
void order_api_reply(struct visit *visit, int status, long long id);
void order_api_reply_list(struct visit *visit, struct query *query);

/* static.c */
void static_file(struct visit *visit);
void static_health(struct visit *visit);

/* text.c */
bool text_is_clean(const char *text, size_t longest);     /* valid UTF-8, not empty, no controls */
bool text_is_long_enough(const char *text, size_t least); /* in characters; must be clean */
bool text_is_email(const char *text);
bool text_to_number(const char *text, long long *number); /* decimal digits only, above 0 */

#endif
