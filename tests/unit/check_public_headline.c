/* SPDX-License-Identifier: MIT */
/* reporters/: what everybody is told first, and that no card says otherwise. */
#include "tests/unit/public_situation.h"

#include <stdio.h>
#include <string.h>

struct headline_case {
    const char *cells, *shown; /* shown: of an incident that is open; NULL: none is */
    enum state look;
    const char *sentence, *detail;
};

static void open_case(struct situation *situation, const struct headline_case *it)
{
    situation_open(situation, it->cells);
    if (it->shown != NULL)
        situation_add_incident(situation, it->shown);
}

static void check_headline(struct situation *situation, const struct headline_case *it)
{
    struct public_headline headline;
    public_judge(&situation->view);
    public_headline(&situation->view, &headline);
    ck_assert_str_eq(headline.sentence, it->sentence);
    ck_assert_str_eq(headline.detail, it->detail);
    ck_assert_int_eq(headline.look, it->look);
}

static const struct headline_case headline_cases[] = {
    {"pp pp pp", NULL, STATE_PASSED, "Everything works",
     "Our test customer tries 3 things here, day and night, from 2 places. All of them work."},
    {"pp ff pp", "1a 1n", STATE_FAILED, "Guest checkout is failing since 13:55 UTC",
     "We are looking into it. Everything else works."},
    {"pp pf pp", "1n", STATE_FAILED, "Guest checkout is failing from New York since 13:55 UTC",
     "We are looking into it. Everything else works."},
    {"ff ff pp", "0a 0n 1a 1n", STATE_FAILED,
     "Browse and guest checkout are failing since 13:55 UTC",
     "We are looking into it. Everything else works."},
    {"pf ff pp", "0n 1a 1n", STATE_FAILED, "Guest checkout and browse are failing since 13:55 UTC",
     "We are looking into it. Everything else works."},
    {"pp ff pf", "1a 1n", STATE_FAILED, "Guest checkout is failing since 13:55 UTC",
     "We are looking into it. 1 other failed just now. Everything else works."},
    {"ff ff ff", "0a 0n 1a 1n 2a 2n", STATE_FAILED, "Everything is failing since 13:55 UTC",
     "We are looking into it."},
    {"pp pf pp", NULL, STATE_DEGRADED, "Guest checkout failed just now",
     "We are checking whether it lasts. Everything else works."},
    {"uu pf pp", NULL, STATE_DEGRADED, "Guest checkout failed just now",
     "We are checking whether it lasts. Of 1 other we cannot tell."},
    {"uu ff uu", "1a 1n", STATE_FAILED, "Guest checkout is failing since 13:55 UTC",
     "We are looking into it. Of 2 others we cannot tell."},
    {"pp pp pp", "1n", STATE_DEGRADED, "Guest checkout works again",
     "We go on watching before we call it over. Everything else works."},
    {"pp pp pp", "1A 1N", STATE_DEGRADED, "Guest checkout works again",
     "We go on watching before we call it over. Everything else works."},
    {"pp pf pp", "0A 1n", STATE_FAILED, "Guest checkout is failing from New York since 13:55 UTC",
     "We are looking into it. Everything else works."},
    {"pp dd pp", NULL, STATE_DEGRADED, "Guest checkout is slow",
     "It works, but takes longer than it should. Everything else works."},
    {"dd dd dd", NULL, STATE_DEGRADED, "Everything works, but slowly", ""},
    {"pp pd pp", NULL, STATE_PASSED, "Everything works",
     "Our test customer tries 3 things here, day and night, from 2 places. All of them work."},
    {"pp uu pp", NULL, STATE_UNKNOWN, "We cannot tell whether guest checkout works",
     "Everything else works."},
    {"pp pu pp", NULL, STATE_PASSED, "Everything works",
     "Our test customer tries 3 things here, day and night, from 2 places. All of them work."},
    {"pu pu pu", NULL, STATE_PASSED, "Everything works",
     "Our test customer tries 3 things here, day and night, from 2 places. All of them work, as "
     "far as 1 of the places can tell."},
    {"uu uu uu", NULL, STATE_UNKNOWN, "We cannot tell right now",
     "Our test customer was last heard of at 14:06 UTC. What you see below is from then."},
    {"pp -- pp", NULL, STATE_UNKNOWN, "We have not tried guest checkout yet",
     "Everything else works."},
    {"pp -- u-", NULL, STATE_UNKNOWN, "We cannot tell whether guest checkout and search work",
     "Everything else works."},
    {"-- -- --", NULL, STATE_UNKNOWN, "We cannot tell yet",
     "Our test customer has just set out. This page fills as soon as it has tried everything "
     "once."},
    {"", NULL, STATE_UNKNOWN, "We cannot tell yet",
     "Our test customer has just set out. This page fills as soon as it has tried everything "
     "once."},
};

