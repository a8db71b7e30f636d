/* SPDX-License-Identifier: MIT */
/* See dns_server.h. */
#include "tests/unit/dns_server.h"

#include <check.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void dns_readable(void *data)
{
    struct dns_server *server = data;
    unsigned char packet[600];
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t got =
        recvfrom(server->socket, packet, 512, MSG_DONTWAIT, (struct sockaddr *)&from, &size);
    if (got < 17)
        return;
    server->questions++;
    server->asker = ntohl(from.sin_addr.s_addr);
    if (server->rcode == RCODE_SILENT)
        return;
    size_t length = 12;
    while (length < 500 && packet[length] != 0)
        length += packet[length] + 1u;
    bool wants_a = packet[length + 2] == 1;
    length += 5;
    memcpy(packet + 2, "\x81\x80\0\1\0\0\0\0\0\0", 10);
    packet[3] = (unsigned char)(packet[3] | server->rcode);
    if (wants_a && server->rcode == RCODE_OK && server->address != 0) {
        uint32_t address = htonl(server->address);
        packet[7] = 1;
        memcpy(packet + length, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4", 12);
        memcpy(packet + length + 12, &address, sizeof address);
        length += 16;
    } else if (!wants_a && server->six) {
        packet[7] = 1;
        memcpy(packet + length, "\xc0\x0c\0\x1c\0\1\0\0\0\x3c\0\x10", 12);
        memcpy(packet + length + 12, &in6addr_loopback, sizeof in6addr_loopback);
        length += 28;
    }
    sendto(server->socket, packet, length, 0, (struct sockaddr *)&from, size);
    usleep((useconds_t)server->hold_up);
}

static unsigned port_of(int socket)
{
    struct sockaddr_in own;
    socklen_t size = sizeof own;
    ck_assert_int_eq(getsockname(socket, (struct sockaddr *)&own, &size), 0);
    return ntohs(own.sin_port);
}

void dns_server_open(struct dns_server *server)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    *server = (struct dns_server){.socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    ck_assert_int_eq(bind(server->socket, (struct sockaddr *)&own, sizeof own), 0);
    server->port = port_of(server->socket);
}

void dns_server_watch(struct dns_server *server, struct loop *loop)
{
    server->watch = loop_watch_readable(loop, server->socket, dns_readable, server);
}

void dns_server_unwatch(struct dns_server *server)
{
    loop_watch_free(server->watch);
    server->watch = NULL;
}

void dns_server_close(struct dns_server *server)
{
    dns_server_unwatch(server);
    close(server->socket);
}
