/* SPDX-License-Identifier: MIT */
/*
 * Says whether a text is an I-Regexp (RFC 9485, section 3). PCRE2 understands far more, with other
 * meanings; JSONPath wants the rest to be no pattern at all. Functions are the grammar's rules.
 */
#include "scenarios/pattern_iregexp.h"

#include "monitor/base/utf8.h"

#include <string.h>

enum { IREGEXP_NESTING_MAX = 100 };

struct reader {
    const char *at, *end;
    unsigned nesting;
};

static bool read_regexp(struct reader *reader);

static bool next_is_one_of(const struct reader *reader, const char *set)
{
    return reader->at < reader->end && *reader->at != '\0' && strchr(set, *reader->at) != NULL;
}

static bool take(struct reader *reader, char byte)
{
    if (reader->at >= reader->end || *reader->at != byte)
        return false;
    reader->at++;
    return true;
}

static bool take_one_of(struct reader *reader, const char *set)
{
    if (!next_is_one_of(reader, set))
        return false;
    reader->at++;
    return true;
}

/* One character, unless it is in `except`. */
static bool take_character(struct reader *reader, const char *except)
{
    if (reader->at >= reader->end || next_is_one_of(reader, except))
        return false;
    reader->at += utf8_sequence(reader->at, (size_t)(reader->end - reader->at));
    return true;
}

static bool read_digits(struct reader *reader)
{
    if (!take_one_of(reader, "0123456789"))
        return false;
    while (take_one_of(reader, "0123456789"))
        ;
    return true;
}

/* Behind an atom; none is fine too. */
static bool read_quantifier(struct reader *reader)
{
    if (take_one_of(reader, "*+?") || !take(reader, '{'))
        return true;
    if (!read_digits(reader))
        return false;
    if (take(reader, ','))
        read_digits(reader);
    return take(reader, '}');
}

/* IsCategory: `L`, `Lu` ... */
static bool read_category(struct reader *reader)
{
    static const struct {
        char letter;
        const char *details;
    } categories[] = {
        {'L', "lmotu"}, {'M', "cen"},  {'N', "dlo"},  {'P', "cdefios"},
        {'Z', "lps"},   {'S', "ckmo"}, {'C', "cfno"},
    };
    for (size_t i = 0; i < sizeof categories / sizeof categories[0]; i++) {
        if (!take(reader, categories[i].letter))
            continue;
        take_one_of(reader, categories[i].details);
        return true;
    }
    return false;
}

/* Behind a backslash. */
static bool read_escape(struct reader *reader, bool *ret_is_class)
{
    *ret_is_class = take_one_of(reader, "pP");
    if (*ret_is_class)
        return take(reader, '{') && read_category(reader) && take(reader, '}');
    return take_one_of(reader, "()*+-.?[\\]^nrt{|}");
}

/* One character of a class, or an escape; classes like \p{L} begin no range. */
static bool read_class_character(struct reader *reader, bool *ret_is_class)
{
    *ret_is_class = false;
    if (take(reader, '\\'))
        return read_escape(reader, ret_is_class);
    return take_character(reader, "-[\\]");
}

/* A character, a range, or a class. A `-` before the closing bracket is left for read_class. */
static bool read_class_element(struct reader *reader)
{
    bool is_class;
    if (!read_class_character(reader, &is_class))
        return false;
    bool is_last = reader->end - reader->at < 2 || reader->at[1] == ']';
    if (is_class || is_last || !take(reader, '-'))
        return true;
    return read_class_character(reader, &is_class) && !is_class;
}

/* Behind `[`. */
static bool read_class(struct reader *reader)
{
    take(reader, '^');
    if (!take(reader, '-') && !read_class_element(reader))
        return false;
    while (!next_is_one_of(reader, "-]"))
        if (!read_class_element(reader))
            return false;
    take(reader, '-');
    return take(reader, ']');
}

static bool read_atom(struct reader *reader)
{
    bool is_class;
    if (take(reader, '('))
        return read_regexp(reader) && take(reader, ')');
    if (take(reader, '['))
        return read_class(reader);
    if (take(reader, '\\'))
        return read_escape(reader, &is_class);
    return take(reader, '.') || take_character(reader, "()*+.?[\\]{|}");
}

static bool read_regexp(struct reader *reader)
{
    if (++reader->nesting > IREGEXP_NESTING_MAX)
        return false;
    while (reader->at < reader->end && *reader->at != ')')
        if (!take(reader, '|') && !(read_atom(reader) && read_quantifier(reader)))
            return false;
    reader->nesting--;
    return true;
}

bool pattern_iregexp_is_valid(const char *text, size_t length)
{
    struct reader reader = {.at = text, .end = text + length};
    return utf8_valid(text, length) == length && read_regexp(&reader) && reader.at == reader.end;
}
