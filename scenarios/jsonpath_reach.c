/* SPDX-License-Identifier: MIT */
/*
 * How far a path goes that selects nothing: for reports, which say what is there instead. Only the
 * beginning of a path that is singular is looked at, so this costs no more than its length.
 */
#include "monitor/base/buffer.h"
#include "scenarios/jsonpath_private.h"

#include <inttypes.h>
#include <string.h>

static bool is_plain_name(const char *name)
{
    return name[0] != '\0' && strcspn(name, " .[]'\"\\*@$?,:()\t\r\n") == strlen(name);
}

const json_t *jsonpath_reach(const struct jsonpath *path, const json_t *root,
                             struct buffer *ret_path)
{
    const json_t *node = root, *next = NULL;
    buffer_text(ret_path, "$");
    for (size_t i = 0; i < path->segment_count; i++, node = next) {
        const struct segment *segment = &path->segments[i];
        const struct selector *selector = &segment->selectors[0];
        if (segment->is_descendant || segment->selector_count != 1)
            break;
        next = jsonpath_select_child(node, selector);
        if (next == NULL)
            break;
        if (selector->kind == SELECTOR_INDEX)
            buffer_print(ret_path, "[%" PRId64 "]", selector->index);
        else
            buffer_print(ret_path, is_plain_name(selector->name) ? ".%s" : "['%s']",
                         selector->name);
    }
    return node;
}
