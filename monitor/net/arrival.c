/* SPDX-License-Identifier: MIT */
/* The kernel's stamps. See arrival.h. */
#include "monitor/net/arrival.h"

#include <limits.h>
#include <stdalign.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/uio.h>
#include <time.h>

/* An older stamp is one of before the wall clock was set. */
#define AGE_MAX (10 * DURATION_SECOND)

void arrival_enable(int descriptor)
{
    const int on = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

/* The kernel stamps by the wall clock: what counts is how long ago that was. */
static struct instant instant_of(const struct timespec *stamp)
{
    struct timespec wall;
    struct instant now = clock_instant();
    clock_gettime(CLOCK_REALTIME, &wall);
    duration age =
        (wall.tv_sec - stamp->tv_sec) * DURATION_SECOND + (wall.tv_nsec - stamp->tv_nsec) / 1000;
    return age >= 0 && age <= AGE_MAX ? instant_after(now, -age) : (struct instant){0};
}

struct instant arrival_of(struct msghdr *message)
{
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    for (; header != NULL; header = CMSG_NXTHDR(message, header))
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec stamp;
            memcpy(&stamp, CMSG_DATA(header), sizeof stamp);
            return instant_of(&stamp);
        }
    return (struct instant){0};
}

/* With MSG_TRUNC a stream's bytes are passed over and not copied; the stamp is the last one's. */
static struct instant peek(int descriptor, size_t length)
{
    alignas(struct cmsghdr) char room[ARRIVAL_ROOM];
    struct iovec bytes = {NULL, length};
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = room, .msg_controllen = sizeof room};
    if (recvmsg(descriptor, &message, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT) <= 0)
        return (struct instant){0};
    return arrival_of(&message);
}

struct arrival arrival_peek(int descriptor, bool wants_first)
{
    struct arrival arrival = {0};
    int waiting = 0;
    /* To look where nothing waits would take the connection's error away from whoever reads next.
     */
    if (ioctl(descriptor, FIONREAD, &waiting) != 0 || waiting == 0)
        return arrival;
    if (wants_first)
        arrival.first = peek(descriptor, 1);
    arrival.last = peek(descriptor, INT_MAX);
    /* Of one packet, each by a look at the clocks of its own. */
    if (arrival.last.us < arrival.first.us)
        arrival.last = arrival.first;
    return arrival;
}
