/* SPDX-License-Identifier: MIT */
/*
 * Symptoms in, verdict out. Pure: it sees runs, the shop's components and the time it is given,
 * neither network nor clock. A verdict is a list of weighted facts (weights.h); too little of them
 * is `undetermined`.
 */
#ifndef DIAGNOSE_DIAGNOSE_H
#define DIAGNOSE_DIAGNOSE_H

#include "monitor/record/event.h"
#include "monitor/record/run.h"
#include "scenarios/shop.h"

struct history;

/* The latest run of each journey and vantage point, digested. */
struct history *history_create(void);
void history_free(struct history *history); /* takes NULL */
/* Forgets who is not watched any more. */
typedef bool history_is_watched(void *data, const char *journey, const char *vantage);
void history_prune(struct history *history, history_is_watched *is_watched, void *data);
void history_add(struct history *history, const struct run *run); /* copies what it needs */

/* What was done longer before a failure says nothing of it, nor that nothing was done since. */
#define DIAGNOSE_EVENTS_SPAN (4 * DURATION_WEEK)

/* What people say that they did: it may be why what comes after fails. Copies it. */
void history_add_event(struct history *history, const struct event *event);

/* Asserts at or above the first, and this many times likelier than the second (attribution: 6 dB).
 */
#define DIAGNOSE_ASSERT   0.85
#define DIAGNOSE_PROBABLE 0.60

/*
 * The verdict on `run`, which failed or could not look, into `run->verdict`; others are left as
 * they are. The history must contain the run, and may contain others: what fails with it speaks,
 * and what passed since it began to fail. `shop` may be NULL.
 */
void diagnose_run(const struct history *history, const struct shop *shop, struct run *run);

enum { DIAGNOSIS_FACTS_MAX = 32 };

/* All that a verdict was made of: also the facts that say nothing of the likeliest suspect, and how
 * likely each of the others is. Without facts nothing had to be weighed. */
struct diagnosis {
    struct diagnosis_fact {
        const char *code;
        const char *text; /* one sentence for people; lives as long as the run */
    } facts[DIAGNOSIS_FACTS_MAX];
    size_t fact_count;
    double probability[SUSPECT_COUNT];
    bool unsettled; /* not all was seen yet, and the verdict is kept from being sure */
};

/* The same, and what it was made of; `ret_diagnosis` may be NULL. */
void diagnose_in_full(const struct history *history, const struct shop *shop, struct run *run,
                      struct diagnosis *ret_diagnosis);

/* What a fact says for each suspect, or against it, in dB; NULL for one that is not known (any
 * more). */
const double *diagnose_weights(const char *fact);

/* Names the database in an answer's body, where it does: SQLSTATEs, MySQL numbers, engines'
 * sentences. SYMPTOM_NONE otherwise. */
enum symptom diagnose_database_words(const char *body);

/* The error that a header Proxy-Status (RFC 9209) tells, of the proxy nearest to the shop: a part
 * of `header`. NULL when it tells none. */
const char *diagnose_proxy_error(const char *header, size_t *ret_length);

/* What a header Server-Timing says that went by in databases; false: nothing of them. */
bool diagnose_database_time(const char *header, duration *ret_time);

#endif
