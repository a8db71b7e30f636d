/* SPDX-License-Identifier: MIT */
/* diagnose/: what is found on the way to the shop, asked apart or by the time that it takes, and
 * the fact that it is. */
#include "tests/unit/lone_run.h"

#include <string.h>

static const struct {
    enum symptom symptom;
    const char *ip; /* that the run spoke to; NULL: none */
    struct finding findings[3];
    const char *code, *text; /* of the evidence; code NULL: there is none of the way */
} cases[] = {
    {SYMPTOM_TCP_TIMED_OUT,
     NULL,
     {{.kind = FINDING_ADDRESS, .ip = "192.0.2.1", .symptom = SYMPTOM_TCP_TIMED_OUT},
      {.kind = FINDING_ADDRESS, .ip = "192.0.2.2", .reached = true, .status = 200}},
     "probe.address_lost",
     "192.0.2.1"},
    /* Which is not the one that the run met. */
    {SYMPTOM_HTTP_TIMEOUT_TTFB,
     "192.0.2.2",
     {{.kind = FINDING_ADDRESS, .ip = "192.0.2.1", .symptom = SYMPTOM_TCP_TIMED_OUT},
      {.kind = FINDING_ADDRESS, .ip = "192.0.2.2", .reached = true, .status = 200}},
     NULL,
     NULL},
    {SYMPTOM_TCP_TIMED_OUT,
     NULL,
     {{.kind = FINDING_ADDRESS, .ip = "192.0.2.1", .reached = true, .status = 200},
      {.kind = FINDING_ADDRESS, .ip = "2001:db8::1", .symptom = SYMPTOM_TCP_ADDRESS_UNREACHABLE}},
     "probe.family_lost",
     "IPv6"},
    {SYMPTOM_NONE,
     "192.0.2.1",
     {{.kind = FINDING_ADDRESS, .ip = "192.0.2.1", .reached = true, .status = 500},
      {.kind = FINDING_ADDRESS, .ip = "192.0.2.2", .reached = true, .status = 200}},
     "probe.address_fails",
     "192.0.2.1"},
    {SYMPTOM_TCP_TIMED_OUT,
     NULL,
     {{.kind = FINDING_ADDRESS, .ip = "192.0.2.1", .symptom = SYMPTOM_TCP_TIMED_OUT},
      {.kind = FINDING_ADDRESS, .ip = "192.0.2.2", .symptom = SYMPTOM_TCP_TIMED_OUT}},
     NULL,
     NULL},
    {SYMPTOM_DNS_UNREACHABLE,
     NULL,
     {{.kind = FINDING_RESOLVER, .ip = "192.0.2.53", .reached = true}},
     "probe.resolver_silent_here",
     "192.0.2.53"},
    {SYMPTOM_DNS_NAME_NOT_RESOLVED,
     NULL,
     {{.kind = FINDING_RESOLVER, .ip = "192.0.2.53", .symptom = SYMPTOM_DNS_UNREACHABLE},
      {.kind = FINDING_RESOLVER, .ip = "192.0.2.54", .reached = true}},
     "probe.resolver_knows",
     "192.0.2.54"},
    {SYMPTOM_DNS_NAME_NOT_RESOLVED,
     NULL,
     {{.kind = FINDING_RESOLVER,
       .ip = "192.0.2.53",
       .reached = true,
       .symptom = SYMPTOM_DNS_NAME_NOT_RESOLVED}},
     "probe.resolver_agrees",
     "192.0.2.53"},
    {SYMPTOM_TCP_TIMED_OUT,
     NULL,
     {{.kind = FINDING_PATH, .ip = "192.0.2.9", .hops = 3}},
     "probe.path_ends",
     "192.0.2.9 (hop 3)"},
    {SYMPTOM_TCP_TIMED_OUT, NULL, {{.kind = FINDING_PATH}}, "probe.path_silent", "Nobody"},
    {SYMPTOM_TCP_TIMED_OUT,
     NULL,
     {{.kind = FINDING_PATH, .hops = 3, .reached = true}},
     "probe.path_arrives",
     "arrives"},
    {SYMPTOM_TCP_RESET,
     "192.0.2.1",
     {{.kind = FINDING_AGAIN, .target = "https://shop.test/home", .reached = true, .status = 200}},
     "probe.again_answers",
     "by chance"},
    {SYMPTOM_TCP_RESET,
     "192.0.2.1",
     {{.kind = FINDING_AGAIN,
       .target = "https://shop.test/home",
       .reached = true,
       .symptom = SYMPTOM_TCP_CLOSED}},
     "probe.again_breaks",
     "breaks off again"},
    /* Another run's page. */
    {SYMPTOM_TCP_RESET,
     "192.0.2.1",
     {{.kind = FINDING_AGAIN, .target = "https://shop.test/cart", .reached = true, .status = 200}},
     NULL,
     NULL},
};

