/* SPDX-License-Identifier: MIT */
/*
 * scenarios/: what the table of the language and the table of hints promise. Every example can be
 * written so, and what stands for a word of another tool is a word of ours.
 */
#include "tests/unit/runner.h"

#include "scenarios/expression.h"
#include "scenarios/foreign.h"
#include "scenarios/language.h"
#include "scenarios/scenario.h"
#include "scenarios/shop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 64 * 1024 };

static void print_mistakes(const struct mistakes *mistakes, struct buffer *out)
{
    buffer_init(out, TEXT_MAX);
    for (size_t i = 0; i < mistakes->count; i++)
        mistake_print(&mistakes->items[i], false, out);
}

/* A file around the example of a key, for each place where keys stand: what stands before it, how
 * deep it is indented, and what stands behind it. */
#define STEPS      "steps:\n  - step: a\n    get: http://shop.test/\n"
#define JOURNEY    "shopwatch: 1\njourney: x\n"
#define VARIABLES  "variables: {slug: a, email: b, PASSWORD: c, order: 1}\n"
#define OF_STEP    JOURNEY VARIABLES "steps:\n  - step: a\n    get: http://shop.test/\n"
#define OF_GRAPHQL JOURNEY VARIABLES "steps:\n  - step: a\n    query: \"{a}\"\n"
#define OF_CLEANUP                                                                                 \
    JOURNEY "steps:\n  - step: a\n    post: http://shop.test/\n    mutates: order\n"               \
            "cleanup:\n  - step: c\n    settles: order\n    delete: http://shop.test/\n"           \
            "  - step: b\n    get: http://shop.test/\n"
#define REPORTER(kind)                                                                             \
    "shop: x\nsecrets: {TOKEN: {env: TOKEN}}\nreporters:\n  a:\n    kind: " kind "\n"
