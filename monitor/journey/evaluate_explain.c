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

static bool has_variables(const struct operand *operand)
{
    return operand->kind == OPERAND_VARIABLE ||
           (operand->kind == OPERAND_TEXT && !template_is_constant(operand->text));
}

/* Whether a use before the n-th is of the same variable, or an operand has it: that one is told
 * whole. */
static bool is_told(const struct expression *expression, size_t n)
{
    const char *name = expression->uses[n].name;
    for (size_t i = 0; i < n; i++)
        if (strcmp(expression->uses[i].name, name) == 0)
            return true;
    for (size_t i = 0; i < expression->operand_count; i++)
        for (size_t j = 0; has_variables(&expression->operands[i]) &&
                           j < template_name_count(expression->operands[i].text);
             j++)
            if (strcmp(template_name(expression->operands[i].text, j), name) == 0)
                return true;
    return false;
}

/* `what` stands between its `quote`s. False once the text is as long as it may be: its end may have
 * been cut, so nothing may follow. */
static bool add_value(const struct evaluation *evaluation, const char *quote, const char *what,
                      const json_t *value, struct buffer *out)
{
    buffer_print(out, "%s%s%s%s is %s", out->length > 0 ? "; " : "", quote, what, quote,
                 evaluation->types_differ ? evaluate_show_typed(evaluation->arena, value)
                                          : evaluate_show(evaluation->arena, value));
    return out->length < EVALUATE_ACTUAL_MAX;
}

static bool add_operands(struct evaluation *evaluation, struct buffer *out)
{
    const struct expression *expression = evaluation->expression;
    bool goes_on = true;
    for (size_t i = 0; i < expression->operand_count && goes_on; i++) {
        const struct operand *operand = &expression->operands[i];
        json_t *value = has_variables(operand) ? evaluate_operand(evaluation, operand) : NULL;
        if (value != NULL)
            goes_on = add_value(evaluation, operand->kind == OPERAND_TEXT ? "\"" : "",
                                template_source(operand->text), value, out);
        json_decref(value);
    }
    return goes_on;
}

const char *evaluate_values(struct evaluation *evaluation)
{
    const struct expression *expression = evaluation->expression;
    const struct evaluate_variables *variables = evaluation->variables;
    struct buffer text;
    const char *shown = NULL;
    buffer_init(&text, EVALUATE_ACTUAL_MAX + 1);
    bool goes_on = add_operands(evaluation, &text);
    for (size_t i = 0; i < expression->use_count && goes_on; i++) {
        const char *name = expression->uses[i].name;
        const json_t *value = variables->lookup(variables->data, name);
        if (value != NULL && !is_told(expression, i))
            goes_on = add_value(evaluation, "", arena_print(evaluation->arena, "${%s}", name),
                                value, &text);
    }
    if (text.length > 0)
        shown = evaluate_cut(evaluation->arena, text.data);
    buffer_free(&text);
    return shown;
}
