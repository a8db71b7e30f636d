/* SPDX-License-Identifier: MIT */
/*
 * Reads one expression: query, filters, predicate with its operands, consequence. Of its mistakes
 * the first is reported; the loader goes on with the next line. See expression.h.
 */
#include "scenarios/expression_token.h"
#include "scenarios/expression_types.h"
#include "scenarios/jsonpath.h"
#include "scenarios/markup.h"
#include "scenarios/pattern.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { OPERANDS_MAX = 100, FILTERS_MAX = 20 };

struct parser {
    struct expression_source source;
    struct expression *expression;
    struct token token; /* the next one, not yet taken */
    enum value_class class;
};

#define FAIL(parser, kind, offset, hint, ...)                                                      \
    expression_report(&(parser)->source, MISTAKE_EXPRESSION_##kind, (offset), (hint), __VA_ARGS__)

static void advance(struct parser *parser)
{
    if (parser->token.kind != TOKEN_BAD)
        parser->token = expression_token(&parser->source, parser->token.end);
}

static bool at_word(const struct parser *parser, const char *word)
{
    return parser->token.kind == TOKEN_WORD && strcmp(parser->token.text, word) == 0;
}

static bool failed(const struct parser *parser)
{
    return parser->source.failed;
}

/* What stands at the token, for messages. */
static const char *shown(struct parser *parser)
{
    if (parser->token.kind == TOKEN_END)
        return "the end";
    return arena_print(parser->source.arena, "`%.*s`",
                       (int)(parser->token.end - parser->token.start),
                       parser->source.text + parser->token.start);
}

static const char *near(struct parser *parser, const char *word, const char *const *words,
                        size_t count, const char *otherwise)
{
    const char *nearest = mistake_nearest(word, words, count);
    return nearest == NULL ? otherwise
                           : arena_print(parser->source.arena, "did you mean `%s`?", nearest);
}

/* The template of quoted text; its variables are noted with their places. */
static struct template *compile_text(struct parser *parser, const struct token *token)
{
    struct error error = {0};
    size_t offset = 0;
    struct expression_source *source = &parser->source;
    struct template *template = template_compile(source->arena, token->text, &error, &offset);
    if (template == NULL) {
        expression_report(source, MISTAKE_TEMPLATE_INVALID,
                          expression_token_offset(source, token, offset), NULL, "%s", error.text);
        return NULL;
    }
    struct expression *expression = parser->expression;
    for (size_t i = 0; i < template_name_count(template); i++) {
        size_t at = token->start + template_name_offset(template, i);
        if (token->kind == TOKEN_TEXT)
            at = expression_token_offset(source, token, template_name_offset(template, i));
        arena_grow(source->arena, expression->uses, expression->use_count);
        expression->uses[expression->use_count++] =
            (struct expression_use){template_name(template, i), at};
    }
    return template;
}

static struct pattern *compile_pattern(struct parser *parser, const struct token *token,
                                       const char *text)
{
    struct error error = {0};
    size_t offset = 0;
    struct pattern *pattern = pattern_compile(text, &error, &offset);
    if (pattern == NULL)
        FAIL(parser, REGEX, expression_token_offset(&parser->source, token, offset), NULL,
             "not a regular expression: %s", error.text);
    return pattern;
}

static struct jsonpath *compile_jsonpath(struct parser *parser, const struct token *token,
                                         const char *text)
{
    struct error error = {0};
    size_t offset = 0;
    struct jsonpath *path = jsonpath_compile(parser->source.arena, text, &error, &offset);
    if (path == NULL)
        FAIL(parser, JSONPATH, expression_token_offset(&parser->source, token, offset), NULL,
             "not a JSONPath: %s", error.text);
    return path;
}

static const char *compile_xpath(struct parser *parser, const struct token *token, const char *text)
{
    struct error error = {0};
    if (markup_check_xpath(text, &error) == RESULT_OK)
        return arena_duplicate(parser->source.arena, text);
    FAIL(parser, XPATH, token->start, NULL, "not an XPath: %s", error.text);
    return NULL;
}

static const char *compile_css(struct parser *parser, const struct token *token, const char *text)
{
    struct error error = {0};
    size_t offset = 0;
    const char *xpath = markup_css_to_xpath(parser->source.arena, text, &error, &offset);
    if (xpath == NULL)
        FAIL(parser, CSS, expression_token_offset(&parser->source, token, offset), NULL,
             "not a CSS selector: %s", error.text);
    return xpath;
}

/* A constant argument is compiled here, once for all runs. */
static void compile_argument(struct parser *parser, const struct token *token)
{
    struct expression *expression = parser->expression;
    const char *text = template_constant(expression->argument);
    if (text == NULL)
        return;
    if (*text == '\0')
        FAIL(parser, ARGUMENT, token->start, NULL, "the argument is empty");
    else if (expression->query == QUERY_JSONPATH)
        expression->jsonpath = compile_jsonpath(parser, token, text);
    else if (expression->query == QUERY_REGEX)
        expression->pattern = compile_pattern(parser, token, text);
    else if (expression->query == QUERY_XPATH)
        expression->xpath = compile_xpath(parser, token, text);
    else if (expression->query == QUERY_CSS)
        expression->xpath = compile_css(parser, token, text);
}

static const struct {
    const char *word;
    bool argument;
} queries[] = {
#define X(name, word, argument, help) {word, argument},
    QUERY_TABLE(X)
#undef X
};

/* A template of `text` as it is: nothing in a regular expression is a variable. */
static struct template *literal_text(struct parser *parser, const char *text)
{
    size_t offset, length = 0;
    char *escaped = arena_allocate(parser->source.arena, strlen(text) * 2 + 1, 1);
    for (; *text != '\0'; text++) {
        escaped[length++] = *text;
        if (text[0] == '$' && text[1] == '{')
            escaped[length++] = '$';
    }
    return template_compile(parser->source.arena, escaped, NULL, &offset);
}

static void parse_query_argument(struct parser *parser, const char *word)
{
    struct expression *expression = parser->expression;
    const struct token token = parser->token;
    if (token.kind == TOKEN_PATTERN && expression->query == QUERY_REGEX) {
        expression->argument = literal_text(parser, token.text);
        expression->pattern = compile_pattern(parser, &token, token.text);
    } else if (token.kind == TOKEN_TEXT) {
        expression->argument = compile_text(parser, &token);
        if (expression->argument != NULL)
            compile_argument(parser, &token);
    } else {
        FAIL(parser, ARGUMENT, token.start,
             arena_print(parser->source.arena, "write: %s \"...\"", word),
             "`%s` needs its argument in double quotes, not %s", word, shown(parser));
    }
    advance(parser);
}

/* `time.total`, or a phase; false for another word. */
static bool parse_time(struct parser *parser, const char *word)
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

static void report_query(struct parser *parser, const struct token *token)
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
    if (token->kind == TOKEN_WORD)
        FAIL(parser, QUERY, token->start,
             near(parser, token->text, words, COUNT_OF(words), otherwise), "unknown query `%s`",
             token->text);
    else
        FAIL(parser, QUERY, token->start, otherwise, "a query was expected, not %s", shown(parser));
}

