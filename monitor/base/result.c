/* SPDX-License-Identifier: MIT */
/* Names and texts of results. See result.h for the convention. */
#include "monitor/base/result.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const result_names[] = {
#define X(name, text) text,
    RESULT_TABLE(X)
#undef X
};

const char *result_name(enum result code)
{
    return (unsigned)code < COUNT_OF(result_names) ? result_names[code] : "?";
}

enum result error_set(struct error *error, enum result code, const char *format, ...)
{
    if (error != NULL && error->code == RESULT_OK) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->text, sizeof error->text, format, arguments);
        va_end(arguments);
        error->code = code;
    }
    return code;
}
