/* SPDX-License-Identifier: MIT */
/* reporters/: the public pages as files: whole or not at all, readable, and nobody else's touched.
 */
#include "tests/unit/runner.h"

#include "reporters/public_export_write.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char directory[64], link_path[128];

static void make_directory(void)
{
    snprintf(directory, sizeof directory, "/tmp/check_public_XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(link_path, sizeof link_path, "%s/site", directory);
}

static void remove_directory(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", directory);
    ck_assert_int_eq(system(command), 0);
}

static void read_file(int top, const char *path, char text[32])
{
    int descriptor = openat(top, path, O_RDONLY);
    ck_assert_int_ge(descriptor, 0);
    ssize_t got = read(descriptor, text, 31);
    ck_assert_int_ge(got, 0);
    text[got] = '\0';
    close(descriptor);
}

static enum result write_generation(int number, struct error *error)
{
    char text[32];
    int length = snprintf(text, sizeof text, "%d", number);
    const struct export_file files[] = {
        {"index.html", text, (size_t)length},
        {"api/v2/incidents/unresolved.json", text, (size_t)length},
        {"incidents/a.html", text, (size_t)length},
    };
    return export_write(link_path, files, COUNT_OF(files), error);
}

static int count_entries(void)
{
    char command[160], text[16];
    snprintf(command, sizeof command, "ls -A %s | wc -l", directory);
    FILE *pipe = popen(command, "r");
    ck_assert_ptr_nonnull(fgets(text, sizeof text, pipe));
    pclose(pipe);
    return atoi(text);
}

START_TEST(a_generation_replaces_the_one_before)
{
    struct error error = {0};
    struct stat status;
    char text[32], path[192];
    mode_t before = umask(077);
    for (int i = 1; i <= 5; i++)
        ck_assert_msg(write_generation(i, &error) == RESULT_OK, "%s", error.text);
    umask(before);
    int top = open(link_path, O_RDONLY | O_DIRECTORY);
    read_file(top, "index.html", text);
    ck_assert_str_eq(text, "5");
    read_file(top, "api/v2/incidents/unresolved.json", text);
    ck_assert_str_eq(text, "5");
    close(top);
    ck_assert_int_eq(count_entries(), 3); /* the link, what it leads to and what it led to */
    snprintf(path, sizeof path, "%s/incidents/a.html", link_path);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0644);
    ck_assert_int_eq(stat(link_path, &status), 0);
    ck_assert_int_eq(status.st_mode & 0777, 0755);
}
END_TEST

static bool try_to_read(int top, const char *path, char text[32])
{
    int descriptor = openat(top, path, O_RDONLY);
    ssize_t got = descriptor >= 0 ? read(descriptor, text, 31) : -1;
    text[got > 0 ? got : 0] = '\0';
    close(descriptor);
    return got > 0;
}

static void read_link(char target[64])
{
    ssize_t length = readlink(link_path, target, 63);
    target[length > 0 ? length : 0] = '\0';
}

/* Reads until it is killed; whoever came in by the link sees one generation, whole. One who was
 * held up for so long that there are two newer ones does not count. */
static void read_on(void)
{
    for (;;) {
        char first[32], second[32], before[64], after[64];
        read_link(before);
        int top = open(link_path, O_RDONLY | O_DIRECTORY);
        bool whole = top >= 0 && try_to_read(top, "index.html", first) &&
                     try_to_read(top, "incidents/a.html", second) && strcmp(first, second) == 0;
        close(top);
        read_link(after);
        if (!whole && strcmp(before, after) == 0)
            _exit(1);
    }
}

START_TEST(nobody_sees_half_of_one)
{
    struct error error = {0};
    int status;
    ck_assert_int_eq(write_generation(0, &error), RESULT_OK);
    pid_t reader = fork();
    if (reader == 0)
        read_on();
    for (int i = 1; i <= 300; i++) {
        ck_assert_int_eq(write_generation(i, &error), RESULT_OK);
    }
    ck_assert_msg(waitpid(reader, &status, WNOHANG) == 0, "the reader ended with %#x", status);
    kill(reader, SIGKILL);
    waitpid(reader, &status, 0);
}
END_TEST

START_TEST(what_is_not_ours_is_left_alone)
{
    struct error error = {0};
    char path[192];
    snprintf(path, sizeof path, "%s/.site.backup", directory);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(mkdir(link_path, 0700), 0);
    ck_assert_int_eq(export_check(link_path, &error), RESULT_INVALID);
    error = (struct error){0};
    ck_assert_int_eq(write_generation(1, &error), RESULT_INVALID);
    ck_assert_int_eq(rmdir(link_path), 0);
    ck_assert_int_eq(symlink("elsewhere", link_path), 0); /* which is not there */
    error = (struct error){0};
    ck_assert_int_eq(write_generation(2, &error), RESULT_OK);
    ck_assert_int_eq(write_generation(3, &error), RESULT_OK);
    ck_assert_int_eq(rmdir(path), 0);
}
END_TEST

START_TEST(a_failure_leaves_the_link_where_it_was)
{
    struct error error = {0};
    char text[32];
    char bytes[] = "x";
    const struct export_file files[] = {{"index.html", bytes, 1}, {"index.html/x", bytes, 1}};
    ck_assert_int_eq(write_generation(1, &error), RESULT_OK);
    ck_assert_int_eq(export_write(link_path, files, COUNT_OF(files), &error), RESULT_IO);
    ck_assert_ptr_nonnull(strstr(error.text, "index.html"));
    int top = open(link_path, O_RDONLY | O_DIRECTORY);
    read_file(top, "index.html", text);
    ck_assert_str_eq(text, "1");
    close(top);
    ck_assert_int_eq(count_entries(), 2);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("public export");
    TCase *files = tcase_create("files");
    tcase_set_timeout(files, 60);
    tcase_add_checked_fixture(files, make_directory, remove_directory);
    tcase_add_test(files, a_generation_replaces_the_one_before);
    tcase_add_test(files, nobody_sees_half_of_one);
    tcase_add_test(files, what_is_not_ours_is_left_alone);
    tcase_add_test(files, a_failure_leaves_the_link_where_it_was);
    suite_add_tcase(suite, files);
    return suite;
}
