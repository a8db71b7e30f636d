/* SPDX-License-Identifier: MIT */
/* Quoted text as a template, pattern, path or selector, with mistakes at their place inside of it.
 * See expression_parser.h. */
#include "monitor/base/charset.h"
#include "scenarios/expression_parser.h"
#include "scenarios/jsonpath.h"
#include "scenarios/markup.h"
#include "scenarios/pattern.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void expression_advance(struct expression_parser *parser)
{
    if (parser->token.kind != TOKEN_BAD)
        parser->token = expression_token(&parser->source, parser->token.end);
}

bool expression_at_word(const struct expression_parser *parser, const char *word)
{
    return parser->token.kind == TOKEN_WORD && strcmp(parser->token.text, word) == 0;
}

bool expression_failed(const struct expression_parser *parser)
{
    return parser->source.failed;
}

/* What stands at the token, for messages. */
const char *expression_shown(struct expression_parser *parser)
{
    if (parser->token.kind == TOKEN_END)
        return "the end";
    return arena_print(parser->source.arena, "`%.*s`",
                       (int)(parser->token.end - parser->token.start),
                       parser->source.text + parser->token.start);
}

const char *expression_near(struct expression_parser *parser, const char *word,
                            const char *const *words, size_t count, const char *otherwise)
{
    const char *nearest = mistake_nearest(word, words, count);
    return nearest == NULL ? otherwise
                           : arena_print(parser->source.arena, "did you mean `%s`?", nearest);
}

/* The template of quoted text; its variables are noted with their places. */
struct template *expression_compile_text(struct expression_parser *parser,
                                         const struct token *token)
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

/* A template of `text` as it is: nothing in a regular expression is a variable. */
struct template *expression_literal_text(struct expression_parser *parser, const char *text)
{
    size_t offset, length = 0;
    char *escaped = arena_allocate(parser->source.scratch, strlen(text) * 2 + 1, 1);
    for (; *text != '\0'; text++) {
        escaped[length++] = *text;
        if (text[0] == '$' && text[1] == '{')
            escaped[length++] = '$';
    }
    return template_compile(parser->source.arena, escaped, NULL, &offset);
}

struct pattern *expression_compile_pattern(struct expression_parser *parser,
                                           const struct token *token, const char *text)
{
    struct error error = {0};
    size_t offset = 0;
    struct pattern *pattern = pattern_compile(text, &error, &offset);
    if (pattern == NULL)
        FAIL(parser, REGEX, expression_token_offset(&parser->source, token, offset), NULL,
             "not a regular expression: %s", error.text);
    return pattern;
}

/* `$.a-b`: such a name stands in brackets. */
static void suggest_brackets(struct expression_parser *parser, const struct token *token,
                             const char *text, size_t offset)
{
    size_t start = offset, length = strcspn(text + offset, ".[ ");
    while (start > 0 && text[start] != '.')
        start--;
    length += offset - start;
    expression_suggest(
        &parser->source, expression_token_offset(&parser->source, token, start),
        expression_token_offset(&parser->source, token, start + length),
        arena_print(parser->source.arena, "['%.*s']", (int)length - 1, text + start + 1));
}

/* Brackets that are still open where the path ends. */
static void suggest_closing(struct expression_parser *parser, const struct token *token,
                            const char *text)
{
    char *close = arena_duplicate(parser->source.arena, text);
    size_t open = 0;
    for (; *text != '\0'; text++) {
        if (strchr("([", *text) != NULL)
            close[open++] = *text == '(' ? ')' : ']';
        else if (open > 0 && *text == close[open - 1])
            open--;
    }
    close[open] = '\0';
    for (size_t i = 0; i < open / 2; i++) {
        char first = close[i];
        close[i] = close[open - 1 - i];
        close[open - 1 - i] = first;
    }
    if (open > 0 && token->kind == TOKEN_TEXT)
        expression_suggest(&parser->source, token->end - 1, token->end - 1, close);
}

struct jsonpath *expression_compile_jsonpath(struct expression_parser *parser,
                                             const struct token *token, const char *text)
{
    struct error error = {0};
    size_t offset = 0;
    struct jsonpath *path = jsonpath_compile(parser->source.arena, text, &error, &offset);
    if (path == NULL && text[offset] == '-')
        suggest_brackets(parser, token, text, offset);
    if (path == NULL && text[offset] == '\0')
        suggest_closing(parser, token, text);
    bool is_rootless = path == NULL && text[0] != '$' && token->kind == TOKEN_TEXT;
    if (is_rootless)
        expression_suggest(&parser->source, token->start + 1, token->start + 1,
                           strchr("[.", text[0]) != NULL ? "$" : "$.");
    if (path == NULL)
        FAIL(parser, JSONPATH, expression_token_offset(&parser->source, token, offset), NULL,
             "not a JSONPath: %s", error.text);
    return path;
}

const char *expression_compile_xpath(struct expression_parser *parser, const struct token *token,
                                     const char *text)
{
    struct error error = {0};
    if (markup_check_xpath(text, &error) == RESULT_OK)
        return arena_duplicate(parser->source.arena, text);
    FAIL(parser, XPATH, token->start, NULL, "not an XPath: %s", error.text);
    return NULL;
}

const char *expression_compile_css(struct expression_parser *parser, const struct token *token,
                                   const char *text)
{
    struct error error = {0};
    size_t offset = 0;
    const char *xpath = markup_css_to_xpath(parser->source.arena, text, &error, &offset);
    if (xpath == NULL)
        FAIL(parser, CSS, expression_token_offset(&parser->source, token, offset), NULL,
             "not a CSS selector: %s", error.text);
    return xpath;
}

/* Reports a character set that nobody knows. */
void expression_check_charset(struct expression_parser *parser, const struct token *token,
                              const char *text)
{
    if (!charset_is_known(text))
        FAIL(parser, ARGUMENT, token->start, "such as \"iso-8859-1\", \"windows-1252\", \"gb2312\"",
             "unknown character set `%s`", text);
}

void expression_check_certificate(struct expression_parser *parser, const struct token *token,
                                  const char *text)
{
    static const char *const names[] = {
#define X(field, name) name,
        CERTIFICATE_TABLE(X)
#undef X
    };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcasecmp(names[i], text) == 0)
            return;
    FAIL(parser, ARGUMENT, token->start,
         expression_near(parser, text, names, COUNT_OF(names),
                         "Subject, Issuer, Start-Date, Expire-Date or Serial-Number"),
         "a certificate has no `%s`", text);
}

json_t *expression_number(struct expression_parser *parser, const struct token *token)
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
