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

void expression_suggest(struct expression_source *source, size_t start, size_t end,
                        const char *text)
{
    if (!source->failed)
        source->fix = (struct expression_fix){.start = start, .end = end, .text = text};
}

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

/* In quotes that hold an escape of regular expressions: the same between slashes. */
static void suggest_pattern(struct expression_source *source, size_t start)
{
    const char *text = source->text + start + 1;
    size_t length = 0;
    while (text[length] != '"' && text[length] != '\0')
        length += text[length] == '\\' && text[length + 1] != '\0' ? 2 : 1;
    if (text[length] == '"')
        expression_suggest(source, start, start + length + 2,
                           expression_quoted(source->arena, text, length, true));
}

static struct token read_text(struct expression_source *source, size_t start)
{
    const char *text = source->text;
    struct token token = {.kind = TOKEN_BAD, .start = start, .end = strlen(text)};
    char *out = arena_allocate(source->scratch, strlen(text) + 4, 1);
    size_t length = 0, at = start + 1;
    while (text[at] != '"') {
        if (text[at] == '\0') {
            size_t end = expression_unquoted_end(text, start + 1);
            expression_suggest(
                source, start, end,
                arena_print(source->arena, "%.*s\"", (int)(end - start), text + start));
            expression_report(source, MISTAKE_EXPRESSION_TEXT, start, NULL,
                              "the quotation mark is never closed");
            return token;
        }
        size_t made = 1, size = 1;
        out[length] = text[at];
        if (text[at] == '\\') {
            size = read_escape(text + at + 1, out + length, &made) + 1;
            if (size == 1) {
                suggest_pattern(source, start);
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
    token.text = arena_duplicate_bytes(source->scratch, out, length);
    return token;
}

static struct token read_pattern(struct expression_source *source, size_t start)
{
    const char *text = source->text;
    struct token token = {.kind = TOKEN_BAD, .start = start, .end = strlen(text)};
    char *out = arena_allocate(source->scratch, strlen(text) + 1, 1);
    size_t length = 0, at = start + 1;
    for (; text[at] != '/'; at++) {
        if (text[at] == '\\' && text[at + 1] == '/')
            at++;
        else if (text[at] == '\\' && text[at + 1] != '\0')
            out[length++] = text[at++];
        if (text[at] == '\0') {
            expression_suggest(source, strlen(text), strlen(text), "/");
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
    token.text = arena_duplicate_bytes(source->scratch, text, length + unit);
    if (unit == 0)
        return token;
    token.kind = TOKEN_DURATION;
    if (duration_parse(token.text, &token.time) != RESULT_OK) {
        expression_suggest_number(source, &token);
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
    bool is_closed = text[length] == '}';
    struct token token = {
        .kind = TOKEN_VARIABLE, .start = start, .end = start + length + is_closed};
    token.text = arena_duplicate_bytes(source->scratch, text + 2, length - 2);
    if (!is_closed || !template_name_is_good(token.text)) {
        expression_report(source, MISTAKE_TEMPLATE_INVALID, start, NULL,
                          is_closed ? "`${%s}` names no variable" : "`${` without `}`", token.text);
        token.kind = TOKEN_BAD;
    }
    return token;
}

/* Quotation marks of word processors and other languages: what opens, what closes. */
static const struct {
    const char *open, *close, *other;
} quotes[] = {
    {"'", "'", "'"},
    {"`", "`", "`"},
    {"\xe2\x80\x98", "\xe2\x80\x99", "\xe2\x80\x98"}, /* single, high 6 and 9 */
    {"\xe2\x80\x99", "\xe2\x80\x99", "\xe2\x80\x99"},
    {"\xe2\x80\x9c", "\xe2\x80\x9d", "\xe2\x80\x9c"}, /* double, high 6 and 9 */
    {"\xe2\x80\x9d", "\xe2\x80\x9d", "\xe2\x80\x9d"},
    {"\xe2\x80\x9e", "\xe2\x80\x9c", "\xe2\x80\x9d"}, /* double, low 9 */
    {"\xc2\xab", "\xc2\xbb", "\xc2\xbb"},             /* angled */
    {"\xc2\xbb", "\xc2\xab", "\xc2\xbb"},
};

/* Text between quotation marks that are none here. */
static bool read_quoted(struct expression_source *source, struct token *token)
{
    const char *text = source->text + token->start;
    for (size_t i = 0; i < COUNT_OF(quotes); i++) {
        size_t length = strlen(quotes[i].open);
        if (strncmp(text, quotes[i].open, length) != 0)
            continue;
        const char *close = strstr(text + length, quotes[i].close);
        const char *other = strstr(text + length, quotes[i].other);
        if (close == NULL || (other != NULL && other < close))
            close = other;
        size_t inside = close != NULL ? (size_t)(close - text) - length : strlen(text) - length;
        token->text = arena_duplicate_bytes(source->scratch, text + length, inside);
        token->end = token->start + length + inside + (close != NULL ? length : 0);
        token->is_quoted = true;
        return true;
    }
    return false;
}

/* How much stands in brackets, they included; 0 when they are never closed. */
static size_t bracketed(const char *text)
{
    size_t depth = 0;
    for (size_t i = 0; text[i] != '\0'; i++) {
        depth += strchr("([{", text[i]) != NULL;
        depth -= strchr(")]}", text[i]) != NULL && depth > 0;
        if (depth == 0)
            return i + 1;
    }
    return 0;
}

/* Blanks that look like one and are none, as copied from web pages. */
static bool read_strange_blank(struct expression_source *source, struct token *token)
{
    static const char no_break[] = "\xc2\xa0";
    if (strncmp(source->text + token->start, no_break, strlen(no_break)) != 0)
        return false;
    token->end = token->start + strlen(no_break);
    expression_suggest(source, token->start, token->end, " ");
    expression_report(source, MISTAKE_EXPRESSION_SYNTAX, token->start, "type a plain space",
                      "a no-break space (U+00A0) stands here");
    token->kind = TOKEN_BAD;
    return true;
}

#define OPERATOR_CHARACTERS "=<>!~&|:;"

/* An operator, or something that is no token of ours. */
static struct token read_other(struct expression_source *source, size_t start)
{
    static const char *const operators[] = {"==", "!=", ">=", "<=", ">", "<"};
    const char *text = source->text + start;
    struct token token = {.kind = TOKEN_STRANGE, .start = start};
    if (read_quoted(source, &token) || read_strange_blank(source, &token))
        return token;
    size_t length = strspn(text, OPERATOR_CHARACTERS);
    if (length == 0)
        length = bracketed(text);
    if (length == 0 || strchr("([{" OPERATOR_CHARACTERS, text[0]) == NULL)
        length = strcspn(text, " \t\r\n\"");
    token.end = start + length;
    token.text = arena_duplicate_bytes(source->scratch, text, length);
    for (size_t i = 0; i < COUNT_OF(operators); i++)
        if (strcmp(token.text, operators[i]) == 0)
            token.kind = TOKEN_OPERATOR;
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
        return read_other(source, start);
    token.kind = TOKEN_WORD;
    token.end = start + strspn(text + start, LETTERS DIGITS "._-");
    token.text = arena_duplicate_bytes(source->scratch, text + start, token.end - start);
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
