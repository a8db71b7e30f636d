/* SPDX-License-Identifier: MIT */
/* Bodies: JSON, GraphQL, forms with and without files, text and files as they are. Which of them,
 * the scenario's check has settled. See request_text.h. */
#include "monitor/journey/request_text.h"

#include "monitor/base/buffer.h"
#include "monitor/base/hex.h"
#include "monitor/base/random.h"
#include "monitor/record/json_writer.h"

#include <stdlib.h>
#include <string.h>

enum { BOUNDARY_BYTES = 12 };

/* The text is in the arena; NULL without the variable `ret_missing`. */
static const char *json_text(const struct request_source *source,
                             const struct json_template *template, const char **ret_missing)
{
    const char *body = NULL;
    struct buffer text;
    buffer_init(&text, REQUEST_BODY_MAX);
    if (json_template_render(template, variables_lookup, source->variables, &text, ret_missing) ==
        RESULT_OK)
        body = arena_duplicate_bytes(source->arena, text.data, text.length);
    buffer_free(&text);
    return body;
}

/* What a GraphQL interface takes over HTTP: {"query": ..., "variables": ...}. */
static const char *graphql_text(const struct request_source *source, const struct step *step,
                                const char **ret_missing)
{
    const char *variables = NULL, *body = NULL;
    const char *document = request_render(source, step->document, ret_missing);
    struct buffer text;
    if (document == NULL)
        return NULL;
    if (step->variables != NULL &&
        (variables = json_text(source, step->variables, ret_missing)) == NULL)
        return NULL;
    buffer_init(&text, REQUEST_BODY_MAX);
    struct json_writer writer = {.out = &text};
    json_open_object(&writer, NULL);
    json_add_text(&writer, "query", document);
    if (variables != NULL) {
        json_add_key(&writer, "variables");
        json_add_raw(&writer, variables);
    }
    json_close_object(&writer);
    if (text.result == RESULT_OK)
        body = arena_duplicate_bytes(source->arena, text.data, text.length);
    buffer_free(&text);
    return body;
}

static const char *form_text(const struct request_source *source, const struct step *step,
                             const char **ret_missing)
{
    const char *body = NULL;
    struct buffer text;
    buffer_init(&text, REQUEST_BODY_MAX);
    *ret_missing = request_encode_pairs(source, step->form, step->form_count, &text);
    if (*ret_missing == NULL)
        body = arena_duplicate(source->arena, text.data);
    buffer_free(&text);
    return body;
}

/* In double quotes, as WHATWG's multipart/form-data wants it. */
static void append_quoted(struct buffer *out, const char *text)
{
    buffer_text(out, "\"");
    for (; *text != '\0'; text++) {
        if (*text == '"')
            buffer_text(out, "%22");
        else if (*text == '\r')
            buffer_text(out, "%0D");
        else if (*text == '\n')
            buffer_text(out, "%0A");
        else
            buffer_append(out, text, 1);
    }
    buffer_text(out, "\"");
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Returns the missing variable, or NULL. */
static const char *append_part(const struct request_source *source, const struct form_part *part,
                               struct buffer *out)
{
    buffer_text(out, "Content-Disposition: form-data; name=");
    append_quoted(out, part->name);
    if (part->file != NULL) {
        buffer_text(out, "; filename=");
        append_quoted(out, part->file_name != NULL ? part->file_name : base_name(part->file->path));
        buffer_print(out, "\r\nContent-Type: %s\r\n\r\n",
                     part->type != NULL ? part->type : "application/octet-stream");
        buffer_append(out, part->file->bytes, part->file->length);
        return NULL;
    }
    const char *missing = NULL, *value = request_render(source, part->value, &missing);
    if (value == NULL)
        return missing != NULL ? missing : "?";
    buffer_print(out, "\r\n\r\n");
    buffer_text(out, value);
    return NULL;
}

/* RFC 7578. The boundary is random: it cannot stand in a file by chance, nor by intent. */
static void multipart(const struct request_source *source, const struct step *step,
                      struct request_body *body, const char **ret_missing)
{
    unsigned char bytes[BOUNDARY_BYTES];
    char boundary[2 * BOUNDARY_BYTES + 1];
    struct buffer out;
    random_bytes(bytes, sizeof bytes);
    hex_print(bytes, sizeof bytes, boundary);
    buffer_init(&out, (SCENARIO_UPLOAD_MAX + 4 * REQUEST_TEXT_MAX) * step->part_count);
    for (size_t i = 0; i < step->part_count && *ret_missing == NULL; i++) {
        buffer_print(&out, "--%s\r\n", boundary);
        *ret_missing = append_part(source, &step->parts[i], &out);
        buffer_text(&out, "\r\n");
    }
    buffer_print(&out, "--%s--\r\n", boundary);
    body->bytes = arena_duplicate_bytes(source->arena, out.data, out.length);
    body->length = out.length;
    body->type = arena_print(source->arena, "multipart/form-data; boundary=%s", boundary);
    buffer_free(&out);
}

static void text_body(struct request_body *body, const char *text, const char *type)
{
    *body = (struct request_body){text, text != NULL ? strlen(text) : 0, type};
}

enum symptom request_body(const struct request_source *source, const struct step *step,
                          struct request_body *ret_body, const char **ret_detail)
{
    const char *missing = NULL;
    *ret_body = (struct request_body){0};
    if (step->is_graphql) {
        text_body(ret_body, graphql_text(source, step, &missing), "application/json");
    } else if (step->json != NULL) {
        text_body(ret_body, json_text(source, step->json, &missing), "application/json");
    } else if (step->form_count > 0) {
        text_body(ret_body, form_text(source, step, &missing), "application/x-www-form-urlencoded");
    } else if (step->parts != NULL) {
        multipart(source, step, ret_body, &missing);
    } else if (step->file != NULL) {
        *ret_body = (struct request_body){step->file->bytes, step->file->length, NULL};
    } else if (step->body != NULL) {
        text_body(ret_body, request_render(source, step->body, &missing), NULL);
    }
    return missing != NULL ? request_missing(source, missing, ret_detail) : SYMPTOM_NONE;
}
