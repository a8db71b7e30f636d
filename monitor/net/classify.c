/* SPDX-License-Identifier: MIT */
/* The tables from codes to symptoms. See classify.h. */
#include "monitor/net/classify.h"

#include <curl/curl.h>
#include <errno.h>

struct code_symptom {
    int code;
    enum symptom symptom;
};

/* Codes that say it all. Those that need a second look have a function below. */
static const struct code_symptom by_code[] = {
    {CURLE_UNSUPPORTED_PROTOCOL, SYMPTOM_HTTP_PROTOCOL_ERROR}, /* an answer without status line */
    {CURLE_WEIRD_SERVER_REPLY, SYMPTOM_HTTP_PROTOCOL_ERROR},
    {CURLE_HTTP2, SYMPTOM_HTTP_PROTOCOL_ERROR},
    {CURLE_HTTP2_STREAM, SYMPTOM_HTTP_PROTOCOL_ERROR},
    {CURLE_CHUNK_FAILED, SYMPTOM_HTTP_PROTOCOL_ERROR},
    {CURLE_GOT_NOTHING, SYMPTOM_TCP_CLOSED},
    {CURLE_BAD_CONTENT_ENCODING, SYMPTOM_HTTP_RESPONSE_INVALID},
    {CURLE_WRITE_ERROR, SYMPTOM_HTTP_RESPONSE_INVALID},   /* ours are flags; the rest is zlib's */
    {CURLE_OUT_OF_MEMORY, SYMPTOM_HTTP_RESPONSE_INVALID}, /* libcurl's limit for a header line */
    {CURLE_FILESIZE_EXCEEDED, SYMPTOM_CONTENT_TOO_LARGE},
    {CURLE_SSL_INVALIDCERTSTATUS, SYMPTOM_TLS_CERT_INVALID},
    {CURLE_SSL_CIPHER, SYMPTOM_TLS_VERSION_OR_CIPHER_MISMATCH},
    {CURLE_URL_MALFORMAT, SYMPTOM_MONITOR_URL_REFUSED},
    {CURLE_FAILED_INIT, SYMPTOM_MONITOR_INTERNAL},
    {CURLE_COULDNT_RESOLVE_HOST, SYMPTOM_MONITOR_INTERNAL}, /* it is given addresses */
    {CURLE_BAD_FUNCTION_ARGUMENT, SYMPTOM_MONITOR_INTERNAL},
    {CURLE_ABORTED_BY_CALLBACK, SYMPTOM_MONITOR_INTERNAL},
    {CURLE_UNKNOWN_OPTION, SYMPTOM_MONITOR_INTERNAL},
    {CURLE_SSL_CERTPROBLEM, SYMPTOM_MONITOR_INTERNAL},
    {CURLE_SSL_CACERT_BADFILE, SYMPTOM_MONITOR_INTERNAL},
};

static const struct code_symptom connect_errors[] = {
    {ECONNREFUSED, SYMPTOM_TCP_REFUSED},
    {ETIMEDOUT, SYMPTOM_TCP_TIMED_OUT},
    {ECONNRESET, SYMPTOM_TCP_RESET},
    {EHOSTUNREACH, SYMPTOM_TCP_ADDRESS_UNREACHABLE},
    {ENETUNREACH, SYMPTOM_TCP_ADDRESS_UNREACHABLE},
    {EADDRNOTAVAIL, SYMPTOM_MONITOR_NO_DESCRIPTORS}, /* all local ports are taken */
    {EINVAL, SYMPTOM_TCP_ADDRESS_INVALID},
    {EAFNOSUPPORT, SYMPTOM_TCP_ADDRESS_INVALID},
};

static const struct code_symptom socket_errors[] = {
    {EMFILE, SYMPTOM_MONITOR_NO_DESCRIPTORS},     {ENFILE, SYMPTOM_MONITOR_NO_DESCRIPTORS},
    {ENOBUFS, SYMPTOM_MONITOR_NO_DESCRIPTORS},    {ENOMEM, SYMPTOM_MONITOR_NO_DESCRIPTORS},
    {EADDRINUSE, SYMPTOM_MONITOR_NO_DESCRIPTORS}, {EAFNOSUPPORT, SYMPTOM_TCP_ADDRESS_INVALID},
};

