/* SPDX-License-Identifier: MIT */
/* Headers and bodies of an exchange, folded below its phases. */
#include "monitor/record/message.h"
#include "reporters/page_parts.h"

#include <stdint.h>

void page_pre(struct html *html, const char *class_name, const char *label, const char *text)
{
    html_begin(html, "pre", class_name);
    html_attribute(html, "tabindex", "0");
    html_attribute(html, "role", "group");
    html_attribute(html, "aria-label", label);
    html_text(html, text);
    html_end(html);
}

static void write_headers(struct html *html, const struct message *message, const char *label)
{
    struct buffer text;
    buffer_init(&text, SIZE_MAX);
    for (size_t i = 0; i < message->header_count; i++)
        buffer_print(&text, "%s%s: %s", i > 0 ? "\n" : "", message->headers[i].name,
                     message->headers[i].value);
    page_pre(html, "headers", label, text.data);
    buffer_free(&text);
}

static void write_size(struct html *html, const struct message *message)
{
    html_begin(html, "p", "note");
    if (message->body_length == 0)
        html_print(html, "A body of %zu bytes that is no text.", message->body_size);
    else if (message->body_length < message->body_size)
        html_print(html, "The first %zu of %zu bytes:", message->body_length, message->body_size);
    else
        html_print(html, "%zu byte%s:", message->body_size, message->body_size == 1 ? "" : "s");
    html_end(html);
}

static void write_message(struct html *html, const struct message *message, const char *title,
                          const char *headers_label, const char *body_label)
{
    if (message == NULL)
        return;
    html_begin(html, "div", "message");
    html_leaf(html, "p", "title", title);
    if (message->header_count > 0)
        write_headers(html, message, headers_label);
    if (message->body_size > 0)
        write_size(html, message);
    if (message->body_length > 0)
        page_pre(html, NULL, body_label, message->body);
    html_end(html);
}

void page_messages(struct html *html, const struct exchange *exchange)
{
    if (exchange->request == NULL && exchange->answer == NULL)
        return;
    html_begin(html, "details", "wire");
    html_leaf(html, "summary", NULL, "Headers and bodies");
    write_message(html, exchange->request, "Request", "Headers of the request",
                  "Body of the request");
    if (exchange->status != 0)
        write_message(html, exchange->answer, "Answer", "Headers of the answer",
                      "Body of the answer");
    html_end(html);
}
