/* SPDX-License-Identifier: MIT */
/*
 * journey/: how a step asks. GraphQL, files, cookies, who asks, connections and what is waited for,
 * by what a real server received.
 */
#include "tests/unit/journey_fixture.h"
#include "tests/unit/runner.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

START_TEST(a_graphql_error_is_told_in_its_words)
{
    struct journey_fixture fixture;
    journey_fixture_run(&fixture, "steps:\n  - {step: a, graphql: /errors, query: '{ a }'}\n");
    ck_assert_str_eq(fixture.run->steps[0].actual, "out of stock");
    ck_assert_int_eq(fixture.run->steps[0].line, 10);
    ck_assert_str_eq(fixture.type, "application/json");
    journey_fixture_close(&fixture);
}
END_TEST

/* Where the assertion stands that failed, or else the step: what is missing is no news then. */
static const struct {
    const char *step, *expected, *actual;
    int line, column;
} error_cases[] = {
    {"{step: a, graphql: /unknown, query: '{ a }', expect: ['jsonpath \"$.data.a\" == 1']}",
     "status < 400", "400: Cannot query field a", 10, 5},
    {"{step: a, get: /status/404, expect: ['jsonpath \"$.id\" == 1']}", "status < 400", "404", 10,
     5},
    {"{step: a, get: /status/500, expect: ['jsonpath \"$.id\" == 1', status == 200]}",
     "status == 200", "500", 10, 66},
};

START_TEST(an_error_status_is_told_before_what_is_missing)
{
    struct journey_fixture fixture;
    char steps[256];
    snprintf(steps, sizeof steps, "steps:\n  - %s\n", error_cases[_i].step);
    journey_fixture_run(&fixture, steps);
    const struct run_step *step = &fixture.run->steps[0];
    ck_assert_int_eq(step->symptom, SYMPTOM_HTTP_ERROR);
    ck_assert_str_eq(step->expected, error_cases[_i].expected);
    ck_assert_str_eq(step->actual, error_cases[_i].actual);
    ck_assert_int_eq(step->line, error_cases[_i].line);
    ck_assert_int_eq(step->column, error_cases[_i].column);
    journey_fixture_close(&fixture);
}
END_TEST

START_TEST(files_are_sent_as_they_are)
{
    struct journey_fixture fixture;
    char steps[512], want[4096], file[] = "/tmp/check_journey_XXXXXX";
    int descriptor = mkstemp(file);
    dprintf(descriptor, "raw ${colour}");
    close(descriptor);
    snprintf(steps, sizeof steps,
             "steps:\n  - {step: a, post: /one, file: %s, headers: {Content-Type: a/b}}\n", file);
    journey_fixture_run(&fixture, steps);
    ck_assert_str_eq(fixture.asked, "POST /one raw ${colour};");
    ck_assert_str_eq(fixture.type, "a/b");
    journey_fixture_close(&fixture);
    snprintf(steps, sizeof steps,
             "steps:\n  - step: a\n    post: /one\n    multipart:\n      'na\"me': ${colour}\n"
             "      picture: {file: %s, type: image/png, name: shoe.png}\n",
             file);
    journey_fixture_run(&fixture, steps);
    static const char type[] = "multipart/form-data; boundary=";
    ck_assert_int_eq(strncmp(fixture.type, type, strlen(type)), 0);
    const char *boundary = fixture.type + strlen(type);
    snprintf(want, sizeof want,
             "POST /one --%s\r\nContent-Disposition: form-data; name=\"na%%22me\"\r\n\r\nblue\r\n"
             "--%s\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"shoe.png\"\r\n"
             "Content-Type: image/png\r\n\r\nraw ${colour}\r\n--%s--\r\n;",
             boundary, boundary, boundary);
    ck_assert_str_eq(fixture.asked, want);
    unlink(file);
    journey_fixture_close(&fixture);
}
END_TEST

