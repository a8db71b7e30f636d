/* SPDX-License-Identifier: MIT */
/* Tokens of expressions: words, text in quotes, numbers, times, patterns. See expression_token.h.
 */
#include "scenarios/expression_token.h"

#include "monitor/base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

enum { TEXT_MAX = 500 };

void expression_report(struct expression_source *source, enum mistake_kind kind, size_t offset,
                       const char *hint, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;
    if (source->failed)
        return;
    source->failed = true;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    struct mistake_place place = source->place;
    place.position.column += (int)offset;
    mistakes_report(source->mistakes, kind, &place, hint, "%s", text);
}

/* Reads `u{1F600}` at `at`; 0 when it is none. */
static size_t read_unicode(const char *at, unsigned long *ret_code)
{
    char *end;
    if (at[0] != 'u' || at[1] != '{' || strspn(at + 2, DIGITS "abcdefABCDEF") == 0)
        return 0;
    *ret_code = strtoul(at + 2, &end, 16);
    bool good = *end == '}' && *ret_code > 0 && *ret_code <= 0x10ffff &&
                (*ret_code < 0xd800 || *ret_code > 0xdfff);
    return good ? (size_t)(end + 1 - at) : 0;
}

/* The escape at `at`, behind its backslash: its length, 0 when there is no such; what it makes goes
 * to `made`. */
static size_t read_escape(const char *at, char made[4], size_t *ret_made)
{
    static const char from[] = "\"\\ntr", to[] = "\"\\\n\t\r";
    unsigned long code;
    size_t length = read_unicode(at, &code);
    *ret_made = 1;
    if (length > 0) {
        *ret_made = utf8_encode((uint32_t)code, made);
        return length;
    }
    const char *found = at[0] != '\0' ? strchr(from, at[0]) : NULL;
    if (found == NULL)
        return 0;
    made[0] = to[found - from];
    return 1;
}

static struct token read_text(struct expression_source *source, size_t start)
{
    const char *text = source->text;
    struct token token = {.kind = TOKEN_BAD, .start = start, .end = strlen(text)};
    char *out = arena_allocate(source->arena, strlen(text) + 4, 1);
    size_t length = 0, at = start + 1;
    while (text[at] != '"') {
        if (text[at] == '\0') {
            expression_report(source, MISTAKE_EXPRESSION_TEXT, start, NULL,
                              "the quotation mark is never closed");
            return token;
        }
        size_t made = 1, size = 1;
        out[length] = text[at];
        if (text[at] == '\\') {
            size = read_escape(text + at + 1, out + length, &made) + 1;
            if (size == 1) {
                expression_report(source, MISTAKE_EXPRESSION_TEXT, at,
                                  "escapes are \\\" \\\\ \\n \\t \\r \\u{1F600}; "
                                  "a regular expression may stand between slashes: /\\d+/",
                                  "unknown escape in quoted text");
                return token;
            }
        }
        length += made;
        at += size;
    }
    token.kind = TOKEN_TEXT;
    token.end = at + 1;
    token.text = arena_duplicate_bytes(source->arena, out, length);
    return token;
}

static struct token read_pattern(struct expression_source *source, size_t start)
{
    const char *text = source->text;
    struct token token = {.kind = TOKEN_BAD, .start = start, .end = strlen(text)};
    char *out = arena_allocate(source->arena, strlen(text) + 1, 1);
    size_t length = 0, at = start + 1;
    for (; text[at] != '/'; at++) {
        if (text[at] == '\\' && text[at + 1] == '/')
            at++;
        else if (text[at] == '\\' && text[at + 1] != '\0')
            out[length++] = text[at++];
        if (text[at] == '\0') {
            expression_report(source, MISTAKE_EXPRESSION_TEXT, start, NULL,
                              "the `/` of a regular expression is never closed");
            return token;
        }
        out[length++] = text[at];
    }
    token.kind = TOKEN_PATTERN;
    token.end = at + 1;
    token.text = out;
    return token;
}

