/* SPDX-License-Identifier: MIT */
/*
 * Puts quotes around one-line assertions and captures that YAML would take for something else.
 * Works on lines, not on a tree: the files that need it most are the ones that YAML cannot read.
 * Every other byte stays.
 */
#ifndef SCENARIOS_REQUOTE_H
#define SCENARIOS_REQUOTE_H

#include "monitor/base/buffer.h"

#include <stddef.h>

/* Appends `text`, which holds no NUL, to `out`. Returns how many lines were changed. */
size_t requote(const char *text, struct buffer *out);

#endif
