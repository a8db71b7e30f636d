/* SPDX-License-Identifier: MIT */
/*
 * reporters/statuspage*: a server that refuses, limits or fails; the pace; points of metrics; and
 * the trial of a reporter.
 */
#include "tests/unit/runner.h"
#include "tests/unit/statuspage_fixture.h"

#include "reporters/statuspage_client.h"

#include <stdlib.h>
#include <string.h>

static size_t incident_count(void)
{
    return json_array_size(server.incidents);
}

/* --- errors -------------------------------------------------------------------------------------
 */

static const struct {
    int status;
    const char *retry_after, *trouble;
} later[] = {
    {401, NULL, "127.0.0.1 answered 401: as it was told to"},
    {403, NULL, "127.0.0.1 answered 403: as it was told to"},
    {404, NULL, "127.0.0.1 answered 404: as it was told to"},
    {429, "1", "127.0.0.1 answered 429: as it was told to"},
    {420, "1", "127.0.0.1 answered 420: as it was told to"},
    {500, NULL, "127.0.0.1 answered 500: as it was told to"},
};

START_TEST(what_cannot_be_told_now_is_told_later)
{
    struct incident incident = sample("0123456789abcdef0123456789abcdef");
    strike(1, NULL, later[_i].status);
    server.retry_after = later[_i].retry_after;
    change(&incident, INCIDENT_OPENED);
    wait_failed();
    struct instant failed = clock_instant();
    ck_assert_msg(strstr(told, later[_i].trouble) != NULL, "%s", told);
    ck_assert_str_eq(health_now().trouble, later[_i].trouble);
    wait_told(1);
    if (later[_i].retry_after != NULL)
        ck_assert_int_ge(instant_between(failed, clock_instant()), 900 * DURATION_MILLISECOND);
    ck_assert_uint_eq(server.posts, 1);
    ck_assert_uint_eq(health_now().given_up, 0);
}
END_TEST

START_TEST(a_wrong_key_is_said_and_nothing_is_lost)
{
    struct incident incident = sample("0123456789abcdef0123456789abcdef");
    server.key = "another";
    change(&incident, INCIDENT_OPENED);
    wait_failed();
    ck_assert_ptr_nonnull(strstr(told, "answered 401: Could not authenticate"));
    ck_assert_uint_eq(incident_count(), 0);
    server.key = STATUSPAGE_SERVER_KEY;
    wait_told(1);
    ck_assert_uint_eq(incident_count(), 1);
}
END_TEST

START_TEST(what_they_refuse_is_given_up_and_the_next_is_told)
{
    struct incident first = sample("0123456789abcdef0123456789abcdef");
    struct incident second = sample("fedcba9876543210fedcba9876543210");
    strike(1, "POST", 422);
    change(&first, INCIDENT_OPENED);
    wait_told(1);
    ck_assert_uint_eq(health_now().given_up, 1);
    ck_assert_ptr_nonnull(strstr(told, "version 1 of incident 01234567 is given up: "
                                       "127.0.0.1 answered 422: as it was told to"));
    change(&second, INCIDENT_OPENED);
    wait_told(2);
    ck_assert_uint_eq(incident_count(), 1);
}
END_TEST

START_TEST(what_was_deleted_there_is_opened_again_by_what_is_new)
{
    struct incident incident = sample("0123456789abcdef0123456789abcdef");
    change(&incident, INCIDENT_OPENED);
    wait_told(1);
    json_array_clear(server.incidents);
    incident.flapping = true;
    change(&incident, INCIDENT_UPDATED);
    wait_told(2);
    ck_assert_uint_eq(incident_count(), 1);
    json_array_clear(server.incidents);
    change(&incident, INCIDENT_RESOLVED);
    wait_told(3);
    ck_assert_uint_eq(incident_count(), 0);
}
END_TEST

/* --- the pace -----------------------------------------------------------------------------------
 */

START_TEST(no_minute_has_more_than_sixty_calls)
{
    struct statuspage_pace pace = {0};
    struct instant now = {1000000}, calls[300];
    for (size_t n = 0; n < 300; n++) {
        if (n == 150)
            now = instant_after(now, 500 * DURATION_SECOND); /* a rest earns no more than a start */
        now = instant_after(now, statuspage_pace_wait(&pace, now));
        ck_assert_int_eq(statuspage_pace_wait(&pace, now), 0);
        statuspage_pace_take(&pace, now);
        calls[n] = now;
        if (n >= 60)
            ck_assert_int_ge(instant_between(calls[n - 60], now), DURATION_MINUTE);
    }
    ck_assert_int_eq(instant_between(calls[0], calls[9]), 0);
    ck_assert_int_eq(instant_between(calls[150], calls[159]), 0);
    ck_assert_int_gt(instant_between(calls[150], calls[160]), 0);
    statuspage_pace_hold(&pace, now, 90 * DURATION_SECOND);
    ck_assert_int_eq(statuspage_pace_wait(&pace, now), 90 * DURATION_SECOND);
}
END_TEST

/* --- metrics ------------------------------------------------------------------------------------
 */

static void append_now(const char *journey, enum state state, duration order)
{
    static int minute;
    struct run *run = store_fixture_run(journey, "home", ++minute, state);
    run->slot.ended = clock_wall();
    run->steps[1].total = order;
    store_fixture_append(&fixture, run);
}

