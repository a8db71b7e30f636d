/* SPDX-License-Identifier: MIT */
/* probe/: those who answer, who refuse, who stay silent; what is asked beside a run, and how often.
 */
#include "tests/unit/dns_server.h"
#include "tests/unit/runner.h"
#include "tests/unit/stage.h"

#include "monitor/net/http_server.h"
#include "monitor/probe/battery.h"

#include <stdio.h>
#include <string.h>

struct fixture {
    struct loop *loop;
    struct http_server *server;
    struct net *net;
    struct net_vantage *vantage;
    struct arena *arena;
    struct finding findings[PROBE_QUESTIONS_MAX];
    size_t count;
    bool done;
};

/* An error status is an answer too: the network is there. */
static void serve(void *data, struct http_request *request)
{
    const struct http_reply reply = {.status = 500, .content_type = "text/plain", .body = ""};
    (void)data;
    http_reply(request, &reply);
}

static void fixture_open(struct fixture *fixture)
{
    struct error error = {0};
    const struct net_vantage_settings here = {0};
    *fixture = (struct fixture){.loop = loop_create(), .arena = arena_create()};
    fixture->server = http_server_open(fixture->loop, "127.0.0.1:0", serve, NULL, &error);
    fixture->net = net_create(fixture->loop, &error);
    fixture->vantage = net_vantage_open(fixture->net, &here, &error);
    ck_assert_msg(error.code == RESULT_OK, "%s", error.text);
}

static void fixture_close(struct fixture *fixture)
{
    net_vantage_close(fixture->vantage);
    net_free(fixture->net);
    http_server_close(fixture->server);
    loop_free(fixture->loop);
    arena_free(fixture->arena);
}

static void done(void *data, const struct finding *findings, size_t count)
{
    struct fixture *fixture = data;
    for (size_t i = 0; i < count; i++)
        finding_copy(fixture->arena, &fixture->findings[i], &findings[i]);
    fixture->count = count;
    fixture->done = true;
    loop_stop(fixture->loop);
}

static struct probe *ask(struct fixture *fixture, const struct probe_question *questions,
                         size_t count)
{
    return probe_ask(fixture->loop, fixture->vantage, questions, count, done, fixture);
}

START_TEST(whoever_answers_is_there)
{
    struct fixture fixture;
    fixture_open(&fixture);
    const char *url = http_server_url(fixture.server);
    const struct probe_question questions[] = {
        {.kind = FINDING_REFERENCE, .url = url},
        {.kind = FINDING_REFERENCE, .url = "http://127.0.0.1:1/"},
        {.kind = FINDING_PORT, .component = "web", .url = "http://127.0.0.1:1/"},
        {.kind = FINDING_HEALTH, .component = "web", .url = url},
        {.kind = FINDING_PORT, .component = "web", .url = "http://no.such.host.invalid/"},
    };
    ask(&fixture, questions, COUNT_OF(questions));
    ck_assert(!fixture.done);
    loop_run(fixture.loop);
    ck_assert_uint_eq(fixture.count, COUNT_OF(questions));
    /* An error is an answer to who asks for a network, and none to who asks for a page. */
    const bool well[] = {true, false, true, false, false};
    const bool reached[] = {true, true, true, true, false};
    for (size_t i = 0; i < fixture.count; i++) {
        ck_assert_msg(finding_is_well(&fixture.findings[i]) == well[i], "question %zu", i);
        ck_assert_msg(fixture.findings[i].reached == reached[i], "question %zu", i);
        ck_assert_str_eq(fixture.findings[i].target, questions[i].url);
    }
    ck_assert_int_eq(fixture.findings[3].status, 500);
    ck_assert_int_eq(fixture.findings[1].symptom, SYMPTOM_TCP_REFUSED);
    ck_assert_str_eq(fixture.findings[3].component, "web");
    fixture_close(&fixture);
}
END_TEST

