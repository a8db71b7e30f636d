/* SPDX-License-Identifier: MIT */
/*
 * store/ when things go wrong: the process is killed, the disk is full, another holds the lock.
 * What was acknowledged is there, what failed was reported. (A kill leaves the kernel's cache
 * whole, so these tests say nothing about a power cut.)
 */
#include "tests/unit/runner.h"
#include "tests/unit/store_fixture.h"

#include "monitor/base/map.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { KILL_ROUNDS = 10, IN_FLIGHT = 16, LINE = HASH_HEX_LENGTH + 1, LIFE_MAX_US = 40000 };

static struct store_fixture fixture;

static void set_up(void)
{
    store_fixture_set_up(&fixture);
}

static void tear_down(void)
{
    store_fixture_tear_down(&fixture);
}

/* A child that appends without end, and tells each acknowledged id. */
struct child {
    struct store *store;
    int pipe, minute;
};

struct pending {
    struct child *child;
    char id[LINE + 1];
};

static void child_append(struct pending *pending);

static void child_acknowledged(void *data, enum result result, const struct error *error,
                               store_sequence sequence)
{
    struct pending *pending = data;
    (void)error;
    if (result != RESULT_OK || sequence == 0 ||
        write(pending->child->pipe, pending->id, LINE) != LINE)
        _exit(1);
    child_append(pending);
}

static void child_append(struct pending *pending)
{
    struct child *child = pending->child;
    struct run *run = store_fixture_run("buy", "home", child->minute++, STATE_FAILED);
    snprintf(pending->id, sizeof pending->id, "%s\n", run->id);
    if (store_append(child->store, run, NULL, child_acknowledged, pending) != RESULT_OK)
        _exit(1);
    run_free(run);
}

static void child_main(int pipe, int round)
{
    struct loop *loop = loop_create();
    struct child child = {.pipe = pipe, .minute = round * 1000000};
    child.store = store_open(loop, fixture.url, NULL);
    if (child.store == NULL)
        _exit(1);
    struct pending pending[IN_FLIGHT];
    for (int i = 0; i < IN_FLIGHT; i++) {
        pending[i].child = &child;
        child_append(&pending[i]);
    }
    loop_run(loop);
    _exit(1);
}

/* Remembers the acknowledged ids that `pipe` still holds. A line that was cut off is none. */
static void read_ids(int pipe, struct map *acknowledged)
{
    static char present;
    char line[LINE];
    for (size_t have = 0;;) {
        ssize_t got = read(pipe, line + have, sizeof line - have);
        if (got <= 0)
            return;
        have += (size_t)got;
        if (have < sizeof line)
            continue;
        line[LINE - 1] = '\0';
        map_put(acknowledged, line, &present);
        have = 0;
    }
}

static void kill_round(int round, struct map *acknowledged)
{
    int ends[2], status;
    char first[LINE];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        close(ends[0]);
        child_main(ends[1], round);
    }
    close(ends[1]);
    /* The moment is random, counted from the first acknowledgement on; so each round has some. */
    ck_assert_int_eq(read(ends[0], first, sizeof first), LINE);
    usleep((useconds_t)(random() % LIFE_MAX_US));
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status));
    read_ids(ends[0], acknowledged);
    close(ends[0]);
}

