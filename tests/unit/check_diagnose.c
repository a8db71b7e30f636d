/* SPDX-License-Identifier: MIT */
/* diagnose/: what was seen, and whose fault it must be called. Runs are made by hand; a story is a
 * table of steps. */
#include "tests/unit/runner.h"

#include "monitor/diagnose/diagnose.h"
#include "monitor/diagnose/incident.h"

#include <string.h>

static struct component components[] = {
    {.name = "web", .title = "Storefront", .kind = CAUSE_APPLICATION},
    {.name = "db", .title = "Shop database", .kind = CAUSE_DATABASE},
    {.name = "payment", .title = "Payment provider", .kind = CAUSE_THIRD_PARTY},
    {.name = "edge", .title = "Front door", .kind = CAUSE_NETWORK},
};
static const struct shop shop_without_door = {.components = components, .component_count = 3};
static const struct shop shop_with_door = {.components = components, .component_count = 4};

static const struct wall_time start = {1763906820 * DURATION_SECOND};

/* Needs and writes of the steps that the stories use. */
static const struct step_kind {
    const char *name;
    const char *needs[3], *writes[2];
} step_kinds[] = {
    {"alive", {"web"}, {NULL}},
    {"browse", {"web", "db.catalogue"}, {NULL}},
    {"add to cart", {"web"}, {"db.carts"}},
    {"my orders", {"web", "db.orders"}, {NULL}},
    {"order page", {"web", "db.orders"}, {NULL}},
    {"checkout", {"web", "payment"}, {"db.orders"}},
};

static size_t count_names(const char *const *names, size_t room)
{
    size_t count = 0;
    while (count < room && names[count] != NULL)
        count++;
    return count;
}

static struct run_step *add_step(struct run *run, const char *name)
{
    struct run_step *step = run_add_step(run, name);
    for (size_t i = 0; i < COUNT_OF(step_kinds); i++) {
        const struct step_kind *kind = &step_kinds[i];
        if (strcmp(kind->name, name) != 0)
            continue;
        step->needs = (const char **)(uintptr_t)kind->needs;
        step->needs_count = count_names(kind->needs, COUNT_OF(kind->needs));
        step->writes = (const char **)(uintptr_t)kind->writes;
        step->writes_count = count_names(kind->writes, COUNT_OF(kind->writes));
    }
    step->started = wall_after(run->slot.started, (duration)run->step_count * 1000);
    step->total = 500;
    return step;
}

/* A run at minute `minute` whose steps (ended by NULL) all pass. */
static struct run *passed(const char *journey, const char *vantage, int minute,
                          const char *const *steps)
{
    struct run *run = run_create(journey, vantage, wall_after(start, minute * DURATION_MINUTE));
    run->slot.started = run->slot.planned;
    for (; *steps != NULL; steps++)
        add_step(run, *steps)->state = STATE_PASSED;
    run->slot.ended = wall_after(run->slot.started, DURATION_SECOND);
    run->state = STATE_PASSED;
    return run;
}

/* The same, but the last step fails as `failure` says. */
struct failure {
    enum symptom symptom, transport;
    int status;
    const char *body;
    struct tcp_facts tcp;
};

static struct run *failed(const char *journey, const char *vantage, int minute,
                          const char *const *steps, const struct failure *failure)
{
    struct run *run = passed(journey, vantage, minute, steps);
    struct run_step *last = &run->steps[run->step_count - 1];
    last->state = STATE_FAILED;
    last->symptom = failure->symptom;
    last->excerpt = failure->body;
    struct exchange *exchange = run_add_exchange(run, last);
    exchange->symptom = failure->transport;
    exchange->status = failure->status;
    exchange->tcp = failure->tcp;
    exchange->phases[PHASE_WAIT] = 20 * DURATION_MILLISECOND;
    run->state = STATE_FAILED;
    return run;
}

