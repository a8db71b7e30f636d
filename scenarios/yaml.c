/* SPDX-License-Identifier: MIT */
/*
 * From a file to a tree: the bytes are checked first, because libfyaml takes invalid UTF-8 for an
 * empty value and drops what follows a NUL; then its events are built into our own nodes, so that
 * duplicates, aliases and tags are refused in our words. See yaml.h.
 */
#include "scenarios/yaml.h"

#include "monitor/base/map.h"
#include "monitor/base/memory.h"
#include "scenarios/scenario.h"
#include "scenarios/yaml_bytes.h"

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

static bool read_bytes(struct arena *arena, struct yaml_file *file)
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
    file->text = arena_duplicate_bytes(arena, text + mark, length - mark);
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

#define QUOTE_HINT                                                                                 \
    "a value that holds `: ` or ` #`, or begins with one of [ ] { } , & * ! | > ' \" % @ `, "      \
    "must be quoted"

#define LINE_HINT "is a `:` missing here, or is the next line indented too far?"

/* libfyaml's words, by a part of them, in ours. */
static const struct {
    const char *theirs, *text, *hint;
} syntax_words[] = {
    {"multiline plain", "this runs on into the next line, and there a `:` follows", LINE_HINT},
    {"in plain multiline", "this runs on into the next line, and there a `:` follows", LINE_HINT},
    {"nested block mapping on the same line", "a second `: ` in one line",
     "`: ` makes a map: quote the value"},
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
    {"did not find expected key", "a key was expected here",
     "is this line, or the one before, indented as its neighbours are?"},
    {"could not find expected ':'", "a `:` was expected after the key", NULL},
    {"missing ':'", "a `:` was expected after the key", NULL},
    {"UTF8 escape", "an escape that makes no character", "write the character itself"},
    {"invalid escape", "an escape that YAML does not know",
     "between double quotes a backslash must be doubled: \\\\"},
    {"expected '-' indicator", "a `-` was expected here: the lines above are a list", NULL},
    {"trailing content after", "something follows the closing quotation mark",
     "quote the whole value: '...'"},
    {"block sequence entries not allowed", "a list cannot begin here", "begin it on its own line"},
    {"invalid indent", "the indentation does not fit the lines above", NULL},
    {"indentation", "the indentation does not fit the lines above", NULL},
};

static void report_syntax(struct builder *builder, struct fy_diag *diag)
{
    void *iterator = NULL;
    const struct fy_diag_error *error = fy_diag_errors_iterate(diag, &iterator);
    size_t at = builder->last;
    const char *text = "not YAML";
    const char *hint = NULL;
    if (error != NULL) {
        const struct fy_mark *mark = error->fyt != NULL ? fy_token_start_mark(error->fyt) : NULL;
        if (mark != NULL)
            at = mark->input_pos;
        text = arena_print(builder->file->arena, "not YAML: %s", error->msg);
    }
    for (size_t i = 0; error != NULL && i < COUNT_OF(syntax_words); i++) {
        if (strstr(error->msg, syntax_words[i].theirs) == NULL)
            continue;
        text = syntax_words[i].text;
        hint = syntax_words[i].hint;
        break;
    }
    if (builder->flow > 0 && at >= builder->file->length) {
        at = builder->open;
        text = "this bracket is never closed";
        hint = NULL;
    }
    report(builder, MISTAKE_YAML_SYNTAX, at, hint, text);
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
    struct yaml_node *node = arena_allocate(builder->file->arena, 1, sizeof *node);
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

static void build_scalar(struct builder *builder, struct fy_event *event, struct yaml_node *node)
{
    size_t length = 0;
    const char *text = fy_token_get_text(event->scalar.value, &length);
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
    node->text = arena_duplicate_bytes(builder->file->arena, text != NULL ? text : "", length);
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
    arena_grow(builder->file->arena, parent->items, parent->count);
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

static void check_keys(struct builder *builder, struct yaml_node *mapping)
{
    struct map *seen = map_create(NULL);
    for (size_t i = 0; i < yaml_pair_count(mapping); i++) {
        struct yaml_node *key = mapping->items[2 * i];
        if (key->kind == YAML_REFUSED)
            continue;
        if (key->kind != YAML_SCALAR) {
            report(builder, MISTAKE_YAML_KEY, key->start, NULL, "a key must be a name");
            key->kind = YAML_REFUSED;
        } else if (key->style == YAML_PLAIN && strcmp(key->text, "<<") == 0) {
            report(builder, MISTAKE_YAML_MERGE_KEY, key->start, NULL,
                   "merge keys (<<) are not part of this language");
            key->kind = YAML_REFUSED;
        } else if (map_has(seen, key->text)) {
            const struct yaml_node *first = map_get(seen, key->text);
            struct mistake_place place = yaml_place(builder->file, key->position);
            const char *hint = arena_print(builder->file->arena, "the first one is in line %d",
                                           first->position.line);
            mistakes_report(builder->file->mistakes, MISTAKE_YAML_DUPLICATE_KEY, &place, hint,
                            "duplicate key `%s`", key->text);
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
               "write the value where it is needed; text that begins with * must be quoted",
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
            report(builder, MISTAKE_YAML_DOCUMENTS, event_start(builder, event), NULL,
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

static void check_bytes(struct yaml_file *file)
{
    size_t good = yaml_bytes_good(file->text, file->length);
    if (good == file->length)
        return;
    unsigned char byte = (unsigned char)file->text[good];
    struct mistake_place place = {.file = file->name, .position = yaml_at(file, good)};
    if (byte < 0x80)
        mistakes_report(file->mistakes, MISTAKE_FILE_CHARACTER, &place, NULL,
                        "a control character (byte 0x%02x)", byte);
    else
        mistakes_report(file->mistakes, MISTAKE_FILE_ENCODING, &place, "save the file as UTF-8",
                        "not UTF-8 (byte 0x%02x)", byte);
}

struct yaml_file *yaml_read(struct arena *arena, const char *name, struct mistakes *mistakes)
{
    struct yaml_file *file = arena_allocate(arena, 1, sizeof *file);
    size_t errors = mistakes->errors;
    *file = (struct yaml_file){
        .arena = arena, .name = arena_duplicate(arena, name), .mistakes = mistakes};
    if (!read_bytes(arena, file))
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
