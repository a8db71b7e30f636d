/* SPDX-License-Identifier: MIT */
/*
 * diagnose/: from verdicts to incidents. A story is a table: what was seen when, and what people
 * hear of it. Every story is told once without, and once for each row with a restart before that
 * row: people must hear the same.
 */
#include "tests/unit/incident_stage.h"

START_TEST(opens_after_two_slots_and_ends_with_the_last_journey)
{
    STORY(SCENE(0, "browse", "here", CAUSE_APPLICATION),
          SCENE(1, "browse", "here", CAUSE_APPLICATION, .told = "1 opened"),
          SCENE(1, "cart", "here", CAUSE_APPLICATION),
          SCENE(2, "cart", "here", CAUSE_APPLICATION, .told = "1 spread"),
          SCENE(3, "browse", "here", PASSES),
          SCENE(3, "cart", "here", PASSES, .told = "1 resolved"),
          SCENE(4, "browse", "here", PASSES));
}
END_TEST

/* What is told meanwhile does not tell who shows it. */
START_TEST(a_further_journey_is_told_though_the_cause_was)
{
    STORY(SCENE(0, "browse", "here", VAGUE), SCENE(0, "cart", "here", VAGUE),
          SCENE(1, "browse", "here", VAGUE, .told = "1 opened"), SCENE(1, "cart", "here", VAGUE),
          SCENE(1.5, "browse", "here", CAUSE_DATABASE, .told = "1 changed"),
          SCENE(2, "cart", "here", CAUSE_DATABASE),
          SCENE(3, "browse", "here", CAUSE_DATABASE, .told = "1 spread"),
          SCENE(4, "browse", "here", CAUSE_DATABASE));
}
END_TEST

/* Together, a minute after what was told last; other places of a journey are no news. */
START_TEST(further_journeys_are_told_once_a_minute)
{
    STORY(SCENE(0, "browse", "here", CAUSE_APPLICATION),
          SCENE(1, "browse", "here", CAUSE_APPLICATION, .told = "1 opened"),
          SCENE(1, "cart", "here", CAUSE_APPLICATION),
          SCENE(1, "orders", "here", CAUSE_APPLICATION),
          SCENE(1.4, "cart", "here", CAUSE_APPLICATION),
          SCENE(1.5, "orders", "here", CAUSE_APPLICATION),
          SCENE(2, "browse", "here", CAUSE_APPLICATION, .told = "1 spread"),
          SCENE(3, "browse", "there", CAUSE_APPLICATION),
          SCENE(4, "browse", "there", CAUSE_APPLICATION),
          SCENE(5, "browse", "here", CAUSE_APPLICATION));
}
END_TEST

START_TEST(one_failed_slot_between_good_ones_is_no_incident)
{
    STORY(SCENE(0, "browse", "here", CAUSE_APPLICATION), SCENE(1, "browse", "here", PASSES),
          SCENE(2, "browse", "here", CAUSE_APPLICATION), SCENE(3, "browse", "here", PASSES));
}
END_TEST

START_TEST(a_slot_that_could_not_look_neither_adds_nor_ends)
{
    static const struct scene scenes[] = {
        SCENE(0, "browse", "here", CAUSE_APPLICATION), SCENE(1, "browse", "here", BLIND),
        SCENE(2, "browse", "here", CAUSE_APPLICATION, .told = "1 opened"),
        SCENE(3, "browse", "here", BLIND),
        SCENE(4, "browse", "here", PASSES, .told = "1 resolved")};
    stage_tell_once(scenes, COUNT_OF(scenes), 0);
}
END_TEST

START_TEST(a_vague_incident_learns_its_cause)
{
    STORY(SCENE(0, "browse", "here", VAGUE), SCENE(1, "browse", "here", VAGUE, .told = "1 opened"),
          SCENE(2, "browse", "here", CAUSE_DATABASE, .told = "1 changed"),
          SCENE(3, "browse", "here", CAUSE_DATABASE, .told = "", .confidence = 0.95),
          SCENE(4, "browse", "here", VAGUE),
          SCENE(5, "browse", "here", PASSES, .told = "1 resolved"));
}
END_TEST

