/* SPDX-License-Identifier: MIT */
/* Strings and numbers in a JSONPath (RFC 9535, sections 2.3.1 and 2.3.3). */
#include "monitor/base/utf8.h"
#include "scenarios/jsonpath_private.h"

#include <stdlib.h>
#include <string.h>

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Four hexadecimal digits. */
static bool parse_code_unit(struct parser *parser, uint32_t *ret_unit)
{
    uint32_t unit = 0;
    for (int i = 0; i < 4; i++) {
        char byte = parser->at[i];
        uint32_t digit;
        if (is_digit(byte))
            digit = (uint32_t)(byte - '0');
        else if ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'f')
            digit = (uint32_t)((byte | 0x20) - 'a' + 10);
        else
            return jsonpath_fail(parser, parser->at + i, "\\u needs four hexadecimal digits");
        unit = unit << 4 | digit;
    }
    parser->at += 4;
    *ret_unit = unit;
    return true;
}

/* Behind `\u`: one code unit, or the two of a surrogate pair. */
static bool parse_unicode_escape(struct parser *parser, char **out)
{
    const char *start = parser->at - 2;
    uint32_t unit, low;
    if (!parse_code_unit(parser, &unit))
        return false;
    if (unit >= 0xdc00 && unit <= 0xdfff)
        return jsonpath_fail(parser, start, "a low surrogate without a high one before it");
    if (unit >= 0xd800 && unit <= 0xdbff) {
        if (!jsonpath_take(parser, "\\u"))
            return jsonpath_fail(parser, start, "a high surrogate without a low one behind it");
        if (!parse_code_unit(parser, &low))
            return false;
        if (low < 0xdc00 || low > 0xdfff)
            return jsonpath_fail(parser, start, "a high surrogate without a low one behind it");
        unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
    }
    *out += utf8_encode(unit, *out);
    return true;
}

/* Behind a backslash. */
static bool parse_escape(struct parser *parser, char quote, char **out)
{
    static const char letters[] = "bfnrt/\\";
    static const char meanings[] = "\b\f\n\r\t/\\";
    char letter = *parser->at;
    const char *known = letter != '\0' ? strchr(letters, letter) : NULL;
    if (letter == 'u') {
        parser->at++;
        return parse_unicode_escape(parser, out);
    }
    if (known == NULL && letter != quote)
        return jsonpath_fail(parser, parser->at - 1, "an escape that JSONPath does not have");
    *(*out)++ = known != NULL ? meanings[known - letters] : quote;
    parser->at++;
    return true;
}

bool jsonpath_parse_string(struct parser *parser, const char **ret_text, size_t *ret_length)
{
    const char *start = parser->at++;
    char quote = *start;
    /* No escape is shorter than what it stands for. */
    char *text = arena_allocate(parser->arena, strlen(start), 1);
    char *out = text;
    while (*parser->at != quote) {
        if (*parser->at == '\0')
            return jsonpath_fail(parser, start, "this string has no end");
        if ((unsigned char)*parser->at < 0x20)
            return jsonpath_fail(parser, parser->at, "a control character must be escaped");
        if (*parser->at != '\\')
            *out++ = *parser->at++;
        else if (parser->at++, !parse_escape(parser, quote, &out))
            return false;
    }
    parser->at++;
    *ret_text = text;
    *ret_length = (size_t)(out - text);
    return true;
}

static void skip_digits(struct parser *parser)
{
    while (is_digit(*parser->at))
        parser->at++;
}

/* `-`? then 0 or digits that do not start with 0. `-0` is left to the caller. */
static bool skip_integer(struct parser *parser)
{
    const char *start = parser->at;
    jsonpath_take(parser, "-");
    if (!is_digit(*parser->at))
        return jsonpath_fail(parser, start, "a number was expected");
    if (*parser->at == '0' && is_digit(parser->at[1]))
        return jsonpath_fail(parser, start, "a number has no leading zeros");
    skip_digits(parser);
    return true;
}

bool jsonpath_parse_integer(struct parser *parser, int64_t *ret_integer)
{
    const char *start = parser->at;
    if (!skip_integer(parser))
        return false;
    if (start[0] == '-' && start[1] == '0')
        return jsonpath_fail(parser, start, "-0 is no index");
    long long integer = strtoll(start, NULL, 10);
    if (integer > INTEGER_MAX || integer < -INTEGER_MAX)
        return jsonpath_fail(parser, start, "beyond the integers that JSON keeps exact (2^53 - 1)");
    *ret_integer = integer;
    return true;
}

bool jsonpath_parse_number(struct parser *parser, struct value *ret_number)
{
    const char *start = parser->at;
    bool is_real = false;
    if (!skip_integer(parser))
        return false;
    if (jsonpath_take(parser, ".")) {
        if (!is_digit(*parser->at))
            return jsonpath_fail(parser, parser->at, "a digit was expected behind the point");
        skip_digits(parser);
        is_real = true;
    }
    if (jsonpath_take(parser, "e") || jsonpath_take(parser, "E")) {
        if (!jsonpath_take(parser, "-"))
            jsonpath_take(parser, "+");
        if (!is_digit(*parser->at))
            return jsonpath_fail(parser, parser->at, "a digit was expected in the exponent");
        skip_digits(parser);
        is_real = true;
    }
    /* Past 18 digits an integer may not fit; as a real it compares as well as JSON's can. */
    if (is_real || parser->at - start > 18)
        *ret_number = (struct value){.kind = VALUE_REAL, .real = strtod(start, NULL)};
    else
        *ret_number = (struct value){.kind = VALUE_INTEGER, .integer = strtoll(start, NULL, 10)};
    return true;
}
