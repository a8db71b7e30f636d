/* SPDX-License-Identifier: MIT */
/* The control socket's parts, for control*.c alone: the socket file, and what a request must be. */
#ifndef DAEMON_CONTROL_PRIVATE_H
#define DAEMON_CONTROL_PRIVATE_H

#include "monitor/daemon/control.h"

#include <sys/stat.h>
#include <sys/un.h>

/* The socket, and the file that it is known by. */
struct control_socket {
    int descriptor;
    struct sockaddr_un address;
    dev_t device; /* of the file, to remove no other's */
    ino_t inode;
};

/* RESULT_INVALID for a path that is longer than a socket's may be. */
MUST_CHECK enum result control_address(const char *path, struct sockaddr_un *ret_address,
                                       struct error *error);

MUST_CHECK enum result control_listen(const char *path, struct control_socket *ret_socket,
                                      struct error *error);
void control_leave(struct control_socket *socket);

/* The row that a line asks for, with arguments that fit it; `ret_request` is a new reference. NULL
 * with `error` set. */
const struct control_request *control_check(const struct control_request *requests,
                                            const struct buffer *line, struct json_t **ret_request,
                                            struct error *error);

#endif
