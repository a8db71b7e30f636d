/* SPDX-License-Identifier: MIT */
/* See words.h. */
#include "monitor/record/words.h"

#include "monitor/record/json.h"
#include "monitor/record/json_writer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { WORDS_TEXT_MAX = 300 };

/* Of caches that answered by themselves. `RefreshHit`, `TCP_REFRESH_HIT` and REVALIDATED asked
 * whether theirs is still good: somebody behind them answered. */
static const char *const hits[] = {"hit", "tcp_hit", "tcp_mem_hit", "stale", "updating"};

static bool is_hit(const char *word, size_t length)
{
    for (size_t i = 0; i < COUNT_OF(hits); i++)
        if (strlen(hits[i]) == length && strncasecmp(word, hits[i], length) == 0)
            return true;
    return false;
}

/* `MISS, HIT`, `Hit from cloudfront`: whether one of the caches has hit. */
static bool has_hit(const char *text)
{
    while (text != NULL && *text != '\0') {
        size_t length = 0;
        while (isalnum((unsigned char)text[length]) || text[length] == '_')
            length++;
        if (is_hit(text, length))
            return true;
        text += length > 0 ? length : 1;
    }
    return false;
}

/* `name; hit; ttl=30, other; fwd=miss`: a parameter, and not a word of another one. */
static bool has_hit_parameter(const char *text)
{
    while (text != NULL && (text = strchr(text, ';')) != NULL) {
        text += 1 + strspn(text + 1, " \t");
        if (strcspn(text, " \t;,") == 3 && is_hit(text, 3))
            return true;
    }
    return false;
}

bool words_say_cached(const struct words *words)
{
    return words != NULL && ((words->age != NULL && strtol(words->age, NULL, 10) > 0) ||
                             has_hit_parameter(words->cache_status) || has_hit(words->x_cache) ||
                             has_hit(words->x_cache_status) || has_hit(words->cf_cache_status));
}

static const char *copy_text(struct arena *arena, const char *text)
{
    return text != NULL ? arena_duplicate_bytes(arena, text, strnlen(text, WORDS_TEXT_MAX)) : NULL;
}

const struct words *words_copy(struct arena *arena, const struct words *words)
{
    if (words == NULL)
        return NULL;
    struct words *copy = arena_allocate(arena, 1, sizeof *copy);
#define X(field, header, meaning) copy->field = copy_text(arena, words->field);
    WORDS_TABLE(X)
#undef X
    return copy;
}

void words_write(const struct words *words, struct json_writer *writer, const char *key)
{
    json_open_object(writer, key);
#define X(field, header, meaning) json_add_text(writer, #field, words->field);
    WORDS_TABLE(X)
#undef X
    json_close_object(writer);
}

const struct words *words_from_json(struct arena *arena, const struct json_t *json)
{
    if (json == NULL)
        return NULL;
    struct words *words = arena_allocate(arena, 1, sizeof *words);
#define X(field, header, meaning) words->field = json_get_text(arena, json, #field);
    WORDS_TABLE(X)
#undef X
    return words;
}
