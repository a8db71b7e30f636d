/* SPDX-License-Identifier: MIT */
/* What a tester may have meant at each place of the grammar: quotes that are missing, words of
 * other tools, a filter in the wrong order. A suggestion may be wrong: it is shown only where it
 * can be read. See expression_repair.h. */
#include "scenarios/expression_repair.h"

#include "scenarios/foreign.h"

#include <stdlib.h>
#include <string.h>

#define BLANKS "\t\r\n "

enum { LOOK_AHEAD_MAX = 20 };

static const char *const queries[] = {
#define X(name, word, argument, help) word,
    QUERY_TABLE(X)
#undef X
};

static bool has_backslash(const char *text, size_t length)
{
    return memchr(text, '\\', length) != NULL;
}

static void suggest(struct expression_parser *parser, size_t start, size_t end, const char *text)
{
    expression_suggest(&parser->source, start, end, text);
}

static void suggest_here(struct expression_parser *parser, const char *text)
{
    suggest(parser, parser->token.start, parser->token.end, text);
}

static void insert(struct expression_parser *parser, size_t at, const char *text)
{
    suggest(parser, at, at, text);
}

static const char *print_two(struct expression_parser *parser, const char *one, const char *other)
{
    return arena_print(parser->source.arena, "%s %s", one, other);
}

/* The token there, without a word of what is wrong with it. */
static struct token peek(const struct expression_parser *parser, size_t offset)
{
    struct expression_source silent = parser->source;
    silent.failed = true;
    return expression_token(&silent, offset);
}

/* The token's text in double quotes, or between slashes; it lacks them, or has others. */
static void suggest_quotes(struct expression_parser *parser, size_t end, bool is_pattern)
{
    const struct token *token = &parser->token;
    const char *text = parser->source.text + token->start;
    size_t length = end - token->start;
    if (token->kind == TOKEN_STRANGE && token->is_quoted) {
        text = token->text;
        length = strlen(text);
        end = token->end;
    }
    is_pattern &= has_backslash(text, length);
    suggest(parser, token->start, end,
            expression_quoted(parser->source.arena, text, length, is_pattern));
}

/* What stands in the brackets, without them. */
static void suggest_inside(struct expression_parser *parser)
{
    const struct token *token = &parser->token;
    size_t length = strlen(token->text);
    bool is_closed = length > 1 && strchr(")]}", token->text[length - 1]) != NULL;
    suggest_here(parser, arena_print(parser->source.arena, " %.*s",
                                     (int)(length - 1 - (size_t)is_closed), token->text + 1));
}

static bool is_strange(const struct expression_parser *parser, const char *first)
{
    const struct token *token = &parser->token;
    return token->kind == TOKEN_STRANGE && !token->is_quoted &&
           strchr(first, token->text[0]) != NULL;
}

/* A filter before its query: `count jsonpath "$.x"`. They change places. */
static void suggest_exchange(struct expression_parser *parser, size_t filter)
{
    struct expression_source *source = &parser->source;
    struct token token = parser->token, next = peek(parser, token.end);
    size_t end = token.end;
    for (int i = 0; i < expression_filter_arguments(filter) && next.kind != TOKEN_END; i++) {
        end = next.end;
        next = peek(parser, next.end);
    }
    size_t query_end = next.end;
    struct token argument = peek(parser, next.end);
    if (next.kind != TOKEN_WORD)
        return;
    if (argument.kind == TOKEN_TEXT)
        query_end = argument.end;
    suggest(parser, token.start, query_end,
            arena_print(source->arena, "%.*s %.*s", (int)(query_end - next.start),
                        source->text + next.start, (int)(end - token.start),
                        source->text + token.start));
}

