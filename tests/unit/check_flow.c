/* SPDX-License-Identifier: MIT */
/*
 * What a journey must never do: show a secret, or forget what it has left behind. Masks, secrets
 * and ledgers, each by itself; whole journeys with them are in check_journey and in
 * tests/secrets.sh.
 */
#include "tests/unit/runner.h"

#include "monitor/daemon/ledger.h"
#include "monitor/journey/mask.h"
#include "monitor/journey/secrets.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECRET "pa$$ \"w/rd\"&<é>+1%"

/* As other programs write it (Python's quote, json, html and base64). */
static const char *const forms[] = {
    "pa$$ \"w/rd\"&<é>+1%",
    "pa%24%24%20%22w%2Frd%22%26%3C%C3%A9%3E%2B1%25",
    "pa%24%24%20%22w%2frd%22%26%3c%c3%a9%3e%2b1%25",
    "pa%24%24+%22w%2Frd%22%26%3C%C3%A9%3E%2B1%25",
    "pa$$ \\\"w/rd\\\"&<\\u00e9>+1%",
    "pa$$ \\\"w\\/rd\\\"&<é>+1%",
    "pa$$ &quot;w/rd&quot;&amp;&lt;é&gt;+1%",
    "cGEkJCAidy9yZCImPMOpPisxJQ==",
    "cGEkJCAidy9yZCImPMOpPisxJQ==",
    "dXBhJCQgIncvcmQiJjzDqT4rMSU=",
    "dXBhJCQgIncvcmQiJjzDqT4rMSU=",
    "dXNwYSQkICJ3L3JkIiY8w6k+KzEl",
    "dXNwYSQkICJ3L3JkIiY8w6k-KzEl",
};

START_TEST(a_secret_is_hidden_in_every_form)
{
    char text[400];
    struct arena *arena = arena_create();
    struct mask *mask = mask_create();
    ck_assert(mask_add(mask, SECRET));
    snprintf(text, sizeof text, "before %s behind", forms[_i]);
    const char *masked = mask_text(mask, arena, text);
    ck_assert_ptr_eq(strncmp(masked, "before ", 7) == 0 ? masked : NULL, masked);
    ck_assert_ptr_nonnull(strstr(masked, MASK_TEXT));
    ck_assert_ptr_nonnull(strstr(masked, " behind"));
    /* Of base64 up to three characters before it and two behind belong to what stands beside it. */
    ck_assert_uint_le(strlen(masked), strlen("before  behind") + strlen(MASK_TEXT) + 6);
    /* Cut off as excerpts are, no more than its first bytes are left. */
    for (size_t cut = strlen("before ") + 20; cut < strlen(text) - strlen(" behind"); cut++) {
        char *part = arena_duplicate_bytes(arena, text, cut);
        masked = mask_text(mask, arena, part);
        ck_assert_msg(strstr(masked, MASK_TEXT) != NULL && strlen(masked) < strlen("before ") + 16,
                      "%s: %s", part, masked);
    }
    mask_free(mask);
    arena_free(arena);
}
END_TEST

START_TEST(what_is_no_secret_stays)
{
    struct arena *arena = arena_create();
    struct mask *mask = mask_create();
    const char *text = "GET /pa?x=1 {\"a\": 1} &amp; \\u00e9 %zz \\";
    ck_assert_ptr_eq(mask_text(mask, arena, text), text);
    ck_assert(!mask_add(mask, "abc"));
    ck_assert(!mask_add(mask, ""));
    ck_assert(mask_add(mask, "abcd"));
    ck_assert(mask_add(mask, "abcdefgh"));
    ck_assert_ptr_eq(mask_text(mask, arena, text), text);
    ck_assert_ptr_null(mask_text(mask, arena, NULL));
    ck_assert_str_eq(mask_text(mask, arena, "xabcdefghx abcd-"), "x***x ***-");
    ck_assert_str_eq(mask_text(mask, arena, "abcdabcdabcd"), "*********");
    mask_free(mask);
    arena_free(arena);
}
END_TEST

