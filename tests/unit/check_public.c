/* SPDX-License-Identifier: MIT */
/* reporters/: what everybody is told of the shop, in words, bars, feed, JSON and badge. */
#include "tests/unit/runner.h"

#include "monitor/base/zone.h"
#include "reporters/page.h"
#include "reporters/public.h"

#include <jansson.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <stdio.h>
#include <string.h>

static struct vantage vantages[] = {{.name = "ams", .title = "Amsterdam"},
                                    {.name = "nyc", .title = "New York"}};
static struct component_part parts[] = {{.name = "orders"}};
static struct component components[] = {{.name = "db",
                                         .title = "Shop database",
                                         .kind = CAUSE_DATABASE,
                                         .parts = parts,
                                         .part_count = COUNT_OF(parts)}};
static struct shop shop = {.name = "Tea & Mugs",
                           .vantages = vantages,
                           .vantage_count = COUNT_OF(vantages),
                           .components = components,
                           .component_count = COUNT_OF(components)};
static const struct page_journey journeys[] = {
    {.name = "browse", .every = DURATION_MINUTE},
    {.name = "guest checkout", .about = "Buys a mug.", .every = DURATION_MINUTE},
    {.name = "search", .every = DURATION_MINUTE},
};
enum { JOURNEYS = COUNT_OF(journeys), PLACES = COUNT_OF(vantages) };
static const struct wall_time now = {1795442820000000}; /* 2026-11-23T14:07:00Z */

/* A view and what it borrows. */
struct situation {
    struct arena *arena;
    struct public_view view;
    struct public_journey journeys[JOURNEYS];
    struct store_counts days[JOURNEYS][PUBLIC_DAYS];
    struct public_cell cells[JOURNEYS][PLACES];
};

static struct public_cell cell_of(char letter, const char *vantage)
{
    static const char letters[] = "pdfu";
    struct public_cell cell = {.vantage = vantage, .known = letter != '-'};
    if (!cell.known)
        return cell;
    cell.state = (enum state)(strchr(letters, letter) - letters);
    cell.planned = cell.ended = wall_after(now, -30 * DURATION_SECOND);
    return cell;
}

/* `cells`: a letter for each place of each journey: passed, degraded, failed, unknown, - none. */
static void situation_open(struct situation *situation, const char *cells)
{
    *situation = (struct situation){.arena = arena_create()};
    struct public_view *view = &situation->view;
    *view = (struct public_view){.shop = &shop, .zone = zone_utc(), .now = now};
    view->journeys = situation->journeys;
    for (; view->journey_count < JOURNEYS && *cells != '\0'; view->journey_count++) {
        struct public_journey *journey = &situation->journeys[view->journey_count];
        struct public_cell *row = situation->cells[view->journey_count];
        journey->journey = &journeys[view->journey_count];
        journey->cells = row;
        for (journey->cell_count = 0; *cells != '\0' && *cells != ' '; cells++) {
            row[journey->cell_count] = cell_of(*cells, vantages[journey->cell_count].name);
            journey->cell_count++;
        }
        cells += *cells == ' ';
        journey->days = situation->days[view->journey_count];
        situation->days[view->journey_count][PUBLIC_DAYS - 1] =
            (struct store_counts){.passed = 1000, .failed = 1};
    }
}

/* One that began 12 minutes ago, shown by each journey and place of a list (`1a 2n`). */
static struct incident *add_incident(struct situation *situation, const char *shown)
{
    struct public_view *view = &situation->view;
    arena_grow(situation->arena, view->incidents, view->incident_count);
    struct incident *incident = &view->incidents[view->incident_count++];
    struct wall_time began = wall_after(now, -12 * DURATION_MINUTE);
    *incident = (struct incident){
        .id = "3f2a9c77d0",
        .version = 1,
        .change = INCIDENT_OPENED,
        .began = began,
        .opened = wall_after(began, DURATION_MINUTE),
        .updated = began,
        .symptom = SYMPTOM_HTTP_TIMEOUT_TTFB,
        .journey = "guest checkout",
        .step = "pay",
        .verdict = {.cause = CAUSE_DATABASE,
                    .component = "db.orders",
                    .summary = "Every step that needs db.orders hangs.",
                    .confidence = 0.97,
                    .runner_up = CAUSE_NONE},
    };
    for (; shown[0] != '\0'; shown += shown[2] == ' ' ? 3 : 2) {
        arena_grow(situation->arena, incident->showers, incident->shower_count);
        incident->showers[incident->shower_count++] = (struct incident_shower){
            .journey = journeys[shown[0] - '0'].name, .vantage = shown[1] == 'a' ? "ams" : "nyc"};
    }
    return incident;
}

