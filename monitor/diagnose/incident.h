/* SPDX-License-Identifier: MIT */
/*
 * From verdicts to incidents. A failure is confirmed over slots and by a quorum of vantage points;
 * one incident a cause and component; over when nobody shows it any more, and the same one when it
 * comes back soon. Further journeys that show it are told of together, once a minute at most. One
 * that comes and goes is told of once, and one in maintenance not at all.
 * Pure: time is a parameter.
 */
#ifndef DIAGNOSE_INCIDENT_H
#define DIAGNOSE_INCIDENT_H

#include "monitor/record/incident.h"
#include "monitor/record/run.h"

struct incident_book;

enum {
    INCIDENT_CONFIRM_SLOTS = 2, /* that fail in a row, before a failure counts */
    INCIDENT_FLAP_TURNS = 5,    /* opened, resolved, reopened, ...: that many within a span */
};

#define INCIDENT_FLAP_SPAN DURATION_HOUR
#define INCIDENT_FLAP_CALM (15 * DURATION_MINUTE) /* without a turn: it flaps no more */
#define INCIDENT_REOPEN                                                                            \
    (30 * DURATION_MINUTE) /* it is the same one until so long after its end                       \
                            */
#define INCIDENT_LEARN                                                                             \
    (30 * DURATION_MINUTE)                 /* what fails so long after it began is another story */
#define INCIDENT_RECALL       DURATION_DAY /* a run that is older says nothing after a restart */
#define INCIDENT_SPREAD_PAUSE DURATION_MINUTE        /* between what is told of further journeys */
#define INCIDENT_COUNT        (10 * DURATION_SECOND) /* how often mere counts are worth a writing */
#define INCIDENT_JOIN_PAUSE   DURATION_SECOND /* for how long nobody else has come to show it */

struct incident_book *incident_book_create(void);
void incident_book_free(struct incident_book *book); /* takes NULL */

/* Whether a journey is still watched from there. */
typedef bool incident_is_watched(void *data, const char *journey, const char *vantage);

/*
 * Takes up an incident of the time before (once, whatever is asked), with those who show it and are
 * still watched; one that is over only as long as it may come back. Where nobody is left who shows
 * it, it is resolved with the next run that is added.
 */
void incident_book_restore(struct incident_book *book, const struct incident *incident,
                           incident_is_watched *is_watched, void *data, struct wall_time now);

/* Takes up the last run of the time before, after the incidents: what it failed in is half
 * confirmed, and who could see counts for a quorum. */
void incident_book_recall(struct incident_book *book, const struct run *run, struct wall_time now);

/* Forgets who is not watched any more: another set of scenarios is in force. */
void incident_book_prune(struct incident_book *book, incident_is_watched *is_watched, void *data);

/* Takes note of a judged run. `quorum`: how many vantage points must fail; 0: half, rounded up, of
 * those that can see (whose last run was not unknown). */
void incident_book_add(struct incident_book *book, const struct run *run, unsigned quorum,
                       struct wall_time now);

/* Gives out what was only counted since, where it is time to, though no run comes. */
void incident_book_give_counts(struct incident_book *book, struct wall_time now);

/* What became of it: incidents that are to be kept, with what happened to each, one a call; NULL
 * after the last. Borrowed until the next run is added. COUNTED is nothing that people hear of, and
 * neither is what happens to a muted one. */
const struct incident *incident_book_take(struct incident_book *book,
                                          enum incident_change *ret_change);

/* --- operators ------------------------------------------------------------------------------- */

enum { INCIDENT_NAME_MIN = 4 }; /* digits of an id that are enough where they mean one incident */

/* What an operator wants done to an incident. */
struct incident_order {
    const char *id;              /* or its beginning */
    enum incident_change change; /* ACKNOWLEDGED, ANNOTATED, PUBLISHED, or RESOLVED by hand */
    const char *by;
    const char *text; /* NULL: none; a note needs one */
};

/*
 * Does it to an incident of the book. RESULT_NOT_FOUND: the book has none of that name, the store
 * may; RESULT_INVALID: it cannot be done, or the name means several. `ret_incident` is borrowed
 * until the next call.
 */
MUST_CHECK enum result incident_book_change(struct incident_book *book,
                                            const struct incident_order *order,
                                            struct wall_time now,
                                            const struct incident **ret_incident,
                                            struct error *error);

/* The same to one that the book does not have any more. Its further texts come into the arena. */
MUST_CHECK enum result incident_obey(struct arena *arena, struct incident *incident,
                                     const struct incident_order *order, struct wall_time now,
                                     struct error *error);

bool incident_is_called(const struct incident *incident, const char *name);

#endif
