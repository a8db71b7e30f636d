/* SPDX-License-Identifier: MIT */
/*
 * scenarios/cron: the slots of a line, above all on days when clocks are set; against a search that
 * asks the C library minute by minute; and lines that are none.
 */
#include "tests/unit/runner.h"

#include "monitor/base/date.h"
#include "monitor/base/zone.h"
#include "scenarios/cron.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct wall_time instant(const char *text)
{
    struct wall_time time = {0};
    ck_assert_msg(date_parse(text, &time) == DATE_RFC3339, "%s", text);
    return time;
}

static struct cron cron_of(struct arena *arena, const char *line)
{
    struct cron cron = {0};
    struct cron_mistake mistake = {0};
    ck_assert_msg(cron_parse(arena, line, &cron, &mistake) == RESULT_OK, "%s: %s", line,
                  mistake.text);
    return cron;
}

static const struct zone *zone_of(struct arena *arena, const char *name)
{
    const struct zone *zone = NULL;
    ck_assert_int_eq(zone_read(arena, name, &zone), RESULT_OK);
    return zone;
}

#define BERLIN   "Europe/Berlin"
#define NEW_YORK "America/New_York"

/* `after`, and the slots behind it in UTC: `HH:MM`, or with the day before it where that changes.
 */
static const struct {
    const char *line, *zone, *after, *slots;
} slot_cases[] = {
    {"*/15 * * * *", "UTC", "2026-11-23T14:07:00Z", "23T14:15 14:30 14:45 15:00"},
    {"0 9 * * *", "UTC", "2026-11-23T09:00:00Z", "24T09:00 25T09:00"},
    {"0 9 * * *", "UTC", "2026-11-23T08:59:59.999Z", "23T09:00 24T09:00"},
    {"30 8-10/2 * * MON-FRI", "UTC", "2026-11-27T07:00:00Z", "27T08:30 10:30 30T08:30 10:30"},
    {"0 0 1,15 * *", "UTC", "2026-11-23T00:00:00Z", "01T00:00 15T00:00 01T00:00"},
    /* Where both days are told, one is enough; a star that steps is a star. */
    {"0 0 1 * MON", "UTC", "2026-11-23T00:00:00Z", "30T00:00 01T00:00 07T00:00"},
    {"0 0 */2 * MON", "UTC", "2026-11-23T00:00:00Z", "07T00:00 21T00:00"},
    {"0 0 29 2 *", "UTC", "2026-11-23T00:00:00Z", "29T00:00 00:00 00:00"},
    {"5 4 * * sun", "UTC", "2026-11-23T00:00:00Z", "29T04:05 06T04:05"},
    {"5 4 * jan,7 7", "UTC", "2026-11-23T00:00:00Z", "03T04:05 10T04:05"},
    {"59 23 31 12 *", "UTC", "2026-11-23T00:00:00Z", "31T23:59 23:59"},
    {"0 8 * * *", BERLIN, "2026-03-27T12:00:00Z", "28T07:00 29T06:00 30T06:00"},
    {"0 8 * * *", NEW_YORK, "2026-10-31T00:00:00Z", "31T12:00 01T13:00 02T13:00"},
    /* Clocks are set forward over 02:30: once, at the moment when they are. */
    {"30 2 * * *", BERLIN, "2026-03-28T00:00:00Z", "28T01:30 29T01:00 30T00:30"},
    {"30 2 * * *", NEW_YORK, "2026-03-07T12:00:00Z", "08T07:00 09T06:30"},
    {"0,20,40 2,3 * * *", BERLIN, "2026-03-29T00:00:00Z", "29T01:00 01:20 01:40 30T00:00"},
    /* One that follows the clock has none for what is left out. */
    {"*/20 2,3 * * *", BERLIN, "2026-03-29T00:00:00Z", "29T01:00 01:20 01:40 30T00:00"},
    {"*/30 * * * *", BERLIN, "2026-03-29T00:00:00Z", "29T00:30 01:00 01:30 02:00"},
    {"30 * * * *", BERLIN, "2026-03-29T00:00:00Z", "29T00:30 01:30 02:30"},
    {"*/30 2 * * *", BERLIN, "2026-03-28T02:00:00Z", "30T00:00 00:30"},
    /* Clocks are set back over 02:00 to 03:00: once, unless it follows the clock. */
    {"30 2 * * *", BERLIN, "2026-10-24T12:00:00Z", "25T00:30 26T01:30"},
    {"0,30 1,2,3 * * *", BERLIN, "2026-10-24T23:15:00Z", "24T23:30 25T00:00 00:30 02:00 02:30"},
    {"*/30 * * * *", BERLIN, "2026-10-24T23:45:00Z", "25T00:00 00:30 01:00 01:30 02:00"},
    {"*/20 2 * * *", BERLIN, "2026-10-25T00:30:00Z", "25T00:40 01:00 01:20 01:40 26T01:00"},
    {"0 * * * *", NEW_YORK, "2026-11-01T03:30:00Z", "01T04:00 05:00 06:00 07:00"},
    {"30 1 * * *", NEW_YORK, "2026-11-01T00:00:00Z", "01T05:30 02T06:30"},
    /* Half an hour, and south of the equator. */
    {"45 1 * * *", "Australia/Lord_Howe", "2026-04-04T00:00:00Z", "04T14:45 05T15:15"},
    {"*/15 1 * * *", "Australia/Lord_Howe", "2026-04-04T14:20:00Z",
     "04T14:30 14:45 15:00 15:15 05T14:30"},
    /* The day that was left out at the date line. */
    {"0 12 * * *", "Pacific/Apia", "2011-12-28T23:00:00Z", "29T22:00 30T10:00 22:00"},
};

