/* SPDX-License-Identifier: MIT */
/*
 * reporters/: messages over a real store to a real server that is well, refuses, hangs, drips,
 * breaks, or is not there; and the heartbeat.
 */
#include "tests/unit/runner.h"
#include "tests/unit/store_fixture.h"

#include "monitor/net/net.h"
#include "reporters/message.h"
#include "reporters/reporter.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { KEYS_MAX = 8000, TOLD_MAX = 4000, UNANSWERED_MAX = 100 };

enum mood { WELL, BROKEN, HANGING, DRIPPING, REFUSING, BUSY };

static struct store_fixture fixture;
static struct net *net;
static struct net_vantage *vantage;
static struct shop *shop;
static struct reporters *reporters;
static char told[TOLD_MAX];

/* The server: what it was sent. */
static struct evhttp *server;
static unsigned short port;
static enum mood mood;
static char taken[KEYS_MAX]; /* the keys of what it took, each followed by a blank */
static char body[KEYS_MAX], signature[100], stamp[40], token[100];
static unsigned tries;
static struct evhttp_request *unanswered[UNANSWERED_MAX];
static size_t unanswered_count;

static void leave_unanswered(struct evhttp_request *request)
{
    ck_assert_uint_lt(unanswered_count, UNANSWERED_MAX);
    unanswered[unanswered_count++] = request;
}

static const char *header(struct evhttp_request *request, const char *name)
{
    const char *value = evhttp_find_header(evhttp_request_get_input_headers(request), name);
    return value != NULL ? value : "";
}

static void came(struct evhttp_request *request, void *data)
{
    static const int statuses[] = {[WELL] = 204, [BROKEN] = 500, [REFUSING] = 410, [BUSY] = 429};
    struct evbuffer *input = evhttp_request_get_input_buffer(request);
    (void)data;
    tries++;
    if (mood == HANGING || mood == DRIPPING)
        leave_unanswered(request);
    if (mood == HANGING)
        return;
    if (mood == DRIPPING) {
        struct evbuffer *drop = evbuffer_new();
        evhttp_send_reply_start(request, 200, "OK");
        evbuffer_add(drop, "d", 1);
        evhttp_send_reply_chunk(request, drop);
        evbuffer_free(drop);
        return;
    }
    if (mood == BUSY)
        evhttp_add_header(evhttp_request_get_output_headers(request), "Retry-After", "1");
    if (mood == WELL) {
        size_t length = evbuffer_get_length(input);
        evbuffer_copyout(input, body, length < sizeof body ? length : sizeof body - 1);
        body[length < sizeof body ? length : sizeof body - 1] = '\0';
        snprintf(taken + strlen(taken), sizeof taken - strlen(taken), "%s ",
                 header(request, "Idempotency-Key"));
        snprintf(signature, sizeof signature, "%s", header(request, "X-Shopwatch-Signature"));
        snprintf(stamp, sizeof stamp, "%s", header(request, "X-Shopwatch-Timestamp"));
        snprintf(token, sizeof token, "%s", header(request, "Authorization"));
    }
    evhttp_send_reply(request, statuses[mood], NULL, NULL);
}

static void open_server(unsigned short wanted)
{
    server = evhttp_new(loop_base(fixture.loop));
    evhttp_set_gencb(server, came, NULL);
    struct evhttp_bound_socket *bound = evhttp_bind_socket_with_handle(server, "127.0.0.1", wanted);
    ck_assert_ptr_nonnull(bound);
    struct sockaddr_in own;
    socklen_t size = sizeof own;
    getsockname(evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&own, &size);
    port = ntohs(own.sin_port);
}

static void close_server(void)
{
    /* Those whose connections are gone are nobody's but ours. */
    for (size_t i = 0; i < unanswered_count; i++)
        if (evhttp_request_get_connection(unanswered[i]) == NULL)
            evhttp_request_free(unanswered[i]);
    unanswered_count = 0;
    if (server != NULL)
        evhttp_free(server);
    server = NULL;
}

static void hear(void *data, enum log_level level, const char *text)
{
    (void)data;
    (void)level;
    snprintf(told + strlen(told), sizeof told - strlen(told), "%s\n", text);
}

static struct reporter_context context_of(void)
{
    return (struct reporter_context){
        .loop = fixture.loop,
        .store = fixture.store,
        .shop = shop,
        .vantage = vantage,
        .tell = hear,
    };
}

