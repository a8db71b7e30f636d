/* SPDX-License-Identifier: MIT */
/* store/: what people are told or have told us: changes of incidents, events, maintenance. */
#include "tests/unit/runner.h"
#include "tests/unit/store_fixture.h"

#include "monitor/base/buffer.h"

#include <stdint.h>

static struct store_fixture fixture;

static void set_up(void)
{
    store_fixture_set_up(&fixture);
}

static void tear_down(void)
{
    store_fixture_tear_down(&fixture);
}

static void written(void *data, enum result result, const struct error *error,
                    store_sequence sequence)
{
    ck_assert_msg(result == RESULT_OK, "%s", error->text);
    *(store_sequence *)data = sequence;
    loop_stop(fixture.loop);
}

static const struct incident opened = {
    .id = "one",
    .version = 1,
    .change = INCIDENT_OPENED,
    .opened = {1000},
    .updated = {1000},
    .journey = "buy",
    .step = "order",
    .symptom = SYMPTOM_TCP_TIMED_OUT,
    .first = {.cause = CAUSE_DATABASE, .component = "db.orders", .runner_up = CAUSE_NONE},
    .verdict = {.cause = CAUSE_DATABASE, .component = "db.orders", .runner_up = CAUSE_NONE},
    .runs = 1,
};

static struct incident changed(unsigned version, enum incident_change change)
{
    struct incident incident = opened;
    incident.version = version;
    incident.change = change;
    incident.updated.us = 1000 * version;
    return incident;
}

static void append(int minute, const struct incident *incident)
{
    store_sequence sequence;
    struct run *run = store_fixture_run("buy", "home", minute, STATE_FAILED);
    ck_assert_int_eq(store_append(fixture.store, run, incident, written, &sequence), RESULT_OK);
    run_free(run);
    loop_run(fixture.loop);
}

static store_sequence write_incident(const struct incident *incident)
{
    store_sequence sequence;
    store_write_incident(fixture.store, incident, written, &sequence);
    loop_run(fixture.loop);
    return sequence;
}

static void print_changes(void *data, enum result result, const struct store_changes *changes)
{
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < changes->count; i++)
        buffer_print(data, "%d:%s.%u %s\n", (int)changes->sequences[i], changes->incidents[i].id,
                     changes->incidents[i].version,
                     incident_change_word(changes->incidents[i].change));
    loop_stop(fixture.loop);
}

static void assert_changes(store_sequence after, size_t limit, const char *expected)
{
    struct buffer text;
    buffer_init(&text, SIZE_MAX);
    store_read_changes(fixture.store, after, limit, print_changes, &text);
    loop_run(fixture.loop);
    ck_assert_str_eq(text.data, expected);
    buffer_free(&text);
}

/* A run that is only counted to an incident changes nothing that people hear of. */
START_TEST(each_change_is_queued_once)
{
    struct incident counted = opened, resolved = changed(3, INCIDENT_RESOLVED);
    struct incident acknowledged = changed(2, INCIDENT_ACKNOWLEDGED), two = opened;
    counted.runs = 2;
    counted.updated.us++;
    two.id = "two";
    resolved.resolved = resolved.updated;
    assert_changes(0, 0, "");
    append(1, &opened);
    append(2, &counted);
    ck_assert_int_eq(write_incident(&acknowledged), 2);
    ck_assert_int_eq(write_incident(&acknowledged), 2);
    append(3, &two);
    append(4, &resolved);
    store_fixture_reopen(&fixture);
    assert_changes(0, 0,
                   "1:one.1 opened\n2:one.2 acknowledged\n3:two.1 opened\n4:one.3 resolved\n");
    assert_changes(2, 1, "3:two.1 opened\n");
    assert_changes(4, 0, "");
}
END_TEST

START_TEST(what_is_muted_is_told_to_nobody)
{
    struct incident muted = opened, unheard = opened;
    muted.muted = true;
    unheard.id = "two";
    unheard.version = 0;
    append(1, &muted);
    append(2, &unheard);
    assert_changes(0, 0, "");
}
END_TEST

static void print_events(void *data, enum result result, const struct store_events *events)
{
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < events->count; i++)
        buffer_print(data, "%s %s %s %s\n", events->events[i].id, events->events[i].kind,
                     events->events[i].text,
                     events->events[i].by != NULL ? events->events[i].by : "-");
    loop_stop(fixture.loop);
}

static void assert_events(int64_t since, int64_t until, const char *expected)
{
    struct buffer text;
    buffer_init(&text, SIZE_MAX);
    store_read_events(fixture.store, (struct wall_time){since}, (struct wall_time){until},
                      print_events, &text);
    loop_run(fixture.loop);
    ck_assert_str_eq(text.data, expected);
    buffer_free(&text);
}

START_TEST(events_are_kept_by_time)
{
    static const struct event events[] = {
        {"b", {2000000}, "deploy", "version 7", "ada"},
        {"a", {1000000}, "deploy", "version 6", NULL},
        {"c", {3000000}, "prices", "new list", NULL},
        {"a", {1000000}, "deploy", "version 6", NULL},
    };
    store_sequence sequence;
    for (size_t i = 0; i < COUNT_OF(events); i++) {
        store_append_event(fixture.store, &events[i], written, &sequence);
        loop_run(fixture.loop);
    }
    store_fixture_reopen(&fixture);
    assert_events(0, 0, "a deploy version 6 -\nb deploy version 7 ada\nc prices new list -\n");
    assert_events(2000000, 3000000, "b deploy version 7 ada\n");
    assert_events(4000000, 0, "");
}
END_TEST

static void print_windows(void *data, enum result result,
                          const struct store_maintenances *maintenances)
{
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < maintenances->count; i++)
        buffer_print(data, "%s %s %d%s\n", maintenances->maintenances[i].id,
                     maintenances->maintenances[i].title,
                     (int)maintenances->maintenances[i].journey_count,
                     maintenances->maintenances[i].cancelled.us != 0 ? " cancelled" : "");
    loop_stop(fixture.loop);
}

static void assert_windows(int64_t since, const char *expected)
{
    struct buffer text;
    buffer_init(&text, SIZE_MAX);
    store_read_maintenance(fixture.store, (struct wall_time){since}, print_windows, &text);
    loop_run(fixture.loop);
    ck_assert_str_eq(text.data, expected);
    buffer_free(&text);
}

static void write_window(const struct maintenance *maintenance)
{
    store_sequence sequence;
    store_write_maintenance(fixture.store, maintenance, written, &sequence);
    loop_run(fixture.loop);
}

START_TEST(maintenance_is_kept_until_its_end)
{
    const char *journeys[] = {"buy"};
    struct maintenance once = {.id = "a", .title = "Move", .start = {1000000}, .end = {5000000}};
    struct maintenance open = {.id = "b", .title = "Pause", .start = {2000000}, .pause = true};
    open.journeys = journeys;
    open.journey_count = 1;
    write_window(&once);
    write_window(&open);
    store_fixture_reopen(&fixture);
    assert_windows(0, "b Pause 1\na Move 0\n");
    assert_windows(5000000, "b Pause 1\n");
    open.cancelled.us = 4000000;
    write_window(&open);
    assert_windows(0, "b Pause 1 cancelled\na Move 0\n");
    assert_windows(4000000, "a Move 0\n");
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, each_change_is_queued_once);
    tcase_add_test(tests, what_is_muted_is_told_to_nobody);
    tcase_add_test(tests, events_are_kept_by_time);
    tcase_add_test(tests, maintenance_is_kept_until_its_end);
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("store log");
    store_fixture_on_each(suite, "log", set_up, tear_down, add_tests);
    return suite;
}
