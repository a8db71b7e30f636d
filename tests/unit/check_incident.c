/* SPDX-License-Identifier: MIT */
/* diagnose/incident_order.c: what operators do to an incident, one table row each. */
#include "tests/unit/runner.h"

#include "monitor/diagnose/incident.h"

#include <string.h>

static const struct wall_time start = {1763906820 * DURATION_SECOND};

static struct run *failed(int minute)
{
    struct run *run = run_create("browse", "here", wall_after(start, minute * DURATION_MINUTE));
    run->state = STATE_FAILED;
    run->slot.ended = run->slot.planned;
    run->verdict.cause = CAUSE_APPLICATION;
    run->verdict.confidence = 0.9;
    return run;
}

static enum incident_change tell(struct incident_book *book, int minute,
                                 const struct incident **ret_incident)
{
    struct run *run = failed(minute);
    enum incident_change change = incident_book_add(book, run, 1, run->slot.ended, ret_incident);
    run_free(run);
    return change;
}

static struct incident_order order_of(enum incident_change change, const char *text)
{
    return (struct incident_order){.change = change, .by = "ann", .text = text};
}

static char long_text[INCIDENT_NOTE_MAX + 2];

/* Each with an incident that is open and was changed by nobody. */
static const struct {
    enum incident_change change;
    const char *text;
    enum result result;
} order_cases[] = {
    {INCIDENT_ACKNOWLEDGED, NULL, RESULT_OK},
    {INCIDENT_ACKNOWLEDGED, "I look at it", RESULT_OK},
    {INCIDENT_ANNOTATED, "the disk is full", RESULT_OK},
    {INCIDENT_ANNOTATED, NULL, RESULT_INVALID},
    {INCIDENT_ANNOTATED, "", RESULT_INVALID},
    {INCIDENT_ANNOTATED, "\xff", RESULT_INVALID},
    {INCIDENT_ANNOTATED, long_text, RESULT_INVALID},
    {INCIDENT_PUBLISHED, NULL, RESULT_OK},
    {INCIDENT_RESOLVED, "by hand", RESULT_OK},
    {INCIDENT_OPENED, NULL, RESULT_UNSUPPORTED},
    {INCIDENT_UPDATED, NULL, RESULT_UNSUPPORTED},
    {INCIDENT_COUNTED, NULL, RESULT_UNSUPPORTED},
};

START_TEST(an_order_is_obeyed_or_refused)
{
    struct incident_book *book = incident_book_create();
    const struct incident *incident;
    struct error error = {0};
    memset(long_text, 'x', sizeof long_text - 1);
    tell(book, 0, &incident);
    ck_assert_int_eq(tell(book, 1, &incident), INCIDENT_OPENED);
    struct incident_order order = order_of(order_cases[_i].change, order_cases[_i].text);
    char id[9] = "";
    memcpy(id, incident->id, 8);
    order.id = id;
    size_t entries = incident->timeline_count;
    struct wall_time now = wall_after(start, 2 * DURATION_MINUTE);
    ck_assert_int_eq(incident_book_change(book, &order, now, &incident, &error),
                     order_cases[_i].result);
    ck_assert_int_eq(error.code, order_cases[_i].result);
    bool done = order_cases[_i].result == RESULT_OK;
    ck_assert_uint_eq(incident->version, done ? 2 : 1);
    ck_assert_uint_eq(incident->timeline_count, entries + done);
    if (done) {
        const struct incident_event *last = &incident->timeline[entries];
        ck_assert_int_eq(incident->change, order.change);
        ck_assert_int_eq(last->change, order.change);
        ck_assert_str_eq(last->by, "ann");
        ck_assert_int_eq(last->at.us, now.us);
        ck_assert_pstr_eq(last->text, order.text);
        ck_assert_int_eq(incident->updated.us, now.us);
    }
    ck_assert_int_eq(incident->published, order.change == INCIDENT_PUBLISHED && done);
    ck_assert_int_eq(incident->acknowledged.at.us != 0, order.change == INCIDENT_ACKNOWLEDGED);
    ck_assert_int_eq(incident->resolved.us != 0, order.change == INCIDENT_RESOLVED);
    incident_book_free(book);
}
END_TEST

START_TEST(an_unknown_name_is_for_the_store)
{
    static const char *const names[] = {"", "a", "0123456789abcdef"};
    struct incident_book *book = incident_book_create();
    const struct incident *incident;
    struct error error = {0};
    tell(book, 0, &incident);
    tell(book, 1, &incident);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct incident_order order = order_of(INCIDENT_ANNOTATED, "x");
        order.id = names[i];
        ck_assert_int_eq(incident_book_change(book, &order, start, &incident, &error),
                         RESULT_NOT_FOUND);
    }
    incident_book_free(book);
}
END_TEST

/* Resolved by hand while it still fails: it is confirmed anew before anybody hears of it again. */
START_TEST(what_is_resolved_by_hand_and_still_fails_is_confirmed_anew)
{
    struct incident_book *book = incident_book_create();
    const struct incident *incident;
    struct error error = {0};
    tell(book, 0, &incident);
    ck_assert_int_eq(tell(book, 1, &incident), INCIDENT_OPENED);
    struct incident_order order = order_of(INCIDENT_RESOLVED, NULL);
    order.id = incident->id;
    ck_assert_int_eq(incident_book_change(book, &order, wall_after(start, 2 * DURATION_MINUTE),
                                          &incident, &error),
                     RESULT_OK);
    ck_assert_int_eq(tell(book, 3, &incident), INCIDENT_UNCHANGED);
    ck_assert_int_gt(tell(book, 4, &incident), INCIDENT_COUNTED);
    ck_assert_int_eq(incident->resolved.us, 0);
    incident_book_free(book);
}
END_TEST

/* The clock is set back by an hour: what is later must not look older to the store. */
START_TEST(a_clock_that_is_set_back_does_not_undo_a_change)
{
    struct incident_book *book = incident_book_create();
    const struct incident *incident;
    struct error error = {0};
    tell(book, 70, &incident);
    tell(book, 71, &incident);
    struct wall_time opened = incident->updated;
    struct incident_order order = order_of(INCIDENT_ACKNOWLEDGED, NULL);
    order.id = incident->id;
    ck_assert_int_eq(incident_book_change(book, &order, start, &incident, &error), RESULT_OK);
    ck_assert_int_eq(incident->updated.us, opened.us);
    ck_assert_int_eq(incident->acknowledged.at.us, start.us);
    incident_book_free(book);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("incident");
    TCase *orders = tcase_create("operators");
    tcase_add_loop_test(orders, an_order_is_obeyed_or_refused, 0, (int)COUNT_OF(order_cases));
    tcase_add_test(orders, an_unknown_name_is_for_the_store);
    tcase_add_test(orders, what_is_resolved_by_hand_and_still_fails_is_confirmed_anew);
    tcase_add_test(orders, a_clock_that_is_set_back_does_not_undo_a_change);
    suite_add_tcase(suite, orders);
    return suite;
}
