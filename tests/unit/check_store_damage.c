/* SPDX-License-Identifier: MIT */
/*
 * store/ and a file that is damaged, or taken away: what is there is kept under another name, runs
 * are stored in a new one, and their sequences go on.
 */
#include "tests/unit/runner.h"
#include "tests/unit/store_fixture.h"

#include "monitor/base/buffer.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS = 300, PAGE = 4096, FILE_MAX = 4 * 1024 * 1024 };

static struct store_fixture fixture;

static void set_up(void)
{
    store_fixture_set_up(&fixture);
    for (int minute = 0; minute < RUNS; minute++) {
        struct run *run = store_fixture_run("buy", "home", minute, STATE_PASSED);
        ck_assert_int_eq(store_append(fixture.store, run, NULL, NULL, NULL), RESULT_OK);
        run_free(run);
    }
    store_close(fixture.store); /* the log goes into the file, and is gone */
    fixture.store = NULL;
}

static void tear_down(void)
{
    store_fixture_tear_down(&fixture);
}

static int64_t ask(const char *path, const char *sql)
{
    sqlite3 *database;
    sqlite3_stmt *statement;
    ck_assert_int_eq(sqlite3_open(path, &database), SQLITE_OK);
    ck_assert_msg(sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK, "%s",
                  sqlite3_errmsg(database));
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return number;
}

struct content {
    size_t length;
    char *bytes;
};

static struct content read_file(const char *path)
{
    struct content content = {0, malloc(FILE_MAX)};
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    content.length = fread(content.bytes, 1, FILE_MAX, file);
    fclose(file);
    return content;
}

static void assert_same(const struct content *expected, const char *path)
{
    struct content found = read_file(path);
    ck_assert_uint_eq(found.length, expected->length);
    ck_assert_int_eq(memcmp(found.bytes, expected->bytes, found.length), 0);
    free(found.bytes);
}

/* Overwrites pages `first` to `last`, 0 being that of the file's header, as far as there are any.
 */
static void spoil_file(long first, long last)
{
    char page[PAGE];
    memset(page, 0x5a, sizeof page);
    FILE *file = fopen(fixture.file, "r+");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    long pages = ftell(file) / PAGE;
    ck_assert_int_gt(pages, first);
    for (long i = first; i < pages && i <= last; i++) {
        ck_assert_int_eq(fseek(file, i * PAGE, SEEK_SET), 0);
        ck_assert_uint_eq(fwrite(page, sizeof page, 1, file), 1);
    }
    fclose(file);
}

/* What is spoilt: the pages from `first` on, or only the root page of a table or index; or the file
 * is cut off. */
static const struct {
    const char *name; /* of a table or an index */
    long first, last;
    long cut; /* bytes that are left */
} spoiled_cases[] = {
    {NULL, 0, 0, 0},        /* the header */
    {NULL, 1, LONG_MAX, 0}, /* all but the header */
    {NULL, 8, 40, 0},
    {"run", 0, 0, 0},
    {"run_by_place", 0, 0, 0},
    {"run_by_planned", 0, 0, 0},
    {"run_by_journey", 0, 0, 0},
    {"step", 0, 0, 0},
    {"hour", 0, 0, 0},
    {"series", 0, 0, 0},
    {"journey_day", 0, 0, 0},
    {NULL, 0, 0, 100},
    {NULL, 0, 0, PAGE},
    {NULL, 0, 0, 30 * PAGE},
};

static void spoil(int n)
{
    char sql[128];
    if (spoiled_cases[n].cut > 0) {
        ck_assert_int_eq(truncate(fixture.file, spoiled_cases[n].cut), 0);
    } else if (spoiled_cases[n].name != NULL) {
        snprintf(sql, sizeof sql, "SELECT rootpage FROM sqlite_schema WHERE name = '%s'",
                 spoiled_cases[n].name);
        long page = (long)ask(fixture.file, sql) - 1;
        spoil_file(page, page);
    } else {
        spoil_file(spoiled_cases[n].first, spoiled_cases[n].last);
    }
}

static void open_store(void)
{
    struct error error = {0};
    fixture.store = store_open(fixture.loop, fixture.url, &error);
    ck_assert_msg(fixture.store != NULL, "%s", error.text);
}

/* However it is damaged, and whether that is seen at once or when a run is appended. */
START_TEST(a_damaged_file_is_put_aside)
{
    char aside[FIXTURE_PATH_MAX * 2];
    snprintf(aside, sizeof aside, "%s.damaged-1", fixture.file);
    spoil(_i);
    struct content damaged = read_file(fixture.file);
    open_store();
    bool at_once = store_aside(fixture.store) != NULL;
    store_sequence sequence = 0;
    for (int i = 0; i < 3; i++)
        sequence = store_fixture_append(&fixture,
                                        store_fixture_run("sell", "home", RUNS + i, STATE_PASSED));
    ck_assert_str_eq(store_aside(fixture.store), aside);
    assert_same(&damaged, aside);
    free(damaged.bytes);
    ck_assert_int_eq(sequence, at_once ? 3 : RUNS + 3);
    store_fixture_reopen(&fixture);
    ck_assert_ptr_null(store_aside(fixture.store));
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    ck_assert_uint_eq(runs.count, 3);
    ck_assert_int_eq(runs.sequences[2], sequence);
    store_fixture_release(&runs);
}
END_TEST

