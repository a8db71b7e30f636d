/* SPDX-License-Identifier: MIT */
/*
 * CSS selectors into XPath 1.0 (Selectors Level 3 as far as markup.h says). libxml2 evaluates only
 * XPath; its HTML parser writes names in lower case, so they are lowered here too.
 */
#include "monitor/base/buffer.h"
#include "monitor/base/utf8.h"
#include "scenarios/markup.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CSS_BLANK " \t\n\r\f"

struct css {
    struct arena *arena;
    const char *text, *at;
    struct error *error;
    size_t error_offset;
};

/* One compound selector: a type and what else must hold, as XPath conditions. */
struct compound {
    const char *type; /* as an XPath name test */
    struct buffer conditions;
};

static bool css_failed(struct css *css, const char *at, const char *message)
{
    if (css->error->code == RESULT_OK)
        css->error_offset = (size_t)(at - css->text);
    error_set(css->error, RESULT_INVALID, "%s", message);
    return false;
}

static bool css_is(char byte, const char *set)
{
    return byte != '\0' && strchr(set, byte) != NULL;
}

static bool css_take(struct css *css, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(css->at, word, length) != 0)
        return false;
    css->at += length;
    return true;
}

static bool css_skip_blank(struct css *css)
{
    const char *start = css->at;
    while (css_is(*css->at, CSS_BLANK))
        css->at++;
    return css->at > start;
}

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_name_first(char byte)
{
    return ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || byte == '_' || byte == '\\' ||
           (unsigned char)byte >= 0x80;
}

/* XML 1.0 section 2.2: no other can be in an XPath, nor in a page. */
static bool is_xml_character(uint32_t character)
{
    return character == '\t' || character == '\n' || character == '\r' ||
           (character >= ' ' && character < 0xd800) ||
           (character >= 0xe000 && character <= 0x10ffff && character != 0xfffe &&
            character != 0xffff);
}

/* False with the mistake noted. Form feeds are blanks, and are in no XPath made of them. */
static bool css_check_characters(struct css *css)
{
    uint32_t character;
    for (const char *at = css->text; *at != '\0';) {
        size_t length = utf8_decode(at, &character);
        if (length == 0 || (!is_xml_character(character) && character != '\f'))
            return css_failed(css, at, "not a character that a page can hold");
        at += length;
    }
    return true;
}

/* Behind a backslash: up to six hexadecimal digits and one blank, or the character itself. */
static bool css_escape(struct css *css, struct buffer *out)
{
    char bytes[UTF8_SEQUENCE_MAX];
    uint32_t character = 0;
    int digits = 0;
    for (; digits < 6 && css_is(*css->at, "0123456789abcdefABCDEF"); digits++, css->at++)
        character = character * 16 +
                    (uint32_t)(is_digit(*css->at) ? *css->at - '0' : (*css->at | 0x20) - 'a' + 10);
    if (digits == 0) {
        if (*css->at == '\0' || css_is(*css->at, "\n\r\f"))
            return css_failed(css, css->at - 1, "a backslash with nothing behind it");
        buffer_append(out, css->at++, 1);
        return true;
    }
    if (css_is(*css->at, CSS_BLANK))
        css->at++;
    if (!is_xml_character(character))
        character = 0xfffd;
    buffer_append(out, bytes, utf8_encode(character, bytes));
    return true;
}

static const char *css_keep(struct css *css, struct buffer *text)
{
    const char *kept = arena_duplicate_bytes(css->arena, text->data, text->length);
    buffer_free(text);
    return kept;
}

/* An identifier; `what` names it in the mistake. NULL after a mistake. */
static const char *css_identifier(struct css *css, const char *what, bool is_id)
{
    const char *at = css->at + (*css->at == '-' ? 1 : 0);
    if (!is_name_first(*at) && *at != '-' && !(is_id && is_digit(*at))) {
        css_failed(css, css->at, what);
        return NULL;
    }
    struct buffer name;
    bool parsed = true;
    buffer_init(&name, MARKUP_SELECTOR_MAX);
    while (parsed && (is_name_first(*css->at) || is_digit(*css->at) || *css->at == '-')) {
        if (css_take(css, "\\"))
            parsed = css_escape(css, &name);
        else
            buffer_append(&name, css->at++, 1);
    }
    const char *kept = css_keep(css, &name);
    return parsed ? kept : NULL;
}

static const char *css_string(struct css *css)
{
    const char *start = css->at;
    char quote = *css->at++;
    struct buffer text;
    bool parsed = true;
    buffer_init(&text, MARKUP_SELECTOR_MAX);
    while (parsed && *css->at != quote) {
        if (*css->at == '\0' || css_is(*css->at, "\n\r\f"))
            parsed = css_failed(css, start, "this string has no end");
        else if (css_take(css, "\\\n"))
            continue;
        else if (css_take(css, "\\"))
            parsed = css_escape(css, &text);
        else
            buffer_append(&text, css->at++, 1);
    }
    if (parsed)
        css->at++;
    const char *kept = css_keep(css, &text);
    return parsed ? kept : NULL;
}

