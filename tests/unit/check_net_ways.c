/* SPDX-License-Identifier: MIT */
/* net/: the ways to a shop that a scenario or a shop file asks for: a proxy, one address family, a
 * new connection, certificates, a version of HTTP. */
#include "tests/unit/runner.h"
#include "tests/unit/stage.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct act well = {.answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"};

enum { TLS_VISITORS_MAX = 8 };

static struct stage stage;

/* A small proxy, or a TLS server, in a thread of its own: one visitor after the other. */
static struct {
    pthread_t thread;
    int listener;
    unsigned port, target; /* where everything is led, whatever name was asked for */
    int reply;             /* HTTP status or SOCKS reply instead of a way; 0: a way */
    useconds_t thought;    /* before the SOCKS reply */
    unsigned visitors;
    char asked[256]; /* request line, or `socks NAME` */
    /* TLS */
    SSL_CTX *context;
    bool is_h2_offered;
    char client[128]; /* subject of its certificate */
} far;

static int connect_target(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((in_port_t)far.target),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int target = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(target, (struct sockaddr *)&address, sizeof address) == 0)
        return target;
    close(target);
    return -1;
}

static void send_text(int descriptor, const char *text, size_t length)
{
    if (send(descriptor, text, length, MSG_NOSIGNAL) != (ssize_t)length)
        shutdown(descriptor, SHUT_RDWR);
}

static void relay(int visitor, int target)
{
    struct pollfd ends[] = {{visitor, POLLIN, 0}, {target, POLLIN, 0}};
    char bytes[4096];
    while (poll(ends, 2, 5000) > 0)
        for (int i = 0; i < 2; i++) {
            if (ends[i].revents == 0)
                continue;
            ssize_t length = read(ends[i].fd, bytes, sizeof bytes);
            if (length <= 0)
                return;
            send_text(ends[1 - i].fd, bytes, (size_t)length);
        }
}

/* RFC 1928, without authentication. False: no way. */
static bool greet_socks(int visitor)
{
    unsigned char bytes[300];
    char reply[] = "\5\0\0\1\177\0\0\1\0\0";
    send_text(visitor, "\5\0", 2);
    ssize_t length = read(visitor, bytes, sizeof bytes);
    if (length < 10)
        return false;
    if (bytes[3] == 3)
        snprintf(far.asked, sizeof far.asked, "socks %.*s", bytes[4], (char *)bytes + 5);
    else
        snprintf(far.asked, sizeof far.asked, "socks %d.%d.%d.%d", bytes[4], bytes[5], bytes[6],
                 bytes[7]);
    reply[1] = (char)far.reply;
    usleep(far.thought);
    send_text(visitor, reply, 10);
    return far.reply == 0;
}

static bool greet_http(int visitor, const char *request)
{
    char reply[128];
    snprintf(far.asked, sizeof far.asked, "%.*s", (int)strcspn(request, "\r"), request);
    if (far.reply == 0)
        return true;
    snprintf(reply, sizeof reply, "HTTP/1.1 %d No\r\nContent-Length: 0\r\n\r\n", far.reply);
    send_text(visitor, reply, strlen(reply));
    return false;
}

static void *serve_proxy(void *data)
{
    int visitor;
    (void)data;
    while ((visitor = accept(far.listener, NULL, NULL)) >= 0) {
        char request[4096] = "";
        ssize_t length = read(visitor, request, sizeof request - 1);
        bool is_socks = length > 0 && request[0] == 5;
        bool greeted = is_socks ? greet_socks(visitor) : greet_http(visitor, request);
        int target = greeted ? connect_target() : -1;
        far.visitors++;
        if (target >= 0) {
            if (strncmp(request, "CONNECT", 7) == 0)
                send_text(visitor, "HTTP/1.1 200 Yes\r\n\r\n", 20);
            else if (!is_socks)
                send_text(target, request, (size_t)length);
            relay(visitor, target);
            close(target);
        }
        close(visitor);
    }
    return NULL;
}

static void far_open(void *serve(void *data))
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof own;
    signal(SIGPIPE, SIG_IGN);
    far.listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(far.listener, (struct sockaddr *)&own, size), 0);
    ck_assert_int_eq(listen(far.listener, 8), 0);
    getsockname(far.listener, (struct sockaddr *)&own, &size);
    far.port = ntohs(own.sin_port);
    ck_assert_int_eq(pthread_create(&far.thread, NULL, serve, NULL), 0);
}

