/* SPDX-License-Identifier: MIT */
/*
 * The program's own log, a line an event, on standard error. Only daemon/ and the commands call it:
 * a library module returns what happened, it does not print.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "monitor/base/result.h"

#define LOG_LEVEL_TABLE(X)                                                                         \
    X(ERROR, "error")                                                                              \
    X(WARNING, "warning")                                                                          \
    X(INFO, "info")                                                                                \
    X(DEBUG, "debug")

enum log_level {
#define X(name, text) LOG_##name,
    LOG_LEVEL_TABLE(X)
#undef X
};

/* Lines above `level` are dropped. INFO until set. */
void log_set_level(enum log_level level);

void log_write(enum log_level level, const char *format, ...) PRINTF_LIKE(2, 3);

#define log_error(...)   log_write(LOG_ERROR, __VA_ARGS__)
#define log_warning(...) log_write(LOG_WARNING, __VA_ARGS__)
#define log_info(...)    log_write(LOG_INFO, __VA_ARGS__)
#define log_debug(...)   log_write(LOG_DEBUG, __VA_ARGS__)

#endif