static const struct failure silent = {
    .symptom = SYMPTOM_HTTP_TIMEOUT_TTFB,
    .transport = SYMPTOM_HTTP_TIMEOUT_TTFB,
    .tcp = {.known = true, .bytes_acknowledged = 300, .last_acknowledgement = 900000},
};
static const struct failure cut = {
    .symptom = SYMPTOM_HTTP_TIMEOUT_TTFB,
    .transport = SYMPTOM_HTTP_TIMEOUT_TTFB,
    .tcp = {.known = true, .bytes_acknowledged = 1, .unacknowledged = 1, .retransmits = 3},
};
static const struct failure unanswered = {
    SYMPTOM_TCP_TIMED_OUT, SYMPTOM_TCP_TIMED_OUT, 0, NULL, {0}};
static const struct failure refused = {SYMPTOM_TCP_REFUSED, SYMPTOM_TCP_REFUSED, 0, NULL, {0}};
static const struct failure certificate = {
    SYMPTOM_TLS_CERT_DATE_INVALID, SYMPTOM_TLS_CERT_DATE_INVALID, 0, NULL, {0}};
static const struct failure error_500 = {
    SYMPTOM_HTTP_ERROR, SYMPTOM_NONE, 500, "<h1>The shop has a problem</h1>", {0}};
static const struct failure error_503 = {SYMPTOM_HTTP_ERROR, SYMPTOM_NONE, 503, NULL, {0}};
static const struct failure corrupt = {SYMPTOM_HTTP_ERROR,
                                       SYMPTOM_NONE,
                                       500,
                                       "{\"detail\":\"database disk image is malformed\"}",
                                       {0}};
static const struct failure wrong = {SYMPTOM_CONTENT_MISMATCH, SYMPTOM_NONE, 200, "{}", {0}};

#define STEPS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* Tells the history about the runs in order, judges the last, and holds the verdict against what is
 * expected. */
static void expect_verdict(const struct shop *shop, struct run **runs, size_t count,
                           enum cause cause, const char *component)
{
    struct history *history = history_create();
    struct run *last = runs[count - 1];
    for (size_t i = 0; i < count; i++)
        history_add(history, runs[i]);
    diagnose_run(history, shop, last);
    const struct verdict *verdict = &last->verdict;
    ck_assert_msg(verdict->cause == cause, "%s instead of %s: %s", cause_name(verdict->cause),
                  cause_name(cause), verdict->summary);
    if (component != NULL)
        ck_assert_str_eq(verdict->component, component);
    else
        ck_assert_ptr_null(verdict->component);
    ck_assert_uint_gt(verdict->evidence_count, 0);
    ck_assert_ptr_nonnull(verdict->summary);
    if (cause != CAUSE_UNDETERMINED)
        ck_assert(verdict->confidence >= DIAGNOSE_PROBABLE);
    for (size_t i = 0; i < count; i++)
        run_free(runs[i]);
    history_free(history);
}

#define EXPECT(shop, cause, component, ...)                                                        \
    do {                                                                                           \
        struct run *runs[] = {__VA_ARGS__};                                                        \
        expect_verdict(shop, runs, COUNT_OF(runs), cause, component);                              \
    } while (0)

START_TEST(frozen_application)
{
    EXPECT(&shop_without_door, CAUSE_APPLICATION, "web",
           passed("browse", "here", 0, STEPS("alive", "browse")),
           failed("browse", "there", 1, STEPS("alive"), &silent),
           failed("browse", "here", 1, STEPS("alive"), &silent));
}
END_TEST

START_TEST(dead_application)
{
    EXPECT(&shop_without_door, CAUSE_APPLICATION, "web",
           failed("browse", "here", 1, STEPS("alive"), &refused));
}
END_TEST

START_TEST(refused_at_a_declared_front_door)
{
    EXPECT(&shop_with_door, CAUSE_NETWORK, "edge",
           failed("browse", "there", 1, STEPS("alive"), &refused),
           failed("browse", "here", 1, STEPS("alive"), &refused));
}
END_TEST

START_TEST(proxy_without_application)
{
    EXPECT(&shop_with_door, CAUSE_APPLICATION, "web",
           failed("browse", "here", 1, STEPS("alive"), &error_503));
}
END_TEST

