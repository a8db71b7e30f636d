/* SPDX-License-Identifier: MIT */
/*
 * The program's own log, a line an event, on standard error: when, how bad, which module, what
 * happened, and its fields by name. Only daemon/ and the commands call it: a library module returns
 * what happened, it does not print.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "monitor/base/result.h"

#include <stdbool.h>

/* X(NAME, text, priority of syslog(3)) */
#define LOG_LEVEL_TABLE(X)                                                                         \
    X(ERROR, "error", 3)                                                                           \
    X(WARNING, "warning", 4)                                                                       \
    X(INFO, "info", 6)                                                                             \
    X(DEBUG, "debug", 7)

enum log_level {
#define X(name, text, priority) LOG_##name,
    LOG_LEVEL_TABLE(X)
#undef X
};

/* How a line is written. X(NAME, word) */
#define LOG_FORM_TABLE(X)                                                                          \
    X(TEXT, "text")       /* for people: `TIME LEVEL MODULE: what happened key=value` */           \
    X(JSON, "json")       /* an object: time, level, module, message, and the fields */            \
    X(JOURNAL, "journal") /* as text, for systemd-journald, which knows the time: `<4>MODULE: ...` \
                           */

enum log_form {
#define X(name, word) LOG_AS_##name,
    LOG_FORM_TABLE(X)
#undef X
};

/* Lines above `level` are dropped. INFO until set. */
void log_set_level(enum log_level level);
void log_set_form(enum log_form form); /* TEXT until set */
bool log_form_from_word(const char *word, enum log_form *ret_form);

/* Whether standard error leads to systemd's journal. */
bool log_is_to_journal(void);

/* What happened to whom: `run`, `journey`, `vantage`, `incident`, `reporter`, ... A list of them is
 * ended by one without a name; one without a value is left out. */
struct log_field {
    const char *name, *value;
};
#define LOG_FIELDS(...) ((const struct log_field[]){__VA_ARGS__, {NULL, NULL}})

/* The module is the beginning of the file's name: `pipeline` of pipeline_open.c. `fields` may be
 * NULL. */
void log_write(enum log_level level, const char *file, const struct log_field *fields,
               const char *format, ...) PRINTF_LIKE(4, 5);

#define log_error(...)                log_write(LOG_ERROR, __FILE__, NULL, __VA_ARGS__)
#define log_warning(...)              log_write(LOG_WARNING, __FILE__, NULL, __VA_ARGS__)
#define log_info(...)                 log_write(LOG_INFO, __FILE__, NULL, __VA_ARGS__)
#define log_debug(...)                log_write(LOG_DEBUG, __FILE__, NULL, __VA_ARGS__)
#define log_event(level, fields, ...) log_write(level, __FILE__, fields, __VA_ARGS__)

#endif
