/* SPDX-License-Identifier: MIT */
/* A statuspage reporter over a real store, and the server that it writes to. */
#ifndef TESTS_UNIT_STATUSPAGE_FIXTURE_H
#define TESTS_UNIT_STATUSPAGE_FIXTURE_H

#include "tests/unit/statuspage_server.h"
#include "tests/unit/store_fixture.h"

#include "monitor/record/incident.h"
#include "reporters/reporter.h"

enum { TOLD_MAX = 4000, TRIES = 1000 };

extern struct store_fixture fixture;
extern struct statuspage_server server;
extern struct reporters *reporters;
extern char told[TOLD_MAX]; /* to the log */

/* With a reporter for components c1 to c3: of two journeys, and of a component of the shop. */
void set_up(void);
void tear_down(void); /* nothing that was sent may have been other than documented */
void load_shop(const char *further_keys);
struct reporter_context context_of(void);
void open_reporters(void);
void close_reporters(void);

/* An incident as the monitor would keep it. */
struct incident sample(const char *id);
extern struct incident_shower from_home[1];
/* Another version of it, which is kept. */
void change(struct incident *incident, enum incident_change change);

struct reporter_health health_now(void);
/* Until that many runs and changes are told, or given up. */
void wait_told(unsigned count);
void wait_failed(void);
void wait_idle(void); /* what there is has been told, and it is known where they stand */

/* The next `times` requests with the method (NULL: any): see statuspage_server.h. */
void strike(unsigned times, const char *method, int status);

#endif