static const enum symptom timeouts[PHASE_COUNT] = {
    [PHASE_BLOCKED] = SYMPTOM_MONITOR_OVERLOAD,  [PHASE_DNS] = SYMPTOM_DNS_UNREACHABLE,
    [PHASE_CONNECT] = SYMPTOM_TCP_TIMED_OUT,     [PHASE_TLS] = SYMPTOM_TLS_TIMED_OUT,
    [PHASE_SEND] = SYMPTOM_HTTP_TIMEOUT_SEND,    [PHASE_WAIT] = SYMPTOM_HTTP_TIMEOUT_TTFB,
    [PHASE_RECEIVE] = SYMPTOM_HTTP_TIMEOUT_BODY,
};

static enum symptom look_up(const struct code_symptom *table, size_t count, int code,
                            enum symptom otherwise)
{
    for (size_t i = 0; i < count; i++)
        if (table[i].code == code)
            return table[i].symptom;
    return otherwise;
}

enum symptom classify_timeout(enum phase phase)
{
    return timeouts[phase];
}

enum symptom classify_socket_error(int system_error)
{
    return look_up(socket_errors, COUNT_OF(socket_errors), system_error,
                   SYMPTOM_MONITOR_SOURCE_UNAVAILABLE);
}

static bool is_loss(int system_error)
{
    return system_error == ECONNRESET || system_error == EPIPE;
}

/* Sending or receiving failed. TLS 1.3 servers refuse a client without certificate only now. */
static enum symptom classify_broken_stream(const struct exchange_outcome *outcome)
{
    if (outcome->tls.alert_received != 0)
        return tls_symptom(&outcome->tls);
    if (is_loss(outcome->system_error))
        return SYMPTOM_TCP_RESET;
    if (outcome->system_error == ETIMEDOUT)
        return classify_timeout(outcome->phase);
    if (outcome->system_error != 0)
        return look_up(connect_errors, COUNT_OF(connect_errors), outcome->system_error,
                       SYMPTOM_TCP_FAILED);
    return outcome->phase == PHASE_SEND ? SYMPTOM_TCP_CLOSED : SYMPTOM_HTTP_PROTOCOL_ERROR;
}

/* A reset shows as a broken pipe when the handshake was about to write. */
static enum symptom classify_handshake(const struct exchange_outcome *outcome)
{
    if (outcome->tls.alert_received == 0 && is_loss(outcome->system_error))
        return SYMPTOM_TCP_RESET;
    return tls_symptom(&outcome->tls);
}

static enum symptom classify_by_phase(enum phase phase)
{
    if (phase <= PHASE_CONNECT)
        return SYMPTOM_TCP_FAILED;
    return phase == PHASE_TLS ? SYMPTOM_TLS_FAILED : SYMPTOM_HTTP_FAILED;
}

static enum symptom classify_completed(const struct exchange_outcome *outcome)
{
    if (outcome->status == 0)
        return SYMPTOM_HTTP_PROTOCOL_ERROR;
    /* libcurl takes a header block that was cut off for a whole one. */
    return outcome->headers_complete ? SYMPTOM_NONE : SYMPTOM_HTTP_TRUNCATED;
}

enum symptom classify_outcome(const struct exchange_outcome *outcome)
{
    if (outcome->repeat_refused)
        return SYMPTOM_TCP_CLOSED;
    if (outcome->headers_overflow)
        return SYMPTOM_HTTP_RESPONSE_INVALID;
    if (outcome->body_overflow)
        return SYMPTOM_CONTENT_TOO_LARGE;
    switch (outcome->code) {
    case CURLE_OK:
        return classify_completed(outcome);
    case CURLE_COULDNT_CONNECT:
        return look_up(connect_errors, COUNT_OF(connect_errors), outcome->system_error,
                       SYMPTOM_TCP_FAILED);
    case CURLE_PARTIAL_FILE: /* over HTTP/2 also when no answer began */
        return outcome->status != 0 ? SYMPTOM_HTTP_TRUNCATED : SYMPTOM_TCP_CLOSED;
    case CURLE_OPERATION_TIMEDOUT:
        return classify_timeout(outcome->phase);
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
        return classify_broken_stream(outcome);
    case CURLE_SSL_CONNECT_ERROR:
        return classify_handshake(outcome);
    case CURLE_PEER_FAILED_VERIFICATION:
        return tls_certificate_symptom(outcome->verify_result);
    default:
        return look_up(by_code, COUNT_OF(by_code), outcome->code,
                       classify_by_phase(outcome->phase));
    }
}
