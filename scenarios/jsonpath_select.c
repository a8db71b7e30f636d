/* SPDX-License-Identifier: MIT */
/*
 * Evaluates a compiled JSONPath: a list of nodes goes through one segment after the other (RFC
 * 9535, sections 2.1.2 and 2.5). All work is counted, since both path and document may be made to
 * cost.
 */
#include "monitor/base/memory.h"
#include "scenarios/jsonpath_private.h"
#include "scenarios/pattern.h"

#include <stdlib.h>
#include <string.h>

bool jsonpath_work(struct selection *selection, uint64_t amount)
{
    if (amount > selection->work_left)
        selection->result = RESULT_LIMIT;
    else
        selection->work_left -= amount;
    return selection->result == RESULT_OK;
}

static void nodes_add(struct selection *selection, struct nodes *nodes, const json_t *node)
{
    if (node == NULL)
        return;
    if (nodes->count >= JSONPATH_NODES_MAX)
        selection->result = RESULT_LIMIT;
    if (!jsonpath_work(selection, 1))
        return;
    memory_grow(nodes->items, nodes->count);
    nodes->items[nodes->count++] = node;
}

static const json_t *select_name(const json_t *node, const struct selector *selector)
{
    /* jansson's keys hold no NUL, so a name with one is the name of nothing. */
    if (memchr(selector->name, '\0', selector->name_length) != NULL)
        return NULL;
    return json_object_get(node, selector->name);
}

static const json_t *select_index(const json_t *node, int64_t index)
{
    int64_t size = (int64_t)json_array_size(node);
    if (index < 0)
        index += size;
    return index >= 0 && index < size ? json_array_get(node, (size_t)index) : NULL;
}

const json_t *jsonpath_select_child(const json_t *node, const struct selector *selector)
{
    if (selector->kind == SELECTOR_NAME)
        return select_name(node, selector);
    return selector->kind == SELECTOR_INDEX ? select_index(node, selector->index) : NULL;
}

static int64_t slice_bound(int64_t bound, int64_t low, int64_t high, int64_t size)
{
    if (bound < 0)
        bound += size;
    return bound < low ? low : bound > high ? high : bound;
}

/* Section 2.3.4.2.2. */
static void select_slice(struct selection *selection, const json_t *node, const struct slice *slice,
                         struct nodes *nodes)
{
    int64_t size = (int64_t)json_array_size(node), step = slice->step;
    if (step > 0) {
        int64_t lower = slice->has_start ? slice_bound(slice->start, 0, size, size) : 0;
        int64_t upper = slice->has_end ? slice_bound(slice->end, 0, size, size) : size;
        for (int64_t i = lower; i < upper; i += step)
            nodes_add(selection, nodes, json_array_get(node, (size_t)i));
    } else if (step < 0) {
        int64_t upper = slice->has_start ? slice_bound(slice->start, -1, size - 1, size) : size - 1;
        int64_t lower = slice->has_end ? slice_bound(slice->end, -1, size - 1, size) : -1;
        for (int64_t i = upper; i > lower; i += step)
            nodes_add(selection, nodes, json_array_get(node, (size_t)i));
    }
}

/* All children, or those for which the filter holds. */
static void select_children(struct selection *selection, const json_t *node,
                            const struct logical *filter, struct nodes *nodes)
{
    size_t index;
    const char *key;
    json_t *child;
    json_array_foreach(node, index, child)
    {
        if (filter == NULL || jsonpath_filter_holds(selection, filter, child))
            nodes_add(selection, nodes, child);
    }
    json_object_foreach((json_t *)node, key, child)
    {
        if (filter == NULL || jsonpath_filter_holds(selection, filter, child))
            nodes_add(selection, nodes, child);
    }
}

static void select_children_by(struct selection *selection, const json_t *node,
                               const struct selector *selector, struct nodes *nodes)
{
    switch (selector->kind) {
    case SELECTOR_NAME:
        nodes_add(selection, nodes, select_name(node, selector));
        break;
    case SELECTOR_INDEX:
        nodes_add(selection, nodes, select_index(node, selector->index));
        break;
    case SELECTOR_SLICE:
        select_slice(selection, node, selector->slice, nodes);
        break;
    case SELECTOR_WILDCARD:
    case SELECTOR_FILTER:
        select_children(selection, node, selector->filter, nodes);
        break;
    }
}

static void select_by_segment(struct selection *selection, const json_t *node,
                              const struct segment *segment, struct nodes *nodes)
{
    if (!jsonpath_work(selection, 1))
        return;
    for (size_t i = 0; i < segment->selector_count; i++)
        select_children_by(selection, node, &segment->selectors[i], nodes);
}

/* The node, then its children's trees in their order. */
static void select_descendants(struct selection *selection, const json_t *node, unsigned depth,
                               const struct segment *segment, struct nodes *nodes)
{
    if (depth > JSONPATH_DEPTH_MAX)
        selection->result = RESULT_LIMIT;
    if (selection->result != RESULT_OK)
        return;
    select_by_segment(selection, node, segment, nodes);
    size_t index;
    const char *key;
    json_t *child;
    json_array_foreach(node, index, child)
        select_descendants(selection, child, depth + 1, segment, nodes);
    json_object_foreach((json_t *)node, key, child)
        select_descendants(selection, child, depth + 1, segment, nodes);
}

void jsonpath_select_nodes(struct selection *selection, const struct jsonpath *query,
                           const json_t *current, struct nodes *nodes)
{
    nodes_add(selection, nodes, query->is_relative ? current : selection->root);
    for (size_t i = 0; i < query->segment_count; i++) {
        const struct segment *segment = &query->segments[i];
        struct nodes next = {0};
        for (size_t n = 0; n < nodes->count; n++) {
            if (segment->is_descendant)
                select_descendants(selection, nodes->items[n], 0, segment, &next);
            else
                select_by_segment(selection, nodes->items[n], segment, &next);
        }
        free(nodes->items);
        *nodes = next;
    }
}

const json_t *jsonpath_select_one(struct selection *selection, const struct jsonpath *query,
                                  const json_t *current)
{
    const json_t *node = query->is_relative ? current : selection->root;
    jsonpath_work(selection, query->segment_count + 1);
    for (size_t i = 0; i < query->segment_count && node != NULL; i++)
        node = jsonpath_select_child(node, &query->segments[i].selectors[0]);
    return node;
}

enum result jsonpath_select(const struct jsonpath *path, const json_t *root, json_t **ret_nodes)
{
    struct selection selection = {.root = root, .work_left = JSONPATH_WORK_MAX};
    struct nodes nodes = {0};
    *ret_nodes = NULL;
    jsonpath_select_nodes(&selection, path, root, &nodes);
    if (selection.result == RESULT_OK) {
        *ret_nodes = json_array();
        for (size_t i = 0; i < nodes.count; i++)
            json_array_append(*ret_nodes, (json_t *)nodes.items[i]);
    }
    free(nodes.items);
    pattern_free(selection.pattern);
    free(selection.pattern_text);
    return selection.result;
}
