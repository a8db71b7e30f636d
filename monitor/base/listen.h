/* SPDX-License-Identifier: MIT */
/*
 * An address to listen on, as people write it: `127.0.0.1:8080`, `[::1]:0`, `localhost:8080`. Text
 * alone: nothing is looked up.
 */
#ifndef BASE_LISTEN_H
#define BASE_LISTEN_H

#include "monitor/base/result.h"

#include <stdbool.h>
#include <stdint.h>

enum { LISTEN_HOST_MAX = 256 };

struct listen_address {
    char host[LISTEN_HOST_MAX]; /* without brackets */
    uint16_t port;              /* 0: any that is free */
};

/* RESULT_INVALID when it is not ADDRESS:PORT. */
MUST_CHECK enum result listen_parse(const char *text, struct listen_address *ret_address);

/* Whether only this machine can reach it. A name is not looked up: `localhost` alone is held to be
 * one. */
bool listen_is_loopback(const char *host);

#endif
