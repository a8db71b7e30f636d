/* SPDX-License-Identifier: MIT */
/* Text in other character sets than UTF-8, by the system's iconv. */
#ifndef BASE_CHARSET_H
#define BASE_CHARSET_H

#include "monitor/base/buffer.h"

#include <stdbool.h>

/* By the names that `iconv -l` lists, in any case. */
bool charset_is_known(const char *name);

/* Appends as UTF-8. RESULT_NOT_FOUND: no such set; RESULT_INVALID: the bytes are not of it;
 * RESULT_LIMIT: more than the buffer takes. */
MUST_CHECK enum result charset_decode(const char *name, const char *bytes, size_t length,
                                      struct buffer *out);

#endif
