/* SPDX-License-Identifier: MIT */
/* Text with variables: a list of parts, each a piece of text or a name. See template.h. */
#include "scenarios/template.h"

#include "scenarios/template_value.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct part {
    const char *text; /* literal text, or the variable's name */
    size_t length;
    size_t offset; /* in the source */
    bool is_name;
};

struct template
{
    const char *source;
    const char *constant;
    struct part *parts;
    size_t part_count;
    size_t *names; /* indexes of the parts that are names */
    size_t name_count;
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static size_t name_length(const char *text)
{
    size_t length = 0;
    if (!is_letter(text[0]))
        return 0;
    while (is_letter(text[length]) || (text[length] >= '0' && text[length] <= '9') ||
           text[length] == '.' || text[length] == '-')
        length++;
    return length;
}

bool template_name_is_good(const char *name)
{
    size_t length = name_length(name);
    return length > 0 && name[length] == '\0';
}

static void add_part(struct arena *arena, struct template *template, struct part part)
{
    if (part.length == 0)
        return;
    part.text = arena_duplicate_bytes(arena, part.text, part.length);
    if (part.is_name) {
        arena_grow(arena, template->names, template->name_count);
        template->names[template->name_count++] = template->part_count;
    }
    arena_grow(arena, template->parts, template->part_count);
    template->parts[template->part_count++] = part;
}

/* `$${` stands for `${`: the text before ends behind its first `$`, the rest goes on at `{`. */
static const char *find_variable(struct arena *arena, struct template *template, const char *at)
{
    for (;;) {
        const char *found = strstr(at, "${");
        const char *end = found != NULL ? found : at + strlen(at);
        struct part part = {
            .text = at, .length = (size_t)(end - at), .offset = (size_t)(at - template->source)};
        add_part(arena, template, part);
        if (found == NULL || found == template->source || found[-1] != '$')
            return found;
        at = found + 1;
    }
}

static void join_constant(struct arena *arena, struct template *template)
{
    char *text = arena_allocate(arena, strlen(template->source) + 1, 1);
    size_t length = 0;
    for (size_t i = 0; i < template->part_count; i++) {
        memcpy(text + length, template->parts[i].text, template->parts[i].length);
        length += template->parts[i].length;
    }
    template->constant = text;
}

struct template *template_compile(struct arena *arena, const char *text, struct error *error,
                                  size_t *ret_offset)
{
    struct template *template = arena_allocate(arena, 1, sizeof *template);
    template->source = arena_duplicate(arena, text);
    const char *at = template->source;
    while ((at = find_variable(arena, template, at)) != NULL) {
        size_t length = name_length(at + 2);
        const char *end = at + 2 + length;
        *ret_offset = (size_t)(at - template->source);
        if (strchr(at, '}') == NULL) {
            error_set(error, RESULT_INVALID, "`${` without `}`");
            return NULL;
        }
        if (length == 0 || *end != '}') {
            size_t shown = strcspn(at + 2, "}");
            error_set(error, RESULT_INVALID, "`${%.*s}` names no variable",
                      (int)(shown < 40 ? shown : 40), at + 2);
            return NULL;
        }
        if (template->name_count == TEMPLATE_NAMES_MAX) {
            error_set(error, RESULT_LIMIT, "more than %d variables in one text",
                      TEMPLATE_NAMES_MAX);
            return NULL;
        }
        struct part part = {.text = at + 2,
                            .length = length,
                            .offset = (size_t)(at - template->source),
                            .is_name = true};
        add_part(arena, template, part);
        at = end + 1;
    }
    if (template->name_count == 0)
        join_constant(arena, template);
    return template;
}

const char *template_source(const struct template *template)
{
    return template->source;
}

bool template_is_constant(const struct template *template)
{
    return template->constant != NULL;
}

const char *template_constant(const struct template *template)
{
    return template->constant;
}

size_t template_name_count(const struct template *template)
{
    return template->name_count;
}

const char *template_name(const struct template *template, size_t n)
{
    return template->parts[template->names[n]].text;
}

size_t template_name_offset(const struct template *template, size_t n)
{
    return template->parts[template->names[n]].offset;
}

void template_append_value(const struct json_t *value, struct buffer *out)
{
    if (json_is_string(value)) {
        buffer_append(out, json_string_value(value), json_string_length(value));
        return;
    }
    char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    if (text != NULL)
        buffer_text(out, text);
    free(text);
}

enum result template_render(const struct template *template, template_lookup *lookup, void *data,
                            struct buffer *out, const char **ret_missing)
{
    for (size_t i = 0; i < template->part_count; i++) {
        const struct part *part = &template->parts[i];
        if (!part->is_name) {
            buffer_append(out, part->text, part->length);
            continue;
        }
        const struct json_t *value = lookup(data, part->text);
        if (value == NULL) {
            *ret_missing = part->text;
            return RESULT_NOT_FOUND;
        }
        template_append_value(value, out);
    }
    return out->result;
}
