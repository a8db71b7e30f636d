/* SPDX-License-Identifier: MIT */
/* reporters/: what everybody is told of the shop, in words, bars, feed, JSON and badge. */
#include "tests/unit/public_situation.h"

#include "monitor/base/zone.h"
#include "reporters/page.h"

#include <jansson.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdio.h>
#include <string.h>

START_TEST(times_are_told_by_the_shop_s_clock)
{
    struct situation situation;
    struct arena *arena = arena_create();
    char text[PUBLIC_TIME_MAX];
    situation_open(&situation, "pp");
    ck_assert_int_eq(zone_read(arena, "America/St_Johns", &situation.view.zone), RESULT_OK);
    ck_assert_str_eq(public_clock(&situation.view, situation_now, text), "10:37 UTC-3:30");
    ck_assert_str_eq(
        public_clock(&situation.view, wall_after(situation_now, -14 * DURATION_HOUR), text),
        "22 Nov, 20:37 UTC-3:30");
    ck_assert_int_eq(zone_read(arena, "Europe/Berlin", &situation.view.zone), RESULT_OK);
    ck_assert_str_eq(public_moment(&situation.view, situation_now, text),
                     "23 Nov 2026, 15:07 UTC+1");
    ck_assert_str_eq(public_date(&situation.view, (struct wall_time){1780272000000000}, text),
                     "1 Jun 2026");
    arena_free(arena);
    situation_close(&situation);
}
END_TEST

/* --- how it did ------------------------------------------------------------------------------- */

static const struct {
    struct store_counts counts; /* passed, degraded, failed, unknown */
    const char *uptime;
    enum public_day_kind day;
} uptime_cases[] = {
    {{0, 0, 0, 0, 0}, "no data yet", PUBLIC_DAY_NOTHING},
    {{0, 0, 0, 0, 9}, "no data yet", PUBLIC_DAY_NOTHING},
    {{0, 0, 0, 7, 0}, "not known", PUBLIC_DAY_BLIND},
    {{1440, 0, 0, 0, 0}, "100 %", PUBLIC_DAY_GOOD},
    {{1340, 100, 0, 0, 0}, "100 %", PUBLIC_DAY_GOOD},
    {{100, 1340, 0, 0, 0}, "100 %", PUBLIC_DAY_SOME},
    {{1439, 0, 1, 0, 0}, "99.93 %", PUBLIC_DAY_SOME},
    {{1999999, 0, 1, 0, 0}, "99.99 %", PUBLIC_DAY_SOME},
    {{1439, 0, 0, 1, 0}, "99.93–100 %", PUBLIC_DAY_GOOD},
    {{900, 0, 50, 50, 0}, "90.0–95.0 %", PUBLIC_DAY_BAD},
    {{0, 0, 10, 0, 0}, "0.0 %", PUBLIC_DAY_BAD},
};

static const struct {
    struct public_goal goal;
    const char *says;
} goal_cases[] = {
    {{0}, ""},
    {{.target = .999, .over = 30 * DURATION_DAY, .success = {.9995, .9997}},
     "Goal: 99.9 % over 30 days; so far 99.95–99.97 %."},
    {{.target = .95, .within = 2 * DURATION_SECOND, .over = DURATION_WEEK, .success = {1, 1}},
     "Goal: 95 % within 2.00 s over 7 days; so far 100 %."},
};

START_TEST(a_goal_is_told_with_what_came_of_it)
{
    struct buffer said;
    buffer_init(&said, PUBLIC_SENTENCE_MAX);
    public_goal_say(&goal_cases[_i].goal, &said);
    ck_assert_str_eq(said.data, goal_cases[_i].says);
    buffer_free(&said);
}
END_TEST

START_TEST(trouble_of_the_monitor_s_own_is_said)
{
    struct situation situation;
    struct buffer out;
    buffer_init(&out, PAGE_MAX);
    situation_open(&situation, "pp");
    situation.view.troubled = true;
    public_judge(&situation.view);
    public_overview_render(&situation.view, &out);
    ck_assert_ptr_nonnull(strstr(out.data, "may be late or incomplete"));
    buffer_free(&out);
    situation_close(&situation);
}
END_TEST

