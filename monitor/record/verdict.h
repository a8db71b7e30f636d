/* SPDX-License-Identifier: MIT */
/* Verdict and incident: whose fault it is, how sure, and why. Plain data; diagnose/ writes it. */
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
 * 0 against it. */
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
    const char *unsure; /* who is not excluded, and what would settle it; may be NULL */
};

void verdict_copy(struct arena *arena, struct verdict *target, const struct verdict *source);
void verdict_add(struct arena *arena, struct verdict *verdict, const char *fact, const char *text,
                 double weight);

/* A journey from a vantage point that shows an incident, or did. */
struct incident_shower {
    const char *journey, *vantage;
};

/* One cause that lasts. Opened once, however many journeys show it. */
struct incident {
    const char *id;
    struct wall_time began; /* when the first run that showed it started to fail */
    struct wall_time opened, updated, resolved; /* resolved.us == 0: still open */
    enum symptom symptom;                       /* of the run that opened it */
    const char *journey, *step;                 /* where it was first seen */
    struct verdict first, verdict;              /* at opening, and now */
    struct incident_shower *showers;
    size_t shower_count;
    unsigned runs; /* failed runs counted to it */
};

void incident_copy(struct arena *arena, struct incident *target, const struct incident *source);

struct buffer;
struct json_t;
struct json_writer;

/* Both append one line of JSON, without its end; a verdict as a member. */
void verdict_write(const struct verdict *verdict, struct json_writer *writer, const char *key);
void incident_write(const struct incident *incident, struct buffer *out);

/* The arena receives what is read. */
MUST_CHECK enum result verdict_from_json(struct arena *arena, const struct json_t *json,
                                         struct verdict *ret_verdict);
MUST_CHECK enum result incident_from_json(struct arena *arena, const struct json_t *json,
                                          struct incident *ret_incident);

/* What incident_write writes, as a tree. New reference. */
struct json_t *incident_to_json(const struct incident *incident);

#endif
