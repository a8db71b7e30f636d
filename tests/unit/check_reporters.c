/* SPDX-License-Identifier: MIT */
/* reporters/: the hub and the JSON Lines file, over a real store in a directory of its own. */
#include "tests/unit/runner.h"
#include "tests/unit/store_fixture.h"

#include "reporters/reporter.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LINES_MAX = 1000 };

static struct store_fixture fixture;
static struct reporter_settings settings[2];
static struct shop shop;
static struct reporters *reporters;
static char path[FIXTURE_PATH_MAX * 2], other_path[FIXTURE_PATH_MAX * 2];

static void set_up(void)
{
    store_fixture_set_up(&fixture);
    snprintf(path, sizeof path, "%s/runs.jsonl", fixture.directory);
    snprintf(other_path, sizeof other_path, "%s/later/runs.jsonl", fixture.directory);
    settings[0] = (struct reporter_settings){.name = "file", .kind = "json-lines", .path = path};
    settings[1] =
        (struct reporter_settings){.name = "other", .kind = "json-lines", .path = other_path};
    shop = (struct shop){.file = "shop.yaml", .reporters = settings, .reporter_count = 1};
    reporters = NULL;
}

static void tear_down(void)
{
    reporters_close(reporters);
    store_fixture_tear_down(&fixture);
}

static void open_reporters(void)
{
    const struct reporter_context context = {
        .loop = fixture.loop, .store = fixture.store, .shop = &shop};
    struct error error = {0};
    reporters = reporters_open(&context, &error);
    ck_assert_msg(reporters != NULL, "%s", error.text);
}

static void close_reporters(void)
{
    reporters_close(reporters);
    reporters = NULL;
}

static void append_runs(int first, int last)
{
    for (int i = first; i <= last; i++) {
        struct run *run =
            store_fixture_run("buy", "home", i, i % 3 == 0 ? STATE_FAILED : STATE_PASSED);
        ck_assert_int_eq(store_fixture_append(&fixture, run), i);
        if (reporters != NULL)
            reporters_wake(reporters);
    }
}

/* The sequences in the file, `1 2 3 `; each line must be a record, and the file end in a newline.
 */
static char *read_sequences(const char *name)
{
    static char text[LINES_MAX * 6];
    char *line = NULL;
    size_t room = 0;
    text[0] = '\0';
    FILE *file = fopen(name, "r");
    for (ssize_t got; file != NULL && (got = getline(&line, &room, file)) > 0;) {
        json_t *json = json_loads(line, 0, NULL);
        struct run *run = run_from_json(json, NULL);
        if (line[got - 1] != '\n' || run == NULL)
            snprintf(text + strlen(text), sizeof text - strlen(text), "torn ");
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d ",
                 (int)json_integer_value(json_object_get(json, "sequence")));
        run_free(run);
        json_decref(json);
    }
    if (file != NULL)
        fclose(file);
    free(line);
    return text;
}

/* Turns the loop until the file holds what is expected, at most ten seconds; then a little longer,
 * to see that no more comes. */
static void expect_sequences(const char *name, const char *expected)
{
    for (int i = 0; i < 1000 && strcmp(read_sequences(name), expected) != 0; i++)
        store_fixture_wait(&fixture, 10 * DURATION_MILLISECOND);
    store_fixture_wait(&fixture, 20 * DURATION_MILLISECOND);
    ck_assert_str_eq(read_sequences(name), expected);
}

/* The cursor follows the lines. */
static void expect_cursor(const char *name, store_sequence expected)
{
    for (int i = 0; i < 1000 && store_fixture_cursor(&fixture, name) != expected; i++)
        store_fixture_wait(&fixture, 10 * DURATION_MILLISECOND);
    ck_assert_int_eq(store_fixture_cursor(&fixture, name), expected);
}

