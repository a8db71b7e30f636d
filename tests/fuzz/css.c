/* SPDX-License-Identifier: MIT */
/* A CSS selector in the first line, the page in the rest. What a selector becomes is an XPath. */
#include "scenarios/markup.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static void select_nodes(const char *xpath, const char *body, size_t length)
{
    struct error error = {0};
    json_t *value = NULL;
    struct markup *markup = markup_parse(body, length, "http://shop.example/");
    enum result result = markup_select(markup, xpath, &value, &error);
    if (result == RESULT_OK)
        json_decref(value);
    markup_free(markup);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    const char *text = (const char *)bytes;
    const char *end = length > 0 ? memchr(text, '\n', length) : NULL;
    size_t selector_length = end != NULL ? (size_t)(end - text) : length, offset = 0;
    struct arena *arena = arena_create();
    struct error error = {0};
    const char *selector = arena_duplicate_bytes(arena, text, selector_length);
    const char *xpath = markup_css_to_xpath(arena, selector, &error, &offset);
    if (xpath == NULL && offset > strlen(selector))
        abort();
    if (xpath != NULL && markup_check_xpath(xpath, &error) != RESULT_OK)
        abort();
    if (xpath != NULL && end != NULL)
        select_nodes(xpath, end + 1, length - selector_length - 1);
    arena_free(arena);
    return 0;
}
