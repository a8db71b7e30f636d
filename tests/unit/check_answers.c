/* SPDX-License-Identifier: MIT */
/* diagnose/: what an answer says of itself, by its page and its headers: who made it, and why. */
#include "tests/unit/lone_run.h"

#include "monitor/base/memory.h"
#include "monitor/diagnose/answer_error.h"

#include <stdio.h>
#include <stdlib.h>
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

/* What an answer with status 200 says of an error all the same, and what it is. Bodies of shops. */
static const struct {
    const char *body, *code, *text;
} error_cases[] = {
    /* Apollo's, and Yoga's that masks what it did not expect; the first by Vendure */
    {"{\"errors\":[{\"message\":\"Internal server "
     "error\",\"path\":[\"orderByCode\"],\"extensions\":"
     "{\"code\":\"INTERNAL_SERVER_ERROR\"}}],\"data\":{\"orderByCode\":null}}",
     "answer.server_error",
     "status 200 and the error INTERNAL_SERVER_ERROR, “Internal server error”."},
    {"{\"errors\":[{\"message\":\"Unexpected "
     "error.\",\"locations\":[{\"line\":2,\"column\":3}],\"path\":"
     "[\"cart\"]}],\"data\":null}",
     "answer.server_error", "status 200 and the error “Unexpected error.”."},
    /* Of the fields asked for nothing came; and one did, so that another may be what is wrong. */
    {"{\"errors\":[{\"message\":\"relation \\\"order\\\" does not "
     "exist\",\"path\":[\"orderByCode\"]}],"
     "\"data\":{\"orderByCode\":null}}",
     "answer.server_error", "“relation \"order\" does not exist”"},
    {"{\"errors\":[{\"message\":\"no stars "
     "yet\",\"path\":[\"rating\"]}],\"data\":{\"product\":{\"id\":\"7\"},"
     "\"rating\":null}}",
     "answer.content", "normally"},
    /* The worst of several counts, and what is cut off is read as far as it goes. */
    {"{\"data\":null,\"errors\":[{\"message\":\"No\",\"extensions\":{\"code\":\"FORBIDDEN\"}},{"
     "\"message\":"
     "\"Ouch\",\"extensions\":{\"code\":\"INTERNAL_SERVER_ERROR\",\"stacktrace\":[\"Error: Ou",
     "answer.server_error", "INTERNAL_SERVER_ERROR, “Ouch”"},
    /* Saleor, Magento, Spring, Shopware, a problem (RFC 9457), and one of Nest */
    {"{\"errors\":[{\"message\":\"Internal Server "
     "Error\",\"path\":[\"me\"],\"extensions\":{\"exception\":"
     "{\"code\":\"OperationalError\"}}}],\"data\":{\"me\":null}}",
     "answer.server_error", "OperationalError, “Internal Server Error”"},
    {"{\"errors\":[{\"message\":\"Internal server "
     "error\",\"extensions\":{\"category\":\"internal\"}}]}",
     "answer.server_error", "internal, “Internal server error”"},
    {"{\"errors\":[{\"message\":\"\",\"extensions\":{\"classification\":\"INTERNAL_ERROR\"}}]}",
     "answer.server_error", "the error INTERNAL_ERROR."},
    {"{\"errors\":[{\"status\":\"500\",\"code\":\"0\",\"title\":\"Internal Server "
     "Error\",\"detail\":\"x\"}]}",
     "answer.server_error", "500, “Internal Server Error”"},
    {"{\"type\":\"about:blank\",\"title\":\"Bad Gateway\",\"status\":502}", "answer.server_error",
     "the error 502, “Bad Gateway”"},
    {"{\"statusCode\":500,\"message\":\"It broke\"}", "answer.server_error", "500, “It broke”"},
    {"{\"error\":\"Internal Server Error\"}", "answer.server_error", "“Internal Server Error”"},
    {"{\"error\":{\"code\":503,\"message\":\"Try again\"}}", "answer.server_error",
     "503, “Try again”"},
    /* Only words are a message. */
    {"{\"error\":true,\"status\":500,\"message\":\"Database gone\"}", "answer.server_error",
     "the error 500, “Database gone”."},
    {"{\"error\":{\"message\":0,\"status\":503,\"title\":\"Try again\"}}", "answer.server_error",
     "the error 503, “Try again”."},
    {"{\"errors\":[{\"message\":false,\"code\":500,\"detail\":null}]}", "answer.server_error",
     "the error 500."},
    {"{\"error\":500}", "answer.server_error", "the error 500."},
    /* The request is wrong: by its code, and by where it is, before anything was begun. */
    {"{\"errors\":[{\"message\":\"Cannot query field \\\"prize\\\" on type \\\"Product\\\".\","
     "\"extensions\":{\"code\":\"GRAPHQL_VALIDATION_FAILED\"}}]}",
     "answer.client_error",
     "status 200 and the error GRAPHQL_VALIDATION_FAILED, “Cannot query field"},
    {"{\"errors\":[{\"message\":\"Unknown argument\",\"locations\":[{\"line\":1,\"column\":9}]}]}",
     "answer.client_error", "“Unknown argument”"},
    {"{\"errors\":[{\"message\":\"error.forbidden\",\"path\":[\"order\"],\"extensions\":{\"code\":"
     "\"FORBIDDEN\"}}],\"data\":null}",
     "answer.client_error", "FORBIDDEN"},
    {"{\"errors\":[{\"message\":\"Unauthorized\",\"path\":[\"me\"]}],\"data\":{\"me\":null}}",
     "answer.client_error", "“Unauthorized”"},
    {"{\"errors\":[{\"message\":\"Throttled\",\"extensions\":{\"code\":\"THROTTLED\"}}]}",
     "answer.limited", "too often (200 and the error THROTTLED, “Throttled”)"},
    /* The shop's own words, names that only sound so, and what is no JSON */
    {"{\"data\":{\"pay\":{\"errorCode\":\"PAYMENT_DECLINED_ERROR\",\"message\":\"declined\"}}}",
     "answer.content", "normally"},
    {"{\"errors\":[{\"message\":\"Sold "
     "out\",\"path\":[\"add\"],\"extensions\":{\"code\":\"SOLD_OUT\"}}],"
     "\"data\":null}",
     "answer.content", "normally"},
    {"{\"code\":\"500\",\"title\":\"Internal\",\"status\":\"new\",\"errors\":[],\"data\":null}",
     "answer.content", "normally"},
    {"{\"error\":\"No such product\"}", "answer.content", "normally"},
    {"{\"errors\":[{\"mess", "answer.content", "normally"},
    {"<p>{\"statusCode\":500}</p>", "answer.content", "normally"},
    {"", "answer.content", "normally"},
};

