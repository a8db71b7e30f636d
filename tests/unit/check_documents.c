/* SPDX-License-Identifier: MIT */
/* reporters/: documents for other programs, of runs that hold what no shop should send; and the
 * quotes that scenarios/requote.c gives. */
#include "tests/unit/runner.h"

#include "monitor/record/message.h"
#include "reporters/documents.h"
#include "scenarios/requote.h"

#include <jansson.h>
#include <string.h>

enum { TEXT_MAX = 1024 * 1024 };

static struct run *run;
static struct exchange *exchange;
static struct message request, answer;
static struct buffer text;

static void set_up(void)
{
    run = run_create("buy # shoes", "home", (struct wall_time){1000000});
    struct run_step *step = run_add_step(run, "a <b> & \"c\"");
    step->state = STATE_FAILED;
    step->symptom = SYMPTOM_HTTP_ERROR;
    step->expected = "status == 200";
    step->actual = "]]> \x1b[31m \xff\n0";
    exchange = run_add_exchange(run, step);
    exchange->method = "GET";
    exchange->url = "https://shop.test/p?a=1&b#c";
    exchange->status = 500;
    exchange->phases[PHASE_TLS] = 2000;
    exchange->phases[PHASE_CONNECT] = 1000;
    exchange->phases[PHASE_WAIT] = 4000;
    exchange->total = 7000;
    request = answer = (struct message){.body = ""};
    exchange->request = &request;
    exchange->answer = &answer;
    run_add_step(run, "skipped");
    run->state = STATE_FAILED;
    buffer_init(&text, TEXT_MAX);
}

static void tear_down(void)
{
    buffer_free(&text);
    run_free(run);
}

static json_t *har_entry(json_t **ret_har)
{
    buffer_clear(&text);
    document_har(&run, 1, &text);
    *ret_har = json_loads(text.data, 0, NULL);
    ck_assert_ptr_nonnull(*ret_har);
    json_t *log = json_object_get(*ret_har, "log");
    return json_array_get(json_object_get(log, "entries"), 0);
}

static const struct {
    const char *body;
    size_t length, size;
    const char *text, *encoding, *comment;
} body_cases[] = {
    {"abc", 3, 3, "abc", NULL, NULL},
    {"\xff", 1, 1, "/w==", "base64", NULL},
    {"\xff\xfe", 2, 2, "//4=", "base64", NULL},
    {"\xff\xfe\xfd", 3, 3, "//79", "base64", NULL},
    {"\xff\xfe\xfd\xfc", 4, 4, "//79/A==", "base64", NULL},
    /* Cut off inside of a character: what is whole before it is text still. */
    {"abcdefg\xc3", 8, 20, "abcd", NULL, "the beginning of the body"},
};

START_TEST(bodies_are_text_or_base64)
{
    json_t *har;
    answer.body = body_cases[_i].body;
    answer.body_length = body_cases[_i].length;
    answer.body_size = body_cases[_i].size;
    json_t *content = json_object_get(json_object_get(har_entry(&har), "response"), "content");
    ck_assert_str_eq(json_string_value(json_object_get(content, "text")), body_cases[_i].text);
    ck_assert_pstr_eq(json_string_value(json_object_get(content, "encoding")),
                      body_cases[_i].encoding);
    ck_assert_pstr_eq(json_string_value(json_object_get(content, "comment")),
                      body_cases[_i].comment);
    ck_assert_int_eq(json_integer_value(json_object_get(content, "size")),
                     (json_int_t)body_cases[_i].size);
    json_decref(har);
}
END_TEST

START_TEST(handshakes_are_part_of_connect)
{
    json_t *har;
    json_t *entry = har_entry(&har), *timings = json_object_get(entry, "timings");
    ck_assert_double_eq_tol(json_number_value(json_object_get(timings, "connect")), 3, 0.001);
    ck_assert_double_eq_tol(json_number_value(json_object_get(timings, "ssl")), 2, 0.001);
    ck_assert_int_eq(json_integer_value(json_object_get(timings, "dns")), -1);
    ck_assert_int_eq(json_integer_value(json_object_get(timings, "send")), 0);
    ck_assert_uint_eq(json_object_size(json_object_get(entry, "_phases")), 3);
    ck_assert_str_eq(json_string_value(json_object_get(entry, "_symptom")), "http.error");
    json_t *query = json_object_get(json_object_get(entry, "request"), "queryString");
    ck_assert_uint_eq(json_array_size(query), 2);
    json_decref(har);
}
END_TEST

START_TEST(messages_are_not_needed)
{
    json_t *har;
    exchange->request = exchange->answer = NULL;
    json_t *headers = json_object_get(json_object_get(har_entry(&har), "response"), "headers");
    ck_assert_uint_eq(json_array_size(headers), 0);
    json_decref(har);
}
END_TEST

START_TEST(junit_is_xml_whatever_came)
{
    document_junit(&run, 1, &text);
    ck_assert_ptr_nonnull(strstr(text.data, "name=\"a &lt;b&gt; &amp; &quot;c&quot;\""));
    ck_assert_ptr_nonnull(strstr(text.data, "]]&gt; \xef\xbf\xbd[31m \xef\xbf\xbd&#10;0"));
    ck_assert_ptr_nonnull(
        strstr(text.data, " tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"1\""));
    ck_assert_ptr_null(strchr(text.data, '\x1b'));
}
END_TEST

