/* SPDX-License-Identifier: MIT */
/* Text with variables: a list of parts, each a piece of text or a name. See template.h. */
#include "scenarios/template.h"

#include "scenarios/template_value.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

struct part {
    const char *name;        /* NULL: text */
    uint32_t offset, length; /* in the source */
};

/* There are many of them for as long as the monitor runs, most without variables: those have no
 * parts. */
struct template
{
    const char *source;
    const char *constant; /* NULL: it has variables */
    uint32_t part_count, name_count;
    struct part parts[];
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

static void add_part(struct template *template, struct part part)
{
    if (part.length == 0)
        return;
    template->name_count += part.name != NULL;
    template->parts[template->part_count++] = part;
}

/* `$${` stands for `${`: the text before ends behind its first `$`, the rest goes on at `{`. */
static const char *find_variable(struct template *template, const char *at)
{
    for (;;) {
        const char *found = strstr(at, "${");
        const char *end = found != NULL ? found : at + strlen(at);
        add_part(template, (struct part){.offset = (uint32_t)(at - template->source),
                                         .length = (uint32_t)(end - at)});
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
        const struct part *part = &template->parts[i];
        memcpy(text + length, template->source + part->offset, part->length);
        length += part->length;
    }
    template->constant = text;
}

/* Room for a text's parts: one before each `${`, the variable, and the rest. */
static struct template *create(struct arena *arena, const char *text)
{
    size_t count = 0;
    for (const char *at = text; (at = strstr(at, "${")) != NULL; at += 2)
        count++;
    size_t parts = count > 0 ? 2 * count + 1 : 0;
    struct template *template =
        arena_allocate(arena, 1, sizeof *template + parts * sizeof template->parts[0]);
    template->source = arena_keep(arena, text);
    if (count == 0)
        template->constant = template->source;
    return template;
}

struct template *template_compile(struct arena *arena, const char *text, struct error *error,
                                  size_t *ret_offset)
{
    struct template *template = create(arena, text);
    if (template->constant != NULL)
        return template;
    const char *at = template->source;
    while ((at = find_variable(template, at)) != NULL) {
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
        add_part(template, (struct part){.name = arena_duplicate_bytes(arena, at + 2, length),
                                         .offset = (uint32_t)(at - template->source),
                                         .length = (uint32_t)length});
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

static const struct part *name_part(const struct template *template, size_t n)
{
    const struct part *part = template->parts;
    for (;; part++)
        if (part->name != NULL && n-- == 0)
            return part;
}

const char *template_name(const struct template *template, size_t n)
{
    return name_part(template, n)->name;
}

size_t template_name_offset(const struct template *template, size_t n)
{
    return name_part(template, n)->offset;
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
    if (template->constant != NULL) {
        buffer_text(out, template->constant);
        return out->result;
    }
    for (size_t i = 0; i < template->part_count; i++) {
        const struct part *part = &template->parts[i];
        if (part->name == NULL) {
            buffer_append(out, template->source + part->offset, part->length);
            continue;
        }
        const struct json_t *value = lookup(data, part->name);
        if (value == NULL) {
            *ret_missing = part->name;
            return RESULT_NOT_FOUND;
        }
        template_append_value(value, out);
    }
    return out->result;
}
