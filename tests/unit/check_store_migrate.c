/* SPDX-License-Identifier: MIT */
/* store/: a file of version 1 is brought to the present one, with its runs rolled up. */
#include "tests/unit/runner.h"
#include "tests/unit/store_fixture.h"

#include "monitor/base/buffer.h"
#include "monitor/store/store_rollups.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RUNS = 700, MANY = 6000, STEP_US = 4000, LONGEST_US = 60000000 };

static struct store_fixture fixture;

static void set_up(void)
{
    store_fixture_set_up(&fixture);
    store_close(fixture.store);
    fixture.store = NULL;
    unlink(fixture.file);
}

static void tear_down(void)
{
    store_fixture_tear_down(&fixture);
}

/* As version 1 made its tables. */
static const char schema_1[] =
    "PRAGMA journal_mode = WAL; BEGIN;"
    "CREATE TABLE run(sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,"
    "  journey TEXT NOT NULL, vantage TEXT NOT NULL, planned INTEGER NOT NULL,"
    "  started INTEGER NOT NULL, ended INTEGER NOT NULL, state TEXT NOT NULL, cause TEXT,"
    "  component TEXT, latency INTEGER NOT NULL, record TEXT NOT NULL) STRICT;"
    "CREATE INDEX run_by_journey ON run(journey, vantage, planned);"
    "CREATE INDEX run_by_place ON run(journey, vantage, sequence);"
    "CREATE INDEX run_by_planned ON run(planned, journey, vantage, state, latency);"
    "CREATE TABLE step(run INTEGER NOT NULL REFERENCES run(sequence) ON DELETE CASCADE,"
    "  number INTEGER NOT NULL, name TEXT NOT NULL, cleanup INTEGER NOT NULL,"
    "  state TEXT NOT NULL, symptom TEXT, total INTEGER NOT NULL, PRIMARY KEY(run, number))"
    "  STRICT, WITHOUT ROWID;"
    "CREATE TABLE incident(id TEXT NOT NULL PRIMARY KEY, opened INTEGER NOT NULL,"
    "  updated INTEGER NOT NULL, resolved INTEGER, cause TEXT NOT NULL, component TEXT,"
    "  record TEXT NOT NULL) STRICT;"
    "CREATE INDEX incident_by_opened ON incident(opened);"
    "CREATE TABLE cursor(name TEXT NOT NULL PRIMARY KEY, sequence INTEGER NOT NULL) STRICT;"
    "PRAGMA application_id = 1937204082; PRAGMA user_version = 1;"
    "INSERT INTO cursor VALUES('page', 41);"
    "INSERT INTO incident VALUES('one', 1000, 2000, 3000, 'database', 'db.orders',"
    "  '{\"id\":\"one\",\"opened\":\"1970-01-01T00:00:00.001Z\",\"first\":{},\"verdict\":{}}');";

static struct run *make_run(int n)
{
    static const enum state states[] = {STATE_PASSED, STATE_FAILED, STATE_DEGRADED, STATE_PASSED};
    struct run *run = store_fixture_run(n % 3 == 0 ? "look" : "buy", n % 2 == 0 ? "home" : "away",
                                        n * 7, states[n % (int)COUNT_OF(states)]);
    run->steps[1].total += n * 1000;
    return run;
}

static sqlite3 *open_file(void)
{
    sqlite3 *database;
    ck_assert_int_eq(sqlite3_open(fixture.file, &database), SQLITE_OK);
    return database;
}

static void execute(sqlite3 *database, const char *sql)
{
    char *error = NULL;
    ck_assert_msg(sqlite3_exec(database, sql, NULL, NULL, &error) == SQLITE_OK, "%s", error);
}

