/* SPDX-License-Identifier: MIT */
/*
 * When bytes came in, by the stamp that the kernel gave their packet (socket(7), SO_TIMESTAMPNS):
 * however late the loop gets to look at them, no time of ours is taken for the other side's.
 */
#ifndef NET_ARRIVAL_H
#define NET_ARRIVAL_H

#include "monitor/base/clock.h"

#include <stdbool.h>
#include <sys/socket.h>

enum { ARRIVAL_ROOM = 64 }; /* for what comes with a message, its stamp */

/* Has the kernel stamp what comes in on a socket. */
void arrival_enable(int descriptor);

/* The stamp of a message that was received with room for it; {0}: it has none. */
struct instant arrival_of(struct msghdr *message);

/* Of what waits to be read from a stream: when its first byte came, and its last. */
struct arrival {
    struct instant first, last; /* {0}: nothing waits, it was not stamped, or nobody asked */
};
struct arrival arrival_peek(int descriptor, bool wants_first);

#endif