START_TEST(a_sure_incident_keeps_its_cause)
{
    STORY(SCENE(0, "browse", "here", CAUSE_DATABASE),
          SCENE(1, "browse", "here", CAUSE_DATABASE, .told = "1 opened"),
          SCENE(2, "browse", "here", CAUSE_APPLICATION, .confidence = 0.8),
          SCENE(3, "browse", "here", VAGUE));
}
END_TEST

START_TEST(a_surer_verdict_of_another_cause_is_told_once)
{
    STORY(SCENE(0, "browse", "here", CAUSE_APPLICATION, .confidence = 0.7),
          SCENE(1, "browse", "here", CAUSE_APPLICATION, .told = "1 opened", .confidence = 0.7),
          SCENE(2, "browse", "here", CAUSE_APPLICATION, .confidence = 0.75),
          SCENE(3, "browse", "here", CAUSE_APPLICATION, .told = "1 changed", .confidence = 0.86),
          SCENE(4, "browse", "here", CAUSE_DATABASE, .told = "1 changed", .confidence = 0.97),
          SCENE(5, "browse", "here", CAUSE_DATABASE, .confidence = 0.97),
          SCENE(6, "browse", "here", CAUSE_APPLICATION, .confidence = 0.96),
          SCENE(7, "browse", "here", PASSES, .told = "1 resolved"));
}
END_TEST

START_TEST(two_faults_at_once_are_two_incidents)
{
    STORY(
        SCENE(0, "browse", "here", CAUSE_DATABASE, .component = "db.catalogue"),
        SCENE(0, "checkout", "here", CAUSE_THIRD_PARTY, .component = "payment"),
        SCENE(1, "browse", "here", CAUSE_DATABASE, .told = "1 opened", .component = "db.catalogue"),
        SCENE(1, "checkout", "here", CAUSE_THIRD_PARTY, .told = "2 opened", .component = "payment"),
        SCENE(1, "orders", "here", CAUSE_DATABASE, .component = "db.orders"),
        SCENE(2, "orders", "here", CAUSE_DATABASE, .told = "3 opened", .component = "db.orders"),
        SCENE(2, "browse", "here", PASSES, .told = "1 resolved"),
        SCENE(2, "checkout", "here", PASSES, .told = "2 resolved"),
        SCENE(3, "orders", "here", PASSES, .told = "3 resolved"));
}
END_TEST

START_TEST(a_part_of_a_component_is_of_its_incident)
{
    STORY(SCENE(0, "browse", "here", CAUSE_DATABASE, .component = "db"),
          SCENE(1, "browse", "here", CAUSE_DATABASE, .told = "1 opened", .component = "db"),
          SCENE(1, "orders", "here", CAUSE_DATABASE, .component = "db.orders"),
          SCENE(2, "orders", "here", CAUSE_DATABASE, .told = "1 spread", .component = "db.orders"),
          SCENE(2, "other", "here", CAUSE_DATABASE, .component = "dbs"),
          SCENE(3, "other", "here", CAUSE_DATABASE, .told = "2 opened", .component = "dbs"),
          SCENE(3, "browse", "here", PASSES),
          SCENE(3, "orders", "here", PASSES, .told = "1 resolved"),
          SCENE(3, "other", "here", PASSES, .told = "2 resolved"));
}
END_TEST

/* The younger names the older. */
START_TEST(two_that_turn_out_to_be_the_same_become_the_older)
{
    STORY(SCENE(0, "browse", "here", CAUSE_DATABASE),
          SCENE(1, "browse", "here", CAUSE_DATABASE, .told = "1 opened"),
          SCENE(1, "cart", "here", CAUSE_APPLICATION),
          SCENE(2, "cart", "here", CAUSE_APPLICATION, .told = "2 opened"),
          SCENE(3, "cart", "here", CAUSE_DATABASE, .told = "2 resolved = 1"),
          SCENE(4, "browse", "here", PASSES, .told = "1 spread"),
          SCENE(4, "cart", "here", PASSES, .told = "1 resolved"));
}
END_TEST

START_TEST(the_older_learns_from_the_younger)
{
    STORY(SCENE(0, "browse", "here", CAUSE_NETWORK, .confidence = 0.6),
          SCENE(1, "browse", "here", CAUSE_NETWORK, .told = "1 opened", .confidence = 0.6),
          SCENE(1, "cart", "here", CAUSE_DATABASE),
          SCENE(2, "cart", "here", CAUSE_DATABASE, .told = "2 opened"),
          SCENE(3, "browse", "here", CAUSE_DATABASE, .told = "1 changed; 2 resolved = 1",
                .confidence = 0.95),
          SCENE(4, "browse", "here", PASSES, .told = "1 spread"),
          SCENE(4, "cart", "here", PASSES, .told = "1 resolved"));
}
END_TEST