/* Nothing is to be begun again and again on a disk that spoils it. */
START_TEST(not_more_than_a_few_are_put_aside)
{
    struct error error = {0};
    for (int i = 0; i < 3; i++) {
        spoil_file(0, 0);
        open_store();
        ck_assert_ptr_nonnull(store_aside(fixture.store));
        store_fixture_append(&fixture, store_fixture_run("buy", "home", i, STATE_PASSED));
        store_close(fixture.store);
        fixture.store = NULL;
    }
    spoil_file(0, 0);
    struct content damaged = read_file(fixture.file);
    ck_assert_ptr_null(store_open(fixture.loop, fixture.url, &error));
    ck_assert_msg(strstr(error.text, "look at the disk") != NULL, "%s", error.text);
    ck_assert_ptr_nonnull(strstr(error.text, fixture.file));
    assert_same(&damaged, fixture.file);
    free(damaged.bytes);
}
END_TEST

/* Without the mark beside it, what has lost its header may be anyone's. */
START_TEST(what_may_be_of_others_is_left_alone)
{
    char path[FIXTURE_PATH_MAX * 2];
    struct error error = {0};
    snprintf(path, sizeof path, "%s.lock", fixture.file);
    ck_assert_int_eq(unlink(path), 0);
    spoil_file(0, 0);
    struct content damaged = read_file(fixture.file);
    ck_assert_ptr_null(store_open(fixture.loop, fixture.url, &error));
    ck_assert_msg(strstr(error.text, "not a database; put a copy of it back") != NULL, "%s",
                  error.text);
    ck_assert_ptr_nonnull(strstr(error.text, fixture.file));
    assert_same(&damaged, fixture.file);
    free(damaged.bytes);
}
END_TEST

/* An operator who moves the file away gets a new one, and what he moved is whole without its log.
 */
START_TEST(a_file_that_is_moved_away_is_begun_anew)
{
    char away[FIXTURE_PATH_MAX * 2];
    snprintf(away, sizeof away, "%s/away.db", fixture.directory);
    open_store();
    store_fixture_append(&fixture, store_fixture_run("buy", "home", RUNS, STATE_PASSED));
    ck_assert_int_eq(rename(fixture.file, away), 0);
    ck_assert_int_eq(
        store_fixture_append(&fixture, store_fixture_run("buy", "home", RUNS + 1, STATE_PASSED)),
        RUNS + 2);
    ck_assert_ptr_null(store_aside(fixture.store));
    ck_assert_int_eq(ask(away, "SELECT count(*) FROM run"), RUNS + 1);
    store_fixture_reopen(&fixture);
    ck_assert_int_eq(ask(fixture.file, "SELECT count(*) FROM run"), 1);
    /* And back, while it is open. */
    ck_assert_int_eq(rename(away, fixture.file), 0);
    ck_assert_int_eq(
        store_fixture_append(&fixture, store_fixture_run("buy", "home", RUNS + 2, STATE_PASSED)),
        RUNS + 3);
    ck_assert_int_eq(ask(fixture.file, "SELECT count(*) FROM run"), RUNS + 2);
}
END_TEST

static void copy_file(const char *ending, const char *target, long spoiled_at)
{
    char from[FIXTURE_PATH_MAX * 2], to[FIXTURE_PATH_MAX * 2];
    snprintf(from, sizeof from, "%s%s", fixture.file, ending);
    snprintf(to, sizeof to, "%s%s", target, ending);
    struct content content = read_file(from);
    if (spoiled_at > 0)
        memset(content.bytes + spoiled_at, 0x5a, 100);
    FILE *file = fopen(to, "w");
    ck_assert_uint_eq(fwrite(content.bytes, 1, content.length, file), content.length);
    fclose(file);
    free(content.bytes);
}

/* A log that a crash has left, spoilt at `_i` tenths: what stands before that is there, and what
 * stands behind it is not taken for good. */
START_TEST(of_a_damaged_log_the_good_part_is_kept)
{
    char copy[FIXTURE_PATH_MAX], log[FIXTURE_PATH_MAX * 2], url[FIXTURE_PATH_MAX * 2];
    enum { MORE = 40 };
    open_store();
    for (int i = 0; i < MORE; i++)
        store_fixture_append(&fixture, store_fixture_run("buy", "home", RUNS + i, STATE_PASSED));
    snprintf(copy, sizeof copy, "%.100s/copy.db", fixture.directory);
    snprintf(log, sizeof log, "%s-wal", fixture.file);
    struct content whole = read_file(log);
    copy_file("", copy, 0);
    copy_file("-wal", copy, _i == 0 ? 8 : (long)whole.length * _i / 10);
    free(whole.bytes);
    snprintf(url, sizeof url, "sqlite:%s", copy);
    struct error error = {0};
    struct store *store = store_open(fixture.loop, url, &error);
    ck_assert_msg(store != NULL, "%s", error.text);
    ck_assert_ptr_null(store_aside(store));
    store_close(store);
    int64_t kept = ask(copy, "SELECT count(*) FROM run");
    ck_assert_int_ge(kept, RUNS + (_i > 0 ? MORE * (_i - 1) / 10 : 0));
    ck_assert_int_lt(kept, RUNS + MORE);
    ck_assert_int_eq(ask(copy, "SELECT max(sequence) FROM run"), kept);
    ck_assert_int_eq(ask(copy, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("store damage");
    TCase *tests = tcase_create("damage");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, a_damaged_file_is_put_aside, 0, COUNT_OF(spoiled_cases));
    tcase_add_test(tests, not_more_than_a_few_are_put_aside);
    tcase_add_test(tests, what_may_be_of_others_is_left_alone);
    tcase_add_test(tests, a_file_that_is_moved_away_is_begun_anew);
    tcase_add_loop_test(tests, of_a_damaged_log_the_good_part_is_kept, 0, 10);
    suite_add_tcase(suite, tests);
    return suite;
}
