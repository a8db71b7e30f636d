/* SPDX-License-Identifier: MIT */
/*
 * Stories of many runs, and what the last of them must be called. A line is a run:
 *
 *   SECOND VANTAGE JOURNEY: STEP, STEP, STEP FAILURE
 *
 * Its last step fails as FAILURE says; without one all steps pass. The steps take a second
 * together; between two of them `wait` is a second more. The vantage point `afar` comes to another
 * address of the shop's. In place of steps, `overlap` is a slot
 * that ends as the run before did, and `held` one that was held back. `; ill CHECK COMPONENT` and
 * `; well CHECK COMPONENT` behind it are what a database said that was asked directly; `locked`,
 * `stopped` and `outside` (by whom) and `corrupt` say how it is ill. `SECOND did TEXT` is a
 * deploy, `SECOND did note TEXT` another event; long before, the second is below zero. A run whose
 * last step `waits` is under way when the last one ends. What they need is in step_kinds, how one
 * can fail in failures. For check_stories.c and
 * check_stories_onset.c.
 */
#ifndef TESTS_UNIT_STORY_H
#define TESTS_UNIT_STORY_H

struct story {
    const char *name;
    /* `CAUSE COMPONENT`, - for none; with a ? behind it, it may only be probable; with a ! it must
     * be asserted, with a ~ it must not; `exposed`: the shop has no front door; `prone`: its
     * database fails often; `with CODE` and `without CODE`: a fact it must be made of, or must
     * not; `doubting WORD`: in what is not excluded. The cause ? may be any. */
    const char *verdict;
    const char *runs;
};

/* Fails the test where it is not. */
void story_is_called_what_it_is(const struct story *story);

/* The same of a shop that answers each 500 of it with status 200, and reports the error in the
 * answer. */
void story_is_the_same_under_a_good_status(const struct story *story);

#endif