START_TEST(slots_are_where_the_line_says)
{
    struct arena *arena = arena_create();
    const struct cron cron = cron_of(arena, slot_cases[_i].line);
    const struct zone *zone = zone_of(arena, slot_cases[_i].zone);
    struct wall_time at = instant(slot_cases[_i].after);
    char got[200] = "", day[4] = "", text[WALL_TEXT_MAX];
    while (strlen(got) < strlen(slot_cases[_i].slots)) {
        at = cron_after(&cron, zone, at);
        wall_print(at, text);
        ck_assert_str_eq(text + 16, ":00.000Z");
        bool same_day = strncmp(day, text + 8, 2) == 0;
        snprintf(day, sizeof day, "%.2s", text + 8);
        snprintf(got + strlen(got), sizeof got - strlen(got), "%s%.*s", got[0] != '\0' ? " " : "",
                 same_day ? 5 : 8, same_day ? text + 11 : text + 8);
    }
    ck_assert_str_eq(got, slot_cases[_i].slots);
    arena_free(arena);
}
END_TEST

/* Lines that follow the clock, minute by minute as the library shows it. */
static const struct {
    const char *zone, *line;
    int minutes[6], hours[6]; /* -1: any, or the end of the list */
} searched_cases[] = {
    {BERLIN, "*/20 * * * *", {0, 20, 40, -1}, {-1}},
    {NEW_YORK, "7 * * * *", {7, -1}, {-1}},
    {"Australia/Lord_Howe", "*/15 1,2 * * *", {0, 15, 30, 45, -1}, {1, 2, -1}},
    {"Africa/Casablanca", "*/30 2-4 * * *", {0, 30, -1}, {2, 3, 4, -1}},
};

static bool is_listed(const int list[6], int value)
{
    for (int i = 0; list[i] >= 0; i++)
        if (list[i] == value)
            return true;
    return list[0] < 0;
}