/* A literal of XPath, which has no escapes: text with both quotes must be put together. */
static const char *xpath_literal(struct css *css, const char *text)
{
    if (strchr(text, '\'') == NULL)
        return arena_print(css->arena, "'%s'", text);
    if (strchr(text, '"') == NULL)
        return arena_print(css->arena, "\"%s\"", text);
    struct buffer out;
    buffer_init(&out, MARKUP_SELECTOR_MAX * 8);
    buffer_text(&out, "concat(");
    for (const char *at = text; *at != '\0';) {
        size_t plain = strcspn(at, "'");
        buffer_print(&out, "%s'%.*s'", at > text ? "," : "", (int)plain, at);
        at += plain;
        if (*at == '\'') {
            buffer_text(&out, ",\"'\"");
            at++;
        }
    }
    buffer_text(&out, ")");
    return css_keep(css, &out);
}

/* How XPath writes an element's or (`prefix` "@") an attribute's name. */
static const char *xpath_name(struct css *css, const char *prefix, const char *name)
{
    char *lower = arena_duplicate(css->arena, name);
    bool is_plain = !is_digit(*name) && *name != '-';
    for (char *at = lower; *at != '\0'; at++) {
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at | 0x20);
        is_plain =
            is_plain && (is_digit(*at) || *at == '-' || *at == '_' || (*at >= 'a' && *at <= 'z'));
    }
    if (is_plain)
        return arena_print(css->arena, "%s%s", prefix, lower);
    return arena_print(css->arena, "%s*[name()=%s]", prefix, xpath_literal(css, lower));
}

static void add_condition(struct compound *compound, const char *condition)
{
    buffer_print(&compound->conditions, "[%s]", condition);
}

static void add_word_condition(struct css *css, struct compound *compound, const char *attribute,
                               const char *word)
{
    const char *spaced = arena_print(css->arena, " %s ", word);
    add_condition(compound,
                  arena_print(css->arena, "contains(concat(' ',normalize-space(%s),' '),%s)",
                              attribute, xpath_literal(css, spaced)));
}

/* The condition of `[name operator value]`. An empty value is contained in nothing. */
static void add_attribute_condition(struct css *css, struct compound *compound, char operator,
                                    const char * name, const char *value)
{
    const char *literal = xpath_literal(css, value), *condition = "false()";
    bool is_empty = *value == '\0';
    switch (operator) {
    case '=':
        condition = arena_print(css->arena, "%s=%s", name, literal);
        break;
    case '~':
        if (!is_empty && strpbrk(value, CSS_BLANK) == NULL) {
            add_word_condition(css, compound, name, value);
            return;
        }
        break;
    case '|':
        condition = arena_print(css->arena, "%s=%s or starts-with(%s,%s)", name, literal, name,
                                xpath_literal(css, arena_print(css->arena, "%s-", value)));
        break;
    case '^':
        if (!is_empty)
            condition = arena_print(css->arena, "starts-with(%s,%s)", name, literal);
        break;
    case '*':
        if (!is_empty)
            condition = arena_print(css->arena, "contains(%s,%s)", name, literal);
        break;
    case '$':
        if (!is_empty)
            condition = arena_print(css->arena, "substring(%s,string-length(%s)-%zu)=%s", name,
                                    name, utf8_characters(value, strlen(value)) - 1, literal);
        break;
    }
    add_condition(compound, condition);
}

/* Behind `[`. */
static bool css_attribute(struct css *css, struct compound *compound)
{
    css_skip_blank(css);
    const char *name = css_identifier(css, "an attribute's name was expected", false);
    if (name == NULL)
        return false;
    name = xpath_name(css, "@", name);
    css_skip_blank(css);
    if (css_take(css, "]")) {
        add_condition(compound, name);
        return true;
    }
    char operator= * css->at;
    if (css_is(operator, "~|^$*"))
        css->at++;
    if (!css_take(css, "="))
        return css_failed(css, css->at, "`]`, `=`, `~=`, `|=`, `^=`, `$=` or `*=` was expected");
    css_skip_blank(css);
    const char *value = css_is(*css->at, "'\"")
                            ? css_string(css)
                            : css_identifier(css, "a name or a quoted value was expected", false);
    if (value == NULL)
        return false;
    css_skip_blank(css);
    if (!css_take(css, "]"))
        return css_failed(css, css->at, "`]` was expected");
    add_attribute_condition(css, compound, operator, name, value);
    return true;
}

