/* SPDX-License-Identifier: MIT */
/* base/histogram: against sorted lists, merged in any order, and as bytes, whole and broken. */
#include "tests/unit/runner.h"

#include "monitor/base/histogram.h"
#include "monitor/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES = 2000, ROUNDS = 40 };

static int compare(const void *a, const void *b)
{
    duration x = *(const duration *)a, y = *(const duration *)b;
    return (x > y) - (x < y);
}

/* Of a shape that differs by round: even, spread over seven powers of ten, in two heaps, few. */
static size_t make_values(int round, duration values[VALUES])
{
    size_t count = round % 4 == 3 ? (size_t)(1 + random() % 20) : VALUES;
    for (size_t i = 0; i < count; i++) {
        double share = (double)random() / (double)RAND_MAX;
        if (round % 4 == 0)
            values[i] = (duration)(share * 3e5);
        else if (round % 4 == 2)
            values[i] = (i % 3 == 0 ? 9 * DURATION_SECOND : 20 * DURATION_MILLISECOND) +
                        (duration)(share * 1e4);
        else
            values[i] = (duration)pow(10, share * 10);
    }
    return count;
}

static duration exact_quantile(const duration *sorted, size_t count, double q)
{
    size_t rank = (size_t)ceil(q * (double)count);
    return sorted[rank == 0 ? 0 : rank - 1];
}

static duration exact_mad(const duration *sorted, size_t count)
{
    duration distances[VALUES], median = exact_quantile(sorted, count, 0.5);
    for (size_t i = 0; i < count; i++)
        distances[i] = llabs(sorted[i] - median);
    qsort(distances, count, sizeof *distances, compare);
    return exact_quantile(distances, count, 0.5);
}

static void assert_near(duration found, duration exact, double bound)
{
    ck_assert_msg(fabs((double)(found - exact)) <= bound, "%lld in place of %lld", (long long)found,
                  (long long)exact);
}

START_TEST(quantiles_are_within_the_bound)
{
    static const double quantiles[] = {0, 0.01, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1};
    duration values[VALUES];
    struct histogram histogram = {0};
    srandom((unsigned)_i + 1);
    size_t count = make_values(_i, values);
    duration sum = 0;
    for (size_t i = 0; i < count; i++) {
        histogram_add(&histogram, values[i]);
        sum += values[i];
    }
    qsort(values, count, sizeof *values, compare);
    for (size_t i = 0; i < COUNT_OF(quantiles); i++) {
        duration exact = exact_quantile(values, count, quantiles[i]);
        assert_near(histogram_quantile(&histogram, quantiles[i]), exact, (double)exact / 32);
    }
    duration median = exact_quantile(values, count, 0.5), mad = exact_mad(values, count);
    ck_assert_int_eq(histogram_median(&histogram), histogram_quantile(&histogram, 0.5));
    assert_near(histogram_mad(&histogram), mad, (2.0 * (double)median + (double)mad) / 32);
    ck_assert_int_eq(histogram_mean(&histogram), sum / (duration)count);
    ck_assert_uint_eq(histogram.count, count);
    histogram_clear(&histogram);
}
END_TEST

/* The buckets follow each other without a gap, and each is narrow enough. */
START_TEST(buckets_cover_all_durations)
{
    ck_assert_int_eq(histogram_bucket_low(0), 0);
    for (unsigned n = 0; n < HISTOGRAM_BUCKETS; n++) {
        duration low = histogram_bucket_low(n), high = histogram_bucket_high(n);
        ck_assert_int_eq(histogram_bucket_low(n + 1), high + 1);
        ck_assert_int_le((high - low + 1) * 16, low < 16 ? 16 : low);
        struct histogram histogram = {0};
        histogram_add(&histogram, low);
        histogram_add(&histogram, high);
        ck_assert_uint_eq(histogram.bucket_count, 1);
        ck_assert_uint_eq(histogram.buckets[0].number, n);
        histogram_clear(&histogram);
    }
    ck_assert_int_eq(histogram_bucket_high(HISTOGRAM_BUCKETS - 1), HISTOGRAM_MAX);
}
END_TEST

