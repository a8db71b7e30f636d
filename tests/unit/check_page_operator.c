/* SPDX-License-Identifier: MIT */
/* reporters/: the operators' pages over time, lists of runs and incidents, the monitor's own. */
#include "tests/unit/page_rules.h"
#include "tests/unit/page_samples.h"
#include "tests/unit/runner.h"

#include "monitor/base/zone.h"
#include "monitor/diagnose/diagnose.h"
#include "monitor/record/health.h"
#include "monitor/record/message.h"
#include "monitor/record/objective.h"
#include "reporters/page_graph.h"
#include "scenarios/cron.h"

#include <string.h>

/* --- series --- */

static const struct {
    duration value, rounded;
} round_cases[] = {
    {0, 1},   {1, 1},          {2, 2},           {7, 8},           {9, 10},     {10, 10},
    {11, 15}, {84000, 100000}, {150000, 150000}, {150001, 200000}, {999, 1000}, {1000001, 1500000},
};

START_TEST(scales_end_at_round_numbers)
{
    ck_assert_int_eq(graph_round_up(round_cases[_i].value), round_cases[_i].rounded);
}
END_TEST

static void add_hour(struct series_set *set, const char *name, int64_t hours_ago, unsigned passed,
                     unsigned failed, duration time)
{
    struct store_rollup rollup = {.counts = {.passed = passed, .failed = failed},
                                  .start = wall_after(sample_now, -hours_ago * DURATION_HOUR)};
    for (unsigned i = 0; i < passed; i++) {
        histogram_add(&rollup.total, time);
        histogram_add(&rollup.phases[PHASE_WAIT], time / 2);
    }
    series_add(set, name, &rollup);
    histogram_clear(&rollup.total);
    histogram_clear(&rollup.phases[PHASE_WAIT]);
}

START_TEST(hours_merge_into_longer_stretches)
{
    struct series_set *set = series_create(2 * DURATION_HOUR, 3, sample_now); /* 14:07 */
    struct series all;
    ck_assert_int_eq(set->start.us % (2 * DURATION_HOUR), 0);
    add_hour(set, "ams", 0, 4, 0, 30 * DURATION_MILLISECOND);
    add_hour(set, "ams", 1, 2, 1, 10 * DURATION_MILLISECOND);
    add_hour(set, "ams", 2, 3, 0, 20 * DURATION_MILLISECOND);
    add_hour(set, "nyc", 4, 5, 0, 90 * DURATION_MILLISECOND);
    add_hour(set, "nyc", 5, 7, 0, DURATION_SECOND);  /* before the first stretch */
    add_hour(set, "nyc", -2, 7, 0, DURATION_SECOND); /* after the last */
    const struct series *ams = series_find(set, "ams"), *nyc = series_find(set, "nyc");
    ck_assert_uint_eq(ams->points[2].counts.passed, 4);
    ck_assert_uint_eq(ams->points[1].counts.passed, 5);
    ck_assert_uint_eq(ams->points[1].counts.failed, 1);
    ck_assert_uint_eq(ams->all.counts.passed, 9);
    ck_assert_uint_eq(nyc->points[0].counts.passed, 5);
    ck_assert_uint_eq(nyc->all.counts.passed, 5);
    ck_assert_ptr_null(series_find(set, "fra"));
    series_sum(set, &all);
    ck_assert_uint_eq(series_slots(&all.all.counts), 15);
    ck_assert_uint_eq(all.points[1].total.count, 5);
    ck_assert_double_eq_tol(series_good(&all.all.counts), 14.0 / 15, 1e-9);
    ck_assert_int_eq(series_phase_mean(&ams->points[2], PHASE_WAIT), 15 * DURATION_MILLISECOND);
    ck_assert_int_eq(series_phase_mean(&ams->points[2], PHASE_DNS), 0);
    series_clear(&all, set->count);
    series_free(set);
}
END_TEST

/* What towers above all else is cut off, so that the rest can be read. */
START_TEST(one_bad_hour_does_not_flatten_the_graph)
{
    struct series_set *set = series_create(DURATION_HOUR, 24, sample_now);
    for (int hour = 0; hour < 24; hour++)
        add_hour(set, "ams", hour, 60, 0,
                 hour == 7 ? 10 * DURATION_SECOND : 80 * DURATION_MILLISECOND);
    duration top = graph_top_of_latency(set);
    ck_assert_int_ge(top, 80 * DURATION_MILLISECOND);
    ck_assert_int_le(top, DURATION_SECOND);
    series_free(set);
}
END_TEST