static void open_reporters(void)
{
    struct error error = {0};
    const struct reporter_context context = context_of();
    reporters = reporters_open(&context, &error);
    ck_assert_msg(reporters != NULL, "%s", error.text);
}

/* Until they know where they stand, and have told what there is. */
static void wait_idle(void)
{
    for (int i = 0; i < 2000 && !reporters_are_idle(reporters); i++)
        store_fixture_wait(&fixture, 5 * DURATION_MILLISECOND);
    ck_assert(reporters_are_idle(reporters));
}

/* `PORT` in the text stands for the server's. */
static void load_shop(const char *text)
{
    char path[2 * FIXTURE_PATH_MAX];
    struct mistakes mistakes = {.arena = arena_create()};
    snprintf(path, sizeof path, "%s/shop.yaml", fixture.directory);
    FILE *file = fopen(path, "w");
    fputs("shop: Shoes\nsecrets: {TOKEN: {env: HOOK_TOKEN}, KEY: {env: HOOK_KEY}}\n", file);
    const char *mark = strstr(text, "PORT");
    fprintf(file, "%.*s%u%s", (int)(mark - text), text, port, mark + strlen("PORT"));
    fclose(file);
    shop_free(shop);
    shop = shop_load(path, &mistakes);
    ck_assert_msg(shop != NULL, "%s", mistakes.count > 0 ? mistakes.items[0].text : "");
    arena_free(mistakes.arena);
}

#define WEBHOOK                                                                                    \
    "reporters:\n  hooks:\n    kind: webhook\n    url: http://127.0.0.1:PORT/${TOKEN}\n"           \
    "    secret: ${KEY}\n    timeout: 300ms\n"

static void set_up(void)
{
    struct error error = {0};
    const struct net_vantage_settings plain = {0};
    setenv("HOOK_TOKEN", "a-token-of-ours", 1);
    setenv("HOOK_KEY", "the key of keys", 1);
    store_fixture_set_up(&fixture);
    net = net_create(fixture.loop, &error);
    vantage = net_vantage_open(net, &plain, &error);
    taken[0] = told[0] = '\0';
    tries = 0;
    mood = WELL;
    open_server(0);
    load_shop(WEBHOOK);
}

static void tear_down(void)
{
    reporters_close(reporters);
    reporters = NULL;
    close_server();
    net_vantage_close(vantage);
    net_free(net);
    shop_free(shop);
    shop = NULL;
    store_fixture_tear_down(&fixture);
}

static void written(void *data, enum result result, const struct error *error,
                    store_sequence sequence)
{
    (void)sequence;
    ck_assert_msg(result == RESULT_OK, "%s", error->text);
    *(bool *)data = true;
}

/* Changes of one incident from version `first` to `last`. */
static void change(unsigned first, unsigned last)
{
    for (unsigned version = first; version <= last; version++) {
        bool done = false;
        const struct incident incident = {
            .id = "0123456789abcdef0123456789abcdef",
            .version = version,
            .change = version == 1 ? INCIDENT_OPENED : INCIDENT_UPDATED,
            .began = {1000},
            .opened = {2000},
            .updated = clock_wall(),
            .journey = "guest checkout",
            .step = "pay",
            .symptom = SYMPTOM_HTTP_TIMEOUT_TTFB,
            .verdict = {.cause = CAUSE_DATABASE,
                        .component = "db.orders",
                        .summary = "The database does not answer.",
                        .confidence = 0.97,
                        .runner_up = CAUSE_NONE},
        };
        store_write_incident(fixture.store, &incident, written, &done);
        while (!done)
            store_fixture_wait(&fixture, DURATION_MILLISECOND);
        if (reporters != NULL)
            reporters_wake(reporters);
    }
}

/* The keys of the versions from the first to the last, as the server should have them. */
static void expect_taken(unsigned first, unsigned last)
{
    char expected[KEYS_MAX] = "";
    for (unsigned i = first; i <= last; i++)
        snprintf(expected + strlen(expected), sizeof expected - strlen(expected),
                 "0123456789abcdef0123456789abcdef.%u ", i);
    for (int i = 0; i < 2000 && strcmp(taken, expected) != 0; i++)
        store_fixture_wait(&fixture, 10 * DURATION_MILLISECOND);
    store_fixture_wait(&fixture, 30 * DURATION_MILLISECOND);
    ck_assert_str_eq(taken, expected);
}

