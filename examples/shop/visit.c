/* SPDX-License-Identifier: MIT */
/*
 * The ways in which every visit may end: led elsewhere, or refused, as a page for people and as a
 * problem for programs. A refusal must not need the database: it may be what is broken.
 */
#include "examples/shop/reply.h"
#include "examples/shop/shop.h"
#include "examples/shop/template.h"

#include <event2/http.h>
#include <event2/keyvalq_struct.h>

const char *visit_parameter(const struct visit *visit, const char *name)
{
    const char *value = evhttp_find_header(visit->parameters, name);
    return value == NULL ? "" : value;
}

void visit_redirect(struct visit *visit, const char *location)
{
    reply_header(visit->request, "Location", location);
    reply_header(visit->request, "Cache-Control", "no-store");
    reply_send(visit->request, 303, "text/plain", template_create());
}

static void send_refusal(struct visit *visit, int status, const char *title, const char *sentence)
{
    struct evbuffer *page = page_begin(visit, title);

    html_add(page,
             "<div class=\"notice\"><h1>%s</h1><p>%s</p>"
             "<p><a class=\"button\" href=\"/\">Back to the shop</a></p></div>\n",
             title, sentence);
    page_send(visit, status, page);
}

void visit_fail(struct visit *visit, int status, const char *sentence)
{
    if (visit->is_api)
        reply_problem(visit->request, status, sentence);
    else
        send_refusal(visit, status, reply_title(status), sentence);
}

void visit_fail_database(struct visit *visit)
{
    const char *sentence = visit->shop->show_errors
                               ? database_problem(visit->shop->database)
                               : "Something went wrong on our side. Please try again later.";

    if (visit->is_api)
        reply_problem(visit->request, 500, sentence);
    else
        send_refusal(visit, 500, "The shop has a problem", sentence);
}
