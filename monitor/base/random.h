/* SPDX-License-Identifier: MIT */
/* Random bytes that nobody can guess: the kernel's, fetched in advance, since each run wants some
 * in small pieces. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include <stddef.h>

enum { RANDOM_BYTES_MAX = 256 }; /* at once */

void random_bytes(void *bytes, size_t length);

#endif
