/* SPDX-License-Identifier: MIT */
/* Reading a hosts file line by line, anew each time: it is short, and may change. See hosts.h. */
#include "monitor/net/hosts.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HOSTS_LINE_MAX = 1024, HOSTS_LINES_MAX = 100000 };

#define HOSTS_BLANKS " \t\r\n"

static bool hosts_address(const char *text, int family, struct sockaddr_storage *ret_address)
{
    struct sockaddr_in *four = (struct sockaddr_in *)ret_address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret_address;
    memset(ret_address, 0, sizeof *ret_address);
    if (family != AF_INET6 && inet_pton(AF_INET, text, &four->sin_addr) == 1)
        four->sin_family = AF_INET;
    else if (family != AF_INET && inet_pton(AF_INET6, text, &six->sin6_addr) == 1)
        six->sin6_family = AF_INET6;
    else
        return false;
    return true;
}

/* A name may end with a full stop, which makes it no other. */
static bool hosts_same(const char *name, const char *host)
{
    size_t length = strlen(host);
    if (length > 0 && host[length - 1] == '.')
        length--;
    return strlen(name) == length && strncasecmp(name, host, length) == 0;
}

static bool hosts_line_names(char *rest, const char *host)
{
    char *state;
    for (char *name = strtok_r(rest, HOSTS_BLANKS, &state); name != NULL;
         name = strtok_r(NULL, HOSTS_BLANKS, &state))
        if (hosts_same(name, host))
            return true;
    return false;
}

size_t hosts_find(const char *path, const char *host, int family,
                  struct sockaddr_storage *ret_addresses, size_t max)
{
    char line[HOSTS_LINE_MAX];
    size_t count = 0;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    for (int n = 0; n < HOSTS_LINES_MAX && count < max && fgets(line, sizeof line, file); n++) {
        char *state;
        line[strcspn(line, "#")] = '\0';
        char *address = strtok_r(line, HOSTS_BLANKS, &state);
        if (address != NULL && hosts_line_names(state, host) &&
            hosts_address(address, family, &ret_addresses[count]))
            count++;
    }
    fclose(file);
    return count;
}
