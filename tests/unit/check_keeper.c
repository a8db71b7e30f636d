/* SPDX-License-Identifier: MIT */
/*
 * daemon/keeper: what cannot be stored waits, within bounds, and is stored in order once there is
 * room. A limit on the size of files stands for the full disk, on which each write fails at once.
 */
#include "tests/unit/runner.h"
#include "tests/unit/store_fixture.h"

#include "monitor/daemon/keeper.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { BEYOND = 50, HUGE_TEXT = 20 * 1024 * 1024, HUGE_MAX = KEEPER_BYTES_MAX / HUGE_TEXT };

static struct store_fixture fixture;
static struct keeper *keeper;
static unsigned commits;

static void count_commit(void *data)
{
    (void)data;
    commits++;
}

static void set_up(void)
{
    store_fixture_set_up(&fixture);
    commits = 0;
    keeper = keeper_create(fixture.loop, fixture.store, count_commit, NULL);
}

static void tear_down(void)
{
    store_close(fixture.store);
    fixture.store = NULL;
    keeper_free(keeper);
    store_fixture_tear_down(&fixture);
}

static void set_limit(rlim_t size)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = size;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* SQLite's log must not grow from here on. */
static void fill_disk(void)
{
    char log[FIXTURE_PATH_MAX + 8];
    struct stat facts;
    store_fixture_append(&fixture, store_fixture_run("buy", "home", -1, STATE_PASSED));
    snprintf(log, sizeof log, "%s-wal", fixture.file);
    ck_assert_int_eq(stat(log, &facts), 0);
    set_limit((rlim_t)facts.st_size);
}

static void make_room(void)
{
    set_limit(RLIM_INFINITY);
}

static void keep(int minute, const struct incident *incident)
{
    struct run *run = store_fixture_run("buy", "home", minute, STATE_PASSED);
    keeper_keep(keeper, run, incident);
}

static struct keeper_facts look(void)
{
    struct keeper_facts facts;
    keeper_read(keeper, &facts);
    return facts;
}

static void wait_for_commits(unsigned count)
{
    for (int i = 0; i < 20000 && commits < count; i++)
        store_fixture_wait(&fixture, DURATION_MILLISECOND);
    ck_assert_uint_ge(commits, count);
}

static void wait_until_idle(void)
{
    for (int i = 0; i < 1000 && !keeper_is_idle(keeper); i++)
        store_fixture_wait(&fixture, 20 * DURATION_MILLISECOND);
    ck_assert(keeper_is_idle(keeper));
}

/* Until the store has answered all that it was given. */
static void wait_for_trouble(size_t waiting)
{
    for (int i = 0; i < 1000 && look().waiting < waiting; i++)
        store_fixture_wait(&fixture, 20 * DURATION_MILLISECOND);
    ck_assert_ptr_nonnull(look().trouble);
}

START_TEST(what_is_kept_is_in_the_store)
{
    ck_assert(keeper_is_idle(keeper));
    for (int minute = 0; minute < 5; minute++)
        keep(minute, NULL);
    ck_assert_uint_eq(keeper_count(keeper), 5);
    ck_assert_int_eq(look().committed_at.us, 0);
    wait_until_idle();
    ck_assert_uint_eq(commits, 5);
    ck_assert_uint_eq(look().committed, 5);
    ck_assert_int_gt(look().committed_at.us, 0);
    ck_assert_ptr_null(look().trouble);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    ck_assert_uint_eq(runs.count, 5);
    store_fixture_release(&runs);
}
END_TEST

/* The first is not held up; those behind it share a commit. */
START_TEST(runs_of_a_moment_are_kept_together)
{
    enum { TOGETHER = 5 };
    /* Again where the disk alone took as long as they are held: there it cannot be seen. */
    bool seen = false;
    int minute = 0;
    for (int try = 0; try < 10 && !seen; try++) {
        struct instant begin = clock_instant();
        commits = 0;
        for (int end = minute + TOGETHER; minute < end; minute++)
            keeper_keep(keeper, store_fixture_run("browse", "here", minute, STATE_PASSED), NULL);
        wait_for_commits(1);
        store_fixture_wait(&fixture, KEEPER_HOLD / 4);
        seen = instant_between(begin, clock_instant()) < KEEPER_HOLD;
        if (seen) {
            ck_assert_uint_eq(commits, 1);
            ck_assert_uint_eq(keeper_count(keeper), TOGETHER - 1);
        }
        wait_until_idle();
        ck_assert_uint_eq(commits, TOGETHER);
        store_fixture_wait(&fixture, seen ? 0 : KEEPER_HOLD);
    }
    ck_assert(seen);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    ck_assert_uint_eq(runs.count, (size_t)minute);
    for (size_t i = 0; i < runs.count; i++)
        ck_assert_int_eq(runs.runs[i]->slot.planned.us - runs.runs[0]->slot.planned.us,
                         (int64_t)i * DURATION_MINUTE);
    store_fixture_release(&runs);
}
END_TEST

