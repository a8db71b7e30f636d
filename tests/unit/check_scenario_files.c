/* SPDX-License-Identifier: MIT */
/*
 * scenarios/: whole files, most of them kept under tests/scenarios: each in bad/ has its mistakes
 * beside it, exactly as people read them; those in good/ have none; those in lint/ are advised on.
 * Names tell how a file is loaded: shop* is a shop file, with-shop* a scenario of good/shop.yaml,
 * set-* a whole set. Then files that no one would keep: cut off, damaged, too large.
 */
#include "tests/unit/runner.h"

#include "monitor/base/memory.h"
#include "scenarios/scenario.h"
#include "scenarios/shop.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TEXT_MAX = 1024 * 1024, FILES_MAX = 400, FUZZ_ROUNDS = 1500 };

static const char *source_directory(void)
{
    const char *source = getenv("SOURCE");
    return source != NULL ? source : ".";
}

static void enter(const char *directory)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/tests/scenarios/%s", source_directory(), directory);
    ck_assert_msg(chdir(path) == 0, "no directory %s", path);
}

struct file_list {
    char *names[FILES_MAX];
    int count;
};

static struct file_list bad_files, good_files, lint_files;

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void list_files(struct file_list *list, const char *directory)
{
    char path[4096];
    struct dirent *entry;
    snprintf(path, sizeof path, "%s/tests/scenarios/%s", source_directory(), directory);
    DIR *stream = opendir(path);
    while (stream != NULL && list->count < FILES_MAX && (entry = readdir(stream)) != NULL)
        if (strstr(entry->d_name, ".yaml") != NULL)
            list->names[list->count++] = memory_duplicate(entry->d_name);
    if (stream != NULL)
        closedir(stream);
    qsort(list->names, (size_t)list->count, sizeof *list->names, compare_names);
}

static void free_files(struct file_list *list)
{
    while (list->count > 0)
        free(list->names[--list->count]);
}