/* An hour that is made from runs here is the hour that the store would make of them. */
struct kept {
    struct loop *loop;
    struct store_rollup expected;
    bool compared;
};

static void on_kept(void *data, enum result result, const struct error *error,
                    store_sequence sequence)
{
    struct kept *kept = data;
    (void)sequence;
    ck_assert_msg(result == RESULT_OK, "%s", error->text);
    loop_stop(kept->loop);
}

static void assert_same(const struct histogram *a, const struct histogram *b)
{
    ck_assert_uint_eq(a->count, b->count);
    ck_assert_uint_eq(a->sum, b->sum);
    ck_assert_uint_eq(a->censored, b->censored);
}

static void on_rollups(void *data, enum result result, const struct store_rollups *rollups)
{
    struct kept *kept = data;
    ck_assert_int_eq(result, RESULT_OK);
    ck_assert_uint_eq(rollups->count, 1);
    const struct store_rollup *found = &rollups->rollups[0];
    ck_assert_mem_eq(&found->counts, &kept->expected.counts, sizeof found->counts);
    assert_same(&found->total, &kept->expected.total);
    for (int i = 0; i < PHASE_COUNT; i++)
        assert_same(&found->phases[i], &kept->expected.phases[i]);
    kept->compared = true;
    loop_stop(kept->loop);
}

static void compare(struct store *store, struct kept *kept, const struct run *run, size_t step)
{
    const struct store_rollup_filter filter = {
        .span = DURATION_HOUR,
        .journey = run->journey,
        .step = step == STORE_WHOLE_RUN ? "" : run->steps[step].name,
    };
    kept->expected = (struct store_rollup){0};
    kept->compared = false;
    store_rollup_add(&kept->expected, run, step);
    store_read_rollups(store, &filter, on_rollups, kept);
    loop_run(kept->loop);
    ck_assert(kept->compared);
    histogram_clear(&kept->expected.total);
    for (int i = 0; i < PHASE_COUNT; i++)
        histogram_clear(&kept->expected.phases[i]);
}

START_TEST(runs_add_up_here_as_in_the_store)
{
    static const enum sample_kind kinds[] = {SAMPLE_HEALTHY, SAMPLE_FROZEN, SAMPLE_DATABASE,
                                             SAMPLE_CUT, SAMPLE_BLIND};
    struct sample *sample = sample_create(kinds[_i]);
    const struct run *run = sample->worst != NULL ? sample->worst : sample->runs[0];
    struct error error = {0};
    struct kept kept = {.loop = loop_create()};
    struct store *store = store_open(kept.loop, "sqlite::memory:", &error);
    ck_assert_msg(store != NULL, "%s", error.text);
    ck_assert_int_eq(store_append(store, run, NULL, on_kept, &kept), RESULT_OK);
    loop_run(kept.loop);
    compare(store, &kept, run, STORE_WHOLE_RUN);
    for (size_t i = 0; i < run->step_count; i++)
        if (run->steps[i].state != STATE_SKIPPED)
            compare(store, &kept, run, i);
    store_close(store);
    loop_free(kept.loop);
    sample_free(sample);
}
END_TEST

/* --- a journey --- */

struct scene {
    struct sample *sample;
    struct page_journey_view view;
    struct series_set *places, *steps;
    struct store_baseline baseline;
    struct buffer page;
};

static void fill_sets(struct scene *scene)
{
    for (size_t i = 0; i < scene->sample->run_count; i++) {
        const struct run *run = scene->sample->runs[i];
        struct store_rollup rollup = {.start = run->slot.planned};
        if (strcmp(run->journey, scene->view.journey->name) != 0)
            continue;
        store_rollup_add(&rollup, run, STORE_WHOLE_RUN);
        series_add(scene->places, run->vantage, &rollup);
        if (run->step_count > 0 && run->steps[0].state != STATE_SKIPPED)
            series_add(scene->steps, run->steps[0].name, &rollup);
        histogram_clear(&rollup.total);
        for (int phase = 0; phase < PHASE_COUNT; phase++)
            histogram_clear(&rollup.phases[phase]);
    }
}

