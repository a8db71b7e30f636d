/* SPDX-License-Identifier: MIT */
/*
 * How far the way to an address answers, by TCP and without privileges: connections whose packets
 * may take one hop only, then two and so on. Routers say by ICMP where such a packet ended, and the
 * kernel hands that on to whoever asks for a socket's errors (ip(7), IP_RECVERR). See net.h.
 */
#include "config.h" /* GNU extensions: SO_EE_OFFENDER's addresses */

#include "monitor/base/memory.h"
#include "monitor/net/address.h"
#include "monitor/net/internal.h"

#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/tcp.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As many hops at once, for so long; and not on after that many rounds in which nobody spoke. */
enum { ROUND_HOPS = 4, SILENT_ROUNDS = 2, HOPS_MAX = 20 };
#define ROUND_TIME (400 * DURATION_MILLISECOND)
#define LOOK_EVERY (20 * DURATION_MILLISECOND)

struct net_trace {
    struct net_vantage *vantage;
    struct sockaddr_storage to;
    socklen_t to_size;
    int sockets[ROUND_HOPS]; /* of the hops after `base`; -1: it is through */
    unsigned base;
    unsigned silent; /* rounds, one after the other */
    bool spoke;      /* somebody has in this one */
    struct instant round_ends;
    struct loop_timer *timer;
    struct net_traced traced;
    char farthest[INET6_ADDRSTRLEN];
    net_trace_done *done;
    void *data;
};

static void trace_hop(struct net_trace *trace, unsigned n)
{
    const struct sockaddr *to = (const struct sockaddr *)&trace->to;
    int hop = (int)(trace->base + n + 1), on = 1, once = 1;
    int descriptor = vantage_socket(trace->vantage, to->sa_family,
                                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    trace->sockets[n] = descriptor;
    if (descriptor < 0)
        return;
    if (to->sa_family == AF_INET6) {
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hop, sizeof hop);
        setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
    } else {
        setsockopt(descriptor, IPPROTO_IP, IP_TTL, &hop, sizeof hop);
        setsockopt(descriptor, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
    }
    setsockopt(descriptor, IPPROTO_TCP, TCP_SYNCNT, &once, sizeof once);
    if (vantage_bind(trace->vantage, descriptor) != 0)
        return;
    if (connect(descriptor, to, trace->to_size) == 0)
        trace->traced.arrived = true;
}

static void close_hop(struct net_trace *trace, unsigned n)
{
    if (trace->sockets[n] >= 0)
        close(trace->sockets[n]);
    trace->sockets[n] = -1;
}

static void begin_round(struct net_trace *trace)
{
    for (unsigned n = 0; n < ROUND_HOPS; n++)
        trace_hop(trace, n);
    trace->round_ends = instant_after(clock_instant(), ROUND_TIME);
    loop_timer_set(trace->timer, trace->traced.arrived ? 0 : LOOK_EVERY);
}

/* A router that has no way on says so of every packet, however far it might have come. */
static void hear(struct net_trace *trace, unsigned hop, const struct sockaddr *from)
{
    char text[INET6_ADDRSTRLEN];
    trace->spoke = true;
    address_print(from, text);
    if (hop <= trace->traced.hops || text[0] == '\0' || strcmp(text, trace->farthest) == 0)
        return;
    trace->traced.hops = hop;
    memcpy(trace->farthest, text, sizeof text);
}

/* Whether somebody on the way has ended the packets of that hop. */
static bool take_error(struct net_trace *trace, unsigned n)
{
    alignas(struct cmsghdr) char room[512];
    struct msghdr message = {.msg_control = room, .msg_controllen = sizeof room};
    if (recvmsg(trace->sockets[n], &message, MSG_ERRQUEUE) < 0)
        return false;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part != NULL;
         part = CMSG_NXTHDR(&message, part)) {
        bool four = part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR;
        bool six = part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR;
        const struct sock_extended_err *error = (const void *)CMSG_DATA(part);
        if ((four || six) &&
            (error->ee_origin == SO_EE_ORIGIN_ICMP || error->ee_origin == SO_EE_ORIGIN_ICMP6))
            hear(trace, trace->base + n + 1, SO_EE_OFFENDER(error));
    }
    return true;
}

/* Whether the host itself spoke: it took the connection, or refused it. */
static bool take_answer(struct net_trace *trace, unsigned n)
{
    int error = 0;
    socklen_t size = sizeof error, peer_size = sizeof trace->to;
    struct sockaddr_storage peer;
    getsockopt(trace->sockets[n], SOL_SOCKET, SO_ERROR, &error, &size);
    if (error == ECONNREFUSED)
        return true;
    return error == 0 && getpeername(trace->sockets[n], (struct sockaddr *)&peer, &peer_size) == 0;
}

static void trace_finish(struct net_trace *trace)
{
    struct net_trace answer = *trace;
    net_trace_cancel(trace);
    answer.traced.farthest = answer.traced.hops > 0 ? answer.farthest : NULL;
    answer.done(answer.data, &answer.traced);
}

static void end_round(struct net_trace *trace)
{
    for (unsigned n = 0; n < ROUND_HOPS; n++)
        close_hop(trace, n);
    trace->base += ROUND_HOPS;
    trace->silent = trace->spoke ? 0 : trace->silent + 1;
    trace->spoke = false;
    if (trace->traced.arrived || trace->base >= HOPS_MAX || trace->silent == SILENT_ROUNDS) {
        trace_finish(trace);
        return;
    }
    begin_round(trace);
}

static void trace_look(void *data)
{
    struct net_trace *trace = data;
    bool waits = false;
    for (unsigned n = 0; n < ROUND_HOPS; n++) {
        if (trace->sockets[n] < 0)
            continue;
        if (take_error(trace, n)) {
            close_hop(trace, n);
        } else if (take_answer(trace, n)) {
            trace->traced.arrived = true;
            close_hop(trace, n);
        } else {
            waits = true;
        }
    }
    if (trace->traced.arrived || !waits || clock_instant().us >= trace->round_ends.us)
        end_round(trace);
    else
        loop_timer_set(trace->timer, LOOK_EVERY);
}

struct net_trace *net_trace(struct net_vantage *vantage, const char *address, unsigned port,
                            net_trace_done *done, void *data)
{
    struct net_trace *trace = memory_allocate(1, sizeof *trace);
    trace->vantage = vantage;
    trace->done = done;
    trace->data = data;
    trace->timer = loop_timer_create(vantage->net->loop, trace_look, trace);
    for (unsigned n = 0; n < ROUND_HOPS; n++)
        trace->sockets[n] = -1;
    trace->to_size = address_parse(address, AF_UNSPEC, port, &trace->to);
    if (trace->to_size > 0) {
        begin_round(trace);
    } else {
        trace->base = HOPS_MAX;
        loop_timer_set(trace->timer, 0);
    }
    return trace;
}

void net_trace_cancel(struct net_trace *trace)
{
    if (trace == NULL)
        return;
    for (unsigned n = 0; n < ROUND_HOPS; n++)
        close_hop(trace, n);
    loop_timer_free(trace->timer);
    free(trace);
}
