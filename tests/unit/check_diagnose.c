/* SPDX-License-Identifier: MIT */
/* diagnose/: what was seen, and whose fault it must be called. Runs are made by hand; a story is a
 * table of steps. */
#include "tests/unit/runner.h"

#include "monitor/diagnose/diagnose.h"
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
    const struct words *words;
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
    exchange->words = words_copy(run->arena, failure->words);
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
    SYMPTOM_TCP_TIMED_OUT, SYMPTOM_TCP_TIMED_OUT, 0, NULL, {0}, NULL};
static const struct failure refused = {
    SYMPTOM_TCP_REFUSED, SYMPTOM_TCP_REFUSED, 0, NULL, {0}, NULL};
static const struct failure nameless = {
    SYMPTOM_DNS_NAME_NOT_RESOLVED, SYMPTOM_DNS_NAME_NOT_RESOLVED, 0, NULL, {0}, NULL};
static const struct failure certificate = {
    SYMPTOM_TLS_CERT_DATE_INVALID, SYMPTOM_TLS_CERT_DATE_INVALID, 0, NULL, {0}, NULL};
static const struct failure error_500 = {
    SYMPTOM_HTTP_ERROR, SYMPTOM_NONE, 500, "<h1>The shop has a problem</h1>", {0}, NULL};
static const struct failure error_503 = {SYMPTOM_HTTP_ERROR, SYMPTOM_NONE, 503, NULL, {0}, NULL};
static const struct failure corrupt = {SYMPTOM_HTTP_ERROR,
                                       SYMPTOM_NONE,
                                       500,
                                       "{\"detail\":\"database disk image is malformed\"}",
                                       {0},
                                       NULL};
static const struct failure wrong = {SYMPTOM_CONTENT_MISMATCH, SYMPTOM_NONE, 200, "{}", {0}, NULL};

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

