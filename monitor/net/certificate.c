/* SPDX-License-Identifier: MIT */
/* What a server's certificate says, as texts; and the digest that OpenSSL has anyway. See tls.h. */
#include "monitor/base/date.h"
#include "monitor/base/hex.h"
#include "monitor/net/net.h"
#include "monitor/net/tls.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum {
    CERTIFICATE_NAME_MAX = 4096, /* bytes of a subject shown; a certificate may have more */
    CERTIFICATE_SERIAL_MAX = 64, /* RFC 5280 allows 20 */
    CERTIFICATE_NAMES_SHOWN = 5,
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

const struct certificate *tls_certificate_read(const void *from, struct arena *arena)
{
    const X509 *x509 = from;
    struct certificate *certificate = arena_allocate(arena, 1, sizeof *certificate);
    *certificate = (struct certificate){
        .subject = name_text(arena, X509_get_subject_name(x509)),
        .issuer = name_text(arena, X509_get_issuer_name(x509)),
        .start = date_text(arena, X509_get0_notBefore(x509)),
        .expire = date_text(arena, X509_get0_notAfter(x509)),
        .serial = serial_text(arena, X509_get0_serialNumber(x509)),
    };
    return certificate;
}

const struct certificate *tls_certificate(void *ssl, struct arena *arena)
{
    X509 *x509 = SSL_get1_peer_certificate(ssl);
    if (x509 == NULL)
        return NULL;
    const struct certificate *certificate = tls_certificate_read(x509, arena);
    X509_free(x509);
    return certificate;
}

/* `shop.example`; a byte that no host name has is shown as `?`. */
static void append_name(const ASN1_STRING *name, struct buffer *out)
{
    const unsigned char *bytes = ASN1_STRING_get0_data(name);
    int length = ASN1_STRING_length(name);
    if (out->length > 0)
        buffer_text(out, ", ");
    for (int i = 0; i < length; i++)
        buffer_append(out, bytes[i] > ' ' && bytes[i] < 0x7f ? (const char *)&bytes[i] : "?", 1);
}

/* `192.0.2.1` or `2001:db8::1`. */
static void append_address(const ASN1_OCTET_STRING *address, struct buffer *out)
{
    char text[INET6_ADDRSTRLEN];
    int length = ASN1_STRING_length(address);
    int family = length == 4 ? AF_INET : AF_INET6;
    if ((length == 4 || length == 16) &&
        inet_ntop(family, ASN1_STRING_get0_data(address), text, sizeof text) != NULL)
        buffer_print(out, "%s%s", out->length > 0 ? ", " : "", text);
}

/* The names that count where there are any; else, as browsers did once, the subject. */
static const char *names_text(const X509 *x509, struct arena *arena)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x509, NID_subject_alt_name, NULL, NULL);
    struct buffer out;
    buffer_init(&out, CERTIFICATE_NAME_MAX);
    int count = names != NULL ? sk_GENERAL_NAME_num(names) : 0;
    for (int i = 0; i < count && i < CERTIFICATE_NAMES_SHOWN; i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type == GEN_DNS)
            append_name(name->d.dNSName, &out);
        else if (name->type == GEN_IPADD)
            append_address(name->d.iPAddress, &out);
    }
    if (count > CERTIFICATE_NAMES_SHOWN)
        buffer_print(&out, " and %d more", count - CERTIFICATE_NAMES_SHOWN);
    const char *text = out.length > 0 ? arena_duplicate(arena, out.data)
                                      : name_text(arena, X509_get_subject_name(x509));
    buffer_free(&out);
    GENERAL_NAMES_free(names);
    return text;
}

const char *tls_other_names(void *ssl, const char *host, struct arena *arena)
{
    X509 *x509 = SSL_get1_peer_certificate(ssl);
    const char *names = NULL;
    if (x509 != NULL && X509_check_host(x509, host, 0, 0, NULL) != 1 &&
        X509_check_ip_asc(x509, host, 0) != 1)
        names = names_text(x509, arena);
    X509_free(x509);
    return names;
}

void net_sha256(const void *bytes, size_t length, char hex[NET_SHA256_LENGTH + 1])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (EVP_Digest(bytes, length, digest, &size, EVP_sha256(), NULL) != 1)
        abort(); /* only for want of memory */
    hex_print(digest, size, hex);
}

void net_hmac_sha256(const char *key, const void *bytes, size_t length,
                     char hex[NET_SHA256_LENGTH + 1])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (HMAC(EVP_sha256(), key, (int)strlen(key), bytes, length, digest, &size) == NULL)
        abort(); /* only for want of memory */
    hex_print(digest, size, hex);
}
