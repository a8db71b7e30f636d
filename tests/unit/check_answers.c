/* SPDX-License-Identifier: MIT */
/* diagnose/: what an answer says of itself, by its page and its headers: who made it, and why. */
#include "tests/unit/lone_run.h"

#include <string.h>

/* What an answer says by its page and its headers of who made it, and the fact that it is. */
static const struct {
    int status;
    const char *page;
    struct words words;
    const char *code, *text;
} answer_cases[] = {
    {503, "<center>nginx/1.22.1</center>", {0}, "answer.gateway_at_once", "503, nginx"},
    {503,
     "No server is available to handle this request.",
     {0},
     "answer.gateway_at_once",
     "503, HAProxy"},
    {504,
     "<h1>504</h1>The server didn't respond in time.",
     {0},
     "answer.gateway_timeout",
     "504, HAProxy"},
    {503,
     "upstream connect error or disconnect/reset before headers. reset reason: connection "
     "timeout",
     {0},
     "answer.edge_no_way",
     "connection timeout"},
    {503,
     "upstream connect error or disconnect/reset before headers. reset reason: connection "
     "failure, transport failure reason: delayed connect error: 111",
     {0},
     "answer.proxy_refused",
     "delayed connect error: 111"},
    {503, "no healthy upstream", {.server = "envoy"}, "answer.proxy_refused", "no healthy"},
    {503, "<p>Error 503 first byte timeout", {0}, "answer.edge_waited", "first byte timeout"},
    {503, "Guru Meditation", {.retry_after = "5"}, "answer.closed", "Retry-After 5"},
    {502, "CloudFront wasn't able to connect to the origin.", {0}, "answer.edge_no_way", "origin"},
    {403, "<title>Just a moment...</title>", {0}, "answer.proxy_denied", "moment"},
    {403, "", {.cf_mitigated = "challenge"}, "answer.proxy_denied", "CF-Mitigated"},
    /* The application itself answers: no proxy has lost it. */
    {503,
     "{\"title\":\"Busy\"}",
     {.content_type = "application/problem+json; charset=utf-8"},
     "answer.server_error",
     "503"},
    {504, "{}", {.content_type = "application/problem+json"}, "answer.server_error", "504"},
    {503, "<h1>Sorry</h1>", {.envoy_time = "12"}, "answer.server_error", "503"},
    {500,
     "<h1>Sorry</h1>",
     {.server_timing = "app;dur=4, db;dur=155"},
     "answer.time_in_database",
     "db;dur=155"},
    {500,
     "<h1>Sorry</h1>",
     {.server_timing = "db;desc=\"a, b\";dur=1, app;dur=19"},
     "answer.time_in_application",
     "app;dur=19"},
    {500, "<h1>Sorry</h1>", {.age = "31"}, "answer.from_cache", "cache"},
};

START_TEST(an_answer_says_who_made_it)
{
    struct lone_run lone;
    lone_run_open(&lone, "web");
    lone.step->symptom = SYMPTOM_HTTP_ERROR;
    lone.step->excerpt = answer_cases[_i].page;
    lone.exchange->status = answer_cases[_i].status;
    lone.exchange->words = &answer_cases[_i].words;
    lone.exchange->phases[PHASE_WAIT] = 150 * DURATION_MILLISECOND;
    const struct evidence *found = lone_run_judge(&lone, NULL, &answer_cases[_i].code, 1);
    ck_assert_msg(found != NULL, "%s is not among the evidence", answer_cases[_i].code);
    ck_assert_str_eq(found->fact, answer_cases[_i].code);
    ck_assert_msg(strstr(found->text, answer_cases[_i].text) != NULL, "%s", found->text);
    lone_run_close(&lone);
}
END_TEST

static const struct {
    const char *header;
    bool told;
    duration time;
} timing_cases[] = {
    {"db;dur=12.5", true, 12500},
    {"cache;desc=\"Cache Read\";dur=23.2,db;dur=53, app;dur=47.2", true, 53000},
    {"sql-1;dur=1, sql-2; dur=2", true, 3000},
    {"mysql;desc=\"db;dur=9\";dur=\"4\"", true, 4000},
    {"db", false, 0},
    {"dbx;dur=5", false, 0},
    {"total;dur=100", false, 0},
    {"", false, 0},
    {", ,;", false, 0},
};

START_TEST(a_shop_says_what_it_took_its_time_for)
{
    duration time;
    ck_assert_int_eq(diagnose_database_time(timing_cases[_i].header, &time), timing_cases[_i].told);
    ck_assert_int_eq(time, timing_cases[_i].time);
}
END_TEST