static struct reporter_health health_now(void)
{
    struct reporter_health health;
    ck_assert(reporters_health(reporters, 0, &health));
    return health;
}

START_TEST(the_digest_is_that_of_the_standard)
{
    /* RFC 4231, test case 2 */
    char hex[NET_SHA256_LENGTH + 1];
    net_hmac_sha256("Jefe", "what do ya want for nothing?", 28, hex);
    ck_assert_str_eq(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}
END_TEST

START_TEST(a_message_is_the_record_and_signed)
{
    char expected[100], signed_text[KEYS_MAX + 40], digits[NET_SHA256_LENGTH + 1];
    open_reporters();
    change(1, 1);
    expect_taken(1, 1);
    json_t *json = json_loads(body, 0, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(json, "change")), "opened");
    ck_assert_str_eq(json_string_value(json_object_get(json, "title")),
                     "guest checkout fails at \"pay\"");
    ck_assert(json_is_false(json_object_get(json, "test")));
    const json_t *incident = json_object_get(json, "incident");
    ck_assert_int_eq(json_integer_value(json_object_get(incident, "version")), 1);
    json_decref(json);
    snprintf(signed_text, sizeof signed_text, "%s.%s", stamp, body);
    net_hmac_sha256("the key of keys", signed_text, strlen(signed_text), digits);
    snprintf(expected, sizeof expected, "sha256=%s", digits);
    ck_assert_str_eq(signature, expected);
}
END_TEST

START_TEST(a_title_says_how_many_journeys_show_it)
{
    struct incident_shower showers[] = {{.journey = "guest checkout", .vantage = "ams"},
                                        {.journey = "guest checkout", .vantage = "nyc"},
                                        {.journey = "search", .vantage = "ams"},
                                        {.journey = "cart", .vantage = "ams"}};
    struct incident incident = {.journey = "guest checkout", .step = "pay", .showers = showers};
    static const char *const titles[] = {
        "guest checkout fails at \"pay\"", "guest checkout fails at \"pay\"",
        "guest checkout fails at \"pay\"", "guest checkout and 1 other fail",
        "guest checkout and 2 others fail"};
    struct buffer title;
    buffer_init(&title, MESSAGE_TITLE_MAX);
    for (; incident.shower_count < COUNT_OF(titles); incident.shower_count++) {
        buffer_clear(&title);
        message_title(&incident, &title);
        ck_assert_str_eq(title.data, titles[incident.shower_count]);
    }
    buffer_free(&title);
}
END_TEST

/* It came back with another journey than it began with; and then that works again. */
START_TEST(a_title_names_who_shows_it_now)
{
    struct incident_shower showers[] = {
        {.journey = "guest checkout", .vantage = "ams", .recovered = {1}},
        {.journey = "search", .vantage = "ams"}};
    struct incident incident = {.journey = "guest checkout",
                                .step = "pay",
                                .showers = showers,
                                .shower_count = COUNT_OF(showers)};
    struct buffer title;
    buffer_init(&title, MESSAGE_TITLE_MAX);
    message_title(&incident, &title);
    ck_assert_str_eq(title.data, "search fails");
    buffer_clear(&title);
    showers[1].recovered = incident.resolved = (struct wall_time){2};
    message_title(&incident, &title);
    ck_assert_str_eq(title.data, "guest checkout and 1 other work again");
    buffer_free(&title);
}
END_TEST

/* How it is over: by itself, by hand, or because it is part of another one. */
static const struct {
    const char *by, *merged, *title;
} over_cases[] = {
    {NULL, NULL, "cart works again"},
    {"ann", NULL, "cart: closed by ann"},
    {NULL, "91be04aa52ffffff", "cart: part of incident 91be04aa"},
};

START_TEST(a_title_says_how_it_is_over)
{
    struct incident_event closed = {
        .change = INCIDENT_RESOLVED, .at = {1}, .by = over_cases[_i].by};
    const struct incident incident = {.journey = "cart",
                                      .step = "pay",
                                      .resolved = {1},
                                      .merged = over_cases[_i].merged,
                                      .timeline = &closed,
                                      .timeline_count = 1};
    struct buffer title;
    buffer_init(&title, MESSAGE_TITLE_MAX);
    message_title(&incident, &title);
    ck_assert_str_eq(title.data, over_cases[_i].title);
    buffer_free(&title);
}
END_TEST

