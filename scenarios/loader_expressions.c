/* SPDX-License-Identifier: MIT */
/*
 * Assertions and captures. Of a map or a list that stands where an expression is one line of text,
 * what is meant is told; YAML's traps for such lines get messages of their own. See loader.h.
 */
#include "scenarios/expression_pool.h"
#include "scenarios/loader.h"

#include <string.h>

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

/* What stands in the line from there on, a comment left out. */
static const char *rest_of_line(struct loader *loader, struct position position)
{
    const char *text = yaml_line(loader->file, position.line) + position.column - 1;
    bool open = false; /* between double quotes; behind them ` #` is a comment indeed */
    size_t length = 0;
    for (; text[length] != '\0'; length++) {
        if (!open && text[length] == '#' && length > 0 && text[length - 1] == ' ')
            break;
        open ^= text[length] == '"';
    }
    while (length > 0 && strchr(" \t", text[length - 1]) != NULL)
        length--;
    return arena_duplicate_bytes(loader->arena, text, length);
}

/* In single quotes: how it should have been written. */
static const char *quote_hint(struct loader *loader, const char *text)
{
    char *quoted = arena_allocate(loader->arena, strlen(text) * 2 + 1, 1);
    for (size_t length = 0; *text != '\0'; text++) {
        quoted[length++] = *text;
        if (*text == '\'')
            quoted[length++] = *text;
    }
    return arena_print(loader->arena, "quote it: '%s'", quoted);
}

/* How `text` should be written where it is meant for an expression; NULL when nobody knows.
 * `ret_good`: it could stand as it is. */
static const char *meant_expression(struct loader *loader, bool is_capture, const char *text,
                                    bool *ret_good)
{
    static const char write[] = "write:";
    struct mistakes own = {.arena = loader->arena};
    struct expression *expression =
        expression_parse(loader->arena, text, is_capture, "", (struct position){1, 1}, NULL, &own);
    *ret_good = expression != NULL;
    expression_free(expression);
    const char *hint = own.count > 0 ? own.items[0].hint : NULL;
    return hint != NULL && strncmp(hint, write, strlen(write)) == 0 ? hint : NULL;
}

#define FLOW_HINT "quote the expression: '...', or give it a line of its own"

/* True when a quotation mark is left open: something was cut off. */
static bool is_unbalanced(const char *text)
{
    bool open = false;
    for (; *text != '\0'; text++) {
        if (*text == '\\' && text[1] != '\0')
            text++;
        else if (*text == '"')
            open = !open;
    }
    return open;
}

/* Every expression does; `204` of `status in 200, 204` does not. */
static bool begins_with_word(const char *text)
{
    return (*text >= 'a' && *text <= 'z') || (*text >= 'A' && *text <= 'Z');
}

/* `KEY: VALUE`, as the entry of a map stands in the file, or in flow style could. */
static const char *entry_text(struct loader *loader, const struct yaml_node *map, size_t n)
{
    const struct yaml_node *key = yaml_key(map, n);
    const char *value = loader_written(loader, yaml_value(map, n));
    if (yaml_value(map, n)->kind != YAML_SCALAR)
        return "";
    if (!map->flow)
        return rest_of_line(loader, key->position);
    return key->kind == YAML_SCALAR && value != NULL
               ? arena_print(loader->arena, "%s: %s", key->text, value)
               : "";
}

/* Reports an entry of a map that was meant for an expression. */
static void report_entry(struct loader *loader, bool is_capture, const struct yaml_node *map,
                         size_t n)
{
    const struct yaml_node *key = yaml_key(map, n);
    bool is_good, is_cut = key->kind == YAML_SCALAR && is_unbalanced(key->text);
    const char *text = entry_text(loader, map, n);
    const char *hint = meant_expression(loader, is_capture, text, &is_good);
    if (!map->flow && (is_good || is_cut))
        loader_report(loader, MISTAKE_YAML_COLON, key->position, quote_hint(loader, text),
                      "YAML takes `: ` for the end of a key: quote this line");
    else
        loader_report(loader, map->flow ? MISTAKE_YAML_FLOW : MISTAKE_YAML_COLON, key->position,
                      hint != NULL ? hint : loader_example(loader),
                      "%s is one line of text, not a map",
                      is_capture ? "a capture" : "an assertion");
}

/* Reports what YAML made of an expression that was meant to be one line. */
static bool is_trapped(struct loader *loader, bool is_capture, const struct yaml_node *node)
{
    if (node->kind == YAML_MAPPING && node->count > 0) {
        report_entry(loader, is_capture, node, 0);
        return true;
    }
    if (node->kind == YAML_MAPPING || node->kind == YAML_SEQUENCE) {
        loader_report(loader, MISTAKE_YAML_FLOW, node->position, FLOW_HINT,
                      "an expression was expected, not a %s",
                      node->kind == YAML_MAPPING ? "map" : "list");
        return true;
    }
    bool is_cut = node->kind == YAML_SCALAR && node->style == YAML_PLAIN &&
                  (is_unbalanced(node->text) || (node->flow && !begins_with_word(node->text)));
    if (!is_cut)
        return false;
    const char *behind = loader->file->text + node->end;
    size_t blanks = strspn(behind, " \t");
    if (blanks > 0 && behind[blanks] == '#') {
        loader_report(loader, MISTAKE_YAML_COMMENT, node->position,
                      quote_hint(loader, rest_of_line(loader, node->position)),
                      "YAML takes ` #` for the beginning of a comment: quote this line");
        return true;
    }
    if (!node->flow)
        return false;
    loader_report(loader, MISTAKE_YAML_FLOW, node->position, FLOW_HINT,
                  "between [ ] or { } a comma or a bracket ends a value");
    return true;
}