static const char *count_to(int last)
{
    static char text[LINES_MAX * 6];
    text[0] = '\0';
    for (int i = 1; i <= last; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%d ", i);
    return text;
}

/* A disk that takes its time. Every fdatasync of this program comes through here. */
static useconds_t disk_delay;

int fdatasync(int descriptor)
{
    usleep(disk_delay);
    return (int)syscall(SYS_fdatasync, descriptor);
}

static void set_cursor(store_sequence sequence)
{
    store_write_cursor(fixture.store, "reporter.file", sequence, NULL, NULL);
}

START_TEST(a_line_is_the_record_and_its_sequence)
{
    struct run *run = store_fixture_run("buy", "home", 1, STATE_FAILED);
    json_t *expected = run_to_json(run), *actual;
    json_object_set_new(expected, "sequence", json_integer(1));
    store_fixture_append(&fixture, run);
    open_reporters();
    expect_sequences(path, "1 ");
    actual = json_load_file(path, 0, NULL);
    ck_assert(json_equal(actual, expected));
    json_decref(actual);
    json_decref(expected);
}
END_TEST

START_TEST(the_file_is_not_for_everybody)
{
    struct stat facts;
    umask(022);
    open_reporters();
    ck_assert_int_eq(stat(path, &facts), 0);
    ck_assert_uint_eq(facts.st_mode & 0777, 0640);
}
END_TEST

START_TEST(runs_of_before_during_and_after_arrive_once_and_in_order)
{
    append_runs(1, 5);
    open_reporters();
    append_runs(6, 10);
    expect_sequences(path, count_to(10));
    close_reporters();
    append_runs(11, 12);
    store_fixture_reopen(&fixture);
    open_reporters();
    expect_sequences(path, count_to(12));
    append_runs(13, 13);
    expect_sequences(path, count_to(13));
    expect_cursor("reporter.file", 13);
}
END_TEST

START_TEST(a_long_absence_is_caught_up_in_batches)
{
    append_runs(1, 450);
    open_reporters();
    expect_sequences(path, count_to(450));
}
END_TEST

/* What a crash may leave behind the last whole line, and how far the cursor lags then. */
static const struct {
    const char *torn;
    size_t length;
    store_sequence cursor;
} crash_cases[] = {
    {"", 0, 3},         {"", 0, 1}, {"{", 1, 3}, {"{\"id\":\"0123", 11, 3}, {"{\"id\":\"01", 9, 0},
    {"\0\0\0\0", 4, 2},
};

START_TEST(after_a_crash_nothing_is_torn_or_twice)
{
    append_runs(1, 3);
    open_reporters();
    expect_sequences(path, count_to(3));
    close_reporters();
    FILE *file = fopen(path, "a");
    ck_assert_uint_eq(fwrite(crash_cases[_i].torn, 1, crash_cases[_i].length, file),
                      crash_cases[_i].length);
    fclose(file);
    set_cursor(crash_cases[_i].cursor);
    append_runs(4, 4);
    open_reporters();
    expect_sequences(path, count_to(4));
    expect_cursor("reporter.file", 4);
}
END_TEST

START_TEST(a_first_line_that_is_torn_is_written_again)
{
    FILE *file = fopen(path, "w");
    fputs("{\"id\":\"", file);
    fclose(file);
    append_runs(1, 1);
    open_reporters();
    expect_sequences(path, "1 ");
}
END_TEST

START_TEST(a_line_longer_than_a_block_is_found_again)
{
    struct run *run = store_fixture_run("buy", "home", 1, STATE_FAILED);
    char *excerpt = arena_allocate(run->arena, 200001, 1);
    memset(excerpt, 'x', 200000);
    run->steps[1].excerpt = excerpt;
    store_fixture_append(&fixture, run);
    open_reporters();
    expect_sequences(path, "1 ");
    close_reporters();
    set_cursor(0);
    append_runs(2, 2);
    open_reporters();
    expect_sequences(path, "1 2 ");
}
END_TEST

/* The file may outlive the store: then its last sequence is another run's. */
START_TEST(a_new_store_does_not_lose_runs_to_an_old_file)
{
    append_runs(1, 3);
    open_reporters();
    expect_sequences(path, count_to(3));
    close_reporters();
    store_close(fixture.store);
    ck_assert_int_eq(unlink(fixture.file), 0);
    fixture.store = store_open(fixture.loop, fixture.url, NULL);
    for (int i = 1; i <= 4; i++)
        store_fixture_append(&fixture, store_fixture_run("buy", "away", i, STATE_PASSED));
    open_reporters();
    expect_sequences(path, "1 2 3 1 2 3 4 ");
}
END_TEST

/* Ends what the file at the reporter's path may hold when the path is a mistake. */
static const char *const foreign_cases[] = {
    "[section]\nkey = 1\n",
    "{\"a\": 1}",
    "{\n  \"id\": 1\n}\n",
    "no newline at the end",
    "{\"id\":\"short\",\"sequence\":3}\n",
    "{\"id\":\"0123456789abcdef0123456789abcdef\"}\n",
    "\n",
};

START_TEST(a_file_of_somebody_else_is_left_alone)
{
    const struct reporter_context context = {
        .loop = fixture.loop, .store = fixture.store, .shop = &shop};
    char text[100];
    struct error error = {0};
    FILE *file = fopen(path, "w");
    fputs(foreign_cases[_i], file);
    fclose(file);
    append_runs(1, 1);
    ck_assert_ptr_null(reporters_open(&context, &error));
    ck_assert_int_eq(error.code, RESULT_INVALID);
    ck_assert_ptr_nonnull(strstr(error.text, "does not end in a run's record"));
    file = fopen(path, "r");
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    ck_assert_str_eq(text, foreign_cases[_i]);
}
END_TEST

/* The second reporter's directory is not there for a while; the first does not wait for it. */
START_TEST(each_reporter_has_its_own_pace)
{
    shop.reporter_count = 2;
    append_runs(1, 3);
    open_reporters();
    ck_assert_ptr_nonnull(strstr(reporters_announcement(reporters, 0), "are appended to"));
    ck_assert_ptr_nonnull(strstr(reporters_announcement(reporters, 1), "No such file"));
    ck_assert_ptr_null(reporters_announcement(reporters, 2));
    expect_sequences(path, count_to(3));
    append_runs(4, 4);
    expect_sequences(path, count_to(4));
    ck_assert_int_eq(store_fixture_cursor(&fixture, "reporter.other"), 0);
    snprintf(other_path, sizeof other_path, "%s/later", fixture.directory);
    ck_assert_int_eq(mkdir(other_path, 0700), 0);
    snprintf(other_path, sizeof other_path, "%s/later/runs.jsonl", fixture.directory);
    expect_sequences(other_path, count_to(4));
    expect_cursor("reporter.other", 4);
}
END_TEST

START_TEST(a_pause_is_not_cut_short)
{
    settings[0].path = other_path;
    append_runs(1, 1);
    open_reporters();
    store_fixture_wait(&fixture, 50 * DURATION_MILLISECOND);
    snprintf(path, sizeof path, "%s/later", fixture.directory);
    ck_assert_int_eq(mkdir(path, 0700), 0);
    for (int i = 0; i < 5; i++) {
        reporters_wake(reporters);
        store_fixture_wait(&fixture, 10 * DURATION_MILLISECOND);
    }
    ck_assert_str_eq(read_sequences(other_path), "");
    expect_sequences(other_path, "1 ");
}
END_TEST

START_TEST(a_rotated_file_is_noticed)
{
    char rotated[FIXTURE_PATH_MAX * 3];
    snprintf(rotated, sizeof rotated, "%s.1", path);
    append_runs(1, 2);
    open_reporters();
    expect_sequences(path, "1 2 ");
    ck_assert_int_eq(rename(path, rotated), 0);
    append_runs(3, 4);
    expect_sequences(path, "3 4 ");
    ck_assert_str_eq(read_sequences(rotated), "1 2 ");
    ck_assert_int_eq(unlink(path), 0);
    append_runs(5, 5);
    expect_sequences(path, "5 ");
}
END_TEST

START_TEST(closing_in_the_middle_of_a_read_is_safe)
{
    append_runs(1, 3);
    open_reporters();
    close_reporters();
    store_fixture_wait(&fixture, 20 * DURATION_MILLISECOND);
    ck_assert_str_eq(read_sequences(path), "");
    open_reporters();
    reporters_wake(reporters);
    close_reporters();
    store_fixture_reopen(&fixture);
    ck_assert_str_eq(read_sequences(path), "");
    open_reporters();
    expect_sequences(path, count_to(3));
    reporters_wake(reporters);
    close_reporters();
    store_fixture_wait(&fixture, 20 * DURATION_MILLISECOND);
    ck_assert_str_eq(read_sequences(path), count_to(3));
}
END_TEST

struct pulse {
    struct loop_timer *timer;
    struct instant last;
    duration longest; /* time between two beats */
};

static void beat(void *data)
{
    struct pulse *pulse = data;
    struct instant now = clock_instant();
    duration gap = instant_between(pulse->last, now);
    if (gap > pulse->longest)
        pulse->longest = gap;
    pulse->last = now;
    loop_timer_set(pulse->timer, 5 * DURATION_MILLISECOND);
}

START_TEST(a_slow_disk_does_not_hold_up_the_loop)
{
    struct pulse pulse = {0};
    append_runs(1, 3);
    open_reporters();
    expect_sequences(path, count_to(3));
    disk_delay = 2000000;
    pulse.timer = loop_timer_create(fixture.loop, beat, &pulse);
    pulse.last = clock_instant();
    beat(&pulse);
    append_runs(4, 4);
    expect_sequences(path, count_to(4));
    ck_assert(!reporters_are_idle(reporters)); /* written, but not synced */
    for (int i = 0; i < 400 && !reporters_are_idle(reporters); i++)
        store_fixture_wait(&fixture, 50 * DURATION_MILLISECOND);
    ck_assert(reporters_are_idle(reporters));
    ck_assert_int_eq(store_fixture_cursor(&fixture, "reporter.file"), 4);
    ck_assert_int_lt(pulse.longest, DURATION_SECOND);
    loop_timer_free(pulse.timer);
    disk_delay = 0;
}
END_TEST

START_TEST(closing_in_the_middle_of_a_delivery_is_safe)
{
    append_runs(1, 3);
    open_reporters();
    expect_sequences(path, count_to(3));
    disk_delay = 1000000;
    append_runs(4, 4);
    expect_sequences(path, count_to(4));
    ck_assert(!reporters_are_idle(reporters));
    close_reporters();
    disk_delay = 0;
    store_fixture_wait(&fixture, 20 * DURATION_MILLISECOND);
    ck_assert_int_eq(store_fixture_cursor(&fixture, "reporter.file"), 3);
    append_runs(5, 5);
    open_reporters();
    expect_sequences(path, count_to(5));
}
END_TEST

static const struct {
    const char *kind, *path, *words;
} refused_cases[] = {
    {"json-lnes", "x",
     "shop.yaml:7:5: reporter \"file\": no kind \"json-lnes\"; there is console, "},
    {"json-lines", NULL, "reporter \"file\" needs a `path`"},
    {"json-lines", "/", "Is a directory"},
    {"json-lines", "/dev/null", "it is left alone"},
};

START_TEST(settings_that_cannot_work_are_refused)
{
    const struct reporter_context context = {
        .loop = fixture.loop, .store = fixture.store, .shop = &shop};
    struct error error = {0};
    settings[1] = (struct reporter_settings){.name = "file",
                                             .kind = refused_cases[_i].kind,
                                             .path = refused_cases[_i].path,
                                             .position = {7, 5}};
    shop.reporter_count = 2;
    ck_assert_ptr_null(reporters_open(&context, &error));
    ck_assert_int_eq(error.code, RESULT_INVALID);
    ck_assert_msg(strstr(error.text, refused_cases[_i].words) != NULL, "%s", error.text);
}
END_TEST

/* Lets files grow to `size` and no further: the disk is full. 0: as before. */
static void limit_files(off_t size)
{
    static struct rlimit before;
    struct rlimit limit;
    if (before.rlim_max == 0)
        ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    if (size > 0)
        limit.rlim_cur = (rlim_t)size;
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

struct counted {
    size_t count;
    bool ended;
};

static void count_delivered(void *data, const struct reporter_outcome *outcome)
{
    *(struct counted *)data = (struct counted){outcome->delivered, true};
    loop_stop(fixture.loop);
}

static size_t deliver(const struct reporter_kind *kind, void *file, const struct store_runs *runs)
{
    struct counted counted = {0};
    kind->deliver(file, runs, count_delivered, &counted);
    while (!counted.ended)
        loop_run(fixture.loop);
    return counted.count;
}

/* The store would not grow either, so the reporter is asked without it. */
START_TEST(a_full_disk_takes_whole_lines_and_loses_none)
{
    const struct reporter_context context = {
        .loop = fixture.loop, .store = fixture.store, .shop = &shop};
    const struct reporter_kind *kind = reporter_kind_find("json-lines");
    append_runs(1, 4);
    struct store_runs runs = store_fixture_read(&fixture, &(struct store_filter){0});
    struct store_runs first = {runs.runs, runs.sequences, 1};
    struct stat facts;
    void *file = kind->open(&context, &settings[0], NULL);
    ck_assert_uint_eq(deliver(kind, file, &first), 1);
    ck_assert_int_eq(stat(path, &facts), 0);
    struct store_runs rest = {runs.runs + 2, runs.sequences + 2, 2};
    /* The limit holds for Check's own files too, so nothing is asserted under it. */
    limit_files(facts.st_size * 5 / 2); /* room for two lines and a part */
    size_t delivered = deliver(kind, file, &runs), more = deliver(kind, file, &rest);
    limit_files(0);
    ck_assert_uint_eq(delivered, 2);
    ck_assert_uint_eq(more, 0);
    ck_assert_str_eq(read_sequences(path), "1 2 ");
    ck_assert_uint_eq(deliver(kind, file, &rest), 2);
    ck_assert_str_eq(read_sequences(path), count_to(4));
    kind->close(file);
    store_fixture_release(&runs);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("reporters");
    TCase *tests = tcase_create("json-lines");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_line_is_the_record_and_its_sequence);
    tcase_add_test(tests, the_file_is_not_for_everybody);
    tcase_add_test(tests, runs_of_before_during_and_after_arrive_once_and_in_order);
    tcase_add_test(tests, a_long_absence_is_caught_up_in_batches);
    tcase_add_loop_test(tests, after_a_crash_nothing_is_torn_or_twice, 0, COUNT_OF(crash_cases));
    tcase_add_test(tests, a_first_line_that_is_torn_is_written_again);
    tcase_add_test(tests, a_line_longer_than_a_block_is_found_again);
    tcase_add_test(tests, a_new_store_does_not_lose_runs_to_an_old_file);
    tcase_add_loop_test(tests, a_file_of_somebody_else_is_left_alone, 0, COUNT_OF(foreign_cases));
    tcase_add_test(tests, each_reporter_has_its_own_pace);
    tcase_add_test(tests, a_pause_is_not_cut_short);
    tcase_add_test(tests, a_rotated_file_is_noticed);
    tcase_add_test(tests, closing_in_the_middle_of_a_read_is_safe);
    tcase_add_test(tests, a_slow_disk_does_not_hold_up_the_loop);
    tcase_add_test(tests, closing_in_the_middle_of_a_delivery_is_safe);
    tcase_add_loop_test(tests, settings_that_cannot_work_are_refused, 0, COUNT_OF(refused_cases));
    tcase_add_test(tests, a_full_disk_takes_whole_lines_and_loses_none);
    suite_add_tcase(suite, tests);
    return suite;
}
