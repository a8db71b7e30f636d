/* SPDX-License-Identifier: MIT */
/*
 * journey/: the driver against a real server in the same loop. A case is a scenario's steps, the
 * states in which they must end, and what the server must have been asked.
 */
#include "tests/unit/journey_fixture.h"
#include "tests/unit/runner.h"

#include "monitor/record/message.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct journey_case {
    const char *steps;
    enum state state;
    const char *steps_end; /* a letter a step: p d f u s; S: told as left out, done after all */
    enum symptom symptom;  /* of the first failure */
    const char *asked;     /* with `|` and the ledger behind it, when that was used */
} journey_cases[] = {
    {"steps:\n"
     "  - {step: a, get: /one, expect: [status == 200]}\n"
     "  - step: b\n    get: /two\n    expect:\n      - jsonpath \"$.id\" == 7\n",
     STATE_PASSED, "pp", SYMPTOM_NONE, "GET /one;GET /two;"},
    /* Captures travel, with their type; form and JSON bodies are made of them. */
    {"steps:\n"
     "  - step: a\n    get: /one\n    capture:\n      id: jsonpath \"$.id\"\n"
     "      name: jsonpath \"$.name\"\n"
     "  - step: b\n    post: /two\n    json:\n      n: ${id}\n      t: \"${id}\"\n      c: "
     "${count}\n"
     "  - step: c\n    post: /three\n    form: {name: \"${name}\", colour: \"${colour}\"}\n"
     "  - step: d\n    get: /four\n    query: {q: \"${name}\"}\n",
     STATE_PASSED, "pppp", SYMPTOM_NONE,
     "GET /one;POST /two {\"n\":7,\"t\":\"7\",\"c\":3};POST /three name=a+b&colour=blue;"
     "GET /four?q=a+b;"},
    /* A failure skips what follows, but never the cleanup. */
    {"steps:\n"
     "  - {step: a, get: /status/500, expect: [status == 200]}\n"
     "  - {step: b, get: /never}\n"
     "cleanup:\n"
     "  - {step: tidy, get: /tidy}\n",
     STATE_FAILED, "fsp", SYMPTOM_HTTP_ERROR, "GET /status/500;GET /tidy;"},
    {"steps:\n  - {step: a, get: /status/404}\n", STATE_FAILED, "f", SYMPTOM_HTTP_ERROR,
     "GET /status/404;"},
    {"steps:\n  - {step: a, get: /status/404, expect: [status == 404]}\n", STATE_PASSED, "p",
     SYMPTOM_NONE, "GET /status/404;"},
    {"steps:\n  - {step: a, get: /one, expect: [status == 201]}\n", STATE_FAILED, "f",
     SYMPTOM_HTTP_STATUS_UNEXPECTED, "GET /one;"},
    {"steps:\n  - {step: a, get: /one, expect: ['body contains \"sold out\"']}\n", STATE_FAILED,
     "f", SYMPTOM_CONTENT_MISMATCH, "GET /one;"},
    {"steps:\n  - {step: a, get: /one, capture: {x: 'jsonpath \"$.nothing\"'}}\n", STATE_FAILED,
     "f", SYMPTOM_CONTENT_CAPTURE_MISSING, "GET /one;"},
    {"steps:\n  - {step: a, get: /one, expect: ['time.total < 0ms | degrade']}\n", STATE_DEGRADED,
     "d", SYMPTOM_PACE_SLOW, "GET /one;"},
    {"steps:\n  - {step: a, get: /one, expect: ['status == 500 | note']}\n", STATE_PASSED, "p",
     SYMPTOM_NONE, "GET /one;"},
    /* Redirects: followed, each its own exchange; counted; not followed; not to forbidden hosts. */
    {"steps:\n  - {step: a, get: /to/one, expect: [redirects == 1, status == 200]}\n", STATE_PASSED,
     "p", SYMPTOM_NONE, "GET /to/one;GET /one;"},
    {"steps:\n  - {step: a, post: /to/one, body: x, expect: [status == 200]}\n", STATE_PASSED, "p",
     SYMPTOM_NONE, "POST /to/one x;GET /one;"},
    {"steps:\n  - {step: a, get: /to/one, follow: 0, expect: [status == 302]}\n", STATE_PASSED, "p",
     SYMPTOM_NONE, "GET /to/one;"},
    {"steps:\n  - {step: a, get: /loop, follow: 2}\n", STATE_FAILED, "f",
     SYMPTOM_HTTP_REDIRECT_LOOP, "GET /loop;GET /loop;GET /loop;"},
    {"steps:\n  - {step: a, get: /away}\n", STATE_FAILED, "f", SYMPTOM_HTTP_REDIRECT_REFUSED,
     "GET /away;"},
    {"steps:\n  - {step: a, get: '/one?x=1#part', query: {q: y}}\n", STATE_PASSED, "p",
     SYMPTOM_NONE, "GET /one?x=1&q=y;"},
    /* when */
    {"steps:\n"
     "  - {step: a, get: /one, capture: {id: 'jsonpath \"$.id\"'}}\n"
     "  - {step: b, when: id, get: /two}\n"
     "  - {step: c, when: not id, get: /three}\n",
     STATE_PASSED, "pps", SYMPTOM_NONE, "GET /one;GET /two;"},
    /* A cleanup that fails leaves a good run degraded. */
    {"steps:\n  - {step: a, get: /one}\ncleanup:\n  - {step: b, get: /status/500}\n"
     "  - {step: c, get: /three}\n",
     STATE_DEGRADED, "pfp", SYMPTOM_HTTP_ERROR, "GET /one;GET /status/500;GET /three;"},
    /* No answer within the step's time. */
    {"steps:\n  - {step: a, get: /silent, timeout: 250ms}\n", STATE_FAILED, "f",
     SYMPTOM_HTTP_TIMEOUT_TTFB, "GET /silent;"},
    /* GraphQL: its errors come with status 200. */
    {"steps:\n  - step: a\n    graphql: /shop\n    query: |\n      query ($n: Int) { a(n: $n) }\n"
     "    variables: {n: \"${colour}\", m: [1]}\n",
     STATE_PASSED, "p", SYMPTOM_NONE,
     "POST /shop {\"query\":\"query ($n: Int) { a(n: $n) "
     "}\\n\",\"variables\":{\"n\":\"blue\",\"m\":[1]}};"},
    {"steps:\n  - {step: a, graphql: /errors, query: '{ a }', expect: [status == 200]}\n",
     STATE_FAILED, "f", SYMPTOM_CONTENT_MISMATCH, "POST /errors {\"query\":\"{ a }\"};"},
    {"steps:\n  - step: a\n    graphql: /errors\n    query: '{ a }'\n    expect:\n"
     "      - jsonpath \"$.errors[0].message\" == \"out of stock\"\n",
     STATE_PASSED, "p", SYMPTOM_NONE, "POST /errors {\"query\":\"{ a }\"};"},
    {"steps:\n  - {step: a, graphql: /page, query: '{ a }'}\n", STATE_FAILED, "f",
     SYMPTOM_CONTENT_JSON_INVALID, "POST /page {\"query\":\"{ a }\"};"},
    {"steps:\n  - {step: a, graphql: /status/502, query: '{ a }'}\n", STATE_FAILED, "f",
     SYMPTOM_HTTP_ERROR, "POST /status/502 {\"query\":\"{ a }\"};"},
    /* On an error page whatever is looked for is missing: it is the status that is wrong. */
    {"steps:\n  - {step: a, graphql: /status/502, query: '{ a }',\n"
     "     expect: ['jsonpath \"$.data.a\" == 1']}\n",
     STATE_FAILED, "f", SYMPTOM_HTTP_ERROR, "POST /status/502 {\"query\":\"{ a }\"};"},
    {"steps:\n  - {step: a, get: /status/500, expect: ['jsonpath \"$.a\" == 1', status == 200]}\n",
     STATE_FAILED, "f", SYMPTOM_HTTP_ERROR, "GET /status/500;"},
    {"steps:\n  - {step: a, get: /status/500, expect: ['body contains \"x\"', status == 500]}\n",
     STATE_FAILED, "f", SYMPTOM_CONTENT_MISMATCH, "GET /status/500;"},
    /* What a cookie cannot hold is not sent at all. */
    {"steps:\n  - {step: a, get: /one, cookies: {a: \"x; b=y\"}}\n", STATE_UNKNOWN, "u",
     SYMPTOM_MONITOR_URL_REFUSED, ""},
    /* Cookies live as long as the run. */
    {"steps:\n"
     "  - {step: a, get: /one, expect: ['jsonpath \"$.cookie\" not exists']}\n"
     "  - {step: b, get: /two, expect: ['jsonpath \"$.cookie\" == true']}\n",
     STATE_PASSED, "pp", SYMPTOM_NONE, "GET /one;GET /two;"},
    /* until: each try is an exchange; the last one is judged. */
    {"steps:\n"
     "  - step: a\n    get: /flaky\n"
     "    until: {holds: jsonpath \"$.state\" == \"confirmed\", every: 50ms, for: 1s}\n"
     "    capture: {s: jsonpath \"$.state\"}\n"
     "  - step: b\n    get: /${s}\n",
     STATE_PASSED, "pp", SYMPTOM_NONE, "GET /flaky;GET /flaky;GET /flaky;GET /confirmed;"},
    /* What is thought before is no part of the wait. */
    {"steps:\n"
     "  - step: a\n    get: /flaky\n    think: 900ms\n"
     "    until: {holds: jsonpath \"$.state\" == \"confirmed\", every: 50ms, for: 800ms}\n",
     STATE_PASSED, "p", SYMPTOM_NONE, "GET /flaky;GET /flaky;GET /flaky;"},
    {"steps:\n"
     "  - step: a\n    get: /one\n"
     "    until: {holds: jsonpath \"$.id\" == 8, every: 300ms, for: 800ms}\n"
     "  - {step: b, get: /two}\n",
     STATE_FAILED, "fs", SYMPTOM_CONTENT_MISMATCH, "GET /one;GET /one;GET /one;"},
    {"steps:\n"
     "  - step: a\n    get: /status/500\n"
     "    until: {holds: jsonpath \"$.orders\" count == 0, every: 400ms, for: 650ms}\n",
     STATE_FAILED, "f", SYMPTOM_HTTP_ERROR, "GET /status/500;GET /status/500;"},
    {"steps:\n"
     "  - step: a\n    get: /silent\n    timeout: 250ms\n"
     "    until: {holds: status == 200, every: 50ms, for: 1s}\n",
     STATE_FAILED, "f", SYMPTOM_HTTP_TIMEOUT_TTFB, "GET /silent;"},
    /* retry: only after the named faults, at most so often; what passes then is degraded. */
    {"steps:\n  - {step: a, get: /flaky/500, retry: {times: 2, on: [server]}}\n", STATE_DEGRADED,
     "d", SYMPTOM_HTTP_ERROR, "GET /flaky/500;GET /flaky/500;GET /flaky/500;"},
    {"steps:\n  - {step: a, get: /flaky/500, retry: {times: 1, on: [server]}}\n", STATE_FAILED, "f",
     SYMPTOM_HTTP_ERROR, "GET /flaky/500;GET /flaky/500;"},
    {"steps:\n  - {step: a, get: /flaky/500, retry: {times: 1, on: [network, content]}}\n",
     STATE_FAILED, "f", SYMPTOM_HTTP_ERROR, "GET /flaky/500;"},
    {"steps:\n  - {step: a, get: /flaky/cut, retry: {times: 2, on: [network]}}\n", STATE_DEGRADED,
     "d", SYMPTOM_TCP_CLOSED, "GET /flaky/cut;GET /flaky/cut;GET /flaky/cut;"},
    {"steps:\n  - {step: a, get: /flaky/cut, retry: {times: 2, on: [server, content]}}\n",
     STATE_FAILED, "f", SYMPTOM_TCP_CLOSED, "GET /flaky/cut;"},
    {"steps:\n"
     "  - step: a\n    get: /flaky\n    retry: {times: 5, on: [content]}\n"
     "    expect:\n      - jsonpath \"$.state\" == \"confirmed\"\n",
     STATE_DEGRADED, "d", SYMPTOM_CONTENT_MISMATCH, "GET /flaky;GET /flaky;GET /flaky;"},
    {"steps:\n  - {step: a, get: /status/404, retry: {times: 2, on: [server, network]}}\n",
     STATE_FAILED, "f", SYMPTOM_HTTP_ERROR, "GET /status/404;"},
    /* All that is listed must hold. */
    {"steps:\n"
     "  - {step: a, get: /one, when: [run.id, date]}\n"
     "  - {step: b, get: /two, when: [run.id, not date]}\n"
     "  - {step: c, get: /none, capture: {three: status}}\n"
     "  - {step: d, get: /one, when: [date, not three]}\n"
     "  - {step: e, get: /two, when: [three]}\n",
     STATE_PASSED, "pspsp", SYMPTOM_NONE, "GET /one;GET /none;GET /two;"},
    {"steps:\n  - {step: a, get: /one, skip: not now}\n  - {step: b, get: /two}\n", STATE_PASSED,
     "sp", SYMPTOM_NONE, "GET /two;"},
    /* What is left behind is noted, and settled by the cleanup that passes. */
    {"steps:\n  - {step: a, post: /one, body: x, mutates: order}\n"
     "cleanup:\n  - {step: b, get: /gone, settles: order}\n",
     STATE_PASSED, "pp", SYMPTOM_NONE,
     "POST /one x;GET /gone;"
     "|noted order;settled order;"},
    {"steps:\n  - {step: a, post: /one, body: x, mutates: order}\n"
     "cleanup:\n  - {step: b, get: /status/500, settles: order}\n",
     STATE_DEGRADED, "pf", SYMPTOM_HTTP_ERROR,
     "POST /one x;GET /status/500;"
     "|noted order;left order;"},
    {"steps:\n  - {step: a, get: /status/500}\n"
     "  - {step: b, post: /one, body: x, mutates: order}\n"
     "cleanup:\n  - {step: c, get: /gone, settles: order}\n",
     STATE_FAILED, "fss", SYMPTOM_HTTP_ERROR, "GET /status/500;"},
    {"steps:\n  - {step: a, post: /one, body: x, mutates: full}\n"
     "cleanup:\n  - {step: b, get: /gone, settles: full}\n",
     STATE_UNKNOWN, "us", SYMPTOM_MONITOR_LEDGER_FULL,
     ""
     "|refused full;"},
/* Where its id was lost it is looked up, and each one found is put right. What was done for one
 * thing found was not left out, neither before nor after. */
#define FIND(path, settling)                                                                       \
    "steps:\n  - step: a\n    post: /status/500\n    mutates: order\n"                             \
    "    capture: {order: 'jsonpath \"$.id\"'}\n"                                                  \
    "cleanup:\n"                                                                                   \
    "  - {step: b, when: order, get: \"" settling "${order}\", settles: order}\n"                  \
    "  - {step: c, when: not order, get: " path                                                    \
    ", find: {order: 'jsonpath \"$.orders[*].id\"'}}\n"
    {FIND("/list", "/gone/"), STATE_FAILED, "fSppp", SYMPTOM_HTTP_ERROR,
     "POST /status/500;GET /list;GET /gone/11;GET /gone/12;"
     "|noted order;settled order;"},
    {FIND("/none", "/gone/"), STATE_FAILED, "fsp", SYMPTOM_HTTP_ERROR,
     "POST /status/500;GET /none;"
     "|noted order;settled order;"},
    {FIND("/list", "/status/5"), STATE_FAILED, "fSpff", SYMPTOM_HTTP_ERROR,
     "POST /status/500;GET /list;GET /status/511;GET /status/512;"
     "|noted order;left order;"},
    /* After a login that failed, say, nothing found is not nothing left behind. */
    {"steps:\n  - {step: a, post: /one, mutates: order}\n"
     "cleanup:\n  - {step: log in, get: /status/500}\n"
     "  - {step: b, get: /none, find: {order: 'jsonpath \"$.orders[*].id\"'}}\n"
     "  - {step: c, get: \"/gone/${order}\", when: order, settles: order}\n",
     STATE_DEGRADED, "pfps", SYMPTOM_HTTP_ERROR,
     "POST /one;GET /status/500;GET /none;"
     "|noted order;left order;"},
    {"steps:\n  - {step: a, post: /one, mutates: order}\n"
     "cleanup:\n  - {step: log in, get: /status/500}\n"
     "  - {step: b, get: /list, find: {order: 'jsonpath \"$.orders[*].id\"'}}\n"
     "  - {step: c, get: \"/gone/${order}\", when: order, settles: order}\n",
     STATE_DEGRADED, "pfppp", SYMPTOM_HTTP_ERROR,
     "POST /one;GET /status/500;GET /list;GET /gone/11;GET /gone/12;"
     "|noted order;settled order;"},
    {FIND("/status/404", "/gone/"), STATE_FAILED, "fsf", SYMPTOM_HTTP_ERROR,
     "POST /status/500;GET /status/404;"
     "|noted order;left order;"},
    /* What cannot be looked up cannot be put right: that is no failure of its own. */
    {"steps:\n  - step: a\n    post: /status/500\n    mutates: order\n"
     "    capture: {order: 'jsonpath \"$.id\"'}\n"
     "cleanup:\n"
     "  - {step: b, when: not order, get: /status/404, find: {order: 'jsonpath "
     "\"$.orders[*].id\"'}}\n"
     "  - {step: c, get: \"/gone/${order}\", settles: order}\n",
     STATE_FAILED, "ffs", SYMPTOM_HTTP_ERROR,
     "POST /status/500;GET /status/404;"
     "|noted order;left order;"},
};

