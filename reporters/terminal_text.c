/* SPDX-License-Identifier: MIT */
/* Cleaning, cutting and wrapping text for a terminal. See terminal_text.h. */
#include "reporters/terminal_text.h"

#include "monitor/base/memory.h"
#include "monitor/base/utf8.h"

#include "reporters/text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { CLEAN_MAX = 64 * 1024, TAB_WIDTH = 4 };

static const char *const paints[] = {
#define X(name, code) code,
    PAINT_TABLE(X)
#undef X
};

void terminal_paint(const struct terminal *terminal, enum paint paint, struct buffer *out)
{
    if (terminal->colour && paint != PAINT_PLAIN)
        buffer_print(out, "\x1b[%sm", paints[paint]);
}

void terminal_unpaint(const struct terminal *terminal, enum paint paint, struct buffer *out)
{
    if (terminal->colour && paint != PAINT_PLAIN)
        buffer_text(out, "\x1b[0m");
}

/* What our own sentences use beyond ASCII; foreign text gets a question mark. */
static const char *ascii_for(uint32_t code)
{
    static const struct {
        uint32_t code;
        const char *text;
    } table[] = {
        {0xb5, "u"},   {0x2026, "..."}, {0x201c, "\""}, {0x201d, "\""},
        {0x2019, "'"}, {0x2212, "-"},   {0x2013, "-"},  {0xd7, "x"},
    };
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (table[i].code == code)
            return table[i].text;
    return "?";
}

/* One character of `text`, cleaned; returns how many bytes it took. */
static size_t clean_character(const struct terminal *terminal, const char *text, struct buffer *out)
{
    uint32_t code = 0;
    size_t length = utf8_decode(text, &code);
    if (length == 0) {
        buffer_print(out, "\\x%02x", (unsigned char)text[0]);
        return 1;
    }
    if (code == '\t')
        buffer_print(out, "%*s", TAB_WIDTH, "");
    else if (code == '\n')
        buffer_text(out, " ");
    else if (!text_is_harmless(code))
        buffer_print(out, code < 0x80 ? "\\x%02" PRIx32 : "\\u%04" PRIx32, code);
    else if (code >= 0x80 && !terminal->unicode)
        buffer_text(out, ascii_for(code));
    else
        buffer_append(out, text, length);
    return length;
}

void terminal_clean(const struct terminal *terminal, const char *text, struct buffer *out)
{
    while (*text != '\0')
        text += clean_character(terminal, text, out);
}

/* Bytes of the first `count` characters of clean text. */
static size_t bytes_of(const char *clean, size_t count)
{
    size_t at = 0;
    uint32_t code;
    while (count-- > 0 && clean[at] != '\0') {
        size_t length = utf8_decode(clean + at, &code);
        at += length > 0 ? length : 1;
    }
    return at;
}

static void append_cut(const struct terminal *terminal, const char *clean, size_t width,
                       struct buffer *out)
{
    const char *mark = terminal->unicode ? "…" : "~";
    if (text_length(clean) <= width) {
        buffer_text(out, clean);
        return;
    }
    buffer_append(out, clean, bytes_of(clean, width - 1));
    buffer_text(out, mark);
}

void terminal_column(const struct terminal *terminal, const char *text, size_t width,
                     struct buffer *out)
{
    struct buffer clean;
    buffer_init(&clean, CLEAN_MAX);
    terminal_clean(terminal, text, &clean);
    size_t length = text_length(clean.data);
    append_cut(terminal, clean.data, width, out);
    if (length < width)
        buffer_print(out, "%*s", (int)(width - length), "");
    buffer_free(&clean);
}

/* Characters of the next line: up to `room`, ended at a space where there is one. */
static size_t line_length(const char *clean, size_t room)
{
    size_t total = text_length(clean);
    if (total <= room)
        return total;
    for (size_t count = room; count > 0; count--)
        if (clean[bytes_of(clean, count)] == ' ')
            return count;
    return room;
}

void terminal_wrap(const struct terminal *terminal, const char *text, size_t column, size_t indent,
                   struct buffer *out)
{
    struct buffer clean;
    buffer_init(&clean, CLEAN_MAX);
    terminal_clean(terminal, text, &clean);
    const char *rest = clean.data;
    size_t width = terminal->width;
    for (;;) {
        size_t room = width > column + 8 ? width - column : 8;
        size_t bytes = bytes_of(rest, line_length(rest, room));
        buffer_append(out, rest, bytes);
        buffer_text(out, "\n");
        rest += bytes;
        while (*rest == ' ')
            rest++;
        if (*rest == '\0')
            break;
        buffer_print(out, "%*s", (int)indent, "");
        column = indent;
    }
    buffer_free(&clean);
}

/* Where a line ends, made clean; `clean` is initialised here. */
static const char *clean_line(const struct terminal *terminal, const char *text,
                              struct buffer *clean)
{
    buffer_init(clean, CLEAN_MAX);
    while (*text != '\0' && *text != '\n') {
        if (text[0] == '\r' && text[1] == '\n')
            text++;
        else
            text += clean_character(terminal, text, clean);
    }
    return text + (*text == '\n');
}

static void quote_row(const struct terminal *terminal, bool is_first, size_t indent,
                      const char *clean, size_t room, struct buffer *out)
{
    buffer_print(out, is_first ? "" : "%*s", (int)indent, "");
    terminal_paint(terminal, PAINT_DIM, out);
    buffer_text(out, terminal->unicode ? "│ " : "| ");
    append_cut(terminal, clean, room, out);
    terminal_unpaint(terminal, PAINT_DIM, out);
    buffer_text(out, "\n");
}

/* Text of one line, as most JSON is, goes on in the next rows; of several lines each is cut. */
void terminal_quote(const struct terminal *terminal, const char *text, size_t indent,
                    struct buffer *out)
{
    size_t room = terminal->width > indent + 10 ? terminal->width - indent - 2 : 8;
    const char *end = strchr(text, '\n');
    bool is_one = end == NULL || end[1] == '\0';
    for (int row = 0; row < TERMINAL_BODY_LINES && *text != '\0';) {
        struct buffer clean;
        text = clean_line(terminal, text, &clean);
        const char *rest = clean.data;
        while (is_one && row + 1 < TERMINAL_BODY_LINES && text_length(rest) > room) {
            size_t bytes = bytes_of(rest, room);
            char *part = memory_duplicate_bytes(rest, bytes);
            quote_row(terminal, row++ == 0, indent, part, room, out);
            free(part);
            rest += bytes;
        }
        quote_row(terminal, row++ == 0, indent, rest, room, out);
        buffer_free(&clean);
    }
}
