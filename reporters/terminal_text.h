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

enum { TERMINAL_INDENT = 2 };

/* How a state looks: `strong` for what is the heading of something. */
enum paint terminal_state_paint(enum state state, bool strong);
const char *terminal_state_mark(const struct terminal *terminal, enum state state);

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

/* A short line of ours between the others. */
void terminal_dim(const struct terminal *terminal, const char *text, struct buffer *out);

/* Foreign text, each line behind a bar at `indent` (the first stands there already), broken at the
 * width; after `most` lines an ellipsis stands for the rest. */
void terminal_quote(const struct terminal *terminal, const char *text, size_t indent, size_t most,
                    struct buffer *out);

/* The requests of a step and their answers, if they were kept: headers, and bodies as far as they
 * are text. */
void terminal_messages(const struct terminal *terminal, const struct run_step *step,
                       struct buffer *out);

/* Each failed step with what it expected and what came; which steps were skipped, and why. */
void terminal_failures(const struct terminal *terminal, const struct run *run, struct buffer *out);

/* Whose fault it is, and why. */
void terminal_verdict(const struct terminal *terminal, const struct run *run, struct buffer *out);

/* The phases of a step, drawn to scale in `width` characters. Returns those that can be seen, a bit
 * each. */
unsigned terminal_bar(const struct terminal *terminal, const struct run_span *scale,
                      const struct run_step *step, size_t width, struct buffer *out);

/* What the characters of these phases stand for. */
void terminal_legend(const struct terminal *terminal, unsigned phases, struct buffer *out);

#endif
