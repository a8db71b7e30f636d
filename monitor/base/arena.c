/* SPDX-License-Identifier: MIT */
/* Arena: a list of blocks, filled from the front. See arena.h. */
#include "monitor/base/arena.h"

#include "monitor/base/memory.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Where AddressSanitizer looks on, what lies behind a piece is poisoned, as with malloc's: a byte
 * read too far is found, and not only in a block's last piece. */
#ifdef __SANITIZE_ADDRESS__ /* gcc's word; clang has a feature */
#define ARENA_POISONS 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define ARENA_POISONS 1
#endif
#endif
#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>
enum { PIECE_ALIGN = 8, PIECE_GAP = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(start, size)   ((void)(start), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) ((void)(start), (void)(size))
enum { PIECE_ALIGN = 1, PIECE_GAP = 0 };
#endif

/* A block and its head are 1,024 bytes: up to there glibc's malloc has a cache of pieces. */
enum { ARENA_BLOCK = 1008, ARENA_PRINT_SMALL = 256 };

struct arena_block {
    struct arena_block *next;
    uint32_t used, size;
    alignas(max_align_t) char bytes[];
};

struct arena {
    struct arena_block *blocks;
    size_t block_size;
    size_t size;
    struct arena *parent, *children, *next; /* next: of the parent's children */
};

struct arena *arena_create(void)
{
    return arena_create_of(ARENA_BLOCK);
}

struct arena *arena_create_of(size_t bytes)
{
    struct arena *arena = memory_allocate(1, sizeof *arena);
    arena->block_size = bytes;
    return arena;
}

struct arena *arena_create_in(struct arena *parent)
{
    struct arena *arena = arena_create();
    arena->parent = parent;
    arena->next = parent->children;
    parent->children = arena;
    return arena;
}

size_t arena_size(const struct arena *arena)
{
    return arena->size;
}

static void arena_leave_parent(struct arena *arena)
{
    struct arena **link = &arena->parent->children;
    while (*link != arena)
        link = &(*link)->next;
    *link = arena->next;
}

void arena_free(struct arena *arena)
{
    if (arena == NULL)
        return;
    if (arena->parent != NULL)
        arena_leave_parent(arena);
    while (arena->children != NULL)
        arena_free(arena->children);
    while (arena->blocks != NULL) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
    free(arena);
}

static struct arena_block *arena_block_add(struct arena *arena, size_t size)
{
    size_t room = size > arena->block_size ? size : arena->block_size;
    if (room > UINT32_MAX)
        abort();
    struct arena_block *block = memory_resize(NULL, 1, sizeof *block + room);
    block->used = 0;
    block->size = (uint32_t)room;
    ASAN_POISON_MEMORY_REGION(block->bytes, room);
    arena->size += sizeof *block + room;
    /* A big piece goes behind the block being filled, so that the rest of that one is not lost. */
    if (size > arena->block_size && arena->blocks != NULL) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        block->next = arena->blocks;
        arena->blocks = block;
    }
    return block;
}

/* Not zeroed. Text needs no alignment, and there is much of it. */
static void *arena_piece(struct arena *arena, size_t size, size_t align)
{
    struct arena_block *block = arena->blocks;
    size_t step = align > PIECE_ALIGN ? align : PIECE_ALIGN, taken = size + PIECE_GAP;
    size_t start = block == NULL ? 0 : (block->used + step - 1) / step * step;
    if (block == NULL || start > block->size || block->size - start < taken) {
        block = arena_block_add(arena, taken);
        start = 0;
    }
    block->used = (uint32_t)(start + taken);
    ASAN_UNPOISON_MEMORY_REGION(block->bytes + start, size);
    return block->bytes + start;
}

void *arena_allocate(struct arena *arena, size_t count, size_t size)
{
    if (size != 0 && count > (SIZE_MAX / 2) / size)
        abort();
    return memset(arena_piece(arena, count * size, alignof(max_align_t)), 0, count * size);
}

char *arena_duplicate(struct arena *arena, const char *text)
{
    return text == NULL ? NULL : arena_duplicate_bytes(arena, text, strlen(text));
}

const char *arena_keep(struct arena *arena, const char *text)
{
    for (struct arena_block *block = arena->blocks; block != NULL; block = block->next)
        if ((uintptr_t)text - (uintptr_t)block->bytes < block->used)
            return text;
    return arena_duplicate(arena, text);
}

char *arena_duplicate_bytes(struct arena *arena, const char *bytes, size_t length)
{
    char *copy = arena_piece(arena, length + 1, 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

char *arena_print(struct arena *arena, const char *format, ...)
{
    char small[ARENA_PRINT_SMALL];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(small, sizeof small, format, arguments);
    va_end(arguments);
    if (length < 0)
        return arena_duplicate(arena, "");
    if ((size_t)length < sizeof small)
        return arena_duplicate_bytes(arena, small, (size_t)length);
    char *text = arena_allocate(arena, (size_t)length + 1, 1);
    va_start(arguments, format);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

void *arena_grow_to(struct arena *arena, void *items, size_t count, size_t size)
{
    if (count != 0 && (count & (count - 1)) != 0)
        return items;
    void *grown = arena_allocate(arena, count == 0 ? 1 : count * 2, size);
    if (count > 0)
        memcpy(grown, items, count * size);
    return grown;
}