START_TEST(a_journey_ends_as_told)
{
    static const char letters[] = "pdfus";
    const struct journey_case *want = &journey_cases[_i];
    struct journey_fixture fixture;
    journey_fixture_open(&fixture);
    journey_fixture_load(&fixture, want->steps);
    journey_fixture_start(&fixture);
    loop_run(fixture.loop);
    struct run *run = fixture.run;
    char ends[32] = "", kept[32] = "";
    for (size_t i = 0; i < run->step_count; i++)
        ends[i] = letters[run->steps[i].state];
    char asked[sizeof fixture.asked + sizeof fixture.ledger];
    snprintf(asked, sizeof asked, "%s%s%s", fixture.asked, fixture.ledger[0] != '\0' ? "|" : "",
             fixture.ledger);
    ck_assert_str_eq(asked, want->asked);
    for (const char *at = want->steps_end; *at != '\0'; at++)
        snprintf(kept + strlen(kept), 2, "%s", *at != 'S' ? (char[]){*at, '\0'} : "");
    ck_assert_str_eq(ends, kept);
    ck_assert_str_eq(state_name(run->state), state_name(want->state));
    const struct run_step *failure = run_first_failure(run);
    if (failure == NULL && run->state == STATE_DEGRADED)
        failure = &run->steps[0];
    ck_assert_str_eq(symptom_code(failure != NULL ? failure->symptom : SYMPTOM_NONE),
                     symptom_code(want->symptom));
    ck_assert_uint_eq(fixture.progress, strlen(want->steps_end));
    ck_assert_int_gt(run->slot.ended.us, run->slot.started.us);
    journey_fixture_close(&fixture);
}
END_TEST

