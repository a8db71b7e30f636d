/* SPDX-License-Identifier: MIT */
/* net/: the small HTTP server and what it answers; URLs. */
#include "tests/unit/runner.h"

#include "monitor/base/buffer.h"
#include "monitor/net/http_server.h"
#include "monitor/net/http_visitors.h"
#include "monitor/net/net.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { GUARD = 10 * DURATION_SECOND };

static struct loop *loop;
static struct loop_timer *guard;
static struct http_server *server;
static struct http_request *kept; /* by the page /later */
static struct buffer reply;
static int client;

static void page(void *data, struct http_request *request)
{
    (void)data;
    struct http_reply answer = {.status = 200, .content_type = "text/html; charset=utf-8"};
    const char *path = http_request_path(request);
    if (strcmp(path, "/later") == 0) {
        kept = request;
        loop_stop(loop);
        return;
    }
    if (strcmp(path, "/a b") == 0) {
        const char *value = http_request_query(request, "q");
        answer.body = value != NULL ? value : "none";
        answer.cache_control = "max-age=60";
    } else if (strcmp(path, "/") == 0) {
        answer.body = "<p>page</p>";
    } else {
        answer.status = 404;
        answer.content_type = "text/plain";
        answer.body = "no such page";
    }
    answer.body_length = strlen(answer.body);
    http_reply(request, &answer);
}

static void guard_fired(void *data)
{
    (void)data;
    ck_abort_msg("the server did not answer");
}

static void set_up(void)
{
    struct error error = {0};
    loop = loop_create();
    guard = loop_timer_create(loop, guard_fired, NULL);
    loop_timer_set(guard, GUARD);
    server = http_server_open(loop, "127.0.0.1:0", page, NULL, &error);
    ck_assert_msg(server != NULL, "%s", error.text);
    buffer_init(&reply, 1024 * 1024);
}

static void tear_down(void)
{
    http_server_close(server);
    loop_timer_free(guard);
    buffer_free(&reply);
    loop_free(loop);
}

static int connect_client(void)
{
    unsigned port;
    ck_assert_int_eq(sscanf(http_server_url(server), "http://127.0.0.1:%u/", &port), 1);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(descriptor, (struct sockaddr *)&address, sizeof address), 0);
    return descriptor;
}

static void open_client(const char *request)
{
    client = connect_client();
    ck_assert(send(client, request, strlen(request), MSG_NOSIGNAL) > 0);
}

static void client_readable(void *data)
{
    char bytes[4096];
    (void)data;
    ssize_t got = recv(client, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got > 0)
        buffer_append(&reply, bytes, (size_t)got);
    else
        loop_stop(loop);
}

/* The whole reply; the request must ask for the connection to be closed. */
static void read_reply(void)
{
    buffer_clear(&reply);
    struct loop_watch *watch = loop_watch_readable(loop, client, client_readable, NULL);
    loop_run(loop);
    loop_watch_free(watch);
    close(client);
}

static void ask(const char *first_line, const char *more_headers)
{
    char request[1024];
    snprintf(request, sizeof request, "%s HTTP/1.1\r\nConnection: close\r\n%s\r\n", first_line,
             more_headers);
    open_client(request);
    read_reply();
}

static bool has(const char *text)
{
    return strstr(reply.data, text) != NULL;
}

START_TEST(page_is_answered_with_its_headers)
{
    ask("GET /", "Host: localhost\r\n");
    ck_assert(has("HTTP/1.1 200 OK\r\n"));
    ck_assert(has("\r\nContent-Type: text/html; charset=utf-8\r\n"));
    ck_assert(has("\r\nX-Content-Type-Options: nosniff\r\n"));
    ck_assert(has("\r\nReferrer-Policy: no-referrer\r\n"));
    ck_assert(has("\r\nContent-Security-Policy: default-src 'none';"));
    ck_assert(has("\r\nCache-Control: no-store\r\n"));
    ck_assert(has("\r\nContent-Length: 11\r\n"));
    ck_assert(has("\r\n\r\n<p>page</p>"));
}
END_TEST

START_TEST(head_has_the_length_and_no_body)
{
    ask("HEAD /", "Host: localhost\r\n");
    ck_assert(has("HTTP/1.1 200 OK\r\n"));
    ck_assert(has("\r\nContent-Length: 11\r\n"));
    ck_assert(!has("page"));
}
END_TEST