START_TEST(what_is_found_on_the_way_is_a_fact)
{
    static const char *const codes[] = {"probe.address", "probe.family", "probe.resolver",
                                        "probe.path", "probe.again"};
    struct lone_run lone;
    lone_run_open(&lone, "web");
    lone.step->symptom = lone.exchange->symptom = cases[_i].symptom;
    lone.exchange->url = "https://shop.test/home";
    lone.exchange->ip = cases[_i].ip;
    lone.exchange->status = cases[_i].symptom == SYMPTOM_NONE ? 500 : 0;
    for (size_t i = 0; i < COUNT_OF(cases[_i].findings); i++) {
        struct finding finding = cases[_i].findings[i];
        if (finding.target == NULL)
            finding.target = "https://shop.test/";
        if (finding.kind != FINDING_REFERENCE)
            run_add_finding(lone.run, &finding);
    }
    const struct evidence *found = lone_run_judge(&lone, NULL, codes, COUNT_OF(codes));
    ck_assert_pstr_eq(found != NULL ? found->fact : NULL, cases[_i].code);
    if (found != NULL)
        ck_assert_msg(strstr(found->text, cases[_i].text) != NULL, "%s", found->text);
    lone_run_close(&lone);
}
END_TEST

/* --- how long a connection takes to be made --------------------------------------------------- */

static const struct {
    duration before, now; /* in milliseconds */
    unsigned retransmits;
    bool is_late;
} connect_cases[] = {
    {2, 150, 0, true},
    {2, 90, 0, false},   /* not for long */
    {20, 150, 0, false}, /* nor by many times */
    {2, 150, 1, false},  /* a packet was lost on it */
};

START_TEST(a_way_that_has_become_long_is_a_fact)
{
    static const char *const codes[] = {"transport.path_late"};
    struct lone_run lone;
    lone_run_open(&lone, "web");
    struct run *before = run_create("browse", "here", (struct wall_time){0});
    struct run_step *step = run_add_step(before, "home");
    before->state = step->state = STATE_PASSED;
    run_add_exchange(before, step)->phases[PHASE_CONNECT] =
        connect_cases[_i].before * DURATION_MILLISECOND;
    history_add(lone.history, before);
    lone.step->symptom = lone.exchange->symptom = SYMPTOM_HTTP_TIMEOUT_TTFB;
    lone.exchange->phases[PHASE_CONNECT] = connect_cases[_i].now * DURATION_MILLISECOND;
    lone.exchange->tcp.total_retransmits = connect_cases[_i].retransmits;
    const struct evidence *found = lone_run_judge(&lone, NULL, codes, COUNT_OF(codes));
    ck_assert_int_eq(found != NULL, connect_cases[_i].is_late);
    run_free(before);
    lone_run_close(&lone);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("way");
    TCase *tests = tcase_create("way");
    tcase_add_loop_test(tests, what_is_found_on_the_way_is_a_fact, 0, COUNT_OF(cases));
    tcase_add_loop_test(tests, a_way_that_has_become_long_is_a_fact, 0, COUNT_OF(connect_cases));
    suite_add_tcase(suite, tests);
    return suite;
}
