/* SPDX-License-Identifier: MIT */
/* A JSONPath in the first line, the JSON that it looks at in the rest. */
#include "scenarios/jsonpath.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void select_nodes(const struct jsonpath *path, const char *document, size_t length)
{
    json_t *root = json_loadb(document, length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    json_t *nodes = NULL;
    if (root == NULL)
        return;
    enum result result = jsonpath_select(path, root, &nodes);
    if (result == RESULT_OK && jsonpath_is_singular(path) && json_array_size(nodes) > 1)
        abort();
    if (result == RESULT_OK)
        json_decref(nodes);
    json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const char *text = (const char *)bytes;
    const char *end = length > 0 ? memchr(text, '\n', length) : NULL;
    size_t path_length = end != NULL ? (size_t)(end - text) : length, offset = 0;
    struct arena *arena = arena_create();
    struct error error = {0};
    const char *source = arena_duplicate_bytes(arena, text, path_length);
    const struct jsonpath *path = jsonpath_compile(arena, source, &error, &offset);
    if (path == NULL && offset > strlen(source))
        abort();
    if (path != NULL && end != NULL)
        select_nodes(path, end + 1, length - path_length - 1);
    arena_free(arena);
    return 0;
}
