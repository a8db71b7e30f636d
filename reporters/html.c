/* SPDX-License-Identifier: MIT */
/* One HTML writer for all pages. See html.h. */
#include "reporters/html.h"

#include "monitor/base/memory.h"
#include "reporters/text.h"

#include <libxml/xmlwriter.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct html {
    xmlTextWriter *writer;
    const char *open[HTML_DEPTH_MAX];
    size_t depth;
    const struct zone *zone;
};

static int take_bytes(void *context, const char *bytes, int length)
{
    buffer_append(context, bytes, (size_t)length); /* the buffer remembers what did not fit */
    return length;
}

static int leave_open(void *context)
{
    (void)context;
    return 0;
}

static struct html *open_writer(struct buffer *out, const char *head)
{
    struct html *html = memory_allocate(1, sizeof *html);
    xmlOutputBuffer *bytes = xmlOutputBufferCreateIO(take_bytes, leave_open, out, NULL);
    html->writer = bytes == NULL ? NULL : xmlNewTextWriter(bytes);
    if (html->writer == NULL)
        abort(); /* only for want of memory, which memory.h does not survive either */
    xmlTextWriterWriteRaw(html->writer, BAD_CAST head);
    return html;
}

struct html *html_open(struct buffer *out)
{
    return open_writer(out, "<!DOCTYPE html>\n");
}

struct html *html_open_xml(struct buffer *out)
{
    return open_writer(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
}

void html_set_zone(struct html *html, const struct zone *zone)
{
    html->zone = zone;
}

const struct zone *html_zone(const struct html *html)
{
    return html->zone;
}

void html_close(struct html *html)
{
    while (html->depth > 0)
        html_end(html);
    xmlFreeTextWriter(html->writer);
    free(html);
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* Elements that have no end tag; any other without content must have one, or HTML parsers take
 * what follows for its content. */
static bool is_void(const char *element)
{
    static const char *const names[] = {"br", "col", "hr", "img", "input", "link", "meta", "wbr"};
    return is_one_of(element, names, COUNT_OF(names));
}

/* Whether a line may end after the element without a space appearing on the page. */
static bool is_block(const char *element)
{
    static const char *const inline_names[] = {"a",    "b",      "bdi",  "code", "span",
                                               "time", "strong", "text", "title"};
    return !is_one_of(element, inline_names, COUNT_OF(inline_names));
}

void html_begin(struct html *html, const char *element, const char *class_name)
{
    if (html->depth == HTML_DEPTH_MAX)
        abort(); /* a page's own nesting, not its data, decides this */
    html->open[html->depth++] = element;
    xmlTextWriterStartElement(html->writer, BAD_CAST element);
    if (class_name != NULL)
        html_attribute(html, "class", class_name);
}

void html_end(struct html *html)
{
    const char *element = html->open[--html->depth];
    if (is_void(element))
        xmlTextWriterEndElement(html->writer);
    else
        xmlTextWriterFullEndElement(html->writer);
    if (is_block(element))
        xmlTextWriterWriteRaw(html->writer, BAD_CAST "\n");
}

void html_attribute(struct html *html, const char *name, const char *value)
{
    struct buffer valid;
    buffer_init(&valid, strlen(value) * 3);
    text_append_valid(&valid, value);
    xmlTextWriterWriteAttribute(html->writer, BAD_CAST name, BAD_CAST valid.data);
    buffer_free(&valid);
}

void html_text(struct html *html, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    struct buffer valid;
    buffer_init(&valid, strlen(text) * 3);
    text_append_valid(&valid, text);
    xmlTextWriterWriteString(html->writer, BAD_CAST valid.data);
    buffer_free(&valid);
}

/* The caller frees it. */
static PRINTF_LIKE(1, 0) char *printed(const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    size_t room = length < 0 ? 1 : (size_t)length + 1;
    char *text = memory_allocate(room, 1);
    vsnprintf(text, room, format, again);
    va_end(again);
    return text;
}

void html_attribute_print(struct html *html, const char *name, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = printed(format, arguments);
    va_end(arguments);
    html_attribute(html, name, text);
    free(text);
}

void html_print(struct html *html, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = printed(format, arguments);
    va_end(arguments);
    html_text(html, text);
    free(text);
}

void html_leaf(struct html *html, const char *element, const char *class_name, const char *text)
{
    html_begin(html, element, class_name);
    html_text(html, text);
    html_end(html);
}

static bool target_is_allowed(const char *target)
{
    static const char *const schemes[] = {"http://", "https://", "mailto:"};
    for (size_t i = 0; i < COUNT_OF(schemes); i++)
        if (strncasecmp(target, schemes[i], strlen(schemes[i])) == 0)
            return true;
    /* `//host` and `/\host` leave this site. */
    return target[0] == '#' || strncmp(target, "./", 2) == 0 || strncmp(target, "../", 3) == 0 ||
           (target[0] == '/' && target[1] != '/' && target[1] != '\\');
}

void html_begin_link(struct html *html, const char *target)
{
    bool allowed = target_is_allowed(target);
    html_begin(html, allowed ? "a" : "span", NULL);
    if (allowed)
        html_attribute(html, "href", target);
}
