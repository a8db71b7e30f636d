/* SPDX-License-Identifier: MIT */
/*
 * schedule/ where time is not what it should be: daylight saving, leap days, clocks that are set,
 * machines that sleep, restarts. The slots are those that shopwatch(1) promises, none comes twice,
 * and none of what was missed is started in a heap. Time is a parameter: nothing here waits.
 */
#include "tests/unit/runner.h"

#include "monitor/base/date.h"
#include "monitor/base/memory.h"
#include "monitor/base/zone.h"
#include "monitor/schedule/schedule.h"
#include "scenarios/cron.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* A machine whose clocks run, are set, and stand still, and the schedule that it looks at. */
struct machine {
    struct clock_reading now;
    struct schedule *schedule;
    size_t started, missed, reasons[REASON_COUNT];
    struct wall_time last_started, last_missed;
    duration latest; /* the longest lateness of a start */
};

static struct wall_time instant(const char *text)
{
    struct wall_time time = {0};
    ck_assert_int_eq(date_parse(text, &time), DATE_RFC3339);
    return time;
}

static struct machine machine_at(const char *wall)
{
    return (struct machine){.now = {instant(wall), {DURATION_DAY}, {DURATION_DAY}}};
}

static struct timetable every(const char *journey, duration interval)
{
    return timetable_of_interval(journey, interval, MODE_BURST, 0, 1);
}

static void machine_start(struct machine *machine, struct timetable timetable,
                          struct wall_time since)
{
    const struct schedule_entry entry = {.timetable = timetable, .since = since};
    machine->schedule = schedule_create(&entry, 1, &machine->now);
}

/* Each run is over at once. */
static void machine_look(struct machine *machine)
{
    struct schedule_due due;
    while (schedule_take(machine->schedule, &machine->now, &due) ||
           schedule_take_missed(machine->schedule, &due)) {
        if (due.action == SCHEDULE_MISSED) {
            ck_assert_int_gt(due.planned.us, machine->last_missed.us);
            machine->last_missed = due.planned;
            machine->missed++;
            machine->reasons[due.reason]++;
            continue;
        }
        ck_assert_int_eq(due.action, SCHEDULE_START);
        duration late = wall_between(due.planned, machine->now.wall);
        if (late > machine->latest)
            machine->latest = late;
        machine->last_started = due.planned;
        machine->started++;
        schedule_ended(machine->schedule, due.entry);
    }
}

static void machine_pass(struct machine *machine, duration time)
{
    machine->now.wall.us += time;
    machine->now.monotonic.us += time;
    machine->now.boot.us += time;
}

/* Time goes by, and the monitor looks when a slot is due and at least once a second. */
static void machine_run(struct machine *machine, duration time)
{
    while (time > 0) {
        duration step = wall_between(machine->now.wall, schedule_next(machine->schedule));
        step = step > DURATION_SECOND ? DURATION_SECOND : step < 1 ? 1 : step;
        step = step > time ? time : step;
        machine_pass(machine, step);
        time -= step;
        machine_look(machine);
    }
}

static void machine_set_clock(struct machine *machine, duration by)
{
    machine->now.wall.us += by;
    machine_look(machine);
}

/* The wall clock and `boot` go on; `monotonic` does not. */
static void machine_suspend(struct machine *machine, duration time)
{
    machine->now.wall.us += time;
    machine->now.boot.us += time;
    machine_look(machine);
}

static void machine_end(struct machine *machine)
{
    schedule_free(machine->schedule);
}

/* --- a clock that is set --------------------------------------------------------------------- */

