/* SPDX-License-Identifier: MIT */
/*
 * Parses a JSONPath: queries, segments, selectors (RFC 9535, sections 2.1 to 2.5). One function a
 * rule of the grammar; filters are in jsonpath_parse_filter.c, strings and numbers in
 * jsonpath_literal.c.
 */
#include "monitor/base/utf8.h"
#include "scenarios/jsonpath_private.h"

#include <string.h>

bool jsonpath_fail(struct parser *parser, const char *at, const char *message)
{
    if (parser->error->code == RESULT_OK)
        parser->error_offset = (size_t)(at - parser->text);
    error_set(parser->error, RESULT_INVALID, "%s", message);
    return false;
}

void jsonpath_skip_blank(struct parser *parser)
{
    while (*parser->at != '\0' && strchr(" \t\n\r", *parser->at) != NULL)
        parser->at++;
}

bool jsonpath_take(struct parser *parser, const char *word)
{
    size_t length = strlen(word);
    if (strncmp(parser->at, word, length) != 0)
        return false;
    parser->at += length;
    return true;
}

bool jsonpath_nest(struct parser *parser)
{
    if (parser->nesting >= JSONPATH_NESTING_MAX)
        return jsonpath_fail(parser, parser->at, "nested too deeply");
    parser->nesting++;
    return true;
}

static bool is_name_first(char byte)
{
    return ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || byte == '_' ||
           (unsigned char)byte >= 0x80;
}

static bool parse_shorthand_name(struct parser *parser, struct selector *selector)
{
    const char *start = parser->at;
    if (!is_name_first(*start))
        return jsonpath_fail(parser, start, "a name, `*` or `[` was expected");
    while (is_name_first(*parser->at) || (*parser->at >= '0' && *parser->at <= '9'))
        parser->at++;
    selector->kind = SELECTOR_NAME;
    selector->name_length = (uint32_t)(parser->at - start);
    selector->name = arena_duplicate_bytes(parser->arena, start, selector->name_length);
    return true;
}

static bool is_integer_first(char byte)
{
    return byte == '-' || (byte >= '0' && byte <= '9');
}

/* Behind the first colon of `start:end:step`. */
static bool parse_slice(struct parser *parser, struct selector *selector, const int64_t *start)
{
    struct slice *slice = arena_allocate(parser->arena, 1, sizeof *slice);
    selector->kind = SELECTOR_SLICE;
    selector->slice = slice;
    slice->has_start = start != NULL;
    slice->start = start != NULL ? *start : 0;
    slice->step = 1;
    jsonpath_skip_blank(parser);
    if (is_integer_first(*parser->at)) {
        slice->has_end = true;
        if (!jsonpath_parse_integer(parser, &slice->end))
            return false;
    }
    const char *end = parser->at;
    jsonpath_skip_blank(parser);
    if (!jsonpath_take(parser, ":")) {
        parser->at = end;
        return true;
    }
    end = parser->at;
    jsonpath_skip_blank(parser);
    if (is_integer_first(*parser->at))
        return jsonpath_parse_integer(parser, &slice->step);
    parser->at = end;
    return true;
}

static bool parse_index_or_slice(struct parser *parser, struct selector *selector)
{
    int64_t index;
    if (jsonpath_take(parser, ":"))
        return parse_slice(parser, selector, NULL);
    if (!jsonpath_parse_integer(parser, &index))
        return false;
    const char *end = parser->at;
    jsonpath_skip_blank(parser);
    if (jsonpath_take(parser, ":"))
        return parse_slice(parser, selector, &index);
    parser->at = end;
    selector->kind = SELECTOR_INDEX;
    selector->index = index;
    return true;
}

static bool parse_selector(struct parser *parser, struct selector *selector)
{
    *selector = (struct selector){.kind = SELECTOR_WILDCARD};
    char first = *parser->at;
    if (first == '\'' || first == '"') {
        size_t length;
        selector->kind = SELECTOR_NAME;
        if (!jsonpath_parse_string(parser, &selector->name, &length))
            return false;
        selector->name_length = (uint32_t)length;
        return true;
    }
    if (jsonpath_take(parser, "*"))
        return true;
    if (jsonpath_take(parser, "?")) {
        selector->kind = SELECTOR_FILTER;
        jsonpath_skip_blank(parser);
        selector->filter = jsonpath_parse_logical(parser);
        return selector->filter != NULL;
    }
    if (is_integer_first(first) || first == ':')
        return parse_index_or_slice(parser, selector);
    return jsonpath_fail(parser, parser->at,
                         "a quoted name, an index, a slice, `*` or a filter was expected");
}

