/* SPDX-License-Identifier: MIT */
/*
 * reporters/statuspage.c: what becomes of incidents on a page at Atlassian Statuspage, also where
 * answers are lost, the monitor dies, or people have been at work there.
 */
#include "tests/unit/runner.h"
#include "tests/unit/statuspage_fixture.h"

#include <string.h>

static size_t incident_count(void)
{
    return json_array_size(server.incidents);
}

#define EXPECT(text, expected) ck_assert_str_eq(text, expected)
#define STATUS(n)              statuspage_server_text(&server, n, "status")
#define NAME(n)                statuspage_server_text(&server, n, "name")
#define BODY(n)                statuspage_server_update(&server, n, 0)
#define COMPONENT(id)          statuspage_server_component(&server, id)

static void wait_for(const unsigned *count, unsigned value)
{
    for (int i = 0; i < TRIES && *count < value; i++)
        store_fixture_wait(&fixture, DURATION_MILLISECOND);
    ck_assert_uint_eq(*count, value);
}

START_TEST(an_incident_is_opened_updated_and_resolved)
{
    struct incident incident = sample("0123456789abcdef0123456789abcdef");
    change(&incident, INCIDENT_OPENED);
    wait_told(1);
    EXPECT(NAME(0), "Guest checkout is failing");
    EXPECT(STATUS(0), "investigating");
    EXPECT(BODY(0), "Guest checkout is failing since 2026-11-30 00:34 UTC.");
    EXPECT(COMPONENT("c1"), "major_outage");
    EXPECT(COMPONENT("c2"), "operational");
    EXPECT(COMPONENT("c3"), "operational");

    incident.showers = from_home;
    incident.shower_count = 1;
    change(&incident, INCIDENT_UPDATED);
    wait_told(2);
    EXPECT(BODY(0),
           "Guest checkout is failing since 2026-11-30 00:34 UTC. Not everybody is affected.");
    EXPECT(COMPONENT("c1"), "partial_outage");

    change(&incident, INCIDENT_RESOLVED);
    wait_told(3);
    EXPECT(STATUS(0), "resolved");
    EXPECT(BODY(0), "Guest checkout works again since 2026-11-30 00:51 UTC, after 17 min.");
    EXPECT(COMPONENT("c1"), "operational");
    EXPECT(NAME(0), "Guest checkout is failing");
    ck_assert_uint_eq(server.posts, 1);
    ck_assert_uint_eq(server.patches, 2);
    ck_assert_uint_eq(incident_count(), 1);
}
END_TEST

START_TEST(the_cause_is_told_when_it_is_published_and_not_before)
{
    struct incident_event published = {
        .change = INCIDENT_PUBLISHED, .by = "ann", .text = "Our database had to be restored."};
    struct incident incident = sample("0123456789abcdef0123456789abcdef");
    change(&incident, INCIDENT_OPENED);
    incident.verdict.summary = "The orders table is surely damaged.";
    change(&incident, INCIDENT_UPDATED);
    change(&incident, INCIDENT_ACKNOWLEDGED);
    wait_told(3);
    ck_assert_uint_eq(server.patches, 0); /* nothing that the public may hear is new */
    char *all = json_dumps(server.incidents, 0);
    ck_assert_ptr_null(strstr(all, "table"));
    ck_assert_ptr_null(strstr(all, "database"));
    ck_assert_ptr_null(strstr(all, "secret door"));
    free(all);

    incident.published = true;
    change(&incident, INCIDENT_PUBLISHED);
    wait_told(4);
    EXPECT(STATUS(0), "identified");
    EXPECT(BODY(0), "Guest checkout is failing since 2026-11-30 00:34 UTC. "
                    "The cause is the database (The database, orders).");
    EXPECT(COMPONENT("c3"), "major_outage");
    incident.timeline = &published;
    incident.timeline_count = 1;
    published.at = clock_wall();
    change(&incident, INCIDENT_PUBLISHED);
    wait_told(5);
    ck_assert_ptr_nonnull(strstr(BODY(0), " Our database had to be restored. The cause is "));
}
END_TEST

