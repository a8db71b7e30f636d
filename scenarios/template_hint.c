/* SPDX-License-Identifier: MIT */
/* See template_hint.h. */
#include "scenarios/template_hint.h"

#include "scenarios/foreign.h"
#include "scenarios/template.h"

#include <string.h>

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"
#define CAPITALS        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

/* Where other tools keep what comes from outside. */
static const char *const stores[] = {"process.env.", "secrets.", "env.", "env:", "vars."};

static const char *without_store(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(stores); i++)
        if (strncmp(name, stores[i], strlen(stores[i])) == 0)
            return name + strlen(stores[i]);
    return NULL;
}

const char *template_secret_hint(struct arena *arena, const char *name)
{
    const char *secret = without_store(name);
    if (secret == NULL && strlen(name) > 1 && name[strspn(name, CAPITALS)] == '\0')
        secret = name;
    if (secret == NULL || !template_name_is_good(secret))
        return NULL;
    return arena_print(arena, "write ${%s}, and for the journey: secrets: {%s: {env: %s}}", secret,
                       secret, secret);
}

/* Without the blanks, braces, `$` and `()` around it. */
static const char *bare(struct arena *arena, const char *inside, size_t length)
{
    while (length > 0 && strchr(" \t{$", *inside) != NULL) {
        inside++;
        length--;
    }
    while (length > 0 && strchr(" \t})", inside[length - 1]) != NULL)
        length--;
    if (length > 0 && inside[length - 1] == '(')
        length--;
    return arena_duplicate_bytes(arena, inside, length);
}

const char *template_hint(struct arena *arena, const char *inside, size_t length)
{
    const char *name = bare(arena, inside, length);
    const char *ours = foreign_word(FOREIGN_VARIABLE, name);
    const char *secret = without_store(name) != NULL ? template_secret_hint(arena, name) : NULL;
    const char *fallback = strstr(name, ":-");
    if (secret != NULL)
        return secret;
    if (fallback != NULL) {
        name = arena_duplicate_bytes(arena, name, (size_t)(fallback - name));
        return template_name_is_good(name)
                   ? arena_print(arena,
                                 "write ${%s}; what it is otherwise stands under `variables`", name)
                   : NULL;
    }
    if (strchr(name, '[') != NULL)
        return "a variable has no parts: capture what is needed in one of its own";
    if (ours == NULL && template_name_is_good(name))
        ours = name;
    return ours != NULL ? arena_print(arena, "write: ${%s}", ours) : NULL;
}

/* How long the name at `text` is that `open` and `close` stand around; 0 for none. */
static size_t enclosed(const char *text, const char *open, const char *close, const char **ret_name)
{
    size_t before = strlen(open);
    if (strncmp(text, open, before) != 0)
        return 0;
    const char *name = text + before + (*close != '\0' ? strspn(text + before, " $") : 0);
    size_t length = strspn(name, NAME_CHARACTERS);
    const char *behind = name + length + strspn(name + length, " ");
    if (length == 0 || strncmp(behind, close, strlen(close)) != 0)
        return 0;
    *ret_name = name;
    return (size_t)(behind + strlen(close) - text);
}

/* What stands at `text`: its length, 0 when it is none. */
static size_t read_foreign(const char *text, bool is_document, const char **ret_name,
                           size_t *ret_length, bool *ret_certain)
{
    size_t size = enclosed(text, "{{", "}}", ret_name);
    *ret_certain = size > 0;
    if (size == 0 && !is_document)
        size = enclosed(text, "%{", "}", ret_name);
    if (size == 0 && !is_document)
        size = enclosed(text, "/{", "}", ret_name);
    if (size == 0 && !is_document)
        size = enclosed(text, "/:", "", ret_name);
    if (size == 0 && !is_document)
        size = enclosed(text, "$", "", ret_name);
    *ret_length = size > 0 ? strspn(*ret_name, NAME_CHARACTERS) : 0;
    return size;
}

bool template_find_foreign(struct arena *arena, const char *text, size_t from, bool is_document,
                           struct foreign_variable *ret_variable)
{
    for (size_t at = from; text[at] != '\0'; at++) {
        const char *name;
        size_t length;
        bool is_certain;
        if (strncmp(text + at, "${", 2) == 0) {
            at += strcspn(text + at, "}") - 1;
            continue;
        }
        size_t size = read_foreign(text + at, is_document, &name, &length, &is_certain);
        if (size == 0)
            continue;
        size_t slash = text[at] == '/';
        const char *plain = arena_duplicate_bytes(arena, name, length);
        const char *ours = foreign_word(FOREIGN_VARIABLE, plain);
        *ret_variable = (struct foreign_variable){
            .name = ours != NULL && is_certain ? ours : plain,
            .shown = arena_duplicate_bytes(arena, text + at + slash, size - slash),
            .offset = at + slash,
            .is_certain = is_certain,
        };
        return true;
    }
    return false;
}
