/* SPDX-License-Identifier: MIT */
/* net/: exchanges with a server that behaves, and with servers that do not. */
#include "tests/unit/runner.h"
#include "tests/unit/stage.h"

#include "monitor/base/memory.h"
#include "monitor/net/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Shop: open\r\n\r\nhello"
#define URL       "http://127.0.0.1:PORT/"

static const struct act well = {.answer = OK_ANSWER};

static struct stage stage;

static void set_up(void)
{
    stage_open(&stage, NULL);
}

static void tear_down(void)
{
    stage_close(&stage);
}

static void play(const struct act *acts, size_t count)
{
    raw_server_play(&stage.server, acts, count);
}

static bool is_present(enum phase phase)
{
    return stage.exchange.phases[phase] != PHASE_ABSENT;
}

START_TEST(plain_exchange_is_measured)
{
    const struct act act = {.answer = OK_ANSWER, .delay = 50 * DURATION_MILLISECOND};
    play(&act, 1);
    stage_get(&stage, URL "path?q=1");
    const struct exchange *exchange = &stage.exchange;
    ck_assert_int_eq(exchange->symptom, SYMPTOM_NONE);
    ck_assert_int_eq(exchange->status, 200);
    ck_assert_str_eq(exchange->ip, "127.0.0.1");
    ck_assert_uint_eq(exchange->port, stage.server.port);
    ck_assert_uint_eq(exchange->local_port, stage.server.peer_port);
    ck_assert_str_eq(exchange->http, "1.1");
    ck_assert_str_eq(stage.body.data, "hello");
    ck_assert_str_eq(stage.headers.data, "Content-Length: 5\nX-Shop: open\n");
    ck_assert(!exchange->reused);
    ck_assert(!is_present(PHASE_DNS) && !is_present(PHASE_TLS));
    ck_assert(is_present(PHASE_CONNECT) && is_present(PHASE_SEND));
    ck_assert_int_ge(exchange->phases[PHASE_WAIT], act.delay - DURATION_MILLISECOND);
    ck_assert_int_lt(exchange->phases[PHASE_CONNECT], act.delay);
    ck_assert_uint_eq(exchange->bytes_received, strlen(OK_ANSWER));
    ck_assert_uint_eq(exchange->bytes_sent, stage.server.latest.length);
    ck_assert(exchange->tcp.known);
    ck_assert_ptr_nonnull(strstr(stage.server.latest.data, "GET /path?q=1 HTTP/1.1\r\n"));
    ck_assert_ptr_nonnull(strstr(stage.server.latest.data, "\r\nUser-Agent: shopwatch/"));
}
END_TEST

START_TEST(second_exchange_uses_the_connection_again)
{
    play(&well, 1);
    stage_get(&stage, URL);
    unsigned local_port = stage.exchange.local_port;
    stage_get(&stage, URL "again");
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_NONE);
    ck_assert(stage.exchange.reused);
    ck_assert_uint_eq(stage.exchange.local_port, local_port);
    ck_assert(!is_present(PHASE_CONNECT) && !is_present(PHASE_DNS));
    ck_assert(is_present(PHASE_WAIT));
    ck_assert_uint_eq(stage.server.accepted, 1);
    ck_assert(!stage.exchange.tcp.known);
}
END_TEST

/* What follows the origin is taken apart alone, where libcurl would make the same of it. */
START_TEST(each_request_of_a_session_has_its_own_path)
{
    static const struct {
        const char *path, *target;
    } visits[] = {
        {"list?page=2", "/list?page=2"},
        {"", "/"},
        {"cart/", "/cart/"},
        {"find?q=a?b&c", "/find?q=a?b&c"},
        {"find?", "/find?"},
        {"a/./b/../c", "/a/c"},
        {"a%2Fb?q=%C3%A9", "/a%2Fb?q=%C3%A9"},
        {"part#end", "/part"},
        {"part?q=1", "/part?q=1"},
        {"//", "///"},
        {"plain", "/plain"},
    };
    play(&well, 1);
    for (size_t i = 0; i < COUNT_OF(visits); i++) {
        char url[64], line[64];
        snprintf(url, sizeof url, URL "%s", visits[i].path);
        snprintf(line, sizeof line, "GET %s HTTP/1.1\r\n", visits[i].target);
        stage_get(&stage, url);
        ck_assert_msg(strncmp(stage.server.latest.data, line, strlen(line)) == 0, "%s: %s",
                      visits[i].path, stage.server.latest.data);
    }
    ck_assert_uint_eq(stage.server.accepted, 1);
}
END_TEST

