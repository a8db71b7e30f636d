/* SPDX-License-Identifier: MIT */
/*
 * A file of lines, read whole under its lock at each use: it is short, since what is settled is
 * taken out. A line that a crash cut off is passed over, and ended before the next one. See
 * ledger.h.
 */
#include "monitor/daemon/ledger_private.h"

#include "monitor/base/log.h"
#include "monitor/base/memory.h"
#include "monitor/base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static enum result ledger_failed(const struct ledger *ledger, struct error *error)
{
    return error_set(error, RESULT_IO, "%s: %s", ledger->path, strerror(errno));
}

/* The file may be replaced while we wait for its lock. -1 on failure. */
static int open_locked(const struct ledger *ledger)
{
    for (;;) {
        struct stat held, named;
        int descriptor = open(ledger->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
        if (descriptor < 0)
            return -1;
        if (flock(descriptor, LOCK_EX) == 0 && fstat(descriptor, &held) == 0 &&
            stat(ledger->path, &named) == 0 && held.st_ino == named.st_ino &&
            held.st_dev == named.st_dev)
            return descriptor;
        int failed = errno;
        close(descriptor);
        errno = failed;
        if (failed != 0 && failed != EINTR && failed != ENOENT)
            return -1;
    }
}

/* A line that is not settled, of a run that is over: without its process. */
static char *without_process(const char *line)
{
    json_t *json = json_loads(line, 0, NULL);
    json_object_del(json, "process");
    char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    return text;
}

static void read_line(struct ledger_book *book, const char *line, size_t length)
{
    json_t *json = json_loadb(line, length, 0, NULL);
    const char *what = json_string_value(json_object_get(json, "what"));
    const char *run = json_string_value(json_object_get(json, "run"));
    const char *settled = json_string_value(json_object_get(json, "settled"));
    const char *left = json_string_value(json_object_get(json, "left"));
    const char *id = run != NULL ? run : settled != NULL ? settled : left;
    if (what != NULL && id != NULL) {
        struct buffer key;
        buffer_init(&key, LEDGER_FILE_MAX);
        buffer_print(&key, "%s %s", id, what);
        const char *known = map_get(book->open, key.data);
        if (run != NULL)
            map_put(book->open, key.data, memory_duplicate_bytes(line, length));
        else if (settled != NULL)
            map_put(book->open, key.data, NULL);
        else if (known != NULL)
            map_put(book->open, key.data, without_process(known));
        buffer_free(&key);
    }
    json_decref(json);
}

static size_t count_open(const struct ledger_book *book)
{
    size_t count = 0;
    for (size_t i = 0; i < map_count(book->open); i++)
        count += map_value(book->open, i) != NULL;
    return count;
}

void ledger_book_close(struct ledger_book *book)
{
    if (book->descriptor >= 0)
        close(book->descriptor);
    buffer_free(&book->text);
    map_free(book->open);
}

static enum result book_read(const struct ledger *ledger, struct ledger_book *book,
                             struct error *error)
{
    char bytes[16 * 1024];
    ssize_t got;
    while ((got = read(book->descriptor, bytes, sizeof bytes)) > 0)
        if (buffer_append(&book->text, bytes, (size_t)got) != RESULT_OK)
            return error_set(error, RESULT_LIMIT, "%s: longer than %d bytes", ledger->path,
                             LEDGER_FILE_MAX);
    if (got < 0)
        return ledger_failed(ledger, error);
    for (const char *line = book->text.data; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        read_line(book, line, length);
        line += length + (line[length] == '\n');
    }
    return RESULT_OK;
}

enum result ledger_book_open(const struct ledger *ledger, struct ledger_book *book,
                             struct error *error)
{
    *book = (struct ledger_book){.descriptor = open_locked(ledger), .open = map_create(free)};
    buffer_init(&book->text, LEDGER_FILE_MAX);
    enum result result =
        book->descriptor >= 0 ? book_read(ledger, book, error) : ledger_failed(ledger, error);
    if (result != RESULT_OK)
        ledger_book_close(book);
    return result;
}

static enum result write_all(int descriptor, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t put = write(descriptor, bytes, length);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return RESULT_IO;
        bytes += put;
        length -= (size_t)put;
    }
    return fsync(descriptor) == 0 ? RESULT_OK : RESULT_IO;
}

/* A new file's name must be on disk, too. */
static enum result sync_directory(const struct ledger *ledger)
{
    const char *slash = strrchr(ledger->path, '/');
    char *directory = slash != NULL
                          ? memory_duplicate_bytes(ledger->path, (size_t)(slash + 1 - ledger->path))
                          : memory_duplicate(".");
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum result result = descriptor >= 0 && fsync(descriptor) == 0 ? RESULT_OK : RESULT_IO;
    if (descriptor >= 0)
        close(descriptor);
    free(directory);
    return result;
}

static enum result book_append(const struct ledger *ledger, struct ledger_book *book,
                               const json_t *json, struct error *error)
{
    struct buffer line;
    buffer_init(&line, LEDGER_FILE_MAX);
    char *text = json_dumps(json, JSON_COMPACT);
    bool is_cut = book->text.length > 0 && book->text.data[book->text.length - 1] != '\n';
    buffer_print(&line, "%s%s\n", is_cut ? "\n" : "", text);
    enum result result = write_all(book->descriptor, line.data, line.length);
    if (result == RESULT_OK && book->text.length == 0)
        result = sync_directory(ledger);
    buffer_free(&line);
    free(text);
    return result == RESULT_OK ? RESULT_OK : ledger_failed(ledger, error);
}

