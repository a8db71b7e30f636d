/* SPDX-License-Identifier: MIT */
/* schedule/: grids, overlap, lateness, clock steps. Time is a parameter, so nothing here waits. */
#include "tests/unit/runner.h"

#include "monitor/schedule/schedule.h"

#include <stdio.h>

static const struct wall_time start = {1763906820 * DURATION_SECOND};

static struct schedule *schedule_of(duration every, bool kill_overlap)
{
    struct schedule_entry entries[] = {
        {.journey = "cart", .vantage = "here", .every = every, .kill_overlap = kill_overlap},
        {.journey = "cart", .vantage = "there", .every = every, .kill_overlap = kill_overlap},
    };
    return schedule_create(entries, COUNT_OF(entries), start);
}

static struct schedule_due take(struct schedule *schedule, struct wall_time now)
{
    struct schedule_due due = {0};
    ck_assert(schedule_take(schedule, now, &due));
    return due;
}

START_TEST(vantage_points_share_a_slot)
{
    struct schedule *schedule = schedule_of(DURATION_MINUTE, false);
    struct schedule_due due;
    struct wall_time first = schedule_next(schedule);
    ck_assert_int_gt(first.us, start.us);
    ck_assert_int_le(first.us, start.us + DURATION_MINUTE);
    ck_assert(!schedule_take(schedule, wall_after(first, -1), &due));
    struct schedule_due here = take(schedule, first), there = take(schedule, first);
    ck_assert_uint_eq(here.entry, 0);
    ck_assert_uint_eq(there.entry, 1);
    ck_assert_int_eq(here.planned.us, there.planned.us);
    ck_assert(!schedule_take(schedule, first, &due));
    ck_assert_int_eq(schedule_next(schedule).us, first.us + DURATION_MINUTE);
    schedule_free(schedule);
}
END_TEST

START_TEST(a_restart_moves_nothing)
{
    struct schedule *schedule = schedule_of(DURATION_MINUTE, false);
    struct schedule_entry entry = {"cart", "here", DURATION_MINUTE, false};
    struct schedule *later =
        schedule_create(&entry, 1, wall_after(start, 7 * DURATION_MINUTE + 12345));
    ck_assert_int_eq(schedule_next(schedule).us % DURATION_MINUTE,
                     schedule_next(later).us % DURATION_MINUTE);
    ck_assert_int_eq(schedule_next(schedule).us % DURATION_MINUTE,
                     schedule_offset("cart", DURATION_MINUTE));
    schedule_free(schedule);
    schedule_free(later);
}
END_TEST

START_TEST(overlap_waits_until_told_that_the_run_ended)
{
    struct schedule *schedule = schedule_of(DURATION_MINUTE, false);
    struct wall_time now = schedule_next(schedule);
    ck_assert_int_eq(take(schedule, now).action, SCHEDULE_START);
    ck_assert_int_eq(take(schedule, now).action, SCHEDULE_START);
    schedule_ended(schedule, 1);
    now = schedule_next(schedule);
    ck_assert_int_eq(take(schedule, now).action, SCHEDULE_OVERLAP);
    ck_assert_int_eq(take(schedule, now).action, SCHEDULE_START);
    schedule_ended(schedule, 0);
    ck_assert_int_eq(take(schedule, schedule_next(schedule)).action, SCHEDULE_START);
    schedule_free(schedule);
}
END_TEST

START_TEST(overlap_kills_where_asked)
{
    struct schedule *schedule = schedule_of(DURATION_MINUTE, true);
    take(schedule, schedule_next(schedule));
    take(schedule, schedule_next(schedule));
    ck_assert_int_eq(take(schedule, schedule_next(schedule)).action, SCHEDULE_KILL);
    schedule_ended(schedule, 0); /* the killed one; its successor still goes */
    schedule_ended(schedule, 1);
    take(schedule, schedule_next(schedule));
    ck_assert_int_eq(take(schedule, schedule_next(schedule)).action, SCHEDULE_KILL);
    schedule_free(schedule);
}
END_TEST

START_TEST(missed_slots_come_out_late_and_once)
{
    struct schedule *schedule = schedule_of(DURATION_MINUTE, false);
    struct wall_time first = schedule_next(schedule);
    struct wall_time now = wall_after(first, 10 * DURATION_MINUTE + DURATION_SECOND);
    unsigned late = 0, started = 0;
    struct schedule_due due;
    while (schedule_take(schedule, now, &due)) {
        late += due.action == SCHEDULE_LATE;
        started += due.action == SCHEDULE_START;
    }
    ck_assert_uint_eq(late, 20);
    ck_assert_uint_eq(started, 2);
    schedule_free(schedule);
}
END_TEST

START_TEST(a_clock_that_was_set_begins_anew)
{
    struct schedule *schedule = schedule_of(DURATION_SECOND, false);
    struct schedule_due due;
    struct wall_time next_year = wall_after(start, 365 * DURATION_DAY);
    ck_assert(!schedule_take(schedule, next_year, &due));
    ck_assert_int_le(wall_between(next_year, schedule_next(schedule)), DURATION_SECOND);
    ck_assert(!schedule_take(schedule, start, &due));
    ck_assert_int_le(wall_between(start, schedule_next(schedule)), DURATION_SECOND);
    /* The times come again, but not the same slots: their runs must not have the same ids. */
    struct wall_time first = schedule_next(schedule);
    struct wall_time later = wall_after(first, 5 * DURATION_SECOND);
    while (schedule_take(schedule, later, &due))
        ;
    ck_assert(!schedule_take(schedule, start, &due));
    ck_assert_int_eq(schedule_next(schedule).us, first.us + 1);
    schedule_free(schedule);
}
END_TEST

START_TEST(many_entries_come_out_in_order)
{
    enum { COUNT = 300 };
    struct schedule_entry entries[COUNT];
    char names[COUNT][8];
    for (int i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "j%d", i);
        entries[i] = (struct schedule_entry){names[i], "here", (i % 7 + 1) * DURATION_SECOND, true};
    }
    struct schedule *schedule = schedule_create(entries, COUNT, start);
    struct schedule_due due;
    unsigned taken = 0;
    int64_t last = 0;
    while (schedule_take(schedule, wall_after(start, 7 * DURATION_SECOND), &due)) {
        ck_assert_int_ge(due.planned.us, last);
        last = due.planned.us;
        taken++;
    }
    /* In 7 s an interval of n seconds has floor or ceiling of 7/n slots. */
    ck_assert_uint_ge(taken, COUNT);
    schedule_free(schedule);
}
END_TEST

START_TEST(nothing_to_do_is_never_due)
{
    struct schedule *schedule = schedule_create(NULL, 0, start);
    struct schedule_due due;
    ck_assert_int_eq(schedule_next(schedule).us, INT64_MAX);
    ck_assert(!schedule_take(schedule, start, &due));
    schedule_free(schedule);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("schedule");
    TCase *tests = tcase_create("schedule");
    tcase_add_test(tests, vantage_points_share_a_slot);
    tcase_add_test(tests, a_restart_moves_nothing);
    tcase_add_test(tests, overlap_waits_until_told_that_the_run_ended);
    tcase_add_test(tests, overlap_kills_where_asked);
    tcase_add_test(tests, missed_slots_come_out_late_and_once);
    tcase_add_test(tests, a_clock_that_was_set_begins_anew);
    tcase_add_test(tests, many_entries_come_out_in_order);
    tcase_add_test(tests, nothing_to_do_is_never_due);
    suite_add_tcase(suite, tests);
    return suite;
}
