/* SPDX-License-Identifier: MIT */
/*
 * journey/: which row of test data a run takes. Rows are seen in the URLs that were asked for; a
 * port where nobody listens is enough for that.
 */
#include "tests/unit/runner.h"

#include "monitor/journey/journey.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { RUNS_MAX = 8, ROWS = 5 };

struct scene {
    struct loop *loop;
    struct net *net;
    struct net_vantage *vantage;
    struct leases *leases;
    struct scenario *scenario;
    struct run *runs[RUNS_MAX];
    size_t started, ended;
    char pool[32], file[32];
};

static void put_file(char path[32], const char *text)
{
    snprintf(path, 32, "/tmp/check_data_XXXXXX");
    int descriptor = mkstemp(path);
    ck_assert_int_ge(descriptor, 0);
    ck_assert_int_eq(write(descriptor, text, strlen(text)), (ssize_t)strlen(text));
    close(descriptor);
}

/* A scenario with a pool of five rows, A to E. */
static void scene_open(struct scene *scene, const char *keys)
{
    struct error error = {0};
    struct mistakes mistakes = {.arena = arena_create()};
    char text[512];
    *scene = (struct scene){.loop = loop_create(), .leases = leases_create()};
    put_file(scene->pool, "name\nA\nB\nC\nD\nE\n");
    snprintf(text, sizeof text,
             "shopwatch: 1\njourney: test\nbase: http://127.0.0.1:1\n%s\n"
             "data: {buyer: {pool: %s, take: %s}}\n"
             "steps:\n  - {step: a, get: \"/${buyer.name}\"}\n",
             keys, scene->pool, strstr(keys, "rotate") != NULL ? "rotate" : "lease");
    put_file(scene->file, text);
    scene->scenario = scenario_load(scene->file, NULL, &mistakes);
    ck_assert_msg(scene->scenario != NULL, "%s", text);
    arena_free(mistakes.arena);
    scene->net = net_create(scene->loop, &error);
    scene->vantage = net_vantage_open(scene->net, &(struct net_vantage_settings){0}, &error);
    ck_assert_ptr_nonnull(scene->vantage);
}

static void scene_close(struct scene *scene)
{
    for (size_t i = 0; i < scene->ended; i++)
        run_free(scene->runs[i]);
    scenario_free(scene->scenario);
    leases_free(scene->leases);
    net_vantage_close(scene->vantage);
    net_free(scene->net);
    loop_free(scene->loop);
    unlink(scene->pool);
    unlink(scene->file);
}

static void done(void *data, struct run *run)
{
    struct scene *scene = data;
    scene->runs[scene->ended++] = run;
    if (scene->ended == scene->started)
        loop_stop(scene->loop);
}

/* None has ended before all have begun: they begin in a later turn of the loop. */
static void scene_start(struct scene *scene, const char *vantage, int64_t planned)
{
    const struct journey_settings settings = {
        .scenario = scene->scenario,
        .net_vantage = scene->vantage,
        .vantage = vantage,
        .planned = {planned},
        .leases = scene->leases,
        .loop = scene->loop,
    };
    scene->started++;
    journey_start(&settings, done, NULL, scene);
}

/* The letters of the rows, in the order in which runs ended; `-` where there was none. */
static const char *scene_rows(struct scene *scene)
{
    static char rows[RUNS_MAX + 1];
    loop_run(scene->loop);
    for (size_t i = 0; i < scene->ended; i++) {
        const struct run_step *step = &scene->runs[i]->steps[0];
        rows[i] = step->exchange_count > 0 ? strrchr(step->exchanges[0].url, '/')[1] : '-';
    }
    rows[scene->ended] = '\0';
    return rows;
}

