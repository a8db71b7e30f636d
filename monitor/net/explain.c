/* SPDX-License-Identifier: MIT */
/*
 * One sentence for people about an exchange that failed: who did what, with addresses, names and
 * numbers, where libcurl, OpenSSL and the kernel say it in words of their own. What it means for
 * the shop is classify.c's business; where nothing better is known, the library's words stay.
 */
#include "monitor/net/internal.h"

#include <openssl/x509_vfy.h>
#include <string.h>

/* What was going on, behind `the other side closed the connection`. */
static const char *const meanwhile[PHASE_COUNT] = {
    [PHASE_BLOCKED] = "before anything was sent",
    [PHASE_DNS] = "while the name was looked up",
    [PHASE_CONNECT] = "while it was opened",
    [PHASE_TLS] = "during the TLS handshake",
    [PHASE_SEND] = "while the request was sent",
    [PHASE_WAIT] = "before an answer began",
    [PHASE_RECEIVE] = "before the answer was complete",
};

/* `192.0.2.1:443, the address of shop.example,`, the name only where one was looked up. */
static const char *peer_words(const struct net_transfer *transfer)
{
    bool six = strchr(transfer->peer, ':') != NULL;
    const char *address = transfer->peer[0] == '\0'
                              ? "the address"
                              : arena_print(transfer->arena, "%s%s%s:%u", six ? "[" : "",
                                            transfer->peer, six ? "]" : "", transfer->peer_port);
    const struct proxy *proxy = transfer->proxy;
    const char *host = proxy != NULL ? proxy->host : transfer->host;
    if (host == NULL || url_host_is_literal(host))
        return address;
    return arena_print(transfer->arena, "%s, the address of %s,", address, host);
}

static const char *subject_words(const struct certificate *certificate)
{
    return certificate->subject[0] != '\0' ? certificate->subject : "without a name";
}

/* Of a certificate that was refused. */
static const char *certificate_words(const struct net_transfer *transfer, long verify_result)
{
    const struct tls_facts *tls = &transfer->session->tls;
    const struct certificate *certificate = tls->refused;
    if (tls->other_names != NULL)
        return arena_print(transfer->arena, "a certificate for %s, and not for %s",
                           tls->other_names, transfer->host);
    if (certificate == NULL)
        return NULL;
    const char *subject = subject_words(certificate);
    const char *whose = tls->refused_depth > 0 ? "an issuer's certificate" : "a certificate";
    const char *trusted = transfer->own_trust ? "the file that `ca` names" : "this machine";
    switch (verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return arena_print(transfer->arena, "%s (%s) that expired on %s", whose, subject,
                           certificate->expire != NULL ? certificate->expire : "no date");
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return arena_print(transfer->arena, "%s (%s) that is not valid before %s", whose, subject,
                           certificate->start != NULL ? certificate->start : "a date");
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        return arena_print(transfer->arena,
                           "a certificate (%s) that is signed by itself, and that %s does not know",
                           subject, trusted);
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return arena_print(transfer->arena, "%s (%s) whose issuer (%s) %s does not know", whose,
                           subject, certificate->issuer, trusted);
    default:
        return NULL;
    }
}

/* Of a handshake that failed for another reason than the certificate. */
static const char *handshake_words(const struct net_transfer *transfer, enum symptom symptom)
{
    const struct tls_facts *tls = &transfer->session->tls;
    const char *offered = symptom == SYMPTOM_TLS_VERSION_OR_CIPHER_MISMATCH
                              ? ": it takes nothing of what is offered, TLS 1.2 and 1.3"
                              : "";
    if (tls->alert_received != 0)
        return arena_print(transfer->arena, "the server broke the handshake off, saying “%s”%s",
                           tls_alert_words(tls->alert_received), offered);
    if (tls_is_not_tls(tls))
        return "what was answered is not TLS; a server that speaks plain HTTP on this port "
               "answers so";
    return NULL;
}

