/* SPDX-License-Identifier: MIT */
/* Expressions over answers: every query, filter and predicate, when it holds and when it does not,
 * written as in a scenario file. The cases are in evaluate_cases.c. */
#include "tests/unit/evaluate_fixture.h"
#include "tests/unit/runner.h"

#include "monitor/base/memory.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

START_TEST(assertion_holds_or_says_what_came)
{
    struct scene scene;
    const char *line = evaluate_cases[_i].line, *actual = evaluate_cases[_i].actual;
    scene_open(&scene, evaluate_cases[_i].body, 200, line, false);
    struct outcome outcome = scene_assert(&scene);
    ck_assert_msg(outcome.holds == (actual == NULL), "%s: %s", line,
                  outcome.actual != NULL ? outcome.actual : "holds");
    ck_assert_int_eq(outcome.symptom == SYMPTOM_NONE, outcome.holds);
    ck_assert_pstr_eq(outcome.actual, actual);
    scene_close(&scene);
}
END_TEST

static const struct {
    size_t length;
    const char *actual;
} searched_sizes[] = {
    {4, "\"xxxx\""},
    {121, "no such text in 121 bytes"},
    {2014, "no such text in 2,014 bytes"},
    {3002001, "no such text in 3,002,001 bytes"},
};

START_TEST(long_body_that_was_searched_is_told_by_its_size)
{
    struct scene scene;
    scene_open(&scene, TEXT, 200, "body contains \"y\"", false);
    char *body = memory_allocate(searched_sizes[_i].length + 1, 1);
    memset(body, 'x', searched_sizes[_i].length);
    scene.response.body = body;
    scene.response.body_length = searched_sizes[_i].length;
    struct outcome outcome = scene_assert(&scene);
    ck_assert(!outcome.holds);
    ck_assert_str_eq(outcome.actual, searched_sizes[_i].actual);
    scene_close(&scene);
    free(body);
}
END_TEST