/* A connection is new on a run's first request and warm after that; phases say so. */
START_TEST(connections_are_cold_first_and_warm_later)
{
    struct journey_fixture fixture;
    journey_fixture_open(&fixture);
    journey_fixture_load(&fixture, "steps:\n  - {step: a, get: /one}\n  - {step: b, get: /two}\n");
    journey_fixture_start(&fixture);
    loop_run(fixture.loop);
    const struct exchange *first = &fixture.run->steps[0].exchanges[0];
    const struct exchange *second = &fixture.run->steps[1].exchanges[0];
    ck_assert(!first->reused);
    ck_assert_int_ne(first->phases[PHASE_CONNECT], PHASE_ABSENT);
    ck_assert_int_eq(first->phases[PHASE_DNS], PHASE_ABSENT);
    ck_assert(second->reused);
    ck_assert_int_eq(second->phases[PHASE_CONNECT], PHASE_ABSENT);
    for (size_t i = 0; i < 2; i++) {
        const struct exchange *exchange = &fixture.run->steps[i].exchanges[0];
        duration sum = 0;
        for (int phase = 0; phase < PHASE_COUNT; phase++)
            sum += exchange->phases[phase] != PHASE_ABSENT ? exchange->phases[phase] : 0;
        ck_assert_int_eq(sum, exchange->total);
    }
    journey_fixture_close(&fixture);
}
END_TEST

