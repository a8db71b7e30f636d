/* SPDX-License-Identifier: MIT */
/*
 * Finding: what a probe found when it asked beside a journey that failed, with one thing other than
 * in the journey. Plain data; probe/ makes it, diagnose/ weighs it, the record keeps it.
 */
#ifndef RECORD_FINDING_H
#define RECORD_FINDING_H

#include "monitor/base/arena.h"
#include "monitor/base/clock.h"
#include "monitor/record/symptom.h"

#include <stdbool.h>

/* What was asked. X(NAME, word) */
#define FINDING_KIND_TABLE(X)                                                                      \
    X(REFERENCE, "reference") /* somebody else's site: is it us? */                                \
    X(HEALTH, "health")       /* a component's health page */                                      \
    X(STATIC, "static")       /* a file that needs no application */                               \
    X(LARGE, "large")         /* a large one beside it */                                          \
    X(AGAIN, "again")         /* the page that broke off, or health, anew */                       \
    X(PORT, "port")           /* the same host, another port */                                    \
    X(ORIGIN, "origin")       /* the shop's own server, past what stands in front of it */         \
    X(ADDRESS, "address")     /* the same page at each address of the shop's name, apart */        \
    X(RESOLVER, "resolver")   /* another DNS server: does it know the shop's name? */              \
    X(PATH, "path")           /* the way to the shop: how far does it answer? */                   \
    X(DATABASE, "database")   /* a database, directly: record/database.h */

enum finding_kind {
#define X(name, word) FINDING_##name,
    FINDING_KIND_TABLE(X)
#undef X
        FINDING_KIND_COUNT
};

const char *finding_kind_word(enum finding_kind kind);

struct finding {
    enum finding_kind kind;
    const char *component; /* whose key in the shop file it is, or its part; NULL: nobody's */
    const char *target;    /* the URL; of a database the check, and the table */
    const char *ip;        /* that was spoken to; of a path the farthest that spoke; NULL: none */
    unsigned hops;         /* of a path: how far away that is */
    struct wall_time at;   /* when it was asked */
    duration total;
    bool reached;         /* somebody is there: a connection was made, or refused */
    int status;           /* 0: no answer */
    bool cached;          /* a cache gave it, and asked nobody */
    enum symptom symptom; /* of the transport */
    const char *detail;   /* with a symptom: what happened, for people; of a resolver, what it knows
                             of the name; may be NULL */
};

/* Whether it is as it is when all is well: nothing is said of a database, another port is there,
 * somebody else answers at all, the shop's own page is found. */
bool finding_is_well(const struct finding *finding);

void finding_copy(struct arena *arena, struct finding *target, const struct finding *source);

struct json_t;
struct json_writer;

void finding_write(const struct finding *finding, struct json_writer *writer);
void finding_from_json(struct arena *arena, const struct json_t *json, struct finding *ret_finding);

#endif
