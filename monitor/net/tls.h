/* SPDX-License-Identifier: MIT */
/*
 * What net/ needs of OpenSSL: one certificate store for all handshakes, and what was said in a
 * handshake that failed. libcurl does the handshake itself.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "monitor/base/arena.h"
#include "monitor/base/result.h"
#include "monitor/record/symptom.h"

struct certificate;
struct tls_trust;

/* The system's certificates, or those of SSL_CERT_FILE and SSL_CERT_DIR. */
struct tls_trust *tls_trust_load(struct error *error);
void tls_trust_free(struct tls_trust *trust); /* takes NULL */

/* TLS alerts (RFC 8446 section 6) and OpenSSL's reason, as they came; 0: none. */
struct tls_facts {
    int alert_received, alert_sent, reason;
};

/* Puts the store (NULL: libcurl's own of a request's authorities) into `ssl_ctx` (an SSL_CTX) and
 * has alerts written to `facts`, which must outlive the connection. */
enum result tls_prepare(const struct tls_trust *trust, void *ssl_ctx, struct tls_facts *facts);

/* The peer's certificate on `ssl` (an SSL whose handshake is done), in `arena`; NULL: it sent none.
 */
const struct certificate *tls_certificate(void *ssl, struct arena *arena);

/* What a handshake that failed shows. */
enum symptom tls_symptom(const struct tls_facts *facts);

/* The symptom of a certificate that libcurl refused; `verify_result` is OpenSSL's. */
enum symptom tls_certificate_symptom(long verify_result);

#endif
