/* SPDX-License-Identifier: MIT */
/*
 * A map from text to pointer that keeps the order of insertion. Keys are copied; values are
 * borrowed unless a free function is given. Used where a name is looked up: variables, keys,
 * journeys.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>

struct map;

typedef void map_free_value(void *value);

struct map *map_create(map_free_value *free_value); /* NULL: values are borrowed */
void map_free(struct map *map);                     /* takes NULL */

/* Puts `value` under `key`, in place of (and freeing) what was there. */
void map_put(struct map *map, const char *key, void *value);

/* NULL when there is none. */
void *map_get(const struct map *map, const char *key);
bool map_has(const struct map *map, const char *key);

size_t map_count(const struct map *map);

/* The n-th entry in order of insertion, n < map_count. */
const char *map_key(const struct map *map, size_t n);
void *map_value(const struct map *map, size_t n);

#endif