START_TEST(an_address_goes_before_what_dns_says)
{
    struct fixture fixture;
    char url[80];
    fixture_open(&fixture);
    const char *port = strrchr(http_server_url(fixture.server), ':');
    snprintf(url, sizeof url, "http://no.such.host.invalid%s", port);
    const struct probe_question questions[] = {
        {.kind = FINDING_ORIGIN, .component = "web", .url = url, .address = "127.0.0.1"}};
    ask(&fixture, questions, 1);
    loop_run(fixture.loop);
    /* It does not go by that name, and says so. */
    ck_assert_int_eq(fixture.findings[0].status, 421);
    ck_assert_str_eq(fixture.findings[0].ip, "127.0.0.1");
    fixture_close(&fixture);
}
END_TEST

/* Not the whole of a film, and as much as is lost on a path that is too narrow for it. */
START_TEST(of_a_large_file_only_a_part_is_asked_for)
{
    struct fixture fixture;
    struct raw_server server;
    char url[80];
    const struct act act = {.answer = "HTTP/1.1 206 Partial Content\r\nContent-Length: 131072\r\n"
                                      "\r\nthe beginning",
                            .end = ACT_CLOSE};
    fixture_open(&fixture);
    raw_server_open(&server, fixture.loop, "127.0.0.1");
    raw_server_play(&server, &act, 1);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/film", server.port);
    const struct probe_question question = {.kind = FINDING_LARGE, .url = url};
    ask(&fixture, &question, 1);
    loop_run(fixture.loop);
    ck_assert_ptr_nonnull(strstr(server.latest.data, "\r\nRange: bytes=0-131071\r\n"));
    ck_assert_int_eq(fixture.findings[0].status, 206);
    ck_assert_int_eq(fixture.findings[0].symptom, SYMPTOM_HTTP_TRUNCATED);
    ck_assert(!finding_is_well(&fixture.findings[0]));
    raw_server_close(&server);
    fixture_close(&fixture);
}
END_TEST

/* A name with an address of each family, of which one is served; and who else is asked for it. */
START_TEST(addresses_are_asked_apart_and_so_are_other_servers)
{
    static const struct act act = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
    struct fixture fixture;
    struct raw_server server;
    struct dns_server own, other;
    struct error error = {0};
    char url[80], resolver[2][32];
    fixture_open(&fixture);
    raw_server_open(&server, fixture.loop, "127.0.0.1");
    raw_server_play(&server, &act, 1);
    dns_server_open(&own);
    dns_server_open(&other);
    own.address = other.address = 0x7f000001;
    own.six = true;
    dns_server_watch(&own, fixture.loop);
    dns_server_watch(&other, fixture.loop);
    snprintf(url, sizeof url, "http://shop.invalid:%u/", server.port);
    snprintf(resolver[0], sizeof resolver[0], "127.0.0.1:%u", own.port);
    snprintf(resolver[1], sizeof resolver[1], "127.0.0.1:%u", other.port);
    net_vantage_close(fixture.vantage);
    fixture.vantage = net_vantage_open(
        fixture.net, &(struct net_vantage_settings){.resolver = resolver[0]}, &error);
    const struct probe_question questions[] = {
        {.kind = FINDING_ADDRESS, .url = url},
        {.kind = FINDING_RESOLVER, .url = url, .address = resolver[1]},
        {.kind = FINDING_RESOLVER, .url = url, .address = "127.0.0.1:1"},
        {.kind = FINDING_PATH, .url = url},
    };
    ask(&fixture, questions, COUNT_OF(questions));
    loop_run(fixture.loop);
    ck_assert_uint_eq(fixture.count, 5);
    ck_assert_str_eq(fixture.findings[0].detail, "127.0.0.1");
    ck_assert(finding_is_well(&fixture.findings[0]));
    ck_assert_uint_gt(other.questions, 0);
    ck_assert_int_eq(fixture.findings[1].symptom, SYMPTOM_DNS_UNREACHABLE);
    ck_assert(!fixture.findings[1].reached);
    ck_assert_int_eq(fixture.findings[2].kind, FINDING_PATH);
    ck_assert(fixture.findings[2].reached);
    for (size_t i = 3; i < 5; i++) {
        bool is_four = strcmp(fixture.findings[i].ip, "127.0.0.1") == 0;
        ck_assert_int_eq(fixture.findings[i].kind, FINDING_ADDRESS);
        ck_assert(is_four || strcmp(fixture.findings[i].ip, "::1") == 0);
        ck_assert_int_eq(finding_is_well(&fixture.findings[i]), is_four);
    }
    dns_server_close(&own);
    dns_server_close(&other);
    raw_server_close(&server);
    fixture_close(&fixture);
}
END_TEST