static void far_close(void)
{
    shutdown(far.listener, SHUT_RDWR);
    pthread_join(far.thread, NULL);
    close(far.listener);
}

static void open_behind(const char *scheme)
{
    char proxy[64];
    far_open(serve_proxy);
    /* Not the name of a target: once it is known, nobody is asked again. */
    const char *host = strcmp(scheme, "socks5") == 0 ? "127.0.0.1" : "localhost";
    snprintf(proxy, sizeof proxy, "%s://%s:%u", scheme, host, far.port);
    stage_open(&stage, &(struct net_vantage_settings){.proxy = proxy, .family = NET_FAMILY_IPV4});
    raw_server_play(&stage.server, &well, 1);
    far.target = stage.server.port;
}

static void close_behind(void)
{
    stage_close(&stage);
    far_close();
}

/* `dns`: the target's name is looked up by us. */
static const struct {
    const char *scheme, *url, *asked;
    int reply;
    enum symptom symptom;
    bool dns;
} proxy_cases[] = {
    {"http", "http://shop.invalid/x", "GET http://shop.invalid/x HTTP/1.1", 0, SYMPTOM_NONE, false},
    {"socks5h", "http://shop.invalid/x", "socks shop.invalid", 0, SYMPTOM_NONE, false},
    {"socks5", "http://localhost:81/x", "socks 127.0.0.1", 0, SYMPTOM_NONE, true},
    {"socks5h", "http://shop.invalid/x", "socks shop.invalid", 5, SYMPTOM_TCP_REFUSED, false},
    {"socks5h", "http://shop.invalid/x", "socks shop.invalid", 4, SYMPTOM_TCP_ADDRESS_UNREACHABLE,
     false},
    {"socks5h", "http://shop.invalid/x", "socks shop.invalid", 2, SYMPTOM_MONITOR_PROXY_UNAVAILABLE,
     false},
    {"http", "https://shop.invalid/x", "CONNECT shop.invalid:443 HTTP/1.1", 502, SYMPTOM_TCP_FAILED,
     false},
    {"http", "https://shop.invalid/x", "CONNECT shop.invalid:443 HTTP/1.1", 504,
     SYMPTOM_TCP_TIMED_OUT, false},
    {"http", "https://shop.invalid/x", "CONNECT shop.invalid:443 HTTP/1.1", 407,
     SYMPTOM_MONITOR_PROXY_UNAVAILABLE, false},
    {"http", "https://shop.invalid/x", "CONNECT shop.invalid:443 HTTP/1.1", 0,
     SYMPTOM_TLS_PROTOCOL_ERROR, false},
};

START_TEST(proxy_is_the_way)
{
    far.reply = proxy_cases[_i].reply;
    open_behind(proxy_cases[_i].scheme);
    if (strncmp(proxy_cases[_i].url, "https", 5) == 0)
        stage.server.greeting = "no TLS here\r\n";
    stage_get(&stage, proxy_cases[_i].url);
    const struct exchange *exchange = &stage.exchange;
    ck_assert_msg(exchange->symptom == proxy_cases[_i].symptom, "%s (%s)",
                  symptom_code(exchange->symptom), exchange->detail);
    ck_assert_str_eq(far.asked, proxy_cases[_i].asked);
    ck_assert_int_eq(exchange->phases[PHASE_DNS] != PHASE_ABSENT, proxy_cases[_i].dns);
    ck_assert_int_ge(exchange->phases[PHASE_CONNECT], 0);
    ck_assert_str_eq(exchange->ip, "127.0.0.1");
    ck_assert_uint_eq(exchange->port, far.port);
    stage_check_sum(&stage);
    if (exchange->symptom == SYMPTOM_NONE) {
        ck_assert_str_eq(stage.body.data, "hello");
        stage_get(&stage, proxy_cases[_i].url);
        ck_assert(stage.exchange.reused);
        ck_assert_int_eq(stage.exchange.phases[PHASE_CONNECT], PHASE_ABSENT);
    }
    close_behind();
    ck_assert_uint_eq(far.visitors, 1);
}
END_TEST

