/* SPDX-License-Identifier: MIT */
/* diagnose/: runs one after the other: whose verdict a slot has that had no run of its own. */
#include "tests/unit/runner.h"

#include "monitor/diagnose/casebook.h"
#include "monitor/record/reason.h"

#include <stdio.h>
#include <string.h>

static struct component components[] = {
    {.name = "web", .title = "Storefront", .kind = CAUSE_APPLICATION},
    {.name = "db", .title = "Shop database", .kind = CAUSE_DATABASE},
};
static const struct shop shop = {.components = components, .component_count = 2};
static const struct wall_time start = {1763906820 * DURATION_SECOND};
static const char *needs[] = {"web", "db"};

static struct casebook *casebook;

static void set_up(void)
{
    casebook = casebook_create();
}

static void tear_down(void)
{
    casebook_free(casebook);
}

static struct run *run_at(int second, const char *vantage)
{
    struct run *run = run_create("buy", vantage, wall_after(start, second * DURATION_SECOND));
    run->slot.started = run->slot.planned;
    run->slot.ended = wall_after(run->slot.planned, DURATION_SECOND);
    run->state = STATE_PASSED;
    return run;
}

static struct run_step *order(struct run *run, enum state state)
{
    struct run_step *step = run_add_step(run, "order");
    step->state = run->state = state;
    step->needs = needs;
    step->needs_count = COUNT_OF(needs);
    step->started = run->slot.started;
    step->total = DURATION_SECOND;
    return step;
}

static struct run *failed(int second, const char *vantage, enum symptom symptom, int status)
{
    struct run *run = run_at(second, vantage);
    struct run_step *step = order(run, STATE_FAILED);
    struct exchange *exchange = run_add_exchange(run, step);
    step->symptom = symptom;
    exchange->symptom = status == 0 ? symptom : SYMPTOM_NONE;
    exchange->status = status;
    exchange->tcp = (struct tcp_facts){.known = true, .bytes_acknowledged = 300};
    return run;
}

static struct run *hung(int second, const char *vantage)
{
    return failed(second, vantage, SYMPTOM_HTTP_TIMEOUT_TTFB, 0);
}

static struct run *stand_in(int second, const char *vantage, enum reason reason)
{
    struct run *run = run_at(second, vantage);
    run->state = reason == REASON_HELD_BACK ? STATE_FAILED : STATE_UNKNOWN;
    run->reason = reason_words(reason);
    if (reason == REASON_HELD_BACK)
        run_add_step(run, "order")->state = STATE_SKIPPED;
    return run;
}

static struct diagnosis add(struct run *run)
{
    struct diagnosis diagnosis;
    casebook_add(casebook, &shop, run, 0, run->slot.ended, &diagnosis);
    return diagnosis;
}

static void add_and_free(struct run *run)
{
    add(run);
    run_free(run);
}

static void shares_state_and_verdict(struct run *run, struct run *model)
{
    ck_assert_uint_eq(add(run).fact_count, 0);
    ck_assert_int_eq(run->state, model->state);
    ck_assert_int_eq(run->verdict.cause, model->verdict.cause);
    ck_assert_double_eq(run->verdict.confidence, model->verdict.confidence);
    ck_assert_uint_eq(run->verdict.evidence_count, model->verdict.evidence_count);
    run_free(run);
    run_free(model);
}

START_TEST(what_overlaps_ends_as_the_run_before)
{
    struct run *before = hung(10, "here");
    add(before);
    add_and_free(run_at(10, "there"));
    shares_state_and_verdict(stand_in(20, "here", REASON_OVERLAP), before);
}
END_TEST

START_TEST(what_passed_is_shared_too)
{
    struct run *before = run_at(10, "here");
    order(before, STATE_DEGRADED);
    add(before);
    shares_state_and_verdict(stand_in(20, "here", REASON_OVERLAP), before);
}
END_TEST

/* Not the one that failed last by something else, and not another journey's. */
START_TEST(what_is_held_back_shares_what_the_watcher_sees)
{
    add_and_free(hung(10, "here"));
    struct run *watcher = hung(20, "there");
    add(watcher);
    add_and_free(failed(30, "yonder", SYMPTOM_HTTP_ERROR, 500));
    struct run *other = hung(30, "here");
    other->journey = "look";
    add_and_free(other);
    shares_state_and_verdict(stand_in(40, "here", REASON_HELD_BACK), watcher);
}
END_TEST