static bool has_evidence(const struct run *run, const char *code, const char *words)
{
    const struct verdict *verdict = &run->verdict;
    for (size_t i = 0; i < verdict->evidence_count; i++)
        if (strcmp(verdict->evidence[i].fact, code) == 0)
            return strstr(verdict->evidence[i].text, words) != NULL;
    return false;
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

/* Whoever came to it had just been served without; at last there is no worker left. */
START_TEST(database_hangs_first)
{
    EXPECT(&shop_without_door, CAUSE_DATABASE, "db.orders",
           failed("browse", "here", 1, STEPS("alive", "my orders"), &silent),
           failed("guest checkout", "here", 1, STEPS("alive"), &silent),
           failed("browse", "there", 1, STEPS("alive", "order page"), &silent));
}
END_TEST

/* One run was in the middle of it. */
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

/* What a proxy says himself, and who is to blame by it, where the status alone says something else.
 */
static const struct {
    const char *header;
    const char *error; /* NULL: it tells none */
    enum cause cause;
    const char *component;
} proxy_cases[] = {
    {"cdn; error=connection_timeout", "connection_timeout", CAUSE_NETWORK, "edge"},
    {"cdn;error=tls_certificate_error;details=\"x; error=dns_error\"", "tls_certificate_error",
     CAUSE_NETWORK, "edge"},
    {"near; error=connection_refused; next-hop=\"10.0.0.1:80\", far; error=http_response_timeout",
     "connection_refused", CAUSE_APPLICATION, "web"},
    {"\"a, b; error=no\"; received-status=503, far; error=proxy_internal_error",
     "proxy_internal_error", CAUSE_NETWORK, "edge"},
    {"cdn; error=http_response_incomplete", "http_response_incomplete", CAUSE_APPLICATION, "web"},
    {"cdn; error=http_request_denied", "http_request_denied", CAUSE_UNDETERMINED, NULL},
    {"cdn; received-status=503", NULL, CAUSE_APPLICATION, "web"},
    {"cdn; error=of_a_kind_to_come", "of_a_kind_to_come", CAUSE_APPLICATION, "web"},
    {"error=connection_timeout", NULL, CAUSE_APPLICATION, "web"}, /* his name */
    {"\"never closed; error=dns_error", NULL, CAUSE_APPLICATION, "web"},
    {"cdn; error=", NULL, CAUSE_APPLICATION, "web"},
    {"", NULL, CAUSE_APPLICATION, "web"},
};

START_TEST(a_proxy_says_himself_what_went_wrong)
{
    size_t length;
    const char *error = diagnose_proxy_error(proxy_cases[_i].header, &length);
    const char *expected = proxy_cases[_i].error;
    ck_assert_int_eq(error == NULL, expected == NULL);
    if (error != NULL)
        ck_assert_msg(length == strlen(expected) && strncmp(error, expected, length) == 0, "%.*s",
                      (int)length, error);
    const struct words words = {.proxy_status = proxy_cases[_i].header};
    const struct failure failure = {SYMPTOM_HTTP_ERROR, SYMPTOM_NONE, 503, NULL, {0}, &words};
    EXPECT(&shop_with_door, proxy_cases[_i].cause, proxy_cases[_i].component,
           failed("browse", "there", 1, STEPS("alive"), &failure),
           failed("browse", "here", 1, STEPS("alive"), &failure));
}
END_TEST

/* Pages that come from a cache would clear the shop, and the database that they need. */
START_TEST(a_cached_answer_clears_nobody)
{
    static const struct words words = {.x_cache = "HIT"};
    for (int cached = 0; cached < 2; cached++) {
        struct run *orders = passed("orders", "here", 4, STEPS("alive", "my orders"));
        run_add_exchange(orders, &orders->steps[1])->words = cached ? &words : NULL;
        EXPECT(&shop_without_door, cached ? CAUSE_DATABASE : CAUSE_UNDETERMINED,
               cached ? "db.orders" : NULL,
               failed("browse", "here", 1, STEPS("alive", "order page"), &error_500), orders,
               failed("guest checkout", "here", 3, STEPS("my orders"), &error_500));
    }
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
    EXPECT(&shop_without_door, CAUSE_DATABASE, "db",
           failed("guest checkout", "here", 1, STEPS("my orders"), &silent),
           failed("browse", "here", 1, STEPS("alive", "browse"), &silent));
}
END_TEST

/* --- what probes found beside the run --------------------------------------------------------- */

static struct run *with_finding(struct run *run, enum finding_kind kind, const char *component,
                                int status, bool reached)
{
    const struct finding finding = {.kind = kind,
                                    .component = component,
                                    .target = "https://shop.test/page",
                                    .status = status,
                                    .reached = reached,
                                    .symptom = status != 0 ? SYMPTOM_NONE : SYMPTOM_TCP_TIMED_OUT};
    run_add_finding(run, &finding);
    return run;
}

START_TEST(health_answers_while_a_step_on_a_table_hangs)
{
    EXPECT(&shop_without_door, CAUSE_DATABASE, "db.orders",
           with_finding(failed("guest checkout", "here", 1, STEPS("my orders"), &silent),
                        FINDING_HEALTH, "web", 200, true));
}
END_TEST

/* It is asked when the step has hung for a while: whoever waits for the database may have left it
 * no worker. */
START_TEST(health_hangs_with_all_else)
{
    EXPECT(&shop_without_door, CAUSE_UNDETERMINED, NULL,
           with_finding(failed("guest checkout", "here", 1, STEPS("my orders"), &silent),
                        FINDING_HEALTH, "web", 503, true));
    EXPECT(&shop_without_door, CAUSE_APPLICATION, "web",
           with_finding(failed("browse", "here", 1, STEPS("alive"), &silent), FINDING_HEALTH, "web",
                        503, true),
           failed("guest checkout", "here", 2, STEPS("my orders"), &silent));
}
END_TEST

/* What was found beside the run with which it began is remembered. */
START_TEST(health_answered_after_a_step_on_a_table_hung)
{
    struct run *first =
        with_finding(failed("guest checkout", "here", 1, STEPS("my orders"), &silent),
                     FINDING_HEALTH, "web", 200, true);
    first->findings[0].at = first->slot.ended;
    EXPECT(&shop_without_door, CAUSE_DATABASE, "db.orders", first,
           failed("browse", "here", 2, STEPS("alive"), &silent));
}
END_TEST

/* That health answers clears the provider no more than the database. */
START_TEST(health_answers_while_the_provider_does_not)
{
    EXPECT(&shop_without_door, CAUSE_THIRD_PARTY, "payment",
           with_finding(failed("guest checkout", "here", 1,
                               STEPS("browse", "my orders", "checkout"), &error_503),
                        FINDING_HEALTH, "web", 200, true));
}
END_TEST

START_TEST(a_health_page_that_is_lost_on_the_way_tells_nothing)
{
    EXPECT(&shop_without_door, CAUSE_UNDETERMINED, NULL,
           with_finding(failed("guest checkout", "here", 1, STEPS("my orders"), &error_500),
                        FINDING_HEALTH, "web", 0, true));
}
END_TEST

START_TEST(another_port_of_the_silent_host_answers)
{
    EXPECT(&shop_without_door, CAUSE_UNDETERMINED, NULL,
           with_finding(failed("browse", "there", 1, STEPS("alive"), &unanswered), FINDING_PORT,
                        "web", 0, true));
}
END_TEST

START_TEST(no_port_of_the_silent_host_answers)
{
    EXPECT(&shop_without_door, CAUSE_NETWORK, NULL,
           with_finding(failed("browse", "there", 1, STEPS("alive"), &unanswered), FINDING_PORT,
                        "web", 0, false));
}
END_TEST

/* The application answers what fits a packet; that it does is no word for the network then. */
START_TEST(what_is_small_arrives_and_what_is_large_does_not)
{
    EXPECT(&shop_with_door, CAUSE_NETWORK, "edge",
           with_finding(with_finding(with_finding(failed("browse", "there", 1,
                                                         STEPS("alive", "browse"), &silent),
                                                  FINDING_STATIC, "edge", 200, true),
                                     FINDING_HEALTH, "web", 200, true),
                        FINDING_LARGE, "edge", 0, true));
}
END_TEST

/* Nor is the network to blame for a file that is not there. */
START_TEST(a_large_file_that_is_missing_is_not_lost)
{
    EXPECT(&shop_with_door, CAUSE_APPLICATION, "web",
           with_finding(with_finding(failed("browse", "there", 1, STEPS("alive"), &silent),
                                     FINDING_STATIC, "edge", 200, true),
                        FINDING_LARGE, "edge", 404, true));
}
END_TEST

static struct run *with_database(struct run *run, const char *component, const char *detail)
{
    const struct finding finding = {.kind = FINDING_DATABASE,
                                    .component = component,
                                    .target = "read public.orders",
                                    .reached = true,
                                    .detail = detail};
    run_add_finding(run, &finding);
    return run;
}

/* What a probe of the database adds to one failing step, which says little by itself. */
static const struct {
    const char *component, *detail;
    enum cause cause;
    const char *code, *words;
} database_cases[] = {
    {"db.orders", "db: read of orders hung", CAUSE_DATABASE, "probe.database_ill", "orders hung"},
    {"db", "db: connect failed", CAUSE_DATABASE, "probe.database_ill", "connect failed"},
    {"db.carts", "db: read of carts hung", CAUSE_UNDETERMINED, "probe.database_ill_near", "carts"},
    {"db.orders", NULL, CAUSE_APPLICATION, "probe.database_well", "orders answers"},
};

START_TEST(a_database_is_asked_directly)
{
    struct history *history = history_create();
    struct run *run =
        with_database(failed("guest checkout", "here", 1, STEPS("my orders"), &silent),
                      database_cases[_i].component, database_cases[_i].detail);
    history_add(history, run);
    diagnose_run(history, &shop_without_door, run);
    ck_assert_int_eq(run->verdict.cause, database_cases[_i].cause);
    ck_assert_msg(has_evidence(run, database_cases[_i].code, database_cases[_i].words),
                  "%s is not among the evidence: %s", database_cases[_i].words,
                  run->verdict.evidence[0].text);
    run_free(run);
    history_free(history);
}
END_TEST

/* A step that needs none of it is not the database's, however ill that is, unless it hangs. */
START_TEST(a_database_that_the_step_does_not_need_is_no_suspect)
{
    EXPECT(&shop_without_door, CAUSE_APPLICATION, "web",
           with_database(failed("browse", "there", 1, STEPS("alive"), &error_500), "db.orders",
                         "db: read of orders hung"));
}
END_TEST

START_TEST(past_the_door_the_shop_answers)
{
    EXPECT(&shop_with_door, CAUSE_NETWORK, "edge",
           with_finding(with_finding(failed("browse", "here", 1, STEPS("alive"), &silent),
                                     FINDING_STATIC, "web", 0, true),
                        FINDING_ORIGIN, "edge", 200, true));
}
END_TEST

/* Others stand before the shop, answer in its place, and are passed by. */
static const struct {
    int status;
    enum finding_kind kind; /* of what is asked through them, and answered with that status */
    int origin;             /* what the shop's own server says; 0: it is not even reached */
    enum cause cause;
    const char *blamed;
    bool is_another_page; /* than the one that he is passed by for */
} passed_by[] = {
    {403, FINDING_HEALTH, 200, CAUSE_THIRD_PARTY, NULL, false},
    {403, FINDING_STATIC, 200, CAUSE_THIRD_PARTY, NULL, true},
    {522, FINDING_STATIC, 200, CAUSE_NETWORK, "edge", false},
    {521, FINDING_STATIC, 0, CAUSE_NETWORK, "edge", false},
};

START_TEST(others_before_the_shop_are_passed_by)
{
    const struct failure failure = {
        SYMPTOM_HTTP_ERROR, SYMPTOM_NONE, passed_by[_i].status, NULL, {0}, NULL};
    struct run *run = with_finding(failed("browse", "here", 1, STEPS("alive"), &failure),
                                   passed_by[_i].kind, "web", passed_by[_i].status, true);
    if (passed_by[_i].is_another_page)
        run->findings[0].target = "https://shop.test/logo.svg";
    EXPECT(&shop_with_door, passed_by[_i].cause, passed_by[_i].blamed,
           with_finding(run, FINDING_ORIGIN, "payment", passed_by[_i].origin,
                        passed_by[_i].origin != 0));
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
           failed("browse", "there", 1, STEPS("alive"), &cut),
           passed("browse", "here", 2, STEPS("alive", "browse")),
           failed("browse", "there", 3, STEPS("alive"), &cut));
}
END_TEST

