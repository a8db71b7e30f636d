/* SPDX-License-Identifier: MIT */
/* Times of the public pages, by the clocks of the shop. See public.h. */
#include "reporters/public.h"

#include "monitor/base/date.h"
#include "monitor/base/zone.h"

#include <stdio.h>
#include <stdlib.h>

/* `UTC`, `UTC+1`, `UTC-3:30`: what needs no list of names to be understood. */
static void print_offset(duration offset, char text[16])
{
    int minutes = (int)(offset / DURATION_MINUTE), away = abs(minutes);
    const char *sign = minutes < 0 ? "-" : "+";
    if (minutes == 0)
        snprintf(text, 16, "UTC");
    else if (away % 60 == 0)
        snprintf(text, 16, "UTC%s%d", sign, away / 60);
    else
        snprintf(text, 16, "UTC%s%d:%02d", sign, away / 60 % 100, away % 60);
}

/* What clocks show, as if it were UTC. */
static struct wall_time shown(const struct public_view *view, struct wall_time time)
{
    return wall_after(time, zone_offset(view->zone, time));
}

static const char *print(const struct public_view *view, struct wall_time time, const char *format,
                         char text[PUBLIC_TIME_MAX])
{
    char offset[16], local[40];
    struct wall_time here = shown(view, time);
    print_offset(zone_offset(view->zone, time), offset);
    if (date_print(here, format, local, sizeof local) != RESULT_OK)
        local[0] = '\0';
    /* strftime has no day without its zero that all C libraries know. */
    snprintf(text, PUBLIC_TIME_MAX, "%s %s", local[0] == '0' && local[2] == ' ' ? local + 1 : local,
             offset);
    return text;
}

const char *public_clock(const struct public_view *view, struct wall_time time,
                         char text[PUBLIC_TIME_MAX])
{
    bool today = shown(view, time).us / DURATION_DAY == shown(view, view->now).us / DURATION_DAY;
    return print(view, time, today ? "%H:%M" : "%d %b, %H:%M", text);
}

const char *public_moment(const struct public_view *view, struct wall_time time,
                          char text[PUBLIC_TIME_MAX])
{
    return print(view, time, "%d %b %Y, %H:%M", text);
}

const char *public_date(const struct public_view *view, struct wall_time time,
                        char text[PUBLIC_TIME_MAX])
{
    char local[40];
    if (date_print(shown(view, time), "%d %b %Y", local, sizeof local) != RESULT_OK)
        local[0] = '\0';
    snprintf(text, PUBLIC_TIME_MAX, "%s", local[0] == '0' ? local + 1 : local);
    return text;
}