static void scene_open(struct scene *scene, enum sample_kind kind, enum span span)
{
    struct sample *sample = sample_create(kind);
    *scene = (struct scene){.sample = sample};
    scene->view = (struct page_journey_view){
        .shop = &sample->shop,
        .journey = &sample->overview.journeys[1],
        .now = sample_now,
        .span = span,
        .runs = sample->runs,
        .run_count = sample->run_count,
    };
    scene->places = series_create(span_kinds[span].unit, span_kinds[span].count, sample_now);
    scene->steps = series_create(DURATION_DAY, 1, sample_now);
    fill_sets(scene);
    if (sample->worst != NULL) {
        scene->baseline = (struct store_baseline){.vantage = "ams",
                                                  .step = sample->worst->steps[0].name,
                                                  .hour = 14,
                                                  .count = 60,
                                                  .median = 61 * DURATION_MILLISECOND,
                                                  .deviation = 2 * DURATION_MILLISECOND};
        scene->view.baselines = &scene->baseline;
        scene->view.baseline_count = 1;
        scene->view.incidents = &sample->open;
        scene->view.incident_count = sample->open.id != NULL;
    }
    buffer_init(&scene->page, PAGE_MAX);
}

static void scene_render(struct scene *scene)
{
    scene->view.places = scene->places;
    scene->view.steps = scene->steps;
    page_journey_render(&scene->view, &scene->page);
    ck_assert_int_eq(scene->page.result, RESULT_OK);
}

static void scene_close(struct scene *scene)
{
    series_free(scene->places);
    series_free(scene->steps);
    buffer_free(&scene->page);
    sample_free(scene->sample);
}

static double count(const struct scene *scene, const char *xpath)
{
    return page_rules_count(scene->page.data, scene->page.length, xpath);
}

static void assert_says(const struct buffer *page, const char *text)
{
    ck_assert_msg(strstr(page->data, text) != NULL, "%s is not in:\n%s", text, page->data);
}

START_TEST(a_journey_is_well_formed_over_any_span)
{
    struct scene scene;
    scene_open(&scene, (enum sample_kind)(_i / SPAN_COUNT), (enum span)(_i % SPAN_COUNT));
    scene_render(&scene);
    page_rules_check(scene.page.data, scene.page.length,
                     sample_name((enum sample_kind)(_i / SPAN_COUNT)));
    ck_assert_double_eq(count(&scene, "count(//svg//@*[contains(., 'nan') and name() != 'class'])"),
                        0);
    scene_close(&scene);
}
END_TEST

/* Whoever cannot see the graph is told the same: in its label, and in a table. */
START_TEST(a_graph_is_said_in_words_and_numbers)
{
    struct scene scene;
    scene_open(&scene, SAMPLE_HEALTHY, SPAN_HOUR);
    scene_render(&scene);
    ck_assert_double_eq(count(&scene, "count(//svg[@class='graph'][@role='img'])"), 3);
    assert_says(&scene.page, "Latency from Amsterdam over the last hour: median ");
    assert_says(&scene.page, "Mean time of a run by phase: dns ");
    ck_assert_double_eq(count(&scene, "count(//details[summary='Amsterdam in numbers']//tbody/tr)"),
                        5);
    ck_assert_double_eq(count(&scene, "count(//a[@aria-current='true'][.='hour'])"), 1);
    scene_close(&scene);
}
END_TEST

