/* SPDX-License-Identifier: MIT */
/*
 * libcurl's callbacks during an exchange. Each only stamps, counts and collects; none calls back
 * into libcurl, and none decides what the exchange was worth.
 */
#include "monitor/net/address.h"
#include "monitor/net/classify.h"
#include "monitor/net/internal.h"
#include "monitor/net/tcp_info.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* libcurl's time for a header that is continued goes with the square of its lines. */
enum { HEADER_LINES_MAX = 2000 };

/* Ten segments go without an acknowledgement (RFC 6928). */
enum { FIRST_FLIGHT_MAX = 10 * 1460 };

static void stamp(struct instant *where)
{
    if (where->us == 0)
        *where = clock_instant();
}

static void note_peer(struct net_transfer *transfer, const struct curl_sockaddr *address)
{
    const struct sockaddr_in *four = (const struct sockaddr_in *)&address->addr;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)&address->addr;
    address_print(&address->addr, transfer->peer);
    transfer->peer_port = ntohs(address->family == AF_INET6 ? six->sin6_port : four->sin_port);
}

/* Of the vantage point; -1 with the trouble noted. */
static int make_socket(struct net_transfer *transfer, const struct curl_sockaddr *address)
{
    const struct net_vantage *vantage = transfer->session->vantage;
    if (vantage->family != AF_UNSPEC && vantage->family != address->family) {
        transfer_trouble(transfer, SYMPTOM_TCP_ADDRESS_INVALID,
                         "the address is not of the vantage point's family");
        return -1;
    }
    int descriptor = vantage_socket(vantage, address->family, address->socktype | SOCK_CLOEXEC,
                                    address->protocol);
    if (descriptor >= 0 && vantage_bind(vantage, descriptor) == 0) {
        tcp_info_keep_alive(descriptor);
        arrival_enable(descriptor);
        return descriptor;
    }
    transfer_trouble(transfer, classify_socket_error(errno), strerror(errno));
    if (descriptor >= 0)
        close(descriptor);
    return -1;
}

static curl_socket_t open_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
    struct net_session *session = data;
    struct net_transfer *transfer = session->transfer;
    (void)purpose;
    if (transfer == NULL)
        return CURL_SOCKET_BAD;
    if (transfer->requests > 0) {
        transfer->repeat_refused = true;
        return CURL_SOCKET_BAD;
    }
    int descriptor = make_socket(transfer, address);
    stamp(&transfer->stamps.opened);
    if (descriptor < 0)
        return CURL_SOCKET_BAD;
    transfer->attempts++;
    note_peer(transfer, address);
    session_add_socket(session, descriptor);
    return descriptor;
}

/* After this nothing is known of the socket any more. */
static int close_socket(void *data, curl_socket_t descriptor)
{
    struct net_session *session = data;
    struct net_transfer *transfer = session->transfer;
    if (transfer != NULL && !transfer->socket_closed &&
        (transfer->socket == descriptor || transfer->socket < 0)) {
        transfer_look_at(transfer, descriptor);
        transfer->socket_closed = transfer->socket == descriptor;
    }
    session_forget_socket(session, descriptor);
    return close(descriptor);
}

/* Of a connection that is up; of one that was used before it was read then, which took as long as
 * all else that a step does. */
static void note_certificate(struct net_transfer *transfer)
{
    struct net_session *session = transfer->session;
    struct curl_tlssessioninfo *tls = NULL;
    if (!transfer->stamps.tls ||
        curl_easy_getinfo(session->easy, CURLINFO_TLS_SSL_PTR, &tls) != CURLE_OK || tls == NULL ||
        tls->internals == NULL)
        return;
    if (transfer->attempts > 0 || session->certificate.connection != tls->internals ||
        session->certificate.arena != transfer->arena) {
        session->certificate.connection = tls->internals;
        session->certificate.arena = transfer->arena;
        session->certificate.read = tls_certificate(tls->internals, transfer->arena);
    }
    transfer->exchange->certificate = session->certificate.read;
}

/* Some time goes by until libcurl knows, and makes what TLS needs: the kernel knows better. Through
 * a proxy there is more to a connection than that. */
