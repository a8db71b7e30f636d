/* SPDX-License-Identifier: MIT */
/*
 * What breaks YAML is often not where the library stops, and not what it says: a missing blank, a
 * bracket of an earlier line. So the line is looked at, too. See yaml_syntax.h.
 */
#include "scenarios/yaml_syntax.h"

#include "scenarios/yaml_bytes.h"

#include <string.h>

enum { SHOWN_MAX = 120 };

#define BLANKS   " \t"
#define NAME     "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
#define NO_BREAK "\xc2\xa0"
#define QUOTE_HINT                                                                                 \
    "a value that holds `: ` or ` #`, or begins with one of [ ] { } , & * ! | > ' \" % @ `, "      \
    "must be quoted"
#define LINE_HINT  "is a `:` missing here, or is the next line indented too far?"
#define BLOCK_HINT "is this line, or the one before, indented as its neighbours are?"

/* The library's words, by a part of them, in ours. */
static const struct {
    const char *theirs, *text, *hint;
} words[] = {
    {"multiline plain", "this runs on into the next line, and there a `:` follows", LINE_HINT},
    {"in plain multiline", "this runs on into the next line, and there a `:` follows", LINE_HINT},
    {"nested block mapping on the same line", "a second `: ` in one line",
     "`: ` makes a map: quote the value"},
    {"wrongly indented sequence", "the indentation does not fit the lines above", NULL},
    {"wrong indendation in sequence", "the indentation does not fit the lines above", NULL},
    {"wrongly indented", "the quotation mark is never closed, or a line behind it is not indented",
     NULL},
    {"double-quoted scalar without closing", "the quotation mark \" is never closed", NULL},
    {"single-quoted scalar without closing", "the quotation mark ' is never closed", NULL},
    {"invalid extra closing", "a closing bracket that was never opened", QUOTE_HINT},
    {"mismatched flow", "this bracket does not close what was opened last", NULL},
    {"missing comma in flow", "a comma is missing between [ ] or { }",
     "inside [ ] and { } an expression must be quoted"},
    {"tab", "a tab where YAML wants spaces", "indent with spaces"},
    {"plain scalar cannot start", "a value cannot begin with this character", QUOTE_HINT},
    {"did not find expected key", "a key was expected here", BLOCK_HINT},
    {"could not find expected ':'", "a `:` was expected after the key", NULL},
    {"missing ':'", "a `:` was expected after the key", NULL},
    {"UTF8 escape", "an escape that makes no character", "write the character itself"},
    {"invalid escape", "an escape that YAML does not know",
     "between double quotes a backslash must be doubled: \\\\; between single ones it stands "
     "alone"},
    {"expected '-' indicator", "a `-` was expected here: the lines above are a list", NULL},
    {"invalid scalar at the end of block sequence", "a `- ` is missing: the lines above are a list",
     NULL},
    {"trailing content after", "something follows the closing quotation mark",
     "quote the whole value: '...'"},
    {"block sequence entries not allowed", "a list cannot begin here", "begin it on its own line"},
    {"invalid indent", "the indentation does not fit the lines above", NULL},
    {"indentation", "the indentation does not fit the lines above", NULL},
};

/* What is to be told. */
struct sight {
    const struct yaml_file *file;
    const struct yaml_break *found;
    size_t at;
    const char *text, *hint;
};

static const char *line_of(const struct sight *sight, struct position *ret_position)
{
    *ret_position = yaml_at(sight->file, sight->found->at);
    return yaml_line(sight->file, ret_position->line);
}

static bool says(const struct sight *sight, const char *part)
{
    return sight->found->message != NULL && strstr(sight->found->message, part) != NULL;
}

/* Where the key of a line begins, behind blanks and `- ` marks. */
static size_t content_of(const char *line)
{
    size_t at = strspn(line, BLANKS);
    while (line[at] == '-' && line[at + 1] == ' ')
        at += 1 + strspn(line + at + 1, BLANKS);
    return at;
}

static bool tell(struct sight *sight, size_t at, const char *text, const char *hint)
{
    sight->at = at;
    sight->text = text;
    sight->hint = hint;
    return true;
}

/* A blank that is none, as copied from a web page. */
static bool see_blank(struct sight *sight)
{
    struct position position;
    const char *line = line_of(sight, &position);
    const char *blank = strstr(line, NO_BREAK);
    if (blank == NULL)
        return false;
    return tell(sight, sight->file->lines[position.line - 1] + (size_t)(blank - line),
                "a no-break space (U+00A0) stands here", "type a plain space");
}

