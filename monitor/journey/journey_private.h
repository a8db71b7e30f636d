/* SPDX-License-Identifier: MIT */
/*
 * A run in flight, shared by the driver (journey.c), by what has steps done again (journey_again.c)
 * and by what is left behind and put right (journey_mutation.c). Private to journey/.
 */
#ifndef JOURNEY_JOURNEY_PRIVATE_H
#define JOURNEY_JOURNEY_PRIVATE_H

#include "monitor/journey/journey.h"
#include "monitor/journey/judge.h"
#include "monitor/journey/mask.h"
#include "monitor/journey/variables.h"

/* What a record says of a failure. */
struct journey_failure {
    enum symptom symptom;
    int line, column;
    const char *expected, *values, *actual, *excerpt;
};

/* Something left behind in the shop. */
struct journey_mutation {
    const char *what;
    bool is_settled;
    bool is_found;    /* `find` has looked it up, and its steps were done for each one */
    const char *lost; /* the step whose `find` could not tell; NULL: none so far */
};

/* A row that the run has to itself. */
struct journey_lease {
    const struct pool *pool;
    size_t row;
};

struct journey;
/* What a stage says. */
enum journey_next { JOURNEY_NEXT, JOURNEY_WAIT, JOURNEY_DONE };

typedef enum journey_next journey_stage(struct journey *journey);

struct journey {
    struct journey_settings settings;
    journey_done *done;
    journey_progress *progress;
    void *data;

    struct run *run;
    struct variables *variables;
    struct net_session *session;
    struct net_transfer *transfer; /* in flight, else NULL */
    struct loop_timer *wake;
    journey_stage *stage;

    const struct step *step; /* the current one */
    size_t index;            /* of the next step in its list */
    bool in_cleanup;
    bool failed;             /* a step before cleanup failed: skip the others */
    struct instant deadline; /* of the steps, then of the cleanup */
    struct instant step_deadline;

    struct mask *mask; /* the run's secrets */
    struct journey_lease *leases;
    size_t lease_count;

    struct {                            /* of the current step */
        unsigned tries;                 /* before this one, by `retry` */
        struct instant until;           /* when `until` gives up */
        struct journey_failure failure; /* of the first try */
    } again;

    struct journey_mutation *mutations; /* what the run has left behind so far; in its arena */
    size_t mutation_count;

    struct {              /* cleanup of what `find` found */
        const char *what; /* NULL: there is none under way */
        struct json_t *list;
        size_t element, step; /* the next of each */
        bool settled;         /* no step has failed at it */
    } found;
    bool cleanup_failed; /* a step of it, so far */

    struct net_request request;
    unsigned redirects;
    struct net_response *response; /* of the last exchange, until its step is judged */

    struct {         /* what journey_end asked for */
        bool asked;  /* and not done yet */
        bool obeyed; /* the run's state is given, whatever its steps say */
        const char *reason;
        enum state state;
        enum symptom symptom;
    } end;
};

struct run_step *journey_record(struct journey *journey);
struct judge journey_judge(struct journey *journey);

/* Gives the step's response back. */
void journey_drop_response(struct journey *journey);

/* --- journey_given.c --- */

/* What variables may be made of, so it comes before them. */
void journey_set_given(struct journey *journey);

/* Variables may use those before them. A missing one is left out: the step that needs it will say
 * so. */
void journey_set_variables(struct journey *journey);

/* What the command line gives a variable; the last counts. NULL: nothing. */
const char *journey_override(const struct journey *journey, const char *name);

/* --- journey_again.c --- */

/* Before a step's first try. */
void journey_again_begin(struct journey *journey);

/* True when the step that has just failed by `symptom` is to be tried again; its record is clean
 * then. */
bool journey_again_after(struct journey *journey, enum symptom symptom);

/* True when the step's `until` does not hold yet, and there is time to wait for it. */
bool journey_again_later(const struct journey *journey);

/* Takes a failure out of the record. */
void journey_again_clear(struct journey *journey);

/* Says in the record what happened before the last try; a step that passed is degraded by it. */
enum state journey_again_end(struct journey *journey, enum state state);

/* --- journey_data.c --- */

/* Sets the variables of a row of `pool`. */
void journey_take_row(struct journey *journey, const struct pool *pool);
void journey_give_rows_back(struct journey *journey);

/* --- journey_mutation.c --- */

/* Before a step is sent. SYMPTOM_NONE, or why it must not be. */
enum symptom journey_mutation_record(struct journey *journey);

/* True for a cleanup step that has nothing to do: nothing was left behind, or it was done for each
 * thing found; or it cannot do it, since `find` could not tell what there is. Then `ret_why` is for
 * people. */
bool journey_mutation_is_idle(const struct journey *journey, const struct step *step,
                              const char **ret_why);

/* True when the run's record has the cleanup step already, because it was done for what was found.
 */
bool journey_mutation_was_done(const struct journey *journey, const struct step *step);

/* Takes what the step's `find` found. */
void journey_mutation_take_found(struct journey *journey, struct json_t *list_taken);

/* The next step for what was found, with its variable set; NULL when all is done. */
const struct step *journey_mutation_next(struct journey *journey);

/* After a step: what it settles is settled if it went well. */
void journey_mutation_end_step(struct journey *journey, enum state state);

/* True for a run that does the cleanup of an earlier one. */
bool journey_mutation_is_inherited(const struct journey *journey);

/* Takes over what an earlier run has left behind. */
void journey_mutation_inherit(struct journey *journey);

/* Sets the variables that the earlier run had. */
void journey_mutation_inherit_variables(struct journey *journey);

/* At the end: tells the ledger of what is not put right. True when there is any. */
bool journey_mutation_leave(struct journey *journey);

#endif
