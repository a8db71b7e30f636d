/* SPDX-License-Identifier: MIT */
/* What can be known of values before a shop has answered. Private to expression*.c. */
#ifndef SCENARIOS_EXPRESSION_TYPES_H
#define SCENARIOS_EXPRESSION_TYPES_H

#include "scenarios/expression_token.h"

/* ANY: told only by the answer. */
enum value_class {
    CLASS_ANY = 1,
    CLASS_NUMBER = 2,
    CLASS_TEXT = 4,
    CLASS_LIST = 8,
    CLASS_TIME = 16,
};

/* What the query gives. */
enum value_class expression_query_class(const struct expression *expression);

/* What a filter makes of it; reports at `token` a filter that can never do it. */
enum value_class expression_filter_class(struct expression_source *source,
                                         const struct expression *expression,
                                         const struct filter *filter, enum value_class input,
                                         const struct token *token);

/* Reports at `token` a predicate that can never hold, or always fails, for such values. */
void expression_check_predicate(struct expression_source *source,
                                const struct expression *expression, enum value_class input,
                                const struct token *token);

/* Reports at `token` an operand that the predicate cannot compare such values with. */
void expression_check_operand(struct expression_source *source, const struct expression *expression,
                              enum value_class input, const struct operand *operand,
                              const struct token *token);

#endif
