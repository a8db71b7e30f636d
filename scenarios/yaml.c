/* SPDX-License-Identifier: MIT */
/*
 * From a file to a tree: the bytes are checked first, because libfyaml takes invalid UTF-8 for an
 * empty value and drops what follows a NUL; then its events are built into our own nodes, so that
 * duplicates, aliases and tags are refused in our words. See yaml.h.
 */
#include "scenarios/yaml.h"

#include "monitor/base/buffer.h"
#include "monitor/base/map.h"
#include "monitor/base/memory.h"
#include "scenarios/scenario.h"
#include "scenarios/yaml_bytes.h"
#include "scenarios/yaml_syntax.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct builder {
    struct yaml_file *file;
    struct fy_parser *parser;
    size_t last; /* where the last event ended: the place of one that has none */
    size_t nodes;
    size_t open; /* the innermost [ or { that is not closed yet */
    int depth;
    int flow;
    bool failed; /* nothing more can be read */
    bool told;   /* and why was reported */
};

static bool read_bytes(struct yaml_file *file)
{
    const struct mistake_place place = {.file = file->name};
    FILE *stream = fopen(file->name, "rbe");
    char *text = NULL;
    bool done = false;
    if (stream == NULL) {
        mistakes_report(file->mistakes, MISTAKE_FILE_UNREADABLE, &place, NULL, "cannot be read: %s",
                        strerror(errno));
        return false;
    }
    text = memory_allocate(SCENARIO_FILE_MAX + 1, 1);
    size_t length = fread(text, 1, SCENARIO_FILE_MAX + 1, stream);
    if (ferror(stream)) {
        mistakes_report(file->mistakes, MISTAKE_FILE_UNREADABLE, &place, NULL, "cannot be read: %s",
                        strerror(errno));
        goto out;
    }
    if (length > SCENARIO_FILE_MAX) {
        mistakes_report(file->mistakes, MISTAKE_FILE_SIZE, &place, NULL,
                        "larger than %d KiB, which is the limit", SCENARIO_FILE_MAX / 1024);
        goto out;
    }
    size_t mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    file->text = arena_duplicate_bytes(file->tree, text + mark, length - mark);
    file->length = length - mark;
    done = true;
out:
    free(text);
    fclose(stream);
    return done;
}

static void report(struct builder *builder, enum mistake_kind kind, size_t at, const char *hint,
                   const char *text)
{
    struct mistake_place place = yaml_place(builder->file, yaml_at(builder->file, at));
    mistakes_report(builder->file->mistakes, kind, &place, hint, "%s", text);
}

static void report_syntax(struct builder *builder, struct fy_diag *diag)
{
    void *iterator = NULL;
    const struct fy_diag_error *error = fy_diag_errors_iterate(diag, &iterator);
    const struct fy_mark *mark =
        error != NULL && error->fyt != NULL ? fy_token_start_mark(error->fyt) : NULL;
    const struct yaml_break found = {
        .at = mark != NULL ? mark->input_pos : builder->last,
        .message = error != NULL ? error->msg : NULL,
        .is_flow = builder->flow > 0,
        .open = builder->open,
    };
    yaml_report_syntax(builder->file, &found);
}

static struct yaml_node *build(struct builder *builder, struct fy_event *event);

static struct fy_event *next_event(struct builder *builder)
{
    struct fy_event *event = builder->failed ? NULL : fy_parser_parse(builder->parser);
    if (event == NULL) {
        builder->failed = true;
        return NULL;
    }
    const struct fy_mark *mark = fy_event_end_mark(event);
    if (mark != NULL)
        builder->last = mark->input_pos;
    return event;
}

static size_t event_start(const struct builder *builder, struct fy_event *event)
{
    const struct fy_mark *mark = fy_event_start_mark(event);
    return mark != NULL ? mark->input_pos : builder->last;
}

/* Of an anchor, alias or tag, whose token begins behind its first character. */
static size_t token_start(struct fy_token *token, const struct yaml_file *file, char first)
{
    size_t at = fy_token_start_mark(token)->input_pos;
    return at > 0 && file->text[at] != first ? at - 1 : at;
}

