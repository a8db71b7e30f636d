/* SPDX-License-Identifier: MIT */
/* reporters/: the operators' pages tell times by the shop's clocks. */
#include "tests/unit/page_rules.h"
#include "tests/unit/page_samples.h"
#include "tests/unit/runner.h"

#include "reporters/page_graph.h"

#include <string.h>

START_TEST(times_are_those_of_the_shop)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct page_run_list list = {.shop = &sample->shop,
                                 .runs = sample->runs,
                                 .run_count = sample->run_count,
                                 .filter = {.since = wall_after(sample_now, -DURATION_HOUR)},
                                 .now = sample_now};
    struct buffer page;
    ck_assert_int_eq(zone_read(sample->arena, "Europe/Berlin", &list.zone), RESULT_OK);
    buffer_init(&page, PAGE_MAX);
    page_run_list_render(&list, &page);
    page_rules_check(page.data, page.length, "runs");
    ck_assert_ptr_nonnull(strstr(page.data, "Since (Europe/Berlin)"));
    ck_assert_ptr_nonnull(strstr(page.data, "value=\"2026-11-23T14:07\""));
    ck_assert_ptr_nonnull(strstr(page.data, "15:07:00 UTC+1"));
    ck_assert_ptr_nonnull(strstr(page.data, "Times are those of Europe/Berlin"));
    sample->overview.zone = list.zone;
    buffer_clear(&page);
    page_overview_render(&sample->overview, &page);
    page_rules_check(page.data, page.length, "overview");
    ck_assert_ptr_nonnull(strstr(page.data, " UTC+1"));
    ck_assert_ptr_null(strstr(page.data, " UTC<"));
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

/* In St John's clocks are three and a half hours behind UTC. */
START_TEST(an_axis_has_the_round_times_of_its_clock)
{
    struct sample *sample = sample_create(SAMPLE_EMPTY);
    struct series_set *set = series_create(DURATION_HOUR, 24, sample_now);
    struct graph graph = {.set = set, .span = SPAN_DAY};
    struct buffer page;
    char text[GRAPH_TIME_MAX];
    buffer_init(&page, PAGE_MAX);
    ck_assert_int_eq(zone_read(sample->arena, "America/St_Johns", &graph.zone), RESULT_OK);
    struct html *html = html_open_xml(&page);
    graph_axis(html, &graph);
    html_close(html);
    ck_assert_ptr_nonnull(strstr(page.data, ">12:00<"));
    ck_assert_ptr_null(strstr(page.data, ":30<"));
    ck_assert_str_eq(graph_time(&graph, 23, text), "23 Nov, 10:30");
    buffer_free(&page);
    series_free(set);
    sample_free(sample);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("page clock");
    TCase *clocks = tcase_create("clocks");
    tcase_add_test(clocks, times_are_those_of_the_shop);
    tcase_add_test(clocks, an_axis_has_the_round_times_of_its_clock);
    suite_add_tcase(suite, clocks);
    return suite;
}
