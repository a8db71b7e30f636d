/* SPDX-License-Identifier: MIT */
/*
 * The parser of one expression, in three files: expression_parse.c reads query and filters and
 * leads, expression_predicate.c reads what is claimed of the value, expression_compile.c makes of
 * quoted text what it stands for. Private to them.
 */
#ifndef SCENARIOS_EXPRESSION_PARSER_H
#define SCENARIOS_EXPRESSION_PARSER_H

#include "scenarios/expression_token.h"
#include "scenarios/expression_types.h"

struct expression_parser {
    struct expression_source source;
    struct expression *expression;
    struct token token;     /* the next one, not yet taken */
    enum value_class class; /* of the value so far */
    size_t filter;          /* where the last filter begins */
};

#define FAIL(parser, kind, offset, hint, ...)                                                      \
    expression_report(&(parser)->source, MISTAKE_EXPRESSION_##kind, (offset), (hint), __VA_ARGS__)

/* Reads without repairing; where it reports, `ret_fix` is what would mend it. */
struct expression *expression_read(struct arena *arena, const char *text, bool is_capture,
                                   const struct mistake_place *place, struct mistakes *mistakes,
                                   struct expression_fix *ret_fix);

void expression_advance(struct expression_parser *parser);
bool expression_at_word(const struct expression_parser *parser, const char *word);
bool expression_failed(const struct expression_parser *parser);

/* What stands at the token, for messages. */
const char *expression_shown(struct expression_parser *parser);

/* A hint at the word that is probably meant; `otherwise` when none is near. */
const char *expression_near(struct expression_parser *parser, const char *word,
                            const char *const *words, size_t count, const char *otherwise);

/* Each makes of quoted text what it stands for; NULL after reporting a mistake in it. */
struct template *expression_compile_text(struct expression_parser *parser,
                                         const struct token *token);
struct template *expression_literal_text(struct expression_parser *parser, const char *text);
struct pattern *expression_compile_pattern(struct expression_parser *parser,
                                           const struct token *token, const char *text);
struct jsonpath *expression_compile_jsonpath(struct expression_parser *parser,
                                             const struct token *token, const char *text);
const char *expression_compile_xpath(struct expression_parser *parser, const struct token *token,
                                     const char *text);
const char *expression_compile_css(struct expression_parser *parser, const struct token *token,
                                   const char *text);
void expression_check_charset(struct expression_parser *parser, const struct token *token,
                              const char *text);
void expression_check_certificate(struct expression_parser *parser, const struct token *token,
                                  const char *text);
struct json_t *expression_number(struct expression_parser *parser, const struct token *token);

/* `not`, predicate and operands; then `| consequence`, where there is one. */
void expression_parse_predicate(struct expression_parser *parser);
void expression_parse_consequence(struct expression_parser *parser);

/* Whether a filter, or a predicate, begins here; and what to say when none does, and should. */
bool expression_at_filter(const struct expression_parser *parser);
bool expression_at_predicate(const struct expression_parser *parser);
void expression_report_predicate(struct expression_parser *parser);

#endif
