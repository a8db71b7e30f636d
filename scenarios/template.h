/* SPDX-License-Identifier: MIT */
/*
 * Text with `${name}` in it. Compiled once when a file is loaded, rendered for each run. `$${` is a
 * literal `${`. Values are JSON: text goes in as it is, numbers and booleans as JSON writes them,
 * lists and objects as compact JSON.
 */
#ifndef SCENARIOS_TEMPLATE_H
#define SCENARIOS_TEMPLATE_H

#include "monitor/base/arena.h"
#include "monitor/base/buffer.h"
#include "monitor/base/result.h"

#include <stdbool.h>
#include <stddef.h>

enum { TEMPLATE_NAMES_MAX = 500 }; /* variables in one text */

struct json_t;
struct template;
struct json_template;

/* Gives the value of a variable (borrowed), or NULL when it has none. */
typedef const struct json_t *template_lookup(void *data, const char *name);

/*
 * Compiles `text` into `arena`. On a mistake (`${` without `}`, a bad name) returns NULL and sets
 * `error`, and `ret_offset` to the byte in `text` where it is.
 */
struct template *template_compile(struct arena *arena, const char *text, struct error *error,
                                  size_t *ret_offset);

/* The text as written. */
const char *template_source(const struct template *template);

/* True without any `${}`: rendering then never fails, and gives template_constant. */
bool template_is_constant(const struct template *template);
const char *template_constant(const struct template *template); /* NULL unless constant */

/* The variables that it uses, n < template_name_count. */
size_t template_name_count(const struct template *template);
const char *template_name(const struct template *template, size_t n);

/* Where in the text the n-th variable's `${` is. */
size_t template_name_offset(const struct template *template, size_t n);

/* A variable's name: letter or _, then letters, digits, _ . - */
bool template_name_is_good(const char *name);

/* Appends to `out`. RESULT_NOT_FOUND sets `ret_missing` (borrowed from the template) to the
 * variable without a value. */
MUST_CHECK enum result template_render(const struct template *template, template_lookup *lookup,
                                       void *data, struct buffer *out, const char **ret_missing);

/*
 * The value of `json:` in a step: a YAML tree. A plain scalar that is exactly `${name}` takes the
 * variable's type; a quoted one is always text: `quantity: ${n}` against `quantity: "${n}"`.
 * Appended to `out` as compact JSON; results as of template_render.
 */
MUST_CHECK enum result json_template_render(const struct json_template *template,
                                            template_lookup *lookup, void *data, struct buffer *out,
                                            const char **ret_missing);

/* Calls `visit` for every variable that is used anywhere in it. */
void json_template_names(const struct json_template *template,
                         void (*visit)(void *data, const char *name), void *data);

#endif
