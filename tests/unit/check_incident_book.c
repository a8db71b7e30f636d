/* SPDX-License-Identifier: MIT */
/* diagnose/: the incident book as a whole: a large shop, what is kept, who is not watched any more,
 * and what operators do. */
#include "tests/unit/incident_stage.h"

#include <stdio.h>
#include <string.h>

/* --- a whole shop ---------------------------------------------------------------------------- */

enum { JOURNEYS = 200, VANTAGES = 3 };

static void play_all(struct incident_book *book, int minute, enum cause seen, unsigned *told)
{
    static const char *const vantages[VANTAGES] = {"a", "b", "c"};
    enum incident_change change;
    for (int i = 0; i < JOURNEYS * VANTAGES; i++) {
        char journey[32];
        snprintf(journey, sizeof journey, "journey %d", i / VANTAGES);
        const struct scene scene =
            SCENE(minute + i / 1000.0, journey, vantages[i % VANTAGES], seen);
        struct run *run = run_of(&scene);
        incident_book_add(book, run, 0, run->slot.ended);
        while (incident_book_take(book, &change) != NULL)
            told[change]++;
        run_free(run);
    }
}

START_TEST(two_hundred_journeys_that_fail_together_are_one_incident)
{
    struct incident_book *book = incident_book_create();
    unsigned told[INCIDENT_WITHDRAWN + 1] = {0};
    play_all(book, 0, PASSES, told);
    for (int minute = 1; minute < 5; minute++)
        play_all(book, minute, minute < 3 ? VAGUE : CAUSE_DATABASE, told);
    ck_assert_uint_eq(told[INCIDENT_OPENED], 1);
    ck_assert_uint_eq(told[INCIDENT_UPDATED], 1);
    ck_assert_uint_eq(told[INCIDENT_RESOLVED], 0);
    /* Counts are worth a writing every ten seconds, not with every run. */
    ck_assert_uint_le(told[INCIDENT_COUNTED], 4 * 6);
    play_all(book, 6, PASSES, told);
    ck_assert_uint_eq(told[INCIDENT_RESOLVED], 1);
    ck_assert_uint_eq(told[INCIDENT_OPENED], 1);
    incident_book_free(book);
}
END_TEST

/* As when a journey's vantage points fail within a moment, and again only an hour later. */
START_TEST(who_shows_it_is_kept_without_another_run)
{
    static const struct scene scenes[] = {
        SCENE(0, "browse", "a", CAUSE_DATABASE),
        SCENE(0, "browse", "b", CAUSE_DATABASE),
        SCENE(60, "browse", "a", CAUSE_DATABASE, .told = "1 opened"),
        SCENE(60.001, "browse", "b", CAUSE_DATABASE),
    };
    struct stage stage;
    stage_set_up(&stage, 0);
    stage_tell(&stage, scenes, COUNT_OF(scenes), SIZE_MAX);
    ck_assert_uint_eq(stage.incidents[0].shower_count, 1);
    const struct wall_time last = wall_after(start, DURATION_HOUR + 60 * DURATION_MILLISECOND);
    enum incident_change change;
    incident_book_give_counts(stage.book, wall_after(last, INCIDENT_JOIN_PAUSE / 2));
    ck_assert_ptr_null(incident_book_take(stage.book, &change));
    incident_book_give_counts(stage.book, wall_after(last, INCIDENT_JOIN_PAUSE));
    const struct incident *incident = incident_book_take(stage.book, &change);
    ck_assert_ptr_nonnull(incident);
    ck_assert_int_eq(change, INCIDENT_COUNTED);
    ck_assert_uint_eq(incident->shower_count, 2);
    ck_assert_uint_eq(incident->runs, COUNT_OF(scenes));
    incident_book_give_counts(stage.book, wall_after(last, DURATION_HOUR));
    ck_assert_ptr_null(incident_book_take(stage.book, &change));
    stage_tear_down(&stage);
}
END_TEST

/* --- what is kept ---------------------------------------------------------------------------- */

