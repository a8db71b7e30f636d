/* SPDX-License-Identifier: MIT */
/* net/: the way to the shop: names, source addresses, certificates, network namespaces. */
#include "tests/unit/dns_server.h"
#include "tests/unit/runner.h"
#include "tests/unit/stage.h"

#include "monitor/net/internal.h"

#include "monitor/base/date.h"

#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

static const struct act well = {.answer = OK_ANSWER};

static struct stage stage;

static struct dns_server dns;

static void open_with_dns(enum net_family family)
{
    char resolver[32];
    snprintf(resolver, sizeof resolver, "127.0.0.1:%u", dns.port);
    stage_open(&stage, &(struct net_vantage_settings){.resolver = resolver, .family = family});
    dns_server_watch(&dns, stage.loop);
    raw_server_play(&stage.server, &well, 1);
}

static void set_up_dns(void)
{
    dns_server_open(&dns);
    open_with_dns(NET_FAMILY_ANY);
}

static void tear_down_dns(void)
{
    dns_server_close(&dns);
    stage_close(&stage);
}

START_TEST(name_is_resolved_once_a_session)
{
    dns.address = INADDR_LOOPBACK;
    stage_get(&stage, "http://Shop.invalid:PORT/");
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_NONE, "%s", stage.exchange.detail);
    ck_assert_int_gt(stage.exchange.phases[PHASE_DNS], 0);
    ck_assert_str_eq(stage.exchange.ip, "127.0.0.1");
    ck_assert_ptr_nonnull(strstr(stage.server.latest.data, "\r\nHost: Shop.invalid:"));
    size_t questions = dns.questions;
    static const struct act last = {.answer = "HTTP/1.0 200 OK\r\n\r\n", .end = ACT_CLOSE};
    raw_server_play(&stage.server, &last, 1);
    stage_get(&stage, "http://shop.invalid:PORT/");
    stage_get(&stage, "http://shop.invalid:PORT/");
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_NONE);
    ck_assert(!stage.exchange.reused);
    ck_assert_int_eq(stage.exchange.phases[PHASE_DNS], PHASE_ABSENT);
    ck_assert_uint_eq(dns.questions, questions);
    net_session_close(stage.session);
    stage.session = net_session_open(stage.vantage);
    stage_get(&stage, "http://shop.invalid:PORT/");
    ck_assert_uint_gt(dns.questions, questions);
}
END_TEST

static const struct {
    int rcode;
    uint32_t address;
    enum symptom symptom;
    const char *detail; /* behind the server's address */
} dns_cases[] = {
    {RCODE_NXDOMAIN, 0, SYMPTOM_DNS_NAME_NOT_RESOLVED,
     " says that there is no nonexistent.invalid (NXDOMAIN)"},
    {RCODE_OK, 0, SYMPTOM_DNS_NAME_NOT_RESOLVED,
     " knows no address of nonexistent.invalid, though it is a name"},
    {RCODE_SERVFAIL, 0, SYMPTOM_DNS_FAILED, " failed to look up nonexistent.invalid (SERVFAIL)"},
    {RCODE_REFUSED, 0, SYMPTOM_DNS_FAILED, " refuses to look up nonexistent.invalid (REFUSED)"},
    {RCODE_SILENT, 0, SYMPTOM_DNS_UNREACHABLE,
     " did not answer when asked for nonexistent.invalid; given up after 500 ms"},
    {RCODE_OK, 0xa9fea9fe /* 169.254.169.254 */, SYMPTOM_MONITOR_URL_REFUSED, NULL},
};

/* What people are told names the server that was asked. */
static void check_dns_words(const char *words)
{
    char detail[256];
    snprintf(detail, sizeof detail, "the DNS server 127.0.0.1:%u%s", dns.port, words);
    ck_assert_str_eq(stage.exchange.detail, detail);
}

START_TEST(answer_code_is_told)
{
    dns.rcode = dns_cases[_i].rcode;
    dns.address = dns_cases[_i].address;
    stage_send(&stage, &(struct net_request){.method = "GET",
                                             .url = "http://nonexistent.invalid:PORT/",
                                             .timeout = 500 * DURATION_MILLISECOND});
    ck_assert_msg(stage.exchange.symptom == dns_cases[_i].symptom, "%s",
                  symptom_code(stage.exchange.symptom));
    ck_assert_ptr_null(stage.exchange.ip);
    ck_assert_uint_eq(stage.exchange.local_port, 0);
    ck_assert_int_gt(stage.exchange.phases[PHASE_DNS], 0);
    ck_assert_ptr_nonnull(stage.exchange.detail);
    if (dns_cases[_i].detail != NULL)
        check_dns_words(dns_cases[_i].detail);
    ck_assert_int_eq(stage.exchange.phases[PHASE_CONNECT], PHASE_ABSENT);
    if (dns_cases[_i].address == 0)
        ck_assert_int_eq(stage.exchange.failed_phase, PHASE_DNS);
    ck_assert_uint_gt(dns.questions, 0);
}
END_TEST