/* Told to end while a step of its cleanup is under way, a run waits for the answer. */
START_TEST(a_cleanup_under_way_is_not_cut_short)
{
    struct journey_fixture fixture;
    journey_fixture_open(&fixture);
    journey_fixture_load(&fixture, "steps:\n  - {step: a, get: /one}\n"
                                   "cleanup:\n  - {step: tidy, get: /silent, timeout: 500ms}\n"
                                   "  - {step: more, get: /more}\n");
    journey_fixture_start(&fixture);
    journey_fixture_until_asked(&fixture, "GET /one;GET /silent;");
    journey_fixture_end(&fixture);
    loop_run(fixture.loop);
    ck_assert_ptr_nonnull(fixture.run);
    ck_assert_uint_eq(fixture.run->step_count, 3);
    ck_assert_int_eq(fixture.run->steps[1].symptom, SYMPTOM_HTTP_TIMEOUT_TTFB);
    ck_assert_int_eq(fixture.run->steps[2].state, STATE_PASSED);
    ck_assert_int_eq(fixture.run->state, STATE_DEGRADED);
    journey_fixture_close(&fixture);
}
END_TEST

static bool wants_failed(void *data, const struct run *run)
{
    (void)data;
    return run->state == STATE_FAILED;
}

/* Only at the end it is known whether somebody will want them. */
START_TEST(messages_stay_when_they_are_wanted)
{
    struct journey_fixture fixture;
    journey_fixture_open(&fixture);
    fixture.wants_messages = wants_failed;
    journey_fixture_load(&fixture, _i == 0
                                       ? "steps:\n  - {step: a, post: /one, body: abcdef}\n"
                                       : "steps:\n  - {step: a, post: /one, body: abcdef, expect: "
                                         "[status == 500]}\n");
    journey_fixture_start(&fixture);
    loop_run(fixture.loop);
    const struct exchange *exchange = &fixture.run->steps[0].exchanges[0];
    ck_assert_int_eq(exchange->request != NULL, _i);
    ck_assert_int_eq(exchange->answer != NULL, _i);
    if (_i == 1) {
        ck_assert_str_eq(exchange->request->body, "abcd");
        ck_assert_uint_eq(exchange->request->body_size, 6);
        ck_assert_ptr_nonnull(message_header(exchange->request, "Host"));
        ck_assert_uint_gt(exchange->answer->body_size, 4);
    }
    journey_fixture_close(&fixture);
}
END_TEST