static struct token read_number(struct expression_source *source, size_t start)
{
    const char *text = source->text + start;
    size_t length = text[0] == '-';
    length += strspn(text + length, DIGITS);
    if (text[length] == '.' && strspn(text + length + 1, DIGITS) > 0)
        length += 1 + strspn(text + length + 1, DIGITS);
    if (text[length] == 'e' || text[length] == 'E') {
        size_t sign = text[length + 1] == '-' || text[length + 1] == '+';
        size_t exponent = strspn(text + length + 1 + sign, DIGITS);
        length += exponent > 0 ? 1 + sign + exponent : 0;
    }
    size_t unit = strspn(text + length, LETTERS DIGITS "._");
    struct token token = {.kind = TOKEN_NUMBER, .start = start, .end = start + length + unit};
    token.text = arena_duplicate_bytes(source->arena, text, length + unit);
    if (unit == 0)
        return token;
    token.kind = TOKEN_DURATION;
    if (duration_parse(token.text, &token.time) != RESULT_OK) {
        expression_report(source, MISTAKE_EXPRESSION_NUMBER, start,
                          "times are written 500ms, 1.5s, 2m", "`%s` is no number and no time",
                          token.text);
        token.kind = TOKEN_BAD;
    }
    return token;
}

static struct token read_variable(struct expression_source *source, size_t start)
{
    const char *text = source->text + start;
    size_t length = strcspn(text, "}");
    struct token token = {.kind = TOKEN_VARIABLE, .start = start, .end = start + length + 1};
    token.text = arena_duplicate_bytes(source->arena, text + 2, length - 2);
    if (text[length] == '\0' || !template_name_is_good(token.text)) {
        expression_report(source, MISTAKE_TEMPLATE_INVALID, start, NULL,
                          text[length] == '\0' ? "`${` without `}`" : "`${%s}` names no variable",
                          token.text);
        token.kind = TOKEN_BAD;
    }
    return token;
}

static struct token read_operator(struct expression_source *source, size_t start)
{
    static const char *const operators[] = {"==", "!=", ">=", "<=", ">", "<"};
    const char *text = source->text + start;
    struct token token = {.kind = TOKEN_BAD, .start = start, .end = start + 1};
    for (size_t i = 0; i < COUNT_OF(operators); i++) {
        if (strncmp(text, operators[i], strlen(operators[i])) != 0)
            continue;
        token.kind = TOKEN_OPERATOR;
        token.text = operators[i];
        token.end = start + strlen(operators[i]);
        return token;
    }
    const char *hint = NULL;
    if (text[0] == '=')
        hint = "did you mean `==`?";
    else if (text[0] == '!')
        hint = "did you mean `!=` or `not`?";
    else if (text[0] == '\'' || strncmp(text, "\xe2\x80\x9c", 3) == 0 ||
             strncmp(text, "\xe2\x80\x9d", 3) == 0)
        hint = "text stands between \" and \"";
    else if (text[0] == '&' || text[0] == '|')
        hint = "write each assertion on a line of its own";
    size_t length = utf8_sequence(text, strlen(text));
    expression_report(source, MISTAKE_EXPRESSION_SYNTAX, start, hint, "unexpected `%.*s`",
                      (int)(length > 0 ? length : 1), text);
    return token;
}

struct token expression_token(struct expression_source *source, size_t offset)
{
    const char *text = source->text;
    size_t start = offset + strspn(text + offset, " \t\r\n");
    struct token token = {.kind = TOKEN_END, .start = start, .end = start};
    char first = text[start];
    if (first == '\0')
        return token;
    if (first == '"')
        return read_text(source, start);
    if (first == '/')
        return read_pattern(source, start);
    if (first == '$' && text[start + 1] == '{')
        return read_variable(source, start);
    if (strchr(DIGITS, first) != NULL || (first == '-' && strspn(text + start + 1, DIGITS) > 0))
        return read_number(source, start);
    if (first == ',' || (first == '|' && text[start + 1] != '|')) {
        token.kind = first == ',' ? TOKEN_COMMA : TOKEN_BAR;
        token.end = start + 1;
        return token;
    }
    if (strchr(LETTERS, first) == NULL)
        return read_operator(source, start);
    token.kind = TOKEN_WORD;
    token.end = start + strspn(text + start, LETTERS DIGITS "._-");
    token.text = arena_duplicate_bytes(source->arena, text + start, token.end - start);
    return token;
}

size_t expression_token_offset(const struct expression_source *source, const struct token *token,
                               size_t offset)
{
    size_t at = token->start + 1, made = 0;
    while (made < offset && at + 1 < token->end) {
        char bytes[4];
        size_t size = 1;
        const char *text = source->text + at;
        if (token->kind == TOKEN_TEXT && text[0] == '\\') {
            at += read_escape(text + 1, bytes, &size) + 1;
        } else {
            at += token->kind == TOKEN_PATTERN && text[0] == '\\' && text[1] == '/' ? 2 : 1;
        }
        made += size;
    }
    return at;
}