START_TEST(cookies_of_a_step_are_sent_with_it_alone)
{
    struct journey_fixture fixture;
    journey_fixture_run(&fixture,
                        "steps:\n  - {step: a, get: /one}\n"
                        "  - {step: b, get: /two, cookies: {test: B, shade: \"${colour}\"}}\n");
    ck_assert_ptr_nonnull(strstr(fixture.cookie, "visitor=1"));
    ck_assert_ptr_nonnull(strstr(fixture.cookie, "test=B; shade=blue"));
    journey_fixture_close(&fixture);
    journey_fixture_run(&fixture, "steps:\n  - {step: a, get: /one, cookies: {test: B}}\n"
                                  "  - {step: b, get: /two}\n");
    ck_assert_str_eq(fixture.cookie, "visitor=1");
    journey_fixture_close(&fixture);
}
END_TEST

static const struct {
    const char *keys, *authorization;
} auth_cases[] = {
    /* RFC 7617 section 2. */
    {"auth: {basic: {user: Aladdin, password: open sesame}}", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
    {"auth: {basic: {user: \"a${colour}\", password: \"\"}}", "Basic YWJsdWU6"},
    {"auth: {bearer: \"t-${colour}\"}", "Bearer t-blue"},
    {"auth: {bearer: t}, headers: {authorization: other}", "Bearer t"},
    {"headers: {Authorization: own}", "own"},
};

START_TEST(a_step_says_who_asks)
{
    struct journey_fixture fixture;
    char steps[256];
    snprintf(steps, sizeof steps, "steps:\n  - {step: a, get: /one, %s}\n", auth_cases[_i].keys);
    journey_fixture_run(&fixture, steps);
    ck_assert_str_eq(fixture.authorization, auth_cases[_i].authorization);
    journey_fixture_close(&fixture);
}
END_TEST

START_TEST(another_host_is_told_no_secret)
{
    struct journey_fixture fixture;
    char file[] = "/tmp/check_journey_XXXXXX";
    int descriptor = mkstemp(file);
    dprintf(descriptor, "shop: test\nhosts: [localhost]\n");
    close(descriptor);
    struct mistakes mistakes = {.arena = arena_create()};
    journey_fixture_open(&fixture);
    fixture.shop = shop_load(file, &mistakes);
    journey_fixture_load(&fixture, "steps:\n  - {step: a, get: /elsewhere, auth: {bearer: t}, "
                                   "cookies: {test: B}}\n");
    journey_fixture_start(&fixture);
    loop_run(fixture.loop);
    ck_assert_str_eq(fixture.asked, "GET /elsewhere;GET /one;");
    ck_assert_str_eq(fixture.authorization, "");
    ck_assert_str_eq(fixture.cookie, "");
    journey_fixture_close(&fixture);
    shop_free(fixture.shop);
    arena_free(mistakes.arena);
    unlink(file);
}
END_TEST

/* W3C Trace Context section 3.2.2: the trace is the run, and each exchange has a parent of its own,
 * a redirect's and a second try's, too. */
START_TEST(own_traffic_is_marked_in_every_exchange)
{
    struct journey_fixture fixture;
    char parents[5][17], trace[33], agent[64], run[33];
    size_t count = 0;
    journey_fixture_run(
        &fixture,
        "steps:\n  - {step: a, get: /to/one}\n"
        "  - step: b\n    get: /flaky/200\n"
        "    until: {holds: jsonpath \"$.state\" == \"confirmed\", every: 50ms, for: 1s}\n");
    ck_assert_str_eq(fixture.asked, "GET /to/one;GET /one;"
                                    "GET /flaky/200;GET /flaky/200;GET /flaky/200;");
    for (const char *mark = fixture.marks; *mark != '\0'; mark = strchr(mark, ';') + 1) {
        int length = 0;
        ck_assert_uint_lt(count, COUNT_OF(parents));
        ck_assert_int_eq(sscanf(mark, "%63[^)]) %32[0-9a-f] 00-%32[0-9a-f]-%16[0-9a-f]-01;%n",
                                agent, run, trace, parents[count], &length),
                         4);
        ck_assert_int_gt(length, 0);
        ck_assert_int_eq(strncmp(agent, "shopwatch/", strlen("shopwatch/")), 0);
        ck_assert_str_eq(run, fixture.run->id);
        ck_assert_str_eq(trace, fixture.run->id);
        for (size_t i = 0; i < count; i++)
            ck_assert_str_ne(parents[i], parents[count]);
        count++;
    }
    ck_assert_uint_eq(count, COUNT_OF(parents));
    journey_fixture_close(&fixture);
}
END_TEST

/* The fixture's variables go on where `steps` begins. */
static const struct {
    const char *hosts;
    const char *asked;
} host_cases[] = {
    {"localhost", "GET /elsewhere;GET /one;"},
    {"\"LOCALHOST:%u\"", "GET /elsewhere;GET /one;"},
    {"\"localhost:1\"", "GET /elsewhere;"},
    {"localhost.test", "GET /elsewhere;"},
};

START_TEST(a_scenario_names_further_hosts)
{
    struct journey_fixture fixture;
    char steps[256], hosts[64];
    journey_fixture_open(&fixture);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(hosts, sizeof hosts, host_cases[_i].hosts, fixture.port);
#pragma GCC diagnostic pop
    snprintf(steps, sizeof steps, "hosts: [%s]\nsteps:\n  - {step: a, get: /elsewhere}\n", hosts);
    journey_fixture_load(&fixture, steps);
    journey_fixture_start(&fixture);
    loop_run(fixture.loop);
    ck_assert_str_eq(fixture.asked, host_cases[_i].asked);
    bool refused = strstr(host_cases[_i].asked, "/one") == NULL;
    ck_assert_int_eq(fixture.run->steps[0].symptom,
                     refused ? SYMPTOM_HTTP_REDIRECT_REFUSED : SYMPTOM_NONE);
    journey_fixture_close(&fixture);
}
END_TEST

/* The journey is replayed from `here`. */
static const struct {
    const char *variables, *asked;
    enum symptom symptom;
} vantage_cases[] = {
    {"  c: {here: EUR, others: USD}\n", "GET /EUR;", SYMPTOM_NONE},
    {"  c: {there: EUR, others: USD}\n", "GET /USD;", SYMPTOM_NONE},
    {"  c: {here: \"${colour}1\", others: 2}\n", "GET /blue1;", SYMPTOM_NONE},
    {"  c: {here: 1.5}\n", "GET /1.5;", SYMPTOM_NONE},
    {"  c: {there: EUR}\n", "", SYMPTOM_MONITOR_VARIABLE_MISSING},
};

START_TEST(a_variable_is_what_it_is_at_the_vantage_point)
{
    struct journey_fixture fixture;
    char steps[256];
    snprintf(steps, sizeof steps, "%ssteps:\n  - {step: a, get: \"/${c}\"}\n",
             vantage_cases[_i].variables);
    journey_fixture_run(&fixture, steps);
    ck_assert_str_eq(fixture.asked, vantage_cases[_i].asked);
    ck_assert_int_eq(fixture.run->steps[0].symptom, vantage_cases[_i].symptom);
    if (vantage_cases[_i].symptom != SYMPTOM_NONE)
        ck_assert_str_eq(fixture.run->steps[0].actual,
                         "${c} has no value: none is given for this vantage point");
    journey_fixture_close(&fixture);
}
END_TEST

/* What a proxy is asked for is a whole URL, and its host is not looked up here. */
static const struct {
    const char *proxy, *asked;
    enum symptom symptom;
} proxy_cases[] = {
    {"http://127.0.0.1:%u", "GET http://shop.invalid/one;GET /two;", SYMPTOM_NONE},
    {"http://${inner}:%u/", "GET http://shop.invalid/one;GET /two;", SYMPTOM_NONE},
    {"http://127.0.0.1:1", "", SYMPTOM_MONITOR_PROXY_UNAVAILABLE},
    {"http://proxy.invalid:3128", "", SYMPTOM_MONITOR_PROXY_UNAVAILABLE},
    {"${outer}", "", SYMPTOM_MONITOR_PROXY_UNAVAILABLE},
};

START_TEST(a_step_goes_through_its_proxy)
{
    struct journey_fixture fixture;
    char steps[512], proxy[64];
    journey_fixture_open(&fixture);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(proxy, sizeof proxy, proxy_cases[_i].proxy, fixture.port);
#pragma GCC diagnostic pop
    snprintf(steps, sizeof steps,
             "  inner: 127.0.0.1\n  outer: \"ftp://127.0.0.1:21\"\nsteps:\n"
             "  - {step: a, get: \"http://shop.invalid/one\", proxy: \"%s\"}\n"
             "  - {step: b, get: /two}\n",
             proxy);
    journey_fixture_load(&fixture, steps);
    journey_fixture_start(&fixture);
    loop_run(fixture.loop);
    const struct run_step *step = &fixture.run->steps[0];
    ck_assert_int_eq(step->symptom, proxy_cases[_i].symptom);
    ck_assert_str_eq(fixture.asked, proxy_cases[_i].asked);
    if (step->symptom != SYMPTOM_NONE)
        ck_assert_int_eq(step->state, STATE_UNKNOWN);
    else
        ck_assert_int_eq(step->exchanges[0].phases[PHASE_DNS], PHASE_ABSENT);
    journey_fixture_close(&fixture);
}
END_TEST

START_TEST(a_cold_step_has_a_connection_of_its_own)
{
    struct journey_fixture fixture;
    journey_fixture_run(&fixture, "steps:\n  - {step: a, get: /one}\n"
                                  "  - {step: b, get: /to/two, connection: cold}\n"
                                  "  - {step: c, get: /three, connection: warm}\n");
    const struct run_step *steps = fixture.run->steps;
    ck_assert(!steps[1].exchanges[0].reused);
    ck_assert_int_ne(steps[1].exchanges[0].phases[PHASE_CONNECT], PHASE_ABSENT);
    ck_assert(steps[1].exchanges[1].reused);
    ck_assert(steps[2].exchanges[0].reused);
    journey_fixture_close(&fixture);
}
END_TEST

/* The second step hangs until the budget of 2 s is used up. */
START_TEST(thinking_is_no_part_of_any_time)
{
    const duration think = 500 * DURATION_MILLISECOND;
    struct journey_fixture fixture;
    struct instant before = clock_instant();
    journey_fixture_run(&fixture, "steps:\n  - {step: a, get: /one, think: 500ms}\n"
                                  "  - {step: b, get: /silent, think: 500ms, timeout: 60s}\n");
    duration took = instant_between(before, clock_instant());
    const struct run_step *steps = fixture.run->steps;
    ck_assert_int_ge(took, 2 * DURATION_SECOND + 2 * think);
    ck_assert_int_lt(steps[0].total, think);
    ck_assert_int_ge(wall_between(fixture.run->slot.started, steps[0].started), think);
    ck_assert_int_ge(wall_between(steps[0].started, steps[0].exchanges[0].started),
                     -5 * DURATION_MILLISECOND);
    ck_assert_int_gt(steps[1].total, 2 * DURATION_SECOND - think);
    journey_fixture_close(&fixture);
}
END_TEST

START_TEST(thinking_ends_when_the_run_does)
{
    struct journey_fixture fixture;
    journey_fixture_open(&fixture);
    journey_fixture_load(&fixture, "steps:\n  - {step: a, get: /one, think: 1h}\n");
    journey_fixture_start(&fixture);
    struct loop_timer *timer = loop_timer_create(fixture.loop, journey_fixture_end, &fixture);
    loop_timer_set(timer, 50 * DURATION_MILLISECOND);
    loop_run(fixture.loop);
    ck_assert_str_eq(fixture.asked, "");
    ck_assert_int_eq(fixture.run->steps[0].state, STATE_UNKNOWN);
    loop_timer_free(timer);
    journey_fixture_close(&fixture);
}
END_TEST

/* A server that answers once on a connection, and closes it when the second request is there. */
struct closing_server {
    int listener;
    unsigned accepted, posts;
};

static void *serve_and_close(void *data)
{
    static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    struct closing_server *server = data;
    int visitor;
    while ((visitor = accept(server->listener, NULL, NULL)) >= 0) {
        char request[4096];
        server->accepted++;
        for (int i = 0; i < 2; i++) {
            ssize_t length = read(visitor, request, sizeof request);
            if (length > 0 && strncmp(request, "POST", 4) == 0)
                server->posts++;
            if (length > 0 && i == 0 && write(visitor, reply, sizeof reply - 1) < 0)
                break;
        }
        close(visitor);
    }
    return NULL;
}

START_TEST(a_post_on_a_connection_that_dies_is_sent_once)
{
    struct closing_server server = {.listener = socket(AF_INET, SOCK_STREAM, 0)};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    ck_assert_int_eq(bind(server.listener, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(listen(server.listener, 8), 0);
    getsockname(server.listener, (struct sockaddr *)&address, &size);
    pthread_t thread;
    pthread_create(&thread, NULL, serve_and_close, &server);
    struct journey_fixture fixture;
    journey_fixture_open(&fixture);
    unsigned own = fixture.port;
    fixture.port = ntohs(address.sin_port);
    journey_fixture_load(&fixture,
                         "steps:\n  - {step: a, get: /one}\n"
                         "  - {step: b, post: /order, json: {n: 1}}\n  - {step: c, get: /x}\n");
    fixture.port = own;
    journey_fixture_start(&fixture);
    loop_run(fixture.loop);
    const struct run_step *order = &fixture.run->steps[1];
    ck_assert_str_eq(symptom_code(order->symptom), "tcp.closed");
    ck_assert_int_eq(order->state, STATE_FAILED);
    ck_assert_uint_eq(order->exchange_count, 1);
    ck_assert(order->exchanges[0].reused);
    journey_fixture_close(&fixture);
    shutdown(server.listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(server.listener);
    ck_assert_uint_eq(server.posts, 1);
    ck_assert_uint_eq(server.accepted, 1);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("journey requests");
    TCase *tests = tcase_create("journey requests");
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, a_graphql_error_is_told_in_its_words);
    tcase_add_loop_test(tests, an_error_status_is_told_before_what_is_missing, 0,
                        COUNT_OF(error_cases));
    tcase_add_test(tests, files_are_sent_as_they_are);
    tcase_add_test(tests, cookies_of_a_step_are_sent_with_it_alone);
    tcase_add_loop_test(tests, a_step_says_who_asks, 0, COUNT_OF(auth_cases));
    tcase_add_test(tests, another_host_is_told_no_secret);
    tcase_add_test(tests, own_traffic_is_marked_in_every_exchange);
    tcase_add_loop_test(tests, a_scenario_names_further_hosts, 0, COUNT_OF(host_cases));
    tcase_add_loop_test(tests, a_variable_is_what_it_is_at_the_vantage_point, 0,
                        COUNT_OF(vantage_cases));
    tcase_add_loop_test(tests, a_step_goes_through_its_proxy, 0, COUNT_OF(proxy_cases));
    tcase_add_test(tests, a_cold_step_has_a_connection_of_its_own);
    tcase_add_test(tests, thinking_is_no_part_of_any_time);
    tcase_add_test(tests, thinking_ends_when_the_run_does);
    tcase_add_test(tests, a_post_on_a_connection_that_dies_is_sent_once);
    suite_add_tcase(suite, tests);
    return suite;
}