/* What those on the way say is kept where it is evidence, and no secret with it. */
static const struct {
    const char *steps, *x_cache; /* NULL: no words are kept */
} words_cases[] = {
    {"steps: [{step: a, get: /one}]\n", NULL},
    {"steps: [{step: a, get: /one, expect: status == 201}]\n", ""},
    {"steps: [{step: a, get: /cached/200}]\n", "HIT of blue"},
    {"steps: [{step: a, get: /cached/500}]\n", "HIT of blue"},
    {"steps:\n  - step: a\n    get: /cached/200\n    capture:\n"
     "      colour: header \"X-Cache\" regex /(blue)/ | secret\n",
     "HIT of ***"},
    {"steps: [{step: a, get: /silent}]\n", NULL},
};

START_TEST(words_stay_where_they_are_evidence)
{
    struct journey_fixture fixture;
    journey_fixture_run(&fixture, words_cases[_i].steps);
    const struct words *words = fixture.run->steps[0].exchanges[0].words;
    ck_assert_int_eq(words == NULL, words_cases[_i].x_cache == NULL);
    if (words != NULL)
        ck_assert_str_eq(words->x_cache != NULL ? words->x_cache : "", words_cases[_i].x_cache);
    journey_fixture_close(&fixture);
}
END_TEST

