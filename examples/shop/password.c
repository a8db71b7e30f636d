/* SPDX-License-Identifier: MIT */
/*
 * Passwords by OpenSSL's scrypt. Each takes some 16 MB and 50 ms, in which nobody else is served: a
 * shop with more customers would leave it to a thread.
 */
#include "examples/shop/password.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COST = 16384, /* N */
    BLOCKS = 8,   /* r */
    PARALLEL = 1, /* p */
    MEMORY_MAX = 64 * 1024 * 1024,
    SALT_BYTES = 16,
    KEY_BYTES = 32
};

struct parts {
    unsigned cost, blocks, parallel;
    unsigned char salt[SALT_BYTES], key[KEY_BYTES];
};

static bool derive(const char *password, const struct parts *parts, unsigned char key[KEY_BYTES])
{
    return EVP_PBE_scrypt(password, strlen(password), parts->salt, sizeof parts->salt, parts->cost,
                          parts->blocks, parts->parallel, MEMORY_MAX, key, KEY_BYTES) == 1;
}

static void write_hexadecimal(const unsigned char *bytes, size_t count, char *text)
{
    for (size_t i = 0; i < count; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
}

static bool read_hexadecimal(const char *text, unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        unsigned byte;
        if (sscanf(text + 2 * i, "%2x", &byte) != 1)
            return false;
        bytes[i] = (unsigned char)byte;
    }
    return true;
}

void password_keep(const char *password, char kept[static PASSWORD_KEPT_SIZE])
{
    struct parts parts = {.cost = COST, .blocks = BLOCKS, .parallel = PARALLEL};
    char salt[2 * SALT_BYTES + 1], key[2 * KEY_BYTES + 1];

    if (RAND_bytes(parts.salt, sizeof parts.salt) != 1 || !derive(password, &parts, parts.key))
        abort(); /* no memory, or no randomness: a weaker one is worse than none */
    write_hexadecimal(parts.salt, sizeof parts.salt, salt);
    write_hexadecimal(parts.key, sizeof parts.key, key);
    snprintf(kept, PASSWORD_KEPT_SIZE, "scrypt$%u$%u$%u$%s$%s", parts.cost, parts.blocks,
             parts.parallel, salt, key);
}

static bool read_kept(const char *kept, struct parts *parts)
{
    char salt[2 * SALT_BYTES + 1], key[2 * KEY_BYTES + 1];

    return sscanf(kept, "scrypt$%u$%u$%u$%32[0-9a-f]$%64[0-9a-f]", &parts->cost, &parts->blocks,
                  &parts->parallel, salt, key) == 5 &&
           strlen(salt) == sizeof salt - 1 && strlen(key) == sizeof key - 1 &&
           read_hexadecimal(salt, parts->salt, sizeof parts->salt) &&
           read_hexadecimal(key, parts->key, sizeof parts->key);
}

bool password_is_right(const char *password, const char *kept)
{
    struct parts parts = {.cost = COST, .blocks = BLOCKS, .parallel = PARALLEL};
    unsigned char key[KEY_BYTES];
    bool known = read_kept(kept, &parts);

    return derive(password, &parts, key) && known && CRYPTO_memcmp(key, parts.key, sizeof key) == 0;
}