/* Of several that showed it, one that knows better goes alone. */
START_TEST(a_journey_moves_to_the_incident_that_it_shows)
{
    STORY(SCENE(0, "browse", "here", CAUSE_NETWORK), SCENE(0, "cart", "here", CAUSE_NETWORK),
          SCENE(0, "orders", "here", CAUSE_DATABASE),
          SCENE(1, "browse", "here", CAUSE_NETWORK, .told = "1 opened"),
          SCENE(1, "cart", "here", CAUSE_NETWORK),
          SCENE(1, "orders", "here", CAUSE_DATABASE, .told = "2 opened"),
          SCENE(2, "cart", "here", CAUSE_DATABASE, .told = "2 spread"),
          SCENE(2, "browse", "here", PASSES, .told = "1 resolved"),
          SCENE(3, "orders", "here", PASSES),
          SCENE(3, "cart", "here", PASSES, .told = "2 resolved"));
}
END_TEST

/* --- something else --------------------------------------------------------------------------- */

/* Its network is well again, and what was slow to be judged behind it is what fails now. */
START_TEST(an_incident_becomes_what_fails_now)
{
    static const struct scene scenes[] = {
        SCENE(0, "browse", "here", CAUSE_NETWORK),
        SCENE(1, "browse", "here", CAUSE_NETWORK, .told = "1 opened"),
        SCENE(2, "browse", "here", VAGUE, .step = "cart", .behind = "alive"),
        SCENE(3, "browse", "here", VAGUE, .step = "cart", .behind = "alive", .told = "1 changed"),
        SCENE(4, "browse", "here", CAUSE_DATABASE, .step = "cart", .told = "1 changed"),
        SCENE(5, "browse", "here", PASSES, .told = "1 resolved")};
    stage_tell_once(scenes, COUNT_OF(scenes), 0);
}
END_TEST

/* The way is open again, and what stands behind it fails: nothing has passed in between. */
START_TEST(what_is_answered_is_not_the_way_any_more)
{
    static const struct scene scenes[] = {
        SCENE(0, "browse", "here", CAUSE_NETWORK, .symptom = SYMPTOM_TCP_TIMED_OUT),
        SCENE(1, "browse", "here", CAUSE_NETWORK, .symptom = SYMPTOM_TCP_TIMED_OUT,
              .told = "1 opened"),
        SCENE(2, "browse", "here", VAGUE, .database = 0.3, .symptom = SYMPTOM_HTTP_ERROR),
        SCENE(3, "browse", "here", CAUSE_NETWORK, .symptom = SYMPTOM_DNS_FAILED),
        SCENE(4, "browse", "here", VAGUE, .database = 0.3, .symptom = SYMPTOM_HTTP_ERROR),
        SCENE(5, "browse", "here", VAGUE, .database = 0.3, .symptom = SYMPTOM_HTTP_ERROR,
              .told = "1 changed"),
        SCENE(6, "browse", "here", PASSES, .told = "1 resolved")};
    stage_tell_once(scenes, COUNT_OF(scenes), 0);
}
END_TEST

/* Who fills up lets nobody in at last: that is no way that has opened. */
START_TEST(what_is_not_even_connected_has_come_no_farther)
{
    static const struct scene scenes[] = {
        SCENE(0, "browse", "here", CAUSE_DATABASE),
        SCENE(1, "browse", "here", CAUSE_DATABASE, .told = "1 opened"),
        SCENE(2, "browse", "here", VAGUE, .database = 0.01, .symptom = SYMPTOM_TCP_TIMED_OUT),
        SCENE(3, "browse", "here", VAGUE, .database = 0.01, .symptom = SYMPTOM_TCP_TIMED_OUT),
        SCENE(4, "browse", "here", VAGUE, .database = 0.01, .symptom = SYMPTOM_TCP_TIMED_OUT),
        SCENE(5, "browse", "here", PASSES, .told = "1 resolved")};
    stage_tell_once(scenes, COUNT_OF(scenes), 0);
}
END_TEST