START_TEST(an_ended_run_still_cleans_up)
{
    struct journey_fixture fixture;
    journey_fixture_open(&fixture);
    journey_fixture_load(&fixture, "steps:\n  - {step: a, get: /silent}\n  - {step: b, get: /two}\n"
                                   "cleanup:\n  - {step: tidy, get: /tidy}\n");
    journey_fixture_start(&fixture);
    journey_fixture_until_asked(&fixture, "GET /silent;");
    journey_fixture_end(&fixture);
    loop_run(fixture.loop);
    ck_assert_str_eq(fixture.asked, "GET /silent;GET /tidy;");
    ck_assert_int_eq(fixture.run->state, STATE_UNKNOWN);
    ck_assert_str_eq(fixture.run->reason, "stopped");
    ck_assert_int_eq(fixture.run->steps[0].state, STATE_UNKNOWN);
    ck_assert_int_eq(fixture.run->steps[1].state, STATE_SKIPPED);
    ck_assert_int_eq(fixture.run->steps[2].state, STATE_PASSED);
    journey_fixture_close(&fixture);
}
END_TEST

/* What an earlier run noted of itself is all that its cleanup has: its own id, what it was
 * given, what it captured. Secrets, and what is made of them, are those of now. */
static const char inherited[] =
    "  bearer: b-${TOKEN}\nsecrets:\n  TOKEN: {env: CHECK_JOURNEY_TOKEN}\n"
    "steps:\n  - {step: a, post: \"/orders/${colour}\", mutates: order, "
    "capture: {order: 'jsonpath \"$.id\"'}}\n"
    "  - {step: b, post: /reviews, mutates: review}\n"
    "cleanup:\n"
    "  - {step: c, when: order, post: \"/cancel/${order}\", body: \"${TOKEN} ${bearer}\", "
    "settles: order}\n"
    "  - {step: d, when: not order, post: %s, body: \"${run.id} ${colour}\", "
    "find: {order: 'jsonpath \"$.orders[*].id\"'}}\n"
    "  - {step: e, post: /reviews/remove, settles: review}\n";

