/* SPDX-License-Identifier: MIT */
/*
 * schedule/: grids, cron lines, who shares which slot, overlap, lateness, clock steps. Time is a
 * parameter, so nothing here waits.
 */
#include "tests/unit/runner.h"

#include "monitor/base/date.h"
#include "monitor/base/zone.h"
#include "monitor/schedule/schedule.h"
#include "monitor/schedule/window.h"
#include "scenarios/cron.h"

#include <stdio.h>

static const struct wall_time start = {1763906820 * DURATION_SECOND};

static struct schedule_entry entry_of(const char *journey, duration every, bool kill_overlap)
{
    return (struct schedule_entry){
        .timetable = timetable_of_interval(journey, every, MODE_BURST, 0, 1),
        .kill_overlap = kill_overlap,
    };
}

/* All clocks, on a machine that never slept and was never set. */
static struct clock_reading at(struct wall_time wall)
{
    return (struct clock_reading){wall, {wall.us}, {wall.us}};
}

static struct schedule *schedule_at(const struct schedule_entry *entries, size_t count,
                                    struct wall_time wall)
{
    struct clock_reading now = at(wall);
    return schedule_create(entries, count, &now);
}

/* As the monitor looks, which it does every second: also just before a slot. */
static bool take_at(struct schedule *schedule, struct wall_time wall, struct schedule_due *due)
{
    struct clock_reading before = at(wall_after(wall, -1)), now = at(wall);
    if (schedule_next(schedule).us == wall.us)
        ck_assert(!schedule_take(schedule, &before, due));
    return schedule_take(schedule, &now, due);
}

/* One journey from two vantage points. */
static struct schedule *schedule_of(duration every, bool kill_overlap)
{
    struct schedule_entry entries[] = {entry_of("cart", every, kill_overlap),
                                       entry_of("cart", every, kill_overlap)};
    return schedule_at(entries, COUNT_OF(entries), start);
}

static struct schedule_due take(struct schedule *schedule, struct wall_time now)
{
    struct schedule_due due = {0};
    ck_assert(take_at(schedule, now, &due));
    return due;
}

START_TEST(vantage_points_share_a_slot)
{
    struct schedule *schedule = schedule_of(DURATION_MINUTE, false);
    struct schedule_due due;
    struct wall_time first = schedule_next(schedule);
    ck_assert_int_gt(first.us, start.us);
    ck_assert_int_le(first.us, start.us + DURATION_MINUTE);
    ck_assert(!take_at(schedule, wall_after(first, -1), &due));
    struct schedule_due here = take(schedule, first), there = take(schedule, first);
    ck_assert_uint_eq(here.entry, 0);
    ck_assert_uint_eq(there.entry, 1);
    ck_assert_int_eq(here.planned.us, there.planned.us);
    ck_assert(!take_at(schedule, first, &due));
    ck_assert_int_eq(schedule_next(schedule).us, first.us + DURATION_MINUTE);
    schedule_free(schedule);
}
END_TEST

