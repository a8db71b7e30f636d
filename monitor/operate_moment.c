/* SPDX-License-Identifier: MIT */
/* See operate_moment.h. */
#define _GNU_SOURCE /* strptime */
#include "monitor/operate_moment.h"

#include "monitor/base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOMENT_LENGTH_MAX = 32 }; /* of `30m` */

/* mktime makes the 1st of December of the 31st of November. */
static enum result from_parts(const struct tm *parts, struct wall_time *ret_moment)
{
    struct tm made = *parts;
    made.tm_isdst = -1; /* as the zone has it then */
    time_t seconds = mktime(&made);
    if (seconds <= 0 || made.tm_mday != parts->tm_mday)
        return RESULT_INVALID;
    ret_moment->us = (int64_t)seconds * DURATION_SECOND;
    return RESULT_OK;
}

static bool fits(const char *text, const char *format, struct tm *parts)
{
    const char *end = strptime(text, format, parts);
    return end != NULL && *end == '\0';
}

/* The day so many days from that of `now`. */
static struct tm day_from(struct wall_time now, int days)
{
    time_t seconds = (time_t)(now.us / DURATION_SECOND);
    struct tm parts;
    localtime_r(&seconds, &parts);
    parts.tm_mday += days;
    parts.tm_hour = 12; /* no clock is set at noon */
    parts.tm_isdst = -1;
    mktime(&parts);
    return parts;
}

/* A time of the day: today's, or that of the day beside it where today's lies on the wrong side. */
static enum result time_of_day(const struct tm *clock, struct wall_time now, enum moment_side side,
                               struct wall_time *ret_moment)
{
    const int beside = side == MOMENT_NEXT ? 1 : -1;
    enum result result = RESULT_INVALID;
    for (int days = 0; days != 2 * beside; days += beside) {
        struct tm parts = day_from(now, days);
        parts.tm_hour = clock->tm_hour;
        parts.tm_min = clock->tm_min;
        parts.tm_sec = clock->tm_sec;
        result = from_parts(&parts, ret_moment);
        if (result != RESULT_OK || (ret_moment->us > now.us) == (side == MOMENT_NEXT))
            break;
    }
    return result;
}

/* `+30m`, `-10m`, `10m ago`. */
static bool is_from_now(const char *text, duration *ret_later)
{
    static const char ago[] = " ago";
    char length[MOMENT_LENGTH_MAX];
    const bool is_signed = text[0] == '+' || text[0] == '-';
    size_t size = strlen(text);
    if (!is_signed && (size < sizeof ago || strcmp(text + size - strlen(ago), ago) != 0))
        return false;
    snprintf(length, sizeof length, "%.*s", (int)(is_signed ? size - 1 : size - strlen(ago)),
             text + is_signed);
    if (duration_parse(length, ret_later) != RESULT_OK || *ret_later < 0)
        return false;
    if (text[0] != '+')
        *ret_later = -*ret_later;
    return true;
}

enum result operate_parse_moment(const char *text, struct wall_time now, enum moment_side side,
                                 struct wall_time *ret_moment)
{
    struct tm parts = {0};
    duration later;
    if (is_from_now(text, &later)) {
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
        return time_of_day(&parts, now, side, ret_moment);
    return RESULT_INVALID;
}
