/* SPDX-License-Identifier: MIT */
/*
 * Incident: one cause that lasts, opened once, however many journeys show it, with all that became
 * of it. Plain data; diagnose/ writes it, operators add to it, the record holds all of it.
 */
#ifndef RECORD_INCIDENT_H
#define RECORD_INCIDENT_H

#include "monitor/record/verdict.h"

#include <stdbool.h>

/* X(NAME, word). From OPENED on it is something that stands in the timeline. */
#define INCIDENT_CHANGE_TABLE(X)                                                                   \
    X(UNCHANGED, "unchanged")                                                                      \
    X(COUNTED, "counted") /* one more run of an open incident; nothing else is new */              \
    X(OPENED, "opened")                                                                            \
    X(SPREAD, "spread")   /* another journey shows it, too */                                      \
    X(UPDATED, "changed") /* another or a surer verdict; it flaps, or does no more */              \
    X(RESOLVED, "resolved")                                                                        \
    X(REOPENED, "reopened") /* it came back soon after it was resolved */                          \
    X(ACKNOWLEDGED, "acknowledged")                                                                \
    X(ANNOTATED, "annotated")                                                                      \
    X(PUBLISHED, "published") /* its cause may be shown to the public */                           \
    X(WITHDRAWN, "withdrawn") /* what was published is not for the public any more */

enum incident_change {
#define X(name, word) INCIDENT_##name,
    INCIDENT_CHANGE_TABLE(X)
#undef X
};

const char *incident_change_word(enum incident_change change);
enum incident_change incident_change_from_word(const char *word); /* UNCHANGED: not one of them */

enum {
    INCIDENT_TIMELINE_MAX = 100, /* past it the second oldest entry goes */
    INCIDENT_NOTE_MAX = 2000,    /* bytes of an operator's text */
};

/* One thing that happened to it. */
struct incident_event {
    struct wall_time at;
    enum incident_change change;
    const char *by;   /* the operator; NULL: the monitor */
    const char *text; /* one sentence for people, with the reason; may be NULL */
};

/* A journey from a vantage point that shows an incident, or did. */
struct incident_shower {
    const char *journey, *vantage;
    struct wall_time recovered; /* us == 0: still shows it */
    bool otherwise;             /* and did not pass then, but failed by something else */
    bool unheard;               /* people were not told yet that it shows it, too */
};

struct incident {
    const char *id;
    unsigned version; /* 1 at opening, one more with every change that people hear of; 0: nobody has
                         heard of it (maintenance) */
    enum incident_change change; /* the last one that people heard of */
    struct wall_time began;      /* when the first run that showed it started to fail */
    struct wall_time opened, updated, resolved; /* resolved.us == 0: still open */
    enum symptom symptom;                       /* of the run that opened it */
    const char *journey, *step;                 /* where it was first seen */
    struct verdict first, verdict;              /* at opening, and now */
    struct incident_shower *showers;
    size_t shower_count;
    unsigned runs;     /* failed runs counted to it */
    unsigned reopened; /* how often it came back */
    struct incident_acknowledgement {
        struct wall_time at; /* us == 0: nobody has */
        const char *by;
    } acknowledged;
    bool published;                  /* the cause may be shown to the public */
    bool flapping;                   /* it comes and goes: no change is told with each turn */
    bool muted;                      /* in maintenance: it is kept, nobody is told */
    const char *merged;              /* id of the older one that it turned out to be; NULL: none */
    struct incident_event *timeline; /* oldest first */
    size_t timeline_count;
    unsigned timeline_left_out; /* after the first */
};

/* The operator who closed it by hand, which does not say that anything works; NULL: it is open, or
 * is over by itself. */
const char *incident_closed_by(const struct incident *incident);

/* What was published last, and is still to be seen; NULL: nothing is. */
const struct incident_event *incident_publication(const struct incident *incident);

/* It is open, and somebody shows it still. */
bool incident_is_shown(const struct incident *incident);

/* Who is meant when it is spoken of, each journey once and in the order in which they showed it:
 * those that show it still, and where none does any more (it comes and goes, or is over) all that
 * ever did. Gives the first `max` of them; returns how many there are. */
size_t incident_journeys(const struct incident *incident, const char **names, size_t max);

void incident_copy(struct arena *arena, struct incident *target, const struct incident *source);

/* Appends to the timeline, which stays bounded. The texts are copied. */
void incident_note(struct arena *arena, struct incident *incident,
                   const struct incident_event *event);

struct buffer;
struct json_t;

/* Appends one line of JSON, without its end. */
void incident_write(const struct incident *incident, struct buffer *out);

/* The arena receives what is read; also records of an earlier version. */
MUST_CHECK enum result incident_from_json(struct arena *arena, const struct json_t *json,
                                          struct incident *ret_incident);

/* What incident_write writes, as a tree. New reference. */
struct json_t *incident_to_json(const struct incident *incident);

#endif
