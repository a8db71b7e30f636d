/* SPDX-License-Identifier: MIT */
/* diagnose/: what an incident learns from journeys that do not show it. Stories, as in
 * check_incident.c. */
#include "tests/unit/incident_stage.h"

/* It fails for the first time, and need not fail twice: that something fails is known. */
START_TEST(an_unsure_incident_learns_from_another_journey_at_once)
{
    STORY(SCENE(0, "checkout", "here", CAUSE_APPLICATION, .confidence = 0.7, .database = 0.2),
          SCENE(1, "checkout", "here", CAUSE_APPLICATION, .told = "1 opened", .confidence = 0.7,
                .database = 0.2),
          SCENE(1.5, "browse", "here", CAUSE_DATABASE, .told = "1 changed"),
          SCENE(2, "checkout", "here", CAUSE_APPLICATION, .confidence = 0.7, .database = 0.2),
          SCENE(2.5, "browse", "here", CAUSE_DATABASE, .told = "1 spread"),
          SCENE(3, "checkout", "here", PASSES),
          SCENE(3, "browse", "here", PASSES, .told = "1 resolved"));
}
END_TEST

/* Also where that passes again: a blip of the workers that are lost one by one. */
START_TEST(a_vague_incident_learns_from_another_journey_at_once)
{
    STORY(SCENE(0, "checkout", "here", VAGUE),
          SCENE(1, "checkout", "here", VAGUE, .told = "1 opened"),
          SCENE(1.5, "browse", "here", CAUSE_DATABASE, .told = "1 changed"),
          SCENE(2, "browse", "here", PASSES),
          SCENE(2, "checkout", "here", PASSES, .told = "1 resolved"));
}
END_TEST

/* Of three places two must be sure, and of the same, and none may fail and doubt it. */
START_TEST(a_quorum_must_be_sure_of_what_another_journey_knows)
{
    STORY(SCENE(0, "browse", "here", PASSES), SCENE(0, "browse", "there", PASSES),
          SCENE(0, "browse", "yonder", PASSES), SCENE(0, "checkout", "here", VAGUE),
          SCENE(1, "checkout", "here", VAGUE, .told = "1 opened"),
          SCENE(1.5, "browse", "here", CAUSE_DATABASE),
          SCENE(1.5, "browse", "there", CAUSE_APPLICATION),
          SCENE(1.5, "browse", "yonder", CAUSE_DATABASE, .confidence = 0.8),
          SCENE(2, "checkout", "here", VAGUE), SCENE(2.1, "browse", "here", PASSES),
          SCENE(2.1, "browse", "there", PASSES), SCENE(2.1, "browse", "yonder", PASSES),
          SCENE(3, "browse", "here", CAUSE_DATABASE),
          SCENE(3, "browse", "there", CAUSE_DATABASE, .told = "1 changed"));
}
END_TEST

/* What it asserts already is as hard to turn as ever, and what it excludes, it does not become. */
START_TEST(another_journey_that_fails_once_turns_no_incident_that_is_sure)
{
    STORY(SCENE(0, "checkout", "here", CAUSE_APPLICATION, .confidence = 0.86, .database = 0.1),
          SCENE(1, "checkout", "here", CAUSE_APPLICATION, .told = "1 opened", .confidence = 0.86,
                .database = 0.1),
          SCENE(1.5, "browse", "here", CAUSE_DATABASE, .confidence = 0.98),
          SCENE(2, "browse", "here", CAUSE_DATABASE, .told = "2 opened", .confidence = 0.98));
    STORY(SCENE(0, "checkout", "here", CAUSE_APPLICATION, .confidence = 0.8, .database = 0.04),
          SCENE(1, "checkout", "here", CAUSE_APPLICATION, .told = "1 opened", .confidence = 0.8,
                .database = 0.04),
          SCENE(1.5, "browse", "here", CAUSE_DATABASE, .confidence = 0.98),
          SCENE(2, "browse", "here", CAUSE_DATABASE, .told = "2 opened", .confidence = 0.98));
    STORY(SCENE(0, "checkout", "here", VAGUE),
          SCENE(1, "checkout", "here", VAGUE, .told = "1 opened"),
          SCENE(1.5, "browse", "here", CAUSE_THIRD_PARTY, .confidence = 0.98),
          SCENE(2, "browse", "here", CAUSE_THIRD_PARTY, .told = "2 opened", .confidence = 0.98));
}
END_TEST