START_TEST(an_error_under_a_good_status_is_one)
{
    struct lone_run lone;
    static const char *const answer[] = {"answer."};
    lone_run_open(&lone, "web");
    lone.step->symptom = SYMPTOM_CONTENT_MISMATCH;
    lone.step->excerpt = error_cases[_i].body;
    lone.exchange->status = 200;
    const struct evidence *found = lone_run_judge(&lone, NULL, answer, COUNT_OF(answer));
    ck_assert_ptr_nonnull(found);
    ck_assert_str_eq(found->fact, error_cases[_i].code);
    ck_assert_msg(strstr(found->text, error_cases[_i].text) != NULL, "%s", found->text);
    lone_run_close(&lone);
}
END_TEST

/* What comes from a shop is one short line, however it is written, and ends between words. */
START_TEST(an_errors_message_is_one_short_line)
{
    char body[2000] = "{\"errors\":[{\"message\":\"a\\u0007\\nb \\u00fc\\ud83d \x01";
    for (size_t i = 0; i < 80; i++)
        strcat(body, "12345 ");
    strcat(body, "\"}],\"data\":null}");
    struct answer_error error = answer_error_in(body);
    ck_assert_int_eq(error.kind, ANSWER_ERROR_SERVER);
    ck_assert_mem_eq(error.message, "a  b ü� ", strlen("a  b ü� "));
    ck_assert_uint_lt(strlen(error.message), ANSWER_MESSAGE_SIZE);
    ck_assert_str_eq(error.message + strlen(error.message) - 6, " 12345");
    /* Deeper than anything means anything by. */
    memset(body, '[', sizeof body - 1);
    memcpy(body, "{\"errors\":", strlen("{\"errors\":"));
    ck_assert_int_eq(answer_error_in(body).kind, ANSWER_ERROR_NONE);
}
END_TEST