/* What it is to be taken apart into, whatever was before. */
START_TEST(nothing_is_left_of_the_url_before)
{
    static const char *const urls[] = {"http://shop.test/part#end", "http://shop.test/part?q=1",
                                       "http://shop.test/list?page=2#top", "http://shop.test/list",
                                       "http://shop.test/"};
    CURLU *parts = curl_url();
    for (size_t i = 0; i < COUNT_OF(urls); i++) {
        char *whole = NULL;
        ck_assert_int_eq(url_take_apart(urls[i], i > 0 ? urls[i - 1] : NULL, parts), RESULT_OK);
        ck_assert_int_eq(curl_url_get(parts, CURLUPART_URL, &whole, 0), CURLUE_OK);
        ck_assert_str_eq(whole, urls[i]);
        curl_free(whole);
    }
    curl_url_cleanup(parts);
}
END_TEST

START_TEST(kernel_is_asked_when_an_answer_takes_its_time)
{
    const struct act act = {.answer = OK_ANSWER, .delay = 150 * DURATION_MILLISECOND};
    play(&act, 1);
    stage_get(&stage, URL);
    stage_get(&stage, URL "again");
    ck_assert(stage.exchange.reused);
    ck_assert(stage.exchange.tcp.known);
}
END_TEST

START_TEST(sessions_share_no_connection)
{
    play(&well, 1);
    stage_get(&stage, URL);
    struct net_session *first = stage.session;
    stage.session = net_session_open(stage.vantage);
    stage_get(&stage, URL);
    ck_assert(!stage.exchange.reused);
    ck_assert_uint_eq(stage.server.accepted, 2);
    net_session_close(first);
}
END_TEST

#define CHUNKED "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

