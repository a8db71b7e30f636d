/* SPDX-License-Identifier: MIT */
/* Looking into nodes; scalars: their type by YAML 1.2's core schema, and where in the source a byte
 * of one is. */
#include "scenarios/yaml_bytes.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

size_t yaml_pair_count(const struct yaml_node *mapping)
{
    return mapping->count / 2;
}

const struct yaml_node *yaml_key(const struct yaml_node *mapping, size_t n)
{
    return mapping->items[2 * n];
}

const struct yaml_node *yaml_value(const struct yaml_node *mapping, size_t n)
{
    return mapping->items[2 * n + 1];
}

const struct yaml_node *yaml_find(const struct yaml_node *node, const char *key)
{
    if (node->kind != YAML_MAPPING)
        return NULL;
    for (size_t i = 0; i < yaml_pair_count(node); i++)
        if (yaml_key(node, i)->kind == YAML_SCALAR && strcmp(yaml_key(node, i)->text, key) == 0)
            return yaml_value(node, i);
    return NULL;
}

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

static bool is_integer(const char *text)
{
    if (strncmp(text, "0o", 2) == 0)
        return text[2] != '\0' && text[2 + strspn(text + 2, "01234567")] == '\0';
    if (strncmp(text, "0x", 2) == 0)
        return text[2] != '\0' && text[2 + strspn(text + 2, "0123456789abcdefABCDEF")] == '\0';
    text += *text == '-' || *text == '+';
    return *text != '\0' && text[digits(text)] == '\0';
}

/* [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )? */
static bool is_real(const char *text)
{
    text += *text == '-' || *text == '+';
    size_t before = digits(text), after = 0;
    text += before;
    if (*text == '.') {
        after = digits(text + 1);
        text += 1 + after;
    }
    if (before + after == 0)
        return false;
    if (*text == 'e' || *text == 'E') {
        text += text[1] == '-' || text[1] == '+' ? 2 : 1;
        if (digits(text) == 0)
            return false;
        text += digits(text);
    }
    return *text == '\0';
}

static bool is_infinite(const char *text)
{
    static const char *const words[] = {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"};
    const char *unsigned_text = text + (*text == '-' || *text == '+');
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(i < 3 ? unsigned_text : text, words[i]) == 0)
            return true;
    return false;
}

enum yaml_type yaml_type(const struct yaml_node *scalar)
{
    static const struct {
        const char *word;
        enum yaml_type type;
    } words[] = {
        {"", YAML_NULL},       {"~", YAML_NULL},      {"null", YAML_NULL},   {"Null", YAML_NULL},
        {"NULL", YAML_NULL},   {"true", YAML_TRUE},   {"True", YAML_TRUE},   {"TRUE", YAML_TRUE},
        {"false", YAML_FALSE}, {"False", YAML_FALSE}, {"FALSE", YAML_FALSE},
    };
    if (scalar->style != YAML_PLAIN)
        return YAML_TEXT;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(scalar->text, words[i].word) == 0)
            return words[i].type;
    if (is_integer(scalar->text))
        return YAML_INTEGER;
    return is_real(scalar->text) || is_infinite(scalar->text) ? YAML_REAL : YAML_TEXT;
}

enum result yaml_integer(const struct yaml_node *scalar, int64_t *ret_value)
{
    if (yaml_type(scalar) != YAML_INTEGER)
        return RESULT_INVALID;
    const char *text = scalar->text;
    int base = text[0] == '0' && text[1] == 'o' ? 8 : text[0] == '0' && text[1] == 'x' ? 16 : 10;
    errno = 0;
    long long value = strtoll(base == 10 ? text : text + 2, NULL, base);
    if (errno != 0)
        return RESULT_LIMIT;
    *ret_value = value;
    return RESULT_OK;
}

enum result yaml_real(const struct yaml_node *scalar, double *ret_value)
{
    enum yaml_type type = yaml_type(scalar);
    if (type != YAML_REAL && type != YAML_INTEGER)
        return RESULT_INVALID;
    double value = is_infinite(scalar->text) ? INFINITY : strtod(scalar->text, NULL);
    if (!isfinite(value))
        return RESULT_LIMIT;
    *ret_value = value;
    return RESULT_OK;
}

/* A line that ends in a backslash goes on in the next, whose indentation is none of the text; empty
 * lines between are. */
static size_t broken_line(const char *raw, size_t *ret_made)
{
    size_t blanks = strspn(raw + 1, " \t\r\n"), lines = 0;
    for (size_t i = 1; i <= blanks; i++)
        lines += raw[i] == '\n';
    *ret_made = lines > 0 ? lines - 1 : 0;
    return 1 + blanks;
}

/* How long the escape at `raw` is, and how many bytes of text it makes. */
static size_t escape_length(const char *raw, size_t *ret_made)
{
    if (raw[1] == '\n' || raw[1] == '\r')
        return broken_line(raw, ret_made);
    size_t length = raw[1] == 'x' ? 4 : raw[1] == 'u' ? 6 : raw[1] == 'U' ? 10 : 2;
    unsigned long code = 0;
    for (size_t i = 2; i < length; i++) {
        const char *digit = strchr("0123456789abcdef", raw[i] | 0x20);
        code = code * 16 +
               (digit != NULL ? (unsigned long)((raw[i] | 0x20) >= 'a' ? (raw[i] | 0x20) - 'a' + 10
                                                                       : raw[i] - '0')
                              : 0);
    }
    *ret_made = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (length == 2 && strchr("N_", raw[1]) != NULL)
        *ret_made = 2;
    if (length == 2 && strchr("LP", raw[1]) != NULL)
        *ret_made = 3;
    return length;
}

/* How many bytes of text the blanks at `raw` make, `*ret_blanks` of them: where lines end in them a
 * space, or the empty lines between. */
static size_t fold(const char *raw, size_t *ret_blanks)
{
    size_t blanks = strspn(raw, " \t\r\n"), lines = 0;
    for (size_t i = 0; i < blanks; i++)
        lines += raw[i] == '\n';
    *ret_blanks = blanks;
    return lines > 1 ? lines - 1 : lines == 1 ? 1 : blanks;
}

/* How long what stands at `raw` is, which is no blank, and how many bytes of text it makes. */
static size_t letter_length(const struct yaml_node *scalar, const char *raw, size_t *ret_made)
{
    *ret_made = 1;
    if (scalar->style == YAML_DOUBLE_QUOTED && *raw == '\\')
        return escape_length(raw, ret_made);
    return scalar->style == YAML_SINGLE_QUOTED && *raw == '\'' ? 2 : 1;
}

struct position yaml_position(const struct yaml_file *file, const struct yaml_node *scalar,
                              size_t offset)
{
    size_t at = scalar->start, made = 0;
    if (scalar->kind != YAML_SCALAR || scalar->style == YAML_BLOCK)
        return scalar->position;
    while (made < offset && at < scalar->end) {
        size_t size, bytes = fold(file->text + at, &size);
        if (size == 0)
            size = letter_length(scalar, file->text + at, &bytes);
        else if (bytes == size && bytes > offset - made)
            size = bytes = offset - made;
        at += size;
        made += bytes;
    }
    return yaml_at(file, at);
}