static int64_t ask(sqlite3 *database, const char *sql)
{
    sqlite3_stmt *statement;
    ck_assert_int_eq(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static void check_file(const struct map *acknowledged)
{
    sqlite3 *database;
    sqlite3_stmt *statement;
    ck_assert_int_eq(sqlite3_open(fixture.file, &database), SQLITE_OK);
    ck_assert_int_eq(ask(database, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
    ck_assert_int_eq(ask(database, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
    /* Every run of the fixture has two steps. */
    ck_assert_int_eq(ask(database, "SELECT count(*) FROM run WHERE"
                                   " (SELECT count(*) FROM step WHERE run = sequence) <> 2"),
                     0);
    const char *find = "SELECT 1 FROM run WHERE id = ?1";
    ck_assert_int_eq(sqlite3_prepare_v2(database, find, -1, &statement, NULL), SQLITE_OK);
    for (size_t i = 0; i < map_count(acknowledged); i++) {
        sqlite3_bind_text(statement, 1, map_key(acknowledged, i), -1, SQLITE_STATIC);
        ck_assert_msg(sqlite3_step(statement) == SQLITE_ROW, "acknowledged run %s is lost",
                      map_key(acknowledged, i));
        sqlite3_reset(statement);
    }
    sqlite3_finalize(statement);
    sqlite3_close(database);
}

START_TEST(an_acknowledged_run_survives_a_kill)
{
    struct map *acknowledged = map_create(NULL);
    store_close(fixture.store); /* so that each child is the file's only user */
    fixture.store = NULL;
    srandom((unsigned)clock_wall().us);
    for (int round = 0; round < KILL_ROUNDS; round++) {
        kill_round(round, acknowledged);
        check_file(acknowledged);
    }
    ck_assert_uint_gt(map_count(acknowledged), KILL_ROUNDS);
    map_free(acknowledged);
}
END_TEST

struct outcome {
    enum result results[4];
    char text[ERROR_TEXT_MAX];
    size_t count;
};

static void note_outcome(void *data, enum result result, const struct error *error,
                         store_sequence sequence)
{
    struct outcome *outcome = data;
    ck_assert_int_eq(result == RESULT_OK, sequence > 0);
    outcome->results[outcome->count++] = result;
    strcpy(outcome->text, error->text);
    if (outcome->count == COUNT_OF(outcome->results))
        loop_stop(fixture.loop);
}

/* Appends four runs at once, from `minute` on. */
static struct outcome append_four(int minute)
{
    struct outcome outcome = {0};
    for (int i = 0; i < 4; i++) {
        struct run *run = store_fixture_run("buy", "home", minute + i, STATE_PASSED);
        ck_assert_int_eq(store_append(fixture.store, run, NULL, note_outcome, &outcome), RESULT_OK);
        run_free(run);
    }
    loop_run(fixture.loop);
    return outcome;
}

static size_t count_runs(void)
{
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    size_t count = runs.count;
    store_fixture_release(&runs);
    return count;
}

/* A limit on the size of files stands for the full disk: SQLite sees a write that fails. */
START_TEST(a_full_disk_is_reported_and_got_over)
{
    struct rlimit limit, before;
    struct stat facts;
    char log[FIXTURE_PATH_MAX + 8];
    ck_assert_int_eq(append_four(0).results[3], RESULT_OK);
    snprintf(log, sizeof log, "%s-wal", fixture.file);
    ck_assert_int_eq(stat(log, &facts), 0);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = (rlim_t)facts.st_size + 5000; /* room for a part of what is to come */
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    struct outcome refused = append_four(10);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(refused.results[i], RESULT_IO);
    ck_assert_ptr_nonnull(strstr(refused.text, "disk I/O error (SQLite code 778)")); /* a write */
    ck_assert_ptr_nonnull(strstr(refused.text, fixture.file));
    ck_assert_uint_eq(count_runs(), 4);
    ck_assert_int_eq(append_four(10).results[0], RESULT_OK);
    ck_assert_uint_eq(count_runs(), 8);
    store_close(fixture.store);
    fixture.store = NULL;
    struct map *none = map_create(NULL);
    check_file(none);
    map_free(none);
}
END_TEST

START_TEST(a_locked_store_is_reported_and_got_over)
{
    sqlite3 *other;
    ck_assert_int_eq(sqlite3_open(fixture.file, &other), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    struct instant start = clock_instant();
    struct outcome refused = append_four(0);
    ck_assert_int_ge(instant_between(start, clock_instant()), 4 * DURATION_SECOND);
    for (int i = 0; i < 4; i++)
        ck_assert_int_eq(refused.results[i], RESULT_IO);
    ck_assert_ptr_nonnull(strstr(refused.text, "database is locked; another program holds it"));
    ck_assert_uint_eq(count_runs(), 0);
    ck_assert_int_eq(sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    ck_assert_int_eq(append_four(0).results[0], RESULT_OK);
    ck_assert_uint_eq(count_runs(), 4);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("store crash");
    TCase *tests = tcase_create("crash");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, an_acknowledged_run_survives_a_kill);
    tcase_add_test(tests, a_full_disk_is_reported_and_got_over);
    tcase_add_test(tests, a_locked_store_is_reported_and_got_over);
    suite_add_tcase(suite, tests);
    return suite;
}
