/* SPDX-License-Identifier: MIT */
/* probe/: reference sites that answer, that refuse, that stay silent. */
#include "tests/unit/runner.h"

#include "monitor/net/http_server.h"
#include "monitor/probe/probe.h"

#include <stdio.h>
#include <string.h>

struct fixture {
    struct loop *loop;
    struct http_server *server;
    struct net *net;
    struct net_vantage *vantage;
    struct probe_result result;
    bool done;
};

/* An error status is an answer too: the network is there. */
static void serve(void *data, struct http_request *request)
{
    const struct http_reply reply = {.status = 500, .content_type = "text/plain", .body = ""};
    (void)data;
    http_reply(request, &reply);
}

static void fixture_open(struct fixture *fixture)
{
    struct error error = {0};
    const struct net_vantage_settings here = {0};
    *fixture = (struct fixture){.loop = loop_create()};
    fixture->server = http_server_open(fixture->loop, "127.0.0.1:0", serve, NULL, &error);
    fixture->net = net_create(fixture->loop, &error);
    fixture->vantage = net_vantage_open(fixture->net, &here, &error);
    ck_assert_msg(error.code == RESULT_OK, "%s", error.text);
}

static void fixture_close(struct fixture *fixture)
{
    net_vantage_close(fixture->vantage);
    net_free(fixture->net);
    http_server_close(fixture->server);
    loop_free(fixture->loop);
}

static void done(void *data, const struct probe_result *result)
{
    struct fixture *fixture = data;
    fixture->result = *result;
    fixture->done = true;
    loop_stop(fixture->loop);
}

START_TEST(answers_of_any_status_count)
{
    struct fixture fixture;
    fixture_open(&fixture);
    const char *references[] = {http_server_url(fixture.server), "http://127.0.0.1:1/",
                                http_server_url(fixture.server)};
    probe_references(fixture.loop, fixture.vantage, references, 3, done, &fixture);
    ck_assert(!fixture.done);
    loop_run(fixture.loop);
    ck_assert_uint_eq(fixture.result.asked, 3);
    ck_assert_uint_eq(fixture.result.answered, 2);
    fixture_close(&fixture);
}
END_TEST

START_TEST(no_reference_answers_in_a_later_turn)
{
    struct fixture fixture;
    fixture_open(&fixture);
    probe_references(fixture.loop, fixture.vantage, NULL, 0, done, &fixture);
    ck_assert(!fixture.done);
    loop_run(fixture.loop);
    ck_assert_uint_eq(fixture.result.asked, 0);
    fixture_close(&fixture);
}
END_TEST

START_TEST(a_cancelled_probe_says_nothing)
{
    struct fixture fixture;
    fixture_open(&fixture);
    const char *references[] = {http_server_url(fixture.server)};
    probe_cancel(probe_references(fixture.loop, fixture.vantage, references, 1, done, &fixture));
    probe_cancel(NULL);
    /* Another one, to let the loop turn for as long as the first would have taken. */
    probe_references(fixture.loop, fixture.vantage, references, 1, done, &fixture);
    loop_run(fixture.loop);
    ck_assert_uint_eq(fixture.result.answered, 1);
    fixture_close(&fixture);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("probe");
    TCase *tests = tcase_create("probe");
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, answers_of_any_status_count);
    tcase_add_test(tests, no_reference_answers_in_a_later_turn);
    tcase_add_test(tests, a_cancelled_probe_says_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
