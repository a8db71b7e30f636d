/* SPDX-License-Identifier: MIT */
/* diagnose/: runs one after the other: whose verdict a slot has that had no run of its own. */
#include "tests/unit/runner.h"

#include "monitor/diagnose/casebook.h"
#include "monitor/record/reason.h"

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
    tcase_add_test(tests, what_shares_is_no_evidence);
    tcase_add_test(tests, the_last_run_before_a_restart_is_shared);
    tcase_add_test(tests, who_is_not_watched_any_more_is_forgotten);
    tcase_add_test(tests, all_facts_and_suspects_are_told);
    tcase_add_loop_test(tests, what_still_works_is_told, 0, 2);
    tcase_add_test(tests, what_still_works_is_found_behind_what_fails);
    tcase_add_test(tests, two_slots_make_an_incident);
    suite_add_tcase(suite, tests);
    return suite;
}
