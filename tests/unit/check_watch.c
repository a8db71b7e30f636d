/* SPDX-License-Identifier: MIT */
/*
 * daemon/: what people hear of a shop that is watched, from the first request to the change in the
 * store: one that comes and goes, with a restart in the middle of it, and one in maintenance.
 */
#include "tests/unit/runner.h"

#include "monitor/base/buffer.h"
#include "monitor/daemon/pipeline.h"
#include "monitor/net/http_server.h"
#include "tests/unit/store_fixture.h"

#include <stdio.h>
#include <string.h>

static struct store_fixture fixture;

static void set_up(void)
{
    store_fixture_set_up(&fixture);
    snprintf(fixture.url, sizeof fixture.url, "sqlite:%.99s/watched.db", fixture.directory);
}

static void tear_down(void)
{
    store_fixture_tear_down(&fixture);
}

/* A shop whose answers are written down: `!` fails, `.` passes; past them it fails. */
struct shop_server {
    const char *answers;
    size_t asked, until; /* after so many requests the monitor is stopped */
    struct pipeline *pipeline;
};

static void serve(void *data, struct http_request *request)
{
    struct shop_server *shop = data;
    bool passes = shop->asked < strlen(shop->answers) && shop->answers[shop->asked] == '.';
    const struct http_reply reply = {
        .status = passes ? 200 : 503, .content_type = "text/plain", .body = "ok", .body_length = 2};
    http_reply(request, &reply);
    if (++shop->asked == shop->until)
        pipeline_stop(shop->pipeline);
}

/* Watches the shop, every second from one place, until it was asked `count` times more. The last
 * answer is not waited for. */
static void watch(struct shop_server *shop, size_t count, const char *further_keys)
{
    struct error error = {0};
    struct mistakes mistakes = {.arena = arena_create()};
    shop->until = shop->asked + count;
    struct http_server *server = http_server_open(fixture.loop, "127.0.0.1:0", serve, shop, &error);
    store_fixture_put(&fixture, "a.yaml",
                      "shopwatch: 1\njourney: one\nevery: 1s\ntimeout: 500ms\nsteps:\n"
                      "  - {step: alive, get: /, needs: [web], expect: [status == 200]}\n");
    const char *path =
        store_fixture_put(&fixture, "shop.yml",
                          "shop: S\nbase: %s\nscenarios: [a.yaml]\nstore: sqlite:watched.db\n"
                          "components: {web: {kind: application}}\n%s",
                          http_server_url(server), further_keys);
    struct settings *settings = settings_load(path, &mistakes);
    ck_assert_uint_eq(mistakes.count, 0);
    store_close(fixture.store);
    fixture.store = NULL;
    shop->pipeline = pipeline_create(fixture.loop, settings, &(struct pipeline_options){0}, &error);
    ck_assert_msg(shop->pipeline != NULL, "%s", error.text);
    pipeline_start(shop->pipeline);
    loop_run(fixture.loop);
    pipeline_free(shop->pipeline);
    arena_free(mistakes.arena);
    http_server_close(server);
    store_fixture_reopen(&fixture);
}

/* --- what is in the store afterwards --------------------------------------------------------- */

struct told {
    struct buffer text;
    bool done;
};

static void note_changes(void *data, enum result result, const struct store_changes *changes)
{
    struct told *told = data;
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < changes->count; i++)
        buffer_print(&told->text, "%s%s%s", i > 0 ? " " : "",
                     incident_change_word(changes->incidents[i].change),
                     changes->incidents[i].flapping ? "!" : "");
    told->done = true;
}

static void note_incidents(void *data, enum result result, const struct store_incidents *incidents)
{
    struct told *told = data;
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < incidents->count; i++) {
        const struct incident *incident = &incidents->incidents[i];
        buffer_print(&told->text, "%s%s%s, came back %u times", incident->muted ? "muted " : "",
                     incident->flapping ? "flapping " : "",
                     incident->resolved.us == 0 ? "open" : "over", incident->reopened);
    }
    told->done = true;
}

static void expect_heard(const char *changes, const char *incidents)
{
    struct told heard = {.done = false}, kept = {.done = false};
    buffer_init(&heard.text, 4096);
    buffer_init(&kept.text, 4096);
    store_read_changes(fixture.store, 0, 0, note_changes, &heard);
    store_read_incidents(fixture.store, false, 0, note_incidents, &kept);
    store_fixture_wait_for(&fixture, &heard.done);
    store_fixture_wait_for(&fixture, &kept.done);
    ck_assert_str_eq(heard.text.length > 0 ? heard.text.data : "", changes);
    ck_assert_str_eq(kept.text.length > 0 ? kept.text.data : "", incidents);
    buffer_free(&heard.text);
    buffer_free(&kept.text);
}

/* --- stories --------------------------------------------------------------------------------- */

/* The last answer of each monitor comes too late for it. */
START_TEST(what_comes_and_goes_is_hushed_also_by_the_next_monitor)
{
    struct shop_server shop = {.answers = "!!.!!-"
                                          ".!!-"
                                          ".!!-"};
    watch(&shop, 6, "");
    expect_heard("opened resolved reopened", "open, came back 1 times");
    watch(&shop, 4, "");
    expect_heard("opened resolved reopened resolved reopened!", "flapping open, came back 2 times");
    watch(&shop, 4, "");
    expect_heard("opened resolved reopened resolved reopened!", "flapping open, came back 3 times");
}
END_TEST

START_TEST(nobody_hears_of_maintenance_until_it_is_outlasted)
{
    struct shop_server shop = {.answers = ""};
    watch(&shop, 4, "maintenance:\n  - {title: works, start: 2026-01-01 00:00}\n");
    expect_heard("", "muted open, came back 0 times");
    watch(&shop, 4, "");
    expect_heard("opened", "open, came back 0 times");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("watch");
    TCase *tests = tcase_create("watch");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_comes_and_goes_is_hushed_also_by_the_next_monitor);
    tcase_add_test(tests, nobody_hears_of_maintenance_until_it_is_outlasted);
    suite_add_tcase(suite, tests);
    return suite;
}
