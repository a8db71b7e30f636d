/* SPDX-License-Identifier: MIT */
/* FNV-1a. See hash.h. */
#include "monitor/base/hash.h"

#include "monitor/base/hex.h"

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
    unsigned char bytes[HASH_HEX_LENGTH / 2];
    for (size_t i = sizeof bytes; i-- > 0; hash >>= 8)
        bytes[i] = (unsigned char)hash;
    hex_print(bytes, sizeof bytes, hex);
}
