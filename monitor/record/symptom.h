/* SPDX-License-Identifier: MIT */
/*
 * Every way an exchange or a step can fail, declared once: a stable code (public API) and one
 * sentence. dns, tcp, tls and http names are W3C Network Error Logging's types where it has one;
 * the rest is ours.
 */
#ifndef RECORD_SYMPTOM_H
#define RECORD_SYMPTOM_H

#include <stdbool.h>

/* X(NAME, layer, code, sentence) */
#define SYMPTOM_TABLE(X)                                                                           \
    X(NONE, NONE, "", "Nothing is wrong.")                                                         \
    X(DNS_UNREACHABLE, DNS, "dns.unreachable", "No DNS server answered.")                          \
    X(DNS_NAME_NOT_RESOLVED, DNS, "dns.name_not_resolved", "The name has no address.")             \
    X(DNS_FAILED, DNS, "dns.failed", "The DNS server answered with an error.")                     \
    X(TCP_TIMED_OUT, TCP, "tcp.timed_out", "The connection was not answered in time.")             \
    X(TCP_REFUSED, TCP, "tcp.refused", "The connection was refused.")                              \
    X(TCP_RESET, TCP, "tcp.reset", "The connection was reset.")                                    \
    X(TCP_CLOSED, TCP, "tcp.closed", "The connection was closed before an answer came.")           \
    X(TCP_ADDRESS_UNREACHABLE, TCP, "tcp.address_unreachable",                                     \
      "There is no route to the address.")                                                         \
    X(TCP_ADDRESS_INVALID, TCP, "tcp.address_invalid", "The address cannot be connected to.")      \
    X(TCP_FAILED, TCP, "tcp.failed", "The connection failed.")                                     \
    X(TLS_TIMED_OUT, TLS, "tls.timed_out", "The TLS handshake did not finish in time.")            \
    X(TLS_VERSION_OR_CIPHER_MISMATCH, TLS, "tls.version_or_cipher_mismatch",                       \
      "Client and server have no TLS version or cipher in common.")                                \
    X(TLS_BAD_CLIENT_AUTH_CERT, TLS, "tls.bad_client_auth_cert",                                   \
      "The server wants a client certificate.")                                                    \
    X(TLS_CERT_NAME_INVALID, TLS, "tls.cert.name_invalid", "The certificate is for another name.") \
    X(TLS_CERT_DATE_INVALID, TLS, "tls.cert.date_invalid",                                         \
      "The certificate has expired or is not valid yet.")                                          \
    X(TLS_CERT_AUTHORITY_INVALID, TLS, "tls.cert.authority_invalid",                               \
      "The certificate's issuer is not trusted.")                                                  \
    X(TLS_CERT_INVALID, TLS, "tls.cert.invalid", "The certificate is not valid.")                  \
    X(TLS_PROTOCOL_ERROR, TLS, "tls.protocol.error", "What was answered is not correct TLS.")      \
    X(TLS_FAILED, TLS, "tls.failed", "The TLS handshake failed.")                                  \
    X(HTTP_TIMEOUT_SEND, HTTP, "http.timeout.send", "The request could not be sent in time.")      \
    X(HTTP_TIMEOUT_TTFB, HTTP, "http.timeout.ttfb",                                                \
      "The request was sent, and no answer began in time.")                                        \
    X(HTTP_TIMEOUT_BODY, HTTP, "http.timeout.body", "The answer began, and did not end in time.")  \
    X(HTTP_TRUNCATED, HTTP, "http.truncated", "The answer ended before it was complete.")          \
    X(HTTP_PROTOCOL_ERROR, HTTP, "http.protocol.error", "What was answered is not HTTP.")          \
    X(HTTP_RESPONSE_INVALID, HTTP, "http.response.invalid", "The answer's encoding is broken.")    \
    X(HTTP_REDIRECT_LOOP, HTTP, "http.response.redirect_loop", "Too many redirects.")              \
    X(HTTP_REDIRECT_REFUSED, HTTP, "http.response.redirect_refused",                               \
      "The shop redirects to a host that is not one of its own.")                                  \
    X(HTTP_ERROR, HTTP, "http.error", "The server answered with an error status.")                 \
    X(HTTP_STATUS_UNEXPECTED, HTTP, "http.status_unexpected", "Another status was expected.")      \
    X(HTTP_FAILED, HTTP, "http.failed", "The exchange failed.")                                    \
    X(CONTENT_MISMATCH, CONTENT, "content.mismatch", "The answer is not what the step expects.")   \
    X(CONTENT_CAPTURE_MISSING, CONTENT, "content.capture_missing",                                 \
      "What the step wants to capture is not in the answer.")                                      \
    X(CONTENT_JSON_INVALID, CONTENT, "content.json_invalid", "The body is not JSON.")              \
    X(CONTENT_JSON_UNSUPPORTED, CONTENT, "content.json_unsupported",                               \
      "The body is JSON that this monitor cannot hold.")                                           \
    X(CONTENT_TOO_LARGE, CONTENT, "content.too_large", "The body is larger than allowed.")         \
    X(PACE_SLOW, PACE, "pace.slow", "The right answer came late.")                                 \
    X(PACE_BUDGET, PACE, "pace.budget", "The journey's time budget was used up.")                  \
    X(DB_CORRUPT, DB, "db.corrupt", "The answer names a damaged database.")                        \
    X(DB_UNAVAILABLE, DB, "db.unavailable", "The answer names a database that cannot be reached.") \
    X(DB_EXHAUSTED, DB, "db.exhausted", "The answer names a database without free connections.")   \
    X(DB_READ_ONLY, DB, "db.read_only", "The answer names a database that is read-only.")          \
    X(DB_FULL, DB, "db.full", "The answer names a database whose disk is full.")                   \
    X(DB_OUT_OF_NUMBERS, DB, "db.out_of_numbers",                                                  \
      "The answer names a sequence that has no number left.")                                      \
    X(DB_LOCKED, DB, "db.locked", "The answer names a lock that was not released in time.")        \
    X(DB_HOLDER_STOPPED, DB, "db.holder_stopped",                                                  \
      "The database's lock is held by a process that is stopped, and may be who serves the shop.") \
    X(DB_LOCKED_OUTSIDE, DB, "db.locked_outside",                                                  \
      "The database's lock is held by a process without a socket: it serves nobody by itself.")    \
    X(MONITOR_LATE, MONITOR, "monitor.late", "The monitor was too late to start the run.")         \
    X(MONITOR_OVERLOAD, MONITOR, "monitor.overload", "The monitor had too many runs in flight.")   \
    X(MONITOR_STOPPED, MONITOR, "monitor.stopped", "The monitor was stopped meanwhile.")           \
    X(MONITOR_RESTARTED, MONITOR, "monitor.restarted", "The monitor was not running.")             \
    X(MONITOR_SUSPENDED, MONITOR, "monitor.suspended", "The monitor's machine was suspended.")     \
    X(MONITOR_CLOCK_STEP, MONITOR, "monitor.clock_step", "The monitor's clock was set.")           \
    X(MONITOR_LAGGED, MONITOR, "monitor.lagged", "The monitor was too busy to measure.")           \
    X(MONITOR_NO_DESCRIPTORS, MONITOR, "monitor.no_descriptors",                                   \
      "The monitor has no file descriptors or ports left.")                                        \
    X(MONITOR_SOURCE_UNAVAILABLE, MONITOR, "monitor.source_unavailable",                           \
      "The vantage point's source address or network namespace cannot be used.")                   \
    X(MONITOR_PROXY_UNAVAILABLE, MONITOR, "monitor.proxy_unavailable",                             \
      "The proxy of the vantage point or the step cannot be used.")                                \
    X(MONITOR_REFERENCES_UNREACHABLE, MONITOR, "monitor.references_unreachable",                   \
      "Not even the reference sites can be reached from this vantage point.")                      \
    X(MONITOR_URL_REFUSED, MONITOR, "monitor.url_refused",                                         \
      "The URL leads to a host that neither scenario nor shop file name.")                         \
    X(MONITOR_VARIABLE_MISSING, MONITOR, "monitor.variable_missing",                               \
      "The step uses a variable that has no value.")                                               \
    X(MONITOR_LEDGER_FULL, MONITOR, "monitor.ledger_full",                                         \
      "The journey has left too many things behind and places no new ones.")                       \
    X(MONITOR_LEDGER_FAILED, MONITOR, "monitor.ledger_failed",                                     \
      "What the step leaves behind could not be noted, so it was not sent.")                       \
    X(MONITOR_INTERNAL, MONITOR, "monitor.internal", "The monitor made a mistake.")

enum symptom {
#define X(name, layer, code, sentence) SYMPTOM_##name,
    SYMPTOM_TABLE(X)
#undef X
        SYMPTOM_COUNT
};

enum symptom_layer {
    SYMPTOM_LAYER_NONE,
    SYMPTOM_LAYER_DNS,
    SYMPTOM_LAYER_TCP,
    SYMPTOM_LAYER_TLS,
    SYMPTOM_LAYER_HTTP,
    SYMPTOM_LAYER_CONTENT,
    SYMPTOM_LAYER_PACE,
    SYMPTOM_LAYER_DB,
    SYMPTOM_LAYER_MONITOR,
};

const char *symptom_code(enum symptom symptom);
const char *symptom_sentence(enum symptom symptom);
enum symptom_layer symptom_layer(enum symptom symptom);

/* Whether it came up behind the handshakes of TCP and TLS. */
bool symptom_is_connected(enum symptom symptom);

/* Whether the other side ended the connection before the answer was there, or all of it. */
bool symptom_is_cut_off(enum symptom symptom);

/* The symptom of a code; SYMPTOM_MONITOR_INTERNAL for one that is not ours (a record of a newer
 * version). */
enum symptom symptom_from_code(const char *code);

#endif
