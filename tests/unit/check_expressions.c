/* SPDX-License-Identifier: MIT */
/* scenarios/: what stands in one line: templates, expressions, and mistakes as people read them.
 * That every query, filter and predicate is taken, tests/scenarios/good/expressions.yaml shows;
 * what is refused, and in which words, tests/scenarios/bad/expression-*.yaml. */
#include "tests/unit/runner.h"

#include "scenarios/expression_pool.h"
#include "scenarios/mistake.h"
#include "scenarios/template.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 64 * 1024 };

#define LOOP(tests, name, cases) tcase_add_loop_test(tests, name, 0, (int)COUNT_OF(cases))

static const struct json_t *look_up(void *data, const char *name)
{
    return json_object_get(data, name);
}

static const struct {
    const char *text, *rendered; /* NULL: refused at `offset` */
    size_t offset;
    bool constant;
} template_cases[] = {
    {"", "", 0, true},
    {"plain $ {x} }", "plain $ {x} }", 0, true},
    {"a $${b} $${c", "a ${b} ${c", 0, true},
    {"${text}", "té\"xt", 0, false},
    {"<${number}|${real}|${flag}|${none}>", "<12|1.5|true|null>", 0, false},
    {"${list} ${object}", "[1,\"a\"] {\"k\":[]}", 0, false},
    {"${text}${text}", "té\"xtté\"xt", 0, false},
    {"$${x}${number}$${", "${x}12${", 0, false},
    {"${a.b-c_d}", "dotted", 0, false},
    {"ab${open", NULL, 2, false},
    {"${}", NULL, 0, false},
    {"x ${1a}", NULL, 2, false},
    {"x ${a b}", NULL, 2, false},
    {"${text} ${a${text}}", NULL, 8, false},
};

START_TEST(templates_render)
{
    struct arena *arena = arena_create();
    struct error error = {0};
    size_t offset = 0;
    struct template *template = template_compile(arena, template_cases[_i].text, &error, &offset);
    ck_assert_int_eq(template != NULL, template_cases[_i].rendered != NULL);
    if (template == NULL) {
        ck_assert_int_eq(error.code, RESULT_INVALID);
        ck_assert_uint_eq(offset, template_cases[_i].offset);
        arena_free(arena);
        return;
    }
    json_t *variables = json_pack("{s:s, s:i, s:f, s:b, s:n, s:[i,s], s:{s:[]}, s:s}", "text",
                                  "té\"xt", "number", 12, "real", 1.5, "flag", 1, "none", "list", 1,
                                  "a", "object", "k", "a.b-c_d", "dotted");
    struct buffer out;
    const char *missing = NULL;
    buffer_init(&out, TEXT_MAX);
    ck_assert_int_eq(template_render(template, look_up, variables, &out, &missing), RESULT_OK);
    ck_assert_str_eq(out.data, template_cases[_i].rendered);
    ck_assert_int_eq(template_is_constant(template), template_cases[_i].constant);
    if (template_cases[_i].constant)
        ck_assert_str_eq(template_constant(template), out.data);
    else
        ck_assert_ptr_null(template_constant(template));
    ck_assert_str_eq(template_source(template), template_cases[_i].text);
    buffer_free(&out);
    json_decref(variables);
    arena_free(arena);
}
END_TEST

START_TEST(a_template_says_what_is_missing)
{
    struct arena *arena = arena_create();
    struct error error = {0};
    size_t offset;
    struct template *template = template_compile(arena, "a ${b} ${c}", &error, &offset);
    json_t *variables = json_pack("{s:s}", "b", "x");
    struct buffer out;
    const char *missing = NULL;
    ck_assert_uint_eq(template_name_count(template), 2);
    ck_assert_str_eq(template_name(template, 1), "c");
    ck_assert_uint_eq(template_name_offset(template, 1), 7);
    buffer_init(&out, TEXT_MAX);
    ck_assert_int_eq(template_render(template, look_up, variables, &out, &missing),
                     RESULT_NOT_FOUND);
    ck_assert_str_eq(missing, "c");
    buffer_free(&out);
    buffer_init(&out, 2);
    ck_assert_int_eq(template_render(template, look_up, variables, &out, &missing),
                     RESULT_NOT_FOUND);
    ck_assert_int_eq(out.result, RESULT_LIMIT);
    buffer_free(&out);
    json_decref(variables);
    arena_free(arena);
}
END_TEST

