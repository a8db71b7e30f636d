/* SPDX-License-Identifier: MIT */
/* The function extensions of RFC 9535, sections 2.4.4 to 2.4.8. A further one is a line in
 * FUNCTION_TABLE and a branch here. */
#include "monitor/base/memory.h"
#include "monitor/base/utf8.h"
#include "scenarios/jsonpath_private.h"
#include "scenarios/pattern.h"

#include <stdlib.h>
#include <string.h>

static const struct {
    const char *word;
    enum function_type result;
    size_t parameters;
    enum function_type parameter;
} functions[] = {
#define X(name, word, result, parameters, type) {word, TYPE_##result, parameters, TYPE_##type},
    FUNCTION_TABLE(X)
#undef X
};

bool jsonpath_function_find(const char *name, size_t length, enum function *ret_function)
{
    for (size_t i = 0; i < COUNT_OF(functions); i++) {
        if (strlen(functions[i].word) != length || strncmp(functions[i].word, name, length) != 0)
            continue;
        *ret_function = (enum function)i;
        return true;
    }
    return false;
}

enum function_type jsonpath_function_result(enum function function)
{
    return functions[function].result;
}

size_t jsonpath_function_parameter_count(enum function function)
{
    return functions[function].parameters;
}

enum function_type jsonpath_function_parameter_type(enum function function)
{
    return functions[function].parameter;
}

static struct value function_length(const struct value *value)
{
    struct value length = {.kind = VALUE_INTEGER};
    if (value->kind == VALUE_STRING)
        length.integer = (int64_t)utf8_characters(value->text, value->length);
    else if (value->kind == VALUE_ARRAY)
        length.integer = (int64_t)json_array_size(value->json);
    else if (value->kind == VALUE_OBJECT)
        length.integer = (int64_t)json_object_size(value->json);
    else
        length.kind = VALUE_NOTHING;
    return length;
}

struct value jsonpath_call_value(struct selection *selection, const struct call *call,
                                 const json_t *current)
{
    if (call->function == FUNCTION_LENGTH) {
        struct value value = jsonpath_term_value(selection, call->arguments[0], current);
        return function_length(&value);
    }
    struct nodes nodes = {0};
    jsonpath_select_nodes(selection, call->arguments[0]->query, current, &nodes);
    struct value value = {.kind = VALUE_INTEGER, .integer = (int64_t)nodes.count};
    if (call->function == FUNCTION_VALUE)
        value = jsonpath_value_of(nodes.count == 1 ? nodes.items[0] : NULL);
    free(nodes.items);
    return value;
}

/* The pattern of a text from the document; NULL when it is no I-Regexp. */
static const struct pattern *selection_pattern(struct selection *selection,
                                               const struct value *text, bool anchored)
{
    if (selection->pattern_text != NULL && selection->pattern_length == text->length &&
        selection->pattern_is_anchored == anchored &&
        memcmp(selection->pattern_text, text->text, text->length) == 0)
        return selection->pattern;
    pattern_free(selection->pattern);
    free(selection->pattern_text);
    selection->pattern_text = memory_duplicate_bytes(text->text, text->length);
    selection->pattern_length = text->length;
    selection->pattern_is_anchored = anchored;
    selection->pattern = NULL;
    /* Compiling costs more than a character of a match. */
    if (text->length <= PATTERN_LENGTH_MAX && jsonpath_work(selection, 1000 + text->length * 10))
        selection->pattern = pattern_compile_iregexp(NULL, text->text, text->length, anchored);
    return selection->pattern;
}

/* match() and search(). */
bool jsonpath_call_holds(struct selection *selection, const struct call *call,
                         const json_t *current)
{
    struct value subject = jsonpath_term_value(selection, call->arguments[0], current);
    const struct pattern *pattern = call->pattern;
    if (pattern == NULL) {
        struct value text = jsonpath_term_value(selection, call->arguments[1], current);
        if (text.kind == VALUE_STRING && call->arguments[1]->kind != TERM_LITERAL)
            pattern = selection_pattern(selection, &text, call->function == FUNCTION_MATCH);
    }
    if (pattern == NULL || subject.kind != VALUE_STRING ||
        !jsonpath_work(selection, subject.length))
        return false;
    enum result result =
        pattern_matches(pattern, subject.text, subject.length, &selection->work_left);
    if (result == RESULT_LIMIT)
        selection->result = RESULT_LIMIT;
    return result == RESULT_OK;
}
