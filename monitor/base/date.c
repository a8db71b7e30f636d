/* SPDX-License-Identifier: MIT */
/* Reading and writing dates. See date.h. Not strptime: it takes blanks, and the locale's names. */
#include "monitor/base/date.h"

#include <ctype.h>
#include <string.h>
#include <time.h>

/* What is read so far; `at` is NULL once it is no date. */
struct reader {
    const char *at;
    struct tm parts;
    duration offset, fraction;
};

static int read_number(struct reader *reader, int digits, int minimum, int maximum)
{
    int number = 0;
    for (int i = 0; i < digits && reader->at != NULL; i++) {
        if (!isdigit((unsigned char)*reader->at)) {
            reader->at = NULL;
            return 0;
        }
        number = number * 10 + (*reader->at++ - '0');
    }
    if (number < minimum || number > maximum)
        reader->at = NULL;
    return number;
}

/* One character of `allowed`. */
static void read_one_of(struct reader *reader, const char *allowed)
{
    if (reader->at != NULL && *reader->at != '\0' && strchr(allowed, *reader->at) != NULL)
        reader->at++;
    else
        reader->at = NULL;
}

static void read_text(struct reader *reader, const char *text)
{
    if (reader->at != NULL && strncmp(reader->at, text, strlen(text)) == 0)
        reader->at += strlen(text);
    else
        reader->at = NULL;
}

static int read_name(struct reader *reader, const char *names, int count)
{
    for (int i = 0; i < count && reader->at != NULL; i++)
        if (strncmp(reader->at, names + 3 * i, 3) == 0) {
            reader->at += 3;
            return i;
        }
    reader->at = NULL;
    return 0;
}

static void read_clock(struct reader *reader)
{
    reader->parts.tm_hour = read_number(reader, 2, 0, 23);
    read_text(reader, ":");
    reader->parts.tm_min = read_number(reader, 2, 0, 59);
    read_text(reader, ":");
    reader->parts.tm_sec = read_number(reader, 2, 0, 60);
}

static void read_day(struct reader *reader)
{
    reader->parts.tm_year = read_number(reader, 4, 1, 9999) - 1900;
    read_text(reader, "-");
    reader->parts.tm_mon = read_number(reader, 2, 1, 12) - 1;
    read_text(reader, "-");
    reader->parts.tm_mday = read_number(reader, 2, 1, 31);
}

static void read_fraction(struct reader *reader)
{
    if (reader->at == NULL || *reader->at != '.')
        return;
    reader->at++;
    duration unit = DURATION_SECOND;
    if (!isdigit((unsigned char)*reader->at))
        reader->at = NULL;
    while (reader->at != NULL && isdigit((unsigned char)*reader->at)) {
        unit /= 10;
        reader->fraction += (*reader->at++ - '0') * unit;
    }
}

static void read_zone(struct reader *reader)
{
    if (reader->at == NULL || *reader->at == 'Z' || *reader->at == 'z') {
        read_one_of(reader, "Zz");
        return;
    }
    duration sign = *reader->at == '-' ? -1 : 1;
    read_one_of(reader, "+-");
    duration hours = read_number(reader, 2, 0, 23);
    read_text(reader, ":");
    duration minutes = read_number(reader, 2, 0, 59);
    reader->offset = sign * (hours * DURATION_HOUR + minutes * DURATION_MINUTE);
}

static void read_http(struct reader *reader)
{
    read_name(reader, "MonTueWedThuFriSatSun", 7);
    read_text(reader, ", ");
    reader->parts.tm_mday = read_number(reader, 2, 1, 31);
    read_text(reader, " ");
    reader->parts.tm_mon = read_name(reader, "JanFebMarAprMayJunJulAugSepOctNovDec", 12);
    read_text(reader, " ");
    reader->parts.tm_year = read_number(reader, 4, 1, 9999) - 1900;
    read_text(reader, " ");
    read_clock(reader);
    read_text(reader, " GMT");
}

enum date_form date_parse(const char *text, struct wall_time *ret_time)
{
    struct reader reader = {.at = text};
    enum date_form form = DATE_HTTP;
    if (isdigit((unsigned char)*text)) {
        read_day(&reader);
        form = reader.at != NULL && *reader.at == '\0' ? DATE_DAY : DATE_RFC3339;
    } else {
        read_http(&reader);
    }
    if (form == DATE_RFC3339) {
        read_one_of(&reader, "Tt ");
        read_clock(&reader);
        read_fraction(&reader);
        read_zone(&reader);
    }
    if (reader.at == NULL || *reader.at != '\0')
        return DATE_NONE;
    struct tm day = {.tm_year = reader.parts.tm_year,
                     .tm_mon = reader.parts.tm_mon,
                     .tm_mday = reader.parts.tm_mday};
    timegm(&day);
    /* It makes the 2nd of March of the 30th of February. */
    if (day.tm_mday != reader.parts.tm_mday)
        return DATE_NONE;
    int64_t seconds = timegm(&reader.parts);
    ret_time->us = seconds * DURATION_SECOND + reader.fraction - reader.offset;
    return form;
}

bool date_is_impossible(const char *text)
{
    static const char shape[] = "9999-99-99";
    char day[sizeof shape];
    struct wall_time time;
    for (size_t i = 0; i < strlen(shape); i++) {
        if (shape[i] == '9' ? !isdigit((unsigned char)text[i]) : text[i] != shape[i])
            return false;
        day[i] = text[i];
    }
    day[strlen(shape)] = '\0';
    return date_parse(day, &time) == DATE_NONE;
}

enum result date_print(struct wall_time time, const char *format, char *text, size_t size)
{
    int64_t whole = time.us / DURATION_SECOND - (time.us % DURATION_SECOND < 0);
    time_t seconds = (time_t)whole;
    struct tm parts;
    if (gmtime_r(&seconds, &parts) == NULL)
        return RESULT_LIMIT;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral" /* the format is a scenario's */
    size_t length = strftime(text, size, format, &parts);
#pragma GCC diagnostic pop
    return length > 0 ? RESULT_OK : RESULT_LIMIT;
}
