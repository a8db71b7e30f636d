/* SPDX-License-Identifier: MIT */
/* Histograms of durations: adding, merging, reading. Packing is in histogram_pack.c. */
#include "monitor/base/histogram.h"

#include "monitor/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SUB_BITS = 4, SUB_COUNT = 1 << SUB_BITS };

_Static_assert(HISTOGRAM_BUCKETS == SUB_COUNT + (37 - SUB_BITS) * SUB_COUNT,
               "the last bucket ends at HISTOGRAM_MAX");

/* Below SUB_COUNT each value has its bucket; above, the highest bit chooses the doubling and the
 * SUB_BITS after it the bucket in it. */
static unsigned bucket_of(duration value)
{
    if (value < SUB_COUNT)
        return value < 0 ? 0 : (unsigned)value;
    if (value > HISTOGRAM_MAX)
        value = HISTOGRAM_MAX;
    unsigned shift = 63 - (unsigned)__builtin_clzll((unsigned long long)value) - SUB_BITS;
    return (shift << SUB_BITS) + (unsigned)(value >> shift);
}

duration histogram_bucket_low(unsigned number)
{
    if (number < 2 * SUB_COUNT)
        return number;
    unsigned shift = (number >> SUB_BITS) - 1;
    return (duration)(number - (shift << SUB_BITS)) << shift;
}

duration histogram_bucket_high(unsigned number)
{
    return histogram_bucket_low(number + 1) - 1;
}

static duration bucket_middle(unsigned number)
{
    duration low = histogram_bucket_low(number);
    return low + (histogram_bucket_high(number) - low) / 2;
}

static uint64_t add_up(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* The index of the first bucket that is not below `number`. */
static size_t bucket_find(const struct histogram *histogram, unsigned number)
{
    size_t low = 0, high = histogram->bucket_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (histogram->buckets[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void bucket_add(struct histogram *histogram, unsigned number, uint64_t count)
{
    size_t at = bucket_find(histogram, number);
    if (at == histogram->bucket_count || histogram->buckets[at].number != number) {
        memory_grow(histogram->buckets, histogram->bucket_count);
        memmove(&histogram->buckets[at + 1], &histogram->buckets[at],
                (histogram->bucket_count - at) * sizeof *histogram->buckets);
        histogram->buckets[at] = (struct histogram_bucket){.number = (uint16_t)number};
        histogram->bucket_count++;
    }
    histogram->buckets[at].count = add_up(histogram->buckets[at].count, count);
    histogram->count = add_up(histogram->count, count);
}

void histogram_add(struct histogram *histogram, duration value)
{
    bucket_add(histogram, bucket_of(value), 1);
    histogram->sum = add_up(histogram->sum, value > 0 ? (uint64_t)value : 0);
}

void histogram_add_censored(struct histogram *histogram, duration limit)
{
    histogram_add(histogram, limit);
    histogram->censored = add_up(histogram->censored, 1);
}

void histogram_merge(struct histogram *target, const struct histogram *source)
{
    for (size_t i = 0; i < source->bucket_count; i++)
        bucket_add(target, source->buckets[i].number, source->buckets[i].count);
    target->sum = add_up(target->sum, source->sum);
    target->censored = add_up(target->censored, source->censored);
}

void histogram_clear(struct histogram *histogram)
{
    free(histogram->buckets);
    *histogram = (struct histogram){0};
}

duration histogram_quantile(const struct histogram *histogram, double q)
{
    uint64_t below = 0;
    double rank = ceil(q * (double)histogram->count);
    for (size_t i = 0; i < histogram->bucket_count; i++) {
        below = add_up(below, histogram->buckets[i].count);
        if ((double)below >= rank)
            return bucket_middle(histogram->buckets[i].number);
    }
    return histogram->bucket_count == 0
               ? 0
               : bucket_middle(histogram->buckets[histogram->bucket_count - 1].number);
}

duration histogram_median(const struct histogram *histogram)
{
    return histogram_quantile(histogram, 0.5);
}

/* Walks outwards from the median, the nearer bucket of both sides first, until half are behind. */
duration histogram_mad(const struct histogram *histogram)
{
    duration median = histogram_median(histogram), distance = 0;
    size_t up = 0, down;
    double half = (double)histogram->count / 2;
    while (up < histogram->bucket_count && bucket_middle(histogram->buckets[up].number) < median)
        up++;
    down = up;
    for (uint64_t behind = 0; (double)behind < half;) {
        bool above = down == 0;
        if (up < histogram->bucket_count && down > 0)
            above = bucket_middle(histogram->buckets[up].number) - median <=
                    median - bucket_middle(histogram->buckets[down - 1].number);
        else if (up == histogram->bucket_count && down == 0)
            break;
        const struct histogram_bucket *next = &histogram->buckets[above ? up++ : --down];
        distance = llabs(bucket_middle(next->number) - median);
        behind = add_up(behind, next->count);
    }
    return distance;
}

duration histogram_mean(const struct histogram *histogram)
{
    return histogram->count == 0 ? 0 : (duration)(histogram->sum / histogram->count);
}

double histogram_count_to(const struct histogram *histogram, duration limit)
{
    double count = 0;
    for (size_t i = 0; i < histogram->bucket_count; i++) {
        const struct histogram_bucket *bucket = &histogram->buckets[i];
        duration low = histogram_bucket_low(bucket->number);
        duration width = histogram_bucket_high(bucket->number) + 1 - low;
        if (limit < low)
            break;
        double share = (double)(limit + 1 - low) / (double)width;
        count += (double)bucket->count * (share < 1 ? share : 1);
    }
    return count;
}
