/* SPDX-License-Identifier: MIT */
/*
 * How often a duration was seen, by buckets that grow with it: 16 to each doubling. So what is read
 * from it is at most 1/32 (3.2 %) away from the value that a sorted list would give, whatever was
 * added, and up to 32 µs it is exact. Histograms of parts merge into that of the whole, in any
 * order, without further loss. Zeroed is empty. Only buckets that hold something take room.
 */
#ifndef BASE_HISTOGRAM_H
#define BASE_HISTOGRAM_H

#include "monitor/base/buffer.h"
#include "monitor/base/clock.h"

#include <stddef.h>
#include <stdint.h>

#define HISTOGRAM_MAX (((duration)1 << 37) - 1) /* 38 hours; what is longer counts as this */

enum {
    HISTOGRAM_BUCKETS = 544,     /* that there can be */
    HISTOGRAM_PACKED_MAX = 7680, /* bytes */
};

struct histogram_bucket {
    uint16_t number; /* rising */
    uint64_t count;  /* at least 1 */
};

struct histogram {
    uint64_t count, sum; /* of all values; they stop at their greatest */
    uint64_t censored;   /* of those, cut off: at least as long as they were counted */
    struct histogram_bucket *buckets;
    size_t bucket_count;
};

/* What is below 0 counts as 0. */
void histogram_add(struct histogram *histogram, duration value);

/* For one that was given up at its limit, which is what it counts as: how long it would have taken
 * is not known, but leaving it out would make the slow look fast. */
void histogram_add_censored(struct histogram *histogram, duration limit);

void histogram_merge(struct histogram *target, const struct histogram *source);

/* Empties it and gives its memory back. Takes zeroed ones. */
void histogram_clear(struct histogram *histogram);

/* The value that a share `q` (0 to 1) of all is not above: 0.5 the median, 1 the greatest. 0 when
 * it is empty. */
duration histogram_quantile(const struct histogram *histogram, double q);
duration histogram_median(const struct histogram *histogram);

/* The median distance from the median: how far the usual values scatter. At most 1/32 of (twice the
 * median plus this) away from the exact one. */
duration histogram_mad(const struct histogram *histogram);

duration histogram_mean(const struct histogram *histogram); /* exact; 0 when it is empty */

/* How many are not longer than `limit`; those in the bucket that `limit` lies in count by the share
 * of the bucket that is below it. */
double histogram_count_to(const struct histogram *histogram, duration limit);

/* The least and the greatest value that a bucket of this number stands for. */
duration histogram_bucket_low(unsigned number);
duration histogram_bucket_high(unsigned number);

/* Appends it in a form of a few bytes a bucket, which says itself how long it is. */
void histogram_pack(const struct histogram *histogram, struct buffer *out);

/*
 * Reads one from `*bytes` on and moves `*bytes` and `*length` behind it. `ret_histogram` must be
 * empty and is so after a failure. RESULT_INVALID for whatever histogram_pack has not written.
 */
MUST_CHECK enum result histogram_unpack(const unsigned char **bytes, size_t *length,
                                        struct histogram *ret_histogram);

#endif
