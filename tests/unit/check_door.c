/* SPDX-License-Identifier: MIT */
/* diagnose/: an error at the front door, and what the shop's own server says past it at the same
 * moment: whether it is the door, or what should stand behind it. */
#include "tests/unit/lone_run.h"
#include "tests/unit/story_shop.h"

#include <string.h>

/* The same without the front door. */
static const struct shop exposed = {.components = components + 1,
                                    .component_count = COUNT_OF(components) - 1};

/* What a page gets through `before`, as the step does, and what it gets past him. */
static const struct door_case {
    const struct shop *shop;
    const char *before;
    enum symptom through_symptom;
    int through;
    enum symptom past_symptom;
    int past;
    const char *fact; /* NULL: it tells nothing */
    enum cause cause;
    const char *blamed;
    bool is_asserted;
} cases[] = {
    {&shop, "edge", SYMPTOM_NONE, 502, SYMPTOM_TCP_REFUSED, 0, "probe.origin_refused",
     CAUSE_APPLICATION, "web", true},
    {&shop, "edge", SYMPTOM_NONE, 502, SYMPTOM_TCP_TIMED_OUT, 0, "probe.origin_silent",
     CAUSE_APPLICATION, "web", true},
    {&shop, "edge", SYMPTOM_NONE, 502, SYMPTOM_NONE, 500, "probe.origin_fails", CAUSE_APPLICATION,
     "web", true},
    {&shop, "edge", SYMPTOM_NONE, 502, SYMPTOM_NONE, 200, "probe.origin_past_door", CAUSE_NETWORK,
     "edge", true},
    /* Only the door is let in; it is no door for TLS; it was chance; the shop itself answers. */
    {&shop, "edge", SYMPTOM_NONE, 502, SYMPTOM_NONE, 403, NULL, CAUSE_APPLICATION, "web", false},
    {&shop, "edge", SYMPTOM_NONE, 502, SYMPTOM_TLS_PROTOCOL_ERROR, 0, NULL, CAUSE_APPLICATION,
     "web", false},
    {&shop, "edge", SYMPTOM_NONE, 200, SYMPTOM_TCP_REFUSED, 0, NULL, CAUSE_APPLICATION, "web",
     false},
    {&shop, "edge", SYMPTOM_NONE, 500, SYMPTOM_TCP_REFUSED, 0, NULL, CAUSE_APPLICATION, "web",
     false},
    /* The whole host is not reached, or only the door is not. */
    {&shop, "edge", SYMPTOM_TCP_TIMED_OUT, 0, SYMPTOM_TCP_TIMED_OUT, 0, NULL, CAUSE_NETWORK, "edge",
     false},
    {&shop, "edge", SYMPTOM_TCP_REFUSED, 0, SYMPTOM_NONE, 200, "probe.origin_past_door",
     CAUSE_NETWORK, "edge", true},
    /* Of others before the shop's own door, past whom there is that door; and before none. */
    {&shop, "payment", SYMPTOM_NONE, 521, SYMPTOM_TCP_REFUSED, 0, "probe.origin_unreached",
     CAUSE_NETWORK, "edge", true},
    /* Others ask whether one is a human. */
    {&exposed, "payment", SYMPTOM_NONE, 403, SYMPTOM_NONE, 200, "probe.origin_past_others",
     CAUSE_THIRD_PARTY, NULL, true},
    {&exposed, "payment", SYMPTOM_NONE, 502, SYMPTOM_TCP_REFUSED, 0, "probe.origin_refused",
     CAUSE_APPLICATION, "web", true},
};

/* The page as the step asks for it. */
static const char *const urls[] = {"https://shop.test/health", "https://me:secret@shop.test/health",
                                   "https://me@work:@shop.test/health"};

static const char page[] = "<hr><center>nginx/1.22.1</center>";

