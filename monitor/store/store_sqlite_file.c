/* SPDX-License-Identifier: MIT */
/*
 * The SQLite file's own affairs, before SQLite sees it: who may read it, and that no other monitor
 * uses it at the same time. Two would each keep half of the slots, and call the other's late.
 *
 * The lock is on a file beside it, because the system drops SQLite's own locks as soon as any other
 * descriptor of its file is closed. It stays there afterwards: who removes a lock file may remove
 * that of the next one.
 */
#include "monitor/store/store_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMORY      ":memory:"
#define LOCK_ENDING ".lock"

enum { MODE = 0640 }; /* records hold bodies and session ids; SQLite's log gets the same mode */

/* Never opens a file that is there: see above. */
static enum result make_file(const char *path, struct error *error)
{
    int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, MODE);
    if (descriptor >= 0)
        close(descriptor);
    else if (errno != EEXIST)
        return error_set(error, RESULT_IO, "%s", strerror(errno));
    return RESULT_OK;
}

enum result sqlite_take_file(struct connection *connection, const char *place, struct error *error)
{
    char path[PATH_MAX], lock[PATH_MAX + sizeof LOCK_ENDING];
    struct stat facts;
    connection->lock = -1;
    if (strcmp(place, MEMORY) == 0)
        return RESULT_OK;
    if (make_file(place, error) != RESULT_OK)
        return RESULT_IO;
    /* One file may have several names. */
    if (realpath(place, path) == NULL || stat(path, &facts) != 0)
        return error_set(error, RESULT_IO, "%s", strerror(errno));
    if (S_ISDIR(facts.st_mode))
        return error_set(error, RESULT_IO, "%s", strerror(EISDIR));
    snprintf(lock, sizeof lock, "%s" LOCK_ENDING, path);
    connection->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, MODE);
    if (connection->lock < 0)
        return error_set(error, RESULT_IO, "%s: %s", lock, strerror(errno));
    if (flock(connection->lock, LOCK_EX | LOCK_NB) == 0)
        return RESULT_OK;
    return errno == EWOULDBLOCK
               ? error_set(error, RESULT_UNSUPPORTED, "%s is in use by another shopwatch", place)
               : error_set(error, RESULT_IO, "%s: %s", lock, strerror(errno));
}

/* Let go of by name: a child process may still hold a copy of the descriptor. */
void sqlite_leave_file(struct connection *connection)
{
    if (connection->lock < 0)
        return;
    flock(connection->lock, LOCK_UN);
    close(connection->lock);
}
