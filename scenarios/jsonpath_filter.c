/* SPDX-License-Identifier: MIT */
/* Works out a filter's logical expression for one node (RFC 9535, section 2.3.5.2). */
#include "scenarios/jsonpath_private.h"

#include <stdlib.h>

struct value jsonpath_term_value(struct selection *selection, const struct term *term,
                                 const json_t *current)
{
    if (term->kind == TERM_LITERAL)
        return term->literal;
    if (term->kind == TERM_CALL)
        return jsonpath_call_value(selection, term->call, current);
    return jsonpath_value_of(jsonpath_select_one(selection, term->query, current));
}

static bool query_selects(struct selection *selection, const struct jsonpath *query,
                          const json_t *current)
{
    if (query->is_singular)
        return jsonpath_select_one(selection, query, current) != NULL;
    struct nodes nodes = {0};
    jsonpath_select_nodes(selection, query, current, &nodes);
    free(nodes.items);
    return nodes.count > 0;
}

static bool comparison_holds(struct selection *selection, const struct logical *logical,
                             const json_t *current)
{
    struct value left = jsonpath_term_value(selection, logical->left, current);
    struct value right = jsonpath_term_value(selection, logical->right, current);
    return jsonpath_compare(selection, logical->comparison, &left, &right);
}

/* Stops at the first part that decides: true for an OR, false for an AND. */
static bool chain_holds(struct selection *selection, const struct logical *logical,
                        const json_t *current)
{
    bool decisive = logical->kind == LOGICAL_OR;
    for (size_t i = 0; i < logical->part_count; i++)
        if (jsonpath_filter_holds(selection, &logical->parts[i], current) == decisive)
            return decisive;
    return !decisive;
}

bool jsonpath_filter_holds(struct selection *selection, const struct logical *logical,
                           const json_t *current)
{
    if (!jsonpath_work(selection, 1))
        return false;
    switch (logical->kind) {
    case LOGICAL_OR:
    case LOGICAL_AND:
        return chain_holds(selection, logical, current);
    case LOGICAL_NOT:
        return !jsonpath_filter_holds(selection, &logical->parts[0], current);
    case LOGICAL_COMPARISON:
        return comparison_holds(selection, logical, current);
    case LOGICAL_TEST:
        return logical->left->kind == TERM_CALL
                   ? jsonpath_call_holds(selection, logical->left->call, current)
                   : query_selects(selection, logical->left->query, current);
    }
    return false;
}