START_TEST(no_server_at_all_is_unreachable)
{
    dns_server_close(&dns);
    stage_get(&stage, "http://shop.invalid:PORT/");
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_DNS_UNREACHABLE);
    check_dns_words(" could not be asked for shop.invalid: nothing listens on its port");
    /* The refusal of one question must not be taken for that of another, and waited for. */
    ck_assert_int_lt(stage.exchange.total, DURATION_SECOND);
    dns.socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    dns_server_watch(&dns, stage.loop);
}
END_TEST

START_TEST(hosts_file_comes_first)
{
    dns.rcode = RCODE_NXDOMAIN;
    stage_get(&stage, "http://localhost:PORT/");
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_NONE, "%s", stage.exchange.detail);
    ck_assert_uint_eq(dns.questions, 0);
}
END_TEST

/* Nobody listens on ::1, where the first attempt goes. */
START_TEST(second_address_is_tried)
{
    dns.address = INADDR_LOOPBACK;
    dns.six = true;
    stage_get(&stage, "http://shop.invalid:PORT/");
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_NONE, "%s", stage.exchange.detail);
    ck_assert_str_eq(stage.exchange.ip, "127.0.0.1");
    ck_assert(stage.exchange.tcp.known);
    ck_assert_uint_gt(stage.exchange.tcp.bytes_acknowledged, 1);
}
END_TEST

START_TEST(hold_up_of_the_loop_is_no_time_of_the_dns_server)
{
    const duration *phases = stage.exchange.phases;
    dns_server_unwatch(&dns);
    stage_close(&stage);
    open_with_dns(NET_FAMILY_IPV4);
    dns.address = INADDR_LOOPBACK;
    dns.hold_up = 300 * DURATION_MILLISECOND;
    stage_get(&stage, "http://shop.invalid:PORT/");
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_NONE, "%s", stage.exchange.detail);
    ck_assert_uint_eq(dns.questions, 1);
    ck_assert_int_lt(phases[PHASE_DNS], dns.hold_up / 3);
    ck_assert_int_ge(phases[PHASE_BLOCKED], dns.hold_up - DURATION_MILLISECOND);
}
END_TEST

/* A shop that is seen from an address is looked up from there, too. */
START_TEST(dns_is_asked_from_the_source_address)
{
    char resolver[32];
    ck_assert_uint_eq(dns.asker, 0);
    dns_server_unwatch(&dns);
    stage_close(&stage);
    snprintf(resolver, sizeof resolver, "127.0.0.1:%u", dns.port);
    stage_open(&stage, &(struct net_vantage_settings){.resolver = resolver, .source = "127.0.0.5"});
    dns_server_watch(&dns, stage.loop);
    raw_server_play(&stage.server, &well, 1);
    dns.address = INADDR_LOOPBACK;
    stage_get(&stage, "http://shop.invalid:PORT/");
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_NONE, "%s", stage.exchange.detail);
    ck_assert_uint_eq(dns.asker, 0x7f000005);
    ck_assert_str_eq(stage.server.peer, "127.0.0.5");
}
END_TEST

/* One on the machine itself may answer nobody else. */
START_TEST(dns_of_the_machine_is_asked_as_ever)
{
    dns.address = INADDR_LOOPBACK;
    struct sockaddr_in *source = (struct sockaddr_in *)&stage.vantage->source;
    *source = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xc0000201)};
    stage_get(&stage, "http://shop.invalid:PORT/");
    ck_assert_uint_eq(dns.asker, INADDR_LOOPBACK);
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_MONITOR_SOURCE_UNAVAILABLE);
}
END_TEST

START_TEST(final_dot_is_taken)
{
    dns.address = INADDR_LOOPBACK;
    stage_get(&stage, "http://shop.invalid.:PORT/");
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_NONE, "%s", stage.exchange.detail);
}
END_TEST

