/* SPDX-License-Identifier: MIT */
/* See proxy.h. */
#include "monitor/net/proxy.h"

#include "monitor/base/memory.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *scheme;
    bool resolves_here;
} kinds[] = {{"http", false}, {"socks5", true}, {"socks5h", false}};

static char *get_part(CURLU *parts, CURLUPart part)
{
    char *text = NULL, *copy = NULL;
    if (curl_url_get(parts, part, &text, part == CURLUPART_PORT ? CURLU_DEFAULT_PORT : 0) ==
        CURLUE_OK)
        copy = memory_duplicate(text);
    curl_free(text);
    return copy;
}

static void strip_brackets(char *host)
{
    size_t length = host != NULL ? strlen(host) : 0;
    if (length < 2 || host[0] != '[')
        return;
    memmove(host, host + 1, length - 2);
    host[length - 2] = '\0';
}

struct proxy *proxy_parse(const char *url, struct error *error)
{
    struct proxy *proxy = memory_allocate(1, sizeof *proxy);
    CURLU *parts = curl_url();
    if (parts == NULL)
        abort();
    bool is_url = curl_url_set(parts, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
    char *scheme = is_url ? get_part(parts, CURLUPART_SCHEME) : NULL;
    size_t kind = 0;
    while (kind < COUNT_OF(kinds) && (scheme == NULL || strcmp(kinds[kind].scheme, scheme) != 0))
        kind++;
    if (kind < COUNT_OF(kinds)) {
        proxy->url = memory_duplicate(url);
        proxy->host = get_part(parts, CURLUPART_HOST);
        proxy->port = get_part(parts, CURLUPART_PORT);
        proxy->resolves_here = kinds[kind].resolves_here;
        strip_brackets(proxy->host);
    }
    curl_url_cleanup(parts);
    free(scheme);
    if (proxy->host != NULL && proxy->port != NULL)
        return proxy;
    /* The URL may hold a password. */
    error_set(error, RESULT_INVALID,
              "the proxy is no http://, socks5:// or socks5h:// URL with a host and a port");
    proxy_free(proxy);
    return NULL;
}

struct code_symptom {
    long code;
    enum symptom symptom;
};

static enum symptom look_up(const struct code_symptom *table, size_t count, long code)
{
    for (size_t i = 0; i < count; i++)
        if (table[i].code == code)
            return table[i].symptom;
    return SYMPTOM_MONITOR_PROXY_UNAVAILABLE;
}

enum symptom proxy_symptom(void *easy, int code)
{
    /* RFC 1928 section 6. */
    static const struct code_symptom socks_replies[] = {
        {CURLPX_REPLY_CONNECTION_REFUSED, SYMPTOM_TCP_REFUSED},
        {CURLPX_REPLY_HOST_UNREACHABLE, SYMPTOM_TCP_ADDRESS_UNREACHABLE},
        {CURLPX_REPLY_NETWORK_UNREACHABLE, SYMPTOM_TCP_ADDRESS_UNREACHABLE},
        {CURLPX_REPLY_TTL_EXPIRED, SYMPTOM_TCP_TIMED_OUT},
    };
    /* RFC 9110 section 15.6: the proxy could not reach the target. */
    static const struct code_symptom http_replies[] = {
        {502, SYMPTOM_TCP_FAILED},
        {503, SYMPTOM_TCP_FAILED},
        {504, SYMPTOM_TCP_TIMED_OUT},
    };
    long reply = 0;
    if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_PROXY)
        return SYMPTOM_MONITOR_PROXY_UNAVAILABLE;
    if (code == CURLE_PROXY) {
        curl_easy_getinfo(easy, CURLINFO_PROXY_ERROR, &reply);
        return look_up(socks_replies, COUNT_OF(socks_replies), reply);
    }
    curl_easy_getinfo(easy, CURLINFO_HTTP_CONNECTCODE, &reply);
    if (reply == 0 || (reply >= 200 && reply <= 299))
        return SYMPTOM_NONE;
    return look_up(http_replies, COUNT_OF(http_replies), reply);
}

void proxy_free(struct proxy *proxy)
{
    if (proxy == NULL)
        return;
    free(proxy->url);
    free(proxy->host);
    free(proxy->port);
    free(proxy);
}
