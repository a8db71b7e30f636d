/* SPDX-License-Identifier: MIT */
/* URLs: taking apart, resolving, encoding, and the hosts where no scenario may go. See net.h. */
#include "monitor/base/memory.h"
#include "monitor/net/internal.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#ifndef CURLU_PUNYCODE /* before libcurl 7.88 */
#define CURLU_PUNYCODE 0
#endif

enum { PLACE_MAX = 8 * 1024 };

bool url_host_is_literal(const char *host)
{
    struct in6_addr address;
    return inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1;
}

/*
 * Most URLs are plain: `http(s)://host[:port]` in small letters, and behind it nothing that needs a
 * second look. Such a URL is taken apart here, as libcurl would, which takes tens of thousands of
 * instructions for it; every other one is libcurl's.
 */
struct plain_url {
    const char *host, *port, *path; /* into the URL; each ends where the next begins */
    size_t host_length, port_length;
    bool https;
};

/* A host that has no other spelling: a name, or an IPv4 address as inet_ntop writes it. */
static bool host_is_plain(const char *host, size_t length)
{
    char copy[INET_ADDRSTRLEN];
    struct in_addr address;
    const char *last = host + length;
    while (last > host && last[-1] != '.')
        last--;
    if (length == 0 || host[0] == '.' || host[0] == '-' || last == host + length)
        return false;
    if (*last >= 'a' && *last <= 'z')
        return true;
    if (length >= sizeof copy)
        return false;
    memcpy(copy, host, length);
    copy[length] = '\0';
    return inet_pton(AF_INET, copy, &address) == 1;
}

/* What a byte may be part of. */
enum { IN_HOST = 1, IN_PATH = 2 };

static const unsigned char byte_classes[256] = {
    ['a' ... 'z'] = IN_HOST | IN_PATH,
    ['A' ... 'Z'] = IN_PATH,
    ['0' ... '9'] = IN_HOST | IN_PATH,
    ['.'] = IN_HOST | IN_PATH,
    ['-'] = IN_HOST | IN_PATH,
    ['_'] = IN_PATH,
    ['~'] = IN_PATH,
    ['/'] = IN_PATH,
    ['?'] = IN_PATH,
    ['&'] = IN_PATH,
    ['='] = IN_PATH,
    ['+'] = IN_PATH,
    [','] = IN_PATH,
    [';'] = IN_PATH,
    [':'] = IN_PATH,
    ['@'] = IN_PATH,
    ['!'] = IN_PATH,
    ['$'] = IN_PATH,
    ['*'] = IN_PATH,
    ['('] = IN_PATH,
    [')'] = IN_PATH,
    ['%'] = IN_PATH,
};

/* How many of the first bytes are of the class. */
static size_t span(const char *text, unsigned class)
{
    const char *at = text;
    while ((byte_classes[(unsigned char)*at] & class) != 0)
        at++;
    return (size_t)(at - text);
}

static bool parse_plain(const char *url, struct plain_url *ret_plain)
{
    static const char web[] = "http";
    struct plain_url plain = {0};
    if (strncmp(url, web, strlen(web)) != 0)
        return false;
    const char *at = url + strlen(web);
    plain.https = *at == 's';
    at += plain.https;
    if (strncmp(at, "://", 3) != 0)
        return false;
    plain.host = at + 3;
    plain.host_length = span(plain.host, IN_HOST);
    plain.port = plain.path = plain.host + plain.host_length;
    if (*plain.port == ':') {
        plain.port++;
        plain.port_length = strspn(plain.port, "0123456789");
        plain.path = plain.port + plain.port_length;
        if (plain.port_length == 0 || plain.port_length > strlen("65535") || *plain.port == '0' ||
            strtoul(plain.port, NULL, 10) > UINT16_MAX)
            return false;
    }
    if ((*plain.path != '\0' && *plain.path != '/') ||
        plain.path[span(plain.path, IN_PATH)] != '\0' ||
        !host_is_plain(plain.host, plain.host_length))
        return false;
    *ret_plain = plain;
    return true;
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
    char *host =
        bracketed ? memory_duplicate_bytes(given + 1, length - 2) : memory_duplicate(given);
    curl_free(given);
    for (char *at = host; *at != '\0'; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    return host;
}

enum result url_split(const char *url, char **ret_host, char **ret_port, bool *ret_https)
{
    enum result result = RESULT_INVALID;
    struct plain_url plain;
    char *port = NULL;
    if (parse_plain(url, &plain)) {
        *ret_https = plain.https;
        *ret_host = memory_duplicate_bytes(plain.host, plain.host_length);
        *ret_port = plain.port_length > 0 ? memory_duplicate_bytes(plain.port, plain.port_length)
                                          : memory_duplicate(plain.https ? "443" : "80");
        return RESULT_OK;
    }
    *ret_host = *ret_port = NULL;
    CURLU *parts = curl_url();
    if (curl_url_set(parts, CURLUPART_URL, url, 0) != CURLUE_OK ||
        !is_web_scheme(parts, ret_https) ||
        curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) != CURLUE_OK)
        goto out;
    *ret_host = plain_host(parts);
    *ret_port = memory_duplicate(port);
    if (*ret_host != NULL && (*ret_host)[0] != '\0')
        result = RESULT_OK;
out:
    curl_free(port);
    curl_url_cleanup(parts);
    return result;
}