static const struct {
    enum language_context context;
    const char *names; /* of the keys that it is for, with blanks around; NULL: all others */
    const char *before;
    int indent;
    const char *behind;
    bool is_shop;
} surroundings[] = {
    {LANGUAGE_IN_SCENARIO, " shopwatch ", "", 0, "journey: x\n" STEPS, false},
    {LANGUAGE_IN_SCENARIO, " journey ", "shopwatch: 1\n", 0, STEPS, false},
    {LANGUAGE_IN_SCENARIO, " steps ", JOURNEY "base: http://shop.test\n", 0, "", false},
    {LANGUAGE_IN_SCENARIO, " base ", JOURNEY, 0, STEPS, false},
    {LANGUAGE_IN_SCENARIO, NULL, JOURNEY "base: http://shop.test\n", 0, STEPS, false},
    {LANGUAGE_IN_STEP, " step ", JOURNEY "steps:\n  - get: http://shop.test/\n", 4, "", false},
    {LANGUAGE_IN_STEP, " get post put patch delete head options ",
     JOURNEY "base: http://shop.test\nsteps:\n  - step: a\n", 4, "", false},
    {LANGUAGE_IN_STEP, " graphql ", OF_GRAPHQL, 4, "base: http://shop.test\n", false},
    {LANGUAGE_IN_STEP, " variables ", OF_GRAPHQL "    graphql: http://shop.test/\n", 4, "", false},
    {LANGUAGE_IN_STEP, " form file multipart json body ",
     JOURNEY "steps:\n  - step: a\n    post: http://shop.test/\n", 4, "", false},
    {LANGUAGE_IN_STEP, " settles find ", OF_CLEANUP, 4, "", false},
    {LANGUAGE_IN_STEP, " mutates ", JOURNEY "steps:\n  - step: a\n    post: http://shop.test/\n", 4,
     "cleanup:\n  - step: c\n    settles: order\n    delete: http://shop.test/\n", false},
    {LANGUAGE_IN_STEP, NULL, OF_STEP, 4, "", false},
    {LANGUAGE_IN_SECRET, NULL, JOURNEY STEPS "secrets:\n  A:\n", 4, "", false},
    {LANGUAGE_IN_DATA, " pool ", JOURNEY STEPS "data:\n  a:\n", 4, "", false},
    {LANGUAGE_IN_DATA, NULL, JOURNEY STEPS "data:\n  a:\n    pool: buyers.csv\n", 4, "", false},
    {LANGUAGE_IN_UNTIL, " for ", OF_STEP "    until:\n      holds: status == 200\n", 6, "", false},
    {LANGUAGE_IN_UNTIL, " holds ", OF_STEP "    until:\n      for: 5s\n", 6, "", false},
    {LANGUAGE_IN_UNTIL, NULL, OF_STEP "    until:\n      holds: status == 200\n      for: 5s\n", 6,
     "", false},
    {LANGUAGE_IN_RETRY, " times ", OF_STEP "    retry:\n      on: network\n", 6, "", false},
    {LANGUAGE_IN_RETRY, NULL, OF_STEP "    retry:\n      times: 1\n", 6, "", false},
    {LANGUAGE_IN_PART, " file ",
     JOURNEY "steps:\n  - step: a\n    post: http://shop.test/\n    multipart:\n      a:\n", 8, "",
     false},
    {LANGUAGE_IN_PART, NULL,
     JOURNEY "steps:\n  - step: a\n    post: http://shop.test/\n    multipart:\n      a:\n"
             "        file: shoe.png\n",
     8, "", false},
    {LANGUAGE_IN_AUTH, NULL, OF_STEP "    auth:\n", 6, "", false},
    {LANGUAGE_IN_BASIC, " user ", OF_STEP "    auth:\n      basic:\n        password: x\n", 8, "",
     false},
    {LANGUAGE_IN_BASIC, NULL, OF_STEP "    auth:\n      basic:\n        user: x\n", 8, "", false},
    {LANGUAGE_IN_TLS, NULL, OF_STEP "    tls:\n", 6, "", false},
    {LANGUAGE_IN_USE, " use ", JOURNEY VARIABLES "steps:\n  - step: a\n    with: {email: x}\n", 4,
     "", false},
    {LANGUAGE_IN_USE, NULL, JOURNEY VARIABLES "steps:\n  - use: login.yaml\n", 4, "", false},
    {LANGUAGE_IN_SHOP, " shop ", "", 0, "", true},
    {LANGUAGE_IN_SHOP, NULL, "shop: x\n", 0, "", true},
    {LANGUAGE_IN_COMPONENT, " kind ", "shop: x\ncomponents:\n  a:\n", 4, "", true},
    {LANGUAGE_IN_COMPONENT, NULL, "shop: x\ncomponents:\n  a:\n    kind: database\n", 4, "", true},
    {LANGUAGE_IN_VANTAGE, NULL, "shop: x\nvantages:\n  a:\n", 4, "", true},
    {LANGUAGE_IN_LIMITS, NULL, "shop: x\nlimits:\n", 2, "", true},
    {LANGUAGE_IN_PROBE, " postgresql sqlite ",
     "shop: x\ncomponents:\n  a:\n    kind: database\n    probe:\n", 6, "", true},
    {LANGUAGE_IN_PROBE, NULL,
     "shop: x\ncomponents:\n  a:\n    kind: database\n    probe:\n      postgresql: service=x\n", 6,
     "", true},
    {LANGUAGE_IN_RETENTION, NULL, "shop: x\nretention:\n", 2, "", true},
    {LANGUAGE_IN_MAINTENANCE, " title ", "shop: x\nmaintenance:\n  - start: 2026-11-30 02:00\n", 4,
     "", true},
    {LANGUAGE_IN_MAINTENANCE, " start cron ", "shop: x\nmaintenance:\n  - title: x\n    for: 1h\n",
     4, "", true},
    {LANGUAGE_IN_MAINTENANCE, NULL,
     "shop: x\ncomponents: {db: {kind: database}}\nmaintenance:\n  - title: x\n"
     "    start: 2026-11-30 02:00\n",
     4, "", true},
    {LANGUAGE_IN_REPORTER, " kind ", "shop: x\nreporters:\n  a:\n", 4, "", true},
    {LANGUAGE_IN_REPORTER, " path ", REPORTER("json-lines"), 4, "", true},
    {LANGUAGE_IN_REPORTER, " url ", REPORTER("webhook"), 4, "", true},
    {LANGUAGE_IN_REPORTER, " secret headers json timeout ",
     REPORTER("webhook") "    url: http://shop.test/\n", 4, "", true},
    {LANGUAGE_IN_REPORTER, " page ", REPORTER("statuspage") "    key: x\n    components: {a: b}\n",
     4, "", true},
    {LANGUAGE_IN_REPORTER, " key ", REPORTER("statuspage") "    page: x\n    components: {a: b}\n",
     4, "", true},
    {LANGUAGE_IN_REPORTER, " components ", REPORTER("statuspage") "    page: x\n    key: x\n", 4,
     "", true},
    {LANGUAGE_IN_REPORTER, " metrics ",
     REPORTER("statuspage") "    page: x\n    key: x\n    components: {a: b}\n", 4, "", true},
    {LANGUAGE_IN_REPORTER, " runs to ", REPORTER("console"), 4, "", true},
    {LANGUAGE_IN_REPORTER, NULL, REPORTER("status-page"), 4, "", true},
};

/* The example below what stands before it, each of its lines indented. */
static void write_example(const char *path, size_t n, const char *example)
{
    FILE *stream = fopen(path, "w");
    ck_assert_ptr_nonnull(stream);
    fputs(surroundings[n].before, stream);
    for (const char *at = example; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        fprintf(stream, "%*s%.*s\n", surroundings[n].indent, "", (int)length, at);
        at += length + (at[length] == '\n');
    }
    fputs(surroundings[n].behind, stream);
    fclose(stream);
}

