/* SPDX-License-Identifier: MIT */
/* Assertions and captures: any line is parsed, or refused with a mistake inside of the line. */
#include "scenarios/expression.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static void parse(const char *text, bool is_capture)
{
    struct arena *arena = arena_create();
    struct mistakes mistakes = {.arena = arena};
    const struct position start = {1, 1};
    struct expression *expression =
        expression_parse(arena, text, is_capture, "fuzz.yaml", start, text, &mistakes);
    if ((expression == NULL) != (mistakes.errors > 0))
        abort();
    expression_free(expression);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct arena *arena = arena_create();
    const char *text = arena_duplicate_bytes(arena, (const char *)bytes, length);
    parse(text, false);
    parse(text, true);
    arena_free(arena);
    return 0;
}
