/* SPDX-License-Identifier: MIT */
/*
 * What a person wants to know of an expression that did not hold: what its variables stood for, and
 * where there was nothing, what there was instead. Worked out for failures only. Texts are cut at
 * their end and nowhere else: half a secret is masked there alone.
 */
#include "monitor/journey/evaluate_private.h"

#include "monitor/base/buffer.h"
#include "scenarios/jsonpath.h"

#include <string.h>

enum { KEYS_SHOWN = 12 };

static void add_keys(const json_t *object, struct buffer *out)
{
    const char *key, *separator = " has ";
    json_t *value;
    size_t count = 0;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        if (count++ == KEYS_SHOWN) {
            buffer_print(out, " and %zu more", json_object_size(object) - KEYS_SHOWN);
            break;
        }
        buffer_print(out, "%s%s", separator, key);
        separator = ", ";
    }
}

/* What stands where the path ended: an object by its keys, a list by its length. */
static void add_instead(struct arena *arena, const json_t *node, struct buffer *out)
{
    if (json_is_object(node) && json_object_size(node) > 0)
        add_keys(node, out);
    else if (json_is_array(node) && json_array_size(node) > 0)
        buffer_print(out, " is a list of %zu", json_array_size(node));
    else if (json_is_array(node))
        buffer_text(out, " is an empty list");
    else if (json_is_object(node))
        buffer_text(out, " is an empty object");
    else
        buffer_print(out, " is %s", evaluate_show(arena, node));
}

const char *evaluate_nothing(const struct evaluation *evaluation)
{
    struct buffer text;
    if (evaluation->missed_root == NULL)
        return "nothing";
    /* One byte too many, so that evaluate_cut sees that there was more. */
    buffer_init(&text, EVALUATE_ACTUAL_MAX + 1);
    buffer_text(&text, "nothing: ");
    const json_t *node = jsonpath_reach(evaluation->missed, evaluation->missed_root, &text);
    add_instead(evaluation->arena, node, &text);
    const char *shown = evaluate_cut(evaluation->arena, text.data);
    buffer_free(&text);
    return shown;
}

/* Whether a use before the n-th is of the same variable. */
static bool was_used(const struct expression *expression, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(expression->uses[i].name, expression->uses[n].name) == 0)
            return true;
    return false;
}

const char *evaluate_values(const struct evaluation *evaluation)
{
    const struct expression *expression = evaluation->expression;
    const struct evaluate_variables *variables = evaluation->variables;
    struct buffer text;
    const char *shown = NULL;
    buffer_init(&text, EVALUATE_ACTUAL_MAX + 1);
    for (size_t i = 0; i < expression->use_count; i++) {
        const char *name = expression->uses[i].name;
        const json_t *value = variables->lookup(variables->data, name);
        if (value == NULL || was_used(expression, i))
            continue;
        buffer_print(&text, "%s${%s} is %s", text.length > 0 ? "; " : "", name,
                     evaluation->types_differ ? evaluate_show_typed(evaluation->arena, value)
                                              : evaluate_show(evaluation->arena, value));
        /* Shown to its limit, it may have been cut. */
        if (text.length >= EVALUATE_ACTUAL_MAX)
            break;
    }
    if (text.length > 0)
        shown = evaluate_cut(evaluation->arena, text.data);
    buffer_free(&text);
    return shown;
}