START_TEST(the_headline_says_what_everybody_may_know)
{
    struct situation situation;
    open_case(&situation, &headline_cases[_i]);
    check_headline(&situation, &headline_cases[_i]);
    situation_close(&situation);
}
END_TEST

/* Browse has been in trouble for an hour and works again; that says nothing of the checkout. */
START_TEST(what_fails_is_told_by_its_own_incident)
{
    struct situation situation;
    struct public_headline headline;
    situation_open(&situation, "pp ff pp");
    situation.view.causes = true;
    situation_add_incident(&situation, "1a 1n");
    struct incident *other = situation_add_incident(&situation, "0a 0n");
    other->began = wall_after(situation_now, -DURATION_HOUR);
    other->verdict.cause = CAUSE_NETWORK;
    other->verdict.component = NULL;
    public_judge(&situation.view);
    public_headline(&situation.view, &headline);
    ck_assert_str_eq(headline.sentence, "Guest checkout is failing since 13:55 UTC");
    ck_assert_str_eq(headline.detail, "We are looking into it. The cause is the database (Shop "
                                      "database, orders).");
    situation_close(&situation);
}
END_TEST

START_TEST(what_is_old_proves_nothing)
{
    struct situation situation;
    struct public_headline headline;
    situation_open(&situation, "pp pp pp");
    situation.view.now = wall_after(situation_now, 3 * DURATION_MINUTE);
    public_judge(&situation.view);
    ck_assert_int_eq(situation.view.journeys[0].state, PUBLIC_WORKING);
    situation.view.now = wall_after(situation_now, 5 * DURATION_MINUTE);
    public_judge(&situation.view);
    public_headline(&situation.view, &headline);
    ck_assert_str_eq(headline.sentence, "We cannot tell right now");
    situation_close(&situation);
}
END_TEST

static const char *const maintained[] = {"guest checkout"};
static const struct maintenance upkeep = {.id = "w",
                                          .title = "A new payment provider",
                                          .start = {1795442820000000 - DURATION_HOUR},
                                          .end = {1795442820000000 + DURATION_HOUR},
                                          .journeys = (const char **)maintained,
                                          .journey_count = 1};

static void add_maintenance(struct situation *situation)
{
    struct public_view *view = &situation->view;
    arena_grow(situation->arena, view->windows, view->window_count);
    ck_assert(public_window_at(&upkeep, situation_now, &view->windows[view->window_count++]));
}

static const struct headline_case maintenance_cases[] = {
    {"pp ff pp", NULL, STATE_SKIPPED, "Planned maintenance until 15:07 UTC",
     "A new payment provider. Everything else works."},
    {"pp ff pp", "1a 1n", STATE_FAILED, "Guest checkout is failing since 13:55 UTC",
     "We are looking into it. Everything else works."},
    {"pp uu pp", "1a 1n", STATE_SKIPPED, "Planned maintenance until 15:07 UTC",
     "A new payment provider. Everything else works."},
    {"ff ff pp", "0a 0n", STATE_FAILED, "Browse is failing since 13:55 UTC",
     "We are looking into it."},
    {"pf pp pp", NULL, STATE_DEGRADED, "Browse failed just now",
     "We are checking whether it lasts."},
};

