/* SPDX-License-Identifier: MIT */
/*
 * store/ on a disk that is full or may not be written to: a small file system of its own, in a
 * mount namespace that ends with the test. What was acknowledged is there; what failed is stored
 * later.
 */
#define _GNU_SOURCE /* unshare */
#include "tests/unit/runner.h"
#include "tests/unit/store_fixture.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

enum { ROUNDS_MAX = 4000 };

static struct store_fixture fixture;
static bool is_skipped;

static void set_up(void)
{
    store_fixture_set_up(&fixture);
    is_skipped = unshare(CLONE_NEWNS) != 0 ||
                 mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
                 mount("shopwatch", fixture.directory, "tmpfs", 0, "size=1m") != 0;
    if (is_skipped) {
        printf("# skipped: a file system cannot be mounted here; try it as root\n");
        return;
    }
    store_close(fixture.store);
    fixture.store = store_open(fixture.loop, fixture.url, NULL);
    ck_assert_ptr_nonnull(fixture.store);
}

static void tear_down(void)
{
    store_fixture_tear_down(&fixture);
}

struct answer {
    enum result result;
    char text[ERROR_TEXT_MAX];
};

static void answered(void *data, enum result result, const struct error *error,
                     store_sequence sequence)
{
    struct answer *answer = data;
    ck_assert_int_eq(result == RESULT_OK, sequence > 0);
    answer->result = result;
    snprintf(answer->text, sizeof answer->text, "%s", error->text);
    loop_stop(fixture.loop);
}

static struct answer append(int minute)
{
    struct answer answer;
    struct run *run = store_fixture_run("buy", "home", minute, STATE_PASSED);
    ck_assert_int_eq(store_append(fixture.store, run, NULL, answered, &answer), RESULT_OK);
    run_free(run);
    loop_run(fixture.loop);
    return answer;
}

static size_t count_runs(void)
{
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    size_t count = runs.count;
    store_fixture_release(&runs);
    return count;
}

static void remount(const char *options, unsigned long flags)
{
    ck_assert_int_eq(mount("shopwatch", fixture.directory, "tmpfs", MS_REMOUNT | flags, options),
                     0);
}

START_TEST(a_full_disk_is_said_and_got_over)
{
    int stored = 0;
    struct answer answer = {RESULT_OK, ""};
    if (is_skipped)
        return;
    while (stored < ROUNDS_MAX && (answer = append(stored)).result == RESULT_OK)
        stored++;
    ck_assert_int_eq(answer.result, RESULT_IO);
    ck_assert_msg(strstr(answer.text, "full; make room on its disk") != NULL, "%s", answer.text);
    ck_assert_ptr_nonnull(strstr(answer.text, fixture.file));
    ck_assert_int_gt(stored, 10);
    ck_assert_int_eq(append(stored).result, RESULT_IO);
    ck_assert_uint_eq(count_runs(), (size_t)stored);
    remount("size=8m", 0);
    ck_assert_int_eq(append(stored).result, RESULT_OK);
    store_fixture_reopen(&fixture);
    ck_assert_uint_eq(count_runs(), (size_t)stored + 1);
}
END_TEST

/* What lies in the log when the disk becomes full, and the monitor ends there, is not lost. */
START_TEST(a_full_disk_is_no_hindrance_to_a_start)
{
    int stored = 0;
    if (is_skipped)
        return;
    while (stored < ROUNDS_MAX && append(stored).result == RESULT_OK)
        stored++;
    store_fixture_reopen(&fixture);
    ck_assert_uint_eq(count_runs(), (size_t)stored);
}
END_TEST

START_TEST(a_read_only_disk_is_said_and_got_over)
{
    struct error error = {0};
    char url[FIXTURE_PATH_MAX * 2];
    if (is_skipped)
        return;
    ck_assert_int_eq(append(1).result, RESULT_OK);
    store_close(fixture.store);
    remount("size=1m", MS_RDONLY);
    ck_assert_ptr_null(store_open(fixture.loop, fixture.url, &error));
    ck_assert_msg(strstr(error.text, "Read-only file system; the monitor must") != NULL, "%s",
                  error.text);
    ck_assert_ptr_nonnull(strstr(error.text, fixture.file));
    snprintf(url, sizeof url, "sqlite:%s/new.db", fixture.directory);
    error = (struct error){0};
    ck_assert_ptr_null(store_open(fixture.loop, url, &error));
    ck_assert_msg(strstr(error.text, "Read-only file system") != NULL, "%s", error.text);
    remount("size=1m", 0);
    fixture.store = store_open(fixture.loop, fixture.url, NULL);
    ck_assert_int_eq(append(2).result, RESULT_OK);
    ck_assert_uint_eq(count_runs(), 2);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("store trouble");
    TCase *tests = tcase_create("trouble");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_full_disk_is_said_and_got_over);
    tcase_add_test(tests, a_full_disk_is_no_hindrance_to_a_start);
    tcase_add_test(tests, a_read_only_disk_is_said_and_got_over);
    suite_add_tcase(suite, tests);
    return suite;
}