/* Nobody saw that it works, and what was published may be taken back. */
START_TEST(what_operators_close_is_not_said_to_work)
{
    struct incident_event done[] = {{.change = INCIDENT_PUBLISHED, .by = "ann", .text = "A disk"},
                                    {.change = INCIDENT_RESOLVED, .by = "ann"}};
    struct incident incident = sample("0123456789abcdef0123456789abcdef");
    done[0].at = done[1].at = clock_wall();
    incident.timeline = done;
    incident.timeline_count = 1;
    incident.published = true;
    change(&incident, INCIDENT_OPENED);
    wait_told(1);
    ck_assert_ptr_nonnull(strstr(BODY(0), " A disk. The cause is "));
    incident.published = false;
    change(&incident, INCIDENT_WITHDRAWN);
    wait_told(2);
    EXPECT(BODY(0), "Guest checkout is failing since 2026-11-30 00:34 UTC.");
    incident.timeline_count = 2;
    change(&incident, INCIDENT_RESOLVED);
    wait_told(3);
    EXPECT(STATUS(0), "resolved");
    EXPECT(BODY(0), "The shop's team has closed this. It had lasted 17 min.");
}
END_TEST

START_TEST(the_cause_is_told_at_once_where_the_shop_file_says_so)
{
    close_reporters();
    load_shop("    publish: cause\n");
    open_reporters();
    struct incident incident = sample("0123456789abcdef0123456789abcdef");
    change(&incident, INCIDENT_OPENED);
    wait_told(1);
    EXPECT(STATUS(0), "identified");
    ck_assert_ptr_nonnull(strstr(BODY(0), " The cause is the database (The database, orders)."));
    EXPECT(COMPONENT("c3"), "major_outage");
}
END_TEST

START_TEST(an_answer_that_is_lost_opens_nothing_twice)
{
    struct incident incident = sample("0123456789abcdef0123456789abcdef");
    for (int i = 0; i < 120; i++)
        statuspage_server_add(&server, "of somebody else");
    strike(1, "POST", 0);
    change(&incident, INCIDENT_OPENED);
    wait_failed();
    ck_assert_uint_eq(server.posts, 1);
    for (int i = 0; i < 120; i++) /* it stands on the second page */
        statuspage_server_add(&server, "of somebody else");
    wait_told(1);
    change(&incident, INCIDENT_RESOLVED);
    wait_told(2);
    ck_assert_uint_eq(server.posts, 1);
    EXPECT(STATUS(120), "resolved");
}
END_TEST

START_TEST(a_restart_opens_nothing_twice_and_says_nothing_twice)
{
    struct incident incident = sample("0123456789abcdef0123456789abcdef");
    strike(1, "POST", 0);
    change(&incident, INCIDENT_OPENED);
    wait_for(&server.posts, 1);
    close_reporters(); /* it is there, and nobody here knows */
    open_reporters();
    wait_told(1);
    ck_assert_uint_eq(server.posts, 1);

    incident.flapping = true;
    strike(1, "PATCH", 0);
    change(&incident, INCIDENT_UPDATED);
    wait_for(&server.patches, 1);
    close_reporters();
    open_reporters();
    wait_told(1);
    ck_assert_uint_eq(server.patches, 1);
    EXPECT(BODY(0), "Guest checkout is failing since 2026-11-30 00:34 UTC. It comes and goes.");
    ck_assert_uint_eq(incident_count(), 1);
}
END_TEST

START_TEST(what_was_resolved_before_it_could_be_told_wakes_nobody)
{
    struct incident incident = sample("0123456789abcdef0123456789abcdef");
    strike(1, NULL, 503);
    change(&incident, INCIDENT_OPENED);
    wait_failed();
    change(&incident, INCIDENT_RESOLVED);
    wait_told(2);
    EXPECT(STATUS(0), "resolved");
    EXPECT(COMPONENT("c1"), "operational");
    const json_t *updates =
        json_object_get(json_array_get(server.incidents, 0), "incident_updates");
    ck_assert_uint_eq(json_array_size(updates), 2);
    ck_assert(json_is_false(json_object_get(json_array_get(updates, 1), "deliver_notifications")));
}
END_TEST