/* Without `%`, which libcurl spells in its own way, and without `.` and `..` to work out. */
static bool path_is_plain(const char *path)
{
    return path[0] == '/' && strchr(path, '%') == NULL && strstr(path, "/.") == NULL;
}

/* Before it the parts had what begins with `#` too, or not. */
static enum result set_path(CURLU *parts, const char *path, bool had_fragment)
{
    const char *query = strchr(path, '?');
    char *copy = query != NULL ? memory_duplicate_bytes(path, (size_t)(query - path)) : NULL;
    bool is_set =
        curl_url_set(parts, CURLUPART_PATH, copy != NULL ? copy : path, 0) == CURLUE_OK &&
        curl_url_set(parts, CURLUPART_QUERY, query != NULL ? query + 1 : NULL, 0) == CURLUE_OK &&
        (!had_fragment || curl_url_set(parts, CURLUPART_FRAGMENT, NULL, 0) == CURLUE_OK);
    free(copy);
    return is_set ? RESULT_OK : RESULT_INVALID;
}

/* Most requests of a visit go to one origin: then only what follows it is new. */
enum result url_take_apart(const char *url, const char *before, CURLU *parts)
{
    struct plain_url plain;
    if (before != NULL && parse_plain(url, &plain)) {
        size_t origin = (size_t)(plain.path - url);
        const char *query = strchr(plain.path, '?');
        if (strncmp(url, before, origin) == 0 && before[origin] == '/' &&
            path_is_plain(plain.path) && (query == NULL || query[1] != '\0'))
            return set_path(parts, plain.path, strchr(before, '#') != NULL);
    }
    return curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK ? RESULT_OK : RESULT_INVALID;
}

const char *net_url_host(struct arena *arena, const char *url)
{
    char *host, *port;
    bool https;
    struct plain_url plain;
    if (parse_plain(url, &plain))
        return arena_duplicate_bytes(arena, plain.host, plain.host_length);
    enum result result = url_split(url, &host, &port, &https);
    const char *copy = result == RESULT_OK ? arena_duplicate(arena, host) : NULL;
    free(host);
    free(port);
    return copy;
}

unsigned net_url_port(const char *url)
{
    char *host, *port;
    bool https;
    unsigned number = 0;
    if (url_split(url, &host, &port, &https) == RESULT_OK)
        number = (unsigned)strtoul(port, NULL, 10);
    free(host);
    free(port);
    return number;
}

bool net_url_leads_to(const char *url, const char *place)
{
    const char *bracket = strrchr(place, ']');
    bool has_port = strchr(bracket != NULL ? bracket : place, ':') != NULL, https;
    char *host, *port, *wanted_host = NULL, *wanted_port = NULL;
    struct buffer wanted;
    buffer_init(&wanted, PLACE_MAX);
    buffer_print(&wanted, "http://%s/", place);
    bool leads = url_split(url, &host, &port, &https) == RESULT_OK &&
                 url_split(wanted.data, &wanted_host, &wanted_port, &https) == RESULT_OK &&
                 strcmp(host, wanted_host) == 0 && (!has_port || strcmp(port, wanted_port) == 0);
    buffer_free(&wanted);
    free(host);
    free(port);
    free(wanted_host);
    free(wanted_port);
    return leads;
}

/* A plain path on a plain host. NULL: libcurl is to look. */
static const char *resolve_plain(struct arena *arena, const char *base, const char *location)
{
    struct plain_url plain;
    if (!path_is_plain(location) || location[1] == '/' || !parse_plain(base, &plain))
        return NULL;
    size_t origin = (size_t)(plain.path - base), length = span(location, IN_PATH);
    if (location[length] != '\0')
        return NULL;
    char *url = arena_allocate(arena, origin + length + 1, 1);
    memcpy(url, base, origin);
    memcpy(url + origin, location, length + 1);
    return url;
}