/* `not body contains "x"`: it moves before the predicate. */
static void suggest_not(struct expression_parser *parser)
{
    const char *text = parser->source.text;
    size_t start = parser->token.start, behind = parser->token.end;
    size_t query = behind + strspn(text + behind, BLANKS);
    struct token token = peek(parser, query);
    for (int i = 0; i < LOOK_AHEAD_MAX && token.kind != TOKEN_END && token.kind != TOKEN_BAD &&
                    !expression_is_predicate(text + token.start, token.end - token.start);
         i++)
        token = peek(parser, token.end);
    if (!expression_is_predicate(text + token.start, token.end - token.start))
        return;
    if (token.kind == TOKEN_WORD || token.kind == TOKEN_OPERATOR)
        suggest(parser, start, token.end,
                arena_print(parser->source.arena, "%.*snot %.*s", (int)(token.start - query),
                            text + query, (int)(token.end - token.start), text + token.start));
}

static const char *known_query(const char *word)
{
    for (size_t i = 0; i < COUNT_OF(queries); i++)
        if (i != QUERY_TIME && foreign_is_same(queries[i], word))
            return queries[i];
    return foreign_word(FOREIGN_QUERY, word);
}

static void suggest_query_word(struct expression_parser *parser)
{
    const struct token *token = &parser->token;
    const char *query = known_query(token->text);
    size_t length = token->end - token->start, filter = expression_find_filter(token->text, length);
    if (strcmp(token->text, "not") == 0)
        suggest_not(parser);
    else if (query != NULL)
        suggest_here(parser, query);
    else if (filter < EXPRESSION_FILTERS)
        suggest_exchange(parser, filter);
    else if (expression_is_predicate(token->text, length))
        insert(parser, token->start, "body ");
}

void expression_suggest_query(struct expression_parser *parser)
{
    const struct token *token = &parser->token;
    struct arena *arena = parser->source.arena;
    const char *text = parser->source.text + token->start;
    bool is_text = token->kind == TOKEN_TEXT || token->is_quoted;
    if (token->kind == TOKEN_WORD) {
        suggest_query_word(parser);
    } else if (is_text && token->text[0] == '$') {
        suggest_here(parser,
                     print_two(parser, "jsonpath",
                               expression_quoted(arena, token->text, strlen(token->text), false)));
    } else if (is_strange(parser, "$")) {
        size_t end = expression_unquoted_end(parser->source.text, token->start);
        suggest(parser, token->start, end,
                print_two(parser, "jsonpath",
                          expression_quoted(arena, text, end - token->start, false)));
    } else if (is_strange(parser, "!")) {
        suggest_not(parser);
    } else if (token->kind == TOKEN_NUMBER) {
        insert(parser, token->start, "status == ");
    }
}

void expression_suggest_argument(struct expression_parser *parser)
{
    struct token *token = &parser->token;
    bool is_pattern = parser->expression->query == QUERY_REGEX;
    if (token->kind == TOKEN_END)
        return;
    if (expression_at_predicate(parser) || expression_at_filter(parser)) {
        insert(parser, token->start, "\"...\" ");
    } else if (is_strange(parser, ":")) {
        suggest_here(parser, "");
    } else if (is_strange(parser, "(")) {
        suggest_inside(parser);
    } else {
        if (!token->is_quoted)
            token->end = expression_unquoted_end(parser->source.text, token->start);
        suggest_quotes(parser, token->end, is_pattern);
    }
}

/* What is most often claimed of such a value. */
static const char *usual_claim(const struct expression_parser *parser)
{
    const struct expression *expression = parser->expression;
    if (expression->query == QUERY_STATUS && expression->filter_count == 0)
        return "== 200";
    if (expression->query == QUERY_BODY && expression->filter_count == 0)
        return "contains \"...\"";
    switch (parser->class) {
    case CLASS_TIME:
        return "< 1s";
    case CLASS_LIST:
        return "count > 0";
    case CLASS_NUMBER:
        return "> 0";
    case CLASS_TEXT:
    case CLASS_ANY:
        break;
    }
    return "exists";
}

/* A value where a predicate was expected: `status 200`. */
static void suggest_comparison(struct expression_parser *parser)
{
    bool is_body = parser->expression->query == QUERY_BODY && parser->token.kind != TOKEN_NUMBER;
    insert(parser, parser->token.start, is_body ? "contains " : "== ");
}