static struct yaml_node *node_create(struct builder *builder, struct fy_event *event)
{
    struct yaml_node *node = arena_allocate(builder->file->tree, 1, sizeof *node);
    const struct fy_mark *end = fy_event_end_mark(event);
    node->start = event_start(builder, event);
    node->end = end != NULL ? end->input_pos : node->start;
    node->position = yaml_at(builder->file, node->start);
    node->flow = builder->flow > 0;
    return node;
}

/* Anchors and tags are refused; the node that bears them stays. */
static void check_properties(struct builder *builder, struct fy_event *event)
{
    struct fy_token *anchor = fy_event_get_anchor_token(event);
    struct fy_token *tag = fy_event_get_tag_token(event);
    if (anchor != NULL)
        report(builder, MISTAKE_YAML_ANCHOR, token_start(anchor, builder->file, '&'),
               "write the value where it is needed; text that begins with & must be quoted",
               "anchors (&) are not part of this language");
    if (tag != NULL)
        report(builder, MISTAKE_YAML_TAG, token_start(tag, builder->file, '!'),
               "text that begins with ! must be quoted", "tags (!) are not part of this language");
}

/* Piece by piece, in the arena: fy_token_get_text loses memory over a text of many escapes
 * (libfyaml 0.7.12). */
static const char *scalar_text(struct builder *builder, struct fy_token *token, size_t *ret_length)
{
    struct fy_token_iter *pieces = fy_token_iter_create(token);
    const struct fy_iter_chunk *piece = NULL;
    struct buffer text;
    int error = 0;
    if (pieces == NULL)
        abort(); /* only for want of memory */
    fy_token_iter_start(token, pieces);
    buffer_init(&text, SCENARIO_FILE_MAX);
    while ((piece = fy_token_iter_chunk_next(pieces, piece, &error)) != NULL)
        buffer_append(&text, piece->str, piece->len);
    fy_token_iter_finish(pieces);
    fy_token_iter_destroy(pieces);
    *ret_length = text.length;
    const char *copy = arena_duplicate_bytes(builder->file->tree, text.data, text.length);
    buffer_free(&text);
    return copy;
}

static void build_scalar(struct builder *builder, struct fy_event *event, struct yaml_node *node)
{
    size_t length = 0;
    switch (fy_token_scalar_style(event->scalar.value)) {
    case FYSS_SINGLE_QUOTED:
        node->style = YAML_SINGLE_QUOTED;
        break;
    case FYSS_DOUBLE_QUOTED:
        node->style = YAML_DOUBLE_QUOTED;
        break;
    case FYSS_LITERAL:
    case FYSS_FOLDED:
        node->style = YAML_BLOCK;
        node->start += strspn(builder->file->text + node->start, " \t\r\n");
        node->position = yaml_at(builder->file, node->start);
        break;
    default:
        node->style = YAML_PLAIN;
    }
    if (node->style == YAML_SINGLE_QUOTED || node->style == YAML_DOUBLE_QUOTED)
        node->position = yaml_at(builder->file, node->start > 0 ? node->start - 1 : 0);
    node->text = scalar_text(builder, event->scalar.value, &length);
    if (node->style == YAML_PLAIN && yaml_is_curly(node->text))
        report(builder, MISTAKE_LINT_QUOTES, node->start, "type plain ones: \"...\"",
               "these quotation marks are part of the text");
    /* An escape can write what the file itself may not hold. */
    size_t good = yaml_bytes_good(node->text, length);
    if (good < length) {
        struct mistake_place place = yaml_place(builder->file, node->position);
        mistakes_report(builder->file->mistakes, MISTAKE_YAML_CHARACTER, &place, NULL,
                        "an escape in this value makes a character that is not allowed");
        node->kind = YAML_REFUSED;
    }
}

static void append(struct builder *builder, struct yaml_node *parent, struct yaml_node *item)
{
    arena_grow(builder->file->tree, parent->items, parent->count);
    parent->items[parent->count++] = item;
}

