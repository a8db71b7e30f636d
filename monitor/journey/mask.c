/* SPDX-License-Identifier: MIT */
/*
 * Masking. A text is read as it is, and as if it were URL-encoded, JSON-escaped or HTML-escaped:
 * one unit of it after the other is decoded and held against the secret. So every way of writing a
 * secret in such an encoding is found, not only the shortest. See mask.h.
 */
#include "monitor/journey/mask.h"

#include "monitor/base/buffer.h"
#include "monitor/base/memory.h"
#include "monitor/base/utf8.h"
#include "monitor/record/message.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    MASK_ALIGNMENTS = 3,
    MASK_ENTITY_MAX = 12, /* of an HTML entity, `&` and `;` among them */
    MASK_CUT_MAX = 8,     /* of half an encoded character at a text's end */
};

struct mask {
    char **needles; /* the secrets, and their base64 forms */
    size_t count;
};

struct mask *mask_create(void)
{
    return memory_allocate(1, sizeof(struct mask));
}

void mask_free(struct mask *mask)
{
    if (mask == NULL)
        return;
    for (size_t i = 0; i < mask->count; i++)
        free(mask->needles[i]);
    free(mask->needles);
    free(mask);
}

static void add_needle(struct mask *mask, char *needle)
{
    memory_grow(mask->needles, mask->count);
    mask->needles[mask->count++] = needle;
}

/* The characters of base64 (RFC 4648) that depend on the secret alone, when `before` bytes stand
 * before it. */
static char *base64_of(const char *secret, size_t length, size_t before, const char *last_two)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    size_t first = (before * 8 + 5) / 6, end = (before + length) * 8 / 6, used = 0;
    char *text = memory_allocate(end - first + 1, 1);
    for (size_t n = first; n < end; n++) {
        unsigned value = 0;
        for (size_t bit = n * 6 - before * 8; bit < n * 6 - before * 8 + 6; bit++)
            value = value << 1 | ((unsigned char)secret[bit / 8] >> (7 - bit % 8) & 1);
        text[used++] = value < 62 ? letters[value] : last_two[value - 62];
    }
    return text;
}

bool mask_add(struct mask *mask, const char *secret)
{
    size_t length = strlen(secret);
    if (length < MASK_SECRET_MIN)
        return false;
    for (size_t i = 0; i < mask->count; i++)
        if (strcmp(mask->needles[i], secret) == 0)
            return true;
    add_needle(mask, memory_duplicate(secret));
    for (size_t before = 0; before < MASK_ALIGNMENTS; before++) {
        add_needle(mask, base64_of(secret, length, before, "+/"));
        add_needle(mask, base64_of(secret, length, before, "-_"));
    }
    return true;
}

/* What one unit of an encoded text stands for. */
struct unit {
    char bytes[UTF8_SEQUENCE_MAX];
    size_t count;
    size_t length; /* of what was read */
};

typedef struct unit unit_reader(const char *text);

static struct unit as_it_is(const char *text)
{
    return (struct unit){{text[0]}, 1, 1};
}

static struct unit character(uint32_t value, size_t length)
{
    struct unit unit = {.length = length};
    unit.count = value <= 0x10ffff ? utf8_encode(value, unit.bytes) : 0;
    return unit;
}

/* Reads up to `most` hexadecimal digits; -1 when there are fewer than `least`. */
static long read_hex(const char *text, size_t least, size_t most)
{
    char digits[9] = "";
    size_t count = strspn(text, "0123456789abcdefABCDEF");
    if (count < least)
        return -1;
    memcpy(digits, text, count < most ? count : most);
    return strtol(digits, NULL, 16);
}

static struct unit read_url(const char *text)
{
    long value = text[0] == '%' ? read_hex(text + 1, 2, 2) : -1;
    if (value >= 0)
        return (struct unit){{(char)value}, 1, 3};
    return as_it_is(text[0] == '+' ? " " : text);
}

static struct unit read_json(const char *text)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *name = text[0] == '\\' && text[1] != '\0' ? strchr(names, text[1]) : NULL;
    if (name != NULL)
        return (struct unit){{values[name - names]}, 1, 2};
    if (text[0] != '\\' || text[1] != 'u')
        return as_it_is(text);
    long high = read_hex(text + 2, 4, 4);
    if (high < 0)
        return as_it_is(text);
    if (high < 0xd800 || high > 0xdbff || strncmp(text + 6, "\\u", 2) != 0)
        return character((uint32_t)high, 6);
    long low = read_hex(text + 8, 4, 4);
    return low < 0 ? as_it_is(text)
                   : character((uint32_t)(0x10000 + ((high - 0xd800) << 10) + (low & 0x3ff)), 12);
}

