/* SPDX-License-Identifier: MIT */
/*
 * JSON as compact text, for records that are written many times a second. jansson's own writer
 * looks for cycles, of which a record has none, and gives reals 17 digits, of which three are
 * meant. See json.h.
 */
#include "monitor/record/json.h"

#include <math.h>
#include <string.h>

static const double REAL_EXACT_MAX = 1e12; /* below, three decimals are exact in 64 bits */

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

static void write_string(struct buffer *out, const char *text, size_t length)
{
    size_t plain = 0;
    buffer_append(out, "\"", 1);
    for (size_t i = 0; i < length; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (byte >= ' ' && byte != '"' && byte != '\\')
            continue;
        buffer_append(out, text + plain, i - plain);
        write_escaped(out, byte);
        plain = i + 1;
    }
    buffer_append(out, text + plain, length - plain);
    buffer_append(out, "\"", 1);
}

static void write_integer(struct buffer *out, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    do
        digits[--at] = (char)('0' + rest % 10);
    while ((rest /= 10) > 0);
    if (value < 0)
        digits[--at] = '-';
    buffer_append(out, digits + at, sizeof digits - at);
}

/* What has three decimals at most, as all reals of a record have; else as exact as it is. */
static void write_real(struct buffer *out, double value)
{
    double magnitude = fabs(value);
    int64_t thousandths = magnitude < REAL_EXACT_MAX ? llround(magnitude * 1000) : 0;
    if (magnitude >= REAL_EXACT_MAX || (double)thousandths / 1000 != magnitude) {
        char text[40];
        snprintf(text, sizeof text, "%.17g", value);
        bool whole = strpbrk(text, ".e") == NULL;
        buffer_print(out, "%s%s", text, whole ? ".0" : "");
        return;
    }
    char decimals[] = {'.', (char)('0' + thousandths / 100 % 10),
                       (char)('0' + thousandths / 10 % 10), (char)('0' + thousandths % 10)};
    size_t count = sizeof decimals;
    while (count > 2 && decimals[count - 1] == '0')
        count--;
    if (value < 0)
        buffer_append(out, "-", 1);
    write_integer(out, thousandths / 1000);
    buffer_append(out, decimals, count);
}

static void write_array(struct buffer *out, const json_t *array)
{
    buffer_append(out, "[", 1);
    for (size_t i = 0; i < json_array_size(array); i++) {
        if (i > 0)
            buffer_append(out, ",", 1);
        json_write(json_array_get(array, i), out);
    }
    buffer_append(out, "]", 1);
}

static void write_object(struct buffer *out, const json_t *object)
{
    json_t *walked = (json_t *)object; /* jansson's iterators can change it, ours do not */
    bool first = true;
    buffer_append(out, "{", 1);
    for (void *at = json_object_iter(walked); at != NULL; at = json_object_iter_next(walked, at)) {
        const char *key = json_object_iter_key(at);
        if (!first)
            buffer_append(out, ",", 1);
        first = false;
        write_string(out, key, strlen(key));
        buffer_append(out, ":", 1);
        json_write(json_object_iter_value(at), out);
    }
    buffer_append(out, "}", 1);
}

void json_write(const json_t *json, struct buffer *out)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT:
        write_object(out, json);
        break;
    case JSON_ARRAY:
        write_array(out, json);
        break;
    case JSON_STRING:
        write_string(out, json_string_value(json), json_string_length(json));
        break;
    case JSON_INTEGER:
        write_integer(out, json_integer_value(json));
        break;
    case JSON_REAL:
        write_real(out, json_real_value(json));
        break;
    case JSON_TRUE:
        buffer_text(out, "true");
        break;
    case JSON_FALSE:
        buffer_text(out, "false");
        break;
    case JSON_NULL:
        buffer_text(out, "null");
        break;
    }
}