/* A less sure verdict takes the place of a surer one, too, once all that showed it fail otherwise.
 */
START_TEST(all_that_show_it_must_fail_otherwise)
{
    static const struct scene scenes[] = {
        SCENE(0, "browse", "here", CAUSE_DATABASE),
        SCENE(0, "cart", "here", CAUSE_DATABASE),
        SCENE(1, "browse", "here", CAUSE_DATABASE, .told = "1 opened", .confidence = 0.95),
        SCENE(1, "cart", "here", CAUSE_DATABASE, .confidence = 0.95),
        SCENE(2, "browse", "here", CAUSE_THIRD_PARTY, .step = "pay", .behind = "alive",
              .told = "1 spread"),
        SCENE(2, "cart", "here", CAUSE_THIRD_PARTY, .step = "pay", .behind = "alive"),
        SCENE(3, "browse", "here", CAUSE_THIRD_PARTY, .step = "pay", .behind = "alive"),
        SCENE(3, "cart", "here", CAUSE_THIRD_PARTY, .step = "pay", .behind = "alive",
              .told = "1 changed"),
        SCENE(4, "browse", "here", CAUSE_THIRD_PARTY, .step = "pay"),
        SCENE(5, "browse", "here", PASSES),
        SCENE(5, "cart", "here", PASSES, .told = "1 resolved")};
    stage_tell_once(scenes, COUNT_OF(scenes), 0);
}
END_TEST

/* One of several leaves: for a new incident, or one that is known. */
START_TEST(one_that_fails_otherwise_leaves_the_others)
{
    static const struct scene scenes[] = {
        SCENE(0, "browse", "here", CAUSE_NETWORK),
        SCENE(0, "cart", "here", CAUSE_NETWORK),
        SCENE(1, "browse", "here", CAUSE_NETWORK, .told = "1 opened"),
        SCENE(1, "cart", "here", CAUSE_NETWORK),
        SCENE(2, "cart", "here", VAGUE, .step = "pay", .behind = "alive", .told = "1 spread"),
        SCENE(3, "cart", "here", VAGUE, .step = "pay", .behind = "alive"),
        SCENE(3, "browse", "here", CAUSE_NETWORK),
        SCENE(4, "cart", "here", VAGUE, .step = "pay", .behind = "alive", .told = "2 opened"),
        SCENE(5, "browse", "here", PASSES, .told = "1 resolved"),
        SCENE(6, "cart", "here", PASSES, .told = "2 resolved")};
    struct stage stage;
    stage_set_up(&stage, 0);
    stage_tell(&stage, scenes, COUNT_OF(scenes), SIZE_MAX);
    const struct incident *left = &stage.incidents[0], *new = &stage.incidents[1];
    ck_assert_int_eq(left->began.us, start.us);
    ck_assert_int_eq(new->began.us, wall_after(start, 2 * DURATION_MINUTE).us);
    ck_assert_str_eq(left->showers[1].journey, "cart");
    ck_assert(left->showers[1].otherwise);
    ck_assert(!left->showers[0].otherwise && !new->showers[0].otherwise);
    stage_tear_down(&stage);
}
END_TEST

/* The last that shows it joins an incident that is known, as two that turn out to be the same. */
START_TEST(what_fails_otherwise_may_be_known)
{
    static const struct scene scenes[] = {
        SCENE(0, "browse", "here", CAUSE_NETWORK),
        SCENE(1, "browse", "here", CAUSE_NETWORK, .told = "1 opened"),
        SCENE(1, "cart", "here", VAGUE, .step = "pay"),
        SCENE(2, "cart", "here", VAGUE, .step = "pay", .told = "2 opened"),
        SCENE(3, "browse", "here", VAGUE, .step = "pay", .behind = "alive"),
        SCENE(4, "browse", "here", VAGUE, .step = "pay", .behind = "alive",
              .told = "1 changed; 2 resolved = 1"),
        SCENE(5, "browse", "here", PASSES, .told = "1 spread"),
        SCENE(6, "cart", "here", PASSES, .told = "1 resolved")};
    stage_tell_once(scenes, COUNT_OF(scenes), 0);
}
END_TEST