/* What begins with a slash is behind the scenario's directory. */
static const struct {
    const char *yaml, *value, *problem;
} secret_cases[] = {
    {"{env: CHECK_FLOW_SECRET}", "from the environment", NULL},
    {"{env: CHECK_FLOW_NOTHING}", NULL, "the environment variable CHECK_FLOW_NOTHING is not set"},
    {"{env: CHECK_FLOW_SHORT}", NULL, "it is shorter than 4 bytes, too short to be kept secret"},
    {"{file: check_flow.secret}", "first line", NULL},
    {"{file: check_flow.nowhere}", NULL, "/check_flow.nowhere: No such file or directory"},
    {"{file: check_flow.zero}", NULL, "/check_flow.zero: it is longer than 64 KiB"},
    {"{command: [printf, \"%s\\\\n%s\", \"a b;$HOME\", x]}", "a b;$HOME", NULL},
    {"{command: [\"false\"]}", NULL, "false: exit code 1"},
    {"{command: [no-such-program-here]}", NULL, "no-such-program-here: No such file or directory"},
    {"{command: [sh, -c, \"kill -9 $$\"]}", NULL, "sh: ended by signal 9"},
    {"{command: [sh, -c, \"sleep 60 & wait\"]}", NULL, "sh: it took longer than 5 s"},
    {"{command: [sh, -c, \"exec >&-; sleep 60\"]}", NULL, "sh: it took longer than 5 s"},
};

static struct scenario *load(const char *file, const char *text)
{
    struct mistakes mistakes = {.arena = arena_create()};
    FILE *stream = fopen(file, "w");
    ck_assert_ptr_nonnull(stream);
    fprintf(stream, "shopwatch: 1\njourney: x\n%s", text);
    fclose(stream);
    struct scenario *scenario = scenario_load(file, NULL, &mistakes);
    ck_assert_msg(scenario != NULL, "%s",
                  mistakes.count > 0 ? mistakes.items[0].text : "not loaded");
    arena_free(mistakes.arena);
    return scenario;
}

