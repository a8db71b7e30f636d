/* SPDX-License-Identifier: MIT */
/*
 * store/: what it tells of many runs (rollups, what is usual, percentiles over any span) against
 * the same from the runs themselves, by sorting and counting. On each back end.
 */
#include "tests/unit/runner.h"
#include "tests/unit/store_fixture.h"

#include "monitor/store/store_rollups.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 2500, DAYS = 3, HOURS = 24 * DAYS, SAMPLES_MAX = 3 * RUNS, SPANS = 40 };

/* Of the histogram: what it tells is at most so far away. */
#define BOUND (1.0 / 32)

/* The fixture's minute 0 lies 7 minutes behind 14:00. */
enum { FIRST_HOUR = 14, FIRST_MINUTE = 7 };

static const char *const vantages[] = {"home", "away"};
static const char *const steps[] = {"", "browse", "order"};

/* A time that is to count: of a whole run (step 0) or of a step. */
struct sample {
    int vantage, step, hour; /* hour: of all, from that of minute 0 on */
    duration time;
};

static struct store_fixture fixture;
static struct sample samples[SAMPLES_MAX];
static size_t sample_count;
static struct store_counts counts[COUNT_OF(vantages)][HOURS + 1];

static void set_up(void)
{
    store_fixture_set_up(&fixture);
}

static void tear_down(void)
{
    store_fixture_tear_down(&fixture);
}

static void add_sample(int vantage, int step, int hour, duration time)
{
    samples[sample_count++] = (struct sample){vantage, step, hour, time};
}

/* Half of them near the usual for the hour, the others anywhere over five powers of ten. */
static duration make_time(int hour)
{
    double share = (double)random() / (double)RAND_MAX;
    if (random() % 2 == 0)
        return (duration)(20000 + 3000 * (hour % 24) + share * 8000);
    return (duration)pow(10, 2 + share * 5);
}

/* How a run ends, by chance: passed, degraded, failed at once, given up at its limit, excluded, not
 * replayed at all. */
static void append_one(void)
{
    int minute = (int)(random() % (HOURS * 60)), vantage = (int)(random() % 2);
    int hour = (minute + FIRST_MINUTE) / 60, kind = (int)(random() % 10);
    enum state state = kind < 6 ? STATE_PASSED : kind < 7 ? STATE_DEGRADED : STATE_FAILED;
    struct run *run = store_fixture_run("buy", vantages[vantage], minute, state);
    run->id[0] = 'f'; /* several in one minute are several runs */
    for (int i = 1; i < HASH_HEX_LENGTH; i++)
        run->id[i] = "0123456789abcdef"[random() % 16];
    run->steps[0].total = make_time(hour);
    run->steps[1].total = run->steps[1].exchanges[0].phases[PHASE_WAIT] = make_time(hour);
    bool given_up = kind == 9;
    if (state == STATE_FAILED && !given_up)
        run->steps[1].symptom = run->steps[1].exchanges[0].symptom = SYMPTOM_HTTP_ERROR;
    run->excluded = random() % 20 == 0;
    struct store_counts *count = &counts[vantage][hour];
    count->passed += !run->excluded && state == STATE_PASSED;
    count->degraded += !run->excluded && state == STATE_DEGRADED;
    count->failed += !run->excluded && state == STATE_FAILED;
    count->excluded += run->excluded;
    if (!run->excluded) {
        add_sample(vantage, 1, hour, run->steps[0].total);
        if (state != STATE_FAILED || given_up) {
            add_sample(vantage, 2, hour, run->steps[1].total);
            add_sample(vantage, 0, hour, run->steps[0].total + run->steps[1].total);
        }
    }
    ck_assert_int_eq(store_append(fixture.store, run, NULL, NULL, NULL), RESULT_OK);
    run_free(run);
}

static void append_all(void)
{
    unsigned seed = (unsigned)clock_wall().us;
    printf("# seed %u\n", seed);
    srandom(seed);
    for (int i = 0; i < RUNS; i++)
        append_one();
    store_fixture_cursor(&fixture, "page"); /* and so all are stored */
    store_fixture_reopen(&fixture);
}

