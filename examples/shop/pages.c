/* SPDX-License-Identifier: MIT */
/*
 * The frame around every page: head, navigation, foot, and the few pieces that several pages share.
 * Writes HTML, decides nothing, reads no database.
 */
#include "examples/shop/reply.h"
#include "examples/shop/shop.h"
#include "examples/shop/template.h"

#include <event2/buffer.h>

enum { TONES = 6 }; /* .tone0 to .tone5 in style.css */

static const char policy[] =
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

struct evbuffer *page_begin(struct visit *visit, const char *title)
{
    struct evbuffer *page = template_create();

    html_add(
        page,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<title>%s - Example Shoes</title>\n"
        "<link rel=\"stylesheet\" href=\"/static/style.css\">\n"
        "<link rel=\"icon\" href=\"/static/logo.svg\" type=\"image/svg+xml\">\n"
        "</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to the content</a>\n"
        "<header><nav aria-label=\"Shop\">\n<a class=\"brand\" href=\"/\">"
        "<img src=\"/static/logo.svg\" alt=\"\" width=\"36\" height=\"36\">Example Shoes</a>\n",
        title);
    for (size_t i = 0; catalogue_categories[i] != NULL; i++)
        html_add(page, "<a class=\"category\" href=\"/products?category=%s\">%s</a>\n",
                 catalogue_categories[i], catalogue_categories[i]);
    html_add(page,
             "<form class=\"search\" role=\"search\" action=\"/search\"><input type=\"search\" "
             "name=\"q\" maxlength=\"%d\" placeholder=\"Search\" aria-label=\"Search\"></form>\n"
             "<a class=\"account\" href=\"/account\">%s</a>\n"
             "<a class=\"cart\" href=\"/cart\">Cart <span class=\"count\">%lld</span></a>\n"
             "</nav></header>\n<main id=\"main\">\n",
             SEARCH_MAX, visit->customer == 0 ? "Log in" : "Account", visit->cart_count);
    return page;
}

void page_send(struct visit *visit, int status, struct evbuffer *page)
{
    html_add(page, "</main>\n<footer><p>Example Shoes sells nothing: it is a shop to be watched. "
                   "No shoe was harmed.</p></footer>\n</body>\n</html>\n");
    reply_header(visit->request, "Content-Security-Policy", policy);
    reply_header(visit->request, "Referrer-Policy", "same-origin");
    reply_header(visit->request, "Cache-Control", "no-store");
    reply_send(visit->request, status, "text/html; charset=utf-8", page);
}

void page_csrf(struct visit *visit, struct evbuffer *page)
{
    html_add(page, "<input type=\"hidden\" name=\"csrf\" value=\"%s\">\n", visit->csrf);
}

void page_picture(struct evbuffer *page, const char *category, long long product)
{
    html_add(page,
             "<svg class=\"picture tone%d\" viewBox=\"0 0 120 80\" aria-hidden=\"true\">"
             "<use href=\"/static/pictures.svg#%s\"/></svg>\n",
             (int)(product % TONES), category);
}
