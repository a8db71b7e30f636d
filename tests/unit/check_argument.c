/* SPDX-License-Identifier: MIT */
/* reporters/: what speaks for each suspect and against, and that terminal and page say the same. */
#include "tests/unit/page_rules.h"
#include "tests/unit/page_samples.h"
#include "tests/unit/runner.h"

#include "monitor/diagnose/diagnose.h"
#include "reporters/argument.h"
#include "reporters/html.h"
#include "reporters/page_parts.h"
#include "reporters/terminal_operate.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct sample *sample;
static struct verdict *verdict;
static struct argument argument;

/* The sample's facts are no rule's: these are. */
static void set_up(void)
{
    static const char *const facts[] = {"transport.server_silent", "pattern.one_part_two_routes",
                                        "probe.health_answers", "onset.passed_before",
                                        "vantage.all"};
    sample = sample_create(SAMPLE_DATABASE);
    verdict = &sample->open.verdict;
    verdict->evidence_count = 0;
    for (size_t i = 0; i < COUNT_OF(facts); i++)
        verdict_add(sample->arena, verdict, facts[i],
                    arena_print(sample->arena, "Sentence of %s.", facts[i]),
                    diagnose_weights(facts[i])[CAUSE_DATABASE]);
    verdict->suspects[CAUSE_DATABASE] = 0.95;
    verdict->suspects[CAUSE_APPLICATION] = 0.02;
    verdict->suspects[CAUSE_SCENARIO] = 0.004;
}

static void tear_down(void)
{
    sample_free(sample);
}

static void argue(void)
{
    argument_of(sample->arena, verdict, &argument);
}

START_TEST(the_blamed_comes_first_and_then_the_likeliest)
{
    static const enum cause order[] = {CAUSE_DATABASE, CAUSE_APPLICATION, CAUSE_SCENARIO,
                                       CAUSE_NETWORK,  CAUSE_THIRD_PARTY, CAUSE_MONITOR};
    argue();
    ck_assert_uint_eq(argument.suspect_count, SUSPECT_COUNT);
    for (size_t i = 0; i < SUSPECT_COUNT; i++) {
        ck_assert_int_eq(argument.suspects[i].cause, order[i]);
        ck_assert_double_eq(argument.suspects[i].confidence, verdict->suspects[order[i]]);
    }
}
END_TEST

START_TEST(the_heaviest_reason_comes_first_and_none_weighs_nothing)
{
    argue();
    for (size_t i = 0; i < argument.suspect_count; i++) {
        const struct argument_suspect *suspect = &argument.suspects[i];
        for (size_t n = 0; n < suspect->reason_count; n++) {
            const struct argument_reason *reason = &suspect->reasons[n];
            ck_assert_double_eq(reason->weight,
                                diagnose_weights(reason->evidence->fact)[suspect->cause]);
            ck_assert(reason->weight != 0);
            ck_assert(n == 0 || fabs(reason[-1].weight) >= fabs(reason->weight));
            ck_assert_str_eq(argument_side(reason), reason->weight < 0 ? "against" : "for");
        }
    }
    ck_assert_uint_eq(argument.suspects[0].reason_count,
                      4); /* the health page says nothing of it */
    ck_assert_uint_eq(argument.suspects[3].reason_count, 5);
}
END_TEST

/* What is blamed keeps the weights of when it was judged. */
START_TEST(a_record_of_before_says_less)
{
    memset(verdict->suspects, 0, sizeof verdict->suspects);
    verdict->evidence[0].weight = 4;
    verdict->evidence[1].fact = "no.longer_known";
    argue();
    ck_assert_double_eq(argument.suspects[0].confidence, verdict->confidence);
    ck_assert_int_eq(argument.suspects[1].cause, verdict->runner_up);
    ck_assert_double_eq(argument.suspects[1].confidence, verdict->runner_up_confidence);
    ck_assert_double_lt(argument.suspects[2].confidence, 0);
    ck_assert_str_eq(argument.suspects[0].reasons[0].evidence->fact, "no.longer_known");
    ck_assert_double_eq(argument.suspects[0].reasons[1].weight, 4);
    ck_assert_uint_eq(argument.suspects[2].reason_count, 4);
}
END_TEST

START_TEST(what_needs_no_weighing_has_one_suspect)
{
    verdict->cause = verdict->leaning = CAUSE_MONITOR;
    verdict->runner_up = CAUSE_NONE;
    argue();
    ck_assert_uint_eq(argument.suspect_count, 1);
    verdict->cause = verdict->leaning = CAUSE_NONE;
    argue();
    ck_assert_uint_eq(argument.suspect_count, 0);
}
END_TEST

/* At a glance: of who is not excluded two of each side, of others one; first what speaks against.
 */