static void build_items(struct builder *builder, struct yaml_node *node, enum fy_event_type end)
{
    bool flow = node->start < builder->file->length &&
                strchr("[{", builder->file->text[node->start]) != NULL;
    node->flow |= flow;
    size_t outer = builder->open;
    builder->flow += flow;
    builder->open = flow ? node->start : outer;
    builder->depth++;
    for (;;) {
        struct fy_event *event = next_event(builder);
        if (event == NULL)
            break;
        bool is_end = event->type == end;
        struct yaml_node *item = is_end ? NULL : build(builder, event);
        const struct fy_mark *mark = is_end ? fy_event_end_mark(event) : NULL;
        if (mark != NULL)
            node->end = mark->input_pos;
        fy_parser_event_free(builder->parser, event);
        if (is_end)
            break;
        append(builder, node, item);
    }
    builder->depth--;
    if (builder->failed) /* where it broke off is still to be told */
        return;
    builder->flow -= flow;
    builder->open = outer;
}

/* `{{name}}`, which is a map whose key is a map. */
static void report_key(struct builder *builder, const struct yaml_node *key)
{
    const char *text = builder->file->text;
    bool is_variable = key->kind == YAML_MAPPING && key->count == 2 && key->start > 0 &&
                       text[key->start] == '{' && text[key->start - 1] == '{' &&
                       key->items[0]->kind == YAML_SCALAR;
    const char *mark = builder->flow > 0 ? "\"" : "";
    if (is_variable)
        report(builder, MISTAKE_YAML_KEY, key->start - 1,
               arena_print(builder->file->arena, "a variable is written: %s${%s}%s", mark,
                           key->items[0]->text, mark),
               "to YAML, {{ }} is a map in a map");
    else
        report(builder, MISTAKE_YAML_KEY, key->start, NULL, "a key must be a name");
}

static void check_keys(struct builder *builder, struct yaml_node *mapping)
{
    struct map *seen = map_create(NULL);
    bool is_joined = false; /* two maps, as it seems: one mistake, however many keys they share */
    for (size_t i = 0; i < yaml_pair_count(mapping); i++) {
        struct yaml_node *key = mapping->items[2 * i];
        if (key->kind == YAML_REFUSED)
            continue;
        const struct yaml_node *first = key->kind == YAML_SCALAR ? map_get(seen, key->text) : NULL;
        if (key->kind != YAML_SCALAR) {
            report_key(builder, key);
            key->kind = YAML_REFUSED;
        } else if (key->style == YAML_PLAIN && strcmp(key->text, "<<") == 0) {
            report(builder, MISTAKE_YAML_MERGE_KEY, key->start,
                   "what steps have in common stands at the left margin (headers, timeout) or in a "
                   "fragment (use)",
                   "merge keys (<<) are not part of this language");
            key->kind = YAML_REFUSED;
        } else if (first != NULL) {
            if (!is_joined)
                yaml_report_duplicate(builder->file, mapping, key, first);
            is_joined |= first == mapping->items[0];
            key->kind = YAML_REFUSED;
        } else {
            map_put(seen, key->text, key);
        }
    }
    map_free(seen);
}

static bool is_out_of_bounds(struct builder *builder, const struct yaml_node *node)
{
    if (builder->depth < YAML_DEPTH_MAX && builder->nodes++ < YAML_NODES_MAX)
        return false;
    if (!builder->failed)
        report(builder, MISTAKE_YAML_DEPTH, node->start, NULL,
               builder->depth >= YAML_DEPTH_MAX ? "nested too deeply" : "too many values");
    return builder->failed = builder->told = true;
}

/* The node that begins with `event`; its end is consumed. */
static struct yaml_node *build(struct builder *builder, struct fy_event *event)
{
    struct yaml_node *node = node_create(builder, event);
    node->kind = YAML_REFUSED;
    if (is_out_of_bounds(builder, node))
        return node;
    check_properties(builder, event);
    switch (event->type) {
    case FYET_SCALAR:
        node->kind = YAML_SCALAR;
        build_scalar(builder, event, node);
        break;
    case FYET_SEQUENCE_START:
        node->kind = YAML_SEQUENCE;
        build_items(builder, node, FYET_SEQUENCE_END);
        break;
    case FYET_MAPPING_START:
        node->kind = YAML_MAPPING;
        build_items(builder, node, FYET_MAPPING_END);
        check_keys(builder, node);
        break;
    case FYET_ALIAS:
        report(builder, MISTAKE_YAML_ANCHOR, node->start > 0 ? node->start - 1 : 0,
               arena_print(
                   builder->file->arena,
                   "write the value where it is needed; text must be quoted: '%.*s'",
                   (int)strcspn(builder->file->text + node->start - (node->start > 0), " \t\r\n,"),
                   builder->file->text + node->start - (node->start > 0)),
               "aliases (*) are not part of this language");
        break;
    default:
        builder->failed = true;
    }
    return node;
}