START_TEST(two_incidents_of_one_component_leave_it_red_until_both_are_over)
{
    static struct incident_shower both[] = {{.journey = "guest checkout", .vantage = "home"},
                                            {.journey = "search", .vantage = "home"},
                                            {.journey = "search", .vantage = "away"}};
    struct incident first = sample("0123456789abcdef0123456789abcdef");
    struct incident second = sample("fedcba9876543210fedcba9876543210");
    second.showers = both;
    second.shower_count = 3;
    change(&first, INCIDENT_OPENED);
    change(&second, INCIDENT_OPENED);
    wait_told(2);
    EXPECT(NAME(0), "Guest checkout and search are failing");
    EXPECT(COMPONENT("c1"), "major_outage");
    EXPECT(COMPONENT("c2"), "major_outage");
    change(&first, INCIDENT_RESOLVED);
    wait_told(3);
    EXPECT(COMPONENT("c1"), "partial_outage");
    change(&second, INCIDENT_RESOLVED);
    wait_told(4);
    EXPECT(COMPONENT("c1"), "operational");
    EXPECT(COMPONENT("c2"), "operational");
}
END_TEST

static void written(void *data, enum result result, const struct error *error,
                    store_sequence sequence)
{
    (void)sequence;
    ck_assert_msg(result == RESULT_OK, "%s", error->text);
    *(bool *)data = true;
}

START_TEST(a_journey_that_joins_turns_red_before_it_is_told)
{
    static struct incident_shower both[] = {{.journey = "guest checkout", .vantage = "home"},
                                            {.journey = "search", .vantage = "home"}};
    bool done = false;
    struct incident incident = sample("0123456789abcdef0123456789abcdef");
    incident.showers = both;
    incident.shower_count = 1;
    change(&incident, INCIDENT_OPENED);
    wait_told(1);
    EXPECT(COMPONENT("c2"), "operational");
    incident.shower_count = 2;
    store_write_incident(fixture.store, &incident, written, &done);
    for (int i = 0; i < TRIES && (!done || server.component_patches == 0); i++)
        store_fixture_wait(&fixture, 10 * DURATION_MILLISECOND);
    ck_assert(done);
    EXPECT(COMPONENT("c2"), "partial_outage");
    ck_assert_uint_eq(server.component_patches, 1);
    ck_assert_uint_eq(server.patches, 0);
    change(&incident, INCIDENT_SPREAD);
    wait_told(2);
    EXPECT(BODY(0), "Guest checkout and search are failing since 2026-11-30 00:34 UTC. Not "
                    "everybody is affected.");
    ck_assert_uint_eq(server.patches, 1);
    change(&incident, INCIDENT_RESOLVED);
    wait_told(3);
    EXPECT(COMPONENT("c1"), "operational");
    EXPECT(COMPONENT("c2"), "operational");
}
END_TEST

START_TEST(an_incident_that_becomes_public_later_is_opened_then)
{
    static struct incident_shower both[] = {{.journey = "returns", .vantage = "home"},
                                            {.journey = "search", .vantage = "home"}};
    bool done = false;
    struct incident incident = sample("0123456789abcdef0123456789abcdef");
    incident.journey = "returns";
    incident.showers = both;
    incident.shower_count = 1;
    change(&incident, INCIDENT_OPENED);
    wait_told(1);
    ck_assert_uint_eq(incident_count(), 0);
    incident.shower_count = 2;
    store_write_incident(fixture.store, &incident, written, &done);
    for (int i = 0; i < 3 * TRIES && (!done || incident_count() == 0); i++)
        store_fixture_wait(&fixture, 10 * DURATION_MILLISECOND);
    ck_assert(done);
    store_fixture_wait(&fixture, 100 * DURATION_MILLISECOND);
    EXPECT(NAME(0), "Search is failing");
    EXPECT(COMPONENT("c2"), "partial_outage");
    change(&incident, INCIDENT_RESOLVED);
    wait_told(2);
    EXPECT(STATUS(0), "resolved");
    EXPECT(COMPONENT("c2"), "operational");
    ck_assert_uint_eq(incident_count(), 1);
}
END_TEST

START_TEST(what_a_person_set_is_left_alone_at_the_start)
{
    close_reporters();
    server.reads = 0;
    json_object_set_new(server.components, "c1", json_string("under_maintenance"));
    json_object_set_new(server.components, "c2", json_string("major_outage"));
    open_reporters();
    wait_for(&server.reads, 1);
    store_fixture_wait(&fixture, 6 * DURATION_SECOND); /* it has looked once more */
    EXPECT(COMPONENT("c1"), "under_maintenance");
    EXPECT(COMPONENT("c2"), "major_outage");
    ck_assert_uint_eq(server.component_patches, 0);
}
END_TEST

