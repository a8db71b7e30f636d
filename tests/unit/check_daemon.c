/* SPDX-License-Identifier: MIT */
/*
 * daemon/: settings are checked as a whole, and the pipeline takes slots all the way into the
 * store, against a real server.
 */
#include "tests/unit/runner.h"

#include "monitor/daemon/pipeline.h"
#include "monitor/diagnose/incident.h"
#include "monitor/net/http_server.h"
#include "monitor/record/message.h"
#include "monitor/record/objective.h"
#include "monitor/record/reason.h"
#include "reporters/reporter.h"
#include "tests/unit/store_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct store_fixture fixture;

static void set_up(void)
{
    store_fixture_set_up(&fixture);
}

static void tear_down(void)
{
    store_fixture_tear_down(&fixture);
}

static const char *further_keys = "", *path = "/";

static void put_scenario(const char *name, const char *journey)
{
    store_fixture_put(&fixture, name,
                      "shopwatch: 1\njourney: %s\nevery: 1s\ntimeout: 500ms\n%ssteps:\n"
                      "  - {step: alive, get: \"%s\", needs: [web], expect: [status == 200]}\n",
                      journey, further_keys, path);
}

/* --- settings ------------------------------------------------------------------------------ */

static struct settings *load(const char *shop_file, char *ret_code)
{
    struct mistakes mistakes = {.arena = arena_create()};
    struct settings *settings = settings_load(shop_file, &mistakes);
    snprintf(ret_code, 64, "%s", mistakes.count > 0 ? mistakes.items[0].code : "");
    arena_free(mistakes.arena);
    return settings;
}

START_TEST(settings_hold_the_shop_and_its_scenarios)
{
    char code[64];
    put_scenario("a.yaml", "one");
    put_scenario("b.yaml", "two");
    struct settings *settings =
        load(store_fixture_put(&fixture, "shop.yml",
                               "shop: S\nbase: http://127.0.0.1\nscenarios: ['*.yaml']\n"),
             code);
    ck_assert_str_eq(code, "");
    ck_assert_uint_eq(settings->scenario_count, 2);
    ck_assert_str_eq(settings->scenarios[1]->journey, "two");
    settings_free(settings);
}
END_TEST

START_TEST(the_same_journey_twice_is_a_mistake)
{
    char code[64];
    put_scenario("a.yaml", "one");
    put_scenario("b.yaml", "one");
    ck_assert_ptr_null(
        load(store_fixture_put(&fixture, "shop.yml",
                               "shop: S\nbase: http://127.0.0.1\nscenarios: ['*.yaml']\n"),
             code));
    ck_assert_str_eq(code, "journey.duplicate");
}
END_TEST

START_TEST(patterns_that_match_nothing_are_a_mistake)
{
    char code[64];
    ck_assert_ptr_null(
        load(store_fixture_put(&fixture, "shop.yml", "shop: S\nscenarios: ['no/*.yaml']\n"), code));
    ck_assert_str_eq(code, "scenarios.none");
    ck_assert_ptr_null(load(store_fixture_put(&fixture, "shop.yml", "shop: S\n"), code));
    ck_assert_str_eq(code, "scenarios.none");
}
END_TEST

/* --- pipeline ------------------------------------------------------------------------------ */

struct shop_server {
    struct http_server *server;
    int status;
    unsigned requests, hanging;
};

static void serve(void *data, struct http_request *request)
{
    struct shop_server *shop = data;
    shop->requests++;
    const struct http_reply reply = {
        .status = shop->status, .content_type = "text/plain", .body = "ok", .body_length = 2};
    http_reply(request, &reply);
}

static void stop(void *data)
{
    pipeline_stop(data);
}

/* Called when the pipeline has started; NULL: nobody is. */
static void (*started)(struct pipeline *);

