/* SPDX-License-Identifier: MIT */
/* base/: buffers, maps, arenas, times, the worker. */
#define _GNU_SOURCE /* setresuid */
#include "tests/unit/runner.h"

#include "monitor/base/arena.h"
#include "monitor/base/buffer.h"
#include "monitor/base/charset.h"
#include "monitor/base/clock.h"
#include "monitor/base/date.h"
#include "monitor/base/hash.h"
#include "monitor/base/limits.h"
#include "monitor/base/listen.h"
#include "monitor/base/loop.h"
#include "monitor/base/map.h"
#include "monitor/base/process.h"
#include "monitor/base/worker.h"

#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DESCRIPTORS_MAX = 256, OTHER_USER = 65534 };

START_TEST(a_process_is_alive_until_it_ends)
{
    char mark[PROCESS_MARK_MAX], other[PROCESS_MARK_MAX + 8];
    int ends[2], held[2];
    ck_assert(process_is_alive(process_mark(mark)));
    /* The same number at another time is another process. */
    snprintf(other, sizeof other, "%s1", mark);
    ck_assert(!process_is_alive(other));
    ck_assert(!process_is_alive(""));
    ck_assert(!process_is_alive("1"));
    ck_assert_int_eq(pipe(ends) + pipe(held), 0);
    pid_t child = fork();
    if (child == 0) {
        /* A name that looks like what follows it. */
        FILE *name = fopen("/proc/self/comm", "w");
        if (name == NULL || fputs(") Z 1 (", name) < 0 || fclose(name) != 0 ||
            write(ends[1], process_mark(mark), sizeof mark) != sizeof mark)
            _exit(1);
        close(held[1]);
        _exit(read(held[0], mark, 1) == 0 ? 0 : 1);
    }
    close(held[0]);
    ck_assert_int_eq(read(ends[0], mark, sizeof mark), sizeof mark);
    ck_assert(process_is_alive(mark));
    close(held[1]);
    siginfo_t ended;
    ck_assert_int_eq(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT), 0);
    ck_assert(!process_is_alive(mark));
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    ck_assert(!process_is_alive(mark));
    close(ends[0]);
    close(ends[1]);
}
END_TEST

/* Of this user, or of another one: 0 where this one may not become that. */
static pid_t start_without_socket(bool is_other)
{
    char byte;
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDIN_FILENO);
        for (int descriptor = STDIN_FILENO + 1; descriptor < DESCRIPTORS_MAX; descriptor++)
            close(descriptor);
        if ((is_other && setresuid(OTHER_USER, OTHER_USER, OTHER_USER) != 0) ||
            write(STDIN_FILENO, "", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    close(ends[1]);
    bool is_ready = read(ends[0], &byte, 1) == 1;
    close(ends[0]);
    return is_ready ? child : 0;
}

/* Root without it lists another user's descriptors, and reads none. */
static bool drop_right_to_look(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct rights[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &head, rights) != 0)
        return false;
    rights[0].effective &= ~(1U << CAP_SYS_PTRACE);
    rights[0].permitted &= ~(1U << CAP_SYS_PTRACE);
    return syscall(SYS_capset, &head, rights) == 0;
}

START_TEST(who_may_not_be_looked_at_may_serve)
{
    struct process own_look, other_look = {.may_serve = true};
    ck_assert(drop_right_to_look());
    pid_t own = start_without_socket(false), other = start_without_socket(true);
    bool is_seen = process_look(own, &own_look) && (other == 0 || process_look(other, &other_look));
    kill(own, SIGKILL);
    if (other != 0)
        kill(other, SIGKILL);
    while (wait(NULL) > 0)
        ;
    ck_assert(is_seen);
    ck_assert(!own_look.may_serve);
    ck_assert(other_look.may_serve);
}
END_TEST