/* As when workers are lost one by one: what failed fails still, or nobody is excluded. */
START_TEST(a_doubt_alone_changes_nothing)
{
    static const struct scene scenes[] = {
        SCENE(0, "browse", "here", CAUSE_DATABASE, .step = "list"),
        SCENE(1, "browse", "here", CAUSE_DATABASE, .step = "list", .told = "1 opened"),
        SCENE(2, "browse", "here", CAUSE_APPLICATION, .step = "list", .behind = "alive"),
        SCENE(3, "browse", "here", CAUSE_APPLICATION, .step = "list", .behind = "alive"),
        SCENE(4, "browse", "here", CAUSE_APPLICATION, .step = "list", .behind = "alive"),
        SCENE(5, "browse", "here", CAUSE_APPLICATION, .step = "cart"),
        SCENE(6, "browse", "here", CAUSE_APPLICATION, .step = "cart"),
        SCENE(7, "browse", "here", PASSES, .told = "1 resolved")};
    stage_tell_once(scenes, COUNT_OF(scenes), 0);
}
END_TEST

/* --- coming back ------------------------------------------------------------------------------ */

START_TEST(it_is_the_same_when_it_comes_back_soon)
{
    STORY(SCENE(0, "browse", "here", CAUSE_DATABASE),
          SCENE(1, "browse", "here", CAUSE_DATABASE, .told = "1 opened"),
          SCENE(2, "browse", "here", PASSES, .told = "1 resolved"),
          SCENE(30, "browse", "here", CAUSE_DATABASE),
          SCENE(31, "browse", "here", CAUSE_DATABASE, .told = "1 reopened"),
          SCENE(32, "browse", "here", PASSES, .told = "1 resolved"),
          SCENE(62, "browse", "here", CAUSE_DATABASE),
          SCENE(63, "browse", "here", CAUSE_DATABASE, .told = "2 opened"));
}
END_TEST

START_TEST(another_fault_soon_after_is_another_incident)
{
    STORY(SCENE(0, "browse", "here", CAUSE_DATABASE),
          SCENE(1, "browse", "here", CAUSE_DATABASE, .told = "1 opened"),
          SCENE(2, "browse", "here", PASSES, .told = "1 resolved"),
          SCENE(3, "browse", "here", CAUSE_NETWORK),
          SCENE(4, "browse", "here", CAUSE_NETWORK, .told = "2 opened"));
}
END_TEST

/* A release is soon followed by three faults of one journey, and none of them can be told. */
START_TEST(a_vague_failure_of_another_step_is_another_incident)
{
    STORY(SCENE(0, "browse", "here", CAUSE_APPLICATION, .step = "pay"),
          SCENE(1, "browse", "here", CAUSE_APPLICATION, .step = "pay", .told = "1 opened"),
          SCENE(2, "browse", "here", PASSES, .told = "1 resolved"),
          SCENE(4, "browse", "here", VAGUE, .step = "list"),
          SCENE(5, "browse", "here", VAGUE, .step = "list", .told = "2 opened"),
          SCENE(6, "browse", "here", PASSES, .told = "2 resolved"),
          SCENE(8, "browse", "here", VAGUE, .step = "pay"),
          SCENE(9, "browse", "here", VAGUE, .step = "pay", .told = "1 reopened"));
}
END_TEST

/* Of whoever showed it, not of the first alone. */
START_TEST(a_vague_failure_of_another_step_brings_back_nothing)
{
    static const struct scene scenes[] = {
        SCENE(0, "browse", "here", CAUSE_APPLICATION),
        SCENE(0, "cart", "here", CAUSE_APPLICATION),
        SCENE(1, "browse", "here", CAUSE_APPLICATION, .told = "1 opened"),
        SCENE(1, "cart", "here", CAUSE_APPLICATION),
        SCENE(1.5, "browse", "here", PASSES),
        SCENE(1.5, "cart", "here", PASSES, .told = "1 resolved"),
        SCENE(2, "cart", "here", VAGUE, .step = "pay"),
        SCENE(3, "cart", "here", VAGUE, .step = "pay", .told = "2 opened"),
        SCENE(4, "cart", "here", PASSES, .told = "2 resolved"),
        SCENE(5, "cart", "here", VAGUE, .step = "pay"),
        SCENE(6, "cart", "here", VAGUE, .step = "pay", .told = "2 reopened")};
    stage_tell_once(scenes, COUNT_OF(scenes), 0);
}
END_TEST