static int64_t ask(const char *sql)
{
    sqlite3 *database = open_file();
    sqlite3_stmt *statement;
    ck_assert_int_eq(sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
    ck_assert_int_eq(sqlite3_step(statement), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return number;
}

static void make_version_1(int count)
{
    sqlite3 *database = open_file();
    sqlite3_stmt *add;
    execute(database, schema_1);
    ck_assert_int_eq(sqlite3_prepare_v2(database,
                                        "INSERT INTO run(id, journey, vantage, planned, started,"
                                        " ended, state, latency, record)"
                                        " VALUES(?1, ?2, ?3, ?4, ?4, ?4, ?5, ?6, ?7)",
                                        -1, &add, NULL),
                     SQLITE_OK);
    for (int n = 0; n < count; n++) {
        struct run *run = make_run(n);
        struct buffer record;
        buffer_init(&record, SIZE_MAX);
        run_write(run, &record);
        sqlite3_bind_text(add, 1, run->id, -1, SQLITE_STATIC);
        sqlite3_bind_text(add, 2, run->journey, -1, SQLITE_STATIC);
        sqlite3_bind_text(add, 3, run->vantage, -1, SQLITE_STATIC);
        sqlite3_bind_int64(add, 4, run->slot.planned.us);
        sqlite3_bind_text(add, 5, state_name(run->state), -1, SQLITE_STATIC);
        sqlite3_bind_int64(add, 6, run_latency(run));
        sqlite3_bind_text(add, 7, record.data, -1, SQLITE_STATIC);
        ck_assert_int_eq(sqlite3_step(add), SQLITE_DONE);
        sqlite3_reset(add);
        buffer_free(&record);
        run_free(run);
    }
    sqlite3_finalize(add);
    execute(database, "COMMIT");
    sqlite3_close(database);
}

/* What was found, as text; stops the loop. */
static void print_rollups(void *data, enum result result, const struct store_rollups *rollups)
{
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < rollups->count; i++) {
        const struct store_rollup *rollup = &rollups->rollups[i];
        buffer_print(data, "%s %s %s %lld %u/%u/%u ", rollup->journey, rollup->vantage,
                     rollup->step != NULL ? rollup->step : "-", (long long)rollup->start.us,
                     rollup->counts.passed, rollup->counts.degraded, rollup->counts.failed);
        buffer_print(data, "%llu~%llu+%llu\n", (unsigned long long)rollup->total.count,
                     (unsigned long long)rollup->total.sum,
                     (unsigned long long)rollup->phases[PHASE_WAIT].count);
    }
    loop_stop(fixture.loop);
}

static void print_days(void *data, enum result result, const struct store_days *days)
{
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < days->count; i++)
        buffer_print(data, "%s %lld %u %lld\n", days->days[i].journey,
                     (long long)days->days[i].start.us, days->days[i].counts.passed,
                     (long long)days->days[i].p95);
    loop_stop(fixture.loop);
}

static struct buffer print_all(void)
{
    static const duration spans[] = {DURATION_HOUR, DURATION_DAY};
    static const char *const journeys[] = {"buy", "look"};
    struct buffer text;
    buffer_init(&text, SIZE_MAX);
    for (size_t i = 0; i < COUNT_OF(spans); i++)
        for (size_t n = 0; n < COUNT_OF(journeys); n++) {
            const struct store_rollup_filter filter = {.span = spans[i], .journey = journeys[n]};
            store_read_rollups(fixture.store, &filter, print_rollups, &text);
            loop_run(fixture.loop);
        }
    store_read_days(fixture.store, (struct wall_time){0}, print_days, &text);
    loop_run(fixture.loop);
    return text;
}

static void open_store(void)
{
    struct error error = {0};
    fixture.store = store_open(fixture.loop, fixture.url, &error);
    ck_assert_msg(fixture.store != NULL, "%s", error.text);
}

static void close_store(void)
{
    store_close(fixture.store);
    fixture.store = NULL;
}

