/* SPDX-License-Identifier: MIT */
/* See random.h. */
#include "monitor/base/random.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* A thread has its own, so that no two ever hand out the same bytes. */
static _Thread_local struct {
    unsigned char bytes[RANDOM_BYTES_MAX];
    size_t left;
} pool;

void random_bytes(void *bytes, size_t length)
{
    if (length > sizeof pool.bytes)
        abort(); /* the caller's mistake */
    if (length > pool.left) {
        /* Up to 256 bytes getrandom(2) is neither interrupted nor short. */
        if (getrandom(pool.bytes, sizeof pool.bytes, 0) != (ssize_t)sizeof pool.bytes)
            abort();
        pool.left = sizeof pool.bytes;
    }
    pool.left -= length;
    memcpy(bytes, pool.bytes + pool.left, length);
    /* What was given away is nowhere to be found any more. */
    memset(pool.bytes + pool.left, 0, length);
}
