/* SPDX-License-Identifier: MIT */
/*
 * daemon/: each planned slot ends in one record, in one state, and where its steps do not say why,
 * with the reason that shopwatch(1) promises. A real pipeline, shop and store; the reasons that
 * come of clocks are in check_clock.c, those of restarts, maintenance and references in
 * check_daemon.c.
 */
#include "tests/unit/runner.h"

#include "monitor/daemon/pipeline.h"
#include "monitor/net/http_server.h"
#include "monitor/record/reason.h"
#include "tests/unit/store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct store_fixture fixture;

static void set_up(void)
{
    store_fixture_set_up(&fixture);
}

static void tear_down(void)
{
    store_fixture_tear_down(&fixture);
}

/* A slot each second. */
static void put_journey(const char *name, const char *rest)
{
    char file[64];
    snprintf(file, sizeof file, "%s.yaml", name);
    store_fixture_put(&fixture, file, "shopwatch: 1\njourney: %s\nevery: 1s\ntimeout: 500ms\n%s",
                      name, rest);
}

/* --- the shop -------------------------------------------------------------------------------- */

/* Once, when /block is asked for, the monitor stands still for so long: it is in the same process.
 * That request gets no answer. */
static struct {
    struct http_server *server;
    duration hold_up;
    bool held_up;
    unsigned requests;
} shop;

static void stand_still(duration time)
{
    const struct timespec pause = {time / DURATION_SECOND, time % DURATION_SECOND * 1000};
    nanosleep(&pause, NULL);
}

static void serve(void *data, struct http_request *request)
{
    (void)data;
    shop.requests++;
    if (strcmp(http_request_path(request), "/block") == 0 && shop.requests > 10 && !shop.held_up) {
        shop.held_up = true;
        stand_still(shop.hold_up);
        return;
    }
    bool is_found = strcmp(http_request_path(request), "/missing") != 0;
    const struct http_reply reply = {.status = is_found ? 200 : 404,
                                     .content_type = "application/json",
                                     .body = "{\"id\":1,\"orders\":[]}",
                                     .body_length = 20};
    http_reply(request, &reply);
}

static void stop(void *data)
{
    pipeline_stop(data);
}

/* Lets the journeys be watched for a while; then their records are in the fixture's store. */
static void watch(const char *further_keys, duration time)
{
    struct error error = {0};
    struct mistakes mistakes = {.arena = arena_create()};
    shop.server = http_server_open(fixture.loop, "127.0.0.1:0", serve, NULL, &error);
    const char *file =
        store_fixture_put(&fixture, "shop.yml",
                          "shop: S\nbase: %s\nscenarios: ['*.yaml']\nstore: sqlite:watched.db\n%s",
                          http_server_url(shop.server), further_keys);
    struct settings *settings = settings_load(file, &mistakes);
    ck_assert_msg(settings != NULL, "%s", mistakes.count > 0 ? mistakes.items[0].text : "");
    struct pipeline *pipeline =
        pipeline_create(fixture.loop, settings, &(struct pipeline_options){0}, &error);
    ck_assert_msg(pipeline != NULL, "%s", error.text);
    struct loop_timer *timer = loop_timer_create(fixture.loop, stop, pipeline);
    pipeline_start(pipeline);
    loop_timer_set(timer, time);
    loop_run(fixture.loop);
    pipeline_free(pipeline);
    loop_timer_free(timer);
    arena_free(mistakes.arena);
    http_server_close(shop.server);
    store_close(fixture.store);
    fixture.store = NULL;
    snprintf(fixture.url, sizeof fixture.url, "sqlite:%.99s/watched.db", fixture.directory);
    store_fixture_reopen(&fixture);
}

/* --- what became of a journey's slots -------------------------------------------------------- */

struct tally {
    size_t slots, own; /* own: of no reason */
    size_t reasons[REASON_COUNT];
    struct wall_time first, last;
    enum state state[REASON_COUNT]; /* of the latest with a reason */
};

static struct tally tally_of(const struct store_runs *runs, const char *journey)
{
    struct tally tally = {.first = {INT64_MAX}};
    for (size_t i = 0; i < runs->count; i++) {
        const struct run *run = runs->runs[i];
        if (strcmp(run->journey, journey) != 0)
            continue;
        enum reason reason = reason_from_words(run->reason);
        ck_assert(run->reason == NULL || reason != REASON_COUNT);
        tally.slots++;
        tally.own += reason == REASON_COUNT;
        if (reason != REASON_COUNT) {
            tally.reasons[reason]++;
            tally.state[reason] = run->state;
        }
        if (run->slot.planned.us < tally.first.us)
            tally.first = run->slot.planned;
        if (run->slot.planned.us > tally.last.us)
            tally.last = run->slot.planned;
    }
    return tally;
}

