/* SPDX-License-Identifier: MIT */
/* The socket's file: made for its owner alone, taken over from the dead, left to the living. See
 * control.h. */
#include "monitor/daemon/control_private.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MODE = 0600, BACKLOG = 64 };

enum result control_address(const char *path, struct sockaddr_un *ret_address, struct error *error)
{
    size_t length = strlen(path);
    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (length >= sizeof ret_address->sun_path)
        return error_set(error, RESULT_INVALID,
                         "the control socket's path is longer than the %zu bytes that a socket's "
                         "may be: %.200s; give a shorter one in the shop file, such as `control: "
                         "/run/shopwatch/shop.sock`",
                         sizeof ret_address->sun_path - 1, path);
    memcpy(ret_address->sun_path, path, length);
    return RESULT_OK;
}

/* Whether somebody answers there. A dead monitor's socket refuses. */
static bool is_alive(const struct sockaddr_un *address)
{
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return true;
    int code = connect(descriptor, (const struct sockaddr *)address, sizeof *address);
    bool alive = code == 0 || (errno != ECONNREFUSED && errno != ENOENT);
    close(descriptor);
    return alive;
}

static enum result clear_place(const struct sockaddr_un *address, struct error *error)
{
    const char *path = address->sun_path;
    struct stat facts;
    if (lstat(path, &facts) != 0)
        return RESULT_OK;
    if (!S_ISSOCK(facts.st_mode))
        return error_set(error, RESULT_INVALID, "control socket %s: there is a file that is none",
                         path);
    if (is_alive(address))
        return error_set(error, RESULT_UNSUPPORTED,
                         "control socket %s: another monitor listens there; give this one another "
                         "by `control:` in its shop file",
                         path);
    if (unlink(path) != 0)
        return error_set(error, RESULT_IO, "control socket %s: %s", path, strerror(errno));
    return RESULT_OK;
}

/* Until it listens, nobody can connect: so nobody does before it is its owner's alone. */
static enum result take_place(struct control_socket *socket, struct error *error)
{
    const char *path = socket->address.sun_path;
    struct stat facts;
    bool done = bind(socket->descriptor, (const struct sockaddr *)&socket->address,
                     sizeof socket->address) == 0 &&
                chmod(path, MODE) == 0 && stat(path, &facts) == 0 &&
                listen(socket->descriptor, BACKLOG) == 0;
    if (!done)
        return error_set(error, RESULT_IO, "control socket %s: %s", path, strerror(errno));
    socket->device = facts.st_dev;
    socket->inode = facts.st_ino;
    return RESULT_OK;
}

enum result control_listen(const char *path, struct control_socket *ret_socket, struct error *error)
{
    enum result result = control_address(path, &ret_socket->address, error);
    if (result == RESULT_OK)
        result = clear_place(&ret_socket->address, error);
    if (result != RESULT_OK)
        return result;
    ret_socket->descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (ret_socket->descriptor < 0)
        return error_set(error, RESULT_IO, "control socket: %s", strerror(errno));
    result = take_place(ret_socket, error);
    if (result != RESULT_OK)
        close(ret_socket->descriptor);
    return result;
}

void control_leave(struct control_socket *socket)
{
    struct stat facts;
    close(socket->descriptor);
    if (stat(socket->address.sun_path, &facts) == 0 && facts.st_dev == socket->device &&
        facts.st_ino == socket->inode)
        unlink(socket->address.sun_path);
}
