/* SPDX-License-Identifier: MIT */
/* store/: the file itself: what is refused, who shares it, who may read it, what is spoiled. */
#include "tests/unit/runner.h"
#include "tests/unit/store_fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct store_fixture fixture;

static void set_up(void)
{
    store_fixture_set_up(&fixture);
}

static void tear_down(void)
{
    store_fixture_tear_down(&fixture);
}

static void refuse(const char *url, enum result code, const char *words)
{
    struct error error = {0};
    ck_assert_ptr_null(store_open(fixture.loop, url, &error));
    ck_assert_int_eq(error.code, code);
    ck_assert_msg(strstr(error.text, words) != NULL, "\"%s\" lacks \"%s\"", error.text, words);
}

/* `@` stands for the fixture's directory. */
static const struct {
    const char *url;
    enum result code;
    const char *words;
} refused_cases[] = {
    {"", RESULT_INVALID, "expected `sqlite:PATH`"},
    {"sqlite", RESULT_INVALID, "expected `sqlite:PATH`"},
    {"sqlite:", RESULT_INVALID, "expected `sqlite:PATH`"},
    {"oracle:x", RESULT_INVALID, "\"oracle:x\" is no store"},
    {"sqlite:@", RESULT_IO, "Is a directory; name a file in it"},
    {"sqlite:@/none/store.db", RESULT_IO, "No such file or directory; make the directory first"},
    {"sqlite:@/text", RESULT_IO, "file is not a database"},
    {"sqlite:@/other.db", RESULT_INVALID, "another program's database"},
};

