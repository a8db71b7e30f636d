/* SPDX-License-Identifier: MIT */
/* What the kernel knows of a connection (tcp(7), TCP_INFO). */
#ifndef NET_TCP_INFO_H
#define NET_TCP_INFO_H

#include "monitor/record/run.h"

/* `known` stays false when `descriptor` is no TCP socket. */
struct tcp_facts tcp_info_read(int descriptor);

/* Probes an idle connection each second, so that a cut path shows in TCP_INFO while we wait. */
void tcp_info_keep_alive(int descriptor);

#endif
