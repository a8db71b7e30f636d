/* SPDX-License-Identifier: MIT */
/* Certificates and alerts. See tls.h. */
#include "monitor/net/tls.h"

#include "monitor/base/memory.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <stddef.h>
#include <stdlib.h>

struct tls_trust {
    X509_STORE *store;
};

/* Where a context keeps its struct tls_facts. One index a process: the info callback is given
 * nothing else. */
static int facts_index = -1;

struct tls_trust *tls_trust_load(struct error *error)
{
    struct tls_trust *trust = memory_allocate(1, sizeof *trust);
    if (facts_index < 0)
        facts_index = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
    trust->store = X509_STORE_new();
    if (trust->store == NULL || facts_index < 0 ||
        X509_STORE_set_default_paths(trust->store) != 1) {
        const char *reason = ERR_reason_error_string(ERR_peek_last_error());
        error_set(error, RESULT_IO, "the system's certificates cannot be read: %s",
                  reason != NULL ? reason : "no reason given");
        tls_trust_free(trust);
        return NULL;
    }
    /* A trusted intermediate is enough, as for libcurl. */
    X509_STORE_set_flags(trust->store, X509_V_FLAG_PARTIAL_CHAIN);
    ERR_clear_error(); /* a default path that is not there leaves its mark */
    return trust;
}

void tls_trust_free(struct tls_trust *trust)
{
    if (trust == NULL)
        return;
    X509_STORE_free(trust->store);
    free(trust);
}

void tls_forget(struct tls_facts *facts)
{
    facts->host = NULL;
    facts->arena = NULL;
}

/* Messages of ours on the point of being sent: in TLS 1.3 the client's Finished ends the handshake,
 * before it the server's answer to it does. And the beginning of what the server sends, which is
 * handed on only when a record of it, perhaps of many packets, is whole. */
static void message_passes(int is_ours, int version, int type, const void *bytes, size_t length,
                           SSL *ssl, void *data)
{
    struct tls_facts *facts = data;
    (void)version;
    if (!is_ours && type == SSL3_RT_HEADER)
        facts->record = facts->arriving.us != 0 ? facts->arriving : clock_instant();
    if (!is_ours || type != SSL3_RT_HANDSHAKE || length == 0)
        return;
    int message = *(const unsigned char *)bytes;
    if (message == SSL3_MT_CLIENT_HELLO && facts->hello.us == 0)
        facts->hello = clock_instant();
    if (message == SSL3_MT_FINISHED && SSL_version(ssl) >= TLS1_3_VERSION)
        facts->shaken = clock_instant();
}

static void handshake_info(const SSL *ssl, int where, int value)
{
    struct tls_facts *facts = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), facts_index);
    int alert = value & 0xff;
    if ((where & SSL_CB_HANDSHAKE_DONE) != 0 && facts->shaken.us == 0)
        facts->shaken = clock_instant();
    if ((where & SSL_CB_ALERT) != 0 && alert != SSL_AD_CLOSE_NOTIFY) {
        if ((where & SSL_CB_READ) != 0)
            facts->alert_received = alert;
        else
            facts->alert_sent = alert;
    }
    unsigned long error = ERR_peek_last_error();
    if (error != 0)
        facts->reason = ERR_GET_REASON(error);
    /* libcurl compares the names after this, and says no more than that they differ. */
    if (where == SSL_CB_HANDSHAKE_DONE && facts->host != NULL) {
        facts->other_names = tls_other_names((SSL *)ssl, facts->host, facts->arena);
        tls_forget(
            facts); /* a session ticket that comes later is a handshake of its own to OpenSSL */
    }
}

/* Changes nothing; a certificate that is refused is gone when libcurl says so. */
static int note_verification(int good, X509_STORE_CTX *store)
{
    const SSL *ssl = X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
    struct tls_facts *facts = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), facts_index);
    const X509 *certificate = X509_STORE_CTX_get_current_cert(store);
    if (!good && certificate != NULL && facts->host != NULL && facts->refused == NULL) {
        facts->refused = tls_certificate_read(certificate, facts->arena);
        facts->refused_depth = X509_STORE_CTX_get_error_depth(store);
    }
    return good;
}

enum result tls_prepare(const struct tls_trust *trust, void *ssl_ctx, struct tls_facts *facts,
                        const char *host, struct arena *arena)
{
    *facts = (struct tls_facts){.host = host, .arena = arena};
    if (SSL_CTX_set_ex_data(ssl_ctx, facts_index, facts) != 1)
        return RESULT_IO;
    if (trust != NULL)
        SSL_CTX_set1_cert_store(ssl_ctx, trust->store);
    SSL_CTX_set_info_callback(ssl_ctx, handshake_info);
    SSL_CTX_set_verify(ssl_ctx, SSL_CTX_get_verify_mode(ssl_ctx), note_verification);
    SSL_CTX_set_msg_callback(ssl_ctx, message_passes);
    SSL_CTX_set_msg_callback_arg(ssl_ctx, facts);
    return RESULT_OK;
}

struct code_symptom {
    int code;
    enum symptom symptom;
};

