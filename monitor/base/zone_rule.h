/* SPDX-License-Identifier: MIT */
/*
 * The rule by which a zone's clocks are set in the years that its file does not list: a TZ string
 * (POSIX.1, with the hours of RFC 9636). Private to zone.c.
 */
#ifndef BASE_ZONE_RULE_H
#define BASE_ZONE_RULE_H

#include "monitor/base/result.h"

#include <stdbool.h>
#include <stdint.h>

/* A day of each year, and a time of it in seconds, which may lie on a day before or after. */
struct zone_rule_day {
    enum zone_rule_kind {
        ZONE_RULE_MONTH,  /* the n-th such weekday of a month; 5: the last */
        ZONE_RULE_JULIAN, /* 1 to 365, and 29 February is never counted */
        ZONE_RULE_DAY,    /* 0 to 365 */
    } kind;
    int month, week, weekday, day;
    int64_t time;
};

struct zone_rule {
    int64_t standard, summer; /* seconds ahead of UTC */
    bool has_summer;
    struct zone_rule_day start, end;
};

/* `CET-1CEST,M3.5.0,M10.5.0/3` */
MUST_CHECK enum result zone_rule_parse(const char *text, struct zone_rule *ret_rule);

/* Seconds ahead of UTC at an instant in seconds since 1970. */
int64_t zone_rule_offset(const struct zone_rule *rule, int64_t time);

#endif
