/* SPDX-License-Identifier: MIT */
/* The keys of a probe. See language.c. */
#include "scenarios/language.h"

#include "monitor/base/result.h"
#include "scenarios/shop.h"

#define AT(field) .offset = offsetof(struct component_probe, field)

static const struct language_key keys[] = {
    {"postgresql", LANGUAGE_TEXT, LANGUAGE_FORMAT_LINE, .group = LANGUAGE_GROUP_DATABASE,
     AT(postgresql),
     .help = "Asks PostgreSQL, by libpq's connection string; the password is libpq's to find.",
     .example = "postgresql: service=shop-monitor"},
    {"sqlite", LANGUAGE_TEXT, LANGUAGE_FORMAT_LINE, .group = LANGUAGE_GROUP_DATABASE, AT(sqlite),
     .help = "Asks SQLite, by its file, seen from where the shop file is.",
     .example = "sqlite: /srv/shop/shop.db"},
    {"every", LANGUAGE_DURATION, .minimum = DURATION_SECOND, .maximum = DURATION_HOUR, AT(every),
     .help = "How often; 30s if left out."},
    {"timeout", LANGUAGE_DURATION, .minimum = 10 * DURATION_MILLISECOND, .maximum = DURATION_MINUTE,
     AT(timeout), .help = "How long each answer may take; 3s if left out."},
    {"stuck", LANGUAGE_DURATION, .minimum = DURATION_SECOND, .maximum = DURATION_DAY, AT(stuck),
     .help = "How long a session of anyone's may work without waiting for anything, or wait for a "
             "lock; 1m if left out."},
    {"write", LANGUAGE_TEXT, LANGUAGE_FORMAT_TABLE, AT(write),
     .help = "A table of the monitor's own, with the columns checker and at, in which it changes a "
             "row each time; nothing is written if left out.",
     .example = "write: shopwatch_canary"},
};

static const struct component_probe defaults = {
    .every = DEFAULT_PROBE_EVERY,
    .timeout = DEFAULT_PROBE_TIMEOUT,
    .stuck = DEFAULT_PROBE_STUCK,
};

const struct language_table language_probe = {
    .size = sizeof(struct component_probe),
    .position_offset = offsetof(struct component_probe, position),
    .defaults = &defaults,
    .keys = keys,
    .key_count = COUNT_OF(keys),
};