START_TEST(long_numbers_are_in_threes)
{
    char text[PUBLIC_COUNT_MAX];
    ck_assert_str_eq(public_count(7, text), "7");
    ck_assert_str_eq(public_count(129600, text), "129,600");
    ck_assert_str_eq(public_count(1234567, text), "1,234,567");
}
END_TEST

START_TEST(uptime_is_never_more_than_is_known)
{
    char text[PUBLIC_UPTIME_MAX];
    public_uptime(&uptime_cases[_i].counts, text);
    ck_assert_str_eq(text, uptime_cases[_i].uptime);
    ck_assert_int_eq(public_day_kind(&uptime_cases[_i].counts), uptime_cases[_i].day);
}
END_TEST

/* --- incidents -------------------------------------------------------------------------------- */

static const struct {
    const char *cells, *shown, *open, *over;
    enum symptom symptom;
} title_cases[] = {
    {"pp ff pp", "1a 1n", "Guest checkout is failing", "Guest checkout failed", SYMPTOM_HTTP_ERROR},
    {"pp pf pp", "1n", "Guest checkout is failing from New York",
     "Guest checkout failed from New York", SYMPTOM_HTTP_ERROR},
    {"pf fp pp", "1a 0n", "Guest checkout and browse are failing",
     "Guest checkout and browse failed", SYMPTOM_HTTP_ERROR},
    {"ff ff ff", "1a 0n 2a", "Guest checkout and 2 others are failing",
     "Guest checkout and 2 others failed", SYMPTOM_HTTP_ERROR},
    {"pp ff pp", "1a 1n", "Guest checkout is too slow", "Guest checkout was too slow",
     SYMPTOM_PACE_SLOW},
    {"pp ff pp", "", "Guest checkout is failing", "Guest checkout failed", SYMPTOM_HTTP_ERROR},
    /* It has recovered from one place: it is one journey still. */
    {"pp pf pp", "1A 1n", "Guest checkout is failing from New York", "Guest checkout failed",
     SYMPTOM_HTTP_ERROR},
    {"pp ff pp", "0A 0N 1a 1n", "Guest checkout is failing", "Browse and guest checkout failed",
     SYMPTOM_HTTP_ERROR},
    /* It comes and goes, and does not fail now. */
    {"pp pp pp", "0A 0N 1A", "Browse and guest checkout were failing",
     "Browse and guest checkout failed", SYMPTOM_HTTP_ERROR},
    {"pp uu pp", "1a 1n", "Guest checkout was failing", "Guest checkout failed",
     SYMPTOM_HTTP_ERROR},
};

START_TEST(an_incident_is_called_by_what_does_not_work)
{
    struct situation situation;
    struct buffer title;
    buffer_init(&title, PUBLIC_SENTENCE_MAX);
    situation_open(&situation, title_cases[_i].cells);
    struct incident *incident = situation_add_incident(&situation, title_cases[_i].shown);
    incident->symptom = title_cases[_i].symptom;
    public_judge(&situation.view);
    public_incident_title(&situation.view, incident, &title);
    ck_assert_str_eq(title.data, title_cases[_i].open);
    buffer_clear(&title);
    incident->resolved = situation_now;
    public_incident_title(&situation.view, incident, &title);
    ck_assert_str_eq(title.data, title_cases[_i].over);
    buffer_free(&title);
    situation_close(&situation);
}
END_TEST

#define BEGAN  "Investigating: It began at 13:55 UTC. We are looking into it."
#define CLOSED BEGAN " Resolved: The shop's team has closed this. It had lasted 12 min."
#define CAUSE  "The cause is the database (Shop database, orders)."

/* n: noted; p, P, q: published; w: taken back; r: closed by hand; R: it works again; o: it is back
 */
static const struct {
    bool causes;
    const char *done, *says; /* the updates, in one line */
} update_cases[] = {
    {false, "n", BEGAN},
    {false, "R", BEGAN " Resolved: It works again. This lasted 12 min."},
    {false, "nP", BEGAN " Identified: A disk is being replaced. " CAUSE},
    {true, "", BEGAN " Identified: " CAUSE},
    {false, "Pq", BEGAN " Identified: It is a disk! " CAUSE}, /* in place of the first */
    {false, "Pw", BEGAN},
    {false, "Pwp", BEGAN " Identified: " CAUSE},
    {false, "r", CLOSED},
    {false, "ro", CLOSED " Investigating: It fails. We are looking into it."},
};

