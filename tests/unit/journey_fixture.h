/* SPDX-License-Identifier: MIT */
/* A run against a real server in the same loop, which notes what it is asked. */
#ifndef TESTS_UNIT_JOURNEY_FIXTURE_H
#define TESTS_UNIT_JOURNEY_FIXTURE_H

#include "monitor/journey/journey.h"

struct evhttp;

struct journey_fixture {
    struct loop *loop;
    struct evhttp *server;
    unsigned port;
    struct net *net;
    struct net_vantage *vantage;
    struct shop *shop; /* NULL: none */
    struct scenario *scenario;
    struct run *run;
    char asked[2048]; /* `GET /path body;` of every request, in order */
    char marks[1024]; /* `User-Agent Shopwatch-Run traceparent;` of every request, in order */
    unsigned progress;
    struct journey_ledger journey_ledger;
    unsigned flaky;   /* requests for /flaky so far */
    char ledger[512]; /* what was noted and settled, in order */
    struct journey *journey;
    const struct journey_debt *debts; /* of an earlier run; NULL: none */
    size_t debt_count;
    bool (*wants_messages)(void *data, const struct run *run); /* NULL: none are kept */
    const struct secrets *secrets;                             /* NULL: none */
    char type[256], cookie[256], authorization[256];           /* headers of the latest */
};

/* The server and a vantage point; then the scenario's `steps`, and what else it has. */
void journey_fixture_open(struct journey_fixture *fixture);
void journey_fixture_load(struct journey_fixture *fixture, const char *steps);
void journey_fixture_close(struct journey_fixture *fixture);

/* Starts the run, whose end stops the loop. */
void journey_fixture_start(struct journey_fixture *fixture);

/* Goes on until the server was asked all of that, and no more. */
void journey_fixture_until_asked(struct journey_fixture *fixture, const char *asked);

/* The whole run of `steps`; closed by the caller. */
void journey_fixture_run(struct journey_fixture *fixture, const char *steps);

/* A timer's call that ends the run. */
void journey_fixture_end(void *fixture);

#endif
