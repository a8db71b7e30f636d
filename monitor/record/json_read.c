/* SPDX-License-Identifier: MIT */
/*
 * Reading what shops mostly send: JSON without rarities. jansson reads byte by byte, which for a
 * page of JSON costs more than all else that a step does. Whatever is not plain (numbers that a
 * double cannot hold exactly, surrogates, deep nesting, and every mistake) is left to jansson, so
 * that it alone decides what is JSON and says why something is not. See json.h.
 */
#include "monitor/record/json.h"

#include "monitor/base/buffer.h"
#include "monitor/base/utf8.h"

#include <string.h>

enum {
    DEPTH_MAX = 64,
    KEY_MAX = 255,
    DIGITS_MAX = 15, /* of a number that a double holds exactly (2^53 has 16) */
    STRING_MAX = 16 * 1024 * 1024,
};

struct reader {
    const char *at, *end;
    unsigned depth;
    struct buffer unescaped; /* of the string being read, if it has escapes */
};

static json_t *read_value(struct reader *reader);

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' ||
                                        *reader->at == '\r' || *reader->at == '\t'))
        reader->at++;
}

static bool accept(struct reader *reader, char byte)
{
    skip_blanks(reader);
    if (reader->at == reader->end || *reader->at != byte)
        return false;
    reader->at++;
    return true;
}

/* `\uXXXX` at the reader's place; 0 for surrogates and NUL, too. */
static uint32_t read_unit(struct reader *reader)
{
    uint32_t value = 0;
    if (reader->end - reader->at < 4)
        return 0;
    for (int i = 0; i < 4; i++) {
        char digit = *reader->at++;
        if (digit >= '0' && digit <= '9')
            value = value << 4 | (uint32_t)(digit - '0');
        else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f')
            value = value << 4 | (uint32_t)((digit | 0x20) - 'a' + 10);
        else
            return 0;
    }
    return value >= 0xd800 && value <= 0xdfff ? 0 : value;
}

/* Behind a backslash. */
static bool read_escape(struct reader *reader)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (reader->at == reader->end || *reader->at == '\0')
        return false;
    char name = *reader->at++;
    if (name != 'u') {
        const char *found = strchr(names, name);
        return found != NULL &&
               buffer_append(&reader->unescaped, &values[found - names], 1) == RESULT_OK;
    }
    char bytes[UTF8_SEQUENCE_MAX];
    uint32_t character = read_unit(reader);
    return character != 0 &&
           buffer_append(&reader->unescaped, bytes, utf8_encode(character, bytes)) == RESULT_OK;
}

/* Whether one of eight bytes is below a blank, a quote or a backslash: one that, with what it is
 * compared with taken away, borrows from its highest bit, which was not set before. */
static bool has_special(uint64_t word)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t quotes = word ^ (ones * '"'), escapes = word ^ (ones * '\\');
    return (((word - ones * ' ') & ~word) | ((quotes - ones) & ~quotes) |
            ((escapes - ones) & ~escapes)) &
           tops;
}

/* The run of bytes up to a quote, a backslash or what may not stand in a string. */
static size_t plain_length(const struct reader *reader)
{
    const char *at = reader->at;
    uint64_t word;
    while (reader->end - at >= (ptrdiff_t)sizeof word) {
        memcpy(&word, at, sizeof word);
        if (has_special(word))
            break;
        at += sizeof word;
    }
    while (at < reader->end && (unsigned char)*at >= ' ' && *at != '"' && *at != '\\')
        at++;
    return (size_t)(at - reader->at);
}

/* Behind the opening quote. The text stays in the document, or in `unescaped`. */
static bool read_text(struct reader *reader, const char **ret_text, size_t *ret_length)
{
    const char *start = reader->at;
    size_t length = plain_length(reader);
    reader->at += length;
    if (reader->at < reader->end && *reader->at == '\\') {
        buffer_clear(&reader->unescaped);
        buffer_append(&reader->unescaped, start, length);
        while (reader->at < reader->end && *reader->at == '\\') {
            reader->at++;
            if (!read_escape(reader))
                return false;
            length = plain_length(reader);
            if (buffer_append(&reader->unescaped, reader->at, length) != RESULT_OK)
                return false;
            reader->at += length;
        }
        start = reader->unescaped.data;
        length = reader->unescaped.length;
    }
    if (reader->at == reader->end || *reader->at++ != '"' || utf8_valid(start, length) != length)
        return false;
    *ret_text = start;
    *ret_length = length;
    return true;
}

