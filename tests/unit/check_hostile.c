/* SPDX-License-Identifier: MIT */
/*
 * Journeys against servers that mean harm. A case is what the server does and the symptom that must
 * come of it: within the step's time, in bounded memory, and with the loop alive.
 */
#include "tests/unit/hostile.h"
#include "tests/unit/runner.h"

#include "monitor/journey/journey.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of the steps that are to time out, which must get so far before; and of all others. */
#define TIMEOUT       (800 * DURATION_MILLISECOND)
#define TIMEOUT_AMPLE (3 * DURATION_SECOND)
/* For a machine that is busy, under sanitizers. */
#define PATIENCE   (3 * DURATION_SECOND)
#define MEMORY_MAX (64L * 1024)                 /* KiB more than before */
#define BYTES_MAX  (3 * (uint64_t)NET_BODY_MAX) /* with the framing of tiny chunks */

#define OK_HEAD    "HTTP/1.1 200 OK\r\n"
#define OK_WHOLE   OK_HEAD "Content-Length: 5\r\n\r\nhello"
#define SAID(text) (text), sizeof(text) - 1
#define ONE_STEP   "steps:\n  - {step: a, get: /, expect: [status == 200]}\n"
/* The second visit is on the connection of the first where there still is one. */
#define TWO_STEPS                                                                                  \
    "steps:\n  - {step: a, get: /, expect: ['body == \"hello\"']}\n"                               \
    "  - {step: b, get: /b, expect: ['body == \"hello\"']}\n"

enum tls_kind { PLAIN, TLS_GOOD, TLS_SELF_SIGNED, TLS_EXPIRED, TLS_OTHER_NAME, TLS_NONE };

struct hostile_case {
    const char *name;
    struct hostile_script script;
    enum symptom symptom;
    enum tls_kind tls;
    const char *steps; /* NULL: ONE_STEP */
};

/* Answers that are too long to write down; made before the tests begin. */
static char many_cookies[96 * 1024], huge_cookie[96 * 1024];