static void parse_query(struct parser *parser)
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
    advance(parser);
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

static json_t *number_value(struct parser *parser, const struct token *token)
{
    char *end;
    errno = 0;
    long long whole = strtoll(token->text, &end, 10);
    if (*end == '\0' && errno == 0)
        return json_integer(whole);
    double real = strtod(token->text, NULL);
    if (isfinite(real))
        return json_real(real);
    FAIL(parser, NUMBER, token->start, NULL, "`%s` is too large", token->text);
    return NULL;
}

static void report_filter_argument(struct parser *parser, const struct filter *filter)
{
    const char *word = filters[filter->kind].word;
    if (filter->kind == FILTER_NTH)
        FAIL(parser, ARGUMENT, parser->token.start, "counted from 0; `last` is the last one",
             "`nth` needs a number, not %s", shown(parser));
    else
        FAIL(parser, ARGUMENT, parser->token.start,
             arena_print(parser->source.arena, "write: %s %s", word,
                         filters[filter->kind].arguments == 2 ? "\"...\" \"...\"" : "\"...\""),
             "`%s` needs text in double quotes, not %s", word, shown(parser));
}

static void compile_filter_text(struct parser *parser, struct filter *filter,
                                const struct token *token, struct operand *argument)
{
    argument->kind = OPERAND_TEXT;
    argument->text = compile_text(parser, token);
    const char *text = argument->text != NULL ? template_constant(argument->text) : NULL;
    if (text != NULL && filter->kind == FILTER_SUB_JSONPATH)
        filter->jsonpath = compile_jsonpath(parser, token, text);
    else if (text != NULL && filter->kind == FILTER_SUB_REGEX)
        filter->pattern = compile_pattern(parser, token, text);
}

