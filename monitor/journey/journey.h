/* SPDX-License-Identifier: MIT */
/*
 * The driver of a run: one step at a time, each saying next, wait or done. It renders requests, has
 * net/ send them, follows redirects, checks assertions, takes captures, and always does the
 * cleanup. It observes; whose fault a failure is, others say.
 */
#ifndef JOURNEY_JOURNEY_H
#define JOURNEY_JOURNEY_H

#include "monitor/journey/leases.h"
#include "monitor/journey/secrets.h"
#include "monitor/net/net.h"
#include "monitor/record/run.h"
#include "scenarios/scenario.h"
#include "scenarios/shop.h"

struct journey; /* a run in flight */

/* `--var NAME=VALUE`: replaces the scenario's variable of that name, or adds one. */
struct journey_variable {
    const char *name, *value;
};

/* The text `value` in the place of `pair`'s: a number or boolean where that is one, else text. New
 * reference; NULL where a number or boolean is wanted, and the text is none. */
struct json_t *journey_variable_value(const struct pair *pair, const char *value);

/* What a step is about to leave behind in the shop. */
struct journey_debt {
    const char *run_id, *journey, *vantage, *step;
    const char *what; /* `order` */
    const struct json_t
        *variables; /* those that are not secret, an object: what it can be found by */
};

/* Where that is kept until it is put right. */
struct journey_ledger {
    /* Before the step is sent. SYMPTOM_NONE, or why it must not be; `detail` is for people, in the
     * arena. */
    enum symptom (*record)(void *data, const struct journey_debt *debt, struct arena *arena,
                           const char **ret_detail);
    void (*settle)(void *data, const char *run_id, const char *what);
    /* The run has ended, and it is not put right. */
    void (*leave)(void *data, const char *run_id, const char *what);
    void *data;
};

/* The note of a step that was not chosen, and has one that was behind it. */
#define JOURNEY_LEFT_OUT "not asked for; later steps miss what comes of it: cookies, a cart"

/* All borrowed, and alive until the run is done. */
struct journey_settings {
    const struct scenario *scenario;
    const struct shop *shop; /* may be NULL */
    struct net_vantage *net_vantage;
    const char *vantage; /* its name */
    struct wall_time planned;
    const struct journey_variable *overrides;
    size_t override_count;
    bool keep_messages;      /* requests and answers stay with their exchanges: message.h */
    size_t message_body_max; /* of each body so much; 0: MESSAGE_BODY_MAX */
    /* Asked at the end of a run, with the data of journey_start: whether they are to stay after
       all. NULL: they are. */
    bool (*wants_messages)(void *data, const struct run *run);
    const bool *chosen;                  /* of scenario_choose; NULL: all steps */
    const struct secrets *secrets;       /* NULL: none */
    struct leases *leases;               /* of all runs; NULL: nobody else takes rows */
    const struct journey_ledger *ledger; /* NULL: nothing is noted */
    /* What one earlier run has left behind: then nothing but the cleanup is done, in its place and
     * with its variables, secrets apart, which are those of now. */
    const struct journey_debt *debts;
    size_t debt_count;              /* 0: a run of its own */
    const struct step *stop_before; /* one of its steps: the run ends failed, held back, without
                                       having sent it; NULL: none */
    struct loop *loop;
};

/* Receives the finished run, and owns it. In a later turn than journey_start; the journey is freed
 * after. */
typedef void journey_done(void *data, struct run *run);

/* Told as the run goes on, for live output; `step` is finished. May be NULL. */
typedef void journey_progress(void *data, const struct run *run, const struct run_step *step);

struct journey *journey_start(const struct journey_settings *settings, journey_done *done,
                              journey_progress *progress, void *data);

/*
 * Ends the run before its time: the step in flight gets `state` and `symptom`, later ones are
 * skipped, cleanup is done still. `reason` goes into the record. `done` follows as always.
 */
void journey_end(struct journey *journey, enum state state, enum symptom symptom,
                 const char *reason);

/* The record so far, of a run whose last step in it waits for the shop's answer, cleanup apart;
 * NULL: it does something else. Borrowed, until the loop goes on. */
const struct run *journey_waits(const struct journey *journey);

/* Whether the shop's kernel has what such a run sent. */
bool journey_is_received(const struct journey *journey);

/* Ends it at once and without cleanup or callback (the program ends). */
void journey_abandon(struct journey *journey);

#endif
