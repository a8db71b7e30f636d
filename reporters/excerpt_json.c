/* SPDX-License-Identifier: MIT */
/*
 * JSON laid out for reading. The text is moved, not made anew: what was cut off somewhere comes out
 * cut at the same place, and numbers and escapes stand as they came. See excerpt.h.
 */
#include "reporters/excerpt.h"

#include <jansson.h>
#include <stdint.h>
#include <string.h>

enum { INDENT = 2, INDENT_MAX = 40, CUT_MAX = 4 /* bytes of a character that was cut in two */ };

/* JSON, or its beginning. A text is none. */
static bool is_json(const char *text, size_t length)
{
    json_error_t error;
    const char *first = text + strspn(text, " \t\r\n");
    if (*first != '{' && *first != '[')
        return false;
    json_t *json = json_loadb(text, length, 0, &error);
    bool is_whole = json != NULL;
    json_decref(json);
    return is_whole || json_error_code(&error) == json_error_premature_end_of_input ||
           (json_error_code(&error) == json_error_invalid_utf8 &&
            (size_t)error.position + CUT_MAX >= length);
}

/* Bytes of the string at `text`, quotes among them; up to the end where it is cut, and not much
 * more than `most`. */
static size_t string_length(const char *text, size_t most)
{
    size_t length = 1;
    while (text[length] != '\0' && text[length] != '"' && length <= most)
        length += text[length] == '\\' && text[length + 1] != '\0' ? 2 : 1;
    return length + (text[length] == '"');
}

/* Appends what stands at `text` and belongs together, with a space behind colon and comma; returns
 * how many bytes it took. */
static size_t add_token(const char *text, size_t most, struct buffer *out)
{
    size_t length = *text == '"' ? string_length(text, most) : 1;
    if (strchr(" \t\r\n", *text) != NULL)
        return 1;
    buffer_append(out, text, length);
    if (*text == ':' || *text == ',')
        buffer_text(out, " ");
    return length;
}

/* The list or object at `text` on one line, where it is whole and takes no more than `room` bytes:
 * how many bytes were read, or 0. */
static size_t add_short(const char *text, size_t room, struct buffer *out)
{
    size_t start = out->length, at = 0, depth = 0;
    do {
        depth += text[at] == '{' || text[at] == '[';
        depth -= text[at] == '}' || text[at] == ']';
        at += add_token(text + at, room, out);
    } while (depth > 0 && text[at] != '\0' && out->length - start <= room);
    if (depth == 0 && out->length - start <= room)
        return at;
    out->data[out->length = start] = '\0';
    return 0;
}

static void new_line(size_t depth, struct buffer *out)
{
    size_t indent = depth * INDENT < INDENT_MAX ? depth * INDENT : INDENT_MAX;
    while (out->length > 0 && out->data[out->length - 1] == ' ')
        out->data[--out->length] = '\0';
    buffer_print(out, "\n%*s", (int)indent, "");
}

/* Room on the line that `out` ends with. */
static size_t room_left(const struct buffer *out, size_t width)
{
    size_t used = 0;
    while (used < out->length && out->data[out->length - used - 1] != '\n')
        used++;
    return used < width ? width - used : 0;
}

bool excerpt_indent(const char *text, size_t length, size_t width, struct buffer *out)
{
    size_t depth = 0, taken;
    if (!is_json(text, length))
        return false;
    while (*text != '\0' && out->result == RESULT_OK) {
        bool opens = *text == '{' || *text == '[', closes = *text == '}' || *text == ']';
        if (opens && (taken = add_short(text, room_left(out, width), out)) > 0) {
            text += taken;
            continue;
        }
        depth -= closes && depth > 0;
        if (closes)
            new_line(depth, out);
        bool parts = *text == ',';
        depth += opens;
        text += add_token(text, SIZE_MAX, out);
        if (opens || parts)
            new_line(depth, out);
    }
    return out->result == RESULT_OK;
}
