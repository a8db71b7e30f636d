/* SPDX-License-Identifier: MIT */
/* Rendering. See request_text.h. */
#include "monitor/journey/request_text.h"

#include "monitor/base/buffer.h"

#include <string.h>

const char *request_render(const struct request_source *source, const struct template *template,
                           const char **ret_missing)
{
    if (template_is_constant(template))
        return template_constant(template);
    struct buffer text;
    buffer_init(&text, REQUEST_BODY_MAX);
    const char *rendered = NULL;
    if (template_render(template, variables_lookup, source->variables, &text, ret_missing) ==
        RESULT_OK)
        rendered = arena_duplicate_bytes(source->arena, text.data, text.length);
    buffer_free(&text);
    return rendered;
}

const char *request_encode_pairs(const struct request_source *source, const struct pair *pairs,
                                 size_t count, struct buffer *out)
{
    for (size_t i = 0; i < count; i++) {
        const char *missing = NULL;
        const char *value = request_render(source, pairs[i].value, &missing);
        if (value == NULL)
            return missing;
        if (i > 0)
            buffer_text(out, "&");
        net_url_encode(out, pairs[i].name, strlen(pairs[i].name));
        buffer_text(out, "=");
        net_url_encode(out, value, strlen(value));
    }
    return NULL;
}

enum symptom request_missing(const struct request_source *source, const char *name,
                             const char **ret_detail)
{
    const char *why = name != NULL ? variables_problem(source->variables, name) : NULL;
    *ret_detail = arena_print(source->arena, "${%s} has no value%s%s", name != NULL ? name : "?",
                              why != NULL ? ": " : "", why != NULL ? why : "");
    return SYMPTOM_MONITOR_VARIABLE_MISSING;
}