/* What a server does, and what that is called. */
static const struct {
    const char *name;
    struct act act;
    enum symptom symptom;
    enum phase failed_phase;
    int status;
    const char *body;
    const char *detail; /* NULL: none, or libcurl's words */
} faults[] = {
    {"closes without an answer",
     {.end = ACT_CLOSE},
     SYMPTOM_TCP_CLOSED,
     PHASE_WAIT,
     0,
     "",
     "the other side closed the connection before an answer began"},
    {"resets",
     {.end = ACT_RESET},
     SYMPTOM_TCP_RESET,
     PHASE_WAIT,
     0,
     "",
     "the other side reset the connection before an answer began"},
    {"half of the body, then the end",
     {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello", .end = ACT_CLOSE},
     SYMPTOM_HTTP_TRUNCATED,
     PHASE_RECEIVE,
     200,
     "hello",
     "5 of the 10 bytes that Content-Length announced, and then the end of the connection"},
    {"a chunk, then the end",
     {.answer = CHUNKED "5\r\nhello\r\n", .end = ACT_CLOSE},
     SYMPTOM_HTTP_TRUNCATED,
     PHASE_RECEIVE,
     200,
     "hello",
     "5 bytes of a body without its end, and then the end of the connection"},
    {"a chunk's size is none",
     {.answer = CHUNKED "5\r\nhello\r\nzebra\r\n", .end = ACT_CLOSE},
     SYMPTOM_HTTP_PROTOCOL_ERROR,
     PHASE_RECEIVE,
     200,
     "hello",
     NULL},
    {"headers cut off",
     {.answer = "HTTP/1.1 200 OK\r\nContent-Len", .end = ACT_CLOSE},
     SYMPTOM_HTTP_TRUNCATED,
     PHASE_RECEIVE,
     200,
     "",
     "headers that end without an empty line"},
    {"not HTTP",
     {.answer = "+OK ready\r\n", .end = ACT_CLOSE},
     SYMPTOM_HTTP_PROTOCOL_ERROR,
     PHASE_WAIT,
     0,
     "",
     "bytes that do not begin with a status line, as in `HTTP/1.1 200 OK`"},
    {"only an interim answer",
     {.answer = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", .end = ACT_CLOSE},
     SYMPTOM_TCP_CLOSED,
     PHASE_WAIT,
     0,
     "",
     "the other side closed the connection before an answer began"},
    {"an encoding nobody knows",
     {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: rot13\r\n\r\nhello"},
     SYMPTOM_HTTP_RESPONSE_INVALID,
     PHASE_RECEIVE,
     200,
     "",
     NULL},
    {"gzip that is none",
     {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\nhello"},
     SYMPTOM_HTTP_RESPONSE_INVALID,
     PHASE_RECEIVE,
     200,
     "",
     NULL},
    {"a server error is an answer",
     {.answer = "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno"},
     SYMPTOM_NONE,
     PHASE_RECEIVE,
     500,
     "no",
     NULL},
    {"a redirect is an answer",
     {.answer = "HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"},
     SYMPTOM_NONE,
     PHASE_RECEIVE,
     302,
     "",
     NULL},
    {"an old server",
     {.answer = "HTTP/1.0 200 OK\r\n\r\nhello", .end = ACT_CLOSE},
     SYMPTOM_NONE,
     PHASE_RECEIVE,
     200,
     "hello",
     NULL},
};

START_TEST(fault_has_its_symptom)
{
    play(&faults[_i].act, 1);
    stage_get(&stage, URL);
    ck_assert_msg(stage.exchange.symptom == faults[_i].symptom, "%s: %s (%s)", faults[_i].name,
                  symptom_code(stage.exchange.symptom), stage.exchange.detail);
    ck_assert_msg(stage.exchange.failed_phase == faults[_i].failed_phase, "%s: %s", faults[_i].name,
                  phase_name(stage.exchange.failed_phase));
    ck_assert_msg(stage.exchange.status == faults[_i].status, "%s", faults[_i].name);
    ck_assert_str_eq(stage.body.data, faults[_i].body);
    ck_assert((stage.exchange.detail != NULL) == (faults[_i].symptom != SYMPTOM_NONE));
    if (faults[_i].detail != NULL)
        ck_assert_str_eq(stage.exchange.detail, faults[_i].detail);
    ck_assert(stage.exchange.tcp.known);
    ck_assert_uint_eq(stage.server.requests, 1);
}
END_TEST

START_TEST(refusal_is_told_from_silence)
{
    unsigned port = stage.server.port;
    raw_server_close(&stage.server);
    stage.server.port = port;
    stage_get(&stage, URL);
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_TCP_REFUSED);
    ck_assert_int_eq(stage.exchange.failed_phase, PHASE_CONNECT);
    ck_assert_str_eq(stage.exchange.ip, "127.0.0.1");
    ck_assert_uint_eq(stage.exchange.port, port);
    ck_assert_uint_ne(stage.exchange.local_port, 0);
    ck_assert(!is_present(PHASE_SEND));
    raw_server_open(&stage.server, stage.loop, "127.0.0.1");
}
END_TEST

static const struct net_request hurried = {
    .method = "GET", .url = URL, .timeout = 300 * DURATION_MILLISECOND};

static void check_deadline(enum symptom symptom, enum phase phase, const char *detail)
{
    ck_assert_msg(stage.exchange.symptom == symptom, "%s", symptom_code(stage.exchange.symptom));
    ck_assert_int_eq(stage.exchange.failed_phase, phase);
    ck_assert_int_ge(stage.exchange.total, hurried.timeout);
    ck_assert_int_lt(stage.exchange.total, 3 * hurried.timeout);
    ck_assert_msg(strstr(stage.exchange.detail, detail) != NULL, "%s", stage.exchange.detail);
}

START_TEST(hanging_server_is_seen_to_have_the_request)
{
    static const struct act silence = {.answer = NULL};
    play(&silence, 1);
    stage_send(&stage, &hurried);
    check_deadline(SYMPTOM_HTTP_TIMEOUT_TTFB, PHASE_WAIT, "no answer within 300 ms");
    ck_assert(stage.exchange.tcp.known);
    ck_assert_uint_gt(stage.exchange.tcp.bytes_acknowledged, 1);
    ck_assert_uint_eq(stage.exchange.tcp.unacknowledged, 0);
}
END_TEST

START_TEST(dripping_body_ends_at_the_deadline)
{
    static const struct act drip = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
                                    .drip = 20 * DURATION_MILLISECOND};
    play(&drip, 1);
    stage_send(&stage, &hurried);
    check_deadline(SYMPTOM_HTTP_TIMEOUT_BODY, PHASE_RECEIVE,
                   " of the 100000 bytes that Content-Length announced within 300 ms");
    ck_assert_int_eq(stage.exchange.status, 200);
    ck_assert_uint_gt(stage.body.length, 3);
}
END_TEST

START_TEST(interim_answer_is_no_first_byte)
{
    static const struct act hints = {.answer = "HTTP/1.1 103 Early Hints\r\n\r\n"};
    play(&hints, 1);
    stage_send(&stage, &hurried);
    check_deadline(SYMPTOM_HTTP_TIMEOUT_TTFB, PHASE_WAIT, "no answer within 300 ms");
    ck_assert_int_eq(stage.exchange.status, 0);
}
END_TEST

START_TEST(request_that_is_not_read_times_out_in_sending)
{
    enum { LENGTH = 16 * 1024 * 1024 };
    char *body = memory_allocate(LENGTH, 1);
    memset(body, 'x', LENGTH);
    stage.server.deaf = true;
    struct net_request request = hurried;
    request.method = "POST";
    request.body = body;
    request.body_length = LENGTH;
    stage_send(&stage, &request);
    check_deadline(SYMPTOM_HTTP_TIMEOUT_SEND, PHASE_SEND,
                   "the request was not taken within 300 ms");
    ck_assert_uint_lt(stage.exchange.bytes_sent, LENGTH);
    free(body);
}
END_TEST

START_TEST(silent_port_times_out_in_the_handshake)
{
    stage.server.deaf = true;
    struct net_request request = hurried;
    request.url = "https://127.0.0.1:PORT/";
    stage_send(&stage, &request);
    check_deadline(SYMPTOM_TLS_TIMED_OUT, PHASE_TLS,
                   "a TLS handshake that was not done within 300 ms");
    ck_assert(is_present(PHASE_CONNECT) && !is_present(PHASE_SEND));
}
END_TEST

START_TEST(plain_text_on_a_tls_port_is_a_protocol_error)
{
    stage.server.greeting = "HTTP/1.1 400 Bad Request\r\n\r\n";
    stage_get(&stage, "https://127.0.0.1:PORT/");
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_TLS_PROTOCOL_ERROR, "%s",
                  symptom_code(stage.exchange.symptom));
    ck_assert_int_eq(stage.exchange.failed_phase, PHASE_TLS);
    ck_assert_str_eq(stage.exchange.detail, "what was answered is not TLS; a server that speaks "
                                            "plain HTTP on this port answers so");
}
END_TEST

static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

/* The kept connection dies just as the request arrives: libcurl by itself would send it again. */
START_TEST(nothing_is_sent_twice)
{
    static const struct act acts[] = {{.answer = OK_ANSWER}, {.end = ACT_CLOSE}};
    play(acts, COUNT_OF(acts));
    stage_get(&stage, URL);
    stage_send(&stage, &(struct net_request){
                           .method = methods[_i], .url = URL, .body = "sku=7", .body_length = 5});
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_TCP_CLOSED, "%s",
                  symptom_code(stage.exchange.symptom));
    ck_assert(stage.exchange.reused);
    ck_assert_uint_eq(stage.server.requests, 2);
    ck_assert_uint_eq(stage.server.accepted, 1);
    ck_assert_int_eq(stage.exchange.failed_phase, PHASE_WAIT);
    ck_assert(!is_present(PHASE_CONNECT));
    ck_assert(stage.exchange.tcp.known);
    stage_get(&stage, URL);
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_TCP_CLOSED);
    ck_assert(!stage.exchange.reused);
}
END_TEST

