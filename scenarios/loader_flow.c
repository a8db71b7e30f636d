/* SPDX-License-Identifier: MIT */
/* Values that steer a step: a map of keys of its own, one assertion, words. See loader.h. */
#include "scenarios/fragment.h"
#include "scenarios/loader.h"

#include <string.h>

/* An assertion, or a number, that stands for the whole map. */
static const char *one_hint(struct loader *loader, const struct language_key *key,
                            const struct yaml_node *node)
{
    int64_t times;
    if (key->of == LANGUAGE_IN_RETRY && yaml_integer(node, &times) == RESULT_OK &&
        times <= language_find(LANGUAGE_IN_RETRY, "times")->maximum && times > 0)
        return arena_print(loader->arena, "write: retry: {times: %s, on: network}", node->text);
    if (key->of == LANGUAGE_IN_UNTIL && yaml_type(node) == YAML_TEXT &&
        strpbrk(node->text, "\r\n") == NULL)
        return arena_print(loader->arena, "write:\nuntil:\n  holds: %s\n  for: 10s", node->text);
    return NULL;
}

void loader_one(struct loader *loader, const struct language_key *key, const struct yaml_node *node,
                void *target)
{
    const char *hint = node->kind == YAML_SCALAR ? one_hint(loader, key, node) : NULL;
    if (hint != NULL)
        loader_report_type(loader, node, language_type_text(key->type), hint);
    if (hint != NULL || !loader_is_map(loader, key, node))
        return;
    void *object = arena_allocate(loader->arena, 1, language_table(key->of)->size);
    loader_object(loader, key->of, node, object);
    loader_put(target, key->offset, &object, sizeof object);
}

void loader_assertion(struct loader *loader, const struct language_key *key,
                      const struct yaml_node *node, void *target)
{
    struct assertion assertion = loader_expression(loader, false, node);
    loader_put(target, key->offset, &assertion, sizeof assertion);
}

void loader_words(struct loader *loader, const struct language_key *key,
                  const struct yaml_node *node, void *target)
{
    unsigned bits = 0;
    size_t count = loader_item_count(loader, key, node);
    for (size_t i = 0; i < count; i++) {
        unsigned word = 0;
        struct language_key one = *key;
        one.offset = 0;
        loader_word(loader, &one, loader_item(node, i), &word);
        bits |= 1U << word;
    }
    loader_put(target, key->offset, &bits, sizeof bits);
}

void loader_word_map(struct loader *loader, const struct language_key *key,
                     const struct yaml_node *node, void *target)
{
    struct fragment_input *inputs = NULL;
    size_t count = 0;
    if (!loader_is_map(loader, key, node))
        return;
    for (size_t i = 0; i < yaml_pair_count(node); i++) {
        const struct yaml_node *name_node = yaml_key(node, i);
        const char *name = loader_entry_name(loader, key, name_node);
        unsigned word = 0;
        struct language_key one = *key;
        one.offset = 0;
        loader_word(loader, &one, yaml_value(node, i), &word);
        if (name == NULL)
            continue;
        arena_grow(loader->arena, inputs, count);
        inputs[count++] = (struct fragment_input){name, (enum input_type)word, name_node->position};
    }
    loader_put_list(loader, key, target, inputs, count, sizeof *inputs);
}

const char *loader_beside(struct arena *arena, const char *file, const char *path)
{
    const char *slash = strrchr(file, '/');
    if (slash == NULL || path[0] == '/')
        return path;
    return arena_print(arena, "%.*s%s", (int)(slash + 1 - file), file, path);
}
