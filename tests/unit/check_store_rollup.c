/* SPDX-License-Identifier: MIT */
/* store/: what runs add up to, by hour and by day, and what is usual. */
#include "tests/unit/runner.h"
#include "tests/unit/store_fixture.h"

#include "monitor/base/buffer.h"
#include "monitor/store/store_rollups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct store_fixture fixture;

static void set_up(void)
{
    store_fixture_set_up(&fixture);
}

static void tear_down(void)
{
    store_fixture_tear_down(&fixture);
}

/* The fixture's minute 0 is 2025-11-23T14:07:00.123Z, so minute 53 begins the next hour, and minute
 * 593 the next day. */
enum { NEXT_HOUR = 53, NEXT_DAY = 593 };

/* Each rollup as one line: place, start, counts, total's count, censored and median in ms, and the
 * same of the phase `wait`. */
static void print_rollups(void *data, enum result result, const struct store_rollups *rollups)
{
    struct buffer *text = data;
    char start[WALL_TEXT_MAX];
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < rollups->count; i++) {
        const struct store_rollup *rollup = &rollups->rollups[i];
        const struct store_counts *counts = &rollup->counts;
        const struct histogram *wait = &rollup->phases[PHASE_WAIT];
        ck_assert_uint_eq(rollup->phases[PHASE_DNS].count, 0);
        buffer_print(text, "%s %s %s %.13s %u/%u/%u/%u/%u", rollup->journey, rollup->vantage,
                     rollup->step != NULL ? rollup->step : "-", wall_print(rollup->start, start),
                     counts->passed, counts->degraded, counts->failed, counts->unknown,
                     counts->excluded);
        buffer_print(text, " %d+%d~%.1f", (int)(rollup->total.count - rollup->total.censored),
                     (int)rollup->total.censored, (double)histogram_median(&rollup->total) / 1e3);
        buffer_print(text, " %d+%d\n", (int)(wait->count - wait->censored), (int)wait->censored);
    }
    loop_stop(fixture.loop);
}

static void assert_rollups(const struct store_rollup_filter *filter, const char *expected)
{
    struct buffer text;
    buffer_init(&text, SIZE_MAX);
    store_read_rollups(fixture.store, filter, print_rollups, &text);
    loop_run(fixture.loop);
    ck_assert_str_eq(text.data, expected);
    buffer_free(&text);
}

static void append(const char *journey, const char *vantage, int minute, enum state state)
{
    store_fixture_append(&fixture, store_fixture_run(journey, vantage, minute, state));
}

static void append_some(void)
{
    append("buy", "home", 0, STATE_PASSED);
    append("buy", "home", 1, STATE_DEGRADED);
    append("buy", "home", 2, STATE_FAILED);
    append("buy", "away", 3, STATE_PASSED);
    append("look", "home", 4, STATE_UNKNOWN);
    append("buy", "home", NEXT_HOUR - 1, STATE_PASSED);
    append("buy", "home", NEXT_HOUR, STATE_PASSED);
    append("buy", "home", NEXT_DAY - 1, STATE_PASSED);
    append("buy", "home", NEXT_DAY, STATE_FAILED);
}

#define BUY_HOME_14                                                                                \
    "buy home - 2025-11-23T14 2/1/1/0/0 3+1~7.0 3+1\n"                                             \
    "buy home browse 2025-11-23T14 4/0/0/0/0 4+0~3.0 0+0\n"                                        \
    "buy home order 2025-11-23T14 2/1/1/0/0 3+1~4.0 3+1\n"