/* Nor one that began long before, nor one of two that may be meant. */
START_TEST(another_journey_teaches_only_the_incident_that_it_must_mean)
{
    STORY(SCENE(0, "checkout", "here", VAGUE),
          SCENE(1, "checkout", "here", VAGUE, .told = "1 opened"),
          SCENE(30, "browse", "here", CAUSE_DATABASE),
          SCENE(30.5, "browse", "here", CAUSE_DATABASE, .told = "1 changed"));
    STORY(SCENE(0, "checkout", "here", CAUSE_APPLICATION, .confidence = 0.7, .database = 0.2),
          SCENE(0, "pay", "here", CAUSE_THIRD_PARTY, .confidence = 0.7, .database = 0.2),
          SCENE(1, "checkout", "here", CAUSE_APPLICATION, .told = "1 opened", .confidence = 0.7,
                .database = 0.2),
          SCENE(1, "pay", "here", CAUSE_THIRD_PARTY, .told = "2 opened", .confidence = 0.7,
                .database = 0.2),
          SCENE(1.5, "browse", "here", CAUSE_DATABASE),
          SCENE(2, "browse", "here", CAUSE_DATABASE, .told = "3 opened"));
}
END_TEST

/* What was known a moment before it opened need not be told of as a change. */
START_TEST(an_incident_opens_with_what_another_journey_is_sure_of)
{
    STORY(SCENE(0, "checkout", "here", VAGUE), SCENE(0.5, "browse", "here", CAUSE_DATABASE),
          SCENE(1, "checkout", "here", VAGUE, .told = "1 opened"),
          SCENE(1.5, "browse", "here", CAUSE_DATABASE), SCENE(1.7, "checkout", "here", VAGUE),
          SCENE(2.5, "browse", "here", CAUSE_DATABASE, .told = "1 spread"),
          SCENE(3, "checkout", "here", PASSES),
          SCENE(3, "browse", "here", PASSES, .told = "1 resolved"));
}
END_TEST

/* Not where one of its vantage points says otherwise, nor where two journeys do, nor what has
 * passed since. */
START_TEST(an_incident_opens_with_no_verdict_that_others_doubt)
{
    STORY(SCENE(0, "browse", "here", CAUSE_DATABASE), SCENE(0, "browse", "there", VAGUE),
          SCENE(0, "checkout", "here", VAGUE),
          SCENE(1, "checkout", "here", VAGUE, .told = "1 opened"),
          SCENE(1, "browse", "here", CAUSE_DATABASE, .told = "1 changed"));
    STORY(SCENE(0, "browse", "here", CAUSE_DATABASE), SCENE(0, "pay", "here", CAUSE_APPLICATION),
          SCENE(0, "checkout", "here", VAGUE),
          SCENE(1, "checkout", "here", VAGUE, .told = "1 opened"),
          SCENE(1, "browse", "here", CAUSE_DATABASE, .told = "1 changed"));
    STORY(SCENE(0, "checkout", "here", VAGUE), SCENE(0, "browse", "here", CAUSE_DATABASE),
          SCENE(0.5, "browse", "here", PASSES),
          SCENE(1, "checkout", "here", VAGUE, .told = "1 opened"),
          SCENE(2, "checkout", "here", CAUSE_DATABASE, .told = "1 changed"));
}
END_TEST