/* Moves mistakes of an expression to where they are in the file, escapes of YAML counted. */
static void move_mistakes(struct loader *loader, const struct yaml_node *node,
                          const struct mistakes *from)
{
    for (size_t i = 0; i < from->count; i++) {
        struct mistake mistake = from->items[i];
        mistake.position = yaml_position(loader->file, node, (size_t)(mistake.position.column - 1));
        mistake.source = mistakes_are_full(loader->mistakes)
                             ? NULL
                             : yaml_line(loader->file, mistake.position.line);
        bool runs_on = node->style == YAML_PLAIN && mistake.position.line > node->position.line;
        if (runs_on)
            mistake.hint = "this line goes on with the one above: is its `- ` missing?";
        mistakes_add(loader->mistakes, &mistake);
    }
}

struct assertion loader_expression(struct loader *loader, bool is_capture,
                                   const struct yaml_node *node)
{
    struct assertion none = {0};
    struct mistakes own = {.arena = loader->arena};
    if (node->kind == YAML_REFUSED || is_trapped(loader, is_capture, node))
        return none;
    if (yaml_type(node) == YAML_NULL) {
        loader_report(loader, MISTAKE_VALUE_EMPTY, node->position, NULL,
                      "nothing stands here; expected an expression");
        return none;
    }
    const struct expression *expression =
        expression_take(node->text, is_capture, loader->file->name, &own);
    if (expression == NULL) {
        move_mistakes(loader, node, &own);
        return none;
    }
    loader_find_foreign(loader, node, true);
    for (size_t i = 0; i < expression->use_count; i++)
        loader_add_use(loader, expression->uses[i].name,
                       yaml_position(loader->file, node, expression->uses[i].offset));
    return (struct assertion){expression, yaml_position(loader->file, node, 0)};
}

void loader_assertions(struct loader *loader, const struct language_key *key,
                       const struct yaml_node *node, void *target)
{
    struct assertion *list = NULL;
    size_t added = 0;
    bool is_map = node->kind == YAML_MAPPING;
    for (size_t i = 0; is_map && i < yaml_pair_count(node); i++)
        report_entry(loader, false, node, i);
    size_t count = is_map ? 0 : loader_item_count(loader, key, node);
    for (size_t i = 0; i < count; i++) {
        struct assertion assertion = loader_expression(loader, false, loader_item(node, i));
        if (assertion.expression == NULL)
            continue;
        if (list == NULL)
            list = arena_allocate(loader->arena, count - i, sizeof *list);
        list[added++] = assertion;
    }
    loader_put_list(loader, key, target, list, added, sizeof *list);
}

struct capture_list {
    struct capture *captures;
    size_t count;
};

static void add_capture(struct loader *loader, struct capture_list *list, const char *name,
                        struct assertion capture)
{
    arena_grow(loader->arena, list->captures, list->count);
    list->captures[list->count++] = (struct capture){name, capture.expression, capture.position};
}

/* One whose expression is wrong is kept: the variable is not undefined for that. One without a name
 * is read for its mistakes, and what it uses goes with it. */
static void load_captures(struct loader *loader, const struct language_key *key,
                          const struct yaml_node *node, struct capture_list *list)
{
    for (size_t i = 0; i < yaml_pair_count(node); i++) {
        size_t use_count = loader->use_count;
        const char *name = loader_pair_name(loader, key, yaml_key(node, i));
        struct assertion capture = loader_expression(loader, true, yaml_value(node, i));
        if (name != NULL) {
            add_capture(loader, list, name, capture);
        } else {
            loader->use_count = use_count;
            expression_release(capture.expression);
        }
    }
}

/* `id = jsonpath "$.id"` */
static void refuse_text(struct loader *loader, const struct yaml_node *node,
                        struct capture_list *list)
{
    const char *text = node->text;
    size_t name = strspn(text, NAME_CHARACTERS), behind = name + strspn(text + name, " ");
    bool is_named = name > 0 && (text[behind] == '=' || text[behind] == ':');
    const char *hint = NULL;
    if (is_named) {
        const char *value = text + behind + 1 + strspn(text + behind + 1, " ");
        bool is_good;
        const char *meant = meant_expression(loader, true, value, &is_good);
        if (is_good || meant != NULL)
            hint = arena_print(loader->arena, "write:\ncapture:\n  %.*s: %s", (int)name, text,
                               is_good ? value : meant + strlen("write: "));
        add_capture(loader, list, arena_duplicate_bytes(loader->arena, text, name),
                    (struct assertion){0});
    }
    loader_report_type(loader, node, language_type_text(LANGUAGE_CAPTURES), hint);
}

/* A list of entries, each behind a `- `. */
static void refuse_list(struct loader *loader, const struct language_key *key,
                        const struct yaml_node *node, struct capture_list *list)
{
    bool is_text =
        node->count > 0 && node->items[0]->kind == YAML_SCALAR && !loader_is_empty(node->items[0]);
    if (!is_text)
        (void)loader_is_map(loader, key, node);
    for (size_t i = 0; i < node->count; i++) {
        if (node->items[i]->kind == YAML_MAPPING)
            load_captures(loader, key, node->items[i], list);
        else if (is_text && node->items[i]->kind == YAML_SCALAR)
            refuse_text(loader, node->items[i], list);
    }
}

void loader_captures(struct loader *loader, const struct language_key *key,
                     const struct yaml_node *node, void *target)
{
    struct capture_list list = {0};
    if (node->kind == YAML_SEQUENCE)
        refuse_list(loader, key, node, &list);
    else if (node->kind == YAML_SCALAR && !loader_is_empty(node))
        refuse_text(loader, node, &list);
    else if (loader_is_map(loader, key, node))
        load_captures(loader, key, node, &list);
    loader_put_list(loader, key, target, list.captures, list.count, sizeof *list.captures);
}