static struct unit read_html(const char *text)
{
    static const struct {
        const char *name, value;
    } entities[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    if (text[0] != '&')
        return as_it_is(text);
    for (size_t i = 0; i < COUNT_OF(entities); i++)
        if (strncmp(text, entities[i].name, strlen(entities[i].name)) == 0)
            return (struct unit){{entities[i].value}, 1, strlen(entities[i].name)};
    size_t length = strcspn(text, ";") + 1;
    if (text[1] != '#' || length > MASK_ENTITY_MAX || text[length - 1] != ';')
        return as_it_is(text);
    bool is_hex = text[2] == 'x' || text[2] == 'X';
    long value = strtol(text + (is_hex ? 3 : 2), NULL, is_hex ? 16 : 10);
    return value > 0 && value <= 0x10ffff ? character((uint32_t)value, length) : as_it_is(text);
}

/* True where a text was cut: nothing follows, or what shortened texts end with, or half of an
 * encoded character. */
static bool is_cut(const char *rest)
{
    bool is_half = rest[0] != '\0' && strchr("%\\&", rest[0]) != NULL;
    return rest[0] == '\0' || strcmp(rest, "…") == 0 || strcmp(rest, "...") == 0 ||
           (is_half && strnlen(rest, MASK_CUT_MAX + 1) <= MASK_CUT_MAX);
}

/* How much of `text` is the needle, read in one way; 0: it is not. */
static size_t match(const char *text, const char *needle, unit_reader *read)
{
    size_t at = 0, before = 0, matched = 0;
    while (needle[matched] != '\0') {
        struct unit unit = text[at] != '\0' ? read(text + at) : (struct unit){0};
        if (unit.count == 0 || strncmp(needle + matched, unit.bytes, unit.count) != 0)
            break;
        matched += unit.count;
        before = at;
        at += unit.length;
    }
    if (needle[matched] == '\0')
        return at;
    /* Half of `&amp;` begins like a `&` that stands for itself. */
    bool is_end = is_cut(text + at) || (text[before] == '&' && is_cut(text + before));
    return matched >= MASK_SECRET_MIN && is_end ? at + strlen(text + at) : 0;
}

/* The longest of all, so that a secret that begins with another one is hidden whole. */
static size_t match_any(const struct mask *mask, const char *text)
{
    static unit_reader *const readers[] = {as_it_is, read_url, read_json, read_html};
    size_t longest = 0;
    for (size_t i = 0; i < mask->count; i++)
        for (size_t j = 0; j < COUNT_OF(readers); j++) {
            size_t length = match(text, mask->needles[i], readers[j]);
            longest = length > longest ? length : longest;
        }
    return longest;
}

const char *mask_text(const struct mask *mask, struct arena *arena, const char *text)
{
    struct buffer masked;
    size_t start = 0, at = 0;
    if (text == NULL || mask->count == 0)
        return text;
    buffer_init(&masked, strlen(text) * strlen(MASK_TEXT) + 1);
    while (text[at] != '\0') {
        size_t length = match_any(mask, text + at);
        if (length == 0) {
            at++;
            continue;
        }
        buffer_append(&masked, text + start, at - start);
        buffer_text(&masked, MASK_TEXT);
        start = at += length;
    }
    if (start > 0) {
        buffer_text(&masked, text + start);
        text = arena_duplicate(arena, masked.data);
    }
    buffer_free(&masked);
    return text;
}

/* A body may hold NULs: the text between them is masked. */
static void mask_body(const struct mask *mask, struct arena *arena, struct message *message)
{
    struct buffer masked;
    if (mask->count == 0)
        return;
    buffer_init(&masked, message->body_length * strlen(MASK_TEXT) + 1);
    for (size_t at = 0; at < message->body_length; at++) {
        const char *part = message->body + at;
        buffer_text(&masked, mask_text(mask, arena, part));
        at += strlen(part);
        if (at < message->body_length)
            buffer_append(&masked, "", 1);
    }
    message->body = arena_duplicate_bytes(arena, masked.data, masked.length);
    message->body_length = masked.length;
    buffer_free(&masked);
}

static void mask_message(const struct mask *mask, struct arena *arena, struct message *message)
{
    if (message == NULL)
        return;
    for (size_t i = 0; i < message->header_count; i++)
        message->headers[i].value = mask_text(mask, arena, message->headers[i].value);
    mask_body(mask, arena, message);
}

static const struct certificate *mask_certificate(const struct mask *mask, struct arena *arena,
                                                  const struct certificate *certificate)
{
    if (certificate == NULL || mask->count == 0)
        return certificate;
    struct certificate *masked = arena_allocate(arena, 1, sizeof *masked);
#define X(field, name) masked->field = mask_text(mask, arena, certificate->field);
    CERTIFICATE_TABLE(X)
#undef X
    return masked;
}

static const struct words *mask_words(const struct mask *mask, struct arena *arena,
                                      const struct words *words)
{
    if (words == NULL)
        return NULL;
    struct words *masked = arena_allocate(arena, 1, sizeof *masked);
#define X(field, header, meaning) masked->field = mask_text(mask, arena, words->field);
    WORDS_TABLE(X)
#undef X
    return masked;
}

void mask_step(const struct mask *mask, struct arena *arena, struct run_step *step)
{
    if (mask->count == 0)
        return;
    const char **texts[] = {&step->expected, &step->values, &step->actual, &step->excerpt,
                            &step->note};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        *texts[i] = mask_text(mask, arena, *texts[i]);
    for (size_t i = 0; i < step->exchange_count; i++) {
        step->exchanges[i].url = mask_text(mask, arena, step->exchanges[i].url);
        step->exchanges[i].detail = mask_text(mask, arena, step->exchanges[i].detail);
        step->exchanges[i].certificate =
            mask_certificate(mask, arena, step->exchanges[i].certificate);
        step->exchanges[i].words = mask_words(mask, arena, step->exchanges[i].words);
    }
}

void mask_messages(const struct mask *mask, struct arena *arena, struct run_step *step)
{
    for (size_t i = 0; i < step->exchange_count && mask->count > 0; i++) {
        mask_message(mask, arena, step->exchanges[i].request);
        mask_message(mask, arena, step->exchanges[i].answer);
    }
}