/* Where the assertion is written, and whose fault it is, beside what was expected and came. */
START_TEST(a_build_server_is_told_where_and_whose_fault)
{
    struct run_step *step = &run->steps[0];
    run->file = "shop/buy.yaml";
    step->line = 31;
    step->column = 9;
    step->values = "${code} is 200";
    run->verdict.cause = CAUSE_UNDETERMINED;
    run->verdict.summary = "It cannot be told yet.";
    run->verdict.unsure = "the scenario (29 %)";
    run->steps[1].note = "not # asked for";
    document_junit(&run, 1, &text);
    ck_assert_ptr_nonnull(strstr(text.data,
                                 ">expected: status == 200&#10;at: shop/buy.yaml:31:9&#10;"
                                 "values: ${code} is 200&#10;actual: ]]&gt; "));
    ck_assert_ptr_nonnull(strstr(text.data, "&#10;verdict: undetermined&#10;"
                                            "summary: It cannot be told yet.&#10;"
                                            "not excluded: the scenario (29 %)&#10;<"));
    ck_assert_ptr_nonnull(strstr(text.data, "<skipped message=\"not # asked for\"/>"));
    buffer_clear(&text);
    step->file = "shop/log-in.yaml";
    document_junit(&run, 1, &text);
    ck_assert_ptr_nonnull(strstr(text.data, " file=\"shop/log-in.yaml\" line=\"31\""));
    ck_assert_ptr_nonnull(strstr(text.data, "at: shop/log-in.yaml:31:9&#10;"));
    buffer_clear(&text);
    document_tap(&run, 1, &text);
    ck_assert_ptr_nonnull(strstr(text.data, "  values: \"${code} is 200\"\n"));
    ck_assert_ptr_nonnull(strstr(text.data, "  file: \"shop/log-in.yaml\"\n  line: 31\n"));
    ck_assert_ptr_nonnull(strstr(text.data, "skipped # SKIP not \\# asked for\n"));
}
END_TEST

/* A step that got no answer has no assertion to show: then it is the way that is told. */
START_TEST(a_build_server_is_told_what_came_of_the_way)
{
    struct run_step *step = &run->steps[0];
    step->symptom = exchange->symptom = SYMPTOM_TCP_REFUSED;
    step->expected = step->actual = NULL;
    exchange->detail = "192.0.2.1:443 refused the connection";
    document_tap(&run, 1, &text);
    ck_assert_ptr_nonnull(strstr(text.data,
                                 "  expected: \"a connection\"\n"
                                 "  actual: \"192.0.2.1:443 refused the connection\"\n"));
    buffer_clear(&text);
    document_junit(&run, 1, &text);
    ck_assert_ptr_nonnull(strstr(text.data, ">expected: a connection&#10;"
                                            "actual: 192.0.2.1:443 refused the connection&#10;<"));
}
END_TEST

START_TEST(tap_has_no_directive_by_chance)
{
    document_tap(&run, 1, &text);
    ck_assert_ptr_nonnull(
        strstr(text.data, "1..2\nnot ok 1 - buy \\# shoes: a <b> & \"c\"\n  ---\n"));
    ck_assert_ptr_nonnull(strstr(text.data, "\nok 2 - buy \\# shoes: skipped # SKIP\n"));
    ck_assert_ptr_nonnull(strstr(text.data, "[31m \xef\xbf\xbd\\n0\"\n"));
}
END_TEST

#define STEP "steps:\n  - step: a\n    expect:\n"
static const struct {
    const char *before, *after; /* `after` NULL: nothing changes */
} quote_cases[] = {
    {STEP "      - body contains \"a: b\"\n", STEP "      - 'body contains \"a: b\"'\n"},
    {STEP "    - body contains \"a #b\"   # c", STEP "    - 'body contains \"a #b\"'   # c"},
    {STEP "      - \"status\" == 200\n", STEP "      - '\"status\" == 200'\n"},
    {STEP "      - @status\n", STEP "      - '@status'\n"},
    {STEP "      - status == 200 # a: b\n", NULL},
    {STEP "      - 'body contains \"a: b\"'\n", NULL},
    {STEP "      - \"status == 200\"\n", NULL},
    {STEP "      - {status: 200}\n", NULL},
    {STEP "      - status: 200\n", NULL},
    {STEP "      -\n", NULL},
    {STEP "      - status: \"", NULL},
    {STEP "      - body contains \"a: b\"\n        and more\n", NULL},
    {"about: |\n  expect:\n  - body contains \"a: b\"\n", NULL},
    {"expect: [body contains \"a: b\"]\n", NULL},
    {"variables:\n  a: body contains \"a: b\"\n", NULL},
    {"  capture:\n    a: body replace \": \" \"\"\n  next: body \"a: b\"\n",
     "  capture:\n    a: 'body replace \": \" \"\"'\n  next: body \"a: b\"\n"},
    {"", NULL},
    {"expect:", NULL},
    {"- - -", NULL},
};

START_TEST(only_what_yaml_would_misread_is_quoted)
{
    const char *before = quote_cases[_i].before, *after = quote_cases[_i].after;
    size_t changed = requote(before, &text);
    ck_assert_str_eq(text.data, after != NULL ? after : before);
    ck_assert_uint_eq(changed, after != NULL);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("documents");
    TCase *documents = tcase_create("documents");
    tcase_add_checked_fixture(documents, set_up, tear_down);
    tcase_add_loop_test(documents, bodies_are_text_or_base64, 0, COUNT_OF(body_cases));
    tcase_add_test(documents, handshakes_are_part_of_connect);
    tcase_add_test(documents, messages_are_not_needed);
    tcase_add_test(documents, junit_is_xml_whatever_came);
    tcase_add_test(documents, a_build_server_is_told_what_came_of_the_way);
    tcase_add_test(documents, a_build_server_is_told_where_and_whose_fault);
    tcase_add_test(documents, tap_has_no_directive_by_chance);
    tcase_add_loop_test(documents, only_what_yaml_would_misread_is_quoted, 0,
                        COUNT_OF(quote_cases));
    suite_add_tcase(suite, documents);
    return suite;
}