/* A character beyond the first 65536 is written in two halves; one alone is none. */
START_TEST(an_errors_halves_are_joined)
{
    static const struct {
        const char *written, *meant;
    } cases[] = {
        {"\\ud83d\\ude00!", "😀!"},
        {"\\uD800\\uDC00\\uDBFF\\uDFFF", "𐀀\xf4\x8f\xbf\xbf"},
        {"\\ud83dA", "�A"},
        {"\\ud83d\\u0041", "�A"},
        {"\\ud83d\\ud83d\\ude00", "�😀"},
        {"\\ude00\\ud83d", "��"},
        {"\\ud83d\\n", "� "},
    };
    char body[96];
    snprintf(body, sizeof body, "{\"status\":500,\"error\":\"%s\"}", cases[_i].written);
    ck_assert_str_eq(answer_error_in(body).message, cases[_i].meant);
}
END_TEST

/* Without quotes there are numbers, true, false and null. */
START_TEST(what_is_no_json_is_not_told)
{
    static const char *const values[] = {
        "\x1b]0;x\x07\xff", "true\x1b", "1\xff", "Ouch", "\x07", ""};
    char body[64];
    snprintf(body, sizeof body, "{\"status\":500,\"error\":%s}", values[_i]);
    struct answer_error error = answer_error_in(body);
    ck_assert_int_eq(error.kind, ANSWER_ERROR_SERVER);
    ck_assert_str_eq(error.code, "500");
    ck_assert_str_eq(error.message, "");
}
END_TEST

/* An answer cut off anywhere is never taken for worse than it is. */
START_TEST(an_error_that_is_cut_off_is_no_worse)
{
    for (size_t i = 0; i < COUNT_OF(error_cases); i++) {
        enum answer_error_kind whole = answer_error_in(error_cases[i].body).kind;
        for (size_t length = 0; length < strlen(error_cases[i].body); length++) {
            char *cut = memory_allocate(length + 1, 1);
            memcpy(cut, error_cases[i].body, length);
            ck_assert_int_le(answer_error_in(cut).kind, whole);
            free(cut);
        }
    }
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
    {"nextval: reached maximum value of sequence \"order_id_seq\" (543)",
     SYMPTOM_DB_OUT_OF_NUMBERS},
    {"SQLSTATE[2200H]: nextval", SYMPTOM_DB_OUT_OF_NUMBERS},
    {"ERROR 1467 (HY000): Failed to read auto-increment value from storage engine",
     SYMPTOM_DB_OUT_OF_NUMBERS},
    {"database is not accepting commands to avoid wraparound data loss in database \"shop\"",
     SYMPTOM_DB_READ_ONLY},
    {"{\"errors\":[{\"message\":\"connect ECONNREFUSED 10.0.0.5:5432\"}]}", SYMPTOM_DB_UNAVAILABLE},
    {"connect ECONNREFUSED ::1:5432\n    at TCPConnectWrap", SYMPTOM_DB_UNAVAILABLE},
    {"connect ECONNREFUSED 127.0.0.1:8443, connect ECONNREFUSED 127.0.0.1:3306",
     SYMPTOM_DB_UNAVAILABLE},
    {"connect ETIMEDOUT 127.0.0.1:5432", SYMPTOM_NONE},
    {"connect ECONNREFUSED 127.0.0.1:3306 at TCPConnectWrap", SYMPTOM_DB_UNAVAILABLE},
    {"connection to server at \"10.0.0.5\", port 6432 failed: Connection refused",
     SYMPTOM_DB_UNAVAILABLE},
    {"{\"detail\":\"connection to server at \\\"db\\\", port 6432 failed: FATAL:  sorry, too many "
     "clients already\"}",
     SYMPTOM_DB_EXHAUSTED},
    {"could not translate host name \"db.internal\" to address", SYMPTOM_DB_UNAVAILABLE},
    {"Can't connect to MySQL server on 'db.internal' (115)", SYMPTOM_DB_UNAVAILABLE},
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
    tcase_add_loop_test(tests, an_error_under_a_good_status_is_one, 0, COUNT_OF(error_cases));
    tcase_add_test(tests, an_errors_message_is_one_short_line);
    tcase_add_loop_test(tests, an_errors_halves_are_joined, 0, 7);
    tcase_add_loop_test(tests, what_is_no_json_is_not_told, 0, 6);
    tcase_add_test(tests, an_error_that_is_cut_off_is_no_worse);
    tcase_add_loop_test(tests, a_shop_says_what_it_took_its_time_for, 0, COUNT_OF(timing_cases));
    tcase_add_loop_test(tests, a_body_names_a_database_or_does_not, 0, COUNT_OF(words));
    tcase_add_loop_test(tests, the_moment_says_who_gave_up, 0, COUNT_OF(patience_cases));
    suite_add_tcase(suite, tests);
    return suite;
}
