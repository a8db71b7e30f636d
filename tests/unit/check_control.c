/* SPDX-License-Identifier: MIT */
/* daemon/control: what is asked is answered, whoever else is at the door; and the monitor's health.
 */
#include "tests/unit/runner.h"

#include "monitor/base/memory.h"
#include "monitor/daemon/control.h"
#include "monitor/daemon/health.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { CROWD = 200, LONG = 1024 * 1024, PATIENCE = 20000 };

static char directory[] = "/tmp/check_control.XXXXXX", path[64];
static struct loop *loop;
static struct control *control;
static unsigned long turns;

/* --- the monitor's side ---------------------------------------------------------------------- */

static struct {
    struct control_call *call;
    struct loop_timer *timer;
} later;

static void answer_later(void *data)
{
    (void)data;
    control_say(later.call, "{\"late\":1}");
    control_end(later.call, NULL);
}

static void on_hello(void *data, struct control_call *call, const struct json_t *request)
{
    char text[128];
    snprintf(text, sizeof text, "{\"hello\":\"%s\",\"for\":%lld}", control_text(request, "name"),
             (long long)control_duration(request, "for"));
    ck_assert_ptr_eq(data, &loop);
    ck_assert_str_ne(control_by(call), "");
    control_say(call, text);
    control_end(call, NULL);
}

static void on_later(void *data, struct control_call *call, const struct json_t *request)
{
    (void)data, (void)request;
    later.call = call;
    loop_timer_set(later.timer, 20 * DURATION_MILLISECOND);
}

/* More than a socket holds. */
static void on_much(void *data, struct control_call *call, const struct json_t *request)
{
    (void)data;
    char *line = memory_allocate(LONG + 1, 1);
    memset(line, '1', LONG);
    for (int i = 0; i < (control_flag(request, "endless") ? 20 : 4); i++)
        control_say(call, line);
    free(line);
    control_end(call, NULL);
}

static void on_refuse(void *data, struct control_call *call, const struct json_t *request)
{
    struct error error = {0};
    (void)data, (void)request;
    error_set(&error, RESULT_INVALID, "not today");
    control_end(call, &error);
}

static const struct control_request requests[] = {
    {"hello",
     "greets",
     on_hello,
     {{"name", CONTROL_TEXT, true, "whom"},
      {"for", CONTROL_DURATION, false, "how long"},
      {"at", CONTROL_MOMENT, false, "when"},
      {"names", CONTROL_TEXTS, false, "whom else"},
      {"loud", CONTROL_FLAG, false, "how"}}},
    {"later", "answers later", on_later, {{0}}},
    {"much", "says much", on_much, {{"endless", CONTROL_FLAG, false, "more than is allowed"}}},
    {"refuse", "refuses", on_refuse, {{0}}},
    {0},
};

static void count_turns(void *data)
{
    struct loop_timer **timer = data;
    turns++;
    loop_timer_set(*timer, DURATION_MILLISECOND);
}

static void end_loop(void *data)
{
    (void)data;
    loop_stop(loop);
}

static void turn_for(duration length)
{
    struct loop_timer *end = loop_timer_create(loop, end_loop, NULL);
    loop_timer_set(end, length);
    loop_run(loop);
    loop_timer_free(end);
}

