/* SPDX-License-Identifier: MIT */
/* Filters over what text stands for: character sets, Base64, HTML, dates. Their table is in
 * evaluate_filter.c. "Now" is when the answer was asked for, so that a judgement can be repeated.
 */
#include "monitor/base/buffer.h"
#include "monitor/base/charset.h"
#include "monitor/base/date.h"
#include "monitor/journey/evaluate_private.h"
#include "scenarios/markup.h"

#include <string.h>

enum { DATE_TEXT_MAX = 200 };

static void set_text(struct selected *value, const struct buffer *text)
{
    selected_set(value, SELECTED_VALUE, evaluate_text(text->data, text->length));
}

bool evaluate_decode(struct evaluation *evaluation, const struct filter *filter,
                     struct selected *value)
{
    const char *charset = evaluate_argument(evaluation, filter, 0);
    if (charset == NULL)
        return false;
    if (value->bytes == NULL)
        return evaluate_unsuited(evaluation, filter, "bytes", value);
    struct buffer text;
    buffer_init(&text, EVALUATE_TEXT_MAX);
    enum result result = charset_decode(charset, value->bytes, value->byte_count, &text);
    if (result == RESULT_OK)
        set_text(value, &text);
    buffer_free(&text);
    if (result == RESULT_NOT_FOUND)
        return evaluate_fails(evaluation, SYMPTOM_MONITOR_VARIABLE_MISSING,
                              "%s is not a character set", charset);
    if (result == RESULT_INVALID)
        return evaluate_mismatches(evaluation, "bytes that are not %s", charset);
    return result == RESULT_OK || evaluate_mismatches(evaluation, "`decode` makes it too long");
}

/* Of RFC 4648, with either alphabet; -1 for another character. */
static int base64_digit(char digit)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    if (digit == '-' || digit == '_')
        return digit == '-' ? 62 : 63;
    const char *found = digit != '\0' ? strchr(digits, digit) : NULL;
    return found != NULL ? (int)(found - digits) : -1;
}

/* False when it is no Base64. Padding may be left out; white space may not come in. */
static bool decode_base64(const char *text, size_t length, struct buffer *out)
{
    size_t padding = 0;
    while (length > 0 && padding < 2 && text[length - 1] == '=') {
        length--;
        padding++;
    }
    if (length % 4 == 1 || (padding > 0 && (length + padding) % 4 != 0))
        return false;
    unsigned bits = 0, held = 0;
    for (size_t i = 0; i < length; i++) {
        int digit = base64_digit(text[i]);
        if (digit < 0)
            return false;
        bits = (bits << 6 | (unsigned)digit) & 0xffff;
        held += 6;
        if (held < 8)
            continue;
        held -= 8;
        char byte = (char)(bits >> held & 0xff);
        buffer_append(out, &byte, 1);
    }
    return true;
}

bool evaluate_base64_decode(struct evaluation *evaluation, const struct filter *filter,
                            struct selected *value)
{
    size_t length;
    const char *text = evaluate_filter_text(value, &length);
    struct buffer bytes;
    buffer_init(&bytes, length);
    bool decoded = text != NULL && decode_base64(text, length, &bytes);
    if (decoded) {
        set_text(value, &bytes);
        value->bytes = arena_duplicate_bytes(evaluation->arena, bytes.data, bytes.length);
        value->byte_count = bytes.length;
    }
    buffer_free(&bytes);
    return decoded || evaluate_unsuited(evaluation, filter, "text in Base64", value);
}

bool evaluate_html_unescape(struct evaluation *evaluation, const struct filter *filter,
                            struct selected *value)
{
    size_t length;
    const char *text = evaluate_filter_text(value, &length);
    if (text == NULL)
        return evaluate_unsuited(evaluation, filter, "text", value);
    struct buffer out;
    /* No reference is shorter than what it stands for. */
    buffer_init(&out, length);
    markup_unescape(text, length, &out);
    set_text(value, &out);
    buffer_free(&out);
    return true;
}

static bool read_date(struct evaluation *evaluation, const struct filter *filter,
                      const struct selected *value, struct wall_time *ret_time)
{
    size_t length;
    const char *text = evaluate_filter_text(value, &length);
    if (text == NULL || strlen(text) != length || date_parse(text, ret_time) == DATE_NONE)
        return evaluate_unsuited(evaluation, filter, "a date", value);
    return true;
}

bool evaluate_date_format(struct evaluation *evaluation, const struct filter *filter,
                          struct selected *value)
{
    char text[DATE_TEXT_MAX];
    struct wall_time time;
    const char *format = evaluate_argument(evaluation, filter, 0);
    if (format == NULL || !read_date(evaluation, filter, value, &time))
        return false;
    if (date_print(time, format, text, sizeof text) != RESULT_OK)
        return evaluate_mismatches(evaluation, "`dateFormat` gives nothing, or too much");
    selected_set(value, SELECTED_VALUE, evaluate_text(text, strlen(text)));
    return true;
}

bool evaluate_days(struct evaluation *evaluation, const struct filter *filter,
                   struct selected *value)
{
    struct wall_time time;
    if (!read_date(evaluation, filter, value, &time))
        return false;
    duration ahead = wall_between(evaluation->answer->exchange->started, time);
    if (filter->kind == FILTER_DAYS_BEFORE_NOW)
        ahead = -ahead;
    selected_set(value, SELECTED_VALUE, json_integer(ahead / DURATION_DAY));
    return true;
}

bool evaluate_sub_xpath(struct evaluation *evaluation, const struct filter *filter,
                        struct selected *value)
{
    size_t length;
    const char *text = evaluate_filter_text(value, &length);
    const char *xpath =
        filter->xpath != NULL ? filter->xpath : evaluate_argument(evaluation, filter, 0);
    if (xpath == NULL)
        return false;
    if (text == NULL)
        return evaluate_unsuited(evaluation, filter, "text", value);
    struct markup *markup = markup_parse(text, length, evaluation->answer->exchange->url);
    bool selected = evaluate_xpath(evaluation, markup, xpath, filter->xpath == NULL, value);
    markup_free(markup);
    return selected;
}
