/* SPDX-License-Identifier: MIT */
/*
 * damage FILE TABLE on|off: really damages one table of an SQLite file, while a shop uses it, and
 * mends it again. It knows SQLite's file format, and nothing of the shop.
 *
 * How: a table is a b-tree, whose root page is named in sqlite_master. That page is saved beside
 * the file (FILE.TABLE.saved) and overwritten with bytes that no b-tree page may begin with. From
 * then on every statement that reads the table fails with SQLITE_CORRUPT, "database disk image is
 * malformed", while the other tables, on pages of their own, go on working.
 *
 * Why the others notice at once: in rollback mode (not WAL) every transaction, when it takes its
 * shared lock, compares the file change counter (offset 24 of the header, section 1.3 of
 * https://sqlite.org/fileformat2.html) with the one it remembers, and drops its page cache if
 * somebody has changed it. So the counter goes up with the page, and with it the copy at offset 92,
 * without which the header's count of pages would not be believed.
 *
 * Why it is safe: all of it happens inside BEGIN EXCLUSIVE, whose file lock keeps every other
 * connection out. These locks are POSIX locks, which a process loses as soon as it closes any
 * descriptor of the file: ours is closed last.
 */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BUSY_MILLISECONDS = 10000,
    PAGE_MAX = 65536,
    PATH_SIZE = 4096,
    GARBAGE = 0xA5, /* a b-tree page begins with 2, 5, 10 or 13 */
    CHANGE_COUNTER = 24,
    VERSION_VALID_FOR = 92,
    COUNTER_SIZE = 4
};

static const char usage[] =
    "Usage: damage FILE TABLE on|off\n"
    "Damages a table's root page in an SQLite file that is in use, and mends it again.\n"
    "The good page waits in FILE.TABLE.saved meanwhile.\n";

struct target {
    const char *file, *table;
    char saved[PATH_SIZE];
    sqlite3 *connection;
    int descriptor;
    size_t page_size;
    off_t offset; /* of the root page */
};

static bool complain(const char *what, const char *why)
{
    fprintf(stderr, "damage: %s: %s\n", what, why);
    return false;
}

/* Runs a query of one value; `parameter` may be NULL. False when there is no row. */
static bool read_value(sqlite3 *connection, const char *sql, const char *parameter, char *text,
                       size_t size)
{
    sqlite3_stmt *query = NULL;
    bool found = false;

    if (sqlite3_prepare_v2(connection, sql, -1, &query, NULL) == SQLITE_OK &&
        (parameter == NULL ||
         sqlite3_bind_text(query, 1, parameter, -1, SQLITE_STATIC) == SQLITE_OK) &&
        sqlite3_step(query) == SQLITE_ROW) {
        const unsigned char *value = sqlite3_column_text(query, 0);
        snprintf(text, size, "%s", value == NULL ? "" : (const char *)value);
        found = true;
    }
    sqlite3_finalize(query);
    return found;
}

/* Takes the exclusive lock and learns where the table's root page is. */
static bool lock(struct target *target)
{
    char mode[16], size[16], page[24];

    if (sqlite3_open_v2(target->file, &target->connection, SQLITE_OPEN_READWRITE, NULL) !=
        SQLITE_OK)
        return complain(target->file, sqlite3_errmsg(target->connection));
    sqlite3_busy_timeout(target->connection, BUSY_MILLISECONDS);
    if (!read_value(target->connection, "PRAGMA journal_mode", NULL, mode, sizeof mode))
        return complain(target->file, sqlite3_errmsg(target->connection));
    if (strcmp(mode, "wal") == 0)
        return complain(target->file, "in WAL mode nobody would look at the changed page");
    if (sqlite3_exec(target->connection, "BEGIN EXCLUSIVE", NULL, NULL, NULL) != SQLITE_OK)
        return complain(target->file, sqlite3_errmsg(target->connection));
    if (!read_value(target->connection, "PRAGMA page_size", NULL, size, sizeof size) ||
        !read_value(target->connection,
                    "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND name = ?1"
                    " AND rootpage > 1",
                    target->table, page, sizeof page))
        return complain(target->table, "there is no such table");
    target->page_size = (size_t)atol(size);
    target->offset = (off_t)(atoll(page) - 1) * (off_t)target->page_size;
    if (target->page_size == 0 || target->page_size > PAGE_MAX)
        return complain(target->file, "the page size makes no sense");
    return true;
}

