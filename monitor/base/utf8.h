/* SPDX-License-Identifier: MIT */
/*
 * UTF-8 as RFC 3629 has it. What shops send may be anything; what we keep, compare and print is
 * valid UTF-8.
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <stdint.h>

struct buffer;

enum { UTF8_SEQUENCE_MAX = 4 };

/* Bytes of the sequence that `bytes` starts with; 0 when none that ends within `length` does. */
size_t utf8_sequence(const char *bytes, size_t length);

/* Bytes from the start that are valid: `length` when all are. */
size_t utf8_valid(const char *bytes, size_t length);

/* The same for text that ends with NUL and is not empty; `ret_character` is set unless it is 0. */
size_t utf8_decode(const char *text, uint32_t *ret_character);

/* Characters (Unicode scalar values) in valid UTF-8. */
size_t utf8_characters(const char *bytes, size_t length);

/* Writes one scalar value; returns its bytes, 1 to 4. No NUL is added. */
size_t utf8_encode(uint32_t character, char bytes[UTF8_SEQUENCE_MAX]);

/* Appends `bytes`, each invalid byte replaced by U+FFFD. */
void utf8_append_valid(struct buffer *out, const char *bytes, size_t length);

/* The longest length of at most `limit` that cuts no sequence of valid UTF-8 in two. */
size_t utf8_cut(const char *bytes, size_t length, size_t limit);

#endif