START_TEST(no_question_is_answered_in_a_later_turn)
{
    struct fixture fixture;
    fixture_open(&fixture);
    ask(&fixture, NULL, 0);
    ck_assert(!fixture.done);
    loop_run(fixture.loop);
    ck_assert_uint_eq(fixture.count, 0);
    fixture_close(&fixture);
}
END_TEST

START_TEST(a_cancelled_probe_says_nothing)
{
    struct fixture fixture;
    fixture_open(&fixture);
    const struct probe_question question = {.kind = FINDING_REFERENCE,
                                            .url = http_server_url(fixture.server)};
    probe_cancel(ask(&fixture, &question, 1));
    probe_cancel(NULL);
    /* Another one, to let the loop turn for as long as the first would have taken. */
    ask(&fixture, &question, 1);
    loop_run(fixture.loop);
    ck_assert_uint_eq(fixture.count, 1);
    fixture_close(&fixture);
}
END_TEST

/* --- what is asked --------------------------------------------------------------------------- */

static unsigned ports[] = {443, 8443};
static struct component components[] = {
    {.name = "cdn", .kind = CAUSE_NETWORK, .origin = "203.0.113.9"},
    {.name = "web",
     .kind = CAUSE_APPLICATION,
     .health = "/health",
     .static_file = "https://shop.test/logo.svg",
     .large = "/shoes.jpg",
     .ports = ports,
     .port_count = COUNT_OF(ports)},
};
static const char *references[] = {"https://reference.test/"};
static struct vantage vantages[] = {{.name = "here", .resolver = "192.0.2.9"}};
static const char *resolvers[] = {"192.0.2.1", "192.0.2.9", "192.0.2.2", "192.0.2.3"};
static const struct shop shop = {.base = "https://shop.test",
                                 .components = components,
                                 .component_count = COUNT_OF(components),
                                 .references = references,
                                 .vantages = vantages,
                                 .vantage_count = COUNT_OF(vantages),
                                 .resolvers = resolvers,
                                 .resolver_count = COUNT_OF(resolvers),
                                 .reference_count = 1};

/* A run that failed by one exchange, and what is asked beside it: `KIND URL [ADDRESS]`, a line
 * each. */
