/* SPDX-License-Identifier: MIT */
/*
 * One exchange from net_send to `done`: address, connection, request, answer, and what it all
 * meant. Completion is always delivered from the loop, never from inside a libcurl callback.
 */
#include "config.h" /* GNU extensions: strcasestr */

#include "monitor/base/memory.h"
#include "monitor/net/address.h"
#include "monitor/net/classify.h"
#include "monitor/net/internal.h"
#include "monitor/net/tcp_info.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Linux sends nothing again earlier (TCP_RTO_MIN is 200 ms; a tail loss probe may come before it).
 */
#define RETRANSMISSION_MIN (100 * DURATION_MILLISECOND)
#define LATE_MIN           (5 * DURATION_MILLISECOND)

#define RACE_NEVER (24L * 60 * 60 * 1000) /* milliseconds */

enum {
    ADDRESS_LIST_MAX = RESOLVER_ADDRESSES_MAX * (INET6_ADDRSTRLEN + 3),
    RESOLVE_ENTRY_MAX = ADDRESS_LIST_MAX + 300, /* and a name, of 253 at most, and a port */
};

void transfer_trouble(struct net_transfer *transfer, enum symptom symptom, const char *detail)
{
    transfer->trouble = symptom;
    transfer->trouble_detail = arena_duplicate(transfer->arena, detail);
}

static void fail_at_once(struct net_transfer *transfer)
{
    loop_timer_set(transfer->session->at_once, 0);
}

/* Tells libcurl what is known of a host: "ADDRESS,ADDRESS". Nothing when it is one itself. */
static void give_addresses(struct net_transfer *transfer, const char *host, const char *port)
{
    const char *addresses = map_get(transfer->session->addresses, host);
    struct buffer entry;
    if (addresses == NULL)
        return;
    buffer_init(&entry, RESOLVE_ENTRY_MAX);
    buffer_print(&entry, "%s:%s:%s", host, port, addresses);
    struct curl_slist *longer = curl_slist_append(transfer->resolve, entry.data);
    if (longer == NULL)
        abort();
    transfer->resolve = longer;
    buffer_free(&entry);
}

static bool has_both_families(const char *addresses)
{
    bool four = false, six = false;
    while (addresses != NULL) {
        *(addresses[0] == '[' ? &six : &four) = true;
        const char *comma = strchr(addresses, ',');
        addresses = comma != NULL ? comma + 1 : NULL;
    }
    return four && six;
}

/* libcurl sets a timer to try IPv4, too, if IPv6 does not answer (RFC 8305), even where there is
 * one family only: then it serves for nothing but to read an answer that nobody has looked at yet.
 */
static void set_race(const struct net_transfer *transfer)
{
    const struct net_session *session = transfer->session;
    bool race =
        transfer->proxy != NULL || has_both_families(map_get(session->addresses, transfer->host));
    curl_easy_setopt(session->easy, CURLOPT_HAPPY_EYEBALLS_TIMEOUT_MS,
                     race ? CURL_HET_DEFAULT : RACE_NEVER);
}

static void start(struct net_transfer *transfer)
{
    const struct proxy *proxy = transfer->proxy;
    if (proxy != NULL)
        give_addresses(transfer, proxy->host, proxy->port);
    if (proxy == NULL || proxy->resolves_here)
        give_addresses(transfer, transfer->host, transfer->port);
    CURL *easy = transfer->session->easy;
    curl_easy_setopt(easy, CURLOPT_RESOLVE, transfer->resolve);
    set_race(transfer);
    transfer->session->error_text[0] = '\0';
    CURLMcode code = multi_add(transfer->session->vantage->net->multi, easy);
    if (code != CURLM_OK) {
        transfer_trouble(transfer, SYMPTOM_MONITOR_INTERNAL, curl_multi_strerror(code));
        fail_at_once(transfer);
    }
}

/* Whoever holds a shop's DNS could lead the monitor to what is reachable from its machine only, so
 * an address that no URL may name is none that a name may have. */
static char *list_addresses(const struct net_transfer *transfer,
                            const struct resolver_answer *answer)
{
    struct buffer list;
    /* Where the proxy is, the author of the shop file or the scenario has said. */
    bool anywhere = transfer->asking != transfer->host || net_host_is_forbidden(transfer->host);
    buffer_init(&list, ADDRESS_LIST_MAX);
    for (size_t i = 0; i < answer->address_count; i++) {
        const struct sockaddr *address = answer->addresses[i];
        bool six = address->sa_family == AF_INET6;
        char text[INET6_ADDRSTRLEN];
        address_print(address, text);
        if (text[0] == '\0' || (!anywhere && net_host_is_forbidden(text)))
            continue;
        buffer_print(&list, six ? "%s[%s]" : "%s%s", list.length > 0 ? "," : "", text);
    }
    return buffer_steal(&list);
}

