/* SPDX-License-Identifier: MIT */
/* bus/: runs arrive in order, in a later turn, and never more than the queue holds. */
#include "tests/unit/runner.h"

#include "monitor/bus/bus.h"

enum { HEARD_MAX = BUS_QUEUE_MAX };

struct listener {
    struct loop *loop;
    struct bus *bus;
    int64_t heard[HEARD_MAX]; /* the planned times, which tell the runs apart */
    size_t count, stop_at;
    size_t answers; /* how many runs the listener publishes itself when it hears one */
};

static struct run *make_run(int64_t number)
{
    return run_create("buy", "local", (struct wall_time){number});
}

static void listen_to(void *data, struct run *run)
{
    struct listener *listener = data;
    ck_assert_uint_lt(listener->count, HEARD_MAX);
    listener->heard[listener->count++] = run->slot.planned.us;
    run_free(run);
    if (listener->answers > 0) {
        listener->answers--;
        ck_assert_int_eq(bus_publish(listener->bus, make_run(1000)), RESULT_OK);
    }
    if (listener->count == listener->stop_at)
        loop_stop(listener->loop);
}

static struct listener listener;

static void set_up(void)
{
    listener = (struct listener){.loop = loop_create()};
    listener.bus = bus_create(listener.loop, listen_to, &listener);
}

static void tear_down(void)
{
    bus_free(listener.bus);
    loop_free(listener.loop);
}

START_TEST(runs_arrive_in_order_and_later)
{
    listener.stop_at = 3;
    for (int64_t i = 0; i < 3; i++)
        ck_assert_int_eq(bus_publish(listener.bus, make_run(i)), RESULT_OK);
    ck_assert_uint_eq(listener.count, 0);
    loop_run(listener.loop);
    ck_assert_uint_eq(listener.count, 3);
    for (int64_t i = 0; i < 3; i++)
        ck_assert_int_eq(listener.heard[i], i);
}
END_TEST

static void note_count(void *data)
{
    size_t *noted = data;
    *noted = listener.count;
}

START_TEST(a_run_published_by_the_subscriber_waits_for_the_next_turn)
{
    size_t noted = 0;
    struct loop_timer *between = loop_timer_create(listener.loop, note_count, &noted);
    listener.answers = 1;
    listener.stop_at = 3;
    ck_assert_int_eq(bus_publish(listener.bus, make_run(1)), RESULT_OK);
    ck_assert_int_eq(bus_publish(listener.bus, make_run(2)), RESULT_OK);
    loop_timer_set(between, 0);
    loop_run(listener.loop);
    /* The timer was due after the first delivery, before the second. */
    ck_assert_uint_eq(noted, 2);
    ck_assert_uint_eq(listener.count, 3);
    ck_assert_int_eq(listener.heard[2], 1000);
    loop_timer_free(between);
}
END_TEST

START_TEST(a_full_queue_refuses_and_counts)
{
    for (int64_t i = 0; i < BUS_QUEUE_MAX; i++)
        ck_assert_int_eq(bus_publish(listener.bus, make_run(i)), RESULT_OK);
    ck_assert_uint_eq(bus_dropped(listener.bus), 0);
    ck_assert_int_eq(bus_publish(listener.bus, make_run(-1)), RESULT_LIMIT);
    ck_assert_int_eq(bus_publish(listener.bus, make_run(-2)), RESULT_LIMIT);
    ck_assert_uint_eq(bus_dropped(listener.bus), 2);
    listener.stop_at = BUS_QUEUE_MAX;
    loop_run(listener.loop);
    ck_assert_int_eq(listener.heard[BUS_QUEUE_MAX - 1], BUS_QUEUE_MAX - 1);
    listener.count = 0;
    listener.stop_at = 1;
    ck_assert_int_eq(bus_publish(listener.bus, make_run(7)), RESULT_OK);
    loop_run(listener.loop);
    ck_assert_int_eq(listener.heard[0], 7);
}
END_TEST

/* What would be left behind here, the leak checker finds. */
START_TEST(queued_runs_are_freed_with_the_bus)
{
    for (int64_t i = 0; i < 10; i++)
        ck_assert_int_eq(bus_publish(listener.bus, make_run(i)), RESULT_OK);
    bus_free(listener.bus);
    listener.bus = NULL;
    loop_run(listener.loop);
    ck_assert_uint_eq(listener.count, 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("bus");
    TCase *tests = tcase_create("bus");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, runs_arrive_in_order_and_later);
    tcase_add_test(tests, a_run_published_by_the_subscriber_waits_for_the_next_turn);
    tcase_add_test(tests, a_full_queue_refuses_and_counts);
    tcase_add_test(tests, queued_runs_are_freed_with_the_bus);
    suite_add_tcase(suite, tests);
    return suite;
}