/* Nor is what people wait for, and what came before it goes with it. */
START_TEST(a_run_that_did_not_pass_is_not_held_so_long)
{
    /* Again where the disk was slower than that. */
    bool seen = false;
    for (int try = 0; try < 10 && !seen; try++) {
        struct instant begin = clock_instant();
        commits = 0;
        keep(3 * try, NULL);
        keep(3 * try + 1, NULL);
        wait_for_commits(1);
        store_fixture_wait(&fixture, KEEPER_HOLD_TROUBLE);
        if (instant_between(begin, clock_instant()) < KEEPER_HOLD)
            ck_assert_uint_eq(commits, 1);
        keeper_keep(keeper, store_fixture_run("buy", "home", 3 * try + 2, STATE_FAILED), NULL);
        wait_until_idle();
        ck_assert_uint_eq(commits, 3);
        seen = instant_between(begin, clock_instant()) < KEEPER_HOLD;
        store_fixture_wait(&fixture, seen ? 0 : KEEPER_HOLD);
    }
    ck_assert(seen);
}
END_TEST

START_TEST(a_keeper_in_the_middle_of_it_can_be_freed)
{
    keep(1, NULL);
    store_close(fixture.store);
    keeper_free(keeper);
    keeper = NULL;
    ck_assert_uint_eq(commits, 0);
    fixture.store = NULL;
    store_fixture_reopen(&fixture);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    ck_assert_uint_eq(runs.count, 1);
    store_fixture_release(&runs);
}
END_TEST

static int minute_of(const struct run *run)
{
    struct run *first = store_fixture_run("", "", 0, STATE_PASSED);
    duration since = wall_between(first->slot.planned, run->slot.planned);
    run_free(first);
    return (int)(since / DURATION_MINUTE);
}

/* That many, in the order of their slots, after the one that filled the disk; the second of them is
 * that of minute `second`. */
static void assert_in_order(size_t count, int second)
{
    struct store_filter filter = {0};
    size_t seen = 0;
    struct wall_time last = {0};
    for (;;) {
        struct store_runs runs = store_fixture_read(&fixture, &filter);
        for (size_t i = 0; i < runs.count; i++) {
            ck_assert_int_gt(runs.runs[i]->slot.planned.us, last.us);
            last = runs.runs[i]->slot.planned;
            filter.after = runs.sequences[i];
            if (++seen == 3)
                ck_assert_int_eq(minute_of(runs.runs[i]), second);
        }
        size_t got = runs.count;
        store_fixture_release(&runs);
        if (got == 0)
            break;
    }
    ck_assert_uint_eq(seen, count + 1);
}

/* The first run is the oldest, but an incident came with it; so it stays when others go. */
START_TEST(what_waits_is_bounded_by_number)
{
    struct incident incident = {.id = "one", .version = 1, .journey = "buy", .step = "order"};
    incident.verdict = incident.first =
        (struct verdict){.cause = CAUSE_DATABASE, .runner_up = CAUSE_NONE};
    fill_disk();
    keep(0, &incident);
    wait_for_trouble(1);
    for (int minute = 1; minute < KEEPER_WAITING_MAX + BEYOND; minute++)
        keep(minute, NULL);
    wait_for_trouble(KEEPER_WAITING_MAX);
    ck_assert_uint_eq(look().waiting, KEEPER_WAITING_MAX);
    ck_assert_uint_eq(look().lost, BEYOND);
    ck_assert_ptr_nonnull(strstr(look().trouble, "disk I/O error"));
    ck_assert_uint_eq(commits, 0);
    make_room();
    wait_until_idle();
    ck_assert_ptr_null(look().trouble);
    ck_assert_uint_eq(look().committed, KEEPER_WAITING_MAX);
    ck_assert_uint_eq(look().lost, BEYOND);
    assert_in_order(KEEPER_WAITING_MAX, BEYOND + 1);
}
END_TEST

START_TEST(what_waits_is_bounded_by_size)
{
    fill_disk();
    for (int minute = 0; minute < HUGE_MAX + 3; minute++) {
        struct run *run = store_fixture_run("buy", "home", minute, STATE_PASSED);
        arena_allocate(run->arena, 1, HUGE_TEXT);
        keeper_keep(keeper, run, NULL);
    }
    wait_for_trouble(HUGE_MAX);
    ck_assert_uint_eq(look().waiting, HUGE_MAX);
    ck_assert_uint_eq(look().lost, 3);
    make_room();
    wait_until_idle();
    assert_in_order(HUGE_MAX, 4);
}
END_TEST

/* One that the store will never take must not stand before the others for ever: an incident without
 * an id is against its schema. */
START_TEST(what_is_refused_for_good_is_lost_alone)
{
    struct incident nameless = {.version = 1, .journey = "buy", .step = "order"};
    nameless.verdict = nameless.first =
        (struct verdict){.cause = CAUSE_DATABASE, .runner_up = CAUSE_NONE};
    keep(0, NULL);
    keep(1, &nameless);
    keep(2, NULL);
    wait_until_idle();
    ck_assert_uint_eq(look().lost, 1);
    ck_assert_uint_eq(look().committed, 2);
    ck_assert_ptr_null(look().trouble);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("keeper");
    TCase *tests = tcase_create("keeper");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_is_kept_is_in_the_store);
    tcase_add_test(tests, runs_of_a_moment_are_kept_together);
    tcase_add_test(tests, a_run_that_did_not_pass_is_not_held_so_long);
    tcase_add_test(tests, a_keeper_in_the_middle_of_it_can_be_freed);
    tcase_add_test(tests, what_waits_is_bounded_by_number);
    tcase_add_test(tests, what_waits_is_bounded_by_size);
    tcase_add_test(tests, what_is_refused_for_good_is_lost_alone);
    suite_add_tcase(suite, tests);
    return suite;
}