static void situation_close(struct situation *situation)
{
    arena_free(situation->arena);
}

/* --- the sentence on top -------------------------------------------------------------------- */

static const struct {
    const char *cells, *shown; /* shown: of an incident that is open; NULL: none is */
    enum state look;
    const char *sentence, *detail;
} headline_cases[] = {
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
    {"pp dd pp", NULL, STATE_DEGRADED, "Guest checkout is slow",
     "It works, but takes longer than it should. Everything else works."},
    {"dd dd dd", NULL, STATE_DEGRADED, "Everything works, but slowly", ""},
    {"pp pd pp", NULL, STATE_PASSED, "Everything works",
     "Our test customer tries 3 things here, day and night, from 2 places. All of them work."},
    {"pp uu pp", NULL, STATE_UNKNOWN, "We cannot tell whether guest checkout works",
     "Everything else works."},
    {"pp pu pp", NULL, STATE_PASSED, "Everything works",
     "Our test customer tries 3 things here, day and night, from 2 places. All of them work."},
    {"uu uu uu", NULL, STATE_UNKNOWN, "We cannot tell right now",
     "Our test customer was last heard of at 14:06 UTC. What you see below is from then."},
    {"-- -- --", NULL, STATE_UNKNOWN, "We cannot tell yet",
     "Our test customer has just set out. This page fills as soon as it has tried everything "
     "once."},
    {"", NULL, STATE_UNKNOWN, "We cannot tell yet", NULL},
};

START_TEST(the_headline_says_what_everybody_may_know)
{
    struct situation situation;
    struct public_headline headline;
    situation_open(&situation, headline_cases[_i].cells);
    if (headline_cases[_i].shown != NULL)
        add_incident(&situation, headline_cases[_i].shown);
    public_judge(&situation.view);
    public_headline(&situation.view, &headline);
    ck_assert_str_eq(headline.sentence, headline_cases[_i].sentence);
    if (headline_cases[_i].detail != NULL)
        ck_assert_str_eq(headline.detail, headline_cases[_i].detail);
    ck_assert_int_eq(headline.look, headline_cases[_i].look);
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
    add_incident(&situation, "1a 1n");
    struct incident *other = add_incident(&situation, "0a 0n");
    other->began = wall_after(now, -DURATION_HOUR);
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
    situation.view.now = wall_after(now, 3 * DURATION_MINUTE);
    public_judge(&situation.view);
    ck_assert_int_eq(situation.view.journeys[0].state, PUBLIC_WORKING);
    situation.view.now = wall_after(now, 5 * DURATION_MINUTE);
    public_judge(&situation.view);
    public_headline(&situation.view, &headline);
    ck_assert_str_eq(headline.sentence, "We cannot tell right now");
    situation_close(&situation);
}
END_TEST

START_TEST(maintenance_is_said_before_what_fails_in_it)
{
    struct situation situation;
    struct public_headline headline;
    const char *names[] = {"guest checkout"};
    const struct maintenance window = {.id = "w",
                                       .title = "A new payment provider",
                                       .start = wall_after(now, -DURATION_HOUR),
                                       .end = wall_after(now, DURATION_HOUR),
                                       .journeys = names,
                                       .journey_count = 1};
    struct public_window windows[1];
    situation_open(&situation, "pp ff pp");
    ck_assert(public_window_at(&window, now, &windows[0]));
    situation.view.windows = windows;
    situation.view.window_count = 1;
    public_judge(&situation.view);
    public_headline(&situation.view, &headline);
    ck_assert_str_eq(headline.sentence, "Planned maintenance until 15:07 UTC");
    ck_assert_str_eq(headline.detail, "A new payment provider. Everything else works.");
    ck_assert(!public_window_at(&window, window.end, &windows[0]));
    situation_close(&situation);
}
END_TEST