START_TEST(damaged_table_by_two_routes)
{
    EXPECT(&shop_without_door, CAUSE_DATABASE, "db.orders",
           failed("browse", "here", 1, STEPS("alive", "browse", "order page"), &error_500),
           failed("guest checkout", "there", 1, STEPS("browse", "add to cart", "my orders"),
                  &error_500),
           failed("guest checkout", "here", 1, STEPS("browse", "add to cart", "my orders"),
                  &error_500));
}
END_TEST

/* What passed before the failure began must not clear the component. */
START_TEST(passes_before_the_onset_clear_nothing)
{
    EXPECT(&shop_without_door, CAUSE_DATABASE, "db.orders",
           passed("browse", "here", 0, STEPS("alive", "browse", "order page")),
           failed("browse", "there", 1, STEPS("alive", "browse", "order page"), &error_500),
           failed("guest checkout", "here", 1, STEPS("browse", "my orders"), &error_500));
}
END_TEST

START_TEST(database_named_in_the_body)
{
    EXPECT(&shop_without_door, CAUSE_DATABASE, "db.orders",
           failed("guest checkout", "here", 1, STEPS("alive", "my orders"), &corrupt));
}
END_TEST

START_TEST(all_database_steps_hang_and_health_passes)
{
    EXPECT(&shop_without_door, CAUSE_DATABASE, "db.catalogue",
           failed("guest checkout", "here", 1, STEPS("my orders"), &silent),
           failed("browse", "here", 1, STEPS("alive", "browse"), &silent));
}
END_TEST

START_TEST(one_route_alone_is_not_enough)
{
    EXPECT(&shop_without_door, CAUSE_UNDETERMINED, NULL,
           failed("guest checkout", "here", 1, STEPS("alive", "browse", "my orders"), &error_500));
}
END_TEST

START_TEST(wrong_content_may_be_the_scenario)
{
    EXPECT(&shop_without_door, CAUSE_UNDETERMINED, NULL,
           failed("browse", "here", 1, STEPS("alive", "browse"), &wrong));
}
END_TEST

START_TEST(network_of_one_vantage_point)
{
    EXPECT(&shop_without_door, CAUSE_NETWORK, NULL,
           passed("browse", "here", 1, STEPS("alive", "browse")),
           failed("browse", "there", 1, STEPS("alive"), &unanswered));
}
END_TEST

START_TEST(network_of_all_vantage_points)
{
    EXPECT(&shop_with_door, CAUSE_NETWORK, "edge",
           failed("browse", "here", 1, STEPS("alive"), &unanswered),
           failed("browse", "there", 1, STEPS("alive"), &unanswered));
}
END_TEST

START_TEST(path_cut_after_the_handshake)
{
    EXPECT(&shop_without_door, CAUSE_NETWORK, NULL,
           passed("browse", "here", 1, STEPS("alive", "browse")),
           failed("browse", "there", 1, STEPS("alive"), &cut));
}
END_TEST

/* The incident that this project exists for: hanging queries fill the server until it looks like a
 * firewall. */
START_TEST(connections_that_time_out_only_later_are_not_the_network)
{
    struct history *history = history_create();
    struct run *first = failed("browse", "here", 1, STEPS("alive", "browse"), &silent);
    struct run *later = failed("browse", "here", 2, STEPS("alive"), &unanswered);
    history_add(history, first);
    history_add(history, later);
    diagnose_run(history, &shop_without_door, later);
    ck_assert_int_ne(later->verdict.cause, CAUSE_NETWORK);
    ck_assert_int_ne(later->verdict.runner_up, CAUSE_NETWORK);
    ck_assert_str_eq(later->verdict.evidence[0].fact, "transport.tcp_timeout_later");
    run_free(first);
    run_free(later);
    history_free(history);
}
END_TEST

START_TEST(expired_certificate)
{
    EXPECT(&shop_with_door, CAUSE_NETWORK, "edge",
           failed("browse", "here", 1, STEPS("alive"), &certificate));
}
END_TEST

START_TEST(checkout_alone_may_be_anything_behind_it)
{
    EXPECT(&shop_without_door, CAUSE_UNDETERMINED, NULL,
           passed("orders", "here", 2, STEPS("alive", "my orders")),
           failed("guest checkout", "here", 1, STEPS("browse", "checkout"), &error_500));
}
END_TEST

