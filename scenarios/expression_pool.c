/* SPDX-License-Identifier: MIT */
/* A table of chains, which grows with what is in it. See expression_pool.h. */
#include "scenarios/expression_pool.h"

#include "monitor/base/hash.h"
#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>

/* What a short line makes goes into one block; see arena.h. */
enum { POOL_CHAINS_MIN = 64, POOL_LINE_BYTES = 176 };

/* A line, in its own arena. */
struct pool_line {
    struct pool_line *next;
    struct arena *arena;
    struct expression *expression;
    uint32_t hash;
    unsigned holders;
    bool is_capture;
};

static struct {
    struct pool_line **chains;
    size_t chain_count, line_count;
} lines;

static struct pool_line **line_chain(uint32_t hash)
{
    return &lines.chains[hash & (lines.chain_count - 1)];
}

static void put_line(struct pool_line *line)
{
    struct pool_line **chain = line_chain(line->hash);
    line->next = *chain;
    *chain = line;
}

static void grow_chains(void)
{
    struct pool_line **old = lines.chains;
    size_t count = lines.chain_count;
    lines.chain_count = count > 0 ? 2 * count : POOL_CHAINS_MIN;
    lines.chains = memory_allocate(lines.chain_count, sizeof(struct pool_line *));
    for (size_t i = 0; i < count; i++)
        for (struct pool_line *line = old[i], *next; line != NULL; line = next) {
            next = line->next;
            put_line(line);
        }
    free(old);
}

static struct pool_line *find_line(const char *text, uint32_t hash, bool is_capture)
{
    struct pool_line *line = lines.chain_count > 0 ? *line_chain(hash) : NULL;
    while (line != NULL && (line->hash != hash || line->is_capture != is_capture ||
                            strcmp(line->expression->source, text) != 0))
        line = line->next;
    return line;
}

static struct pool_line *read_line(const char *text, bool is_capture, const char *file,
                                   struct mistakes *mistakes)
{
    struct arena *arena = arena_create_of(POOL_LINE_BYTES);
    struct pool_line *line = arena_allocate(arena, 1, sizeof *line);
    line->arena = arena;
    line->is_capture = is_capture;
    line->expression =
        expression_parse(arena, text, is_capture, file, (struct position){1, 1}, NULL, mistakes);
    if (line->expression != NULL)
        return line;
    arena_free(arena);
    return NULL;
}

const struct expression *expression_take(const char *text, bool is_capture, const char *file,
                                         struct mistakes *mistakes)
{
    uint32_t hash = (uint32_t)hash_text(text);
    struct pool_line *line = find_line(text, hash, is_capture);
    if (line == NULL) {
        line = read_line(text, is_capture, file, mistakes);
        if (line == NULL)
            return NULL;
        line->hash = hash;
        if (lines.line_count++ == lines.chain_count)
            grow_chains();
        put_line(line);
    }
    line->holders++;
    return line->expression;
}

void expression_release(const struct expression *expression)
{
    if (expression == NULL)
        return;
    struct pool_line **link = line_chain((uint32_t)hash_text(expression->source));
    while ((*link)->expression != expression)
        link = &(*link)->next;
    struct pool_line *line = *link;
    if (--line->holders > 0)
        return;
    *link = line->next;
    expression_free(line->expression);
    arena_free(line->arena);
    if (--lines.line_count > 0)
        return;
    free(lines.chains);
    lines.chains = NULL;
    lines.chain_count = 0;
}
