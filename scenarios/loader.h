/* SPDX-License-Identifier: MIT */
/*
 * Walks a YAML tree by the language's table and fills the structs that the table names. Private to
 * scenarios/. What holds only between several values (names, bases) is checked by its callers.
 */
#ifndef SCENARIOS_LOADER_H
#define SCENARIOS_LOADER_H

#include "scenarios/language.h"
#include "scenarios/mistake_kind.h"
#include "scenarios/scenario.h"
#include "scenarios/template_hint.h"
#include "scenarios/yaml.h"

#include <stdbool.h>
#include <stddef.h>

struct pattern;

/* Where another tool's variable stands. */
struct foreign_use {
    struct foreign_variable variable;
    struct position position;
};

struct loader {
    struct arena *arena; /* where everything goes */
    struct yaml_file *file;
    struct mistakes *mistakes;
    struct pattern *formats[LANGUAGE_FORMAT_COUNT]; /* compiled when first needed */
    const struct language_key *key; /* the one whose value is being loaded; NULL: none */
    struct foreign_use *foreign;    /* what may be meant for a variable, and is none */
    size_t foreign_count;
    struct use *uses; /* of variables, as they are met */
    size_t use_count;
    size_t step; /* the one being loaded, from 1; 0: none */
    bool cleanup;
    /* In a fragment's file: who takes it in, and by which use. Else NULL. */
    struct loader *outer;
    const struct fragment_use *use;
    struct fragment_use **fragment_uses; /* all, noted where `outer` is NULL */
    size_t fragment_use_count;
    bool is_base_told; /* that there is none: once is enough */
};

/* Fills `target`, a struct of `context`, from a mapping. Zeroed and half-filled where the file is
 * wrong: then mistakes were added. */
void loader_object(struct loader *loader, enum language_context context,
                   const struct yaml_node *node, void *target);

/* Reports and returns true when the file is one of the other kind: it has that one's first key, and
 * not its own. Then its many unknown keys need not be told. */
bool loader_is_other_kind(struct loader *loader, enum language_context own,
                          enum language_context other);

/* The same for files of other tools. */
bool loader_is_foreign(struct loader *loader, enum language_context own);

void loader_close(struct loader *loader);

/* Shared by loader*.c. */
void loader_report(struct loader *loader, enum mistake_kind kind, struct position position,
                   const char *hint, const char *format, ...) PRINTF_LIKE(5, 6);

/* Text of a format, to stay; NULL after a mistake. Or only whether it is one. */
const char *loader_text(struct loader *loader, enum language_format format,
                        const struct yaml_node *node);
bool loader_is_text(struct loader *loader, enum language_format format,
                    const struct yaml_node *node);
bool loader_has_format(struct loader *loader, enum language_format format, const char *text);

/* True when it is a list (or map) of allowed length; otherwise reports. */
bool loader_is_list(struct loader *loader, const struct language_key *key,
                    const struct yaml_node *node);
bool loader_is_map(struct loader *loader, const struct language_key *key,
                   const struct yaml_node *node);

/* Where a list is wanted, one value may stand alone: how many there are, 0 after a mistake, and the
 * n-th. */
size_t loader_item_count(struct loader *loader, const struct language_key *key,
                         const struct yaml_node *node);
const struct yaml_node *loader_item(const struct yaml_node *node, size_t n);

bool loader_is_empty(const struct yaml_node *node);
void loader_report_type(struct loader *loader, const struct yaml_node *node, const char *wanted,
                        const char *hint);

/* Hints (loader_hint.c); NULL when nobody knows better. The example of the key that is being
 * loaded; text that lacks a format, as it would have it; a value as it stands in the file, in one
 * line. */
const char *loader_example(const struct loader *loader);
const char *loader_format_hint(struct loader *loader, enum language_format format,
                               const char *text);
/* `a=b&c=d` and `Name: value` as a map. */
const char *loader_pairs_hint(struct loader *loader, const char *name, const char *text);
/* `method: POST` beside `url: /cart` as the one key that they are here. */
const char *loader_method_hint(struct loader *loader, const struct yaml_node *map);
const char *loader_written(const struct loader *loader, const struct yaml_node *node);

/* Notes what in a text looks like another tool's variable. */
void loader_find_foreign(struct loader *loader, const struct yaml_node *node, bool is_document);

/* Writes a field; LANGUAGE_NOWHERE writes nothing. */
void loader_put(void *target, size_t offset, const void *value, size_t size);

/* Notes that a variable is used. */
void loader_add_use(struct loader *loader, const char *name, struct position position);

/* A hint writes no longer list or map out. */
enum { LOADER_HINT_MAX = 20 };

/* One line as an expression; NULL after a mistake. */
struct assertion loader_expression(struct loader *loader, bool is_capture,
                                   const struct yaml_node *node);

/* The name of a map's entry; NULL after a mistake. */
const char *loader_entry_name(struct loader *loader, const struct language_key *key,
                              const struct yaml_node *name);

/* Behind what another key that means the same has put there. `size`: of an entry. */
void loader_put_list(struct loader *loader, const struct language_key *key, void *target,
                     const void *list, size_t count, size_t size);

/* `path`, seen from the directory that `file` is in. */
const char *loader_beside(struct arena *arena, const char *file, const char *path);

typedef void loader_value(struct loader *loader, const struct language_key *key,
                          const struct yaml_node *node, void *target);

/* One for each type of the table. */
/* loader_plain.c */
loader_value loader_integer, loader_integers, loader_duration, loader_word, loader_line,
    loader_flag;
loader_value loader_texts, loader_text_or_texts, loader_texts_map, loader_needs, loader_objects,
    loader_object_map; /* loader_lists.c */
/* loader_values.c: what holds variables. */
loader_value loader_template, loader_pairs, loader_request, loader_json, loader_condition;
loader_value loader_assertions, loader_captures;                          /* loader_expressions.c */
loader_value loader_variables;                                            /* loader_variables.c */
loader_value loader_one, loader_assertion, loader_words, loader_word_map; /* loader_flow.c */
loader_value loader_steps;                                                /* loader_fragment.c */
/* loader_schedule.c */
loader_value loader_cron, loader_timezone, loader_percentage;
/* loader_request.c */
loader_value loader_query, loader_graphql, loader_file, loader_parts;

/* Name and value of one entry of a map of templates; NULL after a mistake. */
const char *loader_pair_name(struct loader *loader, const struct language_key *key,
                             const struct yaml_node *node);
struct template *loader_pair_value(struct loader *loader, const struct language_key *key,
                                   const struct yaml_node *node);

/* The value of a variable, with its type; NULL for text. */
struct json_t *loader_typed_value(const struct yaml_node *node);

#endif
