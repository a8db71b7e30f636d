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
    TOKEN_STRANGE, /* text: no token of ours, to be reported by who meets it: =, &&, 'text', $.x */
    TOKEN_BAD,     /* reported already */
};

struct token {
    enum token_kind kind;
    size_t start, end; /* in the source */
    const char *text;
    duration time;
    bool is_quoted; /* STRANGE: text stands between other quotes than ours */
};

/* What would be right: `text` in place of what stands from `start` to `end`. */
struct expression_fix {
    size_t start, end;
    const char *text; /* NULL: nobody knows */
    bool splits;      /* two assertions stand in one line, and this between them */
    bool keeps;       /* the hint says more than the line: it stays, before it */
};

/* What tokens are read from, and who is told of mistakes: of an expression only the first. */
struct expression_source {
    struct arena *arena;
    struct arena *scratch; /* for the texts of tokens, while there is no mistake */
    const char *text;
    struct mistake_place place; /* where `text` begins */
    struct mistakes *mistakes;
    bool failed;
    struct expression_fix fix; /* of what was reported */
    size_t predicate, claim;   /* where it begins with its `not`, and without; once it was met */
};

void expression_report(struct expression_source *source, enum mistake_kind kind, size_t offset,
                       const char *hint, const char *format, ...) PRINTF_LIKE(5, 6);

/* Notes how to mend what is reported next; without effect behind the first report. */
void expression_suggest(struct expression_source *source, size_t start, size_t end,
                        const char *text);

/* For suggestions (expression_suggest.c): where text from `start` on ends that lacks its quotes;
 * text in the quotes that it lacks; and a number or time that is written otherwise. */
size_t expression_unquoted_end(const char *text, size_t start);
const char *expression_quoted(struct arena *arena, const char *text, size_t length,
                              bool is_pattern);
void expression_suggest_number(struct expression_source *source, const struct token *token);

/* The token at or behind `offset`. */
struct token expression_token(struct expression_source *source, size_t offset);

/* Where in the source the byte at `offset` of a TOKEN_TEXT's or TOKEN_PATTERN's text is. */
size_t expression_token_offset(const struct expression_source *source, const struct token *token,
                               size_t offset);

#endif