/* Behind `[`. */
static bool parse_bracketed(struct parser *parser, struct segment *segment)
{
    do {
        jsonpath_skip_blank(parser);
        arena_grow(parser->arena, segment->selectors, segment->selector_count);
        if (!parse_selector(parser, &segment->selectors[segment->selector_count++]))
            return false;
        jsonpath_skip_blank(parser);
    } while (jsonpath_take(parser, ","));
    return jsonpath_take(parser, "]") ||
           jsonpath_fail(parser, parser->at, "`]` or `,` was expected");
}

/* At `.` or `[`. */
static bool parse_segment(struct parser *parser, struct segment *segment)
{
    *segment = (struct segment){.is_descendant = jsonpath_take(parser, "..")};
    bool is_dotted = segment->is_descendant || jsonpath_take(parser, ".");
    if ((segment->is_descendant || !is_dotted) && jsonpath_take(parser, "["))
        return parse_bracketed(parser, segment);
    segment->selectors = arena_allocate(parser->arena, 1, sizeof *segment->selectors);
    segment->selector_count = 1;
    segment->selectors[0].kind = SELECTOR_WILDCARD;
    return jsonpath_take(parser, "*") || parse_shorthand_name(parser, &segment->selectors[0]);
}

static bool segment_is_singular(const struct segment *segment)
{
    return !segment->is_descendant && segment->selector_count == 1 &&
           (segment->selectors[0].kind == SELECTOR_NAME ||
            segment->selectors[0].kind == SELECTOR_INDEX);
}

struct jsonpath *jsonpath_parse_query(struct parser *parser)
{
    struct jsonpath *query = arena_allocate(parser->arena, 1, sizeof *query);
    query->is_relative = *parser->at++ == '@';
    query->is_singular = true;
    for (;;) {
        /* White space belongs to the query only when a segment follows. */
        const char *end = parser->at;
        jsonpath_skip_blank(parser);
        if (*parser->at != '.' && *parser->at != '[') {
            parser->at = end;
            return query;
        }
        arena_grow(parser->arena, query->segments, query->segment_count);
        struct segment *segment = &query->segments[query->segment_count++];
        if (!parse_segment(parser, segment))
            return NULL;
        query->is_singular = query->is_singular && segment_is_singular(segment);
    }
}

static struct jsonpath *parse_path(struct parser *parser)
{
    size_t length = strlen(parser->text);
    size_t valid = utf8_valid(parser->text, length);
    if (length > JSONPATH_LENGTH_MAX)
        jsonpath_fail(parser, parser->text + JSONPATH_LENGTH_MAX, "the path is too long");
    else if (valid < length)
        jsonpath_fail(parser, parser->text + valid, "not UTF-8");
    else if (*parser->at != '$')
        jsonpath_fail(parser, parser->at, "a path begins with `$`");
    if (parser->error->code != RESULT_OK)
        return NULL;
    struct jsonpath *path = jsonpath_parse_query(parser);
    if (path != NULL && *parser->at != '\0') {
        jsonpath_fail(parser, parser->at, "`.`, `[` or the end was expected");
        return NULL;
    }
    return path;
}

struct jsonpath *jsonpath_compile(struct arena *arena, const char *text, struct error *error,
                                  size_t *ret_offset)
{
    struct error mistake = {0};
    struct parser parser = {.arena = arena, .text = text, .at = text, .error = &mistake};
    struct jsonpath *path = parse_path(&parser);
    if (path == NULL) {
        error_set(error, mistake.code, "%s", mistake.text);
        if (ret_offset != NULL)
            *ret_offset = parser.error_offset;
    }
    return path;
}

bool jsonpath_is_singular(const struct jsonpath *path)
{
    return path->is_singular;
}
