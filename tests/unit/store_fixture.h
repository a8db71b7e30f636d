/* SPDX-License-Identifier: MIT */
/* A real store in a directory of its own, and calls that wait for its answers. */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include "monitor/base/loop.h"
#include "monitor/record/run.h"
#include "monitor/store/store.h"

#include <check.h>

enum { FIXTURE_PATH_MAX = 128 };

struct store_fixture {
    struct loop *loop;
    struct store *store;
    char directory[FIXTURE_PATH_MAX], file[FIXTURE_PATH_MAX], url[FIXTURE_PATH_MAX];
    char put[2 * FIXTURE_PATH_MAX]; /* of store_fixture_put */
};

/*
 * The same tests on every back end: a program whose tests are about the contract, and not about a
 * file, adds its cases once for each row, X(name, in memory). `set_up` calls store_fixture_set_up.
 */
#define STORE_FIXTURE_TABLE(X)                                                                     \
    X("file", false)                                                                               \
    X("memory", true)

typedef void store_fixture_add(TCase *tests);
void store_fixture_on_each(Suite *suite, const char *name, void (*set_up)(void),
                           void (*tear_down)(void), store_fixture_add *add);

/* In a file, or what store_fixture_on_each has chosen. */
void store_fixture_set_up(struct store_fixture *fixture);
void store_fixture_tear_down(struct store_fixture *fixture);

/* What was kept is there again, but in memory, where it stays open. */
void store_fixture_reopen(struct store_fixture *fixture);

/* Writes a file into the directory; its path is good until the next call. */
const char *store_fixture_put(struct store_fixture *fixture, const char *name, const char *format,
                              ...) PRINTF_LIKE(3, 4);

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

/* The same, until it is true: an answer has come. */
void store_fixture_wait_for(struct store_fixture *fixture, const bool *done);

/* True where the machine was busy, or the end came in the middle: such a run says nothing of the
 * shop, and may have sent nothing. */
bool store_fixture_is_monitors_own(const struct run *run);

/* How many say something of the shop; each of these must be blamed on that cause. */
size_t store_fixture_count_blamed(const struct store_runs *runs, enum cause cause);

#endif