START_TEST(good_runs_become_a_point_a_minute)
{
    close_reporters();
    load_shop("    metrics: {guest checkout: m1, search: m2}\n");
    open_reporters();
    wait_idle();
    append_now("search", STATE_FAILED, 4 * DURATION_SECOND);
    append_now("guest checkout", STATE_PASSED, 7 * DURATION_MILLISECOND);
    append_now("guest checkout", STATE_DEGRADED, 17 * DURATION_MILLISECOND);
    append_now("guest checkout", STATE_FAILED, 4 * DURATION_SECOND);
    append_now("returns", STATE_PASSED, DURATION_SECOND);
    reporters_wake(reporters);
    wait_told(5);
    const json_t *points = json_object_get(server.points, "m1");
    const json_t *point = json_array_get(points, 0);
    double sum = 0;
    size_t n;
    json_t *item;
    json_array_foreach(points, n, item) sum += json_number_value(json_object_get(item, "value"));
    ck_assert_uint_ge(json_array_size(points), 1); /* two where a minute has just passed */
    ck_assert_double_eq_tol(sum / (double)json_array_size(points), 15, 0.001);
    ck_assert_int_le(llabs(clock_wall().us / DURATION_SECOND -
                           json_integer_value(json_object_get(point, "timestamp"))),
                     60);
    ck_assert_uint_eq(json_array_size(json_object_get(server.points, "m2")), 0);
    ck_assert_uint_eq(server.point_posts, 1);
    append_now("search", STATE_PASSED, DURATION_MILLISECOND);
    reporters_wake(reporters);
    store_fixture_wait(&fixture, 200 * DURATION_MILLISECOND);
    ck_assert_uint_eq(server.point_posts, 1); /* the minute is waited for */
}
END_TEST

START_TEST(a_metric_that_is_not_there_is_given_up)
{
    close_reporters();
    load_shop("    metrics: {guest checkout: m7}\n");
    open_reporters();
    wait_idle();
    append_now("guest checkout", STATE_PASSED, DURATION_MILLISECOND);
    reporters_wake(reporters);
    wait_told(1);
    ck_assert_uint_eq(health_now().given_up, 1);
    ck_assert_ptr_nonnull(strstr(told, "answered 404: Metric not found"));
}
END_TEST

/* --- a trial ------------------------------------------------------------------------------------
 */

struct trial {
    bool ended;
    enum result result;
    char text[500];
};

static void tested(void *data, enum result result, const char *text)
{
    struct trial *trial = data;
    trial->ended = true;
    trial->result = result;
    snprintf(trial->text, sizeof trial->text, "%s", text);
}

static const struct {
    const char *metrics, *key;
    enum result result;
    const char *text;
} trials[] = {
    {"", STATUSPAGE_SERVER_KEY, RESULT_OK, "nothing was written"},
    {"    metrics: {search: m2}\n", STATUSPAGE_SERVER_KEY, RESULT_OK, "nothing was written"},
    {"    metrics: {search: m9}\n", STATUSPAGE_SERVER_KEY, RESULT_NOT_FOUND,
     "the page has no metric m9"},
    {"", "another", RESULT_IO, "answered 401: Could not authenticate"},
};

START_TEST(a_trial_reads_and_writes_nothing)
{
    struct trial trial = {0};
    struct error error = {0};
    close_reporters();
    load_shop(trials[_i].metrics);
    server.key = trials[_i].key;
    const struct reporter_context context = context_of();
    reporters = reporters_open_one(&context, "hosted", &error);
    ck_assert_msg(reporters != NULL, "%s", error.text);
    reporters_test(reporters, tested, &trial);
    for (int i = 0; i < TRIES && !trial.ended; i++)
        store_fixture_wait(&fixture, 5 * DURATION_MILLISECOND);
    ck_assert_int_eq(trial.result, trials[_i].result);
    ck_assert_msg(strstr(trial.text, trials[_i].text) != NULL, "%s", trial.text);
    ck_assert_uint_eq(server.posts + server.patches + server.point_posts, 0);
}
END_TEST

START_TEST(a_trial_finds_a_component_that_is_not_there)
{
    struct trial trial = {0};
    struct error error = {0};
    close_reporters();
    json_object_del(server.components, "c2");
    const struct reporter_context context = context_of();
    reporters = reporters_open_one(&context, "hosted", &error);
    reporters_test(reporters, tested, &trial);
    for (int i = 0; i < TRIES && !trial.ended; i++)
        store_fixture_wait(&fixture, 5 * DURATION_MILLISECOND);
    ck_assert_str_eq(trial.text, "the page has no component c2");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("statuspage calls");
    TCase *tests = tcase_create("statuspage calls");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_loop_test(tests, what_cannot_be_told_now_is_told_later, 0, COUNT_OF(later));
    tcase_add_test(tests, a_wrong_key_is_said_and_nothing_is_lost);
    tcase_add_test(tests, what_they_refuse_is_given_up_and_the_next_is_told);
    tcase_add_test(tests, what_was_deleted_there_is_opened_again_by_what_is_new);
    tcase_add_test(tests, no_minute_has_more_than_sixty_calls);
    tcase_add_test(tests, good_runs_become_a_point_a_minute);
    tcase_add_test(tests, a_metric_that_is_not_there_is_given_up);
    tcase_add_loop_test(tests, a_trial_reads_and_writes_nothing, 0, COUNT_OF(trials));
    tcase_add_test(tests, a_trial_finds_a_component_that_is_not_there);
    suite_add_tcase(suite, tests);
    return suite;
}