static const struct {
    const char *look_up, *known, *what;
    const char *asked, *ledger;
    enum state state;
    const char *reason;
} inherited_cases[] = {
    {"/list", "{\"run.id\": \"of-then\", \"colour\": \"green\"}", "order",
     "POST /list of-then green;POST /cancel/11 from-now b-from-now;"
     "POST /cancel/12 from-now b-from-now;",
     "settled order;", STATE_PASSED, NULL},
    /* A later step's note has what was captured by then. */
    {"/list", "{\"run.id\": \"of-then\", \"order\": 7, \"TOKEN\": \"of-then\"}", "order",
     "POST /cancel/7 from-now b-from-now;", "settled order;", STATE_PASSED, NULL},
    {"/none", "{\"run.id\": \"of-then\"}", "order", "POST /none of-then blue;", "settled order;",
     STATE_PASSED, NULL},
    {"/status/500", "{\"run.id\": \"of-then\"}", "order", "POST /status/500 of-then blue;", "",
     STATE_FAILED, NULL},
    {"/list", "{\"run.id\": \"of-then\"}", "review", "POST /reviews/remove;", "settled review;",
     STATE_PASSED, NULL},
    {"/list", "{\"run.id\": \"of-then\"}", "parcel", "", "", STATE_UNKNOWN, "not settled"},
};

START_TEST(a_run_cleans_up_for_an_earlier_one)
{
    struct journey_fixture fixture;
    char text[2048];
    setenv("CHECK_JOURNEY_TOKEN", "from-now", 1);
    journey_fixture_open(&fixture);
    snprintf(text, sizeof text, inherited, inherited_cases[_i].look_up);
    journey_fixture_load(&fixture, text);
    struct secrets *secrets = secrets_read(fixture.scenario, NULL);
    json_t *known = json_loads(inherited_cases[_i].known, 0, NULL);
    ck_assert_ptr_nonnull(known);
    const struct journey_debt debt = {.run_id = "0123456789abcdef0123456789abcdef",
                                      .what = inherited_cases[_i].what,
                                      .variables = known};
    fixture.debts = &debt;
    fixture.debt_count = 1;
    fixture.secrets = secrets;
    journey_fixture_start(&fixture);
    loop_run(fixture.loop);
    ck_assert_str_eq(fixture.asked, inherited_cases[_i].asked);
    ck_assert_str_eq(fixture.ledger, inherited_cases[_i].ledger);
    ck_assert_str_eq(state_name(fixture.run->state), state_name(inherited_cases[_i].state));
    ck_assert_pstr_eq(fixture.run->reason, inherited_cases[_i].reason);
    for (size_t i = 0; i < fixture.run->step_count; i++)
        ck_assert(!fixture.run->steps[i].cleanup);
    json_decref(known);
    secrets_free(secrets);
    journey_fixture_close(&fixture);
}
END_TEST

