/* SPDX-License-Identifier: MIT */
/* The keys of `priors`. See language.c. */
#include "scenarios/language.h"

#include "monitor/base/result.h"
#include "scenarios/shop.h"

#define KEY(cause, key, text)                                                                      \
    {key,                                                                                          \
     LANGUAGE_INTEGER,                                                                             \
     .minimum = 1,                                                                                 \
     .maximum = 100,                                                                               \
     .offset = offsetof(struct priors, of[CAUSE_##cause]),                                         \
     .help = text},

static const struct language_key keys[] = {PRIOR_KEY_TABLE(KEY)};

const struct language_table language_priors = {
    .size = sizeof(struct priors),
    .position_offset = LANGUAGE_NOWHERE,
    .keys = keys,
    .key_count = COUNT_OF(keys),
};