START_TEST(cookies_stay_with_their_visitor)
{
    static const struct act acts[] = {
        {.answer = "HTTP/1.1 200 OK\r\nSet-Cookie: cart=abc\r\nContent-Length: 0\r\n\r\n"},
        {.answer = OK_ANSWER}};
    play(acts, COUNT_OF(acts));
    stage_get(&stage, URL);
    stage_get(&stage, URL);
    ck_assert_ptr_nonnull(strstr(stage.server.latest.data, "\r\nCookie: cart=abc\r\n"));
    net_session_close(stage.session);
    stage.session = net_session_open(stage.vantage);
    stage_get(&stage, URL);
    ck_assert_ptr_null(strstr(stage.server.latest.data, "Cookie:"));
}
END_TEST

START_TEST(compressed_body_is_read)
{
    /* printf 'hello' | gzip -n */
    static const char answer[] =
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 25\r\n\r\n"
        "\x1f\x8b\x08\0\0\0\0\0\0\x03\xcb\x48\xcd\xc9\xc9\x07\0\x86\xa6\x10\x36\x05\0\0\0";
    const struct act act = {.answer = answer, .length = sizeof answer - 1};
    play(&act, 1);
    stage_get(&stage, URL);
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_NONE);
    ck_assert_str_eq(stage.body.data, "hello");
    ck_assert_ptr_nonnull(strstr(stage.server.latest.data, "\r\nAccept-Encoding: "));
}
END_TEST