static void find_address(struct net_transfer *transfer);

static void resolved(void *data, const struct resolver_answer *answer)
{
    struct net_transfer *transfer = data;
    bool is_target = transfer->asking == transfer->host;
    transfer->query = NULL;
    if (answer->symptom != SYMPTOM_NONE) {
        transfer_trouble(transfer, is_target ? answer->symptom : SYMPTOM_MONITOR_PROXY_UNAVAILABLE,
                         answer->detail);
        fail_at_once(transfer);
        return;
    }
    if (is_target) {
        if (answer->asked.us != 0)
            transfer->stamps.asked = answer->asked;
        transfer->stamps.resolved = answer->answered;
    }
    char *addresses = list_addresses(transfer, answer);
    if (addresses[0] == '\0') {
        free(addresses);
        transfer_trouble(transfer, SYMPTOM_MONITOR_URL_REFUSED,
                         "the name leads to a link-local or metadata address");
        fail_at_once(transfer);
        return;
    }
    map_put(transfer->session->addresses, transfer->asking, addresses);
    transfer->cold = false;
    find_address(transfer);
}

/* The answer may come before this returns, and `resolved` has been called then. */
static void ask(struct net_transfer *transfer, const char *host)
{
    transfer->asking = host;
    if (host == transfer->host)
        transfer->stamps.asked = clock_instant();
    transfer->query = resolver_ask(transfer->session->vantage->resolver, host, resolved, transfer);
}

/* Of the proxy first, then of the host; on when both are known, or somebody else's to find. */
static void find_address(struct net_transfer *transfer)
{
    const struct map *known = transfer->session->addresses;
    const struct proxy *proxy = transfer->proxy;
    bool is_ours = proxy == NULL || proxy->resolves_here;
    if (proxy != NULL && !url_host_is_literal(proxy->host) && !map_has(known, proxy->host))
        ask(transfer, proxy->host);
    else if (is_ours && !url_host_is_literal(transfer->host) &&
             (transfer->cold || !map_has(known, transfer->host)))
        ask(transfer, transfer->host);
    else
        start(transfer);
}

static void keep_address(struct net_transfer *transfer, const char *address)
{
    struct buffer text;
    buffer_init(&text, ADDRESS_LIST_MAX);
    buffer_print(&text, strchr(address, ':') != NULL ? "[%s]" : "%s", address);
    map_put(transfer->session->addresses, transfer->host, buffer_steal(&text));
}

static void prepare_exchange(struct exchange *exchange, struct arena *arena,
                             const struct net_request *request)
{
    *exchange = (struct exchange){
        .method = arena_duplicate(arena, request->method),
        .url = arena_duplicate(arena, request->url),
        .started = clock_wall(),
    };
    for (int i = 0; i < PHASE_COUNT; i++)
        exchange->phases[i] = PHASE_ABSENT;
}

struct net_transfer *net_send(struct net_session *session, const struct net_request *request,
                              struct arena *arena, struct exchange *exchange, net_done *done,
                              void *data)
{
    if (session->transfer != NULL)
        abort(); /* one at a time: the caller's mistake */
    struct net_transfer *transfer = memory_allocate(1, sizeof *transfer);
    session->transfer = transfer;
    transfer->session = session;
    transfer->arena = arena;
    transfer->exchange = exchange;
    transfer->done = done;
    transfer->data = data;
    transfer->timeout = request->timeout;
    transfer->keep_sent = request->keep_sent;
    transfer->headers_end = &transfer->headers;
    transfer->socket = -1;
    /* Before the clock runs. Where it cannot be read, the handshake says so. */
    if (strncasecmp(request->url, "https:", strlen("https:")) == 0)
        (void)!net_load_trust(session->vantage->net, &(struct error){0});
    transfer->stamps.start = clock_instant();
    transfer->incoming = incoming_create(session->vantage->net);
    prepare_exchange(exchange, arena, request);
    for (size_t i = 0; i < session->socket_count; i++)
        session->sockets[i].current = false;
    session->tls = (struct tls_facts){0};
    session->arrival = (struct arrival){0};
    net_watch_lag(session->vantage->net);
    loop_timer_set(session->deadline, request->timeout);
    if (transfer_build(transfer, request) != RESULT_OK) {
        fail_at_once(transfer);
        return transfer;
    }
    if (request->address != NULL)
        keep_address(transfer, request->address);
    find_address(transfer);
    return transfer;
}