START_TEST(session_closes_while_a_name_is_asked)
{
    dns.rcode = RCODE_SILENT;
    struct exchange exchange;
    struct net_request request = {
        .method = "GET", .url = "http://shop.invalid/", .timeout = DURATION_SECOND};
    net_send(stage.session, &request, stage.arena, &exchange, NULL, NULL);
    net_session_close(stage.session);
    stage.session = net_session_open(stage.vantage);
    ck_assert_int_eq(exchange.failed_phase, PHASE_DNS);
}
END_TEST

START_TEST(source_address_is_seen_by_the_shop)
{
    stage_open(&stage, &(struct net_vantage_settings){.source = "127.0.0.5"});
    raw_server_play(&stage.server, &well, 1);
    stage_get(&stage, "http://127.0.0.1:PORT/");
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_NONE);
    ck_assert_str_eq(stage.server.peer, "127.0.0.5");
    stage_close(&stage);
}
END_TEST

START_TEST(source_address_that_went_away)
{
    stage_open(&stage, &(struct net_vantage_settings){.source = "127.0.0.5"});
    struct sockaddr_in *source = (struct sockaddr_in *)&stage.vantage->source;
    ck_assert_int_eq(inet_pton(AF_INET, "192.0.2.1", &source->sin_addr), 1);
    stage_get(&stage, "http://127.0.0.1:PORT/");
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_MONITOR_SOURCE_UNAVAILABLE, "%s",
                  symptom_code(stage.exchange.symptom));
    ck_assert_ptr_null(stage.exchange.ip);
    stage_close(&stage);
}
END_TEST

START_TEST(no_descriptors_left_is_the_monitors_fault)
{
    stage_open(&stage, NULL);
    struct rlimit before, none;
    ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 3; /* all below are in use */
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
    stage_get(&stage, "http://127.0.0.1:PORT/");
    ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &before), 0);
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_MONITOR_NO_DESCRIPTORS, "%s",
                  symptom_code(stage.exchange.symptom));
    stage_close(&stage);
}
END_TEST

static const struct net_vantage_settings bad_settings[] = {
    {.source = "not an address"},     {.source = "192.0.2.1"},
    {.source = "2001:db8::1"},        {.resolver = "dns.example"},
    {.interface = "shopwatch-none"},  {.netns = "shopwatch-no-such-namespace"},
    {.netns = "../../proc/1/ns/net"},
};

START_TEST(bad_vantage_is_refused)
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

/* A TLS server in a child process, with a certificate of its own making, that serves one page to
 * each visitor and ends with its parent or after its last visitor. */
struct certificate_case {
    const char *name;
    int from, until; /* seconds from now */
    int version;     /* that the server insists on; 0: any */
    bool trusted, wants_client_certificate;
    enum symptom symptom;
    const char *url;
};

static const struct certificate_case certificate_cases[] = {
    {"DNS:localhost,IP:127.0.0.1", -3600, 3600, 0, true, false, SYMPTOM_NONE,
     "https://127.0.0.1:PORT/"},
    {"DNS:localhost,IP:127.0.0.1", -3600, 3600, 0, false, false, SYMPTOM_TLS_CERT_AUTHORITY_INVALID,
     "https://127.0.0.1:PORT/"},
    {"DNS:other.invalid", -3600, 3600, 0, true, false, SYMPTOM_TLS_CERT_NAME_INVALID,
     "https://127.0.0.1:PORT/"},
    {"DNS:localhost,IP:127.0.0.1", -7200, -3600, 0, true, false, SYMPTOM_TLS_CERT_DATE_INVALID,
     "https://127.0.0.1:PORT/"},
    {"DNS:localhost,IP:127.0.0.1", 3600, 7200, 0, true, false, SYMPTOM_TLS_CERT_DATE_INVALID,
     "https://127.0.0.1:PORT/"},
    {"DNS:localhost,IP:127.0.0.1", -3600, 3600, TLS1_1_VERSION, true, false,
     SYMPTOM_TLS_VERSION_OR_CIPHER_MISMATCH, "https://127.0.0.1:PORT/"},
    {"DNS:localhost,IP:127.0.0.1", -3600, 3600, TLS1_3_VERSION, true, true,
     SYMPTOM_TLS_BAD_CLIENT_AUTH_CERT, "https://127.0.0.1:PORT/"},
    {"DNS:localhost,IP:127.0.0.1", -3600, 3600, TLS1_2_VERSION, true, true,
     SYMPTOM_TLS_VERSION_OR_CIPHER_MISMATCH, "https://127.0.0.1:PORT/"},
};