static void parse_filter_argument(struct parser *parser, struct filter *filter, int index)
{
    const struct token token = parser->token;
    struct operand *argument = &filter->arguments[index];
    bool is_name = token.kind == TOKEN_WORD && filter->kind == FILTER_ATTRIBUTE;
    bool is_pattern = token.kind == TOKEN_PATTERN && filter->kind == FILTER_SUB_REGEX;
    if (filter->kind == FILTER_NTH && token.kind == TOKEN_NUMBER) {
        argument->kind = OPERAND_VALUE;
        argument->value = number_value(parser, &token);
        if (!failed(parser) && (!json_is_integer(argument->value) || token.text[0] == '-'))
            report_filter_argument(parser, filter);
    } else if (filter->kind == FILTER_NTH) {
        report_filter_argument(parser, filter);
    } else if (is_pattern) {
        argument->kind = OPERAND_PATTERN;
        filter->pattern = compile_pattern(parser, &token, token.text);
    } else if (token.kind == TOKEN_TEXT || is_name) {
        compile_filter_text(parser, filter, &token, argument);
    } else {
        report_filter_argument(parser, filter);
    }
    advance(parser);
}

/* False when the token is no filter. */
static bool parse_filter(struct parser *parser)
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
    advance(parser);
    for (int i = 0; i < filters[found].arguments && !failed(parser); i++)
        parse_filter_argument(parser, filter, i);
    parser->class =
        expression_filter_class(&parser->source, expression, filter, parser->class, &token);
    return !failed(parser);
}

static const struct {
    const char *word;
    int operands;
} predicates[] = {
#define X(name, word, operands, help) {word, operands},
    PREDICATE_TABLE(X)
#undef X
};

static void parse_word_operand(struct parser *parser, struct operand *operand)
{
    operand->kind = OPERAND_VALUE;
    if (at_word(parser, "true") || at_word(parser, "false"))
        operand->value = json_boolean(at_word(parser, "true"));
    else if (at_word(parser, "null"))
        operand->value = json_null();
    else
        FAIL(parser, OPERAND, parser->token.start,
             arena_print(parser->source.arena, "text stands in double quotes: \"%s\"",
                         parser->token.text),
             "a value was expected, not %s", shown(parser));
}

static void parse_text_operand(struct parser *parser, struct operand *operand)
{
    const struct token token = parser->token;
    operand->kind = OPERAND_TEXT;
    operand->text = compile_text(parser, &token);
    if (parser->expression->predicate != PREDICATE_MATCHES || operand->text == NULL ||
        !template_is_constant(operand->text))
        return;
    operand->kind = OPERAND_PATTERN;
    operand->pattern = compile_pattern(parser, &token, template_constant(operand->text));
}

static void parse_operand(struct parser *parser)
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
        operand->value = number_value(parser, &token);
        break;
    case TOKEN_DURATION:
        operand->value = json_integer(token.time);
        operand->is_duration = true;
        break;
    case TOKEN_VARIABLE:
        operand->kind = OPERAND_VARIABLE;
        operand->text = compile_text(
            parser,
            &(struct token){.kind = TOKEN_VARIABLE,
                            .start = token.start,
                            .end = token.end,
                            .text = arena_print(parser->source.arena, "${%s}", token.text)});
        break;
    case TOKEN_PATTERN:
        operand->kind = OPERAND_PATTERN;
        operand->pattern = compile_pattern(parser, &token, token.text);
        break;
    default:
        FAIL(parser, OPERAND, token.start,
             "a number, \"text\", true, false, null, 500ms or ${name}",
             "`%s` needs a value, not %s", predicate_word(expression->predicate), shown(parser));
    }
    if (!failed(parser))
        expression_check_operand(&parser->source, expression, parser->class, operand, &token);
    advance(parser);
}

static void check_between(struct parser *parser, size_t offset)
{
    const struct operand *from = &parser->expression->operands[0], *to = from + 1;
    if (from->kind == OPERAND_VALUE && to->kind == OPERAND_VALUE &&
        json_number_value(from->value) > json_number_value(to->value))
        FAIL(parser, RANGE, offset, "the smaller one comes first", "nothing lies between the two");
}