static const struct hostile_case cases[] = {
    /* Drips: a byte now and then, in every phase. */
    {"drips the status line",
     {HOSTILE_ANSWERS, SAID("HTTP/1.1 "), HOSTILE_DRIP, "2"},
     SYMPTOM_HTTP_TIMEOUT_TTFB,
     PLAIN,
     NULL},
    {"drips headers",
     {HOSTILE_ANSWERS, SAID(OK_HEAD), HOSTILE_DRIP, "a: b\r\n"},
     SYMPTOM_HTTP_TIMEOUT_BODY,
     PLAIN,
     NULL},
    {"drips a body",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "\r\n"), HOSTILE_DRIP, "x"},
     SYMPTOM_HTTP_TIMEOUT_BODY,
     PLAIN,
     NULL},
    {"drips a chunk's extension",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5;"), HOSTILE_DRIP, "x"},
     SYMPTOM_HTTP_TIMEOUT_BODY,
     PLAIN,
     NULL},
    {"drips into a handshake",
     {HOSTILE_AFTER_HELLO, SAID("\x16\x03\x03\x40"), HOSTILE_DRIP, "\x02"},
     SYMPTOM_TLS_TIMED_OUT,
     TLS_NONE,
     NULL},
    {"never answers",
     {HOSTILE_ANSWERS, SAID(""), HOSTILE_SILENT, NULL},
     SYMPTOM_HTTP_TIMEOUT_TTFB,
     PLAIN,
     NULL},
    {"stops in the body",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Content-Length: 9\r\n\r\nhel"), HOSTILE_SILENT, NULL},
     SYMPTOM_HTTP_TIMEOUT_BODY,
     PLAIN,
     NULL},

    /* Resets and ends, in every phase. */
    {"resets at once",
     {HOSTILE_UNASKED, SAID(""), HOSTILE_RESET, NULL},
     SYMPTOM_TCP_RESET,
     PLAIN,
     NULL},
    {"resets in the handshake",
     {HOSTILE_AFTER_HELLO, SAID("\x16\x03\x03"), HOSTILE_RESET, NULL},
     SYMPTOM_TCP_RESET,
     TLS_NONE,
     NULL},
    {"resets when asked",
     {HOSTILE_ANSWERS, SAID(""), HOSTILE_RESET, NULL},
     SYMPTOM_TCP_RESET,
     PLAIN,
     NULL},
    {"resets in the status line",
     {HOSTILE_ANSWERS, SAID("HTTP/1."), HOSTILE_RESET, NULL},
     SYMPTOM_TCP_RESET,
     PLAIN,
     NULL},
    {"resets in the headers",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "a: b\r\n"), HOSTILE_RESET, NULL},
     SYMPTOM_TCP_RESET,
     PLAIN,
     NULL},
    {"resets in the body",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Content-Length: 9\r\n\r\nhel"), HOSTILE_RESET, NULL},
     SYMPTOM_TCP_RESET,
     PLAIN,
     NULL},
    {"resets in the body, behind TLS",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Content-Length: 9\r\n\r\nhel"), HOSTILE_RESET, NULL},
     SYMPTOM_TCP_RESET,
     TLS_GOOD,
     NULL},
    {"ends in the status line",
     {HOSTILE_ANSWERS, SAID("HTTP/1.1 2"), HOSTILE_CLOSE, NULL},
     SYMPTOM_TCP_CLOSED,
     PLAIN,
     NULL},
    {"ends in the headers",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Content-Le"), HOSTILE_CLOSE, NULL},
     SYMPTOM_HTTP_TRUNCATED,
     PLAIN,
     NULL},
    {"ends in the body",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Content-Length: 9\r\n\r\nhel"), HOSTILE_CLOSE, NULL},
     SYMPTOM_HTTP_TRUNCATED,
     PLAIN,
     NULL},
    {"ends in a chunk",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Transfer-Encoding: chunked\r\n\r\nffff\r\nx"), HOSTILE_CLOSE,
      NULL},
     SYMPTOM_HTTP_TRUNCATED,
     PLAIN,
     NULL},

    /* Without end. */
    {"headers without end",
     {HOSTILE_ANSWERS, SAID(OK_HEAD), HOSTILE_FLOOD, "name: value\r\n"},
     SYMPTOM_HTTP_RESPONSE_INVALID,
     PLAIN,
     NULL},
    {"a million tiny headers",
     {HOSTILE_ANSWERS, SAID(OK_HEAD), HOSTILE_FLOOD, "a:\n"},
     SYMPTOM_HTTP_RESPONSE_INVALID,
     PLAIN,
     NULL},
    {"one header without end",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "a: "), HOSTILE_FLOOD, "x"},
     SYMPTOM_HTTP_RESPONSE_INVALID,
     PLAIN,
     NULL},
    {"a header continued without end",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "a: b\r\n"), HOSTILE_FLOOD, " x\r\n"},
     SYMPTOM_HTTP_RESPONSE_INVALID,
     PLAIN,
     NULL},
    {"a status line without end",
     {HOSTILE_ANSWERS, SAID("HTTP/1.1 200 "), HOSTILE_FLOOD, "x"},
     SYMPTOM_HTTP_RESPONSE_INVALID,
     PLAIN,
     NULL},
    {"interim answers without end",
     {HOSTILE_ANSWERS, SAID(""), HOSTILE_FLOOD, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"},
     SYMPTOM_HTTP_RESPONSE_INVALID,
     PLAIN,
     NULL},
    {"trailers without end",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n0\r\n"), HOSTILE_FLOOD,
      "name: value\r\n"},
     SYMPTOM_HTTP_RESPONSE_INVALID,
     PLAIN,
     NULL},
    {"a chunk's extension without end",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5;"), HOSTILE_FLOOD, "x"},
     SYMPTOM_HTTP_TIMEOUT_BODY,
     PLAIN,
     NULL},
    {"a body of 2 GB",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Content-Length: 2147483648\r\n\r\n"), HOSTILE_FLOOD, "x"},
     SYMPTOM_CONTENT_TOO_LARGE,
     PLAIN,
     NULL},
    {"a body of 2 GB, behind TLS",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Content-Length: 2147483648\r\n\r\n"), HOSTILE_FLOOD, "x"},
     SYMPTOM_CONTENT_TOO_LARGE,
     TLS_GOOD,
     NULL},
    {"a body without end",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "\r\n"), HOSTILE_FLOOD, "x"},
     SYMPTOM_CONTENT_TOO_LARGE,
     PLAIN,
     NULL},
    {"an error page without end",
     {HOSTILE_ANSWERS, SAID("HTTP/1.1 500 No\r\n\r\n"), HOSTILE_FLOOD, "x"},
     SYMPTOM_CONTENT_TOO_LARGE,
     PLAIN,
     NULL},
    {"chunks without end",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n"), HOSTILE_FLOOD,
      "5\r\nhello\r\n"},
     SYMPTOM_CONTENT_TOO_LARGE,
     PLAIN,
     NULL},
    {"a gzip bomb",
     {HOSTILE_ANSWERS_BOMB, SAID(OK_HEAD "Content-Encoding: gzip\r\n\r\n"), HOSTILE_CLOSE, NULL},
     SYMPTOM_CONTENT_TOO_LARGE,
     PLAIN,
     NULL},
    {"gzip in gzip in gzip",
     {HOSTILE_ANSWERS,
      SAID(OK_HEAD "Content-Encoding: gzip, gzip, gzip, gzip, gzip, gzip, gzip, gzip\r\n\r\nx"),
      HOSTILE_CLOSE, NULL},
     SYMPTOM_HTTP_RESPONSE_INVALID,
     PLAIN,
     NULL},
    {"redirects without end",
     {HOSTILE_ANSWERS, SAID("HTTP/1.1 302 Found\r\nLocation: ./more/\r\nContent-Length: 0\r\n\r\n"),
      HOSTILE_KEEP, NULL},
     SYMPTOM_HTTP_REDIRECT_LOOP,
     PLAIN,
     NULL},
    {"redirects out of the web",
     {HOSTILE_ANSWERS,
      SAID("HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"),
      HOSTILE_KEEP, NULL},
     SYMPTOM_HTTP_RESPONSE_INVALID,
     PLAIN,
     NULL},
    {"redirects with a line break",
     {HOSTILE_ANSWERS,
      SAID("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1%0d%0aX: y/\r\n"
           "Content-Length: 0\r\n\r\n"),
      HOSTILE_KEEP, NULL},
     SYMPTOM_HTTP_RESPONSE_INVALID,
     PLAIN,
     NULL},

    /* Lies about the length. */
    {"promises more than it gives",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Content-Length: 50\r\n\r\nhello"), HOSTILE_CLOSE, NULL},
     SYMPTOM_HTTP_TRUNCATED,
     PLAIN,
     NULL},
    /* What is too much belongs to nobody, least of all to the next request. */
    {"gives more than it promises",
     {HOSTILE_ANSWERS, SAID(OK_WHOLE "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"),
      HOSTILE_CLOSE, NULL},
     SYMPTOM_NONE,
     PLAIN,
     TWO_STEPS},
    {"a length below zero",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Content-Length: -5\r\n\r\nhello"), HOSTILE_CLOSE, NULL},
     SYMPTOM_HTTP_PROTOCOL_ERROR,
     PLAIN,
     NULL},
    {"a length that is none",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Content-Length: five\r\n\r\nhello"), HOSTILE_CLOSE, NULL},
     SYMPTOM_HTTP_PROTOCOL_ERROR,
     PLAIN,
     NULL},
    /* Past what can be counted libcurl reads until the end, and we until our limit. */
    {"a length past counting",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Content-Length: 99999999999999999999999\r\n\r\n"),
      HOSTILE_FLOOD, "x"},
     SYMPTOM_CONTENT_TOO_LARGE,
     PLAIN,
     NULL},
    {"a chunk past counting",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffffff\r\nx"),
      HOSTILE_CLOSE, NULL},
     SYMPTOM_HTTP_PROTOCOL_ERROR,
     PLAIN,
     NULL},
    {"a chunk below zero",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello"), HOSTILE_CLOSE,
      NULL},
     SYMPTOM_HTTP_PROTOCOL_ERROR,
     PLAIN,
     NULL},
    {"a chunk without its line break",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloworld\r\n"),
      HOSTILE_CLOSE, NULL},
     SYMPTOM_HTTP_PROTOCOL_ERROR,
     PLAIN,
     NULL},

    /* Not HTTP, or not quite. */
    {"HTTP/0.9",
     {HOSTILE_ANSWERS, SAID("<html>hello</html>"), HOSTILE_CLOSE, NULL},
     SYMPTOM_HTTP_PROTOCOL_ERROR,
     PLAIN,
     NULL},
    {"HTTP/0.9 without end",
     {HOSTILE_ANSWERS, SAID(""), HOSTILE_FLOOD, "x"},
     SYMPTOM_HTTP_PROTOCOL_ERROR,
     PLAIN,
     NULL},
    {"a version from the future",
     {HOSTILE_ANSWERS, SAID("HTTP/9.9 200 OK\r\nContent-Length: 5\r\n\r\nhello"), HOSTILE_CLOSE,
      NULL},
     SYMPTOM_HTTP_PROTOCOL_ERROR,
     PLAIN,
     NULL},
    {"a status that is none",
     {HOSTILE_ANSWERS, SAID("HTTP/1.1 two OK\r\n\r\n"), HOSTILE_CLOSE, NULL},
     SYMPTOM_HTTP_PROTOCOL_ERROR,
     PLAIN,
     NULL},
    {"a NUL in a header",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "a: b\0c\r\nContent-Length: 5\r\n\r\nhello"), HOSTILE_CLOSE,
      NULL},
     SYMPTOM_HTTP_PROTOCOL_ERROR,
     PLAIN,
     NULL},
    {"a header without a colon",
     {HOSTILE_ANSWERS, SAID(OK_HEAD "nothing\r\nContent-Length: 5\r\n\r\nhello"), HOSTILE_CLOSE,
      NULL},
     SYMPTOM_HTTP_PROTOCOL_ERROR,
     PLAIN,
     NULL},
    {"switches protocols unasked",
     {HOSTILE_ANSWERS, SAID("HTTP/1.1 101 Switching Protocols\r\nUpgrade: evil\r\n\r\n"),
      HOSTILE_FLOOD, "x"},
     SYMPTOM_CONTENT_TOO_LARGE,
     PLAIN,
     NULL},
    {"talks before it is asked",
     {HOSTILE_UNASKED, SAID("220 mail.example ESMTP\r\n"), HOSTILE_SILENT, NULL},
     SYMPTOM_HTTP_PROTOCOL_ERROR,
     PLAIN,
     NULL},

    /* Cookies: those that are too many or too large are not kept, and the visit goes on. */
    {"a flood of cookies",
     {HOSTILE_ANSWERS, many_cookies, 0, HOSTILE_KEEP, NULL},
     SYMPTOM_NONE,
     PLAIN,
     TWO_STEPS},
    {"cookies without end",
     {HOSTILE_ANSWERS, SAID(OK_HEAD), HOSTILE_FLOOD, "Set-Cookie: a=b\r\n"},
     SYMPTOM_HTTP_RESPONSE_INVALID,
     PLAIN,
     NULL},
    {"a huge cookie",
     {HOSTILE_ANSWERS, huge_cookie, 0, HOSTILE_KEEP, NULL},
     SYMPTOM_NONE,
     PLAIN,
     TWO_STEPS},

    /* TLS, every kind of wrong. */
    {"a good certificate",
     {HOSTILE_ANSWERS, SAID(OK_WHOLE), HOSTILE_KEEP, NULL},
     SYMPTOM_NONE,
     TLS_GOOD,
     TWO_STEPS},
    {"nobody vouches for it",
     {HOSTILE_ANSWERS, SAID(OK_WHOLE), HOSTILE_KEEP, NULL},
     SYMPTOM_TLS_CERT_AUTHORITY_INVALID,
     TLS_SELF_SIGNED,
     NULL},
    {"expired",
     {HOSTILE_ANSWERS, SAID(OK_WHOLE), HOSTILE_KEEP, NULL},
     SYMPTOM_TLS_CERT_DATE_INVALID,
     TLS_EXPIRED,
     NULL},
    {"for another name",
     {HOSTILE_ANSWERS, SAID(OK_WHOLE), HOSTILE_KEEP, NULL},
     SYMPTOM_TLS_CERT_NAME_INVALID,
     TLS_OTHER_NAME,
     NULL},
    {"plain text instead of a handshake",
     {HOSTILE_AFTER_HELLO, SAID(OK_WHOLE), HOSTILE_CLOSE, NULL},
     SYMPTOM_TLS_PROTOCOL_ERROR,
     TLS_NONE,
     NULL},
    {"half a handshake, then silence",
     {HOSTILE_AFTER_HELLO, SAID("\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"), HOSTILE_SILENT,
      NULL},
     SYMPTOM_TLS_TIMED_OUT,
     TLS_NONE,
     NULL},
    {"half a handshake, then the end",
     {HOSTILE_AFTER_HELLO, SAID("\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"), HOSTILE_CLOSE,
      NULL},
     SYMPTOM_TLS_FAILED,
     TLS_NONE,
     NULL},
    {"an alert instead of a handshake",
     {HOSTILE_AFTER_HELLO, SAID("\x15\x03\x03\x00\x02\x02\x28"), HOSTILE_CLOSE, NULL},
     SYMPTOM_TLS_VERSION_OR_CIPHER_MISMATCH,
     TLS_NONE,
     NULL},
    {"a record past all size",
     {HOSTILE_AFTER_HELLO, SAID("\x16\x03\x03\xff\xff"), HOSTILE_FLOOD, "x"},
     SYMPTOM_TLS_PROTOCOL_ERROR,
     TLS_NONE,
     NULL},
    {"nothing but noise",
     {HOSTILE_AFTER_HELLO, SAID(""), HOSTILE_FLOOD, "noise"},
     SYMPTOM_TLS_PROTOCOL_ERROR,
     TLS_NONE,
     NULL},
};

