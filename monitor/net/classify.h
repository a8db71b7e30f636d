/* SPDX-License-Identifier: MIT */
/* From what libcurl, the kernel and the stamps say to one symptom. Pure. */
#ifndef NET_CLASSIFY_H
#define NET_CLASSIFY_H

#include "monitor/net/tls.h"
#include "monitor/record/run.h"

#include <stdbool.h>

struct exchange_outcome {
    int code; /* CURLcode */
    int system_error;
    long verify_result;
    int status;
    enum phase phase;      /* in progress at the end */
    bool repeat_refused;   /* the connection was lost, and the request not sent again */
    bool headers_overflow; /* past NET_HEADERS_MAX */
    bool headers_complete; /* the empty line came */
    bool body_overflow;    /* past NET_BODY_MAX */
    struct tls_facts tls;
};

enum symptom classify_outcome(const struct exchange_outcome *outcome);

/* The deadline came during `phase`. */
enum symptom classify_timeout(enum phase phase);

/* No socket could be made or bound, for `system_error`. */
enum symptom classify_socket_error(int system_error);

#endif