START_TEST(a_few_reasons_are_enough)
{
    static const struct argument_reason reasons[] = {{.weight = 12}, {.weight = -9}, {.weight = 8},
                                                     {.weight = -7}, {.weight = -6}, {.weight = 5}};
    struct argument_suspect suspect = {.reasons = reasons, .reason_count = COUNT_OF(reasons)};
    const struct argument_reason *brief[ARGUMENT_BRIEF_MAX];
    static const double confidences[] = {0.02, 0.009, -1};
    static const double expected[][ARGUMENT_BRIEF_MAX] = {{-9, -7, 12, 8}, {-9, 12}, {-9, 12}};
    suspect.confidence = confidences[_i];
    size_t count = argument_brief(&suspect, brief);
    ck_assert_uint_eq(count, _i == 0 ? 4 : 2);
    for (size_t i = 0; i < count; i++)
        ck_assert_double_eq(brief[i]->weight, expected[_i][i]);
    suspect.reason_count = 1;
    ck_assert_uint_eq(argument_brief(&suspect, brief), 1);
}
END_TEST

static size_t count_words(const char *text, const char *words)
{
    size_t count = 0;
    while ((text = strstr(text, words)) != NULL)
        count++, text += strlen(words);
    return count;
}

/* A sentence stands in both as often: for the database, and for each of the others where it is
 * among the few. */
START_TEST(terminal_and_page_say_the_same)
{
    const struct terminal terminal = {.unicode = true, .width = 400};
    struct buffer text, page;
    buffer_init(&text, PAGE_MAX);
    buffer_init(&page, PAGE_MAX);
    struct html *html = html_open(&page);
    html_begin(html, "div", NULL);
    page_verdict(html, verdict, "h3");
    page_suspects(html, verdict, "h3");
    html_close(html);
    char *folded = strstr(page.data, "<details");
    ck_assert_ptr_nonnull(folded);
    *folded = '\0';
    terminal_incident(&terminal, &sample->open, sample_now, &text);
    for (size_t i = 0; i < verdict->evidence_count; i++) {
        size_t said = count_words(text.data, verdict->evidence[i].text);
        ck_assert_uint_gt(said, 0);
        ck_assert_uint_eq(said, count_words(page.data, verdict->evidence[i].text));
    }
    ck_assert_ptr_nonnull(strstr(text.data, "  application, 2 %\n    - "));
    ck_assert_ptr_nonnull(strstr(text.data, "  network, under 1 %\n    - "));
    ck_assert_uint_eq(count_words(text.data, "under 1 %"), count_words(page.data, "under 1 %"));
    buffer_free(&text);
    buffer_free(&page);
}
END_TEST

static void render_incident(struct buffer *page)
{
    const struct page_incident model = {
        .shop = &sample->shop, .incident = &sample->open, .now = sample_now};
    buffer_init(page, PAGE_MAX);
    page_incident_render(&model, page);
    page_rules_check(page->data, page->length, "incident");
}

static double count_others(const struct buffer *page, const char *of)
{
    char path[512];
    snprintf(path, sizeof path, "count(//ul[@class='others']/li%s)", of);
    return page_rules_count(page->data, page->length, path);
}

/* How likely each of the others is, and what speaks for it and against, in words. */
START_TEST(it_is_told_why_it_is_not_another)
{
    struct buffer page;
    verdict->works = "“home page”";
    render_incident(&page);
    ck_assert_double_eq(count_others(&page, ""), SUSPECT_COUNT - 1);
    ck_assert_double_eq(
        count_others(&page, "[1][p/b='The application'][p/span='2 %']//li[@class='for']"
                            "[contains(span, 'for')][span='Sentence of transport.server_silent.']"),
        1);
    ck_assert_double_eq(count_others(&page, "[p/b='The network'][p/span='under 1 %']//li[@class="
                                            "'against'][contains(span, 'against')]"),
                        1);
    ck_assert_double_eq(
        page_rules_count(page.data, page.length,
                         "count(//ul[@class='evidence']//*[contains(., 'probe.health_answers')])"),
        0);
    ck_assert_ptr_nonnull(strstr(page.data, "Still works"));
    buffer_free(&page);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("argument");
    TCase *tests = tcase_create("argument");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, the_blamed_comes_first_and_then_the_likeliest);
    tcase_add_test(tests, the_heaviest_reason_comes_first_and_none_weighs_nothing);
    tcase_add_test(tests, a_record_of_before_says_less);
    tcase_add_test(tests, what_needs_no_weighing_has_one_suspect);
    tcase_add_loop_test(tests, a_few_reasons_are_enough, 0, 3);
    tcase_add_test(tests, terminal_and_page_say_the_same);
    tcase_add_test(tests, it_is_told_why_it_is_not_another);
    suite_add_tcase(suite, tests);
    return suite;
}
