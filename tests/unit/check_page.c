/* SPDX-License-Identifier: MIT */
/* reporters/: what people see, as pages and as JSON. */
#include "tests/unit/page_rules.h"
#include "tests/unit/page_samples.h"
#include "tests/unit/runner.h"

#include "monitor/base/utf8.h"
#include "monitor/base/zone.h"
#include "scenarios/cron.h"

#include "reporters/html.h"
#include "reporters/text.h"

#include <jansson.h>
#include <string.h>

enum { VIEW_OVERVIEW, VIEW_RUN, VIEW_INCIDENT, VIEW_MESSAGE, VIEW_COUNT };

static void render(const struct sample *sample, int view, struct buffer *out)
{
    const struct page_incident incident = {.shop = &sample->shop,
                                           .incident = &sample->open,
                                           .runs = sample->runs,
                                           .run_count = sample->run_count,
                                           .now = sample_now};
    buffer_init(out, PAGE_MAX);
    if (view == VIEW_OVERVIEW)
        page_overview_render(&sample->overview, out);
    else if (view == VIEW_RUN && sample->worst != NULL)
        page_run_render(&sample->shop, sample->worst, sample_now, NULL, out);
    else if (view == VIEW_INCIDENT && sample->worst != NULL)
        page_incident_render(&incident, out);
    else
        page_message_render(&sample->shop, NULL, "There is nothing here", "Go back.", out);
    ck_assert_int_eq(out->result, RESULT_OK);
}

