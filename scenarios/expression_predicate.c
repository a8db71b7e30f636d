/* SPDX-License-Identifier: MIT */
/* What is claimed of a value: predicate, operands, and what it means when the claim is false. See
 * expression_parser.h. */
#include "scenarios/expression_parser.h"
#include "scenarios/expression_repair.h"
#include "scenarios/foreign.h"

#include <jansson.h>
#include <string.h>

enum { OPERANDS_MAX = 100 };

static const struct {
    const char *word;
    int operands;
} predicates[] = {
#define X(name, word, operands, help) {word, operands},
    PREDICATE_TABLE(X)
#undef X
};

static void parse_word_operand(struct expression_parser *parser, struct operand *operand)
{
    const char *text = parser->source.text + parser->token.start;
    operand->kind = OPERAND_VALUE;
    if (expression_at_word(parser, "true") || expression_at_word(parser, "false"))
        operand->value = json_boolean(expression_at_word(parser, "true"));
    else if (expression_at_word(parser, "null"))
        operand->value = json_null();
    if (operand->value != NULL)
        return;
    bool is_word = foreign_word(FOREIGN_VALUE, parser->token.text) == NULL;
    expression_suggest_operand(parser);
    FAIL(parser, OPERAND, parser->token.start,
         arena_print(parser->source.arena, "such as: \"%.*s\"", (int)strcspn(text, " \t,|"), text),
         "a value was expected, not %s%s", expression_shown(parser),
         is_word ? ": text stands in double quotes" : "");
}

static void parse_text_operand(struct expression_parser *parser, struct operand *operand)
{
    const struct token token = parser->token;
    operand->kind = OPERAND_TEXT;
    operand->text = expression_compile_text(parser, &token);
    if (parser->expression->predicate != PREDICATE_MATCHES || operand->text == NULL ||
        !template_is_constant(operand->text))
        return;
    operand->kind = OPERAND_PATTERN;
    operand->pattern = expression_compile_pattern(parser, &token, template_constant(operand->text));
}

static void parse_operand(struct expression_parser *parser)
{
    struct expression *expression = parser->expression;
    const struct token token = parser->token;
    arena_grow(parser->source.arena, expression->operands, expression->operand_count);
    struct operand *operand = &expression->operands[expression->operand_count++];
    *operand = (struct operand){.kind = OPERAND_VALUE};
    switch (token.kind) {
    case TOKEN_WORD:
        parse_word_operand(parser, operand);
        break;
    case TOKEN_TEXT:
        parse_text_operand(parser, operand);
        break;
    case TOKEN_NUMBER:
        operand->value = expression_number(parser, &token);
        break;
    case TOKEN_DURATION:
        operand->value = json_integer(token.time);
        operand->is_duration = true;
        break;
    case TOKEN_VARIABLE:
        operand->kind = OPERAND_VARIABLE;
        operand->text = expression_compile_text(
            parser,
            &(struct token){.kind = TOKEN_VARIABLE,
                            .start = token.start,
                            .end = token.end,
                            .text = arena_print(parser->source.scratch, "${%s}", token.text)});
        break;
    case TOKEN_PATTERN:
        operand->kind = OPERAND_PATTERN;
        operand->pattern = expression_compile_pattern(parser, &token, token.text);
        break;
    default:
        expression_suggest_operand(parser);
        FAIL(parser, OPERAND, token.start,
             "a number, \"text\", true, false, null, 500ms or ${name}",
             token.is_quoted ? "`%s` needs text in double quotes, not %s"
                             : "`%s` needs a value, not %s",
             predicate_word(expression->predicate), expression_shown(parser));
    }
    if (!expression_failed(parser))
        expression_check_operand(&parser->source, expression, parser->class, operand, &token);
    expression_advance(parser);
}

static void check_between(struct expression_parser *parser, size_t offset)
{
    const struct operand *from = &parser->expression->operands[0], *to = from + 1;
    if (from->kind == OPERAND_VALUE && to->kind == OPERAND_VALUE &&
        json_number_value(from->value) > json_number_value(to->value))
        FAIL(parser, RANGE, offset, "the smaller one comes first", "nothing lies between the two");
}

