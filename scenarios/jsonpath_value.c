/* SPDX-License-Identifier: MIT */
/* Comparing JSON values as RFC 9535 does, section 2.3.5.2.2. */
#include "scenarios/jsonpath_private.h"

#include <string.h>

struct value jsonpath_value_of(const json_t *json)
{
    struct value value = {.json = json};
    if (json == NULL)
        return value;
    switch (json_typeof(json)) {
    case JSON_NULL:
        value.kind = VALUE_NULL;
        break;
    case JSON_FALSE:
        value.kind = VALUE_FALSE;
        break;
    case JSON_TRUE:
        value.kind = VALUE_TRUE;
        break;
    case JSON_INTEGER:
        value.kind = VALUE_INTEGER;
        value.integer = json_integer_value(json);
        break;
    case JSON_REAL:
        value.kind = VALUE_REAL;
        value.real = json_real_value(json);
        break;
    case JSON_STRING:
        value.kind = VALUE_STRING;
        value.text = json_string_value(json);
        value.length = json_string_length(json);
        break;
    case JSON_ARRAY:
        value.kind = VALUE_ARRAY;
        break;
    case JSON_OBJECT:
        value.kind = VALUE_OBJECT;
        break;
    }
    return value;
}

static bool value_is_number(const struct value *value)
{
    return value->kind == VALUE_INTEGER || value->kind == VALUE_REAL;
}

/* long double holds every int64_t and every double exactly on the machines that we know. */
static long double value_number(const struct value *value)
{
    return value->kind == VALUE_INTEGER ? (long double)value->integer : (long double)value->real;
}

static bool json_deep_equal(struct selection *selection, const json_t *one, const json_t *other,
                            unsigned depth);

static bool arrays_equal(struct selection *selection, const json_t *one, const json_t *other,
                         unsigned depth)
{
    if (json_array_size(one) != json_array_size(other))
        return false;
    for (size_t i = 0; i < json_array_size(one); i++)
        if (!json_deep_equal(selection, json_array_get(one, i), json_array_get(other, i), depth))
            return false;
    return true;
}

static bool objects_equal(struct selection *selection, const json_t *one, const json_t *other,
                          unsigned depth)
{
    if (json_object_size(one) != json_object_size(other))
        return false;
    const char *key;
    json_t *member;
    json_object_foreach((json_t *)one, key, member)
    {
        const json_t *twin = json_object_get(other, key);
        if (twin == NULL || !json_deep_equal(selection, member, twin, depth))
            return false;
    }
    return true;
}

static bool values_equal(struct selection *selection, const struct value *one,
                         const struct value *other, unsigned depth)
{
    if (value_is_number(one) && value_is_number(other))
        return value_number(one) == value_number(other);
    if (one->kind != other->kind)
        return false;
    if (one->kind == VALUE_STRING)
        return one->length == other->length && memcmp(one->text, other->text, one->length) == 0;
    if (one->kind == VALUE_ARRAY)
        return arrays_equal(selection, one->json, other->json, depth + 1);
    if (one->kind == VALUE_OBJECT)
        return objects_equal(selection, one->json, other->json, depth + 1);
    return true;
}

static bool json_deep_equal(struct selection *selection, const json_t *one, const json_t *other,
                            unsigned depth)
{
    if (depth > JSONPATH_DEPTH_MAX)
        selection->result = RESULT_LIMIT;
    if (!jsonpath_work(selection, 1))
        return false;
    struct value left = jsonpath_value_of(one), right = jsonpath_value_of(other);
    return values_equal(selection, &left, &right, depth);
}

bool jsonpath_equal(const json_t *one, const json_t *other)
{
    struct selection selection = {.work_left = JSONPATH_WORK_MAX};
    return json_deep_equal(&selection, one, other, 0);
}

/* Numbers, or strings; nothing else has an order. In UTF-8 the order of bytes is that of scalar
 * values. */
static bool value_is_less(const struct value *left, const struct value *right)
{
    if (value_is_number(left) && value_is_number(right))
        return value_number(left) < value_number(right);
    if (left->kind != VALUE_STRING || right->kind != VALUE_STRING)
        return false;
    size_t shorter = left->length < right->length ? left->length : right->length;
    int order = memcmp(left->text, right->text, shorter);
    return order != 0 ? order < 0 : left->length < right->length;
}

bool jsonpath_compare(struct selection *selection, enum comparison comparison,
                      const struct value *left, const struct value *right)
{
    switch (comparison) {
    case COMPARISON_EQUAL:
        return values_equal(selection, left, right, 0);
    case COMPARISON_NOT_EQUAL:
        return !values_equal(selection, left, right, 0);
    case COMPARISON_LESS:
        return value_is_less(left, right);
    case COMPARISON_GREATER:
        return value_is_less(right, left);
    case COMPARISON_LESS_EQUAL:
        return value_is_less(left, right) || values_equal(selection, left, right, 0);
    case COMPARISON_GREATER_EQUAL:
        return value_is_less(right, left) || values_equal(selection, left, right, 0);
    }
    return false;
}
