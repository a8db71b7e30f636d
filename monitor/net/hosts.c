/* SPDX-License-Identifier: MIT */
/* Reading a hosts file line by line, anew each time: it is short, and may change. See hosts.h. */
#include "monitor/net/hosts.h"

#include "monitor/net/address.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { HOSTS_LINE_MAX = 1024, HOSTS_LINES_MAX = 100000 };

#define HOSTS_BLANKS " \t\r\n"

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
            address_parse(address, family, 0, &ret_addresses[count]) > 0)
            count++;
    }
    fclose(file);
    return count;
}