static const struct {
    struct store_rollup_filter filter;
    const char *expected;
    int since, until; /* minutes; 0: not given */
} rollup_cases[] = {
    {{.span = DURATION_HOUR, .journey = "buy", .vantage = "home", .step = ""},
     "buy home - 2025-11-23T14 2/1/1/0/0 3+1~7.0 3+1\n"
     "buy home - 2025-11-23T15 1/0/0/0/0 1+0~7.0 1+0\n"
     "buy home - 2025-11-23T23 1/0/0/0/0 1+0~7.0 1+0\n"
     "buy home - 2025-11-24T00 0/0/1/0/0 0+1~7.0 0+1\n",
     0,
     0},
    {{.span = DURATION_HOUR, .journey = "buy", .vantage = "home"}, BUY_HOME_14, 0, NEXT_HOUR - 1},
    {{.span = DURATION_HOUR, .journey = "buy", .step = "order"},
     "buy away order 2025-11-23T14 1/0/0/0/0 1+0~4.0 1+0\n"
     "buy home order 2025-11-23T14 2/1/1/0/0 3+1~4.0 3+1\n",
     0,
     NEXT_HOUR - 1},
    {{.span = DURATION_HOUR, .vantage = "home", .step = ""},
     "buy home - 2025-11-23T15 1/0/0/0/0 1+0~7.0 1+0\n",
     1,
     NEXT_HOUR + 1},
    {{.span = DURATION_DAY, .step = ""},
     "buy home - 2025-11-23T00 4/1/1/0/0 5+1~7.0 5+1\n"
     "buy away - 2025-11-23T00 1/0/0/0/0 1+0~7.0 1+0\n"
     "look home - 2025-11-23T00 0/0/0/1/0 0+0~0.0 0+0\n"
     "buy home - 2025-11-24T00 0/0/1/0/0 0+1~7.0 0+1\n",
     0,
     0},
    {{.span = DURATION_DAY, .journey = "buy", .step = ""},
     "buy home - 2025-11-24T00 0/0/1/0/0 0+1~7.0 0+1\n",
     NEXT_DAY - 1,
     0},
    {{.span = DURATION_DAY, .journey = "sell"}, "", 0, 0},
    {{.span = DURATION_DAY}, "", NEXT_DAY + 2000, 0},
};

static struct wall_time minute_time(int minute)
{
    struct run *run = store_fixture_run("", "", minute, STATE_PASSED);
    struct wall_time time = run->slot.planned;
    run_free(run);
    return time;
}

START_TEST(runs_add_up)
{
    struct store_rollup_filter filter = rollup_cases[_i].filter;
    assert_rollups(&filter, "");
    append_some();
    store_fixture_reopen(&fixture);
    if (rollup_cases[_i].since != 0)
        filter.since = minute_time(rollup_cases[_i].since);
    if (rollup_cases[_i].until != 0)
        filter.until = minute_time(rollup_cases[_i].until);
    assert_rollups(&filter, rollup_cases[_i].expected);
}
END_TEST

static const struct store_rollup_filter buy_at_home = {
    .span = DURATION_HOUR, .journey = "buy", .vantage = "home", .step = ""};

START_TEST(a_known_run_counts_once)
{
    append("buy", "home", 0, STATE_PASSED);
    append("buy", "home", 0, STATE_PASSED);
    append("buy", "home", 0, STATE_FAILED);
    assert_rollups(&buy_at_home, "buy home - 2025-11-23T14 1/0/0/0/0 1+0~7.0 1+0\n");
}
END_TEST

START_TEST(an_excluded_run_is_counted_apart)
{
    struct run *run = store_fixture_run("buy", "home", 1, STATE_FAILED);
    run->excluded = true;
    append("buy", "home", 0, STATE_PASSED);
    store_fixture_append(&fixture, run);
    assert_rollups(&(struct store_rollup_filter){.span = DURATION_HOUR},
                   "buy home - 2025-11-23T14 1/0/0/0/1 1+0~7.0 1+0\n"
                   "buy home browse 2025-11-23T14 1/0/0/0/0 1+0~3.0 0+0\n"
                   "buy home order 2025-11-23T14 1/0/0/0/0 1+0~4.0 1+0\n");
}
END_TEST

/* An error that is answered at once must not make the shop faster; nor a slot without a replay. */
START_TEST(only_what_was_right_or_given_up_has_a_time)
{
    struct run *quick = store_fixture_run("buy", "home", 1, STATE_FAILED);
    quick->steps[1].symptom = quick->steps[1].exchanges[0].symptom = SYMPTOM_HTTP_ERROR;
    store_fixture_append(&fixture, quick);
    struct run *overlap = run_create("buy", "home", minute_time(2));
    overlap->state = STATE_DEGRADED;
    overlap->reason = "overlap";
    store_fixture_append(&fixture, overlap);
    struct run *skipping = store_fixture_run("buy", "home", 3, STATE_PASSED);
    skipping->steps[0].state = STATE_SKIPPED;
    skipping->steps[0].total = 0;
    store_fixture_append(&fixture, skipping);
    assert_rollups(&(struct store_rollup_filter){.span = DURATION_HOUR},
                   "buy home - 2025-11-23T14 1/1/1/0/0 1+0~4.0 1+0\n"
                   "buy home browse 2025-11-23T14 1/0/0/0/0 1+0~3.0 0+0\n"
                   "buy home order 2025-11-23T14 1/0/1/0/0 1+0~4.0 1+0\n");
}
END_TEST