static const struct {
    const char *text, *host; /* host: NULL when it is no address */
    unsigned port;
    bool loopback;
} listen_cases[] = {
    {"127.0.0.1:8080", "127.0.0.1", 8080, true},
    {"127.9.9.9:0", "127.9.9.9", 0, true},
    {"[::1]:80", "::1", 80, true},
    {"localhost:80", "localhost", 80, true},
    {"0.0.0.0:80", "0.0.0.0", 80, false},
    {"[::]:80", "::", 80, false},
    {"127.evil.example:80", "127.evil.example", 80, false},
    {"shop.example:65535", "shop.example", 65535, false},
    {"127.0.0.1:65536", NULL, 0, false},
    {"127.0.0.1", NULL, 0, false},
    {":80", NULL, 0, false},
    {"[]:80", NULL, 0, false},
    {"127.0.0.1:-1", NULL, 0, false},
    {"127.0.0.1:8x", NULL, 0, false},
};

START_TEST(addresses_to_listen_on)
{
    struct listen_address address;
    enum result result = listen_parse(listen_cases[_i].text, &address);
    ck_assert_int_eq(result, listen_cases[_i].host != NULL ? RESULT_OK : RESULT_INVALID);
    if (result != RESULT_OK)
        return;
    ck_assert_str_eq(address.host, listen_cases[_i].host);
    ck_assert_uint_eq(address.port, listen_cases[_i].port);
    ck_assert(listen_is_loopback(address.host) == listen_cases[_i].loopback);
}
END_TEST

START_TEST(buffer_keeps_what_fits_and_remembers)
{
    struct buffer buffer;
    buffer_init(&buffer, 5);
    ck_assert_int_eq(buffer_text(&buffer, "abc"), RESULT_OK);
    ck_assert_int_eq(buffer_print(&buffer, "%d", 456), RESULT_LIMIT);
    ck_assert_int_eq(buffer_text(&buffer, "x"), RESULT_LIMIT);
    ck_assert_str_eq(buffer.data, "abc45");
    buffer_clear(&buffer);
    ck_assert_int_eq(buffer_text(&buffer, "again"), RESULT_OK);
    buffer_free(&buffer);
}
END_TEST

START_TEST(buffer_prints_long_text)
{
    struct buffer buffer;
    buffer_init(&buffer, 100000);
    ck_assert_int_eq(buffer_print(&buffer, "%01000d", 7), RESULT_OK);
    ck_assert_uint_eq(buffer.length, 1000);
    ck_assert_int_eq(buffer.data[999], '7');
    buffer_free(&buffer);
}
END_TEST

START_TEST(map_keeps_order_and_replaces)
{
    struct map *map = map_create(NULL);
    int values[200];
    char key[16];
    for (int i = 0; i < 200; i++) {
        snprintf(key, sizeof key, "key%d", i);
        map_put(map, key, &values[i]);
    }
    map_put(map, "key7", &values[0]);
    ck_assert_uint_eq(map_count(map), 200);
    ck_assert_str_eq(map_key(map, 7), "key7");
    ck_assert_ptr_eq(map_get(map, "key7"), &values[0]);
    ck_assert_ptr_eq(map_get(map, "key199"), &values[199]);
    ck_assert_ptr_null(map_get(map, "key200"));
    map_free(map);
}
END_TEST

START_TEST(arena_grows_arrays_and_prints)
{
    struct arena *arena = arena_create();
    int *numbers = NULL;
    for (int i = 0; i < 1000; i++) {
        arena_grow(arena, numbers, (size_t)i);
        numbers[i] = i;
    }
    ck_assert_int_eq(numbers[0], 0);
    ck_assert_int_eq(numbers[999], 999);
    ck_assert_str_eq(arena_print(arena, "%s-%d", "a", 1), "a-1");
    memset(arena_allocate(arena, 3, 100000), 1, 300000);
    ck_assert_str_eq(arena_duplicate(arena, "after a big piece"), "after a big piece");
    arena_free(arena);
}
END_TEST