/* The file anew, with what is open only. The lock is still held on the old one. */
static enum result book_compact(const struct ledger *ledger, const struct ledger_book *book,
                                struct error *error)
{
    struct buffer text;
    buffer_init(&text, LEDGER_FILE_MAX);
    for (size_t i = 0; i < map_count(book->open); i++)
        if (map_value(book->open, i) != NULL)
            buffer_print(&text, "%s\n", (const char *)map_value(book->open, i));
    int descriptor = open(ledger->new_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    enum result result = RESULT_IO;
    if (descriptor >= 0)
        result = write_all(descriptor, text.data, text.length);
    if (descriptor >= 0)
        close(descriptor);
    if (result == RESULT_OK && rename(ledger->new_path, ledger->path) != 0)
        result = RESULT_IO;
    if (result == RESULT_OK)
        result = sync_directory(ledger);
    buffer_free(&text);
    return result == RESULT_OK ? RESULT_OK : ledger_failed(ledger, error);
}

static json_t *debt_to_json(const struct journey_debt *debt)
{
    char when[WALL_TEXT_MAX], process[PROCESS_MARK_MAX];
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:O}", "run", debt->run_id, "what",
                     debt->what, "journey", debt->journey, "vantage", debt->vantage, "step",
                     debt->step, "when", wall_print(clock_wall(), when), "process",
                     process_mark(process), "variables", (json_t *)(uintptr_t)debt->variables);
}

static enum symptom record(void *data, const struct journey_debt *debt, struct arena *arena,
                           const char **ret_detail)
{
    const struct ledger *ledger = data;
    struct ledger_book book;
    struct error error = {0};
    enum symptom symptom = SYMPTOM_NONE;
    if (ledger_book_open(ledger, &book, &error) != RESULT_OK) {
        *ret_detail = arena_duplicate(arena, error.text);
        return SYMPTOM_MONITOR_LEDGER_FAILED;
    }
    json_t *json = debt_to_json(debt);
    if (count_open(&book) >= ledger->most) {
        *ret_detail = arena_print(arena, "%zu unsettled, see %s", count_open(&book), ledger->path);
        symptom = SYMPTOM_MONITOR_LEDGER_FULL;
    } else if (book_append(ledger, &book, json, &error) != RESULT_OK) {
        *ret_detail = arena_duplicate(arena, error.text);
        symptom = SYMPTOM_MONITOR_LEDGER_FAILED;
    }
    json_decref(json);
    ledger_book_close(&book);
    return symptom;
}

/* A line about one that is noted already. What cannot be struck off stays: that errs on the side of
 * the shop. */
static void append_event(const struct ledger *ledger, const char *event, const char *run_id,
                         const char *what)
{
    struct ledger_book book;
    struct error error = {0};
    char when[WALL_TEXT_MAX];
    if (ledger_book_open(ledger, &book, &error) != RESULT_OK) {
        log_error("%s", error.text);
        return;
    }
    json_t *json = json_pack("{s:s, s:s, s:s}", event, run_id, "what", what, "when",
                             wall_print(clock_wall(), when));
    enum result result = book_append(ledger, &book, json, &error);
    if (result == RESULT_OK && book.text.length > LEDGER_COMPACT_AT) {
        char *line = json_dumps(json, JSON_COMPACT);
        read_line(&book, line, strlen(line));
        free(line);
        result = book_compact(ledger, &book, &error);
    }
    if (result != RESULT_OK)
        log_error("%s", error.text);
    json_decref(json);
    ledger_book_close(&book);
}

static void settle(void *data, const char *run_id, const char *what)
{
    append_event(data, "settled", run_id, what);
}

static void leave(void *data, const char *run_id, const char *what)
{
    append_event(data, "left", run_id, what);
}

struct ledger *ledger_create(const struct scenario *scenario)
{
    struct buffer path;
    bool mutates = false;
    for (size_t i = 0; i < scenario->step_count; i++)
        mutates |= scenario->steps[i].mutates != NULL;
    struct ledger *ledger = memory_allocate(1, sizeof *ledger);
    const char *slash = strrchr(scenario->file, '/');
    const char *name = slash != NULL ? slash + 1 : scenario->file;
    buffer_init(&path, strlen(scenario->file) + 64);
    buffer_print(&path, "%.*s.%s.ledger.jsonl", (int)(name - scenario->file), scenario->file, name);
    ledger->path = memory_duplicate(path.data);
    buffer_text(&path, ".new");
    ledger->new_path = buffer_steal(&path);
    ledger->most = scenario->orders_max;
    ledger->journey = (struct journey_ledger){record, settle, leave, ledger};
    /* Where the scenario was changed since, what it has left behind is left behind still. */
    if (mutates || access(ledger->path, F_OK) == 0)
        return ledger;
    ledger_free(ledger);
    return NULL;
}

void ledger_free(struct ledger *ledger)
{
    if (ledger == NULL)
        return;
    free(ledger->path);
    free(ledger->new_path);
    free(ledger);
}

const struct journey_ledger *ledger_of_journey(const struct ledger *ledger)
{
    return ledger != NULL ? &ledger->journey : NULL;
}

const char *ledger_path(const struct ledger *ledger)
{
    return ledger->path;
}

enum result ledger_unsettled(const struct ledger *ledger, size_t *ret_count, struct error *error)
{
    struct ledger_book book;
    *ret_count = 0;
    if (ledger == NULL || access(ledger->path, F_OK) != 0)
        return RESULT_OK;
    enum result result = ledger_book_open(ledger, &book, error);
    if (result != RESULT_OK)
        return result;
    *ret_count = count_open(&book);
    if (map_count(book.open) > *ret_count)
        result = book_compact(ledger, &book, error);
    ledger_book_close(&book);
    return result;
}
