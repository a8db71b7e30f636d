/* SPDX-License-Identifier: MIT */
/* iconv, in pieces. See charset.h. */
#include "monitor/base/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

enum { PIECE = 4096 };

static iconv_t open_charset(const char *name)
{
    /* `//TRANSLIT` and the like are glibc's orders, not names; an empty one is the locale's. */
    if (*name == '\0' || strchr(name, '/') != NULL)
        return (iconv_t)-1;
    return iconv_open("UTF-8", name);
}

bool charset_is_known(const char *name)
{
    iconv_t state = open_charset(name);
    if (state == (iconv_t)-1)
        return false;
    iconv_close(state);
    return true;
}

enum result charset_decode(const char *name, const char *bytes, size_t length, struct buffer *out)
{
    iconv_t state = open_charset(name);
    if (state == (iconv_t)-1)
        return RESULT_NOT_FOUND;
    char *at = (char *)bytes; /* iconv's prototype lacks a const */
    enum result result = RESULT_OK;
    bool more = true;
    while (more && result == RESULT_OK) {
        char piece[PIECE], *end = piece;
        size_t room = sizeof piece;
        size_t converted = iconv(state, &at, &length, &end, &room);
        more = converted == (size_t)-1 && errno == E2BIG;
        if (converted == (size_t)-1 && !more)
            result = RESULT_INVALID;
        else
            result = buffer_append(out, piece, (size_t)(end - piece));
    }
    iconv_close(state);
    return result;
}
