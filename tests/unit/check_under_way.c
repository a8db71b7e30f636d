/* SPDX-License-Identifier: MIT */
/*
 * daemon/: when a run fails, what others under way wait for goes into its record and its verdict;
 * against a real server, whose database's step hangs from a moment on. Who judges stored runs again
 * sees the same.
 */
#include "tests/unit/runner.h"

#include "monitor/daemon/pipeline.h"
#include "monitor/daemon/rejudge.h"
#include "monitor/net/http_server.h"
#include "tests/unit/store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BREAKS_AFTER (2500 * DURATION_MILLISECOND)
#define RUNS_FOR     (7500 * DURATION_MILLISECOND)

static struct store_fixture fixture;
static bool is_broken;
static unsigned tries; /* of /order */

static void set_up(void)
{
    store_fixture_set_up(&fixture);
    is_broken = false;
    tries = 0;
}

static void tear_down(void)
{
    store_fixture_tear_down(&fixture);
}

/* Each second try of /order holds. Then it gets no answer, and all else an error at once. */
static void serve(void *data, struct http_request *request)
{
    (void)data;
    bool is_order = strcmp(http_request_path(request), "/order") == 0;
    bool is_first = is_order && tries++ % 2 == 0;
    const struct http_reply reply = {.status = is_first    ? 202
                                               : is_broken ? 500
                                                           : 200,
                                     .content_type = "text/plain",
                                     .body = "ok",
                                     .body_length = 2};
    if (!is_broken || !is_order || is_first)
        http_reply(request, &reply);
}

static void break_down(void *data)
{
    *(bool *)data = true;
}

static void stop(void *data)
{
    pipeline_stop(data);
}

static const char *shop_file(const struct http_server *server)
{
    store_fixture_put(&fixture, "look.yaml",
                      "shopwatch: 1\njourney: look\nevery: 1s\ntimeout: 500ms\nsteps:\n"
                      "  - {step: alive, get: /, needs: [web]}\n");
    store_fixture_put(&fixture, "buy.yaml",
                      "shopwatch: 1\njourney: buy\nevery: 1s\ntimeout: 3s\nsteps:\n"
                      "  - {step: order, get: /order, needs: [db],\n"
                      "     until: {holds: status == 200, every: 200ms, for: 3s}}\n");
    return store_fixture_put(&fixture, "shop.yml",
                             "shop: S\nbase: %s\nscenarios: [look.yaml, buy.yaml]\n"
                             "store: sqlite:watched.db\n"
                             "components: {web: {kind: application}, db: {kind: database}}\n",
                             http_server_url(server));
}

/* Lets a pipeline watch it, then opens its store for reading. */
static void watch(void)
{
    struct error error = {0};
    struct mistakes mistakes = {.arena = arena_create()};
    struct http_server *server = http_server_open(fixture.loop, "127.0.0.1:0", serve, NULL, &error);
    struct settings *settings = settings_load(shop_file(server), &mistakes);
    ck_assert_ptr_nonnull(settings);
    struct pipeline *pipeline =
        pipeline_create(fixture.loop, settings, &(struct pipeline_options){0}, &error);
    ck_assert_msg(pipeline != NULL, "%s", error.text);
    struct loop_timer *breaking = loop_timer_create(fixture.loop, break_down, &is_broken);
    struct loop_timer *stopping = loop_timer_create(fixture.loop, stop, pipeline);
    pipeline_start(pipeline);
    loop_timer_set(breaking, BREAKS_AFTER);
    loop_timer_set(stopping, RUNS_FOR);
    loop_run(fixture.loop);
    pipeline_free(pipeline);
    loop_timer_free(breaking);
    loop_timer_free(stopping);
    http_server_close(server);
    arena_free(mistakes.arena);
    store_close(fixture.store);
    fixture.store = NULL;
    snprintf(fixture.url, sizeof fixture.url, "sqlite:%.99s/watched.db", fixture.directory);
    store_fixture_reopen(&fixture);
}

static bool is_weighed(const struct run *run)
{
    for (size_t i = 0; i < run->verdict.evidence_count; i++)
        if (strcmp(run->verdict.evidence[i].fact, "waiting.others") == 0)
            return true;
    return false;
}

/* The first try did not wait, and the pause behind it is none. */
static bool is_second_try(const struct store_runs *runs, struct wall_time moment)
{
    for (size_t i = 0; i < runs->count; i++) {
        const struct run *run = runs->runs[i];
        if (strcmp(run->journey, "buy") == 0 && run->step_count == 1 &&
            run->steps[0].exchange_count == 2 && run->steps[0].exchanges[1].started.us == moment.us)
            return true;
    }
    return false;
}

