/* SPDX-License-Identifier: MIT */
/* Filters: one value into another, one function each in a table. Of nothing comes nothing, but for
 * `count`. */
#define _GNU_SOURCE /* memmem */
#include "monitor/base/buffer.h"
#include "monitor/base/utf8.h"
#include "monitor/journey/evaluate_private.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

bool evaluate_unsuited(struct evaluation *evaluation, const struct filter *filter,
                       const char *wanted, const struct selected *value)
{
    json_t *json = selected_json(value);
    evaluate_mismatches(evaluation, "`%s` needs %s, not %s", filter_word(filter->kind), wanted,
                        evaluate_show(evaluation->arena, json));
    json_decref(json);
    return false;
}

static bool set_text(struct selected *value, const char *text, size_t length)
{
    selected_set(value, SELECTED_VALUE, evaluate_text(text, length));
    return true;
}

const char *evaluate_filter_text(const struct selected *value, size_t *ret_length)
{
    const json_t *json = value->json;
    if (value->kind == SELECTED_NODES && json_array_size(json) == 1)
        json = json_object_get(json_array_get(json, 0), "text");
    *ret_length = json_string_length(json);
    return json_string_value(json);
}

const char *evaluate_argument(struct evaluation *evaluation, const struct filter *filter, size_t n)
{
    return evaluate_render(evaluation, filter->arguments[n].text);
}

static bool filter_count(struct evaluation *evaluation, const struct filter *filter,
                         struct selected *value)
{
    size_t count = json_array_size(value->json);
    if (json_is_object(value->json))
        count = json_object_size(value->json);
    else if (!json_is_array(value->json))
        return evaluate_unsuited(evaluation, filter, "a list", value);
    selected_set(value, SELECTED_VALUE, json_integer((json_int_t)count));
    return true;
}

/* Nodes stay nodes, so that `attribute` may follow. */
static bool pick(struct selected *value, size_t index)
{
    json_t *element = json_incref(json_array_get(value->json, index));
    enum selected_kind kind = SELECTED_VALUE;
    if (value->kind == SELECTED_NODES && element != NULL) {
        json_t *nodes = json_array();
        json_array_append_new(nodes, element);
        element = nodes;
        kind = SELECTED_NODES;
    }
    selected_set(value, kind, element);
    return true;
}

static bool filter_nth(struct evaluation *evaluation, const struct filter *filter,
                       struct selected *value)
{
    json_int_t index = 0;
    if (!json_is_array(value->json))
        return evaluate_unsuited(evaluation, filter, "a list", value);
    if (filter->kind == FILTER_NTH)
        index = json_integer_value(filter->arguments[0].value);
    else if (filter->kind == FILTER_LAST)
        index = (json_int_t)json_array_size(value->json) - 1;
    return pick(value, index >= 0 ? (size_t)index : SIZE_MAX);
}

static bool filter_attribute(struct evaluation *evaluation, const struct filter *filter,
                             struct selected *value)
{
    const char *name = evaluate_argument(evaluation, filter, 0);
    if (name == NULL)
        return false;
    if (value->kind != SELECTED_NODES)
        return evaluate_unsuited(evaluation, filter, "what css or xpath selects", value);
    const json_t *attributes = json_object_get(json_array_get(value->json, 0), "attributes");
    char *lower = arena_duplicate(evaluation->arena, name);
    for (char *at = lower; *at != '\0'; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at | 0x20);
    selected_set(value, SELECTED_VALUE, json_incref(json_object_get(attributes, lower)));
    return true;
}

static bool filter_to_int(struct evaluation *evaluation, const struct filter *filter,
                          struct selected *value)
{
    size_t length;
    const char *text = evaluate_filter_text(value, &length);
    if (json_is_integer(value->json))
        return true;
    if (json_is_real(value->json) && fabs(json_real_value(value->json)) < 0x1p63) {
        json_int_t whole = (json_int_t)json_real_value(value->json);
        selected_set(value, SELECTED_VALUE, json_integer(whole));
        return true;
    }
    char *end = NULL;
    errno = 0;
    bool is_number = text != NULL && length > 0 && strspn(text, "+-0123456789") == length;
    long long number = is_number ? strtoll(text, &end, 10) : 0;
    if (!is_number || errno != 0 || end != text + length)
        return evaluate_unsuited(evaluation, filter, "an integer", value);
    selected_set(value, SELECTED_VALUE, json_integer(number));
    return true;
}

