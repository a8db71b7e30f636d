/* SPDX-License-Identifier: MIT */
/* What templates of text and of JSON share, and how the loader builds the latter. Private to
 * scenarios/. */
#ifndef SCENARIOS_TEMPLATE_VALUE_H
#define SCENARIOS_TEMPLATE_VALUE_H

#include "scenarios/template.h"

#include <stdint.h>

/* A value as it goes into text. */
void template_append_value(const struct json_t *value, struct buffer *out);

enum json_template_kind {
    JSON_TEMPLATE_NULL,
    JSON_TEMPLATE_BOOLEAN,
    JSON_TEMPLATE_INTEGER,
    JSON_TEMPLATE_REAL,
    JSON_TEMPLATE_TEXT,
    JSON_TEMPLATE_VARIABLE, /* a plain scalar that is exactly `${name}`: keeps the type */
    JSON_TEMPLATE_LIST,
    JSON_TEMPLATE_OBJECT,
};

struct json_template {
    enum json_template_kind kind;
    uint32_t count; /* LIST, OBJECT: of items */
    union {
        bool boolean;
        int64_t integer;
        double real;
        const struct template *text; /* TEXT, VARIABLE; NULL after a mistake */
        struct {
            struct json_template *items;
            const char **keys; /* OBJECT */
        };
    };
};

#endif
