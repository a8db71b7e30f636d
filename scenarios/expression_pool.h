/* SPDX-License-Identifier: MIT */
/*
 * Expressions as all files that are loaded share them: a line that stands in many places is
 * compiled and kept once. One pool a process; it counts who holds a line, and keeps none that
 * nobody does.
 */
#ifndef SCENARIOS_EXPRESSION_POOL_H
#define SCENARIOS_EXPRESSION_POOL_H

#include "scenarios/expression.h"

/* Like expression_parse, with positions in the line alone. To be released. */
const struct expression *expression_take(const char *text, bool is_capture, const char *file,
                                         struct mistakes *mistakes);
void expression_release(const struct expression *expression); /* takes NULL */

#endif