static void parse_operands(struct expression_parser *parser, int count)
{
    if (count == 0)
        return;
    parse_operand(parser);
    if (count == 2 && !expression_failed(parser)) {
        size_t offset = parser->token.start;
        if (!expression_at_word(parser, "and")) {
            expression_suggest_and(parser);
            FAIL(parser, OPERAND, offset, "such as: between 100 and 5000",
                 "`and` was expected, not %s", expression_shown(parser));
            return;
        }
        expression_advance(parser);
        offset = parser->token.start;
        parse_operand(parser);
        if (!expression_failed(parser))
            check_between(parser, offset);
    }
    while (count < 0 && !expression_failed(parser) && parser->token.kind == TOKEN_COMMA) {
        if (parser->expression->operand_count == OPERANDS_MAX)
            FAIL(parser, SYNTAX, parser->token.start, NULL, "more than %d values", OPERANDS_MAX);
        expression_advance(parser);
        parse_operand(parser);
    }
}

void expression_report_predicate(struct expression_parser *parser)
{
    static const char *const words[] = {"not",
#define X(name, word, operands, help) word,
                                        PREDICATE_TABLE(X)
#undef X
#define X(name, word, arguments, help) word,
                                            FILTER_TABLE(X)
#undef X
    };
    const struct token *token = &parser->token;
    const char *otherwise = "such as ==, !=, >, contains, matches, exists, isEmpty";
    if (token->kind == TOKEN_WORD)
        expression_suggest_word(parser, words, COUNT_OF(words));
    else
        expression_suggest_predicate(parser);
    if (token->kind == TOKEN_END || token->kind == TOKEN_BAR)
        FAIL(parser, PREDICATE_MISSING, token->start, otherwise, "a predicate was expected, not %s",
             expression_shown(parser));
    else if (token->kind == TOKEN_WORD)
        FAIL(parser, WORD, token->start,
             expression_near(parser, token->text, words, COUNT_OF(words), otherwise),
             "`%s` is no filter and no predicate", token->text);
    else
        FAIL(parser, SYNTAX, token->start, otherwise,
             "a filter or a predicate was expected, not %s", expression_shown(parser));
}

/* The predicate at the token; COUNT_OF(predicates) for none. */
static size_t find_predicate(const struct expression_parser *parser)
{
    size_t found = 0;
    bool is_word = parser->token.kind == TOKEN_WORD || parser->token.kind == TOKEN_OPERATOR;
    while (found < COUNT_OF(predicates) &&
           !(is_word && strcmp(parser->token.text, predicates[found].word) == 0))
        found++;
    return found;
}

bool expression_at_predicate(const struct expression_parser *parser)
{
    return find_predicate(parser) < COUNT_OF(predicates) || expression_at_word(parser, "not");
}

void expression_parse_predicate(struct expression_parser *parser)
{
    struct expression *expression = parser->expression;
    parser->source.predicate = parser->token.start;
    if (expression_at_word(parser, "not")) {
        expression->negated = true;
        expression_advance(parser);
    }
    parser->source.claim = parser->token.start;
    size_t found = find_predicate(parser);
    if (found == COUNT_OF(predicates)) {
        expression_report_predicate(parser);
        return;
    }
    expression->predicate = (enum predicate)found;
    expression_check_predicate(&parser->source, expression, parser->class, &parser->token);
    expression_advance(parser);
    if (!expression_failed(parser))
        parse_operands(parser, predicates[found].operands);
}

void expression_parse_consequence(struct expression_parser *parser)
{
    static const char *const words[] = {
#define X(name, word) word,
        CONSEQUENCE_TABLE(X)
#undef X
    };
    if (parser->token.kind != TOKEN_BAR)
        return;
    expression_advance(parser);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!expression_at_word(parser, words[i]))
            continue;
        parser->expression->consequence = (enum consequence)i;
        expression_advance(parser);
        return;
    }
    expression_suggest_consequence(parser, words, COUNT_OF(words));
    FAIL(parser, CONSEQUENCE, parser->token.start, "fail, degrade or note",
         "behind `|` stands what a false assertion means, not %s", expression_shown(parser));
}
