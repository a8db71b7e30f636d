/* SPDX-License-Identifier: MIT */
/*
 * FNV-1a (Fowler, Noll, Vo; draft-eastlake-fnv), 64 and 128 bits: stable over machines and
 * restarts, so fit for slot offsets and run ids. Not for secrets: it is no cryptographic hash.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

enum { HASH_HEX_LENGTH = 32 };

uint64_t hash_bytes(const void *bytes, size_t length);
uint64_t hash_text(const char *text);

/* 128 bits of `text` as 32 lower-case hexadecimal digits and a NUL. */
void hash_hex(const char *text, char hex[HASH_HEX_LENGTH + 1]);

#endif
