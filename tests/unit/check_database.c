/* SPDX-License-Identifier: MIT */
/* record/database: findings as a line and as JSON, and what a code of the database's means. */
#include "tests/unit/runner.h"

#include "monitor/record/database.h"

#include <string.h>

static const struct {
    const char *code;
    enum symptom symptom;
} code_cases[] = {
    {"XX001", SYMPTOM_DB_CORRUPT},
    {"XX002", SYMPTOM_DB_CORRUPT},
    {"58P01", SYMPTOM_DB_CORRUPT},
    {"53300", SYMPTOM_DB_EXHAUSTED},
    {"53100", SYMPTOM_DB_FULL},
    {"25006", SYMPTOM_DB_READ_ONLY},
    {"2200H", SYMPTOM_DB_OUT_OF_NUMBERS},
    {"55P03", SYMPTOM_DB_LOCKED},
    {"57014", SYMPTOM_DB_LOCKED},
    {"57P01", SYMPTOM_DB_UNAVAILABLE},
    {"57P03", SYMPTOM_DB_UNAVAILABLE},
    {"08006", SYMPTOM_DB_UNAVAILABLE},
    {"58030", SYMPTOM_DB_UNAVAILABLE},
    {"42P01", SYMPTOM_NONE},
    {"XX000", SYMPTOM_NONE},
    {"", SYMPTOM_NONE},
};

START_TEST(codes_have_their_symptom)
{
    ck_assert_int_eq(database_symptom(code_cases[_i].code), code_cases[_i].symptom);
}
END_TEST

static const struct {
    struct database_finding finding;
    const char *line;
} line_cases[] = {
    {{.check = DATABASE_CONNECT, .outcome = DATABASE_GOOD, .time = 7000}, "connect good"},
    {{.check = DATABASE_READ, .table = "orders", .outcome = DATABASE_UNASKED},
     "read of orders unasked"},
    {{.check = DATABASE_READ,
      .table = "orders",
      .outcome = DATABASE_HUNG,
      .time = 3 * DURATION_SECOND,
      .text = "no answer came"},
     "read of orders hung after 3.00 s: no answer came"},
    {{.check = DATABASE_WRITE,
      .table = "canary",
      .outcome = DATABASE_FAILED,
      .code = "25006",
      .text = "read-only"},
     "write of canary failed: read-only (25006)"},
};

START_TEST(a_finding_is_a_line)
{
    struct buffer text;
    buffer_init(&text, SIZE_MAX);
    database_print(&line_cases[_i].finding, &text);
    ck_assert_str_eq(text.data, line_cases[_i].line);
    buffer_free(&text);
}
END_TEST

/* What was never good may be set up wrongly. */
static const struct {
    struct database_finding finding;
    bool is_ill;
} ill_cases[] = {
    {{.check = DATABASE_READ, .outcome = DATABASE_GOOD}, false},
    {{.check = DATABASE_READ, .outcome = DATABASE_BLIND, .was_good = true}, false},
    {{.check = DATABASE_READ, .outcome = DATABASE_FAILED}, false},
    {{.check = DATABASE_READ, .outcome = DATABASE_FAILED, .was_good = true}, true},
    {{.check = DATABASE_READ, .outcome = DATABASE_FAILED, .symptom = SYMPTOM_DB_CORRUPT}, true},
    {{.check = DATABASE_READ, .outcome = DATABASE_HUNG}, true},
    {{.check = DATABASE_CONNECT, .outcome = DATABASE_HUNG, .symptom = SYMPTOM_TCP_TIMED_OUT},
     false},
    {{.check = DATABASE_CONNECT, .outcome = DATABASE_HUNG, .was_good = true}, true},
};

START_TEST(what_was_never_good_may_be_set_up_wrongly)
{
    ck_assert(database_is_ill(&ill_cases[_i].finding) == ill_cases[_i].is_ill);
}
END_TEST

START_TEST(a_state_is_json)
{
    struct database_finding findings[] = {
        {.check = DATABASE_CONNECT,
         .outcome = DATABASE_GOOD,
         .time = 1500,
         .at = {1000000},
         .times = 2},
        {.check = DATABASE_READ,
         .part = "orders",
         .table = "public.\"order\"",
         .outcome = DATABASE_FAILED,
         .symptom = SYMPTOM_DB_CORRUPT,
         .code = "XX002",
         .time = 2000,
         .at = {1000000},
         .times = 1,
         .text = "index \"a\" is damaged"},
        {.check = DATABASE_WRITE, .outcome = DATABASE_UNASKED},
    };
    struct database_state state = {.component = "db",
                                   .engine = "postgresql",
                                   .findings = findings,
                                   .finding_count = COUNT_OF(findings),
                                   .abandoned = 1};
    struct buffer text;
    buffer_init(&text, SIZE_MAX);
    database_write(&state, &text);
    ck_assert_str_eq(
        text.data,
        "{\"component\":\"db\",\"engine\":\"postgresql\",\"findings\":["
        "{\"check\":\"connect\",\"outcome\":\"good\",\"time\":1.5,"
        "\"at\":\"1970-01-01T00:00:01.000Z\",\"times\":2},"
        "{\"check\":\"read\",\"part\":\"orders\",\"table\":\"public.\\\"order\\\"\","
        "\"outcome\":\"failed\",\"symptom\":\"db.corrupt\",\"code\":\"XX002\",\"time\":2.0,"
        "\"at\":\"1970-01-01T00:00:01.000Z\",\"times\":1,"
        "\"text\":\"index \\\"a\\\" is damaged\"},"
        "{\"check\":\"write\",\"outcome\":\"unasked\"}],\"abandoned\":1}");
    buffer_clear(&text);
    state.has_sessions = true;
    state.sessions =
        (struct database_sessions){.count = 5, .limit = 97, .stuck = 1, .stuck_for = 61000000};
    database_write(&state, &text);
    ck_assert_ptr_nonnull(strstr(text.data, "\"sessions\":{\"count\":5,\"limit\":97,\"active\":0,"
                                            "\"idle_in_transaction\":0,\"stuck\":1,"
                                            "\"stuck_for\":61000.0,\"blocked\":0,"
                                            "\"blocked_for\":0.0},\"is_replica\":false"));
    buffer_free(&text);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("database");
    TCase *tests = tcase_create("database");
    tcase_add_loop_test(tests, codes_have_their_symptom, 0, COUNT_OF(code_cases));
    tcase_add_loop_test(tests, a_finding_is_a_line, 0, COUNT_OF(line_cases));
    tcase_add_loop_test(tests, what_was_never_good_may_be_set_up_wrongly, 0, COUNT_OF(ill_cases));
    tcase_add_test(tests, a_state_is_json);
    suite_add_tcase(suite, tests);
    return suite;
}
