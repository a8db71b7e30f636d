/* SPDX-License-Identifier: MIT */
/* See journey_fixture.h. */
#include "tests/unit/journey_fixture.h"

#include "tests/unit/runner.h"

#include <arpa/inet.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void answer(struct evhttp_request *request, int status, const char *body)
{
    struct evbuffer *out = evbuffer_new();
    evbuffer_add(out, body, strlen(body));
    evhttp_send_reply(request, status, NULL, out);
    evbuffer_free(out);
}

static void keep_header(struct evhttp_request *request, const char *name, char text[256])
{
    const char *value = evhttp_find_header(evhttp_request_get_input_headers(request), name);
    snprintf(text, 256, "%s", value != NULL ? value : "");
}

static void keep_marks(struct journey_fixture *fixture, struct evhttp_request *request)
{
    static const char *const names[] = {"User-Agent", "Shopwatch-Run", "traceparent"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char text[256];
        size_t used = strlen(fixture->marks);
        keep_header(request, names[i], text);
        snprintf(fixture->marks + used, sizeof fixture->marks - used, "%s%c", text,
                 i + 1 < COUNT_OF(names) ? ' ' : ';');
    }
}

/* What the server does is in the path: /status/404, /to/PATH (redirect), /loop, /silent, /flaky
 * (fails twice, then succeeds; /flaky/cut by closing the connection), /list, /none, /errors
 * (GraphQL's), /page, /cached/STATUS (a cache's answer), /elsewhere and /away (redirects to other
 * hosts), else JSON. */
static void serve(struct evhttp_request *request, void *data)
{
    struct journey_fixture *fixture = data;
    const char *path = evhttp_request_get_uri(request);
    bool post = evhttp_request_get_command(request) == EVHTTP_REQ_POST;
    struct evkeyvalq *headers = evhttp_request_get_output_headers(request);
    struct evbuffer *input = evhttp_request_get_input_buffer(request);
    char body[1024] = "";
    keep_header(request, "Content-Type", fixture->type);
    keep_header(request, "Cookie", fixture->cookie);
    keep_header(request, "Authorization", fixture->authorization);
    keep_marks(fixture, request);
    int length = evbuffer_remove(input, body, sizeof body - 1);
    body[length > 0 ? length : 0] = '\0';
    size_t used = strlen(fixture->asked);
    snprintf(fixture->asked + used, sizeof fixture->asked - used, "%s %s%s%s;",
             post ? "POST" : "GET", path, body[0] != '\0' ? " " : "", body);
    if (strncmp(path, "/flaky", 6) == 0) {
        bool ready = fixture->flaky++ >= 2;
        if (strcmp(path, "/flaky/cut") == 0 && !ready)
            evhttp_connection_free(evhttp_request_get_connection(request));
        else
            answer(request, strcmp(path, "/flaky/500") == 0 && !ready ? 500 : 200,
                   ready ? "{\"state\": \"confirmed\"}" : "{\"state\": \"pending\"}");
    } else if (strcmp(path, "/list") == 0) {
        answer(request, 200, "{\"orders\": [{\"id\": 11}, {\"id\": 12}]}");
    } else if (strcmp(path, "/none") == 0) {
        answer(request, 200, "{\"orders\": []}");
    } else if (strncmp(path, "/status/", 8) == 0) {
        answer(request, atoi(path + 8), "{\"error\": true}");
    } else if (strncmp(path, "/to/", 4) == 0 || strcmp(path, "/loop") == 0) {
        evhttp_add_header(headers, "Location", path[1] == 'l' ? "/loop" : path + 3);
        answer(request, 302, "");
    } else if (strcmp(path, "/errors") == 0) {
        answer(request, 200, "{\"errors\": [{\"message\": \"out of stock\"}], \"data\": null}");
    } else if (strcmp(path, "/unknown") == 0) {
        answer(request, 400, "{\"errors\": [{\"message\": \"Cannot query field a\"}]}");
    } else if (strncmp(path, "/cached/", 8) == 0) {
        evhttp_add_header(headers, "X-Cache", "HIT of blue");
        answer(request, atoi(path + 8), "{}");
    } else if (strcmp(path, "/page") == 0) {
        answer(request, 200, "<p>maintenance");
    } else if (strcmp(path, "/elsewhere") == 0) {
        char location[64];
        snprintf(location, sizeof location, "http://localhost:%u/one", fixture->port);
        evhttp_add_header(headers, "Location", location);
        answer(request, 302, "");
    } else if (strcmp(path, "/away") == 0) {
        evhttp_add_header(headers, "Location", "http://169.254.169.254/latest/meta-data");
        answer(request, 302, "");
    } else if (strcmp(path, "/silent") != 0) {
        evhttp_add_header(headers, "Set-Cookie", "visitor=1; Path=/");
        const char *cookie =
            evhttp_find_header(evhttp_request_get_input_headers(request), "Cookie");
        answer(request, 200,
               cookie != NULL ? "{\"id\": 7, \"cookie\": true}" : "{\"id\": 7, \"name\": \"a b\"}");
    }
}