/* CONNECT, and the password in it, is between us and the proxy. */
START_TEST(what_a_proxy_was_asked_is_not_what_the_shop_was_sent)
{
    open_behind("http");
    stage.server.greeting = "no TLS here\r\n";
    stage_send(&stage, &(struct net_request){
                           .method = "GET", .url = "https://shop.invalid/x", .keep_sent = true});
    ck_assert_str_eq(far.asked, "CONNECT shop.invalid:443 HTTP/1.1");
    ck_assert_str_eq(stage.sent.data, "");
    close_behind();
}
END_TEST

/* Whether the vantage point has the proxy or the step. */
START_TEST(what_a_proxy_takes_is_in_connect)
{
    enum { THOUGHT = 600 * DURATION_MILLISECOND };
    char proxy[64];
    struct net_request request = {.method = "GET", .url = "http://shop.invalid/x"};
    far.thought = THOUGHT;
    open_behind("socks5h");
    snprintf(proxy, sizeof proxy, "socks5h://127.0.0.1:%u", far.port);
    if (_i == 1) {
        net_session_close(stage.session);
        net_vantage_close(stage.vantage);
        stage.vantage = net_vantage_open(stage.net, &(struct net_vantage_settings){0}, NULL);
        stage.session = net_session_open(stage.vantage);
        request.proxy = proxy;
    }
    stage_send(&stage, &request);
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_NONE, "%s", stage.exchange.detail);
    ck_assert_int_ge(stage.exchange.phases[PHASE_CONNECT], THOUGHT - DURATION_MILLISECOND);
    ck_assert_int_lt(stage.exchange.phases[PHASE_BLOCKED], THOUGHT / 2);
    close_behind();
    far.thought = 0;
}
END_TEST

START_TEST(proxy_that_is_not_there_is_the_monitors_trouble)
{
    open_behind("http");
    far_close();
    stage_get(&stage, "http://shop.invalid/x");
    ck_assert_str_eq(symptom_code(stage.exchange.symptom), "monitor.proxy_unavailable");
    stage_close(&stage);
}
END_TEST

START_TEST(proxy_without_a_name_is_the_monitors_trouble)
{
    stage_open(&stage, &(struct net_vantage_settings){.proxy = "socks5h://no..name:1080"});
    stage_get(&stage, "http://127.0.0.1:PORT/");
    ck_assert_str_eq(symptom_code(stage.exchange.symptom), "monitor.proxy_unavailable");
    stage_close(&stage);
}
END_TEST

static const struct net_vantage_settings bad_settings[] = {
    {.proxy = "https://proxy.example:3128"},
    {.proxy = "socks4://proxy.example:1080"},
    {.proxy = "proxy.example"},
    {.proxy = "http://"},
    {.source = "127.0.0.1", .family = NET_FAMILY_IPV6},
};

START_TEST(bad_way_is_refused)
{
    struct loop *loop = loop_create();
    struct error error = {0};
    struct net *net = net_create(loop, &error);
    ck_assert_ptr_null(net_vantage_open(net, &bad_settings[_i], &error));
    ck_assert_str_ne(error.text, "");
    net_free(net);
    loop_free(loop);
}
END_TEST

static const struct {
    enum net_family family;
    const char *url;
    enum symptom symptom;
} family_cases[] = {
    {NET_FAMILY_IPV4, "http://localhost:PORT/", SYMPTOM_NONE},
    {NET_FAMILY_IPV4, "http://127.0.0.1:PORT/", SYMPTOM_NONE},
    {NET_FAMILY_IPV6, "http://127.0.0.1:PORT/", SYMPTOM_TCP_ADDRESS_INVALID},
    {NET_FAMILY_IPV4, "http://[::1]:PORT/", SYMPTOM_TCP_ADDRESS_INVALID},
};

START_TEST(other_family_is_not_used)
{
    stage_open(&stage, &(struct net_vantage_settings){.family = family_cases[_i].family});
    raw_server_play(&stage.server, &well, 1);
    stage_get(&stage, family_cases[_i].url);
    ck_assert_msg(stage.exchange.symptom == family_cases[_i].symptom, "%s (%s)",
                  symptom_code(stage.exchange.symptom), stage.exchange.detail);
    stage_close(&stage);
}
END_TEST