/* What people are told of some of them. */
static const struct {
    const char *name, *detail;
} told[] = {
    {"nobody vouches for it", "a certificate (CN=shop) that is signed by itself, and that this "
                              "machine does not know"},
    {"expired", "a certificate (CN=shop) that expired on 20"},
    {"for another name", "a certificate for other.invalid, and not for 127.0.0.1"},
    {"an alert instead of a handshake", "the server broke the handshake off, saying “handshake "
                                        "failure”: it takes nothing of what is offered"},
};

static void make_cookies(void)
{
    static const char head[] = OK_HEAD "Content-Length: 5\r\n";
    static const char tail[] = "\r\nhello";
    size_t length = strlen(head);
    memcpy(many_cookies, head, length);
    for (unsigned n = 0; length < sizeof many_cookies - 100; n++)
        length +=
            (size_t)snprintf(many_cookies + length, sizeof many_cookies - length,
                             "Set-Cookie: c%u=0123456789012345678901234567890123456789\r\n", n);
    strcpy(many_cookies + length, tail);
    snprintf(huge_cookie, sizeof huge_cookie, "%sSet-Cookie: c=%0*d\r\n%s", head, 90 * 1024, 0,
             tail);
}

/* Peak of what is resident, in KiB, since the last call. */
static long peak_memory(void)
{
    char line[128];
    long peak = 0;
    FILE *status = fopen("/proc/self/status", "r");
    ck_assert_ptr_nonnull(status);
    while (fgets(line, sizeof line, status) != NULL)
        if (sscanf(line, "VmHWM: %ld", &peak) == 1)
            break;
    fclose(status);
    FILE *reset = fopen("/proc/self/clear_refs", "w");
    if (reset != NULL) {
        fputs("5", reset);
        fclose(reset);
    }
    return peak;
}