/* Lets a pipeline work on the shop file for a while, then opens its store for reading. */
static void run_pipeline(const char *shop_file, duration time)
{
    struct error error = {0};
    char code[64], file[2 * FIXTURE_PATH_MAX];
    snprintf(file, sizeof file, "%s", shop_file);
    put_scenario("a.yaml", "one");
    struct settings *settings = load(file, code);
    ck_assert_str_eq(code, "");
    struct pipeline *pipeline =
        pipeline_create(fixture.loop, settings, &(struct pipeline_options){0}, &error);
    ck_assert_msg(pipeline != NULL, "%s", error.text);
    struct loop_timer *timer = loop_timer_create(fixture.loop, stop, pipeline);
    pipeline_start(pipeline);
    if (started != NULL)
        started(pipeline);
    loop_timer_set(timer, time);
    loop_run(fixture.loop);
    pipeline_free(pipeline);
    loop_timer_free(timer);
    store_close(fixture.store);
    fixture.store = NULL;
    snprintf(fixture.url, sizeof fixture.url, "sqlite:%.99s/watched.db", fixture.directory);
    store_fixture_reopen(&fixture);
}

/* The same, with a shop that answers `status`, from two vantage points. */
static void watch(int status, duration time)
{
    struct error error = {0};
    struct shop_server shop = {.status = status};
    shop.server = http_server_open(fixture.loop, "127.0.0.1:0", serve, &shop, &error);
    run_pipeline(
        store_fixture_put(&fixture, "shop.yml",
                          "shop: S\nbase: %s\nscenarios: [a.yaml]\nstore: sqlite:watched.db\n"
                          "vantages: {here: {}, there: {source: 127.0.0.2}}\n"
                          "components: {web: {kind: application}}\n",
                          http_server_url(shop.server)),
        time);
    http_server_close(shop.server);
}

/* What went over the wire is stored with the first of each vantage point's runs that end alike. */
static void check_messages(const struct store_runs *runs)
{
    unsigned with[2] = {0}, later[2] = {0};
    for (size_t i = 0; i < runs->count; i++) {
        const struct run *run = runs->runs[i];
        bool there = strcmp(run->vantage, "there") == 0;
        if (store_fixture_is_monitors_own(run) || run->step_count == 0 ||
            run->steps[0].exchange_count == 0)
            continue;
        const struct exchange *exchange = &run->steps[0].exchanges[0];
        ck_assert_int_eq(exchange->request != NULL, exchange->answer != NULL);
        if (exchange->request == NULL) {
            later[there]++;
            continue;
        }
        with[there]++;
        ck_assert_uint_eq(later[there], 0);
        ck_assert_ptr_nonnull(message_header(exchange->request, "Host"));
        ck_assert_str_eq(exchange->answer->body, "ok");
    }
    for (int i = 0; i < 2; i++) {
        ck_assert_uint_eq(with[i], 1);
        ck_assert_uint_ge(later[i], 1);
    }
}

START_TEST(slots_become_stored_runs_from_every_vantage_point)
{
    watch(200, 3 * DURATION_SECOND);
    struct store_runs runs =
        store_fixture_read(&fixture, &(struct store_filter){.with_messages = true});
    check_messages(&runs);
    unsigned from[2] = {0};
    for (size_t i = 0; i < runs.count; i++) {
        if (store_fixture_is_monitors_own(runs.runs[i]))
            continue;
        ck_assert_int_eq(runs.runs[i]->state, STATE_PASSED);
        from[strcmp(runs.runs[i]->vantage, "there") == 0]++;
    }
    ck_assert_uint_ge(from[0], 2);
    ck_assert_uint_ge(from[1], 2);
    store_fixture_release(&runs);
}
END_TEST

/* Answers all but /hang, and counts how often that was asked for. */
static void serve_and_hang(void *data, struct http_request *request)
{
    struct shop_server *shop = data;
    if (strcmp(http_request_path(request), "/hang") != 0) {
        serve(data, request);
        return;
    }
    shop->hanging++;
}