static const struct {
    const char *url;
    enum symptom symptom;
    int status;
    const char *asked;
} plans[] = {
    {"https://shop.test/cart", SYMPTOM_NONE, 500,
     "address https://shop.test/logo.svg\norigin https://shop.test/health 203.0.113.9\n"
     "health https://shop.test/health\nstatic https://shop.test/logo.svg\n"},
    {"https://shop.test/health", SYMPTOM_HTTP_TIMEOUT_TTFB, 0,
     "reference https://reference.test/\naddress https://shop.test/logo.svg\n"
     "origin https://shop.test/logo.svg 203.0.113.9\nstatic https://shop.test/logo.svg\nlarge "
     "https://shop.test/shoes.jpg\n"},
    /* Where it is answered, that is held against what its own server says. */
    {"https://shop.test/health", SYMPTOM_NONE, 502,
     "again https://shop.test/health\naddress https://shop.test/logo.svg\n"
     "origin https://shop.test/health 203.0.113.9\nstatic https://shop.test/logo.svg\n"},
    {"https://shop.test/health", SYMPTOM_NONE, 403,
     "again https://shop.test/health\naddress https://shop.test/logo.svg\n"
     "origin https://shop.test/health 203.0.113.9\nstatic https://shop.test/logo.svg\n"},
    /* What hangs is not asked again, but for what nobody waits for; what broke off is. */
    {"https://shop.test/shoes.jpg", SYMPTOM_HTTP_TRUNCATED, 200,
     "again https://shop.test/shoes.jpg\naddress https://shop.test/logo.svg\norigin "
     "https://shop.test/health 203.0.113.9\nhealth "
     "https://shop.test/health\n"
     "static https://shop.test/logo.svg\nlarge https://shop.test/shoes.jpg\n"},
    {"https://shop.test/", SYMPTOM_TCP_TIMED_OUT, 0,
     "reference https://reference.test/\npath https://shop.test/\n"
     "address https://shop.test/logo.svg\norigin https://shop.test/health 203.0.113.9\n"
     "health https://shop.test/health\nstatic https://shop.test/logo.svg\n"
     "port http://shop.test:8443/\n"},
    {"https://shop.test/orders?token=***", SYMPTOM_TCP_RESET, 200,
     "address https://shop.test/logo.svg\norigin https://shop.test/health 203.0.113.9\n"
     "health https://shop.test/health\nstatic https://shop.test/logo.svg\n"
     "large https://shop.test/shoes.jpg\n"},
    {"https://shop.test/", SYMPTOM_DNS_FAILED, 0,
     "reference https://reference.test/\nresolver https://shop.test/ 192.0.2.1\n"
     "resolver https://shop.test/ 192.0.2.2\n"
     "origin https://shop.test/health 203.0.113.9\nhealth https://shop.test/health\n"
     "static https://shop.test/logo.svg\n"},
    {"https://pay.test/charge", SYMPTOM_TCP_TIMED_OUT, 0, "reference https://reference.test/\n"},
};

static struct run *failed_run(const char *url, enum symptom symptom, int status)
{
    struct run *run = run_create("browse", "here", (struct wall_time){1});
    struct run_step *step = run_add_step(run, "a step");
    struct exchange *exchange = run_add_exchange(run, step);
    *exchange = (struct exchange){
        .method = "GET", .url = url, .status = status, .symptom = symptom, .port = 443};
    if (symptom != SYMPTOM_TCP_TIMED_OUT && symptom != SYMPTOM_DNS_FAILED)
        exchange->ip = "203.0.113.10";
    step->state = run->state = STATE_FAILED;
    step->symptom = symptom != SYMPTOM_NONE ? symptom : SYMPTOM_HTTP_ERROR;
    return run;
}

START_TEST(each_failure_has_its_questions)
{
    struct probe_question questions[PROBE_QUESTIONS_MAX];
    struct buffer asked;
    buffer_init(&asked, SIZE_MAX);
    struct run *run = failed_run(plans[_i].url, plans[_i].symptom, plans[_i].status);
    size_t count = battery_plan_references(&shop, run, questions, 0);
    count = battery_plan_components(&shop, run, run->arena, questions, count);
    for (size_t i = 0; i < count; i++)
        buffer_print(&asked, "%s %s%s%s\n", finding_kind_word(questions[i].kind), questions[i].url,
                     questions[i].address != NULL ? " " : "",
                     questions[i].address != NULL ? questions[i].address : "");
    ck_assert_str_eq(asked.data, plans[_i].asked);
    buffer_free(&asked);
    run_free(run);
}
END_TEST

