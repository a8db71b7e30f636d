/* SPDX-License-Identifier: MIT */
/*
 * scenarios/: broken files that no repository should hold: lines of megabytes, bytes that are no
 * text, bombs. Each is made here, and gives its exact message in time and without much memory.
 */
#include "tests/unit/runner.h"

#include "monitor/base/memory.h"
#include "scenarios/scenario.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEXT_MAX = 1024 * 1024, MEGABYTE = 1024 * 1024, KILOBYTES_MAX = 64 * 1024 };

#define HEAD "shopwatch: 1\njourney: x\n"
#define TAIL "steps:\n  - {step: a, get: \"http://shop.test/\"}\n"

#define TEN(text)     text text text text text text text text text text
#define HUNDRED(text) TEN(TEN(text))

#define BYTES(text) text, sizeof(text) - 1

/* A file: `before`, then `middle` so many times, then `behind`. */
static const struct {
    const char *before;
    size_t before_length;
    const char *middle;
    size_t times;
    const char *behind, *expected;
} cases[] = {
    /* size */
    {BYTES(HEAD "about: "), "x", 10 * MEGABYTE, "\n" TAIL,
     "x.yaml: error: larger than 256 KiB, which is the limit [file.size]\n"},
    {BYTES(HEAD), "# a comment of many lines\n", 10 * MEGABYTE / 26, TAIL,
     "x.yaml: error: larger than 256 KiB, which is the limit [file.size]\n"},
    {BYTES(HEAD "about: "), "x", 200 * 1024, "\n" TAIL,
     "x.yaml:3:8: error: longer than 4000 bytes, which is the limit [value.range]\n"
     "    3 | about: " HUNDRED("x") TEN("x") TEN("x") TEN("x") TEN("x")
         TEN("x") "xxx"
                  "…\n"
                  "      |        ^\n"},
    /* what a hint does not write out, and is not looked at once for each of its bytes */
    {BYTES(HEAD "secrets: ["), "a, ", 20 * 1000, "a]\n" TAIL,
     "x.yaml:3:10: error: expected a map, not a list [value.type]\n"
     "    3 | secrets: [" TEN("a, a, a, a, ")
         TEN("a, ") "…\n"
                    "      |          ^\n"
                    "      = hint: write: secrets: {TOKEN: {env: TOKEN}}\n"},
    {BYTES(HEAD "variables:\n  a: \""), TEN(" "), 10 * 1000, "${b}\"\n" TAIL,
     "x.yaml:4:100007: error: `b` has no value here [name.undefined]\n"
     "    4 | …" HUNDRED(" ") "${b}\"\n"
                              "      | " HUNDRED(" ") " ^\n"
                                                      "      = hint: define it under `variables`, "
                                                      "or capture it in an earlier step\n"},
    /* bytes that are no text */
    {BYTES(HEAD "about: a\0b\n"), "", 0, TAIL,
     "x.yaml:3:9: error: a control character (byte 0x00) [file.character]\n"},
    {BYTES("\0"), "", 0, "",
     "x.yaml:1:1: error: a control character (byte 0x00) [file.character]\n"},
    {BYTES("\x7f"
           "ELF\2\1\1"),
     "\0", 0, "", "x.yaml:1:1: error: a control character (byte 0x7f) [file.character]\n"},
    {BYTES(HEAD "about: \xff\n"), "", 0, TAIL,
     "x.yaml:3:8: error: not UTF-8 (byte 0xff) [file.encoding]\n"
     "      = hint: save the file as UTF-8\n"},
    {BYTES(HEAD "about: caf\xe9\n"), "", 0, TAIL,
     "x.yaml:3:11: error: not UTF-8 (byte 0xe9) [file.encoding]\n"
     "      = hint: save the file as UTF-8\n"},
    /* An overlong slash, a surrogate, a code point beyond Unicode, and one that is cut off. */
    {BYTES(HEAD "about: \xc0\xaf\n"), "", 0, TAIL,
     "x.yaml:3:8: error: not UTF-8 (byte 0xc0) [file.encoding]\n"
     "      = hint: save the file as UTF-8\n"},
    {BYTES(HEAD "about: \xed\xa0\x80\n"), "", 0, TAIL,
     "x.yaml:3:8: error: not UTF-8 (byte 0xed) [file.encoding]\n"
     "      = hint: save the file as UTF-8\n"},
    {BYTES(HEAD "about: \xf4\x90\x80\x80\n"), "", 0, TAIL,
     "x.yaml:3:8: error: not UTF-8 (byte 0xf4) [file.encoding]\n"
     "      = hint: save the file as UTF-8\n"},
    {BYTES(HEAD "about: \xe2\x82"), "", 0, "",
     "x.yaml:3:8: error: not UTF-8 (byte 0xe2) [file.encoding]\n"
     "      = hint: save the file as UTF-8\n"},
    {BYTES("\xff\xfes\0h\0o\0p\0w\0a\0t\0c\0h\0"), "", 0, "",
     "x.yaml:1:1: error: not UTF-8 (byte 0xff) [file.encoding]\n"
     "      = hint: save the file as UTF-8\n"},
    /* nothing at all */
    {BYTES(""), "", 0, "", "x.yaml: error: nothing is in this file [file.empty]\n"},
    {BYTES(""), "# only this\n", 1000, "", "x.yaml: error: nothing is in this file [file.empty]\n"},
    {BYTES(""), "---\n", 1, "",
     "x.yaml:1:4: error: nothing stands here; expected a scenario: a map of keys [value.empty]\n"
     "    1 | ---\n"
     "      |    ^\n"},
    /* depth */
    {BYTES("shopwatch: "), "[", 100 * 1024, "",
     "x.yaml:1:51: error: nested too deeply [yaml.depth]\n"
     "    1 | shopwatch: " HUNDRED("[") TEN("[") TEN("[") TEN("[")
         TEN("[") "[[[[[[[[["
                  "…\n"
                  "      |                                                   ^\n"},
};