/* `status | toString`: filters follow one another here without a bar between them. */
static bool is_piped(struct expression_parser *parser)
{
    const char *text = parser->source.text + parser->token.end;
    text += strspn(text, BLANKS);
    return parser->token.kind == TOKEN_BAR &&
           expression_find_filter(text, strcspn(text, BLANKS)) < EXPRESSION_FILTERS;
}

void expression_suggest_word(struct expression_parser *parser, const char *const *words,
                             size_t count)
{
    const char *text = parser->token.text;
    const char *foreign = foreign_word(FOREIGN_WORD, text);
    size_t behind = parser->token.end + strspn(parser->source.text + parser->token.end, BLANKS);
    struct token next = peek(parser, behind);
    bool is_verb = foreign_is_among("is be are", text) && next.kind == TOKEN_WORD;
    if (is_verb) /* `is not empty`, `is null` */
        suggest(parser, parser->token.start, behind, "");
    else if (foreign != NULL)
        suggest_here(parser, foreign);
    for (size_t i = 0; i < count && foreign == NULL && !is_verb; i++)
        if (foreign_is_same(words[i], text))
            foreign = words[i];
    if (foreign == NULL && !is_verb)
        foreign = mistake_nearest(text, words, count);
    if (foreign != NULL && !is_verb)
        suggest_here(parser, foreign);
}

void expression_suggest_predicate(struct expression_parser *parser)
{
    const struct token *token = &parser->token;
    if (is_piped(parser))
        suggest_here(parser, "");
    else if (token->kind == TOKEN_END || token->kind == TOKEN_BAR)
        insert(parser, token->start,
               arena_print(parser->source.arena, " %s ", usual_claim(parser)));
    else if (is_strange(parser, "([") || is_strange(parser, "$\\") || token->is_quoted ||
             token->kind != TOKEN_STRANGE)
        suggest_comparison(parser);
    else if (is_strange(parser, ":") && parser->expression->query == QUERY_BODY)
        suggest_here(parser, " contains ");
    else if (foreign_word(FOREIGN_WORD, token->text) != NULL)
        suggest_here(parser, arena_print(parser->source.arena, " %s ",
                                         foreign_word(FOREIGN_WORD, token->text)));
}

/* Where a value without quotes ends. */
static size_t value_end(const struct expression_parser *parser)
{
    enum predicate predicate = parser->expression->predicate;
    const char *text = parser->source.text;
    size_t end = parser->token.start;
    for (size_t at = end; text[at] != '\0' && text[at] != '|';) {
        size_t length = strcspn(text + at, predicate == PREDICATE_IN ? BLANKS "," : BLANKS);
        bool is_joint = expression_is_text("and", length, text + at) ||
                        expression_is_text("or", length, text + at) ||
                        expression_is_text("&&", length, text + at);
        if (length == 0 || (at > parser->token.start && is_joint))
            break;
        end = at + length;
        at = end + strspn(text + end, BLANKS);
    }
    return end;
}

static bool is_consequence(const char *text)
{
    static const char *const words[] = {
#define X(name, word) word,
        CONSEQUENCE_TABLE(X)
#undef X
    };
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strcmp(words[i], text) == 0)
            return true;
    return foreign_word(FOREIGN_CONSEQUENCE, text) != NULL;
}

/* `== 2xx` is another claim altogether: what stands for the predicate and its value. NULL: nothing.
 */
static const char *other_claim(struct expression_source *source, const char *ours)
{
    static const char not [] = "not ";
    const char *text = source->text + source->claim;
    bool is_not = strncmp(text, "!=", 2) == 0;
    if (!is_not && strncmp(text, "==", 2) != 0)
        return NULL;
    if (is_not && strncmp(ours, not, strlen(not )) == 0)
        return ours + strlen(not );
    return is_not ? arena_print(source->arena, "not %s", ours) : ours;
}

/* True when the text has a word of the table here; what is meant by it was suggested. */
static bool suggest_value(struct expression_source *source, size_t start, size_t end)
{
    const char *word = arena_duplicate_bytes(source->arena, source->text + start, end - start);
    const char *ours = foreign_word(FOREIGN_VALUE, word);
    if (ours == NULL)
        return false;
    bool is_claim = strchr(ours, ' ') != NULL;
    const char *claim = is_claim ? other_claim(source, ours) : NULL;
    if (claim != NULL)
        expression_suggest(source, source->claim, end, claim);
    else if (!is_claim)
        expression_suggest(source, start, end, ours);
    return true;
}