struct fixture {
    struct loop *loop;
    struct net *net;
    struct net_vantage *vantage;
    struct scenario *scenario;
    struct run *run;
    duration lag;
};

static void load(struct fixture *fixture, const struct hostile_case *hostile, unsigned port)
{
    char file[] = "/tmp/check_hostile_XXXXXX";
    int descriptor = mkstemp(file);
    ck_assert_int_ge(descriptor, 0);
    bool is_late = hostile->symptom == SYMPTOM_HTTP_TIMEOUT_BODY ||
                   hostile->symptom == SYMPTOM_HTTP_TIMEOUT_TTFB ||
                   hostile->symptom == SYMPTOM_TLS_TIMED_OUT;
    dprintf(descriptor,
            "shopwatch: 1\njourney: test\nbase: http%s://127.0.0.1:%u\ntimeout: %dms\n%s",
            hostile->tls != PLAIN ? "s" : "", port,
            (int)((is_late ? TIMEOUT : TIMEOUT_AMPLE) / DURATION_MILLISECOND),
            hostile->steps != NULL ? hostile->steps : ONE_STEP);
    close(descriptor);
    struct mistakes mistakes = {.arena = arena_create()};
    fixture->scenario = scenario_load(file, NULL, &mistakes);
    unlink(file);
    if (fixture->scenario == NULL)
        ck_abort_msg("%s: %s", hostile->name, mistakes.items[0].text);
    arena_free(mistakes.arena);
}

