/* SPDX-License-Identifier: MIT */
/* Expressions: their words, their end. See expression.h; expression_parse.c reads them. */
#include "scenarios/expression.h"

#include "scenarios/pattern.h"

#include <jansson.h>

static const char *const query_words[] = {
#define X(name, word, argument, help) word,
    QUERY_TABLE(X)
#undef X
};

static const char *const filter_words[] = {
#define X(name, word, arguments, help) word,
    FILTER_TABLE(X)
#undef X
};

static const char *const predicate_words[] = {
#define X(name, word, operands, help) word,
    PREDICATE_TABLE(X)
#undef X
};

const char *query_word(enum query query)
{
    return query_words[query];
}

const char *filter_word(enum filter_kind kind)
{
    return filter_words[kind];
}

const char *predicate_word(enum predicate predicate)
{
    return predicate_words[predicate];
}

static void operand_free(struct operand *operand)
{
    json_decref(operand->value);
    pattern_free(operand->pattern);
}

void expression_free(struct expression *expression)
{
    if (expression == NULL)
        return;
    if (expression->query == QUERY_REGEX)
        pattern_free(expression->pattern);
    for (size_t i = 0; i < expression->filter_count; i++) {
        struct filter *filter = &expression->filters[i];
        pattern_free(filter->pattern);
        for (size_t j = 0; j < COUNT_OF(filter->arguments); j++)
            operand_free(&filter->arguments[j]);
    }
    for (size_t i = 0; i < expression->operand_count; i++)
        operand_free(&expression->operands[i]);
}

bool expression_is_about_content(const struct expression *expression)
{
    switch (expression->query) {
    case QUERY_STATUS:
    case QUERY_URL:
    case QUERY_REDIRECTS:
    case QUERY_IP:
    case QUERY_HTTP_VERSION:
    case QUERY_CERTIFICATE:
    case QUERY_TIME:
        return false;
    case QUERY_HEADER:
    case QUERY_COOKIE:
    case QUERY_BODY:
    case QUERY_BYTES:
    case QUERY_JSONPATH:
    case QUERY_XPATH:
    case QUERY_CSS:
    case QUERY_REGEX:
    case QUERY_SHA256:
        break;
    }
    return expression->consequence != CONSEQUENCE_NOTE;
}
