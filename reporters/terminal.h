/* SPDX-License-Identifier: MIT */
/*
 * A run for a person at a terminal: what `shopwatch run` prints. Pure functions into a buffer,
 * which know of the terminal only what is in struct terminal. Whatever a shop answered is shown
 * with its control characters made visible, so that no body can send the terminal a command.
 */
#ifndef REPORTERS_TERMINAL_H
#define REPORTERS_TERMINAL_H

#include "monitor/base/buffer.h"
#include "monitor/record/run.h"

#include <stdbool.h>

enum {
    TERMINAL_WIDTH_MIN = 40,
    TERMINAL_WIDTH_DEFAULT = 80,
    TERMINAL_WIDTH_MAX = 400,
    TERMINAL_BODY_LINES = 12, /* of a failing answer's body */
};

struct terminal {
    bool colour, unicode;
    bool live;      /* a person watches: progress is worth printing */
    unsigned width; /* in characters */
    bool messages;  /* show requests and answers, where they were kept */
};

/* What stands behind `descriptor`: isatty, its size, NO_COLOR, TERM, LC_ALL, LC_CTYPE, LANG,
 * COLUMNS. */
void terminal_detect(int descriptor, struct terminal *ret_terminal);

/* The whole report: headline, steps with their waterfall, what failed, the verdict. */
void terminal_report(const struct terminal *terminal, const struct run *run, struct buffer *out);

/* One line for a step that has just ended. */
void terminal_progress(const struct terminal *terminal, const struct run_step *step,
                       struct buffer *out);

/* One line for a run that has ended, when several are in flight: `number` of `total`. */
void terminal_progress_run(const struct terminal *terminal, const struct run *run, size_t number,
                           size_t total, struct buffer *out);

#endif