static const char *version_name(long version)
{
    switch (version) {
    case CURL_HTTP_VERSION_1_0:
        return "1.0";
    case CURL_HTTP_VERSION_1_1:
        return "1.1";
    case CURL_HTTP_VERSION_2_0:
        return "2";
    case CURL_HTTP_VERSION_3:
        return "3";
    default:
        return NULL;
    }
}

void transfer_look_at(struct net_transfer *transfer, int descriptor)
{
    struct tcp_facts facts = tcp_info_read(descriptor);
    if (facts.known)
        transfer->exchange->tcp = facts;
    unsigned port = session_local_port(transfer->session, descriptor);
    if (port != 0)
        transfer->exchange->local_port = port;
}

/* Now, unless the socket is gone and was looked at before, or it would tell nothing new: when the
 * connection is known and the answer came before anything can have been sent again. */
static void look_at_socket(struct net_transfer *transfer)
{
    duration spent = instant_between(transfer->stamps.start, transfer->stamps.end);
    bool went_well = transfer->stamps.first_byte.us != 0 && transfer->attempts == 0;
    if (transfer->socket_closed || (went_well && spent < RETRANSMISSION_MIN))
        return;
    transfer_look_at(transfer, transfer->socket >= 0 ? transfer->socket
                                                     : session_current_socket(transfer->session));
}

/* Everything but the symptom. Called while the easy handle is still in the multi. */
static void fill_exchange(struct net_transfer *transfer, struct instant end)
{
    struct exchange *exchange = transfer->exchange;
    CURL *easy = transfer->session->easy;
    long status = 0, version = 0, header_sent = 0;
    curl_off_t body_sent = 0, body_received = 0;
    transfer->stamps.end = end;
    transfer->stamps.hello = transfer->session->tls.hello;
    transfer->stamps.shaken = transfer->session->tls.shaken;
    look_at_socket(transfer);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
    curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &header_sent);
    curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &body_sent);
    curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &body_received);
    exchange->bytes_sent = (uint64_t)(header_sent + body_sent);
    exchange->bytes_received = transfer->header_bytes + (uint64_t)body_received;
    /* An interim answer alone is none. */
    exchange->status = transfer->stamps.first_byte.us != 0 ? (int)status : 0;
    exchange->http = exchange->status != 0 ? version_name(version) : NULL;
    exchange->reused = transfer->requests > 0 && transfer->attempts == 0;
    if (transfer->peer[0] != '\0') {
        exchange->ip = arena_duplicate(transfer->arena, transfer->peer);
        exchange->port = transfer->peer_port;
    }
    exchange->failed_phase = phases_current(&transfer->stamps);
    phases_fill(&transfer->stamps, exchange);
}

/* Gives everything back but what came; the session is free for the next transfer. What libcurl
 * remembers of an error it would tell of the next transfer, too. */
static void detach(struct net_transfer *transfer, bool well)
{
    struct net_session *session = transfer->session;
    loop_timer_cancel(session->deadline);
    loop_timer_cancel(session->at_once);
    if (transfer->query != NULL)
        resolver_forget(transfer->query);
    tls_forget(&session->tls); /* a kept connection may outlive what it points to */
    multi_remove(session->vantage->net->multi, session->easy);
    long system_error = 0;
    if (well)
        curl_easy_getinfo(session->easy, CURLINFO_OS_ERRNO, &system_error);
    if (!well || system_error != 0)
        session_drop_easy(session);
    session->transfer = NULL;
    net_unwatch_lag(session->vantage->net);
}

static void free_transfer(struct net_transfer *transfer)
{
    curl_slist_free_all(transfer->resolve);
    curl_slist_free_all(transfer->connect_to);
    free(transfer->host);
    free(transfer->port);
    proxy_free(transfer->own_proxy);
    free(transfer);
}

static void deliver(struct net_transfer *transfer, enum symptom symptom, const char *detail)
{
    transfer->exchange->symptom = symptom;
    if (symptom != SYMPTOM_NONE && detail != NULL && detail[0] != '\0')
        transfer->exchange->detail = arena_duplicate(transfer->arena, detail);
    detach(transfer, symptom == SYMPTOM_NONE);
    struct net_response *response = incoming_finish(transfer->incoming);
    response->body_truncated = transfer->body_overflow;
    net_done *done = transfer->done;
    void *caller = transfer->data;
    free_transfer(transfer);
    done(caller, response);
}