static void done(void *data, struct run *run)
{
    struct fixture *fixture = data;
    fixture->run = run;
    fixture->lag = net_loop_lag(fixture->net);
    loop_stop(fixture->loop);
}

static void replay(struct fixture *fixture)
{
    const struct net_vantage_settings here = {0};
    struct error error = {0};
    fixture->loop = loop_create();
    fixture->net = net_create(fixture->loop, &error);
    ck_assert_msg(fixture->net != NULL, "%s", error.text);
    fixture->vantage = net_vantage_open(fixture->net, &here, &error);
    ck_assert_msg(fixture->vantage != NULL, "%s", error.text);
    const struct journey_settings settings = {
        .scenario = fixture->scenario,
        .net_vantage = fixture->vantage,
        .vantage = "here",
        .planned = clock_wall(),
        .loop = fixture->loop,
    };
    journey_start(&settings, done, NULL, fixture);
    loop_run(fixture->loop);
}

static void fixture_close(struct fixture *fixture)
{
    run_free(fixture->run);
    scenario_free(fixture->scenario);
    net_vantage_close(fixture->vantage);
    net_free(fixture->net);
    loop_free(fixture->loop);
}

/* Makes `certificate` the only one that is trusted; `file` is a template for mkstemp. */
static void trust(X509 *certificate, char *file)
{
    FILE *stream = fdopen(mkstemp(file), "w");
    ck_assert_ptr_nonnull(stream);
    PEM_write_X509(stream, certificate);
    fclose(stream);
    setenv("SSL_CERT_FILE", file, 1);
}