static size_t find_surroundings(enum language_context context, const char *name)
{
    char padded[64];
    snprintf(padded, sizeof padded, " %s ", name);
    for (size_t i = 0; i < COUNT_OF(surroundings); i++)
        if (surroundings[i].context == context &&
            (surroundings[i].names == NULL || strstr(surroundings[i].names, padded) != NULL))
            return i;
    return COUNT_OF(surroundings);
}

static void check_example(const char *path, enum language_context context,
                          const struct language_key *key)
{
    struct mistakes mistakes = {.arena = arena_create()};
    size_t n = find_surroundings(context, key->name);
    ck_assert_msg(n < COUNT_OF(surroundings), "nothing is around `%s`", key->name);
    write_example(path, n, key->example);
    struct shop *shop = surroundings[n].is_shop ? shop_load(path, &mistakes) : NULL;
    struct scenario *scenario =
        surroundings[n].is_shop ? NULL : scenario_load(path, NULL, &mistakes);
    struct buffer printed;
    print_mistakes(&mistakes, &printed);
    ck_assert_msg(mistakes.count == 0, "`%s`: %s", key->example, printed.data);
    buffer_free(&printed);
    scenario_free(scenario);
    shop_free(shop);
    arena_free(mistakes.arena);
}

/* What hints and the manual show can be written so. */
START_TEST(every_example_of_the_table_loads)
{
    static const char *const files[][2] = {
        {"buyers.csv", "email\na@shop.test\n"},
        {"authorities.pem", "x"},
        {"order.xml", "<a/>"},
        {"shoe.png", "x"},
        {"login.yaml", "fragment: login\ninputs: {email: string}\nsteps:\n  - step: a\n"
                       "    get: http://shop.test/${email}\n"},
    };
    char directory[] = "/tmp/check_scenarios.XXXXXX";
    size_t count = 0;
    ck_assert_ptr_nonnull(mkdtemp(directory));
    ck_assert_int_eq(chdir(directory), 0);
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        FILE *stream = fopen(files[i][0], "w");
        ck_assert_ptr_nonnull(stream);
        fputs(files[i][1], stream);
        fclose(stream);
    }
    for (unsigned context = 0; context < LANGUAGE_CONTEXT_COUNT; context++) {
        const struct language_table *table = language_table((enum language_context)context);
        for (size_t i = 0; i < table->key_count; i++) {
            if (table->keys[i].example == NULL || context == LANGUAGE_IN_FRAGMENT)
                continue; /* a fragment's are its own file's: tests/scenarios/fragments has them */
            check_example("example.yaml", (enum language_context)context, &table->keys[i]);
            count++;
        }
    }
    ck_assert_uint_ge(count, 50);
    unlink("example.yaml");
    for (size_t i = 0; i < COUNT_OF(files); i++)
        unlink(files[i][0]);
    rmdir(directory);
}
END_TEST

START_TEST(every_key_that_is_meant_is_one)
{
    const struct foreign_key *key;
    size_t count = 0;
    for (; (key = foreign_key_at(count)) != NULL; count++) {
        bool is_use = key->ours != NULL && strcmp(key->ours, "use") == 0;
        ck_assert_msg(key->ours != NULL || key->text != NULL, "%s: no hint", key->theirs);
        ck_assert_msg(key->ours == NULL || is_use || language_find(key->context, key->ours) != NULL,
                      "%s: %s is no key there", key->theirs, key->ours);
        for (size_t i = 0; i < language_table(key->context)->key_count; i++)
            ck_assert_msg(
                !foreign_is_among(key->theirs, language_table(key->context)->keys[i].name),
                "%s is a key there", language_table(key->context)->keys[i].name);
    }
    ck_assert_uint_ge(count, 80);
}
END_TEST

/* `query` and what is claimed of it as an assertion. */
static bool is_assertion(const char *query, const char *claim)
{
    struct arena *arena = arena_create();
    struct mistakes mistakes = {.arena = arena};
    struct expression *expression =
        expression_parse(arena, arena_print(arena, "%s %s", query, claim), false, "",
                         (struct position){1, 1}, NULL, &mistakes);
    bool is_good = expression != NULL;
    expression_free(expression);
    arena_free(arena);
    return is_good;
}

static bool is_query(const char *word)
{
    return is_assertion(word, "exists") || is_assertion(word, "\"$\" exists") ||
           is_assertion(word, "\"Subject\" exists");
}

