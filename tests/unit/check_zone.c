/* SPDX-License-Identifier: MIT */
/*
 * base/zone: every zone of the machine's database against the C library, from 1950 to 2100; the
 * days on which clocks are set; and what no zone is.
 */
#include "config.h" /* GNU extensions: tm_gmtoff */

#include "tests/unit/runner.h"

#include "monitor/base/date.h"
#include "monitor/base/zone.h"
#include "monitor/base/zone_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const struct zone *zone_of(struct arena *arena, const char *name)
{
    const struct zone *zone = NULL;
    ck_assert_msg(zone_read(arena, name, &zone) == RESULT_OK, "%s", name);
    return zone;
}

static struct wall_time instant(const char *text)
{
    struct wall_time time = {0};
    ck_assert_msg(date_parse(text, &time) == DATE_RFC3339, "%s", text);
    return time;
}

/* With steps that make all hours, days and months come. */
static void compare_with_library(const char *name, time_t step)
{
    struct arena *arena = arena_create();
    const struct zone *zone = zone_of(arena, name);
    setenv("TZ", name, 1);
    tzset();
    for (time_t at = -631152000; at < 4102444800; at += step) {
        struct tm parts;
        ck_assert_ptr_nonnull(localtime_r(&at, &parts));
        duration offset = zone_offset(zone, (struct wall_time){at * DURATION_SECOND});
        ck_assert_msg(offset == parts.tm_gmtoff * DURATION_SECOND, "%s at %lld: %lld, not %lld",
                      name, (long long)at, (long long)(offset / DURATION_SECOND),
                      (long long)parts.tm_gmtoff);
    }
    arena_free(arena);
}

START_TEST(all_zones_are_as_the_library_has_them)
{
    char line[1000], name[100];
    unsigned count = 0;
    FILE *table = fopen(ZONE_DIRECTORY "/zone.tab", "r");
    if (table == NULL)
        return;
    while (fgets(line, sizeof line, table) != NULL)
        if (sscanf(line, "%*2[A-Z] %*s %99s", name) == 1 && line[0] != '#') {
            compare_with_library(name, 23 * 86400 + 25620);
            count++;
        }
    fclose(table);
    ck_assert_uint_gt(count, 300);
}
END_TEST

START_TEST(some_zones_are_closely_as_the_library_has_them)
{
    static const char *const names[] = {"Europe/Berlin", "America/New_York", "Africa/Casablanca",
                                        "Pacific/Apia"};
    compare_with_library(names[_i], 31 * 3600 + 420);
}
END_TEST

/* What clocks show, and the instants at which they do. */
static const struct {
    const char *zone, *local, *first, *second;
} moment_cases[] = {
    {"UTC", "2026-03-29T02:30:00Z", "2026-03-29T02:30:00Z", NULL},
    {"Europe/Berlin", "2026-03-29T01:59:59Z", "2026-03-29T00:59:59Z", NULL},
    {"Europe/Berlin", "2026-03-29T02:00:00Z", "2026-03-29T01:00:00Z", "never"},
    {"Europe/Berlin", "2026-03-29T02:30:00Z", "2026-03-29T01:00:00Z", "never"},
    {"Europe/Berlin", "2026-03-29T03:00:00Z", "2026-03-29T01:00:00Z", NULL},
    {"Europe/Berlin", "2026-10-25T01:59:59Z", "2026-10-24T23:59:59Z", NULL},
    {"Europe/Berlin", "2026-10-25T02:00:00Z", "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z"},
    {"Europe/Berlin", "2026-10-25T02:59:59.5Z", "2026-10-25T00:59:59.5Z", "2026-10-25T01:59:59.5Z"},
    {"Europe/Berlin", "2026-10-25T03:00:00Z", "2026-10-25T02:00:00Z", NULL},
    {"America/New_York", "2026-03-08T02:30:00Z", "2026-03-08T07:00:00Z", "never"},
    {"America/New_York", "2026-11-01T01:30:00Z", "2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"},
    {"Australia/Lord_Howe", "2026-10-04T02:10:00Z", "2026-10-03T15:30:00Z", "never"},
    {"Australia/Lord_Howe", "2026-04-05T01:45:00Z", "2026-04-04T14:45:00Z", "2026-04-04T15:15:00Z"},
    /* Beyond what files list, by the rule. */
    {"Europe/Berlin", "2090-03-26T02:30:00Z", "2090-03-26T01:00:00Z", "never"},
    {"Europe/Berlin", "2090-10-29T02:30:00Z", "2090-10-29T00:30:00Z", "2090-10-29T01:30:00Z"},
    /* A day that Samoa left out, at the date line. */
    {"Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T10:00:00Z", "never"},
    {"Asia/Kathmandu", "2026-06-01T00:00:00Z", "2026-05-31T18:15:00Z", NULL},
};