/* The server's side of TLS; NULL where it speaks none. */
static SSL_CTX *make_context(enum tls_kind kind, char *file)
{
    static const struct {
        const char *names;
        int from, until;
        bool trusted;
    } certificates[] = {
        [TLS_GOOD] = {"DNS:localhost,IP:127.0.0.1", -3600, 3600, true},
        [TLS_SELF_SIGNED] = {"DNS:localhost,IP:127.0.0.1", -3600, 3600, false},
        [TLS_EXPIRED] = {"DNS:localhost,IP:127.0.0.1", -7200, -3600, true},
        [TLS_OTHER_NAME] = {"DNS:other.invalid", -3600, 3600, true},
    };
    if (kind == PLAIN || kind == TLS_NONE)
        return NULL;
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = hostile_certificate(key, certificates[kind].names, certificates[kind].from,
                                            certificates[kind].until);
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, certificate);
    SSL_CTX_use_PrivateKey(context, key);
    if (certificates[kind].trusted)
        trust(certificate, file);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return context;
}

static void check_run(const struct hostile_case *hostile, const struct run *run)
{
    const struct run_step *failure = run_first_failure(run);
    enum symptom symptom = failure != NULL ? failure->symptom : SYMPTOM_NONE;
    const char *detail = NULL;
    for (size_t i = 0; i < run->step_count; i++) {
        const struct run_step *step = &run->steps[i];
        for (size_t e = 0; e < step->exchange_count; e++) {
            if (hostile->symptom == SYMPTOM_CONTENT_TOO_LARGE)
                ck_assert_uint_le(step->exchanges[e].bytes_received, BYTES_MAX);
            detail = step->exchanges[e].detail;
        }
        duration limit = (duration)step->exchange_count * (TIMEOUT + PATIENCE);
        ck_assert_msg(step->total <= limit, "%s: %s took %lld us", hostile->name, step->name,
                      (long long)step->total);
    }
    ck_assert_msg(symptom == hostile->symptom, "%s: %s instead of %s (%s)", hostile->name,
                  symptom_code(symptom), symptom_code(hostile->symptom),
                  detail != NULL ? detail : "no detail");
    for (size_t i = 0; i < COUNT_OF(told); i++)
        if (strcmp(told[i].name, hostile->name) == 0)
            ck_assert_msg(strncmp(detail, told[i].detail, strlen(told[i].detail)) == 0, "%s: %s",
                          hostile->name, detail);
    ck_assert_str_eq(state_name(run->state),
                     state_name(symptom == SYMPTOM_NONE ? STATE_PASSED : STATE_FAILED));
}

