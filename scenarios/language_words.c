/* SPDX-License-Identifier: MIT */
/* What the language's lists are called, for people and for the schema. See language.h. */
#include "scenarios/language.h"

const char *language_context_text(enum language_context context)
{
    static const char *const texts[] = {
#define X(name, text) text,
        LANGUAGE_CONTEXT_TABLE(X)
#undef X
    };
    return texts[context];
}

const char *language_type_text(enum language_type type)
{
    static const char *const texts[] = {
#define X(name, text) text,
        LANGUAGE_TYPE_TABLE(X)
#undef X
    };
    return texts[type];
}

static const struct {
    const char *expression, *text;
} formats[] = {
#define X(name, expression, text) {expression, text},
    LANGUAGE_FORMAT_TABLE(X)
#undef X
};

const char *language_format_expression(enum language_format format)
{
    return formats[format].expression;
}

const char *language_format_text(enum language_format format)
{
    return formats[format].text;
}

static const struct {
    bool required;
    const char *text;
} groups[] = {
#define X(name, required, text) {required, text},
    LANGUAGE_GROUP_TABLE(X)
#undef X
};

bool language_group_is_required(enum language_group group)
{
    return groups[group].required;
}

const char *language_group_text(enum language_group group)
{
    return groups[group].text;
}
