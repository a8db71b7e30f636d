/* SPDX-License-Identifier: MIT */
/*
 * Collecting mistakes, and showing them as a compiler would. What is shown comes from people's
 * files: nothing in it may reach the terminal as a control character. See mistake.h.
 */
#include "scenarios/mistake.h"

#include "monitor/base/utf8.h"
#include "scenarios/mistake_kind.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum {
    LINE_SHOWN_MAX = 160, /* bytes of a source line; longer ones are cut around the column */
    LINE_SHOWN_BEFORE = 100,
    NEAREST_DISTANCE = 2,
    NEAREST_LENGTH = 48,
    NEAREST_NAMES_MAX = 500, /* no more are compared */
    TEXT_MAX = 1000,
};

static const struct {
    enum mistake_severity severity;
    const char *code;
} kinds[] = {
#define X(name, severity, code) {MISTAKE_##severity, code},
    MISTAKE_TABLE(X)
#undef X
};

bool mistakes_are_full(const struct mistakes *mistakes)
{
    return mistakes->count >= MISTAKES_MAX;
}

void mistakes_add(struct mistakes *mistakes, const struct mistake *mistake)
{
    if (mistake->severity == MISTAKE_ERROR)
        mistakes->errors++;
    else
        mistakes->warnings++;
    if (mistakes_are_full(mistakes))
        return;
    arena_grow(mistakes->arena, mistakes->items, mistakes->count);
    mistakes->items[mistakes->count++] = (struct mistake){
        .severity = mistake->severity,
        .code = arena_duplicate(mistakes->arena, mistake->code),
        .file = arena_duplicate(mistakes->arena, mistake->file),
        .position = mistake->position,
        .text = arena_duplicate(mistakes->arena, mistake->text),
        .hint = arena_duplicate(mistakes->arena, mistake->hint),
        .source = arena_duplicate(mistakes->arena, mistake->source),
    };
}