static bool filter_to_float(struct evaluation *evaluation, const struct filter *filter,
                            struct selected *value)
{
    size_t length;
    const char *text = evaluate_filter_text(value, &length);
    if (json_is_number(value->json)) {
        selected_set(value, SELECTED_VALUE, json_real(json_number_value(value->json)));
        return true;
    }
    char *end = NULL;
    bool is_number = text != NULL && length > 0 && strspn(text, "+-.0123456789eE") == length;
    double number = is_number ? strtod(text, &end) : 0;
    if (!is_number || end != text + length || !isfinite(number))
        return evaluate_unsuited(evaluation, filter, "a number", value);
    selected_set(value, SELECTED_VALUE, json_real(number));
    return true;
}

static bool filter_to_string(struct evaluation *evaluation, const struct filter *filter,
                             struct selected *value)
{
    size_t length;
    const char *text = evaluate_filter_text(value, &length);
    if (text != NULL)
        return set_text(value, text, length);
    if (json_is_array(value->json) || json_is_object(value->json))
        return evaluate_unsuited(evaluation, filter, "one value", value);
    const char *shown = evaluate_show(evaluation->arena, value->json);
    return set_text(value, shown, strlen(shown));
}

/* Bytes of the white space (Unicode's) at `at`; 0 when there is none. */
static size_t blank_length(const char *at, size_t length)
{
    static const char *const blanks[] = {
        " ",
        "\t",
        "\n",
        "\v",
        "\f",
        "\r",
        "\xc2\x85",
        "\xc2\xa0",
        "\xe1\x9a\x80",
        "\xe2\x80\x80",
        "\xe2\x80\x81",
        "\xe2\x80\x82",
        "\xe2\x80\x83",
        "\xe2\x80\x84",
        "\xe2\x80\x85",
        "\xe2\x80\x86",
        "\xe2\x80\x87",
        "\xe2\x80\x88",
        "\xe2\x80\x89",
        "\xe2\x80\x8a",
        "\xe2\x80\xa8",
        "\xe2\x80\xa9",
        "\xe2\x80\xaf",
        "\xe2\x81\x9f",
        "\xe3\x80\x80",
    };
    for (size_t i = 0; i < COUNT_OF(blanks); i++) {
        size_t blank = strlen(blanks[i]);
        if (blank <= length && memcmp(at, blanks[i], blank) == 0)
            return blank;
    }
    return 0;
}

static bool filter_trim(struct evaluation *evaluation, const struct filter *filter,
                        struct selected *value)
{
    size_t length, blank;
    const char *text = evaluate_filter_text(value, &length);
    if (text == NULL)
        return evaluate_unsuited(evaluation, filter, "text", value);
    while ((blank = blank_length(text, length)) > 0) {
        text += blank;
        length -= blank;
    }
    while (length > 0) {
        size_t last = utf8_cut(text, length, length - 1);
        if (blank_length(text + last, length - last) != length - last)
            break;
        length = last;
    }
    return set_text(value, text, length);
}

/* Where `part` is next; NULL for nowhere. */
static const char *find_part(const char *text, size_t length, const char *part)
{
    return memmem(text, length, part, strlen(part));
}

static bool filter_split(struct evaluation *evaluation, const struct filter *filter,
                         struct selected *value)
{
    size_t length;
    const char *text = evaluate_filter_text(value, &length), *found;
    const char *divider = evaluate_argument(evaluation, filter, 0);
    if (divider == NULL)
        return false;
    if (text == NULL)
        return evaluate_unsuited(evaluation, filter, "text", value);
    if (*divider == '\0')
        return evaluate_unsuited(evaluation, filter, "something to divide at", value);
    json_t *parts = json_array();
    while (json_array_size(parts) < EVALUATE_PARTS_MAX &&
           (found = find_part(text, length, divider)) != NULL) {
        json_array_append_new(parts, evaluate_text(text, (size_t)(found - text)));
        length -= (size_t)(found - text) + strlen(divider);
        text = found + strlen(divider);
    }
    json_array_append_new(parts, evaluate_text(text, length));
    selected_set(value, SELECTED_VALUE, parts);
    return true;
}