START_TEST(secrets_are_read_or_it_is_said_why_not)
{
    char directory[] = "/tmp/check_flow.XXXXXX", file[64], key[64], zero[64], problem[128];
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(file, sizeof file, "%s/check_flow.yaml", directory);
    snprintf(key, sizeof key, "%s/check_flow.secret", directory);
    snprintf(zero, sizeof zero, "%s/check_flow.zero", directory);
    ck_assert_int_eq(symlink("/dev/zero", zero), 0);
    int descriptor = open(key, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ck_assert_int_ge(descriptor, 0);
    dprintf(descriptor, "first line\r\nsecond line\n");
    close(descriptor);
    setenv("CHECK_FLOW_SECRET", "from the environment", 1);
    setenv("CHECK_FLOW_SHORT", "abc", 1);
    char text[300];
    snprintf(text, sizeof text,
             "secrets:\n  S: %s\nsteps:\n  - {step: a, get: \"http://x/${S}\"}\n",
             secret_cases[_i].yaml);
    struct scenario *scenario = load(file, text);
    struct instant before = clock_instant();
    struct secrets *secrets = secrets_read(scenario, NULL);
    ck_assert_int_lt(instant_between(before, clock_instant()),
                     SECRETS_COMMAND_LIMIT + 2 * DURATION_SECOND);
    ck_assert_uint_eq(secrets_count(secrets), 1);
    ck_assert_str_eq(secrets_name(secrets, 0), "S");
    ck_assert_pstr_eq(secrets_value(secrets, 0), secret_cases[_i].value);
    const char *said = secret_cases[_i].problem;
    snprintf(problem, sizeof problem, "%s%s", said != NULL && said[0] == '/' ? directory : "",
             said != NULL ? said : "");
    ck_assert_pstr_eq(secrets_problem(secrets, 0), said != NULL ? problem : NULL);
    secrets_free(secrets);
    scenario_free(scenario);
    unlink(file);
    unlink(key);
    unlink(zero);
    ck_assert_int_eq(rmdir(directory), 0);
}
END_TEST

/* A ledger in a directory of its own. */
struct book {
    char directory[64], file[128], path[192];
    struct scenario *scenario;
    struct ledger *ledger;
    const struct journey_ledger *journey;
    struct arena *arena;
};

static void book_open(struct book *book)
{
    snprintf(book->directory, sizeof book->directory, "/tmp/check_flow.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(book->directory));
    snprintf(book->file, sizeof book->file, "%s/buy.yaml", book->directory);
    snprintf(book->path, sizeof book->path, "%s/.buy.yaml.ledger.jsonl", book->directory);
    book->scenario = load(book->file, "orders_max: 3\nsteps:\n"
                                      "  - {step: a, post: \"http://x/a\", mutates: order}\n"
                                      "cleanup:\n"
                                      "  - {step: b, post: \"http://x/b\", settles: order}\n");
    book->ledger = ledger_create(book->scenario);
    ck_assert_str_eq(ledger_path(book->ledger), book->path);
    book->journey = ledger_of_journey(book->ledger);
    book->arena = arena_create();
}

static void book_close(struct book *book)
{
    unlink(book->path);
    unlink(book->file);
    ck_assert_int_eq(rmdir(book->directory), 0);
    ledger_free(book->ledger);
    scenario_free(book->scenario);
    arena_free(book->arena);
}

static enum symptom book_record(struct book *book, const char *run, const char **detail)
{
    json_t *variables = json_pack("{s:s}", "email", "a@shop.example");
    const struct journey_debt debt = {run, "x", "here", "a", "order", variables};
    enum symptom symptom = book->journey->record(book->journey->data, &debt, book->arena, detail);
    json_decref(variables);
    return symptom;
}

static size_t unsettled(const struct book *book)
{
    struct error error = {0};
    size_t count;
    ck_assert_int_eq(ledger_unsettled(book->ledger, &count, &error), RESULT_OK);
    return count;
}

START_TEST(a_ledger_keeps_what_is_not_settled)
{
    struct book book;
    struct stat status;
    const char *detail = NULL;
    book_open(&book);
    ck_assert_uint_eq(unsettled(&book), 0);
    ck_assert_int_ne(access(book.path, F_OK), 0);
    ck_assert_int_eq(book_record(&book, "one", &detail), SYMPTOM_NONE);
    ck_assert_int_eq(book_record(&book, "two", &detail), SYMPTOM_NONE);
    ck_assert_int_eq(book_record(&book, "three", &detail), SYMPTOM_NONE);
    ck_assert_int_eq(book_record(&book, "four", &detail), SYMPTOM_MONITOR_LEDGER_FULL);
    ck_assert_str_eq(detail, arena_print(book.arena, "3 unsettled, see %s", book.path));
    book.journey->settle(book.journey->data, "two", "order");
    book.journey->settle(book.journey->data, "never heard of", "order");
    ck_assert_uint_eq(unsettled(&book), 2);
    ck_assert_int_eq(book_record(&book, "four", &detail), SYMPTOM_NONE);
    /* What is settled is gone; what is not can be read. */
    ck_assert_int_eq(stat(book.path, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0600);
    json_t *first = json_load_file(book.path, JSON_DISABLE_EOF_CHECK, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(first, "run")), "one");
    ck_assert_str_eq(
        json_string_value(json_object_get(json_object_get(first, "variables"), "email")),
        "a@shop.example");
    json_decref(first);
    book_close(&book);
}
END_TEST

/* A crash may cut the last line; the disk may fill it with anything. */
START_TEST(a_damaged_ledger_is_read_as_far_as_it_goes)
{
    struct book book;
    const char *detail = NULL;
    book_open(&book);
    ck_assert_int_eq(book_record(&book, "one", &detail), SYMPTOM_NONE);
    FILE *stream = fopen(book.path, "a");
    fputs("{}\n[1]\n\n{\"what\": 7}\n{\"run\": \"tw", stream);
    fclose(stream);
    ck_assert_int_eq(book_record(&book, "three", &detail), SYMPTOM_NONE);
    ck_assert_uint_eq(unsettled(&book), 2);
    book.journey->settle(book.journey->data, "three", "order");
    ck_assert_uint_eq(unsettled(&book), 1);
    book_close(&book);
}
END_TEST

START_TEST(a_ledger_stays_short)
{
    struct book book;
    struct stat status;
    const char *detail = NULL;
    book_open(&book);
    ck_assert_int_eq(book_record(&book, "stays", &detail), SYMPTOM_NONE);
    for (int i = 0; i < 400; i++) {
        const char *run = arena_print(book.arena, "run %d", i);
        ck_assert_int_eq(book_record(&book, run, &detail), SYMPTOM_NONE);
        book.journey->settle(book.journey->data, run, "order");
    }
    ck_assert_int_eq(stat(book.path, &status), 0);
    ck_assert_int_lt(status.st_size, LEDGER_COMPACT_AT + 4096);
    ck_assert_uint_eq(unsettled(&book), 1);
    book_close(&book);
}
END_TEST

static struct ledger_list *list_of(const struct book *book)
{
    struct error error = {0};
    struct ledger_list *list;
    ck_assert_int_eq(ledger_list(book->ledger, &list, &error), RESULT_OK);
    return list;
}

/* A run that is over with its thing not put right, in a process that goes on. */
START_TEST(a_ledger_tells_what_each_run_has_left)
{
    struct book book;
    const char *detail = NULL;
    book_open(&book);
    struct ledger_list *list = list_of(&book);
    ck_assert_uint_eq(ledger_list_count(list), 0);
    ledger_list_free(list);
    ck_assert_int_eq(book_record(&book, "one", &detail), SYMPTOM_NONE);
    ck_assert_int_eq(book_record(&book, "two", &detail), SYMPTOM_NONE);
    book.journey->leave(book.journey->data, "two", "order");
    book.journey->leave(book.journey->data, "never heard of", "order");
    /* As many of one run as it likes. */
    json_t *variables = json_pack("{s:s, s:i}", "email", "b@shop.example", "order", 7);
    const struct journey_debt review = {"one", "x", "here", "b", "review", variables};
    ck_assert_int_eq(book.journey->record(book.journey->data, &review, book.arena, &detail),
                     SYMPTOM_NONE);
    json_decref(variables);
    for (int round = 0; round < 2; round++) {
        list = list_of(&book);
        ck_assert_uint_eq(ledger_list_count(list), 2);
        const struct ledger_remains *one = ledger_list_at(list, 0), *two = ledger_list_at(list, 1);
        ck_assert_uint_eq(one->count, 2);
        ck_assert_str_eq(one->debts[0].run_id, "one");
        ck_assert_str_eq(one->debts[0].what, "order");
        ck_assert_str_eq(one->debts[1].what, "review");
        ck_assert_int_eq(json_integer_value(json_object_get(one->debts[1].variables, "order")), 7);
        ck_assert(one->under_way);
        ck_assert_uint_eq(two->count, 1);
        ck_assert(!two->under_way);
        ck_assert_int_eq(strncmp(two->when, "20", 2), 0);
        ck_assert(ledger_list_has(list, "one", "review"));
        ck_assert(!ledger_list_has(list, "two", "review"));
        ledger_list_free(list);
        /* And once more, of the file without what is not needed. */
        book.journey->settle(book.journey->data, "never heard of", "order");
        ck_assert_uint_eq(unsettled(&book), 3);
    }
    book.journey->settle(book.journey->data, "one", "order");
    book.journey->settle(book.journey->data, "two", "order");
    list = list_of(&book);
    ck_assert_uint_eq(ledger_list_count(list), 1);
    ck_assert(ledger_list_has(list, "one", "review"));
    ledger_list_free(list);
    book_close(&book);
}
END_TEST

/* A scenario that leaves nothing behind has a ledger as long as there is one from before. */
START_TEST(a_changed_scenario_keeps_its_ledger)
{
    struct book book;
    const char *detail = NULL;
    book_open(&book);
    struct scenario *changed = load(book.file, "steps:\n  - {step: a, get: \"http://x/a\"}\n");
    ck_assert_ptr_null(ledger_create(changed));
    ck_assert_int_eq(book_record(&book, "one", &detail), SYMPTOM_NONE);
    struct ledger *ledger = ledger_create(changed);
    ck_assert_ptr_nonnull(ledger);
    ck_assert_str_eq(ledger_path(ledger), book.path);
    ledger_free(ledger);
    scenario_free(changed);
    book_close(&book);
}
END_TEST

START_TEST(what_cannot_be_noted_is_not_sent)
{
    struct book book;
    const char *detail = NULL;
    book_open(&book);
    ck_assert_int_eq(mkdir(book.path, 0700), 0);
    ck_assert_int_eq(book_record(&book, "one", &detail), SYMPTOM_MONITOR_LEDGER_FAILED);
    ck_assert_str_eq(detail, arena_print(book.arena, "%s: Is a directory", book.path));
    rmdir(book.path);
    book_close(&book);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("flow");
    TCase *tests = tcase_create("flow");
    tcase_set_timeout(tests, 120); /* a disk that is shared with others */
    tcase_add_loop_test(tests, a_secret_is_hidden_in_every_form, 0, COUNT_OF(forms));
    tcase_add_test(tests, what_is_no_secret_stays);
    tcase_add_loop_test(tests, secrets_are_read_or_it_is_said_why_not, 0, COUNT_OF(secret_cases));
    tcase_add_test(tests, a_ledger_keeps_what_is_not_settled);
    tcase_add_test(tests, a_damaged_ledger_is_read_as_far_as_it_goes);
    tcase_add_test(tests, a_ledger_stays_short);
    tcase_add_test(tests, a_ledger_tells_what_each_run_has_left);
    tcase_add_test(tests, a_changed_scenario_keeps_its_ledger);
    tcase_add_test(tests, what_cannot_be_noted_is_not_sent);
    suite_add_tcase(suite, tests);
    return suite;
}