static void print_days(void *data, enum result result, const struct store_days *days)
{
    struct buffer *text = data;
    char start[WALL_TEXT_MAX];
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < days->count; i++) {
        const struct store_day *day = &days->days[i];
        const unsigned char *bytes = day->packed;
        size_t length = day->packed_length;
        struct histogram latency = {0};
        ck_assert_int_eq(histogram_unpack(&bytes, &length, &latency), RESULT_OK);
        ck_assert_uint_eq(length, 0);
        ck_assert_int_eq(day->median, histogram_median(&latency));
        ck_assert_int_eq(day->p95, histogram_quantile(&latency, 0.95));
        buffer_print(text, "%s %.10s %u/%u/%u/%u/%u %d\n", day->journey,
                     wall_print(day->start, start), day->counts.passed, day->counts.degraded,
                     day->counts.failed, day->counts.unknown, day->counts.excluded,
                     (int)latency.count);
        histogram_clear(&latency);
    }
    loop_stop(fixture.loop);
}

static void assert_days(struct wall_time since, const char *expected)
{
    struct buffer text;
    buffer_init(&text, SIZE_MAX);
    store_read_days(fixture.store, since, print_days, &text);
    loop_run(fixture.loop);
    ck_assert_str_eq(text.data, expected);
    buffer_free(&text);
}

START_TEST(days_are_of_all_vantage_points)
{
    struct run *run = store_fixture_run("buy", "away", 5, STATE_FAILED);
    run->excluded = true;
    append_some();
    store_fixture_append(&fixture, run);
    assert_days((struct wall_time){0}, "buy 2025-11-23 5/1/1/0/1 7\n"
                                       "look 2025-11-23 0/0/0/1/0 0\n"
                                       "buy 2025-11-24 0/0/1/0/0 1\n");
    assert_days(minute_time(0), "buy 2025-11-24 0/0/1/0/0 1\n");
}
END_TEST

static void print_baselines(void *data, enum result result, const struct store_baselines *baselines)
{
    struct buffer *text = data;
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < baselines->count; i++) {
        const struct store_baseline *baseline = &baselines->baselines[i];
        buffer_print(text, "%s %s %u %d %.1f %.1f\n", baseline->vantage,
                     baseline->step != NULL ? baseline->step : "-", baseline->hour,
                     (int)baseline->count, (double)baseline->median / 1e3,
                     (double)baseline->deviation / 1e3);
    }
    loop_stop(fixture.loop);
}

/* Over days, the same hour comes together; the order takes 4 ms, and 1 ms more on each day. */
START_TEST(what_is_usual_is_told_by_the_hour)
{
    struct buffer text;
    for (int day = 0; day < 5; day++) {
        struct run *run = store_fixture_run("buy", "home", day * 1440, STATE_PASSED);
        run->steps[1].total += day * DURATION_MILLISECOND;
        store_fixture_append(&fixture, run);
    }
    append("buy", "home", NEXT_HOUR, STATE_PASSED);
    append("look", "home", 0, STATE_PASSED);
    buffer_init(&text, SIZE_MAX);
    store_read_baselines(fixture.store, "buy", (struct wall_time){0}, print_baselines, &text);
    loop_run(fixture.loop);
    ck_assert_str_eq(text.data, "home - 14 5 9.0 1.0\n"
                                "home - 15 1 7.0 0.0\n"
                                "home browse 14 5 3.0 0.0\n"
                                "home browse 15 1 3.0 0.0\n"
                                "home order 14 5 6.0 1.0\n"
                                "home order 15 1 4.0 0.0\n");
    buffer_free(&text);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_loop_test(tests, runs_add_up, 0, COUNT_OF(rollup_cases));
    tcase_add_test(tests, a_known_run_counts_once);
    tcase_add_test(tests, an_excluded_run_is_counted_apart);
    tcase_add_test(tests, only_what_was_right_or_given_up_has_a_time);
    tcase_add_test(tests, days_are_of_all_vantage_points);
    tcase_add_test(tests, what_is_usual_is_told_by_the_hour);
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("store rollups");
    store_fixture_on_each(suite, "rollups", set_up, tear_down, add_tests);
    return suite;
}