START_TEST(times_are_told_by_the_shop_s_clock)
{
    struct situation situation;
    struct arena *arena = arena_create();
    char text[PUBLIC_TIME_MAX];
    situation_open(&situation, "pp");
    ck_assert_int_eq(zone_read(arena, "America/St_Johns", &situation.view.zone), RESULT_OK);
    ck_assert_str_eq(public_clock(&situation.view, now, text), "10:37 UTC-3:30");
    ck_assert_str_eq(public_clock(&situation.view, wall_after(now, -14 * DURATION_HOUR), text),
                     "22 Nov, 20:37 UTC-3:30");
    ck_assert_int_eq(zone_read(arena, "Europe/Berlin", &situation.view.zone), RESULT_OK);
    ck_assert_str_eq(public_moment(&situation.view, now, text), "23 Nov 2026, 15:07 UTC+1");
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
    const char *shown, *open, *over;
    enum symptom symptom;
} title_cases[] = {
    {"1a 1n", "Guest checkout is failing", "Guest checkout failed", SYMPTOM_HTTP_ERROR},
    {"1n", "Guest checkout is failing from New York", "Guest checkout failed from New York",
     SYMPTOM_HTTP_ERROR},
    {"1a 0n", "Guest checkout and browse are failing", "Guest checkout and browse failed",
     SYMPTOM_HTTP_ERROR},
    {"1a 0n 2a", "Guest checkout and 2 others are failing", "Guest checkout and 2 others failed",
     SYMPTOM_HTTP_ERROR},
    {"1a 1n", "Guest checkout is slow", "Guest checkout was slow", SYMPTOM_PACE_SLOW},
    {"", "Guest checkout is failing", "Guest checkout failed", SYMPTOM_HTTP_ERROR},
};

START_TEST(an_incident_is_called_by_what_does_not_work)
{
    struct situation situation;
    struct buffer title;
    buffer_init(&title, PUBLIC_SENTENCE_MAX);
    situation_open(&situation, "pp pp pp");
    struct incident *incident = add_incident(&situation, title_cases[_i].shown);
    incident->symptom = title_cases[_i].symptom;
    public_incident_title(&situation.view, incident, &title);
    ck_assert_str_eq(title.data, title_cases[_i].open);
    buffer_clear(&title);
    incident->resolved = now;
    public_incident_title(&situation.view, incident, &title);
    ck_assert_str_eq(title.data, title_cases[_i].over);
    buffer_free(&title);
    situation_close(&situation);
}
END_TEST

static const struct {
    bool causes, published, resolved;
    const char *says; /* the updates, in one line */
} update_cases[] = {
    {false, false, false, "Investigating: It began at 13:55 UTC. We are looking into it."},
    {false, false, true,
     "Investigating: It began at 13:55 UTC. We are looking into it. Resolved: "
     "It works again. This lasted 12 min."},
    {false, true, false,
     "Investigating: It began at 13:55 UTC. We are looking into it. "
     "Identified: A disk is being replaced. The cause is the database (Shop database, orders)."},
    {true, false, false,
     "Investigating: It began at 13:55 UTC. We are looking into it. "
     "Identified: The cause is the database (Shop database, orders)."},
};

