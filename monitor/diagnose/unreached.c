/* SPDX-License-Identifier: MIT */
/*
 * Careless shops hand on what their client of a database or a provider says: which address it could
 * not connect to, or which name it did not find. The sentences are those of Node.js, libpq, JDBC,
 * MySQL, Go, PHP, curl, Python, Ruby and .NET. Whose address it is, only a shop file knows. See
 * unreached.h.
 */
#define _GNU_SOURCE /* strcasestr */
#include "monitor/diagnose/unreached.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PORT_BEHIND_MAX = 12, REASON_BEHIND_MAX = 240, PORT_MAX = 65535 };

/* What stands before an address; where that may be said of one that is reached as well (NONE), the
 * reason behind it decides. */
static const struct {
    const char *words;
    enum unreached_kind kind;
} openings[] = {
    {"ECONNREFUSED ", UNREACHED_REFUSED},
    {"ETIMEDOUT ", UNREACHED_LOST},
    {"EHOSTUNREACH ", UNREACHED_LOST},
    {"ENETUNREACH ", UNREACHED_LOST},
    {"ENOTFOUND ", UNREACHED_UNNAMED},
    {"EAI_AGAIN ", UNREACHED_UNNAMED},
    {"could not translate host name ", UNREACHED_UNNAMED},
    {"Could not resolve host: ", UNREACHED_UNNAMED},
    {"UnknownHostException: ", UNREACHED_UNNAMED},
    {"dial tcp: lookup ", UNREACHED_UNNAMED},
    {"getaddrinfo for ", UNREACHED_UNNAMED},
    {"onnection refused (", UNREACHED_REFUSED},
    {"onnection to server at ", UNREACHED_NONE},
    {"MySQL server on ", UNREACHED_NONE},
    {"Connection to ", UNREACHED_NONE},
    {"onnect to ", UNREACHED_NONE},
    {"TCP connection to ", UNREACHED_NONE},
    {"dial tcp ", UNREACHED_NONE},
    {"ConnectionPool(host=", UNREACHED_NONE},
};

static const struct {
    const char *words;
    enum unreached_kind kind;
} reasons[] = {
    {"refused", UNREACHED_REFUSED},
    {"(111)", UNREACHED_REFUSED}, /* MySQL tells the system's number of it, of Linux */
    {"timed out", UNREACHED_LOST},
    {"timeout", UNREACHED_LOST},
    {"(110)", UNREACHED_LOST},
    {"no route to host", UNREACHED_LOST},
    {"unreachable", UNREACHED_LOST},
    {"t connect to server", UNREACHED_UNCONNECTED}, /* curl says so of a refusal as well */
};

/* Quotes, as they are, or as JSON and HTML write them; and the bracket of an IPv6 address. */
static size_t length_of_quotes(const char *text)
{
    size_t length = strspn(text, "\\\"'[");
    const char *end = text[length] == '&' ? strchr(text + length, ';') : NULL;
    return end != NULL && end - (text + length) <= 6 ? (size_t)(end + 1 - text) : length;
}

/* 0: it is none. */
static unsigned port_in(const char *text, const char **ret_end)
{
    char *end;
    unsigned long port = isdigit((unsigned char)*text) ? strtoul(text, &end, 10) : 0;
    if (port == 0 || port > PORT_MAX)
        return 0;
    *ret_end = end;
    return (unsigned)port;
}

/* `:5432`, `, port 5432`, `', port=5432`: behind a host and what closes its quotes. libpq tells the
 * address in between that the name stands for. */
static unsigned port_behind(const char *text, const char **ret_end)
{
    text += length_of_quotes(text);
    text += *text == ']';
    if (strncmp(text, " (", 2) == 0)
        text += strcspn(text, ")");
    if (*text == ':')
        return port_in(text + 1, ret_end);
    const char *word = strstr(text, "port");
    if (word == NULL || word - text > PORT_BEHIND_MAX)
        return 0;
    word += strlen("port");
    return *word == ' ' || *word == '=' ? port_in(word + 1, ret_end) : 0;
}

/* An address, and what comes behind it; false: it is none. One of IPv6 in quotes or brackets ends
 * with them; else its port is the last of its numbers, as of IPv4. */
static bool read_address(const char *text, struct unreached *ret, const char **ret_behind)
{
    size_t quotes = length_of_quotes(text);
    text += quotes;
    size_t length =
        strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-");
    while (length > 0 && strchr(".:-", text[length - 1]) != NULL)
        length--;
    const char *colon = memrchr(text, ':', length), *end = text + length;
    bool is_open = colon != NULL && (quotes == 0 || memchr(text, ':', length) == colon);
    ret->port = 0;
    *ret_behind = end;
    if (is_open) {
        ret->port = port_in(colon + 1, ret_behind);
        length = (size_t)(colon - text);
    } else if (length > 0) {
        ret->port = port_behind(end, ret_behind);
    }
    if (length == 0 || length >= sizeof ret->host || (is_open && *ret_behind != end))
        return false;
    memcpy(ret->host, text, length);
    ret->host[length] = '\0';
    return true;
}

static enum unreached_kind reason_in(const char *behind)
{
    char text[REASON_BEHIND_MAX + 1];
    text[0] = '\0';
    strncat(text, behind, REASON_BEHIND_MAX);
    for (size_t i = 0; i < COUNT_OF(reasons); i++)
        if (strcasestr(text, reasons[i].words) != NULL)
            return reasons[i].kind;
    return UNREACHED_NONE;
}

/* The opening that comes first; NULL: there is none. */
static const char *find_opening(const char *text, size_t *ret_opening)
{
    const char *first = NULL;
    for (size_t i = 0; i < COUNT_OF(openings); i++) {
        const char *found = strstr(text, openings[i].words);
        if (found == NULL || (first != NULL && found >= first))
            continue;
        first = found;
        *ret_opening = i;
    }
    return first;
}

struct unreached unreached_next(const char **at)
{
    size_t opening;
    for (const char *found; (found = find_opening(*at, &opening)) != NULL;) {
        struct unreached unreached = {.kind = openings[opening].kind};
        const char *behind;
        *at = found + strlen(openings[opening].words);
        if (!read_address(*at, &unreached, &behind))
            continue;
        if (unreached.kind == UNREACHED_NONE)
            unreached.kind = reason_in(behind);
        /* Without a port it may be any words. */
        if (unreached.kind != UNREACHED_NONE &&
            (unreached.port != 0 || unreached.kind == UNREACHED_UNNAMED))
            return unreached;
    }
    return (struct unreached){0};
}

bool unreached_is_at(const struct unreached *unreached, const char *at)
{
    struct unreached own = {0};
    const char *behind;
    return read_address(at, &own, &behind) && strcasecmp(own.host, unreached->host) == 0 &&
           (own.port == 0 || unreached->port == 0 || own.port == unreached->port);
}

const char *unreached_text(const struct unreached *unreached, struct arena *arena)
{
    static const char *const words[] = {
#define X(name, words) words,
        UNREACHED_TABLE(X)
#undef X
    };
    const char *told = words[unreached->kind];
    if (unreached->port == 0)
        return arena_print(arena, "%s %s", unreached->host, told);
    bool is_ipv6 = strchr(unreached->host, ':') != NULL;
    return arena_print(arena, is_ipv6 ? "[%s]:%u %s" : "%s:%u %s", unreached->host, unreached->port,
                       told);
}