/* Ten minutes of a slot a minute, the clock set in the midst of it, and ten minutes more. */
static const struct {
    duration by;
    size_t started, missed;
    duration latest; /* that a start may be */
} steps[] = {
    {DURATION_HOUR, 20, 60, 0},
    {-DURATION_HOUR, 20, 0, 0},
    {DURATION_SECOND, 20, 0, DURATION_SECOND},
    {-DURATION_SECOND, 20, 0, 0},
    {9 * DURATION_SECOND, 20, 0, 9 * DURATION_SECOND},
    {-9 * DURATION_SECOND, 19, 0, 0}, /* ten minutes later it is 14:19:51 */
    {365 * DURATION_DAY, 20, SCHEDULE_MISSED_EACH, 0},
};

START_TEST(a_clock_that_is_set_skips_and_repeats_as_promised)
{
    struct machine machine = machine_at("2026-11-23T14:00:00Z");
    machine_start(&machine, every("cart", DURATION_MINUTE), (struct wall_time){0});
    machine_run(&machine, 10 * DURATION_MINUTE);
    ck_assert_uint_eq(machine.started, 10);
    machine_set_clock(&machine, steps[_i].by);
    ck_assert_uint_eq(machine.started, 10);
    machine_run(&machine, 10 * DURATION_MINUTE);
    ck_assert_uint_eq(machine.started, steps[_i].started);
    ck_assert_uint_eq(machine.missed, steps[_i].missed);
    ck_assert_uint_eq(machine.reasons[REASON_CLOCK_STEP], steps[_i].missed);
    ck_assert_int_le(machine.latest, steps[_i].latest);
    machine_end(&machine);
}
END_TEST

/* A journey of a slot a second has some within the second that is jumped over, or comes twice. */
START_TEST(a_second_more_or_less_gives_no_slot_twice)
{
    struct machine machine = machine_at("2026-11-23T14:00:00Z");
    machine_start(&machine, every("cart", DURATION_SECOND), (struct wall_time){0});
    machine_run(&machine, DURATION_MINUTE);
    machine_set_clock(&machine, DURATION_SECOND);
    machine_run(&machine, DURATION_MINUTE);
    ck_assert_uint_eq(machine.started + machine.missed, 121);
    struct wall_time last = machine.last_started;
    machine_set_clock(&machine, -DURATION_SECOND);
    machine_run(&machine, DURATION_MINUTE);
    ck_assert_int_eq(wall_between(last, machine.last_started), 59 * DURATION_SECOND);
    ck_assert_uint_eq(machine.started + machine.missed, 180);
    machine_end(&machine);
}
END_TEST

START_TEST(times_that_come_again_are_slots_of_their_own)
{
    struct machine machine = machine_at("2026-11-23T14:00:00Z");
    machine_start(&machine, every("cart", DURATION_MINUTE), (struct wall_time){0});
    machine_run(&machine, DURATION_MINUTE);
    struct wall_time first = machine.last_started;
    machine_set_clock(&machine, -DURATION_MINUTE);
    machine_run(&machine, DURATION_MINUTE);
    ck_assert_int_eq(machine.last_started.us, first.us + 1);
    machine_set_clock(&machine, -DURATION_MINUTE);
    machine_run(&machine, DURATION_MINUTE);
    ck_assert_int_eq(machine.last_started.us, first.us + 2);
    machine_end(&machine);
}
END_TEST

/* --- a machine that sleeps, a monitor that hangs or is not there ----------------------------- */

START_TEST(two_hours_of_sleep_are_told_and_not_made_up_for)
{
    struct machine machine = machine_at("2026-11-23T14:00:00Z");
    machine_start(&machine, every("cart", DURATION_MINUTE), (struct wall_time){0});
    machine_run(&machine, 10 * DURATION_MINUTE);
    machine_suspend(&machine, 2 * DURATION_HOUR);
    ck_assert_uint_eq(machine.started, 10);
    ck_assert_uint_eq(machine.missed, 120);
    ck_assert_uint_eq(machine.reasons[REASON_SUSPENDED], 120);
    machine_run(&machine, 10 * DURATION_MINUTE);
    ck_assert_uint_eq(machine.started, 20);
    ck_assert_int_eq(machine.latest, 0);
    machine_end(&machine);
}
END_TEST

