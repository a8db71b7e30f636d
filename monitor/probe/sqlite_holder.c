/* SPDX-License-Identifier: MIT */
/*
 * SQLite's locks are POSIX record locks on bytes of the file and of its -shm file
 * (sqlite.org/lockingv3.html, sqlite.org/walformat.html), and the kernel lists who holds which in
 * /proc/locks: proc(5).
 *
 * The list is read, and not fcntl(F_GETLK) asked, for that takes a descriptor of the file; and to
 * close any descriptor of a file ends all record locks that this process has on it, those of
 * SQLite's connections in other threads with them, which would write then without a lock. See
 * sqlite_holder.h.
 */
#define _GNU_SOURCE /* statx */
#include "monitor/probe/sqlite_holder.h"

#include "monitor/base/buffer.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

/* What keeps others from what. A commit into the file itself waits for all who read; into the log
 * ahead (there is a -shm file then) for none. */
static const struct lock_use {
    const char *kind;
    bool is_of_memory; /* the -shm file */
    unsigned long long first, last;
    enum sqlite_wish keeps_from;
} lock_uses[] = {
    {"WRITE", false, 0x40000000, 0x40000000, SQLITE_WISH_READ},  /* PENDING */
    {"WRITE", false, 0x40000002, 0x400001ff, SQLITE_WISH_READ},  /* EXCLUSIVE */
    {"WRITE", false, 0x40000001, 0x40000001, SQLITE_WISH_BEGIN}, /* RESERVED */
    {"WRITE", true, 120, 120, SQLITE_WISH_BEGIN},                /* WAL_WRITE_LOCK */
    {"WRITE", true, 122, 122, SQLITE_WISH_READ},                 /* WAL_RECOVER_LOCK */
    {"READ", false, 0x40000002, 0x400001ff, SQLITE_WISH_COMMIT}, /* SHARED */
};

struct lock {
    char kind[8];
    long number;
    unsigned device_major, device_minor;
    unsigned long long inode, first, last;
};

/* A record lock that somebody holds; not one that is waited for, nor one of another sort. */
static bool read_lock(const char *line, struct lock *ret_lock)
{
    char last[24];
    if (sscanf(line, "%*d: POSIX %*s %7s %ld %x:%x:%llu %llu %23s", ret_lock->kind,
               &ret_lock->number, &ret_lock->device_major, &ret_lock->device_minor,
               &ret_lock->inode, &ret_lock->first, last) != 7)
        return false;
    ret_lock->last = strcmp(last, "EOF") == 0 ? ~0ULL : strtoull(last, NULL, 10);
    return ret_lock->number > 0;
}

/* As the kernel lists it. */
struct file {
    bool is_there;
    unsigned device_major, device_minor;
    unsigned long long inode;
};

/* The file system's own device, for there are those that show another one for a file (btrfs). Which
 * one a file is in is told by newer systems. */
#ifdef STATX_MNT_ID
#define WITH_MOUNT STATX_MNT_ID
static void find_device(uint64_t mount, struct file *file)
{
    char *line = NULL;
    size_t size = 0;
    FILE *list = fopen("/proc/self/mountinfo", "re");
    unsigned long long id;
    unsigned device_major, device_minor;
    while (list != NULL && getline(&line, &size, list) >= 0)
        if (sscanf(line, "%llu %*u %u:%u", &id, &device_major, &device_minor) == 3 && id == mount) {
            file->device_major = device_major;
            file->device_minor = device_minor;
        }
    free(line);
    if (list != NULL)
        fclose(list);
}
#else
#define WITH_MOUNT 0
#endif

static struct file find_file(const char *path)
{
    struct statx status;
    if (statx(AT_FDCWD, path, 0, STATX_INO | WITH_MOUNT, &status) != 0)
        return (struct file){0};
    struct file file = {true, status.stx_dev_major, status.stx_dev_minor, status.stx_ino};
#ifdef STATX_MNT_ID
    if (status.stx_mask & STATX_MNT_ID)
        find_device(status.stx_mnt_id, &file);
#endif
    return file;
}

static bool is_of_file(const struct lock *lock, const struct file *file)
{
    return file->is_there && lock->inode == file->inode &&
           lock->device_major == file->device_major && lock->device_minor == file->device_minor;
}

struct files {
    struct file database, memory;
};

static bool keeps_from(const struct lock *lock, const struct files *files, enum sqlite_wish wish)
{
    for (size_t i = 0; i < COUNT_OF(lock_uses); i++) {
        const struct lock_use *use = &lock_uses[i];
        bool is_idle = use->keeps_from == SQLITE_WISH_COMMIT && files->memory.is_there;
        if (!is_idle && use->keeps_from <= wish && strcmp(lock->kind, use->kind) == 0 &&
            lock->first <= use->last && lock->last >= use->first &&
            is_of_file(lock, use->is_of_memory ? &files->memory : &files->database))
            return true;
    }
    return false;
}

static struct files find_files(const char *path)
{
    char memory[PATH_SIZE];
    snprintf(memory, sizeof memory, "%s-shm", path);
    return (struct files){find_file(path), find_file(memory)};
}

/* All wait for each of several: an outsider does not hide that the shop is among them. */
static int rank_of(const struct process *process)
{
    return 2 * process->may_serve + process->is_stopped;
}

bool sqlite_find_holder(const char *path, enum sqlite_wish wish, struct sqlite_holder *ret_holder)
{
    struct lock lock;
    char *line = NULL;
    size_t size = 0;
    bool found = false;
    FILE *list = path != NULL ? fopen("/proc/locks", "re") : NULL;
    if (list == NULL)
        return false;
    struct files files = find_files(path);
    while (getline(&line, &size, list) >= 0) {
        struct sqlite_holder holder;
        if (!read_lock(line, &lock) || lock.number == getpid() ||
            !keeps_from(&lock, &files, wish) || !process_look(lock.number, &holder.process))
            continue;
        holder.number = lock.number;
        if (!found || rank_of(&holder.process) > rank_of(&ret_holder->process))
            *ret_holder = holder;
        found = true;
    }
    free(line);
    fclose(list);
    return found;
}
