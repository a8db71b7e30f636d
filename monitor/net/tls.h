/* SPDX-License-Identifier: MIT */
/*
 * What net/ needs of OpenSSL: one certificate store for all handshakes, and what was said in a
 * handshake that failed. libcurl does the handshake itself.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include "monitor/base/arena.h"
#include "monitor/base/clock.h"
#include "monitor/base/result.h"
#include "monitor/record/symptom.h"

#include <stdbool.h>

struct certificate;
struct tls_trust;

/* The system's certificates, or those of SSL_CERT_FILE and SSL_CERT_DIR. */
struct tls_trust *tls_trust_load(struct error *error);
void tls_trust_free(struct tls_trust *trust); /* takes NULL */

/* What a handshake showed. Texts are in the arena that tls_prepare was given. */
struct tls_facts {
    /* TLS alerts (RFC 8446 section 6) and OpenSSL's reason, as they came; 0: none. */
    int alert_received, alert_sent, reason;
    const struct certificate *refused; /* the first of the chain with a fault; NULL: none */
    int refused_depth;                 /* 0: the server's own */
    const char *other_names;           /* whom the certificate is for, if not for the host */
    const char *host;                  /* that is asked; NULL: nobody is interested any more */
    struct arena *arena;
    struct instant hello, shaken; /* ours was sent; the handshake is done */
    struct instant arriving; /* of what is about to be read: for the caller to keep up to date */
    struct instant record;   /* the beginning of the latest record arrived */
};

/* Puts the store (NULL: libcurl's own of a request's authorities) into `ssl_ctx` (an SSL_CTX) and
 * has what happens in a handshake with `host` written to `facts`, which must outlive the
 * connection; `host` and `arena` until tls_forget. */
enum result tls_prepare(const struct tls_trust *trust, void *ssl_ctx, struct tls_facts *facts,
                        const char *host, struct arena *arena);
void tls_forget(struct tls_facts *facts);

/* The peer's certificate on `ssl` (an SSL whose handshake is done), in `arena`; NULL: it sent none.
 */
const struct certificate *tls_certificate(void *ssl, struct arena *arena);

/* What `x509` (an X509) says, in `arena`. */
const struct certificate *tls_certificate_read(const void *x509, struct arena *arena);

/* Whom the peer's certificate on `ssl` is for, in `arena`, or NULL when that is `host`. */
const char *tls_other_names(void *ssl, const char *host, struct arena *arena);

/* What a handshake that failed shows. */
enum symptom tls_symptom(const struct tls_facts *facts);

/* The symptom of a certificate that libcurl refused; `verify_result` is OpenSSL's. */
enum symptom tls_certificate_symptom(long verify_result);

/* `handshake failure`. */
const char *tls_alert_words(int alert);

/* Whether what came was no TLS at all. */
bool tls_is_not_tls(const struct tls_facts *facts);

#endif
