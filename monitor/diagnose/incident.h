/* SPDX-License-Identifier: MIT */
/*
 * From verdicts to incidents: confirmation over slots, quorum over vantage points, one incident a
 * cause and component, resolved when every journey that showed it passes again. Pure.
 */
#ifndef DIAGNOSE_INCIDENT_H
#define DIAGNOSE_INCIDENT_H

#include "monitor/record/run.h"

struct incident_book;

enum { INCIDENT_CONFIRM_SLOTS = 2 };

struct incident_book *incident_book_create(void);
void incident_book_free(struct incident_book *book); /* takes NULL */

/* Takes up an incident that was open when the monitor stopped. */
void incident_book_restore(struct incident_book *book, const struct incident *incident);

enum incident_change { INCIDENT_UNCHANGED, INCIDENT_OPENED, INCIDENT_UPDATED, INCIDENT_RESOLVED };

/*
 * Takes note of a judged run. `quorum`: how many vantage points must fail; 0: half of `healthy`,
 * rounded up. On a change `ret_incident` is the incident, borrowed until the next call.
 */
enum incident_change incident_book_add(struct incident_book *book, const struct run *run,
                                       unsigned quorum, unsigned healthy, struct wall_time now,
                                       const struct incident **ret_incident);

#endif
