/* SPDX-License-Identifier: MIT */
/* See statuspage_fixture.h. */
#include "tests/unit/statuspage_fixture.h"

#include "monitor/net/net.h"
#include "scenarios/scenario.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct store_fixture fixture;
struct statuspage_server server;
static struct net *net;
static struct net_vantage *vantage;
static struct shop *shop;
static struct scenario *scenarios[2];
struct reporters *reporters;
char told[TOLD_MAX];

static void hear(void *data, enum log_level level, const char *text)
{
    (void)data;
    (void)level;
    snprintf(told + strlen(told), sizeof told - strlen(told), "%s\n", text);
}

static struct scenario *load_scenario(const char *journey)
{
    struct mistakes mistakes = {.arena = arena_create()};
    const char *path = store_fixture_put(
        &fixture, "journey.yaml",
        "shopwatch: 1\njourney: %s\nsteps:\n  - step: open\n    get: /\n    needs: web\n", journey);
    struct scenario *scenario = scenario_load(path, shop, &mistakes);
    ck_assert_msg(scenario != NULL, "%s", mistakes.count > 0 ? mistakes.items[0].text : "");
    arena_free(mistakes.arena);
    return scenario;
}

void load_shop(const char *metrics)
{
    struct mistakes mistakes = {.arena = arena_create()};
    const char *path = store_fixture_put(
        &fixture, "shop.yaml",
        "shop: Shoes\nbase: http://127.0.0.1\nvantages: {home: {}, away: {}}\n"
        "secrets: {PAGE_KEY: {env: PAGE_KEY}}\n"
        "components: {web: {kind: application}, db: {kind: database, title: The database}}\n"
        "reporters:\n  hosted:\n    kind: statuspage\n    url: http://127.0.0.1:%u/\n"
        "    page: " STATUSPAGE_SERVER_PAGE "\n    key: ${PAGE_KEY}\n    timeout: 1s\n"
        "    components: {guest checkout: c1, search: c2, db: c3}\n%s",
        server.port, metrics);
    shop_free(shop);
    shop = shop_load(path, &mistakes);
    ck_assert_msg(shop != NULL, "%s", mistakes.count > 0 ? mistakes.items[0].text : "");
    arena_free(mistakes.arena);
}

struct reporter_context context_of(void)
{
    return (struct reporter_context){
        .loop = fixture.loop,
        .store = fixture.store,
        .shop = shop,
        .scenarios = scenarios,
        .scenario_count = 2,
        .vantage = vantage,
        .tell = hear,
    };
}

void open_reporters(void)
{
    struct error error = {0};
    const struct reporter_context context = context_of();
    reporters = reporters_open(&context, &error);
    ck_assert_msg(reporters != NULL, "%s", error.text);
}

void close_reporters(void)
{
    reporters_close(reporters);
    reporters = NULL;
}

void set_up(void)
{
    struct error error = {0};
    const struct net_vantage_settings plain = {0};
    setenv("PAGE_KEY", STATUSPAGE_SERVER_KEY, 1);
    store_fixture_set_up(&fixture);
    net = net_create(fixture.loop, &error);
    vantage = net_vantage_open(net, &plain, &error);
    statuspage_server_open(&server, fixture.loop);
    told[0] = '\0';
    load_shop("");
    scenarios[0] = load_scenario("guest checkout");
    scenarios[1] = load_scenario("search");
    open_reporters();
    for (int i = 0; i < TRIES && server.reads == 0; i++) /* the components */
        store_fixture_wait(&fixture, 10 * DURATION_MILLISECOND);
    ck_assert_uint_eq(server.reads, 1);
    /* The answer comes within some turns; then the store is asked for incidents, before it is by
     * us: else the next to come would be among those that there were at the start. */
    for (int i = 0; i < 20; i++)
        store_fixture_wait(&fixture, DURATION_MILLISECOND);
    store_fixture_cursor(&fixture, "nobody");
}

void tear_down(void)
{
    close_reporters();
    ck_assert_str_eq(server.wrong, "");
    ck_assert_ptr_null(strstr(told, STATUSPAGE_SERVER_KEY));
    statuspage_server_close(&server);
    net_vantage_close(vantage);
    net_free(net);
    scenario_free(scenarios[0]);
    scenario_free(scenarios[1]);
    shop_free(shop);
    shop = NULL;
    store_fixture_tear_down(&fixture);
}

/* --- incidents as the monitor keeps them --------------------------------------------------------
 */

struct incident_shower from_home[1] = {{.journey = "guest checkout", .vantage = "home"}};
static struct incident_shower from_everywhere[] = {
    {.journey = "guest checkout", .vantage = "home"},
    {.journey = "guest checkout", .vantage = "away"}};

struct incident sample(const char *id)
{
    return (struct incident){
        .id = id,
        .began = {1795998840000000}, /* 2026-11-30 00:34 */
        .opened = clock_wall(),
        .journey = "guest checkout",
        .step = "pay by the secret door",
        .symptom = SYMPTOM_HTTP_TIMEOUT_TTFB,
        .showers = from_everywhere,
        .shower_count = 2,
        .verdict = {.cause = CAUSE_DATABASE,
                    .component = "db.orders",
                    .summary = "The orders table is damaged.",
                    .confidence = 0.97,
                    .runner_up = CAUSE_NONE},
    };
}

static void written(void *data, enum result result, const struct error *error,
                    store_sequence sequence)
{
    (void)sequence;
    ck_assert_msg(result == RESULT_OK, "%s", error->text);
    *(bool *)data = true;
}

void change(struct incident *incident, enum incident_change change)
{
    bool done = false;
    incident->version++;
    incident->change = change;
    incident->updated = clock_wall();
    if (change == INCIDENT_RESOLVED)
        incident->resolved = wall_after(incident->began, 17 * DURATION_MINUTE);
    if (change == INCIDENT_REOPENED)
        incident->resolved = (struct wall_time){0};
    store_write_incident(fixture.store, incident, written, &done);
    while (!done)
        store_fixture_wait(&fixture, DURATION_MILLISECOND);
    if (reporters != NULL)
        reporters_wake(reporters);
}

struct reporter_health health_now(void)
{
    struct reporter_health health;
    ck_assert(reporters_health(reporters, 0, &health));
    return health;
}

void wait_told(unsigned count)
{
    struct reporter_health health = health_now();
    for (int i = 0; i < TRIES && health.delivered + health.given_up < count; i++) {
        store_fixture_wait(&fixture, 5 * DURATION_MILLISECOND);
        health = health_now();
    }
    ck_assert_uint_eq(health.delivered + health.given_up, count);
}

void wait_idle(void)
{
    for (int i = 0; i < TRIES && !reporters_are_idle(reporters); i++)
        store_fixture_wait(&fixture, 5 * DURATION_MILLISECOND);
    ck_assert(reporters_are_idle(reporters));
}

void wait_failed(void)
{
    for (int i = 0; i < TRIES && health_now().failures == 0; i++)
        store_fixture_wait(&fixture, 5 * DURATION_MILLISECOND);
    ck_assert_uint_ge(health_now().failures, 1);
}

void strike(unsigned times, const char *method, int status)
{
    server.times = times;
    server.method = method;
    server.status = status;
}