static void stamp_connected(struct net_transfer *transfer, int descriptor)
{
    struct instant *connected = &transfer->stamps.connected;
    if (connected->us != 0)
        return;
    *connected = clock_instant();
    if (transfer->proxy != NULL)
        return;
    struct instant known = session_connected(transfer->session, descriptor);
    if (known.us != 0 && known.us < connected->us)
        *connected = known;
}

/* The connection is up, and the request about to be sent: once, whatever its method. */
static int before_request(void *data, char *peer, char *local, int peer_port, int local_port)
{
    struct net_transfer *transfer = ((struct net_session *)data)->transfer;
    (void)local;
    if (transfer->requests++ > 0) {
        transfer->repeat_refused = true;
        return CURL_PREREQFUNC_ABORT;
    }
    transfer->socket = session_socket_by_port(transfer->session, local_port);
    if (transfer->attempts > 0)
        stamp_connected(transfer, transfer->socket);
    if (peer != NULL && strlen(peer) < sizeof transfer->peer)
        memcpy(transfer->peer, peer, strlen(peer) + 1);
    transfer->peer_port = (unsigned)peer_port;
    transfer->exchange->local_port = (unsigned)local_port;
    note_certificate(transfer);
    if (transfer->keep_sent)
        curl_easy_setopt(transfer->session->easy, CURLOPT_VERBOSE, 1L);
    stamp(&transfer->stamps.ready);
    return CURL_PREREQFUNC_OK;
}

static CURLcode before_handshake(CURL *easy, void *ssl_ctx, void *data)
{
    struct net_session *session = data;
    struct net_transfer *transfer = session->transfer;
    (void)easy;
    stamp_connected(transfer, session_current_socket(session));
    struct net *net = session->vantage->net;
    struct error error = {0};
    if (!transfer->own_trust && net_load_trust(net, &error) != RESULT_OK)
        transfer_trouble(transfer, SYMPTOM_MONITOR_INTERNAL, error.text);
    const struct tls_trust *trust = transfer->own_trust ? NULL : net->trust;
    if ((!transfer->own_trust && trust == NULL) ||
        tls_prepare(trust, ssl_ctx, &session->tls, transfer->host, transfer->arena) != RESULT_OK)
        return CURLE_ABORTED_BY_CALLBACK;
    return CURLE_OK;
}

/* libcurl asks DNS itself only for a name it was given no address for, which would be outside of
 * the vantage point. */
static int before_resolving(void *resolver, void *reserved, void *data)
{
    const struct net_session *session = data;
    (void)resolver;
    (void)reserved;
    const struct proxy *proxy = session->transfer->proxy;
    const char *host = proxy != NULL ? proxy->host : session->transfer->host;
    return url_host_is_literal(host) ? 0 : 1;
}

/* libcurl formats much for this that nobody reads: it is called from the moment when the request is
 * about to be sent to the end of its header lines, and only where they are to be kept. */
static int keep_sent(CURL *easy, curl_infotype type, char *bytes, size_t size, void *data)
{
    struct net_transfer *transfer = ((struct net_session *)data)->transfer;
    if (type != CURLINFO_HEADER_OUT || transfer == NULL)
        return 0;
    struct buffer *sent = &transfer->incoming->sent_lines;
    buffer_append(sent, bytes, size);
    if (sent->length >= 4 && memcmp(sent->data + sent->length - 4, "\r\n\r\n", 4) == 0)
        curl_easy_setopt(easy, CURLOPT_VERBOSE, 0L);
    return 0;
}

static bool is_one_flight(const struct net_transfer *transfer)
{
    long header = 0;
    curl_off_t body = 0;
    curl_easy_getinfo(transfer->session->easy, CURLINFO_REQUEST_SIZE, &header);
    curl_easy_getinfo(transfer->session->easy, CURLINFO_SIZE_UPLOAD_T, &body);
    return header + body <= FIRST_FLIGHT_MAX;
}

/* What fits into the first flight and went at once was sent when it began to be: until libcurl
 * returns, the kernel may have let the server run before us. */
void observe_pause(struct net_transfer *transfer)
{
    struct phase_stamps *stamps = &transfer->stamps;
    if (stamps->ready.us == 0 || stamps->first_byte.us != 0 || stamps->sent.us != 0)
        return;
    if (transfer->session->writers > 0)
        transfer->sends_on = true;
    else if (!transfer->sends_on && is_one_flight(transfer))
        stamps->sent = stamps->ready;
    else
        stamps->sent = clock_instant();
}