static void parse_operands(struct parser *parser, int count)
{
    if (count == 0)
        return;
    parse_operand(parser);
    if (count == 2 && !failed(parser)) {
        size_t offset = parser->token.start;
        if (!at_word(parser, "and")) {
            FAIL(parser, OPERAND, offset, "write: between 100 and 5000",
                 "`and` was expected, not %s", shown(parser));
            return;
        }
        advance(parser);
        offset = parser->token.start;
        parse_operand(parser);
        if (!failed(parser))
            check_between(parser, offset);
    }
    while (count < 0 && !failed(parser) && parser->token.kind == TOKEN_COMMA) {
        if (parser->expression->operand_count == OPERANDS_MAX)
            FAIL(parser, SYNTAX, parser->token.start, NULL, "more than %d values", OPERANDS_MAX);
        advance(parser);
        parse_operand(parser);
    }
}

static void report_predicate(struct parser *parser)
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
    if (token->kind == TOKEN_END || token->kind == TOKEN_BAR)
        FAIL(parser, PREDICATE_MISSING, token->start, otherwise, "a predicate was expected, not %s",
             shown(parser));
    else if (token->kind == TOKEN_WORD)
        FAIL(parser, WORD, token->start,
             near(parser, token->text, words, COUNT_OF(words), otherwise),
             "`%s` is no filter and no predicate", token->text);
    else
        FAIL(parser, SYNTAX, token->start, otherwise,
             "a filter or a predicate was expected, not %s", shown(parser));
}

/* The predicate at the token; COUNT_OF(predicates) for none. */
static size_t find_predicate(const struct parser *parser)
{
    size_t found = 0;
    bool is_word = parser->token.kind == TOKEN_WORD || parser->token.kind == TOKEN_OPERATOR;
    while (found < COUNT_OF(predicates) &&
           !(is_word && strcmp(parser->token.text, predicates[found].word) == 0))
        found++;
    return found;
}

static void parse_predicate(struct parser *parser)
{
    struct expression *expression = parser->expression;
    if (at_word(parser, "not")) {
        expression->negated = true;
        advance(parser);
    }
    size_t found = find_predicate(parser);
    if (found == COUNT_OF(predicates)) {
        report_predicate(parser);
        return;
    }
    expression->predicate = (enum predicate)found;
    expression_check_predicate(&parser->source, expression, parser->class, &parser->token);
    advance(parser);
    if (!failed(parser))
        parse_operands(parser, predicates[found].operands);
}

static void parse_consequence(struct parser *parser)
{
    static const char *const words[] = {
#define X(name, word) word,
        CONSEQUENCE_TABLE(X)
#undef X
    };
    if (parser->token.kind != TOKEN_BAR)
        return;
    advance(parser);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!at_word(parser, words[i]))
            continue;
        parser->expression->consequence = (enum consequence)i;
        advance(parser);
        return;
    }
    FAIL(parser, CONSEQUENCE, parser->token.start, "fail, degrade or note",
         "behind `|` stands what a false assertion means, not %s", shown(parser));
}

static void parse_capture_end(struct parser *parser)
{
    bool is_predicate = find_predicate(parser) < COUNT_OF(predicates) || at_word(parser, "not") ||
                        parser->token.kind == TOKEN_BAR;
    if (is_predicate)
        FAIL(parser, PREDICATE, parser->token.start, "assertions stand under `expect`",
             "a capture has no predicate: %s", shown(parser));
    else if (parser->token.kind != TOKEN_END)
        report_predicate(parser);
}

static void parse(struct parser *parser, bool is_capture)
{
    advance(parser);
    parse_query(parser);
    while (!failed(parser) && parse_filter(parser))
        continue;
    if (failed(parser))
        return;
    if (is_capture) {
        parse_capture_end(parser);
        return;
    }
    parse_predicate(parser);
    if (!failed(parser))
        parse_consequence(parser);
    if (!failed(parser) && parser->token.kind != TOKEN_END)
        FAIL(parser, SYNTAX, parser->token.start, NULL, "the assertion should end here, before %s",
             shown(parser));
}

struct expression *expression_parse(struct arena *arena, const char *text, bool is_capture,
                                    const char *file, struct position position, const char *line,
                                    struct mistakes *mistakes)
{
    struct expression *expression = arena_allocate(arena, 1, sizeof *expression);
    expression->source = arena_duplicate(arena, text);
    expression->position = position;
    struct parser parser = {
        .source = {.arena = arena,
                   .text = expression->source,
                   .place = {file, position, line},
                   .mistakes = mistakes},
        .expression = expression,
        .class = CLASS_ANY,
    };
    parse(&parser, is_capture);
    if (!parser.source.failed)
        return expression;
    expression_free(expression);
    return NULL;
}