/* `get:/products`, `-step: a` */
static bool see_joint(struct sight *sight)
{
    struct arena *arena = sight->file->arena;
    struct position position;
    const char *line = line_of(sight, &position);
    size_t start = sight->file->lines[position.line - 1], at = content_of(line);
    size_t length = strspn(line + at, NAME);
    bool is_dash = line[at] == '-' && length > 1;
    bool is_key = line[at + length] == ':' && strchr(" \t", line[at + length + 1]) == NULL;
    if (!says(sight, "multiline plain") && !says(sight, "expected ':'"))
        return false;
    if (is_dash)
        return tell(sight, start + at, "a blank is missing behind the `-`",
                    arena_print(arena, "write: - %.*s", SHOWN_MAX, line + at + 1));
    if (!is_key || length == 0)
        return false;
    return tell(sight, start + at + length, "a blank is missing behind the `:`",
                arena_print(arena, "write: %.*s: %.*s", (int)length, line + at, SHOWN_MAX,
                            line + at + length + 1));
}

/* `{a: ${b}}`: to YAML a map begins in the variable. */
static bool see_variable(struct sight *sight)
{
    const char *text = sight->file->text;
    size_t at = sight->found->at;
    if (!sight->found->is_flow || at == 0 || at >= sight->file->length || text[at] != '{' ||
        text[at - 1] != '$')
        return false;
    return tell(
        sight, at - 1, "between [ ] or { } a variable must be quoted",
        arena_print(sight->file->arena,
                    "write \"%.*s}\"; in `json`, where it keeps its type, on a line of its own",
                    (int)strcspn(text + at - 1, "}\r\n"), text + at - 1));
}

static size_t indent_at(const struct yaml_file *file, size_t at)
{
    struct position position = yaml_at(file, at);
    return strspn(file->text + file->lines[position.line - 1], " ");
}

/* A line that stands no deeper than the bracket's line is not meant to stand in it. */
static bool see_open_bracket(struct sight *sight)
{
    const struct yaml_file *file = sight->file;
    const struct yaml_break *found = sight->found;
    int line = yaml_at(file, found->at).line;
    bool is_end = found->at >= file->length;
    if (!found->is_flow)
        return false;
    if (is_end)
        return tell(sight, found->open, "this bracket is never closed", NULL);
    if (yaml_at(file, found->open).line == line ||
        indent_at(file, found->at) > indent_at(file, found->open) + 2)
        return false;
    return tell(sight, found->open,
                arena_print(file->arena, "this bracket is not closed before line %d", line),
                "close it where its list or map ends");
}

/* `{ shop { name } }`, which is no map. */
static bool see_braces(struct sight *sight)
{
    const struct yaml_break *found = sight->found;
    if (!found->is_flow || found->at < found->open)
        return false;
    const char *text = sight->file->text + found->open;
    size_t length = strcspn(text, "\r\n");
    while (length > 0 && strchr(BLANKS, text[length - 1]) != NULL)
        length--;
    bool is_map = memchr(text, ':', found->at - found->open) != NULL;
    if (*text != '{' || is_map || length > SHOWN_MAX || text[length - 1] != '}' ||
        memchr(text, '\'', length) != NULL)
        return false;
    return tell(sight, found->open, "this is no map of YAML: it must be quoted",
                arena_print(sight->file->arena, "write: '%.*s'", (int)length, text));
}

/* Indented otherwise than the line above. */
static bool see_indentation(struct sight *sight)
{
    struct position position;
    const char *line = line_of(sight, &position), *above = NULL;
    size_t own = strspn(line, " ");
    for (int number = position.line - 1; number > 0 && above == NULL; number--) {
        const char *text = yaml_line(sight->file, number);
        size_t blanks = strspn(text, " ");
        if (text[blanks] != '\0' && text[blanks] != '#')
            above = text;
    }
    if (above == NULL || sight->text == NULL ||
        (strstr(sight->text, "indentation") == NULL && !says(sight, "'-' indicator")))
        return false;
    size_t wanted = line[own] == '-' && above[strspn(above, " ")] == '-' ? strspn(above, " ")
                                                                         : content_of(above);
    if (wanted == own)
        return false;
    sight->hint =
        arena_print(sight->file->arena, "the line above begins in column %zu, this one in %zu",
                    wanted + 1, own + 1);
    return true;
}

