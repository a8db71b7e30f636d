/* SPDX-License-Identifier: MIT */
/*
 * From verdicts to incidents: confirmation over slots, quorum over vantage points, one incident a
 * cause and component, resolved when nobody shows it any more. Pure: time is a parameter.
 */
#ifndef DIAGNOSE_INCIDENT_H
#define DIAGNOSE_INCIDENT_H

#include "monitor/record/incident.h"
#include "monitor/record/run.h"

struct incident_book;

enum { INCIDENT_CONFIRM_SLOTS = 2 };

struct incident_book *incident_book_create(void);
void incident_book_free(struct incident_book *book); /* takes NULL */

/* Whether a journey is still watched from there. */
typedef bool incident_is_watched(void *data, const char *journey, const char *vantage);

/*
 * Takes up an incident that was open when the monitor stopped, with those who showed it and are
 * still watched. Where none is left, it is resolved by the next run that is added, whichever that
 * is.
 */
void incident_book_restore(struct incident_book *book, const struct incident *incident,
                           incident_is_watched *is_watched, void *data);

/*
 * Takes note of a judged run. `quorum`: how many vantage points must fail; 0: half, rounded up, of
 * those that can see (whose last run was not unknown). On a change `ret_incident` is the incident,
 * borrowed until the next call.
 */
enum incident_change incident_book_add(struct incident_book *book, const struct run *run,
                                       unsigned quorum, struct wall_time now,
                                       const struct incident **ret_incident);

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

/* A version more, with its entry in the timeline. */
void incident_turn(struct arena *arena, struct incident *incident,
                   const struct incident_event *event);

#endif
