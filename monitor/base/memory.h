/* SPDX-License-Identifier: MIT */
/*
 * Memory from the heap that is never NULL: when there is none left, the program says so and ends
 * (a monitor that limps on without memory would measure itself). Free with free().
 */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stddef.h>

/* Zeroed room for `count` elements of `size` bytes. */
void *memory_allocate(size_t count, size_t size);

/* Grows or shrinks `old` (may be NULL) to `count` elements of `size` bytes; new room is not zeroed.
 */
void *memory_resize(void *old, size_t count, size_t size);

/* A copy of `text`; NULL gives NULL. */
char *memory_duplicate(const char *text);

/* A NUL-terminated copy of `length` bytes. */
char *memory_duplicate_bytes(const char *bytes, size_t length);

/* Grows a heap array so that one more element fits: `items` has `count` in use. Doubles its room.
 */
#define memory_grow(items, count) ((items) = memory_grow_to((items), (count), sizeof *(items)))
void *memory_grow_to(void *items, size_t count, size_t size);

#endif
