/* SPDX-License-Identifier: MIT */
/* See requote.h. */
#include "scenarios/requote.h"

#include "scenarios/expression.h"
#include "scenarios/language.h"

#include <string.h>

struct line {
    const char *text;
    size_t length; /* without its end */
    size_t size;   /* with it */
    size_t indent; /* of its first character that is no space */
};

/* Where the walk is: in a list of assertions or a map of captures, in text that is no YAML, or
 * neither. */
struct walk {
    struct arena *arena;
    enum { OUTSIDE, ASSERTIONS, CAPTURES, LITERAL } where;
    size_t column;  /* of the key that began it */
    size_t entries; /* column of its entries; 0: not seen yet */
};

static struct line line_at(const char *text)
{
    struct line line = {.text = text, .length = strcspn(text, "\r\n")};
    line.size = line.length;
    line.size += text[line.size] == '\r';
    line.size += text[line.size] == '\n';
    line.indent = strspn(text, " ");
    return line;
}

static bool is_blank(const struct line *line)
{
    return line->indent >= line->length || line->text[line->indent] == '#';
}

/* The column behind `- ` marks. */
static size_t skip_marks(const struct line *line, size_t at)
{
    while (at + 1 < line->length && line->text[at] == '-' && line->text[at + 1] == ' ')
        at += 1 + strspn(line->text + at + 1, " ");
    return at;
}

static bool is_key_of(enum language_type type, const char *name, size_t length)
{
    for (int context = 0; context < LANGUAGE_CONTEXT_COUNT; context++) {
        const struct language_table *table = language_table((enum language_context)context);
        for (size_t i = 0; i < table->key_count; i++)
            if (table->keys[i].type == type && strlen(table->keys[i].name) == length &&
                strncmp(table->keys[i].name, name, length) == 0)
                return true;
    }
    return false;
}

/* Notes what a line outside of lists begins. Returns where in it an assertion begins that stands
 * behind its key; else the line's length. */
static size_t enter(struct walk *walk, const struct line *line)
{
    size_t at = skip_marks(line, line->indent);
    size_t length = strcspn(line->text + at, ": \r\n");
    const char *colon = line->text + at + length;
    const char *value = colon + (*colon == ':');
    value += strspn(value, " \t");
    *walk = (struct walk){.arena = walk->arena, .where = OUTSIDE, .column = at};
    if (*colon == ':' && (*value == '|' || *value == '>'))
        walk->where = LITERAL;
    bool is_behind = *value != '\0' && strchr("#\r\n", *value) == NULL;
    bool is_list = is_key_of(LANGUAGE_ASSERTIONS, line->text + at, length);
    bool is_one = is_key_of(LANGUAGE_ASSERTION, line->text + at, length);
    if (*colon != ':')
        return line->length;
    if (is_behind)
        return is_list || is_one ? (size_t)(value - line->text) : line->length;
    if (is_list)
        walk->where = ASSERTIONS;
    else if (is_key_of(LANGUAGE_CAPTURES, line->text + at, length))
        walk->where = CAPTURES;
    return line->length;
}

/* Whether the line belongs to where the walk is. */
static bool belongs(struct walk *walk, const struct line *line)
{
    bool has_mark = skip_marks(line, line->indent) > line->indent;
    if (walk->where == LITERAL)
        return line->indent > walk->column;
    if (walk->where == OUTSIDE)
        return false;
    /* YAML lets a list stand as far left as its key. */
    if (line->indent < walk->column ||
        (line->indent == walk->column && (walk->where == CAPTURES || !has_mark)))
        return false;
    if (walk->entries == 0)
        walk->entries = line->indent + 1;
    return line->indent + 1 >= walk->entries;
}

static bool is_expression(const struct walk *walk, const char *text, size_t length)
{
    struct mistakes mistakes = {.arena = walk->arena};
    struct expression *expression =
        expression_parse(walk->arena, arena_duplicate_bytes(walk->arena, text, length),
                         walk->where == CAPTURES, "", (struct position){1, 1}, NULL, &mistakes);
    expression_free(expression);
    return expression != NULL;
}