/* Filters and predicates, alone and with what they need. */
static bool is_word(const char *word)
{
    static const char *const behind[] = {"%s", "%s 1", "%s \"a\"", "%s exists", "%s \"a\" exists"};
    static const char *const before[] = {"jsonpath \"$\"", "css \"a\"", "body"};
    for (size_t i = 0; i < COUNT_OF(before); i++)
        for (size_t j = 0; j < COUNT_OF(behind); j++) {
            char text[100];
            snprintf(text, sizeof text, "%s%s", word, behind[j] + strlen("%s"));
            if (is_assertion(before[i], text))
                return true;
        }
    return false;
}

static bool is_value(const char *word)
{
    char text[100];
    snprintf(text, sizeof text, "== %s", word);
    return is_assertion("jsonpath \"$\"", strchr(word, ' ') != NULL ? word : text);
}

static bool is_consequence(const char *word)
{
    char text[100];
    snprintf(text, sizeof text, "== 200 | %s", word);
    return is_assertion("status", text);
}

static bool is_unit(const char *word)
{
    char text[100];
    snprintf(text, sizeof text, "< 1%s", word);
    return is_assertion("time.total", text);
}

static const struct {
    enum foreign_place place;
    bool (*is_ours)(const char *word);
} place_cases[] = {
    {FOREIGN_QUERY, is_query}, {FOREIGN_WORD, is_word},
    {FOREIGN_VALUE, is_value}, {FOREIGN_CONSEQUENCE, is_consequence},
    {FOREIGN_UNIT, is_unit},   {FOREIGN_VARIABLE, scenario_variable_is_given},
};

START_TEST(every_word_that_is_meant_is_one)
{
    const char *theirs, *ours;
    size_t count = 0;
    for (; foreign_word_at(place_cases[_i].place, count, &theirs, &ours); count++)
        ck_assert_msg(place_cases[_i].is_ours(ours), "%s: %s is none", theirs, ours);
    ck_assert_uint_ge(count, 3);
}
END_TEST

static bool takes(const char *key, const char *word)
{
    for (unsigned context = 0; context < LANGUAGE_CONTEXT_COUNT; context++) {
        const struct language_key *found = language_find((enum language_context)context, key);
        for (size_t i = 0; found != NULL && i < found->word_count; i++)
            if (strcmp(found->words[i], word) == 0)
                return true;
    }
    return false;
}

START_TEST(every_choice_that_is_meant_is_one)
{
    const char *key, *theirs, *ours;
    size_t count = 0;
    for (; foreign_choice_at(count, &key, &theirs, &ours); count++)
        ck_assert_msg(takes(key, ours), "%s: %s: %s is none", key, theirs, ours);
    ck_assert_uint_ge(count, 15);
}
END_TEST

static const struct {
    const char *one, *other;
    bool same;
} same_cases[] = {
    {"baseUrl", "base_url", true},
    {"baseUrl", "BASE-URL", true},
    {"base", "baseUrl", false},
    {"form data", "form", true},
    {"form", "form data", false},
    {"", "_", true},
    {"a", "", false},
    {"keepAlive", "Keep-Alive", true},
};

START_TEST(case_and_joints_make_no_difference)
{
    ck_assert_int_eq(foreign_is_same(same_cases[_i].one, same_cases[_i].other),
                     same_cases[_i].same);
}
END_TEST

static const struct {
    const char *text, *written;
    size_t length;
} duration_cases[] = {
    {"5000", "5000ms", 4}, {"30", "30s", 2},          {"1 min", "1m", 5},    {"1,5s", "1.5s", 4},
    {"2.5", "2.5s", 3},    {"3 seconds or", "3s", 9}, {"5 apples", NULL, 0}, {"x", NULL, 0},
    {"1.", "1s", 1},       {"2 and", NULL, 0},
};

START_TEST(times_are_understood_as_they_are_written_elsewhere)
{
    struct arena *arena = arena_create();
    size_t length = 0;
    ck_assert_pstr_eq(foreign_duration(arena, duration_cases[_i].text, &length),
                      duration_cases[_i].written);
    ck_assert_uint_eq(length, duration_cases[_i].length);
    arena_free(arena);
}
END_TEST

#define LOOP(tests, name, cases) tcase_add_loop_test(tests, name, 0, (int)COUNT_OF(cases))

Suite *test_suite(void)
{
    Suite *suite = suite_create("language");
    TCase *tests = tcase_create("tables");
    tcase_add_test(tests, every_example_of_the_table_loads);
    tcase_add_test(tests, every_key_that_is_meant_is_one);
    LOOP(tests, every_word_that_is_meant_is_one, place_cases);
    tcase_add_test(tests, every_choice_that_is_meant_is_one);
    LOOP(tests, case_and_joints_make_no_difference, same_cases);
    LOOP(tests, times_are_understood_as_they_are_written_elsewhere, duration_cases);
    suite_add_tcase(suite, tests);
    return suite;
}