static const struct {
    const char *text;
    enum result result;
    duration value;
} duration_cases[] = {
    {"500ms", RESULT_OK, 500000},
    {"1.5s", RESULT_OK, 1500000},
    {"10s", RESULT_OK, 10 * DURATION_SECOND},
    {"5m", RESULT_OK, 5 * DURATION_MINUTE},
    {"1w", RESULT_OK, DURATION_WEEK},
    {"5y", RESULT_OK, 1825 * DURATION_DAY},
    {"0s", RESULT_OK, 0},
    {"5", RESULT_INVALID, 0},
    {"s", RESULT_INVALID, 0},
    {"", RESULT_INVALID, 0},
    {"-5s", RESULT_INVALID, 0},
    {"0x10s", RESULT_INVALID, 0},
    {"1e3s", RESULT_INVALID, 0},
    {"5 s", RESULT_INVALID, 0},
    {"5sec", RESULT_INVALID, 0},
    {"99999999999999w", RESULT_LIMIT, 0},
};

START_TEST(duration_needs_its_unit)
{
    duration value = 0;
    ck_assert_int_eq(duration_parse(duration_cases[_i].text, &value), duration_cases[_i].result);
    ck_assert_int_eq(value, duration_cases[_i].value);
}
END_TEST

static const struct {
    duration value;
    const char *text;
} printed_cases[] = {
    {85, "85 µs"},
    {12345, "12.3 ms"},
    {234500, "234 ms"},
    {999600, "1.00 s"},
    {4200000, "4.20 s"},
    {200 * DURATION_SECOND, "3 min 20 s"},
    {125 * DURATION_MINUTE, "2 h 05 min"},
    {76 * DURATION_HOUR, "3 d 4 h"},
};

START_TEST(duration_reads_well)
{
    char text[DURATION_TEXT_MAX];
    ck_assert_str_eq(duration_print(printed_cases[_i].value, text), printed_cases[_i].text);
}
END_TEST

START_TEST(wall_time_survives_the_round_trip)
{
    char text[WALL_TEXT_MAX];
    struct wall_time time = {1763906820123000}, read = {0};
    ck_assert_str_eq(wall_print(time, text), "2025-11-23T14:07:00.123Z");
    ck_assert_int_eq(wall_parse(text, &read), RESULT_OK);
    ck_assert_int_eq(read.us, time.us);
    ck_assert_int_eq(wall_parse("2025-11-23", &read), RESULT_INVALID);
    ck_assert_int_eq(wall_parse("2026-11-31T14:07:00.123Z", &read), RESULT_INVALID);
    ck_assert_int_eq(wall_parse("2026-11-23T24:07:00.123Z", &read), RESULT_INVALID);
}
END_TEST

static const struct {
    const char *text;
    enum date_form form;
    int64_t seconds;
} date_cases[] = {
    {"2026-11-23T14:07:00Z", DATE_RFC3339, 1795442820},
    {"2026-11-23t14:07:00z", DATE_RFC3339, 1795442820},
    {"2026-11-23 16:37:00+02:30", DATE_RFC3339, 1795442820},
    {"2026-11-23T14:07:00.999-00:00", DATE_RFC3339, 1795442820},
    {"2016-12-31T23:59:60Z", DATE_RFC3339, 1483228800},
    {"1969-12-31T23:59:59Z", DATE_RFC3339, -1},
    {"2024-02-29", DATE_DAY, 1709164800},
    {"Mon, 23 Nov 2026 14:07:00 GMT", DATE_HTTP, 1795442820},
    {"2026-11-23T14:07:00", DATE_NONE, 0},
    {"2026-11-23T14:07Z", DATE_NONE, 0},
    {"2026-11-23T24:00:00Z", DATE_NONE, 0},
    {"2026-11-23T14:07:00.Z", DATE_NONE, 0},
    {"2026-11-23T14:07:00Zx", DATE_NONE, 0},
    {"2026-11-23T14:07:00+0100", DATE_NONE, 0},
    {"2026-02-29", DATE_NONE, 0},
    {"2026-11-31", DATE_NONE, 0},
    {"2026-1-1", DATE_NONE, 0},
    {"Mon, 23 Nov 2026 14:07:00 CET", DATE_NONE, 0},
    {"23 Nov 2026", DATE_NONE, 0},
    {"", DATE_NONE, 0},
};

