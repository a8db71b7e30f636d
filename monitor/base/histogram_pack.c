/* SPDX-License-Identifier: MIT */
/*
 * Histograms as bytes: numbers of 7 bits a byte, lowest first, the high bit says that more follow.
 * First how many buckets there are; when there are some, the sum and the censored; then each
 * bucket's distance from the one before it (the first's from -1) and its count.
 */
#include "monitor/base/histogram.h"

#include "monitor/base/memory.h"

enum { NUMBER_BYTES = 10 };

_Static_assert(HISTOGRAM_PACKED_MAX >= 3 * NUMBER_BYTES + HISTOGRAM_BUCKETS * (2 + NUMBER_BYTES),
               "the greatest fits");

static unsigned char *put_number(unsigned char *at, uint64_t number)
{
    for (; number >= 0x80; number >>= 7)
        *at++ = (unsigned char)(number | 0x80);
    *at++ = (unsigned char)number;
    return at;
}

void histogram_pack(const struct histogram *histogram, struct buffer *out)
{
    unsigned char bytes[HISTOGRAM_PACKED_MAX], *at = put_number(bytes, histogram->bucket_count);
    int before = -1;
    if (histogram->bucket_count > 0) {
        at = put_number(at, histogram->sum);
        at = put_number(at, histogram->censored);
    }
    for (size_t i = 0; i < histogram->bucket_count; i++) {
        const struct histogram_bucket *bucket = &histogram->buckets[i];
        at = put_number(at, (uint64_t)(bucket->number - before));
        at = put_number(at, bucket->count);
        before = bucket->number;
    }
    buffer_append(out, bytes, (size_t)(at - bytes));
}

struct reading {
    const unsigned char *at, *end;
    enum result result; /* sticky */
};

/* 0 after a failure. Also refuses a number that has a shorter form: one histogram, one text. */
static uint64_t get_number(struct reading *reading)
{
    uint64_t number = 0;
    for (unsigned shift = 0; reading->result == RESULT_OK; shift += 7) {
        if (reading->at == reading->end)
            break;
        unsigned char byte = *reading->at++;
        if ((shift == 63 && byte > 1) || (shift > 0 && byte == 0))
            break;
        number |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return number;
    }
    reading->result = RESULT_INVALID;
    return 0;
}

static void get_buckets(struct reading *reading, struct histogram *histogram, uint64_t count)
{
    uint64_t number = 0; /* one more than that of the bucket before */
    for (uint64_t i = 0; i < count && reading->result == RESULT_OK; i++) {
        uint64_t distance = get_number(reading), values = get_number(reading);
        if (distance == 0 || distance > HISTOGRAM_BUCKETS - number || values == 0) {
            reading->result = RESULT_INVALID;
            return;
        }
        number += distance;
        memory_grow(histogram->buckets, histogram->bucket_count);
        histogram->buckets[histogram->bucket_count++] =
            (struct histogram_bucket){(uint16_t)(number - 1), values};
        histogram->count += values;
        if (histogram->count < values)
            histogram->count = UINT64_MAX;
    }
}

enum result histogram_unpack(const unsigned char **bytes, size_t *length,
                             struct histogram *ret_histogram)
{
    struct reading reading = {*bytes, *bytes + *length, RESULT_OK};
    uint64_t count = get_number(&reading);
    if (count > HISTOGRAM_BUCKETS)
        reading.result = RESULT_INVALID;
    if (reading.result == RESULT_OK && count > 0) {
        ret_histogram->sum = get_number(&reading);
        ret_histogram->censored = get_number(&reading);
        get_buckets(&reading, ret_histogram, count);
        if (ret_histogram->censored > ret_histogram->count)
            reading.result = RESULT_INVALID;
    }
    if (reading.result != RESULT_OK) {
        histogram_clear(ret_histogram);
        return reading.result;
    }
    *length -= (size_t)(reading.at - *bytes);
    *bytes = reading.at;
    return RESULT_OK;
}