static const struct incident_event turns[] = {
    ['n'] = {.change = INCIDENT_ANNOTATED, .by = "ann", .text = "not for customers"},
    ['p'] = {.change = INCIDENT_PUBLISHED, .by = "ann"},
    ['P'] = {.change = INCIDENT_PUBLISHED, .by = "ann", .text = "A disk is being replaced"},
    ['q'] = {.change = INCIDENT_PUBLISHED, .by = "ann", .text = "It is a disk!"},
    ['w'] = {.change = INCIDENT_WITHDRAWN, .by = "ann"},
    ['r'] = {.change = INCIDENT_RESOLVED, .by = "ann"},
    ['R'] = {.change = INCIDENT_RESOLVED},
    ['o'] = {.change = INCIDENT_REOPENED},
};

START_TEST(the_cause_is_told_when_it_was_published)
{
    struct situation situation;
    struct public_update updates[PUBLIC_UPDATES_MAX];
    const char *said = "";
    situation_open(&situation, "pp ff pp");
    situation.view.causes = update_cases[_i].causes;
    struct incident *incident = situation_add_incident(&situation, "1a 1n");
    for (const char *at = update_cases[_i].done; *at != '\0'; at++) {
        struct incident_event event = turns[(unsigned char)*at];
        event.at = situation_now;
        incident_note(situation.arena, incident, &event);
        incident->published = event.change == INCIDENT_PUBLISHED;
        incident->resolved =
            event.change == INCIDENT_RESOLVED ? situation_now : (struct wall_time){0};
    }
    size_t count = public_updates(&situation.view, incident, situation.arena, updates);
    for (size_t i = 0; i < count; i++)
        said = arena_print(situation.arena, "%s%s%s: %s", said, i > 0 ? " " : "",
                           public_update_word(updates[i].kind), updates[i].text);
    ck_assert_str_eq(said, update_cases[_i].says);
    situation_close(&situation);
}
END_TEST

/* In the monitor's words, which name journeys; it does not take back what was said before. */
START_TEST(a_further_journey_is_told)
{
    struct situation situation;
    struct public_update updates[PUBLIC_UPDATES_MAX];
    situation_open(&situation, "pp ff ff");
    struct incident *incident = situation_add_incident(&situation, "1a 1n 2a 2n");
    const struct incident_event events[] = {
        {incident->opened, INCIDENT_PUBLISHED, "ann", "A disk is being replaced."},
        {situation_now, INCIDENT_SPREAD, NULL, "search is affected, too."},
    };
    incident->published = true;
    for (size_t i = 0; i < COUNT_OF(events); i++)
        incident_note(situation.arena, incident, &events[i]);
    size_t count = public_updates(&situation.view, incident, situation.arena, updates);
    ck_assert_uint_eq(count, 3);
    ck_assert_str_eq(updates[2].text, "Search is affected, too.");
    ck_assert_int_eq(updates[2].kind, PUBLIC_UPDATE_IDENTIFIED);
    situation_close(&situation);
}
END_TEST

START_TEST(what_was_muted_or_merged_is_not_told)
{
    struct situation situation;
    situation_open(&situation, "pp pp pp");
    struct incident *incident = situation_add_incident(&situation, "1a");
    ck_assert(public_incident_is_told(incident));
    incident->muted = true;
    ck_assert(!public_incident_is_told(incident));
    incident->muted = false;
    incident->merged = "another";
    ck_assert(!public_incident_is_told(incident));
    incident->merged = NULL;
    incident->version = 0;
    ck_assert(!public_incident_is_told(incident));
    situation_close(&situation);
}
END_TEST

