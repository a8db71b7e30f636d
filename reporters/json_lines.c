/* SPDX-License-Identifier: MIT */
/*
 * Appends each run to a file, a line a run: its record and its sequence. A batch is one write and
 * one sync, and only then is it called delivered. So after a crash the file may end in a part of a
 * batch that the cursor does not know of: opening cuts off a torn line and reads the last whole
 * one, and what is there already is not written again.
 *
 * A disk may take its time, and the loop must not wait for it: all this is done on a thread of the
 * file's own. Only opening is not, which comes before anything is measured.
 */
#include "reporters/kinds.h"

#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"
#include "monitor/base/worker.h"
#include "monitor/record/json_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    BATCH_BYTES = 1024 * 1024, /* a batch that has so many takes no further line */
    LINE_MAX_BYTES = STORE_RECORD_MAX + 64,
    READ_BLOCK = 64 * 1024,
    ANNOUNCEMENT_MAX = 2 * ERROR_TEXT_MAX,
    MODE = 0640, /* records hold excerpts of bodies */
};

struct json_lines {
    /* The thread's while a delivery is under way. */
    char *path;
    int descriptor;      /* -1: not open now, tried again with the next batch */
    store_sequence last; /* of the last line known; 0: none */
    char last_id[HASH_HEX_LENGTH + 1];
    struct error trouble; /* why the latest batch was not taken */

    /* The loop's. */
    struct worker *worker;
    struct error known_trouble; /* after the latest delivery that has ended */
    struct buffer announcement;
};

struct delivery {
    struct job job;
    struct json_lines *lines;
    const struct store_runs *runs;
    size_t delivered;
    reporter_delivered *done;
};

static enum result set_trouble(struct json_lines *lines)
{
    enum result result = errno == EISDIR ? RESULT_INVALID : RESULT_IO;
    return error_set(&lines->trouble, result, "%s: %s", lines->path, strerror(errno));
}

static enum result refuse_file(struct json_lines *lines)
{
    return error_set(&lines->trouble, RESULT_INVALID,
                     "%s: the file is there and does not end in a run's record; it is left alone",
                     lines->path);
}

static void close_file(struct json_lines *lines)
{
    if (lines->descriptor >= 0)
        close(lines->descriptor);
    lines->descriptor = -1;
}

/* Where the line begins that ends at `end`: behind the last newline before it. -1: cannot read. */
static off_t line_start(int descriptor, off_t end)
{
    char block[READ_BLOCK];
    while (end > 0) {
        size_t length = end < READ_BLOCK ? (size_t)end : READ_BLOCK;
        off_t begin = end - (off_t)length;
        if (pread(descriptor, block, length, begin) != (ssize_t)length)
            return -1;
        for (size_t i = length; i > 0; i--)
            if (block[i - 1] == '\n')
                return begin + (off_t)i;
        end = begin;
    }
    return 0;
}

/* Cuts off what a crash left of a line. It must look like the beginning of one of ours (or like the
 * zeros that some file systems leave after a power cut): the path may be a mistake, and the file
 * somebody's. */
static enum result cut_torn_line(struct json_lines *lines, off_t start, off_t size)
{
    static const char beginning[] = "{\"id\":\"";
    char torn[sizeof beginning - 1];
    size_t length = (size_t)(size - start);
    if (length > sizeof torn)
        length = sizeof torn;
    if (pread(lines->descriptor, torn, length, start) != (ssize_t)length)
        return set_trouble(lines);
    if (torn[0] != '\0' && memcmp(torn, beginning, length) != 0)
        return refuse_file(lines);
    return ftruncate(lines->descriptor, start) == 0 ? RESULT_OK : set_trouble(lines);
}

/* Remembers which run the line from `start` to `end` holds. */
static enum result read_last_line(struct json_lines *lines, off_t start, off_t end)
{
    size_t length = (size_t)(end - start);
    if (start < 0 || length > LINE_MAX_BYTES)
        return refuse_file(lines);
    char *text = memory_allocate(length + 1, 1);
    ssize_t got = pread(lines->descriptor, text, length, start);
    json_t *json = got == (ssize_t)length ? json_loadb(text, length, 0, NULL) : NULL;
    const char *id = json_string_value(json_object_get(json, "id"));
    store_sequence sequence = json_integer_value(json_object_get(json, "sequence"));
    bool ours = id != NULL && strlen(id) == HASH_HEX_LENGTH && sequence > 0;
    if (ours) {
        memcpy(lines->last_id, id, sizeof lines->last_id);
        lines->last = sequence;
    }
    json_decref(json);
    free(text);
    return ours ? RESULT_OK : refuse_file(lines);
}

