/* SPDX-License-Identifier: MIT */
/*
 * A file of names and addresses, as hosts(5) tells: a network namespace may have one of its own,
 * which c-ares cannot be led to. Knows nothing of DNS.
 */
#ifndef NET_HOSTS_H
#define NET_HOSTS_H

#include <stddef.h>
#include <sys/socket.h>

/* The addresses of `host` in the file at `path`, of `family` (AF_UNSPEC: any), in its order, at
 * most `max`. How many; 0 also where it cannot be read. */
size_t hosts_find(const char *path, const char *host, int family,
                  struct sockaddr_storage *ret_addresses, size_t max);

#endif