START_TEST(payment_provider_gives_no_answer)
{
    EXPECT(
        &shop_without_door, CAUSE_THIRD_PARTY, "payment",
        failed("guest checkout", "here", 1, STEPS("browse", "my orders", "checkout"), &error_503));
}
END_TEST

START_TEST(monitor_and_scenario_are_not_the_shop)
{
    struct history *history = history_create();
    struct run *run = failed("browse", "here", 1, STEPS("alive"), &unanswered);
    run->state = STATE_UNKNOWN;
    run->steps[0].symptom = SYMPTOM_MONITOR_NO_DESCRIPTORS;
    diagnose_run(history, NULL, run);
    ck_assert_int_eq(run->verdict.cause, CAUSE_MONITOR);
    run->steps[0].symptom = SYMPTOM_MONITOR_VARIABLE_MISSING;
    diagnose_run(history, NULL, run);
    ck_assert_int_eq(run->verdict.cause, CAUSE_SCENARIO);
    run_free(run);
    history_free(history);
}
END_TEST

/* --- incidents ----------------------------------------------------------------------------- */

static enum incident_change tell(struct incident_book *book, struct run *run, enum cause cause,
                                 const struct incident **ret_incident)
{
    run->verdict.cause = cause;
    run->verdict.confidence = cause == CAUSE_NONE ? 0 : 0.9;
    enum incident_change change = incident_book_add(book, run, 0, 2, run->slot.ended, ret_incident);
    run_free(run);
    return change;
}

START_TEST(incident_opens_after_two_slots_and_closes_with_the_last_journey)
{
    struct incident_book *book = incident_book_create();
    const struct incident *incident;
    const char *const *steps = STEPS("alive");
    ck_assert_int_eq(
        tell(book, failed("browse", "here", 1, steps, &silent), CAUSE_APPLICATION, &incident),
        INCIDENT_UNCHANGED);
    ck_assert_int_eq(
        tell(book, failed("browse", "here", 2, steps, &silent), CAUSE_APPLICATION, &incident),
        INCIDENT_OPENED);
    ck_assert_str_eq(incident->journey, "browse");
    ck_assert_uint_eq(incident->runs, 2);
    /* A second journey with the same fault joins it. */
    tell(book, failed("cart", "here", 1, steps, &silent), CAUSE_APPLICATION, &incident);
    ck_assert_int_eq(
        tell(book, failed("cart", "here", 2, steps, &silent), CAUSE_APPLICATION, &incident),
        INCIDENT_UNCHANGED);
    ck_assert_int_eq(tell(book, passed("browse", "here", 3, steps), CAUSE_NONE, &incident),
                     INCIDENT_UNCHANGED);
    ck_assert_int_eq(tell(book, passed("cart", "here", 3, steps), CAUSE_NONE, &incident),
                     INCIDENT_RESOLVED);
    ck_assert_uint_eq(incident->runs, 3);
    ck_assert_int_ne(incident->resolved.us, 0);
    incident_book_free(book);
}
END_TEST

START_TEST(one_failed_slot_between_good_ones_is_no_incident)
{
    struct incident_book *book = incident_book_create();
    const struct incident *incident;
    const char *const *steps = STEPS("alive");
    for (int minute = 0; minute < 6; minute += 2) {
        ck_assert_int_eq(tell(book, failed("browse", "here", minute, steps, &silent),
                              CAUSE_APPLICATION, &incident),
                         INCIDENT_UNCHANGED);
        ck_assert_int_eq(
            tell(book, passed("browse", "here", minute + 1, steps), CAUSE_NONE, &incident),
            INCIDENT_UNCHANGED);
    }
    incident_book_free(book);
}
END_TEST