static int compare_letters(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

START_TEST(no_two_runs_have_a_row_at_once)
{
    struct scene scene;
    char rows[RUNS_MAX + 1];
    scene_open(&scene, "");
    for (int i = 0; i < ROWS + 2; i++)
        scene_start(&scene, "local", 1);
    snprintf(rows, sizeof rows, "%s", scene_rows(&scene));
    qsort(rows, strlen(rows), 1, compare_letters);
    ck_assert_str_eq(rows, "--ABCDE");
    for (size_t i = 0; i < scene.ended; i++) {
        const struct run_step *step = &scene.runs[i]->steps[0];
        if (step->exchange_count > 0)
            continue;
        ck_assert_int_eq(step->symptom, SYMPTOM_MONITOR_VARIABLE_MISSING);
        ck_assert_int_eq(scene.runs[i]->state, STATE_UNKNOWN);
        ck_assert_ptr_nonnull(strstr(step->actual, "other runs have all rows of "));
    }
    scene_close(&scene);
}
END_TEST

START_TEST(a_row_is_given_back_at_the_end)
{
    struct scene scene;
    scene_open(&scene, "every: 1m");
    for (int64_t slot = 7; slot < 11; slot++) {
        scene_start(&scene, "local", slot * DURATION_MINUTE);
        scene_rows(&scene);
    }
    ck_assert_str_eq(scene_rows(&scene), "CDEA");
    scene_close(&scene);
}
END_TEST

/* Three vantage points share five rows: A and D, B and E, and C. */
START_TEST(vantage_points_have_rows_of_their_own)
{
    static const char *const vantages[] = {"a", "b", "c"};
    static const char *const rows[] = {"ADAD", "BEBE", "CCCC"};
    struct scene scene;
    scene_open(&scene, "from: [a, b, c]");
    for (int64_t slot = 0; slot < 4; slot++) {
        scene_start(&scene, vantages[_i], slot * DURATION_MINUTE);
        scene_rows(&scene);
    }
    ck_assert_str_eq(scene_rows(&scene), rows[_i]);
    scene_close(&scene);
}
END_TEST

START_TEST(two_journeys_share_the_rows_of_a_file)
{
    struct scene scene;
    struct mistakes mistakes = {.arena = arena_create()};
    size_t row = ROWS, first = ROWS;
    scene_open(&scene, "");
    struct scenario *other = scenario_load(scene.file, NULL, &mistakes);
    ck_assert_ptr_nonnull(other);
    ck_assert(leases_take(scene.leases, &scene.scenario->pools[0], 0, 1, 0, &first));
    ck_assert(leases_take(scene.leases, &other->pools[0], 0, 1, 0, &row));
    ck_assert_uint_eq(first, 0);
    ck_assert_uint_eq(row, 1);
    leases_give_back(scene.leases, &other->pools[0], first);
    ck_assert(leases_take(scene.leases, &other->pools[0], 0, 1, 0, &row));
    ck_assert_uint_eq(row, 0);
    /* A part that has no row. */
    ck_assert(!leases_take(scene.leases, &other->pools[0], 7, 8, 0, &row));
    scenario_free(other);
    arena_free(mistakes.arena);
    scene_close(&scene);
}
END_TEST

/* By slots: those of an interval, and those of a cron line over a night. */
static const struct {
    const char *keys;
    int64_t planned[4];
    const char *rows;
} rotate_cases[] = {
    {"every: 1m # rotate", {0, 60, 120, 360}, "ABCB"},
    /* 2024-01-01 and 02, 8:00 and 20:00 UTC. */
    {"cron: 0 8,20 * * * # rotate", {1704096000, 1704139200, 1704182400, 1704225600}, "ABCD"},
};

START_TEST(rotation_goes_on_from_slot_to_slot)
{
    struct scene scene;
    scene_open(&scene, rotate_cases[_i].keys);
    for (size_t i = 0; i < 4; i++) {
        scene_start(&scene, "local", rotate_cases[_i].planned[i] * DURATION_SECOND);
        scene_rows(&scene);
    }
    ck_assert_str_eq(scene_rows(&scene), rotate_cases[_i].rows);
    scene_close(&scene);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("journey data");
    TCase *tests = tcase_create("journey data");
    tcase_add_test(tests, no_two_runs_have_a_row_at_once);
    tcase_add_test(tests, a_row_is_given_back_at_the_end);
    tcase_add_loop_test(tests, vantage_points_have_rows_of_their_own, 0, 3);
    tcase_add_test(tests, two_journeys_share_the_rows_of_a_file);
    tcase_add_loop_test(tests, rotation_goes_on_from_slot_to_slot, 0, (int)COUNT_OF(rotate_cases));
    suite_add_tcase(suite, tests);
    return suite;
}
