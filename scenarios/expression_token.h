/* SPDX-License-Identifier: MIT */
/* The tokens of an expression. Private to expression*.c: the parser asks for one after another. */
#ifndef SCENARIOS_EXPRESSION_TOKEN_H
#define SCENARIOS_EXPRESSION_TOKEN_H

#include "monitor/base/clock.h"
#include "scenarios/expression.h"
#include "scenarios/mistake_kind.h"

enum token_kind {
    TOKEN_END,
    TOKEN_WORD,     /* text: status, time.total, isEmpty, data-id */
    TOKEN_TEXT,     /* text: what the quotes hold, escapes resolved */
    TOKEN_NUMBER,   /* text: as written */
    TOKEN_DURATION, /* time */
    TOKEN_VARIABLE, /* text: `${name}` */
    TOKEN_PATTERN,  /* text: what stands between the slashes */
    TOKEN_OPERATOR, /* text: == */
    TOKEN_COMMA,
    TOKEN_BAR,
    TOKEN_BAD, /* reported already */
};

struct token {
    enum token_kind kind;
    size_t start, end; /* in the source */
    const char *text;
    duration time;
};

/* What tokens are read from, and who is told of mistakes: of an expression only the first. */
struct expression_source {
    struct arena *arena;
    const char *text;
    struct mistake_place place; /* where `text` begins */
    struct mistakes *mistakes;
    bool failed;
};

void expression_report(struct expression_source *source, enum mistake_kind kind, size_t offset,
                       const char *hint, const char *format, ...) PRINTF_LIKE(5, 6);

/* The token at or behind `offset`. */
struct token expression_token(struct expression_source *source, size_t offset);

/* Where in the source the byte at `offset` of a TOKEN_TEXT's or TOKEN_PATTERN's text is. */
size_t expression_token_offset(const struct expression_source *source, const struct token *token,
                               size_t offset);

#endif
