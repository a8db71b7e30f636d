/* SPDX-License-Identifier: MIT */
/* IPv4 and IPv6 addresses, as the kernel has them and as people write them. */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include <netinet/in.h>
#include <sys/socket.h>

/* `text` is an address of `family` (AF_UNSPEC: of either), without brackets. Returns its size; 0:
 * it is none. */
socklen_t address_parse(const char *text, int family, unsigned port,
                        struct sockaddr_storage *ret_address);

/* Without its port; "": it is of another family. */
void address_print(const struct sockaddr *address, char text[INET6_ADDRSTRLEN]);

#endif