/* From two vantage points, every second for 8 s: without it the step would be sent 16 times. */
START_TEST(a_step_that_hangs_is_held_back)
{
    struct error error = {0};
    struct shop_server shop = {.status = 200};
    shop.server = http_server_open(fixture.loop, "127.0.0.1:0", serve_and_hang, &shop, &error);
    store_fixture_put(&fixture, "b.yaml",
                      "shopwatch: 1\njourney: two\nevery: 1s\ntimeout: 300ms\nsteps:\n"
                      "  - {step: alive, get: /}\n  - {step: hang, get: /hang}\n");
    run_pipeline(
        store_fixture_put(&fixture, "shop.yml",
                          "shop: S\nbase: %s\nscenarios: [b.yaml]\nstore: sqlite:watched.db\n"
                          "vantages: {here: {}, there: {source: 127.0.0.2}}\n",
                          http_server_url(shop.server)),
        8 * DURATION_SECOND);
    http_server_close(shop.server);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    unsigned held = 0, failed = 0;
    for (size_t i = 0; i < runs.count; i++) {
        const struct run *run = runs.runs[i];
        if (store_fixture_is_monitors_own(run))
            continue;
        failed++;
        ck_assert_int_eq(run->state, STATE_FAILED);
        ck_assert_int_ne(run->verdict.cause, CAUSE_NONE);
        ck_assert_int_eq(run->steps[0].state, STATE_PASSED);
        if (reason_from_words(run->reason) != REASON_HELD_BACK)
            continue;
        held++;
        ck_assert_int_eq(run->steps[1].state, STATE_SKIPPED);
        ck_assert_uint_eq(run->steps[1].exchange_count, 0);
    }
    ck_assert_uint_ge(failed, 8);
    ck_assert_uint_ge(held, 1);
    ck_assert(held + shop.hanging >= failed && held + shop.hanging <= runs.count);
    /* Both in the first two slots, then after 1, 2 and 4 s by one. */
    ck_assert_uint_le(shop.hanging, 8);
    ck_assert_uint_ge(shop.hanging, 4);
    store_fixture_release(&runs);
}
END_TEST

/* A paused journey sends nothing, and its slots count nowhere. */
START_TEST(a_paused_journey_sends_nothing)
{
    struct error error = {0};
    struct shop_server shop = {.status = 200};
    shop.server = http_server_open(fixture.loop, "127.0.0.1:0", serve, &shop, &error);
    run_pipeline(store_fixture_put(
                     &fixture, "shop.yml",
                     "shop: S\nbase: %s\nscenarios: [a.yaml]\nstore: sqlite:watched.db\n"
                     "components: {web: {kind: application}}\nmaintenance:\n"
                     "  - {title: works, start: 2026-01-01 00:00, mode: pause, journeys: one}\n",
                     http_server_url(shop.server)),
                 2500 * DURATION_MILLISECOND);
    http_server_close(shop.server);
    ck_assert_uint_eq(shop.requests, 0);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    ck_assert_uint_ge(runs.count, 1);
    for (size_t i = 0; i < runs.count; i++) {
        ck_assert_int_eq(runs.runs[i]->state, STATE_UNKNOWN);
        ck_assert_str_eq(runs.runs[i]->reason, "paused");
        ck_assert(runs.runs[i]->excluded && runs.runs[i]->muted);
        ck_assert_int_eq(runs.runs[i]->verdict.cause, CAUSE_NONE);
    }
    store_fixture_release(&runs);
}
END_TEST

START_TEST(maintenance_of_an_unknown_journey_is_a_mistake)
{
    char code[64];
    put_scenario("a.yaml", "one");
    ck_assert_ptr_null(
        load(store_fixture_put(&fixture, "shop.yml",
                               "shop: S\nbase: http://127.0.0.1\nscenarios: ['a.yaml']\n"
                               "maintenance:\n"
                               "  - {title: t, start: 2026-01-01 00:00, journeys: oone}\n"),
             code));
    ck_assert_str_eq(code, "name.journey");
}
END_TEST

START_TEST(a_hosted_page_shows_only_what_there_is)
{
    static const struct {
        const char *keys, *code;
    } cases[] = {
        {"components: {one: a, web: b}, metrics: {one: c}", ""},
        {"components: {onne: a}", "name.journey"},
        {"components: {webb: a}", "name.journey"},
        {"components: {one: a}, metrics: {web: c}", "name.journey"},
    };
    char code[64], text[500];
    put_scenario("a.yaml", "one");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        snprintf(text, sizeof text,
                 "shop: S\nbase: http://127.0.0.1\nscenarios: ['a.yaml']\n"
                 "components: {web: {kind: application}}\n"
                 "reporters:\n  a: {kind: statuspage, page: x, key: x, %s}\n",
                 cases[i].keys);
        struct settings *settings = load(store_fixture_put(&fixture, "shop.yml", "%s", text), code);
        ck_assert_int_eq(settings != NULL, cases[i].code[0] == '\0');
        ck_assert_str_eq(code, cases[i].code);
        settings_free(settings);
    }
}
END_TEST