START_TEST(maintenance_is_said_before_what_fails_in_it)
{
    struct situation situation;
    struct public_window over;
    open_case(&situation, &maintenance_cases[_i]);
    add_maintenance(&situation);
    check_headline(&situation, &maintenance_cases[_i]);
    ck_assert(!public_window_at(&upkeep, upkeep.end, &over));
    situation_close(&situation);
}
END_TEST

/* The rule in public.h, of one situation. */
static void check_agreement(const struct public_view *view, const char *situation)
{
    struct public_headline headline;
    public_headline(view, &headline);
    bool red = headline.look == STATE_FAILED, found = false;
    for (size_t i = 0; i < view->journey_count; i++) {
        const struct public_journey *journey = &view->journeys[i];
        bool fails = public_state_look(journey->state) == STATE_FAILED, seen = false;
        found |= fails;
        ck_assert_msg(journey->state <= headline.worst, "%s: %s", situation, headline.sentence);
        for (size_t j = 0; j < journey->cell_count; j++)
            seen |= public_cell_state(journey, &journey->cells[j]) == PUBLIC_FAILING;
        ck_assert_msg(seen == fails, "%s: a card and its cells", situation);
    }
    ck_assert_msg(found == red, "%s: %s", situation, headline.sentence);
    for (size_t i = 0; i < view->incident_count; i++) {
        enum public_state state = public_incident_state(view, &view->incidents[i]);
        ck_assert_msg(state <= headline.worst, "%s: an incident under `%s`", situation,
                      headline.sentence);
        ck_assert_msg(headline.worst != PUBLIC_WORKING, "%s: `%s` over an incident", situation,
                      headline.sentence);
    }
}

/* Browse and the checkout in every state, with and without incidents and maintenance. */
START_TEST(nothing_is_red_under_a_headline_that_is_not)
{
    static const char letters[] = "pdfu-";
    static const char *const shown[] = {NULL, "1a", "1a 1n", "1A 1n", "1A 1N", "0a 1n", "0A 1N"};
    enum { EACH = sizeof letters - 1 };
    for (int n = 0; n < EACH * EACH * EACH * EACH; n++)
        for (size_t i = 0; i < COUNT_OF(shown) * 2; i++) {
            struct situation situation;
            char text[80], cells[] = {letters[n % EACH],
                                      letters[n / EACH % EACH],
                                      ' ',
                                      letters[n / EACH / EACH % EACH],
                                      letters[n / EACH / EACH / EACH],
                                      '\0'};
            situation_open(&situation, cells);
            if (shown[i / 2] != NULL)
                situation_add_incident(&situation, shown[i / 2]);
            if (i % 2 > 0)
                add_maintenance(&situation);
            public_judge(&situation.view);
            snprintf(text, sizeof text, "%s, incident %s%s", cells,
                     shown[i / 2] != NULL ? shown[i / 2] : "none", i % 2 > 0 ? ", upkeep" : "");
            check_agreement(&situation.view, text);
            situation_close(&situation);
        }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("public headline");
    TCase *words = tcase_create("words");
    tcase_add_loop_test(words, the_headline_says_what_everybody_may_know, 0,
                        COUNT_OF(headline_cases));
    tcase_add_test(words, what_fails_is_told_by_its_own_incident);
    tcase_add_test(words, what_is_old_proves_nothing);
    tcase_add_loop_test(words, maintenance_is_said_before_what_fails_in_it, 0,
                        COUNT_OF(maintenance_cases));
    tcase_add_test(words, nothing_is_red_under_a_headline_that_is_not);
    suite_add_tcase(suite, words);
    return suite;
}
