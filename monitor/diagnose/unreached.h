/* SPDX-License-Identifier: MIT */
/* Whom the shop itself did not reach, by the address in its answer's error. Private to diagnose/.
 */
#ifndef DIAGNOSE_UNREACHED_H
#define DIAGNOSE_UNREACHED_H

#include "scenarios/shop.h"

#include <stdbool.h>
#include <stddef.h>

/* X(NAME, words behind the address) */
#define UNREACHED_TABLE(X)                                                                         \
    X(NONE, "")                                                                                    \
    X(REFUSED, "refuses the shop")                                                                 \
    X(LOST, "does not answer the shop")                                                            \
    X(UNCONNECTED, "cannot be connected to by the shop")                                           \
    X(UNNAMED, "is a name that the shop does not find")

enum unreached_kind {
#define X(name, words) UNREACHED_##name,
    UNREACHED_TABLE(X)
#undef X
};

enum { UNREACHED_SIZE = 128 };

struct unreached {
    enum unreached_kind kind; /* NONE: nobody is named */
    char host[UNREACHED_SIZE];
    unsigned port; /* 0: it is not told */
};

/* The first that a body tells, from a place in it on that is moved behind it; NONE: no more. */
struct unreached unreached_next(const char **at);

/* Whether a shop file's `at`, HOST or HOST:PORT, means who is named. */
bool unreached_is_at(const struct unreached *unreached, const char *at);

/* What that is: `127.0.0.1:5432 refuses the shop`. In `arena`. */
const char *unreached_text(const struct unreached *unreached, struct arena *arena);

#endif