/* What a line is read as. */
static const struct {
    const char *text;
    enum query query;
    size_t filters;
    bool negated;
    enum predicate predicate;
    size_t operands;
    enum consequence consequence;
    bool content;
} expression_cases[] = {
    {"status == 200", QUERY_STATUS, 0, false, PREDICATE_EQUAL, 1, CONSEQUENCE_FAIL, false},
    {"status in 200, 204,206", QUERY_STATUS, 0, false, PREDICATE_IN, 3, CONSEQUENCE_FAIL, false},
    {"bytes not between 1 and 2", QUERY_BYTES, 0, true, PREDICATE_BETWEEN, 2, CONSEQUENCE_FAIL,
     true},
    {"css \"h1\" first trim not isEmpty | degrade", QUERY_CSS, 2, true, PREDICATE_IS_EMPTY, 0,
     CONSEQUENCE_DEGRADE, true},
    {"  body  contains  \"|\"  |note ", QUERY_BODY, 0, false, PREDICATE_CONTAINS, 1,
     CONSEQUENCE_NOTE, false},
    {"time.wait <= 1s | fail", QUERY_TIME, 0, false, PREDICATE_LESS_EQUAL, 1, CONSEQUENCE_FAIL,
     false},
    {"header \"A\" matches /a\\/b/", QUERY_HEADER, 0, false, PREDICATE_MATCHES, 1, CONSEQUENCE_FAIL,
     true},
    {"jsonpath \"$.a[*]\" jsonpath \"$[0]\" exists", QUERY_JSONPATH, 1, false, PREDICATE_EXISTS, 0,
     CONSEQUENCE_FAIL, true},
};

START_TEST(expressions_are_read_as_meant)
{
    struct mistakes mistakes = {.arena = arena_create()};
    struct expression *expression =
        expression_parse(mistakes.arena, expression_cases[_i].text, false, "x",
                         (struct position){1, 1}, NULL, &mistakes);
    ck_assert_ptr_nonnull(expression);
    ck_assert_str_eq(expression->source, expression_cases[_i].text);
    ck_assert_int_eq(expression->query, expression_cases[_i].query);
    ck_assert_uint_eq(expression->filter_count, expression_cases[_i].filters);
    ck_assert_int_eq(expression->negated, expression_cases[_i].negated);
    ck_assert_int_eq(expression->predicate, expression_cases[_i].predicate);
    ck_assert_uint_eq(expression->operand_count, expression_cases[_i].operands);
    ck_assert_int_eq(expression->consequence, expression_cases[_i].consequence);
    ck_assert_int_eq(expression_is_about_content(expression), expression_cases[_i].content);
    expression_free(expression);
    arena_free(mistakes.arena);
}
END_TEST

/* Literals, read as operands of `jsonpath "$" == ...`. */
static const struct {
    const char *text, *json;
} operand_cases[] = {
    {"1", "1"},         {"-1", "-1"},      {"007", "7"},
    {"1.50", "1.5"},    {"1e3", "1000.0"}, {"true", "true"},
    {"false", "false"}, {"null", "null"},  {"9223372036854775807", "9223372036854775807"},
};

START_TEST(literals_have_their_type)
{
    struct mistakes mistakes = {.arena = arena_create()};
    const char *line = arena_print(mistakes.arena, "jsonpath \"$\" == %s", operand_cases[_i].text);
    struct expression *expression = expression_parse(mistakes.arena, line, false, "x",
                                                     (struct position){1, 1}, NULL, &mistakes);
    ck_assert_ptr_nonnull(expression);
    ck_assert_int_eq(expression->operands[0].kind, OPERAND_VALUE);
    char *text = json_dumps(expression->operands[0].value, JSON_ENCODE_ANY);
    ck_assert_str_eq(text, operand_cases[_i].json);
    free(text);
    expression_free(expression);
    arena_free(mistakes.arena);
}
END_TEST

