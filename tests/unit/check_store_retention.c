/* SPDX-License-Identifier: MIT */
/* store/ and the daemon: what is old goes, a little at a time, and the file grows no further. */
#include "tests/unit/runner.h"
#include "tests/unit/store_fixture.h"

#include "monitor/daemon/expiry.h"
#include "monitor/store/store_rollups.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

static struct store_fixture fixture;

static void set_up(void)
{
    store_fixture_set_up(&fixture);
}

static void tear_down(void)
{
    store_fixture_tear_down(&fixture);
}

static struct wall_time minute_time(int minute)
{
    struct run *run = store_fixture_run("", "", minute, STATE_PASSED);
    struct wall_time time = run->slot.planned;
    run_free(run);
    return time;
}

static void swept(void *data, enum result result, const struct error *error,
                  store_sequence sequence)
{
    ck_assert_msg(result == RESULT_OK, "%s", error->text);
    *(store_sequence *)data = sequence;
    loop_stop(fixture.loop);
}

static store_sequence delete_old(struct wall_time runs, struct wall_time hours,
                                 struct wall_time days)
{
    const struct store_retention retention = {runs, hours, days};
    store_sequence count = -1;
    store_delete_old(fixture.store, &retention, swept, &count);
    loop_run(fixture.loop);
    return count;
}

