/* SPDX-License-Identifier: MIT */
/*
 * An arena: many small pieces of memory that die together, in one call. A run, a scenario set and a
 * shop file each live in one. Pieces are zeroed, aligned for any type (texts: for none), and never
 * freed singly.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "monitor/base/result.h"

#include <stddef.h>

struct arena;

struct arena *arena_create(void);
/* One that is to stay for long with little in it: its blocks have room for `bytes`. */
struct arena *arena_create_of(size_t bytes);
/* One that is freed with `parent`, if not before. */
struct arena *arena_create_in(struct arena *parent);
void arena_free(struct arena *arena); /* takes NULL */

/* Bytes that it holds, without those of arenas in it. */
size_t arena_size(const struct arena *arena);

void *arena_allocate(struct arena *arena, size_t count, size_t size);
char *arena_duplicate(struct arena *arena, const char *text); /* NULL gives NULL */
/* `text` itself where it lives in the arena, else a copy: for what is never changed. */
const char *arena_keep(struct arena *arena, const char *text);
char *arena_duplicate_bytes(struct arena *arena, const char *bytes, size_t length);
char *arena_print(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* Like memory_grow, for an array that lives in the arena (its older, smaller copies stay until the
 * end). */
#define arena_grow(arena, items, count)                                                            \
    ((items) = arena_grow_to((arena), (items), (count), sizeof *(items)))
void *arena_grow_to(struct arena *arena, void *items, size_t count, size_t size);

#endif