/* What a body names of a database. */
static const struct {
    const char *body;
    enum symptom symptom;
} words[] = {
    {"<h1>Sorry</h1>", SYMPTOM_NONE},
    {"SQLSTATE[53300]: too many", SYMPTOM_DB_EXHAUSTED},
    {"ERROR: refused (SQLSTATE 25006)", SYMPTOM_DB_READ_ONLY},
    {"SQLSTATE[08006] [7]", SYMPTOM_DB_UNAVAILABLE},
    {"{\"code\":\"57P01\"}", SYMPTOM_DB_UNAVAILABLE},
    {"{\"code\":\"XX002\",\"file\":\"nbtpage.c\"}", SYMPTOM_DB_CORRUPT},
    {"{\"total\":53300, \"id\": \"XX0011\", \"item\": \"08abc\"}", SYMPTOM_NONE},
    {"database disk image is malformed", SYMPTOM_DB_CORRUPT},
    {"{\"errors\":[{\"message\":\"connect ECONNREFUSED 10.0.0.5:5432\"}]}", SYMPTOM_DB_UNAVAILABLE},
    {"connect ECONNREFUSED 127.0.0.1:3306 at TCPConnectWrap", SYMPTOM_DB_UNAVAILABLE},
    /* Another's port, a longer number, and no refusal at all. */
    {"connect ECONNREFUSED 127.0.0.1:8443", SYMPTOM_NONE},
    {"connect ECONNREFUSED 127.0.0.1:54320", SYMPTOM_NONE},
    {"order 12:5432 was not found", SYMPTOM_NONE},
    {"connect ECONNREFUSED ", SYMPTOM_NONE},
};

START_TEST(a_body_names_a_database_or_does_not)
{
    ck_assert_str_eq(symptom_code(diagnose_database_words(words[_i].body)),
                     symptom_code(words[_i].symptom));
}
END_TEST

/* --- who gave up, by the moment -------------------------------------------------------------- */

static struct component_timeouts of_edge = {.connect = 5 * DURATION_SECOND,
                                            .answer = DURATION_MINUTE};
static struct component_timeouts of_web = {.answer = 20 * DURATION_SECOND};
static struct component_timeouts of_db = {.pool = 30 * DURATION_SECOND, .query = DURATION_SECOND};
static struct component_timeouts of_payment = {.answer = 10 * DURATION_SECOND};
static struct component components[] = {
    {.name = "edge", .kind = CAUSE_NETWORK, .timeouts = &of_edge},
    {.name = "web", .kind = CAUSE_APPLICATION, .timeouts = &of_web},
    {.name = "db", .kind = CAUSE_DATABASE, .timeouts = &of_db},
    {.name = "payment", .kind = CAUSE_THIRD_PARTY, .timeouts = &of_payment},
    {.name = "mail", .kind = CAUSE_THIRD_PARTY},
};
static const struct shop shop = {.components = components, .component_count = COUNT_OF(components)};

static const struct {
    const char *needs;
    int status;
    enum symptom symptom;
    duration wait, receive; /* in milliseconds */
    const char *code;       /* NULL: nobody's patience was at its end */
} patience_cases[] = {
    {"db.orders", 500, SYMPTOM_NONE, 30040, 0, "patience.with_database"},
    {"db.orders", 500, SYMPTOM_NONE, 29950, 0, "patience.with_database"},
    {"db.orders", 500, SYMPTOM_NONE, 29600, 0, NULL},
    {"db.orders", 500, SYMPTOM_NONE, 31000, 0, NULL},
    {"db.orders", 500, SYMPTOM_NONE, 1120, 0, "patience.with_database"},
    {"db.orders", 200, SYMPTOM_NONE, 30040, 0, NULL},            /* no error */
    {"db.orders", 0, SYMPTOM_HTTP_TIMEOUT_TTFB, 30040, 0, NULL}, /* ours */
    {"db.orders", 500, SYMPTOM_NONE, 10010, 0, NULL}, /* of the provider, which it does not need */
    {"payment", 502, SYMPTOM_NONE, 10010, 0, "patience.with_provider"},
    {"web", 0, SYMPTOM_TCP_CLOSED, 20100, 0, "patience.of_application"},
    {"mail", 503, SYMPTOM_NONE, 5010, 0, "patience.of_proxy"},
    /* In the middle of an answer. */
    {"web", 200, SYMPTOM_HTTP_TRUNCATED, 40, 60000, "patience.of_proxy"},
};

START_TEST(the_moment_says_who_gave_up)
{
    static const char *const codes[] = {"patience."};
    struct lone_run lone;
    lone_run_open(&lone, patience_cases[_i].needs);
    lone.exchange->status = patience_cases[_i].status;
    lone.step->symptom = lone.exchange->symptom = patience_cases[_i].symptom;
    lone.exchange->phases[PHASE_WAIT] = patience_cases[_i].wait * DURATION_MILLISECOND;
    lone.exchange->phases[PHASE_RECEIVE] = patience_cases[_i].receive * DURATION_MILLISECOND;
    const struct evidence *found = lone_run_judge(&lone, &shop, codes, COUNT_OF(codes));
    ck_assert_pstr_eq(found != NULL ? found->fact : NULL, patience_cases[_i].code);
    lone_run_close(&lone);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("answers");
    TCase *tests = tcase_create("answers");
    tcase_add_loop_test(tests, an_answer_says_who_made_it, 0, COUNT_OF(answer_cases));
    tcase_add_loop_test(tests, a_shop_says_what_it_took_its_time_for, 0, COUNT_OF(timing_cases));
    tcase_add_loop_test(tests, a_body_names_a_database_or_does_not, 0, COUNT_OF(words));
    tcase_add_loop_test(tests, the_moment_says_who_gave_up, 0, COUNT_OF(patience_cases));
    suite_add_tcase(suite, tests);
    return suite;
}