/* The incident that this project exists for: hanging queries fill the server until it looks like a
 * firewall. */
START_TEST(connections_that_time_out_only_later_are_not_the_network)
{
    struct history *history = history_create();
    struct run *first = failed("browse", "here", 1, STEPS("alive", "browse"), &silent);
    struct run *between = passed("cart", "here", 2, STEPS("alive"));
    struct run *later = failed("browse", "here", 3, STEPS("alive"), &unanswered);
    history_add(history, first);
    history_add(history, between);
    history_add(history, later);
    diagnose_run(history, &shop_without_door, later);
    ck_assert_int_ne(later->verdict.cause, CAUSE_NETWORK);
    ck_assert_int_ne(later->verdict.runner_up, CAUSE_NETWORK);
    bool is_later = false;
    for (size_t i = 0; i < later->verdict.evidence_count; i++)
        is_later |= strcmp(later->verdict.evidence[i].fact, "transport.tcp_timeout_later") == 0;
    ck_assert(is_later);
    run_free(first);
    run_free(between);
    run_free(later);
    history_free(history);
}
END_TEST

/* A cut vantage point says nothing about the database behind the shop. */
START_TEST(what_never_reached_the_shop_is_no_second_route)
{
    EXPECT(&shop_without_door, CAUSE_UNDETERMINED, NULL,
           failed("orders", "there", 1, STEPS("my orders"), &unanswered),
           failed("browse", "here", 1, STEPS("alive", "browse", "order page"), &error_500));
}
END_TEST