/* The other side complains: a client certificate is wanted, or the one that was sent is not. */
static const struct code_symptom received_alerts[] = {
    {SSL_AD_HANDSHAKE_FAILURE, SYMPTOM_TLS_VERSION_OR_CIPHER_MISMATCH},
    {SSL_AD_PROTOCOL_VERSION, SYMPTOM_TLS_VERSION_OR_CIPHER_MISMATCH},
    {SSL_AD_INSUFFICIENT_SECURITY, SYMPTOM_TLS_VERSION_OR_CIPHER_MISMATCH},
    {SSL_AD_CERTIFICATE_REQUIRED, SYMPTOM_TLS_BAD_CLIENT_AUTH_CERT},
    {SSL_AD_NO_CERTIFICATE, SYMPTOM_TLS_BAD_CLIENT_AUTH_CERT},
    {SSL_AD_BAD_CERTIFICATE, SYMPTOM_TLS_BAD_CLIENT_AUTH_CERT},
    {SSL_AD_UNSUPPORTED_CERTIFICATE, SYMPTOM_TLS_BAD_CLIENT_AUTH_CERT},
    {SSL_AD_CERTIFICATE_UNKNOWN, SYMPTOM_TLS_BAD_CLIENT_AUTH_CERT},
    {SSL_AD_UNKNOWN_CA, SYMPTOM_TLS_BAD_CLIENT_AUTH_CERT},
    {SSL_AD_UNEXPECTED_MESSAGE, SYMPTOM_TLS_PROTOCOL_ERROR},
    {SSL_AD_DECODE_ERROR, SYMPTOM_TLS_PROTOCOL_ERROR},
    {SSL_AD_ILLEGAL_PARAMETER, SYMPTOM_TLS_PROTOCOL_ERROR},
};

/* We complain. */
static const struct code_symptom own_reasons[] = {
    {SSL_R_UNSUPPORTED_PROTOCOL, SYMPTOM_TLS_VERSION_OR_CIPHER_MISMATCH},
    {SSL_R_UNKNOWN_CIPHER_RETURNED, SYMPTOM_TLS_VERSION_OR_CIPHER_MISMATCH},
    {SSL_R_WRONG_CIPHER_RETURNED, SYMPTOM_TLS_VERSION_OR_CIPHER_MISMATCH},
    {SSL_R_NO_PROTOCOLS_AVAILABLE, SYMPTOM_TLS_VERSION_OR_CIPHER_MISMATCH},
    {SSL_R_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED, SYMPTOM_TLS_VERSION_OR_CIPHER_MISMATCH},
    {SSL_R_DH_KEY_TOO_SMALL, SYMPTOM_TLS_VERSION_OR_CIPHER_MISMATCH},
    {SSL_R_WRONG_VERSION_NUMBER, SYMPTOM_TLS_PROTOCOL_ERROR},
    {SSL_R_HTTP_REQUEST, SYMPTOM_TLS_PROTOCOL_ERROR},
};

static const struct code_symptom verify_results[] = {
    {X509_V_OK, SYMPTOM_TLS_CERT_NAME_INVALID}, /* the chain is good, the name is not in it */
    {X509_V_ERR_UNSPECIFIED, SYMPTOM_TLS_CERT_NAME_INVALID},
    {X509_V_ERR_HOSTNAME_MISMATCH, SYMPTOM_TLS_CERT_NAME_INVALID},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, SYMPTOM_TLS_CERT_NAME_INVALID},
    {X509_V_ERR_CERT_NOT_YET_VALID, SYMPTOM_TLS_CERT_DATE_INVALID},
    {X509_V_ERR_CERT_HAS_EXPIRED, SYMPTOM_TLS_CERT_DATE_INVALID},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, SYMPTOM_TLS_CERT_AUTHORITY_INVALID},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, SYMPTOM_TLS_CERT_AUTHORITY_INVALID},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, SYMPTOM_TLS_CERT_AUTHORITY_INVALID},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, SYMPTOM_TLS_CERT_AUTHORITY_INVALID},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, SYMPTOM_TLS_CERT_AUTHORITY_INVALID},
    {X509_V_ERR_CERT_UNTRUSTED, SYMPTOM_TLS_CERT_AUTHORITY_INVALID},
};

static enum symptom look_up(const struct code_symptom *table, size_t count, long code,
                            enum symptom otherwise)
{
    for (size_t i = 0; i < count; i++)
        if (table[i].code == code)
            return table[i].symptom;
    return otherwise;
}

enum symptom tls_symptom(const struct tls_facts *facts)
{
    if (facts->alert_received != 0)
        return look_up(received_alerts, COUNT_OF(received_alerts), facts->alert_received,
                       SYMPTOM_TLS_FAILED);
    /* An alert of our own with no known reason says that what came made no sense. */
    return look_up(own_reasons, COUNT_OF(own_reasons), facts->reason,
                   facts->alert_sent != 0 ? SYMPTOM_TLS_PROTOCOL_ERROR : SYMPTOM_TLS_FAILED);
}

const char *tls_alert_words(int alert)
{
    return SSL_alert_desc_string_long(alert);
}

bool tls_is_not_tls(const struct tls_facts *facts)
{
    return facts->alert_received == 0 &&
           (facts->reason == SSL_R_WRONG_VERSION_NUMBER || facts->reason == SSL_R_HTTP_REQUEST);
}

enum symptom tls_certificate_symptom(long verify_result)
{
    return look_up(verify_results, COUNT_OF(verify_results), verify_result,
                   SYMPTOM_TLS_CERT_INVALID);
}