START_TEST(every_kind_of_reporter_that_a_file_may_name_is_one)
{
    size_t n = 0;
    for (; reporter_kind_word(n) != NULL; n++)
        ck_assert_msg(reporter_kind_find(reporter_kind_word(n)) != NULL, "%s",
                      reporter_kind_word(n));
    ck_assert_uint_ge(n, 6);
}
END_TEST

/* The slots between two monitors' lives are recorded, and each once. */
START_TEST(slots_of_a_restart_are_recorded)
{
    watch(200, 2 * DURATION_SECOND);
    store_close(fixture.store);
    fixture.store = NULL;
    sleep(2);
    watch(200, 2 * DURATION_SECOND);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    struct wall_time first = {INT64_MAX}, last = {0};
    unsigned here = 0, missed = 0;
    for (size_t i = 0; i < runs.count; i++) {
        const struct run *run = runs.runs[i];
        if (strcmp(run->vantage, "here") != 0)
            continue;
        here++;
        first.us = run->slot.planned.us < first.us ? run->slot.planned.us : first.us;
        last.us = run->slot.planned.us > last.us ? run->slot.planned.us : last.us;
        if (reason_from_words(run->reason) != REASON_RESTART)
            continue;
        missed++;
        ck_assert_int_eq(run->state, STATE_UNKNOWN);
        ck_assert_str_eq(run->verdict.evidence[0].fact, "monitor.restarted");
    }
    ck_assert_uint_ge(missed, 1);
    ck_assert_int_eq(wall_between(first, last), (duration)(here - 1) * DURATION_SECOND);
    store_fixture_release(&runs);
}
END_TEST

static char row_of(const struct run *run)
{
    return strrchr(run->steps[0].exchanges[0].url, '/')[1];
}

/* How long after a run from one vantage point the next from the other one is planned for. Each has
 * a row of its own. */
static const struct {
    const char *keys;
    duration apart;
} mode_cases[] = {
    {"data: {buyer: {pool: buyers.csv, take: lease}}\nmode: burst\n", 0},
    {"data: {buyer: {pool: buyers.csv, take: lease}}\nmode: spread\n", DURATION_SECOND / 2},
    {"data: {buyer: {pool: buyers.csv, take: lease}}\nmode: rotate\n", DURATION_SECOND},
};

START_TEST(vantage_points_share_slots_as_the_journey_says)
{
    store_fixture_put(&fixture, "buyers.csv", "name\nA\nB\n");
    further_keys = mode_cases[_i].keys;
    path = "/${buyer.name}";
    watch(200, 5 * DURATION_SECOND);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    ck_assert_uint_ge(runs.count, 4);
    unsigned pairs = 0;
    for (size_t i = 0; i < runs.count; i++) {
        if (store_fixture_is_monitors_own(runs.runs[i]))
            continue;
        bool there = strcmp(runs.runs[i]->vantage, "there") == 0;
        ck_assert_int_eq(row_of(runs.runs[i]), there ? 'B' : 'A');
        for (size_t j = 0; j < runs.count; j++) {
            duration apart = wall_between(runs.runs[i]->slot.planned, runs.runs[j]->slot.planned);
            bool is_other = strcmp(runs.runs[i]->vantage, runs.runs[j]->vantage) != 0;
            if (i != j && is_other)
                ck_assert_int_eq((apart + 10 * DURATION_SECOND - mode_cases[_i].apart) %
                                     (_i == 2 ? 2 * DURATION_SECOND : DURATION_SECOND),
                                 0);
            pairs += is_other;
        }
    }
    ck_assert_uint_gt(pairs, 2);
    store_fixture_release(&runs);
}
END_TEST

