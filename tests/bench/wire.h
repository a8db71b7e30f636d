/* SPDX-License-Identifier: MIT */
/*
 * What a client's exchanges took on the wire, from its IPv4 packets and their times: lookups of
 * names, connections, TLS 1.3 handshakes, HTTP/1 requests and answers. Knows no socket and no file;
 * sees lengths and a few first bytes only, so that encrypted exchanges are as good as plain ones.
 */
#ifndef TESTS_BENCH_WIRE_H
#define TESTS_BENCH_WIRE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct wire;

enum { WIRE_SNAP = 256 }; /* bytes of a packet, from its IP header, that are wanted */

struct wire *wire_create(void);
void wire_free(struct wire *wire);

/* A packet from its IP header on, `length` bytes of it captured, at `when` nanoseconds. To be given
 * in the order in which they went by. */
void wire_packet(struct wire *wire, const unsigned char *bytes, size_t length, int64_t when);

/*
 * One line each, microseconds, `-` for what did not happen:
 *   dns NAME DNS                                      from the first question to the last answer
 *   exchange PORT CONNECT TLS SEND WAIT RECEIVE       PORT is the client's
 *   wire packets=N odd=N                              odd: not understood, so nothing is said of it
 */
void wire_print(const struct wire *wire, FILE *out);

#endif