/* That one is the other incident's. */
START_TEST(an_incident_does_not_open_with_the_verdict_of_another)
{
    STORY(SCENE(0, "browse", "here", CAUSE_DATABASE),
          SCENE(1, "browse", "here", CAUSE_DATABASE, .told = "1 opened"),
          SCENE(1, "orders", "here", CAUSE_DATABASE),
          SCENE(1, "pay", "here", CAUSE_THIRD_PARTY, .confidence = 0.7, .database = 0.2),
          SCENE(1.5, "pay", "here", CAUSE_THIRD_PARTY, .told = "2 opened", .confidence = 0.7,
                .database = 0.2),
          SCENE(2.5, "pay", "here", CAUSE_THIRD_PARTY, .told = "2 changed", .confidence = 0.9));
}
END_TEST

#define OPENS_BESIDE(needed, then)                                                                 \
    STORY(                                                                                         \
        SCENE(0, "browse", "here", CAUSE_DATABASE, .component = "db.catalogue"),                   \
        SCENE(0.5, "checkout", "here", VAGUE, .needs = (needed)),                                  \
        SCENE(1, "checkout", "here", VAGUE, .told = "1 opened", .needs = (needed)),                \
        SCENE(1.2, "browse", "here", CAUSE_DATABASE, .told = (then), .component = "db.catalogue"))

/* What fails in a part of a database that its step does not need is another's failure, until both
 * are confirmed. */
START_TEST(an_incident_opens_with_no_part_that_its_step_does_not_need)
{
    OPENS_BESIDE("db.catalogue", "");
    OPENS_BESIDE("db", "");
    OPENS_BESIDE("web", "");
    OPENS_BESIDE("db.orders", "1 changed");
    OPENS_BESIDE("db.cat", "1 changed");
}
END_TEST

/* Who hesitates as those did that opened it has no other trouble than they. */
START_TEST(an_incident_that_learned_is_shown_by_who_is_unsure_as_it_was)
{
    static const struct scene scenes[] = {
        SCENE(0, "checkout", "here", CAUSE_APPLICATION, .confidence = 0.7, .database = 0.2),
        SCENE(1, "checkout", "here", CAUSE_APPLICATION, .told = "1 opened", .confidence = 0.7,
              .database = 0.2),
        SCENE(1.5, "browse", "here", CAUSE_DATABASE, .told = "1 changed"),
        SCENE(1.6, "orders", "here", CAUSE_APPLICATION, .confidence = 0.7, .database = 0.2),
        SCENE(2, "orders", "here", CAUSE_APPLICATION, .confidence = 0.7, .database = 0.2),
        SCENE(2.1, "pay", "here", CAUSE_APPLICATION),
        SCENE(2.4, "pay", "here", CAUSE_APPLICATION, .told = "2 opened"),
        SCENE(3, "browse", "here", PASSES, .told = "1 spread"),
        SCENE(3, "orders", "here", PASSES),
        SCENE(3, "checkout", "here", PASSES, .told = "1 resolved")};
    stage_tell_once(scenes, COUNT_OF(scenes), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("incident_learn");
    TCase *stories = tcase_create("stories");
    tcase_add_test(stories, an_unsure_incident_learns_from_another_journey_at_once);
    tcase_add_test(stories, a_vague_incident_learns_from_another_journey_at_once);
    tcase_add_test(stories, a_quorum_must_be_sure_of_what_another_journey_knows);
    tcase_add_test(stories, another_journey_that_fails_once_turns_no_incident_that_is_sure);
    tcase_add_test(stories, another_journey_teaches_only_the_incident_that_it_must_mean);
    tcase_add_test(stories, an_incident_opens_with_what_another_journey_is_sure_of);
    tcase_add_test(stories, an_incident_opens_with_no_verdict_that_others_doubt);
    tcase_add_test(stories, an_incident_does_not_open_with_the_verdict_of_another);
    tcase_add_test(stories, an_incident_opens_with_no_part_that_its_step_does_not_need);
    tcase_add_test(stories, an_incident_that_learned_is_shown_by_who_is_unsure_as_it_was);
    suite_add_tcase(suite, stories);
    return suite;
}
