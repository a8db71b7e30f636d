/* SPDX-License-Identifier: MIT */
/* Scripts played to visitors, one after another. See hostile.h. */
#include "tests/unit/hostile.h"

#include <arpa/inet.h>
#include <check.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LIFE_SECONDS = 30, FLOOD_BYTES = 64 * 1024, REQUEST_MAX = 64 * 1024 };

struct visitor {
    int descriptor;
    SSL *ssl; /* NULL: plain */
    const struct hostile_script *script;
    const char *bomb;
    size_t bomb_length;
};

/* False: the visitor has left. */
static bool say(const struct visitor *visitor, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t sent = visitor->ssl != NULL ? SSL_write(visitor->ssl, bytes, (int)length)
                                            : write(visitor->descriptor, bytes, length);
        if (sent <= 0)
            return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

static ssize_t hear(const struct visitor *visitor, char *bytes, size_t room)
{
    return visitor->ssl != NULL ? SSL_read(visitor->ssl, bytes, (int)room)
                                : read(visitor->descriptor, bytes, room);
}

/* Requests here have no body. */
static bool hear_request(const struct visitor *visitor)
{
    char request[REQUEST_MAX] = "";
    size_t length = 0;
    while (strstr(request, "\r\n\r\n") == NULL) {
        ssize_t got = hear(visitor, request + length, sizeof request - 1 - length);
        if (got <= 0)
            return false;
        length += (size_t)got;
        request[length] = '\0';
    }
    return true;
}

static void drip(const struct visitor *visitor)
{
    const char *piece = visitor->script->piece;
    for (size_t i = 0;; i++) {
        if (piece[i] == '\0')
            i = 0;
        if (!say(visitor, &piece[i], 1))
            return;
        usleep(HOSTILE_DRIP_MILLISECONDS * 1000);
    }
}

static void flood(const struct visitor *visitor)
{
    const char *piece = visitor->script->piece;
    size_t one = strlen(piece), count = one < FLOOD_BYTES ? FLOOD_BYTES / one : 1;
    char *many = malloc(one * count);
    for (size_t i = 0; i < count; i++)
        memcpy(many + i * one, piece, one);
    while (say(visitor, many, one * count))
        continue;
    free(many);
}

static void leave(const struct visitor *visitor, bool reset)
{
    char rest[4096];
    if (reset) {
        const struct linger linger = {.l_onoff = 1, .l_linger = 0};
        setsockopt(visitor->descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    } else {
        /* What is unread would make the close a reset. */
        shutdown(visitor->descriptor, SHUT_WR);
        while (read(visitor->descriptor, rest, sizeof rest) > 0)
            continue;
    }
    close(visitor->descriptor);
}

/* False: nothing more is to be said to this visitor. */
static bool play(const struct visitor *visitor)
{
    const struct hostile_script *script = visitor->script;
    char hello[REQUEST_MAX];
    if (script->when == HOSTILE_AFTER_HELLO && hear(visitor, hello, sizeof hello) <= 0)
        return false;
    bool asked = script->when == HOSTILE_ANSWERS || script->when == HOSTILE_ANSWERS_BOMB;
    if (asked && !hear_request(visitor))
        return false;
    size_t length = script->said_length > 0 ? script->said_length : strlen(script->said);
    if (!say(visitor, script->said, length) || !say(visitor, visitor->bomb, visitor->bomb_length))
        return false;
    if (script->then == HOSTILE_DRIP)
        drip(visitor);
    else if (script->then == HOSTILE_FLOOD)
        flood(visitor);
    else if (script->then == HOSTILE_SILENT)
        while (hear(visitor, hello, sizeof hello) > 0)
            continue;
    return script->then == HOSTILE_KEEP;
}

static char *make_bomb(size_t *ret_length)
{
    char command[64];
    size_t room = 1024 * 1024;
    char *bomb = malloc(room);
    snprintf(command, sizeof command, "head -c %d /dev/zero | gzip -1", HOSTILE_BOMB);
    FILE *pipe = popen(command, "r");
    *ret_length = fread(bomb, 1, room, pipe);
    pclose(pipe);
    return bomb;
}

static void serve(int listener, const struct hostile_script *script, SSL_CTX *context,
                  const char *bomb, size_t bomb_length)
{
    struct visitor visitor = {.script = script, .bomb = bomb, .bomb_length = bomb_length};
    signal(SIGPIPE, SIG_IGN);
    alarm(LIFE_SECONDS);
    while ((visitor.descriptor = accept(listener, NULL, NULL)) >= 0) {
        bool greeted = true;
        if (context != NULL) {
            visitor.ssl = SSL_new(context);
            SSL_set_fd(visitor.ssl, visitor.descriptor);
            greeted = SSL_accept(visitor.ssl) == 1;
        }
        while (greeted && play(&visitor))
            continue;
        leave(&visitor, script->then == HOSTILE_RESET);
        SSL_free(visitor.ssl);
    }
}

int hostile_listen(unsigned *ret_port)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof own;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&own, size), 0);
    ck_assert_int_eq(listen(listener, 16), 0);
    ck_assert_int_eq(getsockname(listener, (struct sockaddr *)&own, &size), 0);
    *ret_port = ntohs(own.sin_port);
    return listener;
}

pid_t hostile_start(int listener, const struct hostile_script *script, SSL_CTX *context)
{
    char *bomb = NULL;
    size_t bomb_length = 0;
    if (script->when == HOSTILE_ANSWERS_BOMB)
        bomb = make_bomb(&bomb_length);
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        serve(listener, script, context, bomb, bomb_length);
        _exit(0);
    }
    free(bomb);
    return child;
}

X509 *hostile_certificate(EVP_PKEY *key, const char *names, int from, int until)
{
    X509 *certificate = X509_new();
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), from);
    X509_gmtime_adj(X509_getm_notAfter(certificate), until);
    X509_NAME *name = X509_get_subject_name(certificate);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"shop", -1, -1, 0);
    X509_set_issuer_name(certificate, name);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
    X509_set_pubkey(certificate, key);
    ck_assert_int_gt(X509_sign(certificate, key, EVP_sha256()), 0);
    return certificate;
}