START_TEST(a_template_makes_the_body)
{
    load_shop("reporters:\n  hooks:\n    kind: webhook\n    url: http://127.0.0.1:PORT/\n"
              "    headers: {Authorization: \"Bearer ${TOKEN}\"}\n"
              "    json:\n      text: \"${shop}: ${incident.title}\"\n"
              "      sure: ${incident.confidence}\n      until: ${incident.resolved}\n"
              "      all: ${incident}\n");
    open_reporters();
    change(1, 1);
    expect_taken(1, 1);
    json_t *json = json_loads(body, 0, NULL);
    ck_assert_str_eq(json_string_value(json_object_get(json, "text")),
                     "Shoes: guest checkout fails at \"pay\"");
    ck_assert_double_eq_tol(json_number_value(json_object_get(json, "sure")), 0.97, 0.001);
    ck_assert(json_is_null(json_object_get(json, "until")));
    ck_assert(json_is_object(json_object_get(json, "all")));
    json_decref(json);
    ck_assert_str_eq(token, "Bearer a-token-of-ours");
    ck_assert_str_eq(signature, "");
}
END_TEST

/* In every bad mood nothing is taken, nothing is lost, and the log hears of it once, without the
 * secret. */
static const enum mood moods[] = {BROKEN, HANGING, DRIPPING, BUSY};

START_TEST(what_was_not_taken_comes_later_once_and_in_order)
{
    mood = moods[_i];
    open_reporters();
    change(1, 3);
    for (int i = 0; i < 500 && health_now().failures == 0; i++)
        store_fixture_wait(&fixture, 10 * DURATION_MILLISECOND);
    change(4, 5);
    ck_assert_str_eq(taken, "");
    ck_assert_uint_ge(health_now().failures, 1);
    ck_assert_int_gt(health_now().behind, 0);
    ck_assert_ptr_nonnull(health_now().trouble);
    ck_assert_ptr_nonnull(strstr(told, "reporter hooks: 127.0.0.1"));
    ck_assert_ptr_null(strstr(told, "a-token-of-ours"));
    mood = WELL;
    expect_taken(1, 5);
    ck_assert_ptr_null(health_now().trouble);
    ck_assert_uint_eq(health_now().delivered, 5);
    ck_assert_uint_eq(health_now().given_up, 0);
}
END_TEST

START_TEST(a_server_that_is_not_there_is_waited_for)
{
    close_server();
    open_reporters();
    change(1, 2);
    for (int i = 0; i < 500 && health_now().failures == 0; i++)
        store_fixture_wait(&fixture, 10 * DURATION_MILLISECOND);
    open_server(port);
    expect_taken(1, 2);
}
END_TEST

START_TEST(what_is_refused_is_given_up_and_told)
{
    mood = REFUSING;
    open_reporters();
    change(1, 2);
    for (int i = 0; i < 500 && health_now().given_up < 2; i++)
        store_fixture_wait(&fixture, 10 * DURATION_MILLISECOND);
    ck_assert_uint_eq(tries, 2);
    ck_assert_ptr_nonnull(strstr(told, "0123456789abcdef0123456789abcdef.1 is given up"));
    ck_assert_ptr_nonnull(strstr(told, "answered 410"));
    mood = WELL;
    change(3, 3);
    expect_taken(3, 3);
}
END_TEST

START_TEST(a_new_reporter_hears_of_what_comes_and_misses_nothing_after)
{
    change(1, 2);
    store_fixture_wait(&fixture, 5 * DURATION_MILLISECOND);
    mood = BROKEN;
    open_reporters();
    wait_idle();
    change(3, 3);
    store_fixture_wait(&fixture, 100 * DURATION_MILLISECOND);
    reporters_close(reporters);
    reporters = NULL;
    mood = WELL;
    open_reporters();
    expect_taken(3, 3);
}
END_TEST

START_TEST(closing_while_a_message_is_on_its_way_is_safe)
{
    mood = HANGING;
    open_reporters();
    change(1, 1);
    for (int i = 0; i < 2000 && tries == 0; i++)
        store_fixture_wait(&fixture, 5 * DURATION_MILLISECOND);
    ck_assert_uint_eq(tries, 1);
    reporters_close(reporters);
    reporters = NULL;
    mood = WELL;
    open_reporters();
    expect_taken(1, 1);
}
END_TEST

struct trial {
    bool ended;
    enum result result;
    char text[500];
};

static void tested(void *data, enum result result, const char *text)
{
    struct trial *trial = data;
    trial->ended = true;
    trial->result = result;
    snprintf(trial->text, sizeof trial->text, "%s", text);
}

