/* SPDX-License-Identifier: MIT */
/* A DNS server for one answer: a header, the question as it came, and one record of the kind that
 * was asked for. */
#ifndef TESTS_UNIT_DNS_SERVER_H
#define TESTS_UNIT_DNS_SERVER_H

#include "monitor/base/loop.h"

#include <stdint.h>

enum { RCODE_OK = 0, RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3, RCODE_REFUSED = 5, RCODE_SILENT = -1 };

struct dns_server {
    int socket, rcode;
    unsigned port;
    struct loop_watch *watch;
    uint32_t address; /* 0: no data */
    bool six;         /* ::1 besides */
    size_t questions;
    uint32_t asker;   /* whose the latest was */
    duration hold_up; /* after an answer the loop stands still for so long */
};

/* At a free port of 127.0.0.1; it answers from when on its loop is told. */
void dns_server_open(struct dns_server *server);
void dns_server_watch(struct dns_server *server, struct loop *loop);
void dns_server_unwatch(struct dns_server *server);
void dns_server_close(struct dns_server *server);

#endif
