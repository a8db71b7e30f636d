/* SPDX-License-Identifier: MIT */
/* UTF-8 and harmless characters. See text.h. */
#include "reporters/text.h"

size_t text_character(const char *at, uint32_t *ret_code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)at;
    if (bytes[0] < 0x80) {
        *ret_code = bytes[0];
        return 1;
    }
    size_t length = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
    if (bytes[0] < 0xc2 || bytes[0] > 0xf4)
        return 0;
    uint32_t code = bytes[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (bytes[i] & 0x3fu);
    }
    if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    *ret_code = code;
    return length;
}

bool text_is_harmless(uint32_t code)
{
    if (code == '\t' || code == '\n')
        return true;
    bool control = code < 0x20 || (code >= 0x7f && code <= 0x9f);
    bool direction = code == 0x200e || code == 0x200f || (code >= 0x202a && code <= 0x202e) ||
                     (code >= 0x2066 && code <= 0x2069);
    bool separator = code == 0x2028 || code == 0x2029;
    bool none = (code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef);
    return !control && !direction && !separator && !none;
}

size_t text_length(const char *text)
{
    size_t count = 0;
    uint32_t code;
    for (; *text != '\0'; count++) {
        size_t length = text_character(text, &code);
        text += length > 0 ? length : 1;
    }
    return count;
}

void text_append_valid(struct buffer *out, const char *text)
{
    while (*text != '\0') {
        uint32_t code;
        size_t length = text_character(text, &code);
        if (length > 0 && text_is_harmless(code))
            buffer_append(out, text, length);
        else if (length != 1 || code != '\r') /* a line's end on the wire is \r\n */
            buffer_text(out, "\xef\xbf\xbd");
        text += length > 0 ? length : 1;
    }
}