/* What the runs add up to is what it is when they are appended to a new store one by one. */
START_TEST(version_1_is_rolled_up)
{
    open_store();
    for (int n = 0; n < RUNS; n++)
        store_fixture_append(&fixture, make_run(n));
    struct buffer expected = print_all();
    ck_assert_uint_gt(expected.length, 10000);
    close_store();
    unlink(fixture.file);
    make_version_1(RUNS);
    open_store();
    struct buffer found = print_all();
    ck_assert_str_eq(found.data, expected.data);
    buffer_free(&expected);
    buffer_free(&found);
    ck_assert_int_eq(store_fixture_cursor(&fixture, "page"), 41);
    /* And the sequences go on. */
    ck_assert_int_eq(store_fixture_append(&fixture, make_run(RUNS - 1)), RUNS);
    ck_assert_int_eq(store_fixture_append(&fixture, make_run(RUNS)), RUNS + 1);
    store_fixture_reopen(&fixture);
    close_store();
    ck_assert_int_eq(ask("PRAGMA user_version"), 3);
    ck_assert_int_eq(ask("SELECT count(*) FROM incident WHERE id = 'one'"), 1);
    ck_assert_int_eq(ask("SELECT sum(passed + degraded + failed) FROM journey_day"), RUNS + 1);
    ck_assert_int_eq(ask("SELECT count(*) FROM pragma_integrity_check WHERE "
                         "integrity_check <> 'ok'"),
                     0);
}
END_TEST

START_TEST(version_2_gets_a_table_more)
{
    open_store();
    for (int n = 0; n < RUNS; n++)
        store_fixture_append(&fixture, make_run(n));
    close_store();
    sqlite3 *database = open_file();
    execute(database, "DROP TABLE message; PRAGMA user_version = 2");
    sqlite3_close(database);
    int64_t hours = ask("SELECT sum(passed + degraded + failed) FROM hour");
    open_store();
    store_fixture_append(&fixture, make_run(RUNS));
    close_store();
    ck_assert_int_eq(ask("PRAGMA user_version"), 3);
    ck_assert_int_eq(ask("SELECT count(*) FROM message"), 0);
    ck_assert_int_eq(ask("SELECT count(*) FROM run"), RUNS + 1);
    ck_assert_int_gt(ask("SELECT sum(passed + degraded + failed) FROM hour"), hours);
}
END_TEST

START_TEST(a_spoilt_record_does_not_stop_it)
{
    make_version_1(10);
    sqlite3 *database = open_file();
    execute(database, "UPDATE run SET record = '{' WHERE sequence = 4");
    execute(database, "UPDATE run SET record = '[]' WHERE sequence = 5");
    sqlite3_close(database);
    open_store();
    close_store();
    ck_assert_int_eq(ask("SELECT sum(passed + degraded + failed) FROM journey_day"), 8);
    ck_assert_int_eq(ask("SELECT count(*) FROM run"), 10);
}
END_TEST

static void kill_at_work(useconds_t life)
{
    int status;
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        struct loop *loop = loop_create();
        _exit(store_open(loop, fixture.url, NULL) != NULL ? 0 : 1);
    }
    usleep(life);
    kill(pid, SIGKILL);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
}

/* Killed later each time, until it is done first: it is of version 1 or of 3, never between. The
 * steps grow, or a slow machine would be at it for the square of its time. */
START_TEST(a_kill_in_the_middle_leaves_it_whole)
{
    int before = 0;
    make_version_1(MANY);
    for (useconds_t life = 0; life < LONGEST_US; life += STEP_US + life / 20) {
        kill_at_work(life);
        int64_t version = ask("PRAGMA user_version");
        ck_assert_int_eq(ask("SELECT count(*) FROM sqlite_schema WHERE name = 'hour'"),
                         version == 3 ? 1 : 0);
        if (version == 3)
            break;
        before++;
    }
    ck_assert_int_gt(before, 3);
    open_store();
    close_store();
    ck_assert_int_eq(ask("SELECT sum(passed + degraded + failed) FROM journey_day"), MANY);
    ck_assert_int_eq(ask("SELECT count(*) FROM run"), MANY);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("store migration");
    TCase *tests = tcase_create("migration");
    tcase_set_timeout(tests, 120);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, version_1_is_rolled_up);
    tcase_add_test(tests, version_2_gets_a_table_more);
    tcase_add_test(tests, a_spoilt_record_does_not_stop_it);
    tcase_add_test(tests, a_kill_in_the_middle_leaves_it_whole);
    suite_add_tcase(suite, tests);
    return suite;
}