static int64_t ask(const char *sql)
{
    sqlite3 *database;
    sqlite3_stmt *statement;
    ck_assert_int_eq(sqlite3_open(fixture.file, &database), SQLITE_OK);
    ck_assert_int_eq(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return number;
}

/* To each run. */
static void add_messages(void)
{
    sqlite3 *database;
    ck_assert_int_eq(sqlite3_open(fixture.file, &database), SQLITE_OK);
    sqlite3_busy_timeout(database, 5000);
    ck_assert_int_eq(sqlite3_exec(database, "INSERT INTO message SELECT sequence, '[]' FROM run",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    sqlite3_close(database);
}

static void append_incident(int minute, const char *id, unsigned version, bool resolved)
{
    store_sequence sequence;
    struct incident incident = {
        .id = id,
        .version = version,
        .opened = minute_time(0),
        .updated = minute_time(minute),
        .journey = "buy",
        .step = "order",
    };
    if (resolved)
        incident.resolved = incident.updated;
    store_write_incident(fixture.store, &incident, swept, &sequence);
    loop_run(fixture.loop);
}

enum { DAY = 1440 };

/* Two days with a run each 10 minutes. What is exactly as old stays. */
START_TEST(what_is_old_goes_by_its_kind)
{
    const struct wall_time never = {0};
    for (int minute = 0; minute < 2 * DAY; minute += 10)
        store_fixture_append(&fixture, store_fixture_run("buy", "home", minute, STATE_PASSED));
    add_messages();
    append_incident(5, "open", 1, false);
    append_incident(5, "old", 1, true);
    append_incident(DAY + 5, "new", 1, true);
    int64_t hours = ask("SELECT count(*) FROM hour"), days = ask("SELECT count(*) FROM day");
    ck_assert_int_eq(delete_old(never, never, never), 0);
    ck_assert_int_eq(delete_old(minute_time(DAY), never, never), 144 + 2);
    ck_assert_int_eq(ask("SELECT count(*) FROM run"), 144);
    ck_assert_int_eq(ask("SELECT min(planned) FROM run"), minute_time(DAY).us);
    ck_assert_int_eq(ask("SELECT count(*) FROM step"), 288);
    ck_assert_int_eq(ask("SELECT count(*) FROM message"), 144);
    ck_assert_int_eq(ask("SELECT count(*) FROM incident_change"), 1);
    ck_assert_int_eq(ask("SELECT count(*) FROM hour"), hours);
    ck_assert_int_eq(delete_old(never, minute_time(DAY), never), 3 * 24 + 3);
    ck_assert_int_eq(ask("SELECT count(*) FROM day"), days);
    ck_assert_int_eq(ask("SELECT count(*) FROM incident"), 3);
    ck_assert_int_eq(delete_old(never, never, minute_time(DAY)), 3 * 2 + 2 + 1);
    ck_assert_int_eq(ask("SELECT count(*) FROM incident WHERE id IN ('open', 'new')"), 2);
    ck_assert_int_eq(ask("SELECT count(*) FROM pragma_foreign_key_check"), 0);
    /* A sequence is not given out twice. */
    ck_assert_int_eq(delete_old(minute_time(9 * DAY), never, never), 145);
    store_fixture_reopen(&fixture);
    struct run *run = store_fixture_run("buy", "home", 10 * DAY, STATE_PASSED);
    ck_assert_int_eq(store_fixture_append(&fixture, run), 289);
}
END_TEST

struct counts {
    size_t changes, hours, days;
};

static void count_changes(void *data, enum result result, const struct store_changes *changes)
{
    ck_assert_int_eq(result, RESULT_OK);
    ((struct counts *)data)->changes = changes->count;
}

static void count_rollups(void *data, enum result result, const struct store_rollups *rollups)
{
    struct counts *counts = data;
    ck_assert_int_eq(result, RESULT_OK);
    *(rollups->span == DURATION_HOUR ? &counts->hours : &counts->days) = rollups->count;
}

static void assert_left(size_t runs, size_t changes, size_t hours, size_t days)
{
    const struct store_rollup_filter each_hour = {.span = DURATION_HOUR, .step = ""};
    const struct store_rollup_filter each_day = {.span = DURATION_DAY, .step = ""};
    struct counts counts = {0};
    store_read_changes(fixture.store, 0, 0, count_changes, &counts);
    store_read_rollups(fixture.store, &each_hour, count_rollups, &counts);
    store_read_rollups(fixture.store, &each_day, count_rollups, &counts);
    struct store_runs read = store_fixture_read(&fixture, &(struct store_filter){0});
    ck_assert_uint_eq(read.count, runs);
    ck_assert_uint_eq(counts.changes, changes);
    ck_assert_uint_eq(counts.hours, hours);
    ck_assert_uint_eq(counts.days, days);
    store_fixture_release(&read);
}

/* Two days of an hourly run, from 14:07 on: so they reach into three. */
START_TEST(what_is_old_is_read_no_more)
{
    const struct wall_time never = {0};
    for (int minute = 0; minute < 2 * DAY; minute += 60)
        store_fixture_append(&fixture, store_fixture_run("buy", "home", minute, STATE_PASSED));
    append_incident(5, "old", 1, true);
    append_incident(DAY + 5, "new", 1, true);
    assert_left(48, 2, 48, 3);
    delete_old(minute_time(DAY), never, never);
    assert_left(24, 1, 48, 3);
    delete_old(never, minute_time(DAY), never);
    assert_left(24, 1, 23, 3); /* the hour that began 7 minutes before went, too */
    delete_old(never, never, minute_time(DAY));
    assert_left(24, 1, 23, 1);
}
END_TEST

struct reading {
    unsigned reads;
    bool swept;
};

static void read_again(void *data, enum result result, struct store_runs *runs)
{
    struct reading *reading = data;
    (void)runs;
    ck_assert_int_eq(result, RESULT_OK);
    reading->reads++;
    if (!reading->swept)
        store_read_runs(fixture.store, &(struct store_filter){.limit = 1}, read_again, reading);
}

static void end_reading(void *data, enum result result, const struct error *error,
                        store_sequence sequence)
{
    struct reading *reading = data;
    ck_assert_msg(result == RESULT_OK, "%s", error->text);
    ck_assert_int_gt(sequence, 5000);
    reading->swept = true;
    loop_stop(fixture.loop);
}

static void append_many(int from, int count)
{
    for (int n = 0; n < count; n++) {
        struct run *run = store_fixture_run("buy", "home", from + n, STATE_PASSED);
        ck_assert_int_eq(store_append(fixture.store, run, NULL, NULL, NULL), RESULT_OK);
        run_free(run);
    }
    store_fixture_cursor(&fixture, "page");
}

/* Others come to their turn between the slices. */
START_TEST(deleting_keeps_nobody_waiting)
{
    struct reading reading = {0};
    append_many(0, 6000);
    const struct store_retention all = {.runs = minute_time(6000)};
    store_delete_old(fixture.store, &all, end_reading, &reading);
    store_read_runs(fixture.store, &(struct store_filter){.limit = 1}, read_again, &reading);
    loop_run(fixture.loop);
    ck_assert_uint_ge(reading.reads, 3);
}
END_TEST

/* Deletes what is older than `minute` until it is killed, or done. True: it was done. */
static bool kill_at_work(int minute, useconds_t life)
{
    int status;
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        fixture.loop = loop_create();
        fixture.store = store_open(fixture.loop, fixture.url, NULL);
        delete_old(minute_time(minute), (struct wall_time){0}, (struct wall_time){0});
        _exit(0);
    }
    usleep(life);
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The oldest go first, each with its steps, however often it is killed at that; what they added up
 * to stays. */
START_TEST(a_kill_in_the_middle_leaves_it_whole)
{
    enum { MANY = 6000, LONGEST_US = 10000000, STEP_US = 3000 };
    unsigned midway = 0;
    append_many(0, MANY);
    int64_t hours = ask("SELECT count(*) FROM hour");
    store_close(fixture.store); /* each child is its only user */
    fixture.store = NULL;
    bool done = false;
    for (useconds_t life = STEP_US; life < LONGEST_US && !done; life += STEP_US + life / 20) {
        done = kill_at_work(MANY - 100, life);
        int64_t left = ask("SELECT count(*) FROM run");
        midway += left < MANY && left > 100;
        ck_assert_int_eq(ask("SELECT min(sequence) FROM run"), MANY - left + 1);
        ck_assert_int_eq(ask("SELECT count(*) FROM step"), 2 * left);
        ck_assert_int_eq(ask("SELECT count(*) FROM pragma_foreign_key_check"), 0);
        ck_assert_int_eq(ask("SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
        ck_assert_int_eq(ask("SELECT count(*) FROM hour"), hours);
    }
    ck_assert(done);
    ck_assert_uint_gt(midway, 2);
    ck_assert_int_eq(ask("SELECT count(*) FROM run"), 100);
}
END_TEST

/* Ten times as many runs as are kept at one time need no more room than the first two times. */
START_TEST(the_file_grows_no_further)
{
    const struct wall_time never = {0};
    int64_t pages = 0;
    for (int round = 0; round < 10; round++) {
        append_many(round * 500, 500);
        delete_old(minute_time(round * 500), minute_time(round * 500), never);
        if (round == 2)
            pages = ask("PRAGMA page_count");
    }
    ck_assert_int_le(ask("PRAGMA page_count"), pages * 11 / 10);
}
END_TEST

START_TEST(the_expiry_runs_and_keeps_what_is_young)
{
    const struct retention retention = {DURATION_DAY, DURATION_DAY, DURATION_DAY};
    struct run *young = run_create("buy", "home", clock_wall());
    young->slot.started = young->slot.ended = young->slot.planned;
    store_fixture_append(&fixture, young);
    append_many(0, 100);
    struct expiry *expiry = expiry_create(fixture.loop, fixture.store, &retention, 1);
    struct store_runs left = {0};
    for (int i = 0; i < 100 && left.count != 1; i++) {
        store_fixture_release(&left);
        store_fixture_wait(&fixture, 50 * DURATION_MILLISECOND);
        left = store_fixture_read(&fixture, &(struct store_filter){0});
    }
    ck_assert_uint_eq(left.count, 1);
    ck_assert_int_eq(left.sequences[0], 1);
    store_fixture_release(&left);
    expiry_free(expiry);
}
END_TEST

static void add_contract(TCase *tests)
{
    tcase_add_test(tests, what_is_old_is_read_no_more);
    tcase_add_test(tests, deleting_keeps_nobody_waiting);
    tcase_add_test(tests, the_expiry_runs_and_keeps_what_is_young);
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("store retention");
    TCase *tests = tcase_create("retention");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_is_old_goes_by_its_kind);
    tcase_add_test(tests, the_file_grows_no_further);
    tcase_add_test(tests, a_kill_in_the_middle_leaves_it_whole);
    suite_add_tcase(suite, tests);
    store_fixture_on_each(suite, "retention", set_up, tear_down, add_contract);
    return suite;
}
