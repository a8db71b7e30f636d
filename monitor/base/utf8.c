/* SPDX-License-Identifier: MIT */
/* Sequences of UTF-8. See utf8.h. */
#include "monitor/base/utf8.h"

#include "monitor/base/buffer.h"

#include <stdbool.h>
#include <string.h>

#define REPLACEMENT_CHARACTER "\xef\xbf\xbd"

static size_t utf8_announced_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2 || first > 0xf4)
        return 0;
    return first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
}

size_t utf8_sequence(const char *bytes, size_t length)
{
    const unsigned char *at = (const unsigned char *)bytes;
    if (length == 0)
        return 0;
    size_t sequence = utf8_announced_length(at[0]);
    if (sequence > length)
        return 0;
    for (size_t i = 1; i < sequence; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    bool overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool surrogate = at[0] == 0xed && at[1] > 0x9f;
    bool beyond = at[0] == 0xf4 && at[1] > 0x8f;
    return overlong || surrogate || beyond ? 0 : sequence;
}

size_t utf8_decode(const char *text, uint32_t *ret_character)
{
    size_t sequence = utf8_sequence(text, strnlen(text, UTF8_SEQUENCE_MAX));
    if (sequence == 0)
        return 0;
    unsigned char first = (unsigned char)text[0];
    uint32_t character = sequence == 1 ? first : first & (0x7fu >> sequence);
    for (size_t i = 1; i < sequence; i++)
        character = character << 6 | ((unsigned char)text[i] & 0x3fu);
    *ret_character = character;
    return sequence;
}

size_t utf8_valid(const char *bytes, size_t length)
{
    size_t at = 0;
    while (at < length) {
        uint64_t words[4];
        /* Most of what comes is ASCII: many bytes at once. */
        if (length - at >= sizeof words) {
            memcpy(words, bytes + at, sizeof words);
            if (((words[0] | words[1] | words[2] | words[3]) & UINT64_C(0x8080808080808080)) == 0) {
                at += sizeof words;
                continue;
            }
        }
        size_t sequence = utf8_sequence(bytes + at, length - at);
        if (sequence == 0)
            break;
        at += sequence;
    }
    return at;
}

size_t utf8_characters(const char *bytes, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)bytes[i] & 0xc0) != 0x80)
            count++;
    return count;
}

size_t utf8_encode(uint32_t character, char bytes[UTF8_SEQUENCE_MAX])
{
    if (character < 0x80) {
        bytes[0] = (char)character;
        return 1;
    }
    size_t length = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = length - 1; i > 0; i--) {
        bytes[i] = (char)(0x80 | (character & 0x3f));
        character >>= 6;
    }
    bytes[0] = (char)(marks[length] | character);
    return length;
}

void utf8_append_valid(struct buffer *out, const char *bytes, size_t length)
{
    while (length > 0) {
        size_t valid = utf8_valid(bytes, length);
        buffer_append(out, bytes, valid);
        if (valid == length)
            break;
        buffer_text(out, REPLACEMENT_CHARACTER);
        bytes += valid + 1;
        length -= valid + 1;
    }
}

size_t utf8_cut(const char *bytes, size_t length, size_t limit)
{
    if (length <= limit)
        return length;
    while (limit > 0 && ((unsigned char)bytes[limit] & 0xc0) == 0x80)
        limit--;
    return limit;
}