/* Its network is gone, say: that another sees the step hang does not let it see. */
START_TEST(who_cannot_look_sees_nothing_by_another)
{
    struct run *blind = run_at(11, "here");
    struct run_step *step = order(blind, STATE_UNKNOWN);
    step->symptom = SYMPTOM_MONITOR_SOURCE_UNAVAILABLE;
    add_and_free(hung(10, "there"));
    add(blind);
    add_and_free(hung(20, "there"));
    shares_state_and_verdict(stand_in(21, "here", REASON_HELD_BACK), blind);
}
END_TEST

/* It was paused, say, or there were too many runs: it would have seen what the watcher sees. */
START_TEST(who_did_not_try_to_look_is_not_blind)
{
    static const enum reason reasons[] = {REASON_PAUSED, REASON_OVERLOAD, REASON_LATE};
    add_and_free(hung(10, "here"));
    add_and_free(stand_in(11, "here", reasons[_i]));
    struct run *watcher = hung(20, "there");
    add(watcher);
    shares_state_and_verdict(stand_in(21, "here", REASON_HELD_BACK), watcher);
}
END_TEST

/* Nor does it see again because one slot was too much. */
START_TEST(who_did_not_try_to_look_is_as_blind_as_before)
{
    struct run *blind = run_at(11, "here");
    order(blind, STATE_UNKNOWN)->symptom = SYMPTOM_MONITOR_SOURCE_UNAVAILABLE;
    add_and_free(blind);
    struct run *overload = stand_in(12, "here", REASON_OVERLOAD);
    add(overload);
    add_and_free(hung(20, "there"));
    shares_state_and_verdict(stand_in(21, "here", REASON_HELD_BACK), overload);
}
END_TEST

START_TEST(what_is_held_back_shares_its_own_when_nobody_watches)
{
    struct run *before = failed(10, "here", SYMPTOM_HTTP_ERROR, 500);
    add(before);
    struct run *held = stand_in(20, "here", REASON_HELD_BACK);
    add(held);
    ck_assert_int_eq(held->verdict.cause, before->verdict.cause);
    run_free(held);
    run_free(before);
}
END_TEST

/* It adds nothing to what is known of the shop. */
START_TEST(what_shares_is_no_evidence)
{
    add_and_free(hung(10, "here"));
    struct run *alone = hung(20, "here");
    struct diagnosis before = add(alone);
    add_and_free(stand_in(20, "there", REASON_HELD_BACK));
    struct run *later = hung(30, "here");
    ck_assert_uint_eq(add(later).fact_count, before.fact_count);
    run_free(alone);
    run_free(later);
}
END_TEST

START_TEST(the_last_run_before_a_restart_is_shared)
{
    struct run *before = hung(10, "here");
    diagnose_run(casebook_history(casebook), &shop, before);
    casebook_recall(casebook, before, before->slot.ended);
    shares_state_and_verdict(stand_in(20, "here", REASON_OVERLAP), before);
}
END_TEST

static bool is_here(void *data, const char *journey, const char *vantage)
{
    (void)data;
    (void)journey;
    return strcmp(vantage, "here") == 0;
}

START_TEST(who_is_not_watched_any_more_is_forgotten)
{
    struct run *here = hung(10, "here");
    add(here);
    add_and_free(hung(20, "there"));
    casebook_prune(casebook, is_here, NULL);
    shares_state_and_verdict(stand_in(30, "here", REASON_HELD_BACK), here);
}
END_TEST

/* Also what says nothing of the likeliest suspect. */
START_TEST(all_facts_and_suspects_are_told)
{
    struct run *run = hung(10, "here");
    struct diagnosis diagnosis = add(run);
    double sum = 0;
    for (int suspect = 0; suspect < SUSPECT_COUNT; suspect++)
        sum += diagnosis.probability[suspect];
    ck_assert_double_eq_tol(sum, 0.98, 1e-9); /* the rest is what no rule knows of */
    ck_assert_double_eq(diagnosis.probability[run->verdict.leaning], run->verdict.confidence);
    /* And all of it is in the record: what does not move the likeliest speaks for others. */
    ck_assert_uint_eq(diagnosis.fact_count, run->verdict.evidence_count);
    for (int suspect = 0; suspect < SUSPECT_COUNT; suspect++)
        ck_assert_double_eq(diagnosis.probability[suspect], run->verdict.suspects[suspect]);
    run_free(run);
}
END_TEST

static void pass_before(struct run *run, const char *name)
{
    struct run_step *step = run_add_step(run, name);
    step->state = STATE_PASSED;
    step->started = run->slot.started;
    step->total = DURATION_MILLISECOND;
}

