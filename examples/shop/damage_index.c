/* SPDX-License-Identifier: MIT */
/*
 * Damages one index of a PostgreSQL for real, so that whoever looks for its greatest keys never
 * comes back, and mends it again. The server must be stopped meanwhile, as it keeps pages in
 * memory, and must not use checksums, which would find the damage.
 *
 *     damage_index FILE on|off
 *
 * FILE is the index's, as pg_relation_filepath() tells it. An index is a tree whose leaves are
 * linked from left to right; a leaf that has one to its right begins with its high key, the
 * greatest that may be in it, and whoever looks for more goes right. Here the last leaf is linked
 * to itself, with its first key as the high key: a search for more goes right for ever, and
 * PostgreSQL does not look whether it is told to stop while it goes. What the page was is kept in
 * FILE.saved.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The layout of a page: storage/bufpage.h and access/nbtree.h of PostgreSQL 11 and later. */
enum {
    PAGE = 8192,
    LOWER_AT = 12,    /* uint16: where the line pointers end */
    SPECIAL_AT = 16,  /* uint16: where the links stand */
    POINTERS_AT = 24, /* line pointers of 4 bytes */
    POINTER_SIZE = 4,
    RIGHT_AT = 4,  /* in the special space, uint32: the page to the right, 0: none */
    FLAGS_AT = 12, /* uint16 */
    SPECIAL_SIZE = 16,
    FLAG_LEAF = 1,
    FLAG_GONE = 4 | 16, /* deleted, half dead */
    PATH_SIZE = 4096
};

struct saved {
    uint32_t number;
    unsigned char page[PAGE];
};

static bool complain(const char *what, const char *why)
{
    fprintf(stderr, "damage_index: %s: %s\n", what, why);
    return false;
}

static uint16_t short_at(const unsigned char *page, size_t at)
{
    uint16_t value;
    memcpy(&value, page + at, sizeof value);
    return value;
}

static bool is_last_leaf(const unsigned char *page)
{
    size_t special = short_at(page, SPECIAL_AT);
    uint32_t right;

    if (special + SPECIAL_SIZE != PAGE || short_at(page, LOWER_AT) < POINTERS_AT + POINTER_SIZE)
        return false;
    memcpy(&right, page + special + RIGHT_AT, sizeof right);
    uint16_t flags = short_at(page, special + FLAGS_AT);
    return (flags & FLAG_LEAF) != 0 && (flags & FLAG_GONE) == 0 && right == 0;
}

/* Page 0 is not one of the tree. */
static bool find(int file, struct saved *saved)
{
    for (saved->number = 1;
         pread(file, saved->page, PAGE, (off_t)saved->number * PAGE) == (ssize_t)PAGE;
         saved->number++)
        if (is_last_leaf(saved->page))
            return true;
    return false;
}

static bool write_page(int file, uint32_t number, const unsigned char *page)
{
    return pwrite(file, page, PAGE, (off_t)number * PAGE) == (ssize_t)PAGE && fsync(file) == 0;
}

static bool damage(const char *name, int file, int copy)
{
    struct saved saved = {0};
    unsigned char page[PAGE];

    if (!find(file, &saved))
        return complain(name, "has no last leaf with a key in it");
    if (write(copy, &saved, sizeof saved) != (ssize_t)sizeof saved || fsync(copy) != 0)
        return complain(name, strerror(errno));
    /* The first of its entries is taken for the high key from now on. */
    memcpy(page, saved.page, PAGE);
    memcpy(page + short_at(page, SPECIAL_AT) + RIGHT_AT, &saved.number, sizeof saved.number);
    return write_page(file, saved.number, page) || complain(name, strerror(errno));
}

static bool mend(const char *name, int file, int copy)
{
    struct saved saved;

    if (read(copy, &saved, sizeof saved) != (ssize_t)sizeof saved)
        return complain(name, "what was saved is not whole");
    return write_page(file, saved.number, saved.page) || complain(name, strerror(errno));
}

int main(int count, char **arguments)
{
    char saved[PATH_SIZE];
    bool on = count == 3 && strcmp(arguments[2], "on") == 0;
    bool done = false;

    if (!on && (count != 3 || strcmp(arguments[2], "off") != 0)) {
        fputs("Usage: damage_index FILE on|off\n"
              "Damages a B-tree index of a PostgreSQL that is stopped, or mends it.\n",
              stderr);
        return 2;
    }
    if ((size_t)snprintf(saved, sizeof saved, "%s.saved", arguments[1]) >= sizeof saved) {
        complain(arguments[1], "the name is too long");
        return EXIT_FAILURE;
    }
    int file = open(arguments[1], O_RDWR | O_CLOEXEC);
    int copy = open(saved, (on ? O_WRONLY | O_CREAT | O_EXCL : O_RDONLY) | O_CLOEXEC, 0600);
    if (file < 0)
        complain(arguments[1], strerror(errno));
    else if (copy < 0)
        complain(saved, strerror(errno));
    else
        done = on ? damage(arguments[1], file, copy) : mend(arguments[1], file, copy);
    /* A copy stands for damage that is there. */
    if (copy >= 0 && done != on)
        unlink(saved);
    if (copy >= 0)
        close(copy);
    if (file >= 0)
        close(file);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