START_TEST(date_is_read_whole_or_not_at_all)
{
    struct wall_time time = {0};
    ck_assert_int_eq(date_parse(date_cases[_i].text, &time), date_cases[_i].form);
    if (date_cases[_i].form == DATE_NONE)
        return;
    int64_t fraction = strstr(date_cases[_i].text, ".999") != NULL ? 999000 : 0;
    ck_assert_int_eq(time.us, date_cases[_i].seconds * DURATION_SECOND + fraction);
}
END_TEST

static const struct {
    const char *text;
    bool impossible;
} impossible_cases[] = {
    {"2026-11-31", true},           {"2026-02-29 02:00", true},
    {"2026-13-01T00:00:00Z", true}, {"2026-11-30T25:00:00Z", false}, /* the day is one */
    {"2024-02-29", false},          {"02:00", false},
    {"2026-1-31", false},           {"", false},
};

START_TEST(a_day_that_there_is_not_is_known)
{
    ck_assert_int_eq(date_is_impossible(impossible_cases[_i].text),
                     impossible_cases[_i].impossible);
}
END_TEST

START_TEST(date_is_printed_as_asked)
{
    char text[16];
    struct wall_time time = {-DURATION_MILLISECOND};
    ck_assert_int_eq(date_print(time, "%Y %H:%M:%S", text, sizeof text), RESULT_OK);
    ck_assert_str_eq(text, "1969 23:59:59");
    ck_assert_int_eq(date_print(time, "%Y %H:%M:%S and more", text, sizeof text), RESULT_LIMIT);
    ck_assert_int_eq(date_print(time, "", text, sizeof text), RESULT_LIMIT);
}
END_TEST

START_TEST(charset_is_decoded_in_pieces)
{
    char bytes[5000];
    struct buffer out;
    memset(bytes, '\xe9', sizeof bytes);
    buffer_init(&out, 2 * sizeof bytes);
    ck_assert_int_eq(charset_decode("ISO-8859-1", bytes, sizeof bytes, &out), RESULT_OK);
    ck_assert_uint_eq(out.length, 2 * sizeof bytes);
    ck_assert_str_eq(out.data + out.length - 4, "\xc3\xa9\xc3\xa9");
    ck_assert_int_eq(charset_decode("iso-8859-1", bytes, 1, &out), RESULT_LIMIT);
    buffer_clear(&out);
    ck_assert_int_eq(charset_decode("utf-8", bytes, 1, &out), RESULT_INVALID);
    ck_assert_int_eq(charset_decode("nosuch", bytes, 1, &out), RESULT_NOT_FOUND);
    ck_assert(!charset_is_known("ascii//TRANSLIT"));
    ck_assert(!charset_is_known(""));
    buffer_free(&out);
}
END_TEST

START_TEST(hash_matches_published_vectors)
{
    char hex[HASH_HEX_LENGTH + 1];
    ck_assert_uint_eq(hash_text("foobar"), 0x85944171f73967e8u);
    hash_hex("", hex);
    ck_assert_str_eq(hex, "6c62272e07bb014262b821756295c58d");
    hash_hex("foobar", hex);
    ck_assert_str_eq(hex, "343e1662793c64bf6f0d3597ba446f18");
}
END_TEST

static void count_and_stop(void *data)
{
    void **both = data;
    *(int *)both[0] += 1;
    loop_stop(both[1]);
}

START_TEST(timer_fires_once_in_a_later_turn)
{
    struct loop *loop = loop_create();
    int count = 0;
    void *both[] = {&count, loop};
    struct loop_timer *timer = loop_timer_create(loop, count_and_stop, both);
    loop_timer_set(timer, 0);
    ck_assert_int_eq(count, 0);
    loop_run(loop);
    ck_assert_int_eq(count, 1);
    loop_timer_set(timer, DURATION_HOUR);
    loop_timer_cancel(timer);
    loop_run(loop);
    ck_assert_int_eq(count, 1);
    loop_timer_free(timer);
    loop_free(loop);
}
END_TEST

struct batch_job {
    struct job job;
    struct loop *loop;
    bool is_last;
};

static void note_batch(void *context, struct job **jobs, size_t count)
{
    struct buffer *batches = context;
    (void)jobs;
    buffer_print(batches, "%zu ", count);
}