/* More turns than are kept: the first and the newest stay. */
START_TEST(a_long_story_is_cut_in_the_middle)
{
    struct situation situation;
    struct public_update updates[PUBLIC_UPDATES_MAX];
    situation_open(&situation, "pp ff pp");
    struct incident *incident = situation_add_incident(&situation, "1a");
    for (int i = 0; i < 60; i++) {
        const struct incident_event event = {wall_after(situation_now, i), INCIDENT_REOPENED, NULL,
                                             NULL};
        incident_note(situation.arena, incident, &event);
    }
    size_t count = public_updates(&situation.view, incident, situation.arena, updates);
    ck_assert_uint_eq(count, PUBLIC_UPDATES_MAX);
    ck_assert_int_eq(updates[0].at.us, incident->opened.us);
    ck_assert_int_eq(updates[count - 1].at.us, wall_after(situation_now, 59).us);
    situation_close(&situation);
}
END_TEST

/* --- documents ------------------------------------------------------------------------------ */

static void open_eventful(struct situation *situation)
{
    situation_open(situation, "pp pf --");
    situation_add_incident(situation, "1n");
    struct incident *over = situation_add_incident(situation, "0a 1a");
    over->id = "91be04aa52";
    over->began = over->opened = wall_after(situation_now, -31 * DURATION_HOUR);
    over->resolved = wall_after(situation_now, -29 * DURATION_HOUR);
    public_judge(&situation->view);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)) != NULL; text += strlen(part))
        count++;
    return count;
}

START_TEST(no_open_incident_is_left_out)
{
    struct situation situation;
    struct buffer out;
    char ids[PAGE_OPEN_IN_FULL + 3][16];
    buffer_init(&out, PAGE_MAX);
    situation_open(&situation, "pp ff pp");
    for (size_t i = 0; i < COUNT_OF(ids); i++) {
        snprintf(ids[i], sizeof ids[i], "3f2a9c77d%zu", i);
        situation_add_incident(&situation, "1a 1n")->id = ids[i];
    }
    public_judge(&situation.view);
    public_overview_render(&situation.view, &out);
    ck_assert_uint_eq(count_of(out.data, "<article"), PAGE_OPEN_IN_FULL);
    for (size_t i = 0; i < COUNT_OF(ids); i++)
        ck_assert_msg(count_of(out.data, ids[i]) == 1, "%s: %s", ids[i], out.data);
    buffer_free(&out);
    situation_close(&situation);
}
END_TEST

static const struct {
    const char *xpath;
    double expected;
} feed_rules[] = {
    {"count(/a:feed/a:id[starts-with(., 'urn:uuid:')])", 1},
    {"count(/a:feed/a:title) + count(/a:feed/a:updated) + count(/a:feed/a:author/a:name)", 3},
    {"count(/a:feed/a:link[@rel='self'])", 1},
    {"count(/a:feed/a:entry)", 2},
    {"count(/a:feed/a:entry[a:id and a:title and a:updated and a:published and a:content])", 2},
    {"count(/a:feed/a:entry/a:link[@rel='alternate' and "
     "starts-with(@href, 'https://status.test/incidents/')])",
     2},
    {"count(/a:feed/a:entry/a:id[. = ../following-sibling::a:entry/a:id])", 0},
    {"count(/a:feed[a:updated = a:entry[1]/a:updated])", 1},
    {"count(//a:content[contains(., 'database')])", 0},
};

START_TEST(the_feed_is_atom)
{
    struct situation situation;
    struct buffer out;
    buffer_init(&out, PAGE_MAX);
    open_eventful(&situation);
    situation.view.url = "https://status.test/";
    public_feed_render(&situation.view, &out);
    xmlDocPtr document = xmlReadMemory(out.data, (int)out.length, NULL, NULL, XML_PARSE_NONET);
    ck_assert_ptr_nonnull(document);
    xmlXPathContextPtr context = xmlXPathNewContext(document);
    xmlXPathRegisterNs(context, BAD_CAST "a", BAD_CAST "http://www.w3.org/2005/Atom");
    for (size_t i = 0; i < COUNT_OF(feed_rules); i++) {
        xmlXPathObjectPtr object = xmlXPathEvalExpression(BAD_CAST feed_rules[i].xpath, context);
        ck_assert_ptr_nonnull(object);
        ck_assert_msg(object->floatval == feed_rules[i].expected, "%s: %g: %s", feed_rules[i].xpath,
                      object->floatval, out.data);
        xmlXPathFreeObject(object);
    }
    xmlXPathFreeContext(context);
    xmlFreeDoc(document);
    buffer_free(&out);
    situation_close(&situation);
}
END_TEST

