/* SPDX-License-Identifier: MIT */
/* Processes by /proc/PID/stat: proc(5). See process.h. */
#include "monitor/base/process.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STAT_MAX = 1024 };

/* State and start time, in clock ticks since the machine started. The program's name, in
 * parentheses before them, may hold anything. */
static bool read_stat(long number, char *state, unsigned long long *started)
{
    char path[64], text[STAT_MAX];
    snprintf(path, sizeof path, "/proc/%ld/stat", number);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    size_t length = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[length] = '\0';
    const char *rest = strrchr(text, ')');
    return rest != NULL && sscanf(rest,
                                  ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d "
                                  "%*d %*d %*d %*d %llu",
                                  state, started) == 2;
}

const char *process_mark(char text[PROCESS_MARK_MAX])
{
    unsigned long long started;
    char state;
    text[0] = '\0';
    if (read_stat(getpid(), &state, &started))
        snprintf(text, PROCESS_MARK_MAX, "%ld.%llu", (long)getpid(), started);
    return text;
}

bool process_is_alive(const char *mark)
{
    unsigned long long started, now;
    long number;
    char state;
    return sscanf(mark, "%ld.%llu", &number, &started) == 2 && read_stat(number, &state, &now) &&
           now == started && state != 'Z' && state != 'X';
}
