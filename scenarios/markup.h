/* SPDX-License-Identifier: MIT */
/*
 * HTML bodies: a forgiving parser, XPath 1.0, and CSS selectors, over libxml2. Bodies are hostile:
 * no network, no entities from outside, depth and size as libxml2 limits them.
 */
#ifndef SCENARIOS_MARKUP_H
#define SCENARIOS_MARKUP_H

#include "monitor/base/arena.h"
#include "monitor/base/result.h"

#include <stdbool.h>
#include <stddef.h>

struct buffer;
struct json_t;
struct markup;

enum {
    MARKUP_SELECTOR_MAX = 4 * 1024,         /* of a CSS selector */
    MARKUP_COMPOUNDS_MAX = 100,             /* with combinators between; libxml2 nests 500 deep */
    MARKUP_XPATH_MAX = 64 * 1024,           /* of an XPath, a CSS selector's too */
    MARKUP_BODY_MAX = 1024 * 1024,          /* bytes of a body that is looked into */
    MARKUP_TAGS_MAX = 50 * 1000,            /* `<` in it */
    MARKUP_NODES_MAX = 20 * 1000,           /* selected at once */
    MARKUP_TEXT_MAX = 16 * 1024 * 1024,     /* of all selected nodes together */
    MARKUP_OPERATIONS_MAX = 5 * 1000000,    /* libxml2's, of one evaluation: some 50 ms */
    MARKUP_COMPARISONS_MAX = 200 * 1000000, /* of nodes with nodes, beside them: some 100 ms */
};

/* A document always comes of it, of an empty body too; one of a body past the maxima holds nothing,
 * and every selection from it is RESULT_LIMIT. Text that is UTF-8 as a whole is taken as
 * such; otherwise what the page declares counts. */
struct markup *markup_parse(const char *body, size_t length, const char *url);
void markup_free(struct markup *markup); /* takes NULL */
bool markup_is_too_large(const struct markup *markup);

/* Says whether the expression is well-formed and knows its functions; `error` tells what is wrong.
 */
MUST_CHECK enum result markup_check_xpath(const char *xpath, struct error *error);

/* The XPath of a CSS selector (type, class, id, attribute, child, descendant, sibling, list,
 * :first-child, :last-child, :nth-child, :not). In `arena`; NULL with `error` and `ret_offset` set
 * on a mistake. */
const char *markup_css_to_xpath(struct arena *arena, const char *css, struct error *error,
                                size_t *ret_offset);

/*
 * Evaluates `xpath`. A node set becomes an array with, for each node, an object
 * {"text": its text, "attributes": {name: value}}; a string, number or boolean becomes that (a
 * number that is whole becomes an integer). The text is as it stands in the document, white space
 * too. New reference. RESULT_LIMIT past the maxima above.
 */
MUST_CHECK enum result markup_select(const struct markup *markup, const char *xpath,
                                     struct json_t **ret_value, struct error *error);

/* Appends `text` with `&eacute;` (the names of HTML 4, and `&apos;`), `&#233;` and `&#xe9;` as the
 * characters that they stand for; what is none stays as it is. */
void markup_unescape(const char *text, size_t length, struct buffer *out);

#endif