/* The sizes are those on the wire, before decompression. */
static const char *truncation_words(const struct net_transfer *transfer)
{
    curl_off_t announced = -1, came = 0;
    curl_easy_getinfo(transfer->session->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    curl_easy_getinfo(transfer->session->easy, CURLINFO_SIZE_DOWNLOAD_T, &came);
    if (!transfer->headers_complete)
        return "headers that end without an empty line";
    if (announced > 0)
        return arena_print(transfer->arena,
                           "%" CURL_FORMAT_CURL_OFF_T " of the %" CURL_FORMAT_CURL_OFF_T
                           " bytes that Content-Length announced, and then the end of the "
                           "connection",
                           came, announced);
    return arena_print(transfer->arena,
                       "%" CURL_FORMAT_CURL_OFF_T
                       " bytes of a body without its end, and then the end of the "
                       "connection",
                       came);
}

static const char *limit_words(const struct net_transfer *transfer)
{
    if (transfer->repeat_refused)
        return "the connection was lost, and the request was not sent again";
    if (transfer->headers_overflow)
        return "the headers are larger than allowed";
    if (transfer->body_overflow)
        return "the body is larger than allowed";
    return NULL;
}

static const char *symptom_words(const struct net_transfer *transfer, CURLcode code,
                                 enum symptom symptom, long verify_result)
{
    struct arena *arena = transfer->arena;
    const char *while_it = meanwhile[transfer->exchange->failed_phase];
    switch (symptom) {
    case SYMPTOM_TCP_REFUSED:
        return arena_print(arena,
                           "%s refused the connection: nothing listens there, or a firewall "
                           "forbids it",
                           peer_words(transfer));
    case SYMPTOM_TCP_TIMED_OUT:
        return arena_print(arena, "%s did not answer, however often it was asked",
                           peer_words(transfer));
    case SYMPTOM_TCP_ADDRESS_UNREACHABLE:
        return arena_print(arena, "%s cannot be reached, says this machine or a router on the way",
                           peer_words(transfer));
    case SYMPTOM_TCP_RESET:
        return arena_print(arena, "the other side reset the connection %s", while_it);
    case SYMPTOM_TCP_CLOSED:
        return arena_print(arena, "the other side closed the connection %s", while_it);
    case SYMPTOM_HTTP_TRUNCATED:
        return truncation_words(transfer);
    case SYMPTOM_HTTP_PROTOCOL_ERROR:
        if (code == CURLE_UNSUPPORTED_PROTOCOL &&
            strstr(transfer->session->error_text, "HTTP/0.9") != NULL)
            return "bytes that do not begin with a status line, as in `HTTP/1.1 200 OK`";
        return NULL;
    default:
        if (code == CURLE_PEER_FAILED_VERIFICATION)
            return certificate_words(transfer, verify_result);
        if (symptom_layer(symptom) == SYMPTOM_LAYER_TLS)
            return handshake_words(transfer, symptom);
        return NULL;
    }
}

const char *explain_library(const struct net_transfer *transfer, CURLcode code)
{
    const char *words = limit_words(transfer);
    if (words != NULL)
        return words;
    return transfer->session->error_text[0] != '\0' ? transfer->session->error_text
                                                    : curl_easy_strerror(code);
}

const char *explain_end(const struct net_transfer *transfer, CURLcode code, enum symptom symptom,
                        long verify_result)
{
    const char *words = limit_words(transfer);
    if (words == NULL)
        words = symptom_words(transfer, code, symptom, verify_result);
    return words != NULL ? words : explain_library(transfer, code);
}

/* How much of a body came that was not complete in time. */
static const char *receipt_words(const struct net_transfer *transfer, const char *limit)
{
    curl_off_t announced = -1, came = 0;
    curl_easy_getinfo(transfer->session->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    curl_easy_getinfo(transfer->session->easy, CURLINFO_SIZE_DOWNLOAD_T, &came);
    if (!transfer->headers_complete)
        return arena_print(transfer->arena, "a status line, and not all headers within %s", limit);
    if (announced > 0)
        return arena_print(transfer->arena,
                           "%" CURL_FORMAT_CURL_OFF_T " of the %" CURL_FORMAT_CURL_OFF_T
                           " bytes that Content-Length announced within %s",
                           came, announced, limit);
    return arena_print(transfer->arena,
                       "%" CURL_FORMAT_CURL_OFF_T " bytes, and no end of them within %s", came,
                       limit);
}

static const char *question_words(const struct net_transfer *transfer, const char *limit)
{
    struct buffer words;
    buffer_init(&words, RESOLVER_WORDS_MAX);
    resolver_explain(transfer->session->vantage->resolver, transfer->asking, &words);
    const char *text = arena_print(transfer->arena, "%s; given up after %s", words.data, limit);
    buffer_free(&words);
    return text;
}

const char *explain_deadline(const struct net_transfer *transfer, enum phase phase)
{
    char limit[DURATION_TEXT_MAX];
    duration_print(transfer->timeout, limit);
    if (transfer->query != NULL)
        return question_words(transfer, limit);
    switch (phase) {
    case PHASE_CONNECT:
        return arena_print(transfer->arena,
                           "%s did not answer within %s: no machine is there, a firewall "
                           "swallows what is sent, or no more connections are taken",
                           peer_words(transfer), limit);
    case PHASE_TLS:
        return arena_print(transfer->arena,
                           "a connection, and a TLS handshake that was not done within %s", limit);
    case PHASE_SEND:
        return arena_print(transfer->arena, "the request was not taken within %s", limit);
    case PHASE_WAIT:
        return arena_print(transfer->arena, "no answer within %s", limit);
    case PHASE_RECEIVE:
        return receipt_words(transfer, limit);
    default:
        return arena_print(transfer->arena, "not done within %s, during %s", limit,
                           phase_name(phase));
    }
}
