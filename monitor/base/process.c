/* SPDX-License-Identifier: MIT */
/* Processes by /proc/PID: proc(5). See process.h. */
#include "monitor/base/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { STAT_MAX = 1024 };

/* `NUMBER (NAME) STATE ...`. Returns what is behind the name, which may hold anything; NULL: there
 * is no such process. */
static const char *read_stat(long number, char text[STAT_MAX])
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%ld/stat", number);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return NULL;
    size_t length = fread(text, 1, STAT_MAX - 1, file);
    fclose(file);
    text[length] = '\0';
    return strrchr(text, ')');
}

/* State and start time, in clock ticks since the machine started. */
static bool read_start(long number, char *state, unsigned long long *started)
{
    char text[STAT_MAX];
    const char *rest = read_stat(number, text);
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
    if (read_start(getpid(), &state, &started))
        snprintf(text, PROCESS_MARK_MAX, "%ld.%llu", (long)getpid(), started);
    return text;
}

bool process_is_alive(const char *mark)
{
    unsigned long long started, now;
    long number;
    char state;
    return sscanf(mark, "%ld.%llu", &number, &started) == 2 && read_start(number, &state, &now) &&
           now == started && state != 'Z' && state != 'X';
}

static void copy_name(char name[PROCESS_NAME_MAX], const char *from, const char *end)
{
    size_t length = 0;
    for (; from < end && length < PROCESS_NAME_MAX - 1; from++)
        name[length++] = (char)(*from >= ' ' && *from <= '~' ? *from : '?');
    name[length] = '\0';
}

/* Who has no socket serves nobody by itself, over no network and no socket of this machine; what
 * its parent hands on to it through pipes is not seen. The list of what one has may be read where
 * what stands in it may not: other rights are asked for. */
static bool may_serve(long number)
{
    char path[64], target[16];
    const struct dirent *entry;
    bool found = false;
    snprintf(path, sizeof path, "/proc/%ld/fd", number);
    DIR *folder = opendir(path);
    if (folder == NULL)
        return true;
    while (!found && (entry = readdir(folder)) != NULL) {
        ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof target);
        found = length < 0 ? errno == EACCES || errno == EPERM
                           : length > 7 && memcmp(target, "socket:", 7) == 0;
    }
    closedir(folder);
    return found;
}

bool process_look(long number, struct process *ret_process)
{
    char text[STAT_MAX];
    const char *rest = read_stat(number, text);
    const char *name = rest != NULL ? strchr(text, '(') : NULL;
    if (name == NULL || strlen(rest) < 3)
        return false;
    copy_name(ret_process->name, name + 1, rest);
    ret_process->is_stopped = rest[2] == 'T' || rest[2] == 't';
    ret_process->may_serve = may_serve(number);
    return true;
}