START_TEST(local_times_have_their_moments)
{
    struct arena *arena = arena_create();
    const struct zone *zone = zone_of(arena, moment_cases[_i].zone);
    const char *second = moment_cases[_i].second;
    struct zone_moments moments = zone_moments(zone, instant(moment_cases[_i].local).us);
    unsigned count = second == NULL ? 1 : strcmp(second, "never") == 0 ? 0 : 2;
    ck_assert_uint_eq(moments.count, count);
    ck_assert_int_eq(moments.first.us, instant(moment_cases[_i].first).us);
    if (count == 2)
        ck_assert_int_eq(moments.second.us, instant(second).us);
    arena_free(arena);
}
END_TEST

static const struct {
    const char *name;
    enum result result;
} name_cases[] = {
    {"Europe/Berlin", RESULT_OK},
    {"UTC", RESULT_OK},
    {"EST5EDT", RESULT_OK},
    {"Etc/GMT+12", RESULT_OK},
    {"Europe/Berln", RESULT_NOT_FOUND},
    {"Europe", RESULT_NOT_FOUND},
    {"", RESULT_NOT_FOUND},
    {"../../../etc/passwd", RESULT_NOT_FOUND},
    {"/etc/passwd", RESULT_NOT_FOUND},
    {"Europe//Berlin", RESULT_NOT_FOUND},
    {"Europe/", RESULT_NOT_FOUND},
    {"zone.tab", RESULT_NOT_FOUND},
    {"leapseconds", RESULT_NOT_FOUND},
    {"right/Europe/Berlin", RESULT_INVALID}, /* its seconds are not POSIX's */
};

START_TEST(names_lead_to_zones_only)
{
    struct arena *arena = arena_create();
    const struct zone *zone = NULL;
    enum result result = zone_read(arena, name_cases[_i].name, &zone);
    if (access(ZONE_DIRECTORY "/right", R_OK) == 0 || strncmp(name_cases[_i].name, "right", 5) != 0)
        ck_assert_int_eq(result, name_cases[_i].result);
    ck_assert_int_eq(zone != NULL, result == RESULT_OK);
    if (zone != NULL)
        ck_assert_str_eq(zone_name(zone), name_cases[_i].name);
    arena_free(arena);
}
END_TEST

static const struct {
    const char *text, *time;
    duration offset; /* -1: no rule */
} rule_cases[] = {
    {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T00:59:59Z", DURATION_HOUR},
    {"CET-1CEST,M3.5.0,M10.5.0/3", "2026-03-29T01:00:00Z", 2 * DURATION_HOUR},
    {"<-03>3", "2026-07-01T00:00:00Z", -3 * DURATION_HOUR},
    {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-01-01T00:00:00Z", 11 * DURATION_HOUR},
    {"AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-07-01T00:00:00Z", 10 * DURATION_HOUR},
    {"<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -DURATION_HOUR},
    {"XXX3EDT4,0/0,J365/23", "2026-07-01T00:00:00Z", -4 * DURATION_HOUR},
    {"A-1B,J60/0,J61/0", "2024-03-01T00:00:00Z", 2 * DURATION_HOUR},
    {"A-1B,59/0,60/0", "2024-02-29T00:00:00Z", 2 * DURATION_HOUR},
    {"ABC-1:30:15", "2024-02-29T00:00:00Z", 5415 * DURATION_SECOND},
    {"", NULL, -1},
    {"CET", NULL, -1},
    {"CET-1CEST", NULL, -1},
    {"CET-1CEST,M3.5.0", NULL, -1},
    {"CET-1CEST,M13.5.0,M10.5.0", NULL, -1},
    {"CET-1CEST,M3.6.0,M10.5.0", NULL, -1},
    {"CET-1CEST,M3.5.0,M10.5.0/3x", NULL, -1},
    {"<CET-1", NULL, -1},
    {"CET-99999999999999999999", NULL, -1},
};

START_TEST(rules_are_read)
{
    struct zone_rule rule;
    enum result result = zone_rule_parse(rule_cases[_i].text, &rule);
    ck_assert_int_eq(result, rule_cases[_i].time != NULL ? RESULT_OK : RESULT_INVALID);
    if (result == RESULT_OK)
        ck_assert_int_eq(zone_rule_offset(&rule, instant(rule_cases[_i].time).us / DURATION_SECOND),
                         rule_cases[_i].offset / DURATION_SECOND);
}
END_TEST

#define LOOP(tests, name, cases) tcase_add_loop_test(tests, name, 0, (int)COUNT_OF(cases))

Suite *test_suite(void)
{
    Suite *suite = suite_create("zone");
    TCase *tests = tcase_create("zone");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, all_zones_are_as_the_library_has_them);
    tcase_add_loop_test(tests, some_zones_are_closely_as_the_library_has_them, 0, 4);
    LOOP(tests, local_times_have_their_moments, moment_cases);
    LOOP(tests, names_lead_to_zones_only, name_cases);
    LOOP(tests, rules_are_read, rule_cases);
    suite_add_tcase(suite, tests);
    return suite;
}