static void build_stream(struct builder *builder)
{
    bool ended = false;
    size_t documents = 0;
    while (!ended) {
        struct fy_event *event = next_event(builder);
        if (event == NULL)
            return;
        ended = event->type == FYET_STREAM_END;
        if (event->type == FYET_DOCUMENT_START && documents++ == 1) {
            report(builder, MISTAKE_YAML_DOCUMENTS, event_start(builder, event),
                   "one file is one journey: move it to a file of its own",
                   "a second document: a file holds one");
            ended = true;
        } else if (event->type != FYET_STREAM_START && event->type != FYET_DOCUMENT_START &&
                   event->type != FYET_DOCUMENT_END && !ended) {
            builder->file->root = build(builder, event);
        }
        fy_parser_event_free(builder->parser, event);
    }
}

/* libfyaml is made to collect what it has to say: it must not print. */
static void parse(struct yaml_file *file)
{
    struct fy_diag_cfg diag_settings;
    fy_diag_cfg_default(&diag_settings);
    diag_settings.fp = NULL;
    struct fy_diag *diag = fy_diag_create(&diag_settings);
    fy_diag_set_collect_errors(diag, true);
    const struct fy_parse_cfg settings = {
        .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE |
                 FYPCF_ALLOW_DUPLICATE_KEYS,
        .diag = diag,
    };
    struct builder builder = {.file = file, .parser = fy_parser_create(&settings)};
    if (fy_parser_set_string(builder.parser, file->text, file->length) != 0)
        builder.failed = true;
    build_stream(&builder);
    if (builder.failed && !builder.told)
        report_syntax(&builder, diag);
    if (builder.failed)
        file->root = NULL;
    fy_parser_destroy(builder.parser);
    fy_diag_destroy(diag);
}

/* Every other byte is a NUL where Latin letters are written in UTF-16. */
static bool is_wide(const struct yaml_file *file)
{
    const char *text = file->text;
    return file->length >= 4 &&
           ((text[0] == '\0' && text[2] == '\0') || (text[1] == '\0' && text[3] == '\0'));
}

static void check_bytes(struct yaml_file *file)
{
    size_t good = yaml_bytes_good(file->text, file->length);
    if (good == file->length)
        return;
    unsigned char byte = (unsigned char)file->text[good];
    struct mistake_place place = {.file = file->name, .position = yaml_at(file, good)};
    if (byte < 0x80)
        mistakes_report(file->mistakes, MISTAKE_FILE_CHARACTER, &place,
                        is_wide(file) ? "this is UTF-16: save it as UTF-8" : NULL,
                        "a control character (byte 0x%02x)", byte);
    else
        mistakes_report(file->mistakes, MISTAKE_FILE_ENCODING, &place, "save the file as UTF-8",
                        "not UTF-8 (byte 0x%02x)", byte);
}

struct yaml_file *yaml_read(struct arena *arena, const char *name, struct mistakes *mistakes)
{
    struct yaml_file *file = arena_allocate(arena, 1, sizeof *file);
    size_t errors = mistakes->errors;
    *file = (struct yaml_file){.arena = arena,
                               .tree = arena_create_in(arena),
                               .name = arena_duplicate(arena, name),
                               .mistakes = mistakes};
    if (!read_bytes(file))
        return NULL;
    yaml_find_lines(file);
    check_bytes(file);
    if (mistakes->errors > errors)
        return NULL;
    parse(file);
    if (file->root == NULL && mistakes->errors == errors) {
        struct mistake_place place = {.file = file->name};
        mistakes_report(mistakes, MISTAKE_FILE_EMPTY, &place, NULL, "nothing is in this file");
    }
    return file->root != NULL ? file : NULL;
}

void yaml_forget(struct yaml_file *file)
{
    arena_free(file->tree);
    file->tree = NULL;
    file->root = NULL;
    file->text = NULL;
    file->lines = NULL;
    file->length = file->line_count = 0;
}