/* The only question past the front door that a run has. */
static size_t plan_past(const char *base, const char *origin, const char *proxy,
                        struct arena *arena, struct probe_question *ret_question)
{
    struct probe_question questions[PROBE_QUESTIONS_MAX];
    struct component parts[] = {
        {.name = "edge", .kind = CAUSE_NETWORK, .static_file = "/logo.svg", .origin = origin},
        {.name = "web", .kind = CAUSE_APPLICATION, .health = "/health"}};
    struct vantage here = {.name = "here", .proxy = proxy};
    const struct shop one = {.base = base,
                             .components = parts,
                             .component_count = COUNT_OF(parts),
                             .vantages = &here,
                             .vantage_count = 1};
    const char *url = net_url_resolve(arena, base, "/cart");
    struct run *run = failed_run(url, SYMPTOM_NONE, 502);
    size_t count = battery_plan_components(&one, run, arena, questions, 0), found = 0;
    for (size_t i = 0; i < count; i++)
        if (questions[i].kind == FINDING_ORIGIN && found++ == 0)
            *ret_question = questions[i];
    run_free(run);
    return found;
}

/* How a shop file says where its own server is, and what is asked there: `URL ADDRESS PORT`, and
 * whether it is said that a door handed it on. */
static const struct {
    const char *base, *origin, *proxy, *asked;
} places[] = {
    {"https://shop.test", "10.0.0.5", NULL, "https://shop.test/health 10.0.0.5 0"},
    {"https://shop.test", "10.0.0.5:8443", NULL, "https://shop.test/health 10.0.0.5 8443"},
    {"https://shop.test", "http://10.0.0.5", NULL, "http://shop.test/health 10.0.0.5 80 handed on"},
    {"https://shop.test", "http://10.0.0.5:8080", NULL,
     "http://shop.test/health 10.0.0.5 8080 handed on"},
    {"https://shop.test:444", "https://10.0.0.5", NULL,
     "https://shop.test:444/health 10.0.0.5 443"},
    {"http://shop.test", "http://10.0.0.5:8080", NULL, "http://shop.test/health 10.0.0.5 8080"},
    {"http://shop.test", "https://10.0.0.5:8443", NULL, "https://shop.test/health 10.0.0.5 8443"},
    {"https://shop.test", "2001:db8::7", NULL, "https://shop.test/health 2001:db8::7 0"},
    {"https://shop.test", "[2001:db8::7]", NULL, "https://shop.test/health 2001:db8::7 0"},
    {"https://shop.test", "[2001:db8::7]:8443", NULL, "https://shop.test/health 2001:db8::7 8443"},
    {"https://shop.test", "http://[2001:db8::7]:8080", NULL,
     "http://shop.test/health 2001:db8::7 8080 handed on"},
    /* Who may come in by TLS is nobody's to read without it. */
    {"https://me:secret@shop.test", "http://10.0.0.5:8080", NULL,
     "http://shop.test/health 10.0.0.5 8080 handed on"},
    /* It would lead to the front door. */
    {"https://shop.test", "10.0.0.5", "http://127.0.0.1:3128", NULL},
};

START_TEST(past_the_door_is_where_the_shop_file_says)
{
    struct probe_question question;
    struct arena *arena = arena_create();
    size_t count =
        plan_past(places[_i].base, places[_i].origin, places[_i].proxy, arena, &question);
    ck_assert_uint_eq(count, places[_i].asked != NULL);
    if (count > 0)
        ck_assert_str_eq(arena_print(arena, "%s %s %u%s", question.url, question.address,
                                     question.port, question.is_handed_on ? " handed on" : ""),
                         places[_i].asked);
    arena_free(arena);
}
END_TEST