START_TEST(cold_request_knows_nothing_of_before)
{
    char url[64];
    stage_open(&stage, &(struct net_vantage_settings){.family = NET_FAMILY_IPV4});
    raw_server_play(&stage.server, &well, 1);
    snprintf(url, sizeof url, "http://localhost:%u/", stage.server.port);
    struct net_request request = {
        .method = "GET", .url = url, .timeout = 5 * DURATION_SECOND, .cold = true};
    stage_get(&stage, url);
    stage_send(&stage, &request);
    ck_assert(!stage.exchange.reused);
    ck_assert_int_ne(stage.exchange.phases[PHASE_DNS], PHASE_ABSENT);
    ck_assert_int_ne(stage.exchange.phases[PHASE_CONNECT], PHASE_ABSENT);
    ck_assert_uint_eq(stage.server.accepted, 2);
    stage_check_sum(&stage);
    stage_close(&stage);
}
END_TEST

/* Two requests, and whether the second uses the connection of the first. */
static const struct {
    enum net_http first, second;
    bool reused;
} pair_cases[] = {
    {NET_HTTP_ANY, NET_HTTP_ANY, true},
    {NET_HTTP_1_1, NET_HTTP_1_1, true},
    {NET_HTTP_1_1, NET_HTTP_ANY, true},
    {NET_HTTP_ANY, NET_HTTP_1_1, false},
};

START_TEST(other_version_has_its_own_connection)
{
    stage_open(&stage, NULL);
    raw_server_play(&stage.server, &well, 1);
    struct net_request request = {.method = "GET", .url = "http://127.0.0.1:PORT/"};
    request.http = pair_cases[_i].first;
    stage_send(&stage, &request);
    request.http = pair_cases[_i].second;
    stage_send(&stage, &request);
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_NONE);
    ck_assert_int_eq(stage.exchange.reused, pair_cases[_i].reused);
    stage_close(&stage);
}
END_TEST

static char certificate_path[] = "/tmp/check_net_ways_XXXXXX";

/* Certificate and key in one file, good for 127.0.0.1, and its own authority. */
static void write_certificate(void)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 7);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"own", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    FILE *file = fdopen(mkstemp(certificate_path), "w");
    ck_assert_ptr_nonnull(file);
    PEM_write_X509(file, certificate);
    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static int choose_protocol(SSL *ssl, const unsigned char **ret_name, unsigned char *ret_length,
                           const unsigned char *offered, unsigned length, void *data)
{
    (void)ssl;
    (void)data;
    for (unsigned i = 0; i < length; i += 1u + offered[i])
        if (offered[i] == 2)
            far.is_h2_offered = true;
        else if (offered[i] == 8) {
            *ret_name = offered + i + 1;
            *ret_length = 8;
        }
    return SSL_TLSEXT_ERR_OK;
}

static void *serve_tls_visitor(void *data)
{
    char request[4096];
    SSL *ssl = data;
    while (SSL_is_init_finished(ssl) || SSL_accept(ssl) == 1) {
        if (SSL_get0_peer_certificate(ssl) != NULL)
            X509_NAME_oneline(X509_get_subject_name(SSL_get0_peer_certificate(ssl)), far.client,
                              sizeof far.client);
        if (SSL_read(ssl, request, sizeof request) <= 0)
            break;
        SSL_write(ssl, well.answer, (int)strlen(well.answer));
    }
    close(SSL_get_fd(ssl));
    SSL_free(ssl);
    return NULL;
}

/* A kept connection must not keep the next visitor waiting. */
static void *serve_tls(void *data)
{
    pthread_t threads[TLS_VISITORS_MAX];
    size_t count = 0;
    int visitor;
    (void)data;
    while (count < TLS_VISITORS_MAX && (visitor = accept(far.listener, NULL, NULL)) >= 0) {
        SSL *ssl = SSL_new(far.context);
        SSL_set_fd(ssl, visitor);
        pthread_create(&threads[count++], NULL, serve_tls_visitor, ssl);
    }
    while (count > 0)
        pthread_join(threads[--count], NULL);
    return NULL;
}