/* A new file's name must be on disk, too, before a line in it counts as delivered. */
static enum result sync_directory(struct json_lines *lines)
{
    const char *slash = strrchr(lines->path, '/');
    size_t length = slash == NULL ? 0 : (size_t)(slash - lines->path) + 1;
    char *directory =
        length > 0 ? memory_duplicate_bytes(lines->path, length) : memory_duplicate(".");
    int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(directory);
    enum result result = RESULT_OK;
    if (descriptor < 0 || fsync(descriptor) != 0)
        result = set_trouble(lines);
    if (descriptor >= 0)
        close(descriptor);
    return result;
}

static enum result recover_end(struct json_lines *lines)
{
    struct stat facts;
    if (fstat(lines->descriptor, &facts) != 0)
        return set_trouble(lines);
    if (!S_ISREG(facts.st_mode))
        return refuse_file(lines);
    if (facts.st_size == 0)
        return sync_directory(lines);
    off_t start = line_start(lines->descriptor, facts.st_size);
    if (start < 0)
        return set_trouble(lines);
    enum result result = RESULT_OK;
    if (start < facts.st_size)
        result = cut_torn_line(lines, start, facts.st_size);
    if (result == RESULT_OK && start > 0)
        result = read_last_line(lines, line_start(lines->descriptor, start - 1), start - 1);
    /* Lines that a crash left unsynced are about to count as delivered. */
    if (result == RESULT_OK && fdatasync(lines->descriptor) != 0)
        result = set_trouble(lines);
    return result;
}

/* False when the name now leads to another file, or to none: it was rotated away. */
static bool file_is_ours(const struct json_lines *lines)
{
    struct stat named, opened;
    return lines->descriptor >= 0 && stat(lines->path, &named) == 0 &&
           fstat(lines->descriptor, &opened) == 0 && named.st_dev == opened.st_dev &&
           named.st_ino == opened.st_ino;
}

static enum result ensure_file(struct json_lines *lines)
{
    lines->trouble = (struct error){0};
    if (file_is_ours(lines))
        return RESULT_OK;
    close_file(lines);
    lines->descriptor = open(lines->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, MODE);
    if (lines->descriptor < 0)
        return set_trouble(lines);
    enum result result = recover_end(lines);
    if (result != RESULT_OK)
        close_file(lines);
    return result;
}

/*
 * How many of the first runs are in the file already. The last line's run is looked for by sequence
 * and id: in another store the same sequence is another run, and to write a run twice is better
 * than to leave one out.
 */
static size_t count_known(const struct json_lines *lines, const struct store_runs *runs)
{
    for (size_t i = 0; i < runs->count; i++)
        if (runs->sequences[i] == lines->last)
            return strcmp(runs->runs[i]->id, lines->last_id) == 0 ? i + 1 : 0;
    return 0;
}

static void print_line(struct buffer *text, const struct run *run, store_sequence sequence)
{
    struct json_writer writer = {.out = text};
    json_open_object(&writer, NULL);
    run_write_members(run, &writer);
    json_add_integer(&writer, "sequence", sequence);
    json_close_object(&writer);
    buffer_text(text, "\n");
}

/* Bytes of `text` that are in the file and on disk, in whole lines. */
static size_t write_lines(struct json_lines *lines, const struct buffer *text)
{
    struct stat before;
    if (fstat(lines->descriptor, &before) != 0)
        goto out;
    ssize_t written = write(lines->descriptor, text->data, text->length);
    if (written < 0)
        goto out;
    size_t kept = (size_t)written;
    while (kept > 0 && text->data[kept - 1] != '\n')
        kept--;
    if (kept < text->length)
        error_set(&lines->trouble, RESULT_IO, "%s: not all of it could be written", lines->path);
    if (kept < (size_t)written && ftruncate(lines->descriptor, before.st_size + (off_t)kept) != 0)
        goto out;
    if (fdatasync(lines->descriptor) == 0)
        return kept;
    /* What a failed sync has left is anyone's guess, so it is taken back. */
    int reason = errno;
    if (ftruncate(lines->descriptor, before.st_size) == 0)
        errno = reason;
out:
    /* Opening the file again looks at what is really in it. */
    set_trouble(lines);
    close_file(lines);
    return 0;
}

