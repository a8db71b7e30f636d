/* SPDX-License-Identifier: MIT */
/* Character references of HTML, in text that is no document. See markup.h. */
#include "scenarios/markup.h"

#include "monitor/base/buffer.h"

#include <libxml/HTMLparser.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    NAME_MAX_LENGTH = 8, /* `thetasym` is the longest of HTML 4 */
    CODE_MAX = 0x10ffff,
    REPLACEMENT = 0xfffd,
};

static void append_code(struct buffer *out, uint32_t code)
{
    char bytes[4];
    size_t length = 0;
    if (code < 0x80) {
        bytes[length++] = (char)code;
    } else if (code < 0x800) {
        bytes[length++] = (char)(0xc0 | code >> 6);
        bytes[length++] = (char)(0x80 | (code & 0x3f));
    } else {
        if (code < 0x10000) {
            bytes[length++] = (char)(0xe0 | code >> 12);
        } else {
            bytes[length++] = (char)(0xf0 | code >> 18);
            bytes[length++] = (char)(0x80 | (code >> 12 & 0x3f));
        }
        bytes[length++] = (char)(0x80 | (code >> 6 & 0x3f));
        bytes[length++] = (char)(0x80 | (code & 0x3f));
    }
    buffer_append(out, bytes, length);
}

/* What browsers make of a number that is no character (WHATWG HTML, section 13.2.5.80). */
static uint32_t tame(uint32_t code)
{
    static const uint16_t windows[] = {
        0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021, 0x2c6,  0x2030, 0x160,
        0x2039, 0x152,  0x8d,   0x17d,  0x8f,   0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
        0x2013, 0x2014, 0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178,
    };
    if (code == 0 || code > CODE_MAX || (code >= 0xd800 && code <= 0xdfff))
        return REPLACEMENT;
    return code >= 0x80 && code < 0x80 + COUNT_OF(windows) ? windows[code - 0x80] : code;
}

/* `&#8364;` or `&#x20ac;`; returns its length, or 0. */
static size_t read_number(const char *text, size_t length, uint32_t *ret_code)
{
    bool is_hexadecimal = length > 2 && (text[2] | 0x20) == 'x';
    const char *digits = is_hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";
    size_t first = is_hexadecimal ? 3 : 2, at = first;
    uint32_t code = 0;
    for (; at < length && text[at] != '\0' && strchr(digits, text[at]) != NULL; at++) {
        char digit[] = {text[at], '\0'};
        uint32_t value = (uint32_t)strtoul(digit, NULL, 16);
        if (code <= CODE_MAX)
            code = code * (is_hexadecimal ? 16 : 10) + value;
    }
    if (at == first)
        return 0;
    *ret_code = tame(code);
    return at < length && text[at] == ';' ? at + 1 : at;
}

/* `&eacute;`; returns its length, or 0. */
static size_t read_name(const char *text, size_t length, uint32_t *ret_code)
{
    char name[NAME_MAX_LENGTH + 1] = "";
    const char *end = memchr(text, ';', length);
    size_t size = end != NULL ? (size_t)(end - text) - 1 : 0;
    if (size == 0 || size > NAME_MAX_LENGTH)
        return 0;
    memcpy(name, text + 1, size);
    const htmlEntityDesc *entity = htmlEntityLookup((const xmlChar *)name);
    if (entity == NULL)
        return 0;
    *ret_code = entity->value;
    return size + 2;
}

void markup_unescape(const char *text, size_t length, struct buffer *out)
{
    while (length > 0) {
        uint32_t code = 0;
        size_t used = 0;
        if (text[0] == '&' && length > 1)
            used =
                text[1] == '#' ? read_number(text, length, &code) : read_name(text, length, &code);
        if (used > 0) {
            append_code(out, code);
        } else {
            const char *next = memchr(text + 1, '&', length - 1);
            used = next != NULL ? (size_t)(next - text) : length;
            buffer_append(out, text, used);
        }
        text += used;
        length -= used;
    }
}