START_TEST(a_restart_moves_nothing)
{
    struct schedule *schedule = schedule_of(DURATION_MINUTE, false);
    struct schedule_entry entry = entry_of("cart", DURATION_MINUTE, false);
    struct schedule *later = schedule_at(&entry, 1, wall_after(start, 7 * DURATION_MINUTE + 12345));
    ck_assert_int_eq(schedule_next(schedule).us % DURATION_MINUTE,
                     schedule_next(later).us % DURATION_MINUTE);
    ck_assert_int_ne(timetable_of_interval("cart", DURATION_MINUTE, MODE_BURST, 0, 1).offset,
                     timetable_of_interval("browse", DURATION_MINUTE, MODE_BURST, 0, 1).offset);
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

START_TEST(many_entries_come_out_in_order)
{
    enum { COUNT = 300 };
    struct schedule_entry entries[COUNT];
    char names[COUNT][8];
    for (int i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "j%d", i);
        entries[i] = entry_of(names[i], (i % 7 + 1) * DURATION_SECOND, true);
    }
    struct schedule *schedule = schedule_at(entries, COUNT, start);
    struct schedule_due due;
    unsigned taken = 0;
    int64_t last = 0;
    while (take_at(schedule, wall_after(start, 7 * DURATION_SECOND), &due)) {
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
    struct schedule *schedule = schedule_at(NULL, 0, start);
    struct schedule_due due;
    ck_assert_int_eq(schedule_next(schedule).us, INT64_MAX);
    ck_assert(!take_at(schedule, start, &due));
    schedule_free(schedule);
}
END_TEST

/* --- who shares which slot ------------------------------------------------------------------ */

enum { VANTAGES = 3 };

/* The slots of each vantage point in one stretch of time, from `since` on. */
struct shared {
    struct wall_time slots[VANTAGES][64];
    size_t counts[VANTAGES];
};

static struct shared share(const struct timetable timetables[VANTAGES], struct wall_time since,
                           duration length)
{
    struct schedule_entry entries[VANTAGES] = {{.timetable = timetables[0], .kill_overlap = true},
                                               {.timetable = timetables[1], .kill_overlap = true},
                                               {.timetable = timetables[2], .kill_overlap = true}};
    struct schedule *schedule = schedule_at(entries, VANTAGES, since);
    struct shared shared = {0};
    struct schedule_due due;
    while (schedule_next(schedule).us <= since.us + length) {
        ck_assert(take_at(schedule, schedule_next(schedule), &due));
        ck_assert(due.action == SCHEDULE_START || due.action == SCHEDULE_KILL);
        ck_assert_uint_lt(shared.counts[due.entry], 64);
        shared.slots[due.entry][shared.counts[due.entry]++] = due.planned;
    }
    schedule_free(schedule);
    return shared;
}

static struct shared share_interval(enum mode mode, duration every, struct wall_time since,
                                    duration length)
{
    struct timetable timetables[VANTAGES];
    for (unsigned i = 0; i < VANTAGES; i++)
        timetables[i] = timetable_of_interval("cart", every, mode, i, VANTAGES);
    return share(timetables, since, length);
}

START_TEST(burst_has_all_in_each_slot)
{
    struct shared shared = share_interval(MODE_BURST, DURATION_MINUTE, start, 10 * DURATION_MINUTE);
    for (size_t v = 0; v < VANTAGES; v++) {
        ck_assert_uint_eq(shared.counts[v], 10);
        for (size_t i = 0; i < 10; i++)
            ck_assert_int_eq(shared.slots[v][i].us, shared.slots[0][i].us);
    }
}
END_TEST

START_TEST(spread_has_all_in_each_interval_at_even_distances)
{
    struct shared shared =
        share_interval(MODE_SPREAD, DURATION_MINUTE, start, 10 * DURATION_MINUTE);
    duration offsets[VANTAGES];
    for (size_t v = 0; v < VANTAGES; v++) {
        ck_assert_uint_eq(shared.counts[v], 10);
        offsets[v] = shared.slots[v][0].us % DURATION_MINUTE;
        for (size_t i = 1; i < 10; i++)
            ck_assert_int_eq(wall_between(shared.slots[v][i - 1], shared.slots[v][i]),
                             DURATION_MINUTE);
    }
    for (size_t v = 0; v < VANTAGES; v++)
        ck_assert_int_eq((offsets[(v + 1) % VANTAGES] - offsets[v] + DURATION_MINUTE) %
                             DURATION_MINUTE,
                         20 * DURATION_SECOND);
}
END_TEST

START_TEST(rotate_has_one_in_each_slot_by_turns)
{
    struct shared all = share_interval(MODE_BURST, DURATION_MINUTE, start, 12 * DURATION_MINUTE);
    struct shared shared =
        share_interval(MODE_ROTATE, DURATION_MINUTE, start, 12 * DURATION_MINUTE);
    size_t first = VANTAGES;
    for (size_t v = 0; v < VANTAGES; v++) {
        ck_assert_uint_eq(shared.counts[v], 4);
        if (shared.slots[v][0].us == all.slots[0][0].us)
            first = v;
    }
    ck_assert_uint_lt(first, VANTAGES);
    for (size_t i = 0; i < 12; i++)
        ck_assert_int_eq(shared.slots[(first + i) % VANTAGES][i / VANTAGES].us, all.slots[0][i].us);
}
END_TEST

/* A restart in the midst of it: the turn is whose it would have been. */
START_TEST(a_restart_changes_no_turn)
{
    struct shared before =
        share_interval(MODE_ROTATE, DURATION_MINUTE, start, 30 * DURATION_MINUTE);
    struct shared after = share_interval(
        MODE_ROTATE, DURATION_MINUTE, wall_after(start, 15 * DURATION_MINUTE + 7 * DURATION_SECOND),
        15 * DURATION_MINUTE - 7 * DURATION_SECOND);
    for (size_t v = 0; v < VANTAGES; v++)
        for (size_t i = 1; i <= after.counts[v]; i++)
            ck_assert_int_eq(after.slots[v][after.counts[v] - i].us,
                             before.slots[v][before.counts[v] - i].us);
}
END_TEST

/* --- cron ----------------------------------------------------------------------------------- */

static struct wall_time instant(const char *text)
{
    struct wall_time time = {0};
    ck_assert_int_eq(date_parse(text, &time), DATE_RFC3339);
    return time;
}

struct cron_scene {
    struct arena *arena;
    struct cron cron;
    struct scenario scenario;
};

static void cron_scene_open(struct cron_scene *scene, const char *line, enum mode mode)
{
    struct cron_mistake mistake;
    scene->arena = arena_create();
    ck_assert_int_eq(cron_parse(scene->arena, line, &scene->cron, &mistake), RESULT_OK);
    scene->scenario = (struct scenario){.journey = "cart",
                                        .cron = &scene->cron,
                                        .every = cron_interval(&scene->cron),
                                        .mode = mode};
    ck_assert_int_eq(zone_read(scene->arena, "Europe/Berlin", &scene->scenario.zone), RESULT_OK);
}

static struct shared cron_scene_share(struct cron_scene *scene, const char *since, duration length)
{
    struct timetable timetables[VANTAGES];
    for (unsigned i = 0; i < VANTAGES; i++)
        timetables[i] = timetable_of(&scene->scenario, 0, i, VANTAGES);
    return share(timetables, instant(since), length);
}

/* In Berlin a day has 23 hours in March and 25 in October. */
static const struct {
    const char *line, *since;
    size_t count;
} cron_days[] = {
    {"0 * * * *", "2026-03-28T22:59:00Z", 23},    {"0 * * * *", "2026-10-24T21:59:00Z", 25},
    {"30 2 * * *", "2026-03-28T22:59:00Z", 1},    {"30 2 * * *", "2026-10-24T21:59:00Z", 1},
    {"0 0-23 * * *", "2026-10-24T21:59:00Z", 24},
};

START_TEST(days_when_clocks_are_set_have_their_slots)
{
    struct cron_scene scene;
    cron_scene_open(&scene, cron_days[_i].line, MODE_BURST);
    duration length = _i == 0 || _i == 2 ? 23 * DURATION_HOUR : 25 * DURATION_HOUR;
    struct shared shared = cron_scene_share(&scene, cron_days[_i].since, length);
    for (size_t v = 0; v < VANTAGES; v++)
        ck_assert_uint_eq(shared.counts[v], cron_days[_i].count);
    arena_free(scene.arena);
}
END_TEST

START_TEST(cron_rotates_by_turns)
{
    struct cron_scene scene;
    cron_scene_open(&scene, "0 8-17 * * MON-FRI", MODE_ROTATE);
    struct shared shared = cron_scene_share(&scene, "2026-10-23T00:00:00Z", 6 * DURATION_DAY);
    struct wall_time at = instant("2026-10-23T00:00:00Z");
    size_t taken[VANTAGES] = {0}, turn = VANTAGES;
    /* Friday, Monday, Tuesday, Wednesday, with clocks set on the Sunday between. */
    for (size_t i = 0; i < 40; i++) {
        size_t now = 0;
        at = cron_after(&scene.cron, scene.scenario.zone, at);
        while (now < VANTAGES && shared.slots[now][taken[now]].us != at.us)
            now++;
        ck_assert_uint_lt(now, VANTAGES);
        ck_assert(turn == VANTAGES || now == (turn + 1) % VANTAGES);
        taken[now]++;
        turn = now;
    }
    ck_assert_uint_eq(shared.counts[0] + shared.counts[1] + shared.counts[2], 40);
    arena_free(scene.arena);
}
END_TEST

START_TEST(an_interval_given_for_all_takes_the_place_of_cron)
{
    struct cron_scene scene;
    cron_scene_open(&scene, "0 8 * * *", MODE_BURST);
    struct timetable timetable = timetable_of(&scene.scenario, DURATION_SECOND, 0, 1);
    struct wall_time next = timetable_after(&timetable, start);
    ck_assert_int_le(wall_between(start, next), DURATION_SECOND);
    ck_assert_int_eq(timetable_after(&timetable, next).us, next.us + DURATION_SECOND);
    arena_free(scene.arena);
}
END_TEST

/* --- maintenance ---------------------------------------------------------------------------- */

static const struct {
    const char *now;
    bool paused, muted, excluded;
    const char *why;
} window_cases[] = {
    {"2026-11-30T00:59:59Z", false, false, false, NULL},
    {"2026-11-30T01:00:00Z", false, true, true, "night"},
    {"2026-11-30T01:59:59Z", false, true, true, "night"},
    {"2026-11-30T02:00:00Z", false, false, false, NULL}, /* an end is not in it */
    {"2026-12-01T03:00:00Z", true, true, true, "works"},
    {"2026-12-01T03:30:00Z", true, true, true, "works"},
    {"2026-12-01T04:00:00Z", false, false, false, NULL}, /* cancelled */
    {"2026-12-02T01:30:00Z", false, true, true, "night"},
};

START_TEST(windows_are_in_force_from_start_to_end)
{
    struct arena *arena = arena_create();
    struct cron cron;
    struct cron_mistake mistake;
    ck_assert_int_eq(cron_parse(arena, "0 2 * * *", &cron, &mistake), RESULT_OK);
    const char *components[] = {"db"}, *journeys[] = {"search"};
    struct maintenance windows[] = {
        {.id = "night", .cron = &cron, .lasting = DURATION_HOUR, .excluded = true},
        {.id = "works",
         .start = instant("2026-12-01T03:00:00Z"),
         .pause = true,
         .cancelled = instant("2026-12-01T04:00:00Z"),
         .components = components,
         .component_count = 1},
        {.id = "other",
         .start = instant("2026-11-01T00:00:00Z"),
         .journeys = journeys,
         .journey_count = 1},
    };
    ck_assert_int_eq(zone_read(arena, "Europe/Berlin", &windows[0].zone), RESULT_OK);
    const char *needs[] = {"web", "db.orders"}, *near[] = {"dbx"};
    const struct maintenance_subject cart = {"cart", "here", needs, 2},
                                     odd = {"cart", "here", near, 1},
                                     search = {"search", "here", NULL, 0};
    const struct maintenance_list list = {windows, COUNT_OF(windows)};
    for (size_t i = 0; i < COUNT_OF(window_cases); i++) {
        struct maintenance_state state = maintenance_at(&list, &cart, instant(window_cases[i].now));
        ck_assert_int_eq(state.paused, window_cases[i].paused);
        ck_assert_int_eq(state.muted, window_cases[i].muted);
        ck_assert_int_eq(state.excluded, window_cases[i].excluded);
        ck_assert_pstr_eq(state.why != NULL ? state.why->id : NULL, window_cases[i].why);
    }
    struct wall_time works = instant("2026-12-01T03:00:00Z");
    ck_assert(!maintenance_at(&list, &odd, works).muted);
    ck_assert_str_eq(maintenance_at(&list, &search, works).why->id, "other");
    ck_assert(!maintenance_at(&list, &search, works).excluded);
    /* A window of some vantage points leaves the others alone. */
    const char *vantages[] = {"there"};
    windows[2].vantages = vantages;
    windows[2].vantage_count = 1;
    ck_assert(!maintenance_at(&list, &search, works).muted);
    const struct maintenance_subject from_there = {"search", "there", NULL, 0};
    ck_assert_str_eq(maintenance_at(&list, &from_there, works).why->id, "other");
    arena_free(arena);
}
END_TEST

static TCase *sharing_tests(void)
{
    TCase *tests = tcase_create("sharing");
    tcase_add_test(tests, burst_has_all_in_each_slot);
    tcase_add_test(tests, spread_has_all_in_each_interval_at_even_distances);
    tcase_add_test(tests, rotate_has_one_in_each_slot_by_turns);
    tcase_add_test(tests, a_restart_changes_no_turn);
    return tests;
}

static TCase *cron_tests(void)
{
    TCase *tests = tcase_create("cron");
    tcase_add_loop_test(tests, days_when_clocks_are_set_have_their_slots, 0,
                        (int)COUNT_OF(cron_days));
    tcase_add_test(tests, cron_rotates_by_turns);
    tcase_add_test(tests, windows_are_in_force_from_start_to_end);
    tcase_add_test(tests, an_interval_given_for_all_takes_the_place_of_cron);
    return tests;
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("schedule");
    TCase *tests = tcase_create("schedule");
    tcase_add_test(tests, vantage_points_share_a_slot);
    tcase_add_test(tests, a_restart_moves_nothing);
    tcase_add_test(tests, overlap_waits_until_told_that_the_run_ended);
    tcase_add_test(tests, overlap_kills_where_asked);
    tcase_add_test(tests, many_entries_come_out_in_order);
    tcase_add_test(tests, nothing_to_do_is_never_due);
    suite_add_tcase(suite, tests);
    suite_add_tcase(suite, sharing_tests());
    suite_add_tcase(suite, cron_tests());
    return suite;
}
