/* SPDX-License-Identifier: MIT */
/* See page_token.h. */
#include "reporters/page_token.h"

#include "monitor/base/memory.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_equal(const char *shown, const char *token)
{
    size_t length = strlen(shown), expected = strlen(token);
    unsigned char difference = length != expected;
    for (size_t i = 0; i < length; i++)
        difference |= (unsigned char)(shown[i] ^ token[expected > 0 ? i % expected : 0]);
    return difference == 0;
}

static int digit_of(char letter)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *found = letter != '\0' ? strchr(digits, letter) : NULL;
    return found != NULL ? (int)(found - digits) : -1;
}

/* Base64 (RFC 4648) up to its padding, into `out`, which has room for as many bytes. */
static void decode(const char *text, char *out)
{
    unsigned bits = 0, held = 0;
    for (int digit; (digit = digit_of(*text)) >= 0; text++) {
        bits = (bits << 6 | (unsigned)digit) & 0xffff;
        held += 6;
        if (held < 8)
            continue;
        held -= 8;
        *out++ = (char)(bits >> held);
    }
    *out = '\0';
}

static bool password_is(const char *credentials, const char *token)
{
    char *decoded = memory_allocate(strlen(credentials) + 1, 1);
    decode(credentials, decoded);
    const char *colon = strchr(decoded, ':');
    bool equal = colon != NULL && is_equal(colon + 1, token);
    free(decoded);
    return equal;
}

bool page_token_is_shown(const char *authorization, const char *token)
{
    static const char bearer[] = "Bearer ", basic[] = "Basic ";
    if (authorization == NULL)
        return false;
    if (strncasecmp(authorization, bearer, strlen(bearer)) == 0)
        return is_equal(authorization + strlen(bearer), token);
    return strncasecmp(authorization, basic, strlen(basic)) == 0 &&
           password_is(authorization + strlen(basic), token);
}