static const struct {
    enum body body;
    int status;
    const char *line;
    enum symptom symptom;
    const char *actual;
} failures[] = {
    {JSON, 500, "status == 200", SYMPTOM_HTTP_ERROR, "500"},
    {JSON, 404, "status in 200, 204", SYMPTOM_HTTP_ERROR, "404"},
    {JSON, 302, "status == 200", SYMPTOM_HTTP_STATUS_UNEXPECTED, "302"},
    {JSON, 200, "status >= 400", SYMPTOM_HTTP_STATUS_UNEXPECTED, "200"},
    {JSON, 200, "time.wait < 10ms", SYMPTOM_PACE_SLOW, "1.50 s"},
    {JSON, 200, "time.dns > 10ms", SYMPTOM_PACE_SLOW, "nothing"},
    {JSON, 500, "jsonpath \"$.id\" == 1", SYMPTOM_CONTENT_MISMATCH, "12"},
    {BROKEN, 200, "jsonpath \"$.id\" == 1", SYMPTOM_CONTENT_JSON_INVALID,
     "not JSON: a page, or another document in tags"},
    {EMPTY, 200, "jsonpath \"$.id\" not exists", SYMPTOM_CONTENT_JSON_INVALID,
     "not JSON: nothing is there"},
    {BYTES, 200, "jsonpath \"$\" exists", SYMPTOM_CONTENT_JSON_INVALID, NULL},
    {HUGE_NUMBER, 200, "jsonpath \"$.n\" exists", SYMPTOM_CONTENT_JSON_UNSUPPORTED, NULL},
    {SURROGATE, 200, "jsonpath \"$\" exists", SYMPTOM_CONTENT_JSON_UNSUPPORTED, NULL},
    {JSON, 200, "jsonpath \"$.state\" jsonpath \"$\" exists", SYMPTOM_CONTENT_JSON_INVALID, NULL},
    {JSON, 200, "jsonpath \"$.id\" == ${nosuch}", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "`nosuch` has no value"},
    {JSON, 200, "jsonpath \"$.id\" == \"x${nosuch}\"", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "`nosuch` has no value"},
    {JSON, 200, "jsonpath \"$.${nosuch}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "`nosuch` has no value"},
    {JSON, 200, "certificate \"${state}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "a certificate has no `confirmed`"},
    {JSON, 200, "body decode \"${state}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "confirmed is not a character set"},
    {JSON, 200, "body xpath \"//${open}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING, NULL},
    {JSON, 200, "header \"${nosuch}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "`nosuch` has no value"},
    {JSON, 200, "cookie \"${nosuch}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "`nosuch` has no value"},
    {JSON, 200, "jsonpath \"$.csv\" split \"${nosuch}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "`nosuch` has no value"},
    {JSON, 200, "jsonpath \"$[${state}]\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING, NULL},
    {JSON, 200, "jsonpath \"$.state\" matches \"${open}\"", SYMPTOM_MONITOR_VARIABLE_MISSING,
     "the variables make no regular expression: missing closing parenthesis"},
    {JSON, 200, "jsonpath \"$.state\" matches ${id}", SYMPTOM_MONITOR_VARIABLE_MISSING, NULL},
    {PAGE, 200, "xpath \"//${open}\" exists", SYMPTOM_MONITOR_VARIABLE_MISSING, NULL},
    {TAGS, 200, "css \"h1\" exists", SYMPTOM_CONTENT_TOO_LARGE,
     "gave up: the page is larger than 1024 KiB or has over 50000 tags"},
    {TAGS, 200, "css \"h1\" not exists", SYMPTOM_CONTENT_TOO_LARGE, NULL},
    {TAGS, 200, "xpath \"count(//h1)\" == 0", SYMPTOM_CONTENT_TOO_LARGE, NULL},
    {SAME, 200, "regex /(a+)+[bc]/ exists", SYMPTOM_CONTENT_MISMATCH,
     "gave up: the regular expression takes too long"},
    {SAME, 200, "body matches /(a+)+[bc]/", SYMPTOM_CONTENT_MISMATCH,
     "gave up: the regular expression takes too long"},
    {SAME, 200, "body not matches /(a+)+[bc]/", SYMPTOM_CONTENT_MISMATCH,
     "gave up: the regular expression takes too long"},
};

START_TEST(failure_has_its_symptom)
{
    struct scene scene;
    scene_open(&scene, failures[_i].body, failures[_i].status, failures[_i].line, false);
    struct outcome outcome = scene_assert(&scene);
    ck_assert(!outcome.holds);
    ck_assert_msg(outcome.symptom == failures[_i].symptom, "%s: %s: %s", failures[_i].line,
                  symptom_code(outcome.symptom), outcome.actual);
    ck_assert_ptr_nonnull(outcome.actual);
    if (failures[_i].actual != NULL)
        ck_assert_str_eq(outcome.actual, failures[_i].actual);
    scene_close(&scene);
}
END_TEST

/* `value` as compact JSON; NULL: not captured, and `actual` says why. */
static const struct {
    enum body body;
    const char *line, *value;
    enum symptom symptom;
    const char *actual;
} captures[] = {
    {JSON, "jsonpath \"$.id\"", "12", SYMPTOM_NONE, NULL},
    {JSON, "jsonpath \"$.items[?@.price > 0].id\" nth 0", "1", SYMPTOM_NONE, NULL},
    {JSON, "jsonpath \"$.items[*].id\"", "[1,2,3]", SYMPTOM_NONE, NULL},
    {JSON, "jsonpath \"$.items[?@.price > 9].id\"", NULL, SYMPTOM_CONTENT_CAPTURE_MISSING,
     "nothing: $.items is a list of 3"},
    {JSON, "jsonpath \"$.nosuch\"", NULL, SYMPTOM_CONTENT_CAPTURE_MISSING, NO_SUCH_MEMBER},
    {JSON, "jsonpath \"$.state\" toInt", NULL, SYMPTOM_CONTENT_CAPTURE_MISSING,
     "`toInt` needs an integer, not \"confirmed\""},
    {BROKEN, "jsonpath \"$.id\"", NULL, SYMPTOM_CONTENT_JSON_INVALID, NULL},
    {JSON, "header \"Location\"", "\"/cart?a=1\"", SYMPTOM_NONE, NULL},
    {JSON, "cookie \"sid\"", "\"s3\"", SYMPTOM_NONE, NULL},
    {PAGE, "css \"input[name=csrf]\" attribute value", "\"t0k3n\"", SYMPTOM_NONE, NULL},
    {PAGE, "css \"h1\"", "\"Shoes & boots\"", SYMPTOM_NONE, NULL},
    {PAGE, "css \"a\"", "[\"Home\",\"Cart\"]", SYMPTOM_NONE, NULL},
    {PAGE, "css \"a\" first", "\"Home\"", SYMPTOM_NONE, NULL},
    {PAGE, "css \"h3\"", NULL, SYMPTOM_CONTENT_CAPTURE_MISSING, "nothing"},
    {TEXT, "regex \"order (\\\\d+)\" toInt", "42", SYMPTOM_NONE, NULL},
    {TEXT, "time.connect", "20000", SYMPTOM_NONE, NULL},
};

START_TEST(capture_gives_the_value_or_says_why_not)
{
    struct scene scene;
    scene_open(&scene, captures[_i].body, 200, captures[_i].line, true);
    struct evaluate_variables variables = {evaluate_look_up, scene.variables};
    struct outcome outcome;
    json_t *value =
        evaluate_capture(scene.expression, scene.answer, &variables, scene.arena, &outcome);
    char *text = value != NULL ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    ck_assert_pstr_eq(text, captures[_i].value);
    ck_assert_int_eq(outcome.holds, value != NULL);
    ck_assert_int_eq(outcome.symptom, captures[_i].symptom);
    if (captures[_i].actual != NULL)
        ck_assert_str_eq(outcome.actual, captures[_i].actual);
    free(text);
    json_decref(value);
    scene_close(&scene);
}
END_TEST

START_TEST(body_is_parsed_once)
{
    struct scene scene;
    scene_open(&scene, JSON, 200, "jsonpath \"$.id\" == 12", false);
    ck_assert(scene_assert(&scene).holds);
    scene.response.body = evaluate_bodies[BROKEN];
    scene.response.body_length = strlen(evaluate_bodies[BROKEN]);
    ck_assert(scene_assert(&scene).holds);
    scene_close(&scene);
}
END_TEST

/* Two-byte characters behind `lead` one-byte ones, so that the cut falls inside one or between. */
START_TEST(actual_is_cut_between_characters)
{
    enum { LENGTH = 1000 };
    char body[LENGTH + 1] = {0};
    size_t at = 0;
    while (at < (size_t)_i)
        body[at++] = 'x';
    while (at + 2 <= LENGTH) {
        body[at++] = '\xc3';
        body[at++] = '\xa4';
    }
    struct scene scene;
    scene_open(&scene, TEXT, 200, "body == \"x\"", false);
    scene.response.body = body;
    scene.response.body_length = at;
    struct outcome outcome = scene_assert(&scene);
    size_t length = strlen(outcome.actual);
    ck_assert_uint_le(length, EVALUATE_ACTUAL_MAX);
    ck_assert_uint_gt(length, EVALUATE_ACTUAL_MAX - 4);
    ck_assert_str_eq(outcome.actual + length - 3, "\xe2\x80\xa6");
    json_t *valid = json_stringn(outcome.actual, length);
    ck_assert_ptr_nonnull(valid);
    json_decref(valid);
    scene_close(&scene);
}
END_TEST

START_TEST(short_actual_is_whole)
{
    char body[EVALUATE_ACTUAL_MAX - 1] = {0};
    memset(body, 'x', sizeof body - 1); /* and its two quotes: just the maximum */
    struct scene scene;
    scene_open(&scene, TEXT, 200, "body == \"x\"", false);
    scene.response.body = body;
    scene.response.body_length = strlen(body);
    struct outcome outcome = scene_assert(&scene);
    ck_assert_uint_eq(strlen(outcome.actual), EVALUATE_ACTUAL_MAX);
    ck_assert_int_eq(outcome.actual[EVALUATE_ACTUAL_MAX - 1], '"');
    scene_close(&scene);
}
END_TEST

static const struct {
    const char *line, *actual, *values;
} explained[] = {
    {"jsonpath \"$.code\" == ${id}", "\"12\" (text)", "${id} is 12 (a number)"},
    {"jsonpath \"$.id\" == \"${state}\"", "12 (a number)", "\"${state}\" is \"confirmed\" (text)"},
    {"jsonpath \"$.id\" in 13, ${id}, \"12\"", NULL, NULL},
    {"jsonpath \"$.total\" == ${id}", "59.9", "${id} is 12"},
    {"jsonpath \"$.tags\" contains ${id}", "[\"a\", \"b\"]", "${id} is 12"},
    {"jsonpath \"$.${key}\" == \"${key}${id}\"", "\"confirmed\"", "\"${key}${id}\" is \"state12\""},
    {"jsonpath \"$.${key}\" == \"x${id}\"", "\"confirmed\"",
     "\"x${id}\" is \"x12\"; ${key} is \"state\""},
    {"jsonpath \"$.${key}\" in ${id}, \"${id}\", 5", "\"confirmed\" (text)",
     "${id} is 12 (a number); \"${id}\" is \"12\" (text); ${key} is \"state\" (text)"},
    {"jsonpath \"$.state\" == \"x\"", "\"confirmed\"", NULL},
    {"jsonpath \"$.id\" == ${nosuch}", "`nosuch` has no value", NULL},
    {"jsonpath \"$.bare.x\" exists", "nothing: $.bare is an empty object", NULL},
    {"jsonpath \"$.none[0].x\" exists", "nothing: $.none is an empty list", NULL},
    {"jsonpath \"$.items[-1].x.y\" exists", "nothing: $.items[-1] has id", NULL},
    {"jsonpath \"$['items'][7]\" exists", "nothing: $.items is a list of 3", NULL},
    {"jsonpath \"$.note.x\" exists", "nothing: $.note is null", NULL},
    {"jsonpath \"$.state.x\" exists", "nothing: $.state is \"confirmed\"", NULL},
    {"jsonpath \"$.${key}.x\" exists", "nothing: $.state is \"confirmed\"", "${key} is \"state\""},
    {"jsonpath \"$.items[0]..x\" exists", "nothing: $.items[0] has id, price", NULL},
    {"jsonpath \"$.inner\" jsonpath \"$.x.y\" exists", "nothing: $.x is a list of 1", NULL},
    /* It did select something; what came of that is another matter. */
    {"jsonpath \"$.items[*]\" nth 5 exists", "nothing", NULL},
};

START_TEST(what_does_not_hold_is_explained)
{
    struct scene scene;
    scene_open(&scene, JSON, 200, explained[_i].line, false);
    struct outcome outcome = scene_assert(&scene);
    ck_assert_pstr_eq(outcome.actual, explained[_i].actual);
    ck_assert_pstr_eq(outcome.values, explained[_i].values);
    scene_close(&scene);
}
END_TEST

/* Half a secret is masked at the end of a text only, so nothing may follow what was cut. */
START_TEST(what_was_cut_ends_there)
{
    enum { LENGTH = EVALUATE_ACTUAL_MAX + 50 };
    static const char *const lines[] = {"jsonpath \"$.id\" == \"${long}${id}\"",
                                        "jsonpath \"$['${long}']\" == ${id}", "body == ${id}"};
    char text[LENGTH + 1];
    struct scene scene;
    memset(text, 's', LENGTH);
    text[LENGTH] = '\0';
    scene_open(&scene, JSON, 200, lines[_i], false);
    json_object_set_new(scene.variables, "long", json_string(text));
    struct outcome outcome = scene_assert(&scene);
    ck_assert(!outcome.holds);
    const char *const shown[] = {outcome.actual, outcome.values};
    for (size_t i = 0; i < COUNT_OF(shown); i++) {
        const char *end = strstr(shown[i], "\xe2\x80\xa6");
        ck_assert_uint_le(strlen(shown[i]), EVALUATE_ACTUAL_MAX);
        ck_assert_msg(end == NULL || end[3] == '\0', "%s", shown[i]);
    }
    scene_close(&scene);
}
END_TEST

START_TEST(answers_come_without_address_and_version)
{
    struct scene scene;
    scene_open(&scene, EMPTY, 200, "certificate \"Subject\" not exists", false);
    scene.exchange.certificate = NULL;
    ck_assert(scene_assert(&scene).holds);
    scene_close(&scene);
    scene_open(&scene, EMPTY, 200, "ip not exists", false);
    scene.exchange.ip = NULL;
    ck_assert(scene_assert(&scene).holds);
    scene_close(&scene);
    scene_open(&scene, EMPTY, 200, "http.version not exists", false);
    scene.exchange.http = NULL;
    ck_assert(scene_assert(&scene).holds);
    scene_close(&scene);
    answer_free(NULL);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate");
    TCase *tests = tcase_create("evaluate");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, assertion_holds_or_says_what_came, 0, (int)evaluate_case_count);
    tcase_add_loop_test(tests, long_body_that_was_searched_is_told_by_its_size, 0,
                        COUNT_OF(searched_sizes));
    tcase_add_loop_test(tests, failure_has_its_symptom, 0, COUNT_OF(failures));
    tcase_add_loop_test(tests, capture_gives_the_value_or_says_why_not, 0, COUNT_OF(captures));
    tcase_add_test(tests, body_is_parsed_once);
    tcase_add_loop_test(tests, actual_is_cut_between_characters, 0, 4);
    tcase_add_test(tests, short_actual_is_whole);
    tcase_add_loop_test(tests, what_does_not_hold_is_explained, 0, COUNT_OF(explained));
    tcase_add_loop_test(tests, what_was_cut_ends_there, 0, 3);
    tcase_add_test(tests, answers_come_without_address_and_version);
    suite_add_tcase(suite, tests);
    return suite;
}