/* --- exactly --------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    duration x = *(const duration *)a, y = *(const duration *)b;
    return (x > y) - (x < y);
}

struct values {
    duration values[SAMPLES_MAX];
    size_t count;
};

/* Those of a vantage point (-1: of all) and step, sorted: of the hours from `first` on, `hours` of
 * them, or, when `hours` is 0, of that hour of each day. */
static const struct values *choose(int vantage, int step, int first, int hours)
{
    static struct values chosen;
    chosen.count = 0;
    for (size_t i = 0; i < sample_count; i++) {
        const struct sample *sample = &samples[i];
        bool in_time = hours > 0 ? sample->hour >= first && sample->hour < first + hours
                                 : (FIRST_HOUR + sample->hour) % 24 == first;
        if ((vantage == -1 || sample->vantage == vantage) && sample->step == step && in_time)
            chosen.values[chosen.count++] = sample->time;
    }
    qsort(chosen.values, chosen.count, sizeof chosen.values[0], compare);
    return &chosen;
}

static duration exact_quantile(const struct values *values, double q)
{
    size_t rank = (size_t)ceil(q * (double)values->count);
    return values->count == 0 ? 0 : values->values[rank == 0 ? 0 : rank - 1];
}

static duration exact_deviation(const struct values *values)
{
    static struct values distances;
    duration median = exact_quantile(values, 0.5);
    distances.count = values->count;
    for (size_t i = 0; i < values->count; i++)
        distances.values[i] = llabs(values->values[i] - median);
    qsort(distances.values, distances.count, sizeof distances.values[0], compare);
    return exact_quantile(&distances, 0.5);
}

static void assert_near(duration found, duration exact, double bound)
{
    ck_assert_msg(fabs((double)(found - exact)) <= bound + 1, "%lld in place of %lld",
                  (long long)found, (long long)exact);
}

static int number_of(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name != NULL ? name : "") == 0)
            return (int)i;
    ck_abort_msg("%s", name);
    return -1;
}

/* --- what is usual --------------------------------------------------------------------------- */

static void check_baselines(void *data, enum result result, const struct store_baselines *baselines)
{
    size_t *seen = data;
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < baselines->count; i++) {
        const struct store_baseline *baseline = &baselines->baselines[i];
        int vantage = number_of(vantages, COUNT_OF(vantages), baseline->vantage);
        int step = number_of(steps, COUNT_OF(steps), baseline->step);
        const struct values *values = choose(vantage, step, (int)baseline->hour, 0);
        duration median = exact_quantile(values, 0.5), deviation = exact_deviation(values);
        ck_assert_uint_eq(baseline->count, values->count);
        assert_near(baseline->median, median, BOUND * (double)median);
        assert_near(baseline->deviation, deviation, BOUND * (double)(2 * median + deviation));
        *seen += values->count;
    }
    loop_stop(fixture.loop);
}

START_TEST(what_is_usual_is_what_the_runs_were)
{
    size_t seen = 0;
    append_all();
    store_read_baselines(fixture.store, "buy", (struct wall_time){0}, check_baselines, &seen);
    loop_run(fixture.loop);
    ck_assert_uint_eq(seen, sample_count);
}
END_TEST

/* --- over any span --------------------------------------------------------------------------- */

struct merged {
    struct histogram total;
    struct store_counts counts;
};

static void merge(void *data, enum result result, const struct store_rollups *rollups)
{
    struct merged *merged = data;
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < rollups->count; i++) {
        histogram_merge(&merged->total, &rollups->rollups[i].total);
        merged->counts.passed += rollups->rollups[i].counts.passed;
        merged->counts.degraded += rollups->rollups[i].counts.degraded;
        merged->counts.failed += rollups->rollups[i].counts.failed;
        merged->counts.excluded += rollups->rollups[i].counts.excluded;
    }
    loop_stop(fixture.loop);
}