/* An entry's id stays when its text changes, or readers would show it twice. */
START_TEST(an_entry_keeps_its_id)
{
    struct situation situation;
    struct buffer out;
    char before[128], after[128];
    buffer_init(&out, PAGE_MAX);
    open_eventful(&situation);
    public_feed_render(&situation.view, &out);
    ck_assert_int_eq(sscanf(strstr(out.data, "<entry>"), "<entry><id>%120[^<]", before), 1);
    situation.view.incidents[0].resolved = situation_now;
    buffer_clear(&out);
    public_feed_render(&situation.view, &out);
    ck_assert_int_eq(sscanf(strstr(out.data, "<entry>"), "<entry><id>%120[^<]", after), 1);
    ck_assert_str_eq(before, after);
    ck_assert_ptr_nonnull(strstr(out.data, "It works again."));
    buffer_free(&out);
    situation_close(&situation);
}
END_TEST

static const struct {
    const char *members; /* beside `page`, with blanks round them */
} json_cases[PUBLIC_JSON_COUNT] = {
    [PUBLIC_JSON_SUMMARY] = {" components incidents scheduled_maintenances status "},
    [PUBLIC_JSON_STATUS] = {" status "},
    [PUBLIC_JSON_COMPONENTS] = {" components "},
    [PUBLIC_JSON_INCIDENTS] = {" incidents "},
    [PUBLIC_JSON_UNRESOLVED] = {" incidents "},
    [PUBLIC_JSON_MAINTENANCES] = {" scheduled_maintenances "},
    [PUBLIC_JSON_UPCOMING] = {" scheduled_maintenances "},
    [PUBLIC_JSON_ACTIVE] = {" scheduled_maintenances "},
};

START_TEST(json_has_the_shape_that_clients_know)
{
    struct situation situation;
    struct buffer out;
    const char *name;
    json_t *value;
    size_t found = 0, wanted = 0;
    buffer_init(&out, PAGE_MAX);
    open_eventful(&situation);
    public_json_render(&situation.view, (enum public_json)_i, &out);
    json_t *json = json_loads(out.data, 0, NULL);
    ck_assert_ptr_nonnull(json);
    json_object_foreach(json, name, value)
    {
        char blanked[64];
        snprintf(blanked, sizeof blanked, " %s ", name);
        if (strcmp(name, "page") == 0)
            continue;
        ck_assert_msg(strstr(json_cases[_i].members, blanked) != NULL, "%s", name);
        found++;
    }
    for (const char *at = json_cases[_i].members + 1; *at != '\0'; at = strchr(at, ' ') + 1)
        wanted++;
    ck_assert_uint_eq(found, wanted);
    ck_assert_str_eq(json_string_value(json_object_get(json_object_get(json, "page"), "name")),
                     situation_shop.name);
    ck_assert_ptr_null(strstr(out.data, "database"));
    json_decref(json);
    buffer_free(&out);
    situation_close(&situation);
}
END_TEST

START_TEST(json_says_what_the_page_says)
{
    struct situation situation;
    struct buffer out;
    const char *states[SITUATION_JOURNEYS], *status, *indicator;
    buffer_init(&out, PAGE_MAX);
    open_eventful(&situation);
    public_json_render(&situation.view, PUBLIC_JSON_SUMMARY, &out);
    json_t *json = json_loads(out.data, 0, NULL);
    ck_assert_int_eq(json_unpack(json, "{s:[{s:s},{s:s},{s:s}],s:[{s:s,s:n}],s:{s:s}}",
                                 "components", "status", &states[0], "status", &states[1], "status",
                                 &states[2], "incidents", "status", &status, "resolved_at",
                                 "status", "indicator", &indicator),
                     0);
    ck_assert_str_eq(states[0], "operational");
    ck_assert_str_eq(states[1], "partial_outage");
    ck_assert_str_eq(states[2], "unknown");
    ck_assert_str_eq(status, "investigating");
    ck_assert_str_eq(indicator, "major");
    json_decref(json);
    buffer_free(&out);
    situation_close(&situation);
}
END_TEST

