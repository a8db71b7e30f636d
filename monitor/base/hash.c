/* SPDX-License-Identifier: MIT */
/* FNV-1a. See hash.h. */
#include "monitor/base/hash.h"

#include <stdio.h>
#include <string.h>

uint64_t hash_bytes(const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ at[i]) * 0x100000001b3u;
    return hash;
}

uint64_t hash_text(const char *text)
{
    return hash_bytes(text, strlen(text));
}

void hash_hex(const char *text, char hex[HASH_HEX_LENGTH + 1])
{
    __extension__ typedef unsigned __int128 wide;
    const wide prime = ((wide)1 << 88) + 0x13b;
    wide hash = ((wide)0x6c62272e07bb0142u << 64) + 0x62b821756295c58du;
    for (const unsigned char *at = (const unsigned char *)text; *at != '\0'; at++)
        hash = (hash ^ *at) * prime;
    snprintf(hex, HASH_HEX_LENGTH + 1, "%016llx%016llx", (unsigned long long)(hash >> 64),
             (unsigned long long)hash);
}