/* An application that speaks no TLS, at a port of its own; and nobody at another. */
START_TEST(an_application_is_asked_past_its_front_door)
{
    static const struct act act = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
    struct fixture fixture;
    struct raw_server server;
    struct probe_question questions[2];
    fixture_open(&fixture);
    raw_server_open(&server, fixture.loop, "127.0.0.1");
    raw_server_play(&server, &act, 1);
    const char *origin = arena_print(fixture.arena, "http://127.0.0.1:%u", server.port);
    plan_past("https://me:secret@shop.invalid", origin, NULL, fixture.arena, &questions[0]);
    plan_past("https://shop.invalid", "http://127.0.0.1:1", NULL, fixture.arena, &questions[1]);
    ask(&fixture, questions, COUNT_OF(questions));
    loop_run(fixture.loop);
    ck_assert(finding_is_well(&fixture.findings[0]));
    ck_assert_str_eq(fixture.findings[0].ip, "127.0.0.1");
    ck_assert_str_eq(fixture.findings[0].component, "edge");
    ck_assert_int_eq(strncmp(server.latest.data, "GET /health HTTP/1.1\r\n", 22), 0);
    ck_assert_ptr_nonnull(strstr(server.latest.data, "\r\nHost: shop.invalid\r\n"));
    ck_assert_ptr_nonnull(strstr(server.latest.data, "\r\nX-Forwarded-Proto: https\r\n"));
    ck_assert_ptr_null(strstr(server.latest.data, "Authorization"));
    ck_assert_ptr_null(strstr(server.latest.data, "Cookie"));
    ck_assert_uint_eq(server.requests, 1);
    ck_assert_int_eq(fixture.findings[1].symptom, SYMPTOM_TCP_REFUSED);
    ck_assert_ptr_nonnull(strstr(fixture.findings[1].detail, "127.0.0.1:1"));
    ck_assert(fixture.findings[1].reached);
    raw_server_close(&server);
    fixture_close(&fixture);
}
END_TEST

/* However much a shop file declares, a battery is so many connections, and no more. */
START_TEST(a_battery_is_bounded)
{
    static const struct act act = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"};
    struct fixture fixture;
    struct raw_server server;
    struct probe_question questions[PROBE_QUESTIONS_MAX];
    struct component many[20];
    char base[80];
    fixture_open(&fixture);
    raw_server_open(&server, fixture.loop, "127.0.0.1");
    raw_server_play(&server, &act, 1);
    snprintf(base, sizeof base, "http://127.0.0.1:%u/", server.port);
    for (size_t i = 0; i < COUNT_OF(many); i++)
        many[i] = (struct component){.name = "web",
                                     .kind = CAUSE_APPLICATION,
                                     .health = "/health",
                                     .static_file = "/logo.svg",
                                     .large = "/shoes.jpg",
                                     .origin = "127.0.0.1"};
    const struct shop large = {.base = base, .components = many, .component_count = COUNT_OF(many)};
    struct run *run = failed_run(base, SYMPTOM_HTTP_TRUNCATED, 200);
    size_t count = battery_plan_references(&large, run, questions, 0);
    count = battery_plan_components(&large, run, run->arena, questions, count);
    ck_assert_uint_eq(count, PROBE_QUESTIONS_MAX);
    ask(&fixture, questions, count);
    loop_run(fixture.loop);
    /* The host has one address: nothing is asked there apart. */
    ck_assert_uint_eq(server.accepted, PROBE_QUESTIONS_MAX - 1);
    run_free(run);
    raw_server_close(&server);
    fixture_close(&fixture);
}
END_TEST

START_TEST(who_passed_is_not_asked_about)
{
    struct probe_question questions[PROBE_QUESTIONS_MAX];
    struct run *run = failed_run("https://shop.test/", SYMPTOM_TCP_TIMED_OUT, 0);
    run->state = STATE_PASSED;
    ck_assert_uint_eq(battery_plan_references(&shop, run, questions, 0), 0);
    ck_assert_uint_eq(battery_plan_components(&shop, run, run->arena, questions, 0), 0);
    run_free(run);
}
END_TEST

/* --- how often ------------------------------------------------------------------------------- */

