/* SPDX-License-Identifier: MIT */
/*
 * Dates as servers write them: RFC 3339, a plain day, and HTTP's own. Years 1 to 9999. See clock.h
 * for the stamps that we write ourselves.
 */
#ifndef BASE_DATE_H
#define BASE_DATE_H

#include "monitor/base/clock.h"

#include <stdbool.h>

enum date_form {
    DATE_NONE,    /* no date at all */
    DATE_RFC3339, /* 2026-11-23T14:07:00.5+01:00 */
    DATE_DAY,     /* 2026-11-23, at midnight UTC */
    DATE_HTTP,    /* Mon, 23 Nov 2026 14:07:00 GMT (RFC 9110 section 5.6.7) */
};

/* What `text` as a whole is, and when that was. */
enum date_form date_parse(const char *text, struct wall_time *ret_time);

/* Whether `text` begins with a day as the first two forms do, and there is no such day: 2026-11-31.
 */
bool date_is_impossible(const char *text);

/* strftime in UTC and in English; RESULT_LIMIT when it is longer than `size`, or empty. */
MUST_CHECK enum result date_print(struct wall_time time, const char *format, char *text,
                                  size_t size);

#endif