static const struct incident *last_of(struct stage *stage, const struct scene *scenes, size_t count)
{
    stage_set_up(stage, 0);
    stage_tell(stage, scenes, count, SIZE_MAX);
    return &stage->incidents[0];
}

START_TEST(it_is_kept_with_its_reasons)
{
    static const struct scene scenes[] = {
        SCENE(0, "browse", "here", VAGUE),
        SCENE(1, "browse", "here", VAGUE, .told = "1 opened"),
        SCENE(2, "browse", "here", CAUSE_DATABASE, .told = "1 changed", .component = "db.orders"),
        SCENE(3, "browse", "here", PASSES, .told = "1 resolved"),
    };
    static const char *const texts[] = {
        "browse fails from 1 of 1 vantage point, 2 slots in a row: It is what it is.",
        "Now it can be told: It is what it is.",
        "Nothing that showed it fails any more.",
    };
    struct stage stage;
    const struct incident *incident = last_of(&stage, scenes, COUNT_OF(scenes));
    ck_assert_uint_eq(incident->timeline_count, COUNT_OF(texts));
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        ck_assert_str_eq(incident->timeline[i].text, texts[i]);
    ck_assert_uint_eq(incident->version, 3);
    ck_assert_uint_eq(incident->runs, 3);
    ck_assert_int_eq(incident->first.cause, CAUSE_UNDETERMINED);
    ck_assert_int_eq(incident->verdict.cause, CAUSE_DATABASE);
    ck_assert_str_eq(incident->verdict.component, "db.orders");
    ck_assert_int_eq(incident->began.us, start.us);
    ck_assert_int_eq(incident->opened.us, wall_after(start, DURATION_MINUTE).us);
    ck_assert_int_eq(incident->symptom, SYMPTOM_HTTP_TIMEOUT_TTFB);
    ck_assert_str_eq(incident->step, "alive");
    ck_assert_int_eq(incident->showers[0].recovered.us, wall_after(start, 3 * DURATION_MINUTE).us);
    stage_tear_down(&stage);
}
END_TEST

/* The headline case of a run longer than its interval: the slots that it overlaps have no steps. */
START_TEST(slots_without_a_run_do_not_hide_what_was_seen_first)
{
    struct incident_book *book = incident_book_create();
    enum incident_change change;
    struct run *first = run_of(&(struct scene)SCENE(0, "browse", "here", CAUSE_APPLICATION));
    struct run *overlap = run_create("browse", "here", wall_after(start, 2 * DURATION_MINUTE));
    overlap->state = STATE_FAILED;
    overlap->reason = "overlap";
    overlap->verdict.cause = CAUSE_APPLICATION;
    incident_book_add(book, first, 0, first->slot.ended);
    ck_assert_ptr_null(incident_book_take(book, &change));
    incident_book_add(book, overlap, 0, overlap->slot.planned);
    const struct incident *incident = incident_book_take(book, &change);
    ck_assert_int_eq(change, INCIDENT_OPENED);
    ck_assert_str_eq(incident->step, "alive");
    ck_assert_int_eq(incident->symptom, SYMPTOM_HTTP_TIMEOUT_TTFB);
    run_free(first);
    run_free(overlap);
    incident_book_free(book);
}
END_TEST

/* --- who is not watched any more ------------------------------------------------------------- */

static const struct scene gone_scenes[] = {
    SCENE(0, "gone", "here", CAUSE_DATABASE),
    SCENE(1, "gone", "here", CAUSE_DATABASE, .told = "1 opened"),
    SCENE(1, "gone too", "here", CAUSE_NETWORK),
    SCENE(2, "gone too", "here", CAUSE_NETWORK, .told = "2 opened"),
};