/* Of a failure in every slot of `every`, how often is asked within `span`. */
static unsigned times_asked(duration every, duration span)
{
    struct battery_pace pace = {0};
    struct wall_time now = {1763906820 * DURATION_SECOND}, end = wall_after(now, span);
    unsigned times = 0;
    for (; now.us < end.us; now = wall_after(now, every))
        times += battery_may_ask(&pace, now);
    return times;
}

START_TEST(it_asks_ever_more_rarely)
{
    ck_assert_uint_eq(times_asked(DURATION_SECOND, DURATION_MINUTE), 4); /* 0, 5, 15, 35 s */
    ck_assert_uint_eq(times_asked(DURATION_SECOND, DURATION_HOUR), 10);  /* ..., 2555 s */
    /* A shop that is down all day. */
    ck_assert_uint_eq(times_asked(DURATION_MINUTE, DURATION_DAY), 11 + 22);
    /* A failure that comes back as seldom as that is a new one each time. */
    ck_assert_uint_eq(times_asked(11 * DURATION_MINUTE, DURATION_DAY), 131);
}
END_TEST

START_TEST(there_is_a_budget_an_hour)
{
    struct battery_pace pace = {0};
    struct wall_time now = {1763906820 * DURATION_SECOND};
    unsigned times = 0;
    for (int i = 0; i < 100; i++) {
        pace.pause = 0; /* as if each were new */
        times += battery_may_ask(&pace, now);
    }
    ck_assert_uint_eq(times, BATTERY_HOUR_MAX);
    ck_assert(battery_may_ask(&pace, wall_after(now, DURATION_HOUR)));
    /* A clock that was set back is no reason to be silent. */
    ck_assert(battery_may_ask(&pace, wall_after(now, -DURATION_HOUR)));
}
END_TEST

/* Of two questions to others and three to the shop. */
START_TEST(others_are_asked_whenever_the_shop_is)
{
    struct battery_pace pace = {0};
    struct wall_time now = {1763906820 * DURATION_SECOND};
    ck_assert_uint_eq(battery_choose(&pace, now, 2, 5, true), 5);
    ck_assert_uint_eq(battery_choose(&pace, now, 2, 5, false), 2);
    ck_assert_uint_eq(battery_choose(&pace, now, 2, 5, true), 0);
    now = wall_after(now, BATTERY_PAUSE_MIN);
    /* Where the shop has nothing to be asked, that is not noted. */
    ck_assert_uint_eq(battery_choose(&pace, now, 2, 2, true), 0);
    ck_assert_uint_eq(battery_choose(&pace, now, 0, 3, true), 3);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("probe");
    TCase *tests = tcase_create("probe");
    tcase_set_timeout(tests, 30);
    tcase_add_test(tests, whoever_answers_is_there);
    tcase_add_test(tests, an_address_goes_before_what_dns_says);
    tcase_add_test(tests, of_a_large_file_only_a_part_is_asked_for);
    tcase_add_test(tests, addresses_are_asked_apart_and_so_are_other_servers);
    tcase_add_test(tests, no_question_is_answered_in_a_later_turn);
    tcase_add_test(tests, a_cancelled_probe_says_nothing);
    tcase_add_loop_test(tests, each_failure_has_its_questions, 0, COUNT_OF(plans));
    tcase_add_loop_test(tests, past_the_door_is_where_the_shop_file_says, 0, COUNT_OF(places));
    tcase_add_test(tests, an_application_is_asked_past_its_front_door);
    tcase_add_test(tests, a_battery_is_bounded);
    tcase_add_test(tests, who_passed_is_not_asked_about);
    tcase_add_test(tests, it_asks_ever_more_rarely);
    tcase_add_test(tests, there_is_a_budget_an_hour);
    tcase_add_test(tests, others_are_asked_whenever_the_shop_is);
    suite_add_tcase(suite, tests);
    return suite;
}