static EVP_PKEY *key;

static X509 *make_certificate(const struct certificate_case *wanted)
{
    X509 *certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), wanted->from);
    X509_gmtime_adj(X509_getm_notAfter(certificate), wanted->until);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"shop", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION *names = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, wanted->name);
    X509_add_ext(certificate, names, -1);
    X509_EXTENSION_free(names);
    X509_set_pubkey(certificate, key);
    ck_assert_int_gt(X509_sign(certificate, key, EVP_sha256()), 0);
    return certificate;
}

static void serve_visitor(SSL_CTX *context, int visitor)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\n"
                                 "hello";
    char request[4096];
    SSL *ssl = SSL_new(context);
    SSL_set_fd(ssl, visitor);
    if (SSL_accept(ssl) == 1 && SSL_read(ssl, request, sizeof request) > 0) {
        SSL_write(ssl, answer, sizeof answer - 1);
        SSL_shutdown(ssl);
    }
    /* What is unread makes the close a reset, which could overtake the alert. */
    shutdown(visitor, SHUT_WR);
    while (read(visitor, request, sizeof request) > 0)
        continue;
    SSL_free(ssl);
    close(visitor);
}

static void serve_tls(int listener, const struct certificate_case *wanted, X509 *certificate)
{
    alarm(20);
    signal(SIGPIPE, SIG_IGN);
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_use_certificate(context, certificate);
    SSL_CTX_use_PrivateKey(context, key);
    if (wanted->version != 0) {
        SSL_CTX_set_security_level(context, 0);
        SSL_CTX_set_min_proto_version(context, wanted->version);
        SSL_CTX_set_max_proto_version(context, wanted->version);
    }
    if (wanted->wants_client_certificate)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    int visitor = accept(listener, NULL, NULL);
    if (visitor >= 0)
        serve_visitor(context, visitor);
    SSL_CTX_free(context);
    _exit(0);
}

static pid_t start_tls_server(struct raw_server *server, const struct certificate_case *wanted,
                              X509 *certificate)
{
    /* The stage's own listener serves: only the child accepts. */
    loop_watch_free(server->watch);
    server->watch = NULL;
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0)
        serve_tls(server->listener, wanted, certificate);
    return child;
}

/* It is `seconds` from now, but for what the test has taken. */
static void check_date(const char *text, long seconds)
{
    struct wall_time time;
    ck_assert_int_eq(date_parse(text, &time), DATE_RFC3339);
    duration off = wall_between(clock_wall(), time) - seconds * DURATION_SECOND;
    ck_assert_int_lt(off, 0);
    ck_assert_int_gt(off, -30 * DURATION_SECOND);
}

START_TEST(certificate_is_judged)
{
    const struct certificate_case *wanted = &certificate_cases[_i];
    char path[] = "/tmp/check_net_XXXXXX";
    key = EVP_EC_gen("P-256");
    X509 *certificate = make_certificate(wanted);
    int file = mkstemp(path);
    FILE *stream = fdopen(file, "w");
    ck_assert_ptr_nonnull(stream);
    PEM_write_X509(stream, certificate);
    fclose(stream);
    if (wanted->trusted)
        setenv("SSL_CERT_FILE", path, 1);
    stage_open(&stage, NULL);
    pid_t child = start_tls_server(&stage.server, wanted, certificate);
    stage_get(&stage, wanted->url);
    ck_assert_msg(stage.exchange.symptom == wanted->symptom, "%s (%s)",
                  symptom_code(stage.exchange.symptom), stage.exchange.detail);
    ck_assert_int_gt(stage.exchange.phases[PHASE_TLS], 0);
    ck_assert_int_ge(stage.exchange.phases[PHASE_CONNECT], 0);
    ck_assert_str_eq(stage.exchange.ip, "127.0.0.1");
    ck_assert(stage.exchange.tcp.known);
    if (wanted->symptom == SYMPTOM_NONE) {
        ck_assert_str_eq(stage.body.data, "hello");
        ck_assert_str_eq(stage.exchange.certificate->subject, "CN=shop");
        ck_assert_str_eq(stage.exchange.certificate->issuer, "CN=shop");
        ck_assert_str_eq(stage.exchange.certificate->serial, "01");
        check_date(stage.exchange.certificate->start, wanted->from);
        check_date(stage.exchange.certificate->expire, wanted->until);
    }
    stage_close(&stage);
    ck_assert_int_eq(waitpid(child, NULL, 0), child);
    unlink(path);
    X509_free(certificate);
    EVP_PKEY_free(key);
}
END_TEST