/* Up to the first ` #` that stands between no double quotes, blanks before it left out. */
static size_t before_comment(const char *text, size_t length)
{
    bool open = false;
    size_t end = 0;
    for (; end < length; end++) {
        if (!open && end > 0 && text[end] == '#' && strchr(" \t", text[end - 1]) != NULL)
            break;
        if (text[end] == '\\' && end + 1 < length)
            end++;
        else if (text[end] == '"')
            open = !open;
    }
    end = end < length ? end : length;
    while (end > 0 && strchr(" \t", text[end - 1]) != NULL)
        end--;
    return end;
}

static bool contains(const char *text, size_t length, const char *two)
{
    for (size_t i = 0; i + 1 < length; i++)
        if (text[i] == two[0] && text[i + 1] == two[1])
            return true;
    return false;
}

static bool is_misread(const char *text, size_t length)
{
    return contains(text, length, ": ") || contains(text, length, " #") ||
           contains(text, length, "\t#") || (length > 0 && text[length - 1] == ':');
}

/* Where a quoted value ends, its quotes included; 0 when it does not end in this line. */
static size_t quoted_length(const char *text, size_t length)
{
    for (size_t i = 1; i < length; i++) {
        if (text[0] == '"' && text[i] == '\\')
            i++;
        else if (text[i] == text[0] && text[0] == '\'' && i + 1 < length && text[i + 1] == '\'')
            i++;
        else if (text[i] == text[0])
            return i + 1;
    }
    return 0;
}

/* How much of a value has to be quoted; 0: nothing. */
static size_t to_be_quoted(const struct walk *walk, const char *text, size_t length)
{
    size_t end = before_comment(text, length);
    if (length == 0 || strchr("[]{},#|>&*!-?:", text[0]) != NULL)
        return 0;
    if (strchr("%@`", text[0]) != NULL)
        return end;
    if (text[0] == '"' || text[0] == '\'') {
        size_t quoted = quoted_length(text, length);
        return quoted > 0 && quoted < end ? end : 0;
    }
    if (is_expression(walk, text, end))
        return is_misread(text, end) ? end : 0;
    /* A pattern may hold ` #`: then all of the line may be one. */
    while (length > 0 && strchr(" \t", text[length - 1]) != NULL)
        length--;
    return is_misread(text, length) && is_expression(walk, text, length) ? length : 0;
}

static void append_quoted(struct buffer *out, const char *text, size_t length)
{
    buffer_text(out, "'");
    for (size_t i = 0; i < length; i++)
        buffer_append(out, text[i] == '\'' ? "''" : &text[i], text[i] == '\'' ? 2 : 1);
    buffer_text(out, "'");
}

/* Where the value of an entry begins; the line's length when it is none. */
static size_t value_of(const struct walk *walk, const struct line *line)
{
    size_t at = line->indent;
    if (walk->where == ASSERTIONS) {
        size_t behind = at + 1;
        bool is_item = line->text[at] == '-' && behind < line->length && line->text[behind] == ' ';
        return is_item ? behind + strspn(line->text + behind, " ") : line->length;
    }
    size_t colon = at + strcspn(line->text + at, " :\r\n\"'");
    if (line->text[colon] != ':' || colon + 1 >= line->length || line->text[colon + 1] != ' ')
        return line->length;
    return colon + 1 + strspn(line->text + colon + 1, " ");
}

/* A value that goes on in the next line is left alone. */
static bool goes_on(const struct line *line)
{
    if (line->text[line->size] == '\0')
        return false;
    struct line next = line_at(line->text + line->size);
    return !is_blank(&next) && next.indent > line->indent;
}

static bool requote_line(struct walk *walk, const struct line *line, struct buffer *out)
{
    size_t at = line->length, quoted = 0;
    if (!is_blank(line)) {
        if (!belongs(walk, line))
            at = enter(walk, line);
        else if (walk->where != LITERAL && line->indent + 1 == walk->entries)
            at = value_of(walk, line);
    }
    if (at < line->length && !goes_on(line))
        quoted = to_be_quoted(walk, line->text + at, line->length - at);
    buffer_append(out, line->text, at);
    if (quoted > 0)
        append_quoted(out, line->text + at, quoted);
    buffer_append(out, line->text + at + quoted, line->size - at - quoted);
    return quoted > 0;
}

size_t requote(const char *text, struct buffer *out)
{
    struct walk walk = {.arena = arena_create()};
    size_t changed = 0;
    while (*text != '\0') {
        struct line line = line_at(text);
        changed += requote_line(&walk, &line, out);
        text += line.size;
    }
    arena_free(walk.arena);
    return changed;
}
