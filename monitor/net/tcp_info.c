/* SPDX-License-Identifier: MIT */
/* TCP_INFO. See tcp_info.h. */
#include "monitor/net/tcp_info.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* The state of a socket that is not, or no longer, connected (tcp_states.h calls it TCP_CLOSE). */
enum { CLOSED = 7 };

enum { KEEPALIVE_SECONDS = 1 };

struct tcp_facts tcp_info_read(int descriptor)
{
    struct tcp_info info = {0};
    socklen_t size = sizeof info;
    if (descriptor < 0 || getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return (struct tcp_facts){0};
    /* The kernel counts the SYN as an acknowledged byte: without it there never was a peer. */
    bool met = info.tcpi_bytes_acked > 0;
    if (!met && info.tcpi_state == CLOSED)
        return (struct tcp_facts){0};
    return (struct tcp_facts){
        .known = true,
        .unacknowledged = info.tcpi_unacked,
        .retransmits = info.tcpi_retransmits,
        .probes = info.tcpi_probes,
        .total_retransmits = info.tcpi_total_retrans,
        .bytes_acknowledged = info.tcpi_bytes_acked,
        .bytes_received = info.tcpi_bytes_received,
        .last_acknowledgement = met ? info.tcpi_last_ack_recv * DURATION_MILLISECOND : PHASE_ABSENT,
        .round_trip = info.tcpi_rtt,
    };
}

void tcp_info_keep_alive(int descriptor)
{
    const int on = 1, seconds = KEEPALIVE_SECONDS;
    setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
    setsockopt(descriptor, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof seconds);
}
