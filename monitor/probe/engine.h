/* SPDX-License-Identifier: MIT */
/*
 * What a kind of database must be able to do for database.c: one check at a time. Private to
 * probe/.
 */
#ifndef PROBE_ENGINE_H
#define PROBE_ENGINE_H

#include "monitor/probe/database.h"

struct engine_question {
    enum database_check check;
    const char *table; /* of a read or a write */
    duration timeout, stuck;
};

struct engine_answer {
    enum database_outcome outcome;
    enum symptom symptom;
    char code[DATABASE_STATE_MAX];
    const char *phase; /* of a connection that did not come about; a constant, or NULL */
    char text[DATABASE_TEXT_MAX];
    duration time;
    bool abandoned;    /* it was left hanging */
    bool has_sessions; /* and what they do */
    bool is_replica;
    struct database_sessions sessions;
};

typedef void engine_done(void *data, const struct engine_answer *answer);

/* All required. */
struct engine {
    const char *name;

    void *(*open)(const struct database_probe_settings *settings, struct error *error);
    void (*close)(void *engine); /* what it was asked is not answered any more */

    /* Answered in a later turn, `timeout` after the question went out at most. UNASKED: there is no
       connection to ask on. One at a time. */
    void (*ask)(void *engine, const struct engine_question *question, engine_done *done,
                void *data);
};

/* The one for `probe`; NULL with `error` set: this build has none. */
const struct engine *engine_of(const struct component_probe *probe, struct error *error);

/* Cuts off what is too long, and makes one line of it. */
void engine_say(struct engine_answer *answer, const char *text);

extern const struct engine engine_postgresql, engine_sqlite;

#endif
