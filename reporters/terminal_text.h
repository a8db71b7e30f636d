/* SPDX-License-Identifier: MIT */
/* Text in columns and colours: what the terminal's views are made of. Private to terminal*.c. */
#ifndef REPORTERS_TERMINAL_TEXT_H
#define REPORTERS_TERMINAL_TEXT_H

#include "reporters/terminal.h"

/* SGR parameters. X(NAME, code) */
#define PAINT_TABLE(X)                                                                             \
    X(PLAIN, "")                                                                                   \
    X(BOLD, "1")                                                                                   \
    X(DIM, "2")                                                                                    \
    X(RED, "31")                                                                                   \
    X(GREEN, "32")                                                                                 \
    X(YELLOW, "33")                                                                                \
    X(BLUE, "34")                                                                                  \
    X(MAGENTA, "35")                                                                               \
    X(CYAN, "36")                                                                                  \
    X(RED_BOLD, "1;31")                                                                            \
    X(GREEN_BOLD, "1;32")                                                                          \
    X(YELLOW_BOLD, "1;33")

enum paint {
#define X(name, code) PAINT_##name,
    PAINT_TABLE(X)
#undef X
};

/* Nothing without colours. */
void terminal_paint(const struct terminal *terminal, enum paint paint, struct buffer *out);
void terminal_unpaint(const struct terminal *terminal, enum paint paint, struct buffer *out);

/* `text` made harmless and fit for the terminal's character set; line ends become spaces. */
void terminal_clean(const struct terminal *terminal, const char *text, struct buffer *out);

/* Cleaned, cut with an ellipsis or filled with spaces to exactly `width` characters. */
void terminal_column(const struct terminal *terminal, const char *text, size_t width,
                     struct buffer *out);

/* Cleaned and broken between words at the terminal's width. The line stands at `column` already;
 * further lines are indented to `indent`. Ends the line. */
void terminal_wrap(const struct terminal *terminal, const char *text, size_t column, size_t indent,
                   struct buffer *out);

/* The first lines of foreign text, each behind a bar at `indent`, cut at the width. */
void terminal_quote(const struct terminal *terminal, const char *text, size_t indent,
                    struct buffer *out);

/* One request and its answer, if they were kept: headers, and the first lines of bodies. */
void terminal_messages(const struct terminal *terminal, const struct exchange *exchange,
                       struct buffer *out);

/* The phases of a step, drawn to scale in `width` characters. */
void terminal_bar(const struct terminal *terminal, const struct run_span *scale,
                  const struct run_step *step, size_t width, struct buffer *out);
void terminal_legend(const struct terminal *terminal, struct buffer *out);

#endif
