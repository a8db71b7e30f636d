/* SPDX-License-Identifier: MIT */
/* The allocator of last resort. See memory.h. */
#include "monitor/base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SMALL_MAX = 1024 };

static void *memory_or_die(void *memory, size_t count, size_t size)
{
    if (memory == NULL) {
        fprintf(stderr, "shopwatch: out of memory (%zu x %zu bytes)\n", count, size);
        abort();
    }
    return memory;
}

void *memory_allocate(size_t count, size_t size)
{
    if (count == 0 || size == 0)
        count = size = 1;
    /* For small pieces glibc's malloc has a cache that its calloc does not use. */
    if (count <= SMALL_MAX && size <= SMALL_MAX && count * size <= SMALL_MAX)
        return memset(memory_or_die(malloc(count * size), count, size), 0, count * size);
    return memory_or_die(calloc(count, size), count, size);
}

void *memory_resize(void *old, size_t count, size_t size)
{
    if (count == 0 || size == 0)
        count = size = 1;
    return memory_or_die(reallocarray(old, count, size), count, size);
}

char *memory_duplicate(const char *text)
{
    return text == NULL ? NULL : memory_duplicate_bytes(text, strlen(text));
}

char *memory_duplicate_bytes(const char *bytes, size_t length)
{
    char *copy = memory_allocate(length + 1, 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

/* Room is a power of two, four at least, so that it can be told from the count alone. */
void *memory_grow_to(void *items, size_t count, size_t size)
{
    const size_t first = 4;
    if (count != 0 && (count < first || (count & (count - 1)) != 0))
        return items;
    return memory_resize(items, count == 0 ? first : count * 2, size);
}