/* A quotation mark that nothing closes: at the end of its line it may be meant to. Where the file
 * ends in it, the library's place is the one behind it. */
static bool see_open_quote(struct sight *sight)
{
    const struct yaml_file *file = sight->file;
    size_t at = sight->found->at;
    if (sight->found->is_flow || !says(sight, "quoted scalar") || says(sight, "trailing"))
        return false;
    if (at > 0 && says(sight, "without closing"))
        at--;
    char mark = file->text[at];
    if (mark != '"' && mark != '\'')
        return false;
    const char *text = file->text + at + 1, *hint = sight->hint;
    size_t length = strcspn(text, "\r\n");
    while (length > 0 && strchr(BLANKS, text[length - 1]) != NULL)
        length--;
    if (memchr(text, mark, length) == NULL && length > 0 && length < SHOWN_MAX)
        hint = arena_print(file->arena, "write: %c%.*s%c", mark, (int)length, text, mark);
    return tell(sight, at, sight->text, hint);
}

/* The next line is taken into this one. */
static bool see_next_line(struct sight *sight)
{
    struct position position;
    const char *line = line_of(sight, &position);
    const char *next = yaml_line(sight->file, position.line + 1);
    if (!says(sight, "multiline plain") || next == NULL || content_of(next) <= content_of(line))
        return false;
    sight->hint = arena_print(
        sight->file->arena,
        "the next line begins in column %zu, this one in %zu; or is a `:` missing here?",
        content_of(next) + 1, content_of(line) + 1);
    return true;
}

/* A value of several words below a list. */
static bool see_missing_dash(struct sight *sight)
{
    struct position position;
    const char *line = line_of(sight, &position);
    if (!says(sight, "at the end of block sequence"))
        return false;
    sight->hint =
        arena_print(sight->file->arena, "write: - %.*s", SHOWN_MAX, line + strspn(line, BLANKS));
    return true;
}

void yaml_report_syntax(const struct yaml_file *file, const struct yaml_break *found)
{
    static bool (*const looks[])(struct sight * sight) = {
        see_blank,       see_joint,     see_variable,     see_open_bracket, see_braces,
        see_indentation, see_next_line, see_missing_dash, see_open_quote,
    };
    struct sight sight = {.file = file, .found = found, .at = found->at, .text = "not YAML"};
    if (found->message != NULL)
        sight.text = arena_print(file->arena, "not YAML: %s", found->message);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!says(&sight, words[i].theirs))
            continue;
        sight.text = words[i].text;
        sight.hint = words[i].hint;
        break;
    }
    for (size_t i = 0; i < COUNT_OF(looks) && !looks[i](&sight); i++)
        continue;
    struct mistake_place place = yaml_place(file, yaml_at(file, sight.at));
    mistakes_report(file->mistakes, MISTAKE_YAML_SYNTAX, &place, sight.hint, "%s", sight.text);
}

void yaml_report_duplicate(const struct yaml_file *file, const struct yaml_node *map,
                           const struct yaml_node *key, const struct yaml_node *first)
{
    size_t start = map->start;
    while (start > 0 && strchr(BLANKS, file->text[start - 1]) != NULL)
        start--;
    bool begins_item =
        !map->flow && map->items[0] == first && start > 0 && file->text[start - 1] == '-';
    struct mistake_place place = yaml_place(file, key->position);
    const char *hint =
        arena_print(file->arena, "the first one is in line %d%s", first->position.line,
                    begins_item ? "; is a `- ` missing here, before the next one?" : "");
    mistakes_report(file->mistakes, MISTAKE_YAML_DUPLICATE_KEY, &place, hint, "duplicate key `%s`",
                    key->text);
}

bool yaml_is_curly(const char *text)
{
    static const char *const pairs[][2] = {
        {"\xe2\x80\x9c", "\xe2\x80\x9d"},
        {"\xe2\x80\x9e", "\xe2\x80\x9c"},
        {"\xe2\x80\x98", "\xe2\x80\x99"},
        {"\xe2\x80\x9c", "\xe2\x80\x9c"},
    };
    size_t length = strlen(text);
    for (size_t i = 0; i < COUNT_OF(pairs); i++)
        if (length > strlen(pairs[i][0]) && strncmp(text, pairs[i][0], strlen(pairs[i][0])) == 0 &&
            strcmp(text + length - strlen(pairs[i][1]), pairs[i][1]) == 0)
            return true;
    return false;
}
