/* SPDX-License-Identifier: MIT */
/* Writing JSON. See json_writer.h. */
#include "monitor/record/json_writer.h"

#include "monitor/base/utf8.h"

#include <math.h>
#include <string.h>

enum { DIGITS_MAX = 24 };

/* The comma, and the key with its colon. Keys are the program's own words: nothing is escaped. */
static void write_key(struct json_writer *writer, const char *key)
{
    size_t length = key != NULL ? strlen(key) : 0;
    size_t comma = writer->follows ? 1 : 0;
    char *at = buffer_extend(writer->out, comma + (key != NULL ? length + 3 : 0));
    writer->follows = true;
    if (at == NULL)
        return;
    if (comma > 0)
        *at++ = ',';
    if (key == NULL)
        return;
    *at++ = '"';
    memcpy(at, key, length);
    memcpy(at + length, "\":", 2);
}

static void open_with(struct json_writer *writer, const char *key, const char *bracket)
{
    write_key(writer, key);
    buffer_append(writer->out, bracket, 1);
    writer->follows = false;
}

static void close_with(struct json_writer *writer, const char *bracket)
{
    buffer_append(writer->out, bracket, 1);
    writer->follows = true;
}

void json_open_object(struct json_writer *writer, const char *key)
{
    open_with(writer, key, "{");
}

void json_close_object(struct json_writer *writer)
{
    close_with(writer, "}");
}

void json_open_array(struct json_writer *writer, const char *key)
{
    open_with(writer, key, "[");
}

void json_close_array(struct json_writer *writer)
{
    close_with(writer, "]");
}

static void write_escaped(struct buffer *out, unsigned char byte)
{
    static const char letters[] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't', ['"'] = '"'};
    char letter = byte == '\\' ? '\\' : byte < sizeof letters ? letters[byte] : '\0';
    if (letter != '\0')
        buffer_append(out, (const char[]){'\\', letter}, 2);
    else
        buffer_print(out, "\\u%04X", byte);
}

static bool is_plain(unsigned char byte)
{
    return byte >= ' ' && byte != '"' && byte != '\\';
}

static void write_string(struct buffer *out, const char *text, size_t length)
{
    buffer_append(out, "\"", 1);
    for (size_t at = 0; at < length;) {
        size_t plain = at;
        while (plain < length && is_plain((unsigned char)text[plain]))
            plain++;
        buffer_append(out, text + at, plain - at);
        if (plain < length)
            write_escaped(out, (unsigned char)text[plain++]);
        at = plain;
    }
    buffer_append(out, "\"", 1);
}

/* A name, a URL, a word: most texts are of letters that stand for themselves. */
static bool write_plain(struct buffer *out, const char *text, size_t length)
{
    size_t plain = 0;
    while (plain < length && is_plain((unsigned char)text[plain]) &&
           (unsigned char)text[plain] < 0x80)
        plain++;
    char *at = plain == length ? buffer_extend(out, length + 2) : NULL;
    if (at == NULL)
        return plain == length;
    at[0] = '"';
    memcpy(at + 1, text, length);
    at[length + 1] = '"';
    return true;
}

static void write_text(struct buffer *out, const char *text, size_t length)
{
    struct buffer valid;
    if (write_plain(out, text, length))
        return;
    if (utf8_valid(text, length) == length) {
        write_string(out, text, length);
        return;
    }
    buffer_init(&valid, length * 3);
    utf8_append_valid(&valid, text, length);
    write_string(out, valid.data, valid.length);
    buffer_free(&valid);
}

void json_add_text(struct json_writer *writer, const char *key, const char *text)
{
    if (text != NULL)
        json_add_string(writer, key, text, strlen(text));
}

void json_add_string(struct json_writer *writer, const char *key, const char *text, size_t length)
{
    write_key(writer, key);
    write_text(writer->out, text, length);
}

void json_add_key(struct json_writer *writer, const char *key)
{
    json_add_text(writer, NULL, key);
    buffer_append(writer->out, ":", 1);
    writer->follows = false;
}

void json_add_raw(struct json_writer *writer, const char *json)
{
    write_key(writer, NULL);
    if (json != NULL)
        buffer_text(writer->out, json);
}

void json_add_word(struct json_writer *writer, const char *key, const char *word)
{
    write_key(writer, key);
    size_t length = strlen(word);
    char *at = buffer_extend(writer->out, length + 2);
    if (at == NULL)
        return;
    at[0] = '"';
    memcpy(at + 1, word, length);
    at[length + 1] = '"';
}

/* The digits, right-aligned before `end`; where they begin. */
static char *print_digits(char *end, uint64_t value)
{
    do
        *--end = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    return end;
}

void json_add_integer(struct json_writer *writer, const char *key, int64_t value)
{
    char digits[DIGITS_MAX], *end = digits + sizeof digits;
    char *at = print_digits(end, value < 0 ? -(uint64_t)value : (uint64_t)value);
    if (value < 0)
        *--at = '-';
    write_key(writer, key);
    buffer_append(writer->out, at, (size_t)(end - at));
}

/* A number of thousandths, without zeros at the end but for the one that says that it is a real. */
static void add_thousandths(struct json_writer *writer, const char *key, int64_t value)
{
    char digits[DIGITS_MAX], *end = digits + sizeof digits;
    uint64_t magnitude = value < 0 ? -(uint64_t)value : (uint64_t)value,
             decimals = magnitude % 1000;
    char *point = end - 4, *at = print_digits(point, magnitude / 1000);
    point[0] = '.';
    point[1] = (char)('0' + decimals / 100);
    point[2] = (char)('0' + decimals / 10 % 10);
    point[3] = (char)('0' + decimals % 10);
    while (end > point + 2 && end[-1] == '0')
        end--;
    if (value < 0)
        *--at = '-';
    write_key(writer, key);
    buffer_append(writer->out, at, (size_t)(end - at));
}

void json_add_real(struct json_writer *writer, const char *key, double value)
{
    add_thousandths(writer, key, llround(value * 1000));
}

void json_add_milliseconds(struct json_writer *writer, const char *key, duration value)
{
    _Static_assert(DURATION_MILLISECOND == 1000, "a duration is thousandths of a millisecond");
    add_thousandths(writer, key, value);
}

void json_add_flag(struct json_writer *writer, const char *key, bool value)
{
    write_key(writer, key);
    buffer_text(writer->out, value ? "true" : "false");
}

void json_add_wall(struct json_writer *writer, const char *key, struct wall_time time)
{
    char text[WALL_TEXT_MAX];
    if (time.us == 0)
        return;
    json_add_word(writer, key, wall_print(time, text));
}
