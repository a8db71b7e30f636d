/* SPDX-License-Identifier: MIT */
/*
 * A server that means harm, in a child process, so that its memory is not the client's: it says
 * something, and then goes on as its script has it. Ends with its last visitor's test, or by alarm.
 */
#ifndef TESTS_UNIT_HOSTILE_H
#define TESTS_UNIT_HOSTILE_H

#include <openssl/types.h>
#include <stddef.h>
#include <sys/types.h>

enum hostile_then {
    HOSTILE_CLOSE,
    HOSTILE_RESET,
    HOSTILE_SILENT, /* until the visitor leaves */
    HOSTILE_DRIP,   /* `piece` byte by byte, again and again, until the visitor leaves */
    HOSTILE_FLOOD,  /* `piece` at once, again and again, until the visitor leaves */
    HOSTILE_KEEP,   /* the next request gets the same */
};

enum hostile_when {
    HOSTILE_ANSWERS,      /* when a request has come */
    HOSTILE_UNASKED,      /* when a connection has come */
    HOSTILE_AFTER_HELLO,  /* when the visitor's first bytes have come, whatever they are */
    HOSTILE_ANSWERS_BOMB, /* answers, `said` followed by a gzip of HOSTILE_BOMB zeros */
};

enum { HOSTILE_BOMB = 256 * 1024 * 1024, HOSTILE_DRIP_MILLISECONDS = 20 };

struct hostile_script {
    enum hostile_when when;
    const char *said;
    size_t said_length; /* 0: strlen */
    enum hostile_then then;
    const char *piece;
};

/* A listener on loopback; sets the port. */
int hostile_listen(unsigned *ret_port);

/* `context`: what every visitor must shake hands with first; NULL: plain. Kill and wait for it. */
pid_t hostile_start(int listener, const struct hostile_script *script, SSL_CTX *context);

/* A certificate of its own making for `names` (`DNS:localhost,IP:127.0.0.1`), valid for these
 * seconds from now. */
X509 *hostile_certificate(EVP_PKEY *key, const char *names, int from, int until);

#endif