static bool filter_replace(struct evaluation *evaluation, const struct filter *filter,
                           struct selected *value)
{
    size_t length;
    const char *text = evaluate_filter_text(value, &length), *found;
    const char *old = evaluate_argument(evaluation, filter, 0);
    const char *new = evaluate_argument(evaluation, filter, 1);
    if (old == NULL || new == NULL)
        return false;
    if (text == NULL)
        return evaluate_unsuited(evaluation, filter, "text", value);
    struct buffer out;
    buffer_init(&out, EVALUATE_TEXT_MAX);
    while (*old != '\0' && (found = find_part(text, length, old)) != NULL) {
        buffer_append(&out, text, (size_t)(found - text));
        buffer_text(&out, new);
        length -= (size_t)(found - text) + strlen(old);
        text = found + strlen(old);
    }
    buffer_append(&out, text, length);
    enum result result = out.result;
    set_text(value, out.data, out.length);
    buffer_free(&out);
    return result == RESULT_OK || evaluate_mismatches(evaluation, "`replace` makes it too long");
}

static int hexadecimal(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

static bool filter_url_decode(struct evaluation *evaluation, const struct filter *filter,
                              struct selected *value)
{
    size_t length;
    const char *text = evaluate_filter_text(value, &length);
    if (text == NULL)
        return evaluate_unsuited(evaluation, filter, "text", value);
    struct buffer out;
    buffer_init(&out, length);
    for (size_t i = 0; i < length; i++) {
        bool is_escape = text[i] == '%' && i + 2 < length && hexadecimal(text[i + 1]) >= 0 &&
                         hexadecimal(text[i + 2]) >= 0;
        char byte = text[i];
        if (is_escape) {
            byte = (char)(hexadecimal(text[i + 1]) * 16 + hexadecimal(text[i + 2]));
            i += 2;
        }
        buffer_append(&out, &byte, 1);
    }
    set_text(value, out.data, out.length);
    buffer_free(&out);
    return true;
}

static bool filter_jsonpath(struct evaluation *evaluation, const struct filter *filter,
                            struct selected *value)
{
    size_t length;
    const char *text = evaluate_filter_text(value, &length);
    json_t *root = NULL;
    if (text != NULL) {
        enum symptom symptom;
        char *problem = NULL;
        root = evaluate_parse_json(text, length, &symptom, &problem);
        if (root == NULL)
            evaluate_fails(evaluation, symptom, "%s", problem);
        free(problem);
    } else {
        root = selected_json(value);
    }
    bool selected = root != NULL && evaluate_jsonpath(evaluation, filter->jsonpath,
                                                      filter->arguments[0].text, root, value);
    json_decref(root);
    return selected;
}

static bool filter_regex(struct evaluation *evaluation, const struct filter *filter,
                         struct selected *value)
{
    size_t length;
    const char *text = evaluate_filter_text(value, &length);
    if (text == NULL)
        return evaluate_unsuited(evaluation, filter, "text", value);
    return evaluate_regex(evaluation, filter->pattern, filter->arguments[0].text, text, length,
                          value);
}

static filter_function *const functions[] = {
    [FILTER_COUNT] = filter_count,
    [FILTER_NTH] = filter_nth,
    [FILTER_FIRST] = filter_nth,
    [FILTER_LAST] = filter_nth,
    [FILTER_ATTRIBUTE] = filter_attribute,
    [FILTER_TO_INT] = filter_to_int,
    [FILTER_TO_FLOAT] = filter_to_float,
    [FILTER_TO_STRING] = filter_to_string,
    [FILTER_TRIM] = filter_trim,
    [FILTER_SPLIT] = filter_split,
    [FILTER_REPLACE] = filter_replace,
    [FILTER_URL_DECODE] = filter_url_decode,
    [FILTER_DECODE] = evaluate_decode,
    [FILTER_BASE64_DECODE] = evaluate_base64_decode,
    [FILTER_HTML_UNESCAPE] = evaluate_html_unescape,
    [FILTER_DATE_FORMAT] = evaluate_date_format,
    [FILTER_DAYS_AFTER_NOW] = evaluate_days,
    [FILTER_DAYS_BEFORE_NOW] = evaluate_days,
    [FILTER_SUB_XPATH] = evaluate_sub_xpath,
    [FILTER_SUB_JSONPATH] = filter_jsonpath,
    [FILTER_SUB_REGEX] = filter_regex,
};

/* A filter without its function does not build. */
#define X(name, word, arguments, help) +1
_Static_assert(COUNT_OF(functions) == 0 FILTER_TABLE(X), "every filter has a function");
#undef X

bool evaluate_filter(struct evaluation *evaluation, const struct filter *filter,
                     struct selected *value)
{
    if (!selected_is_nothing(value))
        return functions[filter->kind](evaluation, filter, value);
    selected_set(value, SELECTED_VALUE, filter->kind == FILTER_COUNT ? json_integer(0) : NULL);
    return true;
}