/* Adds one to a big-endian counter of the header. */
static bool count_up(int descriptor, unsigned char *counter)
{
    uint32_t value;

    if (pread(descriptor, counter, COUNTER_SIZE, CHANGE_COUNTER) != COUNTER_SIZE)
        return false;
    value = (uint32_t)counter[0] << 24 | (uint32_t)counter[1] << 16 | (uint32_t)counter[2] << 8 |
            counter[3];
    value++;
    for (int i = 0; i < COUNTER_SIZE; i++)
        counter[i] = (unsigned char)(value >> (24 - 8 * i));
    return true;
}

static bool replace_page(const struct target *target, const unsigned char *page)
{
    unsigned char counter[COUNTER_SIZE];
    int descriptor = target->descriptor;
    ssize_t size = (ssize_t)target->page_size;

    if (pwrite(descriptor, page, target->page_size, target->offset) != size ||
        !count_up(descriptor, counter) ||
        pwrite(descriptor, counter, sizeof counter, CHANGE_COUNTER) != COUNTER_SIZE ||
        pwrite(descriptor, counter, sizeof counter, VERSION_VALID_FOR) != COUNTER_SIZE ||
        fsync(descriptor) != 0)
        return complain(target->file, strerror(errno));
    return true;
}

static bool save_page(const struct target *target, const unsigned char *page)
{
    int copy = open(target->saved, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written;

    if (copy < 0)
        return complain(target->saved, errno == EEXIST ? "is there: the table is damaged already"
                                                       : strerror(errno));
    written =
        write(copy, page, target->page_size) == (ssize_t)target->page_size && fsync(copy) == 0;
    if (!written) {
        complain(target->saved, strerror(errno));
        unlink(target->saved);
    }
    close(copy);
    return written;
}

static bool damage(const struct target *target)
{
    unsigned char page[PAGE_MAX];

    if (pread(target->descriptor, page, target->page_size, target->offset) !=
        (ssize_t)target->page_size)
        return complain(target->file, "the page cannot be read");
    if (!save_page(target, page))
        return false;
    memset(page, GARBAGE, target->page_size);
    return replace_page(target, page);
}

static bool mend(const struct target *target)
{
    unsigned char page[PAGE_MAX];
    struct stat facts;
    int copy = open(target->saved, O_RDONLY | O_CLOEXEC);
    bool good;

    if (copy < 0)
        return complain(target->saved,
                        errno == ENOENT ? "is not there: nothing was damaged" : strerror(errno));
    good = fstat(copy, &facts) == 0 && facts.st_size == (off_t)target->page_size &&
           read(copy, page, target->page_size) == (ssize_t)target->page_size;
    close(copy);
    if (!good)
        return complain(target->saved, "is not one page long");
    return replace_page(target, page) && unlink(target->saved) == 0;
}

static bool run(struct target *target, bool on)
{
    bool done = false;

    target->descriptor = open(target->file, O_RDWR | O_CLOEXEC);
    if (target->descriptor < 0)
        return complain(target->file, strerror(errno));
    if (lock(target)) {
        done = on ? damage(target) : mend(target);
        sqlite3_exec(target->connection, "ROLLBACK", NULL, NULL, NULL);
    }
    sqlite3_close(target->connection);
    close(target->descriptor);
    return done;
}

int main(int count, char **arguments)
{
    struct target target = {.descriptor = -1};

    if (count == 2 && strcmp(arguments[1], "--help") == 0) {
        fputs(usage, stdout);
        return EXIT_SUCCESS;
    }
    if (count != 4 || (strcmp(arguments[3], "on") != 0 && strcmp(arguments[3], "off") != 0)) {
        fputs(usage, stderr);
        return 2;
    }
    target.file = arguments[1];
    target.table = arguments[2];
    if ((size_t)snprintf(target.saved, sizeof target.saved, "%s.%s.saved", target.file,
                         target.table) >= sizeof target.saved) {
        complain(target.file, "the name is too long");
        return EXIT_FAILURE;
    }
    return run(&target, strcmp(arguments[3], "on") == 0) ? EXIT_SUCCESS : EXIT_FAILURE;
}
