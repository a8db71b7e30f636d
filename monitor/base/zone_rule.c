/* SPDX-License-Identifier: MIT */
/* TZ strings: parsed, and worked out for one year at a time. See zone_rule.h. */
#include "monitor/base/zone_rule.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

enum { DAY = 24 * 60 * 60, SUMMER_AHEAD = 60 * 60, CHANGE_TIME = 2 * 60 * 60 };

/* What is read so far; `at` is NULL once it is no rule. */
struct reader {
    const char *at;
};

static bool take(struct reader *reader, char wanted)
{
    if (reader->at == NULL || *reader->at != wanted)
        return false;
    reader->at++;
    return true;
}

static int take_number(struct reader *reader, int minimum, int maximum)
{
    int number = 0;
    const char *start = reader->at;
    while (reader->at != NULL && isdigit((unsigned char)*reader->at) && number <= maximum)
        number = number * 10 + (*reader->at++ - '0');
    if (reader->at == start || number < minimum || number > maximum)
        reader->at = NULL;
    return number;
}

/* `CET`, or `<+03>`: nobody asks for it. */
static void skip_name(struct reader *reader)
{
    if (reader->at == NULL)
        return;
    bool quoted = take(reader, '<');
    const char *start = reader->at;
    while (isalpha((unsigned char)*reader->at) ||
           (quoted && (isdigit((unsigned char)*reader->at) || strchr("+-", *reader->at) != NULL) &&
            *reader->at != '\0'))
        reader->at++;
    if (reader->at == start || (quoted && !take(reader, '>')))
        reader->at = NULL;
}

/* `-1`, `5:30`, `+02:30:15`, in seconds. */
static int64_t take_time(struct reader *reader, int hours_max)
{
    int64_t sign = take(reader, '-') ? -1 : 1;
    if (sign > 0)
        take(reader, '+');
    int64_t seconds = (int64_t)take_number(reader, 0, hours_max) * 3600;
    if (take(reader, ':')) {
        seconds += (int64_t)take_number(reader, 0, 59) * 60;
        if (take(reader, ':'))
            seconds += take_number(reader, 0, 59);
    }
    return sign * seconds;
}

static struct zone_rule_day take_day(struct reader *reader)
{
    struct zone_rule_day day = {.time = CHANGE_TIME};
    if (take(reader, 'M')) {
        day.kind = ZONE_RULE_MONTH;
        day.month = take_number(reader, 1, 12);
        day.week = take(reader, '.') ? take_number(reader, 1, 5) : 0;
        if (day.week != 0 && take(reader, '.'))
            day.weekday = take_number(reader, 0, 6);
        else
            reader->at = NULL;
    } else if (take(reader, 'J')) {
        day.kind = ZONE_RULE_JULIAN;
        day.day = take_number(reader, 1, 365);
    } else {
        day.kind = ZONE_RULE_DAY;
        day.day = take_number(reader, 0, 365);
    }
    if (take(reader, '/'))
        day.time = take_time(reader, 167);
    return day;
}

enum result zone_rule_parse(const char *text, struct zone_rule *ret_rule)
{
    struct reader reader = {text};
    struct zone_rule rule = {0};
    skip_name(&reader);
    /* West is positive there. */
    rule.standard = -take_time(&reader, 24);
    if (reader.at != NULL && *reader.at != '\0') {
        rule.has_summer = true;
        rule.summer = rule.standard + SUMMER_AHEAD;
        skip_name(&reader);
        if (reader.at != NULL && *reader.at != ',')
            rule.summer = -take_time(&reader, 24);
        if (take(&reader, ','))
            rule.start = take_day(&reader);
        else
            reader.at = NULL;
        if (take(&reader, ','))
            rule.end = take_day(&reader);
        else
            reader.at = NULL;
    }
    if (reader.at == NULL || *reader.at != '\0')
        return RESULT_INVALID;
    *ret_rule = rule;
    return RESULT_OK;
}

/* Midnight of a day, in seconds since 1970; months and days out of range carry over. */
static int64_t midnight(int year, int month, int day, struct tm *ret_day)
{
    *ret_day = (struct tm){.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    return timegm(ret_day);
}

/* When that day and time of a year is, in the seconds of the clocks that are set then. */
static int64_t local_change(const struct zone_rule_day *day, int year)
{
    struct tm parts;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day->kind == ZONE_RULE_JULIAN)
        return midnight(year, 1, day->day + (leap && day->day >= 60), &parts) + day->time;
    if (day->kind == ZONE_RULE_DAY)
        return midnight(year, 1, day->day + 1, &parts) + day->time;
    int64_t first = midnight(year, day->month, 1, &parts);
    int64_t at =
        first + (int64_t)((day->weekday - parts.tm_wday + 7) % 7 + 7 * (day->week - 1)) * DAY;
    /* The fifth one is often the fourth. */
    if (day->week == 5 && at >= midnight(year, day->month + 1, 1, &parts))
        at -= 7 * DAY;
    return at + day->time;
}

int64_t zone_rule_offset(const struct zone_rule *rule, int64_t time)
{
    if (!rule->has_summer)
        return rule->standard;
    time_t local = (time_t)(time + rule->standard);
    struct tm parts = {0};
    gmtime_r(&local, &parts);
    int year = parts.tm_year + 1900;
    int64_t start = local_change(&rule->start, year) - rule->standard;
    int64_t end = local_change(&rule->end, year) - rule->summer;
    /* South of the equator summer goes over the new year. */
    bool is_summer = start < end ? time >= start && time < end : time >= start || time < end;
    return is_summer ? rule->summer : rule->standard;
}