START_TEST(slots_are_those_of_a_search)
{
    struct arena *arena = arena_create();
    const struct cron cron = cron_of(arena, searched_cases[_i].line);
    const struct zone *zone = zone_of(arena, searched_cases[_i].zone);
    struct wall_time start = instant("2026-01-01T00:00:00Z"), next = start;
    setenv("TZ", searched_cases[_i].zone, 1);
    tzset();
    for (int64_t minute = 1; minute < 370 * 24 * 60; minute++) {
        time_t at = (time_t)(start.us / DURATION_SECOND + minute * 60);
        struct tm parts;
        ck_assert_ptr_nonnull(localtime_r(&at, &parts));
        if (!is_listed(searched_cases[_i].minutes, parts.tm_min) ||
            !is_listed(searched_cases[_i].hours, parts.tm_hour))
            continue;
        next = cron_after(&cron, zone, next);
        ck_assert_int_eq(next.us / DURATION_SECOND, at);
    }
    arena_free(arena);
}
END_TEST

/* From any moment the next slot is the same: nothing is kept but the line. */
/* A step from `*` leaves `*` a star (cron(8)), so that day and weekday must both be right. */
static const struct {
    const char *line, *after, *next;
} rare_slots[] = {
    {"0 8 7 2 */7", "2027-02-08T00:00:00.000Z", "2038-02-07T08:00:00.000Z"},
    {"0 0 29 2 */7", "2032-03-01T00:00:00.000Z", "2060-02-29T00:00:00.000Z"},
    {"0 0 29 2 */7", "2088-03-01T00:00:00.000Z", "2128-02-29T00:00:00.000Z"},
};

START_TEST(slots_that_are_decades_away_are_found)
{
    struct arena *arena = arena_create();
    struct cron_mistake mistake;
    struct cron cron;
    struct wall_time after;
    char text[WALL_TEXT_MAX];
    ck_assert_int_eq(cron_parse(arena, rare_slots[_i].line, &cron, &mistake), RESULT_OK);
    ck_assert_int_eq(wall_parse(rare_slots[_i].after, &after), RESULT_OK);
    ck_assert_str_eq(wall_print(cron_after(&cron, zone_utc(), after), text), rare_slots[_i].next);
    arena_free(arena);
}
END_TEST

START_TEST(slots_do_not_depend_on_the_moment_of_asking)
{
    static const char *const lines[] = {"*/20 2 * * *", "30 2 * * *", "0,20,40 1-3 * * *"};
    static const char *const days[] = {"2026-03-29T00:00:00Z", "2026-10-24T23:00:00Z"};
    struct arena *arena = arena_create();
    const struct zone *zone = zone_of(arena, BERLIN);
    const struct cron cron = cron_of(arena, lines[_i % 3]);
    struct wall_time start = instant(days[_i / 3]);
    for (int minute = 0; minute < 6 * 60; minute++) {
        struct wall_time at = wall_after(start, minute * DURATION_MINUTE);
        struct wall_time next = cron_after(&cron, zone, at);
        for (struct wall_time later = at; later.us < next.us; later.us += DURATION_MINUTE)
            ck_assert_int_eq(cron_after(&cron, zone, later).us, next.us);
    }
    arena_free(arena);
}
END_TEST

/* One after another, over the days when clocks are set, too. Times that are one moment have all
 * their numbers, and the slot has the last. */
static const struct {
    const char *line;
    unsigned jumps;
} number_cases[] = {
    {"30 2 * * *", 0},
    {"0 8,12 * * MON-FRI", 0},
    {"0 0 1 * *", 0},
    {"0,20,40 1-3 * * *", 1},
};

START_TEST(numbers_go_up_by_one)
{
    struct arena *arena = arena_create();
    const struct zone *zone = zone_of(arena, BERLIN);
    const struct cron cron = cron_of(arena, number_cases[_i].line);
    struct wall_time at = cron_after(&cron, zone, instant("2026-01-01T00:00:00Z"));
    struct wall_time end = instant("2027-02-01T00:00:00Z");
    unsigned jumps = 0;
    while (at.us < end.us) {
        struct wall_time next = cron_after(&cron, zone, at);
        uint64_t steps = cron_number(&cron, zone, next) - cron_number(&cron, zone, at);
        ck_assert(steps == 1 || steps == 4);
        jumps += steps == 4;
        at = next;
    }
    ck_assert_uint_eq(jumps, number_cases[_i].jumps);
    arena_free(arena);
}
END_TEST