/* A namespace, its end of a wire, and ours; named by the process, for two may test at once. */
static struct {
    bool ready;
    int id;
    char here[16], there[16];
} wire;

/* `@` in a command is the wire's id. */
static bool run_command(const char *pattern)
{
    struct buffer command;
    buffer_init(&command, 1024);
    for (; *pattern != '\0'; pattern++)
        if (*pattern == '@')
            buffer_print(&command, "%d", wire.id);
        else
            buffer_append(&command, pattern, 1);
    int status = system(command.data);
    buffer_free(&command);
    return status == 0;
}

static void remove_namespace(void)
{
    if (wire.ready)
        run_command("ip link del sw@ 2>/dev/null; ip netns del sw@; rm -rf /etc/netns/sw@;"
                    " rmdir /etc/netns 2>/dev/null");
}

static void build_namespace(void)
{
    static const char *const commands[] = {
        "ip netns add sw@ 2>/dev/null",
        "ip link add sw@ type veth peer name eth0 netns sw@ 2>/dev/null",
        "ip addr add 198.18.@.1/30 dev sw@ && ip link set sw@ up",
        "ip -n sw@ addr add 198.18.@.2/30 dev eth0 && ip -n sw@ link set eth0 up",
    };
    wire.id = getpid() % 256;
    if (geteuid() != 0)
        return;
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (!run_command(commands[i]))
            return;
        wire.ready = true; /* something to remove */
    }
    snprintf(wire.here, sizeof wire.here, "198.18.%d.1", wire.id);
    snprintf(wire.there, sizeof wire.there, "198.18.%d.2", wire.id);
}

/* True, with a stage in the namespace opposite a server on this side of the wire. */
static bool open_in_namespace(const char *interface)
{
    char name[16];
    if (wire.there[0] == '\0') {
        fprintf(stderr, "# skipped: no network namespace can be made here\n");
        return false;
    }
    snprintf(name, sizeof name, "sw%d", wire.id);
    stage_open(&stage, &(struct net_vantage_settings){.netns = name, .interface = interface});
    raw_server_close(&stage.server);
    raw_server_open(&stage.server, stage.loop, wire.here);
    raw_server_play(&stage.server, &well, 1);
    return true;
}

static bool drop_all(void)
{
    return run_command("ip netns exec sw@ nft add table inet swtest 2>/dev/null") &&
           run_command("ip netns exec sw@ nft add chain inet swtest in "
                       "'{ type filter hook input priority 0; policy drop; }' 2>/dev/null");
}

/* What is known of a transfer while it waits. */
static bool awaited, received;

static void look_at_transfer(void *data)
{
    const struct net_transfer *transfer = ((const struct net_session *)data)->transfer;
    awaited = net_awaits_answer(transfer);
    received = net_is_received(transfer);
}

static void send_and_look(const struct net_request *request)
{
    struct loop_timer *timer = loop_timer_create(stage.loop, look_at_transfer, stage.session);
    loop_timer_set(timer, request->timeout / 2);
    awaited = received = false;
    stage_send(&stage, request);
    loop_timer_free(timer);
}

START_TEST(vantage_point_in_a_network_namespace)
{
    char url[64];
    if (!open_in_namespace(NULL))
        return;
    snprintf(url, sizeof url, "http://%s:PORT/", wire.here);
    stage_get(&stage, url);
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_NONE, "%s", stage.exchange.detail);
    ck_assert_str_eq(stage.server.peer, wire.there);
    /* Its own loopback is down, and the process's is not in it. */
    stage_get(&stage, "http://127.0.0.1:PORT/");
    ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_TCP_ADDRESS_UNREACHABLE);
    ck_assert_ptr_nonnull(strstr(stage.exchange.detail, " cannot be reached, says this machine"));
    const struct net_request hurried = {
        .method = "GET", .url = url, .timeout = 300 * DURATION_MILLISECOND};
    static const struct act silent = {.answer = NULL};
    raw_server_play(&stage.server, &silent, 1);
    send_and_look(&hurried);
    ck_assert(awaited && received);
    raw_server_play(&stage.server, &well, 1);
    stage_get(&stage, url);
    if (drop_all()) {
        send_and_look(&hurried);
        ck_assert(awaited && !received);
        ck_assert(stage.exchange.reused);
        ck_assert_int_eq(stage.exchange.symptom, SYMPTOM_HTTP_TIMEOUT_TTFB);
        ck_assert_uint_gt(stage.exchange.tcp.unacknowledged, 0);
        net_session_close(stage.session);
        stage.session = net_session_open(stage.vantage);
        send_and_look(&hurried);
        ck_assert(!awaited && !received);
        ck_assert_msg(stage.exchange.symptom == SYMPTOM_TCP_TIMED_OUT, "%s",
                      symptom_code(stage.exchange.symptom));
        ck_assert_ptr_nonnull(strstr(stage.exchange.detail, " did not answer within 300 ms: "));
        ck_assert_int_eq(stage.exchange.failed_phase, PHASE_CONNECT);
        ck_assert(stage.exchange.tcp.known);
        ck_assert_uint_eq(stage.exchange.tcp.bytes_acknowledged, 0);
    } else {
        fprintf(stderr, "# skipped: nft cannot drop packets here\n");
    }
    stage_close(&stage);
}
END_TEST

