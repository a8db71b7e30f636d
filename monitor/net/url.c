/* SPDX-License-Identifier: MIT */
/* URLs: taking apart, resolving, encoding, and the hosts where no scenario may go. See net.h. */
#include "monitor/net/internal.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#ifndef CURLU_PUNYCODE /* before libcurl 7.88 */
#define CURLU_PUNYCODE 0
#endif

bool url_host_is_literal(const char *host)
{
    struct in6_addr address;
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

static bool is_web_scheme(CURLU *parts, bool *ret_https)
{
    char *scheme = NULL;
    if (curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK)
        return false;
    *ret_https = strcmp(scheme, "https") == 0;
    bool web = *ret_https || strcmp(scheme, "http") == 0;
    curl_free(scheme);
    return web;
}

/* A heap copy of the host in lower case and without brackets. */
static char *plain_host(CURLU *parts)
{
    char *given = NULL;
    if (curl_url_get(parts, CURLUPART_HOST, &given, CURLU_PUNYCODE) != CURLUE_OK)
        return NULL;
    size_t length = strlen(given);
    bool bracketed = length > 1 && given[0] == '[' && given[length - 1] == ']';
    char *host = bracketed ? strndup(given + 1, length - 2) : strdup(given);
    curl_free(given);
    if (host == NULL)
        abort();
    for (char *at = host; *at != '\0'; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    return host;
}

enum result url_split(const char *url, char **ret_host, char **ret_port, bool *ret_https)
{
    enum result result = RESULT_INVALID;
    char *port = NULL;
    *ret_host = *ret_port = NULL;
    CURLU *parts = curl_url();
    if (curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
        !is_web_scheme(parts, ret_https) ||
        curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK)
        goto out;
    *ret_host = plain_host(parts);
    *ret_port = strdup(port);
    if (*ret_host != NULL && (*ret_host)[0] != '\0')
        result = RESULT_OK;
out:
    curl_free(port);
    curl_url_cleanup(parts);
    return result;
}

const char *net_url_host(struct arena *arena, const char *url)
{
    char *host, *port;
    bool https;
    enum result result = url_split(url, &host, &port, &https);
    const char *copy = result == RESULT_OK ? arena_duplicate(arena, host) : NULL;
    free(host);
    free(port);
    return copy;
}

const char *net_url_resolve(struct arena *arena, const char *base, const char *location)
{
    const unsigned flags = CURLU_URLENCODE | CURLU_ALLOW_SPACE;
    const char *resolved = NULL;
    char *url = NULL;
    bool https;
    CURLU *parts = curl_url();
    if (curl_url_set(parts, CURLUPART_URL, base, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_URL, location, flags) == CURLUE_OK &&
        is_web_scheme(parts, &https) &&
        curl_url_get(parts, CURLUPART_URL, &url, CURLU_URLENCODE) == CURLUE_OK)
        resolved = arena_duplicate(arena, url);
    curl_free(url);
    curl_url_cleanup(parts);
    return resolved;
}

void net_url_encode(struct buffer *out, const char *text, size_t length)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-._";
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte == ' ')
            buffer_append(out, "+", 1);
        else if (memchr(plain, byte, sizeof plain - 1) != NULL)
            buffer_append(out, &text[i], 1);
        else
            buffer_print(out, "%%%02X", byte);
    }
}

/* Where clouds keep their credentials, besides all of link-local. */
static const char *const metadata_hosts[] = {
    "metadata",        "metadata.google.internal",
    "instance-data",   "instance-data.ec2.internal",
    "100.100.100.200", "192.0.0.192",
    "168.63.129.16",   "fd00:ec2::254",
    "fd20:ce::254",
};

static bool is_link_local(const char *host)
{
    struct in_addr four;
    struct in6_addr six;
    if (inet_pton(AF_INET6, host, &six) == 1) {
        if (IN6_IS_ADDR_LINKLOCAL(&six))
            return true;
        if (!IN6_IS_ADDR_V4MAPPED(&six))
            return false;
        memcpy(&four, &six.s6_addr[12], sizeof four);
    } else if (inet_pton(AF_INET, host, &four) != 1) {
        return false;
    }
    return (ntohl(four.s_addr) & 0xffff0000) == 0xa9fe0000; /* 169.254/16 */
}

/* Names are equal but for case and a final dot. */
static bool is_same_host(const char *name, const char *host)
{
    size_t length = strlen(name);
    return strncasecmp(name, host, length) == 0 &&
           (host[length] == '\0' || strcmp(host + length, ".") == 0);
}

bool net_host_is_forbidden(const char *host)
{
    char plain[INET6_ADDRSTRLEN];
    size_t length = strlen(host);
    if (host[0] == '[' && length > 2 && length < sizeof plain && host[length - 1] == ']') {
        memcpy(plain, host + 1, length - 2);
        plain[length - 2] = '\0';
        host = plain;
    }
    for (size_t i = 0; i < COUNT_OF(metadata_hosts); i++)
        if (is_same_host(metadata_hosts[i], host))
            return true;
    return is_link_local(host);
}
