/* SPDX-License-Identifier: MIT */
/*
 * Regular expressions over PCRE2, with limits on match, depth, memory and total work, so that no
 * expression and no body can hang the monitor. Text is UTF-8; bytes that are not match nothing.
 */
#ifndef SCENARIOS_PATTERN_H
#define SCENARIOS_PATTERN_H

#include "monitor/base/arena.h"
#include "monitor/base/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pattern;

enum {
    PATTERN_LENGTH_MAX = 16 * 1024,
    /* Of one search, over all places where a match could start: characters passed and steps taken.
     * Well under a second. */
    PATTERN_WORK_MAX = 20 * 1000 * 1000,
};

/* NULL on a mistake: `error` says what, `ret_offset` where. Free with pattern_free. */
struct pattern *pattern_compile(const char *text, struct error *error, size_t *ret_offset);

/*
 * I-Regexp (RFC 9485) for JSONPath's match() and search(): `.` does not match newlines, `anchored`
 * for match(). NULL for what is not I-Regexp. With an `arena` it lives there and needs no
 * pattern_free.
 */
struct pattern *pattern_compile_iregexp(struct arena *arena, const char *text, size_t length,
                                        bool anchored);

void pattern_free(struct pattern *pattern); /* takes NULL */

/*
 * RESULT_OK: matches, and `ret_start`/`ret_end` (may be NULL) are group 1 where there is one that
 * took part, else the whole match. RESULT_NOT_FOUND: does not. RESULT_LIMIT: gave up.
 */
MUST_CHECK enum result pattern_find(const struct pattern *pattern, const char *subject,
                                    size_t length, size_t *ret_start, size_t *ret_end);

/* Only whether it matches, for many subjects on one allowance: `work_left` is counted down. */
MUST_CHECK enum result pattern_matches(const struct pattern *pattern, const char *subject,
                                       size_t length, uint64_t *work_left);

#endif
