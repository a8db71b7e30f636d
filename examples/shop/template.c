/* SPDX-License-Identifier: MIT */
/*
 * Writing HTML and JSON into an evbuffer, by printf-like formats whose texts are escaped. Used by
 * everything that answers a request; knows nothing of requests itself.
 */
#include "examples/shop/template.h"

#include <event2/buffer.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef void escape_text(struct evbuffer *out, const char *text);

struct evbuffer *template_create(void)
{
    struct evbuffer *out = evbuffer_new();
    if (out == NULL)
        abort();
    return out;
}

static const char *html_entity(char character)
{
    switch (character) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return "&#39;";
    }
}

static void escape_html(struct evbuffer *out, const char *text)
{
    while (*text != '\0') {
        size_t plain = strcspn(text, "&<>\"'");
        evbuffer_add(out, text, plain);
        text += plain;
        if (*text != '\0')
            evbuffer_add_printf(out, "%s", html_entity(*text++));
    }
}

static void escape_json(struct evbuffer *out, const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char character = (unsigned char)*text;
        if (character == '"' || character == '\\')
            evbuffer_add_printf(out, "\\%c", character);
        else if (character < 0x20)
            evbuffer_add_printf(out, "\\u%04x", character);
        else
            evbuffer_add(out, text, 1);
    }
}

/* Writes the value that `directive` stands for, returns what follows the directive. */
static const char *add_value(struct evbuffer *out, escape_text *escape, const char *directive,
                             va_list *values)
{
    if (strncmp(directive, "%s", 2) == 0) {
        escape(out, va_arg(*values, const char *));
        return directive + 2;
    }
    if (strncmp(directive, "%d", 2) == 0) {
        evbuffer_add_printf(out, "%d", va_arg(*values, int));
        return directive + 2;
    }
    if (strncmp(directive, "%lld", 4) == 0) {
        evbuffer_add_printf(out, "%lld", va_arg(*values, long long));
        return directive + 4;
    }
    if (strncmp(directive, "%%", 2) == 0) {
        evbuffer_add(out, "%", 1);
        return directive + 2;
    }
    abort(); /* a format of ours that asks for what nobody needed before */
}

static void add(struct evbuffer *out, escape_text *escape, const char *format, va_list *values)
{
    while (*format != '\0') {
        size_t plain = strcspn(format, "%");
        evbuffer_add(out, format, plain);
        format += plain;
        if (*format != '\0')
            format = add_value(out, escape, format, values);
    }
}

void html_add(struct evbuffer *out, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    add(out, escape_html, format, &values);
    va_end(values);
}

void json_add(struct evbuffer *out, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    add(out, escape_json, format, &values);
    va_end(values);
}

const char *money_text(long long cents, char text[static MONEY_SIZE])
{
    snprintf(text, MONEY_SIZE, "%s%lld.%02lld", cents < 0 ? "-" : "", llabs(cents) / 100,
             llabs(cents) % 100);
    return text;
}