void mistakes_report(struct mistakes *mistakes, enum mistake_kind kind,
                     const struct mistake_place *place, const char *hint, const char *format, ...)
{
    char text[TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    mistakes_add(mistakes, &(struct mistake){
                               .severity = kinds[kind].severity,
                               .code = kinds[kind].code,
                               .file = place->file,
                               .position = place->position,
                               .text = text,
                               .hint = hint,
                               .source = place->source,
                           });
}

static bool stands_behind(const struct mistake *one, const struct mistake *other)
{
    int files = strcmp(one->file, other->file);
    if (files != 0)
        return files > 0;
    if (one->position.line != other->position.line)
        return one->position.line > other->position.line;
    return one->position.column > other->position.column;
}

void mistakes_sort(struct mistakes *mistakes, size_t from)
{
    for (size_t i = from + 1; i < mistakes->count; i++) {
        struct mistake moving = mistakes->items[i];
        size_t at = i;
        for (; at > from && stands_behind(&mistakes->items[at - 1], &moving); at--)
            mistakes->items[at] = mistakes->items[at - 1];
        mistakes->items[at] = moving;
    }
}

/* Reads one character; a stray byte counts as U+FFFD. Returns its length, 0 at the end. */
static size_t read_character(const char *text, uint32_t *ret_character)
{
    static const unsigned char marks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    size_t length = utf8_sequence(text, strnlen(text, UTF8_SEQUENCE_MAX));
    *ret_character = 0xfffd;
    if (length == 0)
        return *text != '\0';
    *ret_character = (unsigned char)text[0] & marks[length];
    for (size_t i = 1; i < length; i++)
        *ret_character = *ret_character << 6 | ((unsigned char)text[i] & 0x3f);
    return length;
}

/* How many columns a terminal gives to it: the ranges that matter of wcwidth, free of locales. */
static int display_width(uint32_t character)
{
    static const struct {
        uint32_t first, last;
        int width;
    } ranges[] = {
        {0x0300, 0x036f, 0},   {0x200b, 0x200f, 0}, {0xfe00, 0xfe0f, 0},   {0x1100, 0x115f, 2},
        {0x2e80, 0xa4cf, 2},   {0xac00, 0xd7a3, 2}, {0xf900, 0xfaff, 2},   {0xfe30, 0xfe6f, 2},
        {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2}, {0x1f300, 0x1f64f, 2}, {0x1f900, 0x1f9ff, 2},
        {0x20000, 0x3fffd, 2},
    };
    for (size_t i = 0; i < COUNT_OF(ranges); i++)
        if (character >= ranges[i].first && character <= ranges[i].last)
            return ranges[i].width;
    return 1;
}

static bool is_control(uint32_t character)
{
    return character < 0x20 || (character >= 0x7f && character < 0xa0) || character == 0x2028 ||
           character == 0x2029 || (character >= 0x202a && character <= 0x202e) ||
           (character >= 0x2066 && character <= 0x2069);
}

/* Appends `length` bytes; what could steer a terminal, and what is not UTF-8, becomes U+FFFD. */
static void print_safely(struct buffer *out, const char *text, size_t length)
{
    size_t size;
    for (const char *at = text; at < text + length; at += size) {
        uint32_t character;
        size = read_character(at, &character);
        if (size == 0)
            break;
        if (character == '\t')
            buffer_text(out, "\t");
        else if (character == 0xfffd || is_control(character))
            buffer_text(out, "\xef\xbf\xbd");
        else
            buffer_append(out, at, size);
    }
}

static void print_all(struct buffer *out, const char *text)
{
    print_safely(out, text, strlen(text));
}

/* The first byte of `line` to be shown, so that `column` (from 0) is in view. */
static size_t shown_from(const char *line, size_t column)
{
    if (strlen(line) <= LINE_SHOWN_MAX || column <= LINE_SHOWN_BEFORE)
        return 0;
    size_t from = column - LINE_SHOWN_BEFORE;
    while (from < column && ((unsigned char)line[from] & 0xc0) == 0x80)
        from++;
    return from;
}

static size_t shown_to(const char *line, size_t from)
{
    return from + utf8_cut(line + from, strlen(line + from), LINE_SHOWN_MAX);
}

/* Blanks as wide as `line` from `from` to `column`; tabs stay tabs, whatever their width is. */
static void print_padding(struct buffer *out, const char *line, size_t from, size_t column)
{
    size_t size;
    for (size_t at = from; at < column; at += size) {
        uint32_t character;
        size = read_character(line + at, &character);
        if (size == 0)
            break;
        if (character == '\t')
            buffer_text(out, "\t");
        else if (is_control(character))
            buffer_text(out, " ");
        else
            buffer_append(out, "  ", (size_t)display_width(character));
    }
}

static const char *paint(bool colour, const char *code)
{
    return colour ? code : "";
}

#define BOLD    "\033[1m"
#define RED     "\033[1;31m"
#define MAGENTA "\033[1;35m"
#define CYAN    "\033[36m"
#define PLAIN   "\033[0m"

static void print_source(const struct mistake *mistake, bool colour, struct buffer *out)
{
    const char *line = mistake->source;
    size_t column = mistake->position.column > 0 ? (size_t)mistake->position.column - 1 : 0;
    if (column > strlen(line))
        column = strlen(line);
    size_t from = shown_from(line, column), to = shown_to(line, from);
    buffer_print(out, "%s%5d |%s %s", paint(colour, CYAN), mistake->position.line,
                 paint(colour, PLAIN), from > 0 ? "…" : "");
    print_safely(out, line + from, to - from);
    buffer_print(out, "%s\n%s      |%s %s", to < strlen(line) ? "…" : "", paint(colour, CYAN),
                 paint(colour, PLAIN), from > 0 ? " " : "");
    print_padding(out, line, from, column);
    buffer_print(out, "%s^%s\n", paint(colour, RED), paint(colour, PLAIN));
}

/* Further lines stand below the first one. */
static void print_lines(struct buffer *out, const char *text)
{
    size_t length = strcspn(text, "\n");
    print_safely(out, text, length);
    for (text += length; *text != '\0'; text += length) {
        buffer_text(out, "\n              ");
        text++;
        length = strcspn(text, "\n");
        print_safely(out, text, length);
    }
    buffer_text(out, "\n");
}

void mistake_print(const struct mistake *mistake, bool colour, struct buffer *out)
{
    bool is_error = mistake->severity == MISTAKE_ERROR;
    buffer_text(out, paint(colour, BOLD));
    print_all(out, mistake->file);
    if (mistake->position.line > 0)
        buffer_print(out, ":%d:%d", mistake->position.line, mistake->position.column);
    buffer_print(out, ":%s %s%s:%s ", paint(colour, PLAIN), paint(colour, is_error ? RED : MAGENTA),
                 is_error ? "error" : "warning", paint(colour, PLAIN));
    print_all(out, mistake->text);
    buffer_print(out, " [%s]\n", mistake->code);
    if (mistake->source != NULL && mistake->position.line > 0)
        print_source(mistake, colour, out);
    if (mistake->hint == NULL)
        return;
    buffer_print(out, "      %s= hint:%s ", paint(colour, CYAN), paint(colour, PLAIN));
    print_lines(out, mistake->hint);
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance in which swapping two neighbours counts as one. */
static size_t distance(const char *a, const char *b)
{
    size_t rows[NEAREST_LENGTH + 1][NEAREST_LENGTH + 1];
    size_t a_length = strlen(a), b_length = strlen(b);
    if (a_length > NEAREST_LENGTH || b_length > NEAREST_LENGTH)
        return SIZE_MAX;
    for (size_t i = 0; i <= a_length; i++) {
        for (size_t j = 0; j <= b_length; j++) {
            if (i == 0 || j == 0) {
                rows[i][j] = i + j;
                continue;
            }
            size_t best = rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            best = least(best, least(rows[i - 1][j], rows[i][j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = least(best, rows[i - 2][j - 2] + 1);
            rows[i][j] = best;
        }
    }
    return rows[a_length][b_length];
}

const char *mistake_nearest(const char *name, const char *const *names, size_t count)
{
    const char *nearest = NULL;
    size_t best = NEAREST_DISTANCE + 1;
    for (size_t i = 0; i < count && i < NEAREST_NAMES_MAX; i++) {
        size_t edits = distance(name, names[i]);
        /* Two edits turn any two letters into any other word: too far for short names. */
        if (edits < best && edits * 2 < strlen(name)) {
            best = edits;
            nearest = names[i];
        }
    }
    return nearest;
}

enum result mistake_check_name(const char *what, const char *name, const char *const *names,
                               size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return RESULT_OK;
    const char *near = mistake_nearest(name, names, count);
    return error_set(error, RESULT_INVALID, "there is no %s `%.100s`%s%s%s", what, name,
                     near != NULL ? "; did you mean `" : "", near != NULL ? near : "",
                     near != NULL ? "`?" : "");
}
