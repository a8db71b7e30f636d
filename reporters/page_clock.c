/* SPDX-License-Identifier: MIT */
/* See page_clock.h. */
#include "reporters/page_clock.h"

#include "monitor/base/date.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static duration offset_of(const struct zone *zone, struct wall_time time)
{
    return zone != NULL ? zone_offset(zone, time) : 0;
}

/* What clocks show, as if it were UTC. */
static struct wall_time shown(const struct zone *zone, struct wall_time time)
{
    return wall_after(time, offset_of(zone, time));
}

/* `UTC`, `UTC+1`, `UTC-3:30`. */
static void append_offset(duration offset, char text[PAGE_CLOCK_MAX])
{
    int minutes = (int)(offset / DURATION_MINUTE), away = abs(minutes);
    size_t length = strlen(text);
    const char *sign = minutes < 0 ? "-" : "+";
    if (minutes == 0)
        snprintf(text + length, PAGE_CLOCK_MAX - length, " UTC");
    else if (away % 60 == 0)
        snprintf(text + length, PAGE_CLOCK_MAX - length, " UTC%s%d", sign, away / 60);
    else
        snprintf(text + length, PAGE_CLOCK_MAX - length, " UTC%s%d:%02d", sign, away / 60,
                 away % 60);
}

const char *page_clock_bare(const struct zone *zone, struct wall_time time, const char *format,
                            char text[PAGE_CLOCK_MAX])
{
    if (date_print(shown(zone, time), format, text, PAGE_CLOCK_MAX) != RESULT_OK)
        text[0] = '\0';
    return text + strspn(text, " "); /* a day's, where it has one digit */
}

static const char *print(const struct zone *zone, struct wall_time time, const char *format,
                         char text[PAGE_CLOCK_MAX])
{
    const char *bare = page_clock_bare(zone, time, format, text);
    append_offset(offset_of(zone, time), text);
    return bare;
}

static bool is_same_day(const struct zone *zone, struct wall_time time, struct wall_time now)
{
    return shown(zone, time).us / DURATION_DAY == shown(zone, now).us / DURATION_DAY;
}

const char *page_clock(const struct zone *zone, struct wall_time time, struct wall_time now,
                       char text[PAGE_CLOCK_MAX])
{
    return print(zone, time, is_same_day(zone, time, now) ? "%H:%M" : "%e %b, %H:%M", text);
}

const char *page_clock_seconds(const struct zone *zone, struct wall_time time, struct wall_time now,
                               char text[PAGE_CLOCK_MAX])
{
    return print(zone, time, is_same_day(zone, time, now) ? "%H:%M:%S" : "%e %b, %H:%M:%S", text);
}

const char *page_clock_moment(const struct zone *zone, struct wall_time time,
                              char text[PAGE_CLOCK_MAX])
{
    return print(zone, time, "%e %b %Y, %H:%M", text);
}

const char *page_clock_exact(const struct zone *zone, struct wall_time time,
                             char text[PAGE_CLOCK_MAX])
{
    return print(zone, time, "%Y-%m-%d %H:%M:%S", text);
}
