/* SPDX-License-Identifier: MIT */
/*
 * Regular expressions over PCRE2, with match and depth limits, so that no expression and no body
 * can hang the monitor.
 */
#ifndef SCENARIOS_PATTERN_H
#define SCENARIOS_PATTERN_H

#include "monitor/base/result.h"

#include <stdbool.h>
#include <stddef.h>

struct pattern;

/* NULL on a mistake: `error` says what, `ret_offset` where. Free with pattern_free. */
struct pattern *pattern_compile(const char *text, struct error *error, size_t *ret_offset);

/* I-Regexp (RFC 9485) for JSONPath's match() and search(): `.` does not match newlines, `anchored`
 * for match(). */
struct pattern *pattern_compile_iregexp(const char *text, size_t length, bool anchored);

void pattern_free(struct pattern *pattern); /* takes NULL */

/*
 * RESULT_OK: matches, and `ret_start`/`ret_end` (may be NULL) are group 1 where there is one, else
 * the whole match. RESULT_NOT_FOUND: does not. RESULT_LIMIT: gave up.
 */
MUST_CHECK enum result pattern_find(const struct pattern *pattern, const char *subject,
                                    size_t length, size_t *ret_start, size_t *ret_end);

#endif