/* How many of `runs` are in the file after it. */
static size_t write_runs(struct json_lines *lines, const struct store_runs *runs)
{
    if (ensure_file(lines) != RESULT_OK)
        return 0;
    size_t delivered = count_known(lines, runs);
    if (delivered == runs->count)
        return delivered;
    struct buffer text;
    buffer_init(&text, BATCH_BYTES + LINE_MAX_BYTES);
    for (size_t i = delivered; i < runs->count && text.length < BATCH_BYTES; i++)
        print_line(&text, runs->runs[i], runs->sequences[i]);
    size_t length = write_lines(lines, &text);
    for (size_t i = 0; i < length; i++)
        if (text.data[i] == '\n')
            delivered++;
    buffer_free(&text);
    if (length > 0) {
        lines->last = runs->sequences[delivered - 1];
        memcpy(lines->last_id, runs->runs[delivered - 1]->id, sizeof lines->last_id);
    }
    return delivered;
}

static void delivery_work(void *context, struct job **jobs, size_t count)
{
    struct delivery *delivery = (struct delivery *)jobs[0];
    (void)count;
    delivery->delivered = write_runs(context, delivery->runs);
}

static void delivery_ended(struct job *job)
{
    struct delivery *delivery = (struct delivery *)job;
    struct json_lines *lines = delivery->lines;
    lines->known_trouble = lines->trouble;
    const struct reporter_outcome outcome = {
        .delivered = delivery->delivered,
        .trouble = lines->trouble.code != RESULT_OK ? lines->known_trouble.text : NULL,
    };
    delivery->done(job->data, &outcome);
}

static void delivery_free(struct job *job)
{
    free(job);
}

static void json_lines_deliver(void *reporter, const struct store_runs *runs,
                               reporter_delivered *done, void *data)
{
    static const struct job_kind kind = {1, delivery_work, delivery_ended, delivery_free};
    struct json_lines *lines = reporter;
    struct delivery *delivery = memory_allocate(1, sizeof *delivery);
    delivery->job.kind = &kind;
    delivery->job.data = data;
    delivery->lines = lines;
    delivery->runs = runs;
    delivery->done = done;
    worker_submit(lines->worker, &delivery->job);
}

static const char *json_lines_announce(void *reporter)
{
    struct json_lines *lines = reporter;
    buffer_clear(&lines->announcement);
    if (lines->known_trouble.code == RESULT_OK)
        buffer_print(&lines->announcement, "runs are appended to %s", lines->path);
    else
        buffer_print(&lines->announcement, "%s; no run is lost, it is tried again",
                     lines->known_trouble.text);
    return lines->announcement.data;
}

static void json_lines_close(void *reporter)
{
    struct json_lines *lines = reporter;
    worker_stop(lines->worker);
    close_file(lines);
    buffer_free(&lines->announcement);
    free(lines->path);
    free(lines);
}

/* A directory that is missing today may be there tomorrow; a file that is not ours stays so. */
static void *json_lines_open(const struct reporter_context *context,
                             const struct reporter_settings *settings, struct error *error)
{
    if (settings->path == NULL) {
        error_set(error, RESULT_INVALID, "reporter \"%s\" needs a `path`", settings->name);
        return NULL;
    }
    struct json_lines *lines = memory_allocate(1, sizeof *lines);
    lines->path = memory_duplicate(settings->path);
    lines->descriptor = -1;
    buffer_init(&lines->announcement, ANNOUNCEMENT_MAX);
    enum result result = ensure_file(lines);
    lines->known_trouble = lines->trouble;
    if (result == RESULT_INVALID)
        error_set(error, RESULT_INVALID, "reporter \"%s\": %s", settings->name,
                  lines->trouble.text);
    else
        lines->worker = worker_start(context->loop, lines, error);
    if (lines->worker == NULL) {
        json_lines_close(lines);
        return NULL;
    }
    return lines;
}

const struct reporter_kind json_lines_kind = {
    .name = "json-lines",
    .open = json_lines_open,
    .deliver = json_lines_deliver,
    .announce = json_lines_announce,
    .close = json_lines_close,
};
