/* SPDX-License-Identifier: MIT */
/*
 * Writing HTML, and the SVG inside it, so that it cannot come out broken: every element that was
 * begun is ended, text is escaped and valid UTF-8, links lead only where a link may lead. Over
 * libxml2's xmlTextWriter; knows nothing of what the pages say.
 */
#ifndef REPORTERS_HTML_H
#define REPORTERS_HTML_H

#include "monitor/base/buffer.h"

enum { HTML_DEPTH_MAX = 32 };

struct html;

/* Writes the doctype; `out` is borrowed until html_close, which ends what is still open. */
struct html *html_open(struct buffer *out);
struct html *html_open_xml(struct buffer *out); /* the same for a document of XML */
void html_close(struct html *html);

/* The zone of the document's times: a note for who writes them, who may not know where it comes
 * from. NULL until it is set. */
struct zone;
void html_set_zone(struct html *html, const struct zone *zone);
const struct zone *html_zone(const struct html *html);

/* Begins an element, of a class unless `class_name` is NULL; attributes follow, then content. */
void html_begin(struct html *html, const char *element, const char *class_name);
void html_attribute(struct html *html, const char *name, const char *value);
void html_attribute_print(struct html *html, const char *name, const char *format, ...)
    PRINTF_LIKE(3, 4);
void html_text(struct html *html, const char *text); /* NULL writes nothing */
void html_print(struct html *html, const char *format, ...) PRINTF_LIKE(2, 3);
void html_end(struct html *html);

/* An element with nothing but text in it. */
void html_leaf(struct html *html, const char *element, const char *class_name, const char *text);

/* Begins a link; where `target` is neither a path of ours (`/`, `./`, `../`) nor http, https or
 * mailto, a span. */
void html_begin_link(struct html *html, const char *target);

#endif
