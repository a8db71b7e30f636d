/* SPDX-License-Identifier: MIT */
/*
 * What a back end of the store is: a const struct of functions, all called on the store's own
 * thread, one at a time, but for open and close. It sees rows and text, and makes runs only of what
 * it reads. Private to store/.
 */
#ifndef STORE_STORE_BACKEND_H
#define STORE_STORE_BACKEND_H

#include "monitor/store/store.h"

enum { STORE_TALLIES_MAX = 500000 };

struct store_step {
    const char *name, *state, *symptom; /* symptom: NULL when passed */
    bool cleanup;
    duration total;
};

/* An incident as it is kept. */
struct store_incident {
    const char *id;
    struct wall_time opened, updated, resolved;
    const char *cause, *component;
    char *record; /* incident_write */
};

/* A run as it is kept: columns to search by, and the record. */
struct store_row {
    const char *id, *journey, *vantage, *state;
    const char *cause, *component; /* NULL without a verdict */
    struct slot slot;
    duration latency;
    char *record; /* run_write */
    struct store_step *steps;
    size_t step_count;
    bool has_incident;
    struct store_incident incident;

    /* What became of it. */
    enum result result;
    struct error error;
    store_sequence sequence;
};

/* All required. `connection` is what open gave. */
struct store_backend {
    const char *scheme; /* `sqlite`, of `sqlite:PATH` */

    /* `place` is what follows the colon. NULL with `error` set. */
    void *(*open)(const char *place, struct error *error);
    void (*close)(void *connection);

    /* Fills result, error and sequence of every row. A row is kept whole or not at all, and one
       that fails takes no other with it unless the whole commit fails. RESULT_OK: the commit has
       reached the disk. */
    void (*append)(void *connection, struct store_row *const *rows, size_t count);

    /* The arrays of `ret_runs` have room for `filter->limit` and are empty. */
    enum result (*read_runs)(void *connection, const struct store_filter *filter,
                             struct store_runs *ret_runs);
    enum result (*read_latest)(void *connection, size_t limit, struct store_runs *ret_runs);
    enum result (*read_slots)(void *connection, struct arena *arena, struct store_slots *ret_slots);
    enum result (*read_incidents)(void *connection, bool open_only, size_t limit,
                                  struct arena *arena, struct store_incidents *ret_incidents);
    enum result (*read_incident)(void *connection, const char *id, struct arena *arena,
                                 struct store_incidents *ret_incidents);
    enum result (*read_tallies)(void *connection, struct wall_time since, duration span,
                                struct arena *arena, struct store_tallies *ret_tallies);
    enum result (*read_cursor)(void *connection, const char *name, store_sequence *ret_sequence,
                               struct error *error);
    enum result (*write_cursor)(void *connection, const char *name, store_sequence sequence,
                                struct error *error);
};

extern const struct store_backend store_sqlite;

#endif
