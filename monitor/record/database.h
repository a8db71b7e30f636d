/* SPDX-License-Identifier: MIT */
/*
 * What a database said when it was asked directly, beside the journeys: one finding a check. Plain
 * data; probe/database.c makes it.
 */
#ifndef RECORD_DATABASE_H
#define RECORD_DATABASE_H

#include "monitor/base/buffer.h"
#include "monitor/base/clock.h"
#include "monitor/record/symptom.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* X(NAME, word, what is checked) */
#define DATABASE_CHECK_TABLE(X)                                                                    \
    X(CONNECT, "connect", "a new connection")                                                      \
    X(ANSWER, "answer", "an answer that takes no table")                                           \
    X(SESSIONS, "sessions", "what its sessions do, and how many more it takes")                    \
    X(READ, "read", "a row of a table, another each time")                                         \
    X(WRITE, "write", "a write that is committed")

enum database_check {
#define X(name, word, text) DATABASE_##name,
    DATABASE_CHECK_TABLE(X)
#undef X
        DATABASE_CHECK_COUNT
};

/* What came of it. X(NAME, word) */
#define DATABASE_OUTCOME_TABLE(X)                                                                  \
    X(UNASKED, "unasked") /* not yet, or there was no connection to ask on */                      \
    X(GOOD, "good")                                                                                \
    X(FAILED, "failed")                                                                            \
    X(HUNG, "hung")   /* no answer in time */                                                      \
    X(BLIND, "blind") /* the monitor may not, or cannot, look: this says nothing of the database   \
                       */

enum database_outcome {
#define X(name, word) DATABASE_##name,
    DATABASE_OUTCOME_TABLE(X)
#undef X
        DATABASE_OUTCOME_COUNT
};

enum { DATABASE_STATE_MAX = 8, DATABASE_TEXT_MAX = 256 };

/* What sessions do; of a database that tells. */
struct database_sessions {
    int64_t count, limit; /* of clients; that there can be */
    int64_t active, idle_in_transaction;
    int64_t stuck;        /* at work for long, and waiting for nothing */
    duration stuck_for;   /* the longest of them */
    int64_t blocked;      /* waiting for another's lock */
    duration blocked_for; /* the longest of them */
};

struct database_finding {
    enum database_check check;
    const char *part, *table; /* of a read: `orders`, `public.order_line`; else NULL */
    enum database_outcome outcome;
    enum symptom symptom;          /* NONE: good, or none fits */
    char code[DATABASE_STATE_MAX]; /* the database's own: SQLSTATE; "" none */
    const char *phase;             /* of a connection that did not come about; else NULL */
    duration time;                 /* that it took, or was waited */
    struct wall_time at;           /* 0: never */
    bool was_good;                 /* ever */
    unsigned times;                /* it has come out so, one after the other */
    char text[DATABASE_TEXT_MAX];  /* for people; "" when good */
};

struct database_state {
    const char *component, *engine;
    struct database_finding *findings; /* by check */
    size_t finding_count;
    struct database_sessions sessions;
    bool has_sessions;
    bool is_replica;
    unsigned
        abandoned; /* connections that were left to themselves, for they hung: since the start */
};

const char *database_check_word(enum database_check check);
const char *database_outcome_word(enum database_outcome outcome);

/* The symptom of PostgreSQL's SQLSTATE; NONE when none fits. */
enum symptom database_symptom(const char *code);

/* That of the first SQLSTATE that a text names: behind that word, or one with letters in it, which
 * is no number of anything else. NONE: it names none that fits. */
enum symptom database_symptom_in(const char *text);

struct json_writer;
void database_write_into(const struct database_state *state, struct json_writer *writer);

/* One line of JSON, without its end. */
void database_write(const struct database_state *state, struct buffer *out);

/* Whether it tells that something is wrong. What was never good may be set up wrongly: it does when
 * the database itself says so, or was asked and does not answer. */
bool database_is_ill(const struct database_finding *finding);

/* `read of public.orders hung after 3 s: ...`, for a line of the log. */
void database_print(const struct database_finding *finding, struct buffer *out);

#endif
