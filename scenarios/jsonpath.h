/* SPDX-License-Identifier: MIT */
/*
 * JSONPath as in RFC 9535, whole: compiled once, evaluated over any JSON value. Knows nothing of
 * shops and journeys.
 */
#ifndef SCENARIOS_JSONPATH_H
#define SCENARIOS_JSONPATH_H

#include "monitor/base/arena.h"
#include "monitor/base/result.h"

#include <stdbool.h>
#include <stddef.h>

struct buffer;
struct json_t;
struct jsonpath;

enum {
    JSONPATH_LENGTH_MAX = 16 * 1024, /* of a path's text */
    JSONPATH_NESTING_MAX = 20,       /* of filters, parentheses and functions in it */
    JSONPATH_NODES_MAX = 100000,     /* in any list of nodes */
    JSONPATH_DEPTH_MAX = 500,        /* of the JSON below which `..` and `==` look */
    /* Of one evaluation: nodes looked at, and characters that patterns passed. */
    JSONPATH_WORK_MAX = 20 * 1000 * 1000,
};

/* Lives in `arena`, with all that belongs to it. NULL on a mistake: `error` says what, `ret_offset`
 * where in `text`. */
struct jsonpath *jsonpath_compile(struct arena *arena, const char *text, struct error *error,
                                  size_t *ret_offset);

/* A singular query selects one node at most (section 2.3.5.1). */
bool jsonpath_is_singular(const struct jsonpath *path);

/*
 * The nodelist as a new JSON array whose elements are the selected values themselves (shared, not
 * copied). RESULT_LIMIT past JSONPATH_NODES_MAX nodes or when the work is out of proportion.
 */
MUST_CHECK enum result jsonpath_select(const struct jsonpath *path, const struct json_t *root,
                                       struct json_t **ret_nodes);

/*
 * For a path that selects nothing: the deepest node that its beginning selects, as far as that
 * consists of single names and indexes (borrowed from `root`). What leads there is appended to
 * `ret_path`, for people: `$.data['new order'][0]`.
 */
const struct json_t *jsonpath_reach(const struct jsonpath *path, const struct json_t *root,
                                    struct buffer *ret_path);

/* Equality as `==` in a filter has it: 1 and 1.0 are equal, members have no order. False below
 * JSONPATH_DEPTH_MAX. */
bool jsonpath_equal(const struct json_t *one, const struct json_t *other);

#endif
