/* SPDX-License-Identifier: MIT */
/*
 * Reads one expression: query, filters, predicate with its operands, consequence. Of its mistakes
 * the first is reported; the loader goes on with the next line. See expression.h.
 */
#include "scenarios/expression_parser.h"
#include "scenarios/expression_repair.h"
#include "scenarios/pattern.h"

#include <jansson.h>
#include <string.h>

enum { FILTERS_MAX = 20 };

/* A constant argument is compiled here, once for all runs. */
static void compile_argument(struct expression_parser *parser, const struct token *token)
{
    struct expression *expression = parser->expression;
    const char *text = template_constant(expression->argument);
    if (text == NULL)
        return;
    if (*text == '\0')
        FAIL(parser, ARGUMENT, token->start, NULL, "the argument is empty");
    else if (expression->query == QUERY_JSONPATH)
        expression->jsonpath = expression_compile_jsonpath(parser, token, text);
    else if (expression->query == QUERY_REGEX)
        expression->pattern = expression_compile_pattern(parser, token, text);
    else if (expression->query == QUERY_XPATH)
        expression->xpath = expression_compile_xpath(parser, token, text);
    else if (expression->query == QUERY_CERTIFICATE)
        expression_check_certificate(parser, token, text);
    else if (expression->query == QUERY_CSS)
        expression->xpath = expression_compile_css(parser, token, text);
}

static const struct {
    const char *word;
    bool argument;
} queries[] = {
#define X(name, word, argument, help) {word, argument},
    QUERY_TABLE(X)
#undef X
};

static void parse_query_argument(struct expression_parser *parser, const char *word)
{
    struct expression *expression = parser->expression;
    const struct token token = parser->token;
    if (token.kind == TOKEN_PATTERN && expression->query == QUERY_REGEX) {
        expression->argument = expression_literal_text(parser, token.text);
        expression->pattern = expression_compile_pattern(parser, &token, token.text);
    } else if (token.kind == TOKEN_TEXT) {
        expression->argument = expression_compile_text(parser, &token);
        if (expression->argument != NULL)
            compile_argument(parser, &token);
    } else {
        expression_suggest_argument(parser);
        FAIL(parser, ARGUMENT, token.start,
             arena_print(parser->source.arena, "such as: %s \"...\"", word),
             "`%s` needs its argument in double quotes, not %s", word, expression_shown(parser));
    }
    expression_advance(parser);
}

/* `time.total`, or a phase; false for another word. */
static bool parse_time(struct expression_parser *parser, const char *word)
{
    static const char prefix[] = "time.";
    if (strncmp(word, prefix, strlen(prefix)) != 0)
        return false;
    const char *name = word + strlen(prefix);
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        if (strcmp(name, phase_name((enum phase)phase)) != 0)
            continue;
        parser->expression->time_phase = phase;
        return true;
    }
    parser->expression->time_phase = PHASE_COUNT;
    return strcmp(name, "total") == 0;
}

static void report_query(struct expression_parser *parser, const struct token *token)
{
    static const char *const words[] = {
#define X(name, word, argument, help) word,
        QUERY_TABLE(X)
#undef X
#define X(name, text) "time." text,
            PHASE_TABLE(X)
#undef X
                "time.total",
    };
    const char *otherwise = "an expression begins with what is looked at: status, header, body, "
                            "jsonpath, css, time.total ...";
    expression_suggest_query(parser);
    if (expression_at_word(parser, "time") || expression_at_word(parser, "time."))
        FAIL(parser, QUERY, token->start, "`time.total`, or a phase, such as `time.wait`",
             "which time?");
    else if (expression_at_word(parser, "not"))
        FAIL(parser, QUERY, token->start, "such as: status not == 200",
             "`not` stands before the predicate");
    else if (expression_at_predicate(parser))
        FAIL(parser, QUERY, token->start, otherwise, "what is looked at stands before %s",
             expression_shown(parser));
    else if (expression_at_filter(parser))
        FAIL(parser, QUERY, token->start, otherwise, "a filter stands behind the query: %s",
             expression_shown(parser));
    else if (token->kind == TOKEN_WORD)
        FAIL(parser, QUERY, token->start,
             expression_near(parser, token->text, words, COUNT_OF(words), otherwise),
             "unknown query `%s`", token->text);
    else
        FAIL(parser, QUERY, token->start, otherwise, "a query was expected, not %s",
             expression_shown(parser));
}