static bool begins(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Loads one file as its name tells; true when it was taken. */
static bool load_file(const char *name, bool lint, struct mistakes *mistakes)
{
    struct shop *shop = NULL;
    bool taken;
    if (begins(name, "shop")) {
        shop = shop_load(name, mistakes);
        taken = shop != NULL;
    } else {
        if (begins(name, "with-shop"))
            shop = shop_load("../good/shop.yaml", mistakes);
        struct scenario *scenario = scenario_load(name, shop, mistakes);
        taken = scenario != NULL;
        if (taken && lint)
            scenario_lint(scenario, shop, mistakes);
        if (taken && begins(name, "set-"))
            scenario_lint_set(&scenario, 1, shop, mistakes);
        scenario_free(scenario);
    }
    shop_free(shop);
    return taken;
}

static void print_mistakes(const struct mistakes *mistakes, struct buffer *out)
{
    buffer_init(out, TEXT_MAX);
    for (size_t i = 0; i < mistakes->count; i++)
        mistake_print(&mistakes->items[i], false, out);
    ck_assert_int_eq(out->result, RESULT_OK);
}

static void read_expected(const char *name, char text[TEXT_MAX])
{
    char path[300];
    snprintf(path, sizeof path, "%.*s.expected", (int)(strlen(name) - strlen(".yaml")), name);
    FILE *stream = fopen(path, "r");
    ck_assert_msg(stream != NULL, "no file %s", path);
    text[fread(text, 1, TEXT_MAX - 1, stream)] = '\0';
    fclose(stream);
}

static void check_file(const char *directory, const char *name, bool lint, bool taken)
{
    static char expected[TEXT_MAX];
    struct mistakes mistakes = {.arena = arena_create()};
    struct buffer printed;
    enter(directory);
    ck_assert_msg(load_file(name, lint, &mistakes) == taken, "%s", name);
    ck_assert_int_eq(mistakes.errors == 0, taken);
    print_mistakes(&mistakes, &printed);
    read_expected(name, expected);
    ck_assert_str_eq(printed.data, expected);
    buffer_free(&printed);
    arena_free(mistakes.arena);
}

START_TEST(bad_files_are_refused_in_these_words)
{
    check_file("bad", bad_files.names[_i], false, false);
}
END_TEST

START_TEST(lint_advises_in_these_words)
{
    check_file("lint", lint_files.names[_i], true, true);
}
END_TEST

START_TEST(good_files_are_taken_without_a_word)
{
    struct mistakes mistakes = {.arena = arena_create()};
    enter("good");
    ck_assert_msg(load_file(good_files.names[_i], false, &mistakes), "%s", good_files.names[_i]);
    ck_assert_uint_eq(mistakes.count, 0);
    arena_free(mistakes.arena);
}
END_TEST

START_TEST(enough_files_were_found)
{
    ck_assert_int_ge(bad_files.count, 150);
    ck_assert_int_ge(good_files.count, 5);
    ck_assert_int_ge(lint_files.count, 5);
}
END_TEST

static const struct json_t *look_up(void *data, const char *name)
{
    return json_object_get(data, name);
}

/* A file of our own for files that are not kept. */
struct scratch {
    char path[64];
};

static void scratch_open(struct scratch *scratch)
{
    snprintf(scratch->path, sizeof scratch->path, "/tmp/check_scenarios.XXXXXX");
    int descriptor = mkstemp(scratch->path);
    ck_assert_int_ge(descriptor, 0);
    close(descriptor);
}

static void scratch_write(const struct scratch *scratch, const char *bytes, size_t length)
{
    FILE *stream = fopen(scratch->path, "w");
    ck_assert_uint_eq(fwrite(bytes, 1, length, stream), length);
    fclose(stream);
}

/* One byte more than allowed, and what is no file. */
START_TEST(upload_is_bounded)
{
    static const char *const codes[] = {NULL, "file.size", "file.unreadable", "file.unreadable"};
    static char bytes[SCENARIO_UPLOAD_MAX + 1];
    struct scratch scratch, upload;
    struct mistakes mistakes = {.arena = arena_create()};
    scratch_open(&scratch);
    scratch_open(&upload);
    scratch_write(&upload, bytes, SCENARIO_UPLOAD_MAX + (_i == 1));
    const char *text = arena_print(mistakes.arena,
                                   "shopwatch: 1\njourney: x\nsteps:\n  - step: a\n"
                                   "    post: http://shop.test/\n    file: %s\n",
                                   _i == 2   ? "."
                                   : _i == 3 ? "/dev/zero"
                                             : upload.path);
    scratch_write(&scratch, text, strlen(text));
    struct scenario *scenario = scenario_load(scratch.path, NULL, &mistakes);
    ck_assert_int_eq(scenario != NULL, codes[_i] == NULL);
    ck_assert_pstr_eq(mistakes.count > 0 ? mistakes.items[0].code : NULL, codes[_i]);
    if (scenario != NULL)
        ck_assert_uint_eq(scenario->steps[0].file->length, SCENARIO_UPLOAD_MAX);
    scenario_free(scenario);
    arena_free(mistakes.arena);
    unlink(scratch.path);
    unlink(upload.path);
}
END_TEST

/* Every file is taken, or there is a mistake that says why not; and it can be printed. */
static void load_anything(const struct scratch *scratch, bool is_shop)
{
    struct mistakes mistakes = {.arena = arena_create()};
    struct shop *shop = is_shop ? shop_load(scratch->path, &mistakes) : NULL;
    struct scenario *scenario = is_shop ? NULL : scenario_load(scratch->path, NULL, &mistakes);
    bool taken = is_shop ? shop != NULL : scenario != NULL;
    ck_assert_int_eq(taken, mistakes.errors == 0);
    if (scenario != NULL)
        scenario_lint(scenario, NULL, &mistakes);
    struct buffer printed;
    print_mistakes(&mistakes, &printed);
    buffer_free(&printed);
    scenario_free(scenario);
    shop_free(shop);
    arena_free(mistakes.arena);
}

static size_t read_good(const char *name, char text[TEXT_MAX])
{
    enter("good");
    FILE *stream = fopen(name, "r");
    ck_assert_ptr_nonnull(stream);
    size_t length = fread(text, 1, TEXT_MAX, stream);
    fclose(stream);
    return length;
}

static const char *const fuzzed_files[] = {"with-shop.yaml", "expressions.yaml", "json.yaml",
                                           "crlf.yaml", "shop.yaml"};

/* libfyaml and libxml2 print to standard error unless they are kept from it. */
static void be_silent(FILE **ret_stream)
{
    *ret_stream = tmpfile();
    ck_assert_ptr_nonnull(*ret_stream);
    ck_assert_int_ge(dup2(fileno(*ret_stream), STDERR_FILENO), 0);
}

START_TEST(every_prefix_is_survived_in_silence)
{
    static char text[TEXT_MAX];
    struct scratch scratch;
    FILE *standard_error;
    size_t length = read_good(fuzzed_files[_i], text);
    scratch_open(&scratch);
    be_silent(&standard_error);
    for (size_t i = 0; i <= length; i++) {
        scratch_write(&scratch, text, i);
        load_anything(&scratch, begins(fuzzed_files[_i], "shop"));
    }
    ck_assert_int_eq(lseek(fileno(standard_error), 0, SEEK_END), 0);
    fclose(standard_error);
    unlink(scratch.path);
}
END_TEST

START_TEST(damaged_files_are_survived)
{
    static const char pieces[] = "\"'{}[]:,#&*!|>%@`-?$\n\t \\/.0";
    static char text[TEXT_MAX], damaged[TEXT_MAX];
    struct scratch scratch;
    unsigned state = 12345;
    size_t length = read_good(fuzzed_files[_i], text);
    scratch_open(&scratch);
    for (int round = 0; round < FUZZ_ROUNDS; round++) {
        memcpy(damaged, text, length);
        for (int i = 0; i <= round % 3; i++) {
            state = state * 1103515245u + 12345u;
            size_t at = (state >> 8) % length;
            state = state * 1103515245u + 12345u;
            damaged[at] = pieces[(state >> 8) % (sizeof pieces - 1)];
        }
        scratch_write(&scratch, damaged, length);
        load_anything(&scratch, begins(fuzzed_files[_i], "shop"));
    }
    unlink(scratch.path);
}
END_TEST

START_TEST(large_files_are_refused)
{
    static char text[SCENARIO_FILE_MAX + 1];
    struct scratch scratch;
    struct mistakes mistakes = {.arena = arena_create()};
    memset(text, '#', sizeof text);
    scratch_open(&scratch);
    scratch_write(&scratch, text, sizeof text);
    ck_assert_ptr_null(scenario_load(scratch.path, NULL, &mistakes));
    ck_assert_str_eq(mistakes.items[0].code, "file.size");
    scratch_write(&scratch, text, sizeof text - 1);
    ck_assert_ptr_null(scenario_load(scratch.path, NULL, &mistakes));
    ck_assert_str_eq(mistakes.items[1].code, "file.empty");
    unlink(scratch.path);
    ck_assert_ptr_null(scenario_load(scratch.path, NULL, &mistakes));
    ck_assert_str_eq(mistakes.items[2].code, "file.unreadable");
    arena_free(mistakes.arena);
}
END_TEST

/* YAML 1.2's core schema, by what becomes of plain values in `json:`. */
static const struct {
    const char *yaml, *json;
} type_cases[] = {
    {"no", "\"no\""},
    {"yes", "\"yes\""},
    {"on", "\"on\""},
    {"010", "10"},
    {"-010", "-10"},
    {"+1", "1"},
    {"0o17", "15"},
    {"0x1F", "31"},
    {"0o8", "\"0o8\""},
    {"-0x1", "\"-0x1\""},
    {"0b1", "\"0b1\""},
    {"1_000", "\"1_000\""},
    {"1:30", "\"1:30\""},
    {"~", "null"},
    {"Null", "null"},
    {"nULL", "\"nULL\""},
    {"TRUE", "true"},
    {"False", "false"},
    {"tRUE", "\"tRUE\""},
    {"1e3", "1000.0"},
    {".5", "0.5"},
    {"5.", "5.0"},
    {"-1.5E+2", "-150.0"},
    {".", "\".\""},
    {"1.2.3", "\"1.2.3\""},
    {"1e", "\"1e\""},
    {"2026-11-23", "\"2026-11-23\""},
    {"'010'", "\"010\""},
    {"\"no\"", "\"no\""},
    {"", "null"},
    {"\"\\u00e9\\n\"", "\"é\\n\""},
};

START_TEST(plain_values_have_the_types_of_yaml_1_2)
{
    char text[300];
    struct scratch scratch;
    struct mistakes mistakes = {.arena = arena_create()};
    const char *missing;
    struct buffer body;
    snprintf(text, sizeof text,
             "shopwatch: 1\njourney: x\nsteps:\n  - step: y\n    post: http://z\n    json:\n"
             "      a: %s\n",
             type_cases[_i].yaml);
    scratch_open(&scratch);
    scratch_write(&scratch, text, strlen(text));
    struct scenario *scenario = scenario_load(scratch.path, NULL, &mistakes);
    unlink(scratch.path);
    ck_assert_ptr_nonnull(scenario);
    buffer_init(&body, sizeof text);
    ck_assert_int_eq(json_template_render(scenario->steps[0].json, look_up, NULL, &body, &missing),
                     RESULT_OK);
    json_t *json = json_loads(body.data, 0, NULL);
    buffer_free(&body);
    ck_assert_ptr_nonnull(json);
    char *value = json_dumps(json_object_get(json, "a"), JSON_ENCODE_ANY);
    ck_assert_str_eq(value, type_cases[_i].json);
    free(value);
    json_decref(json);
    scenario_free(scenario);
    arena_free(mistakes.arena);
}
END_TEST

START_TEST(steps_are_capped)
{
    static char text[TEXT_MAX];
    struct scratch scratch;
    struct mistakes mistakes = {.arena = arena_create()};
    size_t length = (size_t)snprintf(text, sizeof text, "shopwatch: 1\njourney: x\nsteps:\n");
    size_t before = length;
    scratch_open(&scratch);
    for (int i = 0; i <= SCENARIO_STEPS_MAX; i++) {
        before = length;
        length += (size_t)snprintf(text + length, sizeof text - length,
                                   "  - {step: s%d, get: \"http://x/\"}\n", i);
    }
    scratch_write(&scratch, text, before);
    struct scenario *scenario = scenario_load(scratch.path, NULL, &mistakes);
    ck_assert_ptr_nonnull(scenario);
    ck_assert_uint_eq(scenario->step_count, SCENARIO_STEPS_MAX);
    scenario_free(scenario);
    scratch_write(&scratch, text, length);
    ck_assert_ptr_null(scenario_load(scratch.path, NULL, &mistakes));
    ck_assert_str_eq(mistakes.items[0].code, "value.count");
    unlink(scratch.path);
    arena_free(mistakes.arena);
}
END_TEST

START_TEST(an_empty_set_is_not_advised_on)
{
    struct mistakes mistakes = {.arena = arena_create()};
    scenario_lint_set(NULL, 0, NULL, &mistakes);
    ck_assert_uint_eq(mistakes.count, 0);
    arena_free(mistakes.arena);
}
END_TEST

START_TEST(many_nodes_are_refused_in_time)
{
    static char text[SCENARIO_FILE_MAX];
    struct scratch scratch;
    struct mistakes mistakes = {.arena = arena_create()};
    size_t length = (size_t)snprintf(text, sizeof text, "shopwatch: [");
    while (length + 2 < sizeof text) {
        text[length++] = '1';
        text[length++] = ',';
    }
    text[length++] = ']';
    scratch_open(&scratch);
    scratch_write(&scratch, text, length);
    ck_assert_ptr_null(scenario_load(scratch.path, NULL, &mistakes));
    ck_assert_str_eq(mistakes.items[0].code, "yaml.depth");
    unlink(scratch.path);
    arena_free(mistakes.arena);
}
END_TEST

/* Files that repeat one thing as often as a file may be long; `%` is a running number. */
static const struct {
    const char *prefix, *middle, *suffix;
} repeated_cases[] = {
    {"{", "k%: 1,", "}"},
    {"{shopwatch: 1, journey: x, variables: {a: 1}, headers: {", "h%: \"${ab}\", ", "}}"},
    {"shopwatch: 1\njourney: x\nheaders: {a: '", "${undefined%}", "'}\n"},
    {"shopwatch: 1\njourney: x\nvariables:\n", "  v%: ${w%}\n", ""},
    {"{shopwatch: 1, journey: x, steps: [{step: x, get: \"http://x\", capture: {", "c%: body, ",
     "}}]}"},
    {"shopwatch: 1\njourney: x\nsteps:\n  - step: x\n    get: http://x\n    expect:\n",
     "      - body contains \"%\"\n", ""},
    {"shopwatch: 1\njourney: x\nsteps:\n  - step: x\n    get: http://x\n    expect:\n",
     "      - body contains \"%: \"\n", ""},
    {"shopwatch: 1\njourney: x\nsteps:\n", "  - %: &a *b\n", ""},
    {"", "[", ""},
    {"", "{a%: ", ""},
    {"", "- ", ""},
    {"a: \"", "\\u00e9", "\""},
    {"shopwatch: 1\njourney: '", "$", "'"},
    {"shopwatch: 1\njourney: x\nvariables: {a: '", "{{a}} $a", "'}"},
    {"shopwatch: 1\njourney: x\nsteps:\n  - step: a\n    expect: not ", "\\\"\\\" ", ""},
    {"shopwatch: 1\njourney: x\nsteps:\n  - step: a\n    expect: status in ", ",", ""},
    {"shopwatch: 1\njourney: x\nsteps:\n  - step: a\n    expect: jsonpath ", "[ a ", ""},
    {"shopwatch: 1\njourney: x\nsteps:\n  - step: a\n    expect:\n",
     "      - status = % && body = %\n", ""},
    {"shopwatch: 1\njourney: x\nsteps:\n  - step: a\n    expect: status = 1", " && status = %", ""},
};

/* Appends `format` with its `%` replaced by a number. */
static void append_numbered(struct buffer *out, const char *format, int number)
{
    for (; *format != '\0'; format++)
        if (*format == '%')
            buffer_print(out, "%d", number);
        else
            buffer_append(out, format, 1);
}

START_TEST(repetition_is_survived_in_time)
{
    struct scratch scratch;
    struct buffer text;
    struct mistakes mistakes = {.arena = arena_create()};
    buffer_init(&text, SCENARIO_FILE_MAX);
    buffer_text(&text, repeated_cases[_i].prefix);
    for (int i = 0; text.length < SCENARIO_FILE_MAX - 200; i++)
        append_numbered(&text, repeated_cases[_i].middle, i);
    buffer_text(&text, repeated_cases[_i].suffix);
    scratch_open(&scratch);
    scratch_write(&scratch, text.data, text.length);
    ck_assert_ptr_null(scenario_load(scratch.path, NULL, &mistakes));
    unlink(scratch.path);
    ck_assert_uint_gt(mistakes.count, 0);
    ck_assert_uint_le(mistakes.count, MISTAKES_MAX);
    buffer_free(&text);
    arena_free(mistakes.arena);
}
END_TEST

#define LOOP(tests, name, cases) tcase_add_loop_test(tests, name, 0, (int)COUNT_OF(cases))

/* Work that grows with the square of the file would take minutes here. */
static TCase *long_file_tests(void)
{
    TCase *tests = tcase_create("long files");
    tcase_set_timeout(tests, 30);
    LOOP(tests, repetition_is_survived_in_time, repeated_cases);
    return tests;
}

static TCase *file_tests(void)
{
    TCase *tests = tcase_create("files");
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, enough_files_were_found);
    tcase_add_loop_test(tests, bad_files_are_refused_in_these_words, 0, bad_files.count);
    tcase_add_loop_test(tests, good_files_are_taken_without_a_word, 0, good_files.count);
    tcase_add_loop_test(tests, upload_is_bounded, 0, 4);
    tcase_add_loop_test(tests, lint_advises_in_these_words, 0, lint_files.count);
    LOOP(tests, every_prefix_is_survived_in_silence, fuzzed_files);
    LOOP(tests, damaged_files_are_survived, fuzzed_files);
    LOOP(tests, plain_values_have_the_types_of_yaml_1_2, type_cases);
    tcase_add_test(tests, steps_are_capped);
    tcase_add_test(tests, an_empty_set_is_not_advised_on);
    tcase_add_test(tests, large_files_are_refused);
    tcase_add_test(tests, many_nodes_are_refused_in_time);
    return tests;
}

static void forget_files(void)
{
    free_files(&bad_files);
    free_files(&good_files);
    free_files(&lint_files);
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("scenario files");
    list_files(&bad_files, "bad");
    list_files(&good_files, "good");
    list_files(&lint_files, "lint");
    atexit(forget_files);
    suite_add_tcase(suite, file_tests());
    suite_add_tcase(suite, long_file_tests());
    return suite;
}