/* Longer than the step may take. */
static void trust_many(char *file)
{
    enum { MANY = 5000 };
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = hostile_certificate(key, "DNS:other.invalid", -3600, 3600);
    FILE *stream = fdopen(mkstemp(file), "w");
    ck_assert_ptr_nonnull(stream);
    for (int i = 0; i < MANY; i++)
        PEM_write_X509(stream, certificate);
    fclose(stream);
    setenv("SSL_CERT_FILE", file, 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

/* They are read when the first step wants TLS, and the step has all of its time then. */
START_TEST(reading_certificates_takes_nothing_of_a_step)
{
    static const struct hostile_case silent = {
        "half a handshake, then silence, and many certificates",
        {HOSTILE_AFTER_HELLO, SAID("\x16\x03\x03\x00\x7a\x02"), HOSTILE_SILENT, NULL},
        SYMPTOM_TLS_TIMED_OUT,
        TLS_NONE,
        "steps:\n  - {step: a, get: /, timeout: 80ms, expect: [status == 200]}\n"};
    struct fixture fixture = {0};
    char trusted[] = "/tmp/check_hostile_XXXXXX";
    unsigned port;
    int listener = hostile_listen(&port);
    trust_many(trusted);
    pid_t server = hostile_start(listener, &silent.script, NULL);
    load(&fixture, &silent, port);
    replay(&fixture);
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    close(listener);
    unlink(trusted);
    check_run(&silent, fixture.run);
    ck_assert_int_ge(fixture.run->steps[0].total, 80 * DURATION_MILLISECOND);
    fixture_close(&fixture);
}
END_TEST

START_TEST(server_that_means_harm_has_its_symptom)
{
    const struct hostile_case *hostile = &cases[_i];
    struct fixture fixture = {0};
    char trusted[] = "/tmp/check_hostile_XXXXXX";
    unsigned port;
    int listener = hostile_listen(&port);
    SSL_CTX *context = make_context(hostile->tls, trusted);
    pid_t server = hostile_start(listener, &hostile->script, context);
    SSL_CTX_free(context);
    load(&fixture, hostile, port);
    long before = peak_memory();
    replay(&fixture);
    long after = peak_memory();
    kill(server, SIGKILL);
    waitpid(server, NULL, 0);
    close(listener);
    unlink(trusted);
    check_run(hostile, fixture.run);
    ck_assert_msg(after - before < MEMORY_MAX, "%s: %ld KiB more", hostile->name, after - before);
    ck_assert_msg(fixture.lag < PATIENCE, "%s: the loop stood still", hostile->name);
    fixture_close(&fixture);
}
END_TEST

Suite *test_suite(void)
{
    make_cookies();
    Suite *suite = suite_create("hostile");
    TCase *tests = tcase_create("hostile");
    tcase_set_timeout(tests, 120);
    tcase_add_loop_test(tests, server_that_means_harm_has_its_symptom, 0, COUNT_OF(cases));
    tcase_add_test(tests, reading_certificates_takes_nothing_of_a_step);
    suite_add_tcase(suite, tests);
    return suite;
}
