/* SPDX-License-Identifier: MIT */
/* Harmless characters. See text.h. */
#include "reporters/text.h"

#include "monitor/base/utf8.h"

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
        size_t length = utf8_decode(text, &code);
        text += length > 0 ? length : 1;
    }
    return count;
}

void text_append_valid(struct buffer *out, const char *text)
{
    while (*text != '\0') {
        uint32_t code;
        size_t length = utf8_decode(text, &code);
        if (length > 0 && text_is_harmless(code))
            buffer_append(out, text, length);
        else if (length != 1 || code != '\r') /* a line's end on the wire is \r\n */
            buffer_text(out, "\xef\xbf\xbd");
        text += length > 0 ? length : 1;
    }
}
