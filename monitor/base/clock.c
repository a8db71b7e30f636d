/* SPDX-License-Identifier: MIT */
/* Reading clocks, and times as text. See clock.h. */
#include "monitor/base/clock.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int64_t clock_read(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct instant clock_instant(void)
{
    return (struct instant){clock_read(CLOCK_MONOTONIC)};
}

struct wall_time clock_wall(void)
{
    return (struct wall_time){clock_read(CLOCK_REALTIME)};
}

struct clock_reading clock_read_all(void)
{
    return (struct clock_reading){
        .wall = clock_wall(),
        .monotonic = clock_instant(),
        .boot = {clock_read(CLOCK_BOOTTIME)},
    };
}

enum result duration_parse(const char *text, duration *ret_duration)
{
    static const struct {
        const char *name;
        duration size;
    } units[] = {
        {"us", 1},
        {"ms", DURATION_MILLISECOND},
        {"s", DURATION_SECOND},
        {"m", DURATION_MINUTE},
        {"h", DURATION_HOUR},
        {"d", DURATION_DAY},
        {"w", DURATION_WEEK},
        {"y", DURATION_YEAR},
    };
    if (text[0] < '0' || text[0] > '9')
        return RESULT_INVALID;
    char *unit;
    double number = strtod(text, &unit);
    /* strtod reads hexadecimal and "1e3" too; a duration is plain digits with at most one point. */
    if (strspn(text, "0123456789.") != (size_t)(unit - text))
        return RESULT_INVALID;
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (strcmp(unit, units[i].name) != 0)
            continue;
        double value = number * (double)units[i].size;
        if (!isfinite(value) || value > 1e17)
            return RESULT_LIMIT;
        *ret_duration = (duration)llround(value);
        return RESULT_OK;
    }
    return RESULT_INVALID;
}

const char *duration_print(duration value, char text[DURATION_TEXT_MAX])
{
    size_t size = DURATION_TEXT_MAX;
    if (value < DURATION_MILLISECOND)
        snprintf(text, size, "%" PRId64 " µs", value);
    else if (value < 100 * DURATION_MILLISECOND)
        snprintf(text, size, "%.1f ms", (double)value / (double)DURATION_MILLISECOND);
    else if (value < DURATION_SECOND - DURATION_MILLISECOND / 2)
        snprintf(text, size, "%.0f ms", (double)value / (double)DURATION_MILLISECOND);
    else if (value < DURATION_MINUTE)
        snprintf(text, size, "%.2f s", (double)value / (double)DURATION_SECOND);
    else if (value < DURATION_HOUR)
        snprintf(text, size, "%" PRId64 " min %02" PRId64 " s", value / DURATION_MINUTE,
                 value % DURATION_MINUTE / DURATION_SECOND);
    else if (value < DURATION_DAY)
        snprintf(text, size, "%" PRId64 " h %02" PRId64 " min", value / DURATION_HOUR,
                 value % DURATION_HOUR / DURATION_MINUTE);
    else
        snprintf(text, size, "%" PRId64 " d %" PRId64 " h", value / DURATION_DAY,
                 value % DURATION_DAY / DURATION_HOUR);
    return text;
}

const char *wall_print(struct wall_time time, char text[WALL_TEXT_MAX])
{
    enum { LENGTH = sizeof "2026-11-23T10:20:30." - 1 };
    /* Most stamps of a record are of one second. */
    static _Thread_local struct {
        time_t seconds;
        char text[LENGTH + 1];
    } latest = {.seconds = -1};
    time_t seconds = (time_t)(time.us / DURATION_SECOND);
    if (seconds != latest.seconds) {
        struct tm parts;
        gmtime_r(&seconds, &parts);
        strftime(latest.text, sizeof latest.text, "%Y-%m-%dT%H:%M:%S.", &parts);
        latest.seconds = seconds;
    }
    int milliseconds = (int)(time.us % DURATION_SECOND / DURATION_MILLISECOND);
    memcpy(text, latest.text, LENGTH);
    text[LENGTH] = (char)('0' + milliseconds / 100);
    text[LENGTH + 1] = (char)('0' + milliseconds / 10 % 10);
    text[LENGTH + 2] = (char)('0' + milliseconds % 10);
    memcpy(text + LENGTH + 3, "Z", sizeof "Z");
    return text;
}

enum result wall_parse(const char *text, struct wall_time *ret_time)
{
    struct tm parts = {0};
    int milliseconds = 0, used = 0;
    int fields =
        sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &parts.tm_year, &parts.tm_mon,
               &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &milliseconds, &used);
    if (fields != 7 || text[used] != '\0')
        return RESULT_INVALID;
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    /* It makes another day of one that there is not. */
    const struct tm read = parts;
    time_t seconds = timegm(&parts);
    if (parts.tm_mon != read.tm_mon || parts.tm_mday != read.tm_mday ||
        parts.tm_hour != read.tm_hour || parts.tm_min != read.tm_min)
        return RESULT_INVALID;
    *ret_time = (struct wall_time){(int64_t)seconds * DURATION_SECOND +
                                   milliseconds * DURATION_MILLISECOND};
    return RESULT_OK;
}
