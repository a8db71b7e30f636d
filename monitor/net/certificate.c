/* SPDX-License-Identifier: MIT */
/* What a server's certificate says, as texts; and the digest that OpenSSL has anyway. See tls.h. */
#include "monitor/base/date.h"
#include "monitor/base/hex.h"
#include "monitor/net/net.h"
#include "monitor/net/tls.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    CERTIFICATE_NAME_MAX = 4096, /* bytes of a subject shown; a certificate may have more */
    CERTIFICATE_SERIAL_MAX = 64, /* RFC 5280 allows 20 */
};

/* `C=US, O=Example, CN=shop.example`, in UTF-8, what steers a terminal escaped. */
static const char *name_text(struct arena *arena, const X509_NAME *name)
{
    const unsigned long flags = XN_FLAG_SEP_CPLUS_SPC | XN_FLAG_FN_SN |
                                (ASN1_STRFLGS_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB);
    BIO *memory = BIO_new(BIO_s_mem());
    if (memory == NULL)
        abort();
    X509_NAME_print_ex(memory, name, 0, flags);
    char *bytes;
    long length = BIO_get_mem_data(memory, &bytes);
    if (length > CERTIFICATE_NAME_MAX)
        length = CERTIFICATE_NAME_MAX;
    const char *text = arena_duplicate_bytes(arena, bytes, length > 0 ? (size_t)length : 0);
    BIO_free(memory);
    return text;
}

/* NULL for a date that is none. */
static const char *date_text(struct arena *arena, const ASN1_TIME *date)
{
    struct tm parts;
    char text[WALL_TEXT_MAX];
    if (ASN1_TIME_to_tm(date, &parts) != 1)
        return NULL;
    struct wall_time time = {(int64_t)timegm(&parts) * DURATION_SECOND};
    if (date_print(time, "%Y-%m-%dT%H:%M:%SZ", text, sizeof text) != RESULT_OK)
        return NULL;
    return arena_duplicate(arena, text);
}

static const char *serial_text(struct arena *arena, const ASN1_INTEGER *serial)
{
    char text[3 * CERTIFICATE_SERIAL_MAX + 1] = "";
    const unsigned char *bytes = ASN1_STRING_get0_data(serial);
    int length = ASN1_STRING_length(serial);
    for (int i = 0; i < length && i < CERTIFICATE_SERIAL_MAX; i++)
        snprintf(text + 3 * i, 4, "%02x:", bytes[i]);
    if (text[0] != '\0')
        text[strlen(text) - 1] = '\0';
    return arena_duplicate(arena, text);
}

const struct certificate *tls_certificate(void *ssl, struct arena *arena)
{
    X509 *x509 = SSL_get1_peer_certificate(ssl);
    if (x509 == NULL)
        return NULL;
    struct certificate *certificate = arena_allocate(arena, 1, sizeof *certificate);
    *certificate = (struct certificate){
        .subject = name_text(arena, X509_get_subject_name(x509)),
        .issuer = name_text(arena, X509_get_issuer_name(x509)),
        .start = date_text(arena, X509_get0_notBefore(x509)),
        .expire = date_text(arena, X509_get0_notAfter(x509)),
        .serial = serial_text(arena, X509_get0_serialNumber(x509)),
    };
    X509_free(x509);
    return certificate;
}

void net_sha256(const void *bytes, size_t length, char hex[NET_SHA256_LENGTH + 1])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(bytes, length, digest, &size, EVP_sha256(), NULL) != 1)
        abort(); /* only for want of memory */
    hex_print(digest, size, hex);
}
