/* SPDX-License-Identifier: MIT */
/*
 * Words that testers bring along from other tools (Hurl, Postman, Artillery, Step CI, workflows),
 * and what they are called here. Whoever meets a word that the language does not know asks this
 * table for its hint; nothing here is ever taken for the word that was meant. To teach a hint, add
 * a row to foreign.c. Private to scenarios/.
 */
#ifndef SCENARIOS_FOREIGN_H
#define SCENARIOS_FOREIGN_H

#include "monitor/base/arena.h"
#include "scenarios/language.h"

/* In expressions, in values and as variables. */
enum foreign_place {
    FOREIGN_QUERY,       /* what an expression begins with */
    FOREIGN_WORD,        /* a filter or a predicate */
    FOREIGN_VALUE,       /* what a predicate compares with; several words: another predicate */
    FOREIGN_CONSEQUENCE, /* behind `|` */
    FOREIGN_UNIT,        /* of a time */
    FOREIGN_VARIABLE,    /* `${name}` */
};

/* What stands for the word here; NULL when the table does not know it. Case, `_` and `-` make no
 * difference. */
const char *foreign_word(enum foreign_place place, const char *word);

/* The time that `text` begins with, as it is written here: `1 min`, `1,5s`, and of a bare number
 * the likelier unit. NULL for none; else `ret_length` is how much of the text it stands for. */
const char *foreign_duration(struct arena *arena, const char *text, size_t *ret_length);

/* What a file of another tool is called, by keys of its root; NULL when it is none. */
const char *foreign_file(bool (*has_key)(const void *root, const char *key), const void *root);

/* A word that a key takes, such as `kind: app`. */
const char *foreign_choice(const char *key, const char *word);

struct foreign_key {
    enum language_context context;
    const char *theirs; /* words with blanks between them */
    const char *ours;   /* the key that is meant; NULL: there is none */
    const char *text;   /* what to do instead; NULL: its value is what `ours` takes */
};

/* The n-th rows of the tables; NULL and false behind the last. */
const struct foreign_key *foreign_key_at(size_t n);
bool foreign_word_at(enum foreign_place place, size_t n, const char **ret_theirs,
                     const char **ret_ours);
bool foreign_choice_at(size_t n, const char **ret_key, const char **ret_theirs,
                       const char **ret_ours);

const struct foreign_key *foreign_key(enum language_context context, const char *name);

/* True when two words differ in case, `_` and `-` at most; of `words`, with blanks between them,
 * any one. */
bool foreign_is_same(const char *one, const char *other);
bool foreign_is_among(const char *words, const char *word);

#endif