static json_t *read_string(struct reader *reader)
{
    const char *text;
    size_t length;
    return read_text(reader, &text, &length) ? json_stringn_nocheck(text, length) : NULL;
}

/* `most` and one more, which tells that there were too many. */
static size_t read_digits(struct reader *reader, int64_t *value, size_t most)
{
    const char *start = reader->at;
    while (reader->at < reader->end && *reader->at >= '0' && *reader->at <= '9' &&
           (size_t)(reader->at - start) <= most)
        *value = *value * 10 + (*reader->at++ - '0');
    return (size_t)(reader->at - start);
}

/* Of so few digits both the number without its point and the power of ten are exact, and their
 * quotient is rounded once, as strtod does it. */
static json_t *read_number(struct reader *reader)
{
    static const double powers[] = {1,   1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
    int64_t value = 0;
    bool negative = *reader->at == '-';
    reader->at += negative;
    bool zero = reader->at < reader->end && *reader->at == '0';
    size_t digits = read_digits(reader, &value, DIGITS_MAX), decimals = 0;
    if (digits == 0 || digits > DIGITS_MAX || (zero && digits > 1))
        return NULL;
    bool real = reader->at < reader->end && *reader->at == '.';
    if (real) {
        reader->at++;
        decimals = read_digits(reader, &value, DIGITS_MAX - digits);
    }
    bool exponent = reader->at < reader->end && (*reader->at == 'e' || *reader->at == 'E');
    if (digits + decimals > DIGITS_MAX || exponent || (real && decimals == 0))
        return NULL;
    if (!real)
        return json_integer(negative ? -value : value);
    double magnitude = (double)value / powers[decimals];
    return json_real(negative ? -magnitude : magnitude);
}

static json_t *read_word(struct reader *reader, const char *word, json_t *value)
{
    size_t length = strlen(word);
    if ((size_t)(reader->end - reader->at) < length || memcmp(reader->at, word, length) != 0)
        return NULL;
    reader->at += length;
    return value;
}

/* Behind the opening bracket; NULL: gives up what there is. */
static json_t *read_array(struct reader *reader)
{
    json_t *array = json_array();
    if (accept(reader, ']'))
        return array;
    do {
        json_t *item = read_value(reader);
        if (item == NULL || json_array_append_new(array, item) != 0)
            goto out;
    } while (accept(reader, ','));
    if (accept(reader, ']'))
        return array;
out:
    json_decref(array);
    return NULL;
}

static bool read_member(struct reader *reader, json_t *object)
{
    char key[KEY_MAX + 1];
    const char *text;
    size_t length;
    if (!accept(reader, '"') || !read_text(reader, &text, &length) || length > KEY_MAX)
        return false;
    memcpy(key, text, length);
    key[length] = '\0';
    if (!accept(reader, ':'))
        return false;
    json_t *value = read_value(reader);
    return value != NULL && json_object_set_new_nocheck(object, key, value) == 0;
}

static json_t *read_object(struct reader *reader)
{
    json_t *object = json_object();
    if (accept(reader, '}'))
        return object;
    do {
        if (!read_member(reader, object))
            goto out;
    } while (accept(reader, ','));
    if (accept(reader, '}'))
        return object;
out:
    json_decref(object);
    return NULL;
}

static json_t *read_value(struct reader *reader)
{
    skip_blanks(reader);
    if (reader->at == reader->end)
        return NULL;
    json_t *value = NULL;
    switch (*reader->at) {
    case '"':
        reader->at++;
        return read_string(reader);
    case 't':
        return read_word(reader, "true", json_true());
    case 'f':
        return read_word(reader, "false", json_false());
    case 'n':
        return read_word(reader, "null", json_null());
    case '{':
    case '[':
        if (reader->depth == DEPTH_MAX)
            return NULL;
        reader->depth++;
        value = *reader->at++ == '{' ? read_object(reader) : read_array(reader);
        reader->depth--;
        return value;
    default:
        return *reader->at == '-' || (*reader->at >= '0' && *reader->at <= '9')
                   ? read_number(reader)
                   : NULL;
    }
}

json_t *json_read_plain(const char *text, size_t length)
{
    struct reader reader = {.at = text, .end = text + length};
    buffer_init(&reader.unescaped, STRING_MAX);
    json_t *value = read_value(&reader);
    skip_blanks(&reader);
    if (value != NULL && reader.at != reader.end) {
        json_decref(value);
        value = NULL;
    }
    buffer_free(&reader.unescaped);
    return value;
}
