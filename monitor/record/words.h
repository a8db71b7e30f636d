/* SPDX-License-Identifier: MIT */
/*
 * What those on the way say of an answer in its headers: servers, proxies and caches. Plain data;
 * net/ reads them, diagnose/ weighs them, the record keeps them where they matter.
 */
#ifndef RECORD_WORDS_H
#define RECORD_WORDS_H

#include "monitor/base/arena.h"

#include <stdbool.h>

/* X(field, header, meaning) */
#define WORDS_TABLE(X)                                                                             \
    X(server, "Server", "The program that answered.")                                              \
    X(via, "Via", "The proxies that it came through.")                                             \
    X(age, "Age", "The seconds since it was made, or confirmed, for a cache.")                     \
    X(cache_status, "Cache-Status", "What caches did with it (RFC 9211).")                         \
    X(x_cache, "X-Cache", "What caches did with it, in their own words.")                          \
    X(x_cache_status, "X-Cache-Status", "What a cache did with it, in its own words.")             \
    X(cf_cache_status, "CF-Cache-Status", "What Cloudflare's cache did with it.")                  \
    X(cf_mitigated, "CF-Mitigated", "That Cloudflare wants to see a browser first.")               \
    X(proxy_status, "Proxy-Status", "What went wrong for proxies (RFC 9209).")                     \
    X(retry_after, "Retry-After", "When to come again, to a shop that is closed.")                 \
    X(server_timing, "Server-Timing", "What the shop took its time for.")                          \
    X(envoy_time, "X-Envoy-Upstream-Service-Time", "The answer is not Envoy's, and took so long.") \
    X(content_type, "Content-Type", "What it is.")

/* Each NULL: it is not said. */
struct words {
#define X(field, header, meaning) const char *field;
    WORDS_TABLE(X)
#undef X
};

/* Whether a cache gave the answer without asking anybody behind it. Takes NULL. */
bool words_say_cached(const struct words *words);

/* A copy of which no text is longer than a few hundred bytes; NULL for NULL. */
const struct words *words_copy(struct arena *arena, const struct words *words);

struct json_t;
struct json_writer;

void words_write(const struct words *words, struct json_writer *writer, const char *key);
/* NULL for NULL. */
const struct words *words_from_json(struct arena *arena, const struct json_t *json);

#endif
