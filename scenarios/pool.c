/* SPDX-License-Identifier: MIT */
/* CSV as RFC 4180 has it, into rows of equal length. See pool.h. */
#include "scenarios/pool.h"

#include "monitor/base/buffer.h"
#include "monitor/base/utf8.h"
#include "scenarios/mistake_kind.h"
#include "scenarios/template.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct csv {
    struct arena *arena;
    struct mistakes *mistakes;
    struct pool *pool;
    const char *at;
    int line;
    struct buffer field;
    size_t columns;     /* of the row so far */
    size_t field_count; /* of all rows */
};

static enum result refuse(const struct csv *csv, const char *text)
{
    const struct mistake_place place = {.file = csv->pool->path, .position = {csv->line, 1}};
    mistakes_report(csv->mistakes, MISTAKE_POOL_INVALID, &place, NULL, "%s", text);
    return RESULT_INVALID;
}

/* The text between quotes; a quote in it is doubled. */
static enum result read_quoted(struct csv *csv)
{
    for (csv->at++;; csv->at++) {
        if (*csv->at == '\0')
            return refuse(csv, "a quotation mark is never closed");
        if (*csv->at == '"' && csv->at[1] != '"')
            break;
        csv->at += *csv->at == '"';
        csv->line += *csv->at == '\n';
        buffer_append(&csv->field, csv->at, 1);
    }
    csv->at++;
    return *csv->at == '\0' || strchr(",\r\n", *csv->at) != NULL
               ? RESULT_OK
               : refuse(csv, "text behind a closing quotation mark");
}

static enum result read_field(struct csv *csv)
{
    buffer_clear(&csv->field);
    if (*csv->at == '"')
        return read_quoted(csv);
    size_t length = strcspn(csv->at, ",\r\n");
    if (memchr(csv->at, '"', length) != NULL)
        return refuse(csv, "a quotation mark inside of a field: put the field in quotes, and "
                           "double the mark");
    buffer_append(&csv->field, csv->at, length);
    csv->at += length;
    return RESULT_OK;
}

static enum result add_column(struct csv *csv)
{
    struct pool *pool = csv->pool;
    if (!template_name_is_good(csv->field.data))
        return refuse(csv, arena_print(csv->arena,
                                       "a column called `%.40s`: letters, digits, _ "
                                       "and - make a name",
                                       csv->field.data));
    for (size_t i = 0; i < pool->column_count; i++)
        if (strcmp(pool->columns[i], csv->field.data) == 0)
            return refuse(
                csv, arena_print(csv->arena, "two columns are called `%.40s`", csv->field.data));
    if (pool->column_count == POOL_COLUMNS_MAX)
        return refuse(csv, arena_print(csv->arena, "more than %d columns", POOL_COLUMNS_MAX));
    arena_grow(csv->arena, pool->columns, pool->column_count);
    pool->columns[pool->column_count++] = arena_duplicate(csv->arena, csv->field.data);
    return RESULT_OK;
}

static enum result read_row(struct csv *csv, bool is_header)
{
    struct pool *pool = csv->pool;
    int line = csv->line;
    for (csv->columns = 0;; csv->at++) {
        enum result result = read_field(csv);
        if (result == RESULT_OK && is_header)
            result = add_column(csv);
        if (result != RESULT_OK)
            return result;
        if (!is_header) {
            arena_grow(csv->arena, pool->fields, csv->field_count);
            pool->fields[csv->field_count++] =
                arena_duplicate_bytes(csv->arena, csv->field.data, csv->field.length);
        }
        csv->columns++;
        if (*csv->at != ',')
            break;
    }
    if (csv->columns == pool->column_count)
        return RESULT_OK;
    csv->line = line;
    return refuse(csv, arena_print(csv->arena, "%zu fields, and the first line names %zu",
                                   csv->columns, pool->column_count));
}

static enum result read_rows(struct csv *csv)
{
    enum result result = read_row(csv, true);
    while (result == RESULT_OK) {
        csv->at += *csv->at == '\r';
        csv->at += *csv->at == '\n';
        csv->line++;
        if (*csv->at == '\0')
            break;
        if (csv->pool->row_count == POOL_ROWS_MAX)
            return refuse(csv, arena_print(csv->arena, "more than %d rows", POOL_ROWS_MAX));
        result = read_row(csv, false);
        csv->pool->row_count += result == RESULT_OK;
    }
    if (result == RESULT_OK && csv->pool->row_count == 0)
        return refuse(csv, "no row stands below the first line");
    return result;
}

static enum result read_text(struct csv *csv, struct buffer *text)
{
    static char bytes[64 * 1024];
    size_t length;
    struct stat facts;
    if (stat(csv->pool->path, &facts) == 0 && S_ISFIFO(facts.st_mode))
        return refuse(csv, "a pipe, not a file");
    FILE *stream = fopen(csv->pool->path, "re");
    while (stream != NULL && (length = fread(bytes, 1, sizeof bytes, stream)) > 0)
        if (buffer_append(text, bytes, length) != RESULT_OK)
            break;
    bool failed = stream == NULL || ferror(stream) != 0;
    if (failed)
        refuse(csv, strerror(errno));
    if (stream != NULL)
        fclose(stream);
    if (failed)
        return RESULT_IO;
    char *real_path = realpath(csv->pool->path, NULL);
    csv->pool->real_path =
        arena_duplicate(csv->arena, real_path != NULL ? real_path : csv->pool->path);
    free(real_path);
    if (text->result != RESULT_OK)
        return refuse(csv, arena_print(csv->arena, "longer than %d bytes, which is the limit",
                                       POOL_FILE_MAX));
    if (memchr(text->data, '\0', text->length) != NULL ||
        utf8_valid(text->data, text->length) != text->length)
        return refuse(csv, "not text in UTF-8");
    return RESULT_OK;
}

enum result pool_read(struct arena *arena, struct pool *pool, struct mistakes *mistakes)
{
    static const char mark[] = "\xef\xbb\xbf"; /* what spreadsheets put before UTF-8 */
    struct csv csv = {.arena = arena, .mistakes = mistakes, .pool = pool};
    struct buffer text;
    buffer_init(&text, POOL_FILE_MAX);
    buffer_init(&csv.field, POOL_FILE_MAX);
    enum result result = read_text(&csv, &text);
    csv.at = text.data;
    csv.line = 1;
    if (strncmp(csv.at, mark, strlen(mark)) == 0)
        csv.at += strlen(mark);
    if (result == RESULT_OK)
        result = read_rows(&csv);
    buffer_free(&text);
    buffer_free(&csv.field);
    return result;
}

const char *const *pool_row(const struct pool *pool, uint64_t number)
{
    return pool->fields + (size_t)(number % pool->row_count) * pool->column_count;
}