/* libcurl follows RFC 3986 but where the path stays that of the base. */
static CURLUcode set_location(CURLU *parts, const char *location)
{
    if (location[0] == '\0' || location[0] == '#')
        return curl_url_set(parts, CURLUPART_FRAGMENT, location[0] == '#' ? location + 1 : NULL,
                            CURLU_URLENCODE);
    return curl_url_set(parts, CURLUPART_URL, location, CURLU_URLENCODE | CURLU_ALLOW_SPACE);
}

const char *net_url_resolve(struct arena *arena, const char *base, const char *location)
{
    const char *resolved = resolve_plain(arena, base, location);
    if (resolved != NULL)
        return resolved;
    char *url = NULL;
    bool https;
    CURLU *parts = curl_url();
    if (curl_url_set(parts, CURLUPART_URL, base, 0) == CURLUE_OK &&
        set_location(parts, location) == CURLUE_OK && is_web_scheme(parts, &https) &&
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

/* Names are equal but for case and a final dot. */
static bool is_same_host(const char *name, const char *host)
{
    size_t length = strlen(name);
    return strncasecmp(name, host, length) == 0 &&
           (host[length] == '\0' || strcmp(host + length, ".") == 0);
}

/* An IPv4 address has more than one way into IPv6: all are brought to the mapped form, so that it
 * has one form only. */
static void unwrap(struct in6_addr *address)
{
    static const struct {
        unsigned char prefix[12];
        size_t length, at; /* of the prefix; where the four bytes are */
    } clothes[] = {
        {{0, 0x64, 0xff, 0x9b}, 12, 12},                /* NAT64, RFC 6052 */
        {{0, 0x64, 0xff, 0x9b, 0, 1}, 6, 12},           /* NAT64 of one network, RFC 8215 */
        {{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 12, 12}, /* translated, RFC 2765 */
        {{0x20, 0x02}, 2, 2},                           /* 6to4, RFC 3056 */
    };
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    const unsigned char *four = IN6_IS_ADDR_V4COMPAT(address) ? address->s6_addr + 12 : NULL;
    for (size_t i = 0; i < COUNT_OF(clothes); i++)
        if (memcmp(address->s6_addr, clothes[i].prefix, clothes[i].length) == 0)
            four = address->s6_addr + clothes[i].at;
    if (four != NULL) {
        memmove(address->s6_addr + 12, four, 4);
        memcpy(address->s6_addr, mapped, sizeof mapped);
    }
}

/* Link-local, or "this host", which is where the monitor itself is. */
static bool is_never_a_shop(const struct in6_addr *address)
{
    const unsigned char *four = address->s6_addr + 12;
    if (IN6_IS_ADDR_V4MAPPED(address))
        return (four[0] == 169 && four[1] == 254) || four[0] == 0;
    return IN6_IS_ADDR_LINKLOCAL(address) || IN6_IS_ADDR_UNSPECIFIED(address);
}

/* Reads an address, bracketed or not; one of IPv4 as IPv6 maps it. */
static bool parse_address(const char *host, struct in6_addr *ret_address)
{
    static const char mapped[] = "::ffff:";
    char text[sizeof mapped + INET6_ADDRSTRLEN];
    size_t length = strlen(host);
    bool bracketed = length > 2 && host[0] == '[' && host[length - 1] == ']';
    if (length >= INET6_ADDRSTRLEN)
        return false;
    snprintf(text, sizeof text, "%s%.*s", strchr(host, ':') == NULL ? mapped : "",
             (int)(bracketed ? length - 2 : length), bracketed ? host + 1 : host);
    if (inet_pton(AF_INET6, text, ret_address) != 1)
        return false;
    unwrap(ret_address);
    return true;
}

bool net_host_is_forbidden(const char *host)
{
    struct in6_addr address, other;
    bool literal = parse_address(host, &address);
    if (literal && is_never_a_shop(&address))
        return true;
    for (size_t i = 0; i < COUNT_OF(metadata_hosts); i++) {
        const char *name = metadata_hosts[i];
        if (is_same_host(name, host))
            return true;
        if (literal && parse_address(name, &other) && memcmp(&address, &other, sizeof address) == 0)
            return true;
    }
    return false;
}
