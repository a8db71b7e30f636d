/* SPDX-License-Identifier: MIT */
/* Text with `${name}` in it: compiled, rendered with every other variable missing. */
#include "scenarios/template.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const json_t *look_up(void *data, const char *name)
{
    return strlen(name) % 2 == 1 ? data : NULL;
}

static void render(const struct template *template, json_t *value)
{
    struct buffer out;
    const char *missing = NULL;
    buffer_init(&out, 64 * 1024);
    enum result result = template_render(template, look_up, value, &out, &missing);
    if (template_is_constant(template) &&
        (result != RESULT_OK || strcmp(out.data, template_constant(template)) != 0))
        abort();
    if ((result == RESULT_NOT_FOUND) != (missing != NULL))
        abort();
    buffer_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    struct arena *arena = arena_create();
    struct error error = {0};
    size_t offset = 0;
    const char *text = arena_duplicate_bytes(arena, (const char *)bytes, length);
    const struct template *template = template_compile(arena, text, &error, &offset);
    json_t *value = json_pack("{s:[i,s]}", "list", 7, "seven");
    if (template != NULL)
        render(template, value);
    else if (offset > strlen(text))
        abort();
    json_decref(value);
    arena_free(arena);
    return 0;
}