START_TEST(a_monitor_that_hung_is_late)
{
    struct machine machine = machine_at("2026-11-23T14:00:00Z");
    machine_start(&machine, every("cart", DURATION_SECOND), (struct wall_time){0});
    machine_run(&machine, DURATION_MINUTE);
    machine_pass(&machine, 5 * DURATION_SECOND);
    machine_look(&machine);
    /* The last is as good as one in time; those before it have had their time. */
    ck_assert_uint_eq(machine.started, 61);
    ck_assert_uint_eq(machine.reasons[REASON_LATE], 4);
    machine_pass(&machine, DURATION_MINUTE);
    machine_look(&machine);
    ck_assert_uint_eq(machine.started, 61);
    ck_assert_uint_eq(machine.reasons[REASON_LATE], 64);
    machine_end(&machine);
}
END_TEST

/* Killed in a slot: its run is not in the store, the one before is. */
START_TEST(a_restart_within_a_slot_loses_none)
{
    struct machine machine = machine_at("2026-11-23T14:00:00Z");
    machine_start(&machine, every("cart", DURATION_MINUTE), (struct wall_time){0});
    machine_run(&machine, 10 * DURATION_MINUTE);
    struct wall_time killed = machine.last_started;
    machine_end(&machine);
    machine_start(&machine, every("cart", DURATION_MINUTE), wall_after(killed, -DURATION_MINUTE));
    machine_look(&machine);
    ck_assert_uint_eq(machine.missed, 1);
    ck_assert_uint_eq(machine.reasons[REASON_RESTART], 1);
    ck_assert_int_eq(machine.last_missed.us, killed.us);
    machine_run(&machine, DURATION_MINUTE);
    ck_assert_int_eq(machine.last_started.us, killed.us + DURATION_MINUTE);
    ck_assert_uint_eq(machine.started, 11);
    machine_end(&machine);
}
END_TEST

START_TEST(a_long_absence_is_recorded_within_bounds)
{
    enum { COUNT = 300 };
    struct machine machine = machine_at("2026-11-23T14:00:00Z");
    struct schedule_entry entries[COUNT];
    size_t missed[COUNT] = {0};
    for (int i = 0; i < COUNT; i++)
        entries[i] = (struct schedule_entry){
            .timetable = every("cart", DURATION_SECOND * (i + 1)),
            .since = wall_after(machine.now.wall, -30 * DURATION_DAY),
        };
    machine.schedule = schedule_create(entries, COUNT, &machine.now);
    struct schedule_due due;
    ck_assert(schedule_has_missed(machine.schedule));
    while (schedule_take_missed(machine.schedule, &due)) {
        ck_assert_int_eq(due.reason, REASON_RESTART);
        ck_assert_int_le(due.planned.us, machine.now.wall.us);
        missed[due.entry]++;
    }
    for (size_t i = 0; i < COUNT; i++)
        ck_assert_uint_eq(missed[i], SCHEDULE_MISSED_ALL / COUNT);
    ck_assert_uint_eq(schedule_forgotten(machine.schedule), COUNT);
    ck_assert(!schedule_take(machine.schedule, &machine.now, &due));
    machine_end(&machine);
}
END_TEST

/* The clock was set back while the monitor was not running: what is in the store stays alone. */
START_TEST(a_restart_under_a_clock_set_back_repeats_no_slot)
{
    struct machine machine = machine_at("2026-11-23T14:00:00Z");
    machine_start(&machine, every("cart", DURATION_MINUTE), (struct wall_time){0});
    machine_run(&machine, 10 * DURATION_MINUTE);
    struct wall_time last = machine.last_started;
    machine_end(&machine);
    machine.now.wall.us -= 5 * DURATION_MINUTE;
    machine_start(&machine, every("cart", DURATION_MINUTE), last);
    machine_run(&machine, 5 * DURATION_MINUTE);
    ck_assert_uint_eq(machine.missed, 0);
    ck_assert_uint_eq(machine.started, 15);
    ck_assert_int_gt(machine.last_started.us, last.us);
    ck_assert_int_lt(machine.last_started.us, last.us + DURATION_MILLISECOND);
    machine_end(&machine);
}
END_TEST