START_TEST(what_happened_stands_on_the_graph_and_beside_it)
{
    struct scene scene;
    struct event events[] = {
        {.id = "e1",
         .at = wall_after(sample_now, -30 * DURATION_MINUTE),
         .kind = "deploy",
         .text = "shop 4.2 <b>",
         .by = "ada"},
        {.id = "e2",
         .at = wall_after(sample_now, -2 * DURATION_DAY),
         .kind = "deploy",
         .text = "long ago"},
    };
    const char *names[] = {"guest checkout"}, *others[] = {"browse"};
    struct maintenance windows[] = {
        {.id = "m1",
         .title = "New disks",
         .start = wall_after(sample_now, -20 * DURATION_MINUTE),
         .end = wall_after(sample_now, -10 * DURATION_MINUTE),
         .journeys = names,
         .journey_count = 1},
        {.id = "m2",
         .title = "Not ours",
         .start = wall_after(sample_now, -20 * DURATION_MINUTE),
         .end = sample_now,
         .journeys = others,
         .journey_count = 1},
    };
    scene_open(&scene, SAMPLE_DATABASE, SPAN_HOUR);
    scene.view.events = events;
    scene.view.event_count = COUNT_OF(events);
    scene.view.windows = windows;
    scene.view.window_count = COUNT_OF(windows);
    scene_render(&scene);
    ck_assert_double_eq(count(&scene, "count(//ol[starts-with(@class, 'happened')]/li)"), 3);
    ck_assert_double_eq(count(&scene, "count(//ol/li[1]/span[@class='tag event'][.='deploy'])"), 1);
    assert_says(&scene.page, "shop 4.2 &lt;b&gt;");
    assert_says(&scene.page, "New disks");
    ck_assert_ptr_null(strstr(scene.page.data, "Not ours"));
    ck_assert_ptr_null(strstr(scene.page.data, "long ago"));
    /* On both graphs the event and the maintenance; the incident where it shows. */
    ck_assert_double_eq(count(&scene, "count(//svg[@class='graph']//rect[@class='mark-event'])"),
                        2);
    ck_assert_double_eq(
        count(&scene, "count(//svg[@class='graph']//rect[@class='mark-maintenance'])"), 2);
    ck_assert_double_ge(count(&scene, "count(//svg[@class='graph']//rect[@class='mark-incident'])"),
                        1);
    scene_close(&scene);
}
END_TEST

START_TEST(maintenance_by_cron_is_drawn_each_time)
{
    struct arena *arena = arena_create();
    struct cron cron;
    struct cron_mistake mistake;
    struct scene scene;
    ck_assert_int_eq(cron_parse(arena, "0 3 * * *", &cron, &mistake), RESULT_OK);
    struct maintenance nightly = {
        .id = "m", .title = "Backup", .cron = &cron, .zone = zone_utc(), .lasting = DURATION_HOUR};
    scene_open(&scene, SAMPLE_HEALTHY, SPAN_WEEK);
    scene.sample->shop.windows = &nightly;
    scene.sample->shop.maintenance_count = 1;
    scene_render(&scene);
    ck_assert_double_eq(count(&scene, "count(//span[@class='tag maintenance'])"), 7);
    scene_close(&scene);
    arena_free(arena);
}
END_TEST

START_TEST(a_step_is_held_against_what_is_usual)
{
    struct scene scene;
    scene_open(&scene, SAMPLE_DATABASE, SPAN_DAY);
    scene_render(&scene);
    ck_assert_double_eq(
        count(&scene, "count(//td[@class='number usual'][starts-with(., '61.0 ms ± 2.0 ms')])"), 1);
    scene_close(&scene);
}
END_TEST

START_TEST(what_was_promised_is_told)
{
    struct scene scene;
    const struct objective_report objective = {
        .journey = "guest checkout",
        .target = 0.99,
        .over = 30 * DURATION_DAY,
        .counts = {.good = 999, .failed = 1},
        .success = {0.999, 0.999},
        .availability = {0.999, 0.999},
        .budget_left = {_i == 0 ? 0.9 : -0.5, _i == 0 ? 0.9 : -0.5},
    };
    scene_open(&scene, SAMPLE_HEALTHY, SPAN_DAY);
    scene.view.objective = &objective;
    scene_render(&scene);
    page_rules_check(scene.page.data, scene.page.length, "objective");
    assert_says(&scene.page, "99.90");
    assert_says(&scene.page, "are promised");
    ck_assert_double_eq(count(&scene, "count(//svg[@class='gauge spent'])"), _i);
    scene_close(&scene);
}
END_TEST

/* --- incidents --- */

static void render_incident(const struct sample *sample, struct buffer *page)
{
    const struct page_incident model = {.shop = &sample->shop,
                                        .incident = &sample->open,
                                        .runs = sample->runs,
                                        .run_count = sample->run_count,
                                        .now = sample_now};
    buffer_init(page, PAGE_MAX);
    page_incident_render(&model, page);
    page_rules_check(page->data, page->length, "incident");
}

