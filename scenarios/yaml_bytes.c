/* SPDX-License-Identifier: MIT */
/* Bytes, lines and columns. Columns count bytes, as editors' jump lists do. See yaml_bytes.h. */
#include "scenarios/yaml_bytes.h"

#include <string.h>

/* The length of the UTF-8 character at `byte`, 0 when there is none: no overlong forms, no
 * surrogates, nothing past U+10FFFF (RFC 3629). */
static size_t utf8_length(const unsigned char *byte, size_t room)
{
    size_t length = byte[0] < 0x80   ? 1
                    : byte[0] < 0xc2 ? 0
                    : byte[0] < 0xe0 ? 2
                    : byte[0] < 0xf0 ? 3
                    : byte[0] < 0xf5 ? 4
                                     : 0;
    if (length == 0 || length > room)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
    bool bad = (byte[0] == 0xe0 && byte[1] < 0xa0) || (byte[0] == 0xed && byte[1] > 0x9f) ||
               (byte[0] == 0xf0 && byte[1] < 0x90) || (byte[0] == 0xf4 && byte[1] > 0x8f);
    return bad ? 0 : length;
}

size_t yaml_bytes_good(const char *text, size_t length)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t at = 0;
    while (at < length) {
        bool is_control = (byte[at] < 0x20 && strchr("\t\n\r", byte[at]) == NULL) ||
                          byte[at] == 0x7f || byte[at] == '\0';
        size_t size = is_control ? 0 : utf8_length(byte + at, length - at);
        if (size == 0)
            break;
        at += size;
    }
    return at;
}

void yaml_find_lines(struct yaml_file *file)
{
    arena_grow(file->arena, file->lines, file->line_count);
    file->lines[file->line_count++] = 0;
    for (size_t i = 0; i < file->length; i++) {
        bool is_end =
            file->text[i] == '\n' || (file->text[i] == '\r' && file->text[i + 1] != '\n');
        if (!is_end)
            continue;
        arena_grow(file->arena, file->lines, file->line_count);
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
    return (struct mistake_place){file->name, position, yaml_line(file, position.line)};
}
