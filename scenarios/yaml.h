/* SPDX-License-Identifier: MIT */
/*
 * One YAML 1.2 document as a tree, with the place of everything in the source text. Stricter than
 * YAML: UTF-8 only, one document, no anchors, aliases, tags, merge keys or duplicate keys. The only
 * place that sees libfyaml. Knows nothing of the language that is written in YAML.
 */
#ifndef SCENARIOS_YAML_H
#define SCENARIOS_YAML_H

#include "scenarios/mistake_kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { YAML_DEPTH_MAX = 40, YAML_NODES_MAX = 50000 };

enum yaml_kind {
    YAML_SCALAR,
    YAML_SEQUENCE,
    YAML_MAPPING,
    YAML_REFUSED, /* reported already: whoever meets it keeps silent */
};

enum yaml_style { YAML_PLAIN, YAML_SINGLE_QUOTED, YAML_DOUBLE_QUOTED, YAML_BLOCK };

struct yaml_node {
    enum yaml_kind kind;
    enum yaml_style style; /* of a scalar */
    bool flow;             /* a collection in [ ] or { }, or inside of one */
    struct position position;
    size_t start, end; /* bytes of the source; of a quoted scalar without its quotes */
    const char *text;  /* of a scalar; holds no NUL */
    /* Of a sequence its elements; of a mapping keys and values in turn. */
    struct yaml_node **items;
    size_t count;
};

struct yaml_file {
    struct arena *arena; /* holds this struct and the name */
    struct arena *tree;  /* within it, the rest: NULL once it is forgotten */
    const char *name;
    const char *text;
    size_t length;
    size_t *lines; /* where each begins */
    size_t line_count;
    struct mistakes *mistakes;
    struct yaml_node *root;
};

/* NULL when there is no tree, with the mistake added. Lives in `arena`. A tree may come with
 * mistakes, too. */
struct yaml_file *yaml_read(struct arena *arena, const char *name, struct mistakes *mistakes);

/* Frees the tree, its texts and the source. */
void yaml_forget(struct yaml_file *file);

size_t yaml_pair_count(const struct yaml_node *mapping);
const struct yaml_node *yaml_key(const struct yaml_node *mapping, size_t n);
const struct yaml_node *yaml_value(const struct yaml_node *mapping, size_t n);

/* The value of a key; NULL when there is none, or `node` is no mapping. */
const struct yaml_node *yaml_find(const struct yaml_node *node, const char *key);

/* What a scalar is by YAML 1.2's core schema: quoted ones are text, `no` is, `010` is ten. */
enum yaml_type { YAML_TEXT, YAML_NULL, YAML_TRUE, YAML_FALSE, YAML_INTEGER, YAML_REAL };
enum yaml_type yaml_type(const struct yaml_node *scalar);

/* RESULT_LIMIT when the number is too large to be held, RESULT_INVALID when it is none. */
MUST_CHECK enum result yaml_integer(const struct yaml_node *scalar, int64_t *ret_value);
MUST_CHECK enum result yaml_real(const struct yaml_node *scalar, double *ret_value);

/* The place of the byte at `offset` of a scalar's text; of its beginning where that cannot be told
 * (block scalars). */
struct position yaml_position(const struct yaml_file *file, const struct yaml_node *scalar,
                              size_t offset);

/* A line, from 1, in the file's arena. */
const char *yaml_line(const struct yaml_file *file, int line);

/* Where a mistake is: `position` with its line. */
struct mistake_place yaml_place(const struct yaml_file *file, struct position position);

#endif