START_TEST(slow_is_not_broken_and_a_lull_is_not_the_end)
{
    struct incident incident = sample("0123456789abcdef0123456789abcdef");
    struct incident_shower lull = {.journey = "guest checkout", .vantage = "home"};
    incident.symptom = SYMPTOM_PACE_SLOW;
    incident.showers = &lull;
    incident.shower_count = 1;
    change(&incident, INCIDENT_OPENED);
    wait_told(1);
    EXPECT(NAME(0), "Guest checkout is slow");
    EXPECT(COMPONENT("c1"), "degraded_performance");
    lull.recovered = clock_wall();
    change(&incident, INCIDENT_UPDATED);
    wait_told(2);
    EXPECT(STATUS(0), "monitoring");
    EXPECT(BODY(0), "It seems to be over, and is watched: guest checkout works again.");
    EXPECT(COMPONENT("c1"), "operational");
}
END_TEST

START_TEST(what_is_not_of_the_public_is_not_told)
{
    static struct incident_shower other[] = {{.journey = "returns", .vantage = "home"}};
    struct incident unknown = sample("0123456789abcdef0123456789abcdef");
    struct incident ours = sample("fedcba9876543210fedcba9876543210");
    unknown.journey = "returns";
    unknown.showers = other;
    unknown.shower_count = 1;
    ours.verdict.cause = CAUSE_MONITOR;
    change(&unknown, INCIDENT_OPENED);
    change(&ours, INCIDENT_OPENED);
    wait_told(2);
    ck_assert_uint_eq(incident_count(), 0);
    ours.verdict.cause = CAUSE_APPLICATION;
    change(&ours, INCIDENT_UPDATED);
    wait_told(3);
    ck_assert_uint_eq(incident_count(), 1);
    ours.verdict.cause = CAUSE_SCENARIO;
    change(&ours, INCIDENT_UPDATED);
    wait_told(4);
    EXPECT(STATUS(0), "resolved");
    EXPECT(BODY(0), "This was a false alarm of the monitoring.");
    EXPECT(COMPONENT("c1"), "operational");
}
END_TEST

START_TEST(what_a_person_resolved_there_stays_so_until_it_comes_back)
{
    struct incident incident = sample("0123456789abcdef0123456789abcdef");
    change(&incident, INCIDENT_OPENED);
    wait_told(1);
    json_object_set_new(json_array_get(server.incidents, 0), "status", json_string("resolved"));
    incident.flapping = true;
    change(&incident, INCIDENT_UPDATED);
    wait_told(2);
    EXPECT(STATUS(0), "resolved");
    ck_assert_uint_eq(server.patches, 0);
    change(&incident, INCIDENT_RESOLVED);
    incident.flapping = false;
    change(&incident, INCIDENT_REOPENED);
    wait_told(4);
    EXPECT(STATUS(0), "investigating");
    ck_assert_ptr_nonnull(strstr(BODY(0), "Guest checkout is failing again since "));
    ck_assert_uint_eq(incident_count(), 1);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("statuspage");
    TCase *tests = tcase_create("statuspage");
    tcase_set_timeout(tests, 60);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, an_incident_is_opened_updated_and_resolved);
    tcase_add_test(tests, the_cause_is_told_when_it_is_published_and_not_before);
    tcase_add_test(tests, what_operators_close_is_not_said_to_work);
    tcase_add_test(tests, the_cause_is_told_at_once_where_the_shop_file_says_so);
    tcase_add_test(tests, an_answer_that_is_lost_opens_nothing_twice);
    tcase_add_test(tests, a_restart_opens_nothing_twice_and_says_nothing_twice);
    tcase_add_test(tests, what_was_resolved_before_it_could_be_told_wakes_nobody);
    tcase_add_test(tests, two_incidents_of_one_component_leave_it_red_until_both_are_over);
    tcase_add_test(tests, a_journey_that_joins_turns_red_before_it_is_told);
    tcase_add_test(tests, an_incident_that_becomes_public_later_is_opened_then);
    tcase_add_test(tests, what_a_person_set_is_left_alone_at_the_start);
    tcase_add_test(tests, slow_is_not_broken_and_a_lull_is_not_the_end);
    tcase_add_test(tests, what_is_not_of_the_public_is_not_told);
    tcase_add_test(tests, what_a_person_resolved_there_stays_so_until_it_comes_back);
    suite_add_tcase(suite, tests);
    return suite;
}