START_TEST(what_is_no_store_is_refused)
{
    char url[FIXTURE_PATH_MAX * 2], path[FIXTURE_PATH_MAX * 2];
    snprintf(path, sizeof path, "%s/text", fixture.directory);
    FILE *text = fopen(path, "w");
    for (int i = 0; i < 100; i++)
        fprintf(text, "This is a diary, not a database.\n");
    fclose(text);
    snprintf(path, sizeof path, "%s/other.db", fixture.directory);
    sqlite3 *other;
    ck_assert_int_eq(sqlite3_open(path, &other), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(other, "CREATE TABLE diary(day)", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    const char *at = strchr(refused_cases[_i].url, '@');
    int length = at != NULL ? (int)(at - refused_cases[_i].url) : 1000;
    snprintf(url, sizeof url, "%.*s%s%s", length, refused_cases[_i].url,
             at != NULL ? fixture.directory : "", at != NULL ? at + 1 : "");
    refuse(url, refused_cases[_i].code, refused_cases[_i].words);
}
END_TEST

/* --- who only reads -------------------------------------------------------------------------- */

static void read_one(void *data, enum result result, struct store_runs *runs)
{
    ck_assert_int_eq(result, RESULT_OK);
    *(size_t *)data = runs->count;
    loop_stop(fixture.loop);
}

static void is_refused(void *data, enum result result, const struct error *error,
                       store_sequence sequence)
{
    (void)sequence;
    *(enum result *)data = result;
    ck_assert_msg(result == RESULT_OK || error->text[0] != '\0', "it is not said why");
    loop_stop(fixture.loop);
}

START_TEST(one_that_is_in_use_can_be_read)
{
    struct error error = {0};
    size_t count = 0;
    store_fixture_append(&fixture, store_fixture_run("buy", "home", 1, STATE_PASSED));
    struct store *reader = store_open_to_read(fixture.loop, fixture.url, &error);
    ck_assert_msg(reader != NULL, "%s", error.text);
    store_fixture_append(&fixture, store_fixture_run("buy", "home", 2, STATE_FAILED));
    store_read_runs(reader, &(struct store_filter){0}, read_one, &count);
    loop_run(fixture.loop);
    ck_assert_uint_eq(count, 2);
    store_close(reader);
    store_fixture_append(&fixture, store_fixture_run("buy", "home", 3, STATE_PASSED));
}
END_TEST

START_TEST(who_only_reads_changes_nothing)
{
    struct error error = {0};
    enum result result = RESULT_OK;
    struct run *run = store_fixture_run("buy", "home", 1, STATE_PASSED);
    struct store *reader = store_open_to_read(fixture.loop, fixture.url, &error);
    ck_assert_msg(reader != NULL, "%s", error.text);
    ck_assert_int_eq(store_append(reader, run, NULL, is_refused, &result), RESULT_OK);
    loop_run(fixture.loop);
    ck_assert_int_ne(result, RESULT_OK);
    run_free(run);
    store_close(reader);
}
END_TEST

START_TEST(what_is_not_there_is_not_made)
{
    struct error error = {0};
    char url[FIXTURE_PATH_MAX * 2];
    snprintf(url, sizeof url, "sqlite:%s/none.db", fixture.directory);
    ck_assert_ptr_null(store_open_to_read(fixture.loop, url, &error));
    ck_assert_msg(strstr(error.text, "none.db\": unable to open database file: No such file") !=
                      NULL,
                  "%s", error.text);
    ck_assert_int_ne(access(url + strlen("sqlite:"), F_OK), 0);
}
END_TEST

/* --- who shares it --------------------------------------------------------------------------- */

/* Another name of the same file is no way around. */
START_TEST(two_cannot_share_a_store)
{
    char other[FIXTURE_PATH_MAX * 2], url[FIXTURE_PATH_MAX * 2 + 10], words[FIXTURE_PATH_MAX * 3];
    snprintf(words, sizeof words, "%s is in use by another shopwatch", fixture.file);
    refuse(fixture.url, RESULT_UNSUPPORTED, words);
    snprintf(other, sizeof other, "%s/other-name.db", fixture.directory);
    snprintf(url, sizeof url, "sqlite:%s", other);
    ck_assert_int_eq(symlink(fixture.file, other), 0);
    refuse(url, RESULT_UNSUPPORTED, "other-name.db is in use by another shopwatch");
    store_fixture_append(&fixture, store_fixture_run("buy", "home", 1, STATE_PASSED));
    store_fixture_reopen(&fixture);
}
END_TEST

START_TEST(two_in_memory_do_not_meet)
{
    struct store *one = store_open(fixture.loop, "sqlite::memory:", NULL);
    struct store *two = store_open(fixture.loop, "sqlite::memory:", NULL);
    ck_assert_ptr_nonnull(one);
    ck_assert_ptr_nonnull(two);
    ck_assert_int_ne(access(":memory:.lock", F_OK), 0);
    store_close(one);
    store_close(two);
}
END_TEST

/* Records hold excerpts of bodies, which are nobody else's business. */
START_TEST(files_are_not_for_everybody)
{
    static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
    char path[FIXTURE_PATH_MAX * 2];
    struct stat facts;
    umask(022);
    store_close(fixture.store);
    snprintf(path, sizeof path, "%s.lock", fixture.file);
    ck_assert_int_eq(unlink(path) + unlink(fixture.file), 0);
    fixture.store = store_open(fixture.loop, fixture.url, NULL);
    store_fixture_append(&fixture, store_fixture_run("buy", "home", 1, STATE_PASSED));
    for (size_t i = 0; i < COUNT_OF(endings); i++) {
        snprintf(path, sizeof path, "%s%s", fixture.file, endings[i]);
        ck_assert_msg(stat(path, &facts) == 0, "%s", path);
        ck_assert_msg((facts.st_mode & 0777) == 0640, "%s: %o", path, facts.st_mode & 0777);
    }
}
END_TEST

static void alter_file(const char *sql)
{
    sqlite3 *database;
    ck_assert_int_eq(sqlite3_open(fixture.file, &database), SQLITE_OK);
    ck_assert_int_eq(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
}

START_TEST(a_newer_schema_is_refused_and_left_alone)
{
    store_fixture_append(&fixture, store_fixture_run("buy", "home", 1, STATE_PASSED));
    store_close(fixture.store);
    fixture.store = NULL;
    alter_file("PRAGMA user_version = 4");
    refuse(fixture.url, RESULT_UNSUPPORTED, "a newer shopwatch");
    alter_file("PRAGMA user_version = 3");
    store_fixture_reopen(&fixture);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    ck_assert_uint_eq(runs.count, 1);
    store_fixture_release(&runs);
}
END_TEST

static void check_unreadable(void *data, enum result result, struct store_runs *runs)
{
    (void)data;
    ck_assert_int_eq(result, RESULT_IO);
    ck_assert_uint_eq(runs->count, 0);
    loop_stop(fixture.loop);
}

START_TEST(a_spoiled_record_is_not_passed_over)
{
    store_fixture_append(&fixture, store_fixture_run("buy", "home", 1, STATE_PASSED));
    store_fixture_append(&fixture, store_fixture_run("buy", "home", 2, STATE_PASSED));
    alter_file("UPDATE run SET record = '{' WHERE sequence = 2");
    store_read_runs(fixture.store, &(struct store_filter){0}, check_unreadable, NULL);
    loop_run(fixture.loop);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){.limit = 1});
    ck_assert_uint_eq(runs.count, 1);
    store_fixture_release(&runs);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("store file");
    TCase *tests = tcase_create("file");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_spoiled_record_is_not_passed_over);
    tcase_add_loop_test(tests, what_is_no_store_is_refused, 0, COUNT_OF(refused_cases));
    tcase_add_test(tests, one_that_is_in_use_can_be_read);
    tcase_add_test(tests, who_only_reads_changes_nothing);
    tcase_add_test(tests, what_is_not_there_is_not_made);
    tcase_add_test(tests, two_cannot_share_a_store);
    tcase_add_test(tests, two_in_memory_do_not_meet);
    tcase_add_test(tests, files_are_not_for_everybody);
    tcase_add_test(tests, a_newer_schema_is_refused_and_left_alone);
    suite_add_tcase(suite, tests);
    return suite;
}