START_TEST(the_budget_bounds_the_steps)
{
    struct journey_fixture fixture;
    journey_fixture_open(&fixture);
    journey_fixture_load(&fixture, "steps:\n  - {step: a, get: /silent, timeout: 60s}\n");
    struct instant before = clock_instant();
    journey_fixture_start(&fixture);
    loop_run(fixture.loop);
    duration took = instant_between(before, clock_instant());
    ck_assert_int_ge(took, 2 * DURATION_SECOND);
    ck_assert_int_lt(took, 10 * DURATION_SECOND);
    ck_assert_int_eq(fixture.run->state, STATE_FAILED);
    journey_fixture_close(&fixture);
}
END_TEST

static void check_waits(const struct journey_fixture *fixture, const char *step)
{
    const struct run *run = journey_waits(fixture->journey);
    ck_assert_int_eq(run != NULL, step != NULL);
    if (step == NULL)
        return;
    ck_assert_str_eq(run->steps[run->step_count - 1].name, step);
    ck_assert_int_gt(run->steps[run->step_count - 1].started.us, 0);
}

static struct {
    const struct journey_fixture *fixture;
    struct loop_timer *timer;
} acknowledgement;

/* A kernel may take some time for it, to send it with the answer. */
static void await_acknowledgement(void *data)
{
    (void)data;
    if (journey_is_received(acknowledgement.fixture->journey))
        loop_stop(acknowledgement.fixture->loop);
    else
        loop_timer_set(acknowledgement.timer, DURATION_MILLISECOND);
}

static void until_received(const struct journey_fixture *fixture)
{
    acknowledgement.fixture = fixture;
    acknowledgement.timer = loop_timer_create(fixture->loop, await_acknowledgement, NULL);
    loop_timer_set(acknowledgement.timer, 0);
    loop_run(fixture->loop);
    loop_timer_free(acknowledgement.timer);
}

/* Not before it has sent its request, nor once its end is asked for, nor in cleanup. */
START_TEST(a_run_tells_what_it_waits_for)
{
    struct journey_fixture fixture;
    journey_fixture_open(&fixture);
    journey_fixture_load(&fixture, "steps:\n  - {step: a, get: /one}\n"
                                   "  - {step: b, get: /silent}\n"
                                   "cleanup:\n  - {step: tidy, get: /silent}\n");
    journey_fixture_start(&fixture);
    check_waits(&fixture, NULL);
    ck_assert(!journey_is_received(fixture.journey));
    journey_fixture_until_asked(&fixture, "GET /one;GET /silent;");
    until_received(&fixture);
    check_waits(&fixture, "b");
    journey_fixture_end(&fixture);
    check_waits(&fixture, NULL);
    journey_fixture_until_asked(&fixture, "GET /one;GET /silent;GET /silent;");
    check_waits(&fixture, NULL);
    journey_abandon(fixture.journey);
    journey_fixture_close(&fixture);
}
END_TEST

START_TEST(an_abandoned_run_leaves_nothing)
{
    struct journey_fixture fixture;
    journey_fixture_open(&fixture);
    journey_fixture_load(&fixture, "steps:\n  - {step: a, get: /silent}\n");
    journey_fixture_start(&fixture);
    journey_fixture_until_asked(&fixture, "GET /silent;");
    journey_abandon(fixture.journey);
    ck_assert_ptr_null(fixture.run);
    journey_fixture_close(&fixture);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("journey");
    TCase *tests = tcase_create("journey");
    tcase_set_timeout(tests, 30);
    tcase_add_loop_test(tests, a_journey_ends_as_told, 0, COUNT_OF(journey_cases));
    tcase_add_test(tests, connections_are_cold_first_and_warm_later);
    tcase_add_loop_test(tests, messages_stay_when_they_are_wanted, 0, 2);
    tcase_add_loop_test(tests, words_stay_where_they_are_evidence, 0, COUNT_OF(words_cases));
    tcase_add_test(tests, an_ended_run_still_cleans_up);
    tcase_add_test(tests, a_cleanup_under_way_is_not_cut_short);
    tcase_add_loop_test(tests, a_run_cleans_up_for_an_earlier_one, 0, COUNT_OF(inherited_cases));
    tcase_add_test(tests, the_budget_bounds_the_steps);
    tcase_add_test(tests, a_run_tells_what_it_waits_for);
    tcase_add_test(tests, an_abandoned_run_leaves_nothing);
    suite_add_tcase(suite, tests);
    return suite;
}