static void set_up(void)
{
    struct error error = {0};
    strcpy(directory + strlen(directory) - 6, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/s.sock", directory);
    loop = loop_create();
    later.timer = loop_timer_create(loop, answer_later, NULL);
    control = control_open(loop, path, requests, &loop, &error);
    ck_assert_msg(control != NULL, "%s", error.text);
}

static void tear_down(void)
{
    control_close(control);
    loop_timer_free(later.timer);
    loop_free(loop);
    ck_assert_int_ne(access(path, F_OK), 0);
    rmdir(directory);
}

/* --- the visitors' side ---------------------------------------------------------------------- */

static int visit(const char *line, size_t length)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    strcpy(address.sun_path, path);
    ck_assert_int_eq(connect(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    if (length > 0)
        ck_assert_int_gt(send(descriptor, line, length, MSG_NOSIGNAL), 0);
    return descriptor;
}

/* Behind what was heard before, of `*length` bytes. What has come, as text; NULL: the monitor has
 * not closed yet. */
static const char *heard_more(int descriptor, size_t *length)
{
    static char text[LONG];
    ssize_t got;
    while ((got = recv(descriptor, text + *length, sizeof text - 1 - *length, 0)) > 0)
        *length += (size_t)got;
    text[*length] = '\0';
    return got == 0 ? text : NULL;
}

static const char *heard(int descriptor)
{
    return heard_more(descriptor, &(size_t){0});
}

/* Until there are so many visitors left. */
static void turn_until_visitors(size_t count)
{
    for (int i = 0; i < PATIENCE && control_visitors(control) != count; i++)
        turn_for(DURATION_MILLISECOND);
    ck_assert_uint_eq(control_visitors(control), count);
}

static void expect(const char *line, size_t length, const char *answer)
{
    int visitor = visit(line, length);
    size_t heard_length = 0;
    const char *text = NULL;
    for (int i = 0; i < PATIENCE && text == NULL; i++) {
        turn_for(DURATION_MILLISECOND);
        text = heard_more(visitor, &heard_length);
    }
    ck_assert_msg(text != NULL, "not answered: %s", line);
    ck_assert_msg(strstr(text, answer) != NULL, "%s: %s", line, text);
    close(visitor);
}

static void ask(const char *line, const char *answer)
{
    expect(line, strlen(line), answer);
}

START_TEST(the_file_is_the_owners)
{
    struct stat facts;
    struct error error = {0};
    ck_assert_int_eq(stat(path, &facts), 0);
    ck_assert_uint_eq(facts.st_mode & 0777, 0600);
    ck_assert_ptr_null(control_open(loop, path, requests, NULL, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "another monitor listens there"));
    ask("{\"do\":\"hello\",\"name\":\"x\"}\n", "\"ok\":true"); /* it is still there */
}
END_TEST

START_TEST(what_is_left_of_the_dead_is_replaced)
{
    char other[80];
    struct error error = {0};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(other, sizeof other, "%s/o", directory);
    strcpy(address.sun_path, other);
    int dead = socket(AF_UNIX, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(dead, (struct sockaddr *)&address, sizeof address), 0);
    close(dead);
    struct control *second = control_open(loop, other, requests, NULL, &error);
    ck_assert_msg(second != NULL, "%s", error.text);
    /* Whose file has become another's leaves it alone. */
    unlink(other);
    close(open(other, O_CREAT | O_WRONLY, 0600));
    control_close(second);
    ck_assert_int_eq(access(other, F_OK), 0);
    ck_assert_ptr_null(control_open(loop, other, requests, NULL, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "there is a file that is none"));
    unlink(other);
    error = (struct error){0};
    char longer[200];
    memset(longer, 'a', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    ck_assert_ptr_null(control_open(loop, longer, requests, NULL, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "give a shorter one"));
}
END_TEST

START_TEST(requests_are_answered)
{
    ask("{\"do\":\"hello\",\"name\":\"ines\",\"for\":\"2h\",\"by\":\"x\"}\n",
        "{\"hello\":\"ines\",\"for\":7200000000}\n{\"ok\":true}\n");
    ask("{\"do\":\"later\"}\n", "{\"late\":1}\n{\"ok\":true}\n");
    ask("{\"do\":\"refuse\"}\nand more",
        "{\"ok\":false,\"error\":\"not today\",\"code\":\"invalid\"}\n");
    ask("{\"do\":\"much\",\"endless\":true}\n", "larger than allowed");
}
END_TEST

START_TEST(wrong_requests_are_refused)
{
    ask("\n", "a request is one line of JSON");
    ask("[]\n", "a request is one line of JSON");
    ask("{\"do\":1}\n", "a request is one line of JSON");
    ask("{\"do\":\"hello\",\"do\":\"hello\"}\n", "duplicate");
    ask("{\"do\":\"helo\"}\n", "did you mean `hello`?");
    ask("{\"do\":\"hello\"}\n", "hello needs `name`: whom");
    ask("{\"do\":\"hello\",\"name\":\"x\",\"nme\":1}\n", "has no argument `nme`");
    ask("{\"do\":\"hello\",\"name\":1}\n", "`name` must be text");
    ask("{\"do\":\"hello\",\"name\":\"x\",\"for\":\"2\"}\n", "`for` must be a time");
    ask("{\"do\":\"hello\",\"name\":\"x\",\"at\":\"noon\"}\n", "`at` must be a moment");
    ask("{\"do\":\"hello\",\"name\":\"x\",\"names\":[1]}\n", "`names` must be a list");
    ask("{\"do\":\"hello\",\"name\":\"x\",\"loud\":1}\n", "`loud` must be true or false");
    expect("\0\1\2\xff\n", 5, "a request is one line of JSON");
}
END_TEST

/* Sent in pieces, as far as the monitor takes it. */
START_TEST(a_line_without_end_is_refused)
{
    static char much[LONG];
    memset(much, 'x', sizeof much);
    int visitor = visit(much, sizeof much);
    turn_for(100 * DURATION_MILLISECOND);
    ssize_t got = recv(visitor, much, sizeof much - 1, 0);
    /* What it did not read makes the system cut the connection; the answer may be lost then. */
    if (got > 0) {
        much[got] = '\0';
        ck_assert_ptr_nonnull(strstr(much, "at most 65536 bytes"));
    }
    close(visitor);
    turn_until_visitors(0);
}
END_TEST

START_TEST(a_crowd_leaves_room_in_time)
{
    int visitors[CROWD], ended = 0, turned_away = 0;
    bool is_over[CROWD] = {false};
    struct loop_timer *counter = loop_timer_create(loop, count_turns, &counter);
    /* The door holds less at once than come. */
    for (int i = 0; i < CROWD; i++) {
        visitors[i] = visit("{\"do\":", i % 2 == 0 ? 6 : 0);
        if (i % 20 == 19)
            turn_for(5 * DURATION_MILLISECOND);
    }
    for (int n = 0; n < PATIENCE && ended < CROWD - CONTROL_VISITORS_MAX; n++) {
        turn_for(DURATION_MILLISECOND);
        for (int i = 0; i < CROWD; i++) {
            const char *text = is_over[i] ? NULL : heard(visitors[i]);
            is_over[i] |= text != NULL;
            ended += text != NULL;
            turned_away += text != NULL && strstr(text, "too many visitors") != NULL;
        }
    }
    ck_assert_int_eq(ended, CROWD - CONTROL_VISITORS_MAX);
    ck_assert_int_eq(turned_away, CROWD - CONTROL_VISITORS_MAX);
    count_turns(&counter);
    turns = 0;
    turn_for(CONTROL_ASK_MAX + DURATION_SECOND);
    ck_assert_uint_gt(turns, 100);
    turn_until_visitors(0);
    ask("{\"do\":\"hello\",\"name\":\"x\"}\n", "\"ok\":true");
    for (int i = 0; i < CROWD; i++)
        close(visitors[i]);
    loop_timer_free(counter);
}
END_TEST

START_TEST(who_never_reads_is_in_nobodys_way)
{
    int deaf = visit("{\"do\":\"much\"}\n", 14), rude = visit("{\"do\":\"much\"}\n", 14);
    turn_until_visitors(2);
    turn_for(50 * DURATION_MILLISECOND); /* they have asked, too */
    close(rude);
    ask("{\"do\":\"hello\",\"name\":\"x\"}\n", "\"ok\":true");
    turn_until_visitors(1);
    close(deaf);
    turn_until_visitors(0);
}
END_TEST

START_TEST(nobody_listens)
{
    struct error error = {0};
    json_t *request = json_pack("{s:s}", "do", "hello");
    ck_assert_int_eq(control_ask("/tmp/none/s.sock", request, NULL, NULL, &error), RESULT_CLOSED);
    json_decref(request);
}
END_TEST

START_TEST(lag_is_seen)
{
    struct health_watch *watch = health_watch_create(loop);
    struct health health = {0};
    turn_for(250 * DURATION_MILLISECOND);
    struct instant before = clock_instant();
    usleep(400 * 1000);
    /* The beat has not come yet, and is missed already. */
    ck_assert_int_gt(health_watch_lag_since(watch, before), 200 * DURATION_MILLISECOND);
    turn_for(50 * DURATION_MILLISECOND);
    ck_assert_int_gt(health_watch_lag_since(watch, before), 200 * DURATION_MILLISECOND);
    health_watch_started(watch, 3 * DURATION_MILLISECOND);
    health_watch_read(watch, &health);
    ck_assert_int_gt(health.loop_lag_max, 200 * DURATION_MILLISECOND);
    ck_assert_int_ge(health.lateness_max, 2900);
    ck_assert_int_le(health.lateness_max, 3100);
    ck_assert_int_eq(health.runs_started, 1);
    ck_assert_int_gt(health.descriptors, 3);
    ck_assert_int_gt(health.memory, 1000000);
    health_watch_free(watch);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("control");
    TCase *tests = tcase_create("socket");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, the_file_is_the_owners);
    tcase_add_test(tests, what_is_left_of_the_dead_is_replaced);
    tcase_add_test(tests, requests_are_answered);
    tcase_add_test(tests, wrong_requests_are_refused);
    tcase_add_test(tests, a_line_without_end_is_refused);
    tcase_add_test(tests, a_crowd_leaves_room_in_time);
    tcase_add_test(tests, who_never_reads_is_in_nobodys_way);
    tcase_add_test(tests, nobody_listens);
    tcase_add_test(tests, lag_is_seen);
    suite_add_tcase(suite, tests);
    return suite;
}