/* Without a length, a body ends when the connection is closed (RFC 9112 section 6.3). */
static bool ends_by_closing(const struct net_transfer *transfer)
{
    CURL *easy = transfer->session->easy;
    curl_off_t length = 0;
    long version = 0;
    curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    curl_easy_getinfo(easy, CURLINFO_HTTP_VERSION, &version);
    return length < 0 && transfer->incoming->body.length > 0 && version < CURL_HTTP_VERSION_2_0 &&
           strcasestr(transfer->incoming->header_lines.data, "transfer-encoding:") == NULL;
}

/* Of an answer that libcurl has read to its end, now or before. */
static struct instant last_byte(const struct net_transfer *transfer)
{
    struct instant last = transfer->session->arrival.last;
    if (transfer->last_read.us > last.us)
        last = transfer->last_read;
    if (last.us == 0 || ends_by_closing(transfer))
        return clock_instant();
    return last.us > transfer->stamps.first_byte.us ? last : transfer->stamps.first_byte;
}

void transfer_finish(struct net_transfer *transfer, CURLcode code)
{
    long system_error = 0, verify_result = 0;
    CURL *easy = transfer->session->easy;
    curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &system_error);
    curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verify_result);
    fill_exchange(transfer, code == CURLE_OK ? last_byte(transfer) : clock_instant());
    if (code == CURLE_COULDNT_CONNECT && transfer->attempts == 0 &&
        transfer->trouble != SYMPTOM_NONE) {
        deliver(transfer, transfer->trouble, transfer->trouble_detail);
        return;
    }
    if (code != CURLE_OK && transfer->proxy != NULL && transfer->requests == 0) {
        enum symptom symptom = proxy_symptom(easy, (int)code);
        if (symptom != SYMPTOM_NONE) {
            deliver(transfer, symptom, explain_library(transfer, code));
            return;
        }
    }
    struct exchange_outcome outcome = {
        .code = (int)code,
        .system_error = (int)system_error,
        .verify_result = verify_result,
        .status = transfer->exchange->status,
        .phase = transfer->exchange->failed_phase,
        .repeat_refused = transfer->repeat_refused,
        .headers_overflow = transfer->headers_overflow,
        .headers_complete = transfer->headers_complete,
        .body_overflow = transfer->body_overflow,
        .tls = transfer->session->tls,
    };
    enum symptom symptom = classify_outcome(&outcome);
    const char *detail = NULL;
    if (symptom != SYMPTOM_NONE)
        detail = explain_end(transfer, code, symptom, verify_result);
    deliver(transfer, symptom, detail);
}

void transfer_at_once(void *data)
{
    struct net_transfer *transfer = ((struct net_session *)data)->transfer;
    fill_exchange(transfer, clock_instant());
    deliver(transfer, transfer->trouble, transfer->trouble_detail);
}

/* A machine that was busy elsewhere wakes the loop with deadlines passed and sockets ready: what
 * has come in time is looked at before the other side is blamed. */
static bool was_held_up(struct net_transfer *transfer)
{
    duration late = instant_between(transfer->stamps.start, clock_instant()) - transfer->timeout;
    if (transfer->is_late || late < LATE_MIN)
        return false;
    transfer->is_late = true;
    loop_timer_set(transfer->session->deadline, DURATION_MILLISECOND);
    return true;
}

void transfer_deadline(void *data)
{
    struct net_transfer *transfer = ((struct net_session *)data)->transfer;
    if (was_held_up(transfer))
        return;
    fill_exchange(transfer, clock_instant());
    enum phase phase = transfer->exchange->failed_phase;
    const char *detail = explain_deadline(transfer, phase);
    /* Before the proxy has answered, nothing is known of the target. */
    bool is_proxy = transfer->proxy != NULL && phase == PHASE_CONNECT &&
                    transfer->exchange->tcp.bytes_acknowledged == 0;
    deliver(transfer, is_proxy ? SYMPTOM_MONITOR_PROXY_UNAVAILABLE : classify_timeout(phase),
            detail);
}

bool net_awaits_answer(const struct net_transfer *transfer)
{
    return transfer->trouble == SYMPTOM_NONE && phases_current(&transfer->stamps) == PHASE_WAIT;
}

bool net_is_received(const struct net_transfer *transfer)
{
    const struct tcp_facts tcp = tcp_info_read(transfer->socket_closed ? -1 : transfer->socket);
    duration waited = instant_between(transfer->stamps.sent, clock_instant());
    return tcp.known && tcp.unacknowledged == 0 && tcp.retransmits == 0 && tcp.probes <= 1 &&
           (tcp.probes == 0 || tcp.last_acknowledgement < waited);
}

void net_cancel(struct net_transfer *transfer)
{
    fill_exchange(transfer, clock_instant());
    detach(transfer, false);
    incoming_free(transfer->incoming);
    free_transfer(transfer);
}