START_TEST(the_cause_is_told_when_it_was_published)
{
    struct situation situation;
    struct public_update updates[PUBLIC_UPDATES_MAX];
    struct buffer said;
    situation_open(&situation, "pp ff pp");
    situation.view.causes = update_cases[_i].causes;
    struct incident *incident = add_incident(&situation, "1a 1n");
    const struct incident_event events[] = {
        {incident->opened, INCIDENT_OPENED, NULL, "It is the database."},
        {incident->opened, INCIDENT_ANNOTATED, "ann", "not for customers"},
        {incident->opened, INCIDENT_PUBLISHED, "ann", "A disk is being replaced."},
    };
    for (size_t i = 0; i < (update_cases[_i].published ? 3 : 2); i++)
        incident_note(situation.arena, incident, &events[i]);
    incident->published = update_cases[_i].published;
    if (update_cases[_i].resolved)
        incident->resolved = now;
    size_t count = public_updates(&situation.view, incident, situation.arena, updates);
    buffer_init(&said, 4096);
    for (size_t i = 0; i < count; i++)
        buffer_print(&said, "%s%s: %s", i > 0 ? " " : "", public_update_word(updates[i].kind),
                     updates[i].text);
    ck_assert_str_eq(said.data, update_cases[_i].says);
    buffer_free(&said);
    situation_close(&situation);
}
END_TEST

START_TEST(what_was_muted_or_merged_is_not_told)
{
    struct situation situation;
    situation_open(&situation, "pp pp pp");
    struct incident *incident = add_incident(&situation, "1a");
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
    struct incident *incident = add_incident(&situation, "1a");
    for (int i = 0; i < 60; i++) {
        const struct incident_event event = {wall_after(now, i), INCIDENT_REOPENED, NULL, NULL};
        incident_note(situation.arena, incident, &event);
    }
    size_t count = public_updates(&situation.view, incident, situation.arena, updates);
    ck_assert_uint_eq(count, PUBLIC_UPDATES_MAX);
    ck_assert_int_eq(updates[0].at.us, incident->opened.us);
    ck_assert_int_eq(updates[count - 1].at.us, wall_after(now, 59).us);
    situation_close(&situation);
}
END_TEST

/* --- documents ------------------------------------------------------------------------------ */

static void open_eventful(struct situation *situation)
{
    situation_open(situation, "pp pf --");
    add_incident(situation, "1n");
    struct incident *over = add_incident(situation, "0a 1a");
    over->id = "91be04aa52";
    over->began = over->opened = wall_after(now, -31 * DURATION_HOUR);
    over->resolved = wall_after(now, -29 * DURATION_HOUR);
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
        add_incident(&situation, "1a 1n")->id = ids[i];
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
    situation.view.incidents[0].resolved = now;
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
                     shop.name);
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
    const char *states[JOURNEYS], *status, *indicator;
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
    tcase_add_loop_test(words, the_headline_says_what_everybody_may_know, 0,
                        COUNT_OF(headline_cases));
    tcase_add_test(words, what_fails_is_told_by_its_own_incident);
    tcase_add_test(words, what_is_old_proves_nothing);
    tcase_add_test(words, maintenance_is_said_before_what_fails_in_it);
    tcase_add_test(words, times_are_told_by_the_shop_s_clock);
    tcase_add_loop_test(words, a_goal_is_told_with_what_came_of_it, 0, COUNT_OF(goal_cases));
    tcase_add_test(words, trouble_of_the_monitor_s_own_is_said);
    tcase_add_test(words, long_numbers_are_in_threes);
    tcase_add_loop_test(words, uptime_is_never_more_than_is_known, 0, COUNT_OF(uptime_cases));
    tcase_add_loop_test(words, an_incident_is_called_by_what_does_not_work, 0,
                        COUNT_OF(title_cases));
    tcase_add_loop_test(words, the_cause_is_told_when_it_was_published, 0, COUNT_OF(update_cases));
    tcase_add_test(words, what_was_muted_or_merged_is_not_told);
    tcase_add_test(words, a_long_story_is_cut_in_the_middle);
    tcase_add_test(words, no_open_incident_is_left_out);
    tcase_add_test(words, the_feed_is_atom);
    tcase_add_test(words, an_entry_keeps_its_id);
    tcase_add_loop_test(words, json_has_the_shape_that_clients_know, 0, PUBLIC_JSON_COUNT);
    tcase_add_test(words, json_says_what_the_page_says);
    tcase_add_loop_test(words, every_file_is_well_formed, 0, (int)count_files());
    suite_add_tcase(suite, words);
    return suite;
}