/* It was not shown by a step that could only not be sent, which is all that a restart knows. */
START_TEST(what_could_not_look_does_not_tell_by_which_step)
{
    STORY(SCENE(0, "browse", "here", VAGUE), SCENE(1, "browse", "here", VAGUE, .told = "1 opened"),
          SCENE(1, "cart", "here", VAGUE), SCENE(2, "cart", "here", VAGUE, .told = "1 spread"),
          SCENE(3, "cart", "here", BLIND, .step = "pay"), SCENE(4, "browse", "here", PASSES),
          SCENE(4, "cart", "here", PASSES, .told = "1 resolved"), SCENE(5, "cart", "here", VAGUE),
          SCENE(6, "cart", "here", VAGUE, .told = "1 reopened"));
}
END_TEST

/* What cannot be told yet is the one that is over where the same journey showed it, and not
 * otherwise. */
START_TEST(a_vague_failure_brings_back_its_own_incident)
{
    STORY(SCENE(0, "browse", "here", CAUSE_DATABASE),
          SCENE(1, "browse", "here", CAUSE_DATABASE, .told = "1 opened"),
          SCENE(2, "browse", "here", PASSES, .told = "1 resolved"), SCENE(3, "cart", "here", VAGUE),
          SCENE(4, "cart", "here", VAGUE, .told = "2 opened"),
          SCENE(4, "cart", "here", PASSES, .told = "2 resolved"), SCENE(5, "browse", "here", VAGUE),
          SCENE(6, "browse", "here", CAUSE_DATABASE, .told = "1 reopened"));
}
END_TEST

#define FAILS_TWICE(at, then)                                                                      \
    SCENE(at, "browse", "here", CAUSE_DATABASE),                                                   \
        SCENE((at) + 1, "browse", "here", CAUSE_DATABASE, .told = (then))
#define PASSES_AT(at, then) SCENE(at, "browse", "here", PASSES, .told = (then))
#define COMES_AND_GOES                                                                             \
    FAILS_TWICE(0, "1 opened"), PASSES_AT(2, "1 resolved"), FAILS_TWICE(3, "1 reopened"),          \
        PASSES_AT(5, "1 resolved"), FAILS_TWICE(6, "1 reopened, flapping")

/* The fifth turn within the hour is the last that is told, until it is calm. */
START_TEST(what_comes_and_goes_is_told_once_and_when_it_is_over)
{
    STORY(COMES_AND_GOES, PASSES_AT(8, ""), FAILS_TWICE(9, ""), PASSES_AT(11, ""),
          FAILS_TWICE(12, ""), PASSES_AT(14, ""), PASSES_AT(20, ""), PASSES_AT(28, ""),
          PASSES_AT(29, "1 resolved"), PASSES_AT(30, ""));
}
END_TEST

START_TEST(what_comes_and_goes_may_come_to_stay)
{
    STORY(COMES_AND_GOES, PASSES_AT(8, ""), FAILS_TWICE(9, ""),
          SCENE(24, "browse", "here", CAUSE_DATABASE),
          SCENE(25, "browse", "here", CAUSE_DATABASE, .told = "1 changed"),
          SCENE(26, "browse", "here", CAUSE_DATABASE), PASSES_AT(90, "1 resolved"));
}
END_TEST

/* Turns that are more than an hour apart are none of a row. */
START_TEST(what_comes_back_now_and_then_does_not_flap)
{
    STORY(FAILS_TWICE(0, "1 opened"), PASSES_AT(20, "1 resolved"), FAILS_TWICE(40, "1 reopened"),
          PASSES_AT(60, "1 resolved"), FAILS_TWICE(80, "1 reopened"), PASSES_AT(100, "1 resolved"),
          FAILS_TWICE(120, "1 reopened"));
}
END_TEST

/* Another cause is news, also while it comes and goes. */
START_TEST(a_fault_that_flaps_may_learn_its_cause)
{
    STORY(COMES_AND_GOES,
          SCENE(8, "browse", "here", CAUSE_APPLICATION, .told = "1 changed, flapping",
                .confidence = 0.99),
          PASSES_AT(9, ""), PASSES_AT(24, "1 resolved"));
}
END_TEST

/* --- maintenance ----------------------------------------------------------------------------- */