/* A second absence before the first is told. */
START_TEST(slots_missed_twice_over_come_out_once)
{
    struct machine machine = machine_at("2026-11-23T14:00:00Z");
    struct schedule_due due;
    machine_start(&machine, every("cart", DURATION_MINUTE),
                  wall_after(machine.now.wall, -10 * DURATION_MINUTE));
    ck_assert(schedule_take_missed(machine.schedule, &due));
    machine.last_missed = due.planned;
    machine.missed = 1;
    machine_suspend(&machine, 10 * DURATION_MINUTE);
    ck_assert_uint_eq(machine.missed, 20);
    ck_assert(!schedule_has_missed(machine.schedule));
    machine_end(&machine);
}
END_TEST

/* --- a thousand journeys --------------------------------------------------------------------- */

/* What happens to a monitor of a thousand journeys, each every minute, between two minutes. */
static const struct {
    duration wall, monotonic, boot; /* by what each clock is further */
    bool restart;
} events[] = {
    {2 * DURATION_HOUR, 0, 2 * DURATION_HOUR, false}, /* the machine slept */
    {DURATION_HOUR, 0, 0, false},                     /* the clock was set */
    {-DURATION_HOUR, 0, 0, false},
    {DURATION_SECOND, 0, 0, false},
    {-DURATION_SECOND, 0, 0, false},
    {5 * DURATION_MINUTE, 5 * DURATION_MINUTE, 5 * DURATION_MINUTE, false}, /* it hung */
    {5 * DURATION_MINUTE, 5 * DURATION_MINUTE, 5 * DURATION_MINUTE, true},
};

enum { FLEET = 1000, FLEET_A_SECOND = 45 }; /* 17 would be all alike */

static size_t fleet_look(struct machine *machine, unsigned *starts)
{
    struct schedule_due due;
    size_t started = 0;
    while (schedule_take(machine->schedule, &machine->now, &due)) {
        if (due.action != SCHEDULE_START)
            continue;
        starts[due.entry]++;
        started++;
        schedule_ended(machine->schedule, due.entry);
    }
    return started;
}

/* The most that start in one look, with one a second, and how often each has started. */
static size_t fleet_run(struct machine *machine, duration time, unsigned *starts)
{
    size_t most = 0;
    for (; time > 0; time -= DURATION_SECOND) {
        size_t started = fleet_look(machine, starts);
        most = started > most ? started : most;
        machine_pass(machine, DURATION_SECOND);
    }
    return most;
}

START_TEST(a_fleet_does_not_stampede)
{
    char name[32];
    struct machine machine = machine_at("2026-11-23T14:00:00Z");
    struct schedule_entry entries[FLEET] = {0};
    unsigned before[FLEET] = {0}, after[FLEET] = {0};
    for (int i = 0; i < FLEET; i++) {
        snprintf(name, sizeof name, "journey %d", i);
        entries[i].timetable = every(name, DURATION_MINUTE);
    }
    machine.schedule = schedule_create(entries, FLEET, &machine.now);
    ck_assert_uint_le(fleet_run(&machine, 5 * DURATION_MINUTE, before), FLEET_A_SECOND);
    machine.now.wall.us += events[_i].wall;
    machine.now.monotonic.us += events[_i].monotonic;
    machine.now.boot.us += events[_i].boot;
    if (events[_i].restart) {
        for (int i = 0; i < FLEET; i++)
            entries[i].since = wall_after(machine.now.wall, -events[_i].wall);
        schedule_free(machine.schedule);
        machine.schedule = schedule_create(entries, FLEET, &machine.now);
    }
    /* A second's clock step brings that second's slots besides. */
    ck_assert_uint_le(fleet_run(&machine, 5 * DURATION_MINUTE, after), 2 * FLEET_A_SECOND);
    for (int i = 0; i < FLEET; i++) {
        ck_assert_uint_ge(after[i], 4);
        ck_assert_uint_le(after[i], 6);
    }
    machine_end(&machine);
}
END_TEST