static void note_incidents(void *data, enum result result, const struct store_incidents *incidents)
{
    ck_assert_int_eq(result, RESULT_OK);
    ck_assert_uint_eq(incidents->count, 1);
    ck_assert_int_eq(incidents->incidents[0].verdict.cause, CAUSE_APPLICATION);
    ck_assert_int_le(incidents->incidents[0].began.us, incidents->incidents[0].opened.us);
    *(bool *)data = true;
}

START_TEST(failures_are_judged_and_become_an_incident)
{
    watch(503, 4 * DURATION_SECOND);
    struct store_runs runs =
        store_fixture_read(&fixture, &(struct store_filter){.with_messages = true});
    check_messages(&runs);
    ck_assert_uint_ge(store_fixture_count_blamed(&runs, CAUSE_APPLICATION), 4);
    store_fixture_release(&runs);
    bool read = false;
    store_read_incidents(fixture.store, true, 0, note_incidents, &read);
    store_fixture_wait_for(&fixture, &read);
}
END_TEST

/* The health page fails as the step does: each run that failed says so, and so does its verdict. */
START_TEST(what_probes_find_is_in_the_record)
{
    struct error error = {0};
    struct shop_server shop = {.status = 500};
    shop.server = http_server_open(fixture.loop, "127.0.0.1:0", serve, &shop, &error);
    run_pipeline(
        store_fixture_put(&fixture, "shop.yml",
                          "shop: S\nbase: %s\nscenarios: [a.yaml]\nstore: sqlite:watched.db\n"
                          "components: {web: {kind: application, health: /health}}\n",
                          http_server_url(shop.server)),
        2500 * DURATION_MILLISECOND);
    http_server_close(shop.server);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    ck_assert_uint_ge(runs.count, 2);
    unsigned failed = 0;
    for (size_t i = 0; i < runs.count; i++) {
        const struct run *run = runs.runs[i];
        bool weighed = false;
        if (store_fixture_is_monitors_own(run))
            continue;
        failed++;
        ck_assert_uint_eq(run->finding_count, 1);
        ck_assert_int_eq(run->findings[0].kind, FINDING_HEALTH);
        ck_assert_int_eq(run->findings[0].status, 500);
        ck_assert_ptr_nonnull(strstr(run->findings[0].target, "/health"));
        for (size_t n = 0; n < run->verdict.evidence_count; n++)
            weighed |= strncmp(run->verdict.evidence[n].fact, "probe.health_fails", 18) == 0;
        ck_assert(weighed);
    }
    /* It was asked once: the second failure came within the pause. */
    ck_assert_uint_ge(failed, 1);
    ck_assert(shop.requests >= failed + 1 && shop.requests <= runs.count + 1);
    store_fixture_release(&runs);
}
END_TEST

/* --- objectives ------------------------------------------------------------------------------ */

static struct {
    struct pipeline *pipeline;
    struct loop_timer *timer;
    struct objective_counts counts;
    char text[512];
} promised;

static void read_promised(void *data)
{
    (void)data;
    struct objective_reports reports;
    struct buffer text;
    buffer_init(&text, sizeof promised.text);
    pipeline_read_objectives(promised.pipeline, &reports);
    ck_assert_uint_eq(reports.count, 1);
    ck_assert_str_eq(reports.reports[0].journey, "one");
    promised.counts = reports.reports[0].counts;
    objective_say(&reports.reports[0], &text);
    snprintf(promised.text, sizeof promised.text, "%s", text.data);
    buffer_free(&text);
    loop_timer_free(promised.timer);
}

static duration promised_after;

static void look_at_promise(struct pipeline *pipeline)
{
    promised.pipeline = pipeline;
    promised.timer = loop_timer_create(fixture.loop, read_promised, NULL);
    loop_timer_set(promised.timer, promised_after);
}

/* What one monitor has counted, the next one reads from what the store adds up: of days, and of
 * hours. */
static const char *const promise_cases[] = {
    "objective: {success: 99%, within: 400ms}\n",
    "objective: {success: 99%, within: 400ms, over: 1d}\n",
};

