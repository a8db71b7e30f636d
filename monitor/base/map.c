/* SPDX-License-Identifier: MIT */
/* Open addressing over an ordered array of entries; no removal, since nobody needs it. See map.h.
 */
#include "monitor/base/map.h"

#include "monitor/base/hash.h"
#include "monitor/base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct map_entry {
    char *key;
    void *value;
    uint64_t hash;
};

struct map {
    struct map_entry *entries;
    size_t count;
    size_t *slots; /* index into entries + 1; 0 is free */
    size_t slot_count;
    map_free_value *free_value;
};

struct map *map_create(map_free_value *free_value)
{
    struct map *map = memory_allocate(1, sizeof *map);
    map->free_value = free_value;
    map->slot_count = 8;
    map->slots = memory_allocate(map->slot_count, sizeof *map->slots);
    return map;
}

void map_free(struct map *map)
{
    if (map == NULL)
        return;
    for (size_t i = 0; i < map->count; i++) {
        free(map->entries[i].key);
        if (map->free_value != NULL)
            map->free_value(map->entries[i].value);
    }
    free(map->entries);
    free(map->slots);
    free(map);
}

/* The slot that holds `key`, or the free one where it belongs. */
static size_t *map_slot(const struct map *map, const char *key, uint64_t hash)
{
    size_t at = (size_t)hash & (map->slot_count - 1);
    while (map->slots[at] != 0) {
        const struct map_entry *entry = &map->entries[map->slots[at] - 1];
        if (entry->hash == hash && strcmp(entry->key, key) == 0)
            break;
        at = (at + 1) & (map->slot_count - 1);
    }
    return &map->slots[at];
}

static void map_rehash(struct map *map)
{
    free(map->slots);
    map->slot_count *= 2;
    map->slots = memory_allocate(map->slot_count, sizeof *map->slots);
    for (size_t i = 0; i < map->count; i++)
        *map_slot(map, map->entries[i].key, map->entries[i].hash) = i + 1;
}

void map_put(struct map *map, const char *key, void *value)
{
    uint64_t hash = hash_text(key);
    size_t *slot = map_slot(map, key, hash);
    if (*slot != 0) {
        struct map_entry *entry = &map->entries[*slot - 1];
        if (map->free_value != NULL && entry->value != value)
            map->free_value(entry->value);
        entry->value = value;
        return;
    }
    memory_grow(map->entries, map->count);
    map->entries[map->count++] =
        (struct map_entry){.key = memory_duplicate(key), .value = value, .hash = hash};
    *slot = map->count;
    if (map->count * 2 > map->slot_count)
        map_rehash(map);
}

void *map_get(const struct map *map, const char *key)
{
    size_t at = *map_slot(map, key, hash_text(key));
    return at == 0 ? NULL : map->entries[at - 1].value;
}

bool map_has(const struct map *map, const char *key)
{
    return *map_slot(map, key, hash_text(key)) != 0;
}

size_t map_count(const struct map *map)
{
    return map->count;
}

const char *map_key(const struct map *map, size_t n)
{
    return map->entries[n].key;
}

void *map_value(const struct map *map, size_t n)
{
    return map->entries[n].value;
}
