/* SPDX-License-Identifier: MIT */
/* diagnose/objective.c and record/objective.c: what is promised, what came of it, and what is said
 * of it. */
#include "tests/unit/runner.h"

#include "monitor/base/buffer.h"
#include "monitor/base/histogram.h"
#include "monitor/diagnose/objective.h"
#include "monitor/record/json_writer.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A Sunday, 14:07 of UTC. */
static const struct wall_time start = {1763906820 * DURATION_SECOND};

static struct wall_time at(double minute)
{
    return wall_after(start, (duration)(minute * DURATION_MINUTE));
}

static void expect_near(const char *what, double is, double should)
{
    ck_assert_msg(fabs(is - should) < 1e-6, "%s: %.9f instead of %.9f", what, is, should);
}

/* --- what counts come to --------------------------------------------------------------------- */

static const struct {
    struct objective_counts counts;
    double target;
    struct objective_range success, availability, budget_left;
} evaluate_cases[] = {
    {{0}, 0.999, {0, 1}, {0, 1}, {1, 1}},
    {{.good = 1000}, 0.999, {1, 1}, {1, 1}, {1, 1}},
    {{.good = 999, .failed = 1}, 0.999, {0.999, 0.999}, {0.999, 0.999}, {0, 0}},
    {{.good = 998, .failed = 2}, 0.999, {0.998, 0.998}, {0.998, 0.998}, {-1, -1}},
    {{.good = 1995, .failed = 1, .slow = 1, .unknown = 3},
     0.99,
     {0.9975, 0.999},
     {0.998, 0.9995},
     {0.75, 0.9}},
    {{.unknown = 10}, 0.9, {0, 1}, {0, 1}, {-9, 1}},
    {{.excluded = 10}, 0.9, {0, 1}, {0, 1}, {1, 1}},
};

START_TEST(counts_come_to_shares_and_a_budget)
{
    struct objective_report report = {.target = evaluate_cases[_i].target,
                                      .counts = evaluate_cases[_i].counts};
    objective_evaluate(&report);
    expect_near("success low", report.success.low, evaluate_cases[_i].success.low);
    expect_near("success high", report.success.high, evaluate_cases[_i].success.high);
    expect_near("availability low", report.availability.low, evaluate_cases[_i].availability.low);
    expect_near("availability high", report.availability.high,
                evaluate_cases[_i].availability.high);
    expect_near("budget low", report.budget_left.low, evaluate_cases[_i].budget_left.low);
    expect_near("budget high", report.budget_left.high, evaluate_cases[_i].budget_left.high);
}
END_TEST