/* A whole number without sign, at most 9 digits. */
static bool css_number(struct css *css, int *ret_number)
{
    const char *start = css->at;
    int number = 0;
    for (; is_digit(*css->at); css->at++) {
        if (css->at - start >= 9)
            return css_failed(css, start, "this number is too large");
        number = number * 10 + (*css->at - '0');
    }
    *ret_number = number;
    return css->at > start || css_failed(css, start, "a number was expected");
}

/* `odd`, `even`, `b`, `n`, `an`, `an+b`: sets a and b. */
static bool css_nth(struct css *css, int *ret_a, int *ret_b)
{
    int number = 1;
    *ret_b = 0;
    if (css_take(css, "odd") || css_take(css, "even")) {
        *ret_a = 2;
        *ret_b = css->at[-1] == 'd' ? 1 : 0;
        return true;
    }
    int sign = css_take(css, "-") ? -1 : 1;
    css_take(css, "+");
    if (is_digit(*css->at) && !css_number(css, &number))
        return false;
    if (!css_take(css, "n")) {
        *ret_a = 0;
        *ret_b = sign * number;
        return is_digit(css->at[-1]) ||
               css_failed(css, css->at, "a number, `odd`, `even` or `2n+1` was expected");
    }
    *ret_a = sign * number;
    css_skip_blank(css);
    if (!css_is(*css->at, "+-"))
        return true;
    sign = *css->at++ == '-' ? -1 : 1;
    css_skip_blank(css);
    bool parsed = css_number(css, ret_b);
    *ret_b *= sign;
    return parsed;
}

/* Counting all siblings of each sibling is quadratic; libxml2 stops at the n-th for `[n]`, so that
 * is used wherever it says the same. */
static void add_nth_condition(struct css *css, struct compound *compound, int a, int b)
{
    static const char before[] = "preceding-sibling::*", count[] = "count(preceding-sibling::*)";
    const char *condition;
    if (a <= 0 && b < 1)
        condition = "false()";
    else if (a == 0 && b == 1)
        condition = arena_print(css->arena, "not(%s)", before);
    else if (a == 0)
        condition = arena_print(css->arena, "%s[%d] and not(%s[%d])", before, b - 1, before, b);
    else if (a == 1)
        condition = b <= 1 ? "true()" : arena_print(css->arena, "%s[%d]", before, b - 1);
    else if (a == -1)
        condition = arena_print(css->arena, "not(%s[%d])", before, b);
    else
        condition = arena_print(css->arena, "(%s+1-(%d)) mod %d=0 and %s+1%s%d", count, b, abs(a),
                                count, a > 0 ? ">=" : "<=", b);
    add_condition(compound, condition);
}

/* Behind `:nth-child(`. */
static bool css_nth_child(struct css *css, struct compound *compound)
{
    int a, b;
    css_skip_blank(css);
    if (!css_nth(css, &a, &b))
        return false;
    css_skip_blank(css);
    if (!css_take(css, ")"))
        return css_failed(css, css->at, "`)` was expected");
    add_nth_condition(css, compound, a, b);
    return true;
}

static bool css_compound(struct css *css, struct compound *compound, bool in_not);

/* Behind `:not(`. */
static bool css_not(struct css *css, struct compound *compound)
{
    struct compound inner = {0};
    css_skip_blank(css);
    bool parsed = css_compound(css, &inner, true);
    if (parsed)
        css_skip_blank(css);
    if (parsed && !css_take(css, ")"))
        parsed = css_failed(css, css->at, "`)` was expected: :not() takes one simple selector");
    if (parsed)
        buffer_print(&compound->conditions, "[not(self::%s%s)]", inner.type, inner.conditions.data);
    buffer_free(&inner.conditions);
    return parsed;
}

/* Behind `:`. */
static bool css_pseudo_class(struct css *css, struct compound *compound, bool in_not)
{
    const char *start = css->at - 1;
    if (css_take(css, "nth-child("))
        return css_nth_child(css, compound);
    if (!in_not && css_take(css, "not("))
        return css_not(css, compound);
    const char *name = css_identifier(css, "a pseudo-class was expected", false);
    if (name == NULL)
        return false;
    if (strcmp(name, "first-child") == 0)
        add_condition(compound, "not(preceding-sibling::*)");
    else if (strcmp(name, "last-child") == 0)
        add_condition(compound, "not(following-sibling::*)");
    else
        return css_failed(css, start,
                          "only :first-child, :last-child, :nth-child() and :not() are known here");
    return true;
}

/* What may follow a type: `#id`, `.class`, `[attribute]`, `:pseudo-class`. */
static bool css_simple(struct css *css, struct compound *compound, bool in_not)
{
    const char *name;
    if (css_take(css, "["))
        return css_attribute(css, compound);
    if (css_take(css, ":"))
        return css_pseudo_class(css, compound, in_not);
    if (css_take(css, "#")) {
        name = css_identifier(css, "an id was expected", true);
        if (name != NULL)
            add_attribute_condition(css, compound, '=', "@id", name);
    } else {
        css->at++;
        name = css_identifier(css, "a class was expected", false);
        if (name != NULL)
            add_word_condition(css, compound, "@class", name);
    }
    return name != NULL;
}