/* One record for each second, from the first to the last, of two or more. */
static void check_whole(const struct tally *tally)
{
    ck_assert_uint_ge(tally->slots, 2);
    ck_assert_int_eq(wall_between(tally->first, tally->last),
                     (duration)(tally->slots - 1) * DURATION_SECOND);
}

static void check_reason(const struct tally *tally, enum reason reason, enum state state)
{
    ck_assert_msg(tally->reasons[reason] > 0, "no slot ended as %s", reason_words(reason));
    ck_assert_msg(tally->state[reason] == state, "%s: state %d", reason_words(reason),
                  (int)tally->state[reason]);
}

/* --- the reasons ----------------------------------------------------------------------------- */

/* Every second run is still going when the next slot is due. */
#define LONG_STEPS "steps:\n  - {step: first, get: /}\n  - {step: second, get: /, think: 1200ms}\n"

/* Puts nothing right: what it leaves behind stays, and one may be left behind. */
#define ORDER_STEPS                                                                                \
    "orders_max: 1\nsteps:\n"                                                                      \
    "  - {step: order, get: /order, mutates: order, capture: {order: jsonpath \"$.id\"}}\n"        \
    "cleanup:\n"                                                                                   \
    "  - {step: cancel, when: order, get: /missing, settles: order}\n"                             \
    "  - step: find\n    when: not order\n    get: /orders\n"                                      \
    "    expect: jsonpath \"$.orders\" isCollection\n"                                             \
    "    find: {order: 'jsonpath \"$.orders[*]\"'}\n"

START_TEST(each_slot_ends_once_with_its_reason)
{
    put_journey("waits", LONG_STEPS);
    put_journey("fails", LONG_STEPS "  - {step: third, get: /missing}\n");
    put_journey("kills", "overlap: kill\n" LONG_STEPS);
    put_journey("orders", ORDER_STEPS);
    put_journey("blocks", "steps:\n  - {step: block, get: /block}\n");
    put_journey("plain", "steps:\n  - {step: page, get: /}\n");
    shop.hold_up = 2500 * DURATION_MILLISECOND;
    watch("", 6500 * DURATION_MILLISECOND);
    ck_assert(shop.held_up);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){.limit = 1000});
    struct tally waits = tally_of(&runs, "waits"), fails = tally_of(&runs, "fails"),
                 kills = tally_of(&runs, "kills"), orders = tally_of(&runs, "orders"),
                 blocks = tally_of(&runs, "blocks"), plain = tally_of(&runs, "plain");
    check_whole(&waits);
    check_whole(&fails);
    check_whole(&kills);
    check_whole(&orders);
    check_whole(&blocks);
    check_whole(&plain);
    /* As the run in its way did. */
    check_reason(&waits, REASON_OVERLAP, STATE_PASSED);
    check_reason(&fails, REASON_OVERLAP, STATE_FAILED);
    check_reason(&kills, REASON_KILLED, STATE_FAILED);
    check_reason(&kills, REASON_STOPPED, STATE_UNKNOWN);
    check_reason(&orders, REASON_CLEANUP_FAILED, STATE_DEGRADED);
    check_reason(&orders, REASON_UNSETTLED, STATE_UNKNOWN);
    check_reason(&blocks, REASON_LAGGED, STATE_UNKNOWN);
    check_reason(&plain, REASON_LATE, STATE_UNKNOWN);
    /* What was missed in those 2.5 s is not made up for in a heap. */
    ck_assert_uint_le(plain.reasons[REASON_LATE], 3);
    ck_assert_uint_ge(plain.own, 3);
    store_fixture_release(&runs);
}
END_TEST

/* Nothing is sent of a run that there is no room for. */
START_TEST(a_monitor_with_too_much_to_do_says_so)
{
    put_journey("waits", LONG_STEPS);
    put_journey("kills", LONG_STEPS);
    put_journey("plain", LONG_STEPS);
    watch("limits: {runs: 1}\n", 3500 * DURATION_MILLISECOND);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){.limit = 1000});
    size_t overload = 0, own = 0;
    static const char *const journeys[] = {"waits", "kills", "plain"};
    for (size_t i = 0; i < COUNT_OF(journeys); i++) {
        struct tally tally = tally_of(&runs, journeys[i]);
        check_whole(&tally);
        overload += tally.reasons[REASON_OVERLOAD];
        own += tally.own;
        if (tally.reasons[REASON_OVERLOAD] > 0)
            check_reason(&tally, REASON_OVERLOAD, STATE_UNKNOWN);
    }
    ck_assert_uint_ge(overload, 3);
    ck_assert_uint_ge(own, 1);
    /* Two each of those that were replayed, at most one of which was stopped before its second. */
    ck_assert_uint_le(shop.requests, 2 * (own + 1));
    store_fixture_release(&runs);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("slots");
    TCase *tests = tcase_create("slots");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, each_slot_ends_once_with_its_reason);
    tcase_add_test(tests, a_monitor_with_too_much_to_do_says_so);
    suite_add_tcase(suite, tests);
    return suite;
}