/* Steps of any run that pass since it began; what fails from elsewhere does not just work. */
START_TEST(what_still_works_is_told)
{
    static const char *const names[] = {"list", "order", "home", "list", "a", "b", "c", "d"};
    struct run *old = run_at(5, "here"), *before = run_at(10, "there");
    pass_before(old, "old");
    add_and_free(old);
    for (size_t i = 0; i < (_i == 0 ? 4 : COUNT_OF(names)); i++)
        pass_before(before, names[i]);
    before->slot.started = wall_after(start, 20 * DURATION_SECOND);
    for (size_t i = 0; i < before->step_count; i++)
        before->steps[i].started = before->slot.started;
    struct run *run = hung(15, "here");
    add(run);
    ck_assert_ptr_null(run->verdict.works);
    run_free(run);
    add_and_free(before);
    run = hung(25, "here");
    add(run);
    ck_assert_str_eq(run->verdict.works,
                     _i == 0 ? "“list”, “home”" : "“list”, “home”, “a”, “b”, “c” and more");
    run_free(run);
}
END_TEST

/* However much passes there that fails from elsewhere. */
START_TEST(what_still_works_is_found_behind_what_fails)
{
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j"};
    add_and_free(hung(15, "here"));
    struct run *there = run_at(20, "there");
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct run *elsewhere = hung(20, names[i]);
        elsewhere->steps[0].name = names[i];
        add_and_free(elsewhere);
        pass_before(there, names[i]);
    }
    pass_before(there, "home");
    add_and_free(there);
    struct run *run = hung(25, "here");
    add(run);
    ck_assert_pstr_eq(run->verdict.works, "“home”");
    run_free(run);
}
END_TEST

/* --- others that are under way --------------------------------------------------------------- */

#define SENT (10 * DURATION_MILLISECOND) /* so long after its step began */

/* Its order hangs for eight seconds. */
static struct run *held(int second, const char *vantage)
{
    struct run *run = hung(second, vantage);
    struct exchange *exchange = &run->steps[0].exchanges[0];
    exchange->started = run->slot.started;
    exchange->phases[PHASE_SEND] = SENT;
    exchange->total = run->steps[0].total = 8 * DURATION_SECOND;
    exchange->phases[PHASE_WAIT] = exchange->total - SENT;
    run->slot.ended = wall_after(run->slot.started, exchange->total);
    return run;
}

/* The same while it waits: who is under way does not know how it ends. */
static struct run *waits(int second, const char *vantage)
{
    struct run *run = run_at(second, vantage);
    order(run, STATE_SKIPPED)->total = 0;
    run_add_exchange(run, &run->steps[0])->started = run->slot.started;
    run->slot.ended = (struct wall_time){0};
    return run;
}

static void pass_order(int second, const char *vantage, duration took)
{
    struct run *run = run_at(second, vantage);
    order(run, STATE_PASSED)->total = took;
    add_and_free(run);
}

static struct under_way under_way(const struct run *run)
{
    return (struct under_way){run, &run->steps[0], run->steps[0].exchanges[0].started, NULL};
}

/* That of a run in flight is the same as what is made of it when it has ended. */
START_TEST(what_was_under_way_is_seen_in_what_ended_later)
{
    struct run *later = held(10, "there"), *now = waits(10, "there"), *judged[2];
    pass_order(0, "there", DURATION_SECOND);
    for (int i = 0; i < 2; i++) {
        struct under_way_list list = {.count = 0};
        struct under_way one = under_way(now);
        judged[i] = hung(14, "here");
        ck_assert(i == 0 || under_way_at(later, judged[i]->slot.ended, &one));
        under_way_add(&list, &one);
        casebook_look_around(casebook, &shop, judged[i], &list);
        ck_assert(judged[i]->looked_around);
        ck_assert_uint_eq(judged[i]->waiting_count, 1);
    }
    const struct waiting *one = &judged[0]->waiting[0], *other = &judged[1]->waiting[0];
    ck_assert_str_eq(one->journey, other->journey);
    ck_assert_str_eq(one->vantage, "there");
    ck_assert_str_eq(other->vantage, "there");
    ck_assert_str_eq(one->step, other->step);
    ck_assert_int_eq(one->started.us, other->started.us);
    ck_assert_int_eq(one->waited, 5 * DURATION_SECOND);
    ck_assert_int_eq(other->waited, one->waited);
    ck_assert_int_eq(one->usual, DURATION_SECOND);
    ck_assert_int_eq(other->usual, one->usual);
    run_free(judged[0]);
    run_free(judged[1]);
    run_free(later);
    run_free(now);
}
END_TEST