START_TEST(values_past_the_ends_are_held_in)
{
    struct histogram histogram = {0};
    ck_assert_int_eq(histogram_quantile(&histogram, 0.5), 0);
    ck_assert_int_eq(histogram_mad(&histogram), 0);
    ck_assert_int_eq(histogram_mean(&histogram), 0);
    histogram_add(&histogram, -5);
    histogram_add(&histogram, INT64_MAX);
    ck_assert_int_eq(histogram_quantile(&histogram, 0), 0);
    ck_assert_int_ge(histogram_quantile(&histogram, 1), HISTOGRAM_MAX / 32 * 31);
    ck_assert_uint_eq(histogram.sum, INT64_MAX);
    histogram_merge(&histogram, &histogram);
    histogram_add(&histogram, INT64_MAX);
    ck_assert_uint_eq(histogram.sum, UINT64_MAX);
    histogram_clear(&histogram);
}
END_TEST

/* As Prometheus' `le` asks: 1000 values of 1 to 1000 µs. */
START_TEST(counts_up_to_a_limit_are_near)
{
    struct histogram histogram = {0};
    for (duration value = 1; value <= 1000; value++)
        histogram_add(&histogram, value);
    ck_assert_double_eq_tol(histogram_count_to(&histogram, 20), 20, 0.01);
    ck_assert_double_eq_tol(histogram_count_to(&histogram, 500), 500, 1);
    ck_assert_double_eq_tol(histogram_count_to(&histogram, 777), 777, 1);
    ck_assert_double_eq_tol(histogram_count_to(&histogram, DURATION_SECOND), 1000, 0.01);
    ck_assert_double_eq(histogram_count_to(&histogram, -1), 0);
    histogram_clear(&histogram);
}
END_TEST

START_TEST(one_given_up_counts_at_its_limit)
{
    struct histogram histogram = {0};
    histogram_add(&histogram, 20);
    histogram_add_censored(&histogram, 10 * DURATION_SECOND);
    ck_assert_uint_eq(histogram.count, 2);
    ck_assert_uint_eq(histogram.censored, 1);
    assert_near(histogram_quantile(&histogram, 1), 10 * DURATION_SECOND, 1e7 / 32);
    histogram_clear(&histogram);
}
END_TEST

/* The same bytes are the same histogram: packing gives one text for each. */
static struct buffer packed(const struct histogram *histogram)
{
    struct buffer bytes;
    buffer_init(&bytes, HISTOGRAM_PACKED_MAX);
    histogram_pack(histogram, &bytes);
    ck_assert_int_eq(bytes.result, RESULT_OK);
    return bytes;
}

static void assert_same(const struct histogram *a, const struct histogram *b)
{
    struct buffer one = packed(a), two = packed(b);
    ck_assert_uint_eq(one.length, two.length);
    ck_assert_mem_eq(one.data, two.data, one.length);
    ck_assert_uint_eq(a->count, b->count);
    buffer_free(&one);
    buffer_free(&two);
}

START_TEST(parts_merge_into_the_whole_in_any_order)
{
    struct histogram parts[3] = {{0}}, whole = {0}, left = {0}, right = {0};
    duration values[VALUES];
    for (int i = 0; i < 3; i++) {
        size_t count = make_values(i, values);
        for (size_t n = 0; n < count; n++) {
            histogram_add(&parts[i], values[n]);
            histogram_add(&whole, values[n]);
        }
    }
    histogram_add_censored(&parts[1], DURATION_MINUTE);
    histogram_add_censored(&whole, DURATION_MINUTE);
    for (int i = 0; i < 3; i++)
        histogram_merge(&left, &parts[i]); /* (0 + 1) + 2 */
    histogram_merge(&parts[2], &parts[1]);
    histogram_merge(&right, &parts[2]);
    histogram_merge(&right, &parts[0]); /* (2 + 1) + 0 */
    assert_same(&left, &whole);
    assert_same(&right, &whole);
    for (int i = 0; i < 3; i++)
        histogram_clear(&parts[i]);
    histogram_clear(&whole);
    histogram_clear(&left);
    histogram_clear(&right);
}
END_TEST