static void parse_query(struct expression_parser *parser)
{
    const struct token token = parser->token;
    size_t found = COUNT_OF(queries);
    if (token.kind == TOKEN_WORD) {
        for (size_t i = 0; i < COUNT_OF(queries); i++)
            if (i != QUERY_TIME && strcmp(token.text, queries[i].word) == 0)
                found = i;
        if (parse_time(parser, token.text))
            found = QUERY_TIME;
    }
    if (found == COUNT_OF(queries)) {
        report_query(parser, &token);
        return;
    }
    parser->expression->query = (enum query)found;
    expression_advance(parser);
    if (queries[found].argument)
        parse_query_argument(parser, token.text);
    parser->class = expression_query_class(parser->expression);
}

static const struct {
    const char *word;
    int arguments;
} filters[] = {
#define X(name, word, arguments, help) {word, arguments},
    FILTER_TABLE(X)
#undef X
};

bool expression_at_filter(const struct expression_parser *parser)
{
    for (size_t i = 0; i < COUNT_OF(filters); i++)
        if (expression_at_word(parser, filters[i].word))
            return true;
    return false;
}

static void report_filter_argument(struct expression_parser *parser, const struct filter *filter)
{
    const char *word = filters[filter->kind].word;
    if (parser->token.kind == TOKEN_NUMBER && strcmp(parser->token.text, "-1") == 0)
        expression_suggest(&parser->source, parser->filter, parser->token.end, "last");
    else if (parser->token.kind == TOKEN_STRANGE)
        expression_suggest_operand(parser);
    if (filter->kind == FILTER_NTH)
        FAIL(parser, ARGUMENT, parser->token.start, "counted from 0; `last` is the last one",
             "`nth` needs a number, not %s", expression_shown(parser));
    else
        FAIL(parser, ARGUMENT, parser->token.start,
             arena_print(parser->source.arena, "such as: %s %s", word,
                         filters[filter->kind].arguments == 2 ? "\"...\" \"...\"" : "\"...\""),
             "`%s` needs text in double quotes, not %s", word, expression_shown(parser));
}

static void compile_filter_text(struct expression_parser *parser, struct filter *filter,
                                const struct token *token, struct operand *argument)
{
    argument->kind = OPERAND_TEXT;
    argument->text = expression_compile_text(parser, token);
    const char *text = argument->text != NULL ? template_constant(argument->text) : NULL;
    if (text != NULL && filter->kind == FILTER_SUB_JSONPATH)
        filter->jsonpath = expression_compile_jsonpath(parser, token, text);
    else if (text != NULL && filter->kind == FILTER_SUB_REGEX)
        filter->pattern = expression_compile_pattern(parser, token, text);
    else if (text != NULL && filter->kind == FILTER_SUB_XPATH)
        filter->xpath = expression_compile_xpath(parser, token, text);
    else if (text != NULL && filter->kind == FILTER_DECODE)
        expression_check_charset(parser, token, text);
}

static void parse_filter_argument(struct expression_parser *parser, struct filter *filter,
                                  int index)
{
    const struct token token = parser->token;
    struct operand *argument = &filter->arguments[index];
    bool is_name = token.kind == TOKEN_WORD && filter->kind == FILTER_ATTRIBUTE;
    bool is_pattern = token.kind == TOKEN_PATTERN && filter->kind == FILTER_SUB_REGEX;
    if (filter->kind == FILTER_NTH && token.kind == TOKEN_NUMBER) {
        argument->kind = OPERAND_VALUE;
        argument->value = expression_number(parser, &token);
        if (!expression_failed(parser) &&
            (!json_is_integer(argument->value) || token.text[0] == '-'))
            report_filter_argument(parser, filter);
    } else if (filter->kind == FILTER_NTH) {
        report_filter_argument(parser, filter);
    } else if (is_pattern) {
        argument->kind = OPERAND_PATTERN;
        filter->pattern = expression_compile_pattern(parser, &token, token.text);
    } else if (token.kind == TOKEN_TEXT || is_name) {
        compile_filter_text(parser, filter, &token, argument);
    } else {
        report_filter_argument(parser, filter);
    }
    expression_advance(parser);
}

/* False when the token is no filter. */
static bool parse_filter(struct expression_parser *parser)
{
    struct expression *expression = parser->expression;
    const struct token token = parser->token;
    size_t found = 0;
    if (token.kind != TOKEN_WORD)
        return false;
    while (found < COUNT_OF(filters) && strcmp(token.text, filters[found].word) != 0)
        found++;
    if (found == COUNT_OF(filters))
        return false;
    if (expression->filter_count == FILTERS_MAX)
        FAIL(parser, SYNTAX, token.start, NULL, "more than %d filters", FILTERS_MAX);
    arena_grow(parser->source.arena, expression->filters, expression->filter_count);
    struct filter *filter = &expression->filters[expression->filter_count++];
    *filter = (struct filter){.kind = (enum filter_kind)found};
    parser->filter = token.start;
    expression_advance(parser);
    for (int i = 0; i < filters[found].arguments && !expression_failed(parser); i++)
        parse_filter_argument(parser, filter, i);
    parser->class =
        expression_filter_class(&parser->source, expression, filter, parser->class, &token);
    return !expression_failed(parser);
}