/* It comes and goes, and works while it does: that is their fourth state of an incident. */
START_TEST(json_says_that_what_works_again_is_watched)
{
    struct situation situation;
    struct buffer out;
    const char *status, *name;
    buffer_init(&out, PAGE_MAX);
    situation_open(&situation, "pp pp pp");
    situation_add_incident(&situation, "1A 1N");
    public_judge(&situation.view);
    public_json_render(&situation.view, PUBLIC_JSON_UNRESOLVED, &out);
    json_t *json = json_loads(out.data, 0, NULL);
    ck_assert_int_eq(
        json_unpack(json, "{s:[{s:s,s:s}]}", "incidents", "status", &status, "name", &name), 0);
    ck_assert_str_eq(status, "monitoring");
    ck_assert_str_eq(name, "Guest checkout was failing");
    json_decref(json);
    buffer_free(&out);
    situation_close(&situation);
}
END_TEST

/* Hostile names must come out of every document harmless, and whole as XML or JSON. */
START_TEST(every_file_is_well_formed)
{
    static const char hostile[] = "<script>alert(1)</script>\"'&\x1b[31m\xff";
    struct situation situation;
    struct buffer out;
    const struct public_file *file = &public_files[_i];
    buffer_init(&out, PAGE_MAX);
    open_eventful(&situation);
    struct page_journey named = {.name = hostile, .about = hostile, .every = DURATION_MINUTE};
    situation.journeys[0].journey = &named;
    situation.view.incidents[1].showers[0].journey = hostile;
    file->render(&situation.view, &out);
    ck_assert_int_eq(out.result, RESULT_OK);
    if (strstr(file->type, "html") != NULL || strstr(file->type, "xml") != NULL) {
        xmlDocPtr document = xmlReadMemory(out.data, (int)out.length, NULL, NULL, XML_PARSE_NONET);
        ck_assert_msg(document != NULL, "%s", file->path);
        xmlFreeDoc(document);
        ck_assert_ptr_null(strstr(out.data, "<script>"));
    }
    if (strstr(file->type, "json") != NULL) {
        json_t *json = json_loads(out.data, 0, NULL);
        ck_assert_msg(json != NULL, "%s", file->path);
        json_decref(json);
    }
    buffer_free(&out);
    situation_close(&situation);
}
END_TEST

static size_t count_files(void)
{
    size_t count = 0;
    while (public_files[count].path != NULL)
        count++;
    return count;
}

Suite *test_suite(void)
{
    Suite *suite = suite_create("public page");
    TCase *words = tcase_create("words");
    tcase_add_test(words, times_are_told_by_the_shop_s_clock);
    tcase_add_loop_test(words, a_goal_is_told_with_what_came_of_it, 0, COUNT_OF(goal_cases));
    tcase_add_test(words, trouble_of_the_monitor_s_own_is_said);
    tcase_add_test(words, long_numbers_are_in_threes);
    tcase_add_loop_test(words, uptime_is_never_more_than_is_known, 0, COUNT_OF(uptime_cases));
    tcase_add_loop_test(words, an_incident_is_called_by_what_does_not_work, 0,
                        COUNT_OF(title_cases));
    tcase_add_loop_test(words, the_cause_is_told_when_it_was_published, 0, COUNT_OF(update_cases));
    tcase_add_test(words, a_further_journey_is_told);
    tcase_add_test(words, what_was_muted_or_merged_is_not_told);
    tcase_add_test(words, a_long_story_is_cut_in_the_middle);
    tcase_add_test(words, no_open_incident_is_left_out);
    tcase_add_test(words, the_feed_is_atom);
    tcase_add_test(words, an_entry_keeps_its_id);
    tcase_add_loop_test(words, json_has_the_shape_that_clients_know, 0, PUBLIC_JSON_COUNT);
    tcase_add_test(words, json_says_what_the_page_says);
    tcase_add_test(words, json_says_that_what_works_again_is_watched);
    tcase_add_loop_test(words, every_file_is_well_formed, 0, (int)count_files());
    suite_add_tcase(suite, words);
    return suite;
}
