/* SPDX-License-Identifier: MIT */
/*
 * What a wrong expression should have been. Whoever reports a mistake may note what would be right
 * there (expression_suggest); the line is mended so, and read again, until it is an expression.
 * Only a line that can be read is ever shown as the one to write. Private to expression*.c.
 */
#ifndef SCENARIOS_EXPRESSION_REPAIR_H
#define SCENARIOS_EXPRESSION_REPAIR_H

#include "scenarios/expression_parser.h"

/* `text`, mended by `fix` and by what is found wrong then, as it would stand in a file; of several
 * lines, each behind `- `. NULL when it cannot be mended. */
const char *expression_repaired(struct arena *arena, const char *text, bool is_capture,
                                const struct expression_fix *fix);

/* Words, for who looks ahead: the filter of that name, EXPRESSION_FILTERS for none, and how much it
 * takes. */
enum {
    EXPRESSION_FILTERS = 0
#define X(name, word, arguments, help) +1
    FILTER_TABLE(X)
#undef X
};
bool expression_is_text(const char *word, size_t length, const char *text);
bool expression_is_predicate(const char *text, size_t length);
size_t expression_find_filter(const char *text, size_t length);
int expression_filter_arguments(size_t filter);

/* What to note at each place of the grammar, before reporting what stands there. */
void expression_suggest_query(struct expression_parser *parser);
void expression_suggest_argument(struct expression_parser *parser);
void expression_suggest_word(struct expression_parser *parser, const char *const *words,
                             size_t count);
void expression_suggest_predicate(struct expression_parser *parser);
void expression_suggest_operand(struct expression_parser *parser);
void expression_suggest_and(struct expression_parser *parser);
void expression_suggest_consequence(struct expression_parser *parser, const char *const *words,
                                    size_t count);
void expression_suggest_cut(struct expression_parser *parser); /* of a capture's predicate */
void expression_suggest_end(struct expression_parser *parser);

#endif