START_TEST(an_incident_of_nobody_is_over_at_once)
{
    for (int pruned = 0; pruned < 2; pruned++) {
        struct stage stage;
        struct buffer heard;
        buffer_init(&heard, 1024);
        last_of(&stage, gone_scenes, COUNT_OF(gone_scenes));
        if (pruned)
            incident_book_prune(stage.book, is_not_gone, NULL);
        else
            stage_restart(&stage, wall_after(start, 2 * DURATION_MINUTE));
        stage_play(&stage, &(struct scene)SCENE(3, "cart", "here", PASSES), &heard);
        ck_assert(strstr(heard.data, "1 resolved") != NULL);
        ck_assert(strstr(heard.data, "2 resolved") != NULL);
        ck_assert_str_eq(stage.incidents[0].timeline[1].text,
                         "Some that showed it are not watched any more; no other fails.");
        stage_play(&stage, &(struct scene)SCENE(4, "cart", "here", PASSES), &heard);
        ck_assert_uint_eq(heard.length, 0);
        buffer_free(&heard);
        stage_tear_down(&stage);
    }
}
END_TEST

START_TEST(what_stays_when_others_go_is_as_it_was)
{
    static const struct scene before[] = {
        SCENE(0, "gone", "here", CAUSE_DATABASE),
        SCENE(0, "browse", "here", CAUSE_DATABASE),
        SCENE(1, "gone", "here", CAUSE_DATABASE, .told = "1 opened"),
    };
    struct stage stage;
    struct buffer heard;
    buffer_init(&heard, 1024);
    last_of(&stage, before, COUNT_OF(before));
    incident_book_prune(stage.book, is_not_gone, NULL);
    stage_play(&stage, &(struct scene)SCENE(1, "browse", "here", CAUSE_DATABASE), &heard);
    ck_assert_uint_eq(heard.length, 0); /* it joins the one that is open */
    stage_play(&stage, &(struct scene)SCENE(2, "browse", "here", PASSES), &heard);
    ck_assert_str_eq(heard.data, "1 resolved");
    buffer_free(&heard);
    stage_tear_down(&stage);
}
END_TEST

/* --- operators ------------------------------------------------------------------------------- */

static enum incident_change see_as(struct incident_book *book, const struct scene *scene,
                                   const struct incident **ret_incident)
{
    enum incident_change change;
    struct run *run = run_of(scene);
    incident_book_add(book, run, 0, run->slot.ended);
    *ret_incident = incident_book_take(book, &change);
    run_free(run);
    return change;
}

/* The same failure at that minute. */
static enum incident_change see(struct incident_book *book, int minute,
                                const struct incident **ret_incident)
{
    return see_as(book, &(struct scene)SCENE(minute, "browse", "here", CAUSE_APPLICATION),
                  ret_incident);
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
    {INCIDENT_WITHDRAWN, NULL, RESULT_INVALID}, /* nothing was published */
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
    see(book, 0, &incident);
    ck_assert_int_eq(see(book, 1, &incident), INCIDENT_OPENED);
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
    see(book, 0, &incident);
    see(book, 1, &incident);
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
    see(book, 0, &incident);
    ck_assert_int_eq(see(book, 1, &incident), INCIDENT_OPENED);
    struct incident_order order = order_of(INCIDENT_RESOLVED, NULL);
    order.id = incident->id;
    ck_assert_int_eq(incident_book_change(book, &order, wall_after(start, 2 * DURATION_MINUTE),
                                          &incident, &error),
                     RESULT_OK);
    ck_assert_pstr_eq(incident_closed_by(incident), "ann");
    ck_assert_int_eq(see(book, 3, &incident), INCIDENT_UNCHANGED);
    ck_assert_int_eq(see(book, 4, &incident), INCIDENT_REOPENED);
    ck_assert_int_eq(incident->resolved.us, 0);
    ck_assert_ptr_null(incident_closed_by(incident));
    ck_assert_uint_eq(incident->reopened, 1);
    ck_assert_ptr_nonnull(strstr(incident->timeline[incident->timeline_count - 1].text,
                                 "ann closed it, and it fails: "));
    incident_book_free(book);
}
END_TEST