struct scratch {
    char directory[64];
};

static void scratch_open(struct scratch *scratch)
{
    snprintf(scratch->directory, sizeof scratch->directory, "/tmp/check_broken_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(scratch->directory));
    ck_assert_int_eq(chdir(scratch->directory), 0);
}

static void scratch_close(struct scratch *scratch)
{
    unlink("x.yaml");
    ck_assert_int_eq(chdir("/"), 0);
    rmdir(scratch->directory);
}

static void write_case(int n)
{
    FILE *file = fopen("x.yaml", "w");
    ck_assert_ptr_nonnull(file);
    fwrite(cases[n].before, 1, cases[n].before_length, file);
    for (size_t i = 0; i < cases[n].times; i++)
        fputs(cases[n].middle, file);
    fputs(cases[n].behind, file);
    ck_assert_int_eq(fclose(file), 0);
}

static long kilobytes_used(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

START_TEST(broken_files_are_refused_in_these_words)
{
    struct scratch scratch;
    struct mistakes mistakes = {.arena = arena_create()};
    struct buffer printed;
    scratch_open(&scratch);
    write_case(_i);
    long before = kilobytes_used();
    ck_assert_ptr_null(scenario_load("x.yaml", NULL, &mistakes));
    ck_assert_int_lt(kilobytes_used() - before, KILOBYTES_MAX);
    buffer_init(&printed, TEXT_MAX);
    for (size_t i = 0; i < mistakes.count; i++)
        mistake_print(&mistakes.items[i], false, &printed);
    ck_assert_str_eq(printed.data, cases[_i].expected);
    buffer_free(&printed);
    arena_free(mistakes.arena);
    scratch_close(&scratch);
}
END_TEST

/* Nine of nine of nine: a gigabyte, were an alias what it stands for. */
START_TEST(aliases_do_not_explode)
{
    enum { LEVELS = 26, EACH = 9 };
    struct scratch scratch;
    struct mistakes mistakes = {.arena = arena_create()};
    scratch_open(&scratch);
    FILE *file = fopen("x.yaml", "w");
    for (int level = 0; level < LEVELS; level++) {
        fprintf(file, "%c: &%c [", 'a' + level, 'a' + level);
        for (int i = 0; i < EACH; i++)
            fprintf(file, "%s%s%c", i > 0 ? ", " : "", level > 0 ? "*" : "lo",
                    level > 0 ? 'a' + level - 1 : 'l');
        fputs("]\n", file);
    }
    fputs(HEAD "steps: *z\n", file);
    fclose(file);
    long before = kilobytes_used();
    ck_assert_ptr_null(scenario_load("x.yaml", NULL, &mistakes));
    ck_assert_int_lt(kilobytes_used() - before, KILOBYTES_MAX);
    ck_assert_uint_eq(mistakes.count, MISTAKES_MAX);
    /* Each anchor, each alias, and each key that is none. */
    ck_assert_uint_ge(mistakes.errors, 2 * LEVELS + (LEVELS - 1) * EACH + 1);
    for (size_t i = 0; i < mistakes.count; i++)
        ck_assert(strcmp(mistakes.items[i].code, "yaml.anchor") == 0 ||
                  strcmp(mistakes.items[i].code, "key.unknown") == 0);
    arena_free(mistakes.arena);
    scratch_close(&scratch);
}
END_TEST

/* Whoever opens one that nobody writes to waits. */
START_TEST(a_pipe_is_not_waited_for)
{
    struct scratch scratch;
    struct mistakes mistakes = {.arena = arena_create()};
    scratch_open(&scratch);
    FILE *file = fopen("x.yaml", "w");
    ck_assert_ptr_nonnull(file);
    fputs(HEAD "data: {people: {pool: pipe}}\nsteps:\n  - use: pipe\n", file);
    fclose(file);
    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    ck_assert_ptr_null(scenario_load("x.yaml", NULL, &mistakes));
    ck_assert_uint_eq(mistakes.errors, 2);
    for (size_t i = 0; i < mistakes.count; i++)
        ck_assert_msg(strstr(mistakes.items[i].text, "pipe, not a file") != NULL, "%s",
                      mistakes.items[i].text);
    unlink("pipe");
    arena_free(mistakes.arena);
    scratch_close(&scratch);
}
END_TEST

/* Who asked another process is told the same as who has the file. */
static const struct mistake told[] = {
    {.severity = MISTAKE_ERROR,
     .code = "key.unknown",
     .file = "x.yaml",
     .position = {.line = 3, .column = 5},
     .text = "there is no key `ster`",
     .hint = "did you mean `step`?",
     .source = "  - ster: a"},
    {.severity = MISTAKE_WARNING, .code = "lint.quotes", .file = "x.yaml", .text = "of the whole"},
};

START_TEST(a_mistake_survives_its_json)
{
    struct buffer here, there;
    struct mistake read;
    json_t *json = mistake_to_json(&told[_i]);
    ck_assert_str_eq(json_string_value(json_object_get(json, "severity")),
                     told[_i].severity == MISTAKE_ERROR ? "error" : "warning");
    ck_assert(mistake_from_json(json, &read));
    ck_assert_int_eq(read.severity, told[_i].severity);
    buffer_init(&here, TEXT_MAX);
    buffer_init(&there, TEXT_MAX);
    mistake_print(&told[_i], false, &here);
    mistake_print(&read, false, &there);
    ck_assert_str_eq(here.data, there.data);
    json_object_del(json, "code");
    ck_assert(!mistake_from_json(json, &read));
    json_decref(json);
    buffer_free(&here);
    buffer_free(&there);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("broken files");
    TCase *tests = tcase_create("broken files");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, broken_files_are_refused_in_these_words, 0, (int)COUNT_OF(cases));
    tcase_add_loop_test(tests, a_mistake_survives_its_json, 0, (int)COUNT_OF(told));
    tcase_add_test(tests, aliases_do_not_explode);
    tcase_add_test(tests, a_pipe_is_not_waited_for);
    suite_add_tcase(suite, tests);
    return suite;
}