START_TEST(nobody_hears_of_what_is_over_within_maintenance)
{
    STORY(SCENE(0, "browse", "here", CAUSE_DATABASE, .muted = true),
          SCENE(1, "browse", "here", CAUSE_DATABASE, .muted = true),
          SCENE(2, "browse", "here", CAUSE_APPLICATION, .muted = true, .confidence = 0.99),
          SCENE(3, "browse", "here", PASSES, .muted = true), SCENE(4, "browse", "here", PASSES));
}
END_TEST

/* It is confirmed anew after the window. */
START_TEST(what_outlasts_maintenance_is_told)
{
    STORY(SCENE(0, "browse", "here", CAUSE_DATABASE, .muted = true),
          SCENE(1, "browse", "here", CAUSE_DATABASE, .muted = true),
          SCENE(2, "browse", "here", CAUSE_DATABASE),
          SCENE(3, "browse", "here", CAUSE_DATABASE, .told = "1 opened"),
          SCENE(4, "browse", "here", CAUSE_DATABASE),
          SCENE(5, "browse", "here", PASSES, .told = "1 resolved"));
}
END_TEST

START_TEST(what_was_told_before_maintenance_is_over_within_it)
{
    STORY(FAILS_TWICE(0, "1 opened"),
          SCENE(2, "browse", "here", CAUSE_APPLICATION, .muted = true, .confidence = 0.99),
          SCENE(3, "browse", "here", PASSES, .told = "1 resolved", .muted = true));
}
END_TEST

START_TEST(what_comes_back_in_maintenance_is_told_after_it)
{
    STORY(FAILS_TWICE(0, "1 opened"), PASSES_AT(2, "1 resolved"),
          SCENE(3, "browse", "here", CAUSE_DATABASE, .muted = true),
          SCENE(4, "browse", "here", CAUSE_DATABASE, .muted = true),
          SCENE(5, "browse", "here", PASSES, .muted = true),
          SCENE(6, "browse", "here", CAUSE_DATABASE, .muted = true),
          SCENE(7, "browse", "here", CAUSE_DATABASE, .muted = true),
          SCENE(8, "browse", "here", CAUSE_DATABASE),
          SCENE(9, "browse", "here", CAUSE_DATABASE, .told = "1 reopened"),
          PASSES_AT(10, "1 resolved"));
}
END_TEST

/* Only a part of the shop is worked on. */
START_TEST(a_journey_outside_maintenance_tells_of_it)
{
    STORY(SCENE(0, "browse", "here", CAUSE_DATABASE, .muted = true),
          SCENE(1, "browse", "here", CAUSE_DATABASE, .muted = true),
          SCENE(1, "cart", "here", CAUSE_DATABASE),
          SCENE(2, "cart", "here", CAUSE_DATABASE, .told = "1 opened"),
          SCENE(3, "cart", "here", PASSES),
          SCENE(3, "browse", "here", PASSES, .told = "1 resolved", .muted = true));
}
END_TEST

/* --- quorum ---------------------------------------------------------------------------------- */

START_TEST(quorum_is_half_of_those_that_see)
{
    static const struct scene three[] = {
        SCENE(0, "browse", "a", PASSES),
        SCENE(0, "browse", "b", PASSES),
        SCENE(0, "browse", "c", PASSES),
        SCENE(1, "browse", "a", CAUSE_NETWORK),
        SCENE(2, "browse", "a", CAUSE_NETWORK),
        SCENE(3, "browse", "a", CAUSE_NETWORK),
        SCENE(3, "browse", "b", CAUSE_NETWORK),
        SCENE(4, "browse", "b", CAUSE_NETWORK, .told = "1 opened"),
        SCENE(5, "browse", "a", PASSES),
        SCENE(5, "browse", "b", PASSES, .told = "1 resolved"),
    };
    static const struct scene two_blind[] = {
        SCENE(0, "browse", "a", PASSES),
        SCENE(0, "browse", "b", BLIND),
        SCENE(0, "browse", "c", BLIND),
        SCENE(1, "browse", "a", CAUSE_NETWORK),
        SCENE(2, "browse", "a", CAUSE_NETWORK, .told = "1 opened"),
    };
    static const struct scene all[] = {
        SCENE(0, "browse", "a", CAUSE_NETWORK),
        SCENE(0, "browse", "b", CAUSE_NETWORK),
        SCENE(1, "browse", "a", CAUSE_NETWORK),
        SCENE(1, "browse", "b", CAUSE_NETWORK),
        SCENE(1, "browse", "c", CAUSE_NETWORK),
        SCENE(2, "browse", "c", CAUSE_NETWORK, .told = "1 opened"),
    };
    stage_tell_once(three, COUNT_OF(three), 0);
    stage_tell_once(two_blind, COUNT_OF(two_blind), 0);
    stage_tell_once(all, COUNT_OF(all), 3);
}
END_TEST

