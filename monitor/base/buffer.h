/* SPDX-License-Identifier: MIT */
/*
 * A growing byte buffer with a named maximum. Always NUL-terminated, so `data` reads as text.
 * Failure is sticky: past its limit a buffer keeps what fits, refuses the rest and remembers, so
 * that a caller may append in a row and look at `result` once.
 */
#ifndef BASE_BUFFER_H
#define BASE_BUFFER_H

#include "monitor/base/result.h"

#include <stddef.h>

struct buffer {
    char *data; /* never NULL after buffer_init */
    size_t length, room, limit;
    enum result result; /* RESULT_OK, or RESULT_LIMIT once something did not fit */
};

void buffer_init(struct buffer *buffer, size_t limit);
void buffer_free(struct buffer *buffer); /* takes zeroed and half-built ones */
void buffer_clear(struct buffer *buffer);

enum result buffer_append(struct buffer *buffer, const void *bytes, size_t length);
enum result buffer_text(struct buffer *buffer, const char *text);

/* Room for `length` further bytes, which count as appended and which the caller writes before
 * anything else is done to the buffer. NULL past the limit. */
char *buffer_extend(struct buffer *buffer, size_t length);
enum result buffer_print(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);

/* Gives the heap memory to the caller; the buffer is empty afterwards and must be initialised to be
 * used again. */
char *buffer_steal(struct buffer *buffer);

#endif