void observe_arrival(struct net_session *session, int descriptor)
{
    const struct net_transfer *transfer = session->transfer;
    struct arrival arrival = {0};
    if (transfer != NULL && transfer->stamps.ready.us != 0)
        arrival = arrival_peek(descriptor, transfer->stamps.first_byte.us == 0);
    /* Where nothing waits, what was read before has not all been handed on. */
    if (arrival.last.us != 0)
        session->arrival = arrival;
    session->tls.arriving = session->arrival.first;
    session->is_called = true;
}

/* What libcurl reads without being called for it has not waited. What it goes on with came last. */
void observe_read(struct net_session *session)
{
    session->arrival.first = session->tls.arriving = (struct instant){0};
    session->is_called = false;
}

/* The answer begins, with what came first since the request. Where libcurl has not returned since
 * it began to send, the request was small enough to go at once, and all that was waited for is the
 * answer; where it came before libcurl returned, it was sent by then. */
static void stamp_first_byte(struct net_transfer *transfer)
{
    struct phase_stamps *stamps = &transfer->stamps;
    struct instant record = transfer->session->tls.record;
    struct arrival arrival = transfer->session->arrival;
    if (stamps->first_byte.us != 0)
        return;
    if (record.us >= stamps->ready.us)
        stamps->first_byte = record;
    else if (arrival.first.us >= stamps->ready.us)
        stamps->first_byte = arrival.first;
    else if (arrival.first.us != 0 && arrival.last.us >= stamps->ready.us)
        stamps->first_byte = arrival.last;
    else
        stamps->first_byte = clock_instant();
    if (stamps->sent.us == 0 && transfer->session->writers == 0)
        stamps->sent = stamps->ready;
    else if (stamps->sent.us > stamps->first_byte.us)
        stamps->sent = stamps->first_byte;
}

/* 101 is final: what follows is no HTTP any more (RFC 9110 section 15.2.2). */
static bool is_interim(const char *line, size_t size)
{
    const char *space = memchr(line, ' ', size);
    return space != NULL && space + 3 < line + size && space[1] == '1' &&
           strncmp(space + 1, "101", 3) != 0;
}

/* What is read without being called for may have come by now only. */
static void note_read(struct net_transfer *transfer)
{
    if (!transfer->session->is_called)
        transfer->last_read = clock_instant();
}

/* One line at a time, its end included; trailers come after the empty line, and are left out. All
 * count, those of interim answers and trailers too: libcurl keeps them. */
static size_t take_header(char *line, size_t size, size_t count, void *data)
{
    struct net_transfer *transfer = ((struct net_session *)data)->transfer;
    size *= count;
    note_read(transfer);
    transfer->header_bytes += size;
    if (transfer->header_bytes > NET_HEADERS_MAX || ++transfer->header_count > HEADER_LINES_MAX) {
        transfer->headers_overflow = true;
        return 0;
    }
    if (size >= 5 && strncasecmp(line, "HTTP/", 5) == 0) {
        buffer_clear(&transfer->incoming->header_lines);
        transfer->headers_complete = false;
        if (!is_interim(line, size))
            stamp_first_byte(transfer);
        return size;
    }
    if (transfer->headers_complete)
        return size;
    if (size == 0 || line[0] == '\r' || line[0] == '\n') {
        transfer->headers_complete = true;
        return size;
    }
    buffer_append(&transfer->incoming->header_lines, line, size);
    return size;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *data)
{
    struct net_transfer *transfer = ((struct net_session *)data)->transfer;
    size *= count;
    note_read(transfer);
    if (buffer_append(&transfer->incoming->body, bytes, size) == RESULT_OK)
        return size;
    transfer->body_overflow = true;
    return 0;
}

/* Sockets outlive a transfer, so every callback is given the session. */
void observe_install(CURL *easy, struct net_session *session)
{
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, session);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, session);
    curl_easy_setopt(easy, CURLOPT_RESOLVER_START_FUNCTION, before_resolving);
    curl_easy_setopt(easy, CURLOPT_RESOLVER_START_DATA, session);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, session);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, before_handshake);
    curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, session);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, session);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, session);
    curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, keep_sent);
    curl_easy_setopt(easy, CURLOPT_DEBUGDATA, session);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, session->error_text);
}