START_TEST(a_burn_rate_leaves_out_what_could_not_be_seen)
{
    static const struct {
        struct objective_counts counts;
        double target, rate;
    } cases[] = {
        {{0}, 0.999, 0},
        {{.unknown = 5}, 0.999, 0},
        {{.good = 999, .failed = 1}, 0.999, 1},
        {{.good = 90, .failed = 5, .slow = 5, .unknown = 900}, 0.99, 10},
        {{.failed = 1}, 0.999, 1000},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_near("rate", objective_burn_rate(&cases[i].counts, cases[i].target), cases[i].rate);
}
END_TEST

/* Those that were given up are in the histogram too, at their limit. */
START_TEST(a_rollup_tells_how_many_were_in_time)
{
    struct histogram latency = {0};
    for (int i = 0; i < 90; i++)
        histogram_add(&latency, DURATION_SECOND);
    for (int i = 0; i < 10; i++)
        histogram_add(&latency, 6 * DURATION_SECOND);
    for (int i = 0; i < 5; i++)
        histogram_add_censored(&latency, 10 * DURATION_SECOND);
    struct objective_counts counts =
        objective_counts_of(100, 7, 3, 2, &latency, 4 * DURATION_SECOND);
    ck_assert_uint_eq(counts.good, 90);
    ck_assert_uint_eq(counts.slow, 10);
    ck_assert_uint_eq(counts.failed, 7);
    ck_assert_uint_eq(counts.unknown, 3);
    ck_assert_uint_eq(counts.excluded, 2);
    ck_assert_uint_eq(objective_counts_of(100, 7, 3, 2, &latency, 0).good, 100);
    /* Ten that passed with the run in their way have no time of their own. */
    counts = objective_counts_of(110, 7, 3, 2, &latency, 4 * DURATION_SECOND);
    ck_assert_uint_eq(counts.good, 100);
    ck_assert_uint_eq(counts.slow, 10);
    ck_assert_uint_eq(objective_counts_of(100, 7, 3, 2, &latency, DURATION_MINUTE).good, 100);
    histogram_clear(&latency);
}
END_TEST

/* --- the book -------------------------------------------------------------------------------- */

static struct objective_book *promise(int64_t success, duration within, duration over)
{
    struct objective_book *book = objective_book_create();
    const struct objective objective = {.success = success, .within = within, .over = over};
    objective_book_add(book, "browse", &objective);
    return book;
}

static struct objective_book *promise_now(int64_t success, duration within, duration over)
{
    struct objective_book *book = promise(success, within, over);
    objective_book_begin(book);
    return book;
}

static void see(struct objective_book *book, double minute, enum state state, duration latency)
{
    struct run *run = run_create("browse", "here", at(minute));
    struct run_step *step = run_add_step(run, "alive");
    run->state = step->state = state;
    step->total = latency;
    objective_book_count(book, run);
    run_free(run);
}

static struct objective_report read_at(const struct objective_book *book, double minute)
{
    struct objective_report report;
    ck_assert(objective_book_read(book, 0, at(minute), &report));
    return report;
}

START_TEST(slots_count_by_how_they_ended)
{
    struct objective_book *book = promise_now(990000, 4 * DURATION_SECOND, DURATION_DAY);
    see(book, 0, STATE_PASSED, DURATION_SECOND);
    see(book, 1, STATE_DEGRADED, 4 * DURATION_SECOND);
    see(book, 2, STATE_PASSED, 4 * DURATION_SECOND + 1);
    see(book, 3, STATE_FAILED, DURATION_SECOND);
    see(book, 4, STATE_UNKNOWN, 0);
    struct run *excluded = run_create("browse", "here", at(5));
    excluded->excluded = true;
    excluded->state = STATE_FAILED;
    objective_book_count(book, excluded);
    struct run *other = run_create("other", "here", at(5));
    objective_book_count(book, other);
    run_free(excluded);
    run_free(other);
    struct objective_report report = read_at(book, 6);
    ck_assert_uint_eq(report.counts.good, 2);
    ck_assert_uint_eq(report.counts.slow, 1);
    ck_assert_uint_eq(report.counts.failed, 1);
    ck_assert_uint_eq(report.counts.unknown, 1);
    ck_assert_uint_eq(report.counts.excluded, 1);
    ck_assert(!objective_book_read(book, 1, at(6), &report));
    objective_book_free(book);
}
END_TEST

/* What is over three days long begins with a day, else with an hour. */
static const struct {
    duration over;
    double first, last; /* minutes from which on, and until when, a slot is in the window */
} window_cases[] = {
    {DURATION_HOUR, -67, 0},         /* 13:00 */
    {DURATION_DAY, -24 * 60 - 7, 0}, /* 14:00 of the day before */
    {3 * DURATION_DAY, -3 * 1440 - 7, 0},
    {7 * DURATION_DAY, -7 * 1440 - 847, 0}, /* 00:00 */
    {30 * DURATION_DAY, -30 * 1440 - 847, 0},
};

START_TEST(a_window_begins_with_an_hour_or_a_day)
{
    struct objective_book *book = promise_now(990000, 0, window_cases[_i].over);
    see(book, window_cases[_i].first - 0.1, STATE_PASSED, 1);
    ck_assert_uint_eq(read_at(book, 0).counts.good, 0);
    see(book, window_cases[_i].first, STATE_PASSED, 1);
    see(book, window_cases[_i].last, STATE_PASSED, 1);
    /* What comes late counts where it belongs. */
    see(book, window_cases[_i].first + 1, STATE_FAILED, 1);
    struct objective_report report = read_at(book, 0);
    ck_assert_uint_eq(report.counts.good, 2);
    ck_assert_uint_eq(report.counts.failed, 1);
    ck_assert_int_eq(report.since.us, at(window_cases[_i].first).us);
    /* A window later nothing of it is left. */
    double later = (double)window_cases[_i].over / DURATION_MINUTE + 1440;
    ck_assert_uint_eq(read_at(book, later).counts.good, 0);
    see(book, later, STATE_FAILED, 1);
    report = read_at(book, later);
    ck_assert_uint_eq(report.counts.good, 0);
    ck_assert_uint_eq(report.counts.failed, 1);
    objective_book_free(book);
}
END_TEST

START_TEST(a_clock_that_is_set_does_no_harm)
{
    struct objective_book *book = promise_now(990000, 0, 30 * DURATION_DAY);
    see(book, 0, STATE_PASSED, 1);
    see(book, 525600, STATE_PASSED, 1); /* a year on, and back */
    see(book, 1, STATE_PASSED, 1);
    ck_assert_uint_le(read_at(book, 2).counts.good, 2);
    ck_assert_uint_eq(read_at(book, 525600).counts.good, 1);
    objective_book_free(book);
}
END_TEST

/* --- burning --------------------------------------------------------------------------------- */

/* The limits of the workbook for 30 days, and what becomes of them for others. */
START_TEST(limits_are_those_of_the_workbook)
{
    static const struct {
        duration over;
        double limits[OBJECTIVE_BURN_COUNT]; /* 0: left out */
    } cases[] = {
        {30 * DURATION_DAY, {14.4, 6, 1}},  {28 * DURATION_DAY, {13.44, 5.6, 28 / 30.0}},
        {7 * DURATION_DAY, {3.36, 1.4, 0}}, {2 * DURATION_DAY, {0.96, 0, 0}},
        {DURATION_DAY, {0, 0, 0}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct objective_book *book = promise_now(999000, 0, cases[i].over);
        struct objective_report report = read_at(book, 0);
        for (size_t n = 0; n < OBJECTIVE_BURN_COUNT; n++)
            expect_near("limit", report.burns[n].limit, cases[i].limits[n]);
        objective_book_free(book);
    }
}
END_TEST

/* Six good hours at a slot a minute, then `failed` bad ones, then good ones again until `read`
 * minutes after the first bad one. */
static const struct {
    int failed, read;
    int burning; /* the row that speaks; -1: none */
} burn_cases[] = {
    {1, 1, -1}, /* one of few is no rate */
    {2, 2, -1},
    {3, 3, OBJECTIVE_BURN_FAST},
    {3, 8, OBJECTIVE_BURN_FAST},    /* the last of the bad is just 5 minutes old */
    {3, 10, OBJECTIVE_BURN_STEADY}, /* over, but a budget went for it */
    {3, 36, OBJECTIVE_BURN_SLOW},
    {3, 370, -1},
    {60, 60, OBJECTIVE_BURN_FAST},
};

START_TEST(a_budget_burns_while_both_windows_do)
{
    struct objective_book *book = promise_now(999000, 0, 30 * DURATION_DAY);
    for (int minute = -360; minute < burn_cases[_i].read; minute++)
        see(book, minute,
            minute >= 0 && minute < burn_cases[_i].failed ? STATE_FAILED : STATE_PASSED, 1);
    struct objective_report report = read_at(book, burn_cases[_i].read - 0.5);
    const struct objective_burn *worst = objective_worst_burn(&report);
    ck_assert_msg((worst != NULL ? (int)(worst - report.burns) : -1) == burn_cases[_i].burning,
                  "%.2f/%.2f %.2f/%.2f %.2f/%.2f", report.burns[0].longer_rate,
                  report.burns[0].shorter_rate, report.burns[1].longer_rate,
                  report.burns[1].shorter_rate, report.burns[2].longer_rate,
                  report.burns[2].shorter_rate);
    objective_book_free(book);
}
END_TEST

/* --- loading --------------------------------------------------------------------------------- */

START_TEST(what_is_loaded_is_what_was_counted)
{
    const duration overs[] = {DURATION_DAY, 30 * DURATION_DAY};
    for (size_t i = 0; i < COUNT_OF(overs); i++) {
        struct objective_book *counted = promise_now(990000, 0, overs[i]);
        struct objective_book *loaded = promise(990000, 0, overs[i]);
        struct objective_reach reach;
        const struct objective_counts good = {.good = 1}, bad = {.failed = 1};
        ck_assert(objective_book_reach(loaded, 0, start, &reach));
        ck_assert(objective_book_reach_of(loaded, "browse", start, &reach));
        ck_assert(!objective_book_reach_of(loaded, "other", start, &reach));
        ck_assert(!objective_book_reach(loaded, 1, start, &reach));
        for (int again = 0; again < 2; again++) {
            objective_book_forget(loaded);
            for (int minute = -500; minute < 0; minute++) {
                bool fails = minute % 10 == 0;
                struct wall_time unit = {at(minute).us / reach.unit * reach.unit};
                if (again == 0)
                    see(counted, minute, fails ? STATE_FAILED : STATE_PASSED, 1);
                objective_book_load(loaded, "browse", unit, reach.unit, fails ? &bad : &good);
                objective_book_load(loaded, "browse", at(minute), DURATION_MINUTE,
                                    fails ? &bad : &good);
                objective_book_load(loaded, "other", unit, reach.unit, &bad);
            }
        }
        see(loaded, 0, STATE_FAILED, 1); /* what is loaded has it */
        objective_book_begin(loaded);
        struct objective_report a = read_at(counted, 0), b = read_at(loaded, 0);
        ck_assert_mem_eq(&a.counts, &b.counts, sizeof a.counts);
        ck_assert_mem_eq(&a.burns, &b.burns, sizeof a.burns);
        ck_assert_uint_eq(a.counts.failed, 50);
        objective_book_free(counted);
        objective_book_free(loaded);
    }
}
END_TEST

/* Another set of files: what promises the same goes on, and anything else is to be loaded. */
START_TEST(a_promise_that_is_the_same_goes_on)
{
    static const struct {
        int64_t success;
        duration within, over;
        bool goes_on;
    } cases[] = {
        {990000, 0, DURATION_DAY, true},
        {900000, 0, DURATION_DAY, true},
        {990000, DURATION_SECOND, DURATION_DAY, false},
        {990000, 0, 2 * DURATION_DAY, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct objective_counts good = {.good = 7};
        struct objective_book *old = promise_now(990000, 0, DURATION_DAY);
        struct objective_book *book = promise(cases[i].success, cases[i].within, cases[i].over);
        see(old, 0, STATE_FAILED, 1);
        objective_book_adopt(book, old);
        objective_book_free(old);
        see(book, 1, STATE_FAILED, 1); /* lost where it is to be loaded, as that will have it */
        objective_book_load(book, "browse",
                            (struct wall_time){at(0).us / DURATION_HOUR * DURATION_HOUR},
                            DURATION_HOUR, &good);
        objective_book_begin(book);
        struct objective_report report = read_at(book, 2);
        ck_assert_uint_eq(report.counts.failed, cases[i].goes_on ? 2 : 0);
        ck_assert_uint_eq(report.counts.good, cases[i].goes_on ? 0 : 7);
        ck_assert(fabs(report.target - (double)cases[i].success / 1000000) < 1e-9);
        objective_book_free(book);
    }
}
END_TEST

/* --- what is said ---------------------------------------------------------------------------- */

static const struct {
    struct objective_counts counts;
    double target;
    duration within;
    const char *said;
} say_cases[] = {
    {{0}, 0.999, 0, "Nothing was seen yet that counts."},
    {{.good = 43195, .failed = 5},
     0.999,
     0,
     "99.98 % of 43200 slots succeeded; 99.90 % are promised. Of the error budget 88.42 % is "
     "left."},
    {{.good = 999999, .slow = 1},
     0.99,
     4 * DURATION_SECOND,
     "99.99 % of 1000000 slots succeeded within 4.00 s; 99 % are promised. Of the error budget "
     "99.99 % "
     "is left."},
    {{.good = 90, .failed = 5, .unknown = 5},
     0.9,
     0,
     "90 % to 95 % of 100 slots succeeded; 90 % are promised. Of the error budget 0 % to 50 % is "
     "left."},
    {{.good = 80, .failed = 20},
     0.9,
     0,
     "80 % of 100 slots succeeded; 90 % are promised. Of the error budget -100 % is left: it is "
     "overspent."},
};

START_TEST(it_is_said_in_a_sentence)
{
    struct objective_report report = {.target = say_cases[_i].target,
                                      .within = say_cases[_i].within,
                                      .counts = say_cases[_i].counts};
    struct buffer text;
    buffer_init(&text, 4096);
    objective_evaluate(&report);
    objective_say(&report, &text);
    ck_assert_str_eq(text.data, say_cases[_i].said);
    ck_assert_int_eq(objective_is_missed(&report), strstr(text.data, "overspent") != NULL);
    buffer_free(&text);
}
END_TEST

START_TEST(it_is_written_as_json)
{
    struct objective_book *book = promise_now(999000, 4 * DURATION_SECOND, 30 * DURATION_DAY);
    for (int minute = 0; minute < 4; minute++)
        see(book, minute, minute < 1 ? STATE_UNKNOWN : STATE_FAILED, 1);
    struct objective_report report = read_at(book, 4);
    struct buffer text;
    buffer_init(&text, 4096);
    struct json_writer writer = {.out = &text};
    objective_write(&report, &writer, NULL);
    json_t *json = json_loads(text.data, 0, NULL);
    ck_assert_msg(json != NULL, "%s", text.data);
    ck_assert_str_eq(json_string_value(json_object_get(json, "journey")), "browse");
    ck_assert_int_eq(json_integer_value(json_object_get(json_object_get(json, "slots"), "failed")),
                     3);
    expect_near("high",
                json_number_value(json_object_get(json_object_get(json, "success"), "high")), 25);
    ck_assert(json_is_true(
        json_object_get(json_array_get(json_object_get(json, "burns"), 0), "burning")));
    ck_assert_ptr_nonnull(strstr(text.data, "times as fast as allowed"));
    json_decref(json);
    buffer_free(&text);
    objective_book_free(book);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("objective");
    TCase *tests = tcase_create("objective");
    tcase_add_loop_test(tests, counts_come_to_shares_and_a_budget, 0,
                        (int)COUNT_OF(evaluate_cases));
    tcase_add_test(tests, a_burn_rate_leaves_out_what_could_not_be_seen);
    tcase_add_test(tests, a_rollup_tells_how_many_were_in_time);
    tcase_add_test(tests, slots_count_by_how_they_ended);
    tcase_add_loop_test(tests, a_window_begins_with_an_hour_or_a_day, 0,
                        (int)COUNT_OF(window_cases));
    tcase_add_test(tests, a_clock_that_is_set_does_no_harm);
    tcase_add_test(tests, limits_are_those_of_the_workbook);
    tcase_add_loop_test(tests, a_budget_burns_while_both_windows_do, 0, (int)COUNT_OF(burn_cases));
    tcase_add_test(tests, what_is_loaded_is_what_was_counted);
    tcase_add_test(tests, a_promise_that_is_the_same_goes_on);
    tcase_add_loop_test(tests, it_is_said_in_a_sentence, 0, (int)COUNT_OF(say_cases));
    tcase_add_test(tests, it_is_written_as_json);
    suite_add_tcase(suite, tests);
    return suite;
}