START_TEST(a_vague_incident_learns_its_cause)
{
    struct incident_book *book = incident_book_create();
    const struct incident *incident;
    const char *const *steps = STEPS("alive");
    tell(book, failed("browse", "here", 1, steps, &error_500), CAUSE_UNDETERMINED, &incident);
    ck_assert_int_eq(
        tell(book, failed("browse", "here", 2, steps, &error_500), CAUSE_UNDETERMINED, &incident),
        INCIDENT_OPENED);
    ck_assert_int_eq(
        tell(book, failed("browse", "here", 3, steps, &error_500), CAUSE_DATABASE, &incident),
        INCIDENT_UPDATED);
    ck_assert_int_eq(incident->verdict.cause, CAUSE_DATABASE);
    ck_assert_int_eq(incident->first.cause, CAUSE_UNDETERMINED);
    incident_book_free(book);
}
END_TEST

START_TEST(quorum_of_three_needs_two)
{
    struct incident_book *book = incident_book_create();
    const struct incident *incident;
    const char *const vantages[] = {"here", "there"};
    enum incident_change change = INCIDENT_UNCHANGED;
    for (int minute = 1; minute <= 2; minute++)
        for (size_t i = 0; i < COUNT_OF(vantages); i++) {
            ck_assert_int_eq(change, INCIDENT_UNCHANGED);
            struct run *run = failed("browse", vantages[i], minute, STEPS("alive"), &silent);
            run->verdict.cause = CAUSE_APPLICATION;
            change = incident_book_add(book, run, 0, 3, run->slot.ended, &incident);
            run_free(run);
        }
    ck_assert_int_eq(change, INCIDENT_OPENED);
    incident_book_free(book);
}
END_TEST

START_TEST(a_restored_incident_is_resolved_by_its_journey)
{
    struct incident_book *book = incident_book_create();
    const struct incident old = {.id = "1", .opened = start, .journey = "browse"};
    const struct incident *incident;
    incident_book_restore(book, &old);
    ck_assert_int_eq(tell(book, passed("cart", "here", 1, STEPS("alive")), CAUSE_NONE, &incident),
                     INCIDENT_UNCHANGED);
    ck_assert_int_eq(tell(book, passed("browse", "here", 1, STEPS("alive")), CAUSE_NONE, &incident),
                     INCIDENT_RESOLVED);
    ck_assert_str_eq(incident->id, "1");
    incident_book_free(book);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("diagnose");
    TCase *verdicts = tcase_create("verdict");
    tcase_add_test(verdicts, frozen_application);
    tcase_add_test(verdicts, dead_application);
    tcase_add_test(verdicts, refused_at_a_declared_front_door);
    tcase_add_test(verdicts, proxy_without_application);
    tcase_add_test(verdicts, damaged_table_by_two_routes);
    tcase_add_test(verdicts, passes_before_the_onset_clear_nothing);
    tcase_add_test(verdicts, database_named_in_the_body);
    tcase_add_test(verdicts, all_database_steps_hang_and_health_passes);
    tcase_add_test(verdicts, one_route_alone_is_not_enough);
    tcase_add_test(verdicts, wrong_content_may_be_the_scenario);
    tcase_add_test(verdicts, network_of_one_vantage_point);
    tcase_add_test(verdicts, network_of_all_vantage_points);
    tcase_add_test(verdicts, path_cut_after_the_handshake);
    tcase_add_test(verdicts, connections_that_time_out_only_later_are_not_the_network);
    tcase_add_test(verdicts, expired_certificate);
    tcase_add_test(verdicts, checkout_alone_may_be_anything_behind_it);
    tcase_add_test(verdicts, payment_provider_gives_no_answer);
    tcase_add_test(verdicts, monitor_and_scenario_are_not_the_shop);
    suite_add_tcase(suite, verdicts);
    TCase *incidents = tcase_create("incident");
    tcase_add_test(incidents, incident_opens_after_two_slots_and_closes_with_the_last_journey);
    tcase_add_test(incidents, one_failed_slot_between_good_ones_is_no_incident);
    tcase_add_test(incidents, a_vague_incident_learns_its_cause);
    tcase_add_test(incidents, quorum_of_three_needs_two);
    tcase_add_test(incidents, a_restored_incident_is_resolved_by_its_journey);
    suite_add_tcase(suite, incidents);
    return suite;
}
