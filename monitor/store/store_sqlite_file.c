/* SPDX-License-Identifier: MIT */
/*
 * The SQLite file's own affairs, before SQLite sees it: who may read it, and that no other monitor
 * uses it at the same time. Two would each keep half of the slots, and call the other's late.
 *
 * The lock is on a file beside it, because the system drops SQLite's own locks as soon as any other
 * descriptor of its file is closed. It stays there afterwards: who removes a lock file may remove
 * that of the next one. What is written in it tells that a store of ours lay here, when the file
 * itself tells it no more.
 */
#include "monitor/store/store_sqlite.h"

#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEMORY      ":memory:"
#define LOCK_ENDING ".lock"

#define MARK "shopwatch store\n"

/* Where an SQLite file tells whose it is, in its first page. */
enum { APPLICATION_AT = 68 };

enum { MODE = 0640 }; /* records hold bodies and session ids; SQLite's log gets the same mode */

static enum result system_failed(struct error *error)
{
    static const struct {
        int number;
        const char *advice;
    } advices[] = {
        {EACCES, "; the monitor must be able to write to it and to its directory"},
        {EPERM, "; the monitor must be able to write to it and to its directory"},
        {EROFS, "; the monitor must be able to write to it and to its directory"},
        {ENOENT, "; make the directory first"},
        {ENOSPC, "; make room on its disk"},
        {EISDIR, "; name a file in it"},
    };
    int number = errno;
    const char *advice = "";
    for (size_t i = 0; i < COUNT_OF(advices); i++)
        if (advices[i].number == number)
            advice = advices[i].advice;
    return error_set(error, RESULT_IO, "%s%s", strerror(number), advice);
}

/* Never opens a file that is there: see above. */
static enum result make_file(const char *path, struct error *error)
{
    int descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, MODE);
    if (descriptor >= 0)
        close(descriptor);
    else if (errno != EEXIST)
        return system_failed(error);
    return RESULT_OK;
}

char *sqlite_path(const struct connection *connection, const char *ending)
{
    struct buffer path;
    buffer_init(&path, SIZE_MAX);
    buffer_print(&path, "%s%s", connection->path, ending);
    return buffer_steal(&path);
}

enum result sqlite_make_file(struct connection *connection, struct error *error)
{
    struct stat facts;
    if (connection->path == NULL)
        return RESULT_OK;
    if (make_file(connection->path, error) != RESULT_OK)
        return RESULT_IO;
    if (stat(connection->path, &facts) != 0)
        return system_failed(error);
    if (S_ISDIR(facts.st_mode)) {
        errno = EISDIR;
        return system_failed(error);
    }
    connection->device = facts.st_dev;
    connection->inode = facts.st_ino;
    return RESULT_OK;
}

bool sqlite_file_is_gone(const struct connection *connection)
{
    struct stat facts;
    if (connection->path == NULL)
        return false;
    if (stat(connection->path, &facts) != 0)
        return errno == ENOENT;
    return facts.st_dev != connection->device || facts.st_ino != connection->inode;
}

static enum result lock_file(struct connection *connection, const char *place, struct error *error)
{
    char *lock = sqlite_path(connection, LOCK_ENDING);
    enum result result = RESULT_OK;
    connection->lock = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, MODE);
    if (connection->lock < 0)
        result = system_failed(error);
    else if (flock(connection->lock, LOCK_EX | LOCK_NB) != 0)
        result =
            errno == EWOULDBLOCK
                ? error_set(error, RESULT_UNSUPPORTED, "%s is in use by another shopwatch", place)
                : error_set(error, RESULT_IO, "%s: %s", lock, strerror(errno));
    free(lock);
    return result;
}

enum result sqlite_take_file(struct connection *connection, const char *place, struct error *error)
{
    char path[PATH_MAX];
    connection->lock = -1;
    if (strcmp(place, MEMORY) == 0)
        return RESULT_OK;
    if (make_file(place, error) != RESULT_OK)
        return RESULT_IO;
    /* One file may have several names. */
    if (realpath(place, path) == NULL)
        return system_failed(error);
    connection->path = memory_duplicate(path);
    enum result result = sqlite_make_file(connection, error);
    return result == RESULT_OK ? lock_file(connection, place, error) : result;
}

/* Let go of by name: a child process may still hold a copy of the descriptor. */
void sqlite_leave_file(struct connection *connection)
{
    if (connection->lock >= 0) {
        flock(connection->lock, LOCK_UN);
        close(connection->lock);
    }
    free(connection->path);
}

/* On a full disk there is no mark, which is no harm. */
void sqlite_mark_file(const struct connection *connection)
{
    if (connection->lock >= 0 && pwrite(connection->lock, MARK, strlen(MARK), 0) < 0)
        return;
}

bool sqlite_file_is_ours(const struct connection *connection)
{
    char mark[sizeof MARK] = "";
    unsigned char header[APPLICATION_AT + 4];
    if (connection->path == NULL)
        return false;
    if (pread(connection->lock, mark, sizeof mark - 1, 0) > 0 && strcmp(mark, MARK) == 0)
        return true;
    int file = open(connection->path, O_RDONLY | O_CLOEXEC);
    ssize_t length = file >= 0 ? read(file, header, sizeof header) : -1;
    if (file >= 0)
        close(file);
    const unsigned char *at = header + APPLICATION_AT;
    return length == (ssize_t)sizeof header &&
           ((uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3]) ==
               STORE_APPLICATION_ID;
}
