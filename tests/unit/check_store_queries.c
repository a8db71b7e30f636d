/* SPDX-License-Identifier: MIT */
/*
 * store/: no query walks through a table. Every statement that the store runs here is caught and
 * explained, and what is not found by an index, or in the order of one as far as is asked, fails.
 */
#include "tests/unit/runner.h"
#include "tests/unit/store_fixture.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"
#include "monitor/store/store_rollups.h"

#include <regex.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCE_MAX = 128 * 1024 };

static struct store_fixture fixture;
static struct map *statements; /* texts as they were prepared */

static int caught(unsigned what, void *data, void *statement, void *unused)
{
    static char present;
    (void)what;
    (void)data;
    (void)unused;
    map_put(statements, sqlite3_sql(statement), &present);
    return 0;
}

static int watch_connection(sqlite3 *database, char **error, const void *functions)
{
    (void)error;
    (void)functions;
    return sqlite3_trace_v2(database, SQLITE_TRACE_STMT, caught, NULL);
}

static void set_up(void)
{
    statements = map_create(NULL);
    sqlite3_auto_extension((void (*)(void))watch_connection);
    store_fixture_set_up(&fixture);
}

static void tear_down(void)
{
    sqlite3_reset_auto_extension();
    store_fixture_tear_down(&fixture);
    map_free(statements);
}

/* Answers are of no matter here, but that they have come: each call is followed by a cursor's. */
static void ignore_runs(void *data, enum result result, struct store_runs *runs)
{
    (void)data;
    (void)runs;
    ck_assert_int_eq(result, RESULT_OK);
}

#define IGNORE(name, type)                                                                         \
    static void ignore_##name(void *data, enum result result, const struct type *answer)           \
    {                                                                                              \
        (void)data;                                                                                \
        (void)answer;                                                                              \
        ck_assert_int_eq(result, RESULT_OK);                                                       \
    }
IGNORE(incidents, store_incidents)
IGNORE(slots, store_slots)
IGNORE(changes, store_changes)
IGNORE(events, store_events)
IGNORE(maintenances, store_maintenances)
IGNORE(tallies, store_tallies)
IGNORE(rollups, store_rollups)
IGNORE(days, store_days)
IGNORE(baselines, store_baselines)

static void ignore_cursor(void *data, enum result result, const struct error *error,
                          store_sequence sequence)
{
    (void)data;
    (void)error;
    (void)sequence;
    ck_assert_int_eq(result, RESULT_OK);
}

enum {
    AFTER = 1,
    JOURNEY = 2,
    VANTAGE = 4,
    ID = 8,
    STATE = 16,
    SINCE = 32,
    UNTIL = 64,
    NEWEST = 128,
    MESSAGES = 256
};

/* With every field there and left out. */
static void read_runs_in_all_ways(void)
{
    for (unsigned ways = 0; ways < 512; ways++) {
        const struct store_filter filter = {
            .after = ways & AFTER ? 1 : 0,
            .journey = ways & JOURNEY ? "buy" : NULL,
            .vantage = ways & VANTAGE ? "home" : NULL,
            .id = ways & ID ? "1" : NULL,
            .state = ways & STATE ? "failed" : NULL,
            .since = {ways & SINCE ? 1 : 0},
            .until = {ways & UNTIL ? INT64_MAX : 0},
            .newest_first = ways & NEWEST,
            .with_messages = ways & MESSAGES,
            .limit = 10,
        };
        store_read_runs(fixture.store, &filter, ignore_runs, NULL);
    }
}

static void read_rollups_in_all_ways(void)
{
    for (unsigned ways = 0; ways < 16; ways++) {
        const struct store_rollup_filter filter = {
            .span = ways & 1 ? DURATION_HOUR : DURATION_DAY,
            .journey = ways & 2 ? "buy" : NULL,
            .vantage = ways & 4 ? "home" : NULL,
            .step = ways & 8 ? "order" : NULL,
        };
        store_read_rollups(fixture.store, &filter, ignore_rollups, NULL);
    }
}

static void write_all(void)
{
    struct incident incident = {
        .id = "one",
        .version = 1,
        .change = INCIDENT_OPENED,
        .opened = {1},
        .updated = {1},
        .journey = "buy",
        .step = "order",
        .symptom = SYMPTOM_TCP_TIMED_OUT,
    };
    const struct event event = {"a", {1000}, "deploy", "version 7", NULL};
    const struct maintenance window = {.id = "a", .title = "", .start = {1000}, .end = {2000}};
    for (int minute = 0; minute < 10; minute++)
        store_fixture_append(&fixture,
                             store_fixture_run("buy", "home", minute * 500, STATE_FAILED));
    incident.verdict = incident.first =
        (struct verdict){.cause = CAUSE_DATABASE, .runner_up = CAUSE_NONE};
    store_write_incident(fixture.store, &incident, NULL, NULL);
    store_append_event(fixture.store, &event, NULL, NULL);
    store_write_maintenance(fixture.store, &window, NULL, NULL);
    store_write_cursor(fixture.store, "page", 1, NULL, NULL);
}