/* --- what clocks show ------------------------------------------------------------------------ */

/* A day's slots, from local midnight on. */
static const struct {
    const char *zone, *since;
    const char *line; /* NULL: every half hour */
    duration length;
    size_t count;
} days[] = {
    /* 29 March: 02:00 to 03:00 is left out. */
    {"Europe/Berlin", "2026-03-28T22:59:59Z", "0 * * * *", 23 * DURATION_HOUR, 23},
    {"Europe/Berlin", "2026-03-28T22:59:59Z", "30 2 * * *", 23 * DURATION_HOUR, 1},
    {"Europe/Berlin", "2026-03-28T22:59:59Z", "0 2,3 * * *", 23 * DURATION_HOUR, 1},
    {"Europe/Berlin", "2026-03-28T22:59:59Z", NULL, 23 * DURATION_HOUR, 46},
    /* 25 October: 02:00 to 03:00 comes twice. */
    {"Europe/Berlin", "2026-10-24T21:59:59Z", "0 * * * *", 25 * DURATION_HOUR, 25},
    {"Europe/Berlin", "2026-10-24T21:59:59Z", "30 2 * * *", 25 * DURATION_HOUR, 1},
    {"Europe/Berlin", "2026-10-24T21:59:59Z", "0 0-23 * * *", 25 * DURATION_HOUR, 24},
    {"Europe/Berlin", "2026-10-24T21:59:59Z", NULL, 25 * DURATION_HOUR, 50},
    /* 8 March and 1 November. */
    {"America/New_York", "2026-03-08T04:59:59Z", "0 * * * *", 23 * DURATION_HOUR, 23},
    {"America/New_York", "2026-03-08T04:59:59Z", "30 2 * * *", 23 * DURATION_HOUR, 1},
    {"America/New_York", "2026-03-08T04:59:59Z", NULL, 23 * DURATION_HOUR, 46},
    {"America/New_York", "2026-11-01T03:59:59Z", "0 * * * *", 25 * DURATION_HOUR, 25},
    {"America/New_York", "2026-11-01T03:59:59Z", "30 1 * * *", 25 * DURATION_HOUR, 1},
    {"America/New_York", "2026-11-01T03:59:59Z", NULL, 25 * DURATION_HOUR, 50},
    /* A leap day, and a year without. */
    {"Europe/Berlin", "2028-02-27T23:00:00Z", "0 12 29 2 *", 2 * DURATION_DAY, 1},
    {"Europe/Berlin", "2027-02-27T23:00:00Z", "0 12 29 2 *", 2 * DURATION_DAY, 0},
    {"Europe/Berlin", "2028-02-27T22:59:59Z", "0 * * * *", 3 * DURATION_DAY, 72},
    {"Europe/Berlin", "2028-02-27T22:59:59Z", NULL, 3 * DURATION_DAY, 144},
};

START_TEST(days_have_their_slots)
{
    struct machine machine = machine_at(days[_i].since);
    struct arena *arena = arena_create();
    struct cron cron;
    struct cron_mistake mistake;
    struct timetable timetable = every("cart", 30 * DURATION_MINUTE);
    if (days[_i].line != NULL) {
        ck_assert_int_eq(cron_parse(arena, days[_i].line, &cron, &mistake), RESULT_OK);
        timetable = (struct timetable){.cron = &cron, .every = cron_interval(&cron), .turns = 1};
        ck_assert_int_eq(zone_read(arena, days[_i].zone, &timetable.zone), RESULT_OK);
    }
    machine_start(&machine, timetable, (struct wall_time){0});
    machine_run(&machine, days[_i].length);
    ck_assert_uint_eq(machine.started, days[_i].count);
    ck_assert_uint_eq(machine.missed, 0);
    ck_assert_int_eq(machine.latest, 0);
    machine_end(&machine);
    arena_free(arena);
}
END_TEST