START_TEST(operands_are_compiled_once)
{
    struct mistakes mistakes = {.arena = arena_create()};
    struct position position = {1, 1};
    struct expression *text =
        expression_parse(mistakes.arena, "body contains \"a\\u{e9}\\n\\\"${x}\"", false, "x",
                         position, NULL, &mistakes);
    struct expression *time = expression_parse(mistakes.arena, "time.total < 1.5s", false, "x",
                                               position, NULL, &mistakes);
    struct expression *regex = expression_parse(mistakes.arena, "regex /a\\${b}\\/(a)/", true, "x",
                                                position, NULL, &mistakes);
    ck_assert_uint_eq(mistakes.errors, 0);
    ck_assert_str_eq(template_source(text->operands[0].text), "aé\n\"${x}");
    ck_assert_uint_eq(text->use_count, 1);
    ck_assert_uint_eq(text->uses[0].offset, 26);
    ck_assert(time->operands[0].is_duration);
    ck_assert_int_eq(json_integer_value(time->operands[0].value), 1500000);
    ck_assert_int_eq(time->time_phase, PHASE_COUNT);
    ck_assert_str_eq(template_constant(regex->argument), "a\\${b}/(a)");
    ck_assert_ptr_nonnull(regex->pattern);
    ck_assert_uint_eq(regex->use_count, 0);
    expression_free(text);
    expression_free(time);
    expression_free(regex);
    expression_free(NULL);
    arena_free(mistakes.arena);
}
END_TEST

START_TEST(what_holds_a_variable_is_compiled_later)
{
    struct mistakes mistakes = {.arena = arena_create()};
    struct position position = {1, 1};
    const char *line = "jsonpath \"$.${a}\" regex \"${b}\" matches \"${c}\"";
    struct expression *expression =
        expression_parse(mistakes.arena, line, false, "x", position, NULL, &mistakes);
    ck_assert_ptr_nonnull(expression);
    ck_assert_ptr_null(expression->jsonpath);
    ck_assert_ptr_null(expression->filters[0].pattern);
    ck_assert_int_eq(expression->operands[0].kind, OPERAND_TEXT);
    ck_assert_uint_eq(expression->use_count, 3);
    expression_free(expression);
    arena_free(mistakes.arena);
}
END_TEST

static const struct {
    const char *name, *nearest;
} nearest_cases[] = {
    {"expcet", "expect"},
    {"expects", "expect"},
    {"exp", NULL},
    {"header", "headers"},
    {"headesr", "headers"},
    {"get", "get"},
    {"gte", "get"},
    {"x", NULL},
    {"", NULL},
    {"cron", NULL},
};

START_TEST(lines_are_shared)
{
    char line[32];
    const struct expression *held[300];
    struct mistakes mistakes = {.arena = arena_create()};
    const struct expression *assertion = expression_take("status == 200", false, "f", &mistakes);
    ck_assert_ptr_eq(expression_take("status == 200", false, "g", &mistakes), assertion);
    ck_assert_ptr_null(expression_take("status == 200", true, "f", &mistakes));
    ck_assert_uint_eq(mistakes.errors, 1);
    const struct expression *capture = expression_take("status", true, "f", &mistakes);
    ck_assert_ptr_ne(capture, assertion);
    for (size_t i = 0; i < COUNT_OF(held); i++) {
        snprintf(line, sizeof line, "body matches /%zu/", i);
        held[i] = expression_take(line, false, "f", &mistakes);
        ck_assert_str_eq(held[i]->source, line);
    }
    for (size_t i = 0; i < COUNT_OF(held); i++)
        expression_release(held[i]);
    expression_release(assertion);
    ck_assert_ptr_eq(expression_take("status == 200", false, "h", &mistakes), assertion);
    expression_release(assertion);
    expression_release(assertion);
    expression_release(capture);
    expression_release(NULL);
    arena_free(mistakes.arena);
}
END_TEST