/* It had sent all, and the answer had not begun; and it was received. */
START_TEST(only_who_waits_is_under_way)
{
    struct run *run = held(10, "there");
    struct exchange *exchange = &run->steps[0].exchanges[0];
    struct under_way one;
    ck_assert(!under_way_at(run, wall_after(run->slot.started, -1), &one));
    ck_assert(!under_way_at(run, wall_after(run->slot.started, SENT - 1), &one));
    ck_assert(under_way_at(run, wall_after(run->slot.started, SENT), &one));
    ck_assert_ptr_eq(one.step, &run->steps[0]);
    ck_assert(under_way_at(run, wall_after(run->slot.ended, -1), &one));
    ck_assert(!under_way_at(run, run->slot.ended, &one));
    exchange->tcp.unacknowledged = 1;
    ck_assert(!under_way_at(run, wall_after(run->slot.started, SENT), &one));
    exchange->tcp.unacknowledged = 0;
    exchange->tcp.retransmits = 1;
    ck_assert(!under_way_at(run, wall_after(run->slot.started, SENT), &one));
    exchange->tcp.retransmits = 0;
    run->steps[0].cleanup = true;
    ck_assert(!under_way_at(run, wall_after(run->slot.started, SENT), &one));
    run_free(run);
}
END_TEST

/* Three times as long as it takes, and 300 ms at least; a pass that took long is forgotten. */
START_TEST(who_waits_no_longer_than_usual_is_not_told_of)
{
    static const struct {
        duration passes[3];
        unsigned waiting;
    } cases[] = {
        {{DURATION_SECOND}, 1},
        {{1667 * DURATION_MILLISECOND}, 0},
        {{2000 * DURATION_MILLISECOND, DURATION_SECOND, DURATION_SECOND}, 1},
        {{2000 * DURATION_MILLISECOND, DURATION_SECOND}, 0},
        {{0}, 0},
    };
    struct run *run = hung(14, "here"), *now = waits(10, "there");
    struct under_way_list list = {.count = 0};
    const struct under_way one = under_way(now);
    for (int i = 0; i < 3 && cases[_i].passes[i] != 0; i++)
        pass_order(i, "there", cases[_i].passes[i]);
    under_way_add(&list, &one);
    casebook_look_around(casebook, &shop, run, &list);
    ck_assert_uint_eq(run->waiting_count, cases[_i].waiting);
    run_free(run);
    run_free(now);
}
END_TEST

/* Its step began long ago: it was tried before, and paused since. */
START_TEST(a_pause_between_tries_is_no_wait)
{
    const duration pause = 4 * DURATION_SECOND, waited = 300 * DURATION_MILLISECOND;
    struct run *run = hung(14, "here"), *now = waits(10, "there");
    struct under_way_list list = {.count = 0};
    struct under_way one;
    pass_order(0, "there", DURATION_MILLISECOND);
    struct exchange *last = run_add_exchange(now, &now->steps[0]);
    last->started = wall_after(now->slot.started, pause);
    last->phases[PHASE_WAIT] = DURATION_MINUTE;
    run->slot.ended = wall_after(last->started, waited - _i);
    now->slot.ended = wall_after(last->started, DURATION_MINUTE);
    ck_assert(under_way_at(now, run->slot.ended, &one));
    ck_assert_int_eq(one.since.us, last->started.us);
    under_way_add(&list, &one);
    casebook_look_around(casebook, &shop, run, &list);
    ck_assert_uint_eq(run->waiting_count, _i == 0);
    if (_i == 0) {
        ck_assert_int_eq(run->waiting[0].started.us, last->started.us);
        ck_assert_int_eq(run->waiting[0].waited, waited);
    }
    run_free(run);
    run_free(now);
}
END_TEST

START_TEST(a_moment_is_no_wait)
{
    struct run *run = hung(14, "here"), *now = waits(14, "there");
    struct under_way_list list = {.count = 0};
    const struct under_way one = under_way(now);
    pass_order(0, "there", DURATION_MILLISECOND);
    under_way_add(&list, &one);
    run->slot.ended = wall_after(now->slot.started, 300 * DURATION_MILLISECOND - _i);
    casebook_look_around(casebook, &shop, run, &list);
    ck_assert_uint_eq(run->waiting_count, _i == 0);
    run_free(run);
    run_free(now);
}
END_TEST