static void stop_after_last(struct job *base)
{
    struct batch_job *job = (struct batch_job *)base;
    if (job->is_last)
        loop_stop(job->loop);
}

static void leave_job(struct job *base)
{
    (void)base;
}

START_TEST(jobs_of_one_turn_are_worked_on_together)
{
    static const struct job_kind kind = {WORKER_BATCH_MAX, note_batch, stop_after_last, leave_job};
    struct loop *loop = loop_create();
    struct buffer batches;
    struct error error = {0};
    buffer_init(&batches, 100);
    struct worker *worker = worker_start(loop, &batches, &error);
    struct batch_job jobs[3] = {{{&kind, NULL, false, NULL}, loop, false},
                                {{&kind, NULL, false, NULL}, loop, false},
                                {{&kind, NULL, false, NULL}, loop, true}};
    ck_assert_ptr_nonnull(worker);
    for (size_t i = 0; i < COUNT_OF(jobs); i++) {
        worker_submit(worker, &jobs[i].job);
        usleep(20000); /* a thread that is awake would be done with it */
    }
    loop_run(loop);
    worker_stop(worker);
    ck_assert_str_eq(batches.data, "3 ");
    buffer_free(&batches);
    loop_free(loop);
}
END_TEST

/* Even where the turn in which it was given does not end. */
START_TEST(a_worker_finishes_what_it_was_given)
{
    static const struct job_kind kind = {WORKER_BATCH_MAX, note_batch, stop_after_last, leave_job};
    struct loop *loop = loop_create();
    struct buffer batches;
    struct error error = {0};
    buffer_init(&batches, 100);
    struct worker *worker = worker_start(loop, &batches, &error);
    struct batch_job job = {{&kind, NULL, false, NULL}, loop, false};
    ck_assert_ptr_nonnull(worker);
    worker_submit(worker, &job.job);
    worker_stop(worker);
    ck_assert_str_eq(batches.data, "1 ");
    buffer_free(&batches);
    loop_free(loop);
}
END_TEST

START_TEST(descriptors_are_raised_to_what_is_allowed)
{
    struct rlimit limit;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    rlim_t most = limit.rlim_max;
    limit.rlim_cur = most / 2;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &limit), 0);
    limits_raise_descriptors();
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &limit), 0);
    ck_assert_uint_eq(limit.rlim_cur, most);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base");
    TCase *tests = tcase_create("base");
    tcase_add_loop_test(tests, addresses_to_listen_on, 0, COUNT_OF(listen_cases));
    tcase_add_test(tests, a_process_is_alive_until_it_ends);
    tcase_add_test(tests, who_may_not_be_looked_at_may_serve);
    tcase_add_test(tests, buffer_keeps_what_fits_and_remembers);
    tcase_add_test(tests, buffer_prints_long_text);
    tcase_add_test(tests, map_keeps_order_and_replaces);
    tcase_add_test(tests, arena_grows_arrays_and_prints);
    tcase_add_loop_test(tests, duration_needs_its_unit, 0, COUNT_OF(duration_cases));
    tcase_add_loop_test(tests, duration_reads_well, 0, COUNT_OF(printed_cases));
    tcase_add_test(tests, wall_time_survives_the_round_trip);
    tcase_add_loop_test(tests, date_is_read_whole_or_not_at_all, 0, COUNT_OF(date_cases));
    tcase_add_loop_test(tests, a_day_that_there_is_not_is_known, 0, COUNT_OF(impossible_cases));
    tcase_add_test(tests, date_is_printed_as_asked);
    tcase_add_test(tests, charset_is_decoded_in_pieces);
    tcase_add_test(tests, hash_matches_published_vectors);
    tcase_add_test(tests, timer_fires_once_in_a_later_turn);
    tcase_add_test(tests, jobs_of_one_turn_are_worked_on_together);
    tcase_add_test(tests, a_worker_finishes_what_it_was_given);
    tcase_add_test(tests, descriptors_are_raised_to_what_is_allowed);
    suite_add_tcase(suite, tests);
    return suite;
}
