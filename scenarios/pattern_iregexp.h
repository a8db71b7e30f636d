/* SPDX-License-Identifier: MIT */
/* The grammar of I-Regexp. Private to pattern.c. */
#ifndef SCENARIOS_PATTERN_IREGEXP_H
#define SCENARIOS_PATTERN_IREGEXP_H

#include <stdbool.h>
#include <stddef.h>

/* True for what RFC 9485 section 3 calls an i-regexp. */
bool pattern_iregexp_is_valid(const char *text, size_t length);

#endif