/* It was the health page that failed: it is asked again, and past the door, where no TLS is. */
static void add_findings(struct run *run, const struct door_case *of, const char *url)
{
    const struct finding through = {.kind = FINDING_AGAIN,
                                    .target = url,
                                    .reached = of->through_symptom != SYMPTOM_TCP_TIMED_OUT,
                                    .status = of->through,
                                    .symptom = of->through_symptom};
    const struct finding past = {.kind = FINDING_ORIGIN,
                                 .component = of->before,
                                 .target = "http://shop.test/health",
                                 .reached = of->past_symptom != SYMPTOM_TCP_TIMED_OUT,
                                 .status = of->past,
                                 .symptom = of->past_symptom};
    run_add_finding(run, &through);
    run_add_finding(run, &past);
}

START_TEST(past_the_door_is_asked_what_fails_at_it)
{
    static const char *const codes[] = {"probe.origin"};
    const struct door_case *of = &cases[(size_t)_i / COUNT_OF(urls)];
    const char *url = urls[(size_t)_i % COUNT_OF(urls)];
    struct lone_run lone;
    lone_run_open(&lone, "web");
    int status = of->through == 200 ? 502 : of->through;
    lone.step->symptom = status != 0 ? SYMPTOM_HTTP_ERROR : of->through_symptom;
    lone.step->excerpt = of->through != 500 && status != 0 ? page : NULL;
    lone.exchange->url = url;
    lone.exchange->status = status;
    lone.exchange->symptom = of->through_symptom;
    lone.exchange->phases[PHASE_WAIT] = 20 * DURATION_MILLISECOND;
    add_findings(lone.run, of, url);
    const struct evidence *found = lone_run_judge(&lone, of->shop, codes, COUNT_OF(codes));
    const struct verdict *verdict = &lone.run->verdict;
    ck_assert_pstr_eq(found != NULL ? found->fact : NULL, of->fact);
    ck_assert_msg(verdict->cause == of->cause, "%s %.2f", cause_name(verdict->leaning),
                  verdict->confidence);
    ck_assert_pstr_eq(verdict->component, of->blamed);
    ck_assert_msg(!of->is_asserted || verdict->confidence >= DIAGNOSE_ASSERT, "only %.2f",
                  verdict->confidence);
    lone_run_close(&lone);
}
END_TEST

/* Where nobody has been asked past the door, the verdict says that this would settle it. */
START_TEST(what_is_not_told_from_outside_is_said)
{
    struct lone_run lone;
    lone_run_open(&lone, "web");
    lone.step->symptom = SYMPTOM_HTTP_ERROR;
    lone.step->excerpt = page;
    lone.exchange->status = 502;
    lone_run_judge(&lone, &shop, NULL, 0);
    ck_assert(lone.run->verdict.confidence < DIAGNOSE_ASSERT);
    ck_assert_ptr_nonnull(strstr(lone.run->verdict.unsure, "past its front door (`origin`)"));
    lone_run_close(&lone);
}
END_TEST

/* And where its steps do not say what they need, that they should. */
START_TEST(what_is_not_told_for_want_of_needs_is_said)
{
    struct lone_run lone;
    lone_run_open(&lone, "web");
    lone.step->needs_count = 0;
    lone.step->symptom = SYMPTOM_HTTP_ERROR;
    lone.step->excerpt = "<h1>Sorry</h1>";
    lone.exchange->status = 500;
    lone_run_judge(&lone, &shop, NULL, 0);
    ck_assert_int_eq(lone.run->verdict.cause, CAUSE_UNDETERMINED);
    ck_assert_ptr_nonnull(strstr(lone.run->verdict.unsure, "(`needs`)"));
    lone_run_close(&lone);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("door");
    TCase *tests = tcase_create("door");
    tcase_add_loop_test(tests, past_the_door_is_asked_what_fails_at_it, 0,
                        COUNT_OF(cases) * COUNT_OF(urls));
    tcase_add_test(tests, what_is_not_told_from_outside_is_said);
    tcase_add_test(tests, what_is_not_told_for_want_of_needs_is_said);
    suite_add_tcase(suite, tests);
    return suite;
}