START_TEST(too_large_body_keeps_what_fits)
{
    enum { LENGTH = NET_BODY_MAX + 100 };
    static const char head[] = "HTTP/1.0 200 OK\r\n\r\n";
    char *answer = memory_allocate(sizeof head + LENGTH, 1);
    memset(answer, 'x', sizeof head + LENGTH - 1);
    memcpy(answer, head, sizeof head - 1);
    const struct act act = {.answer = answer, .length = sizeof head - 1 + LENGTH, .end = ACT_CLOSE};
    play(&act, 1);
    stage_get(&stage, URL);
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_CONTENT_TOO_LARGE);
    ck_assert(stage.body_truncated);
    ck_assert_uint_eq(stage.body.length, NET_BODY_MAX);
    ck_assert_int_eq(stage.exchange.status, 200);
    free(answer);
}
END_TEST

START_TEST(too_many_headers_are_refused)
{
    struct buffer answer;
    buffer_init(&answer, 2 * NET_HEADERS_MAX);
    buffer_text(&answer, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; answer.length < NET_HEADERS_MAX + 2000; i++)
        buffer_print(&answer, "X-%d: %01000d\r\n", i, i);
    buffer_text(&answer, "Content-Length: 0\r\n\r\n");
    const struct act act = {.answer = answer.data};
    play(&act, 1);
    stage_get(&stage, URL);
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_HTTP_RESPONSE_INVALID);
    buffer_free(&answer);
}
END_TEST

START_TEST(headers_are_given_as_they_came)
{
    static const struct act act = {
        .answer = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
                  "HTTP/1.1 200 OK\r\nx-Odd-Case:  a b \r\nEmpty:\r\nSet-Cookie: a=1\r\n"
                  "Set-Cookie: b=2\r\nFolded: one\r\n two\r\nContent-Length: 0\r\n\r\n"};
    play(&act, 1);
    stage_get(&stage, URL);
    ck_assert_str_eq(stage.headers.data,
                     "x-Odd-Case: a b\nEmpty: \nSet-Cookie: a=1\nSet-Cookie: b=2\n"
                     "Folded: one   two\nContent-Length: 0\n");
}
END_TEST

START_TEST(request_is_sent_as_asked)
{
    static const struct net_header headers[] = {{"Content-Type", "application/json"},
                                                {"X-Empty", ""},
                                                {"User-Agent", "tester"},
                                                {"Host", "evil.example"},
                                                {"Cookie", "stolen"},
                                                {"Content-Length", "99"},
                                                {"Transfer-Encoding", "chunked"}};
    play(&well, 1);
    struct net_request request = {.method = "PUT",
                                  .url = URL,
                                  .headers = headers,
                                  .header_count = COUNT_OF(headers),
                                  .body = "a\0b",
                                  .body_length = 3};
    stage_send(&stage, &request);
    const char *sent = stage.server.latest.data;
    ck_assert_ptr_nonnull(strstr(sent, "PUT / HTTP/1.1\r\nHost: 127.0.0.1:"));
    ck_assert_ptr_nonnull(strstr(sent, "\r\nContent-Type: application/json\r\n"));
    ck_assert_ptr_nonnull(strstr(sent, "\r\nX-Empty:\r\n"));
    ck_assert_ptr_nonnull(strstr(sent, "\r\nUser-Agent: tester\r\n"));
    ck_assert_ptr_nonnull(strstr(sent, "\r\nContent-Length: 3\r\n"));
    ck_assert_ptr_null(strstr(sent, "evil"));
    ck_assert_ptr_null(strstr(sent, "stolen"));
    ck_assert_ptr_null(strstr(sent, "Expect"));
    ck_assert_ptr_null(strstr(sent, "chunked"));
    ck_assert_mem_eq(strstr(sent, "\r\n\r\n") + 4, "a\0b", 3);
}
END_TEST

