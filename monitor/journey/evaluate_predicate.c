/* SPDX-License-Identifier: MIT */
/*
 * Predicates: whether a value is as it should be. A value of a type that a predicate knows nothing
 * of fails it, negated or not: `not contains "error"` must not hold because a number came.
 */
#define _GNU_SOURCE /* memmem */
#include "monitor/base/date.h"
#include "monitor/journey/evaluate_private.h"
#include "scenarios/jsonpath.h"
#include "scenarios/pattern.h"

#include <string.h>

/* What an operand says of a value. */
enum judgement { DOES_NOT_HOLD, HOLDS, WRONG_TYPES };

static enum judgement said(bool holds)
{
    return holds ? HOLDS : DOES_NOT_HOLD;
}

/* Below 0, 0 or above; text in byte order. */
static int compare(const json_t *one, const json_t *other)
{
    if (json_is_integer(one) && json_is_integer(other)) {
        json_int_t left = json_integer_value(one), right = json_integer_value(other);
        return (left > right) - (left < right);
    }
    if (json_is_number(one)) {
        double left = json_number_value(one), right = json_number_value(other);
        return (left > right) - (left < right);
    }
    size_t left = json_string_length(one), right = json_string_length(other);
    int order =
        memcmp(json_string_value(one), json_string_value(other), left < right ? left : right);
    return order != 0 ? order : (left > right) - (left < right);
}

static enum judgement in_order(enum predicate predicate, const json_t *json, const json_t *operand)
{
    bool numbers = json_is_number(json) && json_is_number(operand);
    bool texts = json_is_string(json) && json_is_string(operand);
    if (!numbers && !texts)
        return WRONG_TYPES;
    int order = compare(json, operand);
    switch (predicate) {
    case PREDICATE_GREATER:
        return said(order > 0);
    case PREDICATE_LESS:
        return said(order < 0);
    case PREDICATE_GREATER_EQUAL:
        return said(order >= 0);
    default:
        return said(order <= 0);
    }
}

static enum judgement contains(const json_t *json, const json_t *operand)
{
    size_t index;
    json_t *element;
    if (json_is_string(json) && json_is_string(operand))
        return said(memmem(json_string_value(json), json_string_length(json),
                           json_string_value(operand), json_string_length(operand)) != NULL);
    if (!json_is_array(json))
        return WRONG_TYPES;
    json_array_foreach(json, index, element)
    {
        if (jsonpath_equal(element, operand))
            return HOLDS;
    }
    return DOES_NOT_HOLD;
}

static enum judgement starts_or_ends(enum predicate predicate, const json_t *json,
                                     const json_t *operand)
{
    if (!json_is_string(json) || !json_is_string(operand))
        return WRONG_TYPES;
    size_t length = json_string_length(json), part = json_string_length(operand);
    if (part > length)
        return DOES_NOT_HOLD;
    size_t start = predicate == PREDICATE_STARTS_WITH ? 0 : length - part;
    return said(memcmp(json_string_value(json) + start, json_string_value(operand), part) == 0);
}

/* One operand's part in a predicate. */
static enum judgement judge_operand(enum predicate predicate, const json_t *json,
                                    const json_t *operand)
{
    switch (predicate) {
    case PREDICATE_EQUAL:
    case PREDICATE_IN:
        return said(jsonpath_equal(json, operand));
    case PREDICATE_NOT_EQUAL:
        return said(!jsonpath_equal(json, operand));
    case PREDICATE_CONTAINS:
        return contains(json, operand);
    case PREDICATE_STARTS_WITH:
    case PREDICATE_ENDS_WITH:
        return starts_or_ends(predicate, json, operand);
    default:
        return in_order(predicate, json, operand);
    }
}

/* Whether that alone makes the predicate false. A list may well contain text. */
static bool differ_in_type(enum predicate predicate, const json_t *json, const json_t *operand)
{
    bool compares = predicate != PREDICATE_CONTAINS && predicate != PREDICATE_STARTS_WITH &&
                    predicate != PREDICATE_ENDS_WITH;
    bool same = json_typeof(json) == json_typeof(operand) ||
                (json_is_number(json) && json_is_number(operand)) ||
                (json_is_boolean(json) && json_is_boolean(operand));
    return (compares || !json_is_array(json)) && !same;
}

/* All predicates with operands but `matches`. `in` holds by one operand, the others by all. */
static bool judge_operands(struct evaluation *evaluation, const json_t *json,
                           enum judgement *ret_judgement)
{
    const struct expression *expression = evaluation->expression;
    bool one_suffices = expression->predicate == PREDICATE_IN;
    *ret_judgement = said(!one_suffices);
    for (size_t i = 0; i < expression->operand_count; i++) {
        enum predicate predicate = expression->predicate;
        if (predicate == PREDICATE_BETWEEN)
            predicate = i == 0 ? PREDICATE_GREATER_EQUAL : PREDICATE_LESS_EQUAL;
        json_t *operand = evaluate_operand(evaluation, &expression->operands[i]);
        if (operand == NULL)
            return false;
        enum judgement judgement = judge_operand(predicate, json, operand);
        evaluation->types_differ |= differ_in_type(predicate, json, operand);
        json_decref(operand);
        if (judgement == WRONG_TYPES || judgement == said(one_suffices)) {
            *ret_judgement = judgement;
            return true;
        }
    }
    return true;
}