static const struct {
    const char *before, *after;
    bool matches;
} tag_cases[] = {
    {"", "", true},
    {"W/", "", true},
    {"\"a\", ", ", \"b\"", true},
    {"\"x", "", false},
};

START_TEST(visitor_who_has_the_page_gets_304)
{
    char tag[128] = "", header[512];
    ask("GET /", "Host: localhost\r\n");
    ck_assert_int_eq(sscanf(strstr(reply.data, "\r\nETag: ") + 8, "%127[^\r]", tag), 1);
    snprintf(header, sizeof header, "Host: localhost\r\nIf-None-Match: %s%s%s\r\n",
             tag_cases[_i].before, tag_cases[_i].matches ? tag : "\"", tag_cases[_i].after);
    ask("GET /", header);
    ck_assert(has(tag_cases[_i].matches ? "HTTP/1.1 304 Not Modified\r\n" : "HTTP/1.1 200 OK\r\n"));
    ck_assert(has(tag));
    ck_assert(has("page") != tag_cases[_i].matches);
}
END_TEST

static const struct {
    const char *first_line, *headers, *expected;
} answers[] = {
    {"GET /a%20b?q=c%26d&r=1", "Host: localhost\r\n", "\r\n\r\nc&d"},
    {"GET /a%20b", "Host: localhost\r\n", "\r\n\r\nnone"},
    {"GET /a%20b", "Host: localhost\r\n", "\r\nCache-Control: max-age=60\r\n"},
    {"GET /none", "Host: localhost\r\n", "HTTP/1.1 404 "},
    {"POST /", "Host: localhost\r\nContent-Length: 0\r\n", "HTTP/1.1 405 "},
    {"DELETE /", "Host: localhost\r\n", "\r\nAllow: GET, HEAD\r\n"},
    {"GET /", "Host: localhost:80\r\n", "HTTP/1.1 200 "},
    {"GET /", "Host: LOCALHOST\r\n", "HTTP/1.1 200 "},
    {"GET /", "Host: 127.0.0.1:8080\r\n", "HTTP/1.1 200 "},
    {"GET /", "Host: [::1]:8080\r\n", "HTTP/1.1 200 "},
    {"GET /", "Host: evil.example\r\n", "HTTP/1.1 421 "},
    {"GET /", "Host: localhost.evil.example\r\n", "HTTP/1.1 421 "},
    {"GET /", "Host: 127.0.0.1.evil.example:80\r\n", "HTTP/1.1 421 "},
    {"GET /", "Host: \r\n", "HTTP/1.1 421 "},
    {"POST /", "Host: localhost\r\nContent-Length: 1000000\r\n", "HTTP/1.1 413 "},
};

START_TEST(request_has_its_answer)
{
    ask(answers[_i].first_line, answers[_i].headers);
    ck_assert_msg(has(answers[_i].expected), "%s", reply.data);
}
END_TEST

static const char *const further_names[] = {"status.example.com", "status.example.com:8443"};
static const struct {
    const char *host, *answer;
} name_cases[] = {
    {"Host: status.example.com\r\n", "HTTP/1.1 200 "},
    {"Host: Status.Example.Com:443\r\n", "HTTP/1.1 200 "},
    {"Host: localhost\r\n", "HTTP/1.1 200 "},
    {"Host: example.com\r\n", "HTTP/1.1 421 "},
    {"Host: status.example.com.evil.example\r\n", "HTTP/1.1 421 "},
};

START_TEST(further_names_are_answered_to)
{
    http_server_allow_hosts(server, further_names, COUNT_OF(further_names));
    ask("GET /", name_cases[_i].host);
    ck_assert_ptr_nonnull(strstr(reply.data, name_cases[_i].answer));
}
END_TEST

static void answer_kept(void)
{
    http_reply(kept,
               &(struct http_reply){
                   .status = 200, .content_type = "text/plain", .body = "late", .body_length = 4});
}