/* What is kept are the request's own header lines, all of them, however many transfers a connection
 * has had; and those of no other request. */
START_TEST(what_was_sent_is_kept_when_asked_for)
{
    static const struct act acts[] = {
        {.answer = "HTTP/1.1 200 OK\r\nSet-Cookie: cart=abc\r\nContent-Length: 0\r\n\r\n"},
        {.answer = OK_ANSWER}};
    char value[8000];
    memset(value, 'v', sizeof value - 1);
    value[sizeof value - 1] = '\0';
    const struct net_header headers[] = {{"X-Long", value}, {"X-Last", "1"}};
    struct net_request request = {.method = "POST",
                                  .url = URL,
                                  .headers = headers,
                                  .header_count = COUNT_OF(headers),
                                  .body = "Not: a header",
                                  .body_length = 13,
                                  .keep_sent = true};
    play(acts, COUNT_OF(acts));
    for (int i = 0; i < 2; i++) {
        stage_send(&stage, &request);
        const char *came = stage.server.latest.data;
        size_t length = (size_t)(strstr(came, "\r\n\r\n") - came) + 4;
        ck_assert_uint_eq(stage.sent.length, length);
        ck_assert_mem_eq(stage.sent.data, came, length);
    }
    ck_assert_ptr_nonnull(strstr(stage.sent.data, "\r\nCookie: cart=abc\r\n"));
    request.keep_sent = false;
    stage_send(&stage, &request);
    ck_assert_str_eq(stage.sent.data, "");
}
END_TEST

START_TEST(post_without_body_has_its_length)
{
    play(&well, 1);
    stage_post(&stage, URL, NULL);
    ck_assert_ptr_nonnull(strstr(stage.server.latest.data, "\r\nContent-Length: 0\r\n"));
    ck_assert_ptr_null(strstr(stage.server.latest.data, "Content-Type"));
    ck_assert_ptr_nonnull(strstr(stage.server.latest.data, "POST / HTTP/1.1"));
}
END_TEST

START_TEST(head_has_no_body)
{
    static const struct act act = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"};
    play(&act, 1);
    stage_send(&stage, &(struct net_request){.method = "HEAD", .url = URL});
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_NONE);
    ck_assert_ptr_nonnull(strstr(stage.server.latest.data, "HEAD / HTTP/1.1"));
}
END_TEST

static const struct net_header broken_value = {"X-Name", "a\r\nX-Other: b"},
                               broken_name = {"X Name", "a"};
static const struct net_request unbuildable[] = {
    {.method = "GET", .url = "ftp://127.0.0.1/"},
    {.method = "GET", .url = "file:///etc/passwd"},
    {.method = "GET", .url = "http://"},
    {.method = "GET", .url = "127.0.0.1"},
    {.method = "GET", .url = ""},
    {.method = "GET", .url = "http://127.0.0.1:99999/"},
    {.method = "GE T", .url = URL},
    {.method = "", .url = URL},
    {.method = "GET", .url = URL, .headers = &broken_value, .header_count = 1},
    {.method = "GET", .url = URL, .headers = &broken_name, .header_count = 1},
};

START_TEST(impossible_request_is_refused_in_a_later_turn)
{
    play(&well, 1);
    stage_send(&stage, &unbuildable[_i]);
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_MONITOR_URL_REFUSED);
    ck_assert_ptr_nonnull(stage.exchange.detail);
    ck_assert_uint_eq(stage.server.accepted, 0);
}
END_TEST

START_TEST(session_may_close_with_a_transfer_in_flight)
{
    static const struct act silence = {.answer = NULL};
    play(&silence, 1);
    stage_send(&stage, &hurried);
    struct net_request request = {.method = "GET", .url = URL, .timeout = DURATION_SECOND};
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/", stage.server.port);
    request.url = url;
    struct exchange exchange;
    struct net_transfer *transfer =
        net_send(stage.session, &request, stage.arena, &exchange, NULL, NULL);
    net_cancel(transfer);
    ck_assert_int_eq(exchange.symptom, SYMPTOM_NONE);
    ck_assert_int_ge(exchange.total, 0);
    net_send(stage.session, &request, stage.arena, &exchange, NULL, NULL);
    net_session_close(stage.session);
    stage.session = net_session_open(stage.vantage);
    play(&well, 1);
    stage_get(&stage, URL);
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_NONE);
}
END_TEST

