/* SPDX-License-Identifier: MIT */
/* See public_export_write.h. Everything is done by names relative to a descriptor of the directory
 * that holds the link, so that nobody can turn a name elsewhere meanwhile. */
#include "reporters/public_export_write.h"

#include "monitor/base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_ROOM = NAME_MAX + 1, DEPTH_MAX = 8, TRIES_MAX = 1000 };
#define FOR_ALL_TO_READ  0644
#define FOR_ALL_TO_ENTER 0755

struct place {
    int parent;             /* the directory that holds the link */
    char name[NAME_ROOM];   /* of the link in it */
    char prefix[NAME_ROOM]; /* `.NAME.`, of generations */
    char old[NAME_ROOM];    /* the generation that the link leads to; "": none of ours */
    char fresh[NAME_ROOM];  /* the one that is being written */
};

static enum result failed(struct error *error, const char *what, const char *name)
{
    return error_set(error, RESULT_IO, "cannot %s %s: %s", what, name, strerror(errno));
}

enum result export_check(const char *link, struct error *error)
{
    struct stat status;
    if (lstat(link, &status) != 0 || S_ISLNK(status.st_mode))
        return RESULT_OK;
    return error_set(error, RESULT_INVALID,
                     "export: %s is no symbolic link, which it has to be (or not to be there)",
                     link);
}

/* --- where ------------------------------------------------------------------------------------ */

static enum result open_place(const char *link, struct place *place, struct error *error)
{
    size_t length = strlen(link);
    while (length > 1 && link[length - 1] == '/')
        length--;
    size_t start = length;
    while (start > 0 && link[start - 1] != '/')
        start--;
    size_t name = length - start;
    if (name == 0 || name > NAME_ROOM - 32)
        return error_set(error, RESULT_INVALID, "export: %s is no name for a link", link);
    char *parent = memory_allocate(start + 2, 1);
    memcpy(parent, start > 0 ? link : ".", start > 0 ? start : 1);
    snprintf(place->name, sizeof place->name, "%.*s", (int)name, link + start);
    snprintf(place->prefix, sizeof place->prefix, ".%.*s.", (int)name, link + start);
    place->parent = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum result result = place->parent >= 0 ? RESULT_OK : failed(error, "open", parent);
    free(parent);
    return result;
}

static bool is_generation(const struct place *place, const char *name)
{
    size_t length = strlen(place->prefix);
    return strncmp(name, place->prefix, length) == 0 && name[length] != '\0' &&
           strspn(name + length, "0123456789") == strlen(name + length);
}

static void find_old(struct place *place)
{
    char target[NAME_ROOM];
    ssize_t length = readlinkat(place->parent, place->name, target, sizeof target - 1);
    target[length > 0 ? length : 0] = '\0';
    if (is_generation(place, target))
        memcpy(place->old, target, sizeof place->old);
}

/* --- writing ---------------------------------------------------------------------------------- */

/* The number after the old one's, or the next that is free. */
static enum result make_fresh(struct place *place, struct error *error)
{
    unsigned long number = 1;
    if (place->old[0] != '\0')
        number = strtoul(place->old + strlen(place->prefix), NULL, 10) + 1;
    for (int i = 0; i < TRIES_MAX; i++, number++) {
        snprintf(place->fresh, sizeof place->fresh, "%.200s%lu", place->prefix, number);
        if (mkdirat(place->parent, place->fresh, FOR_ALL_TO_ENTER) == 0)
            return RESULT_OK;
        if (errno != EEXIST)
            break;
    }
    enum result result = failed(error, "make", place->fresh);
    place->fresh[0] = '\0';
    return result;
}

static bool write_all(int descriptor, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t written = write(descriptor, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return false;
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

/* The directories on the way to a file, those that there are not yet. */
static bool make_way(int top, const char *path)
{
    char part[PATH_MAX];
    for (const char *slash = path; (slash = strchr(slash, '/')) != NULL; slash++) {
        snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
        if (mkdirat(top, part, FOR_ALL_TO_ENTER) == 0)
            fchmodat(top, part, FOR_ALL_TO_ENTER, 0); /* whatever the umask is */
        else if (errno != EEXIST)
            return false;
    }
    return true;
}

static enum result write_file(int top, const struct export_file *file, struct error *error)
{
    int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    int descriptor =
        make_way(top, file->path) ? openat(top, file->path, flags, FOR_ALL_TO_READ) : -1;
    if (descriptor < 0)
        return failed(error, "make", file->path);
    enum result result = RESULT_OK;
    if (!write_all(descriptor, file->bytes, file->length) ||
        fchmod(descriptor, FOR_ALL_TO_READ) != 0)
        result = failed(error, "write", file->path);
    if (close(descriptor) != 0 && result == RESULT_OK)
        result = failed(error, "write", file->path);
    return result;
}

static enum result write_files(struct place *place, const struct export_file *files, size_t count,
                               struct error *error)
{
    int top = openat(place->parent, place->fresh, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (top < 0)
        return failed(error, "open", place->fresh);
    enum result result = RESULT_OK;
    fchmod(top, FOR_ALL_TO_ENTER);
    for (size_t i = 0; i < count && result == RESULT_OK; i++)
        result = write_file(top, &files[i], error);
    close(top);
    return result;
}

/* One rename: whoever opens the link finds the old generation or the fresh one. */
static enum result turn_link(struct place *place, struct error *error)
{
    char aside[NAME_ROOM];
    snprintf(aside, sizeof aside, "%.200slink", place->prefix);
    unlinkat(place->parent, aside, 0);
    if (symlinkat(place->fresh, place->parent, aside) == 0 &&
        renameat(place->parent, aside, place->parent, place->name) == 0)
        return RESULT_OK;
    enum result result = failed(error, "turn", place->name);
    unlinkat(place->parent, aside, 0);
    return result;
}

/* --- what is old ------------------------------------------------------------------------------ */

static void remove_tree(int parent, const char *name, unsigned depth)
{
    int descriptor = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    DIR *directory = descriptor >= 0 ? fdopendir(descriptor) : NULL;
    const struct dirent *entry;
    if (directory == NULL) {
        if (descriptor >= 0)
            close(descriptor);
        return;
    }
    while ((entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (unlinkat(descriptor, entry->d_name, 0) != 0 && depth < DEPTH_MAX)
            remove_tree(descriptor, entry->d_name, depth + 1);
    }
    closedir(directory);
    unlinkat(parent, name, AT_REMOVEDIR);
}

static void remove_old(const struct place *place)
{
    int copy = openat(place->parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *directory = copy >= 0 ? fdopendir(copy) : NULL;
    const struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL)
        if (is_generation(place, entry->d_name) && strcmp(entry->d_name, place->fresh) != 0 &&
            strcmp(entry->d_name, place->old) != 0)
            remove_tree(place->parent, entry->d_name, 0);
    if (directory != NULL)
        closedir(directory);
    else if (copy >= 0)
        close(copy);
}

enum result export_write(const char *link, const struct export_file *files, size_t count,
                         struct error *error)
{
    struct place place = {.parent = -1};
    enum result result = export_check(link, error);
    if (result == RESULT_OK)
        result = open_place(link, &place, error);
    if (result == RESULT_OK) {
        find_old(&place);
        result = make_fresh(&place, error);
    }
    if (result == RESULT_OK)
        result = write_files(&place, files, count, error);
    if (result == RESULT_OK)
        result = turn_link(&place, error);
    if (result == RESULT_OK)
        remove_old(&place);
    else if (place.fresh[0] != '\0')
        remove_tree(place.parent, place.fresh, 0);
    if (place.parent >= 0)
        close(place.parent);
    return result;
}
