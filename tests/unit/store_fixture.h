/* SPDX-License-Identifier: MIT */
/* A real store in a directory of its own, and calls that wait for its answers. */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include "monitor/base/loop.h"
#include "monitor/record/run.h"
#include "monitor/store/store.h"

enum { FIXTURE_PATH_MAX = 128 };

struct store_fixture {
    struct loop *loop;
    struct store *store;
    char directory[FIXTURE_PATH_MAX], file[FIXTURE_PATH_MAX], url[FIXTURE_PATH_MAX];
};

void store_fixture_set_up(struct store_fixture *fixture);
void store_fixture_tear_down(struct store_fixture *fixture);
void store_fixture_reopen(struct store_fixture *fixture);

/* A run planned at `minute`, with two steps of 3 and 4 ms and, when it failed, a verdict. */
struct run *store_fixture_run(const char *journey, const char *vantage, int minute,
                              enum state state);

/* Appends and frees `run`, waits for the answer, which must be good. */
store_sequence store_fixture_append(struct store_fixture *fixture, struct run *run);

/* The runs that match; free with store_fixture_release. */
struct store_runs store_fixture_read(struct store_fixture *fixture,
                                     const struct store_filter *filter);
void store_fixture_release(struct store_runs *runs);

store_sequence store_fixture_cursor(struct store_fixture *fixture, const char *name);

/* Turns the loop for a while. */
void store_fixture_wait(struct store_fixture *fixture, duration time);

#endif