START_TEST(answer_may_come_later)
{
    open_client("GET /later HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    loop_run(loop);
    answer_kept();
    read_reply();
    ck_assert(has("\r\n\r\nlate"));
}
END_TEST

static void stop(void *data)
{
    (void)data;
    loop_stop(loop);
}

static void run_for(duration time)
{
    struct loop_timer *timer = loop_timer_create(loop, stop, NULL);
    loop_timer_set(timer, time);
    loop_run(loop);
    loop_timer_free(timer);
}

START_TEST(visitor_may_leave_before_the_answer)
{
    open_client("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
    loop_run(loop);
    const struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(client);
    run_for(50 * DURATION_MILLISECOND);
    answer_kept();
    run_for(50 * DURATION_MILLISECOND);
    ask("GET /", "Host: localhost\r\n");
    ck_assert(has("page"));
}
END_TEST

START_TEST(server_may_close_with_requests_unanswered)
{
    open_client("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
    loop_run(loop);
    int first = client;
    open_client("GET /later HTTP/1.1\r\nHost: localhost\r\n\r\n");
    loop_run(loop);
    close(first);
    run_for(50 * DURATION_MILLISECOND);
    http_server_close(server);
    server = NULL;
    read_reply();
    ck_assert_uint_eq(reply.length, 0);
}
END_TEST

/* How many of the visitors have been sent away. */
static size_t count_ended(const int *visitors, size_t count)
{
    size_t ended = 0;
    char byte;
    for (size_t i = 0; i < count; i++)
        if (recv(visitors[i], &byte, 1, MSG_DONTWAIT) == 0)
            ended++;
    return ended;
}

START_TEST(idle_visitors_do_not_take_all_descriptors)
{
    enum { TOO_MANY = 30 };
    int visitors[HTTP_VISITORS_MAX + TOO_MANY];
    for (size_t i = 0; i < COUNT_OF(visitors); i++) {
        visitors[i] = connect_client();
        run_for(DURATION_MILLISECOND);
    }
    for (int i = 0; i < 10000 && count_ended(visitors, COUNT_OF(visitors)) < TOO_MANY; i++)
        run_for(DURATION_MILLISECOND);
    run_for(50 * DURATION_MILLISECOND);
    ck_assert_uint_eq(count_ended(visitors, COUNT_OF(visitors)), TOO_MANY);
    ck_assert_uint_eq(count_ended(visitors, HTTP_VISITORS_MAX), 0);
    close(visitors[7]);
    run_for(50 * DURATION_MILLISECOND);
    ask("GET /", "Host: localhost\r\n");
    ck_assert(has("page"));
    for (size_t i = 0; i < COUNT_OF(visitors); i++)
        if (i != 7)
            close(visitors[i]);
    run_for(50 * DURATION_MILLISECOND);
    for (size_t i = 0; i < 2 * HTTP_VISITORS_MAX; i++)
        ask("GET /", "Host: localhost\r\n");
    ck_assert(has("page"));
}
END_TEST

static duration processor_time(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * DURATION_SECOND + used.ru_utime.tv_usec +
           used.ru_stime.tv_usec;
}

/* What is asserted waits until there are descriptors again, for Check needs some itself. */
START_TEST(without_descriptors_it_waits_in_silence)
{
    struct rlimit before, none;
    FILE *said = tmpfile();
    ck_assert_int_ge(dup2(fileno(said), STDERR_FILENO), 0);
    open_client("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 3; /* all below are in use */
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    duration used = processor_time();
    run_for(500 * DURATION_MILLISECOND);
    used = processor_time() - used;
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    ck_assert_int_lt(used, 250 * DURATION_MILLISECOND);
    ck_assert_int_eq(lseek(STDERR_FILENO, 0, SEEK_CUR), 0);
    read_reply();
    ck_assert(has("page"));
    fclose(said);
}
END_TEST

static const struct {
    const char *listen, *words;
} bad_addresses[] = {
    {"", "is not ADDRESS:PORT"},
    {"127.0.0.1", "is not ADDRESS:PORT"},
    {"127.0.0.1:", "is not ADDRESS:PORT"},
    {":80", "is not ADDRESS:PORT"},
    {"127.0.0.1:70000", "is not ADDRESS:PORT"},
    {"127.0.0.1:-1", "is not ADDRESS:PORT"},
    {"127.0.0.1:80x", "is not ADDRESS:PORT"},
    {"203.0.113.1:0", "cannot listen on 203.0.113.1:0: Cannot assign requested address"},
    {"127.0.0.1:TAKEN", ": Address already in use"},
    {"no_such_host.invalid:80", "cannot listen on no_such_host.invalid:80: "},
};

START_TEST(bad_address_is_refused)
{
    struct error error = {0};
    const char *listen = bad_addresses[_i].listen, *taken = http_server_url(server);
    char same[64];
    snprintf(same, sizeof same, "%.*s", (int)strlen(taken) - 8, taken + 7);
    if (strstr(listen, "TAKEN") != NULL)
        listen = same;
    ck_assert_ptr_null(http_server_open(loop, listen, page, NULL, &error));
    ck_assert_msg(strstr(error.text, bad_addresses[_i].words) != NULL, "%s", error.text);
}
END_TEST

/* RFC 3986 section 5.4, and what a shop's Location may hold besides. */
static const struct {
    const char *location, *resolved;
} resolutions[] = {
    {"g", "http://a/b/c/g"},
    {"./g", "http://a/b/c/g"},
    {"g/", "http://a/b/c/g/"},
    {"/g", "http://a/g"},
    {"//g", "http://g/"},
    {"?y", "http://a/b/c/d;p?y"},
    {"g?y", "http://a/b/c/g?y"},
    {"#s", "http://a/b/c/d;p?q#s"},
    {"g#s", "http://a/b/c/g#s"},
    {";x", "http://a/b/c/;x"},
    {"g;x", "http://a/b/c/g;x"},
    {"", "http://a/b/c/d;p?q"},
    {".", "http://a/b/c/"},
    {"./", "http://a/b/c/"},
    {"..", "http://a/b/"},
    {"../", "http://a/b/"},
    {"../g", "http://a/b/g"},
    {"../..", "http://a/"},
    {"../../", "http://a/"},
    {"../../g", "http://a/g"},
    {"../../../g", "http://a/g"},
    {"/./g", "http://a/g"},
    {"/../g", "http://a/g"},
    {"g.", "http://a/b/c/g."},
    {"..g", "http://a/b/c/..g"},
    {"./../g", "http://a/b/g"},
    {"./g/.", "http://a/b/c/g/"},
    {"g/./h", "http://a/b/c/g/h"},
    {"g/../h", "http://a/b/c/h"},
    {"g;x=1/../y", "http://a/b/c/y"},
    {"g?y/../x", "http://a/b/c/g?y/../x"},
    {"/g?y=1&z=2", "http://a/g?y=1&z=2"},
    {"/g;x=1/../y", "http://a/y"},
    {"/.well-known/x", "http://a/.well-known/x"},
    {"/x y", "http://a/x%20y"},
    {"/g#s", "http://a/g#s"},
    {"https://shop.example/x y", "https://shop.example/x%20y"},
    {"HTTPS://shop.example", "https://shop.example/"},
    {"g:h", NULL},
    {"ftp://a/b", NULL},
    {"javascript:alert(1)", NULL},
    {"http://", NULL},
};

START_TEST(location_is_resolved)
{
    struct arena *arena = arena_create();
    const char *resolved = net_url_resolve(arena, "http://a/b/c/d;p?q", resolutions[_i].location);
    if (resolutions[_i].resolved == NULL)
        ck_assert_ptr_null(resolved);
    else
        ck_assert_pstr_eq(resolved, resolutions[_i].resolved);
    arena_free(arena);
}
END_TEST

static const struct {
    const char *url, *host;
} hosts[] = {
    {"http://Shop.Example:8080/x", "shop.example"},
    {"https://user:secret@shop.example/", "shop.example"},
    {"http://[::1]:80/", "::1"},
    {"http://127.1/", "127.0.0.1"},
    {"http://127.0.0.1:65535/", "127.0.0.1"},
    {"http://127.0.0.1:65536/", NULL},
    {"http://127.0.0.01/", "127.0.0.1"},
    {"http://0x7f.1/", "127.0.0.1"},
    {"http://2130706433/", "127.0.0.1"},
    {"http://shop.example", "shop.example"},
    {"http://shop.example?x=1", "shop.example"},
    {"http://evil.example\\@shop.example/", "shop.example"},
    {"http://shop.example:80@evil.example/", "evil.example"},
    {"http://shop.example:/", "shop.example"},
    {"http://sh op.example/", NULL},
    {"ftp://shop.example/", NULL},
    {"shop.example", NULL},
    {"", NULL},
};

START_TEST(host_of_a_url)
{
    struct arena *arena = arena_create();
    const char *host = net_url_host(arena, hosts[_i].url);
    if (hosts[_i].host == NULL)
        ck_assert_ptr_null(host);
    else
        ck_assert_pstr_eq(host, hosts[_i].host);
    arena_free(arena);
}
END_TEST

static const struct {
    const char *host;
    bool forbidden;
} forbidden_cases[] = {
    {"169.254.169.254", true},
    {"169.254.0.1", true},
    {"fe80::1", true},
    {"[fe80::1]", true},
    {"::ffff:169.254.169.254", true},
    {"fd00:ec2::254", true},
    {"FD00:EC2:0::254", true},
    {"metadata.google.internal", true},
    {"Metadata.Google.Internal.", true},
    {"100.100.100.200", true},
    {"::ffff:100.100.100.200", true},
    {"64:ff9b::169.254.169.254", true},
    {"[64:ff9b::a9fe:a9fe]", true},
    {"64:ff9b:1::169.254.169.254", true},
    {"64:ff9b::100.100.100.200", true},
    {"64:ff9b::198.51.100.1", false},
    {"2002:a9fe:a9fe::1", true},
    {"2002:6464:64c8::", true},
    {"2002:c633:6401::1", false},
    {"::169.254.169.254", true},
    {"::198.51.100.1", false},
    {"::ffff:0:169.254.169.254", true},
    {"0.0.0.0", true},
    {"0.1.2.3", true},
    {"::ffff:0.0.0.0", true},
    {"::", true},
    {"[::]", true},
    {"169.255.0.1", false},
    {"127.0.0.1", false},
    {"::1", false},
    {"metadata.google.internal.shop.example", false},
    {"shop.example", false},
};

START_TEST(forbidden_hosts_are_known)
{
    ck_assert_msg(net_host_is_forbidden(forbidden_cases[_i].host) == forbidden_cases[_i].forbidden,
                  "%s", forbidden_cases[_i].host);
}
END_TEST

START_TEST(form_text_is_encoded)
{
    struct buffer out;
    buffer_init(&out, 1000);
    net_url_encode(&out, "a b&c=d+*-._~\xc3\xa4\0", 16);
    ck_assert_str_eq(out.data, "a+b%26c%3Dd%2B*-._%7E%C3%A4%00");
    buffer_free(&out);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("http server");
    TCase *pages = tcase_create("pages");
    tcase_add_checked_fixture(pages, set_up, tear_down);
    tcase_set_timeout(pages, 30);
    tcase_add_test(pages, page_is_answered_with_its_headers);
    tcase_add_test(pages, head_has_the_length_and_no_body);
    tcase_add_loop_test(pages, visitor_who_has_the_page_gets_304, 0, COUNT_OF(tag_cases));
    tcase_add_loop_test(pages, request_has_its_answer, 0, COUNT_OF(answers));
    tcase_add_loop_test(pages, further_names_are_answered_to, 0, COUNT_OF(name_cases));
    tcase_add_test(pages, answer_may_come_later);
    tcase_add_test(pages, visitor_may_leave_before_the_answer);
    tcase_add_test(pages, server_may_close_with_requests_unanswered);
    tcase_add_test(pages, idle_visitors_do_not_take_all_descriptors);
    tcase_add_test(pages, without_descriptors_it_waits_in_silence);
    tcase_add_loop_test(pages, bad_address_is_refused, 0, COUNT_OF(bad_addresses));
    suite_add_tcase(suite, pages);
    TCase *urls = tcase_create("urls");
    tcase_add_loop_test(urls, location_is_resolved, 0, COUNT_OF(resolutions));
    tcase_add_loop_test(urls, host_of_a_url, 0, COUNT_OF(hosts));
    tcase_add_loop_test(urls, forbidden_hosts_are_known, 0, COUNT_OF(forbidden_cases));
    tcase_add_test(urls, form_text_is_encoded);
    suite_add_tcase(suite, urls);
    return suite;
}