/* Cron slots that were slept over, on the night when an hour comes twice. */
START_TEST(cron_slots_are_missed_once)
{
    struct machine machine = machine_at("2026-10-25T00:07:00Z");
    struct arena *arena = arena_create();
    struct cron cron;
    struct cron_mistake mistake;
    ck_assert_int_eq(cron_parse(arena, "*/15 * * * *", &cron, &mistake), RESULT_OK);
    struct timetable timetable = {.cron = &cron, .every = cron_interval(&cron), .turns = 1};
    ck_assert_int_eq(zone_read(arena, "Europe/Berlin", &timetable.zone), RESULT_OK);
    machine_start(&machine, timetable, (struct wall_time){0});
    machine_suspend(&machine, 2 * DURATION_HOUR);
    ck_assert_uint_eq(machine.started, 0);
    ck_assert_uint_eq(machine.reasons[REASON_SUSPENDED], 8);
    ck_assert_int_eq(schedule_next(machine.schedule).us, instant("2026-10-25T02:15:00Z").us);
    machine_end(&machine);
    arena_free(arena);
}
END_TEST

/* --- for long -------------------------------------------------------------------------------- */

START_TEST(a_million_periods_drift_by_nothing)
{
    static const duration intervals[] = {DURATION_SECOND, 7 * DURATION_SECOND + 1, DURATION_MINUTE,
                                         DURATION_WEEK};
    for (size_t i = 0; i < COUNT_OF(intervals); i++) {
        struct machine machine = machine_at("2026-11-23T14:00:00Z");
        struct schedule_due due;
        machine_start(&machine, every("cart", intervals[i]), (struct wall_time){0});
        struct wall_time first = schedule_next(machine.schedule);
        int64_t odd = 0; /* an assertion for each would take a minute */
        for (int64_t k = 0; k < 1000000; k++) {
            /* Looked at a little late each time, by what is never the same. */
            machine.now.wall = wall_after(schedule_next(machine.schedule), -1);
            odd += schedule_take(machine.schedule, &machine.now, &due);
            machine_pass(&machine, 1 + k % 997);
            odd += !schedule_take(machine.schedule, &machine.now, &due);
            odd += due.planned.us != first.us + k * intervals[i];
            schedule_ended(machine.schedule, due.entry);
        }
        ck_assert_int_eq(odd, 0);
        machine_end(&machine);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("clock");
    TCase *tests = tcase_create("clock");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, a_clock_that_is_set_skips_and_repeats_as_promised, 0,
                        (int)COUNT_OF(steps));
    tcase_add_test(tests, a_second_more_or_less_gives_no_slot_twice);
    tcase_add_test(tests, times_that_come_again_are_slots_of_their_own);
    tcase_add_test(tests, two_hours_of_sleep_are_told_and_not_made_up_for);
    tcase_add_test(tests, a_monitor_that_hung_is_late);
    tcase_add_test(tests, a_restart_within_a_slot_loses_none);
    tcase_add_test(tests, a_long_absence_is_recorded_within_bounds);
    tcase_add_test(tests, a_restart_under_a_clock_set_back_repeats_no_slot);
    tcase_add_test(tests, slots_missed_twice_over_come_out_once);
    tcase_add_loop_test(tests, a_fleet_does_not_stampede, 0, (int)COUNT_OF(events));
    tcase_add_loop_test(tests, days_have_their_slots, 0, (int)COUNT_OF(days));
    tcase_add_test(tests, cron_slots_are_missed_once);
    tcase_add_test(tests, a_million_periods_drift_by_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
