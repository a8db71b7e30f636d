/* SPDX-License-Identifier: MIT */
/*
 * When a cron line means a slot. Days are looked at one after another, minutes of a day as they
 * stand; then the zone says at which instants clocks show them. See cron.h.
 */
#include "scenarios/cron.h"

#include "monitor/base/zone.h"

#include <time.h>

enum {
    DAY_MINUTES = 24 * 60,
    DAYS_SEARCHED = 41 * 366, /* 29 February on one day of the week is forty years away at most */
    DAYS_COMPARED = 800,      /* for the shortest time between two slots */
    SLOTS_COMPARED = 3000,
};

/* Slots are counted from 2024-01-01, in days since 1970. */
#define FIRST_DAY 19723

/* What clocks show, in minutes since 1970-01-01T00:00 of theirs. */
typedef int64_t minute;

static bool day_matches(const struct cron *cron, int64_t day)
{
    time_t seconds = (time_t)(day * DAY_MINUTES * 60);
    struct tm parts = {0};
    gmtime_r(&seconds, &parts);
    bool is_day = (cron->days >> parts.tm_mday & 1) != 0;
    bool is_weekday = (cron->weekdays >> parts.tm_wday & 1) != 0;
    if ((cron->months >> (parts.tm_mon + 1) & 1) == 0)
        return false;
    /* As crontab(5) has it: where both are told, one of them is enough. */
    return cron->any_day || cron->any_weekday ? is_day && is_weekday : is_day || is_weekday;
}

/* The first minute of a day that matches, from `from` on; DAY_MINUTES: none. */
static int minute_of_day(const struct cron *cron, int from)
{
    for (int hour = from / 60, first = from % 60; hour < 24; hour++, first = 0) {
        uint64_t left = cron->minutes >> first;
        if ((cron->hours >> hour & 1) != 0 && left != 0)
            return hour * 60 + first + __builtin_ctzll(left);
    }
    return DAY_MINUTES;
}

static int64_t divide_down(int64_t number, int64_t by)
{
    return number / by - (number % by < 0);
}

/* The first minute that matches, from `from` on; INT64_MAX: none. */
static minute minute_from(const struct cron *cron, minute from)
{
    int64_t day = divide_down(from, DAY_MINUTES);
    int first = (int)(from - day * DAY_MINUTES);
    for (int64_t last = day + DAYS_SEARCHED; day <= last; day++, first = 0) {
        int found = minute_of_day(cron, first);
        if (found < DAY_MINUTES && day_matches(cron, day))
            return day * DAY_MINUTES + found;
    }
    return INT64_MAX;
}

static minute shown_at(const struct zone *zone, struct wall_time time)
{
    return divide_down(time.us + zone_offset(zone, time), DURATION_MINUTE);
}

/* The slots of one minute that clocks show: none, one or two. */
static struct zone_moments slots_of(const struct cron *cron, const struct zone *zone, minute shown)
{
    struct zone_moments moments = zone_moments(zone, shown * DURATION_MINUTE);
    if (moments.count == 2 && !cron->follows)
        moments.count = 1;
    if (moments.count == 0 && !cron->follows)
        moments.count = 1;
    return moments;
}

struct wall_time cron_after(const struct cron *cron, const struct zone *zone,
                            struct wall_time after)
{
    struct wall_time best = {INT64_MAX};
    /* Where clocks are going to be set back, times that they have shown come again. */
    duration back = zone_offset(zone, after) - zone_offset(zone, wall_after(after, DURATION_DAY));
    minute shown = shown_at(zone, after) - (back > 0 ? back / DURATION_MINUTE : 0);
    for (;; shown++) {
        shown = minute_from(cron, shown);
        if (shown == INT64_MAX)
            return best;
        struct zone_moments slots = slots_of(cron, zone, shown);
        /* Those of a later minute are later than its first. */
        if (slots.count > 0 && slots.first.us > after.us)
            return slots.first.us < best.us ? slots.first : best;
        if (slots.count == 2 && slots.second.us > after.us && slots.second.us < best.us)
            best = slots.second;
    }
}

uint64_t cron_number(const struct cron *cron, const struct zone *zone, struct wall_time slot)
{
    minute shown = shown_at(zone, slot);
    int64_t today = divide_down(shown, DAY_MINUTES);
    uint64_t days = 0, a_day = 0, until = 0;
    for (int64_t day = FIRST_DAY; day < today; day++)
        days += day_matches(cron, day);
    for (int at = minute_of_day(cron, 0); at < DAY_MINUTES; at = minute_of_day(cron, at + 1)) {
        until += at <= shown - today * DAY_MINUTES;
        a_day++;
    }
    /* Counted with itself: what clocks were set over is a slot of the minute behind it. */
    return days * a_day + until - 1;
}

duration cron_interval(const struct cron *cron)
{
    minute shortest = INT64_MAX;
    minute last = minute_from(cron, (minute)FIRST_DAY * DAY_MINUTES);
    minute end = last + (minute)DAYS_COMPARED * DAY_MINUTES;
    for (int i = 0; i < SLOTS_COMPARED && last < end && shortest > 1; i++) {
        minute next = minute_from(cron, last + 1);
        shortest = next - last < shortest ? next - last : shortest;
        last = next;
    }
    return shortest * DURATION_MINUTE;
}