static bool css_compound(struct css *css, struct compound *compound, bool in_not)
{
    const char *start = css->at;
    buffer_init(&compound->conditions, MARKUP_XPATH_MAX);
    compound->type = "*";
    if (!css_take(css, "*") && !css_is(*css->at, "#.[:")) {
        const char *name = css_identifier(css, "a selector was expected", false);
        if (name == NULL)
            return false;
        compound->type = xpath_name(css, "", name);
    }
    while (css_is(*css->at, "#.[:"))
        if (!css_simple(css, compound, in_not))
            return false;
    if (compound->conditions.result != RESULT_OK)
        return css_failed(css, start, "the selector is too long");
    return true;
}

/* The combinator at `at`: `>`, `+`, `~`, ` ` (descendant), or 0 when the selector ends there. */
static char css_combinator(struct css *css)
{
    bool is_blank = css_skip_blank(css);
    if (css_is(*css->at, ">+~")) {
        char combinator = *css->at++;
        css_skip_blank(css);
        return combinator;
    }
    return is_blank && *css->at != '\0' && *css->at != ',' ? ' ' : '\0';
}

/* How what stands left of each combinator is found from what stands right of it. */
static const char *combinator_axis(char combinator)
{
    switch (combinator) {
    case '>':
        return "parent::";
    case '+':
        return "preceding-sibling::*[1]/self::";
    case '~':
        return "preceding-sibling::";
    default:
        return "ancestor::";
    }
}

/*
 * One selector of the list: compounds with combinators between. `a > b` becomes `b[parent::a]`,
 * from right to left as browsers match: each element is looked at once. From left to right libxml2
 * would gather a set for each `a` and compare every element of it with all that it has, which takes
 * seconds on a page of a few thousand siblings.
 */
static const char *css_selector(struct css *css)
{
    const char *left = NULL;
    char combinator = ' ';
    int compounds = 0;
    do {
        struct compound compound = {0};
        if (++compounds > MARKUP_COMPOUNDS_MAX) {
            css_failed(css, css->at, "too many elements within one another");
            return NULL;
        }
        bool parsed = css_compound(css, &compound, false);
        const char *conditions = compound.conditions.data, *axis = combinator_axis(combinator);
        if (parsed && left == NULL)
            left = arena_print(css->arena, "%s%s", compound.type, conditions);
        else if (parsed)
            left = arena_print(css->arena, "%s%s[%s%s]", compound.type, conditions, axis, left);
        buffer_free(&compound.conditions);
        if (!parsed)
            return NULL;
        if (strlen(left) > MARKUP_XPATH_MAX) {
            css_failed(css, css->at, "the selector is too long");
            return NULL;
        }
        combinator = css_combinator(css);
    } while (combinator != '\0');
    return left;
}

static bool css_selector_list(struct css *css, struct buffer *out)
{
    size_t length = strlen(css->text), valid = utf8_valid(css->text, length);
    if (length > MARKUP_SELECTOR_MAX)
        return css_failed(css, css->text + MARKUP_SELECTOR_MAX, "the selector is too long");
    if (valid < length)
        return css_failed(css, css->text + valid, "not UTF-8");
    bool is_list;
    do {
        css_skip_blank(css);
        const char *one = css_selector(css);
        if (one == NULL)
            return false;
        is_list = out->length > 0 || *css->at == ',';
        if (!is_list) {
            buffer_print(out, "//%s", one);
            break;
        }
        /* A list is one condition, too: a union would compare each element with all others. */
        buffer_print(out, "%sself::%s", out->length == 0 ? "//*[" : " or ", one);
    } while (css_take(css, ","));
    buffer_text(out, is_list ? "]" : "");
    if (*css->at != '\0')
        return css_failed(css, css->at, "a combinator, `,` or the end was expected");
    return out->result == RESULT_OK || css_failed(css, css->at, "the selector is too long");
}

const char *markup_css_to_xpath(struct arena *arena, const char *text, struct error *error,
                                size_t *ret_offset)
{
    struct error mistake = {0};
    struct css css = {.arena = arena, .text = text, .at = text, .error = &mistake};
    struct buffer out;
    buffer_init(&out, MARKUP_XPATH_MAX);
    const char *xpath = css_check_characters(&css) && css_selector_list(&css, &out)
                            ? arena_duplicate(arena, out.data)
                            : NULL;
    buffer_free(&out);
    if (xpath == NULL) {
        error_set(error, mistake.code, "%s", mistake.text);
        if (ret_offset != NULL)
            *ret_offset = css.error_offset;
    }
    return xpath;
}