static bool judge_matches(struct evaluation *evaluation, const json_t *json,
                          enum judgement *ret_judgement)
{
    const struct operand *operand = &evaluation->expression->operands[0];
    json_t *source = NULL;
    *ret_judgement = WRONG_TYPES;
    if (!json_is_string(json))
        return true;
    struct pattern *own = NULL;
    if (operand->kind != OPERAND_PATTERN) {
        struct error error = {0};
        source = evaluate_operand(evaluation, operand);
        if (source == NULL)
            return false;
        if (json_is_string(source))
            own = pattern_compile(json_string_value(source), &error, NULL);
        json_decref(source);
        if (own == NULL)
            return evaluate_fails(evaluation, SYMPTOM_MONITOR_VARIABLE_MISSING,
                                  "the variables make no regular expression: %s", error.text);
    }
    enum result result = pattern_find(own != NULL ? own : operand->pattern, json_string_value(json),
                                      json_string_length(json), NULL, NULL);
    pattern_free(own);
    *ret_judgement = said(result == RESULT_OK);
    return result != RESULT_LIMIT ||
           evaluate_mismatches(evaluation, "gave up: the regular expression takes too long");
}

static enum judgement judge_empty(const json_t *json)
{
    if (json_is_string(json))
        return said(json_string_length(json) == 0);
    if (json_is_array(json) || json_is_object(json))
        return said(json_array_size(json) + json_object_size(json) == 0);
    return WRONG_TYPES;
}

static enum judgement judge_iso_date(const json_t *json)
{
    struct wall_time time;
    if (!json_is_string(json))
        return WRONG_TYPES;
    /* A NUL would end it early. */
    bool is_whole = strlen(json_string_value(json)) == json_string_length(json);
    return said(is_whole && date_parse(json_string_value(json), &time) == DATE_RFC3339);
}

static bool judge(struct evaluation *evaluation, const json_t *json, enum judgement *ret_judgement)
{
    switch (evaluation->expression->predicate) {
    case PREDICATE_MATCHES:
        return judge_matches(evaluation, json, ret_judgement);
    case PREDICATE_EXISTS:
        *ret_judgement = HOLDS;
        return true;
    case PREDICATE_IS_EMPTY:
        *ret_judgement = judge_empty(json);
        return true;
    case PREDICATE_IS_NUMBER:
        *ret_judgement = said(json_is_number(json));
        return true;
    case PREDICATE_IS_INTEGER:
        *ret_judgement = said(json_is_integer(json));
        return true;
    case PREDICATE_IS_FLOAT:
        *ret_judgement = said(json_is_real(json));
        return true;
    case PREDICATE_IS_STRING:
        *ret_judgement = said(json_is_string(json));
        return true;
    case PREDICATE_IS_BOOLEAN:
        *ret_judgement = said(json_is_boolean(json));
        return true;
    case PREDICATE_IS_ISO_DATE:
        *ret_judgement = judge_iso_date(json);
        return true;
    case PREDICATE_IS_COLLECTION:
        *ret_judgement = said(json_is_array(json) || json_is_object(json));
        return true;
    default:
        return judge_operands(evaluation, json, ret_judgement);
    }
}

/* Nothing neither exists nor is anything but empty. A list of nothing contains nothing, and is a
 * list. */
static bool judge_nothing(struct evaluation *evaluation, const struct selected *value,
                          enum judgement *ret_judgement)
{
    enum predicate predicate = evaluation->expression->predicate;
    bool absent_phase = evaluation->expression->query == QUERY_TIME &&
                        (predicate == PREDICATE_LESS || predicate == PREDICATE_LESS_EQUAL);
    /* A phase that did not happen was not too long: a warm connection is no reason to complain. */
    if (absent_phase)
        *ret_judgement = said(!evaluation->expression->negated);
    else if (predicate == PREDICATE_EXISTS || predicate == PREDICATE_IS_EMPTY)
        *ret_judgement = said(predicate == PREDICATE_IS_EMPTY);
    else if (value->kind != SELECTED_NOTHING &&
             (predicate == PREDICATE_CONTAINS || predicate == PREDICATE_IS_COLLECTION))
        *ret_judgement = said(predicate == PREDICATE_IS_COLLECTION);
    else
        return evaluate_mismatches(evaluation, "%s", evaluate_nothing(evaluation));
    return true;
}

bool evaluate_predicate(struct evaluation *evaluation, const struct selected *value,
                        bool *ret_holds)
{
    const struct expression *expression = evaluation->expression;
    enum judgement judgement = DOES_NOT_HOLD;
    json_t *json = NULL;
    bool judged;
    if (selected_is_nothing(value)) {
        judged = judge_nothing(evaluation, value, &judgement);
    } else if (value->kind == SELECTED_NODES && expression->predicate == PREDICATE_IS_COLLECTION) {
        judgement = HOLDS;
        judged = true;
    } else {
        json = selected_json(value);
        judged = judge(evaluation, json, &judgement);
    }
    if (judged && judgement == WRONG_TYPES)
        judged =
            evaluate_mismatches(evaluation, "%s", evaluate_show_typed(evaluation->arena, json));
    *ret_holds = judged && (judgement == HOLDS) != expression->negated;
    json_decref(json);
    return judged;
}
