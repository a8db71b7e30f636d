/* SPDX-License-Identifier: MIT */
/* From the stamps of an exchange to its phases. Pure: knows no library and no clock. */
#ifndef NET_PHASES_H
#define NET_PHASES_H

#include "monitor/record/run.h"

/* Monotonic, in this order; {0} for what did not happen. */
struct phase_stamps {
    struct instant start;      /* net_send was called */
    struct instant asked;      /* the resolver was asked, or asked a server */
    struct instant resolved;   /* the last answer came */
    struct instant opened;     /* the first socket was made: a new connection */
    struct instant connected;  /* TCP is up */
    struct instant hello;      /* TLS: the client's hello has gone to the kernel */
    struct instant shaken;     /* TLS: the handshake is done */
    struct instant ready;      /* the connection can carry the request */
    struct instant sent;       /* the last of the request has gone to the kernel */
    struct instant first_byte; /* the final answer's status line */
    struct instant end;
    bool tls;
};

/* The phase that is in progress. */
enum phase phases_current(const struct phase_stamps *stamps);

/* Fills phases and total; the phase in progress lasts until stamps->end. */
void phases_fill(const struct phase_stamps *stamps, struct exchange *exchange);

#endif
