/* SPDX-License-Identifier: MIT */
/*
 * Mistakes in people's files: where, what, and what to do about it. The loader collects all
 * semantic mistakes of a file in one go, so this is a list. Commands print it; nothing here does.
 */
#ifndef SCENARIOS_MISTAKE_H
#define SCENARIOS_MISTAKE_H

#include "monitor/base/arena.h"
#include "monitor/base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* Counted from 1; column in bytes. line 0: the file as a whole. */
struct position {
    int line, column;
};

enum mistake_severity {
    MISTAKE_ERROR,   /* the file is refused */
    MISTAKE_WARNING, /* lint's advice: it would run, and not mean what it seems to */
};

struct mistake {
    enum mistake_severity severity;
    const char
        *code; /* stable: `yaml.duplicate_key`, `key.unknown`, `expression.predicate_missing` */
    const char *file;
    struct position position;
    const char *text;   /* one sentence, no full stop needed by machines */
    const char *hint;   /* of several lines where it shows how they are written; may be NULL */
    const char *source; /* the line as it stands in the file; may be NULL */
};

/* Zero-initialise with an arena. Past MISTAKES_MAX the rest is only counted. */
enum { MISTAKES_MAX = 100 };

struct mistakes {
    struct arena *arena;
    struct mistake *items;
    size_t count, errors, warnings;
};

/* What is costly to find for a hint is not looked for any more. */
bool mistakes_are_full(const struct mistakes *mistakes);

/* `mistake`'s texts are copied. */
void mistakes_add(struct mistakes *mistakes, const struct mistake *mistake);

/* As a compiler would: `file:line:column: error: text [code]`, the source line, a caret, the hint.
 * `colour` adds SGR codes. */
void mistake_print(const struct mistake *mistake, bool colour, struct buffer *out);

const char *mistake_severity_word(const struct mistake *mistake); /* `error` */

/* As JSON: new reference. What is read back borrows the texts of `json`; false: it is none. */
struct json_t;
struct json_t *mistake_to_json(const struct mistake *mistake);
bool mistake_from_json(const struct json_t *json, struct mistake *ret_mistake);

/* Of `names`, the one that `name` is probably meant to be (edit distance 2 at most), or NULL. */
const char *mistake_nearest(const char *name, const char *const *names, size_t count);

/* Whether `name` is one of `names`. RESULT_INVALID: `there is no journey `serch`; did you mean
 * `search`?`, where `what` is `journey`. */
enum result mistake_check_name(const char *what, const char *name, const char *const *names,
                               size_t count, struct error *error);

#endif