/* After a restart the first to fail is not taken for all. */
START_TEST(a_restart_does_not_make_one_vantage_point_a_quorum)
{
    STORY(SCENE(0, "browse", "a", PASSES), SCENE(0, "browse", "b", PASSES),
          SCENE(0, "browse", "c", PASSES), SCENE(1, "browse", "a", CAUSE_NETWORK),
          SCENE(2, "browse", "a", CAUSE_NETWORK), SCENE(3, "browse", "a", CAUSE_NETWORK));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("incident");
    TCase *stories = tcase_create("stories");
    tcase_add_test(stories, opens_after_two_slots_and_ends_with_the_last_journey);
    tcase_add_test(stories, further_journeys_are_told_once_a_minute);
    tcase_add_test(stories, a_further_journey_is_told_though_the_cause_was);
    tcase_add_test(stories, one_failed_slot_between_good_ones_is_no_incident);
    tcase_add_test(stories, a_slot_that_could_not_look_neither_adds_nor_ends);
    tcase_add_test(stories, a_vague_incident_learns_its_cause);
    tcase_add_test(stories, a_sure_incident_keeps_its_cause);
    tcase_add_test(stories, a_surer_verdict_of_another_cause_is_told_once);
    tcase_add_test(stories, two_faults_at_once_are_two_incidents);
    tcase_add_test(stories, a_part_of_a_component_is_of_its_incident);
    tcase_add_test(stories, two_that_turn_out_to_be_the_same_become_the_older);
    tcase_add_test(stories, the_older_learns_from_the_younger);
    tcase_add_test(stories, a_journey_moves_to_the_incident_that_it_shows);
    tcase_add_test(stories, an_incident_becomes_what_fails_now);
    tcase_add_test(stories, all_that_show_it_must_fail_otherwise);
    tcase_add_test(stories, what_is_answered_is_not_the_way_any_more);
    tcase_add_test(stories, what_is_not_even_connected_has_come_no_farther);
    tcase_add_test(stories, one_that_fails_otherwise_leaves_the_others);
    tcase_add_test(stories, what_fails_otherwise_may_be_known);
    tcase_add_test(stories, a_doubt_alone_changes_nothing);
    tcase_add_test(stories, it_is_the_same_when_it_comes_back_soon);
    tcase_add_test(stories, another_fault_soon_after_is_another_incident);
    tcase_add_test(stories, a_vague_failure_of_another_step_is_another_incident);
    tcase_add_test(stories, a_vague_failure_of_another_step_brings_back_nothing);
    tcase_add_test(stories, what_could_not_look_does_not_tell_by_which_step);
    tcase_add_test(stories, a_vague_failure_brings_back_its_own_incident);
    tcase_add_test(stories, what_comes_and_goes_is_told_once_and_when_it_is_over);
    tcase_add_test(stories, what_comes_and_goes_may_come_to_stay);
    tcase_add_test(stories, what_comes_back_now_and_then_does_not_flap);
    tcase_add_test(stories, a_fault_that_flaps_may_learn_its_cause);
    tcase_add_test(stories, nobody_hears_of_what_is_over_within_maintenance);
    tcase_add_test(stories, what_outlasts_maintenance_is_told);
    tcase_add_test(stories, what_was_told_before_maintenance_is_over_within_it);
    tcase_add_test(stories, what_comes_back_in_maintenance_is_told_after_it);
    tcase_add_test(stories, a_journey_outside_maintenance_tells_of_it);
    tcase_add_test(stories, quorum_is_half_of_those_that_see);
    tcase_add_test(stories, a_restart_does_not_make_one_vantage_point_a_quorum);
    suite_add_tcase(suite, stories);
    return suite;
}