START_TEST(what_others_wait_for_is_in_the_record)
{
    watch();
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    unsigned told = 0;
    for (size_t i = 0; i < runs.count; i++) {
        const struct run *run = runs.runs[i];
        bool has_failed = run->state == STATE_FAILED && run_first_failure(run) != NULL;
        ck_assert(run->looked_around == has_failed);
        if (strcmp(run->journey, "look") != 0)
            continue;
        ck_assert_uint_le(run->waiting_count, 1);
        ck_assert(is_weighed(run) == (run->waiting_count == 1));
        if (run->waiting_count == 0)
            continue;
        const struct waiting *waiting = &run->waiting[0];
        told++;
        ck_assert_str_eq(waiting->journey, "buy");
        ck_assert_str_eq(waiting->step, "order");
        ck_assert(is_second_try(&runs, waiting->started));
        ck_assert_int_ge(waiting->waited, 300 * DURATION_MILLISECOND);
        ck_assert_int_ge(waiting->waited, 3 * waiting->usual);
        ck_assert_int_le(wall_after(waiting->started, waiting->waited).us,
                         run->slot.ended.us + DURATION_MILLISECOND);
    }
    ck_assert_uint_ge(told, 1);
    store_fixture_release(&runs);
}
END_TEST

/* Records as they were before they said it, in a store of their own. */
static struct store_fixture copy;

static void copy_without(struct store_runs *runs)
{
    store_fixture_set_up(&copy);
    for (size_t i = 0; i < runs->count; i++) {
        struct run *run = runs->runs[i];
        runs->runs[i] = NULL;
        run->looked_around = false;
        run->waiting_count = 0;
        store_fixture_append(&copy, run);
    }
}

struct again {
    const struct store_runs *told; /* as they were recorded */
    unsigned waiting;
};

static const struct run *find_run(const struct store_runs *runs, const char *id)
{
    for (size_t i = 0; i < runs->count; i++)
        if (strcmp(runs->runs[i]->id, id) == 0)
            return runs->runs[i];
    return NULL;
}

static void see_again(void *data, const struct run *run, const struct verdict *then,
                      const struct diagnosis *diagnosis)
{
    struct again *again = data;
    const struct run *told = find_run(again->told, run->id);
    (void)then;
    (void)diagnosis;
    ck_assert_ptr_nonnull(told);
    ck_assert_uint_eq(run->waiting_count, told->waiting_count);
    for (size_t i = 0; i < run->waiting_count; i++) {
        ck_assert_str_eq(run->waiting[i].journey, told->waiting[i].journey);
        ck_assert_str_eq(run->waiting[i].step, told->waiting[i].step);
        ck_assert_int_eq(run->waiting[i].started.us, told->waiting[i].started.us);
        /* Stamps in a record are of whole milliseconds. */
        ck_assert_int_lt(llabs(run->waiting[i].waited - told->waiting[i].waited),
                         2 * DURATION_MILLISECOND);
    }
    again->waiting += run->waiting_count > 0;
}

static void ignore_change(void *data, enum incident_change change, const struct incident *incident)
{
    (void)data;
    (void)change;
    (void)incident;
}

static void ignore_incident(void *data, const struct incident *then, const struct incident *now)
{
    (void)data;
    (void)then;
    (void)now;
}

START_TEST(who_judges_again_sees_the_same)
{
    watch();
    struct store_runs told = store_fixture_read(&fixture, &(struct store_filter){0});
    struct store_runs taken = store_fixture_read(&fixture, &(struct store_filter){0});
    copy_without(&taken);
    store_fixture_release(&taken);
    struct again again = {.told = &told};
    struct error error = {0};
    struct mistakes mistakes = {.arena = arena_create()};
    struct settings *settings = settings_load(fixture.put, &mistakes);
    ck_assert_ptr_nonnull(settings);
    const struct rejudge_question question = {.settings = settings};
    const struct rejudge_listener listener = {see_again, ignore_change, ignore_incident, &again};
    ck_assert_int_eq(rejudge(copy.loop, copy.store, &question, &listener, &error), RESULT_OK);
    ck_assert_uint_ge(again.waiting, 1);
    settings_free(settings);
    arena_free(mistakes.arena);
    store_fixture_tear_down(&copy);
    store_fixture_release(&told);
}
END_TEST

START_TEST(where_nothing_ran_nothing_is_judged)
{
    struct error error = {0};
    struct again again = {.told = NULL};
    struct settings settings = {.shop = NULL};
    const struct rejudge_question question = {.settings = &settings};
    const struct rejudge_listener listener = {see_again, ignore_change, ignore_incident, &again};
    ck_assert_int_eq(rejudge(fixture.loop, fixture.store, &question, &listener, &error), RESULT_OK);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("under way");
    TCase *tests = tcase_create("under way");
    tcase_set_timeout(tests, 30);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_others_wait_for_is_in_the_record);
    tcase_add_test(tests, who_judges_again_sees_the_same);
    tcase_add_test(tests, where_nothing_ran_nothing_is_judged);
    suite_add_tcase(suite, tests);
    return suite;
}