START_TEST(a_promise_outlives_the_monitor)
{
    further_keys = promise_cases[_i];
    started = look_at_promise;
    promised_after = 2900 * DURATION_MILLISECOND;
    watch(503, 3 * DURATION_SECOND);
    ck_assert_uint_ge(promised.counts.failed, 3);
    ck_assert_uint_eq(promised.counts.good, 0);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    unsigned failed = 0;
    for (size_t i = 0; i < runs.count; i++)
        failed += runs.runs[i]->state == STATE_FAILED;
    store_fixture_release(&runs);
    store_close(fixture.store);
    fixture.store = NULL;
    promised_after = 2 * DURATION_SECOND;
    watch(200, 2100 * DURATION_MILLISECOND);
    ck_assert_uint_eq(promised.counts.failed, failed);
    ck_assert_uint_ge(promised.counts.good, 1);
    ck_assert_ptr_nonnull(strstr(promised.text, "99 % are promised"));
    started = NULL;
}
END_TEST

/* --- operators ------------------------------------------------------------------------------- */

static const char *const old_ids[] = {"aaaa0000", "aaaa1111", "bbbb2222"};

/* An open incident of a journey that is watched, one that is over for long, and another. */
static void put_old_incidents(void)
{
    struct incident_shower shower = {.journey = "one", .vantage = "here"};
    for (size_t i = 0; i < COUNT_OF(old_ids); i++) {
        const struct incident old = {
            .id = old_ids[i],
            .version = 1,
            .change = i == 0 ? INCIDENT_OPENED : INCIDENT_RESOLVED,
            .opened = {DURATION_DAY},
            .updated = {DURATION_DAY + DURATION_HOUR},
            .resolved = {i == 0 ? 0 : DURATION_DAY + DURATION_HOUR},
            .journey = "one",
            .verdict = {.cause = CAUSE_APPLICATION, .confidence = 1},
            .showers = &shower,
            .shower_count = 1,
        };
        store_write_incident(fixture.store, &old, NULL, NULL);
    }
    store_close(fixture.store);
    fixture.store = NULL;
}

/* What operators order, and what they are told. */
static struct operators_case {
    struct incident_order order;
    const char *error; /* NULL: it is done */
} operators_cases[] = {
    {{"aaaa0000", INCIDENT_ACKNOWLEDGED, "ann", NULL}, NULL},
    {{"aaaa0", INCIDENT_ACKNOWLEDGED, "ann", NULL}, "ann has acknowledged"},
    {{"aaaa0", INCIDENT_ACKNOWLEDGED, "bob", NULL}, NULL},
    {{"bbbb", INCIDENT_ANNOTATED, "ann", "it was the disk"}, NULL},
    {{"bbbb", INCIDENT_PUBLISHED, "ann", NULL}, NULL},
    {{"bbbb", INCIDENT_ACKNOWLEDGED, "ann", NULL}, "over already"},
    {{"bbbb", INCIDENT_ANNOTATED, "ann", NULL}, "a note needs a text"},
    {{"bbbb", INCIDENT_OPENED, "ann", NULL}, "nothing that an operator does"},
    {{"aaaa", INCIDENT_ANNOTATED, "ann", "x"}, NULL}, /* the one that the book has */
    {{"cccc", INCIDENT_ANNOTATED, "ann", "x"}, "there is no incident `cccc`"},
    {{"bbb", INCIDENT_ANNOTATED, "ann", "x"}, "there is no incident `bbb`"},
};

static unsigned answered;

static void obeyed(void *data, const struct incident *incident, const struct error *error)
{
    struct operators_case *row = data;
    if (++answered == COUNT_OF(operators_cases))
        pipeline_stop(promised.pipeline);
    ck_assert_int_eq(error == NULL, row->error == NULL);
    if (error != NULL) {
        ck_assert_msg(strstr(error->text, row->error) != NULL, "%s", error->text);
        return;
    }
    ck_assert_int_eq(incident->change, row->order.change);
    ck_assert_str_eq(incident->timeline[incident->timeline_count - 1].by, row->order.by);
}

static void give_orders(struct pipeline *pipeline)
{
    promised.pipeline = pipeline;
    for (size_t i = 0; i < COUNT_OF(operators_cases); i++)
        pipeline_change_incident(pipeline, &operators_cases[i].order, obeyed, &operators_cases[i]);
}