static const struct {
    const char *name;
    enum symptom symptom;
} interfaces[] = {{"eth0", SYMPTOM_NONE}, {"lo", SYMPTOM_TCP_ADDRESS_UNREACHABLE}};

START_TEST(interface_is_the_way_out)
{
    char url[64];
    if (!open_in_namespace(interfaces[_i].name))
        return;
    snprintf(url, sizeof url, "http://%s:PORT/", wire.here);
    stage_get(&stage, url);
    ck_assert_msg(stage.exchange.symptom == interfaces[_i].symptom, "%s", stage.exchange.detail);
    stage_close(&stage);
}
END_TEST

START_TEST(hosts_of_a_namespace_are_its_own)
{
    if (wire.ready)
        ck_assert(run_command("mkdir -p /etc/netns/sw@ && printf '#\\n192.0.2.9 shop.invalids\\n"
                              "::1 Shop.invalid\\n198.18.@.1\\tother Shop.invalid # it\\n'"
                              " >/etc/netns/sw@/hosts"));
    if (!open_in_namespace(NULL))
        return;
    stage_get(&stage, "http://shop.invalid:PORT/");
    ck_assert_msg(stage.exchange.symptom == SYMPTOM_NONE, "%s", stage.exchange.detail);
    ck_assert_str_eq(stage.server.peer, wire.there);
    ck_assert_str_eq(stage.exchange.ip, wire.here);
    stage_close(&stage);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("net path");
    TCase *names = tcase_create("names");
    tcase_add_checked_fixture(names, set_up_dns, tear_down_dns);
    tcase_set_timeout(names, 60);
    tcase_add_test(names, name_is_resolved_once_a_session);
    tcase_add_loop_test(names, answer_code_is_told, 0, COUNT_OF(dns_cases));
    tcase_add_test(names, no_server_at_all_is_unreachable);
    tcase_add_test(names, hosts_file_comes_first);
    tcase_add_test(names, second_address_is_tried);
    tcase_add_test(names, hold_up_of_the_loop_is_no_time_of_the_dns_server);
    tcase_add_test(names, dns_is_asked_from_the_source_address);
    tcase_add_test(names, dns_of_the_machine_is_asked_as_ever);
    tcase_add_test(names, final_dot_is_taken);
    tcase_add_test(names, session_closes_while_a_name_is_asked);
    suite_add_tcase(suite, names);
    TCase *path = tcase_create("path");
    tcase_set_timeout(path, 60);
    tcase_add_test(path, source_address_is_seen_by_the_shop);
    tcase_add_test(path, source_address_that_went_away);
    tcase_add_test(path, no_descriptors_left_is_the_monitors_fault);
    tcase_add_loop_test(path, bad_vantage_is_refused, 0, COUNT_OF(bad_settings));
    tcase_add_loop_test(path, certificate_is_judged, 0, COUNT_OF(certificate_cases));
    suite_add_tcase(suite, path);
    TCase *namespaces = tcase_create("namespaces");
    tcase_add_unchecked_fixture(namespaces, build_namespace, remove_namespace);
    tcase_set_timeout(namespaces, 60);
    tcase_add_loop_test(namespaces, interface_is_the_way_out, 0, COUNT_OF(interfaces));
    tcase_add_test(namespaces, hosts_of_a_namespace_are_its_own);
    tcase_add_test(namespaces, vantage_point_in_a_network_namespace);
    suite_add_tcase(suite, namespaces);
    return suite;
}