/* Each step of a journey once, and of too many those that wait longest. */
START_TEST(those_that_wait_longest_are_kept)
{
    enum { COUNT = 2 * UNDER_WAY_MAX };
    struct run *runs[2 * COUNT];
    struct under_way_list list = {.count = 0};
    for (int i = 0; i < 2 * COUNT; i++) {
        char journey[16];
        snprintf(journey, sizeof journey, "%d", i / 2);
        runs[i] = waits(i * 7 % (2 * COUNT), i % 2 == 0 ? "here" : "there");
        runs[i]->journey = arena_duplicate(runs[i]->arena, journey);
        const struct under_way one = under_way(runs[i]);
        under_way_add(&list, &one);
    }
    ck_assert_uint_eq(list.count, UNDER_WAY_MAX);
    for (size_t i = 0; i < list.count; i++) {
        unsigned earlier = 0;
        for (int n = 0; n < 2 * COUNT; n++)
            earlier += runs[n]->slot.started.us < list.items[i].run->slot.started.us &&
                       (strcmp(runs[n]->journey, list.items[i].run->journey) == 0);
        ck_assert_uint_eq(earlier, 0);
        ck_assert(i == 0 ||
                  list.items[i - 1].run->slot.started.us < list.items[i].run->slot.started.us);
    }
    ck_assert_int_eq(list.items[0].run->slot.started.us, start.us);
    for (int i = 0; i < 2 * COUNT; i++)
        run_free(runs[i]);
}
END_TEST

/* What its sentence says stands in the record. */
START_TEST(who_waits_is_told_of)
{
    struct run *run = failed(14, "here", SYMPTOM_HTTP_ERROR, 504), *now = waits(10, "there");
    struct under_way_list list = {.count = 0};
    const struct under_way one = under_way(now);
    const char *text = NULL;
    run->steps[0].name = "another";
    pass_order(0, "there", 12 * DURATION_MILLISECOND);
    under_way_add(&list, &one);
    casebook_look_around(casebook, &shop, run, &list);
    add(run);
    for (size_t i = 0; i < run->verdict.evidence_count; i++)
        if (strcmp(run->verdict.evidence[i].fact, "waiting.others") == 0)
            text = run->verdict.evidence[i].text;
    ck_assert_pstr_eq(text, "Meanwhile buy from there has been waiting for 5.00 s in “order”, "
                            "which needs Shop database (usually 12.0 ms).");
    run_free(run);
    run_free(now);
}
END_TEST

START_TEST(two_slots_make_an_incident)
{
    enum incident_change change;
    add_and_free(hung(10, "here"));
    ck_assert_ptr_null(incident_book_take(casebook_incidents(casebook), &change));
    add_and_free(hung(20, "here"));
    ck_assert_ptr_nonnull(incident_book_take(casebook_incidents(casebook), &change));
    ck_assert_int_eq(change, INCIDENT_OPENED);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("casebook");
    TCase *tests = tcase_create("casebook");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, what_overlaps_ends_as_the_run_before);
    tcase_add_test(tests, what_passed_is_shared_too);
    tcase_add_test(tests, what_is_held_back_shares_what_the_watcher_sees);
    tcase_add_test(tests, what_is_held_back_shares_its_own_when_nobody_watches);
    tcase_add_test(tests, who_cannot_look_sees_nothing_by_another);
    tcase_add_loop_test(tests, who_did_not_try_to_look_is_not_blind, 0, 3);
    tcase_add_test(tests, who_did_not_try_to_look_is_as_blind_as_before);
    tcase_add_test(tests, what_shares_is_no_evidence);
    tcase_add_test(tests, the_last_run_before_a_restart_is_shared);
    tcase_add_test(tests, who_is_not_watched_any_more_is_forgotten);
    tcase_add_test(tests, all_facts_and_suspects_are_told);
    tcase_add_loop_test(tests, what_still_works_is_told, 0, 2);
    tcase_add_test(tests, what_still_works_is_found_behind_what_fails);
    tcase_add_test(tests, what_was_under_way_is_seen_in_what_ended_later);
    tcase_add_test(tests, only_who_waits_is_under_way);
    tcase_add_loop_test(tests, who_waits_no_longer_than_usual_is_not_told_of, 0, 5);
    tcase_add_loop_test(tests, a_moment_is_no_wait, 0, 2);
    tcase_add_loop_test(tests, a_pause_between_tries_is_no_wait, 0, 2);
    tcase_add_test(tests, those_that_wait_longest_are_kept);
    tcase_add_test(tests, who_waits_is_told_of);
    tcase_add_test(tests, two_slots_make_an_incident);
    suite_add_tcase(suite, tests);
    return suite;
}