static void note_changes(void *data, enum result result, const struct store_changes *changes)
{
    struct buffer *text = data;
    ck_assert_int_eq(result, RESULT_OK);
    for (size_t i = 0; i < changes->count; i++)
        buffer_print(text, "%.4s %u %s\n", changes->incidents[i].id, changes->incidents[i].version,
                     incident_change_word(changes->incidents[i].change));
    loop_stop(fixture.loop);
}

/* Orders are given before the book has what was before; all are obeyed in their order, and in the
 * store for those who tell people. */
START_TEST(operators_change_incidents_that_are_open_and_that_are_over)
{
    snprintf(fixture.url, sizeof fixture.url, "sqlite:%.99s/watched.db", fixture.directory);
    store_fixture_reopen(&fixture);
    put_old_incidents();
    started = give_orders;
    watch(503, 20 * DURATION_SECOND); /* or until all are answered */
    started = NULL;
    ck_assert_uint_eq(answered, COUNT_OF(operators_cases));
    struct buffer text;
    buffer_init(&text, 4096);
    store_read_changes(fixture.store, 3, 0, note_changes, &text);
    loop_run(fixture.loop);
    ck_assert_str_eq(text.data, "aaaa 2 acknowledged\naaaa 3 acknowledged\n"
                                "bbbb 2 annotated\nbbbb 3 published\naaaa 4 annotated\n");
    buffer_free(&text);
}
END_TEST

/* The shop's port is closed, and so is the reference's: the monitor must suspect itself. */
START_TEST(without_references_the_state_is_unknown)
{
    run_pipeline(
        store_fixture_put(&fixture, "shop.yml",
                          "shop: S\nbase: http://127.0.0.1:1\nscenarios: [a.yaml]\n"
                          "store: sqlite:watched.db\nreferences: ['http://127.0.0.1:1/']\n"),
        2500 * DURATION_MILLISECOND);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    ck_assert_uint_ge(store_fixture_count_blamed(&runs, CAUSE_MONITOR), 1);
    for (size_t i = 0; i < runs.count; i++)
        ck_assert_int_eq(runs.runs[i]->state, STATE_UNKNOWN);
    store_fixture_release(&runs);
}
END_TEST

START_TEST(a_vantage_point_that_cannot_be_is_named)
{
    struct error error = {0};
    char code[64];
    put_scenario("a.yaml", "one");
    struct settings *settings =
        load(store_fixture_put(&fixture, "shop.yml",
                               "shop: S\nbase: http://127.0.0.1:1\nscenarios: [a.yaml]\n"
                               "vantages: {nowhere: {netns: shopwatch-no-such}}\n"),
             code);
    ck_assert_ptr_null(
        pipeline_create(fixture.loop, settings, &(struct pipeline_options){0}, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "nowhere"));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("daemon");
    TCase *tests = tcase_create("daemon");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, settings_hold_the_shop_and_its_scenarios);
    tcase_add_test(tests, the_same_journey_twice_is_a_mistake);
    tcase_add_test(tests, patterns_that_match_nothing_are_a_mistake);
    tcase_add_test(tests, slots_become_stored_runs_from_every_vantage_point);
    tcase_add_test(tests, a_step_that_hangs_is_held_back);
    tcase_add_test(tests, a_paused_journey_sends_nothing);
    tcase_add_test(tests, maintenance_of_an_unknown_journey_is_a_mistake);
    tcase_add_test(tests, a_hosted_page_shows_only_what_there_is);
    tcase_add_test(tests, every_kind_of_reporter_that_a_file_may_name_is_one);
    tcase_add_test(tests, slots_of_a_restart_are_recorded);
    tcase_add_loop_test(tests, vantage_points_share_slots_as_the_journey_says, 0,
                        (int)COUNT_OF(mode_cases));
    tcase_add_test(tests, failures_are_judged_and_become_an_incident);
    tcase_add_test(tests, what_probes_find_is_in_the_record);
    tcase_add_loop_test(tests, a_promise_outlives_the_monitor, 0, (int)COUNT_OF(promise_cases));
    tcase_add_test(tests, operators_change_incidents_that_are_open_and_that_are_over);
    tcase_add_test(tests, without_references_the_state_is_unknown);
    tcase_add_test(tests, a_vantage_point_that_cannot_be_is_named);
    suite_add_tcase(suite, tests);
    return suite;
}