START_TEST(bytes_give_the_histogram_back)
{
    duration values[VALUES];
    struct histogram before = {0}, after = {0};
    srandom((unsigned)_i);
    size_t count = make_values(_i, values);
    for (size_t i = 0; i < count && _i > 0; i++)
        histogram_add(&before, values[i]);
    struct buffer bytes = packed(&before);
    buffer_text(&bytes, "rest");
    const unsigned char *at = (const unsigned char *)bytes.data;
    size_t length = bytes.length;
    ck_assert_int_eq(histogram_unpack(&at, &length, &after), RESULT_OK);
    ck_assert_uint_eq(length, 4);
    ck_assert_mem_eq(at, "rest", 4);
    assert_same(&before, &after);
    /* It is a whole one: more can be added. */
    for (duration value = 0; value < 3000; value += 7)
        histogram_add(&after, value);
    ck_assert_uint_eq(after.count, before.count + 429);
    buffer_free(&bytes);
    histogram_clear(&before);
    histogram_clear(&after);
}
END_TEST

#define BYTES(text) text, sizeof(text) - 1

static const struct {
    const char *bytes;
    size_t length;
} broken_cases[] = {
    {BYTES("")},
    {BYTES("\x80")},
    {BYTES("\x01")},
    {BYTES("\x01\x05\x00")},
    {BYTES("\x01\x05\x00\x01")},
    {BYTES("\x01\x05\x00\x00\x01")},             /* bucket -1 */
    {BYTES("\x01\x05\x00\x01\x00")},             /* no values */
    {BYTES("\x01\x05\x02\x01\x01")},             /* more given up than counted */
    {BYTES("\x01\x05\x00\xa1\x04\x01")},         /* bucket 544 */
    {BYTES("\x02\x05\x00\xa0\x04\x01\x01\x01")}, /* bucket 544, the second */
    {BYTES("\xa1\x04\x05\x00\x01\x01")},         /* 545 buckets */
    {BYTES("\x81\x00\x05\x00\x01\x01")},         /* 1 in two bytes */
    {BYTES("\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02\x00\x01\x01")},
    {BYTES("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x00\x01\x01")},
    {BYTES("\x02\x05\x00\x01\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x01")}, /* distance */
};

START_TEST(broken_bytes_are_refused)
{
    /* A copy of the heap, so that a sanitizer sees a byte too far. */
    size_t length = broken_cases[_i].length, left = length;
    char *copy = memory_duplicate_bytes(broken_cases[_i].bytes, length);
    const unsigned char *at = (const unsigned char *)copy;
    struct histogram histogram = {0};
    ck_assert_int_eq(histogram_unpack(&at, &left, &histogram), RESULT_INVALID);
    ck_assert_ptr_eq(at, copy);
    ck_assert_uint_eq(left, length);
    ck_assert_uint_eq(histogram.bucket_count + histogram.count, 0);
    free(copy);
}
END_TEST

/* Whatever is read is a histogram that packs to what was read. */
START_TEST(bytes_by_chance_do_no_harm)
{
    unsigned accepted = 0;
    srandom((unsigned)_i);
    for (int round = 0; round < 20000; round++) {
        unsigned char bytes[24];
        size_t size = (size_t)random() % sizeof bytes;
        for (size_t i = 0; i < size; i++)
            bytes[i] = (unsigned char)((random() % (i == 0 ? 4 : 256)) >> (random() % 8));
        const unsigned char *at = bytes;
        size_t length = size;
        struct histogram histogram = {0};
        if (histogram_unpack(&at, &length, &histogram) == RESULT_OK) {
            struct buffer again = packed(&histogram);
            ck_assert_uint_eq(again.length, size - length);
            ck_assert_mem_eq(again.data, bytes, again.length);
            buffer_free(&again);
            accepted++;
        }
        histogram_clear(&histogram);
    }
    ck_assert_uint_gt(accepted, 100);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("histogram");
    TCase *tests = tcase_create("histogram");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, quantiles_are_within_the_bound, 0, ROUNDS);
    tcase_add_test(tests, buckets_cover_all_durations);
    tcase_add_test(tests, values_past_the_ends_are_held_in);
    tcase_add_test(tests, counts_up_to_a_limit_are_near);
    tcase_add_test(tests, one_given_up_counts_at_its_limit);
    tcase_add_test(tests, parts_merge_into_the_whole_in_any_order);
    tcase_add_loop_test(tests, bytes_give_the_histogram_back, 0, 8);
    tcase_add_loop_test(tests, broken_bytes_are_refused, 0, COUNT_OF(broken_cases));
    tcase_add_loop_test(tests, bytes_by_chance_do_no_harm, 0, 3);
    suite_add_tcase(suite, tests);
    return suite;
}
