/* SPDX-License-Identifier: MIT */
/* net/: what time is whose. A phase that did not happen is absent, and none is longer because the
 * monitor was late to look. */
#include "tests/unit/runner.h"
#include "tests/unit/stage.h"

#include "monitor/net/phases.h"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
#define URL       "http://127.0.0.1:PORT/"

enum {
    HOLD_UP = 900 * DURATION_MILLISECOND,
    SOON = HOLD_UP / 3, /* what takes no time may take that on a busy machine */
    ABSENT = PHASE_ABSENT,
};

/* Stamps in the order of their struct, 0 for what did not happen, and the phases they make. */
static const struct {
    const char *name;
    int64_t start, asked, resolved, opened, connected, hello, shaken, ready, sent, first_byte, end;
    bool tls;
    duration phases[PHASE_COUNT]; /* blocked dns connect tls send wait receive */
    enum phase current;
} divisions[] = {
    {"an address needs no name", .start = 100, .opened = 110, .connected = 130, .ready = 135,
     .sent = 137, .first_byte = 200, .end = 260, .phases = {15, ABSENT, 20, ABSENT, 2, 63, 60},
     .current = PHASE_RECEIVE},
    {"a connection used again needs nothing", .start = 100, .ready = 105, .sent = 105,
     .first_byte = 200, .end = 200, .phases = {5, ABSENT, ABSENT, ABSENT, 0, 95, 0},
     .current = PHASE_RECEIVE},
    {"a TLS connection used again needs no handshake", .tls = true, .start = 100, .ready = 105,
     .sent = 105, .first_byte = 200, .end = 201, .phases = {5, ABSENT, ABSENT, ABSENT, 0, 95, 1},
     .current = PHASE_RECEIVE},
    {"what the monitor does for itself lies between", .tls = true, .start = 100, .asked = 101,
     .resolved = 111, .opened = 113, .connected = 153, .hello = 160, .shaken = 240, .ready = 250,
     .sent = 250, .first_byte = 450, .end = 500, .phases = {20, 10, 40, 80, 0, 200, 50},
     .current = PHASE_RECEIVE},
    {"a name that is not answered", .start = 100, .asked = 103, .end = 200,
     .phases = {3, 97, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT}, .current = PHASE_DNS},
    {"a connection that does not come up", .tls = true, .start = 100, .opened = 104, .end = 200,
     .phases = {4, ABSENT, 96, ABSENT, ABSENT, ABSENT, ABSENT}, .current = PHASE_CONNECT},
    {"a handshake that does not end", .tls = true, .start = 100, .opened = 104, .connected = 114,
     .hello = 115, .end = 200, .phases = {5, ABSENT, 10, 85, ABSENT, ABSENT, ABSENT},
     .current = PHASE_TLS},
    {"a handshake whose end leads to nothing", .tls = true, .start = 100, .opened = 104,
     .connected = 114, .hello = 115, .shaken = 150, .end = 200,
     .phases = {5, ABSENT, 10, 85, ABSENT, ABSENT, ABSENT}, .current = PHASE_TLS},
    {"a request that is not taken", .start = 100, .ready = 105, .end = 200,
     .phases = {5, ABSENT, ABSENT, ABSENT, 95, ABSENT, ABSENT}, .current = PHASE_SEND},
    {"an answer that does not come", .start = 100, .ready = 105, .sent = 107, .end = 200,
     .phases = {5, ABSENT, ABSENT, ABSENT, 2, 93, ABSENT}, .current = PHASE_WAIT},
    {"an answer before all is sent", .start = 100, .ready = 105, .first_byte = 130, .end = 200,
     .phases = {5, ABSENT, ABSENT, ABSENT, 25, 0, 70}, .current = PHASE_RECEIVE},
};

START_TEST(time_is_divided)
{
#define AT(field) .field = { divisions[_i].field }
    const struct phase_stamps stamps = {AT(start),      AT(asked),     AT(resolved),
                                        AT(opened),     AT(connected), AT(hello),
                                        AT(shaken),     AT(ready),     AT(sent),
                                        AT(first_byte), AT(end),       .tls = divisions[_i].tls};
#undef AT
    struct exchange exchange;
    phases_fill(&stamps, &exchange);
    for (int i = 0; i < PHASE_COUNT; i++)
        ck_assert_msg(exchange.phases[i] == divisions[_i].phases[i], "%s: %s is %lld",
                      divisions[_i].name, phase_name((enum phase)i), (long long)exchange.phases[i]);
    ck_assert_int_eq(exchange.total, divisions[_i].end - divisions[_i].start);
    ck_assert_int_eq(phases_current(&stamps), divisions[_i].current);
}
END_TEST

static struct stage stage;

static void set_up(void)
{
    stage_open(&stage, NULL);
}

static void tear_down(void)
{
    stage_close(&stage);
}

/* While the loop stands still the other side has long done its part. */
START_TEST(hold_up_of_the_loop_is_no_time_of_the_shop)
{
    const struct act act = {
        .answer = OK_ANSWER, .delay = 20 * DURATION_MILLISECOND, .hold_up = HOLD_UP};
    const duration *phases = stage.exchange.phases;
    raw_server_play(&stage.server, &act, 1);
    stage.hold_up = HOLD_UP;
    stage_get(&stage, URL);
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_NONE);
    ck_assert_int_lt(phases[PHASE_CONNECT], SOON);
    ck_assert_int_ge(phases[PHASE_BLOCKED], HOLD_UP - DURATION_MILLISECOND);
    ck_assert_int_ge(phases[PHASE_WAIT], act.delay - DURATION_MILLISECOND);
    ck_assert_int_lt(phases[PHASE_WAIT], SOON);
    ck_assert_int_lt(phases[PHASE_RECEIVE], SOON);
}
END_TEST