void expression_suggest_operand(struct expression_parser *parser)
{
    const struct token *token = &parser->token;
    size_t end = value_end(parser);
    bool is_pattern = parser->expression->predicate == PREDICATE_MATCHES;
    if (token->kind == TOKEN_END || token->kind == TOKEN_BAR)
        insert(parser, token->start,
               parser->class == CLASS_TIME     ? " 1s "
               : parser->class == CLASS_NUMBER ? " 200 "
                                               : " \"...\" ");
    else if (is_strange(parser, "(["))
        suggest_inside(parser);
    else if (!suggest_value(&parser->source, token->start, end))
        suggest_quotes(parser, end, is_pattern);
    bool is_bracket = is_strange(parser, "([");
    if (token->kind == TOKEN_WORD ||
        (token->kind == TOKEN_STRANGE && !token->is_quoted && !is_bracket))
        parser->token.end = end;
}

void expression_suggest_number(struct expression_source *source, const struct token *token)
{
    size_t length;
    if (suggest_value(source, token->start, token->end))
        return;
    const char *time = foreign_duration(source->arena, source->text + token->start, &length);
    if (time != NULL)
        expression_suggest(source, token->start, token->start + length, time);
}

void expression_suggest_and(struct expression_parser *parser)
{
    bool is_comma = parser->token.kind == TOKEN_COMMA;
    suggest(parser, parser->token.start, is_comma ? parser->token.end : parser->token.start,
            is_comma ? " and " : "and ");
}

void expression_suggest_consequence(struct expression_parser *parser, const char *const *words,
                                    size_t count)
{
    const char *text = parser->token.kind == TOKEN_WORD ? parser->token.text : "";
    const char *ours = foreign_word(FOREIGN_CONSEQUENCE, text);
    if (ours == NULL)
        ours = mistake_nearest(text, words, count);
    if (ours != NULL)
        suggest_here(parser, ours);
}

void expression_suggest_cut(struct expression_parser *parser)
{
    if (is_piped(parser))
        suggest_here(parser, "");
    else if (parser->token.kind != TOKEN_WORD || expression_at_predicate(parser))
        suggest(parser, parser->token.start, strlen(parser->source.text), "");
}

/* A filter behind the predicate: it moves before it. */
static void suggest_filter_first(struct expression_parser *parser, size_t filter)
{
    struct expression_source *source = &parser->source;
    struct token last = parser->token;
    for (int i = 0; i < expression_filter_arguments(filter) && last.kind != TOKEN_END; i++)
        last = peek(parser, last.end);
    size_t start = parser->token.start;
    suggest(parser, source->predicate, last.end,
            arena_print(source->arena, "%.*s %.*s", (int)(last.end - start), source->text + start,
                        (int)(start - source->predicate), source->text + source->predicate));
}

void expression_suggest_end(struct expression_parser *parser)
{
    const struct token *token = &parser->token;
    const char *text = parser->source.text;
    size_t length = token->end - token->start;
    size_t filter = expression_find_filter(text + token->start, length);
    bool is_value = token->kind == TOKEN_NUMBER || token->kind == TOKEN_TEXT;
    const char *behind = text + token->end + strspn(text + token->end, BLANKS);
    if (filter < EXPRESSION_FILTERS) {
        suggest_filter_first(parser, filter);
    } else if (is_value && parser->expression->predicate == PREDICATE_IN) {
        insert(parser, token->start, ", ");
    } else if (expression_is_text("or", length, text + token->start) && is_consequence(behind)) {
        suggest_here(parser, "|");
    } else if (token->kind == TOKEN_COMMA ||
               expression_is_text("and", length, text + token->start) ||
               expression_is_text("&&", length, text + token->start) ||
               expression_is_text(";", length, text + token->start)) {
        suggest_here(parser, "");
        parser->source.fix.splits = true;
    }
}
