/* SPDX-License-Identifier: MIT */
/* Bytes, lines and columns. Columns count bytes, as editors' jump lists do. See yaml_bytes.h. */
#include "scenarios/yaml_bytes.h"

#include "monitor/base/utf8.h"

#include <string.h>

size_t yaml_bytes_good(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length) {
        unsigned char byte = (unsigned char)text[at];
        bool is_blank = byte == '\t' || byte == '\n' || byte == '\r';
        bool is_control = (byte < 0x20 && !is_blank) || byte == 0x7f;
        size_t size = is_control ? 0 : utf8_sequence(text + at, length - at);
        if (size == 0)
            break;
        at += size;
    }
    return at;
}

void yaml_find_lines(struct yaml_file *file)
{
    arena_grow(file->tree, file->lines, file->line_count);
    file->lines[file->line_count++] = 0;
    for (size_t i = 0; i < file->length; i++) {
        bool is_end = file->text[i] == '\n' || (file->text[i] == '\r' && file->text[i + 1] != '\n');
        if (!is_end)
            continue;
        arena_grow(file->tree, file->lines, file->line_count);
        file->lines[file->line_count++] = i + 1;
    }
}

struct position yaml_at(const struct yaml_file *file, size_t offset)
{
    size_t low = 0, high = file->line_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (file->lines[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    return (struct position){(int)low + 1, (int)(offset - file->lines[low]) + 1};
}

const char *yaml_line(const struct yaml_file *file, int line)
{
    if (line < 1 || (size_t)line > file->line_count)
        return NULL;
    const char *start = file->text + file->lines[line - 1];
    return arena_duplicate_bytes(file->arena, start, strcspn(start, "\r\n"));
}

struct mistake_place yaml_place(const struct yaml_file *file, struct position position)
{
    /* A line may be as long as the file: it is copied only where it will be shown. */
    bool is_shown = !mistakes_are_full(file->mistakes);
    return (struct mistake_place){file->name, position,
                                  is_shown ? yaml_line(file, position.line) : NULL};
}
