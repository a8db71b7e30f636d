/* SPDX-License-Identifier: MIT */
/* The process's net: libraries, certificates, loop lag. See net.h. */
#include "monitor/base/memory.h"
#include "monitor/net/internal.h"

#include <ares.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ZEROED_SMALL_MAX = 1024 };

static void lag_expected(struct net *net)
{
    net->lag_due = instant_after(clock_instant(), NET_LAG_PERIOD);
    loop_timer_set(net->lag_timer, NET_LAG_PERIOD);
}

static void lag_look(struct net *net)
{
    duration late = instant_between(net->lag_due, clock_instant());
    if (net->transfers > 0 && late > net->lag)
        net->lag = late;
}

static void lag_seen(void *data)
{
    struct net *net = data;
    lag_look(net);
    lag_expected(net);
}

/* For small pieces glibc's malloc has a cache that its calloc does not use. */
static void *allocate_zeroed(size_t count, size_t size)
{
    if (count > ZEROED_SMALL_MAX || size > ZEROED_SMALL_MAX || count * size > ZEROED_SMALL_MAX)
        return calloc(count, size);
    void *memory = malloc(count * size);
    return memory != NULL ? memset(memory, 0, count * size) : NULL;
}

static void list_encodings(struct net *net)
{
    static const struct {
        int feature;
        const char *names;
    } known[] = {
        {CURL_VERSION_LIBZ, "gzip, deflate"},
        {CURL_VERSION_BROTLI, "br"},
        {CURL_VERSION_ZSTD, "zstd"},
    };
    int features = curl_version_info(CURLVERSION_NOW)->features;
    size_t length = 0, room = sizeof net->accept_encoding;
    for (size_t i = 0; i < COUNT_OF(known); i++)
        if ((features & known[i].feature) != 0)
            length += (size_t)snprintf(net->accept_encoding + length, room - length, "%s%s",
                                       length > 0 ? ", " : "Accept-Encoding: ", known[i].names);
    if (length == 0)
        snprintf(net->accept_encoding, room, "Accept-Encoding: identity");
}

struct net *net_create(struct loop *loop, struct error *error)
{
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, malloc, free, realloc, strdup, allocate_zeroed) !=
        CURLE_OK) {
        error_set(error, RESULT_IO, "libcurl cannot start");
        return NULL;
    }
    if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS) {
        curl_global_cleanup();
        error_set(error, RESULT_IO, "c-ares cannot start");
        return NULL;
    }
    struct net *net = memory_allocate(1, sizeof *net);
    net->loop = loop;
    net->multi = multi_create(loop);
    list_encodings(net);
    net->lag_timer = loop_timer_create(loop, lag_seen, net);
    return net;
}

enum result net_load_trust(struct net *net, struct error *error)
{
    if (net->trust == NULL) {
        net->trust = tls_trust_load(error);
        /* The loop's own clock stood still meanwhile: the first deadline would come too early. */
        event_base_update_cache_time(loop_base(net->loop));
    }
    return net->trust != NULL ? RESULT_OK : RESULT_IO;
}

void net_free(struct net *net)
{
    if (net == NULL)
        return;
    multi_free(net->multi);
    incoming_free_spare(net);
    tls_trust_free(net->trust);
    loop_timer_free(net->lag_timer);
    free(net);
    ares_library_cleanup();
    curl_global_cleanup();
}

void net_watch_lag(struct net *net)
{
    if (net->transfers++ == 0)
        lag_expected(net);
}

/* The timer may be late itself, and the last transfer end before it fires. */
void net_unwatch_lag(struct net *net)
{
    lag_look(net);
    if (--net->transfers == 0)
        loop_timer_cancel(net->lag_timer);
}

duration net_loop_lag(struct net *net)
{
    lag_look(net);
    duration lag = net->lag;
    net->lag = 0;
    return lag;
}
