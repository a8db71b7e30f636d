/* SPDX-License-Identifier: MIT */
/* The latest run of each journey and vantage point, digested: what facts are gathered from. Private
 * to diagnose/. */
#ifndef DIAGNOSE_HISTORY_H
#define DIAGNOSE_HISTORY_H

#include "monitor/diagnose/diagnose.h"
#include "monitor/diagnose/unreached.h"

#include <stdbool.h>
#include <stddef.h>

struct map;

/* So many addresses of an answer are kept: whose they are, only a shop file knows. */
enum { HISTORY_UNREACHED_MAX = 4 };

/* How a step passes. */
struct history_pass {
    struct wall_time started; /* the last time */
    duration usual; /* how long it takes: the longest of late, which is slowly forgotten */
};

/* A digest has of each step its last exchange, and of that what facts are made of; its symptom is
 * http.error also where the answer reports an error under a good status. */
struct history_entry {
    struct run *run;        /* digest of the latest */
    struct run *first;      /* of the first of this streak of failures; NULL while it passes. One
                               that turns from answers that are wrong to none begins anew */
    struct run *before;     /* of the first of the streak before; NULL: there was none */
    struct wall_time onset; /* when that began to fail; 0 while it passes */
    struct wall_time
        step_seen;           /* when the step that fails now was first seen to, of those in a row */
    struct map *passes;      /* step's name -> struct history_pass, owned */
    struct wall_time passed; /* the latest of them */
    duration
        connect; /* how long a connection took to be made when it passed; PHASE_ABSENT: unknown */
    /* Whom an answer of this streak said not to be reached, in its order; NONE: no more. */
    struct unreached unreached[HISTORY_UNREACHED_MAX];
    enum symptom words; /* of a database, in an answer of this streak; or NONE */
    bool passed_before; /* all steps of an earlier run passed */
    bool blind;         /* the last run could not look: what was seen before is old news */
    const struct history_entry *sibling; /* the same journey from elsewhere; NULL: the last */
};

/* What a journey and a vantage point are looked up by; the caller's to free. */
char *history_key(const char *journey, const char *vantage);

/* The nth of the last events, in the order in which they were told, from the latest; NULL: there
 * are no more. */
const struct event *history_event(const struct history *history, size_t n);

/* When the last deploy was before then, of which it was told; 0: of none. */
struct wall_time history_deployed(const struct history *history, struct wall_time before);

/* The step that its latest run failed by; NULL: it passes, or was not seen lately. */
const struct run_step *history_failure(const struct history_entry *entry);

/* Whether nobody answered the step, or a proxy gave up: what waits for a database, and takes its
 * worker. */
bool history_has_hung(const struct run_step *step);

/* Whether that is far longer than a step of that name takes when it passes. */
bool history_is_long(const struct history_entry *entry, const char *step, duration time);

/* Whether the step was answered with an error, far later than it takes: who answered gave up what
 * it had waited for, and had kept its worker so long. */
bool history_gave_up(const struct history_entry *entry, const struct run_step *step);

/* When a step of that name was begun that passed, the last time; 0: never. */
struct wall_time history_passed(const struct history_entry *entry, const char *step);

/* How a step of that name passes; NULL: it never did. */
const struct history_pass *history_pass(const struct history_entry *entry, const char *step);

size_t history_count(const struct history *history);
const struct history_entry *history_at(const struct history *history, size_t n);

/* The first of a journey; further ones by `sibling`. NULL: it was never seen. */
const struct history_entry *history_of_journey(const struct history *history, const char *journey);

/* NULL when that journey was never seen from there. */
const struct history_entry *history_find(const struct history *history, const char *journey,
                                         const char *vantage);

#endif