void journey_fixture_open(struct journey_fixture *fixture)
{
    struct error error = {0};
    *fixture = (struct journey_fixture){.loop = loop_create()};
    fixture->server = evhttp_new(loop_base(fixture->loop));
    struct evhttp_bound_socket *socket =
        evhttp_bind_socket_with_handle(fixture->server, "127.0.0.1", 0);
    ck_assert_ptr_nonnull(socket);
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    getsockname(evhttp_bound_socket_get_fd(socket), (struct sockaddr *)&address, &size);
    fixture->port = ntohs(address.sin_port);
    evhttp_set_gencb(fixture->server, serve, fixture);
    fixture->net = net_create(fixture->loop, &error);
    ck_assert_ptr_nonnull(fixture->net);
    const struct net_vantage_settings here = {0};
    fixture->vantage = net_vantage_open(fixture->net, &here, &error);
    ck_assert_ptr_nonnull(fixture->vantage);
}

void journey_fixture_close(struct journey_fixture *fixture)
{
    run_free(fixture->run);
    scenario_free(fixture->scenario);
    net_vantage_close(fixture->vantage);
    net_free(fixture->net);
    evhttp_free(fixture->server);
    loop_free(fixture->loop);
}

void journey_fixture_load(struct journey_fixture *fixture, const char *steps)
{
    char file[] = "/tmp/check_journey_XXXXXX";
    int descriptor = mkstemp(file);
    ck_assert_int_ge(descriptor, 0);
    dprintf(descriptor,
            "shopwatch: 1\njourney: test\nbase: http://127.0.0.1:%u\ntimeout: 1s\n"
            "budget: 2s\nvariables:\n  colour: blue\n  count: 3\n%s",
            fixture->port, steps);
    close(descriptor);
    struct mistakes mistakes = {.arena = arena_create()};
    fixture->scenario = scenario_load(file, NULL, &mistakes);
    unlink(file);
    if (fixture->scenario == NULL)
        ck_abort_msg("%s: %s", steps, mistakes.items[0].text);
    arena_free(mistakes.arena);
}

static void done(void *data, struct run *run)
{
    struct journey_fixture *fixture = data;
    fixture->run = run;
    loop_stop(fixture->loop);
}

static void count_progress(void *data, const struct run *run, const struct run_step *step)
{
    struct journey_fixture *fixture = data;
    (void)run;
    (void)step;
    fixture->progress++;
}

static void note(struct journey_fixture *fixture, const char *what, const char *name)
{
    size_t used = strlen(fixture->ledger);
    snprintf(fixture->ledger + used, sizeof fixture->ledger - used, "%s %s;", what, name);
}

static enum symptom note_debt(void *data, const struct journey_debt *debt, struct arena *arena,
                              const char **ret_detail)
{
    struct journey_fixture *fixture = data;
    ck_assert_str_eq(json_string_value(json_object_get(debt->variables, "colour")), "blue");
    *ret_detail = arena_duplicate(arena, "10 unsettled");
    note(fixture, strcmp(debt->what, "full") == 0 ? "refused" : "noted", debt->what);
    return strcmp(debt->what, "full") == 0 ? SYMPTOM_MONITOR_LEDGER_FULL : SYMPTOM_NONE;
}

static void note_settled(void *data, const char *run_id, const char *what)
{
    ck_assert_uint_eq(strlen(run_id), HASH_HEX_LENGTH);
    note(data, "settled", what);
}

static void note_left(void *data, const char *run_id, const char *what)
{
    ck_assert_uint_eq(strlen(run_id), HASH_HEX_LENGTH);
    note(data, "left", what);
}

void journey_fixture_start(struct journey_fixture *fixture)
{
    static const struct journey_variable overrides[] = {{"size", "42"}};
    fixture->journey_ledger = (struct journey_ledger){note_debt, note_settled, note_left, fixture};
    const struct journey_settings settings = {
        .scenario = fixture->scenario,
        .shop = fixture->shop,
        .net_vantage = fixture->vantage,
        .vantage = "here",
        .planned = clock_wall(),
        .overrides = overrides,
        .override_count = COUNT_OF(overrides),
        .keep_messages = fixture->wants_messages != NULL,
        .message_body_max = 4,
        .wants_messages = fixture->wants_messages,
        .secrets = fixture->secrets,
        .ledger = &fixture->journey_ledger,
        .debts = fixture->debts,
        .debt_count = fixture->debt_count,
        .loop = fixture->loop,
    };
    fixture->journey = journey_start(&settings, done, count_progress, fixture);
}

void journey_fixture_run(struct journey_fixture *fixture, const char *steps)
{
    journey_fixture_open(fixture);
    journey_fixture_load(fixture, steps);
    journey_fixture_start(fixture);
    loop_run(fixture->loop);
}

void journey_fixture_end(void *data)
{
    struct journey_fixture *fixture = data;
    journey_end(fixture->journey, STATE_UNKNOWN, SYMPTOM_MONITOR_STOPPED, "stopped");
}

static void stop(void *data)
{
    loop_stop(data);
}

void journey_fixture_until_asked(struct journey_fixture *fixture, const char *asked)
{
    struct loop_timer *timer = loop_timer_create(fixture->loop, stop, fixture->loop);
    for (int i = 0; i < 10000 && strcmp(fixture->asked, asked) != 0; i++) {
        loop_timer_set(timer, DURATION_MILLISECOND);
        loop_run(fixture->loop);
    }
    loop_timer_free(timer);
    ck_assert_str_eq(fixture->asked, asked);
}
