/* SPDX-License-Identifier: MIT */
/* The keys of `timeouts`. See language.c. */
#include "scenarios/language.h"

#include "monitor/base/result.h"
#include "scenarios/shop.h"

#define KEY(field, text)                                                                           \
    {#field,                                                                                       \
     LANGUAGE_DURATION,                                                                            \
     .minimum = 10 * DURATION_MILLISECOND,                                                         \
     .maximum = DURATION_HOUR,                                                                     \
     .offset = offsetof(struct component_timeouts, field),                                         \
     .help = text},

static const struct language_key keys[] = {TIMEOUT_TABLE(KEY)};

const struct language_table language_timeouts = {
    .size = sizeof(struct component_timeouts),
    .position_offset = LANGUAGE_NOWHERE,
    .keys = keys,
    .key_count = COUNT_OF(keys),
};