static void read_all(void)
{
    const struct wall_time never = {0}, first = {1};
    read_runs_in_all_ways();
    store_read_latest(fixture.store, ignore_runs, NULL);
    store_read_slots(fixture.store, ignore_slots, NULL);
    store_read_incidents(fixture.store, true, 0, ignore_incidents, NULL);
    store_read_incidents(fixture.store, false, 0, ignore_incidents, NULL);
    store_read_incident(fixture.store, "one", ignore_incidents, NULL);
    store_read_changes(fixture.store, 0, 0, ignore_changes, NULL);
    store_read_events(fixture.store, never, never, ignore_events, NULL);
    store_read_maintenance(fixture.store, never, ignore_maintenances, NULL);
    store_read_tallies(fixture.store, first, DURATION_HOUR, ignore_tallies, NULL);
    store_read_tallies(fixture.store, never, DURATION_HOUR, ignore_tallies, NULL);
    store_read_tallies(fixture.store, first, DURATION_MINUTE, ignore_tallies, NULL);
    read_rollups_in_all_ways();
    store_read_days(fixture.store, first, ignore_days, NULL);
    store_read_cursor(fixture.store, "page", ignore_cursor, NULL);
    store_read_baselines(fixture.store, "buy", never, ignore_baselines, NULL);
}

static bool matches(const char *pattern, const char *text)
{
    regex_t expression;
    ck_assert_int_eq(regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB), 0);
    bool result = regexec(&expression, text, 0, NULL, 0) == 0;
    regfree(&expression);
    return result;
}

/* A table of one's own making (what a subquery gives, the times of a rollup) may be walked, and
 * that of the sequences, which has two rows; a real one in the order of its key or of an index,
 * when only so many are asked for. */
static bool is_good(const char *step, const char *sql)
{
    if (!matches("^SCAN ", step))
        return true;
    if (matches("^SCAN (times|latest|sqlite_sequence|CONSTANT ROW|\\(subquery)", step))
        return true;
    return strstr(sql, "LIMIT") != NULL &&
           matches("^SCAN (run|incident|incident_change|maintenance)( USING |$)", step) &&
           strstr(sql, "ORDER BY") != NULL;
}

static void explain(sqlite3 *database, const char *sql)
{
    char *text = sqlite3_mprintf("EXPLAIN QUERY PLAN %s", sql);
    sqlite3_stmt *plan;
    ck_assert_msg(sqlite3_prepare_v2(database, text, -1, &plan, NULL) == SQLITE_OK, "%s: %s", text,
                  sqlite3_errmsg(database));
    while (sqlite3_step(plan) == SQLITE_ROW) {
        const char *step = (const char *)sqlite3_column_text(plan, 3);
        ck_assert_msg(is_good(step, sql), "%s: %s", step, sql);
        if (strncmp(step, "SCAN ", 5) == 0 && strstr(step, "run") != NULL)
            ck_assert_msg(strstr(sql, "record") == NULL || strstr(sql, "(SELECT") != NULL,
                          "records are walked: %s", sql);
    }
    sqlite3_finalize(plan);
    sqlite3_free(text);
}

START_TEST(every_query_uses_an_index)
{
    const struct store_retention all = {{INT64_MAX / 2}, {INT64_MAX / 2}, {INT64_MAX / 2}};
    sqlite3 *database;
    unsigned explained = 0;
    store_fixture_reopen(&fixture);
    write_all();
    read_all();
    store_delete_old(fixture.store, &all, NULL, NULL);
    store_fixture_wait(&fixture, DURATION_SECOND);
    store_fixture_cursor(&fixture, "page");
    ck_assert_int_eq(sqlite3_open(fixture.file, &database), SQLITE_OK);
    sqlite3_trace_v2(database, 0, NULL, NULL);
    for (size_t i = 0; i < map_count(statements); i++) {
        const char *sql = map_key(statements, i);
        if (!matches("^(SELECT|INSERT|DELETE|WITH)", sql) || strstr(sql, "sqlite_schema") != NULL)
            continue;
        explain(database, sql);
        explained++;
    }
    sqlite3_close(database);
    ck_assert_uint_gt(explained, 100);
}
END_TEST

static char *read_source(const char *name)
{
    char path[4096];
    const char *source = getenv("SOURCE");
    ck_assert_msg(source != NULL, "SOURCE: the source directory");
    snprintf(path, sizeof path, "%s/%s", source, name);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    char *text = memory_allocate(1, SOURCE_MAX);
    ck_assert_uint_lt(fread(text, 1, SOURCE_MAX - 1, file), SOURCE_MAX - 1);
    fclose(file);
    return text;
}

/* A call of the store's that is not made above would have its queries explained by nobody. */
static void assert_called(const char *header)
{
    char *contract = read_source(header), *calls = read_source("tests/unit/check_store_queries.c");
    unsigned count = 0;
    for (char *at = contract; (at = strstr(at, "void store_")) != NULL; at++) {
        char name[64], call[96];
        ck_assert_int_eq(sscanf(at, "void %63[a-z_]", name), 1);
        if (at > contract && at[-1] != '\n')
            continue; /* a typedef */
        if (!matches("^store_(read|write|append|delete)", name))
            continue;
        snprintf(call, sizeof call, "    %s(fixture.store", name);
        ck_assert_msg(strstr(calls, call) != NULL, "%s is not called", name);
        count++;
    }
    ck_assert_uint_ge(count, 3);
    free(contract);
    free(calls);
}

START_TEST(every_call_of_the_store_is_tried)
{
    assert_called("monitor/store/store.h");
    assert_called("monitor/store/store_rollups.h");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("store queries");
    TCase *tests = tcase_create("queries");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, every_query_uses_an_index);
    tcase_add_test(tests, every_call_of_the_store_is_tried);
    suite_add_tcase(suite, tests);
    return suite;
}
