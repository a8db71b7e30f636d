/* SPDX-License-Identifier: MIT */
/*
 * The one result convention: a function that can fail returns RESULT_OK (0) or a named code, and
 * may describe the failure in a caller-supplied struct error, of which the first text wins.
 * Running out of memory is not a result: it ends the program (memory.h).
 */
#ifndef BASE_RESULT_H
#define BASE_RESULT_H

#define MUST_CHECK           __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, va) __attribute__((format(printf, fmt, va)))
#define COUNT_OF(array)      (sizeof(array) / sizeof((array)[0]))

#define RESULT_TABLE(X)                                                                            \
    X(OK, "ok")                                                                                    \
    X(INVALID, "invalid") /* the input is wrong; who wrote it can mend it */                       \
    X(NOT_FOUND, "not found")                                                                      \
    X(LIMIT, "limit reached")     /* a named maximum was hit */                                    \
    X(IO, "input or output")      /* the system said no: disk, socket, permission */               \
    X(UNSUPPORTED, "unsupported") /* this build or this machine cannot */                          \
    X(CLOSED, "closed")           /* the thing asked is shutting down */

enum result {
#define X(name, text) RESULT_##name,
    RESULT_TABLE(X)
#undef X
};

enum { ERROR_TEXT_MAX = 512 };

/* Zero-initialise. `code` stays RESULT_OK until error_set. */
struct error {
    enum result code;
    char text[ERROR_TEXT_MAX];
};

/* Fills `error` (which may be NULL) unless it is set already; returns `code` for `return
 * error_set(...)`. */
enum result error_set(struct error *error, enum result code, const char *format, ...)
    PRINTF_LIKE(3, 4);

const char *result_name(enum result code);

#endif
