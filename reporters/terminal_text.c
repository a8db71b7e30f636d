/* SPDX-License-Identifier: MIT */
/* Cleaning, cutting and wrapping text for a terminal. See terminal_text.h. */
#include "reporters/terminal_text.h"

#include "monitor/base/utf8.h"

#include "reporters/text.h"

#include <inttypes.h>
#include <string.h>

enum { CLEAN_MAX = 64 * 1024, TAB_WIDTH = 4 };

static const struct {
    const char *mark, *ascii;
    enum paint paint, strong;
} looks[] = {
    [STATE_PASSED] = {"✓", "+", PAINT_GREEN, PAINT_GREEN_BOLD},
    [STATE_DEGRADED] = {"▲", "!", PAINT_YELLOW, PAINT_YELLOW_BOLD},
    [STATE_FAILED] = {"✗", "x", PAINT_RED, PAINT_RED_BOLD},
    [STATE_UNKNOWN] = {"?", "?", PAINT_YELLOW, PAINT_YELLOW_BOLD},
    [STATE_SKIPPED] = {"–", "-", PAINT_DIM, PAINT_DIM},
};

enum paint terminal_state_paint(enum state state, bool strong)
{
    return strong ? looks[state].strong : looks[state].paint;
}

const char *terminal_state_mark(const struct terminal *terminal, enum state state)
{
    return terminal->unicode ? looks[state].mark : looks[state].ascii;
}

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

void terminal_dim(const struct terminal *terminal, const char *text, struct buffer *out)
{
    buffer_print(out, "%*s", TERMINAL_INDENT, "");
    terminal_paint(terminal, PAINT_DIM, out);
    terminal_wrap(terminal, text, TERMINAL_INDENT, TERMINAL_INDENT, out);
    terminal_unpaint(terminal, PAINT_DIM, out);
}

/* Cleans as much of the line at `text` as `room` takes: ended at a space where a late one is there,
 * else anywhere. Returns how many bytes it took. */
static size_t clean_row(const struct terminal *terminal, const char *text, size_t room,
                        struct buffer *row)
{
    size_t at = 0, used = 0, space_at = 0, space_length = 0;
    while (text[at] != '\0' && text[at] != '\n') {
        size_t before = row->length;
        if (text[at] == '\r' && text[at + 1] == '\n') {
            at++;
            continue;
        }
        size_t taken = clean_character(terminal, text + at, row);
        used += text_length(row->data + before);
        if (used > room && before > 0) {
            row->data[row->length = space_at > 0 ? space_length : before] = '\0';
            return space_at > 0 ? space_at : at;
        }
        at += taken;
        if (text[at - 1] == ' ' && used > room / 3 * 2) {
            space_at = at;
            space_length = row->length;
        }
    }
    return at;
}

/* A line is broken with what follows indented a little more than its beginning. */
static size_t hanging(const char *line, size_t room)
{
    size_t indent = strspn(line, " ") + TERMINAL_INDENT;
    return indent < room / 2 ? indent : room / 2;
}

void terminal_quote(const struct terminal *terminal, const char *text, size_t indent, size_t most,
                    struct buffer *out)
{
    size_t room = terminal->width > indent + 10 ? terminal->width - indent - 2 : 8;
    size_t hang = 0;
    for (size_t line = 0; *text != '\0'; line++) {
        struct buffer row;
        buffer_init(&row, CLEAN_MAX);
        size_t next = hanging(text, room);
        if (line == most)
            buffer_text(&row, terminal->unicode ? "…" : "...");
        else
            text += clean_row(terminal, text, room - hang, &row);
        buffer_print(out, line == 0 ? "" : "%*s", (int)indent, "");
        terminal_paint(terminal, PAINT_DIM, out);
        buffer_text(out, terminal->unicode ? "│" : "|");
        terminal_unpaint(terminal, PAINT_DIM, out);
        while (row.length > 0 && row.data[row.length - 1] == ' ')
            row.data[--row.length] = '\0';
        if (row.length > 0)
            buffer_print(out, " %*s%s", (int)hang, "", row.data);
        buffer_text(out, "\n");
        buffer_free(&row);
        if (line == most)
            return;
        hang = *text == '\n' ? 0 : hang > 0 ? hang : next;
        text += *text == '\n';
    }
}