/* A vantage point that cannot look any more neither agrees nor disagrees. */
START_TEST(a_blind_vantage_point_has_no_voice)
{
    struct run *blind = passed("browse", "there", 2, STEPS("alive"));
    blind->state = STATE_UNKNOWN;
    struct run *judged = failed("browse", "here", 3, STEPS("alive"), &silent);
    struct run *runs[] = {failed("browse", "there", 1, STEPS("alive"), &silent), blind, judged};
    struct history *history = history_create();
    for (size_t i = 0; i < COUNT_OF(runs); i++)
        history_add(history, runs[i]);
    diagnose_run(history, &shop_without_door, judged);
    for (size_t i = 0; i < judged->verdict.evidence_count; i++)
        ck_assert_str_ne(judged->verdict.evidence[i].fact, "vantage.all");
    for (size_t i = 0; i < COUNT_OF(runs); i++)
        run_free(runs[i]);
    history_free(history);
}
END_TEST

/* A 404 after a typing mistake; and the same answer from a step that passed before. */
START_TEST(what_passed_before_clears_the_scenario)
{
    static const struct failure missing = {SYMPTOM_HTTP_ERROR, SYMPTOM_NONE, 404, NULL, {0}, NULL};
    EXPECT(&shop_without_door, CAUSE_UNDETERMINED, NULL,
           failed("browse", "here", 1, STEPS("alive"), &missing));
    EXPECT(&shop_without_door, CAUSE_APPLICATION, "web",
           passed("browse", "here", 0, STEPS("alive", "browse")),
           failed("browse", "here", 1, STEPS("alive"), &missing));
}
END_TEST

