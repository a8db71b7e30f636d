/* SPDX-License-Identifier: MIT */
/*
 * Searching the catalogue, for people and as JSON. The words are the visitor's, the finding is the
 * database's. Reads the table product and no other.
 */
#include "examples/shop/reply.h"
#include "examples/shop/shop.h"
#include "examples/shop/template.h"

#include <event2/buffer.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* The words as a JSON list, which the query takes apart again. The caller frees it. */
static char *list_words(const char *text)
{
    static const char blanks[] = " \t\r\n";
    json_t *list = json_array();
    char *words;

    while (*(text += strspn(text, blanks)) != '\0') {
        size_t length = strcspn(text, blanks);
        json_array_append_new(list, json_stringn(text, length));
        text += length;
    }
    words = json_dumps(list, JSON_COMPACT);
    json_decref(list);
    if (words == NULL)
        abort();
    return words;
}

/* Adds what is found to `out`. False when the database failed. */
static bool search(struct visit *visit, const char *text, struct evbuffer *out, long long *count)
{
    char *words = list_words(text);
    bool complete = catalogue_add(
        visit,
        database_query(visit->shop->database, PRODUCT_SEARCH, "ti", words, (long long)PRODUCTS_MAX),
        out, count);

    free(words);
    return complete;
}

/* Not empty, and of words that a product could have. */
static bool is_searchable(const char *text)
{
    return text_is_clean(text, SEARCH_MAX) && text[strspn(text, " \t\r\n")] != '\0';
}

static void add_form(struct evbuffer *page, const char *text)
{
    html_add(page,
             "<h1>Search</h1>\n<form class=\"sheet\" action=\"/search\">\n"
             "<label>What are you looking for? <input type=\"search\" name=\"q\" value=\"%s\" "
             "maxlength=\"%d\" required></label>\n<button type=\"submit\">Search</button>\n"
             "</form>\n",
             text, SEARCH_MAX);
}

static void add_found(struct evbuffer *page, struct evbuffer *cards, const char *text,
                      long long count)
{
    if (count == 0) {
        html_add(page,
                 "<p class=\"found\">Nothing found for <q>%s</q>.</p>\n"
                 "<p><a class=\"button\" href=\"/products\">See all products</a></p>\n",
                 text);
        return;
    }
    html_add(page,
             "<p class=\"found\"><strong>%lld</strong> found for <q>%s</q></p>\n"
             "<ul class=\"cards\">\n",
             count, text);
    evbuffer_add_buffer(page, cards);
    html_add(page, "</ul>\n");
}

void search_page(struct visit *visit)
{
    const char *text = visit_parameter(visit, "q");
    struct evbuffer *page, *cards;
    long long count;

    if (text[0] != '\0' && !is_searchable(text)) {
        visit_fail(visit, 422, "We cannot search for this. Please try a word or two.");
        return;
    }
    cards = template_create();
    if (text[0] != '\0' && !search(visit, text, cards, &count)) {
        visit_fail_database(visit);
    } else {
        page = page_begin(visit, "Search");
        add_form(page, text);
        if (text[0] != '\0')
            add_found(page, cards, text, count);
        page_send(visit, 200, page);
    }
    evbuffer_free(cards);
}

void search_api(struct visit *visit)
{
    const char *text = visit_parameter(visit, "q");
    struct evbuffer *items, *body;
    long long count;

    if (!is_searchable(text)) {
        visit_fail(visit, 422, "q must be the words to search for");
        return;
    }
    items = template_create();
    if (search(visit, text, items, &count)) {
        body = template_create();
        json_add(body, "{\"query\":\"%s\",\"count\":%lld,\"items\":[", text, count);
        evbuffer_add_buffer(body, items);
        json_add(body, "]}\n");
        reply_json(visit->request, 200, body);
    } else {
        visit_fail_database(visit);
    }
    evbuffer_free(items);
}