START_TEST(an_incident_tells_what_became_of_it)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct incident *incident = &sample->open;
    struct buffer page;
    const struct incident_event events[] = {
        {wall_after(sample_now, -9 * DURATION_MINUTE), INCIDENT_OPENED, NULL, "Seen twice."},
        {wall_after(sample_now, -5 * DURATION_MINUTE), INCIDENT_ACKNOWLEDGED, "ada", NULL},
        {wall_after(sample_now, -4 * DURATION_MINUTE), INCIDENT_ANNOTATED, "ada",
         "<i>disk</i> full"},
    };
    for (size_t i = 0; i < COUNT_OF(events); i++)
        incident_note(sample->arena, incident, &events[i]);
    incident->acknowledged.at = events[1].at;
    incident->acknowledged.by = "ada";
    incident->flapping = true;
    incident->timeline_left_out = 7;
    render_incident(sample, &page);
    ck_assert_double_eq(
        page_rules_count(page.data, page.length, "count(//ol[@class='timeline card']/li)"), 4);
    assert_says(&page, "<b>acknowledged</b>");
    assert_says(&page, "&lt;i&gt;disk&lt;/i&gt; full");
    assert_says(&page, "by ada, ");
    assert_says(&page, "7 left out");
    assert_says(&page, "it comes and goes");
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

/* Whatever each of them was held to be at its time. */
START_TEST(an_incident_covers_the_runs_of_who_shows_it)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct run *run = run_create("guest checkout", "ams", wall_after(sample_now, -DURATION_MINUTE));
    const struct wall_time planned = run->slot.planned;
    run->state = STATE_FAILED;
    run->slot.ended = planned;
    run_add_step(run, "pay");
    run->verdict.cause = CAUSE_THIRD_PARTY;
    ck_assert(page_incident_covers(&sample->open, run));
    run->state = STATE_UNKNOWN;
    ck_assert(!page_incident_covers(&sample->open, run));
    run->state = STATE_FAILED;
    run->vantage = "nyc";
    ck_assert(!page_incident_covers(&sample->open, run));
    run->vantage = "ams";
    run->slot.ended = wall_after(sample->open.began, -DURATION_SECOND);
    ck_assert(!page_incident_covers(&sample->open, run));
    run->slot.ended = planned;
    struct incident_shower shower = sample->open.showers[0];
    shower.recovered = wall_after(planned, -DURATION_SECOND);
    sample->open.showers = &shower;
    sample->open.shower_count = 1;
    ck_assert(!page_incident_covers(&sample->open, run));
    run_free(run);
    sample_free(sample);
}
END_TEST

START_TEST(each_suspect_has_its_column)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct buffer page;
    verdict_add(sample->arena, &sample->open.verdict, "transport.server_silent", "Nobody answered.",
                5);
    render_incident(sample, &page);
    /* In the verdict of now; that of the opening knows no such fact. */
    ck_assert_double_eq(
        page_rules_count(page.data, page.length, "count(//table[@class='weights'])"), 1);
    ck_assert_double_eq(
        page_rules_count(page.data, page.length, "count(//table[@class='weights']//thead//th)"),
        1 + SUSPECT_COUNT);
    ck_assert_double_eq(page_rules_count(page.data, page.length,
                                         "count(//table[@class='weights']//tr[th='Nobody "
                                         "answered.']/td[@class='number against heavy'][.='−12'])"),
                        1);
    ck_assert_ptr_null(diagnose_weights("no.such_fact"));
    ck_assert_ptr_null(diagnose_weights(NULL));
    ck_assert_double_eq(diagnose_weights("transport.server_silent")[CAUSE_NETWORK], -12);
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

START_TEST(the_first_verdict_is_shown_where_it_was_another)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct buffer page;
    if (_i == 0)
        sample->open.first = sample->open.verdict;
    render_incident(sample, &page);
    ck_assert_int_eq(strstr(page.data, "Verdict when it was opened") != NULL, _i);
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

/* --- a run --- */

