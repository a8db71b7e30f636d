/* SPDX-License-Identifier: MIT */
/* Verdict: whose fault it is, how sure, and why. Plain data; diagnose/ writes it. */
#ifndef RECORD_VERDICT_H
#define RECORD_VERDICT_H

#include "monitor/base/arena.h"
#include "monitor/base/clock.h"
#include "monitor/record/symptom.h"

#include <stddef.h>

/* X(NAME, text). The first six are suspects, in the order in which weights are listed. */
#define CAUSE_TABLE(X)                                                                             \
    X(NETWORK, "network")                                                                          \
    X(APPLICATION, "application")                                                                  \
    X(DATABASE, "database")                                                                        \
    X(THIRD_PARTY, "third-party")                                                                  \
    X(MONITOR, "monitor")                                                                          \
    X(SCENARIO, "scenario")                                                                        \
    X(UNDETERMINED, "undetermined")                                                                \
    X(NONE, "none")

enum cause {
#define X(name, text) CAUSE_##name,
    CAUSE_TABLE(X)
#undef X
};
enum { SUSPECT_COUNT = CAUSE_UNDETERMINED };

const char *cause_name(enum cause cause);
enum cause cause_from_name(const char *name); /* CAUSE_NONE for an unknown one */

/* One weighed fact. `weight` in dB (10 = ten times likelier) speaks for the verdict's cause, below
 * 0 against it; 0 says nothing of it, but something of other suspects. */
struct evidence {
    const char *fact; /* stable code: `pattern.shared_component` */
    const char *text; /* one sentence for people */
    double weight;
};

struct verdict {
    enum cause cause;
    const char *component; /* NULL where the component cannot be told */
    const char *summary;   /* one sentence for people */
    double confidence;     /* 0 to 1 */
    struct evidence *evidence;
    size_t evidence_count;
    enum cause leaning; /* the likeliest suspect, also where the cause is undetermined */
    enum cause runner_up;
    double runner_up_confidence;
    double suspects[SUSPECT_COUNT]; /* how likely each is; all 0: that is not known */
    const char *works;              /* steps that pass meanwhile; may be NULL */
    const char *unsure;             /* who is not excluded, and what would settle it; may be NULL */
};

void verdict_copy(struct arena *arena, struct verdict *target, const struct verdict *source);
void verdict_add(struct arena *arena, struct verdict *verdict, const char *fact, const char *text,
                 double weight);

/* Verdicts of before do not say how likely each suspect is, nor does one that weighs nothing. */
bool verdict_knows_suspects(const struct verdict *verdict);

struct json_t;
struct json_writer;

/* Appends it as a member of what is open. */
void verdict_write(const struct verdict *verdict, struct json_writer *writer, const char *key);

/* The arena receives what is read. */
MUST_CHECK enum result verdict_from_json(struct arena *arena, const struct json_t *json,
                                         struct verdict *ret_verdict);

#endif
