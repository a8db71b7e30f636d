/* SPDX-License-Identifier: MIT */
/* See listen.h. */
#include "monitor/base/listen.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum result listen_parse(const char *text, struct listen_address *ret_address)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon[1] < '0' || colon[1] > '9')
        return RESULT_INVALID;
    char *end;
    unsigned long port = strtoul(colon + 1, &end, 10);
    const char *start = text, *stop = colon;
    if (*start == '[' && stop > start + 1 && stop[-1] == ']') {
        start++;
        stop--;
    }
    size_t length = (size_t)(stop - start);
    if (*end != '\0' || port > UINT16_MAX || length == 0 || length >= LISTEN_HOST_MAX)
        return RESULT_INVALID;
    memcpy(ret_address->host, start, length);
    ret_address->host[length] = '\0';
    ret_address->port = (uint16_t)port;
    return RESULT_OK;
}

bool listen_is_loopback(const char *host)
{
    struct in_addr address;
    if (inet_pton(AF_INET, host, &address) == 1)
        return (ntohl(address.s_addr) >> 24) == 127;
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0;
}