START_TEST(what_went_over_the_wire_is_folded_below_its_exchange)
{
    struct message_header headers[] = {{"Content-Type", "text/html"}, {"X-Odd", "<b>"}};
    struct message request = {.headers = headers, .header_count = 1},
                   answer = {.headers = headers,
                             .header_count = 2,
                             .body = "<script>no</script>",
                             .body_length = 19,
                             .body_size = 4000};
    struct sample *sample = sample_create(SAMPLE_HEALTHY);
    struct run *run = sample->runs[0];
    struct buffer page;
    run->steps[0].exchanges[0].request = &request;
    run->steps[0].exchanges[0].answer = &answer;
    buffer_init(&page, PAGE_MAX);
    page_run_render(&sample->shop, run, sample_now, NULL, &page);
    page_rules_check(page.data, page.length, "run");
    ck_assert_double_eq(page_rules_count(page.data, page.length, "count(//details)"), 1);
    ck_assert_double_eq(
        page_rules_count(page.data, page.length, "count(//details//pre[@tabindex])"), 3);
    assert_says(&page, "X-Odd: &lt;b&gt;");
    assert_says(&page, "The first 19 of 4000 bytes:");
    assert_says(&page, "&lt;script&gt;no&lt;/script&gt;");
    assert_says(&page, ".har\"");
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

/* --- lists --- */

START_TEST(older_runs_begin_where_the_page_ends)
{
    struct sample *sample = sample_create(SAMPLE_HEALTHY);
    struct buffer page;
    /* The newest four are of one moment: two journeys from two places. */
    const struct page_run_list list = {
        .shop = &sample->shop,
        .journeys = sample->overview.journeys,
        .journey_count = sample->overview.journey_count,
        .filter = {.state = "passed", .journey = "guest checkout"},
        .runs = sample->runs,
        .run_count = _i == 0 ? 3 : 4,
        .more = _i == 0,
        .now = sample_now,
    };
    buffer_init(&page, PAGE_MAX);
    page_run_list_render(&list, &page);
    page_rules_check(page.data, page.length, "runs");
    if (_i == 0)
        assert_says(&page, "/runs?journey=guest+checkout&amp;state=passed&amp;before=");
    ck_assert_int_eq(strstr(page.data, "&amp;skip=3\"") != NULL, _i == 0);
    ck_assert_double_eq(page_rules_count(page.data, page.length, "count(//option[@selected])"), 3);
    ck_assert_double_eq(
        page_rules_count(page.data, page.length, "count(//label[not(select) and not(input)])"), 0);
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

START_TEST(incidents_are_listed)
{
    struct sample *sample = sample_create((enum sample_kind)_i);
    struct incident incidents[] = {sample->open, sample->resolved};
    const struct page_incident_list list = {.shop = &sample->shop,
                                            .incidents = incidents,
                                            .incident_count = sample->open.id != NULL ? 2 : 0,
                                            .now = sample_now};
    struct buffer page;
    buffer_init(&page, PAGE_MAX);
    page_incident_list_render(&list, &page);
    page_rules_check(page.data, page.length, sample_name((enum sample_kind)_i));
    ck_assert_double_eq(page_rules_count(page.data, page.length, "count(//tbody/tr)"),
                        (double)list.incident_count);
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

/* --- the monitor --- */

/* On the overview, too: before anything is believed. */
START_TEST(the_overview_warns_of_a_monitor_that_is_not_well)
{
    struct sample *sample = sample_create(SAMPLE_HEALTHY);
    const struct health health = {.now = sample_now, .loop_lag = _i * 2 * HEALTH_LAG_MAX};
    struct buffer page;
    sample->overview.health = &health;
    buffer_init(&page, PAGE_MAX);
    page_overview_render(&sample->overview, &page);
    page_rules_check(page.data, page.length, "overview");
    ck_assert_double_eq(
        page_rules_count(page.data, page.length, "count(//p[@class='ails serious'])"), _i);
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

START_TEST(the_monitor_tells_what_ails_it)
{
    struct sample *sample = sample_create(SAMPLE_HEALTHY);
    const struct health_reporter reporters[] = {{.name = "pager",
                                                 .kind = "webhook",
                                                 .behind = DURATION_MINUTE,
                                                 .trouble = "it answers 500"}};
    struct health health = {.now = sample_now,
                            .version = "1",
                            .started = sample_now.us - DURATION_HOUR,
                            .memory = 3 << 20};
    struct buffer page;
    if (_i == 1) {
        health.loop_lag = 2 * HEALTH_LAG_MAX;
        health.reporters = reporters;
        health.reporter_count = 1;
    }
    buffer_init(&page, PAGE_MAX);
    page_monitor_render(&sample->shop, &health, NULL, &page);
    page_rules_check(page.data, page.length, "monitor");
    assert_says(&page, _i == 0 ? "The monitor is well" : "too busy to measure");
    assert_says(&page, "3.0 MiB");
    ck_assert_int_eq(strstr(page.data, "it answers 500") != NULL, _i == 1);
    ck_assert_int_eq(strstr(page.data, " behind</span>") != NULL, _i == 1);
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

/* What a probe may not look at is neither good nor bad, but must be seen. */
START_TEST(a_database_that_cannot_be_looked_at_is_shown)
{
    struct sample *sample = sample_create(SAMPLE_HEALTHY);
    struct database_finding findings[] = {
        {.check = DATABASE_CONNECT, .outcome = DATABASE_GOOD, .at = sample_now, .time = 900},
        {.check = DATABASE_READ,
         .table = "orders",
         .outcome = DATABASE_BLIND,
         .text = "permission denied"},
    };
    const struct database_state database = {
        .component = "db", .findings = findings, .finding_count = COUNT_OF(findings)};
    const struct database_state *databases[] = {&database};
    const struct health health = {
        .now = sample_now, .databases = databases, .database_count = COUNT_OF(databases)};
    struct buffer page;
    buffer_init(&page, PAGE_MAX);
    page_monitor_render(&sample->shop, &health, NULL, &page);
    page_rules_check(page.data, page.length, "monitor");
    assert_says(&page, "The monitor is well");
    assert_says(&page, "The probe of db cannot look at everything");
    assert_says(&page, "class=\"card failure degraded\""); /* nothing red under `well` */
    assert_says(&page, "read of orders");
    ck_assert_double_eq(
        page_rules_count(page.data, page.length, "count(//span[@class='badge degraded'])"), 1);
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("operator pages");
    TCase *series = tcase_create("series"), *pages = tcase_create("pages");
    tcase_add_loop_test(series, scales_end_at_round_numbers, 0, COUNT_OF(round_cases));
    tcase_add_test(series, hours_merge_into_longer_stretches);
    tcase_add_test(series, one_bad_hour_does_not_flatten_the_graph);
    tcase_add_loop_test(series, runs_add_up_here_as_in_the_store, 0, 5);
    tcase_add_loop_test(pages, a_journey_is_well_formed_over_any_span, 0,
                        SAMPLE_COUNT * SPAN_COUNT);
    tcase_add_test(pages, a_graph_is_said_in_words_and_numbers);
    tcase_add_test(pages, what_happened_stands_on_the_graph_and_beside_it);
    tcase_add_test(pages, maintenance_by_cron_is_drawn_each_time);
    tcase_add_test(pages, a_step_is_held_against_what_is_usual);
    tcase_add_loop_test(pages, what_was_promised_is_told, 0, 2);
    tcase_add_test(pages, an_incident_tells_what_became_of_it);
    tcase_add_test(pages, an_incident_covers_the_runs_of_who_shows_it);
    tcase_add_test(pages, each_suspect_has_its_column);
    tcase_add_loop_test(pages, the_first_verdict_is_shown_where_it_was_another, 0, 2);
    tcase_add_test(pages, what_went_over_the_wire_is_folded_below_its_exchange);
    tcase_add_loop_test(pages, older_runs_begin_where_the_page_ends, 0, 2);
    tcase_add_loop_test(pages, incidents_are_listed, 0, SAMPLE_COUNT);
    tcase_add_loop_test(pages, the_overview_warns_of_a_monitor_that_is_not_well, 0, 2);
    tcase_add_loop_test(pages, the_monitor_tells_what_ails_it, 0, 2);
    tcase_add_test(pages, a_database_that_cannot_be_looked_at_is_shown);
    suite_add_tcase(suite, series);
    suite_add_tcase(suite, pages);
    return suite;
}