/* The stage's own listener serves, but a child accepts: what it does with its visitor takes none of
 * the loop's time. */
static pid_t serve_apart(void (*serve)(int visitor))
{
    loop_watch_free(stage.server.watch);
    stage.server.watch = NULL;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child > 0)
        return child;
    alarm(20);
    signal(SIGPIPE, SIG_IGN);
    int visitor = accept(stage.server.listener, NULL, NULL);
    if (visitor >= 0)
        serve(visitor);
    _exit(0);
}

static void end_apart(pid_t child)
{
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_NONE, "%s", stage.exchange.detail);
    net_session_close(stage.session);
    stage.session = net_session_open(stage.vantage);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
}

static void close_late(int visitor)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\n\r\nhello";
    char request[4096];
    if (read(visitor, request, sizeof request) > 0 && write(visitor, answer, sizeof answer - 1) > 0)
        usleep(HOLD_UP);
    close(visitor);
}

START_TEST(body_without_a_length_ends_when_it_is_closed)
{
    pid_t child = serve_apart(close_late);
    stage_get(&stage, URL);
    end_apart(child);
    ck_assert_str_eq(stage.body.data, "hello");
    ck_assert_int_lt(stage.exchange.phases[PHASE_WAIT], SOON);
    ck_assert_int_ge(stage.exchange.phases[PHASE_RECEIVE], HOLD_UP - DURATION_MILLISECOND);
}
END_TEST

static EVP_PKEY *key;
static X509 *certificate;

static void make_certificate(void)
{
    key = EVP_EC_gen("P-256");
    certificate = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_ASC,
                               (const unsigned char *)"127.0.0.1", -1, -1, 0);
    X509_set_issuer_name(certificate, X509_get_subject_name(certificate));
    X509_set_pubkey(certificate, key);
    ck_assert_int_gt(X509_sign(certificate, key, EVP_sha256()), 0);
}

static void write_path(char *path)
{
    FILE *stream = fdopen(mkstemp(path), "w");
    ck_assert_ptr_nonnull(stream);
    PEM_write_X509(stream, certificate);
    fclose(stream);
}

static SSL *shake(int visitor)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, certificate);
    SSL_CTX_use_PrivateKey(context, key);
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, visitor);
    return SSL_accept(ssl) == 1 ? ssl : NULL;
}

/* One record whose second half comes late; and the tickets of TLS 1.3 long before it. */
static void halve_the_record(int visitor)
{
    static char answer[8192] = "HTTP/1.1 200 OK\r\nContent-Length: 8000\r\n\r\n";
    char request[4096], record[2 * sizeof answer];
    SSL *ssl = shake(visitor);
    if (ssl == NULL || SSL_read(ssl, request, sizeof request) <= 0)
        _exit(1);
    BIO *memory = BIO_new(BIO_s_mem());
    SSL_set0_wbio(ssl, memory);
    SSL_write(ssl, answer, (int)strlen(answer) + 8000);
    size_t length = (size_t)BIO_read(memory, record, sizeof record);
    usleep(HOLD_UP);
    (void)!write(visitor, record, length / 2);
    usleep(HOLD_UP);
    (void)!write(visitor, record + length / 2, length - length / 2);
    while (read(visitor, request, sizeof request) > 0)
        continue;
}

START_TEST(first_byte_is_the_records_first)
{
    char path[] = "/tmp/check_net_XXXXXX";
    const struct net_request request = {
        .method = "GET", .url = "https://127.0.0.1:PORT/", .ca = path};
    const duration *phases = stage.exchange.phases;
    make_certificate();
    write_path(path);
    pid_t child = serve_apart(halve_the_record);
    stage_send(&stage, &request);
    unlink(path);
    end_apart(child);
    ck_assert_uint_eq(stage.body.length, 8000);
    ck_assert_int_gt(phases[PHASE_TLS], 0);
    ck_assert_int_ge(phases[PHASE_WAIT], HOLD_UP - DURATION_MILLISECOND);
    ck_assert_int_lt(phases[PHASE_WAIT], HOLD_UP + SOON);
    ck_assert_int_ge(phases[PHASE_RECEIVE], HOLD_UP - DURATION_MILLISECOND);
    ck_assert_int_lt(phases[PHASE_RECEIVE], HOLD_UP + SOON);
    X509_free(certificate);
    EVP_PKEY_free(key);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("net_times");
    TCase *division = tcase_create("division");
    suite_add_tcase(suite, division);
    tcase_add_loop_test(division, time_is_divided, 0, COUNT_OF(divisions));

    TCase *arrivals = tcase_create("arrivals");
    tcase_add_checked_fixture(arrivals, set_up, tear_down);
    tcase_set_timeout(arrivals, 30);
    suite_add_tcase(suite, arrivals);
    tcase_add_test(arrivals, hold_up_of_the_loop_is_no_time_of_the_shop);
    tcase_add_test(arrivals, body_without_a_length_ends_when_it_is_closed);
    tcase_add_test(arrivals, first_byte_is_the_records_first);
    return suite;
}
