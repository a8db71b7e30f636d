/* SPDX-License-Identifier: MIT */
/*
 * What a back end of the store is: a const struct of functions, all called on the store's own
 * thread, one at a time, but for open and close. It sees rows and text, and makes runs only of what
 * it reads. Private to store/.
 */
#ifndef STORE_STORE_BACKEND_H
#define STORE_STORE_BACKEND_H

#include "monitor/store/store_rollups.h"

enum { STORE_TALLIES_MAX = 500000 };

#define STORE_SLICE (10 * DURATION_MILLISECOND)

/* What a step, or a whole run, adds to a rollup: its total, then each phase. */
enum { STORE_TIMES = 1 + PHASE_COUNT };

struct store_step {
    const char *name, *symptom; /* symptom: NULL when passed */
    enum state state;
    bool cleanup;
    duration total;
    duration phases[PHASE_COUNT]; /* PHASE_ABSENT or longer */
    bool given_up;         /* failed, because its time was over: it would have taken longer */
    enum phase last_phase; /* the one that it was given up in; PHASE_COUNT: not known */
};

/* A rollup as it is kept: STORE_TIMES histograms, packed one after the other. */
struct store_packed_rollup {
    const char *journey, *vantage, *step; /* step: NULL for the whole run */
    struct wall_time start;
    struct store_counts counts;
    const unsigned char *packed;
    size_t packed_length;
};
struct store_packed_rollups {
    struct store_packed_rollup *rollups;
    size_t count;
};

/* An incident as it is kept. */
struct store_incident {
    const char *id;
    struct wall_time opened, updated, resolved;
    const char *cause, *component;
    unsigned version;
    const char *change; /* what made it this version, a word */
    char *record;       /* incident_write */
};

/* A run as it is kept: columns to search by, and the record. */
struct store_row {
    const char *id, *journey, *vantage;
    enum state state;
    bool excluded;
    const char *cause, *component; /* NULL without a verdict */
    struct slot slot;
    duration latency;
    bool given_up;  /* as of a step */
    char *record;   /* run_write */
    char *messages; /* messages_write; NULL: it has none */
    struct store_step *steps;
    size_t step_count;
    bool has_incident;
    struct store_incident incident;

    /* What became of it. */
    bool known; /* it was there before */
    enum result result;
    struct error error;
    store_sequence sequence;
};

/* All required. `connection` is what open gave. */
struct store_backend {
    const char *scheme; /* `sqlite`, of `sqlite:PATH` */

    /* `place` is what follows the colon. NULL with `error` set. */
    void *(*open)(const char *place, struct error *error);
    /* What is there, and never changed by this connection. */
    void *(*open_to_read)(const char *place, struct error *error);
    void (*close)(void *connection);

    /* Where what was damaged has been put since this was last asked, so that it could be begun
       anew; the caller frees it. NULL: nowhere. */
    char *(*take_aside)(void *connection);

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

    /* Keeps an incident and its change without a run. */
    enum result (*write_incident)(void *connection, const struct store_incident *incident,
                                  store_sequence *ret_sequence, struct error *error);
    enum result (*read_changes)(void *connection, store_sequence after, size_t limit,
                                struct arena *arena, struct store_changes *ret_changes);
    enum result (*append_event)(void *connection, const struct event *event, const char *record,
                                struct error *error);
    enum result (*read_events)(void *connection, struct wall_time since, struct wall_time until,
                               struct arena *arena, struct store_events *ret_events);
    enum result (*write_maintenance)(void *connection, const struct maintenance *maintenance,
                                     const char *record, struct error *error);
    enum result (*read_maintenance)(void *connection, struct wall_time since, struct arena *arena,
                                    struct store_maintenances *ret_maintenances);

    enum result (*read_rollups)(void *connection, const struct store_rollup_filter *filter,
                                struct arena *arena, struct store_packed_rollups *ret_rollups);
    enum result (*read_days)(void *connection, struct wall_time since, struct arena *arena,
                             struct store_days *ret_days);

    /* Deletes some of what is old, for STORE_SLICE at most; sets `ret_count` to how many rows went,
       0 when none is left. */
    enum result (*delete_old)(void *connection, const struct store_retention *retention,
                              size_t *ret_count, struct error *error);

    enum result (*read_cursor)(void *connection, const char *name, store_sequence *ret_sequence,
                               struct error *error);
    enum result (*write_cursor)(void *connection, const char *name, store_sequence sequence,
                                struct error *error);
};

extern const struct store_backend store_sqlite;

/* A run and an incident as rows. Texts come into `arena`; the caller frees the record. */
void store_row_fill(struct arena *arena, struct store_row *row, const struct run *run);
void store_row_fill_columns(struct arena *arena, struct store_row *row,
                            const struct run *run); /* all but the record */
void store_incident_fill(struct arena *arena, struct store_incident *target,
                         const struct incident *incident);

#endif