/* The clock is set back by an hour: what is later must not look older to the store. */
START_TEST(a_clock_that_is_set_back_does_not_undo_a_change)
{
    struct incident_book *book = incident_book_create();
    const struct incident *incident;
    struct error error = {0};
    see(book, 70, &incident);
    see(book, 71, &incident);
    struct wall_time opened = incident->updated;
    struct incident_order order = order_of(INCIDENT_ACKNOWLEDGED, NULL);
    order.id = incident->id;
    ck_assert_int_eq(incident_book_change(book, &order, start, &incident, &error), RESULT_OK);
    ck_assert_int_eq(incident->updated.us, opened.us);
    ck_assert_int_eq(incident->acknowledged.at.us, start.us);
    incident_book_free(book);
}
END_TEST

/* One that is over may be explained; and is not forgotten with the explanation when it comes back.
 */
START_TEST(an_operator_explains_what_is_over)
{
    struct incident_book *book = incident_book_create();
    const struct incident *incident;
    struct error error = {0};
    see(book, 0, &incident);
    see(book, 1, &incident);
    ck_assert_int_eq(see_as(book, &(struct scene)SCENE(2, "browse", "here", PASSES), &incident),
                     INCIDENT_RESOLVED);
    struct incident_order order = order_of(INCIDENT_ANNOTATED, "it was the disk");
    order.id = incident->id;
    ck_assert_int_eq(incident_book_change(book, &order, wall_after(start, 3 * DURATION_MINUTE),
                                          &incident, &error),
                     RESULT_OK);
    ck_assert_uint_eq(incident->version, 3);
    see(book, 4, &incident);
    ck_assert_int_eq(see(book, 5, &incident), INCIDENT_REOPENED);
    ck_assert_uint_eq(incident->version, 4);
    ck_assert_str_eq(incident->timeline[2].text, "it was the disk");
    incident_book_free(book);
}
END_TEST

/* What nobody has heard of stays so, whatever an operator writes to it. */
START_TEST(a_note_does_not_tell_of_maintenance)
{
    struct incident_book *book = incident_book_create();
    const struct incident *incident;
    struct error error = {0};
    const struct scene muted = SCENE(0, "browse", "here", CAUSE_DATABASE, .muted = true);
    see_as(book, &muted, &incident);
    ck_assert_int_eq(see_as(book, &muted, &incident), INCIDENT_COUNTED);
    struct incident_order order = order_of(INCIDENT_ANNOTATED, "as planned");
    order.id = incident->id;
    ck_assert_int_eq(incident_book_change(book, &order, start, &incident, &error), RESULT_OK);
    ck_assert(incident->muted);
    ck_assert_uint_eq(incident->version, 0);
    ck_assert_uint_eq(incident->timeline_count, 2);
    const struct scene loud = SCENE(1, "browse", "here", CAUSE_DATABASE);
    see_as(book, &loud, &incident);
    ck_assert_int_eq(see_as(book, &loud, &incident), INCIDENT_OPENED);
    ck_assert_uint_eq(incident->version, 1);
    incident_book_free(book);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("incident book");
    TCase *tests = tcase_create("book");
    tcase_add_test(tests, two_hundred_journeys_that_fail_together_are_one_incident);
    tcase_add_test(tests, who_shows_it_is_kept_without_another_run);
    tcase_add_test(tests, it_is_kept_with_its_reasons);
    tcase_add_test(tests, slots_without_a_run_do_not_hide_what_was_seen_first);
    tcase_add_test(tests, an_incident_of_nobody_is_over_at_once);
    tcase_add_test(tests, what_stays_when_others_go_is_as_it_was);
    suite_add_tcase(suite, tests);
    TCase *orders = tcase_create("operators");
    tcase_add_loop_test(orders, an_order_is_obeyed_or_refused, 0, (int)COUNT_OF(order_cases));
    tcase_add_test(orders, an_unknown_name_is_for_the_store);
    tcase_add_test(orders, what_is_resolved_by_hand_and_still_fails_is_confirmed_anew);
    tcase_add_test(orders, a_clock_that_is_set_back_does_not_undo_a_change);
    tcase_add_test(orders, an_operator_explains_what_is_over);
    tcase_add_test(orders, a_note_does_not_tell_of_maintenance);
    suite_add_tcase(suite, orders);
    return suite;
}
