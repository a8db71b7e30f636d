/* SPDX-License-Identifier: MIT */
/* See operate_moment.h. */
#define _GNU_SOURCE /* strptime */
#include "monitor/operate_moment.h"

#include "monitor/base/date.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static enum result from_parts(struct tm *parts, struct wall_time *ret_moment)
{
    parts->tm_isdst = -1; /* as the zone has it then */
    time_t seconds = mktime(parts);
    if (seconds <= 0)
        return RESULT_INVALID;
    ret_moment->us = (int64_t)seconds * DURATION_SECOND;
    return RESULT_OK;
}

static bool fits(const char *text, const char *format, struct tm *parts)
{
    const char *end = strptime(text, format, parts);
    return end != NULL && *end == '\0';
}

/* A time of the day: today's, or tomorrow's if that is over. */
static enum result next_time(struct tm clock, struct wall_time now, struct wall_time *ret_moment)
{
    time_t seconds = (time_t)(now.us / DURATION_SECOND);
    struct tm parts;
    localtime_r(&seconds, &parts);
    parts.tm_hour = clock.tm_hour;
    parts.tm_min = clock.tm_min;
    parts.tm_sec = clock.tm_sec;
    enum result result = from_parts(&parts, ret_moment);
    if (result != RESULT_OK || ret_moment->us > now.us)
        return result;
    parts.tm_mday++;
    return from_parts(&parts, ret_moment);
}

enum result operate_parse_moment(const char *text, struct wall_time now,
                                 struct wall_time *ret_moment)
{
    struct tm parts = {0};
    duration later;
    if (text[0] == '+' && duration_parse(text + 1, &later) == RESULT_OK) {
        *ret_moment = wall_after(now, later);
        return RESULT_OK;
    }
    if (date_parse(text, ret_moment) == DATE_RFC3339)
        return RESULT_OK;
    if (fits(text, "%Y-%m-%d %H:%M:%S", &parts))
        return from_parts(&parts, ret_moment);
    parts = (struct tm){0};
    if (fits(text, "%Y-%m-%d %H:%M", &parts))
        return from_parts(&parts, ret_moment);
    parts = (struct tm){0};
    if (fits(text, "%H:%M", &parts))
        return next_time(parts, now, ret_moment);
    return RESULT_INVALID;
}
