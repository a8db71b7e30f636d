/* SPDX-License-Identifier: MIT */
/* Text without its quotes: which words end it, and the same in quotes. See expression_repair.h. */
#include "scenarios/expression_repair.h"

#include <string.h>

#define BLANKS "\t\r\n "

static const struct {
    const char *word;
    int arguments;
} filters[] = {
#define X(name, word, arguments, help) {word, arguments},
    FILTER_TABLE(X)
#undef X
};

static const char *const predicates[] = {
#define X(name, word, operands, help) word,
    PREDICATE_TABLE(X)
#undef X
        "not"};

bool expression_is_text(const char *word, size_t length, const char *text)
{
    return strlen(word) == length && strncmp(word, text, length) == 0;
}

bool expression_is_predicate(const char *text, size_t length)
{
    for (size_t i = 0; i < COUNT_OF(predicates); i++)
        if (expression_is_text(predicates[i], length, text))
            return true;
    return false;
}

size_t expression_find_filter(const char *text, size_t length)
{
    size_t found = 0;
    while (found < COUNT_OF(filters) && !expression_is_text(filters[found].word, length, text))
        found++;
    return found;
}

/* True when what the query needs ends before this word. */
static bool goes_on(const char *text, size_t length)
{
    bool is_operator = strspn(text, "=<>!~|&") == length;
    return is_operator || expression_is_predicate(text, length) ||
           expression_find_filter(text, length) < COUNT_OF(filters);
}

size_t expression_unquoted_end(const char *text, size_t start)
{
    size_t end = start, depth = 0;
    for (size_t at = start; text[at] != '\0';) {
        size_t length = strcspn(text + at, BLANKS);
        if (depth == 0 && at > start && goes_on(text + at, length))
            break;
        for (size_t i = at; i < at + length; i++) {
            depth += strchr("([{", text[i]) != NULL;
            depth -= strchr(")]}", text[i]) != NULL && depth > 0;
        }
        if (length > 0)
            end = at + length;
        /* `jsonpath $.x: 3`, as the entry of a map */
        if (depth == 0 && length > 1 && text[end - 1] == ':' && text[end] == ' ')
            return end - 1;
        at += length;
        at += strspn(text + at, BLANKS);
    }
    return end;
}

const char *expression_quoted(struct arena *arena, const char *text, size_t length, bool is_pattern)
{
    char *quoted = arena_allocate(arena, 2 * length + 3, 1);
    size_t made = 0;
    char mark = is_pattern ? '/' : '"';
    quoted[made++] = mark;
    for (size_t i = 0; i < length; i++) {
        if (is_pattern && text[i] == '\\' && i + 1 < length) /* an escape stays as it is */
            quoted[made++] = text[i++];
        else if (text[i] == mark || (!is_pattern && text[i] == '\\'))
            quoted[made++] = '\\';
        quoted[made++] = text[i];
    }
    quoted[made] = mark;
    return quoted;
}

int expression_filter_arguments(size_t filter)
{
    return filters[filter].arguments;
}