/* `| secret` behind a capture; otherwise stays where it is. */
static void parse_secret(struct expression_parser *parser)
{
    const struct token bar = parser->token;
    if (bar.kind != TOKEN_BAR)
        return;
    expression_advance(parser);
    parser->expression->is_secret = expression_at_word(parser, "secret");
    if (parser->expression->is_secret)
        expression_advance(parser);
    else
        parser->token = bar;
}

static void parse_capture_end(struct expression_parser *parser)
{
    parse_secret(parser);
    parser->source.predicate = parser->token.start;
    bool is_predicate = expression_at_predicate(parser) || parser->token.kind == TOKEN_BAR;
    expression_suggest_cut(parser);
    if (parser->token.kind == TOKEN_BAR && parser->source.fix.text != NULL &&
        parser->source.fix.end == parser->token.end)
        FAIL(parser, SYNTAX, parser->token.start, NULL, "filters follow one another without a `|`");
    else if (is_predicate)
        FAIL(parser, PREDICATE, parser->token.start, "assertions stand under `expect`",
             "a capture only takes a value; what it must be stands under `expect`: %s",
             expression_shown(parser));
    else if (parser->token.kind != TOKEN_END)
        expression_report_predicate(parser);
}

static void parse(struct expression_parser *parser, bool is_capture)
{
    expression_advance(parser);
    parse_query(parser);
    while (!expression_failed(parser) && parse_filter(parser))
        continue;
    if (expression_failed(parser))
        return;
    if (is_capture) {
        parse_capture_end(parser);
        return;
    }
    expression_parse_predicate(parser);
    if (!expression_failed(parser))
        expression_parse_consequence(parser);
    if (expression_failed(parser) || parser->token.kind == TOKEN_END)
        return;
    expression_suggest_end(parser);
    const char *shown = expression_shown(parser);
    bool is_or = strcmp(shown, "`or`") == 0 || strcmp(shown, "`||`") == 0;
    if (parser->source.fix.splits)
        FAIL(parser, SYNTAX, parser->token.start, "write each assertion on a line of its own",
             "a second assertion behind %s: each stands on a line of its own", shown);
    FAIL(parser, SYNTAX, parser->token.start,
         is_or ? "there is no `or`; one of several values is written: status in 200, 204"
               : "write each assertion on a line of its own",
         "the assertion should end here, before %s", shown);
}

struct expression *expression_read(struct arena *arena, const char *text, bool is_capture,
                                   const struct mistake_place *place, struct mistakes *mistakes,
                                   struct expression_fix *ret_fix)
{
    struct expression *expression = arena_allocate(arena, 1, sizeof *expression);
    expression->source = arena_keep(arena, text);
    struct expression_parser parser = {
        .source = {.arena = arena,
                   .scratch = arena_create_in(arena),
                   .text = expression->source,
                   .place = *place,
                   .mistakes = mistakes},
        .expression = expression,
        .class = CLASS_ANY,
    };
    parse(&parser, is_capture);
    if (!parser.source.failed) {
        arena_free(parser.source.scratch);
        return expression;
    }
    *ret_fix = parser.source.fix;
    expression_free(expression);
    return NULL;
}

struct expression *expression_parse(struct arena *arena, const char *text, bool is_capture,
                                    const char *file, struct position position, const char *line,
                                    struct mistakes *mistakes)
{
    struct expression_fix fix = {0};
    size_t before = mistakes->count;
    struct expression *expression = expression_read(
        arena, text, is_capture, &(struct mistake_place){file, position, line}, mistakes, &fix);
    if (expression != NULL || mistakes->count == before)
        return expression;
    const char *mended = expression_repaired(arena, text, is_capture, &fix);
    struct mistake *mistake = &mistakes->items[before];
    if (mended != NULL && fix.keeps)
        mistake->hint = arena_print(mistakes->arena, "%s, as in: %s", mistake->hint, mended);
    else if (mended != NULL)
        mistake->hint =
            arena_print(mistakes->arena, "write:%s%s", *mended == '\n' ? "" : " ", mended);
    return NULL;
}