START_TEST(expired_certificate)
{
    EXPECT(&shop_with_door, CAUSE_NETWORK, "edge",
           failed("browse", "here", 1, STEPS("alive"), &certificate));
}
END_TEST

/* Between the way to the shop and a provider behind it, no look into a database decides. */
START_TEST(no_database_settles_where_none_is_suspected)
{
    struct history *history = history_create();
    struct run *run = failed("browse", "here", 1, STEPS("alive"), &nameless);
    history_add(history, run);
    diagnose_run(history, &shop_with_door, run);
    ck_assert_int_eq(run->verdict.cause, CAUSE_NETWORK);
    ck_assert_str_eq(run->verdict.unsure, "a third party (2 %)");
    run_free(run);
    history_free(history);
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

Suite *test_suite(void)
{
    Suite *suite = suite_create("diagnose");
    TCase *verdicts = tcase_create("verdict");
    tcase_add_test(verdicts, frozen_application);
    tcase_add_test(verdicts, database_hangs_first);
    tcase_add_test(verdicts, dead_application);
    tcase_add_test(verdicts, refused_at_a_declared_front_door);
    tcase_add_test(verdicts, proxy_without_application);
    tcase_add_loop_test(verdicts, a_proxy_says_himself_what_went_wrong, 0,
                        (int)COUNT_OF(proxy_cases));
    tcase_add_test(verdicts, a_cached_answer_clears_nobody);
    tcase_add_test(verdicts, damaged_table_by_two_routes);
    tcase_add_test(verdicts, passes_before_the_onset_clear_nothing);
    tcase_add_test(verdicts, database_named_in_the_body);
    tcase_add_test(verdicts, all_database_steps_hang_and_health_passes);
    tcase_add_test(verdicts, one_route_alone_is_not_enough);
    tcase_add_test(verdicts, wrong_content_may_be_the_scenario);
    tcase_add_test(verdicts, health_answers_while_a_step_on_a_table_hangs);
    tcase_add_loop_test(verdicts, a_database_is_asked_directly, 0, COUNT_OF(database_cases));
    tcase_add_test(verdicts, a_database_that_the_step_does_not_need_is_no_suspect);
    tcase_add_test(verdicts, health_hangs_with_all_else);
    tcase_add_test(verdicts, health_answered_after_a_step_on_a_table_hung);
    tcase_add_test(verdicts, health_answers_while_the_provider_does_not);
    tcase_add_test(verdicts, a_health_page_that_is_lost_on_the_way_tells_nothing);
    tcase_add_test(verdicts, another_port_of_the_silent_host_answers);
    tcase_add_test(verdicts, no_port_of_the_silent_host_answers);
    tcase_add_test(verdicts, what_is_small_arrives_and_what_is_large_does_not);
    tcase_add_test(verdicts, a_large_file_that_is_missing_is_not_lost);
    tcase_add_test(verdicts, past_the_door_the_shop_answers);
    tcase_add_loop_test(verdicts, others_before_the_shop_are_passed_by, 0, COUNT_OF(passed_by));
    tcase_add_test(verdicts, network_of_one_vantage_point);
    tcase_add_test(verdicts, network_of_all_vantage_points);
    tcase_add_test(verdicts, path_cut_after_the_handshake);
    tcase_add_test(verdicts, connections_that_time_out_only_later_are_not_the_network);
    tcase_add_test(verdicts, what_never_reached_the_shop_is_no_second_route);
    tcase_add_test(verdicts, a_blind_vantage_point_has_no_voice);
    tcase_add_test(verdicts, what_passed_before_clears_the_scenario);
    tcase_add_test(verdicts, expired_certificate);
    tcase_add_test(verdicts, no_database_settles_where_none_is_suspected);
    tcase_add_test(verdicts, checkout_alone_may_be_anything_behind_it);
    tcase_add_test(verdicts, payment_provider_gives_no_answer);
    tcase_add_test(verdicts, monitor_and_scenario_are_not_the_shop);
    suite_add_tcase(suite, verdicts);
    return suite;
}