START_TEST(every_page_is_well_formed)
{
    struct sample *sample = sample_create((enum sample_kind)(_i / VIEW_COUNT));
    struct buffer page;
    render(sample, _i % VIEW_COUNT, &page);
    page_rules_check(page.data, page.length, sample_name((enum sample_kind)(_i / VIEW_COUNT)));
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

static void assert_harmless(const char *text)
{
    while (*text != '\0') {
        uint32_t code = 0;
        size_t length = utf8_decode(text, &code);
        ck_assert_uint_gt(length, 0);
        ck_assert_msg(text_is_harmless(code), "U+%04X came through", code);
        text += length;
    }
}

START_TEST(hostile_text_is_shown_not_obeyed)
{
    struct sample *sample = sample_create(SAMPLE_HOSTILE);
    struct buffer page;
    render(sample, _i, &page);
    assert_harmless(page.data);
    ck_assert_ptr_null(strstr(page.data, "<script>"));
    ck_assert_ptr_nonnull(strstr(page.data, "&lt;script&gt;alert(1)&lt;/script&gt;"));
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

static const struct {
    enum sample_kind kind;
    enum state state;
    const char *sentence, *detail;
} headline_cases[] = {
    {SAMPLE_HEALTHY, STATE_PASSED, "Everything works",
     "2 journeys, replayed from 2 places: all pass."},
    {SAMPLE_FROZEN, STATE_FAILED, "Browse and guest checkout are failing since 13:55 UTC",
     "The cause is the application (Storefront): very likely, 91 %."},
    {SAMPLE_DATABASE, STATE_FAILED, "Guest checkout is failing since 13:55 UTC",
     "The cause is the database (Shop database, orders): almost certain, 97 %. Still working: "
     "Network and edge, Storefront."},
    {SAMPLE_CUT, STATE_FAILED,
     "Browse and guest checkout are failing from New York since 13:55 UTC",
     "The cause is the network: very likely, 88 %. From the other place it passes. Still working: "
     "Storefront, Shop database, Payment provider."},
    {SAMPLE_BLIND, STATE_UNKNOWN, "We cannot tell right now",
     "Not even the reference sites can be reached from this vantage point."},
    {SAMPLE_EMPTY, STATE_UNKNOWN, "We cannot tell yet",
     "No journey has been replayed so far. The first slots are due."},
    {SAMPLE_HOSTILE, STATE_FAILED, "Guest checkout is failing since 13:55 UTC",
     "The cause is not determined yet. Still working: Network and edge."},
};

START_TEST(headline_answers_the_question)
{
    struct sample *sample = sample_create(headline_cases[_i].kind);
    struct page_headline headline;
    page_headline(&sample->overview, &headline);
    ck_assert_str_eq(headline.sentence, headline_cases[_i].sentence);
    ck_assert_str_eq(headline.detail, headline_cases[_i].detail);
    ck_assert_int_eq(headline.state, headline_cases[_i].state);
    struct buffer page;
    render(sample, VIEW_OVERVIEW, &page);
    ck_assert_ptr_nonnull(strstr(page.data, headline_cases[_i].sentence));
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

/* From everywhere, or from one place; with what else is wrong. */
static const struct {
    enum sample_kind kind;
    const char *journey, *vantage; /* NULL: all */
    enum state state;
    const char *sentence, *detail;
} pause_cases[] = {
    {SAMPLE_HEALTHY, "browse", NULL, STATE_UNKNOWN, "Browse is paused. Everything else works",
     "2 of 4 replays are paused; the others pass."},
    {SAMPLE_HEALTHY, NULL, NULL, STATE_UNKNOWN, "Everything is paused",
     "Nothing is replayed, so nobody knows whether people can buy."},
    {SAMPLE_HEALTHY, NULL, "nyc", STATE_PASSED, "Everything works",
     "2 of 4 replays are paused; the others pass."},
    {SAMPLE_DATABASE, "browse", NULL, STATE_FAILED, "Guest checkout is failing since 13:55 UTC",
     " 1 of 2 journeys is paused."},
    {SAMPLE_DATABASE, "guest checkout", NULL, STATE_UNKNOWN,
     "Guest checkout is paused. Everything else works", "2 of 4 replays are paused"},
};

START_TEST(what_is_paused_does_not_look_healthy)
{
    struct sample *sample = sample_create(pause_cases[_i].kind);
    const char *journey = pause_cases[_i].journey, *vantage = pause_cases[_i].vantage;
    const struct maintenance pause = {.id = "pause-x",
                                      .title = "a pause",
                                      .start = wall_after(sample_now, -DURATION_SECOND),
                                      .pause = true,
                                      .journeys = &journey,
                                      .journey_count = journey != NULL,
                                      .vantages = &vantage,
                                      .vantage_count = vantage != NULL};
    struct page_headline headline;
    struct buffer page;
    sample->overview.ordered = (struct maintenance_list){&pause, 1};
    page_headline(&sample->overview, &headline);
    ck_assert_str_eq(headline.sentence, pause_cases[_i].sentence);
    ck_assert_ptr_nonnull(strstr(headline.detail, pause_cases[_i].detail));
    ck_assert_int_eq(headline.state, pause_cases[_i].state);
    render(sample, VIEW_OVERVIEW, &page);
    page_rules_check(page.data, page.length, "paused");
    ck_assert_ptr_nonnull(strstr(page.data, "Paused: a pause. Nothing of it is replayed."));
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

START_TEST(old_runs_prove_nothing)
{
    struct sample *sample = sample_create(SAMPLE_HEALTHY);
    struct page_headline headline;
    sample->overview.now = wall_after(sample_now, DURATION_HOUR);
    page_headline(&sample->overview, &headline);
    ck_assert_str_eq(headline.sentence, "We cannot tell right now");
    ck_assert_str_eq(headline.detail, "The last run ended at 14:06 UTC.");
    sample_free(sample);
}
END_TEST

START_TEST(a_failure_without_incident_is_said_to_be_unconfirmed)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct page_headline headline;
    sample->overview.open_count = 0;
    page_headline(&sample->overview, &headline);
    ck_assert_str_eq(headline.sentence, "Guest checkout is failing");
    ck_assert_str_eq(headline.detail,
                     "Not confirmed yet: the next replay confirms it or clears it. Still working: "
                     "Network and edge.");
    sample_free(sample);
}
END_TEST

/* Another one is older, and comes first: browse has been in trouble, and works again. */
START_TEST(what_fails_is_told_by_its_own_incident)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct incident_shower shower = {.journey = "browse", .vantage = "ams"};
    struct incident open[] = {sample->open, sample->open};
    struct page_headline headline;
    open[0].began = wall_after(sample_now, -DURATION_HOUR);
    open[0].verdict.cause = CAUSE_NETWORK;
    open[0].showers = &shower;
    open[0].shower_count = 1;
    sample->overview.open = open;
    sample->overview.open_count = COUNT_OF(open);
    page_headline(&sample->overview, &headline);
    ck_assert_str_eq(headline.sentence, "Guest checkout is failing since 13:55 UTC");
    ck_assert_ptr_nonnull(strstr(headline.detail, "The cause is the database (Shop database, "));
    sample->overview.open_count = 1;
    page_headline(&sample->overview, &headline);
    ck_assert_str_eq(headline.sentence, "Guest checkout is failing");
    ck_assert_ptr_nonnull(strstr(headline.detail, "Not confirmed yet"));
    sample_free(sample);
}
END_TEST

/* None of them is the cause of what the others are. */
START_TEST(several_incidents_at_once_are_several_causes)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct incident open[] = {sample->open, sample->open, sample->open, sample->open};
    struct page_headline headline;
    sample->overview.open = open;
    sample->overview.open_count = 2;
    open[1].began = wall_after(sample_now, -DURATION_HOUR);
    open[1].verdict = (struct verdict){.cause = CAUSE_UNDETERMINED};
    page_headline(&sample->overview, &headline);
    ck_assert_str_eq(headline.sentence, "Guest checkout is failing since 13:07 UTC");
    ck_assert_ptr_nonnull(strstr(headline.detail, "2 incidents at once: not determined; "
                                                  "the database (Shop database, orders), 97 %. "));
    sample->overview.open_count = 4;
    open[3].began = wall_after(sample_now, -2 * DURATION_HOUR);
    open[3].verdict = (struct verdict){.cause = CAUSE_NETWORK, .confidence = 0.9};
    page_headline(&sample->overview, &headline);
    ck_assert_ptr_nonnull(strstr(headline.detail,
                                 "4 incidents at once: the network, 90 %; not determined; "
                                 "the database (Shop database, orders), 97 % and more."));
    sample_free(sample);
}
END_TEST

START_TEST(a_place_that_cannot_look_is_not_said_to_pass)
{
    struct sample *sample = sample_create(SAMPLE_CUT);
    struct page_headline headline;
    for (size_t i = 0; i < sample->run_count; i++)
        if (strcmp(sample->runs[i]->vantage, "nyc") != 0)
            sample->runs[i]->state = STATE_UNKNOWN;
    page_headline(&sample->overview, &headline);
    ck_assert_str_eq(headline.sentence,
                     "Browse and guest checkout are failing from New York since 13:55 UTC");
    ck_assert_ptr_nonnull(strstr(headline.detail, " From the other place it cannot be told."));
    sample_free(sample);
}
END_TEST

START_TEST(a_place_that_cannot_look_says_why)
{
    struct sample *sample = sample_create(SAMPLE_HEALTHY);
    struct page_headline headline;
    for (size_t i = 0; i < sample->run_count; i++) {
        struct run *run = sample->runs[i];
        if (strcmp(run->vantage, "nyc") != 0)
            continue;
        run->state = run->steps[0].state = STATE_UNKNOWN;
        run->steps[0].symptom = SYMPTOM_MONITOR_SOURCE_UNAVAILABLE;
    }
    page_headline(&sample->overview, &headline);
    ck_assert_str_eq(headline.sentence, "Everything works");
    ck_assert_str_eq(headline.detail,
                     "2 of 4 replays could not be made; the others pass. The vantage point's "
                     "source address or network namespace cannot be used.");
    sample_free(sample);
}
END_TEST

START_TEST(a_run_of_the_future_proves_nothing)
{
    struct sample *sample = sample_create(SAMPLE_HEALTHY);
    struct page_headline headline;
    sample->overview.now = wall_after(sample_now, -DURATION_HOUR);
    page_headline(&sample->overview, &headline);
    ck_assert_str_eq(headline.sentence, "We cannot tell right now");
    ck_assert_str_eq(headline.detail, "The last run ended at 14:06 UTC, which is still to come: "
                                      "the clock was set back.");
    sample_free(sample);
}
END_TEST

/* A shop that hangs: behind each replay comes a slot that was due meanwhile. */
static void hang(struct sample *sample, struct run *slots[4])
{
    size_t count = 4;
    for (size_t i = 0; i < count; i++) {
        const struct run *replay = sample->runs[i];
        slots[i] = run_create(replay->journey, replay->vantage,
                              wall_after(replay->slot.planned, DURATION_SECOND));
        slots[i]->state = replay->state;
        slots[i]->reason = "overlap";
        slots[i]->slot.started = slots[i]->slot.ended = replay->slot.ended;
        verdict_copy(slots[i]->arena, &slots[i]->verdict, &replay->verdict);
    }
    sample->overview.latest = slots;
    sample->overview.latest_count = count;
}

START_TEST(slots_without_a_run_say_why)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct page_component now;
    struct run *slots[4];
    struct buffer page;
    buffer_init(&page, PAGE_MAX);
    hang(sample, slots);
    page_component(&sample->overview, "web", CAUSE_APPLICATION, &now);
    ck_assert_int_eq(now.state, STATE_PASSED);
    sample->overview.recent = slots;
    sample->overview.recent_count = 4;
    page_overview_render(&sample->overview, &page);
    ck_assert_ptr_nonnull(strstr(page.data, "<tr class=\"slot\">"));
    ck_assert_ptr_nonnull(strstr(page.data, ">the run before it was still going<"));
    ck_assert_ptr_null(strstr(page.data, "0 \xc2\xb5s"));
    buffer_clear(&page);
    page_run_render(&sample->shop, slots[3], sample_now, NULL, &page);
    ck_assert_ptr_nonnull(strstr(page.data, "The run before it was still going"));
    ck_assert_ptr_null(strstr(page.data, "overlap"));
    ck_assert_ptr_null(strstr(page.data, "Waterfall"));
    ck_assert_ptr_null(strstr(page.data, "0 \xc2\xb5s"));
    for (size_t i = 0; i < COUNT_OF(slots); i++)
        run_free(slots[i]);
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

/* 30 journeys from 12 places: so many of them fail from seven, the last was never replayed. */
enum { CROWD_JOURNEYS = 30, CROWD_PLACES = 12, CROWD_NEW = CROWD_JOURNEYS - 1 };

static const struct {
    size_t failing;
    struct {
        const char *xpath;
        double expected;
    } rules[6];
} crowds[] = {
    {1,
     {{"count(//table[@class='matrix'])", 1},
      {"count(//table[@class='matrix']/tbody/tr)", 5},
      {"count(//p[. = 'So from 7 of 12 places; 5 of them are shown.'])", 1},
      {"count(//summary[. = '28 passing from everywhere'])", 1},
      {"count(//summary[. = '1 not replayed yet'])", 1},
      {"count(//details//a[starts-with(@href, '/journey')])", 29}}},
    /* Of very many the first are shown, and the others named. */
    {20,
     {{"count(//table[@class='matrix'])", 20}, {"count(//summary[contains(., 'failing')])", 0}}},
    {23,
     {{"count(//table[@class='matrix'])", 20},
      {"count(//summary[. = '3 more failing somewhere'])", 1},
      {"count(//summary[. = '6 passing from everywhere'])", 1},
      {"count(//details[1]//a[starts-with(@href, '/journey')])", 3}}},
};

START_TEST(of_a_crowd_is_shown_what_is_not_well)
{
    struct sample *sample = sample_create(SAMPLE_HEALTHY);
    struct vantage places[CROWD_PLACES] = {{0}};
    struct page_journey journeys[CROWD_JOURNEYS] = {{0}};
    struct run *runs[CROWD_NEW * CROWD_PLACES];
    char names[CROWD_JOURNEYS][8];
    struct buffer page;
    size_t count = 0;
    for (size_t i = 0; i < CROWD_PLACES; i++)
        places[i].name = arena_print(sample->arena, "place %02zu", i);
    for (size_t i = 0; i < CROWD_JOURNEYS; i++) {
        snprintf(names[i], sizeof names[i], "j%02zu", i);
        journeys[i] = (struct page_journey){.name = names[i], .every = DURATION_MINUTE};
        for (size_t n = 0; i != CROWD_NEW && n < CROWD_PLACES; n++, count++) {
            bool fails = i + crowds[_i].failing >= CROWD_NEW && n < 7;
            runs[count] = run_create(names[i], places[n].name, sample_now);
            runs[count]->state = fails ? STATE_FAILED : STATE_PASSED;
            runs[count]->slot.ended = sample_now;
        }
    }
    sample->shop.vantages = places;
    sample->shop.vantage_count = CROWD_PLACES;
    sample->overview.journeys = journeys;
    sample->overview.journey_count = CROWD_JOURNEYS;
    sample->overview.latest = runs;
    sample->overview.latest_count = count;
    buffer_init(&page, PAGE_MAX);
    page_overview_render(&sample->overview, &page);
    page_rules_check(page.data, page.length, "crowd");
    for (size_t i = 0; i < COUNT_OF(crowds[_i].rules) && crowds[_i].rules[i].xpath != NULL; i++)
        ck_assert_msg(page_rules_count(page.data, page.length, crowds[_i].rules[i].xpath) ==
                          crowds[_i].rules[i].expected,
                      "%s", crowds[_i].rules[i].xpath);
    for (size_t i = 0; i < count; i++)
        run_free(runs[i]);
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

static const struct {
    duration every, span;
} span_cases[] = {
    {1, 10 * DURATION_SECOND},
    {2 * DURATION_SECOND, 10 * DURATION_SECOND},
    {11 * DURATION_SECOND, 30 * DURATION_SECOND},
    {DURATION_MINUTE, DURATION_MINUTE},
    {4 * DURATION_MINUTE, 5 * DURATION_MINUTE},
    {31 * DURATION_MINUTE, DURATION_HOUR},
    {30 * DURATION_DAY, DURATION_HOUR},
};

START_TEST(a_bar_is_a_round_time_with_a_slot_in_it)
{
    for (size_t i = 0; i < COUNT_OF(span_cases); i++)
        ck_assert_int_eq(page_span(span_cases[i].every), span_cases[i].span);
}
END_TEST

static const struct {
    duration every;
    int history; /* minutes of it that there are */
    const char *says, *stretch;
} bar_cases[] = {
    {DURATION_MINUTE, 52, "Replayed every minute.", "Last 54 minutes"},
    {DURATION_MINUTE, 2, "Replayed every minute.", "Last 24 minutes"},
    {2 * DURATION_SECOND, 2, "Replayed every 2 s.", "Last 4 minutes"},
    {DURATION_MINUTE * 5, 52, "Replayed every 5 min.", "Last 2 hours"},
};

START_TEST(bars_are_as_many_as_there_is_history)
{
    struct sample *sample = sample_create(SAMPLE_HEALTHY);
    struct page_journey journey = sample->overview.journeys[0];
    struct buffer page;
    buffer_init(&page, PAGE_MAX);
    journey.every = bar_cases[_i].every;
    sample->overview.journeys = &journey;
    sample->overview.journey_count = 1;
    sample->overview.tally_count = (size_t)bar_cases[_i].history; /* the newest come first */
    page_overview_render(&sample->overview, &page);
    ck_assert_ptr_nonnull(strstr(page.data, bar_cases[_i].says));
    ck_assert_ptr_nonnull(strstr(page.data, bar_cases[_i].stretch));
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

/* From one vantage point after another, and by cron: how long a run is believed. It was planned for
 * 14:06:35, and ended 14:06. */
static const struct {
    const char *cron; /* NULL: every minute */
    bool rotates;
    duration fresh, stale; /* behind the samples' now, 14:07 */
    const char *says;
} sight_cases[] = {
    {NULL, false, 3 * DURATION_MINUTE, 4 * DURATION_MINUTE, "Replayed every minute."},
    {NULL, true, 6 * DURATION_MINUTE, 7 * DURATION_MINUTE,
     "Replayed every minute, from one vantage point after another."},
    /* 14:15, 14:30 and 14:45. */
    {"*/15 8-22 * * MON-SAT", false, 38 * DURATION_MINUTE, 40 * DURATION_MINUTE,
     "Replayed at */15 8-22 * * MON-SAT (cron, UTC)."},
    /* Until 15:30 with two that rotate. */
    {"*/15 8-22 * * MON-SAT", true, 83 * DURATION_MINUTE, 85 * DURATION_MINUTE,
     "(cron, UTC), from one vantage point after another."},
    /* The night is nobody's fault: 8:00, 9:00 and 10:00 on the next day. */
    {"0 8-14 * * *", false, 19 * DURATION_HOUR, 20 * DURATION_HOUR, "Replayed at 0 8-14 * * *"},
};

START_TEST(a_run_is_believed_until_slots_are_missed)
{
    struct sample *sample = sample_create(SAMPLE_HEALTHY);
    struct page_journey journey = sample->overview.journeys[0];
    struct cron cron;
    struct cron_mistake mistake;
    struct buffer page;
    journey.rotates = sight_cases[_i].rotates;
    if (sight_cases[_i].cron != NULL) {
        ck_assert_int_eq(cron_parse(sample->arena, sight_cases[_i].cron, &cron, &mistake),
                         RESULT_OK);
        journey.cron = &cron;
        journey.zone = zone_utc();
        journey.every = cron_interval(&cron);
    }
    sample->overview.journeys = &journey;
    sample->overview.journey_count = 1;
    sample->overview.now = wall_after(sample_now, sight_cases[_i].fresh);
    ck_assert(!page_cell(&sample->overview, &journey, "ams").stale);
    sample->overview.now = wall_after(sample_now, sight_cases[_i].stale);
    ck_assert(page_cell(&sample->overview, &journey, "ams").stale);
    buffer_init(&page, PAGE_MAX);
    page_overview_render(&sample->overview, &page);
    ck_assert_ptr_nonnull(strstr(page.data, sight_cases[_i].says));
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

START_TEST(an_incident_that_a_slot_without_a_run_opened_has_no_symptom)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct buffer page;
    sample->open.symptom = SYMPTOM_NONE;
    sample->open.step = NULL;
    for (int view = 0; view < VIEW_COUNT; view++) {
        render(sample, view, &page);
        ck_assert_ptr_null(strstr(page.data, "Nothing is wrong"));
        buffer_free(&page);
    }
    sample_free(sample);
}
END_TEST

static const struct {
    unsigned counted;
    bool open, apart; /* apart: no two runs in the same minute */
    const char *count, *clock;
} incident_cases[] = {
    {4000, true, false, "The newest 20 of 4000 failed runs.", ">14:06:35 UTC<"},
    {20, false, false, "20 failed runs, the newest first.", ">14:06:35 UTC<"},
    {1, true, true, "1 failed run, the newest first.", ">14:06 UTC<"},
};

START_TEST(an_incident_says_what_it_lists)
{
    struct sample *sample = sample_create(SAMPLE_DATABASE);
    struct page_incident model = {.shop = &sample->shop,
                                  .incident = &sample->open,
                                  .runs = sample->runs,
                                  .run_count = incident_cases[_i].apart ? 1 : sample->run_count,
                                  .now = sample_now};
    struct buffer page;
    buffer_init(&page, PAGE_MAX);
    sample->open.runs = incident_cases[_i].counted;
    sample->runs[1]->slot.planned.us -= DURATION_SECOND;
    if (!incident_cases[_i].open)
        sample->open.resolved = sample_now;
    page_incident_render(&model, &page);
    ck_assert_ptr_nonnull(strstr(page.data, incident_cases[_i].count));
    ck_assert_ptr_nonnull(strstr(page.data, incident_cases[_i].clock));
    ck_assert_int_eq(strstr(page.data, "src=\"/page.js") != NULL, incident_cases[_i].open);
    buffer_free(&page);
    sample_free(sample);
}
END_TEST

static const struct {
    enum sample_kind kind;
    const char *name;
    enum cause cause;
    enum state state;
} component_cases[] = {
    {SAMPLE_HEALTHY, "db", CAUSE_DATABASE, STATE_PASSED},
    {SAMPLE_HEALTHY, "edge", CAUSE_NETWORK, STATE_PASSED},
    {SAMPLE_DATABASE, "db", CAUSE_DATABASE, STATE_FAILED},
    {SAMPLE_DATABASE, "db.orders", CAUSE_DATABASE, STATE_FAILED},
    {SAMPLE_DATABASE, "db.carts", CAUSE_DATABASE, STATE_PASSED},
    {SAMPLE_DATABASE, "web", CAUSE_APPLICATION, STATE_PASSED},
    {SAMPLE_DATABASE, "payments", CAUSE_THIRD_PARTY, STATE_UNKNOWN},
    {SAMPLE_FROZEN, "web", CAUSE_APPLICATION, STATE_FAILED},
    {SAMPLE_FROZEN, "db", CAUSE_DATABASE, STATE_UNKNOWN},
    {SAMPLE_HOSTILE, "db", CAUSE_DATABASE, STATE_UNKNOWN}, /* steps of it pass, and fail */
    {SAMPLE_CUT, "edge", CAUSE_NETWORK, STATE_FAILED},
    {SAMPLE_CUT, "web", CAUSE_APPLICATION, STATE_PASSED},
    {SAMPLE_EMPTY, "web", CAUSE_APPLICATION, STATE_UNKNOWN},
};

START_TEST(components_are_blamed_only_on_evidence)
{
    struct sample *sample = sample_create(component_cases[_i].kind);
    struct page_component now;
    page_component(&sample->overview, component_cases[_i].name, component_cases[_i].cause, &now);
    ck_assert_msg(now.state == component_cases[_i].state, "%s is %s: %s", component_cases[_i].name,
                  state_name(now.state), now.why);
    sample_free(sample);
}
END_TEST

START_TEST(json_says_the_same)
{
    struct sample *sample = sample_create((enum sample_kind)_i);
    struct page_headline headline;
    struct buffer out;
    buffer_init(&out, PAGE_MAX);
    page_headline(&sample->overview, &headline);
    page_overview_json(&sample->overview, &out);
    json_t *json = json_loads(out.data, 0, NULL);
    ck_assert_ptr_nonnull(json);
    ck_assert_str_eq(json_string_value(json_object_get(json, "state")), state_name(headline.state));
    ck_assert_uint_eq(json_array_size(json_object_get(json, "journeys")), 4);
    ck_assert_uint_eq(json_array_size(json_object_get(json, "incidents")),
                      sample->overview.open_count);
    json_decref(json);
    buffer_clear(&out);
    if (sample->worst != NULL) {
        page_run_json(sample->worst, &out);
        json = json_loads(out.data, 0, NULL);
        ck_assert_str_eq(json_string_value(json_object_get(json, "id")), sample->worst->id);
        json_decref(json);
        buffer_clear(&out);
        page_incident_json(&sample->open, &out);
        json = json_loads(out.data, 0, NULL);
        ck_assert_str_eq(json_string_value(json_object_get(json, "id")), sample->open.id);
        json_decref(json);
    }
    buffer_free(&out);
    sample_free(sample);
}
END_TEST

static const struct {
    const char *target, *written;
} link_cases[] = {
    {"/runs/1", "<!DOCTYPE html>\n<a href=\"/runs/1\">x</a>"},
    {"#main", "<!DOCTYPE html>\n<a href=\"#main\">x</a>"},
    {"https://shop.example/?a=1&b=\"", "<!DOCTYPE html>\n<a href=\"https://shop.example/?a=1&amp;b="
                                       "&quot;\">x</a>"},
    {"javascript:alert(1)", "<!DOCTYPE html>\n<span>x</span>"},
    {"JaVaScRiPt:alert(1)", "<!DOCTYPE html>\n<span>x</span>"},
    {" javascript:alert(1)", "<!DOCTYPE html>\n<span>x</span>"},
    {"data:text/html,x", "<!DOCTYPE html>\n<span>x</span>"},
    {"//evil.example/", "<!DOCTYPE html>\n<span>x</span>"},
    {"/\\evil.example/", "<!DOCTYPE html>\n<span>x</span>"},
    {"", "<!DOCTYPE html>\n<span>x</span>"},
};

START_TEST(links_lead_only_where_links_may)
{
    struct buffer out;
    buffer_init(&out, 1000);
    struct html *html = html_open(&out);
    html_begin_link(html, link_cases[_i].target);
    html_text(html, "x");
    html_close(html);
    ck_assert_str_eq(out.data, link_cases[_i].written);
    buffer_free(&out);
}
END_TEST

static const struct {
    const char *text, *valid;
} text_cases[] = {
    {"Grüße, 世界 \xf0\x9f\x8d\xb5", "Grüße, 世界 \xf0\x9f\x8d\xb5"},
    {"a\tb\r\nc", "a\tb\nc"},
    {"\x1b[2J", "\xef\xbf\xbd[2J"},
    {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd"},                 /* overlong */
    {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"}, /* a surrogate */
    {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
    {"cut \xe2\x80", "cut \xef\xbf\xbd\xef\xbf\xbd"},
    {"\xc2\x9b", "\xef\xbf\xbd"},     /* a C1 control */
    {"\xe2\x80\xae", "\xef\xbf\xbd"}, /* right-to-left override */
    {"\xef\xbf\xbf", "\xef\xbf\xbd"}, /* U+FFFF */
};

START_TEST(text_becomes_valid)
{
    struct buffer out;
    buffer_init(&out, 1000);
    text_append_valid(&out, text_cases[_i].text);
    ck_assert_str_eq(out.data, text_cases[_i].valid);
    buffer_free(&out);
}
END_TEST

START_TEST(stylesheet_came_whole_into_the_program)
{
    ck_assert_ptr_nonnull(strstr(page_style, "@media (prefers-color-scheme: dark)"));
    ck_assert_ptr_nonnull(strstr(page_style, "\"Segoe UI\""));
    ck_assert_ptr_null(strstr(page_style, "http"));
    ck_assert_ptr_null(strstr(page_style, "dd::first-letter"));
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("page");
    TCase *pages = tcase_create("pages");
    tcase_add_loop_test(pages, every_page_is_well_formed, 0, SAMPLE_COUNT * VIEW_COUNT);
    tcase_add_loop_test(pages, hostile_text_is_shown_not_obeyed, 0, VIEW_COUNT);
    tcase_add_loop_test(pages, headline_answers_the_question, 0, COUNT_OF(headline_cases));
    tcase_add_loop_test(pages, what_is_paused_does_not_look_healthy, 0, COUNT_OF(pause_cases));
    tcase_add_test(pages, old_runs_prove_nothing);
    tcase_add_test(pages, a_failure_without_incident_is_said_to_be_unconfirmed);
    tcase_add_test(pages, what_fails_is_told_by_its_own_incident);
    tcase_add_test(pages, several_incidents_at_once_are_several_causes);
    tcase_add_test(pages, a_place_that_cannot_look_is_not_said_to_pass);
    tcase_add_test(pages, a_place_that_cannot_look_says_why);
    tcase_add_test(pages, a_run_of_the_future_proves_nothing);
    tcase_add_test(pages, slots_without_a_run_say_why);
    tcase_add_loop_test(pages, of_a_crowd_is_shown_what_is_not_well, 0, COUNT_OF(crowds));
    tcase_add_test(pages, a_bar_is_a_round_time_with_a_slot_in_it);
    tcase_add_loop_test(pages, bars_are_as_many_as_there_is_history, 0, COUNT_OF(bar_cases));
    tcase_add_loop_test(pages, a_run_is_believed_until_slots_are_missed, 0, COUNT_OF(sight_cases));
    tcase_add_test(pages, an_incident_that_a_slot_without_a_run_opened_has_no_symptom);
    tcase_add_loop_test(pages, an_incident_says_what_it_lists, 0, COUNT_OF(incident_cases));
    tcase_add_loop_test(pages, components_are_blamed_only_on_evidence, 0,
                        COUNT_OF(component_cases));
    tcase_add_loop_test(pages, json_says_the_same, 0, SAMPLE_COUNT);
    tcase_add_loop_test(pages, links_lead_only_where_links_may, 0, COUNT_OF(link_cases));
    tcase_add_loop_test(pages, text_becomes_valid, 0, COUNT_OF(text_cases));
    tcase_add_test(pages, stylesheet_came_whole_into_the_program);
    suite_add_tcase(suite, pages);
    return suite;
}