static struct wall_time hour_time(int hour)
{
    struct run *run = store_fixture_run("", "", hour * 60 - FIRST_MINUTE, STATE_PASSED);
    struct wall_time time = {run->slot.planned.us / DURATION_HOUR * DURATION_HOUR};
    run_free(run);
    return time;
}

static void check_counts(const struct store_counts *found, int vantage, int first, int hours)
{
    struct store_counts expected = {0};
    for (int v = 0; v < (int)COUNT_OF(vantages); v++)
        for (int hour = first; hour < first + hours && hour <= HOURS; hour++) {
            if (vantage != -1 && vantage != v)
                continue;
            expected.passed += counts[v][hour].passed;
            expected.degraded += counts[v][hour].degraded;
            expected.failed += counts[v][hour].failed;
            expected.excluded += counts[v][hour].excluded;
        }
    ck_assert_uint_eq(found->passed, expected.passed);
    ck_assert_uint_eq(found->degraded, expected.degraded);
    ck_assert_uint_eq(found->failed, expected.failed);
    ck_assert_uint_eq(found->excluded, expected.excluded);
}

static void check_span(int vantage, int step, int first, int hours)
{
    static const double quantiles[] = {0.5, 0.9, 0.95, 0.99, 1};
    const struct store_rollup_filter filter = {
        .span = DURATION_HOUR,
        .journey = "buy",
        .vantage = vantage == -1 ? NULL : vantages[vantage],
        .step = steps[step],
        .since = hour_time(first),
        .until = hour_time(first + hours),
    };
    struct merged merged = {0};
    store_read_rollups(fixture.store, &filter, merge, &merged);
    loop_run(fixture.loop);
    const struct values *values = choose(vantage, step, first, hours);
    ck_assert_uint_eq(merged.total.count, values->count);
    for (size_t i = 0; i < COUNT_OF(quantiles); i++) {
        duration exact = exact_quantile(values, quantiles[i]);
        assert_near(histogram_quantile(&merged.total, quantiles[i]), exact, BOUND * (double)exact);
    }
    if (step == 0)
        check_counts(&merged.counts, vantage, first, hours);
    histogram_clear(&merged.total);
}

START_TEST(percentiles_over_any_span_are_within_the_bound)
{
    append_all();
    check_span(-1, 0, 0, HOURS + 1);
    for (int i = 0; i < SPANS; i++) {
        int first = (int)(random() % HOURS);
        check_span((int)(random() % 3) - 1, (int)(random() % 3), first,
                   1 + (int)(random() % (HOURS - first)));
    }
}
END_TEST

static void check_days(void *data, enum result result, const struct store_days *days)
{
    size_t *seen = data;
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < days->count; i++) {
        const struct store_day *day = &days->days[i];
        int first = (int)((day->start.us - hour_time(0).us) / DURATION_HOUR), hours = 24;
        if (first < 0) {
            hours += first;
            first = 0;
        }
        const struct values *values = choose(-1, 0, first, hours);
        duration median = exact_quantile(values, 0.5), p95 = exact_quantile(values, 0.95);
        assert_near(day->median, median, BOUND * (double)median);
        assert_near(day->p95, p95, BOUND * (double)p95);
        check_counts(&day->counts, -1, first, hours);
        *seen += values->count;
    }
    loop_stop(fixture.loop);
}

START_TEST(days_are_what_the_runs_were)
{
    size_t seen = 0;
    append_all();
    store_read_days(fixture.store, (struct wall_time){0}, check_days, &seen);
    loop_run(fixture.loop);
    ck_assert_uint_eq(seen, choose(-1, 0, 0, HOURS + 1)->count);
}
END_TEST

static void add_tests(TCase *tests)
{
    tcase_add_test(tests, what_is_usual_is_what_the_runs_were);
    tcase_add_test(tests, percentiles_over_any_span_are_within_the_bound);
    tcase_add_test(tests, days_are_what_the_runs_were);
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("store baseline");
    store_fixture_on_each(suite, "baseline", set_up, tear_down, add_tests);
    return suite;
}