static void open_tls(void)
{
    write_certificate();
    far.context = SSL_CTX_new(TLS_server_method());
    ck_assert_int_eq(SSL_CTX_use_certificate_chain_file(far.context, certificate_path), 1);
    ck_assert_int_eq(SSL_CTX_use_PrivateKey_file(far.context, certificate_path, SSL_FILETYPE_PEM),
                     1);
    SSL_CTX_load_verify_locations(far.context, certificate_path, NULL);
    SSL_CTX_set_verify(far.context, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_alpn_select_cb(far.context, choose_protocol, NULL);
    far_open(serve_tls);
    stage_open(&stage, NULL);
}

static void close_tls(void)
{
    stage_close(&stage);
    far_close();
    SSL_CTX_free(far.context);
    unlink(certificate_path);
}

static void send_tls(struct net_request request)
{
    char url[64];
    snprintf(url, sizeof url, "https://127.0.0.1:%u/", far.port);
    request.method = "GET";
    request.url = url;
    request.timeout = 5 * DURATION_SECOND;
    stage_send(&stage, &request);
}

START_TEST(request_has_its_own_authorities)
{
    open_tls();
    send_tls((struct net_request){.ca = certificate_path});
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_NONE, "%s", stage.exchange.detail);
    ck_assert_str_eq(stage.exchange.certificate->subject, "CN=own");
    send_tls((struct net_request){.ca = certificate_path});
    ck_assert(stage.exchange.reused);
    ck_assert_str_eq(stage.exchange.certificate->serial, "07");
    /* A connection of a request that trusts more does not serve one that trusts less. */
    send_tls((struct net_request){0});
    ck_assert_str_eq(symptom_code(stage.exchange.symptom), "tls.cert.authority_invalid");
    send_tls((struct net_request){.ca = "/nonexistent.pem"});
    ck_assert_str_eq(symptom_code(stage.exchange.symptom), "monitor.internal");
    close_tls();
}
END_TEST

START_TEST(request_says_who_we_are)
{
    open_tls();
    send_tls((struct net_request){.ca = certificate_path});
    ck_assert_str_eq(far.client, "");
    send_tls((struct net_request){.ca = certificate_path, .certificate = certificate_path});
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_NONE, "%s", stage.exchange.detail);
    ck_assert(!stage.exchange.reused);
    close_tls();
    ck_assert_str_eq(far.client, "/CN=own");
}
END_TEST

static const struct {
    enum net_http http;
    bool is_h2_offered;
} version_cases[] = {{NET_HTTP_ANY, true}, {NET_HTTP_1_1, false}, {NET_HTTP_2, true}};

START_TEST(version_of_http_is_asked_for)
{
    open_tls();
    send_tls((struct net_request){.ca = certificate_path, .http = version_cases[_i].http});
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_NONE, "%s", stage.exchange.detail);
    ck_assert_str_eq(stage.exchange.http, "1.1");
    close_tls();
    ck_assert_int_eq(far.is_h2_offered, version_cases[_i].is_h2_offered);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("net_ways");
    TCase *tests = tcase_create("ways");
    tcase_set_timeout(tests, 30);
    tcase_add_loop_test(tests, proxy_is_the_way, 0, COUNT_OF(proxy_cases));
    tcase_add_test(tests, what_a_proxy_was_asked_is_not_what_the_shop_was_sent);
    tcase_add_loop_test(tests, what_a_proxy_takes_is_in_connect, 0, 2);
    tcase_add_test(tests, proxy_that_is_not_there_is_the_monitors_trouble);
    tcase_add_test(tests, proxy_without_a_name_is_the_monitors_trouble);
    tcase_add_loop_test(tests, bad_way_is_refused, 0, COUNT_OF(bad_settings));
    tcase_add_loop_test(tests, other_family_is_not_used, 0, COUNT_OF(family_cases));
    tcase_add_test(tests, cold_request_knows_nothing_of_before);
    tcase_add_loop_test(tests, other_version_has_its_own_connection, 0, COUNT_OF(pair_cases));
    tcase_add_test(tests, request_has_its_own_authorities);
    tcase_add_test(tests, request_says_who_we_are);
    tcase_add_loop_test(tests, version_of_http_is_asked_for, 0, COUNT_OF(version_cases));
    suite_add_tcase(suite, tests);
    return suite;
}