/* Holds the loop up, and asks while the timer that looks for it is still late itself. */
static void hold_up(void *data)
{
    duration *lag = data;
    usleep(200000);
    *lag = net_loop_lag(stage.net);
}

START_TEST(loop_lag_is_noticed)
{
    const struct act act = {.answer = OK_ANSWER, .delay = 300 * DURATION_MILLISECOND};
    duration at_once = 0;
    play(&act, 1);
    struct loop_timer *sleeper = loop_timer_create(stage.loop, hold_up, &at_once);
    loop_timer_set(sleeper, 70 * DURATION_MILLISECOND);
    stage_get(&stage, URL);
    ck_assert_int_ge(at_once, 200 * DURATION_MILLISECOND - NET_LAG_PERIOD);
    ck_assert_int_ge(net_loop_lag(stage.net), 200 * DURATION_MILLISECOND - NET_LAG_PERIOD);
    ck_assert_int_eq(net_loop_lag(stage.net), 0);
    usleep(100000);
    ck_assert_int_eq(net_loop_lag(stage.net), 0); /* nothing was measured meanwhile */
    loop_timer_free(sleeper);
}
END_TEST

/* It is asked for once a run; the machine must not be woken a hundred times a second for that. */
START_TEST(watching_for_lag_is_cheap)
{
    const struct act act = {.answer = OK_ANSWER, .delay = DURATION_SECOND};
    struct rusage before, after;
    play(&act, 1);
    ck_assert_int_eq(getrusage(RUSAGE_SELF, &before), 0);
    stage_get(&stage, URL);
    ck_assert_int_eq(getrusage(RUSAGE_SELF, &after), 0);
    ck_assert_int_le(after.ru_nvcsw - before.ru_nvcsw, 50);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("net");
    TCase *tests = tcase_create("exchanges");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, plain_exchange_is_measured);
    tcase_add_test(tests, second_exchange_uses_the_connection_again);
    tcase_add_test(tests, each_request_of_a_session_has_its_own_path);
    tcase_add_test(tests, nothing_is_left_of_the_url_before);
    tcase_add_test(tests, kernel_is_asked_when_an_answer_takes_its_time);
    tcase_add_test(tests, sessions_share_no_connection);
    tcase_add_loop_test(tests, fault_has_its_symptom, 0, COUNT_OF(faults));
    tcase_add_test(tests, refusal_is_told_from_silence);
    tcase_add_test(tests, hanging_server_is_seen_to_have_the_request);
    tcase_add_test(tests, dripping_body_ends_at_the_deadline);
    tcase_add_test(tests, interim_answer_is_no_first_byte);
    tcase_add_test(tests, request_that_is_not_read_times_out_in_sending);
    tcase_add_test(tests, silent_port_times_out_in_the_handshake);
    tcase_add_test(tests, plain_text_on_a_tls_port_is_a_protocol_error);
    tcase_add_loop_test(tests, nothing_is_sent_twice, 0, COUNT_OF(methods));
    tcase_add_test(tests, cookies_stay_with_their_visitor);
    tcase_add_test(tests, compressed_body_is_read);
    tcase_add_test(tests, too_large_body_keeps_what_fits);
    tcase_add_test(tests, too_many_headers_are_refused);
    tcase_add_test(tests, headers_are_given_as_they_came);
    tcase_add_test(tests, request_is_sent_as_asked);
    tcase_add_test(tests, what_was_sent_is_kept_when_asked_for);
    tcase_add_test(tests, post_without_body_has_its_length);
    tcase_add_test(tests, head_has_no_body);
    tcase_add_loop_test(tests, impossible_request_is_refused_in_a_later_turn, 0,
                        COUNT_OF(unbuildable));
    tcase_add_test(tests, session_may_close_with_a_transfer_in_flight);
    tcase_add_test(tests, loop_lag_is_noticed);
    tcase_add_test(tests, watching_for_lag_is_cheap);
    suite_add_tcase(suite, tests);
    return suite;
}
