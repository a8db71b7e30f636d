/* SPDX-License-Identifier: MIT */
/* One line an event: time, level, text. See log.h. */
#include "monitor/base/log.h"

#include "monitor/base/clock.h"

#include <stdarg.h>
#include <stdio.h>

enum { LOG_LINE_MAX = 2048 };

static const char *const log_level_names[] = {
#define X(name, text) text,
    LOG_LEVEL_TABLE(X)
#undef X
};

static enum log_level log_level = LOG_INFO;

void log_set_level(enum log_level level)
{
    log_level = level;
}

void log_write(enum log_level level, const char *format, ...)
{
    if (level > log_level)
        return;
    char line[LOG_LINE_MAX], stamp[WALL_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    /* One event is one line, whatever a server put into the text. */
    for (char *at = line; *at != '\0'; at++)
        if ((unsigned char)*at < ' ')
            *at = ' ';
    fprintf(stderr, "%s %s %s\n", wall_print(clock_wall(), stamp), log_level_names[level], line);
}