static const struct {
    const char *line;
    duration interval;
} interval_cases[] = {
    {"* * * * *", DURATION_MINUTE},       {"*/15 * * * *", 15 * DURATION_MINUTE},
    {"*/7 * * * *", 4 * DURATION_MINUTE}, /* 56 to 60 */
    {"0 8-22 * * *", DURATION_HOUR},      {"0 8 * * *", DURATION_DAY},
    {"0 8 * * MON", DURATION_WEEK},       {"0 0 1 * *", 28 * DURATION_DAY},
    {"0 0 29 2 *", 1461 * DURATION_DAY},  {"0,1 0 1 1 *", DURATION_MINUTE},
};

START_TEST(intervals_are_the_shortest)
{
    struct arena *arena = arena_create();
    const struct cron cron = cron_of(arena, interval_cases[_i].line);
    ck_assert_int_eq(cron_interval(&cron), interval_cases[_i].interval);
    arena_free(arena);
}
END_TEST

static const struct {
    const char *line;
    size_t offset;
} wrong_cases[] = {
    {"", 0},
    {"   ", 3},
    {"* * * *", 7},
    {"* * * * * *", 10},
    {"60 * * * *", 0},
    {"* 24 * * *", 2},
    {"* * 0 * *", 4},
    {"* * 32 * *", 4},
    {"* * * 13 *", 6},
    {"* * * * 8", 8},
    {"*/0 * * * *", 2},
    {"*/60 * * * *", 2},
    {"5/2 * * * *", 1},
    {"9-5 * * * *", 0},
    {"1,,2 * * * *", 2},
    {"1, * * * *", 2},
    {"1- * * * *", 2},
    {"-1 * * * *", 0},
    {"1.5 * * * *", 1},
    {"* * * FOO *", 6},
    {"* * * * MONDAY", 8},
    {"MON * * * *", 0},
    {"@daily", 0},
    {"* * ? * *", 4},
    {"* * L * *", 4},
    {"0 0 30 2 *", 4},
    {"0 0 31 4,6,9,11 *", 4},
    {"** * * * *", 1},
    {"*-5 * * * *", 1},
    {"100 * * * *", 0},
    {"\xc3\xa9 * * * *", 0},
    {"1\t2 3 4 5x", 8},
};

START_TEST(lines_that_are_none_say_where)
{
    struct arena *arena = arena_create();
    struct cron cron;
    struct cron_mistake mistake = {0};
    ck_assert_msg(cron_parse(arena, wrong_cases[_i].line, &cron, &mistake) == RESULT_INVALID, "%s",
                  wrong_cases[_i].line);
    ck_assert_ptr_nonnull(mistake.text);
    ck_assert_msg(mistake.offset == wrong_cases[_i].offset, "%s: at %zu", wrong_cases[_i].line,
                  mistake.offset);
    arena_free(arena);
}
END_TEST

#define LOOP(tests, name, cases) tcase_add_loop_test(tests, name, 0, (int)COUNT_OF(cases))

Suite *test_suite(void)
{
    Suite *suite = suite_create("cron");
    TCase *tests = tcase_create("cron");
    tcase_set_timeout(tests, 60);
    LOOP(tests, slots_are_where_the_line_says, slot_cases);
    LOOP(tests, slots_are_those_of_a_search, searched_cases);
    tcase_add_loop_test(tests, slots_that_are_decades_away_are_found, 0, COUNT_OF(rare_slots));
    tcase_add_loop_test(tests, slots_do_not_depend_on_the_moment_of_asking, 0, 6);
    LOOP(tests, numbers_go_up_by_one, number_cases);
    LOOP(tests, intervals_are_the_shortest, interval_cases);
    LOOP(tests, lines_that_are_none_say_where, wrong_cases);
    suite_add_tcase(suite, tests);
    return suite;
}
