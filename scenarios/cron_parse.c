/* SPDX-License-Identifier: MIT */
/* The five fields, each a list of values, ranges and steps. See cron.h. */
#include "scenarios/cron.h"

#include "monitor/base/result.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { FIELDS = 5, NAME_LENGTH = 3 };

static const struct field {
    const char *title;
    int minimum, maximum;
    const char *names; /* three letters each, from `first` on; NULL: none */
    int first;
} fields[FIELDS] = {
    {"minutes", 0, 59, NULL, 0},
    {"hours", 0, 23, NULL, 0},
    {"days of the month", 1, 31, NULL, 0},
    {"months", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", 1},
    {"days of the week", 0, 7, "SUNMONTUEWEDTHUFRISAT", 0},
};

struct parser {
    struct arena *arena;
    const char *text, *at;
    struct cron_mistake *mistake;
};

static enum result refuse(struct parser *parser, const char *at, const char *hint, const char *text)
{
    *parser->mistake = (struct cron_mistake){(size_t)(at - parser->text), text, hint};
    return RESULT_INVALID;
}

static const char *field_hint(struct parser *parser, const struct field *field)
{
    const char *also = field->first == 1 ? ", or JAN to DEC" : ", or SUN to SAT";
    return arena_print(parser->arena, "%s are %d to %d%s: `*`, `5`, `1,15`, `8-17` or `*/10`",
                       field->title, field->minimum, field->maximum,
                       field->names != NULL ? also : "");
}

/* A number, or a name of three letters. */
static enum result parse_value(struct parser *parser, const struct field *field, int *ret_value)
{
    const char *start = parser->at;
    size_t length = strspn(start, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789");
    int value = -1;
    if (isdigit((unsigned char)*start) && length <= 2) {
        value = *start - '0';
        if (length == 2)
            value = isdigit((unsigned char)start[1]) ? value * 10 + (start[1] - '0') : -1;
    }
    for (int i = 0; field->names != NULL && length == NAME_LENGTH && field->names[i] != '\0';
         i += NAME_LENGTH)
        if (strncasecmp(field->names + i, start, NAME_LENGTH) == 0)
            value = field->first + i / NAME_LENGTH;
    parser->at += length;
    if (value >= field->minimum && value <= field->maximum) {
        *ret_value = value;
        return RESULT_OK;
    }
    length = strcspn(start, " \t,");
    return refuse(parser, start, field_hint(parser, field),
                  length == 0
                      ? arena_print(parser->arena, "one of the %s is missing here", field->title)
                      : arena_print(parser->arena, "`%.*s` is none of the %s",
                                    (int)(length < 40 ? length : 40), start, field->title));
}

static enum result parse_step(struct parser *parser, const struct field *field, int *ret_step)
{
    const char *start = ++parser->at;
    int step = 0;
    for (; isdigit((unsigned char)*parser->at) && step < 100; parser->at++)
        step = step * 10 + (*parser->at - '0');
    if (step > 0 && step <= field->maximum)
        *ret_step = step;
    else
        return refuse(parser, start, field_hint(parser, field),
                      arena_print(parser->arena, "a step of the %s is 1 to %d", field->title,
                                  field->maximum));
    return RESULT_OK;
}

/* One of a list: `*`, `5`, `8-17`, with or without a step. */
static enum result parse_item(struct parser *parser, const struct field *field, uint64_t *bits)
{
    const char *start = parser->at;
    int from = field->minimum, to = field->maximum, step = 1;
    enum result result = RESULT_OK;
    bool is_range = *parser->at == '*';
    if (is_range) {
        parser->at++;
        to -= field->maximum == 7; /* Sunday has two numbers, and is one day */
    } else {
        result = parse_value(parser, field, &from);
        to = from;
        if (result == RESULT_OK && *parser->at == '-') {
            parser->at++;
            is_range = true;
            result = parse_value(parser, field, &to);
            /* SAT-SUN ends with the other Sunday. */
            to = field->maximum == 7 && to == 0 && from > 0 ? 7 : to;
        }
    }
    if (result == RESULT_OK && to < from)
        return refuse(parser, start, "write two ranges, one up to the end and one from the start",
                      "a range goes upwards");
    if (result == RESULT_OK && *parser->at == '/') {
        if (!is_range)
            return refuse(parser, parser->at, "write `*/10` or `5-59/10`",
                          "a step needs a range before it");
        result = parse_step(parser, field, &step);
    }
    for (int value = from; result == RESULT_OK && value <= to; value += step)
        *bits |= UINT64_C(1) << (field->maximum == 7 ? value % 7 : value);
    return result;
}

static enum result parse_field(struct parser *parser, const struct field *field, uint64_t *bits)
{
    enum result result = parse_item(parser, field, bits);
    while (result == RESULT_OK && *parser->at == ',') {
        parser->at++;
        result = parse_item(parser, field, bits);
    }
    if (result == RESULT_OK && *parser->at != '\0' && strchr(" \t", *parser->at) == NULL)
        return refuse(parser, parser->at, field_hint(parser, field),
                      arena_print(parser->arena, "`%c` does not belong here",
                                  isprint((unsigned char)*parser->at) ? *parser->at : '?'));
    return result;
}

static void skip_blanks(struct parser *parser)
{
    parser->at += strspn(parser->at, " \t");
}

/* `0 0 30 2 *` is a day that no year has. */
static enum result check_day(struct parser *parser, const struct cron *cron, const char *days)
{
    static const int lengths[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool exists = cron->any_day || !cron->any_weekday;
    for (int month = 1; month <= 12; month++)
        for (int day = 1; day <= lengths[month - 1]; day++)
            exists |= (cron->months >> month & 1) != 0 && (cron->days >> day & 1) != 0;
    return exists ? RESULT_OK : refuse(parser, days, NULL, "none of these months has such a day");
}

enum result cron_parse(struct arena *arena, const char *text, struct cron *ret_cron,
                       struct cron_mistake *ret_mistake)
{
    struct parser parser = {arena, text, text, ret_mistake};
    const char *starts[FIELDS] = {0};
    uint64_t bits[FIELDS] = {0};
    for (int i = 0; i < FIELDS; i++) {
        skip_blanks(&parser);
        starts[i] = parser.at;
        if (i == 0 && *parser.at == '@')
            return refuse(&parser, parser.at, "`@hourly` is `0 * * * *`, `@daily` is `0 0 * * *`",
                          "cron has five fields here, and no names for them");
        if (*parser.at == '\0')
            return refuse(
                &parser, parser.at,
                "minutes, hours, days of the month, months, days of the week: "
                "`*/5 8-22 * * MON-SAT`",
                arena_print(arena, "the %s are missing: cron has five fields", fields[i].title));
        if (parse_field(&parser, &fields[i], &bits[i]) != RESULT_OK)
            return RESULT_INVALID;
    }
    skip_blanks(&parser);
    if (*parser.at != '\0')
        return refuse(&parser, parser.at, "it has no seconds: for less than a minute write `every`",
                      "cron has five fields, and this is a sixth");
    *ret_cron = (struct cron){
        .text = text,
        .minutes = bits[0],
        .hours = (uint32_t)bits[1],
        .days = (uint32_t)bits[2],
        .months = (uint32_t)bits[3],
        .weekdays = (uint32_t)bits[4],
        .any_day = *starts[2] == '*',
        .any_weekday = *starts[4] == '*',
        .follows = *starts[0] == '*' || *starts[1] == '*',
    };
    return check_day(&parser, ret_cron, starts[2]);
}