START_TEST(a_test_message_says_so_and_what_came_of_it)
{
    struct trial trial = {0};
    struct error error = {0};
    const struct reporter_context context = context_of();
    mood = _i == 0 ? WELL : BROKEN;
    reporters = reporters_open_one(&context, "hooks", &error);
    ck_assert_msg(reporters != NULL, "%s", error.text);
    reporters_test(reporters, tested, &trial);
    for (int i = 0; i < 500 && !trial.ended; i++)
        store_fixture_wait(&fixture, 10 * DURATION_MILLISECOND);
    ck_assert(trial.ended);
    ck_assert_int_eq(trial.result, _i == 0 ? RESULT_OK : RESULT_IO);
    ck_assert_ptr_nonnull(strstr(trial.text, _i == 0 ? "taken" : "answered 500"));
    if (_i == 0) {
        json_t *json = json_loads(body, 0, NULL);
        ck_assert(json_is_true(json_object_get(json, "test")));
        json_decref(json);
    }
}
END_TEST

START_TEST(a_secret_that_cannot_be_had_is_told_at_the_start)
{
    struct error error = {0};
    const struct reporter_context context = context_of();
    unsetenv("HOOK_KEY");
    ck_assert_ptr_null(reporters_open(&context, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "HOOK_KEY is not set"));
    ck_assert_ptr_null(reporters_open_one(&context, "nobody", &error));
}
END_TEST

START_TEST(the_heart_beats_after_the_first_run_and_not_before)
{
    load_shop("heartbeat: http://127.0.0.1:PORT/beat\n");
    open_reporters();
    store_fixture_wait(&fixture, 200 * DURATION_MILLISECOND);
    ck_assert_uint_eq(tries, 0);
    struct run *run = store_fixture_run("buy", "home", 1, STATE_PASSED);
    store_fixture_append(&fixture, run);
    reporters_wake(reporters);
    for (int i = 0; i < 500 && tries == 0; i++)
        store_fixture_wait(&fixture, 10 * DURATION_MILLISECOND);
    ck_assert_uint_eq(tries, 1);
}
END_TEST

START_TEST(the_heart_does_not_beat_where_slots_are_missed)
{
    load_shop("heartbeat: http://127.0.0.1:PORT/beat\n");
    open_reporters();
    wait_idle();
    struct run *run = store_fixture_run("buy", "home", 1, STATE_UNKNOWN);
    run->reason = "overload";
    store_fixture_append(&fixture, run);
    reporters_wake(reporters);
    for (int i = 0; i < 500 && told[0] == '\0'; i++)
        store_fixture_wait(&fixture, 10 * DURATION_MILLISECOND);
    ck_assert_ptr_nonnull(strstr(told, "missed slots"));
    ck_assert_uint_eq(tries, 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("webhook");
    TCase *messages = tcase_create("messages");
    tcase_add_checked_fixture(messages, set_up, tear_down);
    tcase_set_timeout(messages, 60);
    tcase_add_test(messages, the_digest_is_that_of_the_standard);
    tcase_add_test(messages, a_message_is_the_record_and_signed);
    tcase_add_loop_test(messages, a_title_says_how_it_is_over, 0, COUNT_OF(over_cases));
    tcase_add_test(messages, a_title_says_how_many_journeys_show_it);
    tcase_add_test(messages, a_title_names_who_shows_it_now);
    tcase_add_test(messages, a_template_makes_the_body);
    tcase_add_loop_test(messages, what_was_not_taken_comes_later_once_and_in_order, 0,
                        (int)COUNT_OF(moods));
    tcase_add_test(messages, a_server_that_is_not_there_is_waited_for);
    tcase_add_test(messages, what_is_refused_is_given_up_and_told);
    tcase_add_test(messages, a_new_reporter_hears_of_what_comes_and_misses_nothing_after);
    tcase_add_test(messages, closing_while_a_message_is_on_its_way_is_safe);
    tcase_add_loop_test(messages, a_test_message_says_so_and_what_came_of_it, 0, 2);
    tcase_add_test(messages, a_secret_that_cannot_be_had_is_told_at_the_start);
    tcase_add_test(messages, the_heart_beats_after_the_first_run_and_not_before);
    tcase_add_test(messages, the_heart_does_not_beat_where_slots_are_missed);
    suite_add_tcase(suite, messages);
    return suite;
}