START_TEST(nearest_name_is_near)
{
    static const char *const names[] = {"expect", "headers", "get", "from"};
    const char *nearest = mistake_nearest(nearest_cases[_i].name, names, COUNT_OF(names));
    ck_assert_pstr_eq(nearest, nearest_cases[_i].nearest);
}
END_TEST

START_TEST(mistakes_are_capped_and_counted)
{
    struct mistakes mistakes = {.arena = arena_create()};
    for (int i = 0; i < MISTAKES_MAX + 50; i++)
        mistakes_add(&mistakes,
                     &(struct mistake){.severity = i % 2 == 0 ? MISTAKE_ERROR : MISTAKE_WARNING,
                                       .code = "x",
                                       .file = "f",
                                       .text = "t"});
    ck_assert_uint_eq(mistakes.count, MISTAKES_MAX);
    ck_assert_uint_eq(mistakes.errors, MISTAKES_MAX / 2 + 25);
    ck_assert_uint_eq(mistakes.warnings, MISTAKES_MAX / 2 + 25);
    arena_free(mistakes.arena);
}
END_TEST

START_TEST(nothing_steers_the_terminal)
{
    const struct mistake mistake = {
        .severity = MISTAKE_WARNING,
        .code = "some.code",
        .file = "a\033[2Jb",
        .position = {3, 4},
        .text = "bad \xff byte, \xe2\x80\xae turned",
        .hint = "bell \a",
        .source = "\tx\033y\xc2\x9bz",
    };
    struct buffer out;
    buffer_init(&out, TEXT_MAX);
    mistake_print(&mistake, false, &out);
    ck_assert_str_eq(out.data,
                     "a\xef\xbf\xbd[2Jb:3:4: warning: bad \xef\xbf\xbd byte, \xef\xbf\xbd turned "
                     "[some.code]\n"
                     "    3 | \tx\xef\xbf\xbdy\xef\xbf\xbdz\n"
                     "      | \t  ^\n"
                     "      = hint: bell \xef\xbf\xbd\n");
    buffer_free(&out);
}
END_TEST

START_TEST(colour_only_adds_colour)
{
    const struct mistake mistake = {.severity = MISTAKE_ERROR,
                                    .code = "some.code",
                                    .file = "f.yaml",
                                    .position = {12, 2},
                                    .text = "wrong",
                                    .hint = "right",
                                    .source = "abc"};
    struct buffer out;
    buffer_init(&out, TEXT_MAX);
    mistake_print(&mistake, true, &out);
    ck_assert_str_eq(out.data, "\033[1mf.yaml:12:2:\033[0m \033[1;31merror:\033[0m wrong "
                               "[some.code]\n"
                               "\033[36m   12 |\033[0m abc\n"
                               "\033[36m      |\033[0m  \033[1;31m^\033[0m\n"
                               "      \033[36m= hint:\033[0m right\n");
    buffer_free(&out);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("expressions");
    TCase *tests = tcase_create("expressions");
    LOOP(tests, templates_render, template_cases);
    tcase_add_test(tests, a_template_says_what_is_missing);
    LOOP(tests, expressions_are_read_as_meant, expression_cases);
    LOOP(tests, literals_have_their_type, operand_cases);
    tcase_add_test(tests, operands_are_compiled_once);
    tcase_add_test(tests, what_holds_a_variable_is_compiled_later);
    tcase_add_test(tests, lines_are_shared);
    LOOP(tests, nearest_name_is_near, nearest_cases);
    tcase_add_test(tests, mistakes_are_capped_and_counted);
    tcase_add_test(tests, nothing_steers_the_terminal);
    tcase_add_test(tests, colour_only_adds_colour);
    suite_add_tcase(suite, tests);
    return suite;
}
